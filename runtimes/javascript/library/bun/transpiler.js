// `Bun.Transpiler`.
import { transpile } from 'belljar:internal/program';
import * as modules from 'native:modules';

const LOADERS = ['js', 'jsx', 'ts', 'tsx'];

function loaderOf(given, fallback) {
  const loader = given ?? fallback;
  if (!LOADERS.includes(loader)) throw new TypeError(`Invalid loader - must be js, jsx, tsx, or ts: ${loader}`);
  return loader;
}

function textOf(code) {
  if (typeof code === 'string') return code;
  if (code instanceof ArrayBuffer || ArrayBuffer.isView(code)) return new TextDecoder().decode(code);
  throw new TypeError('Expected a string or Uint8Array');
}

export class Transpiler {
  #loader;
  #define;

  constructor(options = {}) {
    this.#loader = loaderOf(options.loader, 'jsx');
    this.#define = options.define;
    for (const name of ['macro', 'minifyWhitespace', 'minify', 'exports', 'deadCodeElimination', 'tsconfig']) {
      if (options[name] !== undefined && options[name] !== false && name !== 'tsconfig' && name !== 'deadCodeElimination') {
        throw new Error(`Bun.Transpiler: the option "${name}" is not supported`);
      }
    }
  }

  transformSync(code, loader) {
    const output = transpile(textOf(code), { loader: loaderOf(typeof loader === 'string' ? loader : undefined, this.#loader), define: this.#define, format: 'module' });
    return typeof output === 'string' ? output : output.code;
  }

  async transform(code, loader) {
    return this.transformSync(code, loader);
  }

  scan(code) {
    if (typeof modules.scan !== 'function') throw new Error('Bun.Transpiler.scan is not supported');
    return JSON.parse(modules.scan(textOf(code), this.#loader));
  }

  scanImports(code) {
    return this.scan(code).imports;
  }
}
