//! JavaScript against the machine's own Node: start-up, a program with a package, computing.
//!
//! `cargo bench --bench javascript`. Names after it choose parts: `start`, `package`, `cpu`. The part
//! `package` needs the npm registry and says so where there is none.
#![expect(
    clippy::indexing_slicing,
    reason = "a bench that finds nothing there may panic"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use belljar::packages::{NpmConfig, NpmRegistry};
use belljar::{Belljar, BelljarOptions, Command, FileWrite, Sandbox, SandboxOptions};
use serde::Deserialize;

use common::native::Native;
use common::samples::Samples;
use common::table::Table;

const RUNTIME: &str = "bun:1";
const ROUNDS: usize = 100;
const WARM_UP: usize = 10;
/// Rounds of what takes seconds.
const FEW: usize = 5;

const ONE: [&str; 2] = ["-e", "console.log(1)"];

const ZOD: &str = "zod@4.6.7";
/// A program as people write them; what Node gets is the same without its types.
const PROGRAM: &str = "\
import { z } from 'zod';

const User = z.object({
    id: z.string().min(3),
    age: z.coerce.number().int().nonnegative(),
    tags: z.array(z.string()).default([]),
});
type User = z.infer<typeof User>;

const ada: User = User.parse({ id: 'ada', age: '36', tags: ['math'] });
const failed = User.safeParse({ id: 'x', age: -1 });
console.log(JSON.stringify(ada), failed.success, failed.error?.issues.length as number);
";
const STRIPPED: &str = "\
import { z } from 'zod';

const User = z.object({
    id: z.string().min(3),
    age: z.coerce.number().int().nonnegative(),
    tags: z.array(z.string()).default([]),
});

const ada = User.parse({ id: 'ada', age: '36', tags: ['math'] });
const failed = User.safeParse({ id: 'x', age: -1 });
console.log(JSON.stringify(ada), failed.success, failed.error?.issues.length);
";
const PRINTS: &[u8] = b"{\"id\":\"ada\",\"age\":36,\"tags\":[\"math\"]} false 2\n";

const CPU: [(&str, &str); 4] = [
    ("main.cjs", include_str!("javascript/main.cjs")),
    ("richards.cjs", include_str!("javascript/richards.cjs")),
    ("deltablue.cjs", include_str!("javascript/deltablue.cjs")),
    ("everyday.cjs", include_str!("javascript/everyday.cjs")),
];
/// Those of them that the goal is about.
const SET: [&str; 5] = ["richards", "deltablue", "json", "regexp", "strings"];

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let registry = NpmRegistry::new(
            NpmConfig::of_host(std::env::vars_os()),
            common::cache_dir().join("npm"),
        );
        let options = BelljarOptions::in_memory(common::cache_dir()).registry(Arc::new(registry));
        let belljar = Belljar::open(options).await.expect("it opens");
        let node = Native::node().expect("a native node to compare with");
        if common::chosen("start") {
            start(&belljar, &node).await;
        }
        if common::chosen("package") {
            package(&belljar, &node).await;
        }
        if common::chosen("cpu") {
            cpu(&belljar, &node).await;
        }
        belljar.close().await;
    });
}

fn options() -> SandboxOptions {
    SandboxOptions::new(RUNTIME)
}

/// One execution in a sandbox that is there, from the call to its output read.
async fn execute(sandbox: &Sandbox, argv: &[&str]) -> Vec<u8> {
    let command = Command::new(argv.iter().copied());
    let execution = sandbox.execute(command).await.expect("it starts");
    let output = execution.stdout().read_to_end().await.expect("it is read");
    let errors = execution.stderr().read_to_end().await.expect("it is read");
    let record = execution.wait().await;
    let errors = String::from_utf8_lossy(&errors);
    assert_eq!(record.exit_code, Some(0), "{argv:?}: {errors}");
    output
}

async fn start(belljar: &Belljar, node: &Native) {
    let fresh = async || {
        let command = Command::new(["bun", ONE[0], ONE[1]]);
        let output = belljar.run(options(), command).await.expect("it runs");
        assert_eq!(output.stdout, b"1\n");
    };
    let sandbox = belljar.create(options()).await.expect("it is created");
    for _ in 0..WARM_UP {
        fresh().await;
    }
    let [mut executions, mut sandboxes, mut theirs] = [(); 3].map(|()| Samples::default());
    for _ in 0..common::rounds(ROUNDS) {
        let started = Instant::now();
        assert_eq!(execute(&sandbox, &["bun", ONE[0], ONE[1]]).await, b"1\n");
        executions.since(started);

        let started = Instant::now();
        fresh().await;
        sandboxes.since(started);

        let started = Instant::now();
        assert_eq!(node.run(ONE), b"1\n");
        theirs.since(started);
    }
    sandbox.destroy().await.expect("it goes");
    let mut table = Table::default();
    for (case, ours) in [
        ("bun -e 'console.log(1)'", &executions),
        ("the same in a fresh sandbox, destroyed", &sandboxes),
    ] {
        for (percent, most) in [(50, Some(0.1)), (99, None)] {
            table.compare(
                &format!("{case}: p{percent}"),
                ours.percentile(percent),
                theirs.percentile(percent),
                most,
            );
        }
        table.compare(&format!("{case}: fastest"), ours.min(), theirs.min(), None);
    }
    let rounds = theirs.len();
    table.print(&format!(
        "Start-up against {} ({rounds} rounds)",
        node.describe()
    ));
}

