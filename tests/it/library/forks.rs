//! Forks: a second sandbox with the files of a first.

use belljar::{Direction, ErrorKind, FileWrite, ForkOptions, Sandbox, SandboxStatus};
use serde_json::json;

use crate::guests::{Live, Opened, options, python, run};

async fn write(sandbox: &Sandbox, path: &str, content: &'static str) {
    let file = FileWrite {
        path: path.into(),
        content: content.into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
}

async fn fork(sandbox: &Sandbox) -> Sandbox {
    sandbox.fork(ForkOptions::new()).await.unwrap()
}

#[tokio::test]
async fn it_has_the_files_and_neither_sees_the_other() {
    let belljar = Opened::new().await;
    let mut wanted = options().env("A", "1").env("B", "1");
    wanted.metadata = json!({"k": 1}).as_object().cloned();
    let sandbox = belljar.create(wanted).await.unwrap();
    let code = "open('f', 'w').write('both'); open('big', 'wb').write(b'x' * 3_000_000)";
    run(&sandbox, python(code)).await.expect(0, "");
    sandbox.create_checkpoint("c").await.unwrap();
    let options = ForkOptions::new().name("second").env("B", "2");
    let second = sandbox.fork(options).await.unwrap();
    let record = second.record();
    assert_eq!(record.status, SandboxStatus::Idle);
    assert_eq!(record.forked_from.as_ref(), Some(sandbox.id()));
    assert_eq!(record.name.as_deref(), Some("second"));
    assert_eq!(record.metadata, json!({"k": 1}).as_object().cloned());
    assert_eq!(record.executions, 0);
    assert_eq!(second.checkpoints().await.unwrap(), []);
    write(&second, "f", "second").await;
    write(&sandbox, "f", "first").await;
    let code = "import os; print(open('f').read(), len(open('big').read()), \
                os.environ['A'], os.environ['B'])";
    run(&second, python(code))
        .await
        .expect(0, "second 3000000 1 2\n");
    run(&sandbox, python(code))
        .await
        .expect(0, "first 3000000 1 1\n");
    // The first may go.
    sandbox.destroy().await.unwrap();
    belljar.collect_garbage().await.unwrap();
    run(&second, python(code))
        .await
        .expect(0, "second 3000000 1 2\n");
    let events = belljar.events(sandbox.id(), 100, Direction::Asc).await;
    let forks: Vec<_> = events
        .unwrap()
        .into_iter()
        .filter(|event| event.kind == "fork")
        .map(|event| event.data["sandboxId"].clone())
        .collect();
    assert_eq!(forks, [json!(second.id())]);
}

#[tokio::test]
async fn of_forks_and_while_a_command_runs() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "open('a', 'w').write('1')\nprint('one', flush=True)\ninput()\n\
                open('a', 'w').write('2')";
    let mut live = Live::ready(&sandbox, code).await;
    assert_eq!(live.line().await.as_deref(), Some("one"));
    let child = fork(&sandbox).await;
    live.say("\n").await;
    live.finish().await;
    assert_eq!(child.read_file("a").await.unwrap(), "1");
    write(&child, "a", "child").await;
    let grandchild = fork(&child).await;
    write(&child, "a", "later").await;
    assert_eq!(grandchild.read_file("a").await.unwrap(), "child");
    assert_eq!(sandbox.read_file("a").await.unwrap(), "2");
}

#[tokio::test]
async fn of_a_paused_one_which_stays_paused() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "f", "kept").await;
    sandbox.pause().await.unwrap();
    let child = fork(&sandbox).await;
    assert_eq!(sandbox.record().status, SandboxStatus::Paused);
    assert_eq!(child.read_file("f").await.unwrap(), "kept");
    write(&child, "f", "new").await;
    assert_eq!(sandbox.read_file("f").await.unwrap(), "kept");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let belljar = Opened::with(|mut options| {
        options.max_sandboxes = 2;
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    let error = sandbox
        .fork(ForkOptions::new().env("a=b", ""))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    let child = fork(&sandbox).await;
    let error = sandbox.fork(ForkOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
    child.destroy().await.unwrap();
    let child = fork(&sandbox).await;
    sandbox.destroy().await.unwrap();
    let error = sandbox.fork(ForkOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone, "{error}");
    child.destroy().await.unwrap();
}

#[tokio::test]
async fn many_forks_are_all_their_own() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "f", "first").await;
    let mut forks = Vec::new();
    for _ in 0..50 {
        forks.push(fork(&sandbox).await);
    }
    for (n, one) in forks.iter().enumerate().step_by(10) {
        let file = FileWrite {
            path: "f".into(),
            content: n.to_string().into(),
        };
        one.write_files(vec![file]).await.unwrap();
    }
    for (n, one) in forks.iter().enumerate() {
        let expected = if n % 10 == 0 {
            n.to_string()
        } else {
            "first".into()
        };
        assert_eq!(one.read_file("f").await.unwrap(), expected);
    }
}
