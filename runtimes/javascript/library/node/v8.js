// node:v8: the layer's, and values as bytes.

import * as layer from 'layer:node/v8';
import { Deserializer } from 'belljar:internal/v8/deserializer';
import { Serializer } from 'belljar:internal/v8/serializer';

export * from 'layer:node/v8';
export { Deserializer, Serializer };

export class DefaultSerializer extends Serializer {}
export class DefaultDeserializer extends Deserializer {}

export function serialize(value) {
    const serializer = new DefaultSerializer();
    serializer.writeHeader();
    serializer.writeValue(value);
    return serializer.releaseBuffer();
}

export function deserialize(buffer) {
    const deserializer = new DefaultDeserializer(buffer);
    deserializer.readHeader();
    return deserializer.readValue();
}

export default { ...layer.default, DefaultDeserializer, DefaultSerializer, Deserializer, deserialize, Serializer, serialize };
