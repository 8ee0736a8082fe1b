// node:console

import console, { Console } from 'layer:console';

console.Console ??= Console;
export { Console };
export const { assert, clear, count, countReset, debug, dir, dirxml, error, group, groupCollapsed, groupEnd, info, log, table, time, timeEnd, timeLog, trace, warn } = console;
export default console;
