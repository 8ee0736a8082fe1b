//! Checkpoints: made, gone back to, forgotten.

use belljar::{CheckpointRecord, Direction, ErrorKind, FileWrite, Sandbox, TreeRef};

use crate::guests::{Live, Opened, python, run};

async fn write(sandbox: &Sandbox, path: &str, content: &'static str) {
    let file = FileWrite {
        path: path.into(),
        content: content.into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
}

async fn names(sandbox: &Sandbox) -> Vec<String> {
    let list = sandbox.list_files(None).await.unwrap();
    list.into_iter().map(|entry| entry.path).collect()
}

/// Names and parents, oldest first.
async fn line(sandbox: &Sandbox) -> String {
    let all = sandbox.checkpoints().await.unwrap();
    let show = |one: &CheckpointRecord| {
        let parent = one.parent.as_deref().unwrap_or("-");
        format!("{}<{parent}", one.name)
    };
    all.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn files_go_back_to_what_they_were() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "a", "one").await;
    let first = sandbox.create_checkpoint("first").await.unwrap();
    assert_eq!((first.name.as_str(), &first.parent), ("first", &None));
    let code = "import os\n\
                open('a', 'w').write('two'); open('b', 'w').write('b')\n\
                os.remove('/etc/hosts'); open('/usr/lib/x', 'w').write('x')";
    run(&sandbox, python(code)).await.expect(0, "");
    sandbox.create_checkpoint("second").await.unwrap();
    // By name, and by id.
    sandbox.restore_checkpoint("first").await.unwrap();
    assert_eq!(names(&sandbox).await, ["a"]);
    let code = "import os; print(open('a').read(), os.path.exists('/etc/hosts'), \
                os.path.exists('/usr/lib/x'))";
    run(&sandbox, python(code))
        .await
        .expect(0, "one True False\n");
    sandbox.restore_checkpoint("second").await.unwrap();
    assert_eq!(names(&sandbox).await, ["a", "b"]);
    sandbox.restore_checkpoint(first.id.as_str()).await.unwrap();
    assert_eq!(sandbox.read_file("a").await.unwrap(), "one");
    let events = belljar.events(sandbox.id(), 100, Direction::Asc).await;
    let events: Vec<_> = events
        .unwrap()
        .into_iter()
        .filter(|event| event.kind.starts_with("checkpoint:"))
        .map(|event| format!("{} {}", event.kind, event.data["name"]))
        .collect();
    assert_eq!(
        events,
        [
            "checkpoint:create \"first\"",
            "checkpoint:create \"second\"",
            "checkpoint:restore \"first\"",
            "checkpoint:restore \"second\"",
            "checkpoint:restore \"first\"",
        ]
    );
}

