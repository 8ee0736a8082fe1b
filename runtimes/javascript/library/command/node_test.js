// `node --test`: the files one after the other, in this process.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { importFile } from 'belljar:internal/program';
import { pathMatcher } from 'belljar:internal/globs';
import { printError, notSupported } from 'belljar:command/report';
import { configure, test } from 'belljar:node/test';
import { idle } from 'belljar:internal/test/tree';

const EXTENSION = '\\.[cm]?[jt]s$';
const NAMED = new RegExp(`(?:^|/)(?:test|test-[^/]*|[^/]*[._-]test)${EXTENSION}`);
const IN_FOLDER = new RegExp(`(?:^|/)test/.*${EXTENSION}`);

function discover(root) {
  const files = [];
  const visit = (folder) => {
    const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') visit(name);
      } else {
        files.push(name);
      }
    }
  };
  visit('');
  return files;
}

function select(patterns) {
  if (patterns.length === 0) return discover(process.cwd()).filter((file) => NAMED.test(file) || IN_FOLDER.test(file)).filter((file) => !file.endsWith('.d.ts'));
  const chosen = new Set();
  let all;
  for (const pattern of patterns) {
    const stat = fs.statSync(pattern, { throwIfNoEntry: false });
    if (stat?.isFile()) {
      chosen.add(pattern);
      continue;
    }
    const matches = pathMatcher(path.relative(process.cwd(), path.resolve(pattern)));
    all ??= discover(process.cwd());
    const found = all.filter((file) => matches(file) || file.startsWith(`${path.normalize(pattern)}/`));
    if (found.length === 0) {
      printError(`Could not find '${pattern}'`);
      return undefined;
    }
    for (const file of found) chosen.add(file);
  }
  return [...chosen];
}

function patternOf(text) {
  const literal = /^\/(.*)\/([a-z]*)$/s.exec(text);
  return literal ? new RegExp(literal[1], literal[2]) : new RegExp(text);
}

export async function nodeTest(options, patterns, preload) {
  if (options['test-reporter-destination']?.some((target) => target !== 'stdout')) throw notSupported('`--test-reporter-destination` other than stdout');
  configure({
    patterns: (options['test-name-pattern'] ?? []).map(patternOf),
    skipPatterns: (options['test-skip-pattern'] ?? []).map(patternOf),
    onlyMode: options['test-only'] === true,
    timeout: options['test-timeout'] === undefined ? Infinity : Number(options['test-timeout']),
    reporter: options['test-reporter']?.[0],
  });
  const files = select(patterns);
  if (files === undefined) return 1;
  await preload();
  for (const file of files) {
    const absolute = path.resolve(file);
    process.argv = [process.execPath, absolute];
    try {
      await importFile(absolute);
    } catch (error) {
      // A file that cannot be evaluated is a test that fails.
      test(file, () => {
        throw error;
      });
    }
    await idle();
  }
  if (files.length === 0) test.skip('no test files', () => {});
  return undefined;
}
