// node:url: the layer's, whose URL throws plain errors.

import * as layer from 'layer:node/url';
import { ERR_MISSING_ARGS } from '__wasm_rquickjs_builtin/internal/errors';

export * from 'layer:node/url';

function invalid(input, base) {
    const error = new TypeError(process.isBun ? `${JSON.stringify(input)} cannot be parsed as a URL.` : 'Invalid URL');
    error.code = 'ERR_INVALID_URL';
    if (process.isBun) return error;
    error.input = input;
    if (base !== undefined) error.base = base;
    return error;
}

// In front of the class and not a class of its own, so that what it makes is of one kind.
export const URL = new Proxy(layer.URL, {
    apply() {
        throw new TypeError("Class constructor URL cannot be invoked without 'new'");
    },
    construct(target, args, newTarget) {
        if (args.length === 0) throw new ERR_MISSING_ARGS('url');
        const [input, base] = args.map((arg) => (arg === undefined ? undefined : `${arg}`));
        try {
            return Reflect.construct(target, base === undefined ? [`${input}`] : [`${input}`, base], newTarget === URL ? target : newTarget);
        } catch {
            throw invalid(`${input}`, base);
        }
    },
});
layer.URL.prototype.constructor = URL;

const FIELDS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash'];
Object.defineProperty(layer.URL.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(depth, options, inspect) {
        if (typeof depth === 'number' && depth < 0) return `${this.constructor.name} {}`;
        return `${this.constructor.name} ${inspect(Object.fromEntries(FIELDS.map((name) => [name, this[name]])), { ...options, depth })}`;
    },
    writable: true,
    enumerable: false,
    configurable: true,
});

export default { ...layer.default, URL };
