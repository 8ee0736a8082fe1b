// What `error.stack` says. (It is asked for when somebody first looks at it.)

import 'layer:internal/errors';

const { toString } = Error.prototype;
const OURS = /(?:^|\()(?:belljar|layer|native|node):|\(native\)$/;

// Node's own errors have their code in the first line: those of the layer, by their `toString`, and the
// module loader's.
const LOADER = /^ERR_(?:MODULE_NOT_FOUND|UNKNOWN_BUILTIN_MODULE|PACKAGE_\w+|INVALID_PACKAGE_TARGET|UNSUPPORTED_\w+|REQUIRE_ASYNC_MODULE)$/;
function header(error) {
    const named = !process.isBun && typeof error.code === 'string' && error.code.startsWith('ERR_');
    if (named && (Object.hasOwn(error, 'toString') || error.name === 'AssertionError')) return error.toString();
    const text = Reflect.apply(toString, error, []);
    return named && LOADER.test(error.code) ? text.replace(/^\w+/, `$& [${error.code}]`) : text;
}

Error.prepareStackTrace = function prepareStackTrace(error, callSites) {
    let first = 'Error';
    try {
        first = header(error);
    } catch {
        // Accessors of the program's may throw.
    }
    const frames = callSites.map(String).filter((frame) => !OURS.test(frame)).map((frame) => frame.replace(/^<eval> \((.*)\)$/, '$1'));
    return [first, ...frames.map((frame) => `    at ${frame}`)].join('\n');
};

// Where the stack was at its end there was none left to ask this: then there are no frames.
const { get, ...rest } = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
Object.defineProperty(Error.prototype, 'stack', {
    ...rest,
    get() {
        const stack = Reflect.apply(get, this, []);
        return stack === null ? header(this) : stack;
    },
});
