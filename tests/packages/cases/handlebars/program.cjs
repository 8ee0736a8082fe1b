const Handlebars = require('handlebars');

Handlebars.registerHelper('shout', (text, options) => text.toUpperCase() + (options.hash.mark ?? '!'));
Handlebars.registerHelper('list', function (items, options) {
  return `<ul>${items.map((item, index) => `<li>${options.fn(item, { data: { position: index + 1 } })}</li>`).join('')}</ul>${options.inverse(this)}`;
});
Handlebars.registerHelper('link', (text, url) => new Handlebars.SafeString(`<a href="${Handlebars.escapeExpression(url)}">${Handlebars.escapeExpression(text)}</a>`));
Handlebars.registerPartial('person', '{{name}} ({{age}}){{#if @partial-block}} [{{> @partial-block}}]{{/if}}');
Handlebars.registerPartial('layout', '<main>{{#> content}}default{{/content}}</main>');

const template = Handlebars.compile(`{{! comment }}Hello {{user.name}} {{{user.raw}}} {{user.raw}} {{shout user.name mark="?"}}
{{#each people as |person index|}}
{{index}}/{{@index}} {{@key}} {{#unless @first}}, {{/unless}}{{> person person}}
{{else}}
nobody
{{/each}}
{{#with user}}{{name}} {{../title}} {{lookup ../map name}}{{/with}}
{{#list items}}{{this}}:{{@position}}{{else}}end{{/list}}
{{#if none}}a{{else if some}}b{{else}}c{{/if}} {{#each map}}{{@key}}={{this}};{{/each}}
{{link "a<b" 'http://x?a=1&b=2'}} {{> (lookup . "which") people.[0]}} {{{{raw}}}} {{kept}} {{{{/raw}}}}
{{#> layout}}{{#*inline "content"}}inline {{title}}{{/inline}}{{/layout}}{{~#if some~}}   tight   {{~/if~}}
{{people.length}} {{missing.deep}} {{(shout (shout "a"))}}\\{{escaped}}`.replace('{{(shout (shout "a"))}}', '{{shout (shout "a")}}'));
Handlebars.registerHelper('raw', (options) => options.fn());
console.log(template({
  title: 'T', user: { name: 'Ada', raw: '<b>&"\'`=</b>' }, some: [1], none: [], items: ['x', 'y'], which: 'person',
  people: [{ name: 'A', age: 1 }, { name: 'B', age: 2 }], map: { Ada: 'found', z: 0 },
}));
console.log(Handlebars.compile('{{#each people}}x{{else}}nobody{{/each}}')({}));

const source = Handlebars.precompile('{{#if a}}{{b}}{{/if}}');
console.log(Handlebars.template(eval(`(${source})`))({ a: true, b: '<' }));
const ast = Handlebars.parse('a {{b c d=1}} {{> e}}');
console.log(ast.body.map((node) => node.type).join(), ast.body[1].hash.pairs[0].key);
const isolated = Handlebars.create();
for (const [text, options] of [['{{#if}}', {}], ['{{missing "x"}}', {}], ['{{name}}', { strict: true }], ['{{> none}}', {}], ['{{constructor}}', {}]]) {
  try {
    console.log(JSON.stringify(isolated.compile(text, options)({})));
  } catch (error) {
    console.log(error.message.split('\n')[0]);
  }
}
