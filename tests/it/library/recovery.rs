//! What is there after a crash: a copy of the data folder as it is right after an answer is what a
//! killed process leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use belljar::records::SqliteRecords;
use belljar::{
    Belljar, BelljarOptions, Direction, ErrorKind, FileWrite, ForkOptions, Sandbox, SandboxFilter,
    SandboxId, SandboxOptions, SandboxStatus, SnapshotOptions, StreamId,
};
use tempfile::TempDir;

use crate::guests::{eventually, options, python, run};
use crate::support::{PYTHON, cache_dir, data_dir};

async fn open(data: &Path) -> Belljar {
    let records = SqliteRecords::open(data.join("belljar.db")).unwrap();
    let options = BelljarOptions::at(data)
        .cache_dir(cache_dir())
        .records(Box::new(records));
    let belljar = Belljar::open(options).await.unwrap();
    belljar.install_runtime(PYTHON).await.unwrap();
    belljar
}

async fn write(sandbox: &Sandbox, path: &str, content: &'static str) {
    let file = FileWrite {
        path: path.into(),
        content: content.into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
}

/// The folder as a process that is killed now would leave it.
fn killed(data: &Path) -> TempDir {
    let copy = data_dir();
    copy_all(data, copy.path());
    copy
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn journal(data: &Path, id: &SandboxId) -> PathBuf {
    data.join("sandboxes").join(id.as_str()).join("journal")
}

#[tokio::test]
async fn what_was_answered_is_there() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let sandbox = belljar.create(options()).await.unwrap();
    let id = sandbox.id().clone();
    let again = async |copy: TempDir| {
        let belljar = open(copy.path()).await;
        let report = belljar.check_store().await.unwrap();
        assert!(report.is_clean(), "{report:#?}");
        let sandbox = belljar.sandbox(&id).unwrap();
        (copy, belljar, sandbox)
    };

    // A file call, the end of an execution.
    write(&sandbox, "a", "1").await;
    let (_copy, after, there) = again(killed(data.path())).await;
    assert_eq!(there.read_file("a").await.unwrap(), "1");
    after.close().await;
    let code = "open('b', 'w').write('2'); open('big', 'wb').write(b'x' * 2_500_000)";
    run(&sandbox, python(code)).await.expect(0, "");
    let (_copy, after, there) = again(killed(data.path())).await;
    let code = "print(open('a').read(), open('b').read(), len(open('big').read()))";
    run(&there, python(code)).await.expect(0, "1 2 2500000\n");
    after.close().await;

    // A checkpoint, and going back to it.
    sandbox.create_checkpoint("c").await.unwrap();
    write(&sandbox, "a", "3").await;
    let (_copy, after, there) = again(killed(data.path())).await;
    there.restore_checkpoint("c").await.unwrap();
    assert_eq!(there.read_file("a").await.unwrap(), "1");
    after.close().await;
    sandbox.restore_checkpoint("c").await.unwrap();
    let (_copy, after, there) = again(killed(data.path())).await;
    assert_eq!(there.read_file("a").await.unwrap(), "1");
    let next = there.create_checkpoint("d").await.unwrap();
    assert_eq!(next.parent.as_deref(), Some("c"));
    after.close().await;

    // A snapshot, a fork, and what was made from them.
    let snapshot = sandbox
        .create_snapshot(SnapshotOptions::new().name("s"))
        .await
        .unwrap();
    let fork = sandbox.fork(ForkOptions::new()).await.unwrap();
    let made = SandboxOptions::from_snapshot("s");
    let made = belljar.create(made).await.unwrap();
    let (_copy, after, _) = again(killed(data.path())).await;
    let (org, found) = (after.default_org(), &snapshot.id);
    assert_eq!(&after.find_snapshot("s", org).await.unwrap().id, found);
    for id in [fork.id(), made.id()] {
        let there = after.sandbox(id).unwrap();
        assert_eq!(there.read_file("a").await.unwrap(), "1");
        run(&there, python("print(1)")).await.expect(0, "1\n");
    }
    after.close().await;

    // A pause, and the end.
    sandbox.pause().await.unwrap();
    let (_copy, after, there) = again(killed(data.path())).await;
    assert_eq!(there.record().status, SandboxStatus::Paused);
    assert_eq!(there.read_file("a").await.unwrap(), "1");
    after.close().await;
    sandbox.destroy().await.unwrap();
    belljar.delete_snapshot(&snapshot.id).await.unwrap();
    let copy = killed(data.path());
    let after = open(copy.path()).await;
    assert!(after.sandbox(&id).is_err());
    assert!(after.snapshot(&snapshot.id).await.is_err());
    assert!(!journal(copy.path(), &id).exists());
    // What the others share with it stays.
    after.collect_garbage().await.unwrap();
    for id in [fork.id(), made.id()] {
        let there = after.sandbox(id).unwrap();
        assert_eq!(there.read_file("b").await.unwrap(), "2");
    }
    after.close().await;
    belljar.close().await;
}

#[tokio::test]
async fn a_paused_sandbox_ends_in_time_whoever_is_there() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let mut limited = options();
    limited.timeouts.paused = Some(Duration::from_millis(1_500));
    let sandbox = belljar.create(limited).await.unwrap();
    sandbox.pause().await.unwrap();
    let copy = killed(data.path());
    belljar.close().await;
    let after = open(copy.path()).await;
    let there = after.sandbox(sandbox.id()).unwrap();
    eventually("its end", async || {
        there.record().status == SandboxStatus::Terminated
    })
    .await;
    after.close().await;
}

