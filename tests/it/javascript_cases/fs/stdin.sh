printf 'a\nb\n' | bun -e 'console.log(JSON.stringify(require("fs").readFileSync(0, "utf8")))'
printf 'from dev' | bun -e 'console.log(require("fs").readFileSync("/dev/stdin", "utf8"))'
printf 'async' | bun -e 'require("fs").readFile("/dev/stdin", "utf8", (e, d) => console.log(e, d))'
printf 'promise' | bun -e 'require("fs/promises").readFile(0 && 1 || "/dev/stdin", "utf8").then(console.log)'
printf 'stream' | bun -e 'require("fs").createReadStream("/dev/stdin").on("data", (c) => console.log(String(c)))'
bun -e 'require("fs").writeFileSync("/dev/null", "x"); require("fs").writeFileSync("/dev/stdout", "out\n"); require("fs").appendFileSync("/dev/stderr", "err\n")' 2>&1
bun -e 'console.log(require("fs").readFileSync("/dev/null").length, require("fs").statSync("/dev/null").isCharacterDevice())'
bun -e 'const f = require("fs"); console.log(f.fstatSync(0).isFile(), f.fstatSync(0).size)' < "$0"
echo piped | bun -e 'console.log(require("fs").fstatSync(0).isFIFO())'
