// What is global in a program.

import 'belljar:internal/aggregate';
import * as base64 from 'native:base64';
import { Buffer } from 'node:buffer';
import { CustomEvent, Event, EventTarget } from 'node:events';
import { AbortController, AbortSignal, DOMException } from 'layer:abort_controller';
import { TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream } from 'layer:encoding';
import * as streams from 'layer:webstreams_wrapper';
import { Blob, File } from 'layer:http_blob';
import { FormData } from 'layer:http_form_data';
import { fetch, Headers, Request, Response } from 'layer:http';
import { Intl } from 'layer:intl';
import structuredClone from 'layer:structured_clone';
import console from 'layer:console';
import { URL, URLSearchParams } from 'node:url';
import * as crypto from 'node:crypto';
import { performance, PerformanceObserver } from 'node:perf_hooks';
import { MessageChannel, MessagePort } from 'node:worker_threads';
import { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from 'belljar:node/timers';
import { queueMicrotask } from 'belljar:internal/loop';
import process from 'belljar:node/process';
import { BUN_VERSION } from 'belljar:command/version';

function define(values, enumerable = false) {
    for (const [name, value] of Object.entries(values)) {
        if (value === undefined) continue;
        Object.defineProperty(globalThis, name, { value, writable: true, enumerable, configurable: true });
    }
}

function invalidCharacter(message) {
    return new DOMException(message, 'InvalidCharacterError');
}

function btoa(text) {
    if (arguments.length === 0) throw new TypeError('The "data" argument must be specified');
    return base64.btoa_raw(`${text}`) ?? (() => { throw invalidCharacter('Invalid character'); })();
}

function atob(text) {
    if (arguments.length === 0) throw new TypeError('The "data" argument must be specified');
    return base64.atob_raw(`${text}`) ?? (() => { throw invalidCharacter('The string to be decoded is not correctly encoded.'); })();
}

const { ByteLengthQueuingStrategy, CountQueuingStrategy, ReadableByteStreamController, ReadableStream, ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableStreamDefaultController, ReadableStreamDefaultReader, TransformStream, TransformStreamDefaultController, WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter, CompressionStream, DecompressionStream } = streams;
const { webcrypto } = crypto;

define({
    AbortController, AbortSignal, Blob, Buffer, ByteLengthQueuingStrategy, CompressionStream, CountQueuingStrategy, CustomEvent, DecompressionStream, DOMException, Event, EventTarget, File, FormData, Headers, Intl, MessageChannel, MessagePort, PerformanceObserver, ReadableByteStreamController, ReadableStream, ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableStreamDefaultController, ReadableStreamDefaultReader, Request, Response, TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream, TransformStream, TransformStreamDefaultController, URL, URLSearchParams, WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter,
    console, process,
    Crypto: webcrypto?.constructor, CryptoKey: crypto.CryptoKey, SubtleCrypto: webcrypto?.subtle?.constructor,
});
define({
    atob, btoa, clearImmediate, clearInterval, clearTimeout, crypto: webcrypto, fetch, performance, setImmediate, setInterval, setTimeout, structuredClone,
    queueMicrotask, global: globalThis,
}, true);
define({ self: globalThis });

// The engine's own kind of error, for what is too large, is a RangeError elsewhere and has no global name.
for (const name of ['name', 'message', 'constructor']) delete InternalError.prototype[name];
Object.setPrototypeOf(InternalError.prototype, RangeError.prototype);
delete globalThis.InternalError;

// What programs look for before they use it is not there at all; see errors.js for what they are told.
delete globalThis.WebAssembly;
Object.defineProperty(globalThis, 'navigator', {
    value: Object.freeze({ userAgent: `Bun/${BUN_VERSION}`, platform: 'Linux', hardwareConcurrency: 1, language: 'en-US', languages: ['en-US'] }),
    enumerable: true, configurable: true, writable: true,
});
