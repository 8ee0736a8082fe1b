// `Response`.
import { currentKind } from 'belljar:web/kind';
import { Body, extract } from 'belljar:web/body';
import { Headers } from 'belljar:web/headers';

const NO_BODY = new Set([101, 103, 204, 205, 304]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function statusOf(init) {
  const status = init.status === undefined ? 200 : Number(init.status);
  const lowest = currentKind() === 'node' ? 200 : 101;
  if (!Number.isInteger(status) || status < lowest || status > 599) throw new RangeError(`The status provided (${init.status}) must be ${lowest === 101 ? '101 or ' : ''}in the range of [200, 599]`);
  return status;
}

export class Response extends Body {
  #status;
  #statusText;
  #headers;
  #url = '';
  #redirected = false;
  #type = 'default';

  constructor(body = null, init = {}) {
    const content = extract(body);
    super(content);
    const options = init ?? {};
    if (typeof options !== 'object') throw new TypeError('Response constructor: the second argument must be an object');
    this.#status = statusOf(options);
    this.#statusText = options.statusText === undefined ? '' : String(options.statusText);
    this.#headers = new Headers(options.headers);
    if (body !== null && NO_BODY.has(this.#status) && currentKind() === 'node') {
      throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
    }
    if (content.type !== undefined && !this.#headers.has('content-type')) this.#headers.set('content-type', content.type);
  }

  // What came over the network.
  static received({ body, status, statusText, headers, url, redirected, type }) {
    const response = new Response(body, { headers });
    response.#status = status;
    response.#statusText = statusText;
    response.#url = url;
    response.#redirected = redirected;
    response.#type = type;
    return response;
  }

  get status() {
    return this.#status;
  }

  get statusText() {
    return this.#statusText;
  }

  get ok() {
    return this.#status >= 200 && this.#status < 300;
  }

  get headers() {
    return this.#headers;
  }

  get url() {
    return this.#url;
  }

  get redirected() {
    return this.#redirected;
  }

  get type() {
    return this.#type;
  }

  clone() {
    const content = Body.share(this);
    const copy = new Response(content.source ?? content.stream ?? null, { headers: this.#headers });
    if (!this.#headers.has('content-type')) copy.#headers.delete('content-type');
    copy.#status = this.#status;
    copy.#statusText = this.#statusText;
    copy.#url = this.#url;
    copy.#redirected = this.#redirected;
    copy.#type = this.#type;
    return copy;
  }

  static json(data, init) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    const headers = new Headers(init?.headers);
    if (!headers.has('content-type')) headers.set('content-type', currentKind() === 'node' ? 'application/json' : 'application/json;charset=utf-8');
    return new Response(text, { ...(typeof init === 'number' ? { status: init } : init), headers });
  }

  static redirect(url, init = 302) {
    const options = typeof init === 'number' ? { status: init } : (init ?? {});
    const status = options.status ?? 302;
    if (!REDIRECTS.has(status)) throw new RangeError(`Failed to execute 'redirect' on 'Response': Invalid status code`);
    const headers = new Headers(options.headers);
    headers.set('location', currentKind() === 'node' ? new URL(url).href : String(url));
    return new Response(null, { status, headers });
  }

  static error() {
    const response = new Response();
    response.#status = 0;
    response.#type = 'error';
    return response;
  }

  get [Symbol.toStringTag]() {
    return 'Response';
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { status, statusText, headers, body, bodyUsed, ok, redirected, type, url } = this;
    return `Response ${inspect({ status, statusText, headers, body, bodyUsed, ok, redirected, type, url }, { ...options, depth })}`;
  }
}
for (const name of ['status', 'statusText', 'ok', 'headers', 'url', 'redirected', 'type', 'clone']) Object.defineProperty(Response.prototype, name, { enumerable: true });
