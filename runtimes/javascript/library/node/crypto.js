// node:crypto: the layer's, as `require` and a default import have it.

import * as crypto from 'layer:node/crypto';

export * from 'layer:node/crypto';
export default { ...crypto };
