// `Bun.CryptoHasher`, `Bun.SHA256` and the like, and UUIDs.
import * as crypto from 'node:crypto';

import { requireBuiltin } from 'belljar:internal/commonjs';
import { toBytes } from 'belljar:bun/bytes';
import { BunFile } from 'belljar:bun/file';

const SIZES = { md4: 16, md5: 16, ripemd160: 20, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, 'sha512-224': 28, 'sha512-256': 32, 'sha3-224': 28, 'sha3-256': 32, 'sha3-384': 48, 'sha3-512': 64, blake2b256: 32, blake2b512: 64, blake2s256: 32, shake128: 16, shake256: 32 };

function nameOf(algorithm) {
  const name = String(algorithm).toLowerCase().replace(/^sha-(\d)/, 'sha$1');
  if (!Object.hasOwn(SIZES, name)) throw new TypeError(`Unsupported algorithm ${algorithm}`);
  return name;
}

// A hash that node's crypto does not have, over all of its input at once.
class WholeHash {
  #name;
  #chunks = [];

  constructor(name) {
    this.#name = name;
  }

  update(bytes) {
    this.#chunks.push(Buffer.from(bytes));
    return this;
  }

  digest() {
    return Buffer.from(requireBuiltin('native:hash').digest(this.#name, Buffer.concat(this.#chunks)));
  }
}
const WHOLE = new Set(['sha512-224', 'sha512-256']);

function create(name, key) {
  if (WHOLE.has(name) && key === undefined) return new WholeHash(name);
  try {
    return key === undefined ? crypto.createHash(name) : crypto.createHmac(name, key);
  } catch {
    throw new TypeError(`Unsupported algorithm ${name}`);
  }
}

function bytesOf(data) {
  if (data instanceof BunFile) throw new TypeError('Bun.file() is not supported here: read it first');
  return toBytes(data);
}

// In the given encoding, into the given array, or as a Buffer.
function give(digest, encoding) {
  if (encoding === undefined) return digest;
  if (typeof encoding === 'string') {
    if (encoding === 'buffer') return digest;
    return digest.toString(encoding);
  }
  const target = toBytes(encoding, 'output');
  if (target.length < digest.length) throw new TypeError(`TypedArray must be at least ${digest.length} bytes`);
  target.set(digest);
  return encoding;
}

export class CryptoHasher {
  #name;
  #key;
  #hash;
  #chunks = [];

  constructor(algorithm, key) {
    if (typeof algorithm !== 'string') throw new TypeError('Expected an algorithm name as an argument');
    this.#name = nameOf(algorithm);
    this.#key = key === undefined ? undefined : Buffer.from(bytesOf(key));
    this.#hash = create(this.#name, this.#key);
  }

  get algorithm() {
    return this.#name;
  }

  get byteLength() {
    return SIZES[this.#name];
  }

  update(data, encoding) {
    if (this.#hash === undefined) throw new Error('hasher already digested, create a new instance to update');
    const bytes = typeof data === 'string' && encoding ? Buffer.from(data, encoding) : bytesOf(data);
    this.#hash.update(bytes);
    // A copy starts from the same input, as hashes cannot be cloned once they are with a key.
    this.#chunks.push(Buffer.from(bytes));
    return this;
  }

  digest(encoding) {
    const hash = this.#hash ?? create(this.#name, this.#key);
    // One without a key starts again; one with a key is done.
    this.#hash = this.#key === undefined ? create(this.#name) : undefined;
    this.#chunks = [];
    return give(hash.digest(), encoding);
  }

  copy() {
    const other = new CryptoHasher(this.#name, this.#key);
    for (const chunk of this.#chunks) other.update(chunk);
    return other;
  }

  static hash(algorithm, data, encoding) {
    return give(create(nameOf(algorithm)).update(bytesOf(data)).digest(), encoding);
  }

  static get algorithms() {
    return Object.keys(SIZES).filter((name) => {
      try {
        create(name);
        return true;
      } catch {
        return false;
      }
    });
  }
}

function fixed(className, algorithm) {
  const size = SIZES[algorithm];
  const Hasher = class {
    #inner = new CryptoHasher(algorithm);

    get byteLength() {
      return size;
    }

    update(data) {
      this.#inner.update(data);
      return this;
    }

    digest(encoding) {
      return this.#inner.digest(encoding);
    }

    static hash(data, encoding) {
      return CryptoHasher.hash(algorithm, data, encoding);
    }
  };
  Object.defineProperty(Hasher, 'name', { value: className });
  Object.defineProperty(Hasher, 'byteLength', { value: size });
  return Hasher;
}

export const hashers = {
  MD4: fixed('MD4', 'md4'),
  MD5: fixed('MD5', 'md5'),
  SHA1: fixed('SHA1', 'sha1'),
  SHA224: fixed('SHA224', 'sha224'),
  SHA256: fixed('SHA256', 'sha256'),
  SHA384: fixed('SHA384', 'sha384'),
  SHA512: fixed('SHA512', 'sha512'),
  SHA512_256: fixed('SHA512_256', 'sha512-256'),
};

export function sha(data, encoding) {
  return CryptoHasher.hash('sha512-256', data, encoding);
}

function uuidText(bytes, encoding) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === 'buffer') return buffer;
  if (encoding === 'base64' || encoding === 'base64url') return buffer.toString(encoding);
  const hex = buffer.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

let lastTime = 0;
let counter = 0;

// RFC 9562: 48 bits of time, then a counter that makes ids of one millisecond ascend.
export function randomUUIDv7(encoding = 'hex', time = Date.now()) {
  if (typeof encoding === 'number') [encoding, time] = ['hex', encoding];
  const stamp = time instanceof Date ? time.getTime() : Number(time);
  const bytes = crypto.randomBytes(16);
  if (stamp === lastTime) {
    counter = (counter + 1) & 0xfff;
  } else {
    lastTime = stamp;
    counter = ((bytes[6] << 8) | bytes[7]) & 0x7ff;
  }
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(stamp / 2 ** (8 * (5 - index))) & 0xff;
  bytes[6] = 0x70 | (counter >> 8);
  bytes[7] = counter & 0xff;
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return uuidText(bytes, encoding);
}

// RFC 9562, appendix: the namespaces that have names.
const NAMESPACES = { dns: '6ba7b810', url: '6ba7b811', oid: '6ba7b812', x500: '6ba7b814' };

export function randomUUIDv5(name, namespace, encoding = 'hex') {
  const space = Object.hasOwn(NAMESPACES, namespace) ? `${NAMESPACES[namespace]}-9dad-11d1-80b4-00c04fd430c8` : namespace;
  const prefix = typeof space === 'string' ? Buffer.from(space.replaceAll('-', ''), 'hex') : toBytes(space);
  if (prefix.length !== 16) throw new TypeError('Invalid UUID namespace');
  const bytes = crypto.createHash('sha1').update(prefix).update(bytesOf(name)).digest().subarray(0, 16);
  bytes[6] = 0x50 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return uuidText(bytes, encoding);
}
