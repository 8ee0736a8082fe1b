// fs.glob, fs.globSync, fs.promises.glob

import * as native from 'native:fs';
import { join, resolve } from 'node:path';
import { ERR_INVALID_ARG_TYPE } from '__wasm_rquickjs_builtin/internal/errors';
import { checkFunction, pathOf } from 'belljar:internal/fs/arguments';
import { constants } from 'belljar:internal/fs/constants';
import { tell } from 'belljar:internal/fs/later';
import { Dirent, makeStats } from 'belljar:internal/fs/stats';
import { expandBraces, partsOf, pathMatcher } from 'belljar:internal/globs';

function entriesOf(directory) {
    let pairs;
    try {
        pairs = native.readdir(directory, true);
    } catch {
        // Not a directory, not there any more, or not to be read: nothing is in it.
        return [];
    }
    const entries = [];
    for (let at = 0; at < pairs.length; at += 2) entries.push([pairs[at], pairs[at + 1]]);
    return entries;
}

function excluder(exclude, withFileTypes) {
    if (exclude === undefined || exclude === null) return () => false;
    if (typeof exclude === 'function') {
        return (path, name, type, parent) => exclude(withFileTypes ? new Dirent(name, type, parent) : path);
    }
    if (!Array.isArray(exclude)) throw new ERR_INVALID_ARG_TYPE('options.exclude', ['Function', 'string[]'], exclude);
    const matchers = exclude.map((pattern) => pathMatcher(pattern, true));
    return (path) => matchers.some((matches) => matches(path));
}

/** Paths relative to `cwd` of what is meant by the patterns, each once. */
export function* walk(patterns, options = {}) {
    const cwd = resolve(options.cwd === undefined ? '.' : pathOf(options.cwd, 'options.cwd'));
    const excluded = excluder(options.exclude, options.withFileTypes);
    const seen = new Set();
    for (const pattern of Array.isArray(patterns) ? patterns : [patterns]) {
        if (typeof pattern !== 'string') throw new ERR_INVALID_ARG_TYPE('patterns', ['string', 'string[]'], patterns);
        for (const one of expandBraces(pattern)) {
            const parts = partsOf(one.replace(/^\.\//, ''), options.dot);
            const absolute = one.startsWith('/');
            for (const found of below(absolute ? parts.slice(1) : parts, absolute ? '/' : cwd, absolute ? '/' : '')) {
                const [path, name, type, parent] = found;
                if (seen.has(path) || excluded(path, name, type, parent)) continue;
                seen.add(path);
                yield options.withFileTypes ? new Dirent(name, type, parent) : path;
            }
        }
    }

    function* below(parts, directory, prefix) {
        if (parts.length === 0) return;
        const [part, ...rest] = parts;
        const last = rest.length === 0;
        const shown = (name) => (prefix === '' ? name : join(prefix, name));
        if (part.any) {
            if (last) {
                if (prefix !== '') yield [prefix.replace(/\/$/, '') || '/', prefix.split('/').pop(), constants.UV_DIRENT_DIR, directory];
            } else {
                yield* below(rest, directory, prefix);
            }
            for (const [name, type] of entriesOf(directory)) {
                if (!part.test(name)) continue;
                if (type === constants.UV_DIRENT_DIR) {
                    if (!excluded(shown(name), name, type, directory)) yield* below(parts, join(directory, name), shown(name));
                } else if (last) {
                    yield [shown(name), name, type, directory];
                }
            }
        } else if (part.plain) {
            const name = part.text;
            const stats = makeStats(native.stat(join(directory, name), !last, true));
            if (stats === undefined) return;
            if (!last) {
                yield* below(rest, join(directory, name), shown(name));
            } else {
                const type = stats.isDirectory() ? constants.UV_DIRENT_DIR : stats.isSymbolicLink() ? constants.UV_DIRENT_LINK : constants.UV_DIRENT_FILE;
                yield [shown(name), name, type, directory];
            }
        } else {
            for (const [name, type] of entriesOf(directory)) {
                if (!part.test(name)) continue;
                if (last) yield [shown(name), name, type, directory];
                else if (type !== constants.UV_DIRENT_FILE) yield* below(rest, join(directory, name), shown(name));
            }
        }
    }
}

export function globSync(pattern, options) {
    return [...walk(pattern, options)];
}

export function glob(pattern, options, callback) {
    if (typeof options === 'function') return glob(pattern, undefined, options);
    if (callback !== undefined) {
        checkFunction(callback, 'callback');
        tell((async () => globSync(pattern, options))(), callback);
        return undefined;
    }
    return (async function* entries() { yield* walk(pattern, options); })();
}
