namespace Empty { export type T = number; export interface I {} }
namespace A {
  export const c = 1, d: number = c + 1
  export let v = 10;
  export let u: string;
  export var { p, q: [w] = [5], ...rest } = { p: 1, z: 3 } as any
  let hidden = 3
  export function inc(): number { v++; v += 1; hidden = v; return v }
  export function un() { u = "set"; return { u, v } }
  export class K<T> { static x = c; m(): number { return v } }
  export enum E { X = 1, Y }
  export namespace B.C { export const deep = "deep" + E.Y; export type Z = 1 }
  export import Alias = B.C;
  import Private = B.C;
  import Unused = B.C;
  console.log(Private.deep, hidden, w, rest);
  export abstract class Abs { abstract a(): void }
  export declare const dec: number;
  export async function* ag() { yield 1 }
  ({ v } = { v: 100 });
  [v] = [v + 1];
}
console.log(A.c, A.d, A.v, A.inc(), A.v, A.u, A.un(), A.u);
console.log(new A.K().m(), A.K.x, A.E.Y, A.B.C.deep, A.Alias.deep, A.p, Object.keys(A));
namespace A { console.log(c, v, inc(), E.X); export const late = c + 1 }
console.log(A.late);
namespace M.N { export const x = 1 }
namespace M.N { export const y = x + 1 }
namespace M { console.log(N.x, N.y) }
function F() { return F.prop }
namespace F { export const prop = "fp" }
console.log(F());
class G { static make() { return G.Inner.z } }
namespace G { export namespace Inner { export let z = 9 } }
console.log(G.make());
enum H { A }
namespace H { export function name(h: H) { return H[h] } }
console.log(H.name(H.A));
namespace Same { export const Same = 5; console.log(Same) }
console.log(Same.Same);
import MN = M.N;
import Types = Empty;
console.log(MN.x);
declare namespace Amb { const x: number }
module Old { export let fn = () => "called"; export const r = fn() }
console.log(Old.r);
namespace Loop { for (let i = 0; i < 2; i++) console.log(i); export let i = 5 }
console.log(Loop.i);
namespace Shadow { export let s = 1; function f(s: number) { return s + 1 } export const t = f(5) + s; export const o = { s: 2, t: s } }
console.log(Shadow.t, Shadow.o);
