// The synchronous functions of node:fs. The others are made of them: no file of a sandbox lets anybody
// wait for long.

import * as native from 'native:fs';
import { Buffer } from 'node:buffer';
import { join, relative } from 'node:path';
import { ERR_FS_EISDIR, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } from '__wasm_rquickjs_builtin/internal/errors';
import * as take from 'belljar:internal/fs/arguments';
import { constants } from 'belljar:internal/fs/constants';
import { Dirent, makeStatFs, makeStats } from 'belljar:internal/fs/stats';

const { pathOf, fdOf, optionsOf } = take;

export function accessSync(path, mode) {
    native.access(pathOf(path), accessModeOf(mode));
}

export function accessModeOf(mode) {
    return mode === undefined || mode === null ? 0 : take.checkInteger(mode, 'mode', 0, 7);
}

export function existsSync(path) {
    try {
        return native.exists(pathOf(path));
    } catch {
        return false;
    }
}

export function openSync(path, flags, mode) {
    return native.open(pathOf(path), take.flagsOf(flags), take.modeOf(mode, 'mode', 0o666));
}

export function closeSync(fd) {
    native.close(fdOf(fd));
}

/** What is asked of a read: the bytes that it goes to, where in them, how much, from which position. */
export function readArguments(buffer, offset, length, position) {
    let target = buffer;
    let options = offset;
    if (target !== null && typeof target === 'object' && !ArrayBuffer.isView(target)) {
        options = target;
        target = options.buffer ?? Buffer.alloc(16384);
    }
    if (options !== null && typeof options === 'object') {
        ({ offset, length, position } = options);
    }
    const view = take.viewOf(target);
    const [start, size] = take.rangeOf(view, offset, length);
    if (view.byteLength === 0 && size === 0 && length === undefined) {
        throw new ERR_INVALID_ARG_VALUE('buffer', target, 'is empty and cannot be written');
    }
    return { target, view, start, size, position: take.positionOf(position, size) };
}

export function readSync(fd, buffer, offset, length, position) {
    fdOf(fd);
    const asked = readArguments(buffer, offset, length, position);
    if (asked.size === 0) return 0;
    return native.read(fd, asked.view, asked.start, asked.size, asked.position);
}

/** What is asked of a write: bytes, or a text with a position and an encoding. */
export function writeArguments(data, offset, length, position) {
    if (typeof data === 'string') {
        const view = take.bytesOf(data, length, 'buffer');
        return { view, start: 0, size: view.byteLength, position: typeof offset === 'number' || typeof offset === 'bigint' ? take.positionOf(offset) : -1 };
    }
    if (offset !== null && typeof offset === 'object') ({ offset, length, position } = offset);
    const view = take.viewOf(data);
    const [start, size] = take.rangeOf(view, offset, length);
    return { view, start, size, position: typeof position === 'number' || typeof position === 'bigint' ? take.positionOf(position) : -1 };
}

export function writeSync(fd, data, offset, length, position) {
    fdOf(fd);
    const asked = writeArguments(data, offset, length, position);
    if (asked.size === 0) return 0;
    return native.write(fd, asked.view, asked.start, asked.size, asked.position);
}

function checkViews(buffers) {
    if (!Array.isArray(buffers) || !buffers.every(ArrayBuffer.isView)) {
        throw new ERR_INVALID_ARG_TYPE('buffers', 'ArrayBufferView[]', buffers);
    }
}

export function readvSync(fd, buffers, position) {
    fdOf(fd);
    checkViews(buffers);
    let at = typeof position === 'number' ? position : -1;
    let total = 0;
    for (const buffer of buffers) {
        if (buffer.byteLength === 0) continue;
        const count = native.read(fd, take.viewOf(buffer), 0, buffer.byteLength, at);
        total += count;
        if (at >= 0) at += count;
        if (count < buffer.byteLength) break;
    }
    return total;
}

export function writevSync(fd, buffers, position) {
    fdOf(fd);
    checkViews(buffers);
    let at = typeof position === 'number' ? position : -1;
    let total = 0;
    for (const buffer of buffers) {
        const count = native.write(fd, take.viewOf(buffer), 0, buffer.byteLength, at);
        total += count;
        if (at >= 0) at += count;
    }
    return total;
}

const asBuffer = (bytes) => Buffer.from(bytes);

export function isUtf8(encoding) {
    return encoding === 'utf8' || encoding === 'utf-8' || encoding === 'UTF-8' || encoding === 'UTF8';
}

export function readFileSync(path, options) {
    const { encoding, flag } = optionsOf(options, { flag: 'r' });
    let bytes;
    if (take.isFd(path)) {
        bytes = native.readRest(path);
    } else {
        const flags = take.flagsOf(flag, 'options.flag');
        if (isUtf8(encoding)) return native.readText(pathOf(path), flags);
        bytes = native.readFile(pathOf(path), flags);
    }
    const buffer = asBuffer(bytes);
    return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
}

