// `Bun.file`: a file that is read when somebody wants what is in it.
import fs from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { concatenate, isBytes, ownBuffer } from 'belljar:bun/bytes';
import { typeOf, UNKNOWN_TYPE } from 'belljar:bun/mime';
import { FileSink } from 'belljar:bun/sinks';

const CHUNK = 64 * 1024;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

export function pathOf(given) {
  let path = given;
  if (path instanceof URL) path = fileURLToPath(path);
  else if (isBytes(path)) path = Buffer.from(path).toString();
  if (typeof path === 'string' && path.startsWith('file://')) path = fileURLToPath(path);
  if (typeof path !== 'string') throw new TypeError('Expected file path string or file descriptor');
  if (path.includes('\0')) {
    const error = new TypeError(`The argument 'path' must be a string, Uint8Array, or URL without null bytes. Received ${JSON.stringify(path)}`);
    error.code = 'ERR_INVALID_ARG_VALUE';
    throw error;
  }
  return path;
}

// Everything that comes from standard input; it is a stream and can be read once.
async function readAll(descriptor) {
  if (descriptor !== 0) return fs.readFileSync(descriptor);
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return concatenate(chunks);
}

export class BunFile extends Blob {
  #target;
  #start;
  #end;
  #type;

  constructor(target, { type, start = 0, end } = {}) {
    super([]);
    this.#target = target;
    this.#start = start;
    this.#end = end;
    this.#type = type ?? (typeof target === 'string' ? typeOf(target) : UNKNOWN_TYPE);
  }

  get name() {
    return typeof this.#target === 'string' ? this.#target : undefined;
  }

  // For our own modules: a path or the number of a descriptor.
  get target() {
    return this.#target;
  }

  get readonly() {
    return false;
  }

  get type() {
    return this.#type;
  }

  get size() {
    let whole;
    try {
      const stat = typeof this.#target === 'string' ? fs.statSync(this.#target) : fs.fstatSync(this.#target);
      whole = stat.isFile() ? stat.size : 0;
    } catch {
      return 0;
    }
    return Math.max(Math.min(this.#end ?? whole, whole) - this.#start, 0);
  }

  get lastModified() {
    try {
      return Math.trunc((typeof this.#target === 'string' ? fs.statSync(this.#target) : fs.fstatSync(this.#target)).mtimeMs);
    } catch {
      return 0;
    }
  }

  #isWhole() {
    return this.#start === 0 && this.#end === undefined;
  }

  async bytes() {
    if (typeof this.#target === 'number') {
      const all = await readAll(this.#target);
      return new Uint8Array(ownBuffer(this.#isWhole() ? all : all.subarray(this.#start, this.#end)));
    }
    if (this.#isWhole()) {
      const bytes = fs.readFileSync(this.#target);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const descriptor = fs.openSync(this.#target, 'r');
    try {
      const bytes = new Uint8Array(this.size);
      let length = 0;
      while (length < bytes.length) {
        const count = fs.readSync(descriptor, bytes, length, bytes.length - length, this.#start + length);
        if (count === 0) break;
        length += count;
      }
      return bytes.subarray(0, length);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  async arrayBuffer() {
    return ownBuffer(await this.bytes());
  }

  async text() {
    if (typeof this.#target === 'string' && this.#isWhole()) return fs.readFileSync(this.#target, 'utf8').replace(/^\uFEFF/, '');
    return new TextDecoder().decode(await this.bytes());
  }

  async json() {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new SyntaxError('Failed to parse JSON');
    }
  }

  async formData() {
    return new Response(await this.bytes(), { headers: { 'content-type': this.type } }).formData();
  }

  stream() {
    const target = this.#target;
    if (target === 0) return standardInput();
    let descriptor;
    let position = this.#start;
    const end = this.#end ?? Infinity;
    const close = () => {
      if (descriptor !== undefined && typeof target === 'string') fs.closeSync(descriptor);
      descriptor = undefined;
    };
    return new ReadableStream({
      pull(controller) {
        try {
          descriptor ??= typeof target === 'number' ? target : fs.openSync(target, 'r');
          const bytes = new Uint8Array(Math.min(CHUNK, end - position));
          const count = bytes.length === 0 ? 0 : fs.readSync(descriptor, bytes, 0, bytes.length, position);
          if (count === 0) {
            close();
            controller.close();
            return;
          }
          position += count;
          controller.enqueue(bytes.subarray(0, count));
        } catch (error) {
          close();
          controller.error(error);
        }
      },
      cancel: close,
    }, { highWaterMark: 0 });
  }

  slice(start = 0, end, type) {
    if (typeof start === 'string') [start, end, type] = [0, undefined, start];
    if (typeof end === 'string') [end, type] = [undefined, end];
    const { size } = this;
    const place = (value) => (value < 0 ? Math.max(size + value, 0) : value);
    const from = place(Math.trunc(Number(start)));
    const to = end === undefined ? undefined : place(Math.trunc(Number(end)));
    return new BunFile(this.#target, { type: type ?? this.#type, start: this.#start + from, end: to === undefined ? this.#end : Math.min(this.#start + Math.max(to, from), this.#end ?? Infinity) });
  }

  async exists() {
    try {
      return (typeof this.#target === 'string' ? fs.statSync(this.#target) : fs.fstatSync(this.#target)).isFile();
    } catch {
      return false;
    }
  }

  async stat() {
    return typeof this.#target === 'string' ? fs.statSync(this.#target) : fs.fstatSync(this.#target);
  }

  async delete() {
    if (typeof this.#target !== 'string') throw new TypeError('Cannot delete a file descriptor');
    fs.unlinkSync(this.#target);
  }

  unlink() {
    return this.delete();
  }

  writer(options) {
    return new FileSink(this.#target, options);
  }

  write(data, options) {
    return import('belljar:bun/write').then(({ write }) => write(this, data, options));
  }

  get [Symbol.toStringTag]() {
    return 'Blob';
  }

  [CUSTOM]() {
    const title = typeof this.#target === 'string' ? JSON.stringify(this.#target) : `fd: ${this.#target}`;
    const offset = this.#start > 0 ? `,\n  offset: ${this.#start}` : '';
    return `FileRef (${title}) {\n  type: ${JSON.stringify(this.#type)}${offset}\n}`;
  }
}

function standardInput() {
  const source = process.stdin;
  let iterator;
  return new ReadableStream({
    async pull(controller) {
      iterator ??= source[Symbol.asyncIterator]();
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? new Uint8Array(Buffer.from(value)) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    },
    async cancel() {
      await iterator?.return?.();
    },
  }, { highWaterMark: 0 });
}

export function file(target, options) {
  if (typeof target === 'number') {
    if (!Number.isInteger(target) || target < 0) throw new TypeError('Expected file path string or file descriptor');
    return new BunFile(target, options);
  }
  return new BunFile(pathOf(target), { type: options?.type });
}
