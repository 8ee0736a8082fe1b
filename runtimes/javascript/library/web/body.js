// What `Request` and `Response` have in common: a body, as text, bytes, a Blob or a stream.
import { Buffer } from 'node:buffer';

import { formDataToBlob } from 'layer:http_form_data';
import { currentKind } from 'belljar:web/kind';
import { boundaryOf, readMultipart, readUrlEncoded } from 'belljar:web/multipart';

// Made when it is first needed: this module is evaluated before the class is global.
let textEncoder;
const encoder = { encode: (text) => (textEncoder ??= new TextEncoder()).encode(text) };

function used() {
  return new TypeError(currentKind() === 'node' ? 'Body is unusable: Body has already been read' : 'Body already used');
}

function fromIterator(iterable) {
  let iterator;
  return new ReadableStream({
    async pull(controller) {
      iterator ??= (iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator]).call(iterable);
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel(reason) {
      await iterator?.return?.(reason);
    },
  }, { highWaterMark: 0 });
}

// Streams that we have made of a source and nobody has read from: the source may be used in their place,
// which is how a body that is handed from one Response to the next stays what it was.
const untouched = new WeakMap();

function streamOf(source) {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return source.stream();
  const stream = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      untouched.delete(stream);
      const bytes = typeof source === 'string' ? encoder.encode(source) : source.slice();
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel() {
      untouched.delete(stream);
    },
  });
  untouched.set(stream, source);
  return stream;
}

// What a body is made of, if that is still all of it.
export function sourceOf({ source, stream }) {
  return stream === undefined || untouched.has(stream) ? source : undefined;
}

// The content of a body: `source` is text, bytes or a Blob, `stream` a ReadableStream; one of them, or
// neither. `type` is the content type that goes with it.
export function extract(given) {
  if (given === null || given === undefined) return {};
  if (typeof given === 'string') return { source: given, type: currentKind() === 'node' ? 'text/plain;charset=UTF-8' : 'text/plain;charset=utf-8' };
  if (given instanceof Blob) return { source: given, type: given.type || undefined };
  if (given instanceof ReadableStream) {
    if (given.locked) throw new TypeError('ReadableStream is locked');
    return { source: untouched.get(given), stream: given };
  }
  if (given instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && given instanceof SharedArrayBuffer)) return { source: new Uint8Array(given.slice(0)) };
  if (ArrayBuffer.isView(given)) return { source: new Uint8Array(given.buffer, given.byteOffset, given.byteLength).slice() };
  if (given instanceof URLSearchParams) return { source: given.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  if (given instanceof FormData) {
    const blob = formDataToBlob(given);
    return { source: blob, type: blob.type };
  }
  if (typeof given === 'function' && /^(?:Async)?GeneratorFunction$/.test(given.constructor?.name)) return { stream: fromIterator(given()) };
  if (typeof given === 'object' && (typeof given[Symbol.asyncIterator] === 'function' || (typeof given.next === 'function' && typeof given[Symbol.iterator] === 'function'))) {
    return { stream: fromIterator(given) };
  }
  const text = String(given);
  return { source: text, type: currentKind() === 'node' ? 'text/plain;charset=UTF-8' : 'text/plain;charset=utf-8' };
}

async function readStream(stream) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const bytes = typeof value === 'string' ? encoder.encode(value) : value instanceof Uint8Array ? value : new Uint8Array(value.buffer ?? value);
    chunks.push(bytes);
    length += bytes.byteLength;
  }
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

async function bytesOf(content) {
  const source = sourceOf(content);
  if (source === undefined) return content.stream ? readStream(content.stream) : new Uint8Array(0);
  if (typeof source === 'string') return encoder.encode(source);
  if (source instanceof Uint8Array) return source;
  return new Uint8Array(await source.arrayBuffer());
}

function exact(bytes) {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset === 0 && byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

export class Body {
  #content;
  #used = false;

  constructor(content) {
    this.#content = content;
  }

  // For our own modules.
  static contentOf(body) {
    return body.#content;
  }

  static take(body) {
    if (body.bodyUsed) throw used();
    body.#used = body.#content.source !== undefined || body.#content.stream !== undefined;
    return body.#content;
  }

  static share(body) {
    if (body.bodyUsed) throw new TypeError(currentKind() === 'node' ? 'Response.clone: Body has already been consumed.' : 'Body already used');
    const content = body.#content;
    if (!content.stream || sourceOf(content) !== undefined) return { ...content, stream: undefined };
    const [one, other] = content.stream.tee();
    body.#content = { ...content, stream: one };
    return { ...content, stream: other };
  }

  get body() {
    const content = this.#content;
    if (content.stream === undefined && content.source !== undefined) content.stream = streamOf(content.source);
    return content.stream ?? null;
  }

  get bodyUsed() {
    return this.#used || this.#content.stream?.locked === true;
  }

  async arrayBuffer() {
    return exact(await bytesOf(Body.take(this)));
  }

  async bytes() {
    const bytes = await bytesOf(Body.take(this));
    return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async blob() {
    return new Blob([await bytesOf(Body.take(this))], { type: this.headers.get('content-type') ?? '' });
  }

  async text() {
    const content = Body.take(this);
    const source = sourceOf(content);
    if (typeof source === 'string') return source;
    const bytes = await bytesOf(content);
    // A mark of byte order is not text.
    const skip = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    return Buffer.from(bytes.buffer, bytes.byteOffset + skip, bytes.byteLength - skip).toString('utf8');
  }

  async json() {
    const text = await this.text();
    if (currentKind() === 'node') return JSON.parse(text);
    try {
      return JSON.parse(text);
    } catch {
      throw new SyntaxError('Failed to parse JSON');
    }
  }

  async formData() {
    const type = this.headers.get('content-type') ?? '';
    if (/^multipart\/form-data/i.test(type)) {
      const boundary = boundaryOf(type);
      if (boundary === undefined) throw new TypeError('Invalid MIME type: no boundary');
      return readMultipart(await bytesOf(Body.take(this)), boundary);
    }
    if (/^application\/x-www-form-urlencoded/i.test(type)) return readUrlEncoded(await this.text());
    throw new TypeError("Can't decode form data from body because of incorrect MIME type/boundary");
  }
}
for (const name of ['body', 'bodyUsed', 'arrayBuffer', 'bytes', 'blob', 'text', 'json', 'formData']) Object.defineProperty(Body.prototype, name, { enumerable: true });
