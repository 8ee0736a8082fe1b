// FileHandle, what fs.promises.open gives.

import * as native from 'native:fs';
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import * as take from 'belljar:internal/fs/arguments';
import { soon } from 'belljar:internal/fs/later';
import * as sync from 'belljar:internal/fs/sync';
import { readInto, readRest, writeAll, writeFrom } from 'belljar:internal/fs/transfer';

const use = Symbol('kRef');
const release = Symbol('kUnref');

export class FileHandle extends EventEmitter {
    // Set by streams.js, which is built on this.
    static streams;
    static use = use;
    static release = release;

    #fd;
    #users = 1;
    #closing;

    constructor(fd) {
        super();
        this.#fd = fd;
    }

    get fd() {
        return this.#fd;
    }

    [use]() {
        this.#users += 1;
    }

    /** Closes it for a stream that has used it. */
    [release]() {
        this.#users -= 1;
        return this.close();
    }

    // Does it with the number, which must still be open.
    async #with(call, operation) {
        if (this.#fd === -1) {
            const error = new Error('file closed');
            throw Object.assign(error, { code: 'EBADF', syscall: call });
        }
        return operation(this.#fd);
    }

    #soon(call, operation) {
        return this.#with(call, (fd) => soon(() => operation(fd)));
    }

    appendFile(data, options) {
        return this.writeFile(data, options);
    }

    chmod(mode) {
        return this.#soon('fchmod', (fd) => sync.fchmodSync(fd, mode));
    }

    chown(uid, gid) {
        return this.#soon('fchown', (fd) => sync.fchownSync(fd, uid, gid));
    }

    datasync() {
        return this.#soon('fdatasync', sync.fdatasyncSync);
    }

    sync() {
        return this.#soon('fsync', sync.fsyncSync);
    }

    stat(options) {
        return this.#soon('fstat', (fd) => sync.fstatSync(fd, options));
    }

    truncate(length) {
        return this.#soon('ftruncate', (fd) => sync.ftruncateSync(fd, length));
    }

    utimes(atime, mtime) {
        return this.#soon('futimes', (fd) => sync.futimesSync(fd, atime, mtime));
    }

    read(buffer, offset, length, position) {
        return this.#with('read', async (fd) => {
            const asked = sync.readArguments(buffer ?? {}, offset, length, position);
            const bytesRead = await readInto(fd, asked);
            return { __proto__: null, bytesRead, buffer: asked.target };
        });
    }

    write(data, offset, length, position) {
        return this.#with('write', async (fd) => {
            const asked = sync.writeArguments(data, offset, length, position);
            const bytesWritten = await writeFrom(fd, asked);
            return { __proto__: null, bytesWritten, buffer: data };
        });
    }

    readv(buffers, position) {
        return this.#soon('read', (fd) => ({ __proto__: null, bytesRead: sync.readvSync(fd, buffers, position), buffers }));
    }

    writev(buffers, position) {
        return this.#soon('write', (fd) => ({ __proto__: null, bytesWritten: sync.writevSync(fd, buffers, position), buffers }));
    }

    readFile(options) {
        return this.#with('read', async (fd) => {
            const { encoding, signal } = take.optionsOf(options);
            const buffer = await readRest(fd, signal);
            return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
        });
    }

    writeFile(data, options) {
        return this.#with('write', (fd) => writeData(fd, data, take.optionsOf(options, { encoding: 'utf8' })));
    }

    createReadStream(options) {
        return FileHandle.streams.createReadStream(undefined, { ...take.optionsOf(options), fd: this });
    }

    createWriteStream(options) {
        return FileHandle.streams.createWriteStream(undefined, { ...take.optionsOf(options), fd: this });
    }

    readLines(options) {
        return createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
    }

    readableWebStream({ autoClose = false } = {}) {
        const handle = this;
        return new ReadableStream({
            type: 'bytes',
            async pull(controller) {
                const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(65536));
                if (bytesRead > 0) {
                    controller.enqueue(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead));
                    return;
                }
                controller.close();
                controller.byobRequest?.respond(0);
                if (autoClose) await handle.close();
            },
            cancel: () => (autoClose ? handle.close() : undefined),
        });
    }

    close() {
        if (this.#fd === -1) return Promise.resolve();
        if (this.#closing) return this.#closing;
        this.#users -= 1;
        if (this.#users > 0) {
            // A stream has it: whoever comes last closes it.
            return new Promise((resolve) => this.once('close', () => resolve()));
        }
        const fd = this.#fd;
        this.#closing = soon(() => sync.closeSync(fd)).finally(() => {
            this.#fd = -1;
            this.#closing = undefined;
            this.emit('close');
        });
        return this.#closing;
    }

    async [Symbol.asyncDispose]() {
        await this.close();
    }

    [Symbol.for('nodejs.util.inspect.custom')]() {
        return `FileHandle { fd: ${this.#fd} }`;
    }
}

/** Writes a text, bytes, or what something that can be iterated gives. */
export async function writeData(fd, data, { encoding, signal }) {
    if (data !== null && typeof data === 'object' && !ArrayBuffer.isView(data) && (Symbol.asyncIterator in data || Symbol.iterator in data)) {
        for await (const chunk of data) await writeAll(fd, take.bytesOf(chunk, encoding), signal);
        return;
    }
    await writeAll(fd, take.bytesOf(data, encoding), signal);
}

export async function open(path, flags, mode) {
    return new FileHandle(await soon(() => native.open(take.pathOf(path), take.flagsOf(flags), take.modeOf(mode, 'mode', 0o666))));
}
