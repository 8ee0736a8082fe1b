//! One command in a sandbox of its own: output and exit code come back, nothing stays.
//!
//! `cargo run --release --example one_shot`
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::time::Duration;

use belljar::{Belljar, BelljarOptions, ByteSize, Command, SandboxError, SandboxOptions};

/// Where the installed runtime is kept from one run to the next.
const CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/examples");
const CODE: &str = "
import json, sys
numbers = json.load(open('numbers.json'))
print('sum', sum(numbers))
print('python', sys.version.split()[0], file=sys.stderr)
";

#[tokio::main]
async fn main() -> Result<(), SandboxError> {
    // Records and files are gone when this program ends; the installed runtime is kept.
    let belljar = Belljar::open(BelljarOptions::in_memory(CACHE)).await?;

    let options = SandboxOptions::new("python:3.14")
        .memory(ByteSize::mib(256))
        .file("numbers.json", "[1, 2, 3]")
        .execution_timeout(Duration::from_secs(30));
    let output = belljar
        .run(options, Command::new(["python3", "-c", CODE]))
        .await?;

    print!("{}", String::from_utf8_lossy(&output.stdout));
    print!("{}", String::from_utf8_lossy(&output.stderr));
    println!("exit code {}", output.exit_code);

    belljar.close().await;
    Ok(())
}
