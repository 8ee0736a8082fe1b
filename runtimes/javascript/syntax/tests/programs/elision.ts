import fs from "node:fs";
import { join, resolve as shadowed, type ParsedPath } from "node:path";
import url, * as urls from "node:url";
import def, { Nope } from "./nowhere";
import os, { EOL } from "node:os";
import * as util from "node:util";
interface Iface { x: Nope; y: typeof def }
type Al = ParsedPath;
class Cls {}
function f(shadowed: string) { return shadowed }
const g = <fs extends string>(x: fs): fs => x;
let u: typeof urls;
namespace N { export const util = 1; console.log(util) }
export { Iface, Cls, EOL, Al as Alias };
export default Iface;
console.log(join("a", "b"), f("s"), g("t"), url.fileURLToPath("file:///x"));
function k(os: number, { join: j }: any = {}) { return [os, j] }
console.log(k(1));
