//! Finding programs, with a launcher that only says what it was given.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;

use super::*;
use crate::digest::Digest;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{Control, ExitStatus, Input, Output};
use crate::vfs::fixture;

/// Remembers what it was asked to launch.
#[derive(Debug, Default)]
struct FakeLaunch(Mutex<Vec<ProgramFile>>);

impl Launch for FakeLaunch {
    fn launch(&self, spec: LaunchSpec) -> BoxFuture<'static, Result<Completion, LaunchError>> {
        self.0.lock().unwrap().push(spec.program);
        Box::pin(async {
            Ok(Completion {
                status: ExitStatus::Code(0),
                cpu: Duration::ZERO,
                instantiate: Duration::ZERO,
                peak_memory: 0,
                fuel_used: None,
            })
        })
    }
}

struct Fixture {
    files: fixture::Fixture,
    launch: FakeLaunch,
}

fn path(text: &str) -> GuestPath {
    GuestPath::parse(text, &GuestPath::root()).unwrap()
}

fn fixture() -> Fixture {
    let programs = ["first", "second"];
    let digests = programs.map(|name| Digest::of(name.as_bytes()));
    let files = fixture::Fixture::with_programs(Arc::new(digests));
    for name in programs {
        let program = path(&format!("/usr/bin/{name}"));
        files.vfs.write_file(&program, name.as_bytes()).unwrap();
    }
    for directory in ["/home/agentuity", "/tmp"] {
        files.vfs.create_dir(&path(directory), true).unwrap();
    }
    files.vfs.root().symlink("usr/bin", "bin").unwrap();
    // A program is known by what the store has, not by what is only in memory.
    files.vfs.commit().unwrap();
    Fixture {
        files,
        launch: FakeLaunch::default(),
    }
}

impl Fixture {
    async fn spawn(&self, program: &str, search: Option<&str>) -> Result<Digest, ProcessError> {
        let cwd = path("/home/agentuity");
        let env = search
            .map(|path| ("PATH".to_owned(), path.to_owned()))
            .into_iter()
            .collect();
        let spec = SpawnSpec {
            program,
            env: &env,
            cwd: &cwd,
            vfs: &self.files.vfs,
        };
        spawn(&self.launch, spec, |program| LaunchSpec {
            program,
            argv: Vec::new(),
            env: Vec::new(),
            vfs: self.files.vfs.clone(),
            stdin: Input::Empty,
            stdout: Output::Discard,
            stderr: Output::Discard,
            memory: Arc::new(MemoryAccount::new(0)),
            cpu: Arc::new(CpuAccount::new(None)),
            fuel: None,
            control: Arc::new(Control::default()),
        })
        .await?;
        Ok(self.launch.0.lock().unwrap().pop().unwrap().digest)
    }

    async fn refused(&self, program: &str, search: Option<&str>) -> (i32, String) {
        let error = self.spawn(program, search).await.unwrap_err();
        (error.code(), error.to_string())
    }
}

#[tokio::test]
async fn programs_are_found_by_name_path_and_relative_path() {
    let fixture = fixture();
    let first = Digest::of(b"first");
    for (program, search) in [
        ("first", None),
        ("first", Some("/nowhere:/usr/bin")),
        ("first", Some("../../usr/bin")),
        ("/usr/bin/first", Some("/nowhere")),
        ("../../usr/bin/first", None),
        ("/bin/first", None),
    ] {
        assert_eq!(
            fixture.spawn(program, search).await.unwrap(),
            first,
            "{program} {search:?}"
        );
    }
}

#[tokio::test]
async fn what_is_missing_is_127() {
    let fixture = fixture();
    for (program, search) in [
        ("third", None),
        ("first", Some("/tmp")),
        ("", None),
        ("/usr/bin/third", None),
        ("./first", None),
        ("first/x", None),
    ] {
        let (code, text) = fixture.refused(program, search).await;
        assert_eq!(code, 127, "{program}: {text}");
        assert_eq!(text, format!("{program}: command not found"));
    }
}

#[tokio::test]
async fn what_cannot_be_executed_is_126_and_says_why() {
    let fixture = fixture();
    for (name, contents, reason) in [
        ("text", &b"hello"[..], "exec format error"),
        (
            "script",
            b"#!/usr/bin/first\n",
            "not available in this version",
        ),
        (
            "prog.wasm",
            b"\0asm\x01\0\0\0",
            "not available in this version",
        ),
        ("empty", b"", "exec format error"),
    ] {
        let file = path(&format!("/home/agentuity/{name}"));
        fixture.files.vfs.write_file(&file, contents).unwrap();
        let (code, text) = fixture.refused(&format!("./{name}"), None).await;
        assert_eq!(code, 126, "{text}");
        assert!(text.contains(reason), "{text}");
    }
    let (code, text) = fixture.refused("/tmp", None).await;
    assert_eq!((code, text.as_str()), (126, "/tmp: is a directory"));
    // A later directory wins over an earlier one with something that cannot be executed.
    fixture
        .files
        .vfs
        .write_file(&path("/tmp/first"), b"text")
        .unwrap();
    assert!(fixture.spawn("first", Some("/tmp:/usr/bin")).await.is_ok());
    assert_eq!(fixture.refused("first", Some("/tmp")).await.0, 126);
}
