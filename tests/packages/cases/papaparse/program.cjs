const Papa = require('papaparse');
const { Readable } = require('node:stream');

const show = (value) => console.log(JSON.stringify(value));
const csv = 'name,age,ok\nAda,36,true\n"Mc ""X""",,false\n# skipped\nLine,"two\nlines",TRUE\n';
const all = Papa.parse(csv, { header: true, dynamicTyping: true, comments: '#', skipEmptyLines: true });
show(all.data);
show(all.meta);
show(Papa.parse('a\tb\n1\t2', { preview: 1 }).meta.delimiter);
show(Papa.parse('a;b;c\r\n1;2;3').data);
show(Papa.parse("x|'y|z'|w", { delimiter: '|', quoteChar: "'" }).data);
show(Papa.parse('a,b\n1\n1,2,3\n', { header: true }).errors.map(({ type, code, row }) => [type, code, row]));
show(Papa.parse('a,"b\nc', {}).errors.map(({ code }) => code));
show(Papa.parse('A, B\n1,2', { header: true, transformHeader: (header) => header.trim().toLowerCase(), transform: (value, field) => `${field}:${value}` }).data);
show(Papa.parse('a,a,b\n1,2,3', { header: true }).data);

const stepped = [];
Papa.parse('1\n2\n3\n4', { step: (row, parser) => { stepped.push(row.data[0]); if (stepped.length === 3) parser.abort(); }, complete: ({ meta }) => show([stepped, meta.aborted]) });
show(Papa.unparse([{ a: 1, b: 'x,y' }, { a: null, b: 'say "hi"' }, { b: new Date(0), c: 'left out' }]));
show(Papa.unparse({ fields: ['x', 'y'], data: [[1, 'a\nb'], ['=1+1', ' pad ']] }, { quotes: [false, true], delimiter: ';', newline: '\n', escapeFormulae: true, header: true }));
show(Papa.unparse([['a', 'b'], [true, undefined]], { skipEmptyLines: true }));

const rows = [];
const stream = Readable.from(['h1,h2\n1,', '2\n"3', ',3",4\n']).pipe(Papa.parse(Papa.NODE_STREAM_INPUT, { header: true }));
stream.on('data', (row) => rows.push(row));
stream.on('end', () => show(rows));
