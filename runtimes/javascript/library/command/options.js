// Command line options, as Bun and Node write them: `--name`, `--name value`, `--name=value`,
// `-n value`, `-nvalue`, and groups of single letters that take no value.

// A table names each option with what it takes:
//   'flag'      nothing
//   'value'     a value, in the next argument if not after `=`
//   'optional'  a value only after `=`
//   'list'      a value, and may be given several times
//   '>name'     another name of `name`
export class OptionError extends Error {
  constructor(kind, option) {
    super(`${kind} ${option}`);
    this.kind = kind; // 'unknown', 'missing'
    this.option = option;
  }
}

function lookUp(table, name) {
  const kind = Object.hasOwn(table, name) ? table[name] : undefined;
  if (kind !== undefined && kind.startsWith('>')) return [kind.slice(1), table[kind.slice(1)]];
  return [name, kind];
}

function set(options, name, kind, value) {
  if (kind === 'list') (options[name] ??= []).push(value);
  else options[name] = value;
}

// Reads options up to the first argument that is none (`permute: false`), or all of them, wherever
// they stand (`permute: true`). `unknown(option)` says what to do about one that is in no table: return
// true to have it ignored, or throw.
export function parseOptions(argv, table, { permute = false, unknown } = {}) {
  const options = {};
  const rest = [];
  const refuse = unknown ?? ((option) => {
    throw new OptionError('unknown', option);
  });
  let index = 0;
  const takeValue = (written) => {
    if (index >= argv.length) throw new OptionError('missing', written);
    return argv[index++];
  };
  while (index < argv.length) {
    const argument = argv[index];
    if (argument === '--') {
      if (permute) {
        rest.push(...argv.slice(index + 1));
        index = argv.length;
      } else {
        index++;
        options['--'] = true;
      }
      break;
    }
    if (argument === '-' || !argument.startsWith('-')) {
      if (!permute) break;
      rest.push(argument);
      index++;
      continue;
    }
    index++;
    if (argument.startsWith('--')) {
      const equals = argument.indexOf('=');
      const written = equals < 0 ? argument : argument.slice(0, equals);
      const [name, kind] = lookUp(table, written.slice(2));
      if (kind === undefined) {
        refuse(argument, written);
      } else if (kind === 'flag' || (kind === 'optional' && equals < 0)) {
        options[name] = equals < 0 ? true : argument.slice(equals + 1) !== 'false';
      } else {
        set(options, name, kind, equals < 0 ? takeValue(written) : argument.slice(equals + 1));
      }
      continue;
    }
    readLetters(argument, table, options, takeValue, refuse);
  }
  return { options, rest: permute ? rest : argv.slice(index), consumed: index };
}

function readLetters(argument, table, options, takeValue, refuse) {
  // Whole words after one hyphen come first: node's `-pe`.
  const [whole, wholeKind] = lookUp(table, argument.slice(1));
  if (argument.length > 2 && wholeKind !== undefined && argument.length <= 3) {
    set(options, whole, wholeKind, wholeKind === 'flag' ? true : takeValue(argument));
    return;
  }
  for (let position = 1; position < argument.length; position++) {
    const letter = argument[position];
    const [name, kind] = lookUp(table, letter);
    if (kind === undefined) {
      refuse(argument, `-${letter}`);
      return;
    }
    if (kind === 'flag' || kind === 'optional') {
      options[name] = true;
      continue;
    }
    let value = argument.slice(position + 1);
    if (value.startsWith('=')) value = value.slice(1);
    set(options, name, kind, value === '' ? takeValue(`-${letter}`) : value);
    return;
  }
}
