// WebSocket frames (RFC 6455).
import { Buffer } from 'node:buffer';

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export class ProtocolError extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

// A frame of a server: never masked.
export function frame(opcode, payload) {
  const { length } = payload;
  let head;
  if (length < 126) {
    head = Buffer.from([0x80 | opcode, length]);
  } else if (length < 65536) {
    head = Buffer.alloc(4);
    head[0] = 0x80 | opcode;
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    head[1] = 127;
    head.writeUInt32BE(Math.floor(length / 2 ** 32), 2);
    head.writeUInt32BE(length >>> 0, 6);
  }
  return Buffer.concat([head, payload]);
}

// Whole messages out of bytes; a client's frames must be masked.
export class FrameReader {
  #rest = Buffer.alloc(0);
  #parts = [];
  #kind;
  #size = 0;

  constructor(maxPayload, onMessage) {
    this.maxPayload = maxPayload;
    this.onMessage = onMessage;
  }

  feed(bytes) {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#step());
  }

  #step() {
    const data = this.#rest;
    if (data.length < 2) return false;
    const final = (data[0] & 0x80) !== 0;
    const opcode = data[0] & 0x0f;
    if ((data[0] & 0x70) !== 0) throw new ProtocolError(1002, 'Reserved bits are set');
    if ((data[1] & 0x80) === 0) throw new ProtocolError(1002, 'Frames of a client must be masked');
    let length = data[1] & 0x7f;
    let at = 2;
    if (length === 126) {
      if (data.length < 4) return false;
      length = data.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (data.length < 10) return false;
      length = data.readUInt32BE(2) * 2 ** 32 + data.readUInt32BE(6);
      at = 10;
    }
    const isControl = opcode >= 8;
    if (isControl && (!final || length > 125)) throw new ProtocolError(1002, 'Invalid control frame');
    if (this.#size + length > this.maxPayload) throw new ProtocolError(1009, 'Message too big');
    if (data.length < at + 4 + length) return false;
    const mask = data.subarray(at, at + 4);
    const payload = Buffer.from(data.subarray(at + 4, at + 4 + length));
    for (let index = 0; index < length; index++) payload[index] ^= mask[index & 3];
    this.#rest = data.subarray(at + 4 + length);
    if (isControl) this.onMessage(opcode, payload);
    else this.#part(opcode, final, payload);
    return true;
  }

  #part(opcode, final, payload) {
    if (opcode === OPCODES.continuation) {
      if (this.#kind === undefined) throw new ProtocolError(1002, 'Nothing to continue');
    } else if (opcode > OPCODES.binary || this.#kind !== undefined) {
      throw new ProtocolError(1002, 'Invalid opcode');
    } else {
      this.#kind = opcode;
    }
    this.#parts.push(payload);
    this.#size += payload.length;
    if (!final) return;
    const kind = this.#kind;
    const message = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#kind = undefined;
    this.#size = 0;
    this.onMessage(kind, message);
  }
}
