const kleur = require('kleur');
const colors = require('kleur/colors');

const show = (text) => console.log(JSON.stringify(text));
kleur.enabled = true;
colors.$.enabled = true;
show(kleur.red('one') + kleur.bold().underline().bgCyan('two'));
show(kleur.red(`a ${kleur.green('b')} c ${kleur.dim().blue('d')} e`));
const fail = kleur.bold().red;
show([fail('x'), kleur.bold().red().italic('y'), kleur.strikethrough().gray(12)]);
show(kleur.yellow(`multi ${kleur.yellow('same')} line\nnext`));
show(colors.bold(colors.white(`plain ${colors.inverse('functions')}`)));
show(Object.keys(colors).filter((name) => typeof colors[name] === 'function').join(' '));
kleur.enabled = false;
colors.$.enabled = false;
show(kleur.red().bold('off') + colors.green('off'));
