import { VERSION, compile, compileModule, parse, preprocess } from 'svelte/compiler';
import { render } from 'svelte/server';
import fs from 'node:fs';

const source = `<script>
  import { setContext } from 'svelte';
  let { name = 'world', items = [], children } = $props();
  let count = $state(1);
  let double = $derived(count * 2);
  setContext('k', 1);
  function shout(text) { return text.toUpperCase(); }
</script>
<svelte:head><title>{name}</title></svelte:head>
{#snippet row(item, index)}<li class:odd={index % 2} class="row">{index}: {item.text}</li>{/snippet}
<h1 class="t" style:color="red" title={name}>Hello {shout(name)} &amp; {double}!</h1>
{#if items.length > 1}<ul>{#each items as item, i (item.id)}{@render row(item, i)}{/each}</ul>{:else if items.length}<p>one</p>{:else}<p>none</p>{/if}
{#await Promise.resolve(1)}<i>waiting</i>{:then value}<i>{value}</i>{/await}
{#key count}<b>{@html '<u>raw</u>'}</b>{/key}
<input bind:value={name} disabled={false} {...{ 'data-a': 1 }}>
<button onclick={() => count++}>{count}</button>
{@const unused = 1}
<style>.t { margin: 0 } .unused { color: red } :global(.g) { x: y }</style>
`.replace("{@const unused = 1}\n", '');

for (const generate of ['server', 'client']) {
  const { js, css, warnings, metadata } = compile(source, { generate, filename: 'App.svelte', dev: false });
  console.log(generate, js.code.includes(generate === 'server' ? 'svelte/internal/server' : 'svelte/internal/client'), js.map.sources.length, css?.code.replace(/svelte-\w+/g, 'HASH').replace(/\s+/g, ' '), warnings.map((warning) => warning.code).join(), metadata.runes);
  if (generate === 'server') fs.writeFileSync('App.mjs', js.code);
}
const { default: App } = await import('./App.mjs');
for (const props of [{}, { name: '<Ada>', items: [{ id: 1, text: 'x' }, { id: 2, text: '"y"' }] }, { items: [{ id: 1, text: 'z' }] }]) {
  const { body, head } = await render(App, { props });
  console.log(head.replace(/svelte-\w+/g, 'HASH'), '|', body.replace(/svelte-\w+/g, 'HASH'));
}
const ast = parse('<p {a} b="c{d}">{#each e as f}{f}{/each}</p>', { modern: true });
console.log(JSON.stringify(ast.fragment.nodes.map((node) => [node.type, node.name, node.attributes.map((attribute) => attribute.type)])));
console.log(compileModule('export const box = () => { let n = $state(0); return { get n() { return n; } }; };', { generate: 'client', filename: 'box.svelte.js' }).js.code.includes('$.state'));
console.log((await preprocess('<script lang="up">a</script>', { script: ({ content, attributes }) => ({ code: content.toUpperCase() + attributes.lang }) })).code);
for (const bad of ['{#if}', '<p>', '<script>let x = ;</script>', '<script>let { a } = $state; $props();</script>', '{#each x}{/if}']) {
  try {
    compile(bad, { filename: 'bad.svelte' });
    console.log('compiled');
  } catch (error) {
    console.log(error.code, error.start?.line, error.start?.column);
  }
}
console.log(VERSION.split('.').length);
