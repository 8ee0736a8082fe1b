// node:sqlite is not there.

import { unsupported, unsupportedClass } from 'belljar:internal/unsupported';

export const DatabaseSync = unsupportedClass('DatabaseSync', 'node:sqlite');
export const StatementSync = unsupportedClass('StatementSync', 'node:sqlite');
export const Session = unsupportedClass('Session', 'node:sqlite');
export const constants = {};
export function backup() {
    throw unsupported('node:sqlite');
}

export default { backup, constants, DatabaseSync, Session, StatementSync };