export function writeFileSync(path, data, options) {
    const { encoding, flag, mode, flush } = optionsOf(options, { encoding: 'utf8', mode: 0o666, flag: 'w', flush: false });
    checkFlush(flush);
    const isText = typeof data === 'string' && (isUtf8(encoding) || !encoding) && data.isWellFormed();
    if (take.isFd(path)) {
        const bytes = take.bytesOf(data, encoding);
        native.write(path, bytes, 0, bytes.byteLength, -1);
        return;
    }
    const flags = take.flagsOf(flag, 'options.flag');
    const bits = take.modeOf(mode, 'mode', 0o666);
    if (isText) {
        native.writeText(pathOf(path), data, flags, bits);
    } else {
        native.writeFile(pathOf(path), take.bytesOf(data, encoding), flags, bits);
    }
}

export function checkFlush(flush) {
    if (flush !== undefined && flush !== null && typeof flush !== 'boolean') {
        throw new ERR_INVALID_ARG_TYPE('flush', 'boolean', flush);
    }
}

export function appendFileSync(path, data, options) {
    const given = optionsOf(options, { encoding: 'utf8', mode: 0o666, flag: 'a' });
    writeFileSync(path, data, { ...given, flag: given.flag || 'a' });
}

export function statSync(path, options) {
    return makeStats(native.stat(pathOf(path), true, options?.throwIfNoEntry === false), options?.bigint);
}

export function lstatSync(path, options) {
    return makeStats(native.stat(pathOf(path), false, options?.throwIfNoEntry === false), options?.bigint);
}

export function fstatSync(fd, options) {
    return makeStats(native.fstat(fdOf(fd)), options?.bigint);
}

export function statfsSync(path, options) {
    return makeStatFs(native.statfs(pathOf(path)), options?.bigint);
}

export function direntsOf(path, shown, encoding) {
    const pairs = native.readdir(path, true);
    const dirents = [];
    for (let at = 0; at < pairs.length; at += 2) {
        dirents.push(new Dirent(take.named(pairs[at], encoding), pairs[at + 1], shown));
    }
    return dirents;
}

// All below a directory, level by level. Names follow links to directories and entries do not, as in
// Node.
function readdirAll(root, encoding, withFileTypes) {
    const found = [];
    const queue = [root];
    for (const directory of queue) {
        const pairs = native.readdir(directory, true);
        for (let at = 0; at < pairs.length; at += 2) {
            const whole = join(directory, pairs[at]);
            let isDirectory = pairs[at + 1] === constants.UV_DIRENT_DIR;
            if (withFileTypes) {
                found.push(new Dirent(take.named(pairs[at], encoding), pairs[at + 1], directory));
            } else {
                found.push(take.named(relative(root, whole), encoding));
                if (pairs[at + 1] === constants.UV_DIRENT_LINK) {
                    isDirectory = makeStats(native.stat(whole, true, true))?.isDirectory() ?? false;
                }
            }
            if (isDirectory) queue.push(whole);
        }
    }
    return found;
}

export function readdirSync(path, options) {
    const { encoding, withFileTypes, recursive } = optionsOf(options);
    if (recursive !== undefined && recursive !== null && typeof recursive !== 'boolean') {
        throw new ERR_INVALID_ARG_TYPE('options.recursive', 'boolean', recursive);
    }
    const text = pathOf(path);
    if (recursive) return readdirAll(text, encoding, withFileTypes);
    if (withFileTypes) return direntsOf(text, text, encoding);
    const names = native.readdir(text, false);
    return encoding && encoding !== 'utf8' ? names.map((name) => take.named(name, encoding)) : names;
}

export function mkdirArguments(options) {
    let mode = 0o777;
    let recursive = false;
    if (typeof options === 'number' || typeof options === 'string') {
        mode = take.modeOf(options, 'mode');
    } else if (options) {
        recursive = options.recursive ?? false;
        if (typeof recursive !== 'boolean') throw new ERR_INVALID_ARG_TYPE('options.recursive', 'boolean', recursive);
        mode = take.modeOf(options.mode, 'options.mode', 0o777);
    }
    return { mode: mode & 0o7777, recursive };
}

export function mkdirSync(path, options) {
    const text = pathOf(path);
    const { mode, recursive } = mkdirArguments(options);
    if (recursive) return native.mkdirAll(text, mode) ?? undefined;
    native.mkdir(text, mode);
    return undefined;
}

export function mkdtempSync(prefix, options) {
    const { encoding } = optionsOf(options);
    return take.named(native.mkdtemp(pathOf(prefix, 'prefix')), encoding);
}

export function rmdirSync(path, options) {
    const text = pathOf(path);
    if (options?.recursive) {
        const stats = lstatSync(text);
        if (stats.isDirectory()) {
            native.removeAll(text);
            return;
        }
    }
    native.rmdir(text);
}

