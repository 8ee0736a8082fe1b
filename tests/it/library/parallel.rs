//! Many at once: all are right, all have their turn, none waits for one that spins.

use belljar::{ExecutionStatus, SandboxStatus};
use futures::FutureExt;
use futures::future::{join_all, try_join_all};

use crate::guests::{Live, Opened, eventually, finish, options, python, run, within};

#[tokio::test]
async fn fifty_sandboxes_at_once_are_all_right() {
    let belljar = Opened::new().await;
    let runs = (0..50).map(|n| {
        let code = format!(
            "import os; open('n', 'w').write('{n}'); print(os.environ['N'], open('n').read())"
        );
        let options = options().env("N", n.to_string());
        belljar.run(options, python(&code))
    });
    let outputs = within("fifty runs", try_join_all(runs)).await.unwrap();
    for (n, output) in outputs.iter().enumerate() {
        assert_eq!(output.exit_code, 0, "{output:#?}");
        assert_eq!(output.stdout, format!("{n} {n}\n").as_bytes());
    }
}

#[tokio::test]
async fn processes_beyond_the_limit_wait_for_their_turn() {
    let belljar = Opened::with(|options| options.max_processes(4)).await;
    let mut holders = Vec::new();
    for _ in 0..4 {
        let sandbox = belljar.fresh().await;
        holders.push(Live::ready(&sandbox, "print(input())").await);
    }
    // All places are taken, by programs that only wait.
    let mut waiting = Vec::new();
    for n in 0..12 {
        let sandbox = belljar.fresh().await;
        let execution = sandbox
            .execute(python(&format!("print({n})")))
            .await
            .unwrap();
        waiting.push((n, sandbox, execution));
    }
    let (_, sandbox, cancelled) = waiting.pop().unwrap();
    cancelled.cancel();
    let ended = finish(&cancelled).await;
    assert_eq!(
        (ended.status, ended.text().as_str()),
        (ExecutionStatus::Cancelled, "")
    );
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    for (_, _, execution) in &waiting {
        assert!(
            execution.wait().now_or_never().is_none(),
            "{:?}",
            execution.record()
        );
    }
    // One place is enough for all of them.
    let first = holders.pop().unwrap();
    first.say("done\n").await;
    first.finish().await.expect(0, "ready\ndone\n");
    for (n, _, execution) in &waiting {
        finish(execution).await.expect(0, &format!("{n}\n"));
    }
    for holder in holders {
        holder.say("done\n").await;
        holder.finish().await.expect(0, "ready\ndone\n");
    }
    let many = (0..40).map(|n| {
        let belljar = &belljar;
        async move { belljar.python(&format!("print({n} * 2)")).await }
    });
    for (n, ended) in join_all(many).await.into_iter().enumerate() {
        ended.expect(0, &format!("{}\n", n * 2));
    }
}

#[tokio::test]
async fn spinning_programs_do_not_stop_others() {
    let belljar = Opened::new().await;
    let cores = std::thread::available_parallelism().unwrap().get();
    let mut spinners = Vec::new();
    for _ in 0..cores * 2 + 1 {
        let sandbox = belljar.fresh().await;
        spinners.push(Live::ready(&sandbox, "while True: pass").await);
    }
    for n in 0..5 {
        belljar
            .python(&format!("print({n})"))
            .await
            .expect(0, &format!("{n}\n"));
    }
    let sandbox = belljar.create(options().file("f", "x")).await.unwrap();
    assert_eq!(within("a file", sandbox.read_file("f")).await.unwrap(), "x");
    // One of them computes, waits for nothing, and comes to its end all the same.
    let code = "x = 0\nfor n in range(2_000_000): x += n\nprint(x)";
    run(&sandbox, python(code))
        .await
        .expect(0, "1999999000000\n");
    for spinner in spinners {
        assert!(!spinner.execution.record().status.is_terminal());
        spinner.execution.cancel();
        assert_eq!(spinner.finish().await.status, ExecutionStatus::Cancelled);
    }
}

#[tokio::test]
async fn more_sandboxes_than_the_limit_are_refused_with_advice() {
    let belljar = Opened::with(|mut options| {
        options.max_sandboxes = 3;
        options.grace = std::time::Duration::ZERO;
        options
    })
    .await;
    let mut sandboxes = Vec::new();
    for _ in 0..3 {
        sandboxes.push(belljar.fresh().await);
    }
    let error = belljar.create(options()).await.unwrap_err();
    assert_eq!(error.kind(), belljar::ErrorKind::LimitExceeded);
    let text = error.to_string();
    assert!(
        text.contains("number of sandboxes is reached (3)"),
        "{text}"
    );
    assert!(text.contains("destroy some"), "{text}");
    sandboxes.pop().unwrap().destroy().await.unwrap();
    eventually("there is room again", async || {
        belljar.create(options()).await.is_ok()
    })
    .await;
}
