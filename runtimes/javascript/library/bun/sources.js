// Things that give bytes: what a child reads, what a file is written from.

import * as files from 'native:fs';
import { Buffer } from 'node:buffer';

export function isBunFile(value) {
    return value instanceof Blob && typeof value.exists === 'function' && typeof value.writer === 'function';
}

/** The path of a `Bun.file`, or its number. */
export function pathOfFile(file) {
    const { name } = file;
    if (typeof name === 'string' && name !== '') return name;
    if (typeof file.fd === 'number') return file.fd;
    throw new TypeError('Expected a file with a path or a file descriptor');
}

export function bytesOfChunk(chunk) {
    if (typeof chunk === 'string') return Buffer.from(chunk);
    if (chunk instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && chunk instanceof SharedArrayBuffer)) return new Uint8Array(chunk);
    if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const error = new TypeError('Expected a string, ArrayBuffer or ArrayBufferView');
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** The bytes of something that has them at hand. */
export function bytesOfSource(source) {
    if (isBunFile(source)) return new Uint8Array(files.readFile(pathOfFile(source), 0));
    if (typeof source === 'string' || source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return bytesOfChunk(source);
    throw new TypeError('spawnSync takes only bytes and files as stdin: what comes later cannot be waited for');
}

async function* chunksOfStream(stream) {
    const reader = stream.getReader();
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            yield bytesOfChunk(value);
        }
    } finally {
        reader.releaseLock();
    }
}

const isResponse = (value) => (typeof Response === 'function' && value instanceof Response) || (typeof Request === 'function' && value instanceof Request);

export const consume = {
    accepts(value) {
        return typeof value === 'object' && value !== null && (
            value instanceof Blob || value instanceof ReadableStream || isResponse(value) || value instanceof ArrayBuffer ||
            ArrayBuffer.isView(value) || Symbol.asyncIterator in value
        );
    },

    /** What something gives, piece by piece. */
    async* chunks(source) {
        if (source instanceof ArrayBuffer || ArrayBuffer.isView(source) || typeof source === 'string') {
            yield bytesOfChunk(source);
        } else if (isResponse(source)) {
            yield new Uint8Array(await source.arrayBuffer());
        } else if (source instanceof Blob) {
            yield new Uint8Array(await source.arrayBuffer());
        } else if (source instanceof ReadableStream) {
            yield* chunksOfStream(source);
        } else {
            for await (const chunk of source) yield bytesOfChunk(chunk);
        }
    },

    /** Gives a stream what streams of Bun have beyond the standard. */
    decorate(stream) {
        const whole = async () => {
            const chunks = [];
            for await (const chunk of chunksOfStream(stream)) chunks.push(chunk);
            return Buffer.concat(chunks);
        };
        const methods = {
            text: async () => (await whole()).toString(),
            json: async () => JSON.parse((await whole()).toString()),
            bytes: async () => new Uint8Array(await whole()),
            arrayBuffer: async () => new Uint8Array(await whole()).buffer,
            blob: async () => new Blob([await whole()]),
        };
        for (const [name, value] of Object.entries(methods)) {
            if (name in stream) continue;
            Object.defineProperty(stream, name, { value, writable: true, configurable: true });
        }
        return stream;
    },
};
