// Reading and writing that may have to wait: of pipes, and of files in the same words.

import * as native from 'native:fs';
import { Buffer } from 'node:buffer';
import { AbortError } from '__wasm_rquickjs_builtin/internal/errors';
import { soon } from 'belljar:internal/fs/later';

const CHUNK = 65536;

export function checkAborted(signal) {
    if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
}

/** How many bytes were read into the view. */
export async function readInto(fd, { view, start, size, position }) {
    if (size === 0) return soon(() => 0);
    if (position >= 0 || !native.mayWait(fd)) return soon(() => native.read(fd, view, start, size, position));
    const bytes = await native.readSoon(fd, size);
    if (!bytes) return 0;
    view.set(bytes, start);
    return bytes.byteLength;
}

export async function writeFrom(fd, { view, start, size, position }) {
    if (size === 0) return soon(() => 0);
    if (position >= 0 || !native.mayWait(fd)) return soon(() => native.write(fd, view, start, size, position));
    return native.writeSoon(fd, view.subarray(start, start + size));
}

/** All that is left of what is open. */
export async function readRest(fd, signal) {
    checkAborted(signal);
    if (!native.mayWait(fd)) {
        const bytes = await soon(() => native.readRest(fd));
        checkAborted(signal);
        return Buffer.from(bytes);
    }
    const chunks = [];
    for (;;) {
        const bytes = await native.readSoon(fd, CHUNK);
        checkAborted(signal);
        if (!bytes || bytes.byteLength === 0) return Buffer.concat(chunks);
        chunks.push(bytes);
    }
}

export async function writeAll(fd, bytes, signal) {
    checkAborted(signal);
    await writeFrom(fd, { view: bytes, start: 0, size: bytes.byteLength, position: -1 });
    checkAborted(signal);
}

/** The number of a path that stands for a standard stream, which may let its reader wait. */
export function standardNumber(path) {
    return path === '/dev/stdin' || path === '/dev/fd/0' ? 0 : undefined;
}
