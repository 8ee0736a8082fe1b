// Messages between a process and one that it has forked: a line of JSON each, through two pipes whose
// numbers the child finds in its environment. Node's own format, without handles.

import * as native from 'native:fs';
import { StringDecoder } from 'node:string_decoder';
import { Buffer } from 'node:buffer';

export const VARIABLE = 'BELLJAR_CHANNEL';
const INTERNAL = 'NODE_';

function closedError() {
    const error = new Error('Channel closed');
    return Object.assign(error, { code: 'ERR_IPC_CHANNEL_CLOSED' });
}

/** Gives an emitter `send`, `disconnect`, `connected` and `channel`. */
export function setup(target, readFd, writeFd, { waits, closed = () => {} }) {
    const decoder = new StringDecoder('utf8');
    let pending = '';
    let open = true;
    let reading = false;
    let referenced = waits;
    let writing = Promise.resolve();

    const emit = (...args) => process.nextTick(() => target.emit(...args));

    function shut() {
        if (!open) return;
        open = false;
        target.connected = false;
        target.channel = null;
        writing.finally(() => {
            for (const fd of [readFd, writeFd]) {
                try {
                    native.close(fd);
                } catch {
                    // It is closed already.
                }
            }
        });
        emit('disconnect');
        process.nextTick(closed);
    }

    function take(text) {
        pending += text;
        for (;;) {
            const end = pending.indexOf('\n');
            if (end < 0) return;
            const line = pending.slice(0, end);
            pending = pending.slice(end + 1);
            if (line === '') continue;
            const message = JSON.parse(line);
            const internal = typeof message?.cmd === 'string' && message.cmd.startsWith(INTERNAL);
            emit(internal ? 'internalMessage' : 'message', message, undefined);
        }
    }

    async function read() {
        if (reading) return;
        reading = true;
        while (open && referenced) {
            const bytes = await native.readSoon(readFd, 65536).catch(() => new Uint8Array(0));
            if (!bytes) continue;
            if (bytes.byteLength === 0) {
                shut();
                break;
            }
            take(decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
        }
        reading = false;
    }

    function setReferenced(value) {
        if (referenced === value) return;
        referenced = value;
        if (value) read();
        else if (open) native.stop(readFd);
    }

    target.connected = true;
    target.channel = {
        ref: () => setReferenced(true),
        unref: () => setReferenced(false),
        hasRef: () => referenced,
    };

    target.send = (message, handle, options, callback) => {
        const done = [handle, options, callback].find((one) => typeof one === 'function');
        if (message === undefined) {
            const error = new TypeError('The "message" argument must be specified');
            throw Object.assign(error, { code: 'ERR_MISSING_ARGS' });
        }
        if (handle !== undefined && handle !== null && typeof handle === 'object' && typeof handle.on === 'function') {
            const error = new TypeError('This handle type cannot be sent');
            throw Object.assign(error, { code: 'ERR_INVALID_HANDLE_TYPE' });
        }
        if (!open) {
            const error = closedError();
            if (done) process.nextTick(done, error);
            else emit('error', error);
            return false;
        }
        const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
        writing = writing.then(() => native.writeSoon(writeFd, bytes)).then(
            () => { if (done) process.nextTick(done, null); },
            (error) => {
                if (done) process.nextTick(done, error);
                else if (open) emit('error', error);
            },
        );
        return true;
    };

    target.disconnect = () => {
        if (!open) {
            const error = new Error('IPC channel is already disconnected');
            emit('error', Object.assign(error, { code: 'ERR_IPC_DISCONNECTED' }));
            return;
        }
        shut();
    };

    if (!waits) {
        // As in Node: a child stays for its parent's messages as long as it listens to them.
        const counts = () => setReferenced(target.listenerCount('message') + target.listenerCount('disconnect') > 0);
        target.on('newListener', (event) => {
            if (event === 'message' || event === 'disconnect') setReferenced(true);
        });
        target.on('removeListener', (event) => {
            if (event === 'message' || event === 'disconnect') counts();
        });
    } else {
        read();
    }
    return { shut };
}

/** In a process that was forked: makes `process` one end of the channel. */
export function adopt() {
    const numbers = process.env[VARIABLE];
    if (numbers === undefined) return;
    delete process.env[VARIABLE];
    const [readFd, writeFd] = numbers.split(',').map((number) => native.adopt(Number(number)));
    setup(process, readFd, writeFd, { waits: false });
}
