// fs.watch and fs.watchFile. Nothing tells a process of changes here: files that are asked for are looked
// at again and again, and directories cannot be watched.

import { EventEmitter } from 'node:events';
import { clearInterval, setImmediate, setInterval } from 'node:timers';
import { resolve } from 'node:path';
import { checkFunction, optionsOf, pathOf } from 'belljar:internal/fs/arguments';
import { Stats } from 'belljar:internal/fs/stats';
import { statSync } from 'belljar:internal/fs/sync';

function unavailable(feature) {
    const error = new TypeError(
        `The feature ${feature} is unavailable on the current platform, which is being used to run Node.js`,
    );
    error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    return error;
}

export class FSWatcher extends EventEmitter {
    close() {}
    ref() { return this; }
    unref() { return this; }
}

export function watch(filename, options, listener) {
    pathOf(filename, 'filename');
    optionsOf(options);
    if (listener !== undefined) checkFunction(listener, 'listener');
    throw unavailable('watch');
}

const nothing = () => new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const watchers = new Map();

export class StatWatcher extends EventEmitter {
    #timer;
    #before;

    constructor(path, interval, persistent) {
        super();
        this.#before = statSync(path, { throwIfNoEntry: false });
        if (this.#before === undefined) {
            this.#before = nothing();
            setImmediate(() => {
                if (this.#timer) this.emit('change', nothing(), nothing());
            });
        }
        this.#timer = setInterval(() => {
            const now = statSync(path, { throwIfNoEntry: false }) ?? nothing();
            const before = this.#before;
            const same = ['mtimeMs', 'ctimeMs', 'size', 'ino', 'mode', 'nlink'].every((name) => now[name] === before[name]);
            if (same) return;
            this.#before = now;
            this.emit('change', now, before);
        }, interval);
        if (!persistent) this.#timer.unref();
    }

    stop() {
        clearInterval(this.#timer);
        this.#timer = undefined;
        setImmediate(() => this.emit('stop'));
    }

    ref() {
        this.#timer?.ref();
        return this;
    }

    unref() {
        this.#timer?.unref();
        return this;
    }
}

export function watchFile(filename, options, listener) {
    const path = resolve(pathOf(filename, 'filename'));
    const callback = checkFunction(typeof options === 'function' ? options : listener, 'listener');
    const { interval = 5007, persistent = true } = typeof options === 'object' && options !== null ? options : {};
    let watcher = watchers.get(path);
    if (watcher === undefined) {
        watcher = new StatWatcher(path, interval, persistent);
        watchers.set(path, watcher);
    }
    watcher.on('change', callback);
    return watcher;
}

export function unwatchFile(filename, listener) {
    const path = resolve(pathOf(filename, 'filename'));
    const watcher = watchers.get(path);
    if (watcher === undefined) return;
    if (typeof listener === 'function') watcher.off('change', listener);
    else watcher.removeAllListeners('change');
    if (watcher.listenerCount('change') === 0) {
        watchers.delete(path);
        watcher.stop();
    }
}
