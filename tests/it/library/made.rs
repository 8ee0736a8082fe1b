//! Streams that callers make: what they become, how long they stay, what they are bounded by.

use std::sync::Arc;
use std::time::Duration;

use belljar::{
    Belljar, ByteSize, Command, ErrorKind, ManualClock, OrgId, OutputMode, Stdin, StreamFilter,
    StreamId, StreamOptions, StreamSort, Timestamp,
};
use bytes::Bytes;

use crate::guests::{Opened, eventually, finish, options, python, run, within};

/// A stream of `org`.
pub(crate) fn made(belljar: &Belljar, org: &OrgId) -> StreamId {
    belljar
        .create_stream(org, StreamOptions::named("test"))
        .unwrap()
}

fn routed(code: &str, id: &StreamId) -> Command {
    let mut command = python(code);
    command.stdout = OutputMode::Route(id.clone());
    command
}

async fn content(belljar: &Belljar, id: &StreamId) -> String {
    let reader = belljar.stream(id).unwrap().reader();
    let bytes = within("the end of a stream", reader.read_to_end()).await;
    String::from_utf8(bytes.unwrap()).unwrap()
}

#[tokio::test]
async fn a_stream_takes_the_output_of_one_command_after_the_other() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    // One that was made, and one whose id the caller has thought of.
    for id in [made(&belljar, belljar.default_org()), StreamId::generate()] {
        let route = |text: &str| routed(&format!("print({text:?})"), &id);
        let mut expected = String::new();
        for text in ["one", "two", "three"] {
            let execution = sandbox.execute(route(text)).await.unwrap();
            assert_eq!(execution.wait().await.exit_code, Some(0));
            expected.push_str(&format!("{text}\n"));
            assert_eq!(content(&belljar, &id).await, expected);
        }
        // Away from memory, too.
        eventually("the output is on disk", async || {
            belljar.data().join("output").join(id.as_str()).exists()
        })
        .await;
        let execution = sandbox.execute(route("four")).await.unwrap();
        assert_eq!(execution.wait().await.exit_code, Some(0));
        assert_eq!(content(&belljar, &id).await, format!("{expected}four\n"));
    }
}

#[tokio::test]
async fn a_stream_of_two_commands_ends_with_the_last() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let id = made(&belljar, belljar.default_org());
    let job = routed("input(); print('job')", &id).stdin(Stdin::Pipe);
    let job = sandbox.start_job(job).await.unwrap();
    let command = routed("print('command')", &id);
    let execution = sandbox.execute(command).await.unwrap();
    assert_eq!(execution.wait().await.exit_code, Some(0));
    let stdin = job.stdin().unwrap();
    stdin.write(Bytes::from_static(b"\n")).await.unwrap();
    stdin.finish();
    job.wait().await;
    assert_eq!(content(&belljar, &id).await, "command\njob\n");
}

#[tokio::test]
async fn a_refused_command_leaves_its_streams_unused() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let id = made(&belljar, belljar.default_org());
    let command = routed("1", &id).stdin(Stdin::Stream(StreamId::generate()));
    let error = sandbox.execute(command).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    let waiting = belljar.stream(&id).unwrap();
    assert!(waiting.is_input(), "it may still become anything");
    let command = python("print(input())").stdin(Stdin::Stream(id.clone()));
    let execution = sandbox.execute(command).await.unwrap();
    waiting.write(Bytes::from_static(b"hi\n")).await.unwrap();
    waiting.finish();
    finish(&execution).await.expect(0, "hi\n");
}

#[tokio::test]
async fn input_goes_with_its_sandbox() {
    let belljar = Opened::with(|mut options| {
        options.grace = Duration::ZERO;
        options
    })
    .await;
    let sandbox = belljar.create(options()).await.unwrap();
    let id = made(&belljar, belljar.default_org());
    let command = python("1").stdin(Stdin::Stream(id.clone()));
    run(&sandbox, command).await.expect(0, "");
    assert!(belljar.stream(&id).is_some());
    sandbox.destroy().await.unwrap();
    eventually("the stream is forgotten", async || {
        belljar.stream(&id).is_none()
    })
    .await;
}

