// A connection to a server: one request after the other, each answered before the next is looked at.
import { Request } from 'belljar:web/request';
import { BadRequest, RequestParser } from 'belljar:bun/http/parser';
import { plain, respond } from 'belljar:bun/http/respond';

// How much of a body is kept for a handler that does not read it yet.
const HIGH_WATER = 256 * 1024;
// What may wait behind the request that is being answered.
const MAX_PIPELINED = 64 * 1024;

export class Connection {
  #server;
  #socket;
  #parser;
  #current;
  #timer;
  #idle;
  #closing = false;

  constructor(server, socket) {
    this.#server = server;
    this.#socket = socket;
    this.#idle = server.idleTimeout * 1000;
    this.#parser = new RequestParser(this);
    socket.setNoDelay?.(true);
    socket.on('data', (bytes) => this.#received(bytes));
    socket.on('end', () => this.#ended());
    socket.on('close', () => this.#closed());
    socket.on('error', () => socket.destroy());
    this.#watch();
  }

  get isIdle() {
    return this.#current === undefined;
  }

  get socket() {
    return this.#socket;
  }

  setIdleTimeout(seconds) {
    this.#idle = seconds * 1000;
    this.#watch();
  }

  // Closes at once if nothing is being answered, else after the answer.
  finish() {
    this.#closing = true;
    if (this.isIdle) this.#socket.end();
  }

  #watch() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#idle <= 0) return;
    this.#timer = setTimeout(() => this.#socket.destroy(), this.#idle);
    this.#timer.unref?.();
  }

  #received(bytes) {
    this.#watch();
    try {
      this.#parser.feed(bytes);
    } catch (error) {
      this.#refuse(error);
    }
    if (this.#parser.paused && this.#parser.waiting > MAX_PIPELINED) this.#socket.pause();
  }

  #refuse(error) {
    if (!(error instanceof BadRequest)) throw error;
    this.#parser.paused = true;
    this.#closing = true;
    plain(this.#socket, error.status);
    this.#socket.end();
  }

  // --- what the parser finds ---

  head(message) {
    const current = { message, body: undefined, received: false, answered: false, controller: undefined };
    this.#current = current;
    message.keepAlive = message.version === 'HTTP/1.1' ? !/(?:^|,)\s*close\s*(?:,|$)/.test(message.connection) : /(?:^|,)\s*keep-alive\s*(?:,|$)/.test(message.connection);
    const limit = this.#server.maxRequestBodySize;
    if (message.hasBody && (message.length ?? 0) > limit) {
      message.keepAlive = false;
      plain(this.#socket, 413);
      this.#socket.end();
      throw new BadRequest(413, 'Payload Too Large');
    }
    if (message.expect === '100-continue' && message.hasBody) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    if (message.hasBody) current.body = this.#bodyStream(current);
    // Only the body of this request is read while it is answered; an upgrade takes over all that comes.
    if (!message.hasBody) this.#parser.paused = true;
    this.#answer(current);
  }

  data(bytes) {
    const { body, discarded } = this.#current;
    this.#current.size = (this.#current.size ?? 0) + bytes.length;
    if (this.#current.size > this.#server.maxRequestBodySize) {
      body.controller?.error(new Error('Request body is too large'));
      throw new BadRequest(413, 'Payload Too Large');
    }
    if (discarded || body.cancelled) return;
    // The bytes are part of what the socket gave, which nobody else keeps.
    body.controller.enqueue(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (body.controller.desiredSize <= 0) this.#socket.pause();
  }

  end() {
    const current = this.#current;
    if (!current) return;
    current.received = true;
    this.#parser.paused = true;
    if (current.body && !current.body.cancelled) current.body.controller.close();
    if (current.answered) this.#next();
  }

  #bodyStream(current) {
    const body = { controller: undefined, cancelled: false };
    body.stream = new ReadableStream({
      start: (controller) => {
        body.controller = controller;
      },
      pull: () => {
        if (!current.received) this.#socket.resume();
      },
      cancel: () => {
        body.cancelled = true;
        this.#socket.resume();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }));
    return body;
  }

  // --- answering ---

  #makeRequest(current) {
    const { message } = current;
    const { target } = message;
    const base = `${this.#server.protocol}://${message.host ?? this.#server.authority}`;
    const request = Request.received({
      url: target.startsWith('/') ? normalise(base, target) : target,
      method: message.method,
      pairs: message.pairs,
      content: current.body ? { stream: current.body.stream } : {},
      signal: () => {
        current.abort ??= new AbortController();
        if (this.#socket.destroyed) current.abort.abort(closedError());
        return current.abort.signal;
      },
    });
    current.request = request;
    return request;
  }

  async #answer(current) {
    const request = this.#makeRequest(current);
    current.message.rangeHeader = current.message.method === 'GET' ? request.headers.get('range') : null;
    let response;
    let going = false;
    try {
      response = await this.#server.handle(request, this, current);
      if (current.upgraded) return;
      going = await respond(this.#socket, current.message, response);
    } catch (error) {
      going = await this.#failed(current, request, error);
    }
    if (current.upgraded) return;
    current.answered = true;
    this.#server.answered();
    if (!going || !current.message.keepAlive || this.#closing) {
      this.#socket.end();
      return;
    }
    if (current.received || !current.body) {
      if (!current.received) {
        this.#parser.paused = false;
        this.#pump();
      } else {
        this.#next();
      }
      return;
    }
    // The rest of a body that nobody wanted is read and dropped.
    current.discarded = true;
    if (!current.body.cancelled && !current.body.stream.locked) current.body.stream.cancel().catch(() => {});
    this.#socket.resume();
  }

  async #failed(current, request, error) {
    // What has begun to go out cannot be taken back.
    if (this.#socket.bytesWritten > (current.written ?? 0) && current.headSent) return false;
    try {
      const response = await this.#server.failed(request, error);
      return await respond(this.#socket, current.message, response);
    } catch {
      this.#socket.destroy();
      return false;
    }
  }

  #next() {
    this.#current = undefined;
    if (this.#closing) {
      this.#socket.end();
      return;
    }
    this.#watch();
    this.#parser.paused = false;
    this.#pump();
  }

  #pump() {
    try {
      this.#parser.run();
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#socket.resume();
  }

  #ended() {
    if (this.isIdle) this.#socket.end();
  }

  #closed() {
    if (this.#timer) clearTimeout(this.#timer);
    const current = this.#current;
    if (current && !current.answered) {
      if (current.body && !current.received && !current.body.cancelled) current.body.controller.error(closedError());
      current.abort?.abort(closedError());
    }
    this.#server.closed(this);
  }

  // Gives the socket away: to a WebSocket.
  upgrade(current) {
    current.upgraded = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#parser.paused = true;
    this.#socket.removeAllListeners('data');
    this.#socket.removeAllListeners('end');
    const rest = this.#parser.takeRest();
    this.#server.answered();
    return { socket: this.#socket, rest };
  }
}

// The path as a URL has it; what is one already is not taken apart.
function normalise(base, target) {
  if (/^[\w\-/.~!$&'()*+,;=:@%?]*$/.test(target) && !target.includes('/.')) return base + target;
  try {
    return new URL(base + target).href;
  } catch {
    return base + target;
  }
}

function closedError() {
  return new DOMException('The connection was closed.', 'AbortError');
}
