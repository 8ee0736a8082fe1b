// node:vm. A context is a realm of its own; its global object and the contextified object are brought
// into line before and after each script, not while it runs.

import { check, evaluate, makeRealm } from 'native:modules';

const realms = new WeakMap();
const kContext = Symbol('vm.context');

function invalidType(name, expected, value) {
    const error = new TypeError(`The "${name}" argument must be of type ${expected}. Received ${value === null ? 'null' : typeof value}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    return error;
}

function filenameOf(options) {
    return typeof options === 'string' ? options : (options?.filename ?? 'evalmachine.<anonymous>');
}

function realmOf(context) {
    const realm = realms.get(context);
    if (realm === undefined) throw invalidType('contextifiedObject', 'vm.Context', context);
    return realm;
}

function copy(from, to, known) {
    for (const key of Reflect.ownKeys(from)) {
        if (known?.has(key)) continue;
        const descriptor = Object.getOwnPropertyDescriptor(from, key);
        try {
            Object.defineProperty(to, key, { ...descriptor, configurable: true });
        } catch {
            // What cannot be redefined stays.
        }
    }
}

export function createContext(object = {}, options) {
    if (object === kContext || (typeof options === 'object' && options === kContext)) object = {};
    if (typeof object !== 'object' && typeof object !== 'function') throw invalidType('contextObject', 'object', object);
    if (realms.has(object)) return object;
    const [global, run] = makeRealm();
    realms.set(object, { global, run, builtin: new Set(Reflect.ownKeys(global)) });
    return object;
}

export function isContext(object) {
    if (typeof object !== 'object' || object === null) throw invalidType('object', 'object', object);
    return realms.has(object);
}

export function runInContext(code, context, options) {
    const { global, run, builtin } = realmOf(context);
    // What the object has goes first, also over what every realm has.
    copy(context, global);
    for (const key of Reflect.ownKeys(global)) {
        if (!builtin.has(key) && !Object.hasOwn(context, key)) delete global[key];
    }
    const overridden = new Set([...builtin].filter((key) => !Object.hasOwn(context, key)));
    try {
        return run(String(code), filenameOf(options));
    } finally {
        copy(global, context, overridden);
    }
}

export function runInNewContext(code, object, options) {
    return runInContext(code, createContext(object ?? {}), options);
}

export function runInThisContext(code, options) {
    return evaluate(String(code), filenameOf(options));
}

export class Script {
    #code;
    #filename;

    constructor(code, options) {
        this.#code = String(code);
        this.#filename = filenameOf(options);
        check(this.#code, this.#filename, 'script');
        this.cachedDataRejected = undefined;
    }

    runInThisContext() {
        return evaluate(this.#code, this.#filename);
    }

    runInContext(context) {
        return runInContext(this.#code, context, this.#filename);
    }

    runInNewContext(object) {
        return runInNewContext(this.#code, object, this.#filename);
    }

    createCachedData() {
        return Buffer.alloc(0);
    }
}

export function createScript(code, options) {
    return new Script(code, options);
}

export function compileFunction(code, params = [], options = {}) {
    const source = `(function (${params.join(', ')}) {${code}\n})`;
    return evaluate(source, filenameOf(options));
}

function unsupported(name) {
    return class {
        constructor() {
            const error = new Error(`vm.${name} is not supported`);
            error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
            throw error;
        }
    };
}

export const SourceTextModule = unsupported('SourceTextModule');
export const SyntheticModule = unsupported('SyntheticModule');
export const Module = unsupported('Module');
export function measureMemory() {
    return Promise.reject(Object.assign(new Error('vm.measureMemory is not supported'), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' }));
}
export const constants = Object.freeze({ USE_MAIN_CONTEXT_DEFAULT_LOADER: Symbol('vm_dynamic_import_main_context_default'), DONT_CONTEXTIFY: kContext });

export default { compileFunction, constants, createContext, createScript, isContext, measureMemory, Module, runInContext, runInNewContext, runInThisContext, Script, SourceTextModule, SyntheticModule };
