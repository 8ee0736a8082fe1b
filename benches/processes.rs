//! What starting processes, the shell and pipelines cost, against the machine's own bash and GNU tools
//! started by fork and exec.
//!
//! `cargo bench --bench processes`. Names after it choose parts: `start`, `pipeline`, `loop`.

mod common;

use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use belljar::{Belljar, BelljarOptions, Command, Sandbox, SandboxOptions};

use common::samples::Samples;
use common::table::Table;

const ROUNDS: usize = 400;
const WARM_UP: usize = 20;
/// Rounds of what takes long.
const FEW: usize = 7;
/// What goes through the pipeline: text, 64 MiB of it.
const BIG: &str = "/tmp/big";
const BIG_MIB: usize = 64;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let belljar = Belljar::open(BelljarOptions::in_memory(common::cache_dir()))
            .await
            .expect("it opens");
        let sandbox = belljar
            .create(SandboxOptions::new("python:3.14"))
            .await
            .expect("it is created");
        let mut table = Table::default();
        if common::chosen("start") {
            start(&sandbox, &mut table).await;
        }
        if common::chosen("pipeline") {
            pipeline(&sandbox, &mut table).await;
        }
        if common::chosen("loop") {
            looping(&sandbox, &mut table).await;
        }
        table.print("Processes against bash and the GNU tools by fork and exec");
        sandbox.destroy().await.expect("it goes");
        belljar.close().await;
    });
}

/// One execution in a sandbox that is there, from the call to its output read.
async fn ours(sandbox: &Sandbox, argv: &[&str]) -> Vec<u8> {
    let command = Command::new(argv.iter().copied());
    let execution = sandbox.execute(command).await.expect("it starts");
    let output = execution.stdout().read_to_end().await.expect("it is read");
    let record = execution.wait().await;
    assert_eq!(record.exit_code, Some(0), "{argv:?}");
    output
}

/// The same by fork and exec.
fn native(argv: &[&str]) -> Vec<u8> {
    let (program, args) = argv.split_first().expect("a program");
    let output = std::process::Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{argv:?}");
    output.stdout
}

/// Turn by turn: what disturbs the machine disturbs both.
async fn both(
    sandbox: &Sandbox,
    rounds: usize,
    here: &[&str],
    there: &[&str],
) -> (Samples, Samples) {
    let (mut mine, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..WARM_UP.min(rounds) {
        ours(sandbox, here).await;
    }
    for _ in 0..common::rounds(rounds) {
        let started = Instant::now();
        let mut output = ours(sandbox, here).await;
        mine.since(started);
        let started = Instant::now();
        let expected = native(there);
        theirs.since(started);
        // `wc` pads, and that is not what is measured.
        output.retain(|byte| *byte != b' ');
        let expected: Vec<u8> = expected.into_iter().filter(|byte| *byte != b' ').collect();
        assert_eq!(output, expected, "{here:?}");
    }
    (mine, theirs)
}

async fn start(sandbox: &Sandbox, table: &mut Table) {
    let (mine, theirs) = both(sandbox, ROUNDS, &["true"], &["/bin/true"]).await;
    for percent in [50, 99] {
        table.compare(
            &format!("an execution of `true`, p{percent}"),
            mine.percentile(percent),
            theirs.percentile(percent),
            Some(1.0),
        );
    }
    let echo = ["-c", "echo hi"];
    let (mine, theirs) = both(
        sandbox,
        ROUNDS,
        &["sh", echo[0], echo[1]],
        &["/bin/bash", echo[0], echo[1]],
    )
    .await;
    for percent in [50, 99] {
        table.compare(
            &format!("an execution of `sh -c 'echo hi'`, p{percent}"),
            mine.percentile(percent),
            theirs.percentile(percent),
            Some(1.0),
        );
    }
}

async fn pipeline(sandbox: &Sandbox, table: &mut Table) {
    let line = "the quick brown fox jumps over the lazy dog 0123456789 and on it goes..\n";
    let text = line.repeat((BIG_MIB << 20) / line.len());
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("it is written");
    sandbox
        .write_files(vec![belljar::FileWrite {
            path: BIG.to_owned(),
            content: text.into(),
        }])
        .await
        .expect("it is written");
    let script = |path: &str| format!("cat {path} | tr a-z A-Z | sha256sum");
    let here = script(BIG);
    let there = script(&file.path().to_string_lossy());
    let (mine, theirs) = both(
        sandbox,
        FEW,
        &["sh", "-c", &here],
        &["/bin/bash", "-c", &there],
    )
    .await;
    table.compare(
        "cat 64 MiB | tr a-z A-Z | sha256sum, fastest",
        mine.min(),
        theirs.min(),
        Some(3.0),
    );
}

async fn looping(sandbox: &Sandbox, table: &mut Table) {
    let script = "i=0; while [ $i -lt 1000 ]; do i=$(expr $i + 1); done; echo $i";
    let (mine, theirs) = both(
        sandbox,
        FEW,
        &["sh", "-c", script],
        &["/bin/bash", "-c", script],
    )
    .await;
    table.compare(
        "1,000 times i=$(expr $i + 1), fastest",
        mine.min(),
        theirs.min(),
        Some(1.0),
    );
    let script = "i=0; while [ $i -lt 1000 ]; do /usr/bin/true; i=$((i+1)); done";
    let (mine, theirs) = both(
        sandbox,
        FEW,
        &["sh", "-c", script],
        &["/bin/bash", "-c", script],
    )
    .await;
    table.compare(
        "1,000 times /usr/bin/true from the shell, fastest",
        mine.min(),
        theirs.min(),
        Some(1.0),
    );
}
