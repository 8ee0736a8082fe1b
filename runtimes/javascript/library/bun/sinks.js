// `FileSink`, which `file.writer()` gives, and `ArrayBufferSink`.
import fs from 'node:fs';
import process from 'node:process';

import { concatenate, ownBuffer, toBytes } from 'belljar:bun/bytes';

const DEFAULT_MARK = 64 * 1024;

function writeFully(descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at, bytes.length - at);
}

export class FileSink {
  #target;
  #descriptor;
  #mark;
  #pending = [];
  #waiting = 0;
  #closed = false;

  constructor(target, { highWaterMark = DEFAULT_MARK } = {}) {
    this.#target = target;
    this.#mark = highWaterMark;
  }

  #open() {
    if (this.#descriptor === undefined) {
      this.#descriptor = typeof this.#target === 'number' ? this.#target : fs.openSync(this.#target, 'w');
    }
    return this.#descriptor;
  }

  start({ highWaterMark } = {}) {
    if (highWaterMark !== undefined) this.#mark = highWaterMark;
  }

  write(data) {
    if (this.#closed) throw new Error('Cannot write to a closed FileSink');
    const bytes = typeof data === 'string' ? Buffer.from(data) : toBytes(data).slice();
    this.#open();
    this.#pending.push(bytes);
    this.#waiting += bytes.length;
    if (this.#waiting >= this.#mark) this.flush();
    return bytes.length;
  }

  flush() {
    const bytes = concatenate(this.#pending);
    this.#pending = [];
    this.#waiting = 0;
    if (bytes.length > 0) {
      if (this.#descriptor === 1) process.stdout.write(bytes);
      else if (this.#descriptor === 2) process.stderr.write(bytes);
      else writeFully(this.#open(), bytes);
    }
    return bytes.length;
  }

  end(error) {
    if (this.#closed) return 0;
    if (error instanceof Error) this.#pending = [];
    this.#open();
    const count = this.flush();
    this.#closed = true;
    if (typeof this.#target === 'string') fs.closeSync(this.#descriptor);
    return count;
  }

  close() {
    this.end();
  }

  ref() {}

  unref() {}
}

export class ArrayBufferSink {
  #chunks = [];
  #options = {};

  start(options = {}) {
    this.#options = options;
    this.#chunks = [];
  }

  write(data) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : toBytes(data).slice();
    this.#chunks.push(bytes);
    return bytes.length;
  }

  #take() {
    const bytes = concatenate(this.#chunks);
    this.#chunks = [];
    return this.#options.asUint8Array ? bytes : ownBuffer(bytes);
  }

  flush() {
    if (this.#options.stream) return this.#take();
    return 0;
  }

  end() {
    return this.#take();
  }

  close() {
    this.#chunks = [];
  }
}
