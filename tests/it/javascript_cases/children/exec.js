// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const cp = require('child_process');
const { promisify } = require('util');
const tidy = (e) => e && [e.name, e.code, e.killed, e.signal, e.cmd, e.message];
const exec = (...a) => new Promise((r) => cp.exec(...a, (e, o, s) => r([tidy(e), o, s])));
const execFile = (...a) => new Promise((r) => cp.execFile(...a, (e, o, s) => r([tidy(e), o, s])));
(async () => {
  log(await exec('echo hi; echo warn >&2'));
  log(await exec('exit 7'));
  log(await exec('echo bad >&2; exit 1'));
  log(await exec('echo $HOMEX', { env: { PATH: process.env.PATH, HOMEX: 'there' } }));
  log(await exec('printf bytes', { encoding: 'buffer' }));
  log(await exec('sleep 20', { timeout: 50 }));
  log(await exec('yes | head -c 3000', { maxBuffer: 100 }).then(([e, o]) => [e[0], e[1], o.length]));
  log(await execFile('echo', ['$HOME', '*']));
  log(await execFile('nope-nope', ['x']));
  log(await execFile('cat', ['/definitely/not']).then(([e]) => e.slice(0, 5)));
  log(await promisify(cp.exec)('echo promised'));
  try { await promisify(cp.exec)('echo out; exit 4'); } catch (e) { log(e.code, e.stdout, e.stderr, e.cmd); }
  log(await promisify(cp.execFile)('echo', ['p2']));
  const ac = new AbortController();
  setTimeout(() => ac.abort(), 30);
  log((await exec('sleep 20', { signal: ac.signal }))[0].slice(0, 2));
  const child = cp.exec('cat', (e, o) => log(e, o));
  child.stdin.end('through stdin');
})();
