// When the outcome of an operation is told: in a later turn of the event loop, as if a thread had done
// it. The operation itself is done at once.

import { setImmediate } from 'node:timers';

// A mistake of whoever calls is thrown, and not told.
function isMistake(error) {
    return typeof error?.code === 'string' && /^ERR_(INVALID|OUT_OF_RANGE|UNKNOWN)/.test(error.code) && error.errno === undefined;
}

/** Calls back with an error, or with null and what the operation gives. */
export function later(callback, operation) {
    let result;
    try {
        result = operation();
    } catch (error) {
        if (isMistake(error)) throw error;
        setImmediate(callback, error);
        return;
    }
    if (result === undefined) setImmediate(callback, null);
    else setImmediate(callback, null, result);
}

/** A promise of what the operation gives. */
export function soon(operation) {
    return new Promise((resolve, reject) => {
        try {
            setImmediate(resolve, operation());
        } catch (error) {
            if (isMistake(error)) reject(error);
            else setImmediate(reject, error);
        }
    });
}

/** Calls back with the outcome of a promise, outside of it: what the callback throws is nobody's. */
export function tell(promise, callback) {
    promise.then(
        (result) => setImmediate(callback, null, result),
        (error) => setImmediate(callback, error),
    );
}