#[tokio::test]
async fn each_knows_the_one_before_it() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for name in ["a", "b", "c"] {
        write(&sandbox, "f", name).await;
        sandbox.create_checkpoint(name).await.unwrap();
    }
    assert_eq!(line(&sandbox).await, "a<- b<a c<b");
    sandbox.restore_checkpoint("a").await.unwrap();
    sandbox.create_checkpoint("d").await.unwrap();
    assert_eq!(line(&sandbox).await, "a<- b<a c<b d<a");
    // The one that the files are at goes: what it came from takes its place.
    sandbox.delete_checkpoint("d").await.unwrap();
    sandbox.create_checkpoint("e").await.unwrap();
    assert_eq!(line(&sandbox).await, "a<- b<a c<b e<a");
    // They survive pausing.
    sandbox.pause().await.unwrap();
    assert_eq!(sandbox.checkpoints().await.unwrap().len(), 4);
    sandbox.resume().await.unwrap();
    sandbox.restore_checkpoint("c").await.unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "c");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    sandbox.create_checkpoint("one").await.unwrap();
    for (error, kind) in [
        (
            sandbox.create_checkpoint("one").await.unwrap_err(),
            ErrorKind::Conflict,
        ),
        (
            sandbox.create_checkpoint("").await.unwrap_err(),
            ErrorKind::InvalidArgument,
        ),
        (
            sandbox.create_checkpoint("a/b").await.unwrap_err(),
            ErrorKind::InvalidArgument,
        ),
        (
            sandbox.restore_checkpoint("two").await.unwrap_err(),
            ErrorKind::NotFound,
        ),
        (
            sandbox.delete_checkpoint("two").await.unwrap_err(),
            ErrorKind::NotFound,
        ),
    ] {
        assert_eq!(error.kind(), kind, "{error}");
    }
    let error = sandbox.restore_checkpoint("two").await.unwrap_err();
    assert_eq!(error.code(), "CHECKPOINT_NOT_FOUND");
    // Another sandbox's is not there.
    let other = belljar.fresh().await;
    let error = other.restore_checkpoint("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    sandbox.destroy().await.unwrap();
    let error = sandbox.create_checkpoint("x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);
    assert_eq!(sandbox.checkpoints().await.unwrap(), []);
}

#[tokio::test]
async fn made_while_a_command_runs_but_not_gone_back_to() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "open('a', 'w').write('1')\nprint('one', flush=True)\ninput()\n\
                open('a', 'w').write('2')";
    let mut live = Live::ready(&sandbox, code).await;
    assert_eq!(live.line().await.as_deref(), Some("one"));
    sandbox.create_checkpoint("then").await.unwrap();
    let error = sandbox.restore_checkpoint("then").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    live.say("\n").await;
    live.finish().await.expect(0, "ready\none\n");
    assert_eq!(sandbox.read_file("a").await.unwrap(), "2");
    sandbox.restore_checkpoint("then").await.unwrap();
    assert_eq!(sandbox.read_file("a").await.unwrap(), "1");
}

#[tokio::test]
async fn a_deleted_one_is_collected_and_the_others_are_not() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for (name, content) in [("a", "first"), ("b", "second")] {
        write(&sandbox, "f", content).await;
        sandbox.create_checkpoint(name).await.unwrap();
    }
    write(&sandbox, "f", "now").await;
    belljar.collect_garbage().await.unwrap();
    sandbox.delete_checkpoint("b").await.unwrap();
    let collected = belljar.collect_garbage().await.unwrap();
    assert!(collected.removed > 0, "{collected:?}");
    let report = belljar.check_store().await.unwrap();
    assert!(report.is_clean() && report.unreachable == 0, "{report:#?}");
    assert_eq!(sandbox.read_file("f").await.unwrap(), "now");
    sandbox.restore_checkpoint("a").await.unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "first");
}

#[tokio::test]
async fn compared_with_what_is_there_now() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "stays", "x").await;
    write(&sandbox, "goes", "x").await;
    write(&sandbox, "changes", "x").await;
    sandbox.create_checkpoint("then").await.unwrap();
    sandbox.remove_file("goes").await.unwrap();
    write(&sandbox, "changes", "longer").await;
    write(&sandbox, "comes/in", "xy").await;
    let id = sandbox.id().clone();
    let then = TreeRef::Checkpoint(id.clone(), "then".into());
    let now = TreeRef::Sandbox(id.clone());
    let diff = belljar.diff(&then, &now, 100).await.unwrap();
    let shown: Vec<_> = diff
        .changes
        .iter()
        .map(|one| {
            let name = one.path.strip_prefix("/home/agentuity/").unwrap();
            format!(
                "{:?} {name} {:?} {:?}",
                one.change, one.old_size, one.new_size
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Changed changes Some(1) Some(6)",
            "Added comes None None",
            "Added comes/in None Some(2)",
            "Removed goes Some(1) None",
        ]
    );
    assert!(!diff.truncated);
    let one = belljar.diff(&then, &now, 1).await.unwrap();
    assert_eq!((one.changes.len(), one.truncated), (1, true));
    assert_eq!(belljar.diff(&now, &now, 9).await.unwrap().changes, []);
    let org = belljar.default_org();
    let text = format!("{id}@then");
    assert_eq!(belljar.find_tree(&text, org).await.unwrap(), then);
    let text = id.to_string();
    assert_eq!(belljar.find_tree(&text, org).await.unwrap(), now);
}
