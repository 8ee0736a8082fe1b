// `Bun.serve`.
import fs from 'node:fs';
import net from 'node:net';
import process from 'node:process';

import { create_tcp_listener as createTcpListener } from 'native:net';
import { formatError } from 'belljar:internal/program';
import { withCookies } from 'belljar:bun/cookie';
import { BunFile } from 'belljar:bun/file';
import { Connection } from 'belljar:bun/http/connection';
import { Routes } from 'belljar:bun/http/routes';
import { acceptKey, Topics, WebSocketConnection } from 'belljar:bun/http/websocket';
import { Request } from 'belljar:web/request';
import { Response } from 'belljar:web/response';

const DEFAULT_PORT = 3000;
const DEFAULT_IDLE_SECONDS = 10;
const MAX_IDLE_SECONDS = 255;
const DEFAULT_MAX_BODY = 128 * 1024 * 1024;
const WELCOME = 'Welcome to Bun! To get started, return a Response object.';
const NEEDS = `Bun.serve() needs either:

  - A routes object:
     routes: {
       "/path": {
         GET: (req) => new Response("Hello")
       }
     }

  - Or a fetch handler:
     fetch: (req) => {
       return new Response("Hello")
     }

Learn more at https://bun.com/docs/api/http`;

function portOf(options) {
  const given = options.port ?? process.env.BUN_PORT ?? process.env.PORT ?? process.env.NODE_PORT ?? DEFAULT_PORT;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0) throw new TypeError(`Invalid port: ${given}`);
  return port % 65536;
}

function check(options, { needsHandler = true } = {}) {
  if (options === null || typeof options !== 'object') throw new TypeError('Bun.serve expects an object');
  if (options.fetch !== undefined && typeof options.fetch !== 'function') throw new TypeError('Expected fetch() to be a function');
  if (options.error !== undefined && typeof options.error !== 'function') throw new TypeError('Expected error() to be a function');
  if (needsHandler && options.fetch === undefined && options.routes === undefined && options.static === undefined) throw new TypeError(NEEDS);
  if (options.tls !== undefined && options.tls !== null && options.tls !== false) throw new Error('Bun.serve: TLS is not supported');
  const idle = options.idleTimeout;
  if (idle !== undefined && (!Number.isInteger(idle) || idle < 0 || idle > MAX_IDLE_SECONDS)) throw new TypeError(`Bun.serve expects idleTimeout to be ${MAX_IDLE_SECONDS} or less`);
}

function isResponse(value) {
  return value instanceof Response;
}

// A file as a route is read when it is asked for.
function fileResponse(file) {
  const response = new Response(file);
  const time = file.lastModified;
  if (time > 0) response.headers.set('last-modified', new Date(time).toUTCString());
  return response;
}

class Core {
  constructor(options) {
    this.connections = new Set();
    this.pending = 0;
    this.pendingWebSockets = 0;
    this.topics = new Topics();
    this.protocol = 'http';
    this.apply(options);
    this.hostname = options.hostname ?? '0.0.0.0';
    this.unix = options.unix;
  }

  apply(options) {
    this.fetchHandler = options.fetch;
    this.errorHandler = options.error;
    this.websocket = options.websocket ?? this.websocket;
    this.routes = new Routes(options.routes ?? options.static ?? {});
    this.development = options.development === undefined ? process.env.NODE_ENV !== 'production' : Boolean(options.development);
    this.idleTimeout = options.idleTimeout ?? DEFAULT_IDLE_SECONDS;
    this.maxRequestBodySize = options.maxRequestBodySize ?? DEFAULT_MAX_BODY;
    this.id = options.id ?? '';
  }

  get authority() {
    return this.unix ?? `${this.shownHost}:${this.port}`;
  }

  get shownHost() {
    return ['0.0.0.0', '::', ''].includes(this.hostname) ? 'localhost' : this.hostname.includes(':') ? `[${this.hostname}]` : this.hostname;
  }

