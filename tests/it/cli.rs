//! The `belljar` command as a user meets it: the real binary, its streams, signals and exit codes.

mod arguments;
mod interrupt;
mod kept;
mod leftovers;
mod limits;
mod places;
mod runtimes;
mod server;
mod streams;
mod telemetry;

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use crate::support::{PYTHON, belljar};

/// Longer than anything here takes on a busy machine, shorter than the test runner's patience.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a finished command left behind.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    #[track_caller]
    fn expect_code(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{self:#?}");
    }

    #[track_caller]
    fn expect(&self, code: i32, stdout: &str) {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), stdout),
            "{self:#?}"
        );
    }
}

/// Makes sure that no test's stderr holds the progress of an installation.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ran = Ran::from(
            belljar()
                .args(["runtime", "install", PYTHON])
                .output()
                .unwrap(),
        );
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    });
}

/// `belljar run …`, ready to be started.
fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    install();
    let mut command = belljar();
    command.arg("run").args(args).stdin(Stdio::null());
    command
}

/// Runs `belljar run …` to its end.
fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    command(args).output().unwrap().into()
}

/// Runs Python code to its end.
fn python(code: &str) -> Ran {
    run(["python3", "-c", code])
}

/// Starts `command` with all three streams piped.
fn start(mut command: Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The exit code, or a panic if it does not end in time.
#[track_caller]
fn ended(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("still running after {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_first_command_of_the_readme_works() {
    let ran = python("print(sum([1, 2, 3]))");
    ran.expect(0, "6\n");
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_exit_code_is_the_programs() {
    for code in [0, 1, 7, 255] {
        python(&format!("import sys; sys.exit({code})")).expect(code, "");
    }
}

#[test]
fn a_traceback_goes_to_stderr_with_exit_code_1() {
    let ran = python("import sys; sys.stdout.write('out'); 1 / 0");
    ran.expect(1, "out");
    assert!(ran.stderr.contains("ZeroDivisionError"), "{ran:#?}");
}

#[test]
fn every_name_of_the_interpreter_and_its_path_find_the_runtime() {
    for name in ["python3", "python", "python3.14", "/usr/bin/python3"] {
        run([name, "-c", "print('here')"]).expect(0, "here\n");
    }
    run(["--runtime", PYTHON, "--", "python3", "-c", "print('here')"]).expect(0, "here\n");
}

#[test]
fn several_commands_run_at_once() {
    let children: Vec<_> = (0..6)
        .map(|n| (n, start(command(["python3", "-c", &format!("print({n})")]))))
        .collect();
    for (n, child) in children {
        Ran::from(child.wait_with_output().unwrap()).expect(0, &format!("{n}\n"));
    }
}

#[test]
fn a_sandbox_leaves_nothing_behind() {
    let code = "open('/tmp/left', 'w').close(); open('left', 'w').close()";
    python(code).expect(0, "");
    let look = "import os; print(os.path.exists('/tmp/left'), os.path.exists('left'))";
    python(look).expect(0, "False False\n");
}

/// Feeds all of `input` and gives back what came out.
fn run_with_input<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, input: &[u8]) -> Ran {
    let mut child = start(command(args));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program need not read all of it.
            drop(stdin.write_all(input));
        });
        child.wait_with_output().unwrap().into()
    })
}
