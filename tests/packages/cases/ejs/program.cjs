const ejs = require('ejs');
const fs = require('node:fs');

const template = `<%# comment %><h1><%= title %></h1>
<%_ for (const user of users) { _%>
  <li class="<%- user.ok ? 'ok' : 'no' %>"><%= user.name %></li>
<%_ } -%>
<% if (users.length > 1) { %>many<% } else { %>few<% } -%>

<%% literal %> <%= typeof locals.missing %> <%- include('part', { name: title }) %>`;
console.log(ejs.render(template, { title: '<Ada & "co">', users: [{ name: "O'Neil", ok: true }, { name: '<b>' }] }, {
  includer: (path) => ({ template: `[${path}: <%= name %>]` }),
}));
console.log(ejs.render('<? if (true) { ?><?= a ?>$<? } ?>', { a: 1 }, { delimiter: '?' }), ejs.render('[%= it.a %]', { a: 2 }, { openDelimiter: '[', closeDelimiter: ']', localsName: 'it', _with: false }));

const compiled = ejs.compile('<%= a.b %>-<%= fn(2) %>', { strict: true, destructuredLocals: ['a', 'fn'], _with: false });
console.log(compiled({ a: { b: 'x' }, fn: (n) => n * 2 }), ejs.escapeXML('<\'">&'));
console.log(ejs.compile('<%= x %>', { client: true }).toString().includes('escapeFn'));

fs.writeFileSync('page.ejs', "<%- include('header.ejs', { n: 1 }) %>|<%= body %>|<%- include('./header') %>");
fs.writeFileSync('header.ejs', 'H<%= locals.n || 0 %>');

async function main() {
  console.log(await ejs.renderFile('page.ejs', { body: 'text' }, { cache: true }));
  ejs.renderFile('page.ejs', { body: 'again' }, (error, text) => console.log(error, text));
  console.log(await ejs.render('<%= await later() %>!', { later: async () => 'waited' }, { async: true }));
  for (const [text, options] of [['<% if ( %>', {}], ['a\nb\n<%= nope %>', { filename: 'broken.ejs' }], ['<%= x', {}]]) {
    try {
      ejs.render(text, {}, options);
      console.log('no error');
    } catch (error) {
      console.log(error.name, /broken\.ejs:3/.test(error.message), />> 3\|/.test(error.message));
    }
  }
}
main();
