//! Sessions, with a launcher whose processes end when they are told to.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use futures::future::BoxFuture;

use super::*;
use crate::digest::Digest;
use crate::process::control::Control;
use crate::process::description::{Description, Read};
use crate::process::exit::ExitStatus;
use crate::process::launch::{Ended, LaunchError, LaunchSpec};
use crate::vfs::{Follow, GuestPath, fixture};

/// Starts processes that end when a signal ends them, or by themselves if they are called `exit`.
#[derive(Debug, Default)]
struct FakeLaunch {
    full: AtomicBool,
}

impl Launch for FakeLaunch {
    fn launch(
        &self,
        spec: LaunchSpec,
        ended: Ended,
    ) -> BoxFuture<'static, Result<(), LaunchError>> {
        if self.full.load(Ordering::Relaxed) {
            ended.forget();
            return Box::pin(async { Err(LaunchError::NoSlot) });
        }
        let exits = spec.argv.first().is_some_and(|name| name == "exit");
        tokio::spawn(async move {
            let status = if exits {
                ExitStatus::Code(3)
            } else {
                ExitStatus::Signaled(spec.control.fatal().await)
            };
            let (memory, fuel) = (1000, spec.fuel.map(|fuel| fuel / 2));
            drop(spec);
            ended.tell(Ok(Completion {
                status,
                cpu: Duration::from_millis(5),
                instantiate: Duration::ZERO,
                peak_memory: memory,
                fuel_used: fuel,
            }));
        });
        Box::pin(async { Ok(()) })
    }
}

struct Fixture {
    files: fixture::Fixture,
    launch: Arc<FakeLaunch>,
    population: Arc<Population>,
}

fn fixture(limit: u64) -> Fixture {
    let files = fixture::Fixture::with_programs(Arc::new([Digest::of(b"program")]));
    let program = GuestPath::parse("/usr/bin/program", &GuestPath::root()).unwrap();
    files.vfs.write_file(&program, b"program").unwrap();
    let root = files.vfs.root();
    root.set_mode_at("usr/bin/program", Follow::Yes, 0o755)
        .unwrap();
    files.vfs.commit().unwrap();
    Fixture {
        files,
        launch: Arc::default(),
        population: Arc::new(Population::new(limit)),
    }
}

impl Fixture {
    fn session(&self, fuel: Option<u64>) -> Arc<Session> {
        let setting = Setting {
            launch: Arc::clone(&self.launch) as Arc<dyn Launch>,
            vfs: self.files.vfs.clone(),
            memory: Arc::new(MemoryAccount::new(1 << 20)),
            cpu: Arc::new(CpuAccount::new(None)),
            fuel,
            uploads: Uploads::Allowed,
            network: crate::net::Access::alone(),
            packages: crate::registry::Access::Denied("not in this test"),
        };
        Session::new(setting, Arc::clone(&self.population))
    }
}

fn request(name: &str) -> Request {
    Request {
        program: "program".to_owned(),
        argv: vec![name.to_owned()],
        env: Vec::new(),
        cwd: GuestPath::root(),
        descriptions: BTreeMap::new(),
        new_group: false,
        umask: 0o022,
        control: None,
    }
}

async fn start(session: &Arc<Session>, parent: Option<&Process>, name: &str) -> Arc<Process> {
    session.start(parent, request(name)).await.unwrap()
}

#[tokio::test]
async fn when_the_first_process_ends_all_others_do() {
    let fixture = fixture(100);
    let session = fixture.session(None);
    let control = Arc::new(Control::default());
    let running = {
        let session = Arc::clone(&session);
        let mut request = request("shell");
        request.control = Some(Arc::clone(&control));
        tokio::spawn(async move { session.run(request).await })
    };
    while session.processes().is_empty() {
        tokio::task::yield_now().await;
    }
    let shell = session.processes().remove(0);
    let child = start(&session, Some(&shell), "child").await;
    let grandchild = start(&session, Some(&child), "grandchild").await;
    assert_eq!((child.parent, grandchild.parent), (shell.pid, child.pid));
    assert_eq!(grandchild.group, shell.group);
    control.send(Signal::Terminate);
    let completion = running.await.unwrap().unwrap();
    assert_eq!(completion.status, ExitStatus::Signaled(Signal::Terminate));
    assert_eq!(completion.cpu, Duration::from_millis(15));
    for process in [&child, &grandchild] {
        assert_eq!(process.status(), Some(ExitStatus::Signaled(Signal::Kill)));
    }
    assert!(session.processes().is_empty());
    assert_eq!(fixture.population.alive.in_use(), 0);
    // And no more are started.
    let error = session.start(Some(&shell), request("late")).await;
    assert!(matches!(error, Err(StartError::Ending { .. })));
}