#[tokio::test]
async fn a_torn_end_is_dropped_and_damage_fails_one_sandbox() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let sandbox = belljar.create(options()).await.unwrap();
        for content in ["1", "2", "3"] {
            write(&sandbox, "f", content).await;
        }
        ids.push(sandbox.id().clone());
    }
    belljar.close().await;
    let file = |n: usize| journal(data.path(), &ids[n]);
    // One torn, one spoilt in the middle, one gone, one of a newer version.
    let torn = fs::read(file(0)).unwrap();
    fs::write(file(0), &torn[..torn.len() - 5]).unwrap();
    let mut spoilt = fs::read(file(1)).unwrap();
    spoilt[32 + 72 + 20] ^= 1;
    fs::write(file(1), &spoilt).unwrap();
    fs::remove_file(file(2)).unwrap();
    fs::write(
        file(3),
        b"something else entirely, and longer than a header",
    )
    .unwrap();

    let belljar = open(data.path()).await;
    let sandbox = belljar.sandbox(&ids[0]).unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "2");
    for (n, reason) in [
        (1, "frame 2 of 3"),
        (2, "its journal is gone"),
        (3, "the header"),
    ] {
        let record = belljar.sandbox_record(&ids[n]).await.unwrap();
        assert_eq!(record.status, SandboxStatus::Failed, "{n}");
        assert!(belljar.sandbox(&ids[n]).is_err());
        let events = belljar.events(&ids[n], 1, Direction::Desc).await.unwrap();
        assert_eq!(events[0].kind, "lifecycle:failed");
        let error = events[0].data["error"].as_str().unwrap();
        assert!(error.contains(reason), "{n}: {error}");
    }
    // Left as it is, for whoever looks into it.
    assert_eq!(fs::read(file(1)).unwrap(), spoilt);
    let sandbox = belljar.sandbox(&ids[4]).unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "3");
    belljar.collect_garbage().await.unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "3");
    belljar.close().await;
    let belljar = open(data.path()).await;
    assert_eq!(fs::read(file(1)).unwrap(), spoilt);
    belljar.close().await;
}

