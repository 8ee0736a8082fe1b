import YAML, { Document, isMap, parseAllDocuments, parseDocument, stringify, visit } from 'yaml';

const source = `# head
base: &base {name: app, ports: [80, 443]}
server:
  <<: *base
  text: |
    two
      lines
  folded: >-
    one
    line
  when: 2001-12-14
  hex: 0x1F
  float: -1.5e3
  none: ~
  yes: true
  "quoted": "tab\\there \\u263A"
list:
- - nested
  - [a, {b: c}]
- ? complex
  : value
`;
console.log(JSON.stringify(YAML.parse(source, { merge: true })));

const doc = parseDocument(source);
doc.setIn(['server', 'ports'], [8080]);
doc.deleteIn(['list', 0]);
doc.get('server').comment = ' changed';
console.log(String(doc));
console.log(isMap(doc.contents), doc.hasIn(['base', 'name']), doc.errors.length);

const names = [];
visit(doc, { Scalar: (key, node) => { if (typeof node.value === 'string' && key === 'key') names.push(node.value); } });
console.log(names.join());

const broken = parseDocument('a: [1, 2\nb: }');
console.log(broken.errors.map((error) => `${error.code} ${error.linePos?.[0]?.line}:${error.linePos?.[0]?.col}`).join(' '));
console.log(parseAllDocuments('--- 1\n--- {a: 2}\n...\n').map((one) => JSON.stringify(one.toJS())).join(' '));
console.log(stringify({ multi: 'a\nb\n', odd: ['yes', 'null', '1', ' x', '# c'], deep: { empty: {}, none: null, list: [] }, n: 12345678901234567890n }, { intAsBigInt: true }));
const shared = { x: 1 };
console.log(stringify({ a: shared, b: shared }, { indent: 4 }));
const made = new Document([1, { two: [3] }]);
made.commentBefore = ' made';
console.log(made.toString({ collectionStyle: 'flow' }));
