// node:v8's Deserializer.

import { Buffer } from 'node:buffer';
import { BUFFER_VIEW, FLAGS, NATIVE_ERRORS, VERSION, VIEWS } from 'belljar:internal/v8/format';

function broken() {
    return new Error('Unable to deserialize cloned data.');
}

export class Deserializer {
    #bytes;
    #at = 0;
    #version = 0;
    #objects = [];
    #transferred = new Map();

    constructor(buffer) {
        if (!ArrayBuffer.isView(buffer)) {
            throw Object.assign(new TypeError('buffer must be a TypedArray or a DataView'), { code: 'ERR_INVALID_ARG_TYPE' });
        }
        this.buffer = buffer;
        this.#bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }

    #take(count) {
        const at = this.#at;
        if (at + count > this.#bytes.length) throw broken();
        this.#at += count;
        return at;
    }

    #peek() {
        while (this.#bytes[this.#at] === 0) this.#at += 1;
        return String.fromCharCode(this.#bytes[this.#at] ?? 0);
    }

    #tag() {
        const tag = this.#peek();
        this.#take(1);
        return tag;
    }

    #varint() {
        let value = 0n;
        for (let shift = 0n; ; shift += 7n) {
            const byte = this.#bytes[this.#take(1)];
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    }

    #string() {
        const tag = this.#tag();
        const size = this.readUint32();
        const encoding = { '"': 'latin1', c: 'utf16le', S: 'utf8' }[tag];
        if (encoding === undefined) throw broken();
        const at = this.#take(size);
        return this.#bytes.toString(encoding, at, at + size);
    }

    #bigint() {
        const bits = this.readUint32();
        let value = 0n;
        for (let place = 0n; place < BigInt(bits >>> 4); place += 1n) value |= this.#bytes.readBigUInt64LE(this.#take(8)) << (64n * place);
        return bits & 1 ? -value : value;
    }

    // Objects have their numbers before what they hold is read.
    #keep(object) {
        this.#objects.push(object);
        return object;
    }

    #properties(object, end) {
        let count = 0;
        for (; this.#peek() !== end; count += 1) {
            const key = this.readValue();
            Object.defineProperty(object, key, { value: this.readValue(), writable: true, enumerable: true, configurable: true });
        }
        this.#take(1);
        if (this.readUint32() !== count) throw broken();
        return object;
    }

    #array(dense) {
        const length = this.readUint32();
        const array = this.#keep(new Array(length));
        for (let index = 0; dense && index < length; index += 1) {
            if (this.#peek() === '-') this.#take(1);
            else array[index] = this.readValue();
        }
        this.#properties(array, dense ? '$' : '@');
        this.readUint32();
        return array;
    }

    #entries(end, add) {
        while (this.#peek() !== end) add();
        this.#take(1);
        this.readUint32();
    }

    #error() {
        const number = this.#objects.push(undefined) - 1;
        const fields = {};
        let kind = Error;
        for (;;) {
            const tag = this.#tag();
            if (tag === '.') break;
            if (tag === 'm') fields.message = this.#string();
            else if (tag === 's') fields.stack = this.#string();
            else if (tag === 'c') fields.cause = this.readValue();
            else kind = NATIVE_ERRORS[tag] ?? Error;
        }
        const error = new kind();
        for (const [name, value] of Object.entries(fields)) Object.defineProperty(error, name, { value, writable: true, enumerable: false, configurable: true });
        this.#objects[number] = error;
        return error;
    }

    readHeader() {
        if (this.#bytes[this.#at] !== 0xff) throw new Error('Unable to deserialize cloned data due to invalid or unsupported version.');
        this.#at += 1;
        this.#version = this.readUint32();
        if (this.#version > VERSION) throw new Error('Unable to deserialize cloned data due to invalid or unsupported version.');
        return true;
    }

    readValue() {
        const tag = this.#tag();
        switch (tag) {
            case '_': return undefined;
            case '0': return null;
            case 'T': return true;
            case 'F': return false;
            case 'I': {
                const value = this.readUint32();
                return (value >>> 1) ^ -(value & 1);
            }
            case 'U': return this.readUint32();
            case 'N': return this.readDouble();
            case 'Z': return this.#bigint();
            case '"': case 'c': case 'S':
                this.#at -= 1;
                return this.#string();
            case '^': return this.#objects[this.readUint32()];
            case 'y': return this.#keep(Object(true));
            case 'x': return this.#keep(Object(false));
            case 'n': return this.#keep(Object(this.readDouble()));
            case 'z': return this.#keep(Object(this.#bigint()));
            case 's': return this.#keep(Object(this.#string()));
            case 'D': return this.#keep(new Date(this.readDouble()));
            case 'R': {
                const source = this.#string();
                const bits = this.readUint32();
                return this.#keep(new RegExp(source, FLAGS.filter((flag, bit) => flag !== '' && bits & 1 << bit).join('')));
            }
            case 'o': return this.#properties(this.#keep({}), '{');
            case 'A': return this.#array(true);
            case 'a': return this.#array(false);
            case ';': {
                const map = this.#keep(new Map());
                this.#entries(':', () => map.set(this.readValue(), this.readValue()));
                return map;
            }
            case '\'': {
                const set = this.#keep(new Set());
                this.#entries(',', () => set.add(this.readValue()));
                return set;
            }
            case 'B': return this.#keep(Uint8Array.from(this.readRawBytes(this.readUint32())).buffer);
            case 't': return this.#keep(this.#transferred.get(this.readUint32()));
            case 'r': return this.#error();
            case '\\': {
                const number = this.#objects.push(undefined) - 1;
                this.#objects[number] = this._readHostObject();
                return this.#objects[number];
            }
            default: throw broken();
        }
    }

    getWireFormatVersion() {
        return this.#version;
    }

    readUint32() {
        return Number(BigInt.asUintN(32, this.#varint()));
    }

    readUint64() {
        const value = this.#varint();
        return [Number(value >> 32n), Number(value & 0xffffffffn)];
    }

    readDouble() {
        return this.#bytes.readDoubleLE(this.#take(8));
    }

    readRawBytes(length) {
        const at = this.#take(length);
        return this.#bytes.subarray(at, at + length);
    }

    transferArrayBuffer(id, buffer) {
        this.#transferred.set(id, buffer);
    }

    _readHostObject() {
        const number = this.readUint32();
        const bytes = this.readRawBytes(this.readUint32());
        if (number === BUFFER_VIEW) return Buffer.from(bytes);
        const kind = VIEWS[number];
        if (kind === undefined) throw broken();
        const { buffer } = Uint8Array.from(bytes);
        return new kind(buffer, 0, bytes.length / (kind.BYTES_PER_ELEMENT ?? 1));
    }
}
