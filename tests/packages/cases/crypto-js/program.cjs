const CryptoJS = require('crypto-js');
const crypto = require('node:crypto');

const text = 'The quick brown fox ✓';
for (const name of ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'SHA3', 'RIPEMD160']) console.log(name, CryptoJS[name](text).toString());
console.log(CryptoJS.SHA256(text).toString() === crypto.createHash('sha256').update(text).digest('hex'), CryptoJS.SHA3(text, { outputLength: 256 }).toString(CryptoJS.enc.Base64));
console.log(CryptoJS.HmacSHA256(text, 'key').toString(), CryptoJS.HmacMD5(text, 'key').toString(CryptoJS.enc.Base64url));
console.log(CryptoJS.PBKDF2('password', 'salt', { keySize: 8, iterations: 50, hasher: CryptoJS.algo.SHA256 }).toString());
console.log(CryptoJS.PBKDF2('password', 'salt', { keySize: 8, iterations: 50, hasher: CryptoJS.algo.SHA256 }).toString() === crypto.pbkdf2Sync('password', 'salt', 50, 32, 'sha256').toString('hex'));

const key = CryptoJS.enc.Hex.parse('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const iv = CryptoJS.enc.Hex.parse('101112131415161718191a1b1c1d1e1f');
for (const mode of ['CBC', 'CFB', 'CTR', 'OFB', 'ECB']) {
  const sealed = CryptoJS.AES.encrypt(text, key, { iv, mode: CryptoJS.mode[mode], padding: mode === 'CTR' ? CryptoJS.pad.NoPadding : CryptoJS.pad.Pkcs7 });
  console.log(mode, sealed.toString(), CryptoJS.AES.decrypt(sealed.toString(), key, { iv, mode: CryptoJS.mode[mode], padding: mode === 'CTR' ? CryptoJS.pad.NoPadding : CryptoJS.pad.Pkcs7 }).toString(CryptoJS.enc.Utf8) === text);
}
const cipher = crypto.createCipheriv('aes-256-cbc', Buffer.from(key.toString(), 'hex'), Buffer.from(iv.toString(), 'hex'));
console.log(CryptoJS.AES.encrypt(text, key, { iv }).toString() === cipher.update(text, 'utf8', 'base64') + cipher.final('base64'));
for (const name of ['DES', 'TripleDES', 'Rabbit', 'RC4']) console.log(name, CryptoJS[name].encrypt(text, key, { iv }).ciphertext.toString().slice(0, 32));
const withPassword = CryptoJS.AES.encrypt(text, 'password').toString();
console.log(withPassword.startsWith('U2FsdGVkX1'), CryptoJS.AES.decrypt(withPassword, 'password').toString(CryptoJS.enc.Utf8));
console.log(CryptoJS.AES.decrypt('U2FsdGVkX1+A4SOdJpVEyd0RAfKTfbEJuFnhXJqKZbQ=', 'x').sigBytes < 32);
const progressive = CryptoJS.algo.AES.createEncryptor(key, { iv });
console.log([progressive.process('The quick '), progressive.process('brown fox ✓'), progressive.finalize()].map(String).join('') === CryptoJS.AES.encrypt(text, key, { iv }).ciphertext.toString());
console.log(CryptoJS.enc.Base64.parse('AQIDBA==').words.join(), CryptoJS.enc.Utf16.parse('hé').toString(), CryptoJS.lib.WordArray.create([0x01020304], 3).concat(CryptoJS.enc.Latin1.parse('z')).toString(), CryptoJS.lib.WordArray.random(16).sigBytes);
