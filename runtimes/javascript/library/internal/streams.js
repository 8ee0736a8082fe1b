// process.stdin, stdout and stderr. Writing waits until all is written, as it does for files and pipes
// of Node on POSIX; so nothing is lost at the end.

import * as files from 'native:fs';
import * as native from 'native:process';
import { requireBuiltin } from 'belljar:internal/commonjs';

function writeError(code) {
    const error = new Error(`${code}: ${code === 'EPIPE' ? 'broken pipe' : 'i/o error'}, write`);
    return Object.assign(error, { code, syscall: 'write', errno: code === 'EPIPE' ? -32 : -5 });
}

const SIGPIPE = 13;
/** The streams of standard output and error that have been made, by number. */
const outputs = [];

/** What nobody reads any more is an error of a write, not the end: to be called when a process begins. */
export function ignoreBrokenPipes() {
    native.onSignal(SIGPIPE, 'ignore');
}

/**
 * Writes to standard output or error; null, or the code of the error. A program that does not listen
 * for errors there ends when nobody reads any more, as other programs do: Node and Bun would write on
 * for ever.
 */
export function write(number, data) {
    const code = native.write(number, data);
    if (code === 'EPIPE' && !outputs[number]?.listenerCount('error') && process.listenerCount('SIGPIPE') === 0) {
        native.onSignal(SIGPIPE, 'default');
        native.write(number, data);
    }
    return code;
}

// Made when they are first asked for: the stream classes need a process object themselves.
function lazily(make) {
    let made;
    return () => {
        made ??= make();
        return made;
    };
}

function makeOutput(number) {
    const { Writable } = requireBuiltin('node:stream');
    const stream = new Writable({
        decodeStrings: false,
        write(chunk, encoding, callback) {
            const text = typeof chunk === 'string' && (encoding === 'utf8' || encoding === 'utf-8');
            const code = write(number, text ? chunk : typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
            callback(code ? writeError(code) : null);
        },
    });
    stream.fd = number;
    outputs[number] = stream;
    stream._type = native.isTerminal(number) ? 'tty' : 'pipe';
    stream.isTTY = native.isTerminal(number) || undefined;
    // The standard streams stay open.
    stream._destroy = (error, callback) => callback(error);
    if (stream.isTTY) {
        const size = native.terminalSize();
        [stream.columns, stream.rows] = size ?? [80, 24];
    }
    stream.getColorDepth = () => (stream.isTTY ? 8 : 1);
    stream.hasColors = (count = 16) => Boolean(stream.isTTY) && count <= 256;
    stream.getWindowSize = () => [stream.columns ?? 80, stream.rows ?? 24];
    stream.writableIsSynchronous = true;
    return stream;
}

function makeInput() {
    const { Readable } = requireBuiltin('node:stream');
    let reading = false;
    // Who pauses a stream does not wait for it: as long as it is, nothing is read, and the process may end.
    const isPaused = () => stream.readableFlowing === false && stream.listenerCount('readable') === 0;
    // Then the stream asks again when it goes on.
    const asked = () => {
        stream._readableState.reading = false;
    };
    const stream = new Readable({
        highWaterMark: 65536,
        read(size) {
            if (reading) return;
            if (isPaused()) {
                asked();
                return;
            }
            reading = true;
            files.readSoon(0, Math.max(size, 65536)).then(
                (bytes) => {
                    reading = false;
                    if (bytes) {
                        stream.push(bytes.byteLength === 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
                    } else {
                        asked();
                        if (!stream.destroyed && !isPaused()) stream.read(0);
                    }
                },
                (error) => {
                    reading = false;
                    if (error.code === 'EBADF') stream.push(null);
                    else stream.destroy(error);
                },
            );
        },
        destroy(error, callback) {
            if (reading) files.stop(0);
            callback(error);
        },
    });
    stream.on('pause', () => {
        if (reading && isPaused()) files.stop(0);
    });
    stream.fd = 0;
    stream.isTTY = native.isTerminal(0) || undefined;
    stream.setRawMode = () => stream;
    stream.ref = () => stream;
    stream.unref = () => stream;
    return stream;
}

const makers = { stdin: lazily(makeInput), stdout: lazily(() => makeOutput(1)), stderr: lazily(() => makeOutput(2)) };

// A stand-in that becomes the stream at the first touch, so that the image holds no open stream.
function standIn(name) {
    return new Proxy(function stream() {}, {
        get: (_, key) => {
            const stream = makers[name]();
            return Reflect.get(stream, key, stream);
        },
    });
}
export const stdin = standIn('stdin');
export const stdout = standIn('stdout');
export const stderr = standIn('stderr');

/** Puts the real streams in the place of the stand-ins. */
export function install(process) {
    for (const name of ['stdin', 'stdout', 'stderr']) {
        Object.defineProperty(process, name, {
            get: makers[name],
            set(value) {
                Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
            },
            enumerable: true,
            configurable: true,
        });
    }
}