/// Installs with the machine's npm; what it says if it cannot.
fn npm_install(folder: &Path) -> Result<(), String> {
    std::fs::write(folder.join("package.json"), "{ \"private\": true }\n")
        .map_err(|error| error.to_string())?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = std::process::Command::new(npm)
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            ZOD,
        ])
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

async fn package(belljar: &Belljar, node: &Native) {
    let folder = tempfile::tempdir().expect("a folder");
    if let Err(error) = npm_install(folder.path()) {
        common::note(&format!("no npm registry is to be had: {error}"));
        return;
    }
    std::fs::write(folder.path().join("index.mjs"), STRIPPED).expect("it is written");
    let sandbox = belljar
        .create(options().network(true))
        .await
        .expect("it is created");
    execute(&sandbox, &["bun", "add", ZOD]).await;
    let file = FileWrite {
        path: "index.ts".to_owned(),
        content: PROGRAM.into(),
    };
    sandbox
        .write_files(vec![file])
        .await
        .expect("it is written");
    let ours = ["bun", "run", "index.ts"];
    for _ in 0..WARM_UP {
        assert_eq!(execute(&sandbox, &ours).await, PRINTS);
    }
    let (mut mine, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..common::rounds(ROUNDS) {
        let started = Instant::now();
        assert_eq!(execute(&sandbox, &ours).await, PRINTS);
        mine.since(started);

        let started = Instant::now();
        assert_eq!(node.run_in(folder.path(), ["index.mjs"]), PRINTS);
        theirs.since(started);
    }
    sandbox.destroy().await.expect("it goes");
    let mut table = Table::default();
    for (percent, most) in [(50, Some(0.5)), (99, None)] {
        table.compare(
            &format!("bun run index.ts importing zod: p{percent}"),
            mine.percentile(percent),
            theirs.percentile(percent),
            most,
        );
    }
    table.compare("the same, fastest", mine.min(), theirs.min(), None);
    let rounds = mine.len();
    table.print(&format!(
        "A program with {ZOD} against {} without types ({rounds} rounds)",
        node.describe()
    ));
}

/// What a program says of itself.
#[derive(Clone, Copy, Deserialize)]
struct Timed {
    nanoseconds: u64,
    /// What it computed.
    check: f64,
}

/// The best of each program so far.
type Best = BTreeMap<String, Timed>;

fn keep_best(best: &mut Best, json: &[u8]) {
    let timed: Best = serde_json::from_slice(json).expect("it prints JSON");
    for (name, timed) in timed {
        let kept = best.entry(name).or_insert(timed);
        kept.nanoseconds = kept.nanoseconds.min(timed.nanoseconds);
    }
}

fn geometric_mean(ours: &Best, theirs: &Best, names: &[&str]) -> f64 {
    let logarithms = ours
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, timed)| {
            let time = |nanoseconds| Duration::from_nanos(nanoseconds).as_secs_f64();
            (time(timed.nanoseconds) / time(theirs[name].nanoseconds)).ln()
        });
    let count = f64::from(u32::try_from(names.len()).unwrap_or(1));
    (logarithms.sum::<f64>() / count).exp()
}

async fn cpu(belljar: &Belljar, node: &Native) {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = belljar.create(options()).await.expect("it is created");
    for (name, source) in CPU {
        std::fs::write(folder.path().join(name), source).expect("it is written");
    }
    let files = CPU.map(|(name, source)| FileWrite {
        path: name.to_owned(),
        content: source.into(),
    });
    sandbox
        .write_files(files.into())
        .await
        .expect("they are written");
    let [mut ours, mut jitless, mut jit] = [(); 3].map(|()| Best::new());
    for _ in 0..common::rounds(FEW) {
        keep_best(&mut ours, &execute(&sandbox, &["bun", "main.cjs"]).await);
        keep_best(
            &mut jitless,
            &node.run_in(folder.path(), ["--jitless", "main.cjs"]),
        );
        keep_best(&mut jit, &node.run_in(folder.path(), ["main.cjs"]));
    }
    sandbox.destroy().await.expect("it goes");
    for (case, timed) in &ours {
        let expected = jit[case].check;
        let same = timed.check.total_cmp(&expected).is_eq();
        assert!(same, "{case} came to {} instead of {expected}", timed.check);
    }

    let all: Vec<&str> = ours.keys().map(String::as_str).collect();
    for (kind, theirs, goal) in [
        ("--jitless", &jitless, Some(2.0)),
        ("with its JIT compiler", &jit, None),
    ] {
        let mut table = Table::default();
        for (name, timed) in &ours {
            table.compare(
                name,
                Duration::from_nanos(timed.nanoseconds),
                Duration::from_nanos(theirs[name].nanoseconds),
                None,
            );
        }
        let mean = geometric_mean(&ours, theirs, &SET);
        let verdict = goal.map_or(String::new(), |most| {
            let met = if mean <= most { "met" } else { "NOT MET" };
            format!("at most {most}x: {met}")
        });
        table.text(
            &format!("geometric mean of {}", SET.join(", ")),
            &format!("{mean:.2}x"),
            &verdict,
        );
        let mean = geometric_mean(&ours, theirs, &all);
        table.text("geometric mean of all", &format!("{mean:.2}x"), "");
        table.print(&format!(
            "CPU-bound JavaScript against {} {kind}, best of {FEW} runs",
            node.describe()
        ));
    }
}
