// `bun init`.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { installPackages } from 'belljar:command/install';
import { readManifest, writeManifest } from 'belljar:command/manifest';
import { parseOptions } from 'belljar:command/options';
import { notSupported, print, printError } from 'belljar:command/report';
import { BUN_VERSION } from 'belljar:command/version';

const OPTIONS = { yes: 'flag', y: '>yes', minimal: 'flag', m: '>minimal', react: 'optional', r: '>react', help: 'flag', h: '>help' };

const USAGE = `Usage: bun init [flags] [<folder>]
  Initialize a Bun project in the current directory.
  Creates a package.json, tsconfig.json, and bun.lock if they don't exist.

Flags:
      --help             Print this menu
  -y, --yes              Accept all default options
  -m, --minimal          Only initialize type definitions (skip app scaffolding)`;

const TSCONFIG = `{
  "compilerOptions": {
    // Environment setup & latest features
    "lib": ["ESNext"],
    "target": "ESNext",
    "module": "Preserve",
    "moduleDetection": "force",
    "jsx": "react-jsx",
    "allowJs": true,
    "types": ["bun"],

    // Bundler mode
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": true,
    "verbatimModuleSyntax": true,
    "noEmit": true,

    // Best practices
    "strict": true,
    "skipLibCheck": true,
    "noFallthroughCasesInSwitch": true,
    "noUncheckedIndexedAccess": true,
    "noImplicitOverride": true,

    // Some stricter flags (disabled by default)
    "noUnusedLocals": false,
    "noUnusedParameters": false,
    "noPropertyAccessFromIndexSignature": false
  }
}
`;

const IGNORED = [
  ['dependencies (bun install)', 'node_modules'],
  ['output', 'out', 'dist', '*.tgz'],
  ['code coverage', 'coverage', '*.lcov'],
  ['logs', 'logs', '_.log', 'report.[0-9]_.[0-9]_.[0-9]_.[0-9]_.json'],
  ['dotenv environment variable files', '.env', '.env.development.local', '.env.test.local', '.env.production.local', '.env.local'],
  ['caches', '.eslintcache', '.cache', '*.tsbuildinfo'],
  ['IntelliJ based IDEs', '.idea'],
  ['Finder (MacOS) folder config', '.DS_Store'],
];

function ignoreFile() {
  return `${IGNORED.map(([title, ...names]) => `# ${title}\n${names.join('\n')}\n`).join('\n')}`;
}

function readme(name, entry) {
  const block = (command) => `\`\`\`bash\n${command}\n\`\`\``;
  return `# ${name}

To install dependencies:

${block('bun install')}

To run:

${block(`bun run ${entry}`)}

This project was created using \`bun init\` in bun v${BUN_VERSION}. [Bun](https://bun.com) is a fast all-in-one JavaScript runtime.
`;
}

export function packageName(directory) {
  const name = path.basename(directory).toLowerCase().replace(/[^a-z0-9._~-]+/g, '-').replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'project' : name;
}

export async function init(argv) {
  const { options, rest } = parseOptions(argv, OPTIONS, { permute: true, unknown: () => true });
  if (options.help) {
    print(USAGE);
    return 0;
  }
  if (options.react) throw notSupported('`bun init --react` (its templates)');
  if (rest[0] !== undefined) {
    fs.mkdirSync(rest[0], { recursive: true });
    process.chdir(rest[0]);
  }
  const directory = process.cwd();
  const file = path.join(directory, 'package.json');
  const existing = fs.existsSync(file) ? readManifest(file) : undefined;
  const manifest = existing?.value ?? {};
  const entry = chooseEntry(manifest, directory);
  const typed = !/\.[cm]?jsx?$/.test(entry);
  completeManifest(manifest, existing !== undefined, { directory, entry, minimal: options.minimal });
  writeManifest(file, manifest, existing?.text);

  const config = typed ? 'tsconfig.json' : 'jsconfig.json';
  const files = [[config, TSCONFIG, ' (for editor autocomplete)']];
  if (!options.minimal) {
    files.unshift(['.gitignore', ignoreFile(), ''], [entry, 'console.log("Hello via Bun!");', '']);
    files.push(['README.md', readme(manifest.name ?? packageName(directory), entry), '']);
  }
  for (const [name, contents, note] of files) {
    const target = path.join(directory, name);
    if (fs.existsSync(target)) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, contents);
    print(` + ${name}${note}`);
  }
  if (!options.minimal && existing === undefined) print(`\nTo get started, run:\n\n    bun run ${entry}\n`);

  try {
    await installPackages({ directory }, { verb: 'install' });
    print('');
  } catch (error) {
    // The project is complete without its types, and a sandbox need not have a network.
    printError(`note: dependencies were not installed: ${error.message}`);
  }
  return 0;
}

function chooseEntry(manifest, directory) {
  for (const named of [manifest.module, manifest.main]) {
    if (typeof named === 'string' && path.resolve(directory, named).startsWith(directory)) return named;
  }
  const usual = ['index.ts', 'index.tsx', 'index.js', 'index.mjs', 'index.jsx', 'src/index.ts', 'src/index.js'];
  return usual.find((name) => fs.existsSync(path.join(directory, name))) ?? 'index.ts';
}

function completeManifest(manifest, existed, { directory, entry, minimal }) {
  if (!minimal) {
    if (!existed) {
      manifest.name = packageName(directory);
      manifest.module = entry;
      manifest.type = 'module';
    }
    manifest.private ??= true;
  }
  const has = (name) => manifest.dependencies?.[name] ?? manifest.devDependencies?.[name] ?? manifest.peerDependencies?.[name];
  if (!has('@types/bun')) (manifest.devDependencies ??= {})['@types/bun'] = 'latest';
  if (!minimal && !has('typescript')) (manifest.peerDependencies ??= {}).typescript = '^5';
}
