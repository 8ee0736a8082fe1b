// Bun.spawn and Bun.spawnSync

import * as native from 'native:children';
import * as files from 'native:fs';
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { clearTimeout, setTimeout } from 'node:timers';
import { FROM_CHILD, IGNORE, Running, TO_CHILD, signalName, signalNumber, specOf, systemError } from 'belljar:internal/children';
import { VARIABLE, setup } from 'belljar:internal/channel';
import { pathOf } from 'belljar:internal/fs/arguments';

import { bytesOfChunk, bytesOfSource, consume, isBunFile, pathOfFile } from 'belljar:bun/sources';

const CHUNK = 65536;
const NAMES = ['stdin', 'stdout', 'stderr'];

function typeError(message) {
    const error = new TypeError(message);
    return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

// Opens a file for a child; `opened` collects what is to be closed once it has started.
function openFor(file, index, opened) {
    const path = pathOfFile(file);
    if (typeof path === 'number') return path;
    const fd = files.open(path, index === 0 ? 0 : 0o1101, 0o666);
    opened.push(fd);
    return fd;
}

/** What a child gets under a number: `{ number }` for the native module, `{ source }` that is fed to it. */
function descriptor(wanted, index, fallback, opened) {
    const value = wanted === undefined ? fallback : wanted;
    if (value === null || value === 'ignore') return { kind: 'ignore', number: IGNORE };
    if (value === 'inherit') return { kind: 'inherit', number: index };
    if (value === 'pipe') return { kind: 'pipe', number: index === 0 ? TO_CHILD : FROM_CHILD };
    if (typeof value === 'number') return { kind: 'fd', number: value };
    if (isBunFile(value)) return { kind: 'file', number: openFor(value, index, opened) };
    if (index === 0 && consume.accepts(value)) return { kind: 'source', number: TO_CHILD, source: value };
    if (typeof value?.fd === 'number') return { kind: 'fd', number: value.fd };
    throw typeError(`stdio must be an array of 'inherit', 'pipe', 'ignore', Bun.file(pathOrFd), number, or null`);
}

function commandOf(first, second) {
    const options = Array.isArray(first) ? second ?? {} : first;
    const cmd = Array.isArray(first) ? first : options?.cmd;
    if (options === null || typeof options !== 'object' || !Array.isArray(cmd)) throw typeError('cmd must be an array of strings');
    if (cmd.length === 0) throw typeError('cmd must not be empty');
    const args = cmd.map(String);
    for (const arg of args) {
        if (arg.includes('\0')) throw typeError('The argument must be a string without null bytes');
    }
    return { args, options };
}

function notFound(errno, file) {
    if (errno === -2 && !file.includes('/')) {
        const error = new Error(`Executable not found in $PATH: "${file}"`);
        return Object.assign(error, { code: 'ENOENT', errno, path: file });
    }
    const text = { '-2': 'no such file or directory', '-13': 'permission denied', '-20': 'not a directory', '-8': 'exec format error' }[errno] ?? 'failed';
    const error = systemError(errno, 'posix_spawn');
    error.message = `${error.code}: ${text}, posix_spawn '${file}'`;
    return Object.assign(error, { path: file });
}

function prepare(first, second, defaults) {
    const { args, options } = commandOf(first, second);
    const opened = [];
    const stdio = Array.isArray(options.stdio) ? options.stdio : [];
    const single = typeof options.stdio === 'string' ? options.stdio : undefined;
    const descriptors = NAMES.map((name, index) => (
        descriptor(options[name] ?? single ?? stdio[index], index, options[name] === null ? null : defaults[index], opened)));
    for (let index = 3; index < stdio.length; index += 1) descriptors.push(descriptor(stdio[index], index, null, opened));
    const cwd = options.cwd === undefined || options.cwd === null || options.cwd === '' ? undefined : pathOf(options.cwd, 'cwd');
    const env = options.env === undefined || options.env === null ? process.env : options.env;
    return { args: options.argv0 ? [String(options.argv0), ...args.slice(1)] : args, file: args[0], options, opened, descriptors, cwd, env };
}

function closeAll(opened) {
    for (const fd of opened) files.close(fd);
}

/** What a child writes, as it comes. */
export function readPipe(fd) {
    let open = true;
    const close = () => {
        if (open) files.close(fd);
        open = false;
    };
    const stream = new ReadableStream({
        async start(controller) {
            // Read whether anybody asks or not, as in Bun: a child must not wait for a reader that is not
            // interested.
            (async () => {
                while (open) {
                    const bytes = await files.readSoon(fd, CHUNK);
                    if (!open || !bytes) continue;
                    if (bytes.byteLength === 0) {
                        close();
                        controller.close();
                    } else {
                        controller.enqueue(bytes);
                    }
                }
            })().catch((error) => {
                close();
                controller.error(error);
            });
        },
        cancel: close,
    });
    return consume.decorate(stream);
}

/** What a child reads: `write`, `flush`, `end`. */
export class FileSink {
    #fd;
    #writing = Promise.resolve();
    #written = 0;
    #failed;

    constructor(fd) {
        this.#fd = fd;
    }

    #queue(bytes) {
        this.#writing = this.#writing.then(async () => {
            if (this.#failed || this.#fd < 0) return;
            try {
                this.#written += await files.writeSoon(this.#fd, bytes);
            } catch (error) {
                this.#failed = error;
            }
        });
    }

    write(chunk) {
        if (this.#fd < 0) return 0;
        const bytes = bytesOfChunk(chunk);
        this.#queue(bytes);
        return bytes.byteLength;
    }

    async flush() {
        const before = this.#written;
        await this.#writing;
        if (this.#failed) throw this.#failed;
        return this.#written - before;
    }

    start() {}

    async end() {
        await this.#writing;
        this.close();
        return this.#written;
    }

    close() {
        if (this.#fd >= 0) files.close(this.#fd);
        this.#fd = -1;
    }

    ref() {}
    unref() {}
}

async function feed(sink, source) {
    try {
        for await (const chunk of consume.chunks(source)) {
            sink.write(chunk);
            await sink.flush();
        }
    } catch (error) {
        if (error.code !== 'EPIPE') throw error;
    } finally {
        await sink.end();
    }
}

function usage(nanoseconds) {
    const micros = BigInt(Math.round(nanoseconds / 1000));
    return {
        contextSwitches: { voluntary: 0, involuntary: 0 },
        cpuTime: { user: micros, system: 0n, total: micros },
        maxRSS: 0,
        messages: { sent: 0, received: 0 },
        ops: { in: 0, out: 0 },
        shmSize: 0,
        signalCount: 0,
        swapCount: 0,
    };
}

export class Subprocess {
    #running;
    #usage;
    #killed = false;
    #exited;
    #resolve;
    exitCode = null;
    signalCode = null;

    constructor(pid, ends, descriptors) {
        Object.defineProperty(this, 'pid', { value: pid, enumerable: true });
        this.#exited = new Promise((resolve) => {
            this.#resolve = resolve;
        });
        this.stdio = descriptors.map(({ kind, source }, index) => {
            if (kind === 'pipe') return index === 0 ? new FileSink(ends[index]) : index < 3 ? readPipe(ends[index]) : ends[index];
            if (kind === 'source') {
                const sink = new FileSink(ends[index]);
                feed(sink, source);
            }
            return index < 3 ? undefined : null;
        });
        [this.stdin, this.stdout, this.stderr] = this.stdio;
        this.stdio.splice(0, 3, null, null, null);
    }

    /** Begins to wait for its end. */
    begin(ended) {
        this.#running = new Running(this.pid, (code, signal, nanoseconds) => {
            this.exitCode = signal ? null : code;
            this.signalCode = signal;
            this.#usage = usage(nanoseconds);
            if (this.stdin instanceof FileSink) this.stdin.close();
            this.#resolve(signal ? 128 + signalNumber(signal) : code);
            ended(code, signal);
        });
    }

    get exited() {
        return this.#exited;
    }

    get readable() {
        return this.stdout;
    }

    get killed() {
        return this.#killed || this.exitCode !== null || this.signalCode !== null;
    }

    kill(signal = 'SIGTERM') {
        const number = signal === 0 ? 0 : signalNumber(signal);
        const error = this.#running.kill(number);
        if (error === 0) this.#killed = true;
        else if (error !== -3) throw systemError(error, 'kill');
    }

    ref() {
        this.#running.ref();
    }

    unref() {
        this.#running.unref();
    }

    resourceUsage() {
        return this.#usage;
    }

    [Symbol.dispose]() {
        if (!this.killed) this.kill();
    }

    async [Symbol.asyncDispose]() {
        if (!this.killed) this.kill();
        await this.exited;
    }
}

