//! What it costs to fork, to take snapshots and to keep sandboxes, against the tools that people use
//! for it: `cp`, `git`.
//!
//! `cargo bench --bench snapshots`, a minute or two of making 100,000 files; parts of it by name:
//! `fork`, `snapshot`, `idle`, `alive`. Memory is read from `/proc` and only shown where there is one.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use belljar::records::SqliteRecords;
use belljar::{
    Belljar, BelljarOptions, ByteSize, FileWrite, ForkOptions, Sandbox, SandboxOptions,
    SnapshotOptions,
};

use common::samples::Samples;
use common::table::Table;

const DIRECTORIES: usize = 1000;
const FILES: usize = 100_000;
const FILE_BYTES: usize = 10 << 10;
/// Files changed before each snapshot.
const CHANGED: usize = 10;
/// Idle sandboxes of a wave, waves that pay for what all share, waves over which memory is averaged,
/// and files of each sandbox.
const IDLE: usize = 50;
const WARM_WAVES: usize = 3;
const WAVES: usize = 4;
const IDLE_FILES: usize = 1000;
/// Forks asked for at once.
const AT_ONCE: usize = 50;
/// Forks alive at once.
const ALIVE: usize = 10_000;

fn main() {
    let rounds = common::rounds(50);
    let small = rounds == 1;
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let mut table = Table::default();
    runtime.block_on(async {
        if common::chosen("fork") || common::chosen("snapshot") {
            let files = if small { 1000 } else { FILES };
            trees(&mut table, files, rounds).await;
        }
        if common::chosen("idle") {
            idle(&mut table, if small { 2 } else { IDLE }).await;
        }
        if common::chosen("alive") {
            alive(&mut table, if small { 100 } else { ALIVE }).await;
        }
    });
    table.print("Forks and snapshots");
}

/// A folder that is removed at the end, on the disk that builds are on.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

async fn open(data: &Path) -> Belljar {
    let records = SqliteRecords::open(data.join("belljar.db")).expect("records");
    let mut options = BelljarOptions::at(data)
        .cache_dir(common::cache_dir())
        .records(Box::new(records));
    options.max_sandboxes = 20_000;
    let belljar = Belljar::open(options).await.expect("it opens");
    belljar
        .install_runtime("python:3.14")
        .await
        .expect("python");
    belljar
}

async fn sandbox(belljar: &Belljar) -> Sandbox {
    let mut options = SandboxOptions::new("python:3.14");
    options.resources.disk = Some(ByteSize::mib(8 << 10));
    belljar.create(options).await.expect("it is made")
}

