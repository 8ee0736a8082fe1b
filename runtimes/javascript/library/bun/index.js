// The `Bun` object, which is the module `bun` as well.
import * as dns from 'node:dns';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { sleep as sleepNative } from 'native:process';
import { main as mainPath, resolve as resolveName } from 'belljar:internal/program';
import { absent, absentClass } from 'belljar:bun/absent';
import { color } from 'belljar:bun/color';
import { deflateSync, gunzipSync, gzipSync, inflateSync, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'belljar:bun/compress';
import { Cookie, CookieMap } from 'belljar:bun/cookie';
import { CryptoHasher, hashers, randomUUIDv5, randomUUIDv7, sha } from 'belljar:bun/crypto';
import { BunFile, file } from 'belljar:bun/file';
import { Glob } from 'belljar:bun/glob';
import { hash, password } from 'belljar:bun/hash';
import { inspect } from 'belljar:bun/inspect';
import { semver } from 'belljar:bun/semver';
import { serve } from 'belljar:bun/serve';
import { $ } from 'belljar:bun/shell';
import { ArrayBufferSink } from 'belljar:bun/sinks';
import { spawn, spawnSync } from 'belljar:bun/spawn';
import * as streams from 'belljar:bun/streams';
import { table } from 'belljar:bun/table';
import { escapeHTML, indexOfLine, stringWidth, stripANSI, wrapAnsi } from 'belljar:bun/text';
import { parseToml } from 'belljar:bun/toml';
import { Transpiler } from 'belljar:bun/transpiler';
import { write } from 'belljar:bun/write';
import { parseYaml, stringifyYaml } from 'belljar:bun/yaml';
import { equals, matches } from 'belljar:bun/test/equality';
import { findOnPath } from 'belljar:command/scripts';
import { BUN_REVISION, BUN_VERSION, BUN_VERSION_WITH_REVISION } from 'belljar:command/version';

inspect.table = (data, properties, options) => table(data, Array.isArray(properties) ? properties : options?.properties);

function sleep(duration) {
  const milliseconds = duration instanceof Date ? duration.getTime() - Date.now() : Number(duration);
  return new Promise((resolve) => setTimeout(resolve, Math.max(milliseconds, 0)));
}

function sleepSync(milliseconds) {
  if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds) || milliseconds < 0) throw new TypeError('sleepSync(ms) expects a non-negative number');
  sleepNative(milliseconds);
}

