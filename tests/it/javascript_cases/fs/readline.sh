printf 'one\ntwo\r\nthree' | node -e '
const rl = require("readline").createInterface({ input: process.stdin });
rl.on("line", (l) => console.log("line", JSON.stringify(l)));
rl.on("close", () => console.log("close"));'
(echo Ada; sleep 0.3; echo 36) | node --input-type=module -e '
import { createInterface } from "node:readline/promises";
const rl = createInterface({ input: process.stdin, output: process.stdout });
const name = await rl.question("name? "), age = await rl.question("age? ");
console.log(name, age); rl.close();'
printf 'x\ny\nz\n' | bun -e 'let n = 0; for await (const line of require("readline").createInterface({ input: process.stdin })) n += 1; console.log(n)'
cd $(mktemp -d); printf 'a\nb\n' > f; bun -e 'const fs = require("fs/promises"); const h = await fs.open("f"); for await (const l of h.readLines()) console.log(l)'
