const pino = require('pino');
const fs = require('node:fs');

const lines = [];
const stream = { write: (line) => lines.push(line.trim()) };
const plain = { base: null, timestamp: false };
const log = pino({ ...plain, level: 'debug', redact: ['password', 'user.*.secret'], serializers: { request: ({ method }) => ({ method }), err: pino.stdSerializers.err } }, stream);
log.info('hello %s %d %j', 'text', 42, { a: 1 });
log.warn({ request: { method: 'GET', url: '/x' }, password: 'p', user: { a: { secret: 's', name: 'n' } } }, 'an object');
log.trace('not shown');
log.debug({ n: 1n.toString(), when: new Date(0), buffer: [1] });
const child = log.child({ module: 'db' }, { level: 'error', serializers: { query: (text) => text.toUpperCase() }, msgPrefix: '[db] ' });
child.warn('not shown');
child.error({ query: 'select' }, 'failed');
log.error(new TypeError('broken'));
log.setBindings({ bound: true });
log.fatal('end');
console.log(log.isLevelEnabled('trace'), log.level, child.level, JSON.stringify(log.bindings()), JSON.stringify(pino.levels.values));
const circular = { name: 'c' };
circular.self = circular;
log.info(circular, 'circular');

const custom = pino({ base: { app: 'x' }, timestamp: () => ',"time":"fixed"', messageKey: 'text', errorKey: 'problem', customLevels: { loud: 35 }, useOnlyCustomLevels: false, formatters: { level: (label, number) => ({ severity: label.toUpperCase(), number }), log: (object) => ({ ...object, seen: true }) }, mixin: () => ({ mixed: 1 }), hooks: { logMethod(args, method) { return method.apply(this, args.map((one) => (typeof one === 'string' ? `${one}!` : one))); } } }, stream);
custom.loud({ a: 1 }, 'custom');
custom.info('plain');
pino(plain, pino.multistream([{ stream: { write: (line) => lines.push(`info ${line.trim()}`) } }, { level: 'error', stream: { write: (line) => lines.push(`error ${line.trim()}`) } }])).error('both');
for (const line of lines) {
  const { stack, err, ...rest } = line.startsWith('{') ? JSON.parse(line) : { line };
  console.log(JSON.stringify(err ? { ...rest, err: { type: err.type, message: err.message, stack: err.stack.split('\n')[0] } } : rest));
}
const file = pino(plain, pino.destination({ dest: 'out.log', sync: true, mkdir: true }));
file.info({ to: 'file' }, 'written');
console.log(fs.readFileSync('out.log', 'utf8').trim());
pino(plain, pino.destination({ dest: 1, sync: true })).info('to standard output');
