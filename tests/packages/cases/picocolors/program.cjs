const colors = require('picocolors');

const show = (text) => console.log(JSON.stringify(text));
const on = colors.createColors(true);
const off = colors.createColors(false);
for (const name of Object.keys(on).filter((name) => typeof on[name] === 'function')) show(`${name} ${on[name]('x')} ${off[name]('x')}`);
show(on.red(`a${on.red('b')}c${on.bold(`d${on.dim('e')}f`)}`));
show(on.bold(on.dim('nested reset')) + on.bgGreen(on.black(123)));
show(on.blue(null) + on.blue(undefined) + on.blue(true));
show([typeof colors.isColorSupported, on.isColorSupported, off.isColorSupported]);
