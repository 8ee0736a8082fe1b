const JSZip = require('jszip');

async function main() {
  const date = new Date(Date.UTC(2020, 0, 2, 3, 4, 6));
  const zip = new JSZip();
  zip.file('hello.txt', 'Hello, Welt ✓\n', { date, comment: 'greeting' });
  zip.folder('data').file('bytes.bin', Uint8Array.from({ length: 1000 }, (_, index) => index % 7), { date, binary: true, createFolders: false });
  zip.file('data/later.json', Promise.resolve('{"a":1}'), { date, compression: 'STORE' });
  zip.file('encoded.txt', Buffer.from('base64 here').toString('base64'), { base64: true, date, unixPermissions: 0o755 });
  zip.folder('empty', { date });
  console.log(Object.keys(zip.files).sort().join(), zip.file(/\.txt$/).length);

  const progress = [];
  const bytes = await zip.generateAsync({ type: 'uint8array', compression: 'DEFLATE', compressionOptions: { level: 9 }, comment: 'made by a test', platform: 'UNIX' }, ({ percent }) => progress.push(percent));
  console.log(bytes.length > 300 && bytes.length < 1500, String.fromCharCode(bytes[0], bytes[1]), progress.at(-1));

  const back = await JSZip.loadAsync(bytes, { checkCRC32: true });
  console.log(back.comment);
  for (const name of Object.keys(back.files).sort()) {
    const entry = back.files[name];
    const about = entry.dir ? 'a folder' : `${entry.date.toISOString().slice(0, 10)} ${(await entry.async('uint8array')).length}`;
    console.log(name, about, entry.comment ?? '', entry.unixPermissions?.toString(8) ?? '-');
  }
  console.log(await back.file('hello.txt').async('string'), JSON.stringify(await back.file('data/later.json').async('text')), await back.file('encoded.txt').async('base64'));
  const binary = await back.file('data/bytes.bin').async('nodebuffer');
  console.log(Buffer.isBuffer(binary), binary.subarray(0, 9).join());

  const streamed = [];
  await new Promise((resolve, reject) => back.file('hello.txt').nodeStream().on('data', (chunk) => streamed.push(chunk)).on('end', resolve).on('error', reject));
  console.log(Buffer.concat(streamed).toString().trim());
  back.remove('data');
  back.folder('nested/deep').file('x', 'y');
  const seen = [];
  back.forEach((path) => seen.push(path));
  console.log(seen.sort().join(), back.file('missing'));
  const again = await JSZip.loadAsync((await back.generateAsync({ type: 'base64', streamFiles: true })), { base64: true });
  console.log(await again.file('nested/deep/x').async('string'), Object.keys(again.files).length);
  for (const bad of [Buffer.from('not a zip'), bytes.slice(0, bytes.length - 40)]) {
    await JSZip.loadAsync(bad).then(() => console.log('loaded'), (error) => console.log(error.message.split(':')[0].split('(')[0].trim()));
  }
}
main();
