// node:child_process

import * as native from 'native:children';
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { AbortError, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } from '__wasm_rquickjs_builtin/internal/errors';
import { Running, errorName, signalName, signalNumber, specOf, systemError, FROM_CHILD } from 'belljar:internal/children';
import { VARIABLE, setup } from 'belljar:internal/channel';
import { bytesOf, pathOf } from 'belljar:internal/fs/arguments';
import { PipeReader, PipeWriter } from 'belljar:internal/pipes';
import { checkBounds, normalize, stdioOf } from 'belljar:internal/spawn_arguments';

const MAX_BUFFER = 1024 * 1024;
const custom = Symbol.for('nodejs.util.promisify.custom');

export function ChildProcess() {
    EventEmitter.call(this);
    this._closesNeeded = 1;
    this._closesGot = 0;
    this.connected = false;
    this.signalCode = null;
    this.exitCode = null;
    this.killed = false;
    this.spawnfile = null;
    this._handle = null;
}
Object.setPrototypeOf(ChildProcess.prototype, EventEmitter.prototype);
Object.setPrototypeOf(ChildProcess, EventEmitter);

function maybeClose(child) {
    child._closesGot += 1;
    if (child._closesGot === child._closesNeeded) child.emit('close', child.exitCode, child.signalCode);
}

function finished(child, code, signal) {
    if (signal) child.signalCode = signal;
    else child.exitCode = code;
    // In the next turn: a write that nobody will read any more must be told so first.
    setImmediate(() => child.stdin?.destroy());
    child._handle = null;
    if (code < 0) {
        const error = systemError(code, `spawn ${child.spawnfile}`);
        error.path = child.spawnfile;
        error.spawnargs = child.spawnargs.slice(1);
        child.emit('error', error);
    } else {
        child.emit('exit', child.exitCode, child.signalCode);
    }
    // What nobody reads must come to its end, too.
    process.nextTick(() => {
        for (const stream of child.stdio ?? []) {
            if (stream instanceof PipeReader && stream.readable && !stream.readableFlowing && stream.listenerCount('readable') === 0) stream.resume();
        }
    });
    maybeClose(child);
}

ChildProcess.prototype.spawn = function spawn(options) {
    if (options === null || typeof options !== 'object') throw new ERR_INVALID_ARG_TYPE('options', 'Object', options);
    const { kinds, numbers, ipc } = stdioOf(options.stdio);
    let { env } = options;
    if (ipc !== undefined) {
        numbers.push(FROM_CHILD);
        env = { ...(env ?? process.env), [VARIABLE]: `${ipc},${numbers.length - 1}` };
    }
    this.spawnfile = options.file;
    this.spawnargs = options.args ?? [];
    const spec = specOf({ ...options, args: this.spawnargs, env, stdio: numbers });
    const started = spec.error ? spec : native.spawn(spec);
    if (started.error) {
        if (![-2, -11, -13, -20, -24].includes(started.error)) throw systemError(started.error, 'spawn');
        process.nextTick(finished, this, started.error, null);
    } else {
        process.nextTick(() => this.emit('spawn'));
        this.pid = started.pid;
        this._handle = new Running(started.pid, (code, signal) => finished(this, code, signal));
    }
    this.stdio = kinds.map((kind, index) => {
        if (kind !== 'pipe') return null;
        const fd = started.pipes?.[index] ?? -1;
        if (index === 0) {
            const stream = new PipeWriter(fd);
            if (fd < 0) stream.destroy();
            return stream;
        }
        const stream = new PipeReader(fd);
        this._closesNeeded += 1;
        stream.on('close', () => maybeClose(this));
        if (fd < 0) stream.destroy();
        return stream;
    });
    [this.stdin, this.stdout, this.stderr] = this.stdio;
    if (ipc !== undefined && started.pipes) {
        setup(this, started.pipes[numbers.length - 1], started.pipes[ipc], { waits: true, closed: () => maybeClose(this) });
        this._closesNeeded += 1;
    }
    return started.error ?? 0;
};

ChildProcess.prototype.kill = function kill(signal = 'SIGTERM') {
    const number = signal === 0 ? 0 : signalNumber(signal);
    if (!this._handle) return false;
    const error = this._handle.kill(number);
    if (error === 0) {
        this.killed = true;
        return true;
    }
    if (error === -22) throw systemError(error, 'kill');
    if (error !== -3) this.emit('error', systemError(error, 'kill'));
    return false;
};

ChildProcess.prototype[Symbol.dispose] = function dispose() {
    if (!this.killed) this.kill();
};

ChildProcess.prototype.ref = function ref() {
    this._handle?.ref();
};

ChildProcess.prototype.unref = function unref() {
    this._handle?.unref();
};

function abort(child, killSignal, reason) {
    try {
        if (child.kill(killSignal)) child.emit('error', new AbortError(undefined, { cause: reason }));
    } catch (error) {
        child.emit('error', error);
    }
}

