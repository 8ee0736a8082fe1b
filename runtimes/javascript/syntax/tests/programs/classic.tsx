// prepare: --classic
const React = { createElement: (t: any, p: any, ...c: any[]) => ({ t: t?.name ?? t, p, c }), Fragment: "frag" };
const p = { a: 1 };
console.log(JSON.stringify([<a/>, <b c="d" key="e"/>, <>x{1}</>, <F {...p} z>  t  {...[1, 2]}</F>, <i>{/* none */}</i>], null, 1));
function F<T>(x: T) { return x }
