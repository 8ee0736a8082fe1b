//! What is recorded of a sandbox from its creation to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use belljar::records::Change;
use belljar::{
    Direction, ErrorKind, ExecutionStatus, ForkOptions, ManualClock, SandboxFilter, SandboxId,
    SandboxMode, SandboxStatus, Timestamp,
};

use crate::guests::{Live, Opened, PATIENCE, eventually, options, python, run, within};
use crate::support::records::Seen;

/// Statuses that the sandboxes of `mode` went through, without repetitions.
fn statuses(changes: &[Change], mode: SandboxMode) -> Vec<SandboxStatus> {
    let mut statuses: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::PutSandbox(record) if record.mode == mode => Some(record.status),
            _ => None,
        })
        .collect();
    statuses.dedup();
    statuses
}

#[tokio::test]
async fn every_status_is_recorded_and_a_one_shot_is_never_idle() {
    use SandboxStatus::{Creating, Deleted, Idle, Running, Stopping, Terminated};
    let seen = Seen::default();
    let changes = Arc::clone(&seen.changes);
    let belljar = Opened::with(|options| options.records(Box::new(seen))).await;

    let oneshot = belljar
        .create(options().command(python("print(1)")))
        .await
        .unwrap();
    let ended = oneshot.wait_status(&[Idle], PATIENCE).await;
    assert_eq!((ended.status, ended.exit_code), (Terminated, Some(0)));
    let sandbox = belljar.fresh().await;
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
    sandbox.destroy().await.unwrap();
    belljar.close().await;

    let changes = changes.lock().unwrap();
    assert_eq!(
        statuses(&changes, SandboxMode::Oneshot),
        [Creating, Running, Terminated]
    );
    assert_eq!(
        statuses(&changes, SandboxMode::Interactive),
        [Creating, Idle, Running, Idle, Stopping, Deleted]
    );
    // An execution is known before its sandbox has ended, and never changes after its own end.
    let executions: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::PutExecution(record) => Some((record.id.clone(), record.status)),
            _ => None,
        })
        .collect();
    for (index, (id, status)) in executions.iter().enumerate() {
        let later = executions[index + 1..].iter().any(|(other, _)| other == id);
        assert_ne!(status.is_terminal(), later, "{executions:?}");
    }
}

async fn kinds(belljar: &Opened, id: &SandboxId, limit: u32, order: Direction) -> Vec<String> {
    let events = belljar.events(id, limit, order).await.unwrap();
    assert!(events.iter().all(|event| event.sandbox_id == *id));
    events.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn events_tell_the_story_in_order() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
    let live = Live::ready(&sandbox, "while True: pass").await;
    live.execution.cancel();
    live.finish().await;
    let change = [("A".to_owned(), Some("1".to_owned()))];
    sandbox.set_env(change.into()).await.unwrap();
    sandbox.destroy().await.unwrap();
    let story = [
        "create",
        "lifecycle:started",
        "execution:started",
        "execution:completed",
        "execution:started",
        "execution:completed",
        "env:update",
        "destroy",
    ];
    let id = sandbox.id();
    assert_eq!(kinds(&belljar, id, 100, Direction::Asc).await, story);
    assert_eq!(kinds(&belljar, id, 3, Direction::Asc).await, story[..3]);
    let newest = kinds(&belljar, id, 2, Direction::Desc).await;
    assert_eq!(newest, ["destroy", "env:update"]);
    let events = belljar.events(id, 100, Direction::Asc).await.unwrap();
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].created_at <= pair[1].created_at)
    );
    assert_eq!(events[0].data["runtime"], crate::support::PYTHON);
    assert_eq!(events[3].data["exitCode"], 0);
    assert_eq!(events[5].data["status"], "cancelled");
    assert_eq!(events[3].data["executionId"], events[2].data["executionId"]);

    let oneshot = belljar
        .create(options().command(python("exit(3)")))
        .await
        .unwrap();
    oneshot.wait_status(&[], PATIENCE).await;
    let story = [
        "create",
        "lifecycle:started",
        "execution:started",
        "execution:completed",
        "lifecycle:terminated",
    ];
    assert_eq!(
        kinds(&belljar, oneshot.id(), 100, Direction::Asc).await,
        story
    );

    let error = belljar
        .events(&SandboxId::generate(), 1, Direction::Asc)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn executions_are_listed_newest_first() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for code in 0..5 {
        let ended = run(&sandbox, python(&format!("exit({code})"))).await;
        assert_eq!(ended.exit_code, Some(code));
    }
    let all = belljar.executions(sandbox.id(), 100).await.unwrap();
    let codes: Vec<_> = all.iter().map(|one| one.exit_code).collect();
    assert_eq!(codes, [4, 3, 2, 1, 0].map(Some));
    for one in &all {
        assert_eq!(
            (one.status, &one.sandbox_id),
            (ExecutionStatus::Completed, sandbox.id())
        );
        assert_eq!(one.command[..2], ["python3", "-c"]);
        let times = [Some(one.created_at), one.started_at, one.completed_at];
        assert!(times.is_sorted() && times[1].is_some(), "{one:#?}");
        assert_eq!(belljar.execution(&one.id).await.unwrap(), *one);
    }
    let newest = belljar.executions(sandbox.id(), 2).await.unwrap();
    assert_eq!(newest, all[..2]);
    sandbox.destroy().await.unwrap();
    assert_eq!(belljar.executions(sandbox.id(), 100).await.unwrap(), all);
}

