//! Jobs: commands in the background of a sandbox.

use std::time::Duration;

use belljar::{
    Belljar, Command, Direction, ErrorKind, FileWrite, Job, JobId, JobRecord, JobStatus,
    OutputMode, Sandbox, SandboxId, SandboxStatus, Signal, Stdin,
};
use bytes::Bytes;

use super::made::made;
use crate::guests::{Opened, PATIENCE, eventually, options, python, run, stdout_as, within};

/// A program that stays until it is ended.
const SLEEPS: &str = "import time; time.sleep(600)";

/// Starts Python code and waits until it runs.
async fn ready(sandbox: &Sandbox, code: &str) -> Job {
    let code = format!("print('ready', flush=True)\n{code}");
    let job = sandbox.start_job(python(&code)).await.unwrap();
    says(&job, "ready\n").await;
    job
}

/// Waits until this is all that a job has printed.
async fn says(job: &Job, text: &str) {
    let mut stdout = job.stdout();
    let mut all = Vec::new();
    while all.len() < text.len() {
        let chunk = within("some output", stdout.next()).await;
        all.extend_from_slice(&chunk.expect("it has not ended").unwrap());
    }
    assert_eq!(String::from_utf8_lossy(&all), text);
}

async fn ended(job: &Job) -> JobRecord {
    within("the end of a job", job.wait()).await
}

async fn stdout(job: &Job) -> String {
    let read = within("its output", job.stdout().read_to_end()).await;
    String::from_utf8(read.unwrap()).unwrap()
}

async fn stderr(job: &Job) -> String {
    let read = within("its output", job.stderr().read_to_end()).await;
    String::from_utf8(read.unwrap()).unwrap()
}

/// What the events say about jobs, and the kinds of all others.
async fn story(belljar: &Belljar, id: &SandboxId) -> Vec<String> {
    let events = belljar.events(id, 100, Direction::Asc).await.unwrap();
    let told = events
        .into_iter()
        .map(|event| match event.data.get("status") {
            Some(status) if event.kind == "job:completed" => {
                format!("{} {}", event.kind, status.as_str().unwrap())
            }
            _ => event.kind,
        });
    told.collect()
}

fn seen(record: &JobRecord) -> (JobStatus, Option<i32>, Option<&str>) {
    (record.status, record.exit_code, record.error.as_deref())
}

#[tokio::test]
async fn a_job_runs_beside_executions_and_its_output_is_read_live() {
    let belljar = Opened::new().await;
    let sandbox = belljar.create(options().env("A", "1")).await.unwrap();
    let code = "import os, time\n\
                print(os.environ['A'], os.getcwd(), flush=True)\n\
                while not os.path.exists('go'): time.sleep(0.01)\n\
                print('gone')";
    let job = sandbox.start_job(python(code)).await.unwrap();
    assert!(job.id().as_str().starts_with("job_"));
    says(&job, "1 /home/agentuity\n").await;
    let record = job.record();
    assert_eq!(seen(&record), (JobStatus::Running, None, None));
    assert_eq!(record.sandbox_id, *sandbox.id());
    assert_eq!(record.command[..2], ["python3", "-c"]);
    assert!(record.started_at.is_some() && record.completed_at.is_none());
    // Neither busy nor counted.
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
    let other = ready(&sandbox, SLEEPS).await;
    let ids = sandbox.jobs().into_iter().map(|job| job.id().clone());
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [job.id().clone(), other.id().clone()]
    );
    run(&sandbox, python("open('go', 'w')")).await.expect(0, "");
    let record = ended(&job).await;
    assert_eq!(seen(&record), (JobStatus::Completed, Some(0), None));
    let times = [
        Some(record.created_at),
        record.started_at,
        record.completed_at,
    ];
    assert!(times.is_sorted() && times[1].is_some(), "{record:#?}");
    assert_eq!(stdout(&job).await, "1 /home/agentuity\ngone\n");
    assert_eq!(sandbox.record().executions, 2);
    // By its id, while it runs and afterwards; and its output by the stream's.
    assert_eq!(belljar.job(job.id()).await.unwrap(), record);
    drop(job);
    assert_eq!(belljar.job(&record.id).await.unwrap(), record);
    assert_eq!(
        belljar.job(other.id()).await.unwrap().status,
        JobStatus::Running
    );
    let stream = belljar.stream(record.stdout.as_ref().unwrap()).unwrap();
    let read = within("its output", stream.reader().read_to_end()).await;
    assert_eq!(read.unwrap(), b"1 /home/agentuity\ngone\n");
    let all = belljar.jobs(sandbox.id(), 100).await.unwrap();
    let ids: Vec<_> = all.iter().map(|one| &one.id).collect();
    assert_eq!(ids, [other.id(), &record.id]);
    assert_eq!(belljar.jobs(sandbox.id(), 1).await.unwrap(), all[..1]);
    assert_eq!(sandbox.jobs().len(), 1);
    for error in [
        belljar.job(&JobId::generate()).await.unwrap_err(),
        belljar
            .stop_job(&JobId::generate(), true)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::NotFound, "JOB_NOT_FOUND")
        );
    }
    let error = belljar.jobs(&SandboxId::generate(), 1).await.unwrap_err();
    assert_eq!(error.code(), "SANDBOX_NOT_FOUND");
}

