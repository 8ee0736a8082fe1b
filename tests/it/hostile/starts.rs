//! Ended before it has begun: in every state that a start goes through.

use std::time::Duration;

use belljar::{ExecutionStatus, SandboxStatus};

use super::still_works;
use crate::guests::{Opened, PATIENCE, eventually, finish, options, python, within};

const ENDLESS: &str = "while True: pass";

#[tokio::test]
async fn cancelled_at_once() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for n in 0..50 {
        let execution = sandbox.execute(python(ENDLESS)).await.unwrap();
        // From the very first moment to a few milliseconds into it.
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        if n % 2 == 1 {
            tokio::time::sleep(Duration::from_micros(n * 100)).await;
        }
        execution.cancel();
        let ended = finish(&execution).await;
        assert_eq!(
            (ended.status, ended.exit_code, ended.stderr.as_str()),
            (ExecutionStatus::Cancelled, Some(130), ""),
            "{n}: {ended:#?}"
        );
        assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    }
    still_works(&belljar, &sandbox).await;
}

#[tokio::test]
async fn destroyed_at_once() {
    let belljar = Opened::new().await;
    for n in 0..50 {
        let sandbox = belljar.create(options().file("f", "x")).await.unwrap();
        let execution = sandbox.execute(python(ENDLESS)).await.unwrap();
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        within("the end", sandbox.destroy()).await.unwrap();
        assert_eq!(sandbox.record().status, SandboxStatus::Deleted);
        let record = within("its end", execution.wait()).await;
        assert_eq!(
            record.status,
            ExecutionStatus::Cancelled,
            "{n}: {record:#?}"
        );
    }
    eventually("all files are removed", async || {
        let mut left = std::fs::read_dir(belljar.data().join("sandboxes")).unwrap();
        left.next().is_none()
    })
    .await;
}

#[tokio::test]
async fn one_shots_destroyed_at_once() {
    let belljar = Opened::new().await;
    for n in 0..50 {
        let sandbox = options().command(python(ENDLESS)).file("f", "x");
        let sandbox = belljar.create(sandbox).await.unwrap();
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        within("the end", sandbox.destroy()).await.unwrap();
        let record = sandbox.record();
        assert_eq!(record.status, SandboxStatus::Deleted);
        let id = record.execution_id.unwrap();
        let ended = belljar.wait_execution(&id, PATIENCE).await.unwrap();
        assert_eq!(ended.status, ExecutionStatus::Cancelled, "{n}: {ended:#?}");
    }
    eventually("all files are removed", async || {
        let mut left = std::fs::read_dir(belljar.data().join("sandboxes")).unwrap();
        left.next().is_none()
    })
    .await;
    belljar.python("print(1)").await.expect(0, "1\n");
}

#[tokio::test]
async fn destroyed_while_its_runtime_is_made_ready() {
    for n in 0..5_u64 {
        // Without the runtime loaded, a sandbox is `creating` for some milliseconds.
        let data = crate::support::data_dir();
        let options = belljar::BelljarOptions::at(data.path());
        let options = options.cache_dir(crate::support::cache_dir());
        let belljar = belljar::Belljar::open(options).await.unwrap();
        let plain = belljar.create(crate::guests::options()).await.unwrap();
        let oneshot = crate::guests::options().command(python(ENDLESS));
        let oneshot = belljar.create(oneshot).await.unwrap();
        tokio::time::sleep(Duration::from_millis(n * 10)).await;
        for sandbox in [&plain, &oneshot] {
            within("the end", sandbox.destroy()).await.unwrap();
            assert_eq!(sandbox.record().status, SandboxStatus::Deleted);
        }
        let id = oneshot.record().execution_id.unwrap();
        let ended = belljar.wait_execution(&id, PATIENCE).await.unwrap();
        assert_eq!(ended.status, ExecutionStatus::Cancelled, "{ended:#?}");
        eventually("all files are removed", async || {
            let mut left = std::fs::read_dir(data.path().join("sandboxes")).unwrap();
            left.next().is_none()
        })
        .await;
        belljar.close().await;
    }
}

/// One that begins in the moment another ends must not be taken for the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroyed_right_after_the_next_has_begun() {
    let belljar = Opened::new().await;
    for n in 0..30 {
        let sandbox = belljar.fresh().await;
        let first = sandbox.execute(python("pass")).await.unwrap();
        within("its end", first.wait()).await;
        let second = sandbox.execute(python(ENDLESS)).await.unwrap();
        within("the end", sandbox.destroy()).await.unwrap();
        let record = within("its end", second.wait()).await;
        assert_eq!(
            record.status,
            ExecutionStatus::Cancelled,
            "{n}: {record:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroyed_while_a_command_is_accepted() {
    let belljar = Opened::new().await;
    for n in 0..50 {
        let sandbox = belljar.fresh().await;
        let other = sandbox.clone();
        let destroying = tokio::spawn(async move { other.destroy().await });
        // Accepted or refused, but never left running in what is gone.
        if let Ok(execution) = sandbox.execute(python(ENDLESS)).await {
            let record = within("its end", execution.wait()).await;
            assert_eq!(
                record.status,
                ExecutionStatus::Cancelled,
                "{n}: {record:#?}"
            );
        }
        within("the end", destroying).await.unwrap().unwrap();
        assert_eq!(sandbox.record().status, SandboxStatus::Deleted, "{n}");
    }
}
