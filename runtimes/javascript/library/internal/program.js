// The program that a command line runs: its main module, its end, and what becomes of its errors.

import * as native from 'native:process';
import { check, evaluate, evaluateAsync, evaluateModule, importModule, prepare, readModule, resolve as resolveName } from 'native:modules';
import { findMain, requireBuiltin, runMain, runText } from 'belljar:internal/commonjs';
import { formatError as format, rememberText } from 'belljar:internal/errors';
import { nextTick } from 'belljar:internal/loop';
import process, { uncaughtCallback } from 'belljar:node/process';

let kind = 'bun';
let mainPath = '';

/** The absolute path of the main module. */
export function main() {
    return mainPath;
}

export function setKind(value) {
    kind = value;
}

export function currentKind() {
    return kind;
}

export function formatError(error, as = kind) {
    return format(error, as);
}

function begin(path, options) {
    kind = options.kind;
    mainPath = path;
    process.argv = [process.execPath, path, ...(options.args ?? [])];
    return path;
}

// Runs a script where a tick runs: what it queues comes in Node's order, what it throws is an exception
// and no rejection.
function inTick(script) {
    return new Promise((resolve) => {
        nextTick(() => {
            resolve();
            script();
        }, []);
    });
}

/** Runs a file as the main module. */
export async function runFile(path, options) {
    const absolute = findMain(requireBuiltin('node:path').resolve(path));
    begin(absolute, options);
    const { format: found } = readModule(absolute);
    if (found === 'module' || found === 'json' || found === 'text') return importModule(absolute);
    return inTick(() => runMain(absolute));
}

/** Runs a text as the main module. */
export async function runSource(source, options) {
    const name = options.name ?? '[eval]';
    kind = options.kind;
    mainPath = `${process.cwd()}/${name}`;
    process.argv = [process.execPath, ...(options.args ?? [])];
    const text = source.startsWith('#!') ? `//${source}` : source;
    rememberText(name, text);
    const prepared = prepare(text, `${name}.${options.language ?? 'ts'}`, options.inputType);
    if (prepared.format === 'module' && options.print && kind === 'node') {
        const error = new Error('--print cannot be used with ESM input');
        error.code = 'ERR_EVAL_ESM_CANNOT_PRINT';
        throw error;
    }
    if (prepared.format === 'module' && options.print && !/^\s*(?:import|export)\b/m.test(prepared.code)) {
        console.log((await evaluateAsync(prepared.code, name)).value);
        return undefined;
    }
    if (prepared.format === 'module') return evaluateModule(prepared.code, name);
    return inTick(() => {
        runText(prepared.code, name);
        const value = evaluate(prepared.code, name);
        if (options.print) console.log(value);
    });
}

/** Resolves a specifier; throws if it leads nowhere. */
export function resolve(specifier, from, how = 'import') {
    return resolveName(from, specifier, how);
}

export function importFile(path) {
    return importModule(path);
}

export function transpile(source, { loader = 'tsx', format: wanted } = {}) {
    return prepare(source, `input.${loader}`, wanted).code;
}

/** Throws what is wrong with a text, if it is no program. */
export function checkText(source, file, language) {
    const text = source.startsWith('#!') ? `//${source}` : source;
    const prepared = prepare(text, /\.[cm]?[jt]sx?$/.test(file) ? file : `${file}.${language}`, undefined);
    check(prepared.code, file, prepared.format);
}

/** Prints an error that nobody caught. */
export function reportUncaught(error) {
    // What the engine throws when there is not even room for an error.
    if (error === null && native.isMemoryFull()) {
        native.write(2, 'RangeError: out of memory\n');
        return;
    }
    native.write(2, `${format(error, kind)}\n`);
    if (kind === 'bun') native.write(2, `\nBun v${process.versions.bun ?? ''} (Belljar)\n`);
}

/** What becomes of an exception that nobody caught. */
export function uncaught(error, origin = 'uncaughtException') {
    const callback = uncaughtCallback();
    if (callback !== null && callback !== undefined) {
        callback(error);
        return;
    }
    process.emit('uncaughtExceptionMonitor', error, origin);
    let handled = false;
    try {
        handled = process.emit('uncaughtException', error, origin);
    } catch (second) {
        reportUncaught(second);
        native.exit(7);
    }
    if (handled) return;
    reportUncaught(error);
    process.exitCode = 1;
    try {
        if (!process._exiting) {
            process._exiting = true;
            process.emit('exit', 1);
        }
    } catch (second) {
        reportUncaught(second);
    }
    // Listeners may have changed it, also to 0.
    native.exit(Number(process.exitCode ?? 1) & 255);
}

const rejected = new Map();
let handledLater = [];

/** Called by the engine when a promise is rejected without a handler, and when one is added later. */
export function onRejection(promise, reason, handled) {
    if (!handled) {
        rejected.set(promise, reason);
        return;
    }
    if (!rejected.delete(promise)) handledLater.push(promise);
}

// Without calling anything of the program's.
function described(reason) {
    const isObject = (typeof reason === 'object' && reason !== null) || typeof reason === 'function';
    return isObject ? `#<${Object.getPrototypeOf(reason)?.constructor?.name ?? 'Object'}>` : String(reason);
}

/** After the microtasks: rejections that nobody has handled by now; whether there was anything to tell. */
export function reportRejections() {
    if (rejected.size === 0 && handledLater.length === 0) return false;
    for (const promise of handledLater.splice(0)) process.emit('rejectionHandled', promise);
    for (const [promise, reason] of [...rejected]) {
        if (!rejected.delete(promise)) continue;
        if (process.emit('unhandledRejection', reason, promise)) continue;
        if (kind === 'node' && !(reason instanceof Error)) {
            const error = new Error(`This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${described(reason)}".`);
            error.name = 'UnhandledPromiseRejection';
            error.code = 'ERR_UNHANDLED_REJECTION';
            uncaught(error, 'unhandledRejection');
        } else {
            uncaught(reason, 'unhandledRejection');
        }
    }
    return true;
}

/** Nothing is left to do, and the main module still waits. */
export function unsettled() {
    if (kind !== 'node') return;
    native.write(2, 'Warning: Detected unsettled top-level await\n');
    process.exitCode ??= 13;
}
