const log: string[] = [];
const say = (x: any) => log.push(String(x));
function d(name: string, returns?: any) {
  say("eval " + name);
  return (value: any, ctx: any): any => {
    say(`apply ${name} ${ctx.kind} ${String(ctx.name)} static=${ctx.static} private=${ctx.private} value=${typeof value}`);
    ctx.addInitializer(function (this: any) { say(`init ${name} this=${typeof this}`) });
    return typeof returns === "function" ? returns(value, ctx) : undefined;
  };
}
const k = (name: string) => (say("key " + name), name);
@d("class1") @d("class2")
class A {
  @d("m1") @d("m2", (f: any) => function (this: any, ...a: any[]) { return "wrapped:" + f.apply(this, a) })
  method(x: number) { return x }
  @d("f1", () => (v: number) => v * 10) @d("f2", () => (v: number) => v + 1) field = 4;
  @d("nofield") nothing?: string;
  @d("sf", () => (v: number) => v + 0.5) static sfield: number = 1;
  @d("sm") static async smethod() { return 1 }
  @d("g", (g: any) => function (this: any) { return "got " + g.call(this) }) get acc() { return 1 }
  @d("s") set acc(v) {}
  @d("gen") *gen() { yield 1 }
  @d("comp") [k("computed")]() { return 2 }
  @d("compf") [k("computedField")] = 3;
  @d("priv", () => (v: number) => v + 100) #p = 1;
  @d("auto", ({ get, set }: any) => ({ get() { return get.call(this) + 1 }, init: (v: number) => v * 2 })) accessor auto = 5;
  getP() { return this.#p }
  constructor() { say("constructor") }
}
const a = new A();
console.log(log.join("\n"));
console.log(a.method(1), a.field, a.nothing, A.sfield, a.acc, a.getP(), a.auto, Object.keys(a), Object.getOwnPropertyNames(A.prototype), Object.getOwnPropertyNames(A), Object.getOwnPropertySymbols(A));
function replace(c: any, ctx: any): any { return class extends c { extra = ctx.name } }
@replace export class B { m() { return 1 } }
console.log(new (B as any)().extra, new B().m());
const bound = (f: any, { name, addInitializer }: any) => addInitializer(function (this: any) { this[name] = this[name].bind(this) });
class Base { constructor(public v = 1) {} }
class Derived extends Base { @bound get2() { return this?.v } }
const { get2 } = new Derived(); console.log(get2());
export default @d("dflt") class extends Base {}
const E = @d("expr") class Named { @d("inner") x = 1 };
console.log(new E().x, E.name);
try { class Bad { @(1 as any) m() {} } } catch (e) { console.log((e as Error).name) }
