// prepare: --assign
class Base { set x(v: number) { console.log("setter", v) } y = 1; z: string; static s: number; static t = 1 }
class A extends Base {
  constructor(private http: string, public n = 1) { super(); console.log("body", this.users) }
  users = this.http + "!";
  fn = () => this.http;
  "quoted" = 1; 7 = "seven";
  #priv = 2;
  get priv() { return this.#priv }
}
console.log(new A("h").fn(), Object.keys(new A("i")), new A("j").priv, Object.keys(new Base()), Object.getOwnPropertyNames(Base));