#[tokio::test]
async fn a_sandbox_whose_tree_is_lost_has_failed() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let lost = belljar.create(options()).await.unwrap();
    let kept = belljar.create(options()).await.unwrap();
    write(&lost, "f", "unique content").await;
    let (lost, kept) = (lost.id().clone(), kept.id().clone());
    belljar.close().await;
    // The root that its journal ends with.
    let bytes = fs::read(journal(data.path(), &lost)).unwrap();
    let root: String = bytes[bytes.len() - 64..bytes.len() - 32]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let blobs = data.path().join("store-v1/blobs");
    fs::remove_file(blobs.join(&root[..2]).join(&root[2..])).unwrap();
    let belljar = open(data.path()).await;
    let record = belljar.sandbox_record(&lost).await.unwrap();
    assert_eq!(record.status, SandboxStatus::Failed);
    let there = belljar.sandbox(&kept).unwrap();
    run(&there, python("print(1)")).await.expect(0, "1\n");
    belljar.close().await;
}

#[tokio::test]
async fn output_of_before_a_restart_goes_with_its_sandbox() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let kept = belljar.create(options()).await.unwrap();
    let (id, gone) = (kept.id().clone(), belljar.create(options()).await.unwrap());
    let mut outputs = Vec::new();
    for sandbox in [&kept, &gone] {
        let execution = sandbox.execute(python("print('kept')")).await.unwrap();
        let record = execution.wait().await;
        outputs.push(record.stdout.unwrap());
    }
    gone.destroy().await.unwrap();
    let file = |id: &StreamId| data.path().join("output").join(id.as_str());
    eventually("both are on disk", async || {
        outputs.iter().all(|output| file(output).exists())
    })
    .await;
    belljar.close().await;
    drop((belljar, kept, gone));
    let begun = file(&outputs[0]).with_extension("new");
    fs::write(&begun, "half").unwrap();

    let records = SqliteRecords::open(data.path().join("belljar.db")).unwrap();
    let mut options = BelljarOptions::at(data.path())
        .cache_dir(cache_dir())
        .records(Box::new(records));
    options.grace = Duration::ZERO;
    let belljar = Belljar::open(options).await.unwrap();
    assert!(!begun.exists());
    eventually("what belongs to nothing is removed", async || {
        !file(&outputs[1]).exists()
    })
    .await;
    let reader = belljar.stream(&outputs[0]).unwrap().reader();
    assert_eq!(reader.read_to_end().await.unwrap(), b"kept\n");
    belljar.destroy(&id).await.unwrap();
    eventually("its output goes with a sandbox", async || {
        !file(&outputs[0]).exists()
    })
    .await;
    belljar.close().await;
}

#[tokio::test]
async fn a_sandbox_that_ended_before_a_restart_can_be_destroyed() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let oneshot = belljar
        .create(options().command(python("1")))
        .await
        .unwrap();
    let id = oneshot.id().clone();
    let ended = [SandboxStatus::Terminated];
    oneshot.wait_status(&ended, Duration::from_secs(60)).await;
    belljar.close().await;
    drop((belljar, oneshot));

    let belljar = open(data.path()).await;
    belljar.sandbox(&id).unwrap_err();
    let list = async |deleted_only| {
        let mut filter = SandboxFilter::default();
        filter.deleted_only = deleted_only;
        belljar.sandboxes(filter).await.unwrap().1
    };
    assert_eq!((list(false).await, list(true).await), (1, 0));
    let (one, two) = tokio::join!(belljar.destroy(&id), belljar.destroy(&id));
    one.and(two).unwrap();
    assert_eq!((list(false).await, list(true).await), (0, 1));
    let record = belljar.sandbox_record(&id).await.unwrap();
    assert_eq!(record.status, SandboxStatus::Deleted);
    let events = belljar.events(&id, 50, Direction::Desc).await.unwrap();
    assert_eq!(
        events
            .iter()
            .filter(|event| event.kind == "destroy")
            .count(),
        1
    );
    let error = belljar.destroy(&SandboxId::generate()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    belljar.close().await;
}
