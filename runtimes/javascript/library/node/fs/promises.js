// node:fs/promises

export * from 'belljar:internal/fs/promises';
export { default } from 'belljar:internal/fs/promises';
