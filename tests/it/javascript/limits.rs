//! Programs that take more than they are given: what is theirs to catch they can catch, and the rest
//! is stopped without harm to anybody else.

use std::time::Duration;

use belljar::{ByteSize, Command, ExecutionStatus, ForkOptions, Sandbox};

use super::{Engine, options, program, typescript};
use crate::guests::{Ended, run};

/// After whatever happened in it: the sandbox and the engine still work.
async fn still_works(engine: &Engine, sandbox: &Sandbox) {
    let here = Command::new(["bun", "-e", "console.log('here')"]);
    run(sandbox, here).await.expect(0, "here\n");
    let other = engine.fresh().await;
    let there = Command::new(["bun", "-e", "console.log('there')"]);
    run(&other, there).await.expect(0, "there\n");
    other.destroy().await.unwrap();
}

/// Ended by itself: with an exception, or stopped at a limit of its process.
#[track_caller]
fn contained(ended: &Ended, what: &str) {
    assert_eq!(
        ended.status,
        ExecutionStatus::Completed,
        "{what}: {ended:#?}"
    );
    let clean = ended.exit_code == Some(1)
        && [
            "RangeError",
            "out of memory",
            "ERR_ZLIB_INITIALIZATION_FAILED",
        ]
        .iter()
        .any(|error| ended.stderr.contains(error));
    let stopped = ended.exit_code == Some(137) && ended.stderr.contains("belljar: ");
    assert!(clean || stopped, "{what}: {ended:#?}");
}

