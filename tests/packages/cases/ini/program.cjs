const ini = require('ini');

const text = `; comment
root = value
spaced = "  padded "
flag
empty =
escaped\\;key = a\\;b\\#c
[section]
number = 42
yes = true
no = false
nothing = null
quoted = 'single'
json = "\\u00fc\\n"
list[] = first
list[] = second
[section.sub.deep]
key = value # trailing
[a\\.b]
dotted = 1
[__proto__]
polluted = 1
[ spaced name ]
x = y = z
`;
const data = ini.parse(text);
console.log(JSON.stringify(data, null, 1), {}.polluted);
console.log(ini.stringify({ top: 1, list: ['a', 'b'], nested: { inner: { k: 'v' }, plain: 'x;y' }, 'do.t': { q: ' pad ' }, n: null, t: true }));
console.log(ini.encode({ a: { b: 1 }, c: 2 }, { section: 'outer', whitespace: true, newline: true, sort: true, align: true, bracketedArray: false }));
console.log(JSON.stringify(ini.parse('k = 1\nk = 2\nl[] = 1\n', { bracketedArray: false })));
for (const value of ['plain', ' pad', 'a=b', '[x]', '"q"', 'semi;colon', 'true', '', 'x\ny', 5]) console.log(JSON.stringify(value), ini.safe(value), JSON.stringify(ini.unsafe(String(ini.safe(value)))));
console.log(JSON.stringify(ini.decode(ini.encode(data))) === JSON.stringify(ini.decode(ini.encode(ini.decode(ini.encode(data))))));
