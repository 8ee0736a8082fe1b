// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
// More goes both ways than any pipe holds: nobody may wait for the other for ever.
const { spawn } = require('child_process');
const crypto = require('crypto');
const data = Buffer.alloc(3_000_000);
for (let i = 0; i < data.length; i++) data[i] = (i * 7919) >> 5;
const c = spawn('cat');
const chunks = [];
c.stdout.on('data', (d) => chunks.push(d));
c.on('close', (code) => {
  const all = Buffer.concat(chunks);
  log(code, all.length, all.equals(data));
  const d = spawn('sh', ['-c', 'head -c 10; exit 0']);
  d.stdin.on('error', (e) => log('stdin error', e.code, e.syscall));
  d.stdin.write(data);
  d.stdout.on('data', (x) => log(x.length));
  d.on('close', (code) => { log('closed', code);
    const e = spawn('sh', ['-c', 'yes x | head -c 400000']);
    let n = 0;
    e.stdout.on('readable', () => { let x; while ((x = e.stdout.read(1000))) n += x.length; });
    e.stdout.on('end', () => log('end', n));
    e.on('close', () => log('exit', e.exitCode));
  });
});
c.stdin.end(data);
