// `Request`.
import { currentKind } from 'belljar:web/kind';
import { Body, extract } from 'belljar:web/body';
import { Headers } from 'belljar:web/headers';

const NORMALIZED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK']);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function methodOf(given) {
  const method = String(given);
  if (!TOKEN.test(method) || FORBIDDEN.has(method.toUpperCase())) throw new TypeError(`'${method}' is not a valid HTTP method.`);
  return NORMALIZED.has(method.toUpperCase()) ? method.toUpperCase() : method;
}

// Stands for an address that is put in place right after.
const ANY_URL = 'http://localhost/';

function urlOf(input) {
  if (input === ANY_URL) return input;
  const text = String(input);
  try {
    return new URL(text).href;
  } catch {
    if (currentKind() === 'node') throw new TypeError(`Failed to parse URL from ${text}`);
    throw new TypeError(`Failed to construct 'Request': Invalid URL "${text}"`);
  }
}

const FIELDS = {
  cache: 'default', credentials: 'same-origin', integrity: '', keepalive: false, mode: 'cors', redirect: 'follow', referrer: 'about:client', referrerPolicy: '',
};

export class Request extends Body {
  #url;
  #method;
  #headers;
  #signal;
  #fields;

  constructor(input, init = {}) {
    const options = init ?? {};
    const from = input instanceof Request ? input : undefined;
    const method = options.method === undefined ? (from?.method ?? 'GET') : methodOf(options.method);
    const given = options.body ?? null;
    if (given !== null && (method === 'GET' || method === 'HEAD') && currentKind() === 'node') {
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    }
    const content = given === null && from ? Body.take(from) : extract(given);
    super(content);
    this.#url = from ? from.url : urlOf(input);
    this.#method = method;
    this.#headers = new Headers(options.headers ?? from?.headers);
    if (content.type !== undefined && !this.#headers.has('content-type')) this.#headers.set('content-type', content.type);
    this.#signal = options.signal === undefined ? from?.signal : (options.signal ?? undefined);
    this.#fields = { ...(from?.#fields ?? FIELDS) };
    for (const name of Object.keys(FIELDS)) if (options[name] !== undefined) this.#fields[name] = typeof FIELDS[name] === 'boolean' ? Boolean(options[name]) : String(options[name]);
  }

  // What came over the network to our own server; `stream` is the body, if there is one.
  static received({ url, method, pairs, content, signal }) {
    const made = new Request(ANY_URL);
    made.#url = url;
    made.#method = method;
    made.#headers = Headers.fromWire(pairs);
    made.#signal = signal;
    Object.assign(Body.contentOf(made), content);
    return made;
  }

  get url() {
    return this.#url;
  }

  get method() {
    return this.#method;
  }

  get headers() {
    return this.#headers;
  }

  // Made when it is asked for: most are not.
  get signal() {
    if (typeof this.#signal === 'function') this.#signal = this.#signal();
    this.#signal ??= new AbortController().signal;
    return this.#signal;
  }

  get destination() {
    return '';
  }

  get duplex() {
    return 'half';
  }

  clone() {
    const content = Body.share(this);
    const copy = new Request(this.#url, { ...this.#fields, method: this.#method, headers: this.#headers, signal: this.signal });
    Object.assign(Body.contentOf(copy), content);
    return copy;
  }

  get [Symbol.toStringTag]() {
    return 'Request';
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { method, url, headers, destination, referrer, referrerPolicy, mode, credentials, cache, redirect, integrity, keepalive, signal } = this;
    return `Request ${inspect({ method, url, headers, destination, referrer, referrerPolicy, mode, credentials, cache, redirect, integrity, keepalive, signal }, { ...options, depth })}`;
  }

  static fieldsOf(request) {
    return request.#fields;
  }
}
for (const name of Object.keys(FIELDS)) {
  Object.defineProperty(Request.prototype, name, {
    get() {
      return Request.fieldsOf(this)[name];
    },
    enumerable: true,
    configurable: true,
  });
}
for (const name of ['url', 'method', 'headers', 'signal', 'destination', 'duplex', 'clone']) Object.defineProperty(Request.prototype, name, { enumerable: true });
