import * as jose from 'jose';

const secret = new TextEncoder().encode('a secret of thirty-two bytes .....');
const token = await new jose.SignJWT({ role: 'x', list: [1] }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setSubject('ada').setIssuer('me').setAudience('you').setIssuedAt(1_700_000_000).setExpirationTime(1_700_003_600).setJti('id').sign(secret);
console.log(token);
const currentDate = new Date(1_700_000_100_000);
const { payload, protectedHeader } = await jose.jwtVerify(token, secret, { issuer: 'me', audience: 'you', currentDate, requiredClaims: ['jti'] });
console.log(JSON.stringify(payload), JSON.stringify(protectedHeader), JSON.stringify(jose.decodeJwt(token).sub), jose.decodeProtectedHeader(token).alg);
for (const [options, text, key] of [
  [{ currentDate: new Date(1_800_000_000_000) }, token, secret], [{ currentDate, issuer: 'other' }, token, secret], [{ currentDate, algorithms: ['HS512'] }, token, secret],
  [{ currentDate }, `${token.slice(0, -2)}xx`, secret], [{ currentDate }, 'rubbish', secret], [{ currentDate, requiredClaims: ['nope'] }, token, secret],
] as [jose.JWTVerifyOptions, string, Uint8Array][]) {
  await jose.jwtVerify(text, key, options).catch((error: jose.errors.JOSEError) => console.log(error.code, error.message));
}

for (const alg of ['ES256', 'RS256', 'PS384', 'EdDSA']) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await jose.exportJWK(publicKey);
  const spki = await jose.exportSPKI(publicKey);
  const again = await jose.importPKCS8(await jose.exportPKCS8(privateKey), alg);
  const signed = await new jose.CompactSign(new TextEncoder().encode('signed text')).setProtectedHeader({ alg }).sign(again);
  const result = await jose.compactVerify(signed, await jose.importJWK(jwk, alg));
  console.log(alg, jwk.kty, jwk.crv ?? '-', spki.split('\n')[0], new TextDecoder().decode(result.payload), (await jose.calculateJwkThumbprint(jwk)).length);
}
const encrypted = await new jose.EncryptJWT({ hidden: true }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(secret.slice(0, 32));
console.log(encrypted.split('.').length, JSON.stringify((await jose.jwtDecrypt(encrypted, secret.slice(0, 32))).payload));
const wrapped = await new jose.CompactEncrypt(new TextEncoder().encode('for two')).setProtectedHeader({ alg: 'A128KW', enc: 'A128CBC-HS256' }).encrypt(secret.slice(0, 16));
console.log(new TextDecoder().decode((await jose.compactDecrypt(wrapped, secret.slice(0, 16))).plaintext), JSON.stringify(jose.decodeProtectedHeader(wrapped)));
const rsa = await jose.generateKeyPair('RSA-OAEP-256', { extractable: true });
const sealed = await new jose.CompactEncrypt(new TextEncoder().encode('sealed')).setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' }).encrypt(rsa.publicKey);
console.log(new TextDecoder().decode((await jose.compactDecrypt(sealed, rsa.privateKey)).plaintext));
const keys = jose.createLocalJWKSet({ keys: [{ kty: 'oct', kid: 'k', alg: 'HS256', k: jose.base64url.encode(secret) }] as jose.JWK[] });
await jose.jwtVerify(token, keys, { currentDate }).then(({ payload: { sub } }) => console.log(sub), (error: jose.errors.JOSEError) => console.log(error.code));
console.log(await jose.calculateJwkThumbprint({ kty: 'oct', k: jose.base64url.encode(secret) }), new jose.UnsecuredJWT({ a: 1 }).setIssuedAt(5).encode(), new TextDecoder().decode(jose.base64url.decode('8J-YgA')));