#[tokio::test]
async fn a_job_ends_as_its_program_does() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for (command, expected, said) in [
        (python("exit(3)"), (JobStatus::Completed, Some(3), None), ""),
        (
            Command::new(["nothing-of-that-name"]),
            (
                JobStatus::Failed,
                Some(127),
                Some("nothing-of-that-name: command not found"),
            ),
            "belljar: nothing-of-that-name: command not found\n",
        ),
        (
            python(SLEEPS).timeout(Duration::from_millis(100)),
            (JobStatus::Failed, Some(124), Some("timed out after 100ms")),
            "belljar: python3: timed out after 100ms\n",
        ),
    ] {
        let job = sandbox.start_job(command).await.unwrap();
        assert_eq!(seen(&ended(&job).await), expected);
        assert_eq!(stderr(&job).await, said);
    }
    let error = sandbox
        .start_job(Command::new::<_, &str>([]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);

    // What limits executions does not limit jobs.
    let limited = options().execution_timeout(Duration::from_millis(300));
    let limited = belljar.create(limited).await.unwrap();
    let code = "import time; time.sleep(1); open('f', 'w').write('done')";
    let job = limited.start_job(python(code)).await.unwrap();
    assert_eq!(
        seen(&ended(&job).await),
        (JobStatus::Completed, Some(0), None)
    );
    assert_eq!(limited.read_file("f").await.unwrap(), "done");
}

#[tokio::test]
async fn a_job_is_asked_to_end_and_killed_if_it_does_not() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let cancelled = |code| (JobStatus::Cancelled, Some(code), Some("stopped"));

    let job = ready(&sandbox, SLEEPS).await;
    let record = within("its end", job.stop()).await;
    assert_eq!(seen(&record), cancelled(143));
    // It stays as it is.
    assert_eq!(within("nothing", job.kill()).await, record);
    assert_eq!(belljar.stop_job(job.id(), true).await.unwrap(), record);

    let job = ready(&sandbox, "while True: pass").await;
    let record = belljar.stop_job(job.id(), true).await.unwrap();
    assert_eq!(seen(&record), cancelled(137));

    let code = "import signal, sys, time\n\
                def end(*_):\n    print('flushed'); sys.exit(7)\n\
                signal.signal(signal.SIGTERM, end)\n\
                print('set', flush=True)\n\
                time.sleep(600)";
    let job = sandbox.start_job(python(code)).await.unwrap();
    says(&job, "set\n").await;
    let record = within("its end", job.stop()).await;
    assert_eq!(seen(&record), cancelled(7));
    assert_eq!(stdout(&job).await, "set\nflushed\n");

    let code = "import signal\n\
                signal.signal(signal.SIGTERM, lambda *_: print('no', flush=True))\n\
                print('set', flush=True)\n\
                while True: pass";
    let job = sandbox.start_job(python(code)).await.unwrap();
    says(&job, "set\n").await;
    // Nobody has to wait for it.
    drop(tokio::time::timeout(Duration::from_millis(50), job.stop()).await);
    says(&job, "set\nno\n").await;
    let record = ended(&job).await;
    assert_eq!(seen(&record), cancelled(137));

    // A signal of somebody else is the program's business.
    let job = ready(&sandbox, SLEEPS).await;
    job.signal(Signal::Interrupt);
    let record = ended(&job).await;
    assert_eq!(seen(&record), (JobStatus::Completed, Some(130), None));
}

