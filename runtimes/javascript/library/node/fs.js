// node:fs

import promises from 'belljar:internal/fs/promises';
import * as callbacks from 'belljar:internal/fs/callbacks';
import { checkFunction, toUnixTimestamp as _toUnixTimestamp, pathOf } from 'belljar:internal/fs/arguments';
import { constants } from 'belljar:internal/fs/constants';
import { cpSync } from 'belljar:internal/fs/copy';
import { Dir, opendirSync } from 'belljar:internal/fs/dir';
import { glob as globAny, globSync } from 'belljar:internal/fs/glob';
import { Dirent, Stats } from 'belljar:internal/fs/stats';
import { createReadStream, createWriteStream, ReadStream, WriteStream } from 'belljar:internal/fs/streams';
import * as sync from 'belljar:internal/fs/sync';
import { FSWatcher, StatWatcher, unwatchFile, watch, watchFile } from 'belljar:internal/fs/watch';

export * from 'belljar:internal/fs/callbacks';
export {
    accessSync, appendFileSync, chmodSync, chownSync, closeSync, copyFileSync, existsSync, fchmodSync, fchownSync,
    fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, futimesSync, lchownSync, linkSync, lstatSync, lutimesSync,
    mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, readvSync, realpathSync,
    renameSync, rmdirSync, rmSync, statfsSync, statSync, symlinkSync, truncateSync, unlinkSync, utimesSync,
    writeFileSync, writeSync, writevSync,
} from 'belljar:internal/fs/sync';
export const { F_OK, R_OK, W_OK, X_OK } = constants;
export const FileReadStream = ReadStream;
export const FileWriteStream = WriteStream;

export function glob(pattern, options, callback) {
    const call = checkFunction(typeof options === 'function' ? options : callback, 'callback');
    globAny(pattern, typeof options === 'function' ? undefined : options, call);
}

export async function openAsBlob(path, options = {}) {
    return new Blob([await promises.readFile(pathOf(path))], { type: options.type ?? '' });
}

export {
    _toUnixTimestamp, constants, cpSync, createReadStream, createWriteStream, Dir, Dirent, FSWatcher, globSync,
    opendirSync, promises, ReadStream, Stats, StatWatcher, unwatchFile, watch, watchFile, WriteStream,
};

const {
    accessModeOf, checkFlush, direntsOf, isUtf8, mkdirArguments, readArguments, rmArguments, writeArguments, ...syncs
} = sync;

// Packages change its functions, so it is a plain object.
export default {
    ...callbacks,
    ...syncs,
    _toUnixTimestamp,
    cpSync,
    createReadStream,
    createWriteStream,
    Dir,
    Dirent,
    F_OK,
    FileReadStream,
    FileWriteStream,
    FSWatcher,
    glob,
    globSync,
    openAsBlob,
    opendirSync,
    R_OK,
    ReadStream,
    StatWatcher,
    Stats,
    unwatchFile,
    W_OK,
    watch,
    watchFile,
    WriteStream,
    X_OK,
    constants,
    promises,
};
