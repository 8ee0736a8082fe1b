//! Limits and ends, each crossed by a guest of a few lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::engine::{EngineOptions, Metering};
use crate::host::filesystem::tests::filesystem;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{Control, Description, Input, LiveUsage, Output, Signal, Spool};
use crate::store::Store;
use crate::vfs::{Usage, Vfs};

/// A guest whose `exec` has this body; `$mem` has one page.
fn guest(body: &str) -> String {
    format!(
        r#"(component
            (import "belljar:process/signals@0.1.0" (instance $signals
                (export "take" (func (result u8)))
                (export "watch" (func (param "word" (list u8)) (param "mask" u32)))))
            (import "belljar:process/lifecycle@0.1.0" (instance $lifecycle
                (export "exit" (func (param "status" u8)))))
            (core module $libc
                (memory (export "mem") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
            (core instance $libc (instantiate $libc))
            (core func $take (canon lower (func $signals "take")))
            (core func $watch (canon lower (func $signals "watch") (memory (core memory $libc "mem"))))
            (core func $exit (canon lower (func $lifecycle "exit")))
            (core module $main
                (import "libc" "mem" (memory 1))
                (import "host" "take" (func $take (result i32)))
                (import "host" "watch" (func $watch (param i32 i32 i32)))
                (import "host" "exit" (func $exit (param i32)))
                (func $recurse (param i32) (result i32)
                    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
                (func (export "exec") (result i32) {body}))
            (core instance $main (instantiate $main
                (with "libc" (instance $libc))
                (with "host" (instance
                    (export "take" (func $take))
                    (export "watch" (func $watch))
                    (export "exit" (func $exit))))))
            (func (export "exec") (result s32) (canon lift (core func $main "exec"))))"#
    )
}

struct Fixture {
    _folder: tempfile::TempDir,
    store: Store,
    vfs: Vfs,
    host: Host,
}

fn fixture(metering: Metering) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let mut options = EngineOptions::new(metering);
    options.max_processes = 4;
    options.guest_threads = 1;
    let engine = Engine::new(&options, folder.path()).unwrap();
    let (store, vfs) = filesystem(folder.path(), Usage::default());
    Fixture {
        host: Host::new(engine, 4).unwrap(),
        store,
        vfs,
        _folder: folder,
    }
}

impl Fixture {
    fn spec(&self, text: &str) -> LaunchSpec {
        let bytes = wat::parse_str(text).unwrap();
        let content = self.store.put_content(&mut &bytes[..]).unwrap();
        LaunchSpec {
            program: ProgramFile::new(&self.store, content),
            argv: vec!["guest".into()],
            env: Vec::new(),
            vfs: self.vfs.clone(),
            cwd: "/".into(),
            descriptions: BTreeMap::from([
                (
                    0,
                    Description::from(Input::Bytes(Bytes::from_static(b"in"))),
                ),
                (2, Description::from(Output::Spool(Spool::new(None, 1000)))),
            ]),
            memory: Arc::new(MemoryAccount::new(1 << 20)),
            cpu: Arc::new(CpuAccount::new(None)),
            fuel: None,
            control: Arc::new(Control::default()),
            usage: Arc::new(LiveUsage::default()),
            process: None,
            network: crate::net::Access::alone(),
            packages: crate::registry::Access::Denied("not in this test"),
        }
    }

    /// Runs to the end.
    fn launch(
        &self,
        spec: LaunchSpec,
    ) -> impl Future<Output = Result<Completion, LaunchError>> + use<> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let ended = Ended::new(move |result| drop(tell.send(result)));
        let launch = self.host.launch(spec, ended);
        async move {
            launch.await?;
            told.await.unwrap()
        }
    }

    async fn run(&self, body: &str) -> ExitStatus {
        let spec = self.spec(&guest(body));
        let memory = Arc::clone(&spec.memory);
        let completion = self.launch(spec).await.unwrap();
        assert_eq!(memory.used(), 0, "memory was not given back");
        assert!(completion.peak_memory <= memory.limit());
        completion.status
    }
}

const SPIN: &str = "(loop $l (br $l)) unreachable";

#[tokio::test]
async fn ends_have_their_statuses() {
    let fixture = fixture(Metering::Epoch);
    assert_eq!(fixture.run("i32.const 3").await, ExitStatus::Code(3));
    assert_eq!(
        fixture.run("(call $exit (i32.const 7)) unreachable").await,
        ExitStatus::Code(7)
    );
    let trapped = |text: &str| ExitStatus::Trapped(text.into());
    assert_eq!(
        fixture.run("unreachable").await,
        trapped("wasm trap: wasm `unreachable` instruction executed")
    );
    assert_eq!(
        fixture.run("(call $recurse (i32.const 0))").await,
        trapped("wasm trap: call stack exhausted")
    );
    assert_eq!(
        fixture.run("(i32.load (i32.const 100000000))").await,
        trapped("wasm trap: out of bounds memory access")
    );
}