#[tokio::test]
async fn streams_of_a_job_are_those_that_were_asked_for() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let job = python("print(input(), input())").stdin(Stdin::Pipe);
    let job = sandbox.start_job(job).await.unwrap();
    let stdin = job.stdin().unwrap();
    for line in ["a\n", "b\n"] {
        stdin
            .write(Bytes::from_static(line.as_bytes()))
            .await
            .unwrap();
    }
    ended(&job).await;
    assert_eq!(stdout(&job).await, "a b\n");

    let discarded = stdout_as(python("print(1)"), OutputMode::Discard);
    let job = sandbox.start_job(discarded).await.unwrap();
    let record = ended(&job).await;
    assert!(record.stdout.is_none() && record.stderr.is_some());
    assert!(job.stdin().is_none());

    let id = made(&belljar, belljar.default_org());
    let routed = stdout_as(python("print('routed')"), OutputMode::Route(id.clone()));
    let job = sandbox.start_job(routed).await.unwrap();
    assert_eq!(ended(&job).await.stdout.as_ref(), Some(&id));
    let stream = belljar.stream(&id).unwrap();
    let read = within("its output", stream.reader().read_to_end()).await;
    assert_eq!(read.unwrap(), b"routed\n");
}

#[tokio::test]
async fn a_job_goes_on_when_nobody_reads_or_waits() {
    let belljar = Opened::with(|mut options| {
        options.abandon_after = Some(Duration::from_millis(10));
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    let job = ready(&sandbox, SLEEPS).await;
    let stream = belljar.stream(job.record().stdout.as_ref().unwrap());
    let mut reader = stream.unwrap().reader();
    within("a chunk", reader.next()).await.unwrap().unwrap();
    drop(reader);
    drop(job.clone());
    drop(tokio::time::timeout(Duration::from_millis(10), job.wait()).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(job.record().status, JobStatus::Running);
}

#[tokio::test]
async fn there_are_only_so_many_at_once() {
    let belljar = Opened::new().await;
    let roomy = options().memory(belljar::ByteSize::mib(8192));
    let sandbox = belljar.create(roomy).await.unwrap();
    let mut jobs = Vec::new();
    for _ in 0..32 {
        jobs.push(sandbox.start_job(python(SLEEPS)).await.unwrap());
    }
    let error = sandbox.start_job(python(SLEEPS)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let message = error.to_string();
    assert!(
        message.contains("running jobs") && message.contains("32"),
        "{message}"
    );
    // An execution is not one of them, and neither are those of another sandbox.
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
    belljar.fresh().await.start_job(python("1")).await.unwrap();
    assert_eq!(belljar.jobs(sandbox.id(), 100).await.unwrap().len(), 32);
    within("an end", jobs[7].kill()).await;
    let next = sandbox.start_job(python("1")).await.unwrap();
    ended(&next).await;
    sandbox.destroy().await.unwrap();
    assert_eq!(sandbox.jobs().len(), 0);
}

#[tokio::test]
async fn jobs_end_with_their_sandbox() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let over = sandbox.start_job(python("print(1)")).await.unwrap();
    ended(&over).await;
    let jobs = [
        ready(&sandbox, "while True: pass").await,
        ready(&sandbox, SLEEPS).await,
    ];
    within("its end", sandbox.destroy()).await.unwrap();
    for job in &jobs {
        let record = job.record();
        let reason = Some("the sandbox has ended");
        assert_eq!(seen(&record), (JobStatus::Cancelled, Some(137), reason));
        // Readable for the grace period.
        assert_eq!(stdout(job).await, "ready\n");
        assert_eq!(belljar.job(job.id()).await.unwrap(), record);
    }
    let told = [
        "create",
        "lifecycle:started",
        "job:started",
        "job:completed completed",
        "job:started",
        "job:started",
        "job:completed cancelled",
        "job:completed cancelled",
        "destroy",
    ];
    assert_eq!(story(&belljar, sandbox.id()).await, told);
    let events = belljar.events(sandbox.id(), 100, Direction::Asc).await;
    let events = events.unwrap();
    assert_eq!(events[2].data["jobId"], over.id().as_str());
    assert_eq!(events[3].data["jobId"], over.id().as_str());
    assert_eq!(events[3].data["exitCode"], 0);
    assert_eq!(events[7].data["error"], "the sandbox has ended");
    assert_eq!(belljar.jobs(sandbox.id(), 9).await.unwrap().len(), 3);
    let error = sandbox.start_job(python("1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);

    // A one-shot sandbox ends with its command.
    let code = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)";
    let oneshot = options().command(python(code));
    let oneshot = belljar.create(oneshot).await.unwrap();
    let job = ready(&oneshot, SLEEPS).await;
    assert_eq!(oneshot.record().status, SandboxStatus::Running);
    let file = FileWrite {
        path: "go".into(),
        content: Bytes::new(),
    };
    oneshot.write_files(vec![file]).await.unwrap();
    let record = oneshot.wait_status(&[], PATIENCE).await;
    assert_eq!(
        (record.status, record.exit_code),
        (SandboxStatus::Terminated, Some(0))
    );
    let reason = Some("the sandbox has ended");
    assert_eq!(
        seen(&job.record()),
        (JobStatus::Cancelled, Some(137), reason)
    );
    let told = story(&belljar, oneshot.id()).await;
    let last = told.len() - 1;
    assert_eq!(told[last], "lifecycle:terminated");
    assert!(told.contains(&"job:completed cancelled".to_owned()));
}

#[tokio::test]
async fn pausing_stops_jobs_and_a_job_resumes() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import signal, sys\n\
                def end(*_):\n    open('state', 'w').write('saved'); sys.exit()\n\
                signal.signal(signal.SIGTERM, end)\n\
                print('set', flush=True)\n\
                while True: pass";
    let job = sandbox.start_job(python(code)).await.unwrap();
    says(&job, "set\n").await;
    let live = crate::guests::Live::ready(&sandbox, "input()").await;
    let error = sandbox.pause().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    assert_eq!(job.record().status, JobStatus::Running);
    live.say("\n").await;
    live.finish().await;
    within("the pause", sandbox.pause()).await.unwrap();
    let reason = Some("the sandbox was paused");
    assert_eq!(seen(&job.record()), (JobStatus::Cancelled, Some(0), reason));
    assert_eq!(sandbox.record().status, SandboxStatus::Paused);
    assert_eq!(sandbox.jobs().len(), 0);
    sandbox.resume().await.unwrap();
    assert_eq!(sandbox.jobs().len(), 0);
    assert_eq!(sandbox.read_file("state").await.unwrap(), "saved");
    sandbox.pause().await.unwrap();

    let job = sandbox
        .start_job(python("print(open('state').read())"))
        .await
        .unwrap();
    assert_eq!(ended(&job).await.status, JobStatus::Completed);
    assert_eq!(stdout(&job).await, "saved\n");
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
}

#[tokio::test]
async fn started_and_paused_by_many_at_once_everything_ends() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let pausing = {
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                // Refused when it is paused already.
                drop(sandbox.pause().await);
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        })
    };
    let starting: Vec<_> = (0..3)
        .map(|_| {
            let sandbox = sandbox.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    let job = sandbox.start_job(python(SLEEPS)).await.unwrap();
                    drop(tokio::time::timeout(Duration::from_millis(5), job.wait()).await);
                    job.kill().await;
                }
            })
        })
        .collect();
    for task in starting {
        within("the starters", task).await.unwrap();
    }
    within("the pauses", pausing).await.unwrap();
    let jobs = belljar.jobs(sandbox.id(), 100).await.unwrap();
    assert_eq!(jobs.len(), 30);
    for job in jobs {
        assert_eq!(job.status, JobStatus::Cancelled, "{job:#?}");
    }
    sandbox.destroy().await.unwrap();
}

