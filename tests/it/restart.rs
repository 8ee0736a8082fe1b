//! Ended in any way and opened again: what was answered is there, what was running has failed.

mod builds;
mod killed;
pub(crate) mod server;

use std::path::Path;

use belljar::records::SqliteRecords;
use belljar::{
    Belljar, BelljarOptions, Direction, ErrorKind, ExecutionStatus, FileWrite, JobId, JobStatus,
    SandboxId, SandboxStatus,
};
use serde_json::json;

use crate::guests::{Live, PATIENCE, eventually, options, python, run, within};
use crate::support::{PYTHON, cache_dir, data_dir};
use server::{Server, text};

/// What is said of an execution that was cut off.
const STOPPED: &str = "the server stopped while it was running";

/// Opens the library where `belljar serve` has its data.
async fn open(data: &Path) -> Belljar {
    let records = SqliteRecords::open(data.join("belljar.db")).unwrap();
    let options = BelljarOptions::at(data)
        .cache_dir(cache_dir())
        .records(Box::new(records));
    let belljar = Belljar::open(options).await.unwrap();
    belljar.install_runtime(PYTHON).await.unwrap();
    belljar
}

#[tokio::test]
async fn closed_and_opened_again() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let sandbox = belljar.create(options().env("A", "1")).await.unwrap();
    let file = FileWrite {
        path: "d/f".into(),
        content: "content".into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
    let change = [("B".to_owned(), Some("2".to_owned()))];
    sandbox.set_env(change.into()).await.unwrap();
    let execution = sandbox.execute(python("print('kept')")).await.unwrap();
    let kept = within("its end", execution.wait()).await;
    let live = Live::ready(&sandbox, "while True: pass").await;
    let cut = live.execution.id().clone();
    let id = sandbox.id().clone();
    belljar.close().await;
    drop((live, sandbox, belljar));

    for round in 1..=3 {
        let belljar = open(data.path()).await;
        let sandbox = belljar.sandbox(&id).unwrap();
        let record = sandbox.record();
        assert_eq!(
            (record.status, record.executions),
            (SandboxStatus::Idle, 1 + round)
        );
        assert_eq!(sandbox.read_file("d/f").await.unwrap(), "content");
        let code = "import os; print(os.environ['A'], os.environ['B'], open('d/f').read())";
        run(&sandbox, python(code)).await.expect(0, "1 2 content\n");
        let record = belljar.execution(&cut).await.unwrap();
        assert_eq!(
            (record.status, record.exit_code),
            (ExecutionStatus::Cancelled, Some(130))
        );
        assert_eq!(belljar.execution(&kept.id).await.unwrap(), kept);
        let stream = belljar.stream(kept.stdout.as_ref().unwrap()).unwrap();
        let read = within("its output", stream.reader().read_to_end()).await;
        assert_eq!(read.unwrap(), b"kept\n");
        belljar.close().await;
    }
}

#[test]
fn dropped_without_being_closed() {
    let data = data_dir();
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap()
    };
    let first = runtime();
    let (sandbox, execution) = first.block_on(async {
        let belljar = open(data.path()).await;
        let sandbox = belljar.create(options()).await.unwrap();
        let code =
            "open('f', 'w').write('content')\nprint('written', flush=True)\nwhile True: pass";
        let mut live = Live::ready(&sandbox, code).await;
        assert_eq!(live.line().await.as_deref(), Some("written"));
        (sandbox.id().clone(), live.execution.id().clone())
    });
    // Takes every task with it, wherever it is.
    first.shutdown_background();
    runtime().block_on(async {
        let log = data.path().join("belljar.db-wal");
        eventually("the records are let go of", async || !log.exists()).await;
        let belljar = open(data.path()).await;
        let record = belljar.execution(&execution).await.unwrap();
        assert!(
            [ExecutionStatus::Cancelled, ExecutionStatus::Failed].contains(&record.status),
            "{record:#?}"
        );
        let sandbox = belljar.sandbox(&sandbox).unwrap();
        assert_eq!(sandbox.record().status, SandboxStatus::Idle);
        let code = "print(open('f').read())";
        run(&sandbox, python(code)).await.expect(0, "content\n");
        belljar.close().await;
    });
}

