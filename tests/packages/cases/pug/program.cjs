const pug = require('pug');
const fs = require('node:fs');

const source = `
doctype html
html(lang="en")
  head
    title= title + '!'
    style.
      a { b: c }
  body#top.main(class=['x', { y: true, z: false }], data-json={ a: 1 }, style={ color: 'red' }, hidden checked=false)
    //- never
    // shown
    mixin item(name, ...rest)
      li(class=attributes.class)&attributes(attributes)
        = name
        if block
          block
        each one, index in rest
          | #{index}:#{one} !{raw}
    ul
      +item('<a>', 1, 2).big(title="t")
        b nested
      +item('plain')
    - for (let i = 0; i < 2; i++)
      p: em= i
    case kind
      when 'a'
        p is a
      default
        p is other
    unless done
      p not done
    else
      p done
    each value, key in { k: 'v' }
      dt= key
      dd= value
    else
      p none
    p
      | text #[strong inline #[i deep]]
      | more
    input(type='text' value=null)/
    <raw attr>html</raw>
    while n < 2
      span= n++
`;
const render = pug.compile(source, { doctype: 'html' });
console.log(render({ title: 'T & t', raw: '<i>', kind: 'a', done: false, n: 0 }));
console.log(render({ title: '', raw: '', kind: 'b', done: true, n: 1 }).length);
console.log(pug.render('p(a="1" b)\n  | x\np y', { pretty: true }), pug.render('br', { doctype: 'xml' }), pug.render('p!= x', { x: '<b>' }));

fs.mkdirSync('views');
fs.writeFileSync('views/layout.pug', 'main\n  block content\n    p default\n  block foot\n    p foot\n');
fs.writeFileSync('views/part.pug', 'i part #{name}\n');
fs.writeFileSync('views/page.pug', 'extends layout\nblock content\n  include part\nappend foot\n  b more\n');
console.log(pug.renderFile('views/page.pug', { name: 'N' }));
console.log(pug.render('p\n  :up(times=2) text', { filters: { up: (text, { times }) => text.toUpperCase().repeat(times) } }));
const client = pug.compileClient('p= a', { name: 'show', compileDebug: false });
console.log(Function(`${client}; return show({ a: '<' });`)());
for (const bad of ['p(', 'p\n\t a\n  b', 'else', '+none()', 'p= a.b.c']) {
  try {
    pug.render(bad);
  } catch (error) {
    console.log(error.code ?? error.name, error.line ?? '');
  }
}
