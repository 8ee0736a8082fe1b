// fs.Dir

import { ERR_DIR_CLOSED, ERR_INVALID_ARG_TYPE } from '__wasm_rquickjs_builtin/internal/errors';
import { checkFunction, optionsOf, pathOf } from 'belljar:internal/fs/arguments';
import { direntsOf, readdirSync } from 'belljar:internal/fs/sync';
import { later, soon } from 'belljar:internal/fs/later';

export class Dir {
    #entries;
    #at = 0;
    #closed = false;

    constructor(path, entries) {
        this.#entries = entries;
        Object.defineProperty(this, 'path', { value: path, enumerable: true, configurable: true });
    }

    #check() {
        if (this.#closed) throw new ERR_DIR_CLOSED();
    }

    readSync() {
        this.#check();
        const entry = this.#entries[this.#at] ?? null;
        this.#at += 1;
        return entry;
    }

    read(callback) {
        if (callback === undefined) return soon(() => this.readSync());
        checkFunction(callback, 'callback');
        this.#check();
        return later(callback, () => this.readSync());
    }

    closeSync() {
        this.#check();
        this.#closed = true;
        this.#entries = [];
    }

    close(callback) {
        if (callback === undefined) return soon(() => this.closeSync());
        checkFunction(callback, 'callback');
        return later(callback, () => this.closeSync());
    }

    async *entries() {
        try {
            for (;;) {
                const entry = await this.read();
                if (entry === null) break;
                yield entry;
            }
        } finally {
            if (!this.#closed) await this.close();
        }
    }

    [Symbol.asyncIterator]() {
        return this.entries();
    }

    [Symbol.dispose]() {
        if (!this.#closed) this.closeSync();
    }

    async [Symbol.asyncDispose]() {
        if (!this.#closed) await this.close();
    }
}

export function opendirSync(path, options) {
    const { encoding, recursive, bufferSize } = optionsOf(options, { encoding: 'utf8' });
    if (bufferSize !== undefined && typeof bufferSize !== 'number') {
        throw new ERR_INVALID_ARG_TYPE('options.bufferSize', 'number', bufferSize);
    }
    const text = pathOf(path);
    try {
        const entries = recursive ? readdirSync(text, { encoding, recursive, withFileTypes: true }) : direntsOf(text, text, encoding);
        return new Dir(text, entries);
    } catch (error) {
        if (error.syscall === 'scandir') {
            error.syscall = 'opendir';
            error.message = error.message.replace(', scandir', ', opendir');
        }
        throw error;
    }
}
