// The server's side of a WebSocket, as Bun's handlers see it.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

import { formatError } from 'belljar:internal/program';
import { toBytes } from 'belljar:bun/bytes';
import { frame, FrameReader, OPCODES, ProtocolError } from 'belljar:bun/http/frames';

// RFC 6455, section 1.3.
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_PAYLOAD = 16 * 1024 * 1024;
const IDLE_SECONDS = 120;
const STATES = { open: 1, closing: 2, closed: 3 };

export function acceptKey(key) {
  return createHash('sha1').update(key + GUID).digest('base64');
}

// Who listens to which topic.
export class Topics {
  #topics = new Map();

  subscribe(topic, socket) {
    if (!this.#topics.has(topic)) this.#topics.set(topic, new Set());
    this.#topics.get(topic).add(socket);
  }

  unsubscribe(topic, socket) {
    const listeners = this.#topics.get(topic);
    listeners?.delete(socket);
    if (listeners?.size === 0) this.#topics.delete(topic);
  }

  leave(socket) {
    for (const topic of [...this.#topics.keys()]) this.unsubscribe(topic, socket);
  }

  of(socket) {
    return [...this.#topics].filter(([, listeners]) => listeners.has(socket)).map(([topic]) => topic);
  }

  count(topic) {
    return this.#topics.get(topic)?.size ?? 0;
  }

  publish(topic, data, except) {
    const listeners = this.#topics.get(topic);
    if (!listeners) return 0;
    let sent = 0;
    for (const socket of listeners) {
      if (socket === except) continue;
      socket.send(data);
      sent++;
    }
    return sent === 0 ? 0 : typeof data === 'string' ? Buffer.byteLength(data) : toBytes(data).length;
  }
}

export class WebSocketConnection {
  #socket;
  #handlers;
  #core;
  #state = STATES.open;
  #timer;
  #idle;
  #closeInfo;
  #corked;

  constructor({ socket, rest, handlers, data, core }) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#core = core;
    this.#idle = (handlers.idleTimeout ?? IDLE_SECONDS) * 1000;
    this.data = data;
    this.binaryType = 'nodebuffer';
    core.pendingWebSockets++;
    const reader = new FrameReader(handlers.maxPayloadLength ?? MAX_PAYLOAD, (opcode, payload) => this.#message(opcode, payload));
    const feed = (bytes) => {
      this.#watch();
      try {
        reader.feed(bytes);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.close(error.code, error.message);
        socket.end();
      }
    };
    socket.on('data', feed);
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#closed());
    socket.on('drain', () => this.#call('drain'));
    this.#watch();
    this.#call('open');
    if (rest.length > 0) feed(rest);
    socket.resume();
  }

  #watch() {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#idle <= 0) return;
    this.#timer = setTimeout(() => {
      this.close(1006, 'timeout');
      this.#socket.destroy();
    }, this.#idle);
    this.#timer.unref?.();
  }

  // A handler's error must not end the server.
  #call(name, ...args) {
    const handler = this.#handlers[name];
    if (typeof handler !== 'function') return;
    const failed = (error) => process.stderr.write(`${formatError(error, 'bun')}\n`);
    try {
      const result = handler.call(this.#handlers, this, ...args);
      if (typeof result?.then === 'function') result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #message(opcode, payload) {
    switch (opcode) {
      case OPCODES.text:
        this.#call('message', payload.toString('utf8'));
        break;
      case OPCODES.binary:
        this.#call('message', this.binaryType === 'arraybuffer' ? new Uint8Array(payload).buffer : this.binaryType === 'uint8array' ? new Uint8Array(payload) : payload);
        break;
      case OPCODES.ping:
        this.#write(OPCODES.pong, payload);
        this.#call('ping', payload);
        break;
      case OPCODES.pong:
        this.#call('pong', payload);
        break;
      case OPCODES.close:
        this.#closeInfo ??= [payload.length >= 2 ? payload.readUInt16BE(0) : 1005, payload.length > 2 ? payload.toString('utf8', 2) : ''];
        if (this.#state === STATES.open) {
          this.#state = STATES.closing;
          this.#write(OPCODES.close, payload.subarray(0, 2), true);
        }
        this.#socket.end();
        break;
      default:
        throw new ProtocolError(1002, 'Invalid opcode');
    }
  }

  #closed() {
    if (this.#state === STATES.closed) return;
    this.#state = STATES.closed;
    if (this.#timer) clearTimeout(this.#timer);
    this.#core.topics.leave(this);
    this.#core.pendingWebSockets--;
    this.#call('close', ...(this.#closeInfo ?? [1006, '']));
  }

  // How many bytes went out; -1 when they wait, 0 when the socket is gone.
  #write(opcode, payload, always = false) {
    if (this.#state !== STATES.open && !always) return 0;
    const bytes = frame(opcode, payload);
    if (this.#corked) {
      this.#corked.push(bytes);
      return bytes.length;
    }
    return this.#socket.write(bytes) ? bytes.length : -1;
  }

  get readyState() {
    return this.#state;
  }

  get remoteAddress() {
    return this.#socket.remoteAddress;
  }

  get subscriptions() {
    return this.#core.topics.of(this);
  }

  send(message) {
    return typeof message === 'string' ? this.#write(OPCODES.text, Buffer.from(message)) : this.#write(OPCODES.binary, toBytes(message, 'message'));
  }

  sendText(message) {
    return this.#write(OPCODES.text, Buffer.from(String(message)));
  }

  sendBinary(message) {
    return this.#write(OPCODES.binary, toBytes(message, 'message'));
  }

  ping(payload = '') {
    return this.#write(OPCODES.ping, toBytes(payload));
  }

  pong(payload = '') {
    return this.#write(OPCODES.pong, toBytes(payload));
  }

  close(code = 1000, reason = '') {
    if (this.#state !== STATES.open) return;
    const text = Buffer.from(reason);
    const payload = Buffer.alloc(2 + text.length);
    payload.writeUInt16BE(code, 0);
    text.copy(payload, 2);
    this.#write(OPCODES.close, payload);
    this.#state = STATES.closing;
    this.#closeInfo = [code, reason];
  }

  terminate() {
    this.#closeInfo ??= [1006, ''];
    this.#socket.destroy();
  }

  cork(callback) {
    this.#corked = [];
    try {
      return callback(this);
    } finally {
      const frames = this.#corked;
      this.#corked = undefined;
      if (frames.length > 0) this.#socket.write(Buffer.concat(frames));
    }
  }

  subscribe(topic) {
    this.#core.topics.subscribe(topic, this);
  }

  unsubscribe(topic) {
    this.#core.topics.unsubscribe(topic, this);
  }

  isSubscribed(topic) {
    return this.subscriptions.includes(topic);
  }

  publish(topic, message) {
    return this.#core.topics.publish(topic, message, this.#handlers.publishToSelf ? undefined : this);
  }

  publishText(topic, message) {
    return this.publish(topic, String(message));
  }

  publishBinary(topic, message) {
    return this.publish(topic, toBytes(message, 'message'));
  }

  getBufferedAmount() {
    return this.#socket.writableLength;
  }
}
