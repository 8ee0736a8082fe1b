//! What one more live, idle Python process costs in memory that nobody else shares.
//!
//! `cargo bench --bench memory`. Linux only: it reads `RssAnon` from `/proc`, because the resident
//! set counts the shared image once for each mapping.

mod common;

use std::io::{BufRead, BufReader};

use belljar::{Belljar, BelljarOptions, Command, Execution, Sandbox, SandboxOptions, Stdin};

use common::native::Native;
use common::table::Table;

/// Says that it is up, then waits for input that never comes.
const IDLE: &str = "print('up', flush=True); input()";
/// The same with what a real program has loaded.
const LOADED: &str =
    "import asyncio, json, re, sqlite3, urllib.request\nprint('up', flush=True); input()";
const PROCESSES: u64 = 50;

/// Each case is measured in a process of its own: what one leaves behind (warm slots, freed but kept
/// memory) would flatter the next.
const MEASURE: &str = "--measure=";

fn main() {
    let asked = std::env::args().find_map(|arg| Some(arg.strip_prefix(MEASURE)?.to_owned()));
    if let Some(case) = asked {
        let code = if case == "idle" { IDLE } else { LOADED };
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        common::note(&runtime.block_on(ours(code)).to_string());
        return;
    }
    if anonymous("self").is_none() {
        common::note("this system has no /proc/self/status with RssAnon: nothing measured");
        return;
    }
    let native = Native::python().expect("a native python3 to compare with");
    let mut table = Table::default();
    for (case, name, code) in [
        ("idle", "idle", IDLE),
        ("loaded", "with asyncio, json, re, sqlite3, urllib", LOADED),
    ] {
        let (ours, theirs) = (in_own_process(case), theirs(&native, code));
        table.bytes(
            &format!("one more live process, {name}"),
            ours,
            theirs,
            8 << 20,
        );
    }
    table.print(&format!(
        "Private memory of a live process ({PROCESSES} at once) against {}",
        native.describe()
    ));
}

fn in_own_process(case: &str) -> u64 {
    let program = std::env::current_exe().expect("its own path");
    let output = std::process::Command::new(program)
        .arg(format!("{MEASURE}{case}"))
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.trim().parse().unwrap_or_else(|_| panic!("{output:?}"))
}

async fn ours(code: &str) -> u64 {
    let options = BelljarOptions::in_memory(common::cache_dir());
    let belljar = Belljar::open(options).await.expect("it opens");
    // The first one pays for what all share.
    let mut alive = vec![idle(&belljar, code).await];
    let before = anonymous("self").unwrap_or(0);
    for _ in 0..PROCESSES {
        alive.push(idle(&belljar, code).await);
    }
    let after = anonymous("self").unwrap_or(0);
    for (sandbox, execution) in alive {
        drop(execution);
        sandbox.destroy().await.expect("it ends");
    }
    belljar.close().await;
    after.saturating_sub(before) / PROCESSES
}

async fn idle(belljar: &Belljar, code: &str) -> (Sandbox, Execution) {
    let sandbox = belljar
        .create(SandboxOptions::new("python:3.14"))
        .await
        .expect("it is made");
    let command = Command::new(["python3", "-c", code]).stdin(Stdin::Pipe);
    let execution = sandbox.execute(command).await.expect("it starts");
    let first = execution
        .stdout()
        .next()
        .await
        .expect("it speaks")
        .expect("it is read");
    assert_eq!(&first[..], b"up\n");
    (sandbox, execution)
}

fn theirs(native: &Native, code: &str) -> Option<u64> {
    let mut child = native.start(["-c", code]);
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it speaks");
    }
    let bytes = anonymous(&child.id().to_string());
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
    bytes
}

/// Bytes of anonymous resident memory of a process.
fn anonymous(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
