import Mustache from 'mustache';

const view = {
  title: 'Joe & Co', html: '<b>bold</b>', price: 2.5, zero: 0, empty: [],
  taxed() { return (this.price * 1.2).toFixed(2); },
  people: [{ name: 'Ada', tags: ['x', 'y'] }, { name: 'Alan', tags: [] }],
  deep: { a: { b: 'c' } },
  upper: () => (text, render) => render(text).toUpperCase(),
};
const template = `{{! a comment }}
{{title}} | {{{title}}} | {{&html}} | {{html}} | {{taxed}} | {{missing}} | {{zero}}
{{#people}}
  - {{name}}:{{#tags}} {{.}}{{/tags}}{{^tags}} none{{/tags}} ({{price}})
{{/people}}
{{^empty}}nothing{{/empty}}{{#zero}}never{{/zero}}
{{deep.a.b}} {{#deep}}{{#a}}{{b}}{{/a}}{{/deep}}
{{#upper}}hello {{title}}{{/upper}}
{{=<% %>=}}<% title %> {{title}}<%={{ }}=%>
  {{> item}}
{{#people}}{{> item}};{{/people}}`;
console.log(Mustache.render(template, view, { item: '<{{name}}{{title}}>\n' }));
console.log(Mustache.render('[[a]] {{a}}', { a: 1 }, {}, ['[[', ']]']), Mustache.render('{{a}}', { a: '<&>' }, {}, { escape: (text) => `(${text})` }));
console.log(JSON.stringify(Mustache.parse('a {{#b}}{{c}}{{/b}} {{{d}}} {{> e}}')));

class Cached extends Mustache.Writer {
  constructor() { super(); this.lookups = []; }
  escapedValue(token, context, config) { this.lookups.push(token[1]); return super.escapedValue(token, context, config); }
}
const writer = new Cached();
console.log(writer.render('{{x}}{{y.z}}', { x: 1, y: { z: 2 } }), writer.lookups.join());
for (const bad of ['{{#a}}', '{{#a}}{{/b}}', '{{a', '{{/a}}', '{{=a}}']) {
  try {
    Mustache.render(bad, {});
  } catch (error) {
    console.log(error.message);
  }
}
