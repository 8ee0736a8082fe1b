//! Limits given on the command line hold, and crossing one says so.

use std::time::{Duration, Instant};

use super::run;

#[test]
fn a_timeout_is_exit_code_124() {
    for code in [
        "while True: pass",
        "import time; time.sleep(600)",
        "input()",
    ] {
        let started = Instant::now();
        let mut child = super::start(super::command([
            "--timeout",
            "500ms",
            "python3",
            "-c",
            code,
        ]));
        // Held open: `input()` has to wait.
        let stdin = child.stdin.take();
        let ran = super::Ran::from(child.wait_with_output().unwrap());
        drop(stdin);
        ran.expect(124, "");
        assert!(ran.stderr.contains("timed out after 500ms"), "{ran:#?}");
        assert!(started.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn memory_beyond_the_limit_is_a_memory_error() {
    let code = "try:\n  x = bytearray(200 << 20)\nexcept MemoryError:\n  print('refused')";
    run(["--memory", "128Mi", "python3", "-c", code]).expect(0, "refused\n");
    let code = "x = bytearray(200 << 20); print(len(x))";
    run(["--memory", "512Mi", "python3", "-c", code]).expect(0, "209715200\n");
}

#[test]
fn files_beyond_the_disk_have_no_space() {
    let ran = run(["--disk", "1Mi", "sh", "-c", "head -c 2000000 /dev/zero > f"]);
    ran.expect(1, "");
    assert!(ran.stderr.contains("No space left"), "{ran:#?}");
}

#[test]
fn too_little_memory_to_start_is_said() {
    let ran = run(["--memory", "1Mi", "python3", "-c", "pass"]);
    assert_ne!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("memory"), "{ran:#?}");
}

#[test]
fn fuel_is_exact_enough_to_stop_an_endless_loop() {
    let ran = run([
        "--fuel",
        "2000000000",
        "--stats",
        "python3",
        "-c",
        "print('in time')",
    ]);
    ran.expect(0, "in time\n");
    assert!(ran.stderr.contains("fuel"), "{ran:#?}");
    let ran = run(["--fuel", "2000000000", "python3", "-c", "while True: pass"]);
    ran.expect(152, "");
    assert!(ran.stderr.contains("fuel"), "{ran:#?}");
}

#[test]
fn endless_recursion_is_an_error_of_the_program() {
    let ran = run(["python3", "-c", "def f(): f()\nf()"]);
    ran.expect(1, "");
    assert!(ran.stderr.contains("RecursionError"), "{ran:#?}");
}
