//! Ends that a program did not choose: out of time, cancelled, its sandbox gone.

use std::time::Duration;

use belljar::{ErrorKind, ExecutionId, ExecutionStatus, SandboxStatus, Stdin};
use futures::FutureExt;

use crate::guests::{Live, Opened, PATIENCE, eventually, finish, options, python, run, within};

/// Programs that end only if they are ended.
const ENDLESS: [&str; 4] = [
    "while True: pass",
    "import time\nwhile True: time.sleep(600)",
    "input()",
    "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
];

#[tokio::test]
async fn out_of_time_is_a_status_an_exit_code_and_a_message() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for code in ENDLESS {
        let command = python(code)
            .stdin(Stdin::Pipe)
            .timeout(Duration::from_millis(300));
        let ended = run(&sandbox, command).await;
        assert_eq!(
            (ended.status, ended.exit_code, ended.error.as_deref()),
            (
                ExecutionStatus::Timeout,
                Some(124),
                Some("timed out after 300ms")
            ),
            "{code}: {ended:#?}"
        );
        assert_eq!(ended.stderr, "belljar: python3: timed out after 300ms\n");
        run(&sandbox, python("print('next')"))
            .await
            .expect(0, "next\n");
    }
}

#[tokio::test]
async fn a_sandboxes_time_limit_is_that_of_commands_without_their_own() {
    let belljar = Opened::new().await;
    let sandbox = options().execution_timeout(Duration::from_millis(200));
    let sandbox = belljar.create(sandbox).await.unwrap();
    let ended = run(&sandbox, python("while True: pass")).await;
    assert_eq!(ended.status, ExecutionStatus::Timeout, "{ended:#?}");
    assert_eq!(ended.error.as_deref(), Some("timed out after 200ms"));
    let code = "import time; time.sleep(0.5); print('done')";
    for limit in [Duration::ZERO, PATIENCE] {
        run(&sandbox, python(code).timeout(limit))
            .await
            .expect(0, "done\n");
    }
}

#[tokio::test]
async fn a_cancelled_command_keeps_its_output_and_its_sandbox() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for code in ENDLESS {
        let live = Live::ready(&sandbox, code).await;
        live.execution.cancel();
        let ended = live.finish().await;
        assert_eq!(
            (ended.status, ended.exit_code, ended.error.as_deref()),
            (ExecutionStatus::Cancelled, Some(130), Some("cancelled")),
            "{code}: {ended:#?}"
        );
        assert_eq!(
            (ended.text().as_str(), ended.stderr.as_str()),
            ("ready\n", "")
        );
        run(&sandbox, python("print('next')"))
            .await
            .expect(0, "next\n");
    }
}

#[tokio::test]
async fn an_execution_can_be_cancelled_by_its_id() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, ENDLESS[0]).await;
    let id = live.execution.id().clone();
    let record = within("its end", belljar.cancel_execution(&id))
        .await
        .unwrap();
    assert_eq!(record.status, ExecutionStatus::Cancelled);
    assert_eq!(live.execution.record(), record);
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    // What has ended stays as it is.
    live.execution.cancel();
    assert_eq!(belljar.cancel_execution(&id).await.unwrap(), record);
    let execution = sandbox.execute(python("print(1)")).await.unwrap();
    finish(&execution).await.expect(0, "1\n");
    let record = belljar.cancel_execution(execution.id()).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code),
        (ExecutionStatus::Completed, Some(0))
    );

    let error = belljar
        .cancel_execution(&ExecutionId::generate())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::NotFound, "EXECUTION_NOT_FOUND")
    );
}

#[tokio::test]
async fn dropping_an_execution_cancels_it_and_detaching_does_not() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, ENDLESS[0]).await;
    let id = live.execution.id().clone();
    drop(live);
    let record = belljar.wait_execution(&id, PATIENCE).await.unwrap();
    assert_eq!(record.status, ExecutionStatus::Cancelled);

    let live = Live::ready(&sandbox, "input()").await;
    let stdout = live.execution.record().stdout.unwrap();
    let (id, stdin) = live.detach();
    assert_eq!(
        belljar.execution(&id).await.unwrap().status,
        ExecutionStatus::Running
    );
    stdin.write("go on\n".into()).await.unwrap();
    let record = belljar.wait_execution(&id, PATIENCE).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code),
        (ExecutionStatus::Completed, Some(0))
    );
    let read = belljar.stream(&stdout).unwrap().reader().read_to_end();
    assert_eq!(within("output", read).await.unwrap(), b"ready\n");
}

