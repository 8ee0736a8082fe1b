// Runs one test of test262 in this process, as INTERPRETING.md of test262 says.
// Usage: run.cjs sloppy|strict TEST      (in a folder with test262's `harness` and `test`)
// Exits with 0 if the test passes, else with 1, and says why.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

const [mode, name] = process.argv.slice(2);
const file = path.resolve('test', name);
const source = fs.readFileSync(file, 'utf8');
const { flags, includes, negative } = metadata(source);
const say = console.log;

function metadata(text) {
  const [, yaml = ''] = /\/\*---([^]*?)---\*\//.exec(text) ?? [];
  const list = (key) => {
    const [, items = ''] = new RegExp(`^\\s*${key}:\\s*(\\[[^\\]]*\\]|(?:\\r?\\n?\\s*- .*)+)`, 'm').exec(yaml) ?? [];
    return items.split(/[\s,[\]]+|- /).filter(Boolean);
  };
  const [, phase] = /^\s*phase:\s*(\w+)/m.exec(yaml) ?? [];
  const [, type] = /^\s*type:\s*(\w+)/m.exec(yaml) ?? [];
  return { flags: list('flags'), includes: list('includes'), negative: phase && { phase, type } };
}

function ended(problem) {
  if (problem) say(problem);
  process.exit(problem ? 1 : 0);
}

const shown = (error) => {
  try {
    return `${error?.name ?? typeof error}: ${error?.message ?? error}`;
  } catch {
    return 'something that cannot be shown';
  }
};

// How an error that was thrown while `phase` went on ends the test.
function thrown(error, phase) {
  const type = error?.constructor?.name;
  if (!negative) ended(shown(error));
  if (type !== negative.type) ended(`a ${negative.type} was expected, not ${shown(error)}`);
  // What a module may not do shows before it runs, whether that is parsing or linking.
  const early = (which) => which === 'parse' || which === 'resolution';
  const same = phase === negative.phase || (phase === 'module' && (early(negative.phase) || negative.phase === 'runtime'));
  ended(same ? undefined : `${shown(error)} comes in the wrong phase, ${phase}`);
}

function realm(evaluate) {
  return {
    global: evaluate('globalThis'),
    evalScript: (code) => evaluate(code),
    createRealm() {
      const context = vm.createContext();
      const inner = realm((code) => vm.runInContext(code, context));
      inner.global.$262 = inner;
      return inner;
    },
    detachArrayBuffer: (buffer) => { structuredClone(buffer, { transfer: [buffer] }); },
    gc: () => globalThis.gc?.(),
    get IsHTMLDDA() { throw new Error('there is none'); },
    agent: {},
  };
}

function harness() {
  globalThis.$262 = realm((code) => vm.runInThisContext(code));
  if (flags.includes('raw')) return;
  const needed = ['assert.js', 'sta.js', ...(flags.includes('async') ? ['doneprintHandle.js'] : []), ...includes];
  for (const one of needed) vm.runInThisContext(fs.readFileSync(path.join('harness', one), 'utf8'), { filename: one });
}

const isAsync = flags.includes('async');
let done = false;
// Async tests report through this.
globalThis.print = (text) => {
  if (!isAsync || done) return;
  done = true;
  if (text === 'Test262:AsyncTestComplete') ended(negative && 'no error');
  else ended(text);
};
process.on('exit', (code) => {
  if (code === 0 && isAsync && !done) {
    say('it was never done');
    process.exitCode = 1;
  }
});
// Some tests leave rejections alone.
process.on('unhandledRejection', () => {});

function finished() {
  if (negative) ended(`no ${negative.type}`);
  if (!isAsync) ended();
}

harness();
if (flags.includes('module')) {
  import(pathToFileURL(file)).then(finished, (error) => thrown(error, 'module'));
} else {
  const code = mode === 'strict' ? `"use strict";\n${source}` : source;
  let script;
  try {
    script = new vm.Script(code, { filename: file });
  } catch (error) {
    thrown(error, 'parse');
  }
  try {
    script.runInThisContext();
  } catch (error) {
    thrown(error, 'runtime');
  }
  finished();
}
