// Ends of pipes as streams.

import * as native from 'native:fs';
import { Buffer } from 'node:buffer';
import { Readable, Writable } from 'node:stream';
import { clearInterval, setInterval } from 'node:timers';
import { systemError } from 'belljar:internal/children';

const CHUNK = 65536;

function close(fd) {
    try {
        native.close(fd);
    } catch {
        // It was closed before.
    }
}

/** What a child writes. */
export class PipeReader extends Readable {
    #fd;
    #reading = false;
    #referenced = true;
    #timer;

    constructor(fd) {
        super({ highWaterMark: CHUNK, emitClose: true });
        this.#fd = fd;
        this.bytesRead = 0;
    }

    get fd() {
        return this.#fd;
    }

    _read() {
        if (this.#reading || this.#fd < 0) return;
        this.#reading = true;
        if (this.#referenced) this.#wait();
        else this.#poll();
    }

    #wait() {
        native.readSoon(this.#fd, CHUNK).then(
            (bytes) => process.nextTick(() => this.#got(bytes)),
            (error) => process.nextTick(() => this.#failed(error)),
        );
    }

    #poll() {
        this.#timer ??= setInterval(() => {
            let bytes;
            try {
                bytes = native.readNow(this.#fd, CHUNK);
            } catch (error) {
                this.#stopTimer();
                this.#failed(error);
                return;
            }
            if (!bytes) return;
            this.#stopTimer();
            this.#got(bytes);
        }, 20).unref();
    }

    #stopTimer() {
        clearInterval(this.#timer);
        this.#timer = undefined;
    }

    #got(bytes) {
        if (this.destroyed || this.#fd < 0) return;
        if (!bytes) {
            // Told to stop, in order to wait in another way.
            if (this.#reading) {
                if (this.#referenced) this.#wait();
                else this.#poll();
            }
            return;
        }
        this.#reading = false;
        if (bytes.byteLength === 0) {
            const fd = this.#fd;
            this.#fd = -1;
            close(fd);
            this.push(null);
            return;
        }
        this.bytesRead += bytes.byteLength;
        this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }

    #failed(error) {
        this.#reading = false;
        if (!this.destroyed) this.destroy(error);
    }

    _destroy(error, callback) {
        this.#stopTimer();
        if (this.#fd >= 0) close(this.#fd);
        this.#fd = -1;
        callback(error);
    }

    ref() {
        if (!this.#referenced) {
            this.#referenced = true;
            this.#stopTimer();
            if (this.#reading) this.#wait();
        }
        return this;
    }

    unref() {
        if (this.#referenced) {
            this.#referenced = false;
            if (this.#fd >= 0) native.stop(this.#fd);
        }
        return this;
    }
}

/** What a child reads. */
export class PipeWriter extends Writable {
    #fd;

    constructor(fd) {
        super({ highWaterMark: CHUNK, decodeStrings: true, emitClose: true });
        this.#fd = fd;
        this.bytesWritten = 0;
    }

    get fd() {
        return this.#fd;
    }

    _write(chunk, encoding, callback) {
        if (this.#fd < 0) {
            callback(systemError(-32, 'write'));
            return;
        }
        native.writeSoon(this.#fd, chunk).then(
            (count) => {
                this.bytesWritten += count;
                process.nextTick(callback, null);
            },
            (error) => process.nextTick(callback, error.code === 'EPIPE' ? systemError(-32, 'write') : error),
        );
    }

    _writev(chunks, callback) {
        this._write(chunks.length === 1 ? chunks[0].chunk : Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', callback);
    }

    _final(callback) {
        if (this.#fd >= 0) close(this.#fd);
        this.#fd = -1;
        callback();
    }

    _destroy(error, callback) {
        if (this.#fd >= 0) close(this.#fd);
        this.#fd = -1;
        callback(error);
    }

    destroySoon() {
        if (this.writable) this.end();
        if (this.writableFinished) this.destroy();
        else this.once('finish', this.destroy);
    }

    ref() {
        return this;
    }

    unref() {
        return this;
    }
}
