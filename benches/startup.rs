//! How long a fresh sandbox takes, from nothing to its output read and everything gone, against
//! the machine's own Python started by fork and exec; and how many fit side by side.
//!
//! `cargo bench --bench startup`. Names after it choose parts: `table`, `concurrent`.

mod common;

use std::time::{Duration, Instant};

use belljar::{Belljar, BelljarOptions, Command, SandboxOptions};
use tokio::task::JoinSet;

use common::native::Native;
use common::samples::Samples;
use common::table::{Table, ms};

const ARGS: [&str; 3] = ["python3", "-c", "print(1)"];
/// Enough for a p99 that more than one sample decides.
const ROUNDS: usize = 400;
/// Code paths, caches and slots warm.
const WARM_UP: usize = 20;
const AT_ONCE: usize = 100;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let belljar = Belljar::open(BelljarOptions::in_memory(common::cache_dir()))
            .await
            .expect("it opens");
        for _ in 0..WARM_UP {
            once(&belljar).await;
        }
        if common::chosen("table") {
            table(&belljar).await;
        }
        if common::chosen("concurrent") {
            concurrent(&belljar).await;
        }
        belljar.close().await;
    });
}

/// A sandbox made, used, read and destroyed.
async fn once(belljar: &Belljar) {
    let options = SandboxOptions::new("python:3.14");
    let output = belljar
        .run(options, Command::new(ARGS))
        .await
        .expect("it runs");
    assert_eq!(
        (output.exit_code, output.stdout.as_slice()),
        (0, &b"1\n"[..])
    );
}

async fn table(belljar: &Belljar) {
    let native = Native::python().expect("a native python3 to compare with");
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..common::rounds(ROUNDS) {
        let started = Instant::now();
        once(belljar).await;
        ours.since(started);

        let started = Instant::now();
        assert_eq!(native.run(&ARGS[1..]), b"1\n");
        theirs.since(started);
    }
    let mut table = Table::default();
    for (percent, most) in [(50, 0.2), (99, 0.5)] {
        let case = format!("fresh sandbox, print(1), destroyed: p{percent}");
        table.compare(
            &case,
            ours.percentile(percent),
            theirs.percentile(percent),
            Some(most),
        );
    }
    table.compare("the same, fastest", ours.min(), theirs.min(), None);
    table.print(&format!(
        "Start-up against {} ({} rounds)",
        native.describe(),
        ours.len()
    ));
}

async fn concurrent(belljar: &Belljar) {
    const TURNS: usize = 5;
    let (mut sequential, mut parallel) = (Duration::MAX, Duration::MAX);
    // Turn by turn, and the best of each: what disturbs the machine disturbs both.
    for _ in 0..common::rounds(TURNS) {
        let started = Instant::now();
        for _ in 0..AT_ONCE {
            once(belljar).await;
        }
        sequential = sequential.min(started.elapsed());

        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let belljar = belljar.clone();
            tasks.spawn(async move { once(&belljar).await });
        }
        while let Some(task) = tasks.join_next().await {
            task.expect("none fails");
        }
        parallel = parallel.min(started.elapsed());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut table = Table::default();
    table.duration(&format!("{AT_ONCE} one after the other"), sequential, None);
    table.duration(&format!("{AT_ONCE} at once"), parallel, None);
    let factor = sequential.as_secs_f64() / parallel.as_secs_f64();
    // 1.6 on two cores; more cores are asked for as much each.
    table.factor(
        &format!("throughput at once, {cores} cores"),
        factor,
        0.8 * f64::from(u32::try_from(cores).unwrap_or(1)),
    );
    let each = parallel / u32::try_from(AT_ONCE).unwrap_or(1);
    table.text(
        "sandboxes a second",
        &format!("{:.0}", 1.0 / each.as_secs_f64()),
        &format!("one every {}", ms(each)),
    );
    table.print("Side by side");
}
