// V8's format of serialized values, version 15: what writing and reading it have in common.

export const VERSION = 15;
export const NATIVE_ERRORS = { E: EvalError, R: RangeError, F: ReferenceError, S: SyntaxError, T: TypeError, U: URIError };
// Bits of a regular expression's flags, the lowest first. (One of V8's own lies in between.)
export const FLAGS = ['g', 'i', 'm', 'y', 'u', 's', '', 'd', 'v'];
// How Node numbers what has a buffer; a Buffer has number 10.
export const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, DataView, undefined, BigInt64Array, BigUint64Array];
export const BUFFER_VIEW = 10;

export function cloneError(what) {
    return new Error(`${what} could not be cloned.`);
}
