// Timers as Node's objects; imported by the layer under the name of its own.

import { Entry, ImmediateEntry } from 'belljar:internal/loop';

const byId = new Map();
let lastId = 0;
const LONGEST = 2 ** 31 - 1;

function checkCallback(callback) {
    if (typeof callback === 'function') return;
    const shown = callback === null ? 'null' : typeof callback === 'object' ? 'an instance of Object' : typeof callback === 'undefined' ? 'undefined' : `type ${typeof callback} (${String(callback)})`;
    const error = new TypeError(`The "callback" argument must be of type function. Received ${shown}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
}

function delayOf(value) {
    const delay = Number(value);
    if (delay > LONGEST) {
        process.emitWarning(`${delay} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`, 'TimeoutOverflowWarning');
        return 1;
    }
    return delay >= 1 ? Math.trunc(delay) : 1;
}

export class Timeout {
    #entry;
    #id = 0;

    constructor(callback, delay, args, repeat) {
        this._idleTimeout = delay;
        this._onTimeout = callback;
        this._repeat = repeat ? delay : null;
        this._destroyed = false;
        Object.defineProperty(this, '_args', { value: args, enumerable: false, writable: true });
        this.#entry = new Entry(() => this.#fire(), delay);
        this.#entry.start();
    }

    #fire() {
        const callback = this._onTimeout;
        if (this._repeat === null) {
            this.#forget();
        } else {
            // Before the call, so that the call can stop it.
            this.#entry.delay = this._repeat;
            this.#entry.start();
        }
        if (typeof callback === 'function') Reflect.apply(callback, this, this._args ?? []);
        // Programs make a timer repeat by setting this.
        if (this._repeat !== null && this._destroyed === true && !this.#entry.active) {
            this._destroyed = false;
            this.#entry.delay = this._repeat;
            this.#entry.start();
        }
    }

    #forget() {
        this._destroyed = true;
        if (this.#id !== 0) byId.delete(this.#id);
    }

    ref() {
        this.#entry.setReferenced(true);
        return this;
    }

    unref() {
        this.#entry.setReferenced(false);
        return this;
    }

    hasRef() {
        return this.#entry.referenced;
    }

    refresh() {
        if (!this._destroyed || this.#entry.active) this.#entry.start();
        else {
            this._destroyed = false;
            this.#entry.start();
        }
        return this;
    }

    close() {
        this._repeat = null;
        this.#entry.stop();
        this.#forget();
        return this;
    }

    [Symbol.toPrimitive]() {
        if (this.#id === 0) {
            lastId += 1;
            this.#id = lastId;
            byId.set(lastId, this);
        }
        return this.#id;
    }

    [Symbol.dispose]() {
        this.close();
    }
}

export class Immediate {
    #entry;

    constructor(callback, args) {
        this._onImmediate = callback;
        this.#entry = new ImmediateEntry(callback, args);
        this.#entry.handle = this;
    }

    ref() {
        this.#entry.referenced = true;
        return this;
    }

    unref() {
        this.#entry.referenced = false;
        return this;
    }

    hasRef() {
        return this.#entry.referenced;
    }

    close() {
        this.#entry.cancelled = true;
    }

    [Symbol.dispose]() {
        this.close();
    }
}

export function setTimeout(callback, delay, ...args) {
    checkCallback(callback);
    return new Timeout(callback, delayOf(delay), args, false);
}

export function setInterval(callback, delay, ...args) {
    checkCallback(callback);
    return new Timeout(callback, delayOf(delay), args, true);
}

export function setImmediate(callback, ...args) {
    checkCallback(callback);
    return new Immediate(callback, args);
}

export function clearTimeout(timer) {
    if (timer instanceof Timeout) timer.close();
    else if (typeof timer === 'number' || typeof timer === 'string') byId.get(Number(timer))?.close();
    else if (timer?._onTimeout !== undefined && typeof timer.close === 'function') timer.close();
}

export const clearInterval = clearTimeout;

export function clearImmediate(immediate) {
    if (immediate instanceof Immediate) immediate.close();
}
