// `npm pkg` and `bun pm pkg`: fields of package.json by path, as `scripts.test` or `files[0]`.
import { writeManifest } from 'belljar:command/manifest';
import { CommandError, print } from 'belljar:command/report';

function keysOf(text) {
  const keys = [];
  for (const match of text.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)) keys.push(match[1] ?? match[0]);
  if (keys.length === 0) throw new CommandError(`Empty key: "${text}"`);
  if (keys.some((key) => key === '__proto__')) throw new CommandError(`Key not allowed: "${text}"`);
  return keys;
}

function read(value, keys) {
  let current = value;
  for (const key of keys) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

function write(value, keys, entry) {
  let current = value;
  keys.slice(0, -1).forEach((key, index) => {
    const next = Object.hasOwn(current, key) ? current[key] : undefined;
    if (next === null || typeof next !== 'object') {
      current[key] = /^\d*$/.test(keys[index + 1]) ? [] : {};
    }
    current = current[key];
  });
  const last = keys.at(-1);
  if (Array.isArray(current) && last === '') current.push(entry);
  else current[last] = entry;
}

function remove(value, keys) {
  const owner = read(value, keys.slice(0, -1));
  if (owner === null || typeof owner !== 'object') return;
  if (Array.isArray(owner)) owner.splice(Number(keys.at(-1)), 1);
  else delete owner[keys.at(-1)];
}

export function pkg([command, ...argv], manifest, name) {
  const json = argv.includes('--json');
  const rest = argv.filter((argument) => argument !== '--json');
  const { file, value, text } = manifest;
  switch (command) {
    case 'get': {
      if (rest.length === 0) {
        print(JSON.stringify(value, null, 2));
      } else if (rest.length === 1) {
        print(JSON.stringify(read(value, keysOf(rest[0])) ?? {}, null, 2));
      } else {
        const found = {};
        for (const key of rest) {
          const entry = read(value, keysOf(key));
          if (entry !== undefined) found[key] = entry;
        }
        print(JSON.stringify(found, null, 2));
      }
      return 0;
    }
    case 'set':
      if (rest.length === 0) throw new CommandError(`${name} set expects a key=value pair of args.`);
      for (const pair of rest) {
        const equals = pair.indexOf('=');
        if (equals <= 0) throw new CommandError(`${name} set expects a key=value pair of args.`);
        const entry = pair.slice(equals + 1);
        write(value, keysOf(pair.slice(0, equals)), json ? JSON.parse(entry) : entry);
      }
      writeManifest(file, value, text);
      return 0;
    case 'delete':
    case 'rm':
      if (rest.length === 0) throw new CommandError(`${name} delete expects key args.`);
      for (const key of rest) remove(value, keysOf(key));
      writeManifest(file, value, text);
      return 0;
    default:
      throw new CommandError(`Usage:\n  ${name} set <key>=<value>\n  ${name} get [<key> ...]\n  ${name} delete <key> ...`, { prefix: '' });
  }
}
