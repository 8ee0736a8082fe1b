// Puts our classes of the Fetch standard in the place of the layer's, which keeps the connections.
import { fetch } from 'belljar:web/fetch';
import { Headers } from 'belljar:web/headers';
import { Request } from 'belljar:web/request';
import { Response } from 'belljar:web/response';

for (const [name, value] of Object.entries({ Headers, Request, Response })) {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
Object.defineProperty(globalThis, 'fetch', { value: fetch, writable: true, enumerable: true, configurable: true });
