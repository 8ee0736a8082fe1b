// node:v8's Serializer.

import { Buffer } from 'node:buffer';
import { BUFFER_VIEW, cloneError, FLAGS, NATIVE_ERRORS, VERSION, VIEWS } from 'belljar:internal/v8/format';

const { toString } = Object.prototype;

function described(value) {
    if (typeof value === 'function') return String(value);
    if (typeof value === 'symbol') return value.toString();
    return `#<${value.constructor?.name ?? 'Object'}>`;
}

export class Serializer {
    #bytes = Buffer.alloc(256);
    #length = 0;
    #seen = new Map();
    #transferred = new Map();

    // To be asked for before `#bytes`, which it may replace.
    #room(count) {
        const needed = this.#length + count;
        if (needed > this.#bytes.length) {
            const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
            this.#bytes.copy(larger, 0, 0, this.#length);
            this.#bytes = larger;
        }
        const at = this.#length;
        this.#length = needed;
        return at;
    }

    #tag(character) {
        const at = this.#room(1);
        this.#bytes[at] = character.charCodeAt(0);
    }

    #varint(value) {
        let rest = BigInt(value);
        do {
            const at = this.#room(1);
            this.#bytes[at] = Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0);
            rest >>= 7n;
        } while (rest > 0n);
    }

    #string(text) {
        if (!/[^\0-\xff]/.test(text)) {
            this.#tag('"');
            this.#varint(text.length);
            const at = this.#room(text.length);
            this.#bytes.write(text, at, 'latin1');
            return;
        }
        const size = text.length * 2;
        const lengthSize = Math.ceil(Math.max(size.toString(2).length, 1) / 7);
        // Two-byte text begins at an even place.
        if ((this.#length + 1 + lengthSize) % 2 === 1) this.#tag('\0');
        this.#tag('c');
        this.#varint(size);
        const at = this.#room(size);
        this.#bytes.write(text, at, 'utf16le');
    }

    #bigint(value) {
        let rest = value < 0n ? -value : value;
        const digits = [];
        for (; rest > 0n; rest >>= 64n) digits.push(rest & 0xffffffffffffffffn);
        this.#varint((digits.length * 8) << 1 | (value < 0n ? 1 : 0));
        for (const digit of digits) {
            const at = this.#room(8);
            this.#bytes.writeBigUInt64LE(digit, at);
        }
    }

    #properties(object, keys) {
        let count = 0;
        for (const key of keys) {
            if (!Object.hasOwn(object, key)) continue;
            const index = Number(key);
            this.writeValue(String(index) === key && index >= 0 && index < 2 ** 32 - 1 ? index : key);
            this.writeValue(object[key]);
            count += 1;
        }
        return count;
    }

    #array(array) {
        const keys = Object.keys(array);
        const isDense = array.every(() => true) && keys.length >= array.length && keys.slice(0, array.length).every((key, index) => key === String(index));
        this.#tag(isDense ? 'A' : 'a');
        this.#varint(array.length);
        const { length } = array;
        if (isDense) for (let index = 0; index < length; index += 1) this.writeValue(array[index]);
        const count = this.#properties(array, isDense ? keys.slice(length) : keys);
        this.#tag(isDense ? '$' : '@');
        this.#varint(count);
        this.#varint(length);
    }

    #error(error) {
        this.#tag('r');
        const kind = Object.keys(NATIVE_ERRORS).find((key) => NATIVE_ERRORS[key].name === error.name);
        if (kind) this.#tag(kind);
        if (Object.hasOwn(error, 'message')) {
            this.#tag('m');
            this.#string(String(error.message));
        }
        if (Object.hasOwn(error, 'cause')) {
            this.#tag('c');
            this.writeValue(error.cause);
        }
        if (typeof error.stack === 'string') {
            this.#tag('s');
            this.#string(error.stack);
        }
        this.#tag('.');
    }

    #object(object) {
        const id = this.#seen.get(object);
        if (id !== undefined) {
            this.#tag('^');
            return this.#varint(id);
        }
        this.#seen.set(object, this.#seen.size);
        if (ArrayBuffer.isView(object)) {
            this.#tag('\\');
            return this._writeHostObject(object);
        }
        if (Array.isArray(object)) return this.#array(object);
        if (object instanceof Error) return this.#error(object);
        switch (toString.call(object).slice(8, -1)) {
            case 'Boolean':
                return this.#tag(object.valueOf() ? 'y' : 'x');
            case 'Number':
                this.#tag('n');
                return this.writeDouble(object.valueOf());
            case 'BigInt':
                this.#tag('z');
                return this.#bigint(object.valueOf());
            case 'String':
                this.#tag('s');
                return this.#string(object.valueOf());
            case 'Date':
                this.#tag('D');
                return this.writeDouble(object.getTime());
            case 'RegExp':
                this.#tag('R');
                this.#string(object.source);
                return this.#varint(FLAGS.reduce((bits, flag, bit) => bits | (flag !== '' && object.flags.includes(flag) ? 1 << bit : 0), 0));
            case 'Map':
                this.#tag(';');
                for (const [key, value] of [...object]) {
                    this.writeValue(key);
                    this.writeValue(value);
                }
                this.#tag(':');
                return this.#varint(object.size * 2);
            case 'Set':
                this.#tag('\'');
                for (const value of [...object]) this.writeValue(value);
                this.#tag(',');
                return this.#varint(object.size);
            case 'ArrayBuffer':
                if (this.#transferred.has(object)) {
                    this.#tag('t');
                    return this.#varint(this.#transferred.get(object));
                }
                this.#tag('B');
                this.#varint(object.byteLength);
                return this.writeRawBytes(new Uint8Array(object));
            case 'Promise': case 'WeakMap': case 'WeakSet': case 'WeakRef': case 'SharedArrayBuffer': case 'Generator':
                throw cloneError(described(object));
            default: {
                this.#tag('o');
                const count = this.#properties(object, Object.keys(object));
                this.#tag('{');
                return this.#varint(count);
            }
        }
    }

    writeHeader() {
        const at = this.#room(1);
        this.#bytes[at] = 0xff;
        this.#varint(VERSION);
    }

    writeValue(value) {
        switch (typeof value) {
            case 'undefined':
                this.#tag('_');
                break;
            case 'boolean':
                this.#tag(value ? 'T' : 'F');
                break;
            case 'number':
                if ((value | 0) === value && !Object.is(value, -0)) {
                    this.#tag('I');
                    this.#varint(((value << 1) ^ (value >> 31)) >>> 0);
                } else {
                    this.#tag('N');
                    this.writeDouble(value);
                }
                break;
            case 'bigint':
                this.#tag('Z');
                this.#bigint(value);
                break;
            case 'string':
                this.#string(value);
                break;
            case 'object':
                if (value === null) this.#tag('0');
                else this.#object(value);
                break;
            default:
                throw cloneError(described(value));
        }
        return true;
    }

    writeUint32(value) {
        this.#varint(value >>> 0);
    }

    writeUint64(high, low) {
        this.#varint(BigInt(high >>> 0) << 32n | BigInt(low >>> 0));
    }

    writeDouble(value) {
        const at = this.#room(8);
        this.#bytes.writeDoubleLE(value, at);
    }

    writeRawBytes(source) {
        const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
        const at = this.#room(bytes.byteLength);
        this.#bytes.set(bytes, at);
    }

    transferArrayBuffer(id, buffer) {
        this.#transferred.set(buffer, id);
    }

    releaseBuffer() {
        const bytes = this.#bytes.subarray(0, this.#length);
        this.#bytes = Buffer.alloc(256);
        this.#length = 0;
        return bytes;
    }

    _writeHostObject(view) {
        const number = Buffer.isBuffer(view) ? BUFFER_VIEW : VIEWS.findIndex((kind) => kind !== undefined && view instanceof kind);
        if (number < 0) throw cloneError(described(view));
        this.writeUint32(number);
        this.writeUint32(view.byteLength);
        this.writeRawBytes(view);
    }
}