#[tokio::test]
async fn a_dropped_run_kills_its_processes() {
    let fixture = fixture(100);
    let session = fixture.session(None);
    let mut run = Box::pin(session.run(request("shell")));
    while session.processes().is_empty() {
        assert!(futures::poll!(run.as_mut()).is_pending());
    }
    let shell = session.processes().remove(0);
    drop(run);
    shell.ended().await;
    assert_eq!(shell.status(), Some(ExitStatus::Signaled(Signal::Kill)));
}

#[tokio::test]
async fn there_are_never_more_processes_than_the_sandbox_may_have() {
    let fixture = fixture(2);
    let session = fixture.session(None);
    let shell = start(&session, None, "shell").await;
    let child = start(&session, Some(&shell), "child").await;
    for _ in 0..100 {
        let error = session.start(Some(&shell), request("one more")).await;
        assert!(matches!(error, Err(StartError::TooMany { limit: 2, .. })));
    }
    assert!(session.signal(&shell, child.pid.cast_signed(), Some(Signal::Kill)));
    child.ended().await;
    start(&session, Some(&shell), "again").await;
}

#[tokio::test]
async fn what_is_not_started_leaves_no_trace() {
    let fixture = fixture(2);
    let session = fixture.session(None);
    let shell = start(&session, None, "shell").await;
    fixture.launch.full.store(true, Ordering::Relaxed);
    for _ in 0..10 {
        let error = session.start(Some(&shell), request("child")).await;
        assert_eq!(error.unwrap_err().code(), 126);
    }
    let mut missing = request("child");
    missing.program = "nothing".to_owned();
    let error = session.start(Some(&shell), missing).await.unwrap_err();
    assert_eq!(error.code(), 127);
    let mut long = request("child");
    long.argv = vec!["x".repeat(5 << 20)];
    let error = session.start(Some(&shell), long).await.unwrap_err();
    assert!(error.to_string().ends_with("argument list too long"));
    assert_eq!(session.processes().len(), 1);
    assert_eq!(fixture.population.alive.in_use(), 1);
}

#[tokio::test]
async fn signals_reach_processes_groups_and_nobody_else() {
    let fixture = fixture(100);
    let session = fixture.session(None);
    let shell = start(&session, None, "shell").await;
    let mut own = request("leader");
    own.new_group = true;
    let leader = session.start(Some(&shell), own).await.unwrap();
    let member = start(&session, Some(&leader), "member").await;
    assert_eq!((leader.group, member.group), (leader.pid, leader.pid));
    let number = |process: &Process| process.pid.cast_signed();
    assert!(session.signal(&shell, number(&member), None));
    assert!(!session.signal(&shell, 12345, None));
    assert!(!session.signal(&shell, -number(&member), None));
    assert!(session.signal(&shell, -number(&leader), Some(Signal::Hangup)));
    for process in [&leader, &member] {
        process.ended().await;
        assert_eq!(process.status(), Some(ExitStatus::Signaled(Signal::Hangup)));
    }
    assert!(!session.signal(&shell, number(&member), None));
    assert_eq!(shell.status(), None);
    // Another sandbox's or execution's are out of reach.
    let other = fixture.session(None);
    let foreign = start(&other, None, "foreign").await;
    assert!(!session.signal(&shell, number(&foreign), Some(Signal::Kill)));
}

#[tokio::test]
async fn a_parent_that_wants_to_know_is_told_of_its_children() {
    let fixture = fixture(100);
    let session = fixture.session(None);
    let shell = start(&session, None, "shell").await;
    let child = start(&session, Some(&shell), "exit").await;
    child.ended().await;
    assert_eq!(child.status(), Some(ExitStatus::Code(3)));
    assert_eq!(shell.control.take(), None);
    shell
        .control
        .set(Signal::Child, crate::process::signal::Action::Catch);
    let child = start(&session, Some(&shell), "exit").await;
    child.ended().await;
    shell.control.pending().await;
    assert_eq!(shell.control.take(), Some(Signal::Child));
}

#[tokio::test]
async fn a_budget_of_instructions_is_one_for_all() {
    let fixture = fixture(100);
    let session = fixture.session(Some(1000));
    let shell = start(&session, None, "shell").await;
    for left in [1000, 500, 250] {
        assert_eq!(session.fuel_left(), Some(left));
        start(&session, Some(&shell), "exit").await.ended().await;
    }
    assert_eq!(session.fuel_left(), Some(125));
}

#[tokio::test]
async fn a_pipe_ends_when_the_last_process_that_writes_to_it_does() {
    let fixture = fixture(100);
    let session = fixture.session(None);
    let shell = start(&session, None, "shell").await;
    let (reader, writer) = Description::pipe(&session.setting.memory).unwrap();
    let mut with = request("exit");
    with.descriptions.insert(1, writer.clone());
    let child = session.start(Some(&shell), with).await.unwrap();
    writer.try_write(Bytes::from_static(b"x")).unwrap();
    drop(writer);
    child.ended().await;
    assert_eq!(
        reader.try_read(10),
        Ok(Read::Bytes(Bytes::from_static(b"x")))
    );
    assert_eq!(reader.try_read(10), Ok(Read::End));
}
