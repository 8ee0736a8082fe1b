// CommonJS: `require`, its cache, and what stands for a CommonJS module that is imported.

import { ERR_INVALID_ARG_TYPE } from '__wasm_rquickjs_builtin/internal/errors';
import { builtins, compile, isBuiltin, loadFunction, parentPaths, readModule, requireModule, resolve, resolveBuiltin } from 'native:modules';

const cache = Object.create(null);
let mainModule;

// A built-in module as `require` gives it.
const requiredBuiltins = new Map();
export function requireBuiltin(name) {
    if (requiredBuiltins.has(name)) return requiredBuiltins.get(name);
    const namespace = requireModule(name);
    const exported = 'default' in namespace && !/^belljar:bun\/(?:sqlite|test)/.test(name) ? namespace.default : namespace;
    requiredBuiltins.set(name, exported);
    return exported;
}

function notFound(specifier, parent) {
    if (process.isBun) {
        const what = /^(?:@[^/]+\/)?[^./@][^/]*$/.test(specifier) ? 'package' : 'module';
        const error = new Error(`Cannot find ${what} '${specifier}' from '${parent?.filename ?? parent?.id ?? '.'}'`);
        error.code = 'MODULE_NOT_FOUND';
        return error;
    }
    const stack = [];
    for (let module = parent; module; module = module.parent) stack.push(module.filename ?? module.id);
    let message = `Cannot find module '${specifier}'`;
    if (stack.length > 0) message += `\nRequire stack:\n- ${stack.join('\n- ')}`;
    const error = new Error(message);
    error.code = 'MODULE_NOT_FOUND';
    error.requireStack = stack;
    return error;
}

export function Module(id = '', parent) {
    this.id = id;
    this.path = id.slice(0, Math.max(id.lastIndexOf('/'), 0)) || '/';
    this.exports = {};
    Object.defineProperty(this, 'parent', { value: parent, enumerable: false, writable: true, configurable: true });
    this.filename = null;
    this.loaded = false;
    this.children = [];
    this.paths = parentPaths(this.path);
    parent?.children?.push(this);
}

Module._cache = cache;
// Some exist with the scheme only.
Module.builtinModules = Object.freeze(builtins().map((name) => (isBuiltin(name) ? name : `node:${name}`)));
Module.isBuiltin = (name) => isBuiltin(name);
Module._pathCache = Object.create(null);
Module.globalPaths = [];
Module.Module = Module;
Module._debug = () => {};
Module._nodeModulePaths = (from) => parentPaths(from);
Module.wrapper = ['(function (exports, require, module, __filename, __dirname) { ', '\n});'];
Module.wrap = (script) => Module.wrapper[0] + script + Module.wrapper[1];
Module._initPaths = () => {};
Module._preloadModules = (requests) => {
    for (const request of requests ?? []) createRequire(`${process.cwd()}/`)(request);
};

Module._resolveLookupPaths = (request, parent) => (request.startsWith('.') ? [parent?.path ?? '.'] : [...(parent?.paths ?? []), ...Module.globalPaths]);

Module._resolveFilename = (request, parent, isMain, options) => {
    const builtin = resolveBuiltin(request);
    if (builtin !== null && builtin !== undefined) return request;
    const bases = options?.paths ? options.paths.map((path) => `${path.replace(/\/$/, '')}/noop.js`) : [parent?.filename ?? parent?.id ?? `${process.cwd()}/[eval]`];
    for (const base of bases) {
        try {
            return resolve(base, request, 'require');
        } catch (error) {
            if (error.code !== 'MODULE_NOT_FOUND') throw error;
        }
    }
    throw notFound(request, parent);
};

Module._load = (request, parent, isMain) => {
    const builtin = resolveBuiltin(request);
    if (builtin !== null && builtin !== undefined) return requireBuiltin(builtin);
    const filename = Module._resolveFilename(request, parent, isMain);
    const cached = cache[filename];
    if (cached !== undefined) {
        if (parent && !parent.children.includes(cached)) parent.children.push(cached);
        return cached.exports;
    }
    const module = new Module(filename, parent);
    if (isMain) setMain(module);
    cache[filename] = module;
    let finished = false;
    try {
        module.load(filename);
        finished = true;
    } finally {
        if (!finished) delete cache[filename];
    }
    return module.exports;
};

Module.prototype.load = function load(filename) {
    this.filename = filename;
    this.paths = parentPaths(this.path);
    const dot = filename.lastIndexOf('.');
    const extension = dot > filename.lastIndexOf('/') ? filename.slice(dot) : '.js';
    (Module._extensions[extension] ?? Module._extensions['.js'])(this, filename);
    this.loaded = true;
};

Module.prototype.require = function require(request) {
    if (typeof request !== 'string') {
        throw new ERR_INVALID_ARG_TYPE('id', 'string', request);
    }
    if (request === '') {
        const error = new TypeError('The argument \'id\' must be a non-empty string. Received \'\'');
        error.code = 'ERR_INVALID_ARG_VALUE';
        throw error;
    }
    return Module._load(request, this, false);
};

Module.prototype._compile = function _compile(content, filename) {
    const wrapper = compile(String(content), filename, 'commonjs');
    const require = makeRequire(this);
    return Reflect.apply(wrapper, this.exports, [this.exports, require, this, filename, this.path]);
};

