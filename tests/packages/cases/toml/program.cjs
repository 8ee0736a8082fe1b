const toml = require('toml');

const text = `
title = "TOML \\u00e9 \\t tab"
literal = 'C:\\path\\n'
multi = """
first \\
   joined
second"""
raw = '''
it's "raw"
'''
int = 1_000
hex = 0xDEAD_beef
negative = -17
float = 6.626e-3
yes = true
when = 1979-05-27T07:32:00-08:00
list = [ [1, 2], ["a", 'b'], ] # comment
inline = { x = 1, y = { z = "deep" }, "quoted key" = 2 }
dotted.key.here = 3

[server]
host = "h"
[server.tls]
on = false
[[products]]
name = "Hammer"
[[products]]
name = "Nail"
[[products.sizes]]
mm = 1
[[products.sizes]]
mm = 2
["a.b".c]
d = "e"
`;
const data = toml.parse(text);
console.log(JSON.stringify(data, (key, value) => (typeof value === 'bigint' ? `${value}n` : value), 1));
for (const bad of ['a = ', 'a = 1\na = 2', '[x]\n[x]', 'a = [1, "b"', 'a = "x\ny"', 'a = 01', '= 1', 'b = {x = 1,, }', '[a]\nb = 1\n[a.b]', 'd = 2020-13-01']) {
  try {
    console.log(JSON.stringify(toml.parse(bad)));
  } catch (error) {
    console.log(error.line, error.column, typeof error.message);
  }
}
