// `fetch`, over the layer's, which has the connections: with our own Request and Response.
import { fetch as send } from 'layer:http';
import { currentKind } from 'belljar:web/kind';
import { Body, sourceOf } from 'belljar:web/body';
import { Request } from 'belljar:web/request';
import { Response } from 'belljar:web/response';

const NO_BODY = new Set([101, 103, 204, 205, 304]);

// `data:` and `blob:` addresses need no network.
function local(url) {
  const match = /^data:([^,]*?)(;base64)?,(.*)$/s.exec(url);
  if (!match) throw new TypeError('fetch failed');
  const text = decodeURIComponent(match[3]);
  const bytes = match[2] ? Buffer.from(text, 'base64') : Buffer.from(text);
  return new Response(bytes, { headers: { 'content-type': match[1] || 'text/plain;charset=US-ASCII' } });
}

function failed(error) {
  if (error?.name === 'AbortError' || error?.name === 'TimeoutError') return error;
  if (currentKind() === 'node') return error instanceof TypeError && error.message === 'fetch failed' ? error : Object.assign(new TypeError('fetch failed'), { cause: error });
  return error;
}

export async function fetch(input, init) {
  const request = new Request(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  if (request.url.startsWith('data:')) return local(request.url);
  const content = Body.contentOf(request);
  const options = {
    method: request.method,
    headers: [...request.headers.entries()],
    signal,
    redirect: request.redirect,
  };
  const source = sourceOf(content);
  if (source !== undefined) {
    options.body = source;
  } else if (content.stream) {
    options.body = content.stream;
    options.duplex = 'half';
  }
  let received;
  try {
    received = await send(request.url, options);
  } catch (error) {
    throw failed(error);
  }
  // The layer's Headers keep one value of a name; the connection's list has them all.
  const headers = received.nativeResponse?.headers ?? received.headers.entries();
  return Response.received({
    body: NO_BODY.has(received.status) || request.method === 'HEAD' ? null : received.body,
    status: received.status,
    statusText: received.statusText,
    headers: [...headers],
    url: received.url || request.url,
    redirected: received.redirected,
    type: received.type === 'default' ? 'basic' : received.type,
  });
}
