// What the functions of node:fs take, checked and in the form that `native:fs` takes it in.

import { Buffer } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } from '__wasm_rquickjs_builtin/internal/errors';
import { constants } from 'belljar:internal/fs/constants';

export function pathOf(path, name = 'path') {
    let text = path;
    if (typeof path !== 'string') {
        if (path instanceof Uint8Array) {
            text = Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
        } else if (path !== null && typeof path === 'object' && typeof path.href === 'string' && typeof path.protocol === 'string') {
            text = fileURLToPath(path);
        } else {
            throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], path);
        }
    }
    if (text.includes('\0')) {
        throw new ERR_INVALID_ARG_VALUE(name, path, 'must be a string, Uint8Array, or URL without null bytes');
    }
    return text.isWellFormed() ? text : text.toWellFormed();
}

export function checkFunction(value, name = 'cb') {
    if (typeof value !== 'function') throw new ERR_INVALID_ARG_TYPE(name, 'Function', value);
    return value;
}

export function checkInteger(value, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
    if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
    if (!Number.isInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
    if (value < min || value > max) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
    return value;
}

export function fdOf(fd) {
    return checkInteger(fd, 'fd', 0, 2147483647);
}

/** Whether something that is a path or a number is a number. */
export function isFd(value) {
    return Number.isInteger(value) && value >= 0 && value <= 4294967295;
}

export function modeOf(value, name = 'mode', fallback) {
    const mode = value ?? fallback;
    if (typeof mode === 'string') {
        if (!/^[0-7]+$/.test(mode)) {
            throw new ERR_INVALID_ARG_VALUE(name, mode, 'must be a 32-bit unsigned integer or an octal string');
        }
        return parseInt(mode, 8);
    }
    return checkInteger(mode, name, 0, 4294967295);
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;
const FLAGS = {
    r: O_RDONLY,
    rs: O_RDONLY | O_SYNC,
    'r+': O_RDWR,
    'rs+': O_RDWR | O_SYNC,
    w: O_TRUNC | O_CREAT | O_WRONLY,
    wx: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
    'w+': O_TRUNC | O_CREAT | O_RDWR,
    'wx+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
    a: O_APPEND | O_CREAT | O_WRONLY,
    ax: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
    as: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
    'a+': O_APPEND | O_CREAT | O_RDWR,
    'ax+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
    'as+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
};
for (const [name, other] of [['rs', 'sr'], ['rs+', 'sr+'], ['wx', 'xw'], ['wx+', 'xw+'], ['ax', 'xa'], ['as', 'sa'], ['ax+', 'xa+'], ['as+', 'sa+']]) {
    FLAGS[other] = FLAGS[name];
}

export function flagsOf(flags, name = 'flags') {
    if (typeof flags === 'number') return checkInteger(flags, name, -2147483648, 2147483647);
    if (flags === null || flags === undefined) return O_RDONLY;
    const found = Object.hasOwn(FLAGS, flags) ? FLAGS[flags] : undefined;
    if (found === undefined) throw new ERR_INVALID_ARG_VALUE(name, flags);
    return found;
}

export function checkEncoding(encoding) {
    if (encoding && encoding !== 'buffer' && !Buffer.isEncoding(encoding)) {
        throw new ERR_INVALID_ARG_VALUE('encoding', encoding, 'is invalid encoding');
    }
}

/** Options with defaults: an object, a name of an encoding, or nothing. */
export function optionsOf(options, defaults = {}) {
    if (options === null || options === undefined || typeof options === 'function') return defaults;
    if (typeof options === 'string') {
        checkEncoding(options);
        return { ...defaults, encoding: options };
    }
    if (typeof options !== 'object') throw new ERR_INVALID_ARG_TYPE('options', ['string', 'Object'], options);
    checkEncoding(options.encoding);
    if (options.signal !== undefined) checkSignal(options.signal);
    return { ...defaults, ...options };
}

export function checkSignal(signal, name = 'options.signal') {
    if (signal === undefined) return;
    if (signal === null || typeof signal !== 'object' || !('aborted' in signal)) {
        throw new ERR_INVALID_ARG_TYPE(name, 'AbortSignal', signal);
    }
}

/** A name as it is asked for: a string, or a buffer, or in another encoding. */
export function named(text, encoding) {
    if (!encoding || encoding === 'utf8' || encoding === 'utf-8') return text;
    const bytes = Buffer.from(text);
    return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

export function viewOf(buffer, name = 'buffer') {
    if (!ArrayBuffer.isView(buffer)) throw new ERR_INVALID_ARG_TYPE(name, ['Buffer', 'TypedArray', 'DataView'], buffer);
    return buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** What is written to a file: bytes. */
export function bytesOf(data, encoding, name = 'data') {
    if (typeof data === 'string') return Buffer.from(data, encoding && encoding !== 'buffer' ? encoding : 'utf8');
    if (ArrayBuffer.isView(data)) return viewOf(data);
    throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

/** A position: -1 for the current one. */
export function positionOf(position, length = 0) {
    if (position === null || position === undefined) return -1;
    if (typeof position === 'bigint') {
        if (position < -1n || position > (1n << 63n) - 1n - BigInt(length)) {
            throw new ERR_OUT_OF_RANGE('position', `>= -1 && <= ${(1n << 63n) - 1n - BigInt(length)}`, position);
        }
        return Number(position);
    }
    if (typeof position !== 'number') throw new ERR_INVALID_ARG_TYPE('position', ['integer', 'bigint'], position);
    return checkInteger(position, 'position', -1, Number.MAX_SAFE_INTEGER);
}

/** Seconds and nanoseconds of a time that is given as a date, a number of seconds or a text. */
export function timeOf(time, name = 'time') {
    const seconds = toUnixTimestamp(time, name);
    const whole = Math.floor(seconds);
    return [whole, Math.min(Math.trunc((seconds - whole) * 1e9), 999999999)];
}

export function toUnixTimestamp(time, name = 'time') {
    if (typeof time === 'string' && String(+time) === time) return +time;
    if (Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time;
    if (Object.prototype.toString.call(time) === '[object Date]') return time.getTime() / 1000;
    throw new ERR_INVALID_ARG_TYPE(name, ['Date', 'Time in seconds'], time);
}

export function idOf(id, name) {
    return checkInteger(id, name, -1, 4294967295);
}

/** Where reading or writing begins in a buffer, and how much it is. */
export function rangeOf(view, offset, length) {
    const start = offset ?? 0;
    checkInteger(start, 'offset', 0, Number.MAX_SAFE_INTEGER);
    const size = length ?? view.byteLength - start;
    checkInteger(size, 'length', -2147483648, Number.MAX_SAFE_INTEGER);
    if (start > view.byteLength) throw new ERR_OUT_OF_RANGE('offset', `>= 0 && <= ${view.byteLength}`, start);
    if (size < 0) throw new ERR_OUT_OF_RANGE('length', '>= 0', size);
    if (start + size > view.byteLength) throw new ERR_OUT_OF_RANGE('length', `<= ${view.byteLength - start}`, size);
    return [start, size];
}
