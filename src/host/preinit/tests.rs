//! Initialising, and the process that begins where it ended.

use std::collections::BTreeMap;

use super::*;
use crate::engine::{EngineOptions, Metering};
use crate::host::Host;
use crate::host::filesystem::tests::component::component;
use crate::host::filesystem::tests::filesystem;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{Control, Ended, ExitStatus, Launch, LaunchSpec};
use crate::vfs::{GuestPath, ProgramFile, Usage};

const QUOTA: Usage = Usage {
    bytes: 100,
    nodes: 10,
};

/// Reads the first byte of `/f`, tries to make `/g` and returns `{result}`; `exec` gives the byte.
fn guest(result: &str) -> Vec<u8> {
    let imports = include_str!("../filesystem/tests/imports.wat");
    let text = format!(
        r#"(module {imports}
            (global $first (mut i32) (i32.const 0))
            (data (i32.const 4096) "f")
            (data (i32.const 4100) "g")
            (func (export "exec") (result i32) (global.get $first))
            (func (export "initialize") (result i32) (local $root i32) (local $file i32)
                (call $get-directories (i32.const 64))
                (local.set $root (i32.load (i32.load (i32.const 64))))
                (call $open-at (local.get $root) (i32.const 0) (i32.const 4096) (i32.const 1)
                    (i32.const 0) (i32.const 1) (i32.const 64))
                (local.set $file (i32.load (i32.const 68)))
                (call $read (local.get $file) (i64.const 10) (i64.const 0) (i32.const 64))
                (global.set $first (i32.load8_u (i32.load (i32.const 68))))
                (call $create-directory-at (local.get $root) (i32.const 4100) (i32.const 1) (i32.const 64))
                (call $drop-descriptor (local.get $file))
                (call $drop-descriptor (local.get $root))
                {result}))"#
    );
    component("runtime", &text)
}

#[tokio::test]
async fn a_process_begins_where_its_initialisation_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (store, vfs) = filesystem(folder.path(), QUOTA);
    let file = |path| GuestPath::parse(path, &GuestPath::root()).unwrap();
    vfs.write_file(&file("/f"), b"*").unwrap();
    // What `create-directory-at` answered: a failure, hence not 0.
    let guest = guest("(i32.eqz (i32.load8_u (i32.const 64)))");
    let mut stages = Vec::new();
    let seen = vfs.clone();
    let initialised = preinitialize(&guest, seen, &[], &mut |stage| stages.push(stage)).unwrap();
    assert_eq!(stages, [Stage::Compile, Stage::Initialize, Stage::Snapshot]);
    assert_eq!(vfs.read_dir(&GuestPath::root()).unwrap().len(), 2);
    vfs.write_file(&file("/f"), b"+").unwrap();

    let content = store.put_content(&mut &initialised[..]).unwrap();
    let options = EngineOptions::new(Metering::Epoch);
    let engine = crate::engine::Engine::new(&options, folder.path()).unwrap();
    let host = Host::new(engine, 1).unwrap();
    let spec = LaunchSpec {
        program: ProgramFile::new(&store, content),
        argv: vec!["guest".into()],
        env: Vec::new(),
        cwd: "/".into(),
        vfs,
        descriptions: BTreeMap::new(),
        memory: Arc::new(MemoryAccount::new(16 << 20)),
        cpu: Arc::new(CpuAccount::new(None)),
        fuel: None,
        control: Arc::new(Control::default()),
        usage: Arc::default(),
        process: None,
        network: crate::net::Access::alone(),
        packages: crate::registry::Access::Denied("not in this test"),
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let ended = Ended::new(move |result| drop(tell.send(result)));
    host.launch(spec, ended).await.unwrap();
    let completion = told.await.unwrap().unwrap();
    assert_eq!(completion.status, ExitStatus::Code(b'*'));
}

#[test]
fn what_a_failing_initialisation_said_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_store, vfs) = filesystem(folder.path(), QUOTA);
    vfs.write_file(&GuestPath::parse("/f", &GuestPath::root()).unwrap(), b"*")
        .unwrap();
    let said = "(call $blocking-write-and-flush (call $get-stdout) (i32.const 4096) (i32.const 1) (i32.const 32))";
    for (result, reason) in [
        ("(i32.const 7)", "it returned 7"),
        ("unreachable", "unreachable"),
    ] {
        let guest = guest(&format!("{said} {result}"));
        let failed = preinitialize(&guest, vfs.clone(), &[], &mut |_| {}).unwrap_err();
        let PreinitError::Guest {
            reason: given,
            output,
        } = failed
        else {
            panic!("{failed:?}");
        };
        assert!(given.contains(reason), "{given}");
        assert_eq!(output, "f");
    }
}

#[test]
fn what_is_no_component_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_store, vfs) = filesystem(folder.path(), QUOTA);
    let failed = preinitialize(b"\0asm", vfs, &[], &mut |_| {}).unwrap_err();
    assert!(matches!(failed, PreinitError::Component(_)), "{failed:?}");
}
