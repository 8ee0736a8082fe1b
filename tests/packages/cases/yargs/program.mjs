import yargs from 'yargs';
import Parser from 'yargs-parser';

const make = (log) => yargs()
  .scriptName('tool')
  .locale('en')
  .wrap(80)
  .exitProcess(false)
  .command('serve [port]', 'start the server', (y) => y
    .positional('port', { describe: 'port to bind', type: 'number', default: 5000 })
    .option('host', { alias: 'H', type: 'string', demandOption: true })
    .check((argv) => { if (argv.port > 65535) throw new Error('port too large'); return true; }),
  (argv) => log.push(`serve ${argv.host}:${argv.port} ${argv.verbose}`))
  .command(['list <items..>', 'ls'], 'list things', (y) => y.option('sort', { choices: ['up', 'down'] }), async (argv) => {
    await null;
    log.push(`list ${argv.items.join('+')} ${argv.sort}`);
  })
  .option('verbose', { alias: 'v', type: 'count', describe: 'say more' })
  .option('tag', { type: 'array', string: true })
  .option('set', { coerce: (text) => Object.fromEntries([text.split('=')]) })
  .implies('set', 'tag')
  .middleware((argv) => { argv.seen = true; })
  .demandCommand(1, 'a command, please')
  .strict()
  .fail((message, error) => { throw error ?? new Error(message); })
  .version('3.2.1')
  .epilogue('that is all');

for (const line of [
  'serve 80 -H local -vvv', 'serve --host=h', 'serve', 'serve 70000 -H x', 'ls a b c --sort up', 'list a --sort side',
  'list a --set k=v', 'list a --set k=v --tag x y', '', 'bogus', 'list a --unknown 1', '--version', '--help', 'serve --help',
]) {
  const log = [];
  try {
    const argv = await make(log).parseAsync(line, {}, (error, _, output) => { if (output) log.push(output); });
    const { $0, ...rest } = argv;
    log.push(JSON.stringify(rest));
  } catch (error) {
    log.push(`error: ${error.message}`);
  }
  console.log(`$ ${line}\n${log.join('\n')}`);
}
console.log(JSON.stringify(Parser('--foo.bar 1 --no-x -abc=2 --list 1 --list 2 -- rest -z', { configuration: { 'populate--': true } })));
