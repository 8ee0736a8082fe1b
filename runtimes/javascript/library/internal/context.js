// The context that AsyncLocalStorage speaks of: an immutable map from storage to store, or undefined
// for none. Whatever calls back later keeps the context in which it was asked to.

let current;

export function captureContext() {
    return current;
}

export function setContext(context) {
    current = context;
}

export function runInContext(context, callback, receiver, args) {
    if (context === current) return Reflect.apply(callback, receiver, args);
    const before = current;
    current = context;
    try {
        return Reflect.apply(callback, receiver, args);
    } finally {
        current = before;
    }
}

const { then } = Promise.prototype;

function wrap(callback) {
    if (typeof callback !== 'function') return callback;
    const context = current;
    return function (value) {
        return runInContext(context, callback, undefined, [value]);
    };
}

// Reactions run in the context of the call to `then`. (Without a context there is nothing to keep.)
Object.defineProperty(Promise.prototype, 'then', {
    value: {
        then(onFulfilled, onRejected) {
            if (current === undefined) return Reflect.apply(then, this, [onFulfilled, onRejected]);
            return Reflect.apply(then, this, [wrap(onFulfilled), wrap(onRejected)]);
        },
    }.then,
    writable: true,
    enumerable: false,
    configurable: true,
});

// `await` inside the engine does not call `then`. The loader writes `await x` as `ǃr(ǃc(),await x)`.
function restoreContext(context, value) {
    current = context;
    return value;
}

/** What is iterated with `for await`: each result restores the context when the loop looks at it. */
function keepContext(iterable) {
    const make = iterable?.[Symbol.asyncIterator];
    // Anything else is the engine's to take or to refuse.
    if (current === undefined || typeof make !== 'function') return iterable;
    const context = current;
    return {
        [Symbol.asyncIterator]() {
            const iterator = Reflect.apply(make, iterable, []);
            const next = iterator.next;
            const keep = (result) => ({
                get done() {
                    current = context;
                    return result.done;
                },
                get value() {
                    return result.value;
                },
            });
            return {
                next: async (...args) => keep(await Reflect.apply(next, iterator, args)),
                get return() {
                    return iterator.return && ((...args) => Reflect.apply(iterator.return, iterator, args));
                },
                get throw() {
                    return iterator.throw && ((...args) => Reflect.apply(iterator.throw, iterator, args));
                },
            };
        },
    };
}

for (const [name, value] of Object.entries({ ǃc: captureContext, ǃr: restoreContext, ǃi: keepContext })) {
    Object.defineProperty(globalThis, name, { value });
}
