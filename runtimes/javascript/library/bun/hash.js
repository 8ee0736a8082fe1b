// `Bun.hash` and its kin. The functions are native; the module is there when somebody first asks for it.
import { absent } from 'belljar:bun/absent';
import { toBytes } from 'belljar:bun/bytes';
import { requireBuiltin } from 'belljar:internal/commonjs';

function native() {
  return requireBuiltin('native:hash');
}

const MASK = (1n << 64n) - 1n;

function seed64(seed) {
  return BigInt.asUintN(64, typeof seed === 'bigint' ? seed : BigInt(Math.trunc(Number(seed ?? 0))) & MASK);
}

function wide(name) {
  return (data, seed = 0) => BigInt(native()[name](toBytes(data), String(seed64(seed))));
}

function narrow(name) {
  return (data, seed = 0) => native()[name](toBytes(data), Number(seed64(seed) & 0xffffffffn)) >>> 0;
}

export const hash = wide('wyhash');
Object.assign(hash, {
  wyhash: wide('wyhash'),
  adler32: narrow('adler32'),
  crc32: narrow('crc32'),
  cityHash32: absent('hash.cityHash32'),
  cityHash64: absent('hash.cityHash64'),
  xxHash32: narrow('xxHash32'),
  xxHash64: wide('xxHash64'),
  xxHash3: wide('xxHash3'),
  murmur32v2: narrow('murmur32v2'),
  murmur32v3: narrow('murmur32v3'),
  murmur64v2: wide('murmur64v2'),
  rapidhash: wide('rapidhash'),
});

const ARGON = ['argon2id', 'argon2d', 'argon2i'];
const DEFAULTS = { memoryCost: 65536, timeCost: 2, cost: 10 };

function invalidArgument(message) {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

function passwordBytes(password) {
  if (typeof password !== 'string' && !ArrayBuffer.isView(password) && !(password instanceof ArrayBuffer)) throw invalidArgument('Expected password to be a string or TypedArray');
  const bytes = toBytes(password);
  if (bytes.length === 0) throw invalidArgument('password must not be empty');
  return bytes;
}

function hashPassword(password, given) {
  const bytes = passwordBytes(password);
  const options = typeof given === 'string' ? { algorithm: given } : (given ?? {});
  const algorithm = options.algorithm ?? 'argon2id';
  if (algorithm === 'bcrypt') {
    const cost = options.cost ?? DEFAULTS.cost;
    if (!Number.isInteger(cost) || cost < 4 || cost > 31) throw invalidArgument('Rounds must be between 4 and 31');
    return native().bcryptHash(bytes, cost);
  }
  if (!ARGON.includes(algorithm)) throw invalidArgument(`unknown algorithm, expected one of: "bcrypt", "argon2id", "argon2d", "argon2i" (default is "argon2id")`);
  const { timeCost = DEFAULTS.timeCost, memoryCost = DEFAULTS.memoryCost } = options;
  if (!Number.isInteger(timeCost) || timeCost < 1) throw invalidArgument('Time cost must be greater than 0');
  if (!Number.isInteger(memoryCost) || memoryCost < 8) throw invalidArgument('Memory cost must be at least 8');
  return native().argon2Hash(bytes, algorithm, memoryCost, timeCost);
}

function verifyPassword(password, stored, algorithm) {
  if (arguments.length < 2) throw invalidArgument('Expected a password and a hash');
  const text = typeof stored === 'string' ? stored : new TextDecoder().decode(toBytes(stored));
  if (text === '') return false;
  if (typeof password === 'string' && password === '') return false;
  const bytes = toBytes(password);
  const isBcrypt = /^\$2[abxy]\$/.test(text);
  const isArgon = /^\$argon2(?:id|i|d)\$/.test(text);
  if ((!isBcrypt && !isArgon) || (algorithm !== undefined && (algorithm === 'bcrypt') !== isBcrypt)) {
    throw Object.assign(new Error('Password verification failed with error "UnsupportedAlgorithm"'), { code: 'PASSWORD_UNSUPPORTED_ALGORITHM' });
  }
  return isBcrypt ? native().bcryptVerify(bytes, text) : native().argon2Verify(bytes, text);
}

export const password = {
  hash: async (given, options) => hashPassword(given, options),
  hashSync: hashPassword,
  verify: async (...args) => verifyPassword(...args),
  verifySync: verifyPassword,
};
