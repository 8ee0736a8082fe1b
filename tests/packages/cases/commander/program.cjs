const { Argument, Command, InvalidArgumentError, Option } = require('commander');

function build(out) {
  const program = new Command('tool').description('A tool').version('1.2.3').exitOverride();
  program.configureOutput({ writeOut: (text) => out.push(text), writeErr: (text) => out.push(`! ${text}`), getOutHelpWidth: () => 80, getErrHelpWidth: () => 80 });
  program.option('-v, --verbose', 'say more', (_, before) => before + 1, 0);
  program.addOption(new Option('--level <level>', 'how deep').choices(['low', 'high']).default('low').env('TOOL_LEVEL'));
  program.command('add').description('adds numbers').argument('<first>', 'a number', number).argument('[others...]', 'more', collect, [])
    .option('-r, --round [digits]', 'rounds').option('--no-color', 'plain')
    .action((first, others, options, command) => {
      out.push(JSON.stringify({ first, others, options, all: command.optsWithGlobals() }));
    });
  program.command('wait').addArgument(new Argument('<unit>').choices(['s', 'ms'])).alias('w')
    .addOption(new Option('--fast').conflicts('slow')).addOption(new Option('--slow'))
    .action(async (unit) => { await null; out.push(`waited ${unit}`); });
  program.hook('preAction', (_, action) => out.push(`before ${action.name()}`));
  return program;
}
function number(value) {
  if (Number.isNaN(Number(value))) throw new InvalidArgumentError('Not a number.');
  return Number(value);
}
function collect(value, before) { return [...before, number(value)]; }

async function main() {
  for (const line of [
    'add 1 2 3.5 -vv --round', 'add 4 --no-color -r2 --level high', 'add x', 'w ms', 'wait h', 'wait s --fast --slow',
    '--level none add 1', 'ad 1', '--version', 'add', '--help', 'add --help', '-v', 'add 1 --bogus',
  ]) {
    const out = [];
    try {
      await build(out).parseAsync(line.split(' '), { from: 'user' });
    } catch (error) {
      out.push(`${error.code} ${error.exitCode}`);
    }
    console.log(`$ ${line}\n${out.map((one) => one.trimEnd()).join('\n')}`);
  }
}
main();