#[tokio::test]
async fn memory_beyond_the_account_is_refused_and_dying_of_it_is_its_own_end() {
    let fixture = fixture(Metering::Epoch);
    // 16 pages are the limit, one is there: 15 more fit, not 16.
    assert_eq!(
        fixture.run("(memory.grow (i32.const 15))").await,
        ExitStatus::Code(1)
    );
    assert_eq!(
        fixture.run("(memory.grow (i32.const 16))").await,
        ExitStatus::Code(255)
    );
    assert_eq!(
        fixture
            .run("(drop (memory.grow (i32.const 16))) unreachable")
            .await,
        ExitStatus::OutOfMemory
    );
    let mut spec = fixture.spec(&guest("i32.const 0"));
    spec.memory = Arc::new(MemoryAccount::new(1000));
    let refused = fixture.launch(spec).await.unwrap_err();
    assert!(matches!(
        refused,
        LaunchError::NotEnoughMemory { limit: 1000, .. }
    ));
}

#[tokio::test]
async fn a_spinning_guest_is_killed_and_does_not_stop_others() {
    let fixture = fixture(Metering::Epoch);
    let spec = fixture.spec(&guest(SPIN));
    let control = Arc::clone(&spec.control);
    let cpu = Arc::clone(&spec.cpu);
    let spinning = tokio::spawn(fixture.launch(spec));
    while cpu.used().is_zero() {
        tokio::task::yield_now().await;
    }
    // There is one guest thread, and this runs beside the one that spins on it.
    for _ in 0..3 {
        assert_eq!(fixture.run("i32.const 5").await, ExitStatus::Code(5));
    }
    assert!(!spinning.is_finished());
    control.kill();
    let killed = spinning.await.unwrap().unwrap();
    assert_eq!(killed.status, ExitStatus::Signaled(Signal::Kill));
    assert!(!killed.cpu.is_zero());
}

#[tokio::test]
async fn a_process_killed_before_it_starts_never_runs() {
    let fixture = fixture(Metering::Epoch);
    let spec = fixture.spec(&guest("i32.const 0"));
    spec.control.kill();
    let completion = fixture.launch(spec).await.unwrap();
    assert_eq!(completion.status, ExitStatus::Signaled(Signal::Kill));
}

#[tokio::test]
async fn an_unhandled_signal_ends_the_guest() {
    let fixture = fixture(Metering::Epoch);
    let spec = fixture.spec(&guest(SPIN));
    spec.control.send(Signal::Terminate);
    let completion = fixture.launch(spec).await.unwrap();
    assert_eq!(completion.status, ExitStatus::Signaled(Signal::Terminate));
}

#[tokio::test]
async fn a_watched_word_tells_a_spinning_guest_of_a_signal() {
    let fixture = fixture(Metering::Epoch);
    // Spins on its own memory, never calling the host, until the host has set the bit.
    let spec = fixture.spec(&guest(
        "(call $watch (i32.const 64) (i32.const 4) (i32.const 0x100))
         (loop $l (br_if $l (i32.eqz (i32.load (i32.const 64)))))
         (i32.add (call $take) (i32.load8_u (i32.const 65)))",
    ));
    let control = Arc::clone(&spec.control);
    control.catch_all();
    let running = tokio::spawn(fixture.launch(spec));
    control.send(Signal::Interrupt);
    let completion = running.await.unwrap().unwrap();
    assert_eq!(completion.status, ExitStatus::Code(2 + 1));
}

#[tokio::test]
async fn a_word_that_is_none_is_refused() {
    let fixture = fixture(Metering::Epoch);
    for (address, length) in [(64, 3), (65, 4), (64, 8)] {
        let body = format!(
            "(call $watch (i32.const {address}) (i32.const {length}) (i32.const 1)) i32.const 0"
        );
        let status = fixture.run(&body).await;
        assert!(
            matches!(&status, ExitStatus::Trapped(why) if why.contains("aligned word")),
            "{status:?}"
        );
    }
    // Beyond the memory: the canonical ABI itself refuses.
    let status = fixture
        .run("(call $watch (i32.const 65536) (i32.const 4) (i32.const 1)) i32.const 0")
        .await;
    assert!(matches!(status, ExitStatus::Trapped(_)), "{status:?}");
    let withdrawn = "(call $watch (i32.const 0) (i32.const 0) (i32.const 1)) i32.const 0";
    assert_eq!(fixture.run(withdrawn).await, ExitStatus::Code(0));
}

