//! Guests of a few lines that ask for packages.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::engine::{Engine, EngineOptions, Metering};
use crate::host::Host as Launcher;
use crate::host::filesystem::tests::component::component;
use crate::host::filesystem::tests::filesystem;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{
    Action, Control, Description, Ended, ExitStatus, Launch, LaunchSpec, Output, Signal, Spool,
};
use crate::registry::{Asked, Registry};
use crate::vfs::{ProgramFile, Usage};

/// What guests import beside files.
const IMPORTS: &str = r#"
    (import "wasi:io/poll@0.2.0" "poll" (func $poll (param i32 i32 i32)))
    (import "belljar:registry/npm@0.1.0" "metadata" (func $metadata (param i32 i32) (result i32)))
    (import "belljar:registry/npm@0.1.0" "tarball"
        (func $tarball (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "belljar:registry/npm@0.1.0" "[method]request.subscribe"
        (func $subscribe (param i32) (result i32)))
    (import "belljar:registry/npm@0.1.0" "[method]request.read" (func $next (param i32 i32 i32)))
    (import "belljar:registry/npm@0.1.0" "[resource-drop]request" (func $drop (param i32)))
"#;

/// `$all` reads a request to its end, four bytes at a time, to standard output: 0, or 100 and the number
/// of the problem.
const FUNCTIONS: &str = r#"
    (data (i32.const 4096) "zod never none 1.0.0 http://x/ sha512-x")
    (func $all (param $request i32) (result i32)
        (loop $more
            (call $next (local.get $request) (i32.const 4) (i32.const 64))
            (if (i32.load8_u (i32.const 64))
                (then (return (i32.add (i32.const 100) (i32.load8_u (i32.const 68))))))
            (if (i32.load (i32.const 72))
                (then
                    (call $blocking-write-and-flush (call $get-stdout)
                        (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.const 96))
                    (br $more))))
        (i32.const 0))
    (func $zod (result i32) (call $metadata (i32.const 4096) (i32.const 3)))
    (func $never (result i32) (call $metadata (i32.const 4100) (i32.const 5)))
    (func $none (result i32) (call $metadata (i32.const 4106) (i32.const 4)))
"#;

/// Has `zod`, never answers about `never`, and nothing else.
#[derive(Debug, Default)]
struct Fake {
    /// Whether somebody waits for `never`.
    waiting: watch::Sender<bool>,
}

/// Tells when a request is given up.
struct Given<'a>(&'a watch::Sender<bool>);

impl Drop for Given<'_> {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

#[async_trait]
impl Registry for Fake {
    async fn metadata(&self, name: &str) -> Result<Content, Error> {
        match name {
            "zod" => Ok(Bytes::from_static(b"{\"name\":\"zod\"}").into()),
            "never" => {
                self.waiting.send_replace(true);
                let _given = Given(&self.waiting);
                std::future::pending().await
            }
            _ => Err(Error::NotFound {
                asked: Asked::Metadata {
                    name: name.to_owned(),
                },
                host: "x".to_owned(),
            }),
        }
    }

    async fn tarball(
        &self,
        name: &str,
        version: &str,
        url: &str,
        integrity: &str,
    ) -> Result<Content, Error> {
        Ok(Bytes::from(format!("{name}|{version}|{url}|{integrity}")).into())
    }
}

struct Fixture {
    fake: Arc<Fake>,
    control: Arc<Control>,
    packages: Access,
}

impl Fixture {
    fn new() -> Self {
        let fake = Arc::new(Fake::default());
        Self {
            control: Arc::new(Control::default()),
            packages: Access::to(Arc::<Fake>::clone(&fake)),
            fake,
        }
    }

    /// Runs a guest; its exit code and output.
    async fn run(&self, exec: &str) -> (ExitStatus, String) {
        let files = include_str!("../filesystem/tests/imports.wat");
        let text = format!(
            r#"(module {IMPORTS} {files} {FUNCTIONS} (func (export "exec") (result i32) {exec}))"#
        );
        let folder = tempfile::tempdir().unwrap();
        let mut options = EngineOptions::new(Metering::Epoch);
        options.max_processes = 1;
        options.guest_threads = 1;
        let engine = Engine::new(&options, folder.path()).unwrap();
        let (store, vfs) = filesystem(folder.path(), Usage::default());
        let host = Launcher::new(engine, 1).unwrap();
        let bytes = component("installer", &text);
        let content = store.put_content(&mut &bytes[..]).unwrap();
        let stdout = Spool::new(None, 1000);
        let spec = LaunchSpec {
            program: ProgramFile::new(&store, content),
            argv: vec!["guest".into()],
            env: Vec::new(),
            cwd: "/".into(),
            vfs,
            descriptions: BTreeMap::from([(
                1,
                Description::from(Output::Spool(Arc::clone(&stdout))),
            )]),
            memory: Arc::new(MemoryAccount::new(16 << 20)),
            cpu: Arc::new(CpuAccount::new(None)),
            fuel: None,
            control: Arc::clone(&self.control),
            usage: Arc::default(),
            process: None,
            network: crate::net::Access::alone(),
            packages: self.packages.clone(),
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        let ended = Ended::new(move |result| drop(tell.send(result)));
        host.launch(spec, ended).await.unwrap();
        let completion = told.await.unwrap().unwrap();
        stdout.close();
        let mut reader = stdout.reader();
        let mut output = Vec::new();
        while let Some(bytes) = reader.next().await {
            output.extend_from_slice(&bytes.unwrap());
        }
        (completion.status, String::from_utf8(output).unwrap())
    }
}

fn code(code: u8) -> ExitStatus {
    ExitStatus::Code(code)
}

#[tokio::test]
async fn a_document_is_read_in_pieces() {
    let (status, output) = Fixture::new().run("(call $all (call $zod))").await;
    assert_eq!((status, output.as_str()), (code(0), "{\"name\":\"zod\"}"));
}

#[tokio::test]
async fn an_archive_is_asked_for_with_all_that_is_known_of_it() {
    let ask =
        "(call $all (call $tarball (i32.const 4096) (i32.const 3) (i32.const 4111) (i32.const 5)
        (i32.const 4117) (i32.const 9) (i32.const 4127) (i32.const 8)))";
    let (status, output) = Fixture::new().run(ask).await;
    let all = "zod|1.0.0|http://x/|sha512-x";
    assert_eq!((status, output.as_str()), (code(0), all));
}

