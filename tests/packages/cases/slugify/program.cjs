const slugify = require('slugify');

for (const text of ['Some Title, with Punctuation!', 'ÄÖÜ äöü ß', 'Ελληνικά λέξη', 'Привет мир', 'déjà vu — again', '  trim  me  ', '50% & $5 < €6', 'unicode ♥ is ☢', 'foo_bar~baz.qux', 'Đà Nẵng', '日本', "it's (ok) *now*", '']) console.log(JSON.stringify(text), slugify(text), slugify(text, { lower: true, strict: true }));
console.log(slugify('a b c', '_'), slugify('a b c', { replacement: '' }), slugify('Ünï de', { locale: 'de' }), slugify('a.b*c', { remove: /[.*]/g }), slugify(' x ', { trim: false }));
slugify.extend({ '☢': 'radioactive', '♥': 'heart' });
console.log(slugify('unicode ♥ is ☢'));
try {
  slugify(5);
} catch (error) {
  console.log(error.message);
}
