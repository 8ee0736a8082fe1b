// Bun.hash and Bun.password.
const bytes = new Uint8Array(200).map((_, index) => (index * 7 + 3) & 255);
for (const length of [0, 1, 3, 4, 8, 16, 17, 48, 49, 64, 65, 128, 129, 200]) {
  const part = bytes.subarray(0, length);
  const { hash } = Bun;
  console.log(length, hash(part), hash(part, 1234), hash.crc32(part), hash.adler32(part), hash.xxHash32(part), hash.xxHash64(part), hash.xxHash3(part), hash.murmur32v3(part), hash.murmur32v2(part), hash.murmur64v2(part), hash.rapidhash(part));
}
console.log(Bun.hash('hello'), Bun.hash('hello', 2n), typeof Bun.hash.xxHash32('x'), Bun.hash.crc32('abc', 7));
const stored = await Bun.password.hash('secret', { algorithm: 'argon2id', memoryCost: 8, timeCost: 1 });
console.log(stored.slice(0, 27), await Bun.password.verify('secret', stored), await Bun.password.verify('wrong', stored));
const blow = Bun.password.hashSync('secret', { algorithm: 'bcrypt', cost: 4 });
console.log(blow.slice(0, 7), Bun.password.verifySync('secret', blow), Bun.password.verifySync('wrong', blow), Bun.password.verifySync('x'.repeat(80), Bun.password.hashSync('x'.repeat(80), { algorithm: 'bcrypt', cost: 4 })));
try { Bun.password.hashSync(''); } catch (error) { console.log((error as Error).message); }
