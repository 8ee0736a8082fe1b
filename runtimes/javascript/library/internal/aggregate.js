// The layer's `inspect` does not show the errors of an AggregateError.

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

Object.defineProperty(AggregateError.prototype, CUSTOM, {
    value(depth, options, inspect) {
        // The same with the list where it is seen.
        const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(this));
        Object.defineProperties(copy, Object.getOwnPropertyDescriptors(this));
        Object.defineProperty(copy, CUSTOM, { value: undefined, enumerable: false });
        Object.defineProperty(copy, 'stack', { value: this.stack, enumerable: false });
        if (Array.isArray(this.errors)) Object.defineProperty(copy, 'errors', { value: this.errors, enumerable: true });
        return inspect(copy, { ...options, depth }).replace(/^( *)errors: \[/m, '$1[errors]: [');
    },
    writable: true,
    enumerable: false,
    configurable: true,
});
