// Whether the parser takes and refuses what the package test262-parser-tests says. Usage: parse.cjs FOLDER
// (of that package). Prints `N tests`, and the names of those that fail, each with the reason.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

const [top] = process.argv.slice(2);
const read = (folder) => fs.readdirSync(path.join(top, folder)).sort().map((file) => `${folder}/${file}`);
const tests = ['pass', 'fail', 'early'].flatMap(read);
fs.mkdirSync('modules', { recursive: true });

async function parse(name, source) {
  if (!name.endsWith('.module.js')) return new vm.Script(source, { filename: name });
  // There is no other way to parse a module than to import it. None of them does anything.
  const file = path.resolve('modules', `${path.basename(name, '.module.js')}.mjs`);
  fs.writeFileSync(file, source);
  return import(pathToFileURL(file)).catch((error) => {
    // A module that parses may import what is not there, or fail when it runs.
    if (error instanceof SyntaxError && !/export/.test(error.message)) throw error;
    if (/duplicate export|Duplicate export/i.test(error.message)) throw error;
    if (name.startsWith('pass')) return undefined;
    throw error;
  });
}

async function main() {
  console.log(`${tests.length} tests`);
  for (const name of tests) {
    const source = fs.readFileSync(path.join(top, name), 'utf8');
    const passes = name.startsWith('pass/');
    try {
      await parse(name, source);
      if (!passes) console.log(`${name}  taken`);
    } catch (error) {
      if (passes || error?.name !== 'SyntaxError') console.log(`${name}  ${error?.name}: ${error?.message}`.replace(/\s*\n\s*/g, ' '));
    }
  }
  process.exit(0);
}
process.on('unhandledRejection', () => {});
main();
