// node:os

import * as system from 'native:os';
import { identity, kill, memoryUsage, userName } from 'native:process';

const errno = { E2BIG: 7, EACCES: 13, EADDRINUSE: 98, EADDRNOTAVAIL: 99, EAFNOSUPPORT: 97, EAGAIN: 11, EALREADY: 114, EBADF: 9, EBUSY: 16, ECANCELED: 125, ECHILD: 10, ECONNABORTED: 103, ECONNREFUSED: 111, ECONNRESET: 104, EDEADLK: 35, EDESTADDRREQ: 89, EDOM: 33, EDQUOT: 122, EEXIST: 17, EFAULT: 14, EFBIG: 27, EHOSTUNREACH: 113, EILSEQ: 84, EINPROGRESS: 115, EINTR: 4, EINVAL: 22, EIO: 5, EISCONN: 106, EISDIR: 21, ELOOP: 40, EMFILE: 24, EMLINK: 31, EMSGSIZE: 90, ENAMETOOLONG: 36, ENETDOWN: 100, ENETUNREACH: 101, ENFILE: 23, ENODEV: 19, ENOENT: 2, ENOEXEC: 8, ENOLCK: 37, ENOMEM: 12, ENOSPC: 28, ENOSYS: 38, ENOTCONN: 107, ENOTDIR: 20, ENOTEMPTY: 39, ENOTSOCK: 88, ENOTSUP: 95, ENOTTY: 25, ENXIO: 6, EOPNOTSUPP: 95, EOVERFLOW: 75, EPERM: 1, EPIPE: 32, EPROTO: 71, EPROTONOSUPPORT: 93, ERANGE: 34, EROFS: 30, ESPIPE: 29, ESRCH: 3, ESTALE: 116, ETIMEDOUT: 110, ETXTBSY: 26, EWOULDBLOCK: 11, EXDEV: 18 };
const signals = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27, SIGWINCH: 28, SIGIO: 29, SIGPWR: 30, SIGSYS: 31 };
const priority = { PRIORITY_LOW: 19, PRIORITY_BELOW_NORMAL: 10, PRIORITY_NORMAL: 0, PRIORITY_ABOVE_NORMAL: -7, PRIORITY_HIGH: -14, PRIORITY_HIGHEST: -20 };

export const constants = Object.freeze({ UV_UDP_REUSEADDR: 4, dlopen: Object.freeze({}), errno: Object.freeze(errno), signals: Object.freeze(signals), priority: Object.freeze(priority) });
export const EOL = '\n';
export const devNull = '/dev/null';

export const arch = () => system.arch();
export const platform = () => system.platform();
export const type = () => 'Linux';
export const release = () => system.release();
export const version = () => system.version();
export const machine = () => system.machine();
export const endianness = () => 'LE';
export const hostname = () => system.hostname();
export const homedir = () => globalThis.process.env.HOME ?? system.homedir();
export const tmpdir = () => {
    const { TMPDIR, TMP, TEMP } = globalThis.process.env;
    const folder = TMPDIR || TMP || TEMP || '/tmp';
    return folder.length > 1 && folder.endsWith('/') ? folder.slice(0, -1) : folder;
};
export const uptime = () => system.uptime();
export const loadavg = () => [0, 0, 0];
// What one program can address: what the sandbox may use is not told to it.
export const totalmem = () => 2 ** 32;
export const freemem = () => 2 ** 32 - memoryUsage()[0];
export const availableParallelism = () => system.available_parallelism();
export const cpus = () => Array.from({ length: system.available_parallelism() }, () => ({ model: 'WebAssembly', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }));
export const networkInterfaces = () => ({
    lo: [{ address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', mac: '00:00:00:00:00:00', internal: true, cidr: '127.0.0.1/8' }],
});

export function userInfo(options) {
    const [, , uid, gid] = identity();
    const text = (value) => (options?.encoding === 'buffer' ? Buffer.from(value) : value);
    return { uid, gid, username: text(userName()), homedir: text(homedir()), shell: text('/bin/sh') };
}

function checkPid(pid) {
    if (pid !== 0 && kill(pid, 0)) {
        const error = new Error('A system error occurred: uv_os_getpriority returned ESRCH (no such process)');
        throw Object.assign(error, { code: 'ERR_SYSTEM_ERROR', name: 'SystemError' });
    }
}

export function getPriority(pid = 0) {
    checkPid(pid);
    return 0;
}

export function setPriority(pid, wanted) {
    const [target, value] = wanted === undefined ? [0, pid] : [pid, wanted];
    if (!Number.isInteger(value) || value < -20 || value > 19) {
        const error = new RangeError(`The value of "priority" is out of range. It must be >= -20 && <= 19. Received ${value}`);
        error.code = 'ERR_OUT_OF_RANGE';
        throw error;
    }
    checkPid(target);
}

export default { arch, availableParallelism, constants, cpus, devNull, endianness, EOL, freemem, getPriority, homedir, hostname, loadavg, machine, networkInterfaces, platform, release, setPriority, tmpdir, totalmem, type, uptime, userInfo, version };
