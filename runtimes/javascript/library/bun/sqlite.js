// bun:sqlite is not there.
import { unsupportedClass } from 'belljar:internal/unsupported';

export const Database = unsupportedClass('Database', 'bun:sqlite');
export const Statement = unsupportedClass('Statement', 'bun:sqlite');
export const SQLiteError = class SQLiteError extends Error {};
export const constants = {};
export const native = undefined;

export default Database;
