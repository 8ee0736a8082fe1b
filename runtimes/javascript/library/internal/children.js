// What node:child_process, Bun.spawn and the shell have in common.

import * as native from 'native:children';
import * as files from 'native:fs';
import { setInterval, clearInterval } from 'node:timers';

export const SIGNALS = {
    SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9,
    SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGSTKFLT: 16, SIGCHLD: 17,
    SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25,
    SIGVTALRM: 26, SIGPROF: 27, SIGWINCH: 28, SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
};
const NAMES = new Map(Object.entries(SIGNALS).reverse().map(([name, number]) => [number, name]));

export function signalName(number) {
    return number === null || number === undefined ? null : NAMES.get(number) ?? `SIG${number}`;
}

/** The number of a signal; throws what Node throws if there is none of that name. */
export function signalNumber(signal) {
    if (typeof signal === 'number' && NAMES.has(signal)) return signal;
    const number = typeof signal === 'string' ? SIGNALS[signal.toUpperCase()] : undefined;
    if (number !== undefined) return number;
    const error = new TypeError(`Unknown signal: ${String(signal)}`);
    error.code = 'ERR_UNKNOWN_SIGNAL';
    throw error;
}

const ERRORS = { 1: 'EPERM', 2: 'ENOENT', 3: 'ESRCH', 7: 'E2BIG', 8: 'ENOEXEC', 9: 'EBADF', 11: 'EAGAIN', 12: 'ENOMEM', 13: 'EACCES', 20: 'ENOTDIR', 22: 'EINVAL', 24: 'EMFILE', 32: 'EPIPE', 95: 'ENOTSUP', 105: 'ENOBUFS', 110: 'ETIMEDOUT' };
export const errorName = (errno) => ERRORS[-errno] ?? `Unknown system error ${errno}`;

/** An error of the system without words, as Node has it for processes: `spawn x ENOENT`. */
export function systemError(errno, syscall) {
    const code = errorName(errno);
    const error = new Error(`${syscall} ${code}`);
    return Object.assign(error, { errno, code, syscall });
}

export function environmentPairs(env) {
    const pairs = [];
    for (const name in env) {
        if (env[name] !== undefined) pairs.push(`${name}=${env[name]}`.toWellFormed());
    }
    return pairs;
}

// Whether a directory can be worked in; 0, or the number of an error.
function checkDirectory(cwd) {
    const stat = files.stat(cwd, true, true);
    if (!stat) return -2;
    return (stat[1] & 0o170000) === 0o040000 ? 0 : -20;
}

/** In the words of `native:children`; a number below zero if it cannot be. */
export function specOf({ file, args, env, cwd, detached, stdio }) {
    const directory = cwd || process.cwd();
    if (cwd) {
        const error = checkDirectory(cwd);
        if (error !== 0) return { error };
    }
    return {
        file: file.toWellFormed(),
        args: args.map((arg) => String(arg).toWellFormed()),
        env: environmentPairs(env ?? process.env),
        cwd: directory.startsWith('/') ? directory : `${process.cwd()}/${directory}`,
        detached: detached === true,
        stdio,
    };
}

export const IGNORE = -1;
export const TO_CHILD = -2;
export const FROM_CHILD = -3;

/** A child that runs: tells of its end once, and keeps this process alive until then, unless told not to. */
export class Running {
    #pid;
    #ended;
    #timer;
    #referenced = true;

    constructor(pid, ended) {
        this.#pid = pid;
        this.#ended = ended;
        this.#wait();
    }

    #wait() {
        native.wait(this.#pid).then((end) => {
            if (end) this.#finish(end);
        });
    }

    #finish([code, signal, nanoseconds]) {
        clearInterval(this.#timer);
        this.#timer = undefined;
        const ended = this.#ended;
        this.#ended = undefined;
        // Not in the promise: what a listener throws is an exception and not a rejection.
        if (ended) process.nextTick(ended, code ?? null, signalName(signal), nanoseconds);
    }

    kill(signal) {
        return this.#ended === undefined ? -3 : native.kill(this.#pid, signal);
    }

    ref() {
        if (this.#referenced || this.#ended === undefined) return;
        this.#referenced = true;
        clearInterval(this.#timer);
        this.#timer = undefined;
        this.#wait();
    }

    unref() {
        if (!this.#referenced || this.#ended === undefined) return;
        this.#referenced = false;
        native.stopWaiting(this.#pid);
        this.#timer = setInterval(() => {
            const end = native.tryWait(this.#pid);
            if (end) this.#finish(end);
        }, 20);
        this.#timer.unref();
    }
}
