//! A hundred sandboxes at once, each with a private filesystem and a limit of its own.
//!
//! `cargo run --release --example many`
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::time::Instant;

use belljar::{Belljar, BelljarOptions, ByteSize, Command, SandboxOptions};
use tokio::task::JoinSet;

/// Where the installed runtime is kept from one run to the next.
const CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/examples");
const SANDBOXES: usize = 100;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let belljar = Belljar::open(BelljarOptions::in_memory(CACHE)).await?;
    // The first one installs and loads the runtime; the rest start from its image.
    let warm_up = Command::new(["python3", "-c", "pass"]);
    belljar
        .run(SandboxOptions::new("python:3.14"), warm_up)
        .await?;

    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..SANDBOXES {
        let belljar = belljar.clone();
        tasks.spawn(async move {
            let code = format!("open('mine', 'w').write('{number}'); print({number} ** 2)");
            let options = SandboxOptions::new("python:3.14").memory(ByteSize::mib(128));
            belljar
                .run(options, Command::new(["python3", "-c", &code]))
                .await
        });
    }
    let mut total = 0;
    while let Some(output) = tasks.join_next().await {
        total += String::from_utf8(output??.stdout)?
            .trim()
            .parse::<usize>()?;
    }
    println!(
        "{SANDBOXES} sandboxes in {:?}, sum of squares {total}",
        started.elapsed()
    );

    belljar.close().await;
    Ok(())
}
