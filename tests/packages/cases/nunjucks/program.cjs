const nunjucks = require('nunjucks');

class Memory extends nunjucks.Loader {
  constructor(files) { super(); this.files = files; }
  getSource(name) { return name in this.files ? { src: this.files[name], path: name, noCache: false } : null; }
}
const env = new nunjucks.Environment(new Memory({
  'base.html': '<title>{% block title %}Base{% endblock %}</title>{% block body %}{% endblock %}{% include "foot.html" ignore missing %}',
  'page.html': `{% extends "base.html" %}{% import "macros.html" as m %}{% from "macros.html" import field as f %}
{% block title %}{{ super() }} - {{ title }}{% endblock %}
{% block body %}{{ m.field("a", size=3) }}{{ f("b") }}
{%- for item in items %}
{{ loop.index }}/{{ loop.length }}{{ "," if not loop.last }} {{ item.name | upper | replace("A", "@") }}
{%- else %}none{% endfor %}
{% endblock %}`,
  'macros.html': '{% macro field(name, value="", size=20) %}<input name="{{ name }}" value="{{ value }}" size="{{ size }}">{% endmacro %}',
}), { autoescape: true, trimBlocks: false });
env.addFilter('shorten', (text, count) => `${text.slice(0, count ?? 3)}...`);
env.addFilter('later', (text, done) => setTimeout(() => done(null, `late ${text}`), 1), true);
env.addGlobal('version', () => '1.2');
env.addTest('shouting', (text) => text === text.toUpperCase());

console.log(env.render('page.html', { title: '<T>', items: [{ name: 'ada', on: true }, { name: 'off' }, { name: 'bab', on: true }] }));
const show = (text, context) => console.log(env.renderString(text, context));
show('{{ "long text" | shorten(4) }} {{ version() }} {{ "A" is shouting }} {{ "<b>" }} {{ "<b>" | safe }} {{ x | default("d") }}');
show('{% set a = [3, 1, 2] %}{{ a | sort | join("-") }} {{ a | length }} {{ a | sum }} {{ a | batch(2) | dump }} {{ {k: 1}.k }} {{ a[0] }} {{ 7 // 2 }} {{ 2 ** 3 }} {{ 7 % 4 }}');
show('{% for k, v in {a: 1, b: 2} %}{{ k }}={{ v }} {% endfor %}{% if 1 in [1] and not false %}yes{% elif x %}x{% endif %}{# hidden #}{% raw %}{{ raw }}{% endraw %}');
show('{% call(user) wrap(1) %}{{ user }}{% endcall %}{% filter title %}some words{% endfilter %} {{ "a b" | urlencode }} {{ "x" | indent }} {{ [1,[2]] | dump | safe }}', { wrap: (n, kwargs) => kwargs.caller(`c${n}`) });
show('{% macro fact(n) %}{{ 1 if n <= 1 else n * (fact(n - 1) | int) }}{% endmacro %}{{ fact(5) }} {{ "a,b" | wordcount }} {{ ["x","y"] | last }} {{ "%s" | string }} {{ items | groupby("k") | dump | safe }}', { items: [{ k: 1 }, { k: 2 }, { k: 1 }] });
env.renderString('{{ "x" | later }}', {}, (error, text) => console.log(error, text));
for (const bad of ['{% if %}', '{{ a.b.c() }}', '{% include "none.html" %}', '{% endfor %}']) {
  try {
    env.renderString(bad);
    console.log('no error');
  } catch (error) {
    console.log(error.message.replace(/\s+/g, ' '));
  }
}
console.log(nunjucks.precompileString('{{ a }}', { name: 'p' }).includes('nunjucksPrecompiled'));
