//! Processes start from one image, and have nothing of it that must be their own.

use belljar::Command;

use super::{Engine, HOME, program, typescript};
use crate::guests::run;

/// What differs between any two processes, one a line.
const DIFFERENT: &str = r#"
import { createHash, randomBytes, randomFillSync, randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const lines: [string, unknown][] = [
    ['Math.random', Math.random()],
    ['crypto.randomUUID', crypto.randomUUID()],
    ['node randomUUID', randomUUID()],
    ['crypto.getRandomValues', digest(crypto.getRandomValues(new Uint8Array(32)))],
    ['randomBytes', digest(randomBytes(32))],
    ['randomInt', randomInt(2 ** 47)],
    ['randomFillSync', digest(randomFillSync(new Uint8Array(32)))],
    ['mkdtemp', mkdtempSync(`${tmpdir()}/fresh-`)],
    ['pid', process.pid],
    ['timeOrigin', performance.timeOrigin],
    ['Date.now', Date.now()],
    ['generateKey', digest(new Uint8Array(await crypto.subtle.exportKey('raw',
        await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']))))],
];
for (const [name, value] of lines) console.log(`${name}\t${value}`);
"#;

#[tokio::test]
async fn what_is_random_differs_between_processes() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let mut runs = Vec::new();
    for _ in 0..3 {
        let ended = typescript(&sandbox, DIFFERENT).await;
        assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
        let lines: Vec<String> = ended.text().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 12, "{ended:#?}");
        runs.push(lines);
        // Times of the clock differ, too.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    #[expect(clippy::needless_range_loop, reason = "a column of all rows")]
    for index in 0..12 {
        let [a, b, c] = [&runs[0][index], &runs[1][index], &runs[2][index]];
        assert!(a != b && b != c && a != c, "the same twice: {a}, {b}, {c}");
    }
}

#[tokio::test]
async fn a_new_sandbox_is_no_copy_of_another_either() {
    let engine = Engine::new().await;
    let code = "console.log(crypto.randomUUID(), Math.random())";
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let output = engine
            .run(super::options(), Command::new(["bun", "-e", code]))
            .await
            .unwrap();
        assert_eq!(output.exit_code, 0);
        seen.insert(output.stdout);
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[tokio::test]
async fn clocks_are_those_of_now() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let code = r#"
        const now = Date.now();
        const origin = performance.timeOrigin;
        console.log(now, Math.abs(origin + performance.now() - now) < 50, performance.now() < 60_000,
            new Date().getTime() - now < 1000, process.uptime() < 60, process.hrtime.bigint() > 0n);
    "#;
    for _ in 0..2 {
        let before = std::time::SystemTime::now();
        let ended = typescript(&sandbox, code).await;
        let text = ended.text();
        let (now, rest) = text.trim().split_once(' ').expect("a time and the rest");
        assert_eq!(rest, "true true true true true", "{ended:#?}");
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_millis(now.parse().unwrap());
        // The guest's clock has milliseconds.
        let slack = std::time::Duration::from_millis(2);
        assert!(now + slack >= before, "{ended:#?}");
        assert!(now <= std::time::SystemTime::now() + slack, "{ended:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn environment_arguments_and_folder_are_the_process_own() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = "console.log(process.env.MINE, Bun.env.MINE, import.meta.env.MINE, process.env.BUILT ?? 'none');\n\
                  console.log(process.cwd(), JSON.stringify(process.argv.slice(2)), process.argv0, Bun.argv.length)";
    let mut command = program("show.ts", source).env("MINE", "one").cwd("/tmp");
    let path = format!("{HOME}/show.ts");
    command.argv = ["bun", path.as_str(), "a b", "--flag", "-"]
        .map(str::to_owned)
        .into();
    run(&sandbox, command).await.expect(
        0,
        "one one one none\n/tmp [\"a b\",\"--flag\",\"-\"] bun 5\n",
    );
    let mut command = program("show.ts", source).env("MINE", "two");
    command.argv = ["bun", "show.ts"].map(str::to_owned).into();
    run(&sandbox, command)
        .await
        .expect(0, "two two two none\n/home/agentuity [] bun 2\n");
}

#[tokio::test]
async fn what_a_process_changes_is_gone_with_it() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let change = r#"
        Array.prototype.map = () => 'changed';
        Object.prototype.extra = 1;
        globalThis.left = 1;
        process.env.LEFT = '1';
        require('node:fs').readFileSync = () => 'changed';
        process.on('exit', () => console.log('from the first'));
        setInterval(() => {}, 1).unref();
    "#;
    let look = r#"console.log([1].map((x) => x + 1), ({}).extra, typeof left, process.env.LEFT,
        require('node:fs').readFileSync('/etc/os-release', 'utf8') === 'changed')"#;
    run(&sandbox, Command::new(["bun", "-e", change]))
        .await
        .expect(0, "from the first\n");
    run(&sandbox, Command::new(["bun", "-e", look]))
        .await
        .expect(0, "[ 2 ] undefined undefined undefined false\n");
}
