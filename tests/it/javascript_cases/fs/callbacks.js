// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const fs = require('fs');
const { promisify } = require('util');
const order = [];
fs.writeFile('f', 'data', (e) => {
  log('write', e);
  fs.readFile('f', 'utf8', (e, d) => log('read', e, d, fs.stat('f', (e, s) => log('stat', e, s.size, start()))));
});
const start = () => {
  fs.readFile('nope', (e, d) => log('nope', e.code, d, fs.exists('f', (y) => log('exists', y, open()))));
};
const open = () => fs.open('f', 'r', (e, fd) => {
    fs.read(fd, Buffer.alloc(10), 0, 10, 1, (e, n, b) => {
      log('fs.read', e, n, b.toString('utf8', 0, n));
      fs.close(fd, (e) => {
        log('close', e);
        fs.close(fd, (e) => { log('again', e.code); next(); });
      });
    });
});
function next() {
  fs.mkdir('x/y', { recursive: true }, (e, p) => {
    log('mkdir', e, p);
    fs.readdir('.', (e, l) => {
      log('readdir', l);
      fs.rm('x', { recursive: true }, (e) => { log('rm', e); last(); });
    });
  });
}
async function last() {
  const { bytesRead, buffer } = await promisify(fs.read)(fs.openSync('f'), Buffer.alloc(4), 0, 4, 0);
  log(bytesRead, buffer.toString());
  log(await promisify(fs.exists)('f'), await promisify(fs.readFile)('f', 'utf8'));
  for (const f of [() => fs.readFile('f'), () => fs.stat('f', 1), () => fs.readFile(1.5, () => {}), () => fs.open(undefined, 'r', () => {})]) {
    try { f(); } catch (e) { log(e.name, e.code, e.message); }
  }
  fs.mkdtemp('t-', (e, d) => { log(e, d.length);
    fs.realpath('f', (e, p) => { log(e, p.endsWith('/f'));
      fs.access('f', fs.constants.R_OK, (e) => { log('access', e);
        fs.truncate('f', 2, (e) => log('truncate', e, fs.readFileSync('f', 'utf8'))); }); }); });
}
