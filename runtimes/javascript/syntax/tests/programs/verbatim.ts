// prepare: --verbatim
import type { A } from "./nowhere";
import type D from "./nowhere";
import { type B, join } from "node:path";
import { type C } from "node:url";
import fs, { type Stats } from "node:fs";
export type { A };
export { type B, join };
export * as ns from "node:os";
export type * from "./nowhere";
console.log(join("a", "b"), typeof fs);
