// fs.cp: a file, or a directory with all that is in it.

import * as native from 'native:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import {
    ERR_FS_CP_DIR_TO_NON_DIR, ERR_FS_CP_EEXIST, ERR_FS_CP_EINVAL, ERR_FS_CP_FIFO_PIPE, ERR_FS_CP_NON_DIR_TO_DIR,
    ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY, ERR_FS_EISDIR, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE,
} from '__wasm_rquickjs_builtin/internal/errors';
import { checkInteger, pathOf } from 'belljar:internal/fs/arguments';
import { copyFileSync, lstatSync, statSync, utimesSync } from 'belljar:internal/fs/sync';

function optionsOf(options) {
    if (options !== undefined && (options === null || typeof options !== 'object')) {
        throw new ERR_INVALID_ARG_TYPE('options', 'Object', options);
    }
    const all = { dereference: false, errorOnExist: false, filter: undefined, force: true, mode: 0, preserveTimestamps: false, recursive: false, verbatimSymlinks: false, ...options };
    for (const name of ['dereference', 'errorOnExist', 'force', 'preserveTimestamps', 'recursive', 'verbatimSymlinks']) {
        if (typeof all[name] !== 'boolean') throw new ERR_INVALID_ARG_TYPE(`options.${name}`, 'boolean', all[name]);
    }
    checkInteger(all.mode, 'mode', 0, 7);
    if (all.dereference && all.verbatimSymlinks) {
        throw new ERR_INVALID_ARG_VALUE('options.verbatimSymlinks', true, 'cannot be used with options.dereference');
    }
    if (all.filter !== undefined && typeof all.filter !== 'function') {
        throw new ERR_INVALID_ARG_TYPE('options.filter', 'Function', all.filter);
    }
    return all;
}

const failure = (Kind, message, path, errno, code) => new Kind({ message, path, syscall: 'cp', errno, code });
const isBelow = (place, path) => `${resolve(path)}${sep}`.startsWith(`${resolve(place)}${sep}`);

// One thing; what is below a directory comes back as further pairs.
function copyOne(src, dest, options, todo) {
    const look = options.dereference ? statSync : lstatSync;
    const from = look(src, { bigint: true });
    const to = look(dest, { bigint: true, throwIfNoEntry: false });
    if (to) {
        if (from.ino === to.ino && from.dev === to.dev) {
            throw failure(ERR_FS_CP_EINVAL, 'src and dest cannot be the same', dest, 22, 'EINVAL');
        }
        if (from.isDirectory() && !to.isDirectory()) {
            throw failure(ERR_FS_CP_DIR_TO_NON_DIR, `cannot overwrite non-directory ${dest} with directory ${src}`, dest, 21, 'EISDIR');
        }
        if (!from.isDirectory() && to.isDirectory()) {
            throw failure(ERR_FS_CP_NON_DIR_TO_DIR, `cannot overwrite directory ${dest} with non-directory ${src}`, dest, 20, 'ENOTDIR');
        }
    }
    if (from.isDirectory()) {
        if (!options.recursive) {
            throw failure(ERR_FS_EISDIR, `Recursive option not enabled, cannot copy a directory: ${src}`, src, 21, 'EISDIR');
        }
        if (isBelow(src, dest)) {
            throw failure(ERR_FS_CP_EINVAL, `cannot copy ${src} to a subdirectory of self ${dest}`, dest, 22, 'EINVAL');
        }
        if (!to) native.mkdir(dest, 0o777);
        for (const name of native.readdir(src, false)) todo.push([join(src, name), join(dest, name)]);
        if (!to) todo.modes.push([dest, Number(from.mode) & 0o7777]);
    } else if (from.isSymbolicLink()) {
        copyLink(src, dest, to, options);
    } else if (from.isFile() || from.isCharacterDevice()) {
        if (to && !options.force) {
            if (options.errorOnExist) throw failure(ERR_FS_CP_EEXIST, `${dest} already exists`, dest, 17, 'EEXIST');
            return;
        }
        if (to) native.unlink(dest);
        copyFileSync(src, dest, options.mode);
        if (options.preserveTimestamps) {
            const { atimeMs, mtimeMs } = statSync(src);
            utimesSync(dest, atimeMs / 1000, mtimeMs / 1000);
        }
    } else {
        throw failure(ERR_FS_CP_FIFO_PIPE, `cannot copy a FIFO pipe: ${dest}`, dest, 22, 'EINVAL');
    }
}

function copyLink(src, dest, to, options) {
    let target = native.readlink(src);
    if (!options.verbatimSymlinks && !isAbsolute(target)) target = resolve(dirname(src), target);
    if (to) {
        const there = to.isSymbolicLink() ? resolve(dirname(dest), native.readlink(dest)) : undefined;
        if (there && isBelow(there, target) && statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
            if (resolve(there) !== resolve(target)) {
                throw failure(ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY, `cannot overwrite ${there} with ${target}`, dest, 22, 'EINVAL');
            }
        }
        native.unlink(dest);
    }
    native.symlink(target, dest);
}

function begin(src, dest, options) {
    const todo = [[pathOf(src, 'src'), pathOf(dest, 'dest')]];
    todo.modes = [];
    const parent = dirname(resolve(todo[0][1]));
    return { todo, options: optionsOf(options), parent };
}

// Directories get their modes last: one that may not be written has to be filled first.
function end({ todo }) {
    for (const [path, mode] of todo.modes.reverse()) native.chmod(path, mode);
}

export function cpSync(src, dest, options) {
    const work = begin(src, dest, options);
    let first = true;
    for (const [from, to] of work.todo) {
        const wanted = work.options.filter === undefined || work.options.filter(from, to);
        if (typeof wanted?.then === 'function') {
            throw new ERR_INVALID_ARG_TYPE('options.filter', 'a function that does not return a promise', work.options.filter);
        }
        if (!wanted) continue;
        if (first) native.mkdirAll(work.parent, 0o777);
        first = false;
        copyOne(from, to, work.options, work.todo);
    }
    end(work);
}

/** As `cpSync`, with a filter that may give promises. */
export async function cpAsync(src, dest, options) {
    const work = begin(src, dest, options);
    let first = true;
    for (const [from, to] of work.todo) {
        if (work.options.filter !== undefined && !(await work.options.filter(from, to))) continue;
        if (first) native.mkdirAll(work.parent, 0o777);
        first = false;
        copyOne(from, to, work.options, work.todo);
    }
    end(work);
}
