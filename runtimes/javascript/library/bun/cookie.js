// `Bun.Cookie` and `Bun.CookieMap`.
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const SAME_SITE = new Set(['strict', 'lax', 'none']);

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function expiry(value) {
  if (value === undefined || value === null) return undefined;
  const date = value instanceof Date ? value : new Date(typeof value === 'number' ? value * 1000 : value);
  if (Number.isNaN(date.getTime())) throw new TypeError('expires must be a valid Date or number');
  return date;
}

export class Cookie {
  #name;

  constructor(name, value = '', options = {}) {
    if (name !== null && typeof name === 'object') [name, value, options] = [name.name, name.value, name];
    else if (arguments.length === 1 && typeof name === 'string' && name.includes('=')) return Cookie.parse(name);
    if (!NAME.test(String(name))) throw new TypeError('Invalid cookie name: contains invalid characters');
    this.#name = String(name);
    this.value = String(value);
    this.domain = options.domain ?? null;
    this.path = options.path ?? '/';
    this.expires = expiry(options.expires);
    this.secure = options.secure === true;
    this.sameSite = options.sameSite ?? 'lax';
    if (!SAME_SITE.has(this.sameSite)) throw new TypeError('Invalid sameSite value. Must be "strict", "lax", or "none"');
    this.httpOnly = options.httpOnly === true;
    this.partitioned = options.partitioned === true;
    this.maxAge = options.maxAge;
  }

  get name() {
    return this.#name;
  }

  isExpired() {
    if (this.maxAge !== undefined) return this.maxAge <= 0;
    return this.expires !== undefined && this.expires.getTime() < Date.now();
  }

  serialize() {
    const parts = [`${this.#name}=${encodeURIComponent(this.value)}`];
    if (this.domain) parts.push(`Domain=${this.domain}`);
    if (this.path) parts.push(`Path=${this.path}`);
    if (this.expires !== undefined) parts.push(`Expires=${this.expires.toUTCString().replace('GMT', '-0000')}`);
    if (this.maxAge !== undefined) parts.push(`Max-Age=${this.maxAge}`);
    if (this.secure) parts.push('Secure');
    if (this.httpOnly) parts.push('HttpOnly');
    if (this.partitioned) parts.push('Partitioned');
    if (this.sameSite) parts.push(`SameSite=${this.sameSite[0].toUpperCase()}${this.sameSite.slice(1)}`);
    return parts.join('; ');
  }

  toString() {
    return this.serialize();
  }

  toJSON() {
    const { name, value, domain, path, expires, secure, sameSite, httpOnly, partitioned, maxAge } = this;
    return { name, value, ...(domain ? { domain } : {}), path, ...(expires ? { expires } : {}), ...(maxAge === undefined ? {} : { maxAge }), secure, sameSite, httpOnly, partitioned };
  }

  static parse(text) {
    const [pair, ...attributes] = String(text).split(';').map((part) => part.trim());
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new TypeError('Invalid cookie string: no name-value pair');
    const options = { name: pair.slice(0, equals), value: decode(pair.slice(equals + 1)) };
    for (const attribute of attributes) {
      const at = attribute.indexOf('=');
      const key = (at < 0 ? attribute : attribute.slice(0, at)).toLowerCase();
      const value = at < 0 ? '' : attribute.slice(at + 1);
      if (key === 'domain' || key === 'path') options[key] = value;
      else if (key === 'expires') options.expires = new Date(value);
      else if (key === 'max-age') options.maxAge = Number(value);
      else if (key === 'samesite') options.sameSite = value.toLowerCase();
      else if (key === 'httponly') options.httpOnly = true;
      else if (key === 'secure' || key === 'partitioned') options[key] = true;
    }
    return new Cookie(options);
  }

  static from(name, value, options) {
    return new Cookie(name, value, options);
  }
}

export class CookieMap {
  #received = new Map();
  #changed = new Map();

  constructor(init) {
    if (typeof init === 'string') {
      for (const part of init.split(';')) {
        const equals = part.indexOf('=');
        if (equals > 0) this.#received.set(part.slice(0, equals).trim(), decode(part.slice(equals + 1).trim()));
      }
    } else if (init) {
      for (const [name, value] of typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init)) this.#received.set(name, value);
    }
  }

  get(name) {
    if (this.#changed.has(name)) {
      const cookie = this.#changed.get(name);
      return cookie.isExpired() ? null : cookie.value;
    }
    return this.#received.get(name) ?? null;
  }

  has(name) {
    return this.get(name) !== null;
  }

  set(name, value, options) {
    const cookie = name instanceof Cookie ? name : new Cookie(name, value, options);
    this.#changed.set(cookie.name, cookie);
  }

  delete(name, options) {
    const settings = typeof name === 'object' ? name : { ...options, name };
    this.#changed.set(settings.name, new Cookie(settings.name, '', { ...settings, expires: new Date(0), maxAge: 0 }));
  }

  get size() {
    return [...this.keys()].length;
  }

  toSetCookieHeaders() {
    return [...this.#changed.values()].map((cookie) => cookie.serialize());
  }

  toJSON() {
    return Object.fromEntries(this.entries());
  }

  *entries() {
    for (const name of new Set([...this.#received.keys(), ...this.#changed.keys()])) {
      const value = this.get(name);
      if (value !== null) yield [name, value];
    }
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback) {
    for (const [name, value] of this.entries()) callback(value, name, this);
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

// `request.cookies` of a route; what is changed in it goes out with the response.
export function withCookies(request) {
  let map;
  Object.defineProperty(request, 'cookies', {
    get: () => (map ??= new CookieMap(request.headers.get('cookie') ?? '')),
    enumerable: true,
    configurable: true,
  });
  return (response) => {
    for (const header of map?.toSetCookieHeaders() ?? []) response.headers.append('set-cookie', header);
    return response;
  };
}
