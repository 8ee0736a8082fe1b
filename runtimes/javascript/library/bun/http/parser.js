// HTTP/1.1 requests out of bytes (RFC 9112).
import { Buffer } from 'node:buffer';

// Longer heads are refused with 431: a client could otherwise fill the memory with headers.
const MAX_HEAD = 16 * 1024;
// The line that begins a chunk, and the trailers after the last.
const MAX_LINE = 8 * 1024;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const END = Buffer.from('\r\n\r\n');

export class BadRequest extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

function parseHead(text) {
  const lines = text.split('\r\n');
  const [method, target, version, ...more] = lines[0].split(' ');
  if (more.length > 0 || !TOKEN.test(method ?? '') || !target || !/^HTTP\/1\.[01]$/.test(version ?? '')) throw new BadRequest(400, 'Bad Request');
  const pairs = [];
  const known = { host: undefined, length: undefined, encoding: undefined, connection: '', expect: '', upgrade: '' };
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index];
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!TOKEN.test(name)) throw new BadRequest(400, 'Bad Request');
    const value = line.slice(colon + 1).trim();
    if (/[\0\r\n]/.test(value)) throw new BadRequest(400, 'Bad Request');
    pairs.push(name, value);
    remember(known, name.toLowerCase(), value);
  }
  return { method, target, version, pairs, ...known };
}

// What decides where a request ends must not be said twice, nor in two ways: that is how requests are
// smuggled past a proxy.
function remember(known, name, value) {
  switch (name) {
    case 'host':
      if (known.host !== undefined) throw new BadRequest(400, 'Bad Request');
      known.host = value;
      break;
    case 'content-length':
      if (!/^\d{1,15}$/.test(value) || known.length !== undefined) throw new BadRequest(400, 'Bad Request');
      known.length = Number(value);
      break;
    case 'transfer-encoding':
      if (known.encoding !== undefined || value.toLowerCase() !== 'chunked') throw new BadRequest(known.encoding === undefined ? 501 : 400, 'Unsupported transfer encoding');
      known.encoding = 'chunked';
      break;
    case 'connection':
      known.connection += `,${value.toLowerCase()}`;
      break;
    case 'expect':
      known.expect = value.toLowerCase();
      break;
    case 'upgrade':
      known.upgrade = value.toLowerCase();
      break;
    default:
      break;
  }
}

// Takes bytes as they come; what it finds it tells `handler`: head(request), data(bytes), end().
export class RequestParser {
  #rest = Buffer.alloc(0);
  #state = 'head';
  #left = 0;
  #searched = 0;

  constructor(handler) {
    this.handler = handler;
    this.paused = false;
  }

  // Bytes that belong to nobody yet; after an upgrade they belong to the new protocol.
  takeRest() {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }

  get isIdle() {
    return this.#state === 'head' && this.#rest.length === 0;
  }

  get waiting() {
    return this.#rest.length;
  }

  feed(bytes) {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.run();
  }

  run() {
    while (!this.paused && this.#step());
  }

  #step() {
    switch (this.#state) {
      case 'head':
        return this.#head();
      case 'length':
        return this.#counted('end');
      case 'chunk':
        return this.#counted('chunkEnd');
      case 'size':
        return this.#size();
      case 'chunkEnd':
        return this.#chunkEnd();
      case 'trailers':
        return this.#trailers();
      case 'end':
        this.#state = 'head';
        this.handler.end();
        return true;
      default:
        return false;
    }
  }

  #head() {
    // Empty lines before a request are passed over.
    let start = 0;
    while (this.#rest[start] === 13 && this.#rest[start + 1] === 10) start += 2;
    if (start > 0) this.#rest = this.#rest.subarray(start);
    const end = this.#rest.indexOf(END, Math.max(this.#searched - 3, 0));
    if (end < 0 ? this.#rest.length > MAX_HEAD : end > MAX_HEAD) throw new BadRequest(431, 'Request Header Fields Too Large');
    if (end < 0) {
      this.#searched = this.#rest.length;
      return false;
    }
    this.#searched = 0;
    const request = parseHead(this.#rest.toString('latin1', 0, end));
    this.#rest = this.#rest.subarray(end + 4);
    if (request.version === 'HTTP/1.1' && request.host === undefined) throw new BadRequest(400, 'Bad Request');
    if (request.encoding !== undefined && (request.length !== undefined || request.version === 'HTTP/1.0')) throw new BadRequest(400, 'Bad Request');
    request.hasBody = request.encoding !== undefined || (request.length ?? 0) > 0;
    this.#left = request.length ?? 0;
    this.#state = request.encoding ? 'size' : this.#left > 0 ? 'length' : 'end';
    this.handler.head(request);
    return true;
  }

  #counted(next) {
    if (this.#rest.length === 0) return false;
    const count = Math.min(this.#left, this.#rest.length);
    const bytes = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    this.#left -= count;
    if (this.#left === 0) this.#state = next;
    this.handler.data(bytes);
    return true;
  }

  #line() {
    const end = this.#rest.indexOf('\r\n');
    if (end > MAX_LINE || (end < 0 && this.#rest.length > MAX_LINE)) throw new BadRequest(400, 'Bad Request');
    if (end < 0) return undefined;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    return line;
  }

  #size() {
    const line = this.#line();
    if (line === undefined) return false;
    const digits = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line);
    if (!digits) throw new BadRequest(400, 'Bad Request');
    this.#left = Number.parseInt(digits[1], 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
    return true;
  }

  #chunkEnd() {
    if (this.#rest.length < 2) return false;
    if (this.#rest[0] !== 13 || this.#rest[1] !== 10) throw new BadRequest(400, 'Bad Request');
    this.#rest = this.#rest.subarray(2);
    this.#state = 'size';
    return true;
  }

  #trailers() {
    const line = this.#line();
    if (line === undefined) return false;
    if (line === '') this.#state = 'end';
    return true;
  }
}