#[tokio::test]
async fn where_it_is_denied_every_question_has_the_same_answer() {
    let mut fixture = Fixture::new();
    fixture.packages = Access::Denied("because");
    let say = "(local $code i32)
        (local.set $code (call $all (call $zod)))
        (call $blocking-write-and-flush (call $get-stdout)
            (i32.load (i32.const 72)) (i32.load (i32.const 76)) (i32.const 96))
        (local.get $code)";
    let (status, output) = fixture.run(say).await;
    assert_eq!((status, output.as_str()), (code(100), "because"));
}

#[tokio::test]
async fn what_is_not_there_stays_away() {
    let ask = "(local $request i32)
        (local.set $request (call $none))
        (drop (call $all (local.get $request)))
        (call $all (local.get $request))";
    assert_eq!(Fixture::new().run(ask).await.0, code(102));
}

#[tokio::test]
async fn many_are_on_their_way_and_the_first_to_come_is_read() {
    let wait = "(local $zod i32)
        (i32.store (i32.const 128) (call $subscribe (call $never)))
        (local.set $zod (call $zod))
        (i32.store (i32.const 132) (call $subscribe (local.get $zod)))
        (call $poll (i32.const 128) (i32.const 2) (i32.const 64))
        ;; One is ready, and it is the second.
        (if (i32.ne (i32.load (i32.const 68)) (i32.const 1)) (then (return (i32.const 90))))
        (if (i32.ne (i32.load (i32.load (i32.const 64))) (i32.const 1)) (then (return (i32.const 91))))
        (call $all (local.get $zod))";
    let fixture = Fixture::new();
    let (status, output) = fixture.run(wait).await;
    assert_eq!((status, output.as_str()), (code(0), "{\"name\":\"zod\"}"));
    // It has ended, and with it what was on its way.
    let mut waiting = fixture.fake.waiting.subscribe();
    let given_up = waiting.wait_for(|waiting| !waiting);
    tokio::time::timeout(Duration::from_secs(10), given_up)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn letting_go_of_a_request_gives_it_up() {
    let fixture = Fixture::new();
    let wait = "(local $never i32)
        (local.set $never (call $never))
        (i32.store (i32.const 128) (call $subscribe (call $zod)))
        (call $poll (i32.const 128) (i32.const 1) (i32.const 64))
        (call $drop (local.get $never))
        (i32.const 0)";
    assert_eq!(fixture.run(wait).await.0, code(0));
    let mut waiting = fixture.fake.waiting.subscribe();
    let given_up = waiting.wait_for(|waiting| !waiting);
    tokio::time::timeout(Duration::from_secs(10), given_up)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_signal_ends_the_waiting_but_not_the_request() {
    let fixture = Fixture::new();
    fixture.control.set(Signal::Interrupt, Action::Catch);
    let control = Arc::clone(&fixture.control);
    let mut waiting = fixture.fake.waiting.subscribe();
    let signalling = tokio::spawn(async move {
        waiting.wait_for(|waiting| *waiting).await.unwrap();
        control.send(Signal::Interrupt);
    });
    let (status, _) = fixture.run("(call $all (call $never))").await;
    assert_eq!(status, code(107));
    signalling.await.unwrap();
}

#[tokio::test]
async fn a_guest_that_waits_can_be_killed() {
    let fixture = Fixture::new();
    let control = Arc::clone(&fixture.control);
    let mut waiting = fixture.fake.waiting.subscribe();
    let killing = tokio::spawn(async move {
        waiting.wait_for(|waiting| *waiting).await.unwrap();
        control.kill();
    });
    let (status, _) = fixture.run("(call $all (call $never))").await;
    assert_eq!(status, ExitStatus::Signaled(Signal::Kill));
    killing.await.unwrap();
}

#[test]
fn problems_are_told_as_what_they_are() {
    let asked = Asked::Metadata {
        name: "zod".to_owned(),
    };
    let told = |error: Error| problem(&error);
    let refused = Error::Refused {
        asked: asked.clone(),
        host: "x".to_owned(),
        status: 403,
    };
    assert!(matches!(told(refused), Problem::Refused(403)));
    let large = Error::TooLarge { asked, limit: 1 };
    assert!(matches!(told(large), Problem::TooLarge));
    let reason = "why".to_owned();
    let none = told(Error::NoRegistry { reason });
    assert!(matches!(none, Problem::Unreachable(text) if text.contains("npm_config_registry")));
}
