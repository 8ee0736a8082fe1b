// fs.ReadStream and fs.WriteStream. Functions, not classes: packages that patch `fs` call them without
// `new`.

import { Buffer } from 'node:buffer';
import { Readable, Writable } from 'node:stream';
import { nextTick } from 'node:process';
import { ERR_INVALID_ARG_TYPE, ERR_METHOD_NOT_IMPLEMENTED, ERR_OUT_OF_RANGE } from '__wasm_rquickjs_builtin/internal/errors';
import * as callbacks from 'belljar:internal/fs/callbacks';
import { checkInteger, fdOf, modeOf, optionsOf, pathOf } from 'belljar:internal/fs/arguments';
import { FileHandle } from 'belljar:internal/fs/handle';

const kFs = Symbol('kFs');
const kHandle = Symbol('kHandle');
const kBusy = Symbol('kIsPerformingIO');
const kDone = Symbol('kIoDone');

function checkFs(fs, names) {
    for (const name of names) {
        if (typeof fs[name] !== 'function') throw new ERR_INVALID_ARG_TYPE(`options.fs.${name}`, 'function', fs[name]);
    }
    return fs;
}

// Where it reads from or writes to: a path, a number, or an open file.
function setTarget(stream, path, options, names) {
    stream[kFs] = options.fs === undefined || options.fs === null ? callbacks : checkFs(options.fs, names);
    const { fd } = options;
    if (fd === undefined || fd === null) {
        stream.fd = null;
        stream.path = typeof path === 'string' || path instanceof Uint8Array ? path : pathOf(path);
        pathOf(stream.path);
    } else if (typeof fd === 'number') {
        stream.fd = fdOf(fd);
        stream.path = path === undefined || path === null ? undefined : path;
    } else if (fd instanceof FileHandle) {
        if (options.fs) throw new ERR_METHOD_NOT_IMPLEMENTED('FileHandle with fs');
        stream[kHandle] = fd;
        stream.fd = fd.fd;
        fd[FileHandle.use]();
        fd.on('close', () => stream.close());
    } else {
        throw new ERR_INVALID_ARG_TYPE('options.fd', ['number', 'FileHandle'], fd);
    }
}

function construct(callback) {
    const stream = this;
    if (typeof stream.fd === 'number') {
        callback();
        return;
    }
    if (stream.open !== openRead && stream.open !== openWrite) {
        // Somebody has replaced `open`, as packages did before there was `_construct`.
        const emit = stream.emit;
        stream.emit = function patched(name, ...args) {
            if (name === 'open') {
                this.emit = emit;
                callback();
                return emit.call(this, name, ...args);
            }
            if (name === 'error') {
                this.emit = emit;
                return callback(args[0]);
            }
            return emit.call(this, name, ...args);
        };
        stream.open();
        return;
    }
    stream[kFs].open(stream.path, stream.flags, stream.mode, (error, fd) => {
        if (error) {
            callback(error);
            return;
        }
        stream.fd = fd;
        callback();
        stream.emit('open', fd);
        stream.emit('ready');
    });
}

function shut(stream, error, callback) {
    const done = (closeError) => {
        callback(closeError ?? error);
        stream.fd = null;
    };
    if (stream[kHandle]) {
        stream[kHandle][FileHandle.release]().then(() => done(), done);
    } else if (typeof stream.fd === 'number') {
        const fd = stream.fd;
        stream.fd = null;
        stream[kFs].close(fd, done);
    } else {
        callback(error);
    }
}

function destroy(error, callback) {
    // What is being read or written has to come to its end first.
    if (this[kBusy]) this.once(kDone, (late) => shut(this, error ?? late, callback));
    else shut(this, error, callback);
}

export function ReadStream(path, options) {
    if (!(this instanceof ReadStream)) return new ReadStream(path, options);
    const all = { ...optionsOf(options) };
    all.highWaterMark ??= 64 * 1024;
    all.autoDestroy ??= true;
    setTarget(this, path, all, ['open', 'read', 'close']);
    this.flags = all.flags ?? all.flag ?? 'r';
    this.mode = all.mode === undefined ? 0o666 : modeOf(all.mode);
    this.start = all.start;
    this.end = all.end ?? Infinity;
    this.pos = undefined;
    this.bytesRead = 0;
    this[kBusy] = false;
    if (all.autoClose !== undefined) all.autoDestroy = all.autoClose;
    if (this.start !== undefined) {
        checkInteger(this.start, 'start', 0);
        this.pos = this.start;
    }
    if (this.end !== Infinity) {
        checkInteger(this.end, 'end', 0);
        if (this.start !== undefined && this.start > this.end) {
            throw new ERR_OUT_OF_RANGE('start', `<= "end" (here: ${this.end})`, this.start);
        }
    }
    delete all.fd;
    Readable.call(this, all);
}
Object.setPrototypeOf(ReadStream.prototype, Readable.prototype);
Object.setPrototypeOf(ReadStream, Readable);

