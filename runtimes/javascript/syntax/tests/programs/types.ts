#!/usr/bin/env bun
import type { A } from "./nowhere";
import { type B, type C } from "./nowhere";
import fs, { type Stats } from "node:fs";
import { join as j, type ParsedPath } from "node:path";
import { Readable } from "node:stream"; // only a type
import * as os from "node:os"; // unused
import "node:events";

type X = { a: number } | string
interface I<T = string> { a: T; (x: T): void; new (x: T): I; [k: string]: any }
declare const nothing: number;
declare function ambient(x: number): void;
declare module "x" { export const y: number }
declare global { interface Window { z: 1 } }
export type { A };
export interface E { e: string }
function over(x: string): string
function over(x: number): number
function over(this: void, x: any, ...rest: Array<string>): any { return x }
console.log(over(1), over<any>("a" as any));
const f = (a: number, b?: string, c: number = 3): [number, string | undefined, number] => [a, b, c];
console.log(f(1), f(1, "x", 2));
const g = <T,>(x: T): T => x;
const h = async <
  T
>(x: T): Promise<T> => x;
h(1).then((x: number) => console.log("h", x));
const k = (x: number): {
  a: number
} => ({ a: x });
console.log(k(1), g<number>(2)!);
let n = 1 as number
;[1, 2].forEach((x) => console.log(x as unknown as string))
let q = n as any
(console.log)("paren")
let r = [n] satisfies number[]
[0].toString()
class Base<T> { constructor(public readonly x: T, private y = 2) {} sum(): number { return (this.x as any) + this.y } }
abstract class Abs { abstract m(): void; abstract p: string; protected abstract get z(): number; q?: number; static readonly s: number = 4 }
class D extends Base<number> implements I, Iterable<any> {
  declare decl: string;
  readonly [key: string]: any
  public static override readonly st = 1
  private ["computed"]: number = 5
  public *gen(): Generator<number> { yield 1 }
  a!: string
  b?: number = 2
  get: any
  foo(): this { return this }
  optional?(): void {}
  constructor(x: number);
  constructor(x: number, public z: string = "z") { super(x); this.a = "A"; }
  get acc(): number { return 1 }
  set acc(v: number) {}
  async *[Symbol.asyncIterator]<T>(this: D): AsyncGenerator<T> {}
  [Symbol.iterator]() { return [1][Symbol.iterator]() }
  static { console.log("static", D.st) }
}
const d = new D(1);
console.log(d.sum(), d.a, d.b, Object.keys(d), JSON.stringify(d), [...d.gen()]);
console.log(new (class<T> extends Base<T> {})(3).sum());
const o = { m<T>(x: T): T { return x }, async n(x: number): Promise<void> {}, get v(): number { return 1 }, k: <const>["a"] };
console.log(o.m("m"), o.k, (<any>o).v, o!.m!<number>(5), o?.m<number>(6));
function assertIsString(val: any): asserts val is string {}
function isString(val: unknown): val is string { return typeof val === "string" }
console.log(isString("x"), fs.existsSync("/") ? j("a", "b") : 0);
for (const x of <number[]>[1, 2]) console.log(x);
const t = <T extends object>(x: T) => { return <
  any>{ ...x } };
console.log(t({ a: 1 }));
const arrow = () => <any>{ b: 2 };
console.log(arrow());
let opt: { a?: { b?: () => number } } | undefined = {};
console.log(opt!.a?.b!());
try { throw new Error("x") } catch (e: unknown) { console.log((e as Error).message) }
var un: unique symbol, v2!: string, { a: da, b: db = 1 }: { a: number; b?: number } = { a: 1 }, [e1]: number[] = [7];
console.log(da, db, e1);
type Fn = (a: string) => void
const template = `${n as number} ${`${g<string>("in")}`}`;
console.log(template);
label: for (let i: number = 0; i < 2; i++) { continue label }
const x1 = n > 1 ? (n) : (d: number): number => d;
console.log(typeof x1);
if (n < 2 && 3 > (n)) console.log("lt");
let fnType = f as (a: number) => any;
fnType = f!;
(fnType as any) = f;
(<any>d).a = 1;
n!++;
console.log(n);
export default abstract class Foo { abstract x: string; y() { return 1 } }
export { f as exported, type X };
let u1: Readable | undefined;
enum Color { Red, Green = "g", Blue = 1 << 2, Next, "a-b" = Blue | 1, After, Len = "abc".length, Re = Color.Next }
console.log(Color, Color[0], Color.Green);
const enum CE { A = 1, B, /* c */ C = A | B, // trailing
  D = `x`, E = -1,
  F }
console.log(CE.A, CE.C, CE.D, CE.F);
enum Color2 { A, B, C = A + B }
enum Color2 { D = 10, E = B }
console.log(Color2);
function inner() { enum L { A = 5, B } return L.B }
console.log(inner());
