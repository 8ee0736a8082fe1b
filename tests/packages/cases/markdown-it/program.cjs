const markdownIt = require('markdown-it');

const md = markdownIt({ html: false, linkify: true, typographer: true, breaks: false });
const source = `Heading
=======

"Smart" quotes -- dashes --- (c) ... and 'single' +-.
Visit www.example.com or http://example.org/a_(b)_c.

* a
* b

  with paragraph
    1) deep

    indented code

\`\`\`\`python title
def f(): return "\`\`\`"
\`\`\`\`

a | b
--|:-:
1 | ~~2~~

<script>alert(1)</script> [x](javascript:alert(1)) ![alt *t*](i.png 'ti"tle')

Hard  
break, \\*escaped\\*, **bold*mixed*bold**, snake_case_word, &#x1F600; &nope;

***
`;
console.log(md.render(source));
console.log(md.renderInline('**just** `inline`'));

const tokens = md.parse('# a *b*\n\n- c', {});
console.log(tokens.map((token) => `${token.type}${token.children ? `(${token.children.map((child) => child.type)})` : ''}`).join(' '));

md.renderer.rules.link_open = (list, index, options, env, self) => {
  list[index].attrSet('target', '_blank');
  env.links = (env.links ?? 0) + 1;
  return self.renderToken(list, index, options);
};
md.inline.ruler.before('emphasis', 'smile', (state, silent) => {
  if (!state.src.startsWith(':)', state.pos)) return false;
  if (!silent) state.push('smile', 'img', 0).attrs = [['src', 'smile.svg']];
  state.pos += 2;
  return true;
});
const env = {};
console.log(md.render('[one](/1) and [two](/2) :) ![:)](x)', env).trim(), env.links);
console.log(markdownIt('zero').render('# *nothing*').trim(), markdownIt('commonmark').render('~~x~~ <i>y</i>').trim());
