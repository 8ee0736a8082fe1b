// `multipart/form-data`, read (RFC 7578).
import { Buffer } from 'node:buffer';

// More parts than this are not a form.
const MAX_PARTS = 100_000;

function parameter(header, name) {
  const match = new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'i').exec(header);
  if (!match) return undefined;
  return match[1] === undefined ? match[2] : match[1].replace(/%22/g, '"').replace(/\\(.)/g, '$1');
}

export function boundaryOf(type) {
  return parameter(type, 'boundary');
}

function headersOf(text) {
  const headers = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

export function readMultipart(bytes, boundary) {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = Buffer.from(`--${boundary}`);
  const between = Buffer.from(`\r\n--${boundary}`);
  const form = new FormData();
  const malformed = () => new TypeError('Failed to parse the body as FormData');
  let at = data.indexOf(mark);
  if (at < 0) throw malformed();
  at += mark.length;
  for (let count = 0; ; count++) {
    if (count > MAX_PARTS) throw malformed();
    const end = data.toString('latin1', at, at + 2);
    if (end === '--') return form;
    if (end !== '\r\n') throw malformed();
    // A part may have no headers of its own but must have the blank line.
    const blank = data.indexOf('\r\n\r\n', at);
    if (blank < 0) throw malformed();
    const headers = headersOf(data.toString('utf8', at + 2, blank));
    const stop = data.indexOf(between, blank + 2);
    if (stop < 0) throw malformed();
    const disposition = headers['content-disposition'] ?? '';
    const name = parameter(disposition, 'name');
    if (name === undefined) throw malformed();
    const content = data.subarray(blank + 4, Math.max(stop, blank + 4));
    const filename = parameter(disposition, 'filename');
    if (filename === undefined) form.append(name, content.toString('utf8'));
    else form.append(name, new File([content], filename, { type: headers['content-type'] ?? 'application/octet-stream' }));
    at = stop + between.length;
  }
}

export function readUrlEncoded(text) {
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(text)) form.append(name, value);
  return form;
}