#[tokio::test]
async fn killed_in_the_middle_of_an_execution() {
    let data = data_dir();
    let server = Server::start(data.path()).await;
    let sandbox = server
        .sandbox(&json!({ "runtime": PYTHON, "env": { "A": "1" } }))
        .await;
    let code = "open('f', 'w').write('content'); print('kept')";
    let kept = server.execute(&sandbox, code).await;
    let ended = server
        .get(&format!("/sandbox/execution/{}?wait=60s", kept.id))
        .await;
    assert_eq!(ended["status"], "completed", "{ended}");
    // Kept behind everybody's back.
    let file = data.path().join("output").join(kept.stdout.as_str());
    eventually("the output is kept", async || file.exists()).await;

    let spin = "print('ready', flush=True)\nwhile True: pass";
    let cut = server.execute(&sandbox, spin).await;
    let _reading = server.until_ready(&cut.stdout).await;
    let oneshot = json!({ "runtime": PYTHON, "command": { "exec": ["python3", "-c", spin] } });
    let oneshot = server.post("/sandbox", &oneshot).await;
    let oneshot_stdout = server::stream_of(&oneshot["stdoutStreamUrl"]);
    let _reading_too = server.until_ready(&oneshot_stdout).await;
    let idle = server.sandbox(&json!({ "runtime": PYTHON })).await;
    let gone = server.sandbox(&json!({ "runtime": PYTHON })).await;
    server.delete(&format!("/sandbox/{gone}")).await;
    server.kill();

    let belljar = open(data.path()).await;
    let again = belljar.sandbox(&sandbox.parse().unwrap()).unwrap();
    let record = again.record();
    assert_eq!((record.status, record.executions), (SandboxStatus::Idle, 2));
    let record = belljar.execution(&cut.id).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code, record.error.as_deref()),
        (ExecutionStatus::Failed, Some(137), Some(STOPPED))
    );
    assert!(record.completed_at.is_some());
    let events = belljar
        .events(again.id(), 1, Direction::Desc)
        .await
        .unwrap();
    assert_eq!(events[0].kind, "lifecycle:failed");
    assert_eq!(events[0].data["error"], STOPPED);
    let stream = belljar.stream(&kept.stdout).unwrap();
    let read = within("its output", stream.reader().read_to_end()).await;
    assert_eq!(read.unwrap(), b"kept\n");
    assert_eq!(again.read_file("f").await.unwrap(), "content");
    let code = "import os; print(open('f').read(), os.environ['A'])";
    run(&again, python(code)).await.expect(0, "content 1\n");

    // A one-shot sandbox was for the one execution.
    let id = text(&oneshot["sandboxId"]).parse().unwrap();
    let record = belljar.sandbox_record(&id).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code),
        (SandboxStatus::Failed, Some(137))
    );
    assert_eq!(
        belljar.sandbox(&id).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let record = belljar
        .execution(&record.execution_id.unwrap())
        .await
        .unwrap();
    assert_eq!(
        (record.status, record.error.as_deref()),
        (ExecutionStatus::Failed, Some(STOPPED))
    );
    let folder = |id: &str| data.path().join("sandboxes").join(id);
    assert!(!folder(id.as_str()).exists());

    let idle = belljar.sandbox(&idle.parse().unwrap()).unwrap();
    run(&idle, python("print(1)")).await.expect(0, "1\n");
    let record = belljar
        .sandbox_record(&gone.parse().unwrap())
        .await
        .unwrap();
    assert_eq!(record.status, SandboxStatus::Deleted);
    assert!(belljar.sandbox(&record.id).is_err());
    belljar.close().await;

    // And through the server, once more.
    let server = Server::start(data.path()).await;
    let shown = server.get(&format!("/sandbox/{sandbox}")).await;
    assert_eq!(shown["status"], "idle", "{shown}");
    let shown = server.get(&format!("/sandbox/execution/{}", cut.id)).await;
    assert_eq!(shown["status"], "failed", "{shown}");
    let kept_again = server.execute(&sandbox, "print(open('f').read())").await;
    let ended = server
        .get(&format!("/sandbox/execution/{}?wait=60s", kept_again.id))
        .await;
    assert_eq!(ended["exitCode"], 0, "{ended}");
    server.kill();
}

#[tokio::test]
async fn closed_while_jobs_run() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let sandbox = belljar.create(options()).await.unwrap();
    let code = "open('f', 'w').write('content')\nprint('ready', flush=True)\nwhile True: pass";
    let job = sandbox.start_job(python(code)).await.unwrap();
    let first = within("it is ready", job.stdout().next()).await;
    assert_eq!(first.unwrap().unwrap(), "ready\n");
    let (id, cut) = (sandbox.id().clone(), job.id().clone());
    within("the end", belljar.close()).await;
    drop((job, sandbox, belljar));

    let belljar = open(data.path()).await;
    let record = belljar.job(&cut).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code, record.error.as_deref()),
        (
            JobStatus::Cancelled,
            Some(137),
            Some("the server was stopped")
        )
    );
    let sandbox = belljar.sandbox(&id).unwrap();
    assert_eq!(sandbox.read_file("f").await.unwrap(), "content");
    assert_eq!(sandbox.jobs().len(), 0);
    let stream = belljar.stream(record.stdout.as_ref().unwrap()).unwrap();
    let read = within("its output", stream.reader().read_to_end()).await;
    assert_eq!(read.unwrap(), b"ready\n");
    belljar.close().await;
}

