import * as prettier from 'prettier';

const samples = {
  babel: `const  a={b:1,'c-d':[1,2,3],  f(x){return x??y?.z}};if(a)b();else{c()}
async function*g({a,b=2,...rest},[c,,d]){for await(const x of y)yield*x}
const jsx=<div className="a" {...p}>{list.map(i=><Item key={i.id} {...i} onClick={()=>{go(i)}}/>)} text that is quite long so that it has to be broken</div>
class A extends B{#p=1;static{init()}get x(){return this.#p}}
promise.then(result=>console.log(result)).catch(error=>{handle(error)}).finally(()=>done()); // end`,
  typescript: `enum E{A=1,B="x"} type M<T>={readonly [K in keyof T]?:T[K] extends (infer U)[]?U:never}; abstract class C<T extends object=\{\}> implements I,J{constructor(private readonly a:string,public b?:number){super()} declare x:unknown; abstract m<K>(k:K):asserts k is NonNullable<K>}
function f(this:Window,...a:Array<string|undefined>):void;export type {X} from './x'; let v=<const>['a'] satisfies readonly string[]; namespace N.M{export const z=1}`,
  css: `a{color:RED;background:URL(x.png)}@media (max-width:100px){.b>.c~d,e::before{margin:0 auto!important;content:"\\201C"}}@import url("x.css");:root{--main:  1px}`,
  scss: `$a:1px;@mixin m($x:2){width:$x*$a;&:hover{color:red}} .b{@include m(3);@extend %p;.c &{d:e}}`,
  json: `{"a":1,"b":[true,null,{"c":"d"}],"long":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ccccccc"]}`,
  markdown: `Title\n===\n* a\n* b\n    1) c\n\n|a|b|\n|-|:-:|\n|long cell|x|\n\n__bold__ *it* \n\n\`\`\`js\nlet  a=1\n\`\`\`\n`,
  html: `<!doctype html><html><body><div   class="a  b" id=x><p>some <b>bold</b> text</p><script>let  a=1</script><ul><li>1<li>2</ul></div></body></html>`,
  yaml: `a:   1\nb: [1,2,  {c: d}]\nc:\n- x\n-   y: 1\n    z: "q"\n# end\n`,
  graphql: `query Q($a:Int=1,$b:[String!]!){user(id:$a){...F @include(if:$c) name}} fragment F on User{id}`,
  vue: `<template><div :a="b+c" @click="go( 1 )">{{x|y}}</div></template><script setup>const a=1</script><style>a{b:c}</style>`,
};
for (const [parser, source] of Object.entries(samples)) {
  console.log(`--- ${parser}\n${await prettier.format(source, { parser })}`);
}
console.log(await prettier.format(samples.babel.split('\n')[0], { parser: 'babel', semi: false, singleQuote: true, tabWidth: 4, printWidth: 40, trailingComma: 'none', bracketSpacing: false, arrowParens: 'avoid' }));
console.log(await prettier.check('const a = 1;\n', { parser: 'babel' }), await prettier.check('const a=1', { parser: 'babel' }));
console.log((await prettier.formatWithCursor('a  =  1; bbb  = 2', { parser: 'babel', cursorOffset: 11 })).cursorOffset);
try {
  await prettier.format('let = = 1', { parser: 'babel' });
} catch (error) {
  console.log(error.name, JSON.stringify(error.loc));
}
