import EventEmitter, { EventEmitter as named } from 'eventemitter3';

console.log(EventEmitter === named, EventEmitter.prefixed === false || EventEmitter.prefixed === '~');
const log = [];
const emitter = new EventEmitter();
const context = { name: 'context' };
const shared = (...args) => log.push(`shared ${args.join('+')}`);
emitter.on('a', function (value) { log.push(`${this.name} ${value}`); }, context);
emitter.once('a', (value) => log.push(`once ${value}`));
emitter.addListener('a', shared).on('b', shared);
const symbol = Symbol('s');
emitter.on(symbol, () => { log.push('symbol'); throw new Error('from a listener'); });

console.log(emitter.emit('a', 1), emitter.emit('a', 2, 3, 4, 5, 6, 7), emitter.emit('none'));
console.log(emitter.listenerCount('a'), emitter.listeners('a').length, emitter.eventNames().map(String).join());
emitter.off('a', shared);
emitter.emit('a', 8);
emitter.removeListener('a', undefined, context);
console.log(emitter.listenerCount('a'), emitter.emit('a', 9));
try {
  emitter.emit(symbol);
} catch (error) {
  console.log(error.message);
}
emitter.removeAllListeners('b');
console.log(emitter.eventNames().length);
emitter.removeAllListeners();
console.log(emitter.eventNames().length, log.join(' | '));

class Door extends EventEmitter {
  open() { this.emit('open', { at: 1 }); return this; }
}
const door = new Door();
door.on('open', function (event) { console.log(this === door, event.at); this.off('open'); });
door.open().open();
const order = [];
emitter.on('x', () => { order.push(1); emitter.on('x', () => order.push('added')); });
emitter.on('x', () => order.push(2));
emitter.emit('x');
emitter.emit('x');
console.log(order.join());
