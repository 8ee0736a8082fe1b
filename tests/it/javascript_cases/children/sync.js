// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const cp = require('child_process');
const show = (f) => { try { const r = f(); if (r?.pid) r.pid = 'PID'; log(r); } catch (e) { if (e.pid) e.pid = 'PID'; log(e.message, e.code, e.errno, e.status, e.signal, e.syscall, e.spawnargs, String(e.stdout), String(e.stderr)); } };
show(() => cp.spawnSync('echo', ['a']));
show(() => cp.spawnSync('sh', ['-c', 'echo e >&2; exit 5'], { encoding: 'utf8' }));
show(() => cp.spawnSync('cat', { input: 'fed', encoding: 'utf8' }).stdout);
show(() => cp.spawnSync('cat', { input: Buffer.alloc(300000, 'z') }).stdout.length);
show(() => { const r = cp.spawnSync('nope-nope', ['x']); return [r.error.message, r.error.code, r.error.path, r.error.spawnargs, r.status, r.output, r.stdout]; });
show(() => { const r = cp.spawnSync('sleep', ['20'], { timeout: 50 }); return [r.error.code, r.error.message, r.status, r.signal]; });
show(() => { const r = cp.spawnSync('sh', ['-c', 'yes | head -c 5000'], { maxBuffer: 100 }); return [r.error.code, r.stdout.length >= 100]; });
show(() => cp.execSync('echo hello').toString());
show(() => cp.execSync('echo hello | tr a-z A-Z', { encoding: 'utf8' }));
show(() => cp.execSync('echo oops >&2; echo partial; exit 9', { stdio: 'pipe' }));
show(() => cp.execFileSync('echo', ['x', 'y z'], { encoding: 'utf8' }));
show(() => cp.execFileSync('false'));
show(() => cp.execFileSync('nope-nope'));
show(() => cp.execSync('cat', { input: 'from input', encoding: 'utf8' }));
show(() => cp.execSync('pwd', { cwd: '/tmp', encoding: 'utf8' }));
show(() => cp.spawnSync('sh', ['-c', 'echo to-out; echo $V'], { stdio: ['ignore', 'inherit', 'ignore'], env: { ...process.env, V: 'v' } }).stdout);
show(() => cp.spawnSync('sh', ['-c', 'kill -TERM $$']).signal);
const fs = require('fs');
const fd = fs.openSync('log', 'a');
fs.writeSync(fd, 'first\n');
show(() => cp.spawnSync('sh', ['-c', 'echo second; echo third >&2'], { stdio: ['ignore', fd, fd] }).status);
fs.writeSync(fd, 'last\n');
fs.closeSync(fd);
show(() => fs.readFileSync('log', 'utf8'));
const input = fs.openSync('log', 'r');
show(() => cp.execFileSync('wc', ['-l'], { stdio: [input, 'pipe', 'inherit'], encoding: 'utf8' }).trim());
for (const f of [() => cp.spawnSync(''), () => cp.spawn(1), () => cp.spawnSync('x', 'y'), () => cp.exec(), () => cp.spawn('x', { stdio: 'zip' }), () => cp.spawn('a\0b'), () => cp.spawnSync('x', { cwd: 1 }), () => cp.spawn('true').kill('SIGNOPE')]) {
  try { f(); } catch (e) { log(e.name, e.code, e.message); }
}