export function spawn(file, args, options) {
    const all = normalize(file, args, options);
    checkBounds(all);
    const child = new ChildProcess();
    child.spawn(all);
    const { timeout, signal } = all;
    const killSignal = all.killSignal ?? 'SIGTERM';
    if (timeout > 0) {
        let timer = setTimeout(() => {
            timer = undefined;
            try {
                child.kill(killSignal);
            } catch (error) {
                child.emit('error', error);
            }
        }, timeout);
        child.once('exit', () => clearTimeout(timer));
    }
    if (signal) {
        const onAbort = () => abort(child, killSignal, signal.reason);
        if (signal.aborted) {
            process.nextTick(onAbort);
        } else {
            signal.addEventListener('abort', onAbort, { once: true });
            child.once('exit', () => signal.removeEventListener('abort', onAbort));
        }
    }
    return child;
}

function bufferError(name) {
    const error = new RangeError(`${name} maxBuffer length exceeded`);
    return Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
}

// What a stream brings, up to a limit in characters or bytes.
class Collected {
    #chunks = [];
    #length = 0;

    constructor(stream, encoding, limit, exceeded) {
        this.text = encoding !== null;
        if (!stream) return;
        if (this.text) stream.setEncoding(encoding);
        stream.on('data', (chunk) => {
            const size = chunk.length;
            if (this.#length + size > limit) {
                this.#chunks.push(chunk.slice(0, limit - this.#length));
                this.#length = limit;
                exceeded();
                return;
            }
            this.#chunks.push(chunk);
            this.#length += size;
        });
    }

    get value() {
        return this.text ? this.#chunks.join('') : Buffer.concat(this.#chunks);
    }
}

export function execFile(file, ...rest) {
    let callback;
    let [args, options] = rest;
    const last = rest.findIndex((one) => typeof one === 'function');
    if (last >= 0) callback = rest[last];
    if (!Array.isArray(args)) {
        options = typeof args === 'function' ? undefined : args ?? (typeof options === 'function' ? undefined : options);
        args = [];
    }
    if (typeof options === 'function') options = undefined;
    if (rest.length >= 3 && last < 0 && rest[2] !== undefined && rest[2] !== null) {
        throw new ERR_INVALID_ARG_TYPE('callback', 'Function', rest[2]);
    }
    if (options !== undefined && options !== null && typeof options !== 'object') {
        throw new ERR_INVALID_ARG_VALUE('options', options);
    }
    const all = { encoding: 'utf8', timeout: 0, maxBuffer: MAX_BUFFER, killSignal: 'SIGTERM', cwd: null, env: null, shell: false, ...options };
    checkBounds(all);
    const child = spawn(file, args, { ...all, timeout: 0, signal: undefined });
    const encoding = all.encoding !== 'buffer' && Buffer.isEncoding(all.encoding) ? all.encoding : null;
    let timer;
    let killed = false;
    let error = null;
    let done = false;

    const kill = () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        killed = true;
        try {
            child.kill(all.killSignal);
        } catch (failure) {
            error ??= failure;
            finish();
        }
    };
    const exceeded = (name) => () => {
        if (killed) return;
        error = bufferError(name);
        kill();
    };
    const out = new Collected(child.stdout, encoding, all.maxBuffer, exceeded('stdout'));
    const err = new Collected(child.stderr, encoding, all.maxBuffer, exceeded('stderr'));
    const onAbort = () => {
        if (done) return;
        error = new AbortError(undefined, { cause: all.signal.reason });
        kill();
    };

    function finish(code = null, signal = null) {
        if (done) return;
        done = true;
        clearTimeout(timer);
        all.signal?.removeEventListener('abort', onAbort);
        if (!callback) return;
        const stdout = out.value;
        const stderr = err.value;
        if (!error && code === 0 && signal === null) {
            callback(null, stdout, stderr);
            return;
        }
        const cmd = all.shown ?? [file, ...args].join(' ');
        if (!error) {
            error = new Error(`Command failed: ${cmd}\n${stderr}`);
            Object.assign(error, { code: code < 0 ? errorName(code) : code, killed: child.killed || killed, signal });
        }
        error.cmd = cmd;
        callback(error, stdout, stderr);
    }

    if (all.timeout > 0) timer = setTimeout(kill, all.timeout);
    if (all.signal) {
        if (all.signal.aborted) process.nextTick(onAbort);
        else all.signal.addEventListener('abort', onAbort, { once: true });
    }
    child.on('close', finish);
    child.on('error', (failure) => {
        error = failure;
        child.stdout?.destroy();
        child.stderr?.destroy();
        finish();
    });
    return child;
}

function commandOptions(command, options) {
    if (typeof command !== 'string') throw new ERR_INVALID_ARG_TYPE('command', 'string', command);
    if (command.includes('\0')) throw new ERR_INVALID_ARG_VALUE('command', command, 'must be a string without null bytes');
    if (command.length === 0) throw new ERR_INVALID_ARG_VALUE('file', command, 'cannot be empty');
    return { ...options, shell: typeof options?.shell === 'string' ? options.shell : true };
}

