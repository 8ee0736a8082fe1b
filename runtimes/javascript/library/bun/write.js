// `Bun.write`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { concatenate, isBytes, toBytes } from 'belljar:bun/bytes';
import { BunFile, pathOf } from 'belljar:bun/file';

const WRONG = 'Bun.write(pathOrFdOrBlob, blob) expects a Blob-y thing to write';

async function bytesOf(data) {
  if (typeof data === 'string' || data instanceof String) return Buffer.from(String(data));
  if (isBytes(data)) return toBytes(data);
  if (data instanceof Blob || data instanceof Response || data instanceof Request) {
    return typeof data.bytes === 'function' ? data.bytes() : new Uint8Array(await data.arrayBuffer());
  }
  if (Array.isArray(data)) return concatenate(await Promise.all(data.map((part) => bytesOf(part))));
  if (data instanceof ReadableStream) return new Response(data).bytes();
  return Buffer.from(String(data));
}

function writeTo(target, bytes, { mode, createPath = true }) {
  if (target === 1 || target === 2) {
    (target === 1 ? process.stdout : process.stderr).write(bytes);
    return;
  }
  try {
    fs.writeFileSync(target, bytes, mode === undefined ? undefined : { mode });
  } catch (error) {
    if (error.code !== 'ENOENT' || !createPath || typeof target !== 'string') throw error;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, bytes, mode === undefined ? undefined : { mode });
  }
}

export async function write(destination, data, options = {}) {
  let target;
  if (destination instanceof BunFile) ({ target } = destination);
  else if (typeof destination === 'number') target = destination;
  else target = pathOf(destination);
  if (data === undefined || data === null) throw new TypeError(WRONG);
  const bytes = await bytesOf(data);
  writeTo(target, bytes, options ?? {});
  return bytes.length;
}