/// Contents that no two files share.
fn content(number: usize, round: usize) -> Vec<u8> {
    let mut content = vec![0; FILE_BYTES];
    for (index, word) in content.chunks_exact_mut(8).enumerate() {
        let mixed = (number * 8191 + index * 31 + round * 131_071) as u64;
        word.copy_from_slice(&mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    }
    content
}

fn path(number: usize) -> String {
    format!("tree/{}/{number}", number % DIRECTORIES)
}

async fn fill(sandbox: &Sandbox, files: usize) {
    for start in (0..files).step_by(1000) {
        let batch = (start..(start + 1000).min(files)).map(|number| FileWrite {
            path: path(number),
            content: content(number, 0).into(),
        });
        sandbox.write_files(batch.collect()).await.expect("written");
    }
}

async fn trees(table: &mut Table, files: usize, rounds: usize) {
    let data = folder();
    let belljar = open(data.path()).await;
    let (large, small) = (sandbox(&belljar).await, sandbox(&belljar).await);
    common::note(&format!(
        "making {files} files of {FILE_BYTES} bytes, twice"
    ));
    fill(&large, files).await;
    fill(&small, 10).await;
    let host = data.path().join("host");
    for number in 0..files {
        let file = host.join(path(number));
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        std::fs::write(file, content(number, 0)).expect("written");
    }
    if common::chosen("fork") {
        let (mut forks, mut small_forks) = (Samples::default(), Samples::default());
        for _ in 0..rounds {
            for (of, samples) in [(&large, &mut forks), (&small, &mut small_forks)] {
                let started = Instant::now();
                let fork = of.fork(ForkOptions::default()).await.expect("a fork");
                samples.since(started);
                fork.destroy().await.expect("it goes");
            }
        }
        let started = Instant::now();
        run("cp", &["-a", "--reflink=auto", "host", "copy"], data.path());
        let copied = started.elapsed();
        let (fork, small_fork) = (forks.percentile(50), small_forks.percentile(50));
        table.compare(
            &format!("fork of {files} files, against cp -a"),
            fork,
            copied,
            None,
        );
        let goal = Some(Duration::from_millis(1));
        table.duration(&format!("fork of {files} files, p50"), fork, goal);
        table.compare(
            &format!("fork of {files} files, against a fork of 10"),
            fork,
            small_fork,
            Some(2.0),
        );
    }
    if common::chosen("snapshot") {
        snapshots(table, &large, &host, files, rounds.min(20)).await;
    }
    belljar.close().await;
}

async fn snapshots(table: &mut Table, large: &Sandbox, host: &Path, files: usize, rounds: usize) {
    run("git", &["init", "-q"], host);
    run("git", &["config", "gc.auto", "0"], host);
    let tree = |samples: &mut Samples| {
        let started = Instant::now();
        run("git", &["add", "-A"], host);
        run("git", &["write-tree"], host);
        samples.since(started);
    };
    tree(&mut Samples::default());
    large
        .create_snapshot(SnapshotOptions::new())
        .await
        .expect("a snapshot");
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let mut writing = Samples::default();
    for round in 1..=rounds {
        let changed = (0..CHANGED).map(|n| (n * 9973 + round * 7919) % files);
        let changed: Vec<_> = changed
            .map(|number| (path(number), content(number, round)))
            .collect();
        for (path, content) in &changed {
            std::fs::write(host.join(path), content).expect("written");
        }
        tree(&mut theirs);
        let files = changed.into_iter().map(|(path, content)| FileWrite {
            path,
            content: content.into(),
        });
        // Writing through the library makes the files durable, which is most of a snapshot's work:
        // so it counts, too.
        let started = Instant::now();
        large.write_files(files.collect()).await.expect("written");
        writing.since(started);
        large
            .create_snapshot(SnapshotOptions::new())
            .await
            .expect("a snapshot");
        ours.since(started);
    }
    let (ours, theirs) = (ours.percentile(50), theirs.percentile(50));
    let case =
        format!("write {CHANGED} files of {files} and snapshot, against git add and write-tree");
    table.compare(&case, ours, theirs, Some(1.0 / 20.0));
    table.duration("the same, p50", ours, Some(Duration::from_millis(10)));
    table.duration("of which writing", writing.percentile(50), None);
}

/// Memory of sandboxes that nothing happens in. They are made in waves, each when the one before has
/// come to rest, as sandboxes come and go on a server: what is freed then is used again, also where
/// the allocator does not give it back to the system.
async fn idle(table: &mut Table, sandboxes: usize) {
    let data = folder();
    let belljar = open(data.path()).await;
    let mut alive = Vec::new();
    let mut before = None;
    for wave in 0..WARM_WAVES + WAVES {
        if wave == WARM_WAVES {
            before = resident();
        }
        for _ in 0..sandboxes {
            alive.push(with_files(&belljar).await);
        }
        settle().await;
    }
    if let (Some(before), Some(after)) = (before, resident()) {
        let each = after.saturating_sub(before) / (sandboxes * WAVES) as u64;
        let case = format!("memory of an idle sandbox with {IDLE_FILES} files of 100 bytes");
        let goal = if each <= 64 << 10 { "met" } else { "NOT MET" };
        let value = format!("{:.1} KiB", each as f64 / 1024.0);
        table.text(&case, &value, &format!("at most 64 KiB: {goal}"));
    }
    belljar.close().await;
}

async fn with_files(belljar: &Belljar) -> Sandbox {
    let sandbox = sandbox(belljar).await;
    let id = sandbox.id().clone();
    let files = (0..IDLE_FILES).map(|number| FileWrite {
        path: format!("{}/{number}", number % 10),
        content: format!("{id} {number} {:100}", "").into_bytes().into(),
    });
    sandbox.write_files(files.collect()).await.expect("written");
    sandbox
}

/// Waits until idle sandboxes have let go of their files: until memory has not moved for longer than
/// that takes.
async fn settle() {
    let mut last = (resident(), Instant::now());
    while last.1.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = resident();
        if now != last.0 {
            last = (now, Instant::now());
        }
    }
}

/// Many forks of one sandbox at once.
async fn alive(table: &mut Table, sandboxes: usize) {
    let data = folder();
    let belljar = open(data.path()).await;
    let first = with_files(&belljar).await;
    drop(first.fork(ForkOptions::default()).await.expect("a fork"));
    let before = resident();
    let started = Instant::now();
    let mut forks = Vec::with_capacity(sandboxes);
    while forks.len() < sandboxes {
        // As many at a time as a busy program asks for.
        let some = (0..AT_ONCE).map(|_| first.fork(ForkOptions::default()));
        for fork in futures::future::join_all(some).await {
            forks.push(fork.expect("a fork"));
        }
    }
    let took = started.elapsed();
    let case = format!("{sandboxes} forks, {AT_ONCE} at a time");
    table.duration(&case, took, Some(Duration::from_secs(2)));
    if let (Some(before), Some(after)) = (before, resident()) {
        let grown = after.saturating_sub(before);
        table.bytes(
            &format!("memory of {sandboxes} forks"),
            grown,
            None,
            1 << 30,
        );
    }
    drop(forks);
    belljar.close().await;
}

/// Memory of this process that it shares with nobody.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib << 10)
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = std::process::Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {output:?}"
    );
}
