// node:worker_threads: the layer's ports, and no workers.

import * as layer from 'layer:node/worker_threads';
import { unsupportedClass } from 'belljar:internal/unsupported';

export * from 'layer:node/worker_threads';

export const Worker = unsupportedClass('Worker', 'Worker', 'there are no threads');

const environment = new Map();
export const SHARE_ENV = Symbol.for('nodejs.worker_threads.SHARE_ENV');
export const getEnvironmentData = (key) => environment.get(key);
export function setEnvironmentData(key, value) {
    if (value === undefined) environment.delete(key);
    else environment.set(key, value);
}

export default { ...layer.default, getEnvironmentData, setEnvironmentData, SHARE_ENV, Worker };