function loadScript(module, filename) {
    const compiled = loadFunction(filename);
    if (compiled !== null && compiled !== undefined) {
        Reflect.apply(compiled, module.exports, [module.exports, makeRequire(module), module, filename, module.path]);
        return;
    }
    const loaded = readModule(filename);
    if (loaded.format === 'json') {
        Module._extensions['.json'](module, filename);
    } else if (loaded.format === 'text') {
        module.exports = loaded.code;
    } else {
        module.exports = exportsOf(requireModule(filename));
    }
}

// What `require` of an ES module gives.
function exportsOf(namespace) {
    return 'module.exports' in namespace ? namespace['module.exports'] : namespace;
}

Module._extensions = Object.assign(Object.create(null), {
    '.js': loadScript,
    '.json'(module, filename) {
        const text = requireBuiltin('node:fs').readFileSync(filename, 'utf8');
        try {
            module.exports = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
        } catch (error) {
            error.message = `${filename}: ${error.message}`;
            throw error;
        }
    },
    '.node'(module, filename) {
        process.dlopen(module, filename);
    },
});
// What Bun takes for data is a program like any other in Node.
function data(parser, name) {
    return (module, filename) => {
        if (!process.isBun) return loadScript(module, filename);
        const text = requireBuiltin('node:fs').readFileSync(filename, 'utf8');
        try {
            module.exports = requireBuiltin(parser)[name](text.replace(/^\ufeff/, ''));
        } catch (error) {
            error.message = `${filename}: ${error.message}`;
            throw error;
        }
    };
}
Object.assign(Module._extensions, {
    '.jsonc': data('belljar:internal/jsonc', 'parseJsonc'),
    '.toml': data('belljar:bun/toml', 'parseToml'),
    '.yaml': data('belljar:bun/yaml', 'parseYaml'),
    '.yml': data('belljar:bun/yaml', 'parseYaml'),
});
for (const extension of ['.cjs', '.mjs', '.ts', '.cts', '.mts', '.tsx', '.jsx']) Module._extensions[extension] = loadScript;

function makeRequire(module) {
    const require = (request) => module.require(request);
    Object.defineProperty(require, 'name', { value: 'require' });
    require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
    require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
    require.main = mainModule;
    require.extensions = Module._extensions;
    require.cache = cache;
    return require;
}

function setMain(module) {
    mainModule = module;
    process.mainModule = module;
    module.id = '.';
}

export function createRequire(from) {
    let path = from instanceof URL ? from.href : String(from);
    if (path.startsWith('file:')) path = requireBuiltin('node:url').fileURLToPath(path);
    if (!path.startsWith('/')) {
        const error = new TypeError(`The argument 'filename' must be a file URL object, file URL string, or absolute path string. Received '${path}'`);
        error.code = 'ERR_INVALID_ARG_VALUE';
        throw error;
    }
    const module = new Module(path);
    module.filename = path;
    return makeRequire(module);
}
Module.createRequire = createRequire;
Module.runMain = (path) => Module._load(path ?? process.argv[1], null, true);

/** The file that a command line means by an absolute path. */
export function findMain(path) {
    const fs = requireBuiltin('node:fs');
    const isFile = fs.statSync(path, { throwIfNoEntry: false })?.isFile();
    return fs.realpathSync(isFile ? path : Module._resolveFilename(path, undefined, true));
}

/** Runs a file as the main module and gives its exports. */
export function runMain(filename) {
    return Module._load(filename, null, true);
}

/** Compiles a text as a CommonJS module that stands for a file. */
export function runText(code, filename) {
    const module = new Module(filename);
    module.filename = `${process.cwd()}/${filename}`;
    module.paths = parentPaths(process.cwd());
    const require = makeRequire(module);
    globalThis.module = module;
    globalThis.exports = module.exports;
    globalThis.__filename = filename;
    globalThis.__dirname = '.';
    globalThis.require = require;
    return module;
}

/** What an imported CommonJS module exports (engine/src/modules/load.rs). */
export function imported(filename) {
    const exports = Module._load(filename, undefined, false);
    const isObject = exports !== null && (typeof exports === 'object' || typeof exports === 'function');
    const names = isObject ? exports : {};
    // As Bun and bundlers do for what was compiled from an ES module; Node gives the whole object.
    const compiled = isObject && process.isBun && exports.__esModule && 'default' in exports;
    return { default: compiled ? exports.default : exports, names, exports };
}

const FRAME = /(?:\(|at (?:async )?)(\/[^()]*?):\d+(?::\d+)?\)?$/;
const required = new Map();

// The `require` of the file that calls what calls this.
function requireOfCaller() {
    const frame = String(new Error().stack).split('\n').map((line) => FRAME.exec(line)).find((match) => match);
    const file = frame?.[1] ?? `${process.cwd()}/[eval]`;
    if (!required.has(file)) required.set(file, createRequire(file));
    return required.get(file);
}

/** Makes `require` global: modules of Bun have it, also those that are ES modules. */
export function complete() {
    const require = (request) => requireOfCaller()(request);
    const resolveFrom = (request, options) => requireOfCaller().resolve(request, options);
    resolveFrom.paths = (request) => requireOfCaller().resolve.paths(request);
    Object.defineProperty(require, 'resolve', { value: resolveFrom, writable: true, enumerable: true, configurable: true });
    Object.defineProperty(require, 'main', { get: () => mainModule, enumerable: true, configurable: true });
    require.cache = cache;
    require.extensions = Module._extensions;
    Object.defineProperty(globalThis, 'require', { value: require, writable: true, enumerable: false, configurable: true });
}

/** Takes it away: in Node only CommonJS modules have it. */
export function withoutRequire() {
    delete globalThis.require;
}
