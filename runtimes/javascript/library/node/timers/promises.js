// node:timers/promises

import { clearImmediate, clearInterval, clearTimeout, setImmediate as startImmediate, setInterval as startInterval, setTimeout as startTimeout } from 'belljar:node/timeout';

function aborted(signal) {
    const error = new Error('The operation was aborted', { cause: signal.reason });
    error.name = 'AbortError';
    error.code = 'ABORT_ERR';
    return error;
}

// A promise of what `start` calls back with, which a signal can end before that.
function wait(start, stop, value, { signal, ref = true } = {}) {
    if (signal?.aborted) return Promise.reject(aborted(signal));
    return new Promise((resolve, reject) => {
        const onAbort = () => {
            stop(handle);
            reject(aborted(signal));
        };
        const handle = start(() => {
            signal?.removeEventListener('abort', onAbort);
            resolve(value);
        });
        if (!ref) handle.unref();
        signal?.addEventListener('abort', onAbort, { once: true });
    });
}

export function setTimeout(delay, value, options) {
    return wait((done) => startTimeout(done, delay), clearTimeout, value, options);
}

export function setImmediate(value, options) {
    return wait(startImmediate, clearImmediate, value, options);
}

export async function* setInterval(delay, value, { signal, ref = true } = {}) {
    if (signal?.aborted) throw aborted(signal);
    let due = 0;
    let wake;
    const timer = startInterval(() => {
        due += 1;
        wake?.();
    }, delay);
    if (!ref) timer.unref();
    const onAbort = () => wake?.();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
        for (;;) {
            if (signal?.aborted) throw aborted(signal);
            if (due === 0) {
                await new Promise((resolve) => {
                    wake = resolve;
                });
                continue;
            }
            due -= 1;
            yield value;
        }
    } finally {
        clearInterval(timer);
        signal?.removeEventListener('abort', onAbort);
    }
}

export const scheduler = {
    wait: (delay, options) => setTimeout(delay, undefined, options),
    yield: () => setImmediate(),
};

export default { scheduler, setImmediate, setInterval, setTimeout };
