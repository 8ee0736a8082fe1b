const winston = require('winston');
const Transport = require('winston-transport');
const fs = require('node:fs');

const { combine, json, label, metadata, printf, splat, errors, uncolorize, colorize, ms, logstash } = winston.format;
const lines = [];
class Memory extends Transport {
  log(info, done) {
    lines.push(`${this.name ?? 'memory'} ${info[Symbol.for('message')]}`);
    this.emit('logged', info);
    done();
  }
}
const secret = winston.format((info, { word }) => (info.message.includes(word) ? false : { ...info, checked: true }));
const logger = winston.createLogger({
  level: 'verbose',
  defaultMeta: { service: 'test' },
  format: combine(label({ label: 'L' }), splat(), errors({ stack: false }), secret({ word: 'hidden' }), json({ deterministic: true })),
  transports: [new Memory(), new Memory({ level: 'error', format: printf(({ level, message, label: name }) => `${name}/${level}: ${message}`) })],
});
logger.info('hello %s %d', 'text', 42, { extra: true });
logger.warn({ message: 'object', n: 1 });
logger.debug('not shown');
logger.info('hidden word');
logger.error(new Error('broken'));
logger.log('verbose', 'with meta', { deep: { list: [1, 2] }, when: new Date(0) });
const child = logger.child({ request: 'r1' });
child.error('from child');
console.log(logger.isLevelEnabled('debug'), logger.isErrorEnabled(), logger.levels.silly, logger.transports.length);

const custom = winston.createLogger({ levels: { alarm: 0, note: 1 }, level: 'note', format: combine(metadata({ fillExcept: ['message', 'level'] }), printf((info) => `${info.level} ${info.message} ${JSON.stringify(info.metadata)}`)), transports: [new Memory()] });
custom.alarm('loud', { a: 1 });
custom.note('quiet');
winston.addColors({ alarm: 'bold red' });
console.log(JSON.stringify(colorize().colorize('alarm', 'x')), JSON.stringify(combine(uncolorize()).transform({ level: 'info', message: '\u001b[31mred\u001b[39m' }).message), typeof ms, typeof logstash);

const file = winston.createLogger({ format: json(), transports: [new winston.transports.File({ filename: 'out.log' })] });
file.transports[0].on('finish', () => setTimeout(() => {
  console.log(fs.readFileSync('out.log', 'utf8').trim());
  for (const line of lines) console.log(line);
}, 50));
file.info('to a file');
file.error('and more', { code: 7 });
file.end();
const profiler = logger.startTimer();
console.log(typeof profiler.done, winston.loggers.add('named', { transports: [new Memory()] }) === winston.loggers.get('named'), winston.config.syslog.levels.crit);
