// node:string_decoder: the layer's, whose default export is the class itself.

import { StringDecoder } from 'layer:node/string_decoder';

export { StringDecoder };
export default { StringDecoder };
