// A Response onto a socket. The head goes out with the first bytes of the body: two small writes would
// have the second wait for the acknowledgement of the first.
import { Buffer } from 'node:buffer';
import { STATUS_CODES } from 'node:http';

import { BunFile } from 'belljar:bun/file';
import { Body, sourceOf } from 'belljar:web/body';

const NO_BODY = new Set([101, 204, 304]);
const NAMES = { 'content-type': 'Content-Type', location: 'Location' };

let date = '';
let dateUntil = 0;
function now() {
  const time = Date.now();
  if (time >= dateUntil) {
    date = new Date(time).toUTCString();
    dateUntil = time - (time % 1000) + 1000;
  }
  return date;
}

function headOf(response, request, extra) {
  const { status } = response;
  const lines = [`HTTP/1.1 ${status} ${response.statusText || STATUS_CODES[status] || ''}`];
  let dated = false;
  for (const [name, value] of response.headers.lines()) {
    // How the body is framed is for us to say.
    if (name === 'transfer-encoding' || name === 'connection' || (name === 'content-length' && extra.length !== undefined)) continue;
    if (name === 'date') dated = true;
    lines.push(`${NAMES[name] ?? name}: ${value}`);
  }
  if (!dated) lines.push(`Date: ${now()}`);
  if (extra.range) lines.push(`Content-Range: ${extra.range}`, 'Accept-Ranges: bytes');
  if (extra.length !== undefined) lines.push(`Content-Length: ${extra.length}`);
  if (extra.chunked) lines.push('Transfer-Encoding: chunked');
  if (!request.keepAlive) lines.push('Connection: close');
  else if (request.version === 'HTTP/1.0') lines.push('Connection: keep-alive');
  lines.push('', '');
  return lines.join('\r\n');
}

// Writes, and waits where the other side is slow. False when it is gone.
function write(socket, data) {
  if (socket.destroyed || socket.writableEnded) return Promise.resolve(false);
  if (socket.write(data)) return true;
  return new Promise((resolve) => {
    const done = (ok) => () => {
      socket.off('drain', drained);
      socket.off('close', closed);
      resolve(ok);
    };
    const drained = done(true);
    const closed = done(false);
    socket.on('drain', drained);
    socket.on('close', closed);
  });
}

async function sendBytes(socket, head, bytes) {
  if (bytes.length === 0) return write(socket, Buffer.from(head, 'latin1'));
  const start = Buffer.from(head, 'latin1');
  // Copying a large body would cost more than a second write saves.
  if (bytes.length > 256 * 1024) {
    return (await write(socket, Buffer.concat([start, bytes.subarray(0, 64 * 1024)]))) && write(socket, bytes.subarray(64 * 1024));
  }
  return write(socket, Buffer.concat([start, bytes]));
}

function chunk(bytes) {
  return [Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'), bytes, Buffer.from('\r\n')];
}

const LAST = Buffer.from('0\r\n\r\n');

function asBytes(value) {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
}

// With chunks of the transfer encoding, or until the end of the connection for an old client.
async function sendStream(socket, head, stream, chunked) {
  const reader = stream.getReader();
  const gone = () => {
    reader.cancel(new DOMException('The connection was closed.', 'AbortError')).catch(() => {});
  };
  socket.on('close', gone);
  let pending = Buffer.from(head, 'latin1');
  const frame = (bytes) => Buffer.concat([...(pending ? [pending] : []), ...(chunked ? chunk(bytes) : [bytes])]);
  try {
    let next = reader.read();
    // A stream that has nothing yet must not keep the head back.
    const early = await Promise.race([next, new Promise((resolve) => setImmediate(resolve, undefined))]);
    if (early === undefined) {
      if (!(await write(socket, pending))) return false;
      pending = undefined;
    }
    for (;;) {
      const { value, done } = await next;
      if (done) break;
      const bytes = asBytes(value);
      if (bytes.length > 0) {
        if (!(await write(socket, frame(bytes)))) return false;
        pending = undefined;
      }
      next = reader.read();
    }
    const rest = [...(pending ? [pending] : []), ...(chunked ? [LAST] : [])];
    return rest.length === 0 || write(socket, Buffer.concat(rest));
  } finally {
    socket.off('close', gone);
  }
}

function rangeOf(request, size) {
  const header = request.rangeHeader;
  const match = header && /^bytes=(\d*)-(\d*)$/.exec(header);
  if (!match || (match[1] === '' && match[2] === '') || size === 0) return undefined;
  let start = match[1] === '' ? Math.max(size - Number(match[2]), 0) : Number(match[1]);
  let end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start > end || start >= size) [start, end] = [0, size - 1];
  return { start, end };
}

// Sends a response; tells whether the connection can go on.
export async function respond(socket, request, response) {
  const { status } = response;
  const content = Body.take(response);
  const isHead = request.method === 'HEAD';
  if (NO_BODY.has(status)) return write(socket, Buffer.from(headOf(response, request, { length: status === 204 ? undefined : undefined }), 'latin1'));
  const { stream } = content;
  let source = sourceOf(content);
  if (source instanceof BunFile) {
    if (!(await source.exists())) throw Object.assign(new Error(`ENOENT: no such file or directory, open '${source.name}'`), { code: 'ENOENT', path: source.name, syscall: 'open', errno: -2 });
    const { size } = source;
    const range = status === 200 ? rangeOf(request, size) : undefined;
    const partial = range && !(range.start === 0 && range.end === size - 1 && !request.rangeHeader);
    const part = partial ? source.slice(range.start, range.end + 1) : source;
    const shown = partial ? Object.create(response, { status: { value: 206 }, statusText: { value: '' }, headers: { value: response.headers } }) : response;
    const extra = { length: part.size, range: partial ? `bytes ${range.start}-${range.end}/${size}` : undefined };
    const head = headOf(shown, request, extra);
    if (isHead) return write(socket, Buffer.from(head, 'latin1'));
    if (part.size <= 1024 * 1024) return sendBytes(socket, head, await part.bytes());
    return sendStream(socket, head, part.stream(), false);
  }
  if (source instanceof Blob) source = new Uint8Array(await source.arrayBuffer());
  if (stream === undefined || source !== undefined) {
    const bytes = source === undefined ? Buffer.alloc(0) : asBytes(source);
    const given = isHead && bytes.length === 0 ? response.headers.get('content-length') : null;
    const head = headOf(response, request, { length: given ?? bytes.length });
    return isHead ? write(socket, Buffer.from(head, 'latin1')) : sendBytes(socket, head, bytes);
  }
  const length = response.headers.get('content-length');
  const chunked = length === null && request.version === 'HTTP/1.1';
  if (length === null && !chunked) request.keepAlive = false;
  const head = headOf(response, request, { chunked });
  if (isHead) {
    stream.cancel().catch(() => {});
    return write(socket, Buffer.from(head, 'latin1'));
  }
  return sendStream(socket, head, stream, chunked);
}

export function plain(socket, status, close = true) {
  if (socket.destroyed) return;
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`);
}
