// Hashes of the Bun object.
const hasher = new Bun.CryptoHasher('sha256');
hasher.update('a');
hasher.update('b');
const copy = hasher.copy();
console.log(hasher.digest('hex'), copy.update('c').digest('hex'));
console.log(Bun.CryptoHasher.hash('md5', 'x', 'hex'), new Bun.SHA256().update('x').digest('base64'), Bun.SHA1.hash('x', 'hex'), Bun.sha('x', 'hex'));
console.log(new Bun.CryptoHasher('sha256', 'key').update('x').digest('hex'), new Bun.CryptoHasher('sha1').algorithm, new Bun.CryptoHasher('sha1').byteLength, new Bun.CryptoHasher('sha1').digest());
try { new Bun.CryptoHasher('nope' as 'sha1'); } catch (error) { console.log((error as Error).name, (error as Error).message); }
