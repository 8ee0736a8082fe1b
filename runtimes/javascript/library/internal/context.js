// The context that AsyncLocalStorage speaks of: an immutable map from storage to store, or undefined
// for none. Whatever calls back later keeps the context in which it was asked to.

let current;

export function captureContext() {
    return current;
}

export function setContext(context) {
    current = context;
}

export function runInContext(context, callback, receiver, args) {
    if (context === current) return Reflect.apply(callback, receiver, args);
    const before = current;
    current = context;
    try {
        return Reflect.apply(callback, receiver, args);
    } finally {
        current = before;
    }
}

const { then } = Promise.prototype;

function wrap(callback) {
    if (typeof callback !== 'function') return callback;
    const context = current;
    return function (value) {
        return runInContext(context, callback, undefined, [value]);
    };
}

// Reactions run in the context of the call to `then`. (Without a context there is nothing to keep.)
Object.defineProperty(Promise.prototype, 'then', {
    value: {
        then(onFulfilled, onRejected) {
            if (current === undefined) return Reflect.apply(then, this, [onFulfilled, onRejected]);
            return Reflect.apply(then, this, [wrap(onFulfilled), wrap(onRejected)]);
        },
    }.then,
    writable: true,
    enumerable: false,
    configurable: true,
});

// `await` inside the engine does not call `then`. The loader writes `await x` as
// `restore(capture(), await x)`; see syntax/src/awaits.rs.
export function restoreContext(context, value) {
    current = context;
    return value;
}
