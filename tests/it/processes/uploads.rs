//! WebAssembly that a user brings.

use belljar::{Command, FileWrite};

use super::sh;
use crate::guests::{Opened, run};

/// Preview 1, as most compilers make it: writes a line and ends with 7.
const MODULE: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
    (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
        (call $exit (i32.const 7))))"#;

fn upload(name: &str, text: &str) -> FileWrite {
    FileWrite {
        path: name.to_owned(),
        content: wat::parse_str(text).unwrap().into(),
    }
}

#[tokio::test]
async fn a_module_for_preview_1_runs_with_its_exit_code() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    sandbox
        .write_files(vec![upload("a.wasm", MODULE)])
        .await
        .unwrap();
    // As any file: it must be executable first.
    let ended = run(&sandbox, Command::new(["./a.wasm"])).await;
    assert_eq!(ended.exit_code, Some(126), "{ended:#?}");
    assert!(ended.stderr.contains("permission denied"), "{ended:#?}");
    let script = "chmod +x a.wasm; ./a.wasm; echo $?; ./a.wasm | cat; cp a.wasm b; ./b | wc -l";
    let ended = run(&sandbox, sh(script)).await;
    assert_eq!(ended.text().replace(' ', ""), "hello\n7\nhello\n1\n");
    run(&sandbox, Command::new(["./a.wasm"]))
        .await
        .expect(7, "hello\n");
}

#[tokio::test]
async fn where_it_is_off_it_is_refused_with_the_switch_and_the_runtime_still_runs() {
    let belljar = Opened::with(|options| options.uploaded_programs(false)).await;
    let sandbox = belljar.fresh().await;
    sandbox
        .write_files(vec![upload("a.wasm", MODULE)])
        .await
        .unwrap();
    run(&sandbox, sh("chmod +x a.wasm")).await.expect(0, "");
    let ended = run(&sandbox, Command::new(["./a.wasm"])).await;
    assert_eq!(ended.exit_code, Some(126));
    assert!(
        ended.stderr.contains("--uploaded-programs"),
        "{}",
        ended.stderr
    );
    // Not by another name, not through a shell, and a copy of an installed program is one of them.
    let script = "cp a.wasm ls; ./ls 2>/dev/null; echo $?; cp /usr/bin/coreutils c; ./c true 2>/dev/null; echo $?";
    let ended = run(&sandbox, sh(script)).await;
    assert!(ended.text().starts_with("126\n"), "{ended:#?}");
    assert!(ended.text().ends_with("126\n"), "{ended:#?}");
    // The shell passes on what can be done about it.
    let ended = run(&sandbox, sh("./a.wasm")).await;
    assert_eq!(ended.exit_code, Some(126));
    assert!(
        ended.stderr.contains("--uploaded-programs"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn what_is_no_program_is_refused_with_a_reason() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let mut files = vec![
        upload(
            "env",
            r#"(module (import "env" "f" (func)) (func (export "_start") (call 0)))"#,
        ),
        upload("nothing", "(module)"),
    ];
    files.push(FileWrite {
        path: "broken".to_owned(),
        content: b"\0asm\x01\0\0\0\x01\xff\xff".as_slice().into(),
    });
    files.push(FileWrite {
        path: "huge".to_owned(),
        content: [b"\0asm\x01\0\0\0".as_slice(), &vec![0; 33 << 20]]
            .concat()
            .into(),
    });
    sandbox.write_files(files).await.unwrap();
    run(&sandbox, sh("chmod +x *")).await.expect(0, "");
    for name in ["env", "nothing", "broken", "huge"] {
        let ended = run(&sandbox, Command::new([format!("./{name}")])).await;
        assert_eq!(ended.exit_code, Some(126), "{name}: {ended:#?}");
        assert!(ended.stderr.len() > 20, "{name}: {ended:#?}");
    }
    run(&sandbox, sh("echo here")).await.expect(0, "here\n");
}
