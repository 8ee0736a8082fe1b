import { BUN_VERSION, BUN_VERSION_WITH_REVISION } from 'belljar:command/version';

export const BUN_HELP = `Bun is a fast JavaScript runtime, package manager, bundler, and test runner. (${BUN_VERSION_WITH_REVISION})
(This is Belljar's runtime, which offers what is listed here; it follows Bun ${BUN_VERSION}.)

Usage: bun <command> [...flags] [...args]

Commands:
  run       ./my-script.ts       Execute a file with Bun
            lint                 Run a package.json script
  test                           Run unit tests with Bun
  x         prettier             Execute a package binary (CLI), installing if needed (bunx)
  exec                           Run a shell script directly

  install                        Install dependencies for a package.json (bun i)
  add       zod                  Add a dependency to package.json (bun a)
  remove    left-pad             Remove a dependency from package.json (bun rm)
  update    hono                 Update outdated dependencies
  pm <subcommand>                Additional package management utilities

  build     ./a.ts --no-bundle   Transpile TypeScript & JavaScript

  init                           Start an empty Bun project
  create    astro                Create a new project from a template (bun c)

  <command> --help               Print help text for command.
`;

export const BUN_FLAGS = `Flags:
      --silent                    Don't print the script command
      --if-present                Exit without an error if the entrypoint does not exist
  -b, --bun                       Force a script or package to use Bun's runtime instead of Node.js
  -r, --preload=<val>             Import a module before other modules are loaded
      --require=<val>             Alias of --preload, for Node.js compatibility
      --import=<val>              Alias of --preload, for Node.js compatibility
  -e, --eval=<val>                Evaluate argument as a script
  -p, --print=<val>               Evaluate argument as a script and print the result
      --port=<val>                Set the default port for Bun.serve
  -d, --define=<val>              Substitute K:V, e.g. --define process.env.NODE_ENV:"development"
      --env-file=<val>            Load environment variables from the specified file(s)
      --no-env-file               Disable automatic loading of .env files
      --cwd=<val>                 Absolute path to resolve files & entry points from
  -v, --version                   Print version and exit
      --revision                  Print version with revision and exit
  -h, --help                      Display this menu and exit
`;

export const RUN_HELP = `Usage: bun run [flags] <file or script>

${BUN_FLAGS}
Examples:
  Run a JavaScript or TypeScript file
  bun run ./index.js
  bun run ./index.tsx

  Run a package.json script
  bun run dev
  bun run lint

Full documentation is available at https://bun.com/docs/cli/run`;