#[tokio::test]
async fn lists_show_what_is_asked_for() {
    let belljar = Opened::new().await;
    let named = |name: &str| {
        let mut options = options();
        options.name = Some(name.into());
        options
    };
    let kept = belljar.create(named("kept")).await.unwrap();
    let gone = belljar.create(named("gone")).await.unwrap();
    gone.destroy().await.unwrap();
    let ended = belljar
        .create(named("ended").command(python("1")))
        .await
        .unwrap();
    ended.wait_status(&[], PATIENCE).await;

    let names = async |change: &dyn Fn(&mut SandboxFilter)| {
        let mut filter = SandboxFilter::default();
        change(&mut filter);
        let (found, total) = belljar.sandboxes(filter).await.unwrap();
        let names: Vec<_> = found.into_iter().filter_map(|one| one.name).collect();
        (names, total)
    };
    let is = |names: &[&str], total| (names.iter().map(|name| (*name).into()).collect(), total);
    assert_eq!(names(&|_| {}).await, is(&["ended", "kept"], 2));
    assert_eq!(names(&|filter| filter.limit = 1).await, is(&["ended"], 2));
    assert_eq!(
        names(&|filter| filter.live = Some(true)).await,
        is(&["kept"], 1)
    );
    assert_eq!(
        names(&|filter| filter.deleted_only = true).await,
        is(&["gone"], 1)
    );
    let name = |filter: &mut SandboxFilter| filter.name = Some("kept".into());
    assert_eq!(names(&name).await, is(&["kept"], 1));
    assert_eq!(belljar.sandbox(kept.id()).unwrap().record(), kept.record());
}

