import { Chalk, backgroundColorNames, modifierNames } from 'chalk';

const show = (text) => console.log(JSON.stringify(text));
const full = new Chalk({ level: 3 });
show(full.red('plain'));
show(full.bold.underline.bgBlue.white('styled'));
show(full.hex('#ff8800')('hex') + full.rgb(1, 2, 3).bgHex('#abc')('rgb') + full.ansi256(194)('256'));
show(full.red(`outer ${full.green('inner')} outer`));
show(full.blue('two\nlines') + full.dim.strikethrough('x\r\ny'));
show(full.red('a', 'b', 3) + full.red('') + full.reset.visible('v'));
show(full.green(full.bold(full.italic('deep') + ' mid') + ' top'));

show(new Chalk({ level: 2 }).hex('#ff8800')('hex'));
show(new Chalk({ level: 1 }).hex('#ff8800').bgRgb(10, 200, 10)('hex'));
show(new Chalk({ level: 0 }).red.visible('hidden') + new Chalk({ level: 0 }).red('plain'));
show(modifierNames.join() + backgroundColorNames.length);

const warning = full.bold.yellow;
show([warning('one'), warning.inverse('two'), full`literal?`].join(' '));
for (const level of [-1, 4, 1.5]) {
  try {
    new Chalk({ level });
  } catch (error) {
    show(error.message);
  }
}
