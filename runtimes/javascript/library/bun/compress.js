// `Bun.gzipSync` and the others, over node:zlib.
import { requireBuiltin } from 'belljar:internal/commonjs';
import { toBytes } from 'belljar:bun/bytes';

function plain(buffer) {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function over(name) {
  return (data, options) => {
    const zlib = requireBuiltin('node:zlib');
    return plain(zlib[name](toBytes(data), options));
  };
}

export const gzipSync = over('gzipSync');
export const gunzipSync = over('gunzipSync');
// Bun's deflate has no header unless one is asked for.
export function deflateSync(data, options) {
  const wanted = options?.windowBits;
  return over(wanted !== undefined && wanted > 0 ? 'deflateSync' : 'deflateRawSync')(data, options);
}
export function inflateSync(data, options) {
  const bytes = toBytes(data);
  const hasHeader = bytes.length > 2 && (bytes[0] & 0x0f) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0;
  return over(hasHeader ? 'inflateSync' : 'inflateRawSync')(data, options);
}

function zstd(name) {
  return (data, options) => {
    const zlib = requireBuiltin('node:zlib');
    if (typeof zlib[name] !== 'function') throw new Error('zstd is not supported');
    return plain(zlib[name](toBytes(data), options));
  };
}

export const zstdCompressSync = zstd('zstdCompressSync');
export const zstdDecompressSync = zstd('zstdDecompressSync');
export const zstdCompress = async (data, options) => zstdCompressSync(data, options);
export const zstdDecompress = async (data, options) => zstdDecompressSync(data, options);
