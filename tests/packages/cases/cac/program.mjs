import { cac } from 'cac';

const lines = [];
console.info = (...args) => lines.push(args.join(' '));
const build = () => {
  const cli = cac('tool');
  cli.option('--verbose', 'say more').option('--level <level>', 'how deep', { default: 3 });
  cli.command('build <entry> [...more]', 'builds things').alias('b').option('--out-dir <dir>', 'where to').option('--no-minify', 'leave it long').option('--env.* <value>', 'variables').example('tool build a.js').action((entry, more, options) => lines.push(`build ${entry} ${JSON.stringify(more)} ${JSON.stringify(options)}`));
  cli.command('[file]', 'the default').allowUnknownOptions().action((file, options) => lines.push(`default ${file} ${JSON.stringify(options)}`));
  cli.command('later', 'is async').action(async () => { await null; lines.push('later'); return 'result'; });
  cli.help().version('1.2.3').usage('<command> [options]');
  return cli;
};
for (const line of ['build a.js b.js c.js --out-dir dist --no-minify', 'b x --env.A 1 --env.B two --level 5', 'file.txt --unknown=1 -x', '', 'build', 'build a --bogus', 'build a --out-dir', '--help', 'build --help', '--version', 'build a -- --kept']) {
  lines.length = 0;
  try {
    const { args, options } = build().parse(['node', 'tool', ...line.split(' ').filter(Boolean)]);
    lines.push(JSON.stringify({ args, options }));
  } catch (error) {
    lines.push(`${error.name}: ${error.message}`);
  }
  console.log(`$ ${line}`);
  for (const text of lines) console.log(text.replace(/tool\/1\.2\.3.*/, 'tool/1.2.3'));
}
lines.length = 0;
const cli = build();
cli.parse(['node', 'tool', 'later'], { run: false });
console.log(cli.matchedCommandName, await cli.runMatchedCommand(), lines.join());
