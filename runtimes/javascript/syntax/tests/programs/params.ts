class A { b = 1; constructor(public a: number, readonly c = a + 1, protected d?: string) { console.log("body", this.a) } }
console.log(new A(1), Object.keys(new A(2)));
class B extends A { constructor(private e: string) { "use strict"; console.log("before"); super(5); console.log(this.e) } }
console.log(Object.keys(new B("E")));
class C { constructor(private readonly x: number) {} f = () => this.x; }
console.log(new C(4).f());
class D { constructor(override readonly z = 1) { } }
console.log(new D());
class Acc { accessor x = 1; static accessor y: string = "y"; accessor #p = 3; get p() { return this.#p } }
const acc = new Acc(); acc.x = 5; console.log(acc.x, Acc.y, acc.p, Object.keys(acc));
