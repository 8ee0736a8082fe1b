// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const { spawn } = require('node:child_process');
const run = (file, args, options, use) => new Promise((resolve) => {
  const c = spawn(file, args, options);
  const log = [];
  let out = '';
  c.stdout?.setEncoding('utf8').on('data', (d) => (out += d));
  let err = '';
  c.stderr?.on('data', (d) => (err += d));
  for (const e of ['spawn', 'exit', 'close']) c.on(e, (...a) => log.push([e, ...a]));
  c.on('error', (e) => log.push(['error', e.code, e.errno, e.syscall, e.path, e.spawnargs, e.message]));
  use?.(c);
  c.on('close', () => resolve({ out, err, log, pid: typeof c.pid, exitCode: c.exitCode, signalCode: c.signalCode, killed: c.killed }));
});
(async () => {
  log(await run('echo', ['a b', 'c']));
  log(await run('sh', ['-c', 'echo out; echo err >&2; exit 3']));
  log(await run('definitely-not-there', ['x']));
  log(await run('/nope/x'));
  log(await run('cat', [], {}, (c) => { c.stdin.write('one '); c.stdin.end('two'); }));
  log(await run('sleep', ['30'], {}, (c) => setTimeout(() => log(c.kill()), 30)));
  log(await run('sh', ['-c', 'kill -9 $$']));
  log(await run('echo $X "$(pwd)" | tr a-z A-Z', { shell: true, cwd: '/tmp', env: { ...process.env, X: 'value' } }));
  log(await run('env', { env: { A: '1', B: undefined, C: 3 } }));
  log(await run('sh', ['-c', 'echo $0 $1', 'first', 'second']));
  log(await run('sleep', ['10'], { timeout: 30, killSignal: 'SIGKILL' }));
  log(await run('true', [], { cwd: '/definitely/not' }));
  log(await run('sh', ['-c', 'cat; echo done'], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const c = spawn('true');
  log(c.spawnfile, c.spawnargs, c.exitCode, c.connected, c.stdio.length, c.kill(0));
  c.on('exit', () => log(c.kill(0), c.exitCode));
})();
