// Statements without semicolons, where a type stands between what must not join.
let a: any = 1, out: any[] = []
const b = a as number
(function () { out.push("iife") })()
const c = a satisfies any
[1, 2].forEach(x => out.push(x))
const e = a as string
`template`.length
type T1 = string
(() => out.push("after type"))()
interface I1 { x: number }
[3].map(x => out.push(x))
out.push("x")
type T2 = number
/re/.test("re") && out.push("re")
let f: number
(out.push("paren"))
let g!: { a: number }
[4].forEach(x => out.push(x))
declare function h(): void
(out.push("after declare"))
import type { Nothing } from "./nowhere"
+out.push("plus")
function i() { return <
  number
>(a) }
function j() { return a as
  number }
const k = () => <any>{}, l = () => (<any>{}), m = async <
  T,
>(x: T): Promise<
  T
> => x
out.push(i(), j(), k(), l(), typeof m(1))
class C {
  p1 = a as any
  private ["q"] = 1
  p2 = a!
  public *gen() { yield 2 }
  p3: string
  abstract: number
  ["r"] = 3
  readonly: any
  static: number
  declare: any
  get: string
  set: string
  async: number
  method() { return 4 }
  declare x: number
  ["s"] = 5;
  [k: string]: any
  *gen2() {}
  static readonly [Symbol.species]: any = null
  override in: any
  private instanceof = 1
}
out.push(Object.keys(new C()).join(), new C().method())
abstract class D { abstract x: number; abstract m(): void
  abstract ["y"]: number
  z = 1
  abstract get w(): string
  ["v"] = 2 }
out.push(JSON.stringify(new (D as any)()))
for (const x of [1] as number[]) out.push(x)
if (a as boolean) out.push("if"); else out.push("else")
do out.push("do" as string); while (!a as boolean)
switch (a as number) { case 1 as number: out.push("case") }
throwing: try { throw new Error("t") as Error } catch { break throwing } finally { out.push("finally") }
var v1 = a as number, v2 = a! + (a as number)
out.push(v1, v2)
var n1 = a < (2 as number), n2 = (a as any) < 2
out.push(n1, n2, a as any ? 1 : 2, (a as any, 3))
const o = { a, b: a as number, [a as string]: 1, ...(a as {}), get z(): number { return 1 }, async *ag<T>(): AsyncGenerator<T> {} }
out.push(JSON.stringify(o))
const { x1 = 1 as number, ...r1 }: { x1?: number, y1?: number } = { y1: 2 }
out.push(x1, r1)
const fn = function <T>(this: void, x?: T, ...y: T[]): asserts x is NonNullable<T> {}
out.push(fn.length, ((x?: number, y: number = 2): x is 1 => true).length)
label: for (; ;) { break label }
console.log(out)
export {}