  // The answer to a request: of a route, or of the handler. `connection` is absent inside the process.
  async handle(request, connection, current) {
    this.pending++;
    const found = this.routes.isEmpty ? undefined : this.routes.find(pathOf(request.url), request.method);
    this.active = { connection, current };
    let result;
    if (found) {
      const { handler, params } = found;
      if (isResponse(handler)) return handler.clone();
      if (handler instanceof BunFile) return fileResponse(handler);
      if (handler instanceof Blob) return new Response(handler);
      request.params = params;
      const finish = withCookies(request);
      link(request, connection, current);
      result = await handler.call(this.server, request, this.server);
      if (isResponse(result)) finish(result);
    } else if (this.fetchHandler) {
      link(request, connection, current);
      result = await this.fetchHandler.call(this.server, request, this.server);
    } else {
      return new Response(null, { status: 404 });
    }
    if (current?.upgraded) return undefined;
    if (isResponse(result)) return result;
    if (result === undefined || result === null) {
      if (this.development) process.stderr.write(`error: Expected a Response object, but received '${result}'\n`);
      return new Response(WELCOME, { headers: { 'content-type': 'text/plain;charset=utf-8' } });
    }
    throw new TypeError(`Expected a Response object, but received '${typeof result === 'string' ? result : Object.prototype.toString.call(result)}'`);
  }

  answered() {
    this.pending--;
    if (this.pending === 0 && this.stopping) this.stopping();
  }

  // The answer when a handler has thrown.
  async failed(request, error) {
    if (this.errorHandler) {
      try {
        const result = await this.errorHandler.call(this.server, error);
        if (isResponse(result)) return result;
      } catch (second) {
        error = second;
      }
    }
    process.stderr.write(`${formatError(error, 'bun')}\n`);
    if (!this.development) return new Response('Something went wrong!', { status: 500, headers: { 'content-type': 'text/plain' } });
    const text = `${error?.name ?? 'Error'}: ${error?.message ?? error}\n\n${error?.stack ?? ''}`;
    return new Response(`<!doctype html><meta charset="utf-8"><title>${request.method} - ${escapeText(pathOf(request.url))} failed</title><pre>${escapeText(text)}</pre>\n`, {
      status: 500, headers: { 'content-type': 'text/html;charset=utf-8' },
    });
  }

  closed(connection) {
    this.connections.delete(connection);
  }
}

function escapeText(text) {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]);
}

function pathOf(url) {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  if (start < 0) return '/';
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}

// Which connection a request came over, for `requestIP`, `timeout` and `upgrade`.
const origins = new WeakMap();

function link(request, connection, current) {
  if (connection) origins.set(request, { connection, current });
}

class Server {
  #core;
  #listener;

  constructor(core, listener) {
    this.#core = core;
    this.#listener = listener;
  }

  get port() {
    return this.#core.unix === undefined ? this.#core.port : undefined;
  }

  get hostname() {
    return this.#core.unix === undefined ? this.#core.shownHost.replace(/^\[|\]$/g, '') : undefined;
  }

  get address() {
    const address = this.#listener.address();
    return typeof address === 'string' || address === null ? address : { address: address.address, family: address.family, port: address.port };
  }

