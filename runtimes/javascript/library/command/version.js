// The versions of the interfaces that we follow. Programs compare them, so they are those of real
// releases; what runs is QuickJS-NG, which `process.versions.quickjs` tells.
export const BUN_VERSION = '1.3.14';
// Bun prints a commit here. We are not built from one of its commits, and say so.
export const BUN_REVISION = 'belljar';
export const NPM_VERSION = '11.6.1';

export const BUN_VERSION_WITH_REVISION = `${BUN_VERSION}+${BUN_REVISION}`;
export const BUN_TITLE = `v${BUN_VERSION} (${BUN_REVISION})`;