#[tokio::test]
async fn an_organisation_has_so_many_unused_streams_and_they_age() {
    let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
    let shown = Arc::clone(&clock);
    let belljar = Opened::with(|options| options.clock(shown)).await;
    let org = belljar.default_org().clone();
    let ids: Vec<StreamId> = (0..1000).map(|_| made(&belljar, &org)).collect();
    let create = || belljar.create_stream(&org, StreamOptions::named("one more"));
    let error = create().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("1000"), "{error}");
    // Others have their own bound, and what is deleted makes room.
    made(&belljar, &OrgId::generate());
    belljar.delete_stream(&ids[0]).await.unwrap();
    assert!(belljar.stream(&ids[0]).is_none());
    let mut kept = StreamOptions::named("kept");
    kept.ttl = Some(Duration::from_secs(7200));
    let kept = belljar.create_stream(&org, kept).unwrap();
    assert!(create().is_err());
    // One that somebody waits for: the wait ends.
    let waiting = belljar.stream(&ids[1]).unwrap().reader();
    let data = &ids[2];
    belljar
        .append_stream(data, Bytes::from_static(b"data"))
        .await
        .unwrap();
    clock.advance(Duration::from_secs(3601));
    within("the end", waiting.read_to_end()).await.unwrap();
    eventually("the unused ones are gone", async || {
        belljar.streams(&org, &StreamFilter::default()).1 == 2
    })
    .await;
    assert!(belljar.stream(&kept).is_some());
    assert!(belljar.stream(data).is_some());
    create().unwrap();
    clock.advance(Duration::from_secs(31 * 24 * 3600));
    eventually("all are gone", async || {
        belljar.streams(&org, &StreamFilter::default()).1 == 0
    })
    .await;
}

#[tokio::test]
async fn what_is_appended_is_read_as_it_comes_and_to_its_end() {
    let belljar = Opened::with(|mut options| {
        options.output_limit = ByteSize::new(100);
        options
    })
    .await;
    let org = belljar.default_org().clone();
    let mut with = StreamOptions::named("log");
    with.metadata.insert("day".into(), "1".into());
    let id = belljar.create_stream(&org, with).unwrap();
    let mut reader = belljar.stream(&id).unwrap().reader();
    let first = tokio::spawn(async move {
        let first = reader.next().await.unwrap().unwrap();
        (first, reader)
    });
    tokio::task::yield_now().await;
    let append =
        |text: &'static str| belljar.append_stream(&id, Bytes::from_static(text.as_bytes()));
    append("one ").await.unwrap();
    let (first, reader) = within("the first bytes", first).await.unwrap();
    assert_eq!(first, "one ");
    append("two").await.unwrap();
    let too_much = Bytes::from(vec![0; 94]);
    let error = belljar.append_stream(&id, too_much).await.unwrap_err();
    assert_eq!(error.code(), "TOO_LARGE", "{error}");
    let stream = belljar.stream(&id).unwrap();
    // It is data now, and nothing else.
    assert!(!stream.is_input());
    stream.write(Bytes::from_static(b"x")).await.unwrap_err();
    let sandbox = belljar.fresh().await;
    let command = routed("1", &id);
    let error = sandbox.execute(command).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    stream.complete().unwrap();
    stream.complete().unwrap();
    assert_eq!(
        append("late").await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
    let rest = within("the rest", reader.read_to_end()).await.unwrap();
    assert_eq!(rest, b"two");
    assert_eq!(content(&belljar, &id).await, "one two");

    let other = made(&belljar, &org);
    let info = stream.info().unwrap();
    assert_eq!((info.name.as_str(), info.size), ("log", 7));
    let mut filter = StreamFilter::default();
    filter.sort = StreamSort::Size;
    let (all, total) = belljar.streams(&org, &filter);
    assert_eq!(total, 2);
    assert_eq!([&all[0].id, &all[1].id], [&id, &other]);
    filter.metadata.insert("day".into(), "1".into());
    assert_eq!(belljar.streams(&org, &filter).0, [info]);
    filter.name = Some("test".into());
    assert_eq!(belljar.streams(&org, &filter).1, 0);
}

#[tokio::test]
async fn a_slow_reader_gets_more_than_is_kept_and_later_ones_what_is() {
    let belljar = Opened::with(|mut options| {
        options.output_limit = ByteSize::new(1 << 20);
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    let code = "import sys
for n in range(320): sys.stdout.buffer.write(bytes([n % 251]) * (1 << 17))";
    let execution = sandbox.execute(python(code)).await.unwrap();
    let mut reader = execution.stdout();
    let mut at = 0_usize;
    while let Some(bytes) = within("more", reader.next()).await {
        for byte in bytes.unwrap() {
            assert_eq!(usize::from(byte), (at >> 17) % 251, "at {at}");
            at += 1;
        }
        if at.is_multiple_of(7) {
            // Slower than what writes.
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(at, 320 << 17, "40 MiB");
    let record = execution.wait().await;
    assert_eq!(record.exit_code, Some(0));
    assert!(record.output_truncated);
    let kept = execution.stdout().read_to_end().await.unwrap();
    assert_eq!(kept.len(), 1 << 20);
    // Without a reader nobody waits.
    run(&sandbox, python("print('x' * (5 << 20))")).await;
}
