// node:readline. There are no terminals in a sandbox, so lines are what comes between line ends: no
// editing, no history.

import { EventEmitter } from 'node:events';
import { nextTick } from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import { AbortError, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } from '__wasm_rquickjs_builtin/internal/errors';

const custom = Symbol.for('nodejs.util.promisify.custom');
const lineEnd = /\r?\n|\r(?!\n)|\u2028|\u2029/g;
/** Lines that an iterator keeps before it lets its input wait. */
const KEPT = 1024;

function closedError() {
    const error = new Error('readline was closed');
    return Object.assign(error, { code: 'ERR_USE_AFTER_CLOSE' });
}

export function Interface(input, output, completer, terminal) {
    if (!(this instanceof Interface)) return new Interface(input, output, completer, terminal);
    EventEmitter.call(this);
    const options = input?.input ? input : { input, output, completer, terminal };
    if (options.input === undefined || options.input === null || typeof options.input.on !== 'function') {
        throw new ERR_INVALID_ARG_TYPE('input', 'Stream', options.input);
    }
    if (options.completer !== undefined && typeof options.completer !== 'function') {
        throw new ERR_INVALID_ARG_VALUE('completer', options.completer);
    }
    this.input = options.input;
    this.output = options.output;
    this.terminal = false;
    this.line = '';
    this.cursor = 0;
    this.history = [];
    this.closed = false;
    this.paused = false;
    this._prompt = options.prompt === undefined ? '> ' : `${options.prompt}`;
    this._questionCallback = null;
    this._delay = options.crlfDelay === undefined ? 100 : Math.max(100, options.crlfDelay);
    this._returned = 0;
    this._decoder = new StringDecoder('utf8');

    this._onData = (data) => this._take(typeof data === 'string' ? data : this._decoder.write(data));
    this._onEnd = () => {
        this._take(this._decoder.end());
        if (this.line !== '') this._tell(this._rest());
        this.close();
    };
    this.input.on('data', this._onData);
    this.input.on('end', this._onEnd);
    if (options.signal) {
        const { signal } = options;
        if (signal.aborted) {
            nextTick(() => this.close());
        } else {
            const onAbort = () => this.close();
            signal.addEventListener('abort', onAbort, { once: true });
            this.once('close', () => signal.removeEventListener('abort', onAbort));
        }
    }
    this.input.resume();
}
Object.setPrototypeOf(Interface.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Interface, EventEmitter);

Interface.prototype._rest = function _rest() {
    const rest = this.line;
    this.line = '';
    this.cursor = 0;
    return rest;
};

Interface.prototype._take = function _take(data) {
    if (data === '' || this.closed) return;
    let text = data;
    // A line end may come in two parts.
    if (this._returned && text.startsWith('\n') && Date.now() - this._returned <= this._delay) text = text.slice(1);
    this._returned = text.endsWith('\r') ? Date.now() : 0;
    const lines = (this.line + text).split(lineEnd);
    this.line = lines.pop();
    this.cursor = this.line.length;
    for (const line of lines) this._tell(line);
};

// A line goes to whoever has asked a question, or else to whoever listens.
Interface.prototype._tell = function _tell(line) {
    if (this._questionCallback) {
        const callback = this._questionCallback;
        this._questionCallback = null;
        callback(line);
    } else {
        this.emit('line', line);
    }
};

Interface.prototype._write = function _write(text) {
    this.output?.write(text);
};

Interface.prototype.getPrompt = function getPrompt() {
    return this._prompt;
};

Interface.prototype.setPrompt = function setPrompt(prompt) {
    this._prompt = prompt;
};

Interface.prototype.prompt = function prompt() {
    if (this.closed) throw closedError();
    if (this.paused) this.resume();
    this._write(this._prompt);
};

Interface.prototype.question = function question(query, options, callback) {
    const answer = typeof options === 'function' ? options : callback;
    if (this.closed) throw closedError();
    const signal = typeof options === 'object' && options !== null ? options.signal : undefined;
    if (signal?.aborted) return;
    if (typeof answer !== 'function' || this._questionCallback) {
        // As in Node, one question at a time.
        if (typeof answer === 'function') this.prompt();
        return;
    }
    if (this.paused) this.resume();
    this._write(query);
    let told = answer;
    if (signal) {
        const onAbort = () => {
            if (this._questionCallback === told) this._questionCallback = null;
        };
        signal.addEventListener('abort', onAbort, { once: true });
        told = (line) => {
            signal.removeEventListener('abort', onAbort);
            answer(line);
        };
    }
    this._questionCallback = told;
};

/** A promise of the answer to a question. */
export function ask(reader, query, options) {
    return new Promise((resolve, reject) => {
        const signal = options?.signal;
        if (signal?.aborted) {
            reject(new AbortError(undefined, { cause: signal.reason }));
            return;
        }
        const onAbort = () => reject(new AbortError(undefined, { cause: signal.reason }));
        signal?.addEventListener('abort', onAbort, { once: true });
        reader.question(query, options ?? {}, (answer) => {
            signal?.removeEventListener('abort', onAbort);
            resolve(answer);
        });
    });
}
Object.defineProperty(Interface.prototype.question, custom, {
    value(query, options) {
        return ask(this, query, options);
    },
});

