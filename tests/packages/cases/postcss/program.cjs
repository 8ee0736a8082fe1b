const postcss = require('postcss');

const css = `@charset "utf-8";
:root { --main: #06c; --accent: calc(var(--main) + 1px) }
a:hover, a > b ~ c { color: red; /* why */ background: url("data:image/png;base64,AA==") no-repeat !important }
@media (min-width: 100px) and (max-width: 200px) { .box { margin: 0 auto; margin: 0 1px } .empty {} }
@supports (display: grid) { @font-face { font-family: "X Y"; src: url(x.woff) } }
`;
const root = postcss.parse(css, { from: 'in.css' });
root.walk((node) => console.log(node.type, node.selector ?? node.prop ?? node.name ?? node.text, node.important ?? '', `${node.source.start.line}:${node.source.start.column}`));
console.log(root.toString() === css);

const pluginNames = [];
const rename = (map) => ({
  postcssPlugin: 'rename',
  Once(root, { result }) { pluginNames.push(result.processor.plugins.length); },
  Declaration(declaration, { Declaration }) {
    if (declaration.prop === 'color' && !declaration.done) {
      declaration.done = true;
      declaration.cloneBefore({ prop: '-x-color' }).done = true;
      declaration.after(new Declaration({ prop: 'border', value: '1px' }));
    }
  },
  Rule(rule, { result }) {
    if (rule.nodes.length === 0) { rule.warn(result, 'empty rule'); rule.remove(); }
    rule.selectors = rule.selectors.map((selector) => map[selector] ?? selector);
  },
  AtRule: { media(rule) { rule.params = rule.params.toUpperCase(); } },
});
rename.postcss = true;

async function main() {
  const result = await postcss([rename({ '.box': '.crate' })]).process(css, { from: 'in.css', to: 'out.css', map: { inline: false } });
  console.log(result.css);
  console.log(result.warnings().map((warning) => `${warning.plugin} ${warning.line}:${warning.column} ${warning.text}`).join(), pluginNames.join());
  const map = result.map.toJSON();
  console.log(map.sources.join(), map.file, map.mappings);
  const made = postcss.rule({ selectors: ['.x', '.y'] }).append({ prop: 'color', value: 'blue' }, { text: 'note' });
  console.log(postcss.root().append(postcss.atRule({ name: 'layer', params: 'base' }).append(made)).toString());
  console.log(JSON.stringify(postcss.list.comma('a, b(c, d), "e,f"')), JSON.stringify(postcss.list.space('1px  calc(1px + 2px) a')));
  for (const bad of ['a {', 'a { color }', 'a { b: "c }', '}']) {
    try {
      postcss.parse(bad);
    } catch (error) {
      console.log(error.name, error.reason, error.line, error.column);
    }
  }
}
main();
