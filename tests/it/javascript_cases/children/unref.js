// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const { spawn } = require('child_process');
const c = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' });
c.unref();
log('done', typeof c.pid);
const d = spawn('sh', ['-c', 'exit 2'], { stdio: 'ignore' });
d.unref();
d.on('exit', (code) => log('exit', code));
setTimeout(() => log('timer'), 400);
