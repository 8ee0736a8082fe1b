// The functions of node:fs that call back.

import { setImmediate } from 'node:timers';
import * as take from 'belljar:internal/fs/arguments';
import { cpAsync } from 'belljar:internal/fs/copy';
import { opendirSync } from 'belljar:internal/fs/dir';
import { later, tell } from 'belljar:internal/fs/later';
import * as sync from 'belljar:internal/fs/sync';
import { checkAborted, readInto, readRest, standardNumber, writeAll, writeFrom } from 'belljar:internal/fs/transfer';

const custom = Symbol.for('nodejs.util.promisify.custom');

// The callback is the last argument; without one it is a mistake.
function callbackOf(args) {
    const callback = args.pop();
    return take.checkFunction(typeof callback === 'function' ? callback : undefined, 'cb');
}

function deferred(name, operation) {
    return { [name](...args) {
        const callback = callbackOf(args);
        later(callback, () => operation(...args));
    } }[name];
}

export const access = deferred('access', sync.accessSync);
export const chmod = deferred('chmod', sync.chmodSync);
export const chown = deferred('chown', sync.chownSync);
export const copyFile = deferred('copyFile', sync.copyFileSync);
export function cp(src, dest, ...args) {
    const callback = callbackOf(args);
    tell(cpAsync(src, dest, args[0]), (error) => callback(error));
}
export const fchmod = deferred('fchmod', sync.fchmodSync);
export const fchown = deferred('fchown', sync.fchownSync);
export const fdatasync = deferred('fdatasync', sync.fdatasyncSync);
export const fstat = deferred('fstat', sync.fstatSync);
export const fsync = deferred('fsync', sync.fsyncSync);
export const ftruncate = deferred('ftruncate', sync.ftruncateSync);
export const futimes = deferred('futimes', sync.futimesSync);
export const lchown = deferred('lchown', sync.lchownSync);
export const link = deferred('link', sync.linkSync);
export const lstat = deferred('lstat', sync.lstatSync);
export const lutimes = deferred('lutimes', sync.lutimesSync);
export const mkdir = deferred('mkdir', sync.mkdirSync);
export const mkdtemp = deferred('mkdtemp', sync.mkdtempSync);
export const open = deferred('open', sync.openSync);
export const opendir = deferred('opendir', opendirSync);
export const readdir = deferred('readdir', sync.readdirSync);
export const readlink = deferred('readlink', sync.readlinkSync);
export const realpath = deferred('realpath', sync.realpathSync);
realpath.native = deferred('native', sync.realpathSync.native);
export const rename = deferred('rename', sync.renameSync);
export const rm = deferred('rm', sync.rmSync);
export const rmdir = deferred('rmdir', sync.rmdirSync);
export const stat = deferred('stat', sync.statSync);
export const statfs = deferred('statfs', sync.statfsSync);
export const symlink = deferred('symlink', sync.symlinkSync);
export const truncate = deferred('truncate', sync.truncateSync);
export const unlink = deferred('unlink', sync.unlinkSync);
export const utimes = deferred('utimes', sync.utimesSync);

export function close(fd, callback = (error) => { if (error) throw error; }) {
    take.checkFunction(callback, 'cb');
    later(callback, () => sync.closeSync(fd));
}

export function exists(path, callback) {
    take.checkFunction(callback, 'cb');
    setImmediate(callback, sync.existsSync(path));
}
Object.defineProperty(exists, custom, { value: (path) => new Promise((resolve) => exists(path, resolve)) });

export function read(fd, ...args) {
    take.fdOf(fd);
    const callback = callbackOf(args);
    const asked = sync.readArguments(...(args.length === 0 ? [{}] : args));
    readInto(fd, asked).then(
        (count) => setImmediate(callback, null, count, asked.target),
        (error) => setImmediate(callback, error, 0, asked.target),
    );
}
Object.defineProperty(read, custom, {
    value: (...args) => new Promise((resolve, reject) => {
        read(...args, (error, bytesRead, buffer) => (error ? reject(error) : resolve({ bytesRead, buffer })));
    }),
});

export function write(fd, data, ...args) {
    take.fdOf(fd);
    const callback = callbackOf(args);
    const asked = sync.writeArguments(data, ...args);
    writeFrom(fd, asked).then(
        (count) => setImmediate(callback, null, count, data),
        (error) => setImmediate(callback, error, 0, data),
    );
}
Object.defineProperty(write, custom, {
    value: (...args) => new Promise((resolve, reject) => {
        write(...args, (error, bytesWritten, buffer) => (error ? reject(error) : resolve({ bytesWritten, buffer })));
    }),
});

function vectored(name, operation, counted) {
    const call = { [name](fd, buffers, ...args) {
        const callback = callbackOf(args);
        later((error, count) => callback(error, count ?? 0, buffers), () => operation(fd, buffers, ...args));
    } }[name];
    Object.defineProperty(call, custom, {
        value: (...args) => new Promise((resolve, reject) => {
            call(...args, (error, count, buffers) => (error ? reject(error) : resolve({ [counted]: count, buffers })));
        }),
    });
    return call;
}
export const readv = vectored('readv', sync.readvSync, 'bytesRead');
export const writev = vectored('writev', sync.writevSync, 'bytesWritten');

const decode = (buffer, encoding) => (encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer);

export function readFile(path, ...args) {
    const callback = callbackOf(args);
    const options = take.optionsOf(args[0], { flag: 'r' });
    if (options.signal?.aborted) {
        tell(Promise.resolve().then(() => checkAborted(options.signal)), callback);
        return;
    }
    const fd = take.isFd(path) ? path : standardNumber(path);
    if (fd !== undefined) {
        tell(readRest(fd, options.signal).then((buffer) => decode(buffer, options.encoding)), callback);
        return;
    }
    if (options.signal) {
        later((error, result) => {
            if (!error && options.signal.aborted) tell(Promise.resolve().then(() => checkAborted(options.signal)), callback);
            else if (error) callback(error);
            else callback(null, result);
        }, () => sync.readFileSync(path, options));
        return;
    }
    later(callback, () => sync.readFileSync(path, options));
}

function writing(name, operation, flag) {
    return { [name](path, data, ...args) {
        const callback = callbackOf(args);
        const options = take.optionsOf(args[0], { encoding: 'utf8', mode: 0o666, flag });
        sync.checkFlush(options.flush);
        if (options.signal?.aborted) {
            tell(Promise.resolve().then(() => checkAborted(options.signal)), callback);
        } else if (take.isFd(path)) {
            const bytes = take.bytesOf(data, options.encoding);
            tell(writeAll(path, bytes, options.signal), (error) => callback(error));
        } else {
            later(callback, () => operation(path, data, options));
        }
    } }[name];
}
export const writeFile = writing('writeFile', sync.writeFileSync, 'w');
export const appendFile = writing('appendFile', sync.appendFileSync, 'a');

