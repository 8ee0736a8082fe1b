// node:process

import EventEmitter from 'node:events';
import * as native from 'native:process';
import { ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE } from '__wasm_rquickjs_builtin/internal/errors';
import { requireBuiltin } from 'belljar:internal/commonjs';
import { nextTick as queueTick } from 'belljar:internal/loop';
import { BUN_VERSION } from 'belljar:command/version';
import { stdin, stdout, stderr } from 'belljar:internal/streams';

const process = Object.create(EventEmitter.prototype, {
    constructor: { value: function process() {}, writable: true, configurable: true },
});
Reflect.apply(EventEmitter, process, []);
Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGWINCH: 28 };

function typeError(code, message) {
    const error = new TypeError(message);
    error.code = code;
    return error;
}

function systemError(code, syscall, extra = '') {
    const numbers = { ENOENT: [-2, 'no such file or directory'], ENOTDIR: [-20, 'not a directory'], EACCES: [-13, 'permission denied'], ESRCH: [-3, 'no such process'], EINVAL: [-22, 'invalid argument'] };
    const [errno, text] = numbers[code] ?? [-5, 'i/o error'];
    const error = new Error(`${code}: ${text}, ${syscall}${extra}`);
    return Object.assign(error, { errno, code, syscall });
}

// The environment as POSIX has it: strings only.
function makeEnvironment(entries) {
    const target = Object.create(null);
    for (let index = 0; index < entries.length; index += 2) target[entries[index]] = entries[index + 1];
    Object.setPrototypeOf(target, Object.prototype);
    return new Proxy(target, {
        set(values, name, value) {
            if (typeof name === 'symbol' || typeof value === 'symbol') {
                throw new TypeError('Cannot convert a Symbol value to a string');
            }
            values[name] = String(value);
            return true;
        },
        defineProperty(values, name, descriptor) {
            if ('get' in descriptor || 'set' in descriptor) {
                throw typeError('ERR_INVALID_OBJECT_DEFINE_PROPERTY', "'process.env' does not accept an accessor(getter/setter) descriptor");
            }
            values[name] = String(descriptor.value);
            return true;
        },
    });
}

process.title = 'bun';
process.version = 'v24.3.0';
process.versions = { node: '24.3.0', bun: BUN_VERSION, quickjs: '0.14.0', modules: '137', zlib: '1.3.1', unicode: '16.0' };
process.arch = 'wasm32';
process.platform = 'linux';
process.release = { name: 'node', lts: 'Krypton' };
process.config = { target_defaults: {}, variables: {} };
process.features = { inspector: false, debug: false, uv: false, ipv6: true, tls_alpn: false, tls_sni: false, tls_ocsp: false, tls: false, cached_builtins: true, require_module: true, typescript: 'transform' };
process.execArgv = [];
process.argv = [];
process.argv0 = '';
process.execPath = '/usr/bin/bun';
process.env = {};
process.domain = null;
process.allowedNodeEnvironmentFlags = new Set();
process.stdin = stdin;
process.stdout = stdout;
process.stderr = stderr;

for (const [name, index] of [['pid', 0], ['ppid', 1]]) {
    Object.defineProperty(process, name, { get: () => native.identity()[index], enumerable: true, configurable: true });
}
for (const [name, index] of [['getuid', 2], ['geteuid', 2], ['getgid', 3], ['getegid', 3]]) {
    process[name] = () => native.identity()[index];
}
process.getgroups = () => [native.identity()[3]];

/** Takes what differs between processes; the image has none of it. */
export function begin(name) {
    const args = native.arguments();
    process.argv0 = args[0] ?? name;
    process.execPath = `/usr/bin/${name}`;
    process.title = name;
    process.argv = args.slice();
    process.env = makeEnvironment(native.environment());
    if (name === 'node') {
        delete process.versions.bun;
        delete process.isBun;
    } else {
        process.isBun = true;
    }
    return args;
}

process.cwd = () => native.cwd();
process.chdir = (directory) => {
    if (typeof directory !== 'string') {
        throw typeError('ERR_INVALID_ARG_TYPE', `The "directory" argument must be of type string. Received ${directory === null ? 'null' : typeof directory}`);
    }
    const code = native.chdir(directory);
    if (code) throw Object.assign(systemError(code, 'chdir', ` ${native.cwd()} -> '${directory}'`), { path: native.cwd(), dest: directory });
};

process.nextTick = (callback, ...args) => {
    if (typeof callback !== 'function') {
        throw typeError('ERR_INVALID_ARG_TYPE', `The "callback" argument must be of type function. Received ${callback === undefined ? 'undefined' : typeof callback}`);
    }
    queueTick(callback, args);
};

let exiting = false;
function checkCode(code) {
    if (code === undefined || code === null) return undefined;
    const number = typeof code === 'string' && code.trim() !== '' && Number.isInteger(Number(code)) ? Number(code) : code;
    if (typeof number !== 'number') throw new ERR_INVALID_ARG_TYPE('code', 'number', code);
    if (!Number.isInteger(number)) throw new ERR_OUT_OF_RANGE('code', 'an integer', code);
    return number;
}
let exitCode;
Object.defineProperty(process, 'exitCode', {
    get: () => exitCode,
    set(code) {
        exitCode = checkCode(code) ?? code;
    },
    enumerable: true,
    configurable: true,
});
process.exit = (code) => {
    const given = checkCode(code);
    if (given !== undefined) process.exitCode = given;
    if (!exiting) {
        exiting = true;
        process._exiting = true;
        process.emit('exit', checkCode(process.exitCode) ?? 0);
    }
    process.reallyExit(checkCode(process.exitCode) ?? 0);
};
process.reallyExit = (code = 0) => native.exit(code & 255);
process.abort = () => {
    process.kill(process.pid, 'SIGKILL');
};

