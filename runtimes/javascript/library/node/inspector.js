// node:inspector: the layer's, which has nothing to open.

import * as layer from 'layer:node/inspector';
import { unsupported } from 'belljar:internal/unsupported';

export * from 'layer:node/inspector';

export function open() {
    throw unsupported('inspector.open');
}

export default { ...layer.default, open };