#[tokio::test]
async fn killed_while_jobs_run() {
    let data = data_dir();
    let server = Server::start(data.path()).await;
    let sandbox = server.sandbox(&json!({ "runtime": PYTHON })).await;
    let jobs = format!("/sandbox/sandboxes/{sandbox}/jobs");
    let start = async |code: &str| {
        let body = json!({ "command": ["python3", "-c", code] });
        let data = server.post(&jobs, &body).await;
        let id: JobId = text(&data["jobId"]).parse().unwrap();
        (id, server::stream_of(&data["stdoutStreamUrl"]))
    };
    let (over, _) = start("open('f', 'w').write('content')").await;
    eventually("it is over", async || {
        let data = server.get(&format!("{jobs}/{over}")).await;
        data["status"] == "completed"
    })
    .await;
    let (cut, stdout) = start("print('ready', flush=True)\nwhile True: pass").await;
    let _reading = server.until_ready(&stdout).await;
    // Known from the moment it is answered on, however far it has come.
    let (just, _) = start("while True: pass").await;
    server.kill();

    let belljar = open(data.path()).await;
    for id in [&cut, &just] {
        let record = belljar.job(id).await.unwrap();
        assert_eq!(
            (record.status, record.exit_code, record.error.as_deref()),
            (JobStatus::Failed, Some(137), Some(STOPPED))
        );
        assert!(record.completed_at.is_some());
    }
    let record = belljar.job(&over).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code),
        (JobStatus::Completed, Some(0))
    );
    let id: SandboxId = sandbox.parse().unwrap();
    let events = belljar.events(&id, 2, Direction::Desc).await.unwrap();
    for (event, job) in events.iter().zip([&just, &cut]) {
        assert_eq!(event.kind, "job:completed");
        assert_eq!(event.data["jobId"], job.as_str());
        assert_eq!(event.data["status"], "failed");
        assert_eq!(event.data["error"], STOPPED);
    }
    let again = belljar.sandbox(&id).unwrap();
    assert_eq!(again.record().status, SandboxStatus::Idle);
    assert_eq!(again.read_file("f").await.unwrap(), "content");
    assert_eq!(again.jobs().len(), 0);
    assert_eq!(belljar.jobs(&id, 9).await.unwrap().len(), 3);
    let job = again.start_job(python("print(1)")).await.unwrap();
    assert_eq!(within("its end", job.wait()).await.exit_code, Some(0));
    belljar.close().await;
}

#[tokio::test]
async fn killed_while_sandboxes_are_created() {
    let data = data_dir();
    let mut answered: Vec<String> = Vec::new();
    for _ in 0..3 {
        let server = Server::start(data.path()).await;
        for id in &answered {
            let shown = server.get(&format!("/sandbox/{id}")).await;
            assert_eq!(shown["status"], "idle", "{shown}");
        }
        let (client, started) = (server.client(), answered.len());
        let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let creating: Vec<_> = (0..4)
            .map(|_| {
                let (client, said) = (client.clone(), said.clone());
                tokio::spawn(async move {
                    let body = json!({ "runtime": PYTHON });
                    // Until the server is gone.
                    while let Some(created) = client.try_post("/sandbox", &body).await {
                        // Until the runtime is loaded, what is answered is not made yet.
                        if created["status"] == "idle" {
                            said.send(text(&created["sandboxId"])).unwrap();
                        }
                    }
                })
            })
            .collect();
        drop(said);
        while answered.len() < started + 10 {
            answered.push(within("a sandbox", heard.recv()).await.unwrap());
        }
        server.kill();
        for task in creating {
            within("the client has noticed", task).await.unwrap();
        }
        while let Some(id) = heard.recv().await {
            answered.push(id);
        }
    }
    let belljar = open(data.path()).await;
    for id in &answered {
        let sandbox = belljar.sandbox(&id.parse().unwrap()).unwrap();
        assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    }
    let sandbox = belljar.sandbox(&answered[0].parse().unwrap()).unwrap();
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
    belljar.close().await;
}

#[tokio::test]
async fn a_sandbox_whose_files_are_lost_has_failed() {
    let data = data_dir();
    let belljar = open(data.path()).await;
    let lost = belljar.create(options()).await.unwrap();
    let kept = belljar.create(options()).await.unwrap();
    let file = FileWrite {
        path: "f".into(),
        content: "content".into(),
    };
    lost.write_files(vec![file]).await.unwrap();
    let (lost, kept) = (lost.id().clone(), kept.id().clone());
    belljar.close().await;
    drop(belljar);
    std::fs::remove_dir_all(data.path().join("sandboxes").join(lost.as_str())).unwrap();

    let belljar = open(data.path()).await;
    let record = belljar.sandbox_record(&lost).await.unwrap();
    assert_eq!(record.status, SandboxStatus::Failed);
    assert!(record.ended_at.is_some());
    assert_eq!(
        belljar.sandbox(&lost).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let kept = belljar.sandbox(&kept).unwrap();
    run(&kept, python("print(1)")).await.expect(0, "1\n");
    kept.destroy().await.unwrap();
    kept.wait_status(&[SandboxStatus::Deleted], PATIENCE).await;
    belljar.close().await;
}
