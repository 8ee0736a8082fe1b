//! schemathesis over the API of a real server: no answer that the document does not have, none of 5xx.
//!
//! It needs python3 and the Python package index: where `CI` is set their absence is a failure, elsewhere
//! this is skipped.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{belljar, data_dir};

/// What `check` exits with when it has nothing to check with.
const UNAVAILABLE: i32 = 75;

/// More than a busy machine needs to start a server.
const PATIENCE: Duration = Duration::from_secs(120);

#[cfg(unix)]
#[test]
fn every_answer_is_one_of_the_document() {
    let data = data_dir();
    let ready = data.path().join("ready");
    let mut server = belljar()
        .args([
            "serve",
            "--dev",
            "--listen",
            "127.0.0.1:0",
            "--poll-hold",
            "1s",
        ])
        .arg("--ready-file")
        .arg(&ready)
        .env("BELLJAR_DATA", data.path())
        .stdin(Stdio::null())
        .stderr(fs::File::create(data.path().join("stderr")).unwrap())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !ready.exists() {
        assert!(server.try_wait().unwrap().is_none() && Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    let found: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis/check");
    let ran = Command::new(script)
        .args([text("url"), text("key")])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis"))
        .output();
    drop(server.kill());
    drop(server.wait());
    let ran = ran.unwrap();
    let said = format!(
        "{}\n{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    if ran.status.code() == Some(UNAVAILABLE) && std::env::var_os("CI").is_none() {
        eprintln!("skipped: {said}");
        return;
    }
    assert!(ran.status.success(), "{said}");
}
