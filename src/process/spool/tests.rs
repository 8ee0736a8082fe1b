//! The spool, without a process.

use std::time::Duration;

use super::*;
use crate::clock::{ManualClock, Timestamp};

async fn read_all(mut reader: SpoolReader) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(bytes) = reader.next().await {
        all.extend_from_slice(&bytes.unwrap());
    }
    all
}

#[tokio::test]
async fn readers_before_during_and_after_see_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(Some(folder.path().join("out")), u64::MAX);
    let early = tokio::spawn(read_all(spool.reader()));
    let mut expected = Vec::new();
    for i in 0..100u8 {
        let block = vec![i; 3000];
        spool.append(&block);
        expected.extend_from_slice(&block);
        if i == 50 {
            tokio::task::yield_now().await;
        }
    }
    let during = tokio::spawn(read_all(spool.reader()));
    spool.close();
    assert_eq!(early.await.unwrap(), expected);
    assert_eq!(during.await.unwrap(), expected);
    assert_eq!(read_all(spool.reader()).await, expected);
    assert!(!spool.truncated());
}

#[tokio::test]
async fn the_limit_truncates_and_says_so() {
    let spool = Spool::new(None, 10);
    spool.append(b"12345678");
    assert!(!spool.truncated());
    spool.append(b"abcdef");
    spool.append(b"more");
    spool.close();
    assert!(spool.truncated());
    assert_eq!(spool.written(), 18);
    assert_eq!(read_all(spool.reader()).await, b"12345678ab");
}

#[tokio::test]
async fn each_line_is_stamped_once_however_it_is_written() {
    let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
    let spool = Spool::stamped(None, 1000, Some(clock.clone()));
    spool.append(b"one\ntw");
    clock.advance(Duration::from_secs(1));
    spool.append(b"o\n");
    spool.append(b"");
    spool.append(b"three");
    spool.close();
    let expected = "1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:00.000Z two\n\
                    1970-01-01T00:00:01.000Z three";
    assert_eq!(read_all(spool.reader()).await, expected.as_bytes());
    assert_eq!(spool.written(), 13);
}

#[tokio::test]
async fn a_persisted_spool_can_be_reopened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let spool = Spool::new(Some(path.clone()), 100);
    spool.append(b"short");
    assert!(!path.exists());
    spool.persist().unwrap();
    spool.append(b" and more");
    spool.close();
    let again = Spool::reopen(path, 100);
    assert_eq!(read_all(again.reader()).await, b"short and more");
    spool.discard();
    assert!(!folder.path().join("out").exists());
    spool.persist().unwrap();
    assert!(!folder.path().join("out").exists());
    let gone = Spool::reopen(folder.path().join("never"), 100);
    assert_eq!(read_all(gone.reader()).await, b"");
}

/// Reads exactly `wanted` bytes, or less at the end.
async fn read_some(reader: &mut SpoolReader, wanted: usize) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < wanted {
        match reader.next().await {
            Some(bytes) => read.extend_from_slice(&bytes.unwrap()),
            None => break,
        }
    }
    read
}

/// Writes as a process does: no more than there is room for.
async fn write_all(spool: &Spool, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        spool.ready().await;
        bytes = &bytes[spool.offer(bytes)..];
    }
}

fn pattern(from: usize, length: usize) -> Vec<u8> {
    (0..251_u8).cycle().skip(from % 251).take(length).collect()
}

#[tokio::test]
async fn a_slow_reader_gets_more_than_is_kept_whole() {
    const TOTAL: usize = 41 << 20;
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(Some(folder.path().join("out")), 1 << 20);
    let mut reader = spool.reader();
    let writing = Arc::clone(&spool);
    let block = |at: usize| vec![u8::try_from(at >> 20).unwrap(); 1 << 20];
    let writer = tokio::spawn(async move {
        for at in (0..TOTAL).step_by(1 << 20) {
            write_all(&writing, &block(at)).await;
        }
        writing.close();
    });
    let mut at = 0;
    while let Some(bytes) = reader.next().await {
        let mut bytes = bytes.unwrap();
        while !bytes.is_empty() {
            let left = (1 << 20) - at % (1 << 20);
            let piece = bytes.split_to(left.min(bytes.len()));
            assert!(block(at).starts_with(&piece), "at {at}");
            at += piece.len();
        }
        assert!(spool.lock().window.len() <= WINDOW_BYTES);
    }
    assert_eq!(at, TOTAL);
    writer.await.unwrap();
    // Who comes later gets what is kept, and is told that it is not all.
    assert!(spool.truncated());
    assert_eq!(spool.written(), TOTAL as u64);
    assert_eq!(read_all(spool.reader()).await, [0; 1 << 20]);
}

