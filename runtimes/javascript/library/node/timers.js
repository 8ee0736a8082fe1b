// node:timers

import { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from 'belljar:node/timeout';
import promises from 'belljar:node/timers/promises';

const custom = Symbol.for('nodejs.util.promisify.custom');
for (const [plain, promised] of [[setTimeout, promises.setTimeout], [setImmediate, promises.setImmediate]]) {
    Object.defineProperty(plain, custom, { value: promised, enumerable: false, configurable: true });
}

export { clearImmediate, clearInterval, clearTimeout, promises, setImmediate, setInterval, setTimeout };
export default { clearImmediate, clearInterval, clearTimeout, promises, setImmediate, setInterval, setTimeout };
