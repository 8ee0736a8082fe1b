// What the event loop runs, turn by turn, in Node's order: ticks and microtasks after everything,
// then timers that are due, then immediates. The waiting is done outside (engine/src/event_loop.rs).

import { now, runMicrotasks } from 'native:process';
import { ERR_INVALID_ARG_TYPE } from '__wasm_rquickjs_builtin/internal/errors';
import { captureContext, runInContext } from 'belljar:internal/context';

const ticks = [];
let tickHead = 0;
const immediates = [];
// A binary heap by due time, then by order of creation.
const timers = [];
let sequence = 0;
let referenced = 0;
let onError = (error) => {
    throw error;
};
let afterTicks = () => false;

export function setHandlers(handlers) {
    onError = handlers.error;
    afterTicks = handlers.rejections;
}

export function nextTick(callback, args) {
    ticks.push({ callback, args, context: captureContext() });
}

// Calls something of the program; what it throws is nobody's but the program's handlers'.
function run(callback, receiver, args, context) {
    try {
        runInContext(context, callback, receiver, args);
    } catch (error) {
        onError(error);
    }
}

const enqueue = globalThis.queueMicrotask;
/** The global function: what a callback throws is an exception, as from a timer. */
export function queueMicrotask(callback) {
    if (typeof callback !== 'function') throw new ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
    const context = captureContext();
    enqueue(() => run(callback, undefined, [], context));
}

/** Ticks and microtasks, until there are none. */
export function settle() {
    let again;
    do {
        while (tickHead < ticks.length) {
            const { callback, args, context } = ticks[tickHead];
            tickHead += 1;
            if (tickHead > 1024 && tickHead * 2 > ticks.length) {
                ticks.splice(0, tickHead);
                tickHead = 0;
            }
            run(callback, undefined, args, context);
        }
        ticks.length = 0;
        tickHead = 0;
        runMicrotasks();
        again = tickHead < ticks.length || afterTicks();
    } while (again);
}

function before(a, b) {
    return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function siftUp(index) {
    const entry = timers[index];
    while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!before(entry, timers[parent])) break;
        timers[index] = timers[parent];
        timers[index].place = index;
        index = parent;
    }
    timers[index] = entry;
    entry.place = index;
}

function siftDown(index) {
    const entry = timers[index];
    for (;;) {
        let child = 2 * index + 1;
        if (child >= timers.length) break;
        if (child + 1 < timers.length && before(timers[child + 1], timers[child])) child += 1;
        if (!before(timers[child], entry)) break;
        timers[index] = timers[child];
        timers[index].place = index;
        index = child;
    }
    timers[index] = entry;
    entry.place = index;
}

function remove(entry) {
    const index = entry.place;
    if (index < 0) return;
    const last = timers.pop();
    entry.place = -1;
    if (last === entry) return;
    timers[index] = last;
    last.place = index;
    siftUp(index);
    siftDown(last.place);
}

/** What a timer is to the loop. */
export class Entry {
    constructor(fire, delay) {
        this.fire = fire;
        this.delay = delay;
        this.place = -1;
        this.referenced = true;
        this.context = captureContext();
    }

    get active() {
        return this.place >= 0;
    }

    start() {
        if (this.place >= 0) this.stop();
        this.due = now() + this.delay;
        this.order = sequence;
        sequence += 1;
        timers.push(this);
        siftUp(timers.length - 1);
        if (this.referenced) referenced += 1;
    }

    stop() {
        if (this.place < 0) return;
        remove(this);
        if (this.referenced) referenced -= 1;
    }

    setReferenced(value) {
        if (this.referenced === value) return;
        this.referenced = value;
        if (this.place >= 0) referenced += value ? 1 : -1;
    }
}

export class ImmediateEntry {
    constructor(callback, args) {
        this.callback = callback;
        this.args = args;
        this.cancelled = false;
        this.referenced = true;
        this.context = captureContext();
        immediates.push(this);
    }
}

/** Milliseconds until there is something to do: 0 at once, negative never. */
export function turn() {
    settle();
    const time = now();
    // Timers that are started by these are not due in this turn.
    const limit = sequence;
    while (timers.length > 0 && timers[0].due <= time && timers[0].order < limit) {
        const entry = timers[0];
        entry.stop();
        run(entry.fire, undefined, [], entry.context);
        settle();
    }
    const count = immediates.length;
    if (count > 0) {
        for (const immediate of immediates.splice(0, count)) {
            if (immediate.cancelled) continue;
            run(immediate.callback, immediate.handle, immediate.args, immediate.context);
            settle();
        }
    }
    if (immediates.some((immediate) => immediate.referenced && !immediate.cancelled)) return 0;
    if (referenced === 0) return -1;
    // Timers that keep nothing alive fire, too, while others do.
    const wait = timers[0].due - now();
    return wait > 0 ? wait : 0;
}
