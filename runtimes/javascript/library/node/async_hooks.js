// node:async_hooks: contexts (AsyncLocalStorage, AsyncResource). Hooks of single resources are never
// called: there are none to tell of.

import { captureContext, runInContext, setContext } from 'belljar:internal/context';

let lastId = 1;
let executing = { asyncId: 1, triggerAsyncId: 0, resource: {} };

function checkFunction(value, name) {
    if (typeof value === 'function') return;
    const error = new TypeError(`The "${name}" argument must be of type function. Received ${value === null ? 'null' : `type ${typeof value}`}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
}

export class AsyncLocalStorage {
    #default;
    #name;

    constructor(options = {}) {
        this.#default = options.defaultValue;
        this.#name = options.name ?? '';
    }

    get name() {
        return this.#name;
    }

    static bind(callback) {
        return AsyncResource.bind(callback);
    }

    static snapshot() {
        const context = captureContext();
        return (callback, ...args) => runInContext(context, callback, undefined, args);
    }

    #with(store) {
        const context = new Map(captureContext());
        context.set(this, store);
        return context;
    }

    run(store, callback, ...args) {
        return runInContext(this.#with(store), callback, undefined, args);
    }

    exit(callback, ...args) {
        const context = new Map(captureContext());
        context.delete(this);
        return runInContext(context.size === 0 ? undefined : context, callback, undefined, args);
    }

    enterWith(store) {
        setContext(this.#with(store));
    }

    disable() {
        const context = new Map(captureContext());
        context.delete(this);
        setContext(context.size === 0 ? undefined : context);
    }

    getStore() {
        const context = captureContext();
        return context?.has(this) ? context.get(this) : this.#default;
    }
}

export class AsyncResource {
    #context = captureContext();
    #id;
    #trigger;

    constructor(type, options = {}) {
        if (typeof type !== 'string') {
            const error = new TypeError('The "type" argument must be of type string.');
            error.code = 'ERR_INVALID_ARG_TYPE';
            throw error;
        }
        lastId += 1;
        this.#id = lastId;
        this.#trigger = (typeof options === 'number' ? options : options.triggerAsyncId) ?? executing.asyncId;
    }

    runInAsyncScope(callback, receiver, ...args) {
        const before = executing;
        executing = { asyncId: this.#id, triggerAsyncId: this.#trigger, resource: this };
        try {
            return runInContext(this.#context, callback, receiver, args);
        } finally {
            executing = before;
        }
    }

    emitDestroy() {
        return this;
    }

    asyncId() {
        return this.#id;
    }

    triggerAsyncId() {
        return this.#trigger;
    }

    bind(callback, receiver) {
        checkFunction(callback, 'fn');
        const resource = this;
        const bound = function (...args) {
            return resource.runInAsyncScope(callback, receiver ?? this, ...args);
        };
        Object.defineProperty(bound, 'length', { value: callback.length, configurable: true });
        return bound;
    }

    static bind(callback, type, receiver) {
        return new AsyncResource(type ?? (callback.name || 'bound-anonymous-fn')).bind(callback, receiver);
    }
}

export function createHook() {
    const hook = {
        enable: () => hook,
        disable: () => hook,
    };
    return hook;
}

export function executionAsyncId() {
    return executing.asyncId;
}

export function triggerAsyncId() {
    return executing.triggerAsyncId;
}

export function executionAsyncResource() {
    return executing.resource;
}

export const asyncWrapProviders = Object.freeze(Object.create(null));

// What modules of the layer import.
export const _captureContext = captureContext;
export const _restoreContext = runInContext;
export function _emitInit() {
    lastId += 1;
    return lastId;
}

export default {
    AsyncLocalStorage,
    AsyncResource,
    asyncWrapProviders,
    createHook,
    executionAsyncId,
    executionAsyncResource,
    triggerAsyncId,
};
