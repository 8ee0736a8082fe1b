import path = require("node:path");
import fs = require("node:fs"); // unused, so it goes
import type T = require("nowhere");
const { join } = path;
function main(): string { return join("a", "b") }
main.helper = (x: number) => x;
console.log(main());
export = main;
