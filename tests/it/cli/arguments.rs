//! What is said on the command line, and what is said about it.

use std::fs;
use std::path::Path;

use super::{Ran, command, run};
use crate::support::{belljar, data_dir};

/// Compares with a file in `tests/it/golden`; `BELLJAR_BLESS=1` writes it.
#[track_caller]
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/golden")
        .join(name);
    if std::env::var_os("BELLJAR_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "{name} differs; BELLJAR_BLESS=1 accepts the new text"
    );
}

#[test]
fn help_is_what_the_golden_files_say() {
    for (name, args) in [
        ("help.txt", &["--help"][..]),
        ("help-run.txt", &["run", "--help"]),
        ("help-runtime.txt", &["runtime", "--help"]),
        ("help-serve.txt", &["serve", "--help"]),
        ("help-snapshot.txt", &["snapshot", "--help"]),
        (
            "help-snapshot-create.txt",
            &["snapshot", "create", "--help"],
        ),
        ("help-snapshot-ls.txt", &["snapshot", "ls", "--help"]),
        ("help-snapshot-tag.txt", &["snapshot", "tag", "--help"]),
        (
            "help-snapshot-export.txt",
            &["snapshot", "export", "--help"],
        ),
        ("help-snapshot-build.txt", &["snapshot", "build", "--help"]),
        (
            "help-snapshot-import.txt",
            &["snapshot", "import", "--help"],
        ),
        ("help-checkpoint.txt", &["checkpoint", "--help"]),
        (
            "help-checkpoint-restore.txt",
            &["checkpoint", "restore", "--help"],
        ),
        ("help-create.txt", &["create", "--help"]),
        ("help-exec.txt", &["exec", "--help"]),
        ("help-ls.txt", &["ls", "--help"]),
        ("help-get.txt", &["get", "--help"]),
        ("help-rm.txt", &["rm", "--help"]),
        ("help-cp.txt", &["cp", "--help"]),
        ("help-files.txt", &["files", "--help"]),
        ("help-files-mkdir.txt", &["files", "mkdir", "--help"]),
        ("help-logs.txt", &["logs", "--help"]),
        ("help-jobs.txt", &["jobs", "--help"]),
        ("help-jobs-stop.txt", &["jobs", "stop", "--help"]),
        ("help-events.txt", &["events", "--help"]),
        ("help-keys.txt", &["keys", "--help"]),
        ("help-keys-create.txt", &["keys", "create", "--help"]),
        ("help-keys-list.txt", &["keys", "list", "--help"]),
        ("help-keys-revoke.txt", &["keys", "revoke", "--help"]),
        ("help-completions.txt", &["completions", "--help"]),
        ("help-pause.txt", &["pause", "--help"]),
        ("help-resume.txt", &["resume", "--help"]),
        ("help-fork.txt", &["fork", "--help"]),
        ("help-diff.txt", &["diff", "--help"]),
        ("help-gc.txt", &["gc", "--help"]),
        ("help-fsck.txt", &["fsck", "--help"]),
    ] {
        let ran = Ran::from(belljar().args(args).output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        golden(name, &ran.stdout);
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let ran = Ran::from(belljar().arg("--version").output().unwrap());
    ran.expect(0, concat!("belljar ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_what_would_be_right() {
    for (args, says) in [
        (&["run"][..], "PROGRAM"),
        (&["run", "--memory", "256MB", "python3"], "Ki, Mi, Gi"),
        (&["run", "--cpu", "0", "python3"], "--cpu"),
        (&["run", "--timeout", "30", "python3"], "30s"),
        (&["run", "--fuel", "0", "python3"], "--fuel"),
        (&["run", "--env", "=x", "python3"], "NAME=VALUE"),
        (
            &["run", "--env", "BELLJAR_NO_SUCH_VARIABLE", "python3"],
            "not set here",
        ),
        (&["run", "--file", "x:", "python3"], "HOST:GUEST"),
        (&["run", "no-such-language"], "python:3.14"),
        (&["run", "python2"], "python:3.14"),
        (&["run", "--runtime", "cobol:85", "x"], "python:3.14"),
        (&["run", "--snapshot", "base", "python3"], "belljar create"),
        (&["runtime", "install", "cobol:85"], "python:3.14"),
        (&["no-such-command"], "no-such-command"),
        (&["snapshot"], "create"),
        (&["snapshot", "rm"], "SNAPSHOT"),
        (&["snapshot", "tag", "a", "b", "--clear"], "--clear"),
        (&["checkpoint", "create", "sbx_1"], "NAME"),
        (&["pause"], "SANDBOX"),
        (&["pause", "snp_1"], "sbx_"),
        (&["fork", "sbx_1", "--env", "=x"], "NAME=VALUE"),
        (&["diff", "a"], "TO"),
        (&["diff", "a", "b", "--limit", "0"], "--limit"),
    ] {
        let ran = Ran::from(belljar().args(args).output().unwrap());
        ran.expect(2, "");
        assert!(ran.stderr.contains(says), "{args:?}: {ran:#?}");
    }
}

#[test]
fn a_program_that_is_not_there_is_exit_code_127() {
    let ran = run(["--runtime", "python:3.14", "no-such-program"]);
    ran.expect(127, "");
    assert!(ran.stderr.contains("no-such-program"), "{ran:#?}");
    let ran = run(["--runtime", "python:3.14", "/usr/bin"]);
    assert_eq!(ran.code, Some(126), "{ran:#?}");
}

#[test]
fn arguments_reach_the_program_unchanged() {
    let code = "import sys; print(sys.argv[1:])";
    run(["python3", "-c", code, "--stats", "-x", "a b", "", "é"])
        .expect(0, "['--stats', '-x', 'a b', '', 'é']\n");
}

#[test]
fn only_the_environment_that_is_asked_for_goes_in() {
    let code =
        "import os; print([os.environ.get(k) for k in ('GIVEN', 'TAKEN', 'EMPTY', 'SECRET')])";
    let ran = command([
        "-e",
        "GIVEN=a=b",
        "-e",
        "TAKEN",
        "--env",
        "EMPTY=",
        "python3",
        "-c",
        code,
    ])
    .env("TAKEN", "from outside")
    .env("SECRET", "stays outside")
    .output()
    .unwrap();
    Ran::from(ran).expect(0, "['a=b', 'from outside', '', None]\n");
}

#[test]
fn files_go_in_and_the_working_directory_is_chosen() {
    let folder = data_dir();
    let script = folder.path().join("script.py");
    fs::write(
        &script,
        "import os, sys; print(os.getcwd(), open('data.txt').read(), sys.argv)",
    )
    .unwrap();
    let data = folder.path().join("some.txt");
    fs::write(&data, "contents").unwrap();
    let (script, data) = (script.to_str().unwrap(), data.to_str().unwrap());
    run([
        "--file",
        &format!("{script}:script.py"),
        "--file",
        &format!("{data}:data.txt"),
        "python3",
        "script.py",
        "x",
    ])
    .expect(0, "/home/agentuity contents ['script.py', 'x']\n");
    run([
        "--file",
        script,
        "--file",
        &format!("{data}:/tmp/deep/er/data.txt"),
        "--workdir",
        "/tmp/deep/er",
        "python3",
        "/home/agentuity/script.py",
    ])
    .expect(0, "/tmp/deep/er contents ['/home/agentuity/script.py']\n");
}

#[test]
fn a_file_that_cannot_be_read_is_exit_code_66() {
    let ran = run(["--file", "no/such/file:x", "python3", "-V"]);
    ran.expect(66, "");
    assert!(ran.stderr.contains("no/such/file"), "{ran:#?}");
}

#[test]
fn a_file_cannot_go_outside() {
    let folder = data_dir();
    let file = folder.path().join("f");
    fs::write(&file, "x").unwrap();
    let ran = run([
        "--file",
        &format!("{}:../../../../escaped", file.display()),
        "python3",
        "-c",
        "pass",
    ]);
    ran.expect(2, "");
    assert!(ran.stderr.contains("outside of the sandbox"), "{ran:#?}");
    assert!(!Path::new("/escaped").exists());
}

#[test]
fn stats_say_what_the_run_took() {
    let ran = run([
        "--stats",
        "python3",
        "-c",
        "print('x' * 99); import sys; sys.exit(3)",
    ]);
    ran.expect(3, &format!("{}\n", "x".repeat(99)));
    for part in [
        "exit",
        "3 (completed)",
        "wall",
        "instantiate",
        "cpu",
        "peak memory",
        "100 bytes",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in {}", ran.stderr);
    }
}