Interface.prototype.write = function write(data) {
    if (this.closed) throw closedError();
    if (this.paused) this.resume();
    if (data !== undefined && data !== null) this._take(`${data}`);
};

Interface.prototype.pause = function pause() {
    if (this.paused) return this;
    this.paused = true;
    this.input.pause();
    this.emit('pause');
    return this;
};

Interface.prototype.resume = function resume() {
    if (!this.paused) return this;
    this.paused = false;
    this.input.resume();
    this.emit('resume');
    return this;
};

Interface.prototype.close = function close() {
    if (this.closed) return;
    this.pause();
    this.closed = true;
    this.input.removeListener('data', this._onData);
    this.input.removeListener('end', this._onEnd);
    this.emit('close');
};

Interface.prototype[Symbol.dispose] = function dispose() {
    this.close();
};

Interface.prototype.getCursorPos = function getCursorPos() {
    return { rows: 0, cols: this._prompt.length + this.cursor };
};

Interface.prototype[Symbol.asyncIterator] = function lines() {
    if (this._lines) return this._lines;
    const kept = [];
    const waiting = [];
    let done = this.closed;
    const give = () => {
        while (waiting.length > 0 && (kept.length > 0 || done)) {
            const resolve = waiting.shift();
            resolve(kept.length > 0 ? { value: kept.shift(), done: false } : { value: undefined, done: true });
        }
        if (this.paused && !done && kept.length < KEPT / 2) this.resume();
    };
    const onLine = (line) => {
        kept.push(line);
        if (kept.length >= KEPT) this.pause();
        give();
    };
    const finish = () => {
        done = true;
        this.removeListener('line', onLine);
        give();
    };
    this.on('line', onLine);
    this.once('close', finish);
    this._lines = {
        next: () => new Promise((resolve) => {
            waiting.push(resolve);
            give();
        }),
        return: async () => {
            kept.length = 0;
            finish();
            this.close();
            return { value: undefined, done: true };
        },
        [Symbol.asyncIterator]() {
            return this;
        },
    };
    return this._lines;
};

export function createInterface(input, output, completer, terminal) {
    return new Interface(input, output, completer, terminal);
}

function send(stream, text, callback) {
    if (callback !== undefined && callback !== null && typeof callback !== 'function') {
        throw new ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
    }
    if (text === '' || stream === undefined || stream === null) {
        if (callback) nextTick(callback, null);
        return true;
    }
    return stream.write(text, callback);
}

export function cursorTo(stream, x, y, callback) {
    if (typeof y === 'function') return cursorTo(stream, x, undefined, y);
    if (Number.isNaN(x)) throw new ERR_INVALID_ARG_VALUE('x', x);
    if (Number.isNaN(y)) throw new ERR_INVALID_ARG_VALUE('y', y);
    if (typeof x !== 'number') return send(stream, '', callback);
    return send(stream, typeof y === 'number' ? `\x1b[${y + 1};${x + 1}H` : `\x1b[${x + 1}G`, callback);
}

export function moveCursor(stream, dx, dy, callback) {
    let text = '';
    if (dx < 0) text += `\x1b[${-dx}D`;
    else if (dx > 0) text += `\x1b[${dx}C`;
    if (dy < 0) text += `\x1b[${-dy}A`;
    else if (dy > 0) text += `\x1b[${dy}B`;
    return send(stream, text, callback);
}

export function clearLine(stream, direction, callback) {
    return send(stream, direction < 0 ? '\x1b[1K' : direction > 0 ? '\x1b[0K' : '\x1b[2K', callback);
}

export function clearScreenDown(stream, callback) {
    return send(stream, '\x1b[0J', callback);
}

const keys = { '\r': 'return', '\n': 'enter', '\t': 'tab', '\b': 'backspace', '\x7f': 'backspace', '\x1b': 'escape', ' ': 'space' };

/** Tells of each character that comes as of a key; sequences of a terminal's keys do not come. */
export function emitKeypressEvents(stream) {
    if (stream._keypresses) return;
    stream._keypresses = true;
    const decoder = new StringDecoder('utf8');
    stream.on('data', (data) => {
        if (stream.listenerCount('keypress') === 0) return;
        for (const sequence of typeof data === 'string' ? data : decoder.write(data)) {
            const control = sequence < ' ' && !(sequence in keys);
            const letter = control ? String.fromCharCode(sequence.charCodeAt(0) + 96) : sequence;
            const name = keys[sequence] ?? (/^[a-z0-9]$/i.test(letter) ? letter.toLowerCase() : undefined);
            stream.emit('keypress', sequence, { sequence, name, ctrl: control, meta: false, shift: /^[A-Z]$/.test(sequence) });
        }
    });
}

// Filled by readline/promises.js, which is built on this.
export const promises = {};

export default { Interface, clearLine, clearScreenDown, createInterface, cursorTo, emitKeypressEvents, moveCursor, promises };
