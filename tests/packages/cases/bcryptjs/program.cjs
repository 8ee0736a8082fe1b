const bcrypt = require('bcryptjs');

const salt = '$2b$05$abcdefghijklmnopqrstuu';
console.log(bcrypt.hashSync('secret', salt), bcrypt.hashSync('pässwörd ✓', salt));
for (const [text, hash] of [['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'], ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'], ['wrong', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW']]) {
  console.log(bcrypt.compareSync(text, hash), bcrypt.getRounds(hash), bcrypt.getSalt(hash));
}
const made = bcrypt.genSaltSync(4);
console.log(made.length, made.slice(0, 7), bcrypt.genSaltSync(4) !== made, bcrypt.truncates('x'.repeat(73)), bcrypt.truncates('x'.repeat(72)));
const bytes = [0, 255, 16, 200];
console.log(bcrypt.encodeBase64(bytes, 4), bcrypt.decodeBase64(bcrypt.encodeBase64(bytes, 4), 4).join());

async function main() {
  const hash = await bcrypt.hash('later', 4);
  console.log(hash.length, await bcrypt.compare('later', hash), await bcrypt.compare('Later', hash));
  let progress = 0;
  await new Promise((resolve) => bcrypt.hash('text', salt, (error, value) => { console.log(error, value); resolve(); }, (part) => { progress = part; }));
  console.log(progress);
  for (const bad of [() => bcrypt.hashSync('x', '$2x$05$abc'), () => bcrypt.hashSync(5, salt), () => bcrypt.compareSync('x'), () => bcrypt.getRounds(1), () => bcrypt.hashSync('x', '$2b$99$abcdefghijklmnopqrstuu')]) {
    try {
      bad();
    } catch (error) {
      console.log(error.message);
    }
  }
  await bcrypt.compare('a', undefined).catch((error) => console.log(error.message));
}
main();