#[tokio::test]
async fn fuel_is_counted_and_ends_the_guest() {
    let fixture = fixture(Metering::Fuel);
    let mut spec = fixture.spec(&guest(SPIN));
    spec.fuel = Some(1_000_000);
    let completion = fixture.launch(spec).await.unwrap();
    assert_eq!(completion.status, ExitStatus::OutOfFuel);
    assert_eq!(completion.fuel_used, Some(1_000_000));
    let mut used = Vec::new();
    for _ in 0..2 {
        let mut spec = fixture.spec(&guest("i32.const 0"));
        spec.fuel = Some(1_000_000);
        used.push(fixture.launch(spec).await.unwrap().fuel_used.unwrap());
    }
    assert_eq!(used[0], used[1]);
    assert!((1..1000).contains(&used[0]));
}

#[tokio::test]
async fn more_processes_than_slots_wait_for_one() {
    let fixture = fixture(Metering::Epoch);
    let launches =
        (0..20).map(|code| fixture.launch(fixture.spec(&guest(&format!("i32.const {code}")))));
    let ended = futures::future::join_all(launches).await;
    for (code, completion) in (0u8..).zip(ended) {
        assert_eq!(completion.unwrap().status, ExitStatus::Code(code));
    }
}

#[tokio::test]
async fn what_is_no_program_is_refused() {
    let fixture = fixture(Metering::Epoch);
    for (text, reason) in [
        ("(component)", "nor a function `exec`"),
        (
            r#"(component (import "evil:host/door" (func)) (core module $m (func (export "e")))
                (core instance $i (instantiate $m)) (func (export "exec") (canon lift (core func $i "e"))))"#,
            "evil:host/door",
        ),
        (
            r#"(component (core module $m (func (export "e"))) (core instance $i (instantiate $m))
                (func (export "exec") (canon lift (core func $i "e"))))"#,
            "",
        ),
    ] {
        let refused = fixture.launch(fixture.spec(text)).await.unwrap_err();
        let LaunchError::NotAProgram { reason: given } = &refused else {
            panic!("{refused:?}");
        };
        assert!(given.contains(reason), "{given}");
    }
}

/// There is one filesystem, whatever version of WASI 0.2 a program was built for.
#[tokio::test]
async fn the_root_is_found_under_any_version_of_wasi() {
    let fixture = fixture(Metering::Epoch);
    for version in ["0.2.0", "0.2.3", "0.2.12", "0.2.99"] {
        let text = format!(
            r#"(component
                (import "wasi:filesystem/types@{version}" (instance $types
                    (export "descriptor" (type (sub resource)))))
                (alias export $types "descriptor" (type $descriptor))
                (import "wasi:filesystem/preopens@{version}" (instance $preopens
                    (export "descriptor" (type $d (eq $descriptor)))
                    (export "get-directories" (func (result (list (tuple (own $d) string)))))))
                (core module $libc
                    (memory (export "mem") 1)
                    (global $heap (mut i32) (i32.const 1024))
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                        (global.get $heap)
                        (global.set $heap (i32.add (global.get $heap) (i32.const 64)))))
                (core instance $libc (instantiate $libc))
                (core func $get (canon lower (func $preopens "get-directories")
                    (memory (core memory $libc "mem")) (realloc (core func $libc "realloc"))))
                (core module $main
                    (import "libc" "mem" (memory 1))
                    (import "host" "get" (func $get (param i32)))
                    (func (export "exec") (result i32) (local $list i32)
                        (call $get (i32.const 8))
                        (if (i32.ne (i32.load (i32.const 12)) (i32.const 1)) (then unreachable))
                        (local.set $list (i32.load (i32.const 8)))
                        ;; The first character of the one path.
                        (i32.load8_u (i32.load offset=4 (local.get $list)))))
                (core instance $main (instantiate $main
                    (with "libc" (instance $libc))
                    (with "host" (instance (export "get" (func $get))))))
                (func (export "exec") (result s32) (canon lift (core func $main "exec"))))"#
        );
        let ended = fixture.launch(fixture.spec(&text)).await.unwrap();
        assert_eq!(ended.status, ExitStatus::Code(b'/'), "{version}");
    }
}
