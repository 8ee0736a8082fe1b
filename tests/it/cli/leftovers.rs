//! What `belljar run` leaves in the system's folder for temporary files: nothing.

use std::path::Path;
use std::process::Command;

use super::{Ran, command, ended, start};
use crate::support::data_dir;

/// `belljar run` with a place of its own for temporary files.
fn command_in(temporary: &Path, args: &[&str]) -> Command {
    let mut command = command(args);
    for name in ["TMPDIR", "TMP", "TEMP"] {
        command.env(name, temporary);
    }
    command
}

fn left_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn however_a_run_ends_nothing_is_left() {
    let temporary = data_dir();
    for (args, code) in [
        (vec!["true"], 0),
        (vec!["sh", "-c", "seq 100000 >f; seq 100000; exit 3"], 3),
        (vec!["--timeout", "1ms", "sh", "-c", "sleep 60"], 124),
        (vec!["no-such-program"], 2),
        (vec!["--runtime", "none", "true"], 2),
        (vec!["--file", "no-such-file:x", "true"], 66),
    ] {
        let output = command_in(temporary.path(), &args).output().unwrap();
        let ran = Ran::from(output);
        assert_eq!(ran.code, Some(code), "{args:?}: {ran:#?}");
        assert_eq!(left_in(temporary.path()), Vec::<String>::new(), "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_leaves_goes_with_the_next() {
    use std::io::Read;

    let temporary = data_dir();
    let talk = ["sh", "-c", "echo ready; read line"];
    let mut killed = start(command_in(temporary.path(), &talk));
    let mut live = start(command_in(temporary.path(), &talk));
    for child in [&mut killed, &mut live] {
        let mut said = [0; 6];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut said)
            .unwrap();
        assert_eq!(&said, b"ready\n");
    }
    assert_eq!(left_in(temporary.path()).len(), 2);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(left_in(temporary.path()).len(), 2);
    let next = command_in(temporary.path(), &["true"]).output().unwrap();
    Ran::from(next).expect(0, "");
    // That of the one that lives is its own.
    assert_eq!(left_in(temporary.path()).len(), 1);
    // The end of its input is a line, too.
    drop(live.stdin.take());
    assert_eq!(ended(&mut live), Some(1));
    assert_eq!(left_in(temporary.path()), Vec::<String>::new());
}