process.kill = (pid, signal = 'SIGTERM') => {
    if (!Number.isInteger(pid)) throw typeError('ERR_INVALID_ARG_TYPE', 'The "pid" argument must be of type number.');
    const number = typeof signal === 'number' ? signal : SIGNALS[signal];
    if (number === undefined) throw typeError('ERR_UNKNOWN_SIGNAL', `Unknown signal: ${signal}`);
    const code = native.kill(pid, number);
    if (code) throw systemError(code, 'kill');
    return true;
};

// Signals are caught as long as somebody listens.
process.on('newListener', (event) => {
    if (typeof event === 'string' && event in SIGNALS && process.listenerCount(event) === 0) native.onSignal(SIGNALS[event], 'catch');
});
process.on('removeListener', (event) => {
    if (typeof event === 'string' && event in SIGNALS && process.listenerCount(event) === 0) native.onSignal(SIGNALS[event], event === 'SIGPIPE' ? 'ignore' : 'default');
});
export function deliverSignal(number) {
    const name = Object.keys(SIGNALS).find((key) => SIGNALS[key] === number);
    if (name !== undefined && !process.emit(name, name, number) && number !== SIGNALS.SIGCHLD) {
        native.exit(128 + number);
    }
}

process.hrtime = (previous) => {
    const now = native.hrtime();
    let seconds = Number(now / 1000000000n);
    let nanoseconds = Number(now % 1000000000n);
    if (previous !== undefined) {
        seconds -= previous[0];
        nanoseconds -= previous[1];
        if (nanoseconds < 0) {
            seconds -= 1;
            nanoseconds += 1e9;
        }
    }
    return [seconds, nanoseconds];
};
process.hrtime.bigint = () => native.hrtime();
let began = native.now();
export function beginClock() {
    began = native.now();
}
process.uptime = () => (native.now() - began) / 1000;
process.memoryUsage = () => {
    const [rss, heapTotal, heapUsed, arrayBuffers] = native.memoryUsage();
    return { rss, heapTotal, heapUsed, external: arrayBuffers, arrayBuffers };
};
process.memoryUsage.rss = () => native.memoryUsage()[0];
process.constrainedMemory = () => 0;
process.availableMemory = () => 2 ** 32 - native.memoryUsage()[0];
process.cpuUsage = (previous = { user: 0, system: 0 }) => ({ user: Math.round(process.uptime() * 1e6) - previous.user, system: 0 - previous.system });
process.resourceUsage = () => ({ userCPUTime: Math.round(process.uptime() * 1e6), systemCPUTime: 0, maxRSS: Math.round(native.memoryUsage()[0] / 1024) });
process.umask = (mask) => native.umask(typeof mask === 'string' ? parseInt(mask, 8) : mask);
process.binding = (name) => {
    throw new Error(`No such module: ${name}`);
};
process.dlopen = () => {
    const error = new Error('Native add-ons are not supported: this runtime is WebAssembly');
    error.code = 'ERR_DLOPEN_FAILED';
    throw error;
};
process.getActiveResourcesInfo = () => [];
process.setSourceMapsEnabled = () => {};
process.loadEnvFile = (path = '.env') => {
    const { parseEnv } = requireBuiltin('node:util');
    const values = parseEnv(requireBuiltin('node:fs').readFileSync(path, 'utf8'));
    for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
};

let captureCallback = null;
process.setUncaughtExceptionCaptureCallback = (callback) => {
    captureCallback = callback;
};
process.hasUncaughtExceptionCaptureCallback = () => captureCallback !== null;
export function uncaughtCallback() {
    return captureCallback;
}

const warned = new Set();
process.emitWarning = (warning, type, code, constructor) => {
    let detail;
    if (type !== null && typeof type === 'object') ({ type, code, detail, ctor: constructor } = type);
    if (typeof type === 'function') [type, constructor] = [undefined, type];
    if (typeof code === 'function') [code, constructor] = [undefined, code];
    let error = warning;
    if (typeof warning === 'string') {
        error = new Error(warning);
        error.name = String(type || 'Warning');
        if (code !== undefined) error.code = code;
        if (detail !== undefined) error.detail = detail;
        Error.captureStackTrace?.(error, constructor ?? process.emitWarning);
    }
    if (error.name === 'DeprecationWarning' && process.noDeprecation) return;
    queueTick(() => process.emit('warning', error), []);
};
process.on('warning', (warning) => {
    if (process.noWarnings || process.env.NODE_NO_WARNINGS === '1') return;
    const code = warning.code ? `[${warning.code}] ` : '';
    const text = `(${process.title}:${process.pid}) ${code}${warning.name}: ${warning.message}`;
    if (warned.has(text) && warning.code) return;
    warned.add(text);
    native.write(2, `${text}\n${warning.detail ? `${warning.detail}\n` : ''}`);
});

export const { nextTick, cwd, chdir, exit, hrtime, emitWarning, memoryUsage, uptime, kill, umask, platform, arch, version, versions, release } = process;
const env = new Proxy({}, {
    get: (_, name) => process.env[name],
    set: (_, name, value) => Reflect.set(process.env, name, value),
    has: (_, name) => name in process.env,
    deleteProperty: (_, name) => delete process.env[name],
    ownKeys: () => Reflect.ownKeys(process.env),
    getOwnPropertyDescriptor: (_, name) => Object.getOwnPropertyDescriptor(process.env, name),
});
const argv = new Proxy([], { get: (_, name) => process.argv[name], has: (_, name) => name in process.argv });
export { argv, env, stderr, stdin, stdout };
export default process;
