// What is in node:fs/promises.

import * as take from 'belljar:internal/fs/arguments';
import { constants } from 'belljar:internal/fs/constants';
import { cpAsync } from 'belljar:internal/fs/copy';
import { opendirSync } from 'belljar:internal/fs/dir';
import { glob } from 'belljar:internal/fs/glob';
import { FileHandle, open, writeData } from 'belljar:internal/fs/handle';
import { soon } from 'belljar:internal/fs/later';
import * as sync from 'belljar:internal/fs/sync';
import { checkAborted, readRest, standardNumber } from 'belljar:internal/fs/transfer';
import { watch as watchSync } from 'belljar:internal/fs/watch';

function promised(name, operation) {
    return { [name](...args) { return soon(() => operation(...args)); } }[name];
}

export { constants, glob, open };
export const access = promised('access', sync.accessSync);
export const chmod = promised('chmod', sync.chmodSync);
export const chown = promised('chown', sync.chownSync);
export const copyFile = promised('copyFile', sync.copyFileSync);
export const lchown = promised('lchown', sync.lchownSync);
export const link = promised('link', sync.linkSync);
export const lstat = promised('lstat', sync.lstatSync);
export const lutimes = promised('lutimes', sync.lutimesSync);
export const mkdir = promised('mkdir', sync.mkdirSync);
export const mkdtemp = promised('mkdtemp', sync.mkdtempSync);
export const opendir = promised('opendir', opendirSync);
export const readdir = promised('readdir', sync.readdirSync);
export const readlink = promised('readlink', sync.readlinkSync);
export const realpath = promised('realpath', sync.realpathSync.native);
export const rename = promised('rename', sync.renameSync);
export const rm = promised('rm', sync.rmSync);
export const rmdir = promised('rmdir', sync.rmdirSync);
export const stat = promised('stat', sync.statSync);
export const statfs = promised('statfs', sync.statfsSync);
export const symlink = promised('symlink', sync.symlinkSync);
export const truncate = promised('truncate', sync.truncateSync);
export const unlink = promised('unlink', sync.unlinkSync);
export const utimes = promised('utimes', sync.utimesSync);

export async function lchmod() {
    const error = new Error('The lchmod() method is not implemented');
    error.code = 'ERR_METHOD_NOT_IMPLEMENTED';
    throw error;
}

export async function cp(src, dest, options) {
    await cpAsync(src, dest, options);
}

export async function readFile(path, options) {
    if (path instanceof FileHandle) return path.readFile(options);
    const all = take.optionsOf(options, { flag: 'r' });
    checkAborted(all.signal);
    const number = standardNumber(path);
    let result;
    if (number === undefined) {
        result = await soon(() => sync.readFileSync(take.pathOf(path), all));
    } else {
        const buffer = await readRest(number, all.signal);
        result = all.encoding && all.encoding !== 'buffer' ? buffer.toString(all.encoding) : buffer;
    }
    checkAborted(all.signal);
    return result;
}

async function writing(path, data, options, flag) {
    const all = take.optionsOf(options, { encoding: 'utf8', mode: 0o666, flag });
    sync.checkFlush(all.flush);
    checkAborted(all.signal);
    if (path instanceof FileHandle) return path.writeFile(data, all);
    if (typeof data === 'string' || ArrayBuffer.isView(data)) {
        await soon(() => sync.writeFileSync(take.pathOf(path), data, all));
        checkAborted(all.signal);
        return undefined;
    }
    const isSource = data !== null && typeof data === 'object' && (Symbol.asyncIterator in data || Symbol.iterator in data);
    // Nothing is made or emptied for what cannot be written.
    if (!isSource) take.bytesOf(data, all.encoding);
    const handle = await open(path, all.flag ?? flag, all.mode);
    try {
        await writeData(handle.fd, data, all);
    } finally {
        await handle.close();
    }
    return undefined;
}

export async function writeFile(path, data, options) {
    return writing(path, data, options, 'w');
}

export async function appendFile(path, data, options) {
    return writing(path, data, options, 'a');
}

export async function* watch(filename, options) {
    watchSync(filename, options);
}

export default {
    access, appendFile, chmod, chown, constants, copyFile, cp, glob, lchmod, lchown, link, lstat, lutimes, mkdir,
    mkdtemp, open, opendir, readdir, readFile, readlink, realpath, rename, rm, rmdir, stat, statfs, symlink,
    truncate, unlink, utimes, watch, writeFile,
};