function executable(candidate) {
  try {
    return (fs.statSync(candidate).mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

function which(command, options = {}) {
  const name = String(command);
  if (name === '') return null;
  if (name.includes('/')) {
    const candidate = path.resolve(options.cwd ?? process.cwd(), name);
    return executable(candidate) ? candidate : null;
  }
  const variable = options.PATH ?? process.env.PATH ?? '';
  const found = findOnPath(name, variable);
  return found !== undefined && executable(found) ? path.resolve(options.cwd ?? process.cwd(), found) : null;
}

// The second argument is a folder, or a file of one.
function resolveFrom(name, from) {
  const base = from instanceof URL || String(from).startsWith('file://') ? fileURLToPath(from) : path.resolve(String(from));
  return resolveName(name, path.extname(base) === '' ? path.join(base, '[resolve]') : base, 'import');
}

export const YAML = { parse: parseYaml, stringify: stringifyYaml };
export const TOML = { parse: (text) => parseToml(String(text)) };

const own = {
  $,
  ArrayBufferSink,
  Cookie,
  CookieMap,
  CryptoHasher,
  ...hashers,
  Glob,
  TOML,
  YAML,
  Transpiler,
  allocUnsafe: (size) => new Uint8Array(size),
  color,
  concatArrayBuffers: streams.concatArrayBuffers,
  deepEquals: (a, b, strict = false) => equals(a, b, { strict }),
  deepMatch: (subset, whole) => matches(whole, subset),
  deflateSync,
  dns: {
    lookup: (...args) => dns.promises.lookup(...args),
    prefetch: () => {},
    getCacheStats: () => ({ cacheHitsCompleted: 0, cacheHitsInflight: 0, cacheMisses: 0, size: 0, errors: 0, totalCount: 0 }),
  },
  embeddedFiles: [],
  enableANSIColors: false,
  escapeHTML,
  fetch: (...args) => globalThis.fetch(...args),
  file,
  fileURLToPath,
  gc: () => 0,
  gunzipSync,
  gzipSync,
  hash,
  indexOfLine,
  inflateSync,
  inspect,
  isMainThread: true,
  nanoseconds: () => Math.trunc(performance.now() * 1e6),
  password,
  pathToFileURL,
  peek: streams.peek,
  randomUUIDv5,
  randomUUIDv7,
  readableStreamToArray: streams.readableStreamToArray,
  readableStreamToArrayBuffer: streams.readableStreamToArrayBuffer,
  readableStreamToBlob: streams.readableStreamToBlob,
  readableStreamToBytes: streams.readableStreamToBytes,
  readableStreamToFormData: streams.readableStreamToFormData,
  readableStreamToJSON: streams.readableStreamToJSON,
  readableStreamToText: streams.readableStreamToText,
  resolve: async (name, from) => resolveFrom(name, from),
  resolveSync: resolveFrom,
  revision: BUN_REVISION,
  semver,
  serve,
  sha,
  shrink: () => {},
  sleep,
  sleepSync,
  spawn,
  spawnSync,
  stringWidth,
  stripANSI,
  version: BUN_VERSION,
  version_with_sha: `v${BUN_VERSION_WITH_REVISION}`,
  which,
  wrapAnsi,
  write,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,

  build: absent('build', 'there is no bundler'),
  connect: absent('connect', 'use node:net'),
  listen: absent('listen', 'use node:net or Bun.serve'),
  udpSocket: absent('udpSocket', 'use node:dgram'),
  generateHeapSnapshot: absent('generateHeapSnapshot'),
  mmap: absent('mmap'),
  openInEditor: absent('openInEditor'),
  plugin: absent('plugin'),
  sql: absent('sql'),
  postgres: absent('postgres'),
  SQL: absentClass('SQL'),
  RedisClient: absentClass('RedisClient'),
  S3Client: absentClass('S3Client'),
  FileSystemRouter: absentClass('FileSystemRouter'),
  FFI: absentClass('FFI'),
};

export const Bun = Object.defineProperty({}, Symbol.toStringTag, { value: 'Bun' });
for (const [name, value] of Object.entries(own)) Object.defineProperty(Bun, name, { value, writable: true, enumerable: true, configurable: true });

const standard = [];
function lazy(name, get) {
  Object.defineProperty(Bun, name, { get, enumerable: true, configurable: true });
}
lazy('argv', () => process.argv);
lazy('cwd', () => process.cwd());
lazy('env', () => process.env);
lazy('main', () => mainPath());
['stdin', 'stdout', 'stderr'].forEach((name, descriptor) => lazy(name, () => (standard[descriptor] ??= new BunFile(descriptor))));
for (const name of ['redis', 's3', 'secrets', 'unsafe']) {
  lazy(name, () => new Proxy({}, { get: (_, key) => (typeof key === 'symbol' ? undefined : absent(`${name}.${key}`)()) }));
}


export default Bun;
export { $, ArrayBufferSink, Cookie, CookieMap, CryptoHasher, Glob, Transpiler, color, deflateSync, escapeHTML, file, fileURLToPath, gunzipSync, gzipSync, hash, indexOfLine, inflateSync, inspect, password, pathToFileURL, randomUUIDv5, randomUUIDv7, resolveFrom as resolveSync, semver, serve, sha, sleep, sleepSync, spawn, spawnSync, stringWidth, stripANSI, which, wrapAnsi, write, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync };
export const { concatArrayBuffers, MD4, MD5, SHA1, SHA224, SHA256, SHA384, SHA512, SHA512_256, allocUnsafe, deepEquals, deepMatch, enableANSIColors, fetch, gc, isMainThread, nanoseconds, peek, plugin, postgres, shrink, embeddedFiles, FFI, readableStreamToArray, readableStreamToArrayBuffer, readableStreamToBlob, readableStreamToBytes, readableStreamToFormData, readableStreamToJSON, readableStreamToText, resolve, revision, sql, SQL, RedisClient, S3Client, version, build, connect, listen, udpSocket, generateHeapSnapshot, mmap, openInEditor, FileSystemRouter } = own;