  get url() {
    return new URL(this.#core.unix === undefined ? `http://${this.#core.authority}/` : `unix://${this.#core.unix}`);
  }

  get protocol() {
    return this.#core.protocol;
  }

  get development() {
    return this.#core.development;
  }

  get id() {
    return this.#core.id;
  }

  get pendingRequests() {
    return this.#core.pending;
  }

  get pendingWebSockets() {
    return this.#core.pendingWebSockets;
  }

  async fetch(input, init) {
    const request = input instanceof Request ? input : new Request(String(input).startsWith('/') ? new URL(String(input), this.url) : input, init);
    let response;
    try {
      response = await this.#core.handle(request);
    } catch (error) {
      response = await this.#core.failed(request, error);
    }
    this.#core.answered();
    return response;
  }

  stop(force = false) {
    const core = this.#core;
    const closed = new Promise((resolve) => this.#listener.close(() => resolve()));
    for (const connection of core.connections) {
      if (force) connection.socket.destroy();
      else connection.finish();
    }
    if (force || core.pending === 0) return closed.then(() => undefined);
    return new Promise((resolve) => {
      core.stopping = resolve;
    }).then(() => closed);
  }

  reload(options) {
    check(options, { needsHandler: false });
    const core = this.#core;
    core.apply({ idleTimeout: core.idleTimeout, maxRequestBodySize: core.maxRequestBodySize, development: core.development, id: core.id, fetch: core.fetchHandler, error: core.errorHandler, ...options });
    return this;
  }

  requestIP(request) {
    const socket = origins.get(request)?.connection.socket;
    if (!socket?.remoteAddress) return null;
    return { address: socket.remoteAddress, family: socket.remoteFamily ?? 'IPv4', port: socket.remotePort };
  }

  timeout(request, seconds) {
    origins.get(request)?.connection.setIdleTimeout(seconds);
  }

  upgrade(request, options = {}) {
    const core = this.#core;
    if (!core.websocket) throw new TypeError('To enable websocket support, set the "websocket" object in Bun.serve({})');
    const origin = origins.get(request);
    const key = request.headers.get('sec-websocket-key');
    if (!origin || origin.current.upgraded || !key || request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return false;
    const { socket, rest } = origin.connection.upgrade(origin.current);
    const protocols = request.headers.get('sec-websocket-protocol');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${acceptKey(key)}`];
    const extra = new Headers(options.headers);
    if (protocols && !extra.has('sec-websocket-protocol')) lines.push(`Sec-WebSocket-Protocol: ${protocols.split(',')[0].trim()}`);
    for (const [name, value] of extra) lines.push(`${name}: ${value}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    void new WebSocketConnection({ socket, rest, handlers: core.websocket, data: options.data, core });
    return true;
  }

  publish(topic, data, compress) {
    return this.#core.topics.publish(topic, data, undefined, compress);
  }

  subscriberCount(topic) {
    return this.#core.topics.count(topic);
  }

  closeIdleConnections() {
    for (const connection of this.#core.connections) if (connection.isIdle) connection.socket.end();
  }

  ref() {
    this.#listener.ref?.();
  }

  unref() {
    this.#listener.unref?.();
  }

  async [Symbol.for('Symbol.asyncDispose')]() {
    await this.stop(true);
  }
}
for (const name of ['asyncDispose', 'dispose']) {
  if (typeof Symbol[name] === 'symbol') {
    Object.defineProperty(Server.prototype, Symbol[name], {
      value() {
        return this.stop(true);
      },
      configurable: true,
      writable: true,
    });
  }
}

// Why nobody can listen there. `net` would tell in an event, too late for whoever called us; so the
// attempt is made once more, for its error alone.
function listenError(host, port) {
  let code = 'EADDRINUSE';
  try {
    const probe = createTcpListener(host.includes(':') ? 6 : 4);
    try {
      probe.bind_sync(host, port);
      probe.listen_sync();
    } finally {
      probe.close();
    }
  } catch (error) {
    code = /\bE[A-Z]{3,}\b/.exec(`${error?.code ?? ''} ${error?.message ?? error}`)?.[0] ?? code;
  }
  const text = code === 'EADDRINUSE' ? `Failed to start server. Is port ${port} in use?` : `Failed to listen at ${host}:${port}: ${code}`;
  return Object.assign(new Error(text), { code, syscall: 'listen', errno: 0 });
}

export function serve(options) {
  check(options);
  const core = new Core(options);
  const listener = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    core.connections.add(new Connection(core, socket));
  });
  const server = new Server(core, listener);
  core.server = server;
  listener.on('error', (error) => {
    if (core.started) throw error;
  });
  if (core.unix !== undefined) {
    fs.rmSync(core.unix, { force: true });
    listener.listen(core.unix);
  } else {
    core.port = portOf(options);
    const host = core.hostname === 'localhost' ? '127.0.0.1' : core.hostname;
    listener.listen(core.port, host);
    if (!listener.listening && net.isIP(host) !== 0) throw listenError(host, core.port);
    const address = listener.address();
    if (address && typeof address === 'object') core.port = address.port;
  }
  core.started = true;
  return server;
}
