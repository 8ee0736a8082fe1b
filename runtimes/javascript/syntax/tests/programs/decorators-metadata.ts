// prepare: --legacy --metadata
const meta: any[] = [];
(Reflect as any).metadata = (k: string, v: any) => (t: any, key: any) => { meta.push([k, Array.isArray(v) ? v.map((x) => x && x.name) : v && v.name, key]) };
const d = (...a: any[]): any => {};
class Dep {}
interface Shape { a: number }
enum Num { A } enum Str { A = "a" }
type Alias = string;
@d class S {
  constructor(a: Dep, b: string, c: number[], e: Shape, g: Alias, h: Num, i: Str, j: Dep | null, k: string | number, ...r: boolean[]) {}
  @d p!: Date;
  @d q?: Map<string, number>;
  @d u: undefined | "lit" | "other";
  @d fn: () => void = () => {};
  @d m(a: Promise<void>, b: any): Promise<string> { return null as any }
  @d async n(@d x: symbol) {}
  @d get acc(): bigint { return 1n }
  @d set sacc(v: RegExp) {}
  @d tuple: [number, string] = [1, ""];
  @d readonly ro: readonly string[] = [];
  @d untyped = 1;
}
console.log(meta.map((m) => JSON.stringify(m)).join("\n"));
