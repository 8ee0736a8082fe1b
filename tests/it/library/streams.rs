//! The streams of a command: live, whole, bounded.

use belljar::{
    ByteSize, Command, ErrorKind, OrgId, OutputMode, OutputReader, SandboxStatus, Stdin, StreamId,
};
use bytes::Bytes;
use futures::FutureExt;

use super::made::made;
use crate::guests::{Live, Opened, eventually, finish, options, python, run, stdout_as, within};

const ECHO: &str = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())";

async fn read(reader: OutputReader) -> Vec<u8> {
    within("the end of a stream", reader.read_to_end())
        .await
        .unwrap()
}

#[tokio::test]
async fn input_arrives_byte_for_byte() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let command = python(ECHO).stdin(Stdin::Bytes(bytes.clone().into()));
    let ended = run(&sandbox, command).await;
    assert!(ended.stdout == bytes, "{} bytes", ended.stdout.len());
    run(&sandbox, python(ECHO)).await.expect(0, "");
    let command = python(ECHO).stdin(Stdin::Bytes(Bytes::new()));
    run(&sandbox, command).await.expect(0, "");
}

#[tokio::test]
async fn piped_input_ends_when_it_is_finished() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::start(&sandbox, python(ECHO)).await;
    live.say("one ").await;
    live.say("").await;
    live.say("two").await;
    assert!(!live.execution.record().status.is_terminal());
    live.stdin.finish();
    let late = live.stdin.write(Bytes::from_static(b"late"));
    within("a write after the end", late).await.unwrap_err();
    live.finish().await.expect(0, "one two");
}

#[tokio::test]
async fn input_may_come_through_a_stream_with_an_id() {
    let belljar = Opened::new().await;
    let org = belljar.default_org().clone();
    let id = made(&belljar, &org);
    let stream = belljar.stream(&id).unwrap();
    assert!(stream.is_input());
    // Before anybody reads.
    within("room", stream.write(Bytes::from_static(b"early ")))
        .await
        .unwrap();
    let sandbox = belljar.fresh().await;
    let command = python(ECHO).stdin(Stdin::Stream(id.clone()));
    let execution = sandbox.execute(command).await.unwrap();
    within("room", stream.write(Bytes::from_static(b"late")))
        .await
        .unwrap();
    stream.finish();
    finish(&execution).await.expect(0, "early late");
    within("the reader is gone", stream.closed()).await;
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_is_refused_and_the_sandbox_stays_idle() {
    let belljar = Opened::new().await;
    let org = belljar.default_org().clone();
    let sandbox = belljar.fresh().await;
    let used = made(&belljar, &org);
    let command = python("1").stdin(Stdin::Stream(used.clone()));
    run(&sandbox, command).await.expect(0, "");
    let others = made(&belljar, &OrgId::generate());
    for id in [used, others, StreamId::generate()] {
        let command = python("1").stdin(Stdin::Stream(id.clone()));
        let error = sandbox.execute(command).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(id.as_str()), "{error}");
    }
    let record = sandbox.record();
    assert_eq!((record.status, record.executions), (SandboxStatus::Idle, 1));
}

#[tokio::test]
async fn output_is_read_while_the_program_runs() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for mode in [OutputMode::Capture, OutputMode::Pipe] {
        let code = "for _ in range(3): print('got', input(), flush=True)\nprint('end')";
        let mut live = Live::start(&sandbox, stdout_as(python(code), mode)).await;
        for (word, answer) in [("a\n", "got a"), ("b\n", "got b"), ("c\n", "got c")] {
            assert!(!live.execution.record().status.is_terminal());
            live.say(word).await;
            assert_eq!(live.line().await.as_deref(), Some(answer));
        }
        assert_eq!(live.line().await.as_deref(), Some("end"));
        assert_eq!(live.line().await, None);
        assert_eq!(live.finish().await.exit_code, Some(0));
    }
}

#[tokio::test]
async fn captured_output_has_many_readers_each_from_the_start() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let mut live = Live::ready(&sandbox, "input()\nprint('x' * 200_000)").await;
    let early = live.execution.stdout();
    live.say("\n").await;
    assert_eq!(live.line().await.map(|line| line.len()), Some(200_000));
    let during = live.execution.stdout();
    let id = live.execution.record().stdout.unwrap();
    let by_id = belljar.stream(&id).unwrap();
    assert!(!by_id.is_input());
    let ended = live.finish().await;
    let expected = format!("ready\n{}\n", "x".repeat(200_000));
    ended.expect(0, &expected);
    for reader in [early, during, by_id.reader(), by_id.reader()] {
        assert!(read(reader).await == expected.as_bytes());
    }
    // Nobody can write into what a program has said.
    let write = by_id.write(Bytes::from_static(b"forged"));
    within("an answer", write).await.unwrap_err();
}

#[tokio::test]
async fn unbuffered_output_is_whole() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "print('x' * 200_000)";
    for mode in [OutputMode::Capture, OutputMode::Pipe] {
        let command = Command::new(["python3", "-u", "-c", code]);
        let ended = run(&sandbox, stdout_as(command, mode)).await;
        assert_eq!((ended.exit_code, ended.stdout.len()), (Some(0), 200_001));
    }
    let code = "import os; n = os.write(1, b'x' * 200_000); os.write(2, b'%d' % n)";
    let ended = run(&sandbox, python(code)).await;
    assert_eq!(
        (ended.stdout.len(), ended.stderr.as_str()),
        (200_000, "200000")
    );
}

