import { argon2id } from '@noble/hashes/argon2.js';
import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { blake3 } from '@noble/hashes/blake3.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2, pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { scrypt, scryptAsync } from '@noble/hashes/scrypt.js';
import { sha224, sha256, sha384, sha512, sha512_256 } from '@noble/hashes/sha2.js';
import { keccak_256, sha3_256, sha3_512, shake256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes, hexToBytes, randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { createHash, createHmac, scryptSync } from 'node:crypto';

const message = utf8ToBytes('The quick brown fox ✓');
const all = { sha1, md5, ripemd160, sha224, sha256, sha384, sha512, sha512_256, sha3_256, sha3_512, keccak_256, blake2b, blake2s, blake3 };
for (const [name, hash] of Object.entries(all)) console.log(name, hash.outputLen, bytesToHex(hash(message)));
for (const name of ['sha1', 'md5', 'sha256', 'sha384', 'sha512'] as const) console.log(name, bytesToHex(all[name](message)) === createHash(name).update(message).digest('hex'));
console.log(bytesToHex(hmac(sha256, utf8ToBytes('key'), message)), createHmac('sha256', 'key').update(message).digest('hex') === bytesToHex(hmac(sha256, utf8ToBytes('key'), message)));

const long = new Uint8Array(10_000).map((_, index) => index % 251);
const streaming = sha512.create();
for (let at = 0; at < long.length; at += 123) streaming.update(long.subarray(at, at + 123));
const copy = streaming.clone();
console.log(bytesToHex(streaming.digest()) === bytesToHex(sha512(long)), bytesToHex(copy.update(message).digest()) === bytesToHex(sha512(concatBytes(long, message))));
console.log(bytesToHex(shake256(message, { dkLen: 20 })), bytesToHex(blake2b(message, { key: utf8ToBytes('k'), dkLen: 16 })), bytesToHex(blake3(message, { context: utf8ToBytes('c'), dkLen: 8 })));
const salt = utf8ToBytes('salt and more');
console.log(bytesToHex(pbkdf2(sha256, 'password', salt, { c: 20, dkLen: 24 })) === bytesToHex(await pbkdf2Async(sha256, 'password', salt, { c: 20, dkLen: 24 })), bytesToHex(hkdf(sha256, message, salt, utf8ToBytes('info'), 32)));
console.log(bytesToHex(scrypt('password', salt, { N: 16, r: 8, p: 1, dkLen: 32 })) === scryptSync('password', salt, 32, { N: 16, r: 8, p: 1 }).toString('hex'), (await scryptAsync('p', salt, { N: 16, r: 1, p: 1, dkLen: 8 })).length);
console.log(bytesToHex(argon2id('password', salt, { t: 1, m: 32, p: 1, dkLen: 16 })), randomBytes(8).length, hexToBytes('00ff10').join());
// An engine that has Uint8Array.fromHex is asked, and says it in its own words.
for (const bad of ['abc', 'zz']) {
  try {
    console.log(hexToBytes(bad).length);
  } catch {
    console.log('refused', bad);
  }
}
for (const bad of [() => sha256('text' as never), () => streaming.update(message)]) {
  try {
    bad();
    console.log('no error');
  } catch (error) {
    console.log((error as Error).message.split(/[:,]/)[0]);
  }
}