#[tokio::test]
async fn a_sandbox_with_a_running_job_is_not_idle_for_too_long() {
    let belljar = Opened::new().await;
    let mut impatient = options();
    impatient.timeouts.idle = Some(Duration::from_millis(300));
    let sandbox = belljar.create(impatient).await.unwrap();
    let job = ready(&sandbox, SLEEPS).await;
    // The reaper looks twice a second.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    assert_eq!(job.record().status, JobStatus::Running);
    within("its end", job.stop()).await;
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    eventually("its end", async || {
        sandbox.record().status == SandboxStatus::Terminated
    })
    .await;
}

#[tokio::test]
async fn nothing_is_restored_under_a_running_job() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    sandbox.create_checkpoint("before").await.unwrap();
    let job = ready(&sandbox, SLEEPS).await;
    // A checkpoint, a snapshot and a fork are of the files alone.
    sandbox.create_checkpoint("beside").await.unwrap();
    let fork = sandbox.fork(belljar::ForkOptions::new()).await.unwrap();
    assert_eq!(fork.jobs().len(), 0);
    let error = sandbox.restore_checkpoint("before").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("jobs are running"), "{error}");
    assert_eq!(job.record().status, JobStatus::Running);
    within("its end", job.stop()).await;
    sandbox.restore_checkpoint("before").await.unwrap();
}
