//! Pausing and resuming, by hand and by use.

use std::sync::Arc;
use std::time::Duration;

use belljar::{
    Belljar, Clock, Direction, ErrorKind, FileWrite, ManualClock, Sandbox, SandboxStatus, Timestamp,
};
use serde_json::json;

use crate::guests::{Live, Opened, eventually, options, python, run, within};

async fn write(sandbox: &Sandbox, path: &str, content: &'static str) {
    let file = FileWrite {
        path: path.into(),
        content: content.into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
}

/// The kinds of a sandbox's events, with what `resume` says of who asked.
async fn events(belljar: &Belljar, sandbox: &Sandbox) -> Vec<String> {
    let events = belljar.events(sandbox.id(), 100, Direction::Asc);
    let shown = events.await.unwrap().into_iter().map(|event| {
        let automatic = event.data.get("automatic");
        match automatic.and_then(serde_json::Value::as_bool) {
            Some(automatic) => format!("{} {automatic}", event.kind),
            None => event.kind,
        }
    });
    shown.collect()
}

fn status(sandbox: &Sandbox) -> SandboxStatus {
    sandbox.record().status
}

#[tokio::test]
async fn files_are_as_they_were() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    run(
        &sandbox,
        python("import os; os.mkdir('d'); open('d/f', 'w').write('x' * 3_000_000)"),
    )
    .await
    .expect(0, "");
    let paused = sandbox.pause().await.unwrap();
    assert_eq!(paused.terminates_at, None);
    let record = sandbox.record();
    assert_eq!(record.status, SandboxStatus::Paused);
    assert!(record.paused_at.is_some());
    sandbox.resume().await.unwrap();
    let record = sandbox.record();
    assert_eq!(
        (record.status, record.paused_at),
        (SandboxStatus::Idle, None)
    );
    let code = "print(open('d/f').read() == 'x' * 3_000_000)";
    run(&sandbox, python(code)).await.expect(0, "True\n");
    let kinds = events(&belljar, &sandbox).await;
    assert!(kinds.contains(&"pause".to_owned()), "{kinds:?}");
    assert!(kinds.contains(&"resume false".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn a_command_resumes_it_and_says_so() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "f", "kept").await;
    sandbox.pause().await.unwrap();
    let execution = sandbox
        .execute(python("print(open('f').read())"))
        .await
        .unwrap();
    assert!(execution.record().auto_resumed);
    let record = within("its end", execution.wait()).await;
    assert!(record.auto_resumed);
    assert!(
        belljar
            .execution(execution.id())
            .await
            .unwrap()
            .auto_resumed
    );
    let output = within("its output", execution.stdout().read_to_end()).await;
    assert_eq!(output.unwrap(), b"kept\n");
    let again = sandbox.execute(python("")).await.unwrap();
    assert!(!again.record().auto_resumed);
    within("its end", again.wait()).await;
    let kinds = events(&belljar, &sandbox).await;
    assert!(kinds.contains(&"resume true".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn a_file_call_resumes_it() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "f", "kept").await;
    sandbox.pause().await.unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "kept");
    assert_eq!(status(&sandbox), SandboxStatus::Idle);
    sandbox.pause().await.unwrap();
    write(&sandbox, "g", "new").await;
    assert_eq!(status(&sandbox), SandboxStatus::Idle);
}

#[tokio::test]
async fn what_cannot_be_paused_or_resumed_says_why() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let error = sandbox.resume().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    let live = Live::ready(&sandbox, "input()").await;
    let error = sandbox.pause().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    live.say("\n").await;
    live.finish().await;
    sandbox.pause().await.unwrap();
    let error = sandbox.pause().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    for error in [
        sandbox.create_checkpoint("c").await.unwrap_err(),
        sandbox.restore_checkpoint("c").await.unwrap_err(),
        sandbox.delete_checkpoint("c").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    }
    assert_eq!(status(&sandbox), SandboxStatus::Paused);
    assert_eq!(sandbox.checkpoints().await.unwrap(), []);
    sandbox.destroy().await.unwrap();
    for error in [
        sandbox.pause().await.unwrap_err(),
        sandbox.resume().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Gone, "{error}");
    }
}

#[tokio::test]
async fn it_ends_when_it_was_paused_for_too_long() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_000_000)));
    let given = Arc::clone(&clock);
    let belljar = Opened::with(move |options| options.clock(given)).await;
    let mut limited = options();
    limited.timeouts.paused = Some(Duration::from_secs(60));
    let sandbox = belljar.create(limited).await.unwrap();
    let at = clock.now().checked_add(Duration::from_secs(60));
    assert_eq!(sandbox.pause().await.unwrap().terminates_at, at);
    assert_eq!(sandbox.record().terminates_at, at);
    // Resuming stops the clock, and pausing again starts it anew.
    sandbox.resume().await.unwrap();
    assert_eq!(sandbox.record().terminates_at, None);
    clock.advance(Duration::from_secs(30));
    let paused = sandbox.pause().await.unwrap();
    assert_eq!(
        paused.terminates_at,
        at.and_then(|at| at.checked_add(Duration::from_secs(30)))
    );
    clock.advance(Duration::from_secs(59));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(status(&sandbox), SandboxStatus::Paused);
    clock.advance(Duration::from_secs(1));
    eventually("its end", async || {
        status(&sandbox) == SandboxStatus::Terminated
    })
    .await;
    let kinds = events(&belljar, &sandbox).await;
    let timeout = "lifecycle:paused_timeout".to_owned();
    assert!(kinds.contains(&timeout), "{kinds:?}");

    // Zero is never.
    let mut unlimited = options();
    unlimited.timeouts.paused = Some(Duration::ZERO);
    let sandbox = belljar.create(unlimited).await.unwrap();
    assert_eq!(sandbox.pause().await.unwrap().terminates_at, None);
}

#[tokio::test]
async fn used_by_many_at_once_nothing_is_lost() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let pausing = {
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            for _ in 0..40 {
                // Refused while something is going on or when it is paused already.
                drop(sandbox.pause().await);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
    };
    let writing: Vec<_> = (0..4)
        .map(|writer| {
            let sandbox = sandbox.clone();
            tokio::spawn(async move {
                for n in 0..25 {
                    write(&sandbox, &format!("{writer}-{n}"), "x").await;
                }
            })
        })
        .collect();
    for task in writing {
        within("the writers", task).await.unwrap();
    }
    within("the pauses", pausing).await.unwrap();
    assert_eq!(sandbox.list_files(None).await.unwrap().len(), 100);
    run(&sandbox, python("import os; print(len(os.listdir()))"))
        .await
        .expect(0, "100\n");
}

#[tokio::test]
async fn a_paused_one_shows_when_it_ends_in_its_event() {
    let belljar = Opened::new().await;
    let mut limited = options();
    limited.timeouts.paused = Some(Duration::from_secs(3600));
    let sandbox = belljar.create(limited).await.unwrap();
    let paused = sandbox.pause().await.unwrap();
    let events = belljar.events(sandbox.id(), 100, Direction::Desc).await;
    let event = events.unwrap().into_iter().next().unwrap();
    assert_eq!(event.kind, "pause");
    assert_eq!(event.data["terminatesAt"], json!(paused.terminates_at));
}