#[tokio::test]
async fn a_reader_that_stalls_holds_the_writer_and_one_that_leaves_does_not() {
    let spool = Spool::new(None, 1000);
    // Nobody reads from this one: it holds nobody up.
    let idle = spool.reader();
    spool.append(&pattern(0, 500));
    let mut stalls = spool.reader();
    let mut follows = spool.reader();
    assert_eq!(read_some(&mut stalls, 500).await.len(), 500);
    assert_eq!(read_some(&mut follows, 500).await.len(), 500);
    let all = pattern(500, 500 + WINDOW_BYTES);
    assert_eq!(spool.offer(&all), WRITE_PERMIT);
    assert_eq!(spool.offer(&all[WRITE_PERMIT..]), 500);
    assert_eq!(spool.room(), 0);
    assert_eq!(read_some(&mut follows, all.len()).await, all);
    assert_eq!(spool.room(), 0, "one has not had it yet");
    drop(stalls);
    assert_eq!(spool.room(), WRITE_PERMIT);
    drop(follows);
    // Without a reader nobody waits, and what is not kept is dropped.
    assert_eq!(spool.offer(&[7; WRITE_PERMIT]), WRITE_PERMIT);
    assert!(spool.lock().window.is_empty());
    spool.close();
    assert_eq!(read_all(idle).await, pattern(0, 1000));
}

#[tokio::test]
async fn a_reader_that_comes_in_time_gets_everything_and_one_that_does_not_what_is_kept() {
    let spool = Spool::new(None, 100);
    let mut first = spool.reader();
    spool.append(&pattern(0, 50));
    assert_eq!(read_some(&mut first, 50).await.len(), 50);
    spool.append(&pattern(50, 150));
    // Nothing has been let go of: the first is still at 50.
    let in_time = tokio::spawn(read_all(spool.reader()));
    tokio::task::yield_now().await;
    assert_eq!(read_some(&mut first, 150).await, pattern(50, 150));
    assert!(!in_time.is_finished());
    while spool.lock().window_start < 200 {
        tokio::task::yield_now().await;
    }
    let late = tokio::spawn(read_all(spool.reader()));
    tokio::task::yield_now().await;
    spool.append(&pattern(200, 10));
    spool.close();
    assert_eq!(in_time.await.unwrap(), pattern(0, 210));
    assert_eq!(late.await.unwrap(), pattern(0, 100));
    assert_eq!(read_some(&mut first, 10).await, pattern(200, 10));
    assert!(first.next().await.is_none());
}

#[tokio::test]
async fn what_waits_in_the_window_is_read_after_the_end() {
    let spool = Spool::new(None, 10);
    let mut reader = spool.reader();
    spool.append(&pattern(0, 5));
    assert_eq!(read_some(&mut reader, 5).await.len(), 5);
    spool.append(&pattern(5, 95));
    spool.close();
    assert_eq!(read_all(reader).await, pattern(5, 95));
}

#[tokio::test]
async fn what_was_closed_and_put_away_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(Some(folder.path().join("out")), 1000);
    spool.open().unwrap();
    spool.open().unwrap();
    spool.append(b"one ");
    spool.close();
    spool.append(b"two ");
    spool.close();
    assert!(spool.is_closed());
    spool.persist().unwrap();
    spool.park();
    assert!(spool.lock().file.is_none() && spool.has_file());
    assert_eq!(read_all(spool.reader()).await, b"one two ");
    spool.open().unwrap();
    let follows = tokio::spawn(read_all(spool.reader()));
    spool.append(b"three");
    spool.close();
    assert_eq!(follows.await.unwrap(), b"one two three");
    spool.persist().unwrap();
    spool.park();
    spool.discard();
    assert!(!folder.path().join("out").exists());
    assert_eq!(read_all(spool.reader()).await, b"");
}

#[test]
fn output_does_not_bring_back_a_folder_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::new(Some(folder.path().join("gone/out")), 1 << 20);
    spool.append(&vec![b'x'; super::MEMORY_BYTES + 1]);
    assert!(spool.persist().is_err());
    spool.discard();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
