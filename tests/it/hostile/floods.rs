//! More output than is kept, more input than is read.

use belljar::{ByteSize, ExecutionStatus, OutputMode, Stdin};
use bytes::Bytes;

use super::still_works;
use crate::guests::{Live, Opened, finish, python, run, stdout_as, within};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_flood_of_output_is_cut_at_the_limit_on_disk_too() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code =
        "import os\nblock = b'x' * 65536\nfor _ in range(1600): os.write(1, block)\nprint('end')";
    let execution = sandbox.execute(python(code)).await.unwrap();
    // Nobody reads meanwhile; who did would get all of it.
    within("the end", execution.wait()).await;
    let ended = finish(&execution).await;
    assert_eq!((ended.exit_code, ended.truncated), (Some(0), true));
    // The default limit; the beginning is kept.
    assert_eq!(ended.stdout.len(), 16 * MIB);
    assert!(ended.stdout.iter().all(|byte| *byte == b'x'));
    assert_eq!(ended.stats().output_bytes, 100 * MIB as u64 + 4);
    let files = std::fs::read_dir(belljar.data().join("output")).unwrap();
    let sizes: Vec<u64> = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .collect();
    assert_eq!(sizes.iter().sum::<u64>(), 16 * MIB as u64);
    assert!(
        belljar
            .execution(execution.id())
            .await
            .unwrap()
            .output_truncated
    );
    still_works(&belljar, &sandbox).await;
}

/// Measured in a process of its own, where nothing else takes memory.
#[cfg(target_os = "linux")]
#[test]
fn a_flood_of_output_takes_no_memory_of_the_host() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;

    let code = "import os, sys\n\
                print('ready', flush=True)\n\
                block = b'x' * 65536\n\
                for _ in range(8000): sys.stdout.buffer.write(block)\n\
                sys.stdout.flush()\n\
                os.write(2, b'written')\n\
                input()";
    let mut child = crate::support::belljar()
        .args(["run", "python3", "-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let peak = |pid: u32| -> usize {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    let before = peak(child.id());
    let flood = std::io::copy(
        &mut stdout.by_ref().take(500 * MIB as u64),
        &mut std::io::sink(),
    );
    assert_eq!(flood.unwrap(), 500 * MIB as u64);
    let mut said = [0; 7];
    child
        .stderr
        .as_mut()
        .unwrap()
        .read_exact(&mut said)
        .unwrap();
    let after = peak(child.id());
    drop(child.stdin.take());
    assert!(child.wait().unwrap().code().is_some());
    // 500 MiB went through; in KiB.
    assert!(after - before < 64 << 10, "from {before} to {after} KiB");
}

/// Sends so many bytes through a pipe to a program that reads and counts them.
async fn feed(mebibytes: usize) {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import sys\n\
                total = 0\n\
                while block := sys.stdin.buffer.read1(1 << 16): total += len(block)\n\
                print(total)";
    let command = python(code).stdin(Stdin::Pipe);
    let execution = sandbox.execute(command).await.unwrap();
    let stdin = execution.stdin().unwrap();
    let block = Bytes::from(vec![b'x'; MIB]);
    for _ in 0..mebibytes {
        within("the program reads", stdin.write(block.clone()))
            .await
            .unwrap();
    }
    stdin.finish();
    let ended = finish(&execution).await;
    ended.expect(0, &format!("{}\n", mebibytes * MIB));
    // It never had all of it at once.
    assert!(ended.stats().peak_memory < ByteSize::mib(256));
}

#[tokio::test]
async fn any_amount_of_input_goes_through_a_pipe() {
    feed(64).await;
}

#[tokio::test]
#[ignore = "a gibibyte takes half a minute in a build for tests; the nightly run has the time"]
async fn a_gibibyte_of_input_goes_through_a_pipe() {
    feed(1024).await;
}

#[tokio::test]
async fn a_gibibyte_of_input_that_is_all_there_does_not_fit_and_only_the_program_suffers() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    // Given at once, read at once: more than its 512 MiB of memory. One page of zeroes, shared.
    let all = Bytes::from(vec![0; 1 << 30]);
    let command = python("import sys; x = sys.stdin.buffer.read()").stdin(Stdin::Bytes(all));
    let ended = run(&sandbox, command).await;
    assert_eq!(ended.exit_code, Some(1), "{ended:#?}");
    assert!(ended.stderr.ends_with("MemoryError\n"), "{ended:#?}");
    still_works(&belljar, &sandbox).await;
}

#[tokio::test]
async fn input_that_is_never_read_ends_with_the_program() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, "import time; time.sleep(600)").await;
    let stdin = live.stdin.clone();
    let writer = tokio::spawn(async move {
        // Far more than a pipe holds.
        stdin.write(Bytes::from(vec![b'x'; 16 * MIB])).await
    });
    let closed = {
        let stdin = live.stdin.clone();
        tokio::spawn(async move { stdin.closed().await })
    };
    live.execution.cancel();
    let ended = live.finish().await;
    assert_eq!(ended.status, ExecutionStatus::Cancelled);
    let written = within("the writer is told", writer).await.unwrap();
    assert!(written.is_err(), "nobody has read 16 MiB");
    within("the writer is told", closed).await.unwrap();

    // Neither does unread input keep a program from ending by itself.
    let command = python("print('done')").stdin(Stdin::Bytes(vec![b'x'; 64 * MIB].into()));
    run(&sandbox, command).await.expect(0, "done\n");
    let live = Live::start(&sandbox, python("print('done')")).await;
    live.finish().await.expect(0, "done\n");
}

#[tokio::test]
async fn a_flood_into_a_pipe_that_nobody_reads_can_be_cancelled() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import os\nos.write(2, b'writing')\nwhile True: os.write(1, b'x' * 65536)";
    let command = stdout_as(python(code), OutputMode::Pipe);
    let execution = sandbox.execute(command).await.unwrap();
    let unread = execution.stdout();
    let mut stderr = execution.stderr();
    let said = within("a word", stderr.next()).await.unwrap().unwrap();
    assert_eq!(said, "writing");
    execution.cancel();
    let record = within("its end", execution.wait()).await;
    assert_eq!(record.status, ExecutionStatus::Cancelled);
    // What it had written is still there, and then the end.
    let rest = within("the rest", unread.read_to_end()).await.unwrap();
    assert!(rest.len() <= 128 << 10, "{}", rest.len());
    still_works(&belljar, &sandbox).await;
}

#[tokio::test]
async fn many_small_writes_are_all_kept() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import os\nfor n in range(50_000): os.write(1 + n % 2, b'%05d\\n' % n)";
    let ended = run(&sandbox, python(code)).await;
    let half = |odd: usize| -> String {
        (0..25_000)
            .map(|n| format!("{:05}\n", n * 2 + odd))
            .collect()
    };
    assert!(ended.text() == half(0) && ended.stderr == half(1));
}