/// Recursion without end in every place where the engine calls back into a program, or walks what a
/// program has built.
const RECURSIONS: &[(&str, &str)] = &[
    ("function", "(function f() { f(); })()"),
    ("arrow", "const f = () => f(); f();"),
    ("mutual", "const a = () => b(); const b = () => a(); a();"),
    (
        "arguments",
        "(function f(...all) { f(1, 2, 3, ...all.slice(0, 5)); })()",
    ),
    ("apply", "(function f() { f.apply(this, [1, 2]); })()"),
    ("bind", "const f = () => f.bind(null)(); f();"),
    (
        "reflect",
        "const f = () => Reflect.apply(f, null, []); f();",
    ),
    (
        "construct",
        "class A { constructor() { new A(); } } new A();",
    ),
    (
        "super",
        "class A { constructor() { new B(); } } class B extends A { constructor() { super(); } } new B();",
    ),
    ("field", "class A { b = new A(); } new A();"),
    ("getter", "const o = { get x() { return this.x; } }; o.x;"),
    ("setter", "const o = { set x(v) { this.x = v; } }; o.x = 1;"),
    (
        "toString",
        "const o = { toString() { return `${this}`; } }; String(o);",
    ),
    ("valueOf", "const o = { valueOf() { return +this; } }; +o;"),
    (
        "toPrimitive",
        "const o = { [Symbol.toPrimitive]() { return this + ''; } }; o + '';",
    ),
    (
        "toJSON",
        "const o = { toJSON() { return JSON.stringify(this); } }; JSON.stringify(o);",
    ),
    ("reviver", "const f = () => JSON.parse('[1]', f); f();"),
    ("replacer", "const f = () => JSON.stringify([1], f); f();"),
    ("sort", "const f = () => [2, 1].sort(f); f();"),
    ("map", "const f = () => [1].map(f); f();"),
    (
        "forEach of Map",
        "const f = () => new Map([[1, 1]]).forEach(f); f();",
    ),
    ("from", "const f = () => Array.from([1], f); f();"),
    (
        "typed array",
        "const f = () => new Uint8Array(2).sort(f); f();",
    ),
    ("replace", "const f = () => 'a'.replace(/a/, f); f();"),
    (
        "proxy get",
        "const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x;",
    ),
    (
        "proxy chain",
        "let p = {}; for (let i = 0; i < 200000; i++) p = new Proxy(p, {}); p.x;",
    ),
    (
        "prototype of proxies",
        "const p = new Proxy({}, {}); Object.setPrototypeOf(p, p); p.x;",
    ),
    (
        "has",
        "const p = new Proxy({}, { has: (t, k) => k in p }); 'x' in p;",
    ),
    (
        "instanceof",
        "class A { static [Symbol.hasInstance](x) { return x instanceof A; } } ({}) instanceof A;",
    ),
    (
        "iterator",
        "const o = { [Symbol.iterator]() { return [...this]; } }; [...o];",
    ),
    ("generator", "function* g() { yield* g(); } [...g()];"),
    ("destructuring", "const f = ({ x = f({}) }) => x; f({});"),
    ("default argument", "const f = (x = f()) => x; f();"),
    ("tagged template", "const f = () => f``; f();"),
    ("eval", "const f = () => eval('f()'); f();"),
    (
        "Function",
        "globalThis.f = () => new Function('f()')(); f();",
    ),
    (
        "parse of nests",
        "JSON.parse('['.repeat(1e6) + ']'.repeat(1e6));",
    ),
    (
        "join of nests",
        "let o = []; for (let i = 0; i < 1e6; i++) o = [o]; String(o);",
    ),
    (
        "flat",
        "let o = []; for (let i = 0; i < 1e6; i++) o = [o]; o.flat(Infinity);",
    ),
    (
        "structuredClone",
        "let o = {}; for (let i = 0; i < 1e6; i++) o = { o }; structuredClone(o);",
    ),
    (
        "isDeepStrictEqual",
        "const n = () => { let o = []; for (let i = 0; i < 1e5; i++) o = [o]; return o; }; require('node:util').isDeepStrictEqual(n(), n());",
    ),
    (
        "prepareStackTrace",
        "Error.prepareStackTrace = () => new Error('x').stack; new Error('y').stack; (function f() { f(); })()",
    ),
    (
        "emit",
        "const e = new (require('node:events'))(); e.on('x', () => e.emit('x')); e.emit('x');",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recursion_without_end_is_a_range_error_that_can_be_caught() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let mut wrong = Vec::new();
    for (name, code) in RECURSIONS {
        let source = format!(
            "try {{ {code}\nconsole.log('no error'); }} catch (e) {{ console.log(e.name + ': ' + e.message); }}\n\
             console.log([3, 1, 2].sort().join());"
        );
        let mut command = program("deep.cjs", &source);
        command.timeout = Some(Duration::from_secs(60));
        let ended = run(&sandbox, command).await;
        let expected = "RangeError: Maximum call stack size exceeded\n1,2,3\n";
        // Where it is the parser that comes to the end of the stack, it may say so in its own words.
        let parser =
            *name == "Function" && ended.text() == "SyntaxError: missing formal parameter\n1,2,3\n";
        if ended.exit_code != Some(0) || (ended.text() != expected && !parser) {
            wrong.push(format!("{name}: {ended:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    still_works(&engine, &sandbox).await;
}

#[tokio::test]
async fn recursion_that_nobody_catches_is_reported_and_exit_code_1() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let ended = typescript(&sandbox, "function f(): void {\n    f();\n}\nf();\n").await;
    ended.expect(1, "");
    let message = "RangeError: Maximum call stack size exceeded";
    assert!(ended.stderr.contains(message), "{ended:#?}");
}

#[tokio::test]
async fn recursion_goes_as_deep_as_programs_need() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    // Node's own limit is near 11,000 frames; programs are written for about that.
    let source = "const depth = (n: number): number => (n === 0 ? 0 : 1 + depth(n - 1));\n\
                  console.log(depth(7000));\n\
                  const nested = (n: number): unknown => (n === 0 ? 1 : [nested(n - 1)]);\n\
                  console.log(JSON.stringify(nested(1500)).length, JSON.parse(JSON.stringify(nested(1500))).length);\n\
                  console.log([...'x'.repeat(1e5)].length, Math.max(...new Array(5e4).fill(1)));";
    typescript(&sandbox, source)
        .await
        .expect(0, "7000\n3001 1\n100000 1\n");
}

#[tokio::test]
async fn chains_of_promises_and_timers_are_no_recursion() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        let chain: Promise<number> = Promise.resolve(0);
        for (let i = 0; i < 200_000; i++) chain = chain.then((n) => n + 1);
        console.log(await chain);
        const down = async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await down(n - 1)));
        console.log(await down(3_000));
        console.log((await Promise.all(Array.from({ length: 200_000 }, async (_, i) => i))).length);
        let fired = 0;
        await new Promise<void>((resolve) => {
            for (let i = 0; i < 200_000; i++) setTimeout(() => { if (++fired === 200_000) resolve(); }, i % 3);
        });
        console.log(fired);
        let immediates = 0;
        await new Promise<void>((resolve) => {
            const again = () => (++immediates === 50_000 ? resolve() : setImmediate(again));
            again();
        });
        let ticks = 0;
        await new Promise<void>((resolve) => {
            const again = () => (++ticks === 200_000 ? resolve() : process.nextTick(again));
            again();
        });
        console.log(immediates, ticks);
    "#;
    typescript(&sandbox, source)
        .await
        .expect(0, "200000\n3000\n200000\n200000\n50000 200000\n");
}