export function spawn(first, second) {
    const { args, file, options, opened, descriptors, cwd, env } = prepare(first, second, [null, 'pipe', 'inherit']);
    const numbers = descriptors.map(({ number }) => number);
    let environment = env;
    let channel;
    if (typeof options.ipc === 'function') {
        channel = numbers.length;
        numbers.push(TO_CHILD, FROM_CHILD);
        environment = { ...env, [VARIABLE]: `${channel},${channel + 1}` };
    }
    const spec = specOf({ file, args, env: environment, cwd, detached: options.detached === true, stdio: numbers });
    const started = spec.error ? spec : native.spawn(spec);
    closeAll(opened);
    if (started.error) throw notFound(started.error, spec.error ? cwd : file);

    const child = new Subprocess(started.pid, started.pipes, descriptors);
    const { signal, onExit, timeout, killSignal = 'SIGTERM' } = options;
    let timer;
    const onAbort = () => child.kill(killSignal);
    if (timeout > 0) timer = setTimeout(() => child.kill(killSignal), timeout);
    if (channel !== undefined) {
        const target = new EventEmitter();
        setup(target, started.pipes[channel + 1], started.pipes[channel], { waits: true });
        target.on('message', (message) => options.ipc(message, child));
        target.on('disconnect', () => options.onDisconnect?.(true));
        target.on('error', () => {});
        child.send = (message) => target.send(message);
        child.disconnect = () => target.disconnect();
    }
    child.begin((code, signalCode) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        onExit?.call(child, child, signalCode ? null : code, signalCode ? signalNumber(signalCode) : null, undefined);
    });
    if (signal) {
        if (signal.aborted) onAbort();
        else signal.addEventListener('abort', onAbort, { once: true });
    }
    return child;
}

