// `bun build`: there is no bundler. What needs none, a single file, can be transpiled.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { transpile } from 'belljar:internal/program';
import { parseOptions } from 'belljar:command/options';
import { CommandError, notSupported } from 'belljar:command/report';

const OPTIONS = { 'no-bundle': 'flag', outfile: 'value', outdir: 'value', target: 'value', minify: 'flag', sourcemap: 'optional', compile: 'flag', format: 'value' };

const LOADERS = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx', '.js': 'jsx', '.mjs': 'js', '.cjs': 'js' };

export function build(argv) {
  const { options, rest } = parseOptions(argv, OPTIONS, { permute: true, unknown: (option) => {
    throw notSupported(`\`bun build ${option}\``);
  } });
  if (rest.length === 0) throw new CommandError('Missing entrypoints. What would you like to bundle?');
  if (!options['no-bundle']) {
    throw new CommandError('the bundler is not supported in this sandbox; `bun build --no-bundle FILE` transpiles one file');
  }
  for (const name of ['minify', 'compile', 'sourcemap']) if (options[name]) throw notSupported(`\`bun build --${name}\``);
  for (const file of rest) {
    const loader = LOADERS[path.extname(file)];
    if (loader === undefined) throw new CommandError(`No loader is configured for "${path.extname(file)}" files: ${file}`);
    const output = transpile(fs.readFileSync(file, 'utf8'), { loader });
    const text = typeof output === 'string' ? output : output.code;
    const target = options.outfile ?? (options.outdir && path.join(options.outdir, `${path.parse(file).name}.js`));
    if (target === undefined) {
      process.stdout.write(text);
    } else {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
    }
  }
  return 0;
}
