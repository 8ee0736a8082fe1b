import { Lexer, Marked, marked } from 'marked';

const source = `# Title & more

A *paragraph* with **bold _nested_**, \`code <b>\`, ~~gone~~ and a [link](https://example.com "t").
Auto: https://example.org/x?a=1&b=2 and <me@example.com>.

1. one
2. two
   - inner
   - [x] done

> quoted
> > deeper

| left | right |
| :--- | ----: |
| a | **b** |
| c \\| d | e |

\`\`\`js
if (a < b && c) {}
\`\`\`

![image](a.png) <span class="raw">raw</span>

Setext
------
[ref]: /target
See [this][ref] and [missing][nope]. Line\\
break &copy; &amp; "quotes"
`;
console.log(marked.parse(source));
console.log(marked.parseInline('*inline* only\nnext'), marked.parse('a\nb', { breaks: true, async: false }).trim());
console.log(Lexer.lex(source).map((token) => token.type).filter((type) => type !== 'space').join(' '));

const headings = [];
const custom = new Marked({
  walkTokens: (token) => { if (token.type === 'heading') headings.push(`${token.depth}:${token.text}`); },
  renderer: {
    heading({ tokens, depth }) {
      const text = this.parser.parseInline(tokens);
      return `<h${depth} id="${text.toLowerCase().replace(/[^a-z]+/g, '-')}">${text}</h${depth}>\n`;
    },
    link: ({ href, text }) => `[${text}](${href})`,
  },
  extensions: [{
    name: 'mention',
    level: 'inline',
    start: (src) => src.indexOf('@'),
    tokenizer(src) {
      const match = /^@(\w+)/.exec(src);
      return match ? { type: 'mention', raw: match[0], user: match[1] } : undefined;
    },
    renderer: ({ user }) => `<b data-user="${user}"></b>`,
  }],
});
console.log(custom.parse('## Hello *you*\n\nhi @ada, [x](/y)\n\n### End'));
console.log(headings.join());
console.log(await new Marked({ async: true }).parse('**later**'));
