// As Node prints it, whoever runs this.
const log = (...args) => process.stdout.write(require('util').format(...args) + '\n');
process.chdir(require('fs').mkdtempSync('/tmp/case-'));
const { fork } = require('child_process');
if (process.argv[2] === 'child') {
  process.on('message', (m) => {
    if (m === 'bye') process.disconnect();
    else process.send({ got: m, argv: process.argv.slice(2), connected: process.connected });
  });
  process.send('ready');
} else {
  const c = fork(__filename, ['child', 'x']);
  c.on('message', (m) => {
    log('parent got', m);
    if (m === 'ready') c.send({ a: [1, 'é', null] });
    else c.send('bye');
  });
  c.on('disconnect', () => log('disconnect', c.connected));
  c.on('close', (code) => log('close', code, typeof process.send));
}
