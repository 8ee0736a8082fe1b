// fs.Stats, BigIntStats, StatFs, Dirent.

import { constants } from 'belljar:internal/fs/constants';

const { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } = constants;

function StatsBase(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks) {
    this.dev = dev;
    this.mode = mode;
    this.nlink = nlink;
    this.uid = uid;
    this.gid = gid;
    this.rdev = rdev;
    this.blksize = blksize;
    this.ino = ino;
    this.size = size;
    this.blocks = blocks;
}

for (const [name, type] of [
    ['isDirectory', S_IFDIR],
    ['isFile', S_IFREG],
    ['isBlockDevice', S_IFBLK],
    ['isCharacterDevice', S_IFCHR],
    ['isSymbolicLink', S_IFLNK],
    ['isFIFO', S_IFIFO],
    ['isSocket', S_IFSOCK],
]) {
    StatsBase.prototype[name] = { [name]() { return (Number(this.mode) & S_IFMT) === type; } }[name];
}

export function Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs) {
    if (!(this instanceof Stats)) {
        return new Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs);
    }
    StatsBase.call(this, dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks);
    this.atimeMs = atimeMs;
    this.mtimeMs = mtimeMs;
    this.ctimeMs = ctimeMs;
    this.birthtimeMs = birthtimeMs;
    setDates(this);
}

function setDates(stats) {
    stats.atime = new Date(Math.round(Number(stats.atimeMs)));
    stats.mtime = new Date(Math.round(Number(stats.mtimeMs)));
    stats.ctime = new Date(Math.round(Number(stats.ctimeMs)));
    stats.birthtime = new Date(Math.round(Number(stats.birthtimeMs)));
}

export function BigIntStats(numbers) {
    StatsBase.apply(this, Array.from(numbers.subarray(0, 10), BigInt));
    const times = ['atime', 'mtime', 'ctime', 'birthtime'];
    const nanos = times.map((_, index) => BigInt(numbers[10 + 2 * index]) * 1000000000n + BigInt(numbers[11 + 2 * index]));
    times.forEach((name, index) => { this[`${name}Ms`] = nanos[index] / 1000000n; });
    times.forEach((name, index) => { this[`${name}Ns`] = nanos[index]; });
    setDates(this);
}

Object.setPrototypeOf(Stats.prototype, StatsBase.prototype);
Object.setPrototypeOf(Stats, StatsBase);
Object.setPrototypeOf(BigIntStats.prototype, StatsBase.prototype);
Object.setPrototypeOf(BigIntStats, StatsBase);

/** From what `native:fs` gives. */
export function makeStats(numbers, bigint = false) {
    if (numbers === null || numbers === undefined) return undefined;
    if (bigint) return new BigIntStats(numbers);
    const [dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks] = numbers;
    const ms = (at) => numbers[at] * 1000 + numbers[at + 1] / 1e6;
    return new Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, ms(10), ms(12), ms(14), ms(16));
}

class StatFs {}

export function makeStatFs([bsize, blocks, bfree, files, ffree], bigint = false) {
    const convert = bigint ? BigInt : Number;
    // The magic number of tmpfs: files are kept by the program that runs the sandbox.
    return Object.assign(new StatFs(), {
        type: convert(0x01021994),
        bsize: convert(bsize),
        blocks: convert(blocks),
        bfree: convert(bfree),
        bavail: convert(bfree),
        files: convert(files),
        ffree: convert(ffree),
    });
}

const kType = Symbol('type');

export class Dirent {
    constructor(name, type, path) {
        this.name = name;
        this.parentPath = path;
        this.path = path;
        this[kType] = type;
    }
    isDirectory() { return this[kType] === constants.UV_DIRENT_DIR; }
    isFile() { return this[kType] === constants.UV_DIRENT_FILE; }
    isBlockDevice() { return this[kType] === constants.UV_DIRENT_BLOCK; }
    isCharacterDevice() { return this[kType] === constants.UV_DIRENT_CHAR; }
    isSymbolicLink() { return this[kType] === constants.UV_DIRENT_LINK; }
    isFIFO() { return this[kType] === constants.UV_DIRENT_FIFO; }
    isSocket() { return this[kType] === constants.UV_DIRENT_SOCKET; }
}