#[tokio::test]
async fn piped_output_waits_for_its_reader() {
    const BLOCKS: usize = 200;
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = format!(
        "import os, sys\n\
         for _ in range({BLOCKS}):\n  \
           sys.stdout.buffer.write(bytes(65536)); sys.stdout.buffer.flush()\n  \
           os.write(2, b'.')"
    );
    let command = stdout_as(python(&code), OutputMode::Pipe);
    let execution = sandbox.execute(command).await.unwrap();
    // As long as it takes the same program twice to write everything where nothing is waited for.
    let free = belljar.fresh().await;
    for _ in 0..2 {
        let ended = run(&free, stdout_as(python(&code), OutputMode::Discard)).await;
        assert_eq!(ended.stderr.len(), BLOCKS);
    }
    let mut stderr = execution.stderr();
    let mut written = 0;
    while let Some(Some(dots)) = stderr.next().now_or_never() {
        written += dots.unwrap().len();
    }
    assert!(
        written <= 2,
        "{written} blocks of 64 KiB that nobody has read"
    );
    assert!(!execution.record().status.is_terminal());

    let stdout = read(execution.stdout()).await;
    assert_eq!(stdout.len(), BLOCKS * 65536);
    let ended = finish(&execution).await;
    assert_eq!((ended.exit_code, ended.stderr.len()), (Some(0), BLOCKS));
    assert_eq!(ended.stats().output_bytes, BLOCKS as u64 * 65537);
    // There was one reader.
    assert!(read(execution.stdout()).await.is_empty());
}

#[tokio::test]
async fn a_reader_that_goes_away_is_a_broken_pipe() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import os\n\
                try:\n  \
                  while True: os.write(1, bytes(65536))\n\
                except OSError as error:\n  \
                  os.write(2, type(error).__name__.encode())\n\
                os._exit(9)";
    let command = stdout_as(python(code), OutputMode::Pipe);
    let execution = sandbox.execute(command).await.unwrap();
    let mut stdout = execution.stdout();
    assert!(within("output", stdout.next()).await.is_some());
    drop(stdout);
    let ended = finish(&execution).await;
    assert_eq!(
        (ended.exit_code, ended.stderr.as_str()),
        (Some(9), "BrokenPipeError")
    );
}

#[tokio::test]
async fn captured_output_ends_at_its_limit_and_says_so() {
    const LIMIT: usize = 100_000;
    let belljar = Opened::with(|mut options| {
        options.output_limit = ByteSize::new(LIMIT as u64);
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    let code = format!(
        "import sys\n\
         for n in range(25_000): sys.stdout.write(f'{{n:0>9}}\\n')\n\
         sys.stderr.write('e' * {LIMIT})"
    );
    // Nobody reads while it runs: see `made` for those who do.
    let execution = sandbox.execute(python(&code)).await.unwrap();
    execution.wait().await;
    let ended = finish(&execution).await;
    let expected: String = (0..25_000).map(|n| format!("{n:0>9}\n")).collect();
    ended.expect(0, &expected[..LIMIT]);
    assert!(ended.truncated);
    assert!(ended.stderr == "e".repeat(LIMIT));
    assert_eq!(ended.stats().output_bytes, 250_000 + LIMIT as u64);
    // Up to the limit nothing is missing.
    let exact = format!("import sys; sys.stdout.write('x' * {LIMIT})");
    let ended = run(&sandbox, python(&exact)).await;
    assert_eq!((ended.stdout.len(), ended.truncated), (LIMIT, false));
}

#[tokio::test]
async fn discarded_output_is_nowhere() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import sys; print('x'); print('y', file=sys.stderr); sys.exit(4)";
    let execution = python(code).output(&OutputMode::Discard);
    let execution = sandbox.execute(execution).await.unwrap();
    let ended = finish(&execution).await;
    ended.expect(4, "");
    assert_eq!(ended.stderr, "");
    let record = execution.record();
    assert_eq!((record.stdout, record.stderr), (None, None));
}

#[tokio::test]
async fn both_outputs_may_go_to_one_stream() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let id = StreamId::generate();
    let code = "import os\nfor n in range(4): os.write(1 + n % 2, b'%d' % n)";
    let command = python(code).output(&OutputMode::Route(id.clone()));
    let execution = sandbox.execute(command).await.unwrap();
    let ended = finish(&execution).await;
    assert_eq!(
        (ended.text().as_str(), ended.stderr.as_str()),
        ("0123", "0123")
    );
    let stream = belljar.stream(&id).unwrap();
    assert_eq!(read(stream.reader()).await, b"0123");
    // The first use of a stream decides what it is for, and it stays its organisation's.
    let org = belljar.default_org();
    let (fresh, input) = (made(&belljar, org), made(&belljar, org));
    let route = |id| python("print(1)").output(&OutputMode::Route(id));
    run(&sandbox, route(fresh)).await.expect(0, "1\n");
    run(&sandbox, python("").stdin(Stdin::Stream(input.clone())))
        .await
        .expect(0, "");
    for id in [input, made(&belljar, &OrgId::generate())] {
        let error = sandbox.execute(route(id)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    }
}

#[tokio::test]
async fn output_goes_with_its_sandbox() {
    let belljar = Opened::with(|mut options| {
        options.grace = std::time::Duration::ZERO;
        options
    })
    .await;
    let sandbox = belljar.create(options()).await.unwrap();
    let execution = sandbox.execute(Command::new(["python3", "-c", "print(1)"]));
    let execution = execution.await.unwrap();
    finish(&execution).await.expect(0, "1\n");
    let id = execution.record().stdout.unwrap();
    assert!(belljar.stream(&id).is_some());
    sandbox.destroy().await.unwrap();
    eventually("the stream is forgotten", async || {
        belljar.stream(&id).is_none()
    })
    .await;
}