function openRead() {}
ReadStream.prototype.open = openRead;
ReadStream.prototype._construct = construct;
ReadStream.prototype._destroy = destroy;

ReadStream.prototype._read = function _read(size) {
    const left = this.end - (this.pos ?? this.bytesRead) + 1;
    const wanted = Math.min(left, size);
    if (wanted <= 0) {
        this.push(null);
        return;
    }
    this[kBusy] = true;
    const buffer = Buffer.allocUnsafeSlow(wanted);
    this[kFs].read(this.fd, buffer, 0, wanted, this.pos ?? null, (error, count, filled) => {
        this[kBusy] = false;
        if (this.destroyed) {
            this.emit(kDone, error);
            return;
        }
        if (error) {
            this.destroy(error);
        } else if (count > 0) {
            if (this.pos !== undefined) this.pos += count;
            this.bytesRead += count;
            const whole = filled ?? buffer;
            this.push(count === whole.length ? whole : whole.subarray(0, count));
        } else {
            this.push(null);
        }
    });
};

ReadStream.prototype.close = function close(callback) {
    if (typeof callback === 'function') {
        if (this.closed) nextTick(callback);
        else this.once('close', callback);
    }
    this.destroy();
};

Object.defineProperty(ReadStream.prototype, 'pending', { get() { return this.fd === null; }, configurable: true });
Object.defineProperty(ReadStream.prototype, 'autoClose', {
    get() { return this._readableState.autoDestroy; },
    set(value) { this._readableState.autoDestroy = value; },
    configurable: true,
});

export function WriteStream(path, options) {
    if (!(this instanceof WriteStream)) return new WriteStream(path, options);
    const all = { ...optionsOf(options) };
    all.decodeStrings = true;
    all.autoDestroy ??= true;
    setTarget(this, path, all, ['open', 'write', 'close']);
    this.flags = all.flags ?? all.flag ?? 'w';
    this.mode = all.mode === undefined ? 0o666 : modeOf(all.mode);
    this.start = all.start;
    this.pos = undefined;
    this.bytesWritten = 0;
    this.flush = all.flush ?? false;
    this[kBusy] = false;
    if (all.autoClose !== undefined) all.autoDestroy = all.autoClose;
    if (this.start !== undefined) {
        checkInteger(this.start, 'start', 0);
        this.pos = this.start;
    }
    const encoding = all.encoding;
    delete all.fd;
    delete all.encoding;
    Writable.call(this, all);
    if (encoding) this.setDefaultEncoding(encoding);
}
Object.setPrototypeOf(WriteStream.prototype, Writable.prototype);
Object.setPrototypeOf(WriteStream, Writable);

function openWrite() {}
WriteStream.prototype.open = openWrite;
WriteStream.prototype._construct = construct;
WriteStream.prototype._destroy = destroy;

function writeAll(stream, buffer, position, callback) {
    stream[kFs].write(stream.fd, buffer, 0, buffer.length, position ?? null, (error, count) => {
        if (error || stream.destroyed || count >= buffer.length) {
            callback(error);
            if (!error) stream.bytesWritten += count;
            return;
        }
        stream.bytesWritten += count;
        writeAll(stream, buffer.subarray(count), position === undefined ? undefined : position + count, callback);
    });
}

WriteStream.prototype._write = function _write(data, encoding, callback) {
    const buffer = typeof data === 'string' ? Buffer.from(data, encoding) : data;
    const position = this.pos;
    if (this.pos !== undefined) this.pos += buffer.length;
    this[kBusy] = true;
    writeAll(this, buffer, position, (error) => {
        this[kBusy] = false;
        if (this.destroyed) {
            callback(error);
            this.emit(kDone, error);
            return;
        }
        callback(error);
    });
};

WriteStream.prototype._writev = function _writev(chunks, callback) {
    const buffers = chunks.map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk));
    this._write(Buffer.concat(buffers), 'buffer', callback);
};

WriteStream.prototype._final = function _final(callback) {
    if (!this.flush || !this[kFs].fsync) {
        callback();
        return;
    }
    this[kFs].fsync(this.fd, callback);
};

WriteStream.prototype.close = function close(callback) {
    if (typeof callback === 'function') {
        if (this.closed) {
            nextTick(callback);
            return;
        }
        this.once('close', callback);
    }
    // A number that is not to be closed with the stream is closed now.
    if (!this.autoClose) this.on('finish', this.destroy);
    this.end();
};
WriteStream.prototype.destroySoon = WriteStream.prototype.end;

Object.defineProperty(WriteStream.prototype, 'pending', { get() { return this.fd === null; }, configurable: true });
Object.defineProperty(WriteStream.prototype, 'autoClose', {
    get() { return this._writableState.autoDestroy; },
    set(value) { this._writableState.autoDestroy = value; },
    configurable: true,
});

export const createReadStream = (path, options) => new ReadStream(path, options);
export const createWriteStream = (path, options) => new WriteStream(path, options);
FileHandle.streams = { createReadStream, createWriteStream };
