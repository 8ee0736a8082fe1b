// `bunfig.toml`: what of it means something here.
import fs from 'node:fs';
import path from 'node:path';

import { parseToml } from 'belljar:bun/toml';
import { CommandError } from 'belljar:command/report';

export function bunConfiguration(file) {
  const target = path.resolve(file ?? 'bunfig.toml');
  let text;
  try {
    text = fs.readFileSync(target, 'utf8');
  } catch (error) {
    if (file !== undefined) throw new CommandError(`could not read ${target}: ${error.code ?? error.message}`);
    return {};
  }
  try {
    return parseToml(text);
  } catch (error) {
    throw new CommandError(`${target}: ${error.message}`);
  }
}
