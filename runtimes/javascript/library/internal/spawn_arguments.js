// What spawn and its kin take.

import { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } from '__wasm_rquickjs_builtin/internal/errors';
import { checkFunction, checkSignal, pathOf } from 'belljar:internal/fs/arguments';
import { FROM_CHILD, IGNORE, TO_CHILD, signalNumber } from 'belljar:internal/children';

function checkNul(value, name) {
    if (typeof value === 'string' && value.includes('\0')) {
        throw new ERR_INVALID_ARG_VALUE(name, value, 'must be a string without null bytes');
    }
}

function checkString(value, name) {
    if (typeof value !== 'string') throw new ERR_INVALID_ARG_TYPE(name, 'string', value);
}

function checkId(value, name) {
    if (value === undefined || value === null) return;
    if (!Number.isInteger(value) || value !== (value | 0)) throw new ERR_INVALID_ARG_TYPE(`options.${name}`, 'int32', value);
}

/** File, arguments and options of `spawn(file, args?, options?)`. */
export function normalize(file, args, options) {
    checkString(file, 'file');
    checkNul(file, 'file');
    if (file.length === 0) throw new ERR_INVALID_ARG_VALUE('file', file, 'cannot be empty');
    let list = [];
    if (Array.isArray(args)) {
        list = args.map((arg, index) => {
            const text = `${arg}`;
            checkNul(text, `args[${index}]`);
            return text;
        });
    } else if (args !== undefined && args !== null) {
        if (typeof args !== 'object') throw new ERR_INVALID_ARG_TYPE('args', 'object', args);
        options = args;
    }
    if (options === undefined) options = {};
    else if (options === null || typeof options !== 'object') throw new ERR_INVALID_ARG_TYPE('options', 'object', options);
    const { cwd, detached, shell, argv0, uid, gid } = options;
    const directory = cwd === undefined || cwd === null ? undefined : pathOf(cwd, 'options.cwd');
    if (detached !== undefined && detached !== null && typeof detached !== 'boolean') {
        throw new ERR_INVALID_ARG_TYPE('options.detached', 'boolean', detached);
    }
    checkId(uid, 'uid');
    checkId(gid, 'gid');
    if (shell !== undefined && shell !== null && typeof shell !== 'boolean' && typeof shell !== 'string') {
        throw new ERR_INVALID_ARG_TYPE('options.shell', ['boolean', 'string'], shell);
    }
    if (argv0 !== undefined && argv0 !== null) {
        checkString(argv0, 'options.argv0');
        checkNul(argv0, 'options.argv0');
    }
    let program = file;
    if (shell) {
        const command = [file, ...list].join(' ');
        program = typeof shell === 'string' ? shell : '/bin/sh';
        list = ['-c', command];
    }
    const env = options.env ?? process.env;
    for (const name in env) {
        checkNul(name, `options.env['${name}']`);
        checkNul(env[name], `options.env['${name}']`);
    }
    return { ...options, file: program, args: [argv0 || program, ...list], cwd: directory, env, detached: detached === true };
}

/** Checks what only some of them take. */
export function checkBounds({ timeout, maxBuffer, killSignal, signal }) {
    if (timeout !== undefined && timeout !== null && !(Number.isInteger(timeout) && timeout >= 0)) {
        if (typeof timeout !== 'number') throw new ERR_INVALID_ARG_TYPE('timeout', 'number', timeout);
        throw new ERR_OUT_OF_RANGE('timeout', 'an unsigned integer', timeout);
    }
    if (maxBuffer !== undefined && maxBuffer !== null && !(typeof maxBuffer === 'number' && maxBuffer >= 0)) {
        if (typeof maxBuffer !== 'number') throw new ERR_INVALID_ARG_TYPE('options.maxBuffer', 'number', maxBuffer);
        throw new ERR_OUT_OF_RANGE('options.maxBuffer', 'a positive number', maxBuffer);
    }
    if (killSignal !== undefined && killSignal !== null) {
        if (typeof killSignal !== 'string' && typeof killSignal !== 'number') {
            throw new ERR_INVALID_ARG_TYPE('options.killSignal', ['string', 'number'], killSignal);
        }
        signalNumber(killSignal);
    }
    if (signal !== undefined) checkSignal(signal);
}

/**
 * What a child is started with, by number: `native` for the native module, `kinds` in words. `ipc` is
 * the place of the channel, if one is asked for.
 */
export function stdioOf(stdio = 'pipe') {
    let list = stdio;
    if (typeof stdio === 'string') {
        if (!['pipe', 'overlapped', 'ignore', 'inherit'].includes(stdio)) throw new ERR_INVALID_ARG_VALUE('stdio', stdio);
        list = [stdio, stdio, stdio];
    } else if (!Array.isArray(stdio)) {
        throw new ERR_INVALID_ARG_VALUE('stdio', stdio);
    }
    list = Array.from(list);
    while (list.length < 3) list.push(undefined);
    const kinds = [];
    const numbers = [];
    let ipc;
    list.forEach((wanted, index) => {
        const kind = wanted ?? (index < 3 ? 'pipe' : 'ignore');
        if (kind === 'ignore') {
            kinds.push('ignore');
            numbers.push(IGNORE);
        } else if (kind === 'pipe' || kind === 'overlapped') {
            kinds.push('pipe');
            numbers.push(index === 0 ? TO_CHILD : FROM_CHILD);
        } else if (kind === 'inherit') {
            kinds.push('inherit');
            numbers.push(index);
        } else if (kind === 'ipc') {
            if (ipc !== undefined) {
                const error = new Error('Child process can have only one IPC pipe');
                throw Object.assign(error, { code: 'ERR_IPC_ONE_PIPE' });
            }
            ipc = index;
            kinds.push('ipc');
            numbers.push(TO_CHILD);
        } else if (typeof kind === 'number' || typeof kind?.fd === 'number') {
            kinds.push('fd');
            numbers.push(typeof kind === 'number' ? kind : kind.fd);
        } else {
            throw new ERR_INVALID_ARG_VALUE('stdio', kind);
        }
    });
    return { kinds, numbers, ipc };
}

export { checkFunction };