#[tokio::test]
async fn a_detached_execution_that_nobody_waits_for_is_abandoned() {
    let belljar = Opened::with(|mut options| {
        options.abandon_after = Some(Duration::from_millis(50));
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    // Nobody has ever waited for this one, so nobody has left it.
    let (kept, stdin) = Live::ready(&sandbox, "input()").await.detach();

    // Of two who wait for this one, one leaves.
    let another = belljar.fresh().await;
    let (waited, _stdin) = Live::ready(&another, "input()").await.detach();
    let mut stays = Box::pin(belljar.wait_execution(&waited, PATIENCE));
    assert!(stays.as_mut().now_or_never().is_none());
    let leaves = belljar.wait_execution(&waited, PATIENCE);
    assert!(leaves.now_or_never().is_none());

    // The only one who waits for this one leaves later, and that ends it.
    let third = belljar.fresh().await;
    let (left, _stdin) = Live::ready(&third, "input()").await.detach();
    assert!(
        belljar
            .wait_execution(&left, PATIENCE)
            .now_or_never()
            .is_none()
    );
    third.wait_status(&[SandboxStatus::Idle], PATIENCE).await;
    let record = belljar.execution(&left).await.unwrap();
    assert_eq!(record.status, ExecutionStatus::Cancelled);

    for id in [&kept, &waited] {
        let record = belljar.execution(id).await.unwrap();
        assert_eq!(record.status, ExecutionStatus::Running);
    }
    drop(stays);
    another.wait_status(&[SandboxStatus::Idle], PATIENCE).await;
    let record = belljar.execution(&waited).await.unwrap();
    assert_eq!(record.status, ExecutionStatus::Cancelled);
    stdin.write("go on\n".into()).await.unwrap();
    sandbox.wait_status(&[SandboxStatus::Idle], PATIENCE).await;
    let record = belljar.execution(&kept).await.unwrap();
    assert_eq!(record.status, ExecutionStatus::Completed);
}

#[tokio::test]
async fn dropping_a_run_ends_it() {
    let belljar = Opened::new().await;
    let run = belljar.run(options(), python(ENDLESS[0]));
    let started = eventually("it runs", async || {
        let all = belljar.all().await;
        all.iter().any(|one| one.status == SandboxStatus::Running)
    });
    tokio::select! {
        output = run => panic!("{output:?}"),
        () = started => {}
    }
    eventually("it has ended", async || {
        belljar
            .all()
            .await
            .iter()
            .all(|one| one.status == SandboxStatus::Terminated)
    })
    .await;
}

#[tokio::test]
async fn a_call_given_up_at_any_moment_leaves_nothing_half_made() {
    let belljar = Opened::new().await;
    for polls in 0..40 {
        let files = options().file("f", "x");
        let mut run = Box::pin(belljar.run(files.clone(), python(ENDLESS[0])));
        let mut create = Box::pin(belljar.create(files));
        for _ in 0..polls {
            assert!(run.as_mut().now_or_never().is_none());
            if create.as_mut().now_or_never().is_some() {
                // Not to be polled again.
                create = Box::pin(belljar.create(options()));
            }
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
    }
    eventually("every sandbox has been made or has ended", async || {
        let all = belljar.all().await;
        all.iter()
            .all(|one| one.status == SandboxStatus::Idle || !one.status.is_live())
    })
    .await;
    // Ended ones still count until the grace period is over; this one has room all the same.
    belljar.python("print(1)").await.expect(0, "1\n");
}

#[tokio::test]
async fn destroying_ends_what_runs() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, "open('f', 'w').close()\nwhile True: pass").await;
    let both = futures::future::join(sandbox.destroy(), sandbox.destroy());
    let (first, second) = within("the end", both).await;
    first.unwrap();
    second.unwrap();
    let record = sandbox.record();
    assert_eq!(record.status, SandboxStatus::Deleted);
    assert!(record.ended_at.is_some());
    let ended = live.finish().await;
    assert_eq!(
        (ended.status, ended.exit_code),
        (ExecutionStatus::Cancelled, Some(130))
    );
    let root = belljar.root_of(&sandbox);
    eventually("its files are removed", async || !root.exists()).await;
    sandbox.destroy().await.unwrap();
    assert_eq!(sandbox.record(), record);
}

#[tokio::test]
async fn a_destroyed_sandbox_accepts_no_more_work() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    sandbox.destroy().await.unwrap();
    let write = belljar::FileWrite {
        path: "f".into(),
        content: "x".into(),
    };
    let expected = format!(
        "sandbox {} is deleted and accepts no more work",
        sandbox.id()
    );
    for error in [
        sandbox.execute(python("1")).await.unwrap_err(),
        sandbox.write_files(vec![write]).await.unwrap_err(),
        sandbox.read_file("f").await.unwrap_err(),
        sandbox.list_files(None).await.unwrap_err(),
        sandbox.make_dir("d", true).await.unwrap_err(),
        sandbox.remove_file("f").await.unwrap_err(),
        sandbox.remove_dir("d", true).await.unwrap_err(),
        sandbox.set_env(Default::default()).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Gone, "SANDBOX_TERMINATED")
        );
        assert_eq!(error.to_string(), expected);
    }
    assert!(!belljar.root_of(&sandbox).join("home/agentuity/f").exists());
}

#[tokio::test]
async fn a_busy_sandbox_refuses_and_goes_on() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, "print(input())").await;
    for _ in 0..3 {
        let error = sandbox.execute(python("print(2)")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Busy, "SANDBOX_BUSY")
        );
        let expected = format!("sandbox {} is running another execution", sandbox.id());
        assert_eq!(error.to_string(), expected);
    }
    // Files are not executions.
    assert!(sandbox.list_files(None).await.unwrap().is_empty());
    live.say("still here\n").await;
    live.finish().await.expect(0, "ready\nstill here\n");
    assert_eq!(sandbox.record().executions, 1);
    run(&sandbox, python("print(2)")).await.expect(0, "2\n");
}

#[tokio::test]
async fn closing_ends_what_runs_and_refuses_what_comes() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, ENDLESS[0]).await;
    let oneshot = belljar
        .create(options().command(python(ENDLESS[0])))
        .await
        .unwrap();
    within("everything is recorded", belljar.close()).await;
    let ended = live.finish().await;
    assert_eq!(
        (ended.status, ended.exit_code),
        (ExecutionStatus::Cancelled, Some(130))
    );
    assert_eq!(oneshot.record().status, SandboxStatus::Terminated);
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    let error = within("an answer", belljar.create(options()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    within("nothing to do", belljar.close()).await;
}
