//! What an engine in memory leaves in the system's folder for temporary files: nothing.
//!
//! Where that folder is, a program is told when it starts. So each test runs once more, as a process
//! of its own.

use std::process::Command;

use belljar::{Belljar, BelljarOptions};

use crate::guests::{Live, options, python, run};
use crate::support::{PYTHON, cache_dir, data_dir};

/// Is set in that process.
const AGAIN: &str = "BELLJAR_TEST_LEFTOVERS";

/// Does `work` in a process of its own, with a place of its own for temporary files: what is left there.
fn left_by(test: &str, work: impl AsyncFnOnce(Belljar)) -> Vec<String> {
    if std::env::var_os(AGAIN).is_some() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let options = BelljarOptions::in_memory(cache_dir());
            let belljar = Belljar::open(options).await.unwrap();
            belljar.install_runtime(PYTHON).await.unwrap();
            work(belljar).await;
        });
        return Vec::new();
    }
    let temporary = data_dir();
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", test]).env(AGAIN, "1");
    for name in ["TMPDIR", "TMP", "TEMP"] {
        again.env(name, temporary.path());
    }
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    let entries = std::fs::read_dir(temporary.path()).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn of_a_closed_engine_nothing_is_left() {
    let test = "library::leftovers::of_a_closed_engine_nothing_is_left";
    let left = left_by(test, async |belljar| {
        let sandbox = belljar.create(options()).await.unwrap();
        let code = "open('f', 'w').write('x' * 2_000_000); print('y' * 200_000)";
        assert_eq!(run(&sandbox, python(code)).await.exit_code, Some(0));
        let live = Live::ready(&sandbox, "while True: pass").await;
        belljar.close().await;
        // Whoever has handles may have them for as long as the program runs.
        std::mem::forget((belljar, sandbox, live));
    });
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn of_a_dropped_engine_nothing_is_left() {
    let test = "library::leftovers::of_a_dropped_engine_nothing_is_left";
    let left = left_by(test, async |belljar| {
        let sandbox = belljar.create(options()).await.unwrap();
        let code = "open('f', 'w').write('x' * 2_000_000); print('y' * 200_000)";
        assert_eq!(run(&sandbox, python(code)).await.exit_code, Some(0));
        let live = Live::ready(&sandbox, "while True: pass").await;
        drop(belljar);
        std::mem::forget((sandbox, live));
    });
    assert_eq!(left, Vec::<String>::new());
}
