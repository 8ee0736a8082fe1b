const dotenv = require('dotenv');
const fs = require('node:fs');

const text = `# comment
PLAIN=value
export EXPORTED=yes
SPACED =  padded value   # trailing comment
SINGLE='single $NOT #kept'
DOUBLE="line\\nbreak and \\"quote\\""
BACKTICK=\`both ' and "\`
MULTI="first
second
third"
EMPTY=
EQUALS=a=b==c
JSON={"a": 1, "b": "x"}
UNICODE=grüße-✓
  INDENTED=in
KEY.WITH-DOTS=dotted
not a line
YAML: style
SAME=1
SAME=2
`;
console.log(JSON.stringify(dotenv.parse(text), null, 1));
console.log(JSON.stringify(dotenv.parse(Buffer.from('A=1\r\nB="2"\r\n'))));

fs.writeFileSync('.env', text);
fs.writeFileSync('second.env', 'PLAIN=second\nONLY_SECOND=2\n');
process.env.EXPORTED = 'already set';
const { parsed, error } = dotenv.config({ quiet: true });
console.log(error, Object.keys(parsed).length, process.env.PLAIN, process.env.EXPORTED, process.env.DOUBLE.length);
dotenv.config({ path: 'second.env', override: true, quiet: true });
console.log(process.env.PLAIN, process.env.ONLY_SECOND, process.env.EXPORTED);
const mine = {};
dotenv.config({ path: ['second.env', '.env'], processEnv: mine, quiet: true });
console.log(mine.PLAIN, mine.EXPORTED, mine.ONLY_SECOND, process.env.SAME);
console.log(dotenv.config({ path: 'missing.env', quiet: true }).error.code);
const target = { A: 'kept' };
dotenv.populate(target, { A: 'no', B: 'new' });
console.log(JSON.stringify(target));
