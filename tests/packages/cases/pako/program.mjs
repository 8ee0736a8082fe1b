import * as pako from 'pako';
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';

const text = Array.from({ length: 400 }, (_, index) => `line ${index % 17} of ${(index * 7919) % 101}: Grüße ✓\n`).join('');
const bytes = new TextEncoder().encode(text);
const hash = (data) => createHash('sha256').update(data).digest('hex').slice(0, 16);
const decode = (data) => new TextDecoder().decode(data);

for (const level of [0, 1, 6, 9]) {
  const packed = pako.deflate(bytes, { level });
  console.log(level, packed.length, hash(packed), decode(pako.inflate(packed)) === text);
}
const raw = pako.deflateRaw(bytes, { strategy: 4, windowBits: 12, memLevel: 5 });
console.log(raw.length, hash(raw), decode(pako.inflateRaw(raw)) === text);
const gzipped = pako.gzip(text);
console.log(gzipped.subarray(0, 4).join(), decode(pako.ungzip(gzipped)) === text);

// Both ways between this and the engine's own zlib.
console.log(zlib.inflateSync(pako.deflate(bytes)).toString() === text, zlib.gunzipSync(gzipped).toString() === text, decode(pako.inflate(zlib.deflateSync(text))) === text, decode(pako.inflate(zlib.gzipSync(text))) === text);

const deflator = new pako.Deflate({ level: 9 });
for (let at = 0; at < bytes.length; at += 777) deflator.push(bytes.subarray(at, at + 777), at + 777 >= bytes.length);
const inflator = new pako.Inflate();
let chunks = 0;
const { onData } = inflator;
inflator.onData = function (chunk) { chunks += 1; onData.call(this, chunk); };
for (let at = 0; at < deflator.result.length; at += 100) inflator.push(deflator.result.subarray(at, at + 100));
console.log(deflator.err, inflator.err, chunks > 0, decode(inflator.result) === text);

const dictionary = new TextEncoder().encode('line of Grüße');
const small = pako.deflate(new TextEncoder().encode('line 1 of Grüße'), { dictionary });
console.log(small.length, decode(pako.inflate(small, { dictionary })));
for (const bad of [new Uint8Array([1, 2, 3, 4]), gzipped.slice(0, 10).fill(9, 3), pako.deflate(bytes).fill(0, 20, 60)]) {
  try {
    const result = pako.inflate(bad);
    console.log(result === undefined ? 'nothing' : result.length);
  } catch (error) {
    console.log(typeof error === 'string' ? error : error.message ?? String(error));
  }
}
