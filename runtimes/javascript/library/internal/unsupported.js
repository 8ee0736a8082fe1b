// What Node has and this runtime has not: it says so when it is used, not before.

/** An error that says it of `what`. */
export function unsupported(what, why = '') {
    const error = new Error(`${what} is not supported${why === '' ? '' : `: ${why}`}`);
    return Object.assign(error, { code: 'ERR_NOT_SUPPORTED' });
}

/** A class of which there are no objects. */
export function unsupportedClass(name, what = name, why = '') {
    const Absent = class {
        constructor() {
            throw unsupported(what, why);
        }
    };
    Object.defineProperty(Absent, 'name', { value: name });
    return Absent;
}
