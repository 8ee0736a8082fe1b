// bun:ffi is not there.
import { unsupported, unsupportedClass } from 'belljar:internal/unsupported';

const absent = (name) => () => {
  throw unsupported(`bun:ffi (${name})`, 'there is no native code in this runtime');
};

export const [cc, dlopen, linkSymbols, ptr, read, toArrayBuffer, toBuffer, viewSource] = ['cc', 'dlopen', 'linkSymbols', 'ptr', 'read', 'toArrayBuffer', 'toBuffer', 'viewSource'].map(absent);
export const CFunction = unsupportedClass('CFunction', 'bun:ffi');
export const CString = unsupportedClass('CString', 'bun:ffi');
export const JSCallback = unsupportedClass('JSCallback', 'bun:ffi');
export const FFIType = {};
export const suffix = 'so';

export default { cc, CFunction, CString, dlopen, FFIType, JSCallback, linkSymbols, ptr, read, suffix, toArrayBuffer, toBuffer, viewSource };
