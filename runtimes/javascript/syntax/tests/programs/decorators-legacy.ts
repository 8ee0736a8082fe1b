// prepare: --legacy
const log: string[] = [];
function d(name: string) {
  log.push("eval " + name);
  return (...args: any[]): any => {
    const where = typeof args[0] === "function" ? args[0].name : "proto";
    log.push(`apply ${name} ${where} ${String(args[1])} ${typeof args[2] === "object" ? Object.keys(args[2]) : args[2]}`);
  };
}
const key = "computed";
@d("class1") @d("class2")
class A {
  @d("field") x: number = 1;
  @d("a") @d("b")
  @d(
    "multi"
  ) // comment
  method(@d("p0") a: string, b: number, @d("p2") ...rest: any[]): void {}
  @d("static") static s = 2;
  @d("getter") get g(): number { return 1 }
  set g(v: number) {}
  @d("computed") [key]() {}
  @d("str") "quoted-name" = 3;
  constructor(@d("c0") private readonly p: number, @d("c1") q?: string) {}
  plain(@d("only") x: number) {}
  @d("private-static") private static async sm(): Promise<void> {}
  @d("abs") declare decl: string;
}
console.log(log.join("\n"));
console.log(new A(7), A.name, A.s);

function replace<T>(c: T): T { return class extends (c as any) { extra = 1 } as any }
@replace export class B { m() { return 1 } }
console.log(new B());
function enumerable(v: boolean) { return (t: any, k: string, desc: PropertyDescriptor) => { desc.enumerable = v } }
function wrap(t: any, k: string, desc: PropertyDescriptor) { const f = desc.value; return { ...desc, value(this: any, ...a: any[]) { return "wrapped " + f.apply(this, a) } } }
class C { @enumerable(true) @wrap greet(x: string) { return x } @wrap static st() { return "st" } }
console.log(new C().greet("hi"), Object.keys(C.prototype), C.st());
@d("late") export default class D {}
console.log(log.at(-1), D.name);
class OnlyParam { constructor(@d("dep") x: any) {} }
console.log(log.at(-1));
