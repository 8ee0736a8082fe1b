//! Programs that start others: what holds between them, and that the limits do.

mod hostile;
mod uploads;

use belljar::{Command, ExecutionStatus, Signal};

use crate::guests::{Live, Opened, eventually, finish, run};

/// A command line for the shell.
pub(crate) fn sh(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

#[tokio::test]
async fn programs_of_a_pipeline_run_at_the_same_time() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for (script, expected) in [
        ("yes | head -1", "y\n"),
        ("seq 100000 | tail -1", "100000\n"),
        ("echo one | cat | cat | tr a-z A-Z", "ONE\n"),
        // More than all pipes hold, through a reader that stops early and one that does not.
        (
            "seq 200000 | tee /tmp/all | head -2; wc -l < /tmp/all | tr -d ' '",
            "1\n2\n",
        ),
        (
            "cat /dev/zero | head -c 1000000 | wc -c | tr -d ' '",
            "1000000\n",
        ),
        ("(echo a; echo b >&2) 2>&1 | sort", "a\nb\n"),
        (
            "echo x | while read line; do echo \"<$line>\"; done",
            "<x>\n",
        ),
        ("false | true; echo $?", "0\n"),
        ("set -o pipefail; false | true; echo $?", "1\n"),
    ] {
        let ended = run(&sandbox, sh(script)).await;
        assert!(ended.text().starts_with(expected), "{script}: {ended:#?}");
    }
}

#[tokio::test]
async fn exit_codes_are_those_of_a_shell() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for (script, code) in [
        ("exit 7", 7),
        ("no-such-program", 127),
        ("/no/such/program", 127),
        ("/tmp", 126),
        ("echo text > /tmp/t; /tmp/t", 126),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("sh -c 'kill -TERM $$'; exit $?", 143),
        ("python3 -c 'import sys; sys.exit(9)'", 9),
    ] {
        let ended = run(&sandbox, sh(script)).await;
        assert_eq!(ended.exit_code, Some(code), "{script}: {ended:#?}");
    }
    for (argv, code) in [
        (&["no-such-program"][..], 127),
        (&["/usr/bin"], 126),
        (&["/etc/passwd"], 126),
    ] {
        let ended = run(&sandbox, Command::new(argv.iter().copied())).await;
        assert_eq!(ended.exit_code, Some(code), "{argv:?}: {ended:#?}");
    }
}

#[tokio::test]
async fn scripts_are_run_by_their_first_line() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let script = r#"
        printf '#!/usr/bin/env python3\nimport sys\nprint("python", sys.argv[1:])\n' > a.py
        printf '#!/bin/sh\necho shell "$@"\n' > b
        chmod +x a.py b
        ./a.py 1 2; ./b 3; PATH=$PWD:$PATH b 4
        chmod -x b; ./b; echo $?
    "#;
    let ended = run(&sandbox, sh(script)).await;
    ended.expect(0, "python ['1', '2']\nshell 3\nshell 4\n126\n");
    run(&sandbox, Command::new(["./a.py", "x"]))
        .await
        .expect(0, "python ['x']\n");
}

#[tokio::test]
async fn whatever_an_execution_started_ends_with_it() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let script = "sleep 1000 & (while :; do :; done) & sh -c 'sleep 1000' & echo started";
    run(&sandbox, sh(script)).await.expect(0, "started\n");
    // Nothing of it is left: the list of the next execution has that one's processes only.
    let ended = run(&sandbox, sh("ps -e | wc -l | tr -d ' '")).await;
    assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
    let lines: u32 = ended.text().trim().parse().unwrap();
    assert!(lines <= 5, "{ended:#?}");
}

#[tokio::test]
async fn cancelling_and_running_out_of_time_end_all_processes() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let mut live = Live::start(&sandbox, sh("sleep 1000 | cat & echo ready; sleep 60")).await;
    assert_eq!(live.line().await.as_deref(), Some("ready"));
    live.execution.cancel();
    let ended = finish(&live.execution).await;
    assert_eq!(ended.status, ExecutionStatus::Cancelled);

    let mut slow = sh("while :; do :; done | sleep 1000");
    slow.timeout = Some(std::time::Duration::from_millis(300));
    let ended = run(&sandbox, slow).await;
    assert_eq!(
        (ended.status, ended.exit_code),
        (ExecutionStatus::Timeout, Some(124))
    );
    run(&sandbox, sh("echo here")).await.expect(0, "here\n");
}

#[tokio::test]
async fn a_signal_from_outside_reaches_the_shell_and_what_it_waits_for() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let script = "trap 'echo trapped; exit 5' INT; echo ready; sleep 1000; echo never";
    let mut live = Live::start(&sandbox, sh(script)).await;
    assert_eq!(live.line().await.as_deref(), Some("ready"));
    // It may not have begun to wait yet.
    eventually("the trap runs", async || {
        live.execution.signal(Signal::Interrupt);
        live.execution.record().exit_code.is_some()
    })
    .await;
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(5), "{ended:#?}");
    assert!(ended.text().ends_with("trapped\n"), "{ended:#?}");
}

#[tokio::test]
async fn modes_umask_and_identity_are_seen_by_all_programs() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let script = r#"
        umask 027; touch a; mkdir d; stat -c '%a %n' a d
        umask 022; chmod 4755 a; stat -c '%a %U' a
        python3 -c 'import os; os.chmod("a", 0o600)'; stat -c %a a
        whoami; id -u; test -x a; echo $?
    "#;
    run(&sandbox, sh(script))
        .await
        .expect(0, "640 a\n750 d\n4755 agentuity\n600\nagentuity\n1000\n1\n");
}

#[tokio::test]
async fn python_starts_processes() {
    let belljar = Opened::new().await;
    let code = r#"
import os, shutil, subprocess
print(subprocess.run(["cat"], input=b"in", capture_output=True).stdout)
print(subprocess.check_output("echo $((6*7)) | tr 4 x", shell=True, text=True), end="")
print(os.system("exit 3") >> 8, shutil.which("sh"))
print(os.popen("echo popen").read(), end="")
p = subprocess.Popen(["sleep", "1000"]); p.kill(); print(p.wait())
"#;
    belljar
        .python(code)
        .await
        .expect(0, "b'in'\nx2\n3 /usr/bin/sh\npopen\n-9\n");
}
