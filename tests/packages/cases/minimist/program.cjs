const minimist = require('minimist');

const show = (...args) => console.log(JSON.stringify(minimist(...args)));
show(['a', '-b', '-c', '1', '--long', 'value', '--eq=x=y', '--no-color', '-xyz', '-n5', '--', 'rest', '-q']);
show(['--list', '1', '--list', '2', '--deep.a.b', '3', '--deep.c', 'x', '-5', '--hex=0x1F', '--float=1e3']);
show(['--name', '007', '--flag', 'word', '-v', '-v'], { string: ['name'], boolean: ['flag'], alias: { v: ['verbose', 'loud'] } });
show(['--unset', 'x', '-d'], { default: { port: 80, d: 'no' }, boolean: true });
show(['first', '--stop', 'second', '--not'], { stopEarly: true });
show(['a', '--', 'b', '--c'], { '--': true });
const unknown = [];
show(['--known', '1', '--other', '2', 'free', '-z'], { string: ['known'], unknown: (arg) => { unknown.push(arg); return arg === 'free'; } });
console.log(unknown.join());
show(['--__proto__.polluted', '1', '--constructor.prototype.x', '2', '--a.__proto__.b', '3']);
console.log({}.polluted, {}.x);
show(['-abc=4', '--', '--multi=line\nvalue', '-', '--empty=', '--str'], { string: ['str', 'empty'] });
show(['--bool=false', '--bool2', 'true', '--bool3=no'], { boolean: ['bool', 'bool2', 'bool3'] });
