import { parse, CsvError } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const text = '\ufeffid,name,note\r\n1,Ada,"a ""quoted"" word"\r\n2,"Multi\nline",\r\n# comment\r\n3, spaced ,"x,y"\r\n';
console.log(JSON.stringify(parseSync(text, { bom: true, columns: true, comment: '#', trim: true })));
console.log(JSON.stringify(parseSync('a;b|c;d', { delimiter: ';', record_delimiter: '|' })), JSON.stringify(parseSync("'a''b'\t1", { quote: "'", escape: "'", delimiter: '\t', cast: true })));
console.log(JSON.stringify(parseSync('n,d\n1.5,2024-01-01\n', { columns: true, cast: (value, { header, column }) => (header ? value.toUpperCase() : column === 'N' ? Number(value) : value), info: true }).map(({ record, info }) => [record, info.lines, info.records])));
console.log(JSON.stringify(parseSync('a,b,c\n1,2\n3,4,5,6', { relax_column_count: true, from_line: 2 })), JSON.stringify(parseSync('x\n\ny\n', { skip_empty_lines: true, to: 1 })));
console.log(JSON.stringify(parseSync('k,v\na,1\nb,2', { columns: true, objname: 'k' })), JSON.stringify(parseSync('a,a\n1,2', { columns: true, group_columns_by_name: true })));

const parser = parse({ delimiter: ',', columns: ['x', 'y'], on_record: (record) => (record.x === 'skip' ? null : { sum: Number(record.x) + Number(record.y) }) });
parser.write('1,2\nski');
parser.write('p,0\n3,');
parser.end('4');
for await (const record of parser) console.log(JSON.stringify(record));
console.log(parser.info.records, parser.info.lines);

const rows = [];
await pipeline(Readable.from(['a,"b\n', 'c"\n', 'd', ',e\n']), parse(), async (records) => { for await (const record of records) rows.push(record.join('|')); });
console.log(JSON.stringify(rows));
parse('p,q\n1,2', (error, records) => console.log(error, JSON.stringify(records)));
for (const [bad, options] of [['a,b\n1', {}], ['a,"b', {}], ['a,b"c', {}], ['"a"b', {}], ['x', { delimiter: '' }]]) {
  try {
    parseSync(bad, options);
  } catch (error) {
    console.log(error instanceof CsvError, error.code, error.message);
  }
}