export function rmArguments(options) {
    if (options === undefined) return { force: false, recursive: false };
    if (options === null || typeof options !== 'object') throw new ERR_INVALID_ARG_TYPE('options', 'Object', options);
    const { force = false, recursive = false, maxRetries = 0, retryDelay = 100 } = options;
    if (typeof force !== 'boolean') throw new ERR_INVALID_ARG_TYPE('options.force', 'boolean', force);
    if (typeof recursive !== 'boolean') throw new ERR_INVALID_ARG_TYPE('options.recursive', 'boolean', recursive);
    take.checkInteger(maxRetries, 'options.maxRetries', 0, 4294967295);
    take.checkInteger(retryDelay, 'options.retryDelay', 0, 2147483647);
    return { force, recursive };
}

export function rmSync(path, options) {
    const text = pathOf(path);
    const { force, recursive } = rmArguments(options);
    const stats = makeStats(native.stat(text, false, force));
    if (stats === undefined) return;
    if (stats.isDirectory() && !recursive) {
        throw new ERR_FS_EISDIR({ code: 'EISDIR', message: 'is a directory', path: text, syscall: 'rm', errno: 21 });
    }
    native.removeAll(text);
}

export function unlinkSync(path) {
    native.unlink(pathOf(path));
}

export function renameSync(oldPath, newPath) {
    native.rename(pathOf(oldPath, 'oldPath'), pathOf(newPath, 'newPath'));
}

export function linkSync(existingPath, newPath) {
    native.link(pathOf(existingPath, 'existingPath'), pathOf(newPath, 'newPath'));
}

export function symlinkSync(target, path, type) {
    if (type !== undefined && type !== null && !['dir', 'file', 'junction'].includes(type)) {
        throw new ERR_INVALID_ARG_VALUE('type', type, "must be one of: 'dir', 'file', 'junction'");
    }
    native.symlink(pathOf(target, 'target'), pathOf(path));
}

export function readlinkSync(path, options) {
    const { encoding } = optionsOf(options);
    return take.named(native.readlink(pathOf(path)), encoding);
}

export function realpathSync(path, options) {
    const { encoding } = optionsOf(options);
    return take.named(native.realpath(pathOf(path), 'lstat'), encoding);
}

realpathSync.native = (path, options) => {
    const { encoding } = optionsOf(options);
    return take.named(native.realpath(pathOf(path), 'realpath'), encoding);
};

export function copyFileSync(src, dest, mode) {
    const from = pathOf(src, 'src');
    const to = pathOf(dest, 'dest');
    const how = mode === undefined || mode === null ? 0 : take.checkInteger(mode, 'mode', 0, 7);
    if (how & constants.COPYFILE_FICLONE_FORCE) {
        const error = new Error(`ENOTSUP: operation not supported on socket, copyfile '${from}' -> '${to}'`);
        throw Object.assign(error, { errno: -95, code: 'ENOTSUP', syscall: 'copyfile', path: from, dest: to });
    }
    native.copyFile(from, to, (how & constants.COPYFILE_EXCL) !== 0);
}

export function chmodSync(path, mode) {
    native.chmod(pathOf(path), take.modeOf(mode));
}

export function fchmodSync(fd, mode) {
    native.fchmod(fdOf(fd), take.modeOf(mode));
}

export function chownSync(path, uid, gid) {
    native.chown(pathOf(path), take.idOf(uid, 'uid'), take.idOf(gid, 'gid'), true);
}

export function lchownSync(path, uid, gid) {
    native.chown(pathOf(path), take.idOf(uid, 'uid'), take.idOf(gid, 'gid'), false);
}

export function fchownSync(fd, uid, gid) {
    native.fchown(fdOf(fd), take.idOf(uid, 'uid'), take.idOf(gid, 'gid'));
}

const times = (atime, mtime) => [...take.timeOf(atime, 'atime'), ...take.timeOf(mtime, 'mtime')];

export function utimesSync(path, atime, mtime) {
    native.utimes(pathOf(path), times(atime, mtime), true);
}

export function lutimesSync(path, atime, mtime) {
    native.utimes(pathOf(path), times(atime, mtime), false);
}

export function futimesSync(fd, atime, mtime) {
    native.futimes(fdOf(fd), times(atime, mtime));
}

export function ftruncateSync(fd, len = 0) {
    native.ftruncate(fdOf(fd), Math.max(0, take.checkInteger(len ?? 0, 'len')));
}

export function truncateSync(path, len = 0) {
    const length = Math.max(0, take.checkInteger(len ?? 0, 'len'));
    if (typeof path === 'number') ftruncateSync(path, length);
    else native.truncate(pathOf(path), length);
}

export function fsyncSync(fd) {
    native.fsync(fdOf(fd), 'fsync');
}

export function fdatasyncSync(fd) {
    native.fsync(fdOf(fd), 'fdatasync');
}