export function spawnSync(first, second) {
    const { args, file, options, opened, descriptors, cwd, env } = prepare(first, second, [null, 'pipe', 'pipe']);
    const [{ source }] = descriptors;
    const input = source === undefined ? null : bytesOfSource(source);
    const spec = specOf({ file, args, env, cwd, detached: false, stdio: descriptors.map(({ number }) => number) });
    const killSignal = signalNumber(options.killSignal ?? 'SIGTERM');
    const ended = spec.error ? spec : native.runSync(spec, input, options.timeout ?? 0, killSignal, options.maxBuffer ?? Infinity);
    closeAll(opened);
    if (ended.pid === undefined) throw notFound(ended.error, spec.error ? cwd : file);
    const output = (index) => (descriptors[index].kind === 'pipe' ? Buffer.from(ended.output[index] ?? []) : undefined);
    const signalCode = signalName(ended.signal);
    return {
        exitCode: signalCode ? 128 + ended.signal : ended.status,
        ...(signalCode ? { signalCode } : {}),
        ...(ended.error === -110 ? { exitedDueToTimeout: true } : {}),
        ...(ended.error === -105 ? { exitedDueToMaxBuffer: true } : {}),
        pid: ended.pid,
        resourceUsage: usage(0),
        stdout: output(1),
        stderr: output(2),
        success: ended.status === 0 && !signalCode,
    };
}
