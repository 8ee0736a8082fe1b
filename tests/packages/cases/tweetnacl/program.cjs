const nacl = require('tweetnacl');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const seed = Uint8Array.from({ length: 32 }, (_, index) => index);
const message = new TextEncoder().encode('a message ✓');
console.log(hex(nacl.hash(message)));
const signing = nacl.sign.keyPair.fromSeed(seed);
const signature = nacl.sign.detached(message, signing.secretKey);
console.log(hex(signing.publicKey), hex(signature), nacl.sign.detached.verify(message, signature, signing.publicKey));
const signed = nacl.sign(message, signing.secretKey);
console.log(Buffer.from(nacl.sign.open(signed, signing.publicKey)).toString(), nacl.sign.open(signed.map((byte, index) => (index === 3 ? byte ^ 1 : byte)), signing.publicKey));

const nonce = Uint8Array.from({ length: 24 }, (_, index) => 255 - index);
const boxed = nacl.secretbox(message, nonce, seed);
console.log(hex(boxed), Buffer.from(nacl.secretbox.open(boxed, nonce, seed)).toString(), nacl.secretbox.open(boxed, nonce, seed.map((byte) => byte ^ 1)));
const alice = nacl.box.keyPair.fromSecretKey(seed);
const bob = nacl.box.keyPair.fromSecretKey(seed.map((byte) => byte + 100));
const sealed = nacl.box(message, nonce, bob.publicKey, alice.secretKey);
console.log(hex(alice.publicKey), hex(sealed), Buffer.from(nacl.box.open(sealed, nonce, alice.publicKey, bob.secretKey)).toString());
console.log(hex(nacl.box.before(bob.publicKey, alice.secretKey)) === hex(nacl.box.before(alice.publicKey, bob.secretKey)), hex(nacl.scalarMult.base(seed)), hex(nacl.scalarMult(seed, bob.publicKey)));
console.log(nacl.verify(seed, Uint8Array.from(seed)), nacl.verify(seed, nonce), nacl.randomBytes(16).length, hex(nacl.randomBytes(16)) !== hex(nacl.randomBytes(16)));
const fresh = nacl.box.keyPair();
console.log(fresh.publicKey.length, fresh.secretKey.length, nacl.box.open(sealed, nonce, fresh.publicKey, fresh.secretKey));
for (const bad of [() => nacl.hash('text'), () => nacl.secretbox(message, nonce, new Uint8Array(3)), () => nacl.sign.keyPair.fromSeed(nonce)]) {
  try {
    bad();
  } catch (error) {
    console.log(error.name, error.message);
  }
}