export function exec(command, options, callback) {
    const call = typeof options === 'function' ? options : callback;
    const all = commandOptions(command, typeof options === 'function' ? undefined : options);
    return execFile(command, [], { ...all, shown: command }, call);
}

function promised(operation) {
    return (...args) => {
        let child;
        const promise = new Promise((resolve, reject) => {
            child = operation(...args, (error, stdout, stderr) => {
                if (error) reject(Object.assign(error, { stdout, stderr }));
                else resolve({ stdout, stderr });
            });
        });
        promise.child = child;
        return promise;
    };
}
Object.defineProperty(exec, custom, { value: promised(exec), enumerable: false });
Object.defineProperty(execFile, custom, { value: promised(execFile), enumerable: false });

export function fork(modulePath, args, options) {
    const file = pathOf(modulePath, 'modulePath');
    let list = [];
    if (Array.isArray(args)) list = args;
    else if (args !== undefined && args !== null) {
        if (typeof args !== 'object') throw new ERR_INVALID_ARG_VALUE('args', args);
        options = args;
    }
    if (options !== undefined && (options === null || typeof options !== 'object')) {
        throw new ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    const all = { ...options, shell: false };
    let { stdio } = all;
    if (typeof stdio === 'string') {
        stdio = [stdio, stdio, stdio, 'ipc'];
    } else if (stdio === undefined || stdio === null) {
        stdio = all.silent ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['inherit', 'inherit', 'inherit', 'ipc'];
    } else if (!stdio.includes('ipc')) {
        const error = new Error("Forked processes must have an IPC channel, missing value 'ipc' in options.stdio");
        throw Object.assign(error, { code: 'ERR_CHILD_PROCESS_IPC_REQUIRED' });
    }
    const program = all.execPath ?? process.execPath;
    const before = all.execArgv ?? process.execArgv ?? [];
    return spawn(program, [...before, file, ...list], { ...all, stdio });
}

export function spawnSync(file, args, options) {
    const all = { maxBuffer: MAX_BUFFER, ...normalize(file, args, options) };
    checkBounds(all);
    const { kinds, numbers, ipc } = stdioOf(all.stdio);
    if (ipc !== undefined) {
        const error = new Error('IPC cannot be used with synchronous forks');
        throw Object.assign(error, { code: 'ERR_IPC_SYNC_FORK' });
    }
    const first = Array.isArray(all.stdio) ? all.stdio[0]?.input ?? all.input : all.input;
    let input = null;
    if (first !== undefined && first !== null) {
        if (typeof first !== 'string' && !ArrayBuffer.isView(first)) {
            throw new ERR_INVALID_ARG_TYPE('options.input', ['string', 'Buffer', 'TypedArray', 'DataView'], first);
        }
        input = bytesOf(first, all.encoding && all.encoding !== 'buffer' ? all.encoding : 'utf8');
    }
    const spec = specOf({ ...all, stdio: numbers });
    const killSignal = signalNumber(all.killSignal ?? 'SIGTERM');
    const ended = spec.error ? spec : native.runSync(spec, input, all.timeout ?? 0, killSignal, all.maxBuffer ?? Infinity);
    const result = {};
    if (ended.error) {
        result.error = systemError(ended.error, `spawnSync ${all.file}`);
        result.error.path = all.file;
        result.error.spawnargs = all.args.slice(1);
    }
    const decode = (bytes) => {
        const buffer = Buffer.from(bytes ?? []);
        return all.encoding && all.encoding !== 'buffer' ? buffer.toString(all.encoding) : buffer;
    };
    const output = ended.pid === undefined ? null : kinds.map((kind, index) => (kind === 'pipe' && index > 0 ? decode(ended.output[index]) : null));
    return Object.assign(result, {
        status: ended.status ?? null,
        signal: signalName(ended.signal),
        output,
        pid: ended.pid ?? 0,
        stdout: output ? output[1] : null,
        stderr: output ? output[2] : null,
    });
}

// Throws if it has not gone well; else gives what was written.
function checked(result, shown, inheritStderr) {
    if (inheritStderr && result.stderr?.length > 0) process.stderr.write(result.stderr);
    if (result.error) throw Object.assign(result.error, result);
    if (result.status !== 0) {
        let message = `Command failed: ${shown}`;
        if (result.stderr?.length > 0) message += `\n${result.stderr.toString()}`;
        throw Object.assign(new Error(message), result);
    }
    return result.stdout;
}

export function execFileSync(file, args, options) {
    const all = normalize(file, args, options);
    const inheritStderr = !all.stdio;
    const list = Array.isArray(args) ? args : [];
    const given = Array.isArray(args) ? options : args ?? options;
    return checked(spawnSync(file, list, { ...given, stdio: all.stdio || 'pipe' }), [file, ...list].join(' '), inheritStderr);
}

export function execSync(command, options) {
    const all = commandOptions(command, options);
    return checked(spawnSync(command, [], { ...all, stdio: all.stdio || 'pipe' }), command, !all.stdio);
}

export default { ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