#[tokio::test]
async fn an_idle_sandbox_ends_when_its_time_is_over_and_a_busy_one_does_not() {
    let belljar = Opened::new().await;
    let mut impatient = options();
    impatient.timeouts.idle = Some(Duration::from_millis(50));
    let busy = belljar
        .create(impatient.clone().file("f", "x"))
        .await
        .unwrap();
    let live = Live::ready(&busy, "print(open('f').read(), input())").await;
    let mut patient = options();
    patient.timeouts.idle = Some(Duration::ZERO);
    let patient = belljar.create(patient).await.unwrap();

    let idle = belljar.create(impatient).await.unwrap();
    let ended = idle.wait_status(&[], PATIENCE).await;
    assert_eq!(
        (ended.status, ended.exit_code),
        (SandboxStatus::Terminated, None)
    );
    let story = [
        "create",
        "lifecycle:started",
        "lifecycle:idle_timeout",
        "lifecycle:terminated",
    ];
    assert_eq!(kinds(&belljar, idle.id(), 100, Direction::Asc).await, story);
    let error = idle.execute(python("1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);

    // It was created earlier and would have ended earlier, had its command not kept it.
    assert_eq!(busy.record().status, SandboxStatus::Running);
    live.say("y\n").await;
    live.finish().await.expect(0, "ready\nx y\n");
    let ended = busy.wait_status(&[], PATIENCE).await;
    assert_eq!(ended.status, SandboxStatus::Terminated);
    // No limit is no limit.
    assert_eq!(patient.record().status, SandboxStatus::Idle);
}

#[tokio::test]
async fn records_stay_when_the_grace_period_is_over() {
    let belljar = Opened::with(|mut options| {
        options.grace = Duration::ZERO;
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
    sandbox.destroy().await.unwrap();
    let forgotten = crate::guests::eventually("it is forgotten", async || {
        belljar.sandbox(sandbox.id()).is_err()
    });
    forgotten.await;
    let record = within("records", belljar.sandbox_record(sandbox.id()))
        .await
        .unwrap();
    assert_eq!(
        (record.status, record.executions),
        (SandboxStatus::Deleted, 1)
    );
    assert_eq!(belljar.executions(sandbox.id(), 10).await.unwrap().len(), 1);
    let error = belljar
        .sandbox_record(&SandboxId::generate())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::NotFound, "SANDBOX_NOT_FOUND")
    );
}

#[tokio::test]
async fn a_sandbox_that_cannot_be_recorded_is_not_there() {
    let seen = Seen::default();
    let broken = Arc::clone(&seen.broken);
    let belljar = Opened::with(|mut options| {
        options.max_sandboxes = 1;
        options.records(Box::new(seen))
    })
    .await;
    broken.store(true, Ordering::SeqCst);
    let error = belljar.create(options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
    broken.store(false, Ordering::SeqCst);
    assert_eq!(belljar.all().await, []);
    // Its place is free again.
    belljar.create(options()).await.unwrap();
    assert_eq!(belljar.all().await.len(), 1);
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten() {
    let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
    let (of_engine, day) = (Arc::clone(&clock), Duration::from_secs(24 * 60 * 60));
    let belljar = Opened::with(|mut options| {
        options.grace = Duration::from_millis(1);
        // Looked after often enough for a test.
        let options = options.collect_every(Duration::from_millis(10));
        options.forget_after(day).clock(of_engine)
    })
    .await;
    let live = belljar.fresh().await;
    let deleted = belljar.fresh().await;
    run(&deleted, python("print(1)")).await;
    deleted.destroy().await.unwrap();
    let ended = belljar.run(options(), python("print(1)")).await.unwrap();
    clock.advance(day / 2);
    let younger = belljar.run(options(), python("print(1)")).await.unwrap();
    assert_eq!(belljar.all().await.len(), 4);

    clock.advance(day / 2);
    let two = async || belljar.all().await.len() == 2;
    eventually("the old ones are forgotten", two).await;
    for id in [deleted.id(), &ended.sandbox_id] {
        let error = belljar.sandbox_record(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(
            belljar.executions(id, 9).await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }
    belljar.sandbox_record(&younger.sandbox_id).await.unwrap();
    assert_eq!(belljar.sandbox(live.id()).unwrap().record(), live.record());
}

#[tokio::test]
async fn a_fork_that_cannot_be_recorded_is_not_there() {
    let seen = Seen::default();
    let broken = Arc::clone(&seen.broken);
    let belljar = Opened::with(|mut options| {
        options.max_sandboxes = 2;
        options.records(Box::new(seen))
    })
    .await;
    let first = belljar.fresh().await;
    broken.store(true, Ordering::SeqCst);
    let error = first.fork(ForkOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
    broken.store(false, Ordering::SeqCst);
    assert_eq!(belljar.all().await, [first.record()]);
    let events = belljar
        .events(first.id(), 9, Direction::Desc)
        .await
        .unwrap();
    assert!(
        events.iter().all(|event| !event.kind.contains("fork")),
        "{events:#?}"
    );
    // Its place is free again.
    let fork = first.fork(ForkOptions::new()).await.unwrap();
    assert_eq!(belljar.all().await.len(), 2);
    let events = belljar
        .events(first.id(), 1, Direction::Desc)
        .await
        .unwrap();
    assert_eq!(events[0].data["sandboxId"], fork.id().as_str());
}
