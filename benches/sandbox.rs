//! The steps of a sandbox's life, each by itself, for watching changes from commit to commit.
//!
//! `cargo bench --bench sandbox`; criterion keeps the former results and says what moved. The other
//! benches compare with native Python and print the README's numbers.

mod common;

use std::hint::black_box;

use belljar::{Belljar, BelljarOptions, Command, SandboxOptions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

const OUTPUT_BYTES: u64 = 8 << 20;

fn sandbox(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("threads");
    let options = BelljarOptions::in_memory(common::cache_dir());
    let belljar = runtime.block_on(Belljar::open(options)).expect("it opens");
    let python = || SandboxOptions::new("python:3.14");
    let print = || Command::new(["python3", "-c", "print(1)"]);
    // Installs and loads the runtime.
    runtime
        .block_on(belljar.run(python(), print()))
        .expect("it runs");

    let mut group = criterion.benchmark_group("sandbox");
    group.bench_function("create_destroy", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let sandbox = belljar.create(python()).await.expect("it is made");
            sandbox.destroy().await.expect("it goes");
        });
    });
    group.bench_function("run/print_1", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            black_box(belljar.run(python(), print()).await.expect("it runs"));
        });
    });

    let live = runtime
        .block_on(belljar.create(python()))
        .expect("it is made");
    group.bench_function("execute/print_1", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let execution = live.execute(print()).await.expect("it starts");
            black_box(execution.wait().await);
        });
    });
    let write = format!("import sys; sys.stdout.write('x' * {OUTPUT_BYTES})");
    group.throughput(Throughput::Bytes(OUTPUT_BYTES));
    group.bench_function("execute/output_8MiB", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let command = Command::new(["python3", "-c", &write]);
            let execution = live.execute(command).await.expect("it starts");
            let output = execution.stdout().read_to_end().await.expect("it is read");
            assert_eq!(output.len() as u64, OUTPUT_BYTES);
        });
    });
    group.finish();
    runtime.block_on(belljar.close());
}

criterion_group!(benches, sandbox);
criterion_main!(benches);
