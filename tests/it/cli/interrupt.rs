//! Ctrl-C and SIGTERM: the first is the program's, the second ends it.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::time::Duration;

use super::{Ran, command, ended, start};

/// Starts Python code that says `ready` when it is.
fn ready(code: &str) -> Child {
    let mut child = start(command(["python3", "-c", code]));
    let mut line = String::new();
    // Unbuffered reading: what follows stays in the pipe for `wait_with_output`.
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, stdout)
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ready\n");
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn ctrl_c_is_a_keyboard_interrupt() {
    for work in [
        "while True: pass",
        "import time; time.sleep(600)",
        "input()",
    ] {
        let child = ready(&format!("print('ready', flush=True)\n{work}"));
        send("-INT", &child);
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(130), "{work}: {ran:#?}");
        assert!(ran.stderr.contains("KeyboardInterrupt"), "{work}: {ran:#?}");
    }
}

#[test]
fn a_program_may_handle_ctrl_c() {
    let code = "print('ready', flush=True)\n\
                try:\n  while True: pass\n\
                except KeyboardInterrupt:\n  print('handled')";
    let child = ready(code);
    send("-INT", &child);
    Ran::from(child.wait_with_output().unwrap()).expect(0, "handled\n");
}

#[test]
fn a_second_ctrl_c_ends_what_ignores_the_first() {
    let code = "import signal\n\
                signal.signal(signal.SIGINT, lambda *_: print('ignored', flush=True))\n\
                print('ready', flush=True)\n\
                while True: pass";
    let mut child = ready(code);
    send("-INT", &child);
    let mut line = String::new();
    BufReader::with_capacity(1, child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ignored\n");
    assert!(child.try_wait().unwrap().is_none());
    send("-INT", &child);
    assert_eq!(ended(&mut child), Some(130));
}

#[test]
fn termination_is_exit_code_143() {
    let mut child = ready("print('ready', flush=True)\nwhile True: pass");
    send("-TERM", &child);
    assert_eq!(ended(&mut child), Some(143));
}

#[test]
fn an_interrupt_before_the_program_has_started_ends_the_command() {
    let mut child = start(command(["python3", "-c", "input()"]));
    std::thread::sleep(Duration::from_millis(30));
    send("-INT", &child);
    // Depending on who was there first it is the command or the program that ends.
    let code = ended(&mut child);
    assert!(code == Some(130) || code.is_none(), "{code:?}");
}
