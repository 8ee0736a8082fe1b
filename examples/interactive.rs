//! A sandbox that lives for several commands: files in and out, live output, input, cancellation.
//!
//! `cargo run --release --example interactive`
#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::time::Duration;

use belljar::{
    Belljar, BelljarOptions, Command, FileWrite, Sandbox, SandboxOptions, Signal, Stdin,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Where the installed runtime is kept from one run to the next.
const CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/examples");
const COUNT: &str = "
import sys
words = {}
for line in sys.stdin:
    for word in line.split():
        words[word] = words.get(word, 0) + 1
with open('words.txt', 'w') as out:
    for word in sorted(words):
        print(word, words[word], file=out)
        print('counted', word, flush=True)
";

#[tokio::main]
async fn main() -> Result<()> {
    let belljar = Belljar::open(BelljarOptions::in_memory(CACHE)).await?;
    let sandbox = belljar.create(SandboxOptions::new("python:3.14")).await?;
    println!("sandbox {}", sandbox.id());

    count_words(&sandbox).await?;
    cancel(&sandbox).await?;

    sandbox.destroy().await?;
    belljar.close().await;
    Ok(())
}

/// Writes a program, feeds it, follows its output, reads what it wrote.
async fn count_words(sandbox: &Sandbox) -> Result<()> {
    let program = FileWrite {
        path: "count.py".into(),
        content: COUNT.into(),
    };
    sandbox.write_files(vec![program]).await?;

    let command = Command::new(["python3", "count.py"]).stdin(Stdin::Pipe);
    let execution = sandbox.execute(command).await?;
    if let Some(stdin) = execution.stdin() {
        stdin.write("to be or not to be\n".into()).await?;
        stdin.finish();
    }
    let mut stdout = execution.stdout();
    while let Some(chunk) = stdout.next().await {
        print!("{}", String::from_utf8_lossy(&chunk?));
    }
    println!("exit code {:?}", execution.wait().await.exit_code);

    let words = sandbox.read_file("words.txt").await?;
    print!("{}", String::from_utf8_lossy(&words));
    for entry in sandbox.list_files(None).await? {
        println!("{:>6} bytes  {}", entry.size, entry.path);
    }
    Ok(())
}

/// A program that would run for ever is told to stop; it leaves as Ctrl-C would make it.
async fn cancel(sandbox: &Sandbox) -> Result<()> {
    let endless = sandbox
        .execute(Command::new(["python3", "-c", "while True: pass"]))
        .await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    endless.signal(Signal::Interrupt);
    println!(
        "interrupted: exit code {:?}",
        endless.wait().await.exit_code
    );
    Ok(())
}
