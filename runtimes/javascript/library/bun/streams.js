// `Bun.readableStreamTo*`, `Bun.peek`, `Bun.concatArrayBuffers`.
import { concatenate, ownBuffer, toBytes } from 'belljar:bun/bytes';
import { promiseDetails, promiseState } from 'belljar:bun/inspect_details';

async function* chunksOf(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

function checked(stream) {
  if (stream === null || typeof stream?.getReader !== 'function') throw new TypeError('Expected stream to be a ReadableStream');
  return stream;
}

export async function readableStreamToArray(stream) {
  const chunks = [];
  for await (const chunk of chunksOf(checked(stream))) chunks.push(chunk);
  return chunks;
}

export async function readableStreamToBytes(stream) {
  const chunks = await readableStreamToArray(stream);
  return concatenate(chunks.map((chunk) => toBytes(chunk, 'chunk')));
}

export async function readableStreamToArrayBuffer(stream) {
  return ownBuffer(await readableStreamToBytes(stream));
}

export async function readableStreamToText(stream) {
  return new TextDecoder().decode(await readableStreamToBytes(stream));
}

export async function readableStreamToJSON(stream) {
  return JSON.parse(await readableStreamToText(stream));
}

export async function readableStreamToBlob(stream) {
  return new Blob([await readableStreamToBytes(stream)]);
}

export async function readableStreamToFormData(stream, boundary) {
  const type = boundary === undefined ? 'application/x-www-form-urlencoded' : `multipart/form-data; boundary=${typeof boundary === 'string' ? boundary : new TextDecoder().decode(boundary)}`;
  return new Response(await readableStreamToBytes(stream), { headers: { 'content-type': type } }).formData();
}

export function concatArrayBuffers(buffers, maximum = Infinity, asUint8Array = false) {
  const bytes = concatenate([...buffers].map((buffer) => toBytes(buffer, 'buffer'))).subarray(0, maximum);
  return asUint8Array ? bytes : ownBuffer(bytes);
}

export function peek(value) {
  if (!(value instanceof Promise)) return value;
  const [state, result] = promiseDetails(value);
  if (state === 'pending') return value;
  // Who looks at a rejection has taken note of it.
  if (state === 'rejected') value.catch(() => {});
  return result;
}

peek.status = (value) => (value instanceof Promise ? promiseState(value) : 'fulfilled');
