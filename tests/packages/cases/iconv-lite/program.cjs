const iconv = require('iconv-lite');

const hex = (buffer) => buffer.toString('hex');
const text = 'Grüße, Ελληνικά, Привет, 日本語, 한국어, €, 😀';
for (const encoding of ['utf8', 'utf16le', 'utf-16be', 'utf-16', 'utf-32le', 'utf7', 'win1252', 'latin1', 'iso-8859-7', 'cp866', 'koi8-r', 'macroman', 'shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr', 'ascii', 'cesu8']) {
  const bytes = iconv.encode(text, encoding);
  console.log(encoding, bytes.length, hex(bytes).slice(0, 48), iconv.decode(bytes, encoding));
}
console.log(iconv.decode(Buffer.from([0x80, 0x95, 0xff]), 'windows-1252'), iconv.decode(Buffer.from('efbbbf61', 'hex'), 'utf8'), JSON.stringify(iconv.decode(Buffer.from('efbbbf61', 'hex'), 'utf8', { stripBOM: false })));
console.log(hex(iconv.encode('a', 'utf16', { addBOM: true })), hex(iconv.encode('ü', 'hex'.replace('hex', 'utf8'), { addBOM: true })), iconv.encodingExists('shift-jis'), iconv.encodingExists('made-up'));

const decoder = iconv.getDecoder('shift_jis');
const bytes = iconv.encode('日本語テキスト', 'shift_jis');
let decoded = '';
for (const byte of bytes) decoded += decoder.write(Buffer.from([byte]));
console.log(decoded + (decoder.end() ?? ''));
const encoder = iconv.getEncoder('utf-16be');
console.log(hex(Buffer.concat([encoder.write('é'), encoder.write('😀'.slice(0, 1)), encoder.write('😀'.slice(1)), encoder.end() ?? Buffer.alloc(0)])));

const input = iconv.decodeStream('gb18030');
const output = iconv.encodeStream('utf16le');
const chunks = [];
input.pipe(output).on('data', (chunk) => chunks.push(chunk)).on('end', () => console.log(Buffer.concat(chunks).toString('utf16le')));
const source = iconv.encode('流式处理 ✓', 'gb18030');
input.write(source.subarray(0, 3));
input.end(source.subarray(3));
try {
  iconv.encode('x', 'made-up');
} catch (error) {
  console.log(error.message);
}
