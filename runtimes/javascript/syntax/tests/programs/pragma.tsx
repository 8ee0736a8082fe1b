// prepare: --classic
/** @jsx h
 * @jsxFrag Frag */
const h = (t: any, p: any, ...c: any[]) => ({ t, p, c }), Frag = "frag";
console.log(JSON.stringify(<a b={1}><>x</></a>));
