// The table of routes of `Bun.serve`.
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'CONNECT', 'TRACE']);

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Exact paths come before those with parameters, these before wildcards, and a fixed segment before a
// parameter at the same place.
function rank(segments) {
  return segments.map((segment) => (segment === '*' ? '2' : segment.startsWith(':') ? '1' : '0')).join('');
}

function check(path, value) {
  if (!path.startsWith('/')) throw new TypeError(`Invalid route ${JSON.stringify(path)}. Path must start with '/'`);
  if (value === false || value === undefined || value === null) return;
  if (typeof value !== 'function' && typeof value !== 'object') {
    throw new TypeError(`Route ${JSON.stringify(path)}: 'routes' expects a Record<string, Response | HTMLBundle | {[method: string]: (req: BunRequest) => Response|Promise<Response>}>`);
  }
}

function isHandlerTable(value) {
  return typeof value === 'object' && !(value instanceof Response) && !(value instanceof Blob);
}

export class Routes {
  #exact = new Map();
  #patterns = [];

  constructor(table = {}) {
    for (const [path, value] of Object.entries(table)) {
      check(path, value);
      if (value === false || value === undefined || value === null) continue;
      if (isHandlerTable(value)) {
        for (const method of Object.keys(value)) {
          if (!METHODS.has(method)) throw new TypeError(`Route ${JSON.stringify(path)} has an unknown method ${JSON.stringify(method)}, or its value is not supported`);
        }
      }
      const segments = path.slice(1).split('/');
      if (segments.some((segment) => segment === '*' || segment.startsWith(':'))) this.#patterns.push({ segments, value, rank: rank(segments) });
      else this.#exact.set(path, value);
    }
    this.#patterns.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : b.segments.length - a.segments.length));
  }

  get isEmpty() {
    return this.#exact.size === 0 && this.#patterns.length === 0;
  }

  // What is at a path for a method, and the parameters in the path.
  find(path, method) {
    const value = this.#exact.get(path);
    if (value !== undefined) {
      const handler = pick(value, method);
      if (handler !== undefined) return { handler, params: {} };
    }
    if (this.#patterns.length === 0) return undefined;
    const names = path.slice(1).split('/');
    for (const { segments, value: candidate } of this.#patterns) {
      const params = matchSegments(segments, names);
      if (params === undefined) continue;
      const handler = pick(candidate, method);
      if (handler !== undefined) return { handler, params };
    }
    return undefined;
  }
}

function pick(value, method) {
  if (!isHandlerTable(value)) return value;
  return value[method];
}

function matchSegments(segments, names) {
  const params = {};
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment === '*' && index === segments.length - 1) return index < names.length ? params : undefined;
    const name = names[index];
    if (name === undefined) return undefined;
    if (segment.startsWith(':')) {
      if (name === '') return undefined;
      params[segment.slice(1)] = decode(name);
    } else if (segment !== '*' && segment !== name) {
      return undefined;
    }
  }
  return segments.length === names.length ? params : undefined;
}
