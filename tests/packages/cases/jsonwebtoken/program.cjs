const crypto = require('node:crypto');
const jwt = require('jsonwebtoken');

const now = 1_700_000_000;
const payload = { sub: 'ada', roles: ['x'], iat: now };
for (const algorithm of ['HS256', 'HS384', 'HS512', 'none']) {
  console.log(jwt.sign(payload, algorithm === 'none' ? '' : 'secret key', { algorithm, expiresIn: '2h', issuer: 'me', keyid: 'k1', header: { custom: true } }));
}
const token = jwt.sign(payload, 'secret key', { expiresIn: 3600, audience: ['a', 'b'], jwtid: 'j', notBefore: '-10s' });
console.log(JSON.stringify(jwt.verify(token, 'secret key', { clockTimestamp: now + 10, audience: /^a$/, algorithms: ['HS256'], complete: true })));
console.log(JSON.stringify(jwt.decode(token)), jwt.decode('rubbish'));
for (const [text, key, options] of [
  [token, 'wrong', {}], [token, 'secret key', { clockTimestamp: now + 5000 }], [token, 'secret key', { clockTimestamp: now - 100 }],
  [token, 'secret key', { clockTimestamp: now, audience: 'c' }], [token, 'secret key', { clockTimestamp: now, algorithms: ['HS512'] }],
  ['a.b', 'k', {}], [`${token.slice(0, -3)}AAA`, 'secret key', {}], [token, 'secret key', { clockTimestamp: now + 100, maxAge: '1m' }], ['', 'k', {}],
]) {
  try {
    jwt.verify(text, key, options);
    console.log('verified');
  } catch (error) {
    console.log(error.name, error.message, error.expiredAt?.toISOString() ?? error.date?.toISOString() ?? '');
  }
}
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
for (const [algorithm, { privateKey, publicKey }] of [['RS256', rsa], ['PS256', rsa], ['ES256', ec]]) {
  const signed = jwt.sign(payload, privateKey, { algorithm });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  console.log(algorithm, signed.split('.')[0], jwt.verify(signed, pem).sub, jwt.verify(signed, publicKey, { algorithms: [algorithm] }).sub);
}
jwt.sign({ a: 1 }, 's', { noTimestamp: true }, (error, signed) => jwt.verify(signed, (header, done) => done(null, header.alg === 'HS256' ? 's' : ''), (failed, value) => console.log(error, failed, JSON.stringify(value))));
for (const bad of [() => jwt.sign({ exp: 'x' }, 's'), () => jwt.sign({}, undefined), () => jwt.sign({}, 's', { expiresIn: 'soon' }), () => jwt.sign({ a: 1 }, 's', { algorithm: 'XX' }), () => jwt.sign('text', 's', { expiresIn: 1 })]) {
  try {
    bad();
  } catch (error) {
    console.log(error.message);
  }
}
