// Turning what Bun's functions accept into bytes.
export function isBytes(value) {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer);
}

// A view of the bytes, without copying where there are some.
export function toBytes(value, what = 'data') {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isBytes(value)) return new Uint8Array(value);
  throw new TypeError(`Expected ${what} to be a string, an ArrayBuffer or a view of one`);
}

export function concatenate(chunks) {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const result = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    result.set(chunk, at);
    at += chunk.length;
  }
  return result;
}

// The memory of a view that is all of its own.
export function ownBuffer(bytes) {
  return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