/// Needs without end; each line that is left of the program says what it could still do.
const GLUTTONS: &[&str] = &[
    "const a = []; for (;;) a.push({ n: a.length });",
    "const a = []; for (;;) a.push(new Array(1000).fill(1.5));",
    "const a = []; for (;;) a.push(new Uint8Array(1 << 20));",
    "const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1));",
    "const a = []; for (let i = 0; ; i++) a.push(String(i).repeat(1 << 14));",
    "let s = 'x'; for (;;) s += s;",
    "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });",
    "const o = {}; for (let i = 0; ; i++) o['key' + i] = i;",
    "let o = null; for (;;) o = { o };",
    "const a = []; for (;;) { const f = () => a; a.push(f); }",
    "const a = []; for (;;) a.push(Promise.resolve(a.length));",
    "for (;;) setTimeout(() => {}, 1e6);",
    "for (;;) process.nextTick(() => {});",
    "let n = 1n; for (;;) n <<= 1000000n;",
    "const a = [1]; for (;;) a.push(...a);",
    "new ArrayBuffer(2 ** 31); for (const a = []; ;) a.push(new ArrayBuffer(1 << 24));",
    "const r = require; const a = []; for (;;) a.push(r('node:zlib').gunzipSync(r('node:zlib').gzipSync(Buffer.alloc(1 << 22))));",
    "process.stdin; const a = []; const more = () => { a.push(new Array(1e5).fill({})); setImmediate(more); }; more();",
    "const f = async () => { for (;;) { a.push(await new Array(1e4).fill(0)); } }; const a = []; f();",
    "const a = []; for (;;) a.push(new RegExp('a'.repeat(10000) + a.length));",
    "const a = []; for (;;) a.push(new Function('return ' + a.length + '/*' + ' '.repeat(1e4) + '*/'));",
    "const e = []; for (;;) { try { null.x; } catch (x) { e.push(x); } }",
    "const a = []; for (;;) a.push(structuredClone({ a: new Array(1e4).fill(1) }));",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_beyond_the_limit_ends_the_program_alone() {
    let engine = Engine::new().await;
    let options = options().memory(ByteSize::mib(64));
    let sandbox = engine.create(options).await.unwrap();
    for code in GLUTTONS {
        let mut command = program("greedy.cjs", code);
        // What shuffles all of its memory around at every step takes its time on a busy machine.
        command.timeout = Some(Duration::from_secs(110));
        let ended = run(&sandbox, command).await;
        contained(&ended, code);
        let peak = ended.stats().peak_memory;
        assert!(peak <= ByteSize::mib(64), "{code}: {peak}");
    }
    still_works(&engine, &sandbox).await;
}

#[tokio::test]
async fn one_allocation_that_is_too_large_can_be_caught() {
    let engine = Engine::new().await;
    let options = options().memory(ByteSize::mib(96));
    let sandbox = engine.create(options).await.unwrap();
    let source = r#"
        const attempts: [string, () => unknown][] = [
            ['string', () => 'x'.repeat(2 ** 30)],
            ['string longer than any', () => 'x'.repeat(2 ** 53)],
            ['pad', () => 'x'.padEnd(2 ** 30, 'ab')],
            ['ArrayBuffer', () => new ArrayBuffer(2 ** 29)],
            ['ArrayBuffer larger than any', () => new ArrayBuffer(2 ** 53)],
            ['Uint8Array', () => new Uint8Array(2 ** 29)],
            ['Array of negative length', () => new Array(-1)],
            ['Buffer', () => Buffer.alloc(2 ** 29)],
            ['join', () => new Array(2 ** 24).join('abcdefgh')],
            ['BigInt', () => 2n ** (2n ** 31n)],
        ];
        for (const [name, attempt] of attempts) {
            try {
                attempt();
                console.log(name, 'is there');
            } catch (error) {
                console.log(name, error instanceof RangeError || /out of memory/i.test(String(error)) ? 'is refused' : error);
            }
        }
        try {
            'x'.repeat(2 ** 30);
        } catch (error) {
            console.log(error.name, error.message.toLowerCase());
        }
        console.log(new Uint8Array(1 << 24).length);
    "#;
    let ended = typescript(&sandbox, source).await;
    let text = ended.text();
    assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
    assert_eq!(text.matches("is refused\n").count(), 10, "{ended:#?}");
    assert!(
        text.ends_with("RangeError invalid string length\n16777216\n"),
        "{ended:#?}"
    );
}

#[tokio::test]
async fn memory_that_is_not_needed_any_more_is_used_again() {
    let engine = Engine::new().await;
    let options = options().memory(ByteSize::mib(96));
    let sandbox = engine.create(options).await.unwrap();
    // In all, many times what there is; also of what refers to itself.
    let source = r#"
        let kept = 0;
        for (let i = 0; i < 400; i++) {
            const cycle: { self?: unknown; data: number[] } = { data: new Array(50_000).fill(i) };
            cycle.self = cycle;
            kept += new Uint8Array(1 << 20).length + 'x'.repeat(1 << 20).length + cycle.data.length;
        }
        console.log(kept);
    "#;
    typescript(&sandbox, source).await.expect(0, "858860800\n");
}

/// Programs that never end by themselves.
const ENDLESS: &[&str] = &[
    "while (true) {}",
    "for (;;) { try { while (true) {} } catch {} finally { continue; } }",
    "const f = () => queueMicrotask(f); f();",
    "const f = () => process.nextTick(f); f();",
    "const f = () => setImmediate(f); f();",
    "setInterval(() => {}, 1000);",
    "const f = async () => { for (;;) await null; }; f();",
    "/^(a+)+$/.test('a'.repeat(60) + 'b');",
    "/(x+x+)+y/.exec('x'.repeat(60));",
    "'a'.repeat(1e5).match(/(a|aa|aaa)*b/);",
    "[].constructor.from({ length: 2 ** 32 - 1 }, () => { for (;;); });",
    "let x = 3n; for (;;) x = x * x % (2n ** 4096n + 1n);",
    "new Array(2 ** 32 - 1).forEach(() => {}); for (;;);",
    "const s = 'ab'.repeat(1 << 20); for (;;) s.split('').reverse();",
    "require('node:fs').readFileSync('/dev/zero', { length: 1 }); for (;;);",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "process.on('SIGTERM', () => {}); process.on('uncaughtException', () => {}); for (;;) {}",
    "process.on('exit', () => { for (;;); });",
    "require('node:child_process').execSync('while :; do :; done');",
    "Bun.sleepSync(1e9);",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_end_is_stopped_at_its_time() {
    let engine = Engine::new().await;
    let base = engine
        .create(options().memory(ByteSize::mib(192)))
        .await
        .unwrap();
    let limit = Duration::from_millis(1500);
    for code in ENDLESS {
        let sandbox = base.fork(ForkOptions::new()).await.unwrap();
        let mut command = program("endless.cjs", code);
        command.timeout = Some(limit);
        let started = std::time::Instant::now();
        let ended = run(&sandbox, command).await;
        // A program that its own interpreter refuses or that runs out of memory has ended, too.
        let stopped = (ended.status, ended.exit_code) == (ExecutionStatus::Timeout, Some(124));
        let refused = ended.status == ExecutionStatus::Completed
            && (ended.exit_code == Some(1) || ended.exit_code == Some(137));
        let may_refuse = code.contains("/dev/zero") || code.contains("Atomics");
        assert!(stopped || (may_refuse && refused), "{code}: {ended:#?}");
        assert!(
            started.elapsed() < limit + Duration::from_secs(20),
            "{code}: {:?}",
            started.elapsed()
        );
        sandbox.destroy().await.unwrap();
    }
    still_works(&engine, &base).await;
}

#[tokio::test]
async fn deep_nesting_in_source_is_contained() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    // Each as JavaScript that makes the text, so that the texts are not megabytes of arguments.
    for text in [
        "'('.repeat(1e5)",
        "'('.repeat(1e5) + '1' + ')'.repeat(1e5)",
        "'['.repeat(1e5) + ']'.repeat(1e5)",
        "'{'.repeat(1e5) + '}'.repeat(1e5)",
        "'x=>'.repeat(1e5) + '1'",
        "'-'.repeat(1e5).replaceAll('-', '- ') + '1'",
        "'1' + '+1'.repeat(1e5)",
        "'x' + '.x'.repeat(1e5)",
        "'x' + '?.x'.repeat(1e5)",
        "'x' + '?x:x'.repeat(1e5)",
        "'`${'.repeat(1e5) + '1' + '}`'.repeat(1e5)",
        "'if(x)'.repeat(1e5) + ';'",
        "'function f(){'.repeat(2e4) + '}'.repeat(2e4)",
        "'class A{static{'.repeat(2e4) + '}}'.repeat(2e4)",
        "'a:'.repeat(1e5) + '1'",
        "'new '.repeat(1e5) + 'x'",
        "'await '.repeat(1e5) + 'x'",
        "'/' + '('.repeat(1e5) + ')'.repeat(1e5) + '/'",
        "'let x: ' + 'Array<'.repeat(5e4) + 'number' + '>'.repeat(5e4)",
        "'let x: ' + '('.repeat(5e4) + 'number' + ')'.repeat(5e4)",
        "'type T = ' + 'A extends B ? C : '.repeat(5e4) + 'D'",
        "'<a>'.repeat(5e4) + '</a>'.repeat(5e4)",
        "'<a b={'.repeat(2e4) + '1' + '}/>'.repeat(2e4)",
    ] {
        for name in ["deep.js", "deep.mjs", "deep.tsx"] {
            let source = format!(
                "require('node:fs').writeFileSync('{name}', {text});\n\
                 const {{ status, signal }} = require('node:child_process').spawnSync('bun', ['{name}'], {{ stdio: 'ignore' }});\n\
                 console.log(signal === null && (status === 0 || status === 1));"
            );
            let ended = run(&sandbox, program("make.cjs", &source)).await;
            assert_eq!(ended.text(), "true\n", "{text}, {name}: {ended:#?}");
        }
    }
    still_works(&engine, &sandbox).await;
}

#[tokio::test]
async fn large_programs_load() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        import { mkdirSync, writeFileSync } from 'node:fs';
        // One large file, in JavaScript and in TypeScript.
        let large = '';
        for (let i = 0; i < 10_000; i++) large += `export function f${i}(a, b) { return a + b + ${i}; }\n`;
        writeFileSync('large.mjs', large);
        writeFileSync('large.ts', large.replaceAll('(a, b)', '(a: number, b: number): number'));
        for (const name of ['./large.mjs', './large.ts']) {
            const module = await import(name);
            console.log(module.f9999(1, 2), Object.keys(module).length);
        }
        // Many modules, in a chain and as one flat list.
        mkdirSync('chain');
        for (let i = 0; i < 500; i++) {
            writeFileSync(`chain/m${i}.mjs`, `import { n } from './m${i + 1}.mjs'; const one = n + 1; export { one as n };`);
        }
        writeFileSync('chain/m500.mjs', 'export const n = 0;');
        console.log((await import('./chain/m0.mjs')).n);
        mkdirSync('flat');
        for (let i = 0; i < 1_000; i++) writeFileSync(`flat/m${i}.cjs`, `exports.n = ${i};`);
        writeFileSync('flat/all.cjs', 'let n = 0; for (let i = 0; i < 1000; i++) n += require(`./m${i}.cjs`).n; exports.n = n;');
        console.log((await import('./flat/all.cjs')).n);
        // Data with one line.
        writeFileSync('data.json', JSON.stringify(Array.from({ length: 50_000 }, (_, i) => ({ i, text: `item ${i}` }))));
        console.log((await import('./data.json')).default.length);
    "#;
    typescript(&sandbox, source)
        .await
        .expect(0, "10002 10000\n10002 10000\n500\n499500\n50000\n");
}

#[tokio::test]
async fn a_source_with_one_enormous_line_loads() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        import { writeFileSync } from 'node:fs';
        const list = Array.from({ length: 200_000 }, (_, i) => i).join(',');
        writeFileSync('line.js', `module.exports=[${list}];`);
        writeFileSync('text.ts', `export const text: string = "${'x'.repeat(4_000_000)}";`);
        console.log(require('./line.js').length, (await import('./text.ts')).text.length);
    "#;
    typescript(&sandbox, source)
        .await
        .expect(0, "200000 4000000\n");
}
