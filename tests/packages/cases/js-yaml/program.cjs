const yaml = require('js-yaml');

const text = `
title: "Example \\x41"
owner: {name: Tom, tags: [a, 'b c']}
defaults: &d
  retries: 3
  delay: 1.5
job:
  <<: *d
  steps:
    - run: |
        npm ci
        npm test
    - {uses: x@v1}
octal: 0o17
`;
const data = yaml.load(text);
console.log(JSON.stringify(data));
console.log(yaml.dump(data, { sortKeys: true, noRefs: true, lineWidth: 60 }));
const shared = [1, 2];
console.log(yaml.dump({ first: shared, second: shared, flow: { a: [] } }, { flowLevel: 2 }));

try {
  yaml.load('a: 1\na: 2\n', { filename: 'twice.yml' });
} catch (error) {
  console.log(error.name, '|', error.reason, '|', error.mark.line, error.mark.column);
}
try {
  yaml.load('key: [1, 2\nother: }');
} catch (error) {
  console.log(error instanceof yaml.YAMLException, error.reason);
}
console.log(JSON.stringify(['yes', 'true', '12e3', '~', '"1"', '.inf', '[a, {b: c}]', '>\n one\n two\n'].map((one) => {
  const value = yaml.load(one);
  return value === Infinity ? 'inf' : value;
})));
console.log(yaml.dump({ long: 'word '.repeat(30).trim(), colon: 'a: b', hash: '# no', empty: '', multi: 'x\n\ny\n' }, { lineWidth: 40 }));
