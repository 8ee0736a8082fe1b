//! Commands on a server, and what a server is told: keys, configuration, its end.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use super::{PATIENCE, Ran, ended, install};
use crate::support::{PYTHON, belljar, data_dir};

/// A running `belljar serve --dev`; killed when dropped.
pub(super) struct Server {
    folder: TempDir,
    child: Child,
    pub(super) url: String,
    pub(super) key: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    pub(super) fn start(args: &[&str]) -> Self {
        install();
        let folder = data_dir();
        let file = folder.path().join("ready");
        let mut child = belljar()
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--ready-file"])
            .arg(&file)
            .args(args)
            .env("BELLJAR_DATA", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !file.exists() {
            assert!(child.try_wait().unwrap().is_none() && Instant::now() < deadline);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let ready: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self {
            url: text("url"),
            key: text("key"),
            folder,
            child,
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }

    pub(super) fn run(&self, args: &[&str]) -> Ran {
        let mut command = belljar();
        command
            .args(args)
            .env("BELLJAR_URL", &self.url)
            .env("BELLJAR_API_KEY", &self.key)
            .stdin(Stdio::null());
        command.output().unwrap().into()
    }

    #[track_caller]
    pub(super) fn line(&self, args: &[&str]) -> String {
        line(&self.run(args))
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        json(&self.run(args))
    }
}

#[track_caller]
pub(super) fn line(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout.trim_end().to_owned()
}

#[track_caller]
pub(super) fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

pub(super) fn in_folder(folder: &Path, args: &[&str]) -> Ran {
    let mut command = belljar();
    command
        .env("BELLJAR_DATA", folder)
        .args(args)
        .stdin(Stdio::null());
    command.output().unwrap().into()
}

#[test]
fn programs_run_on_a_server_with_our_streams_and_their_exit_code() {
    let server = Server::start(&[]);
    server
        .run(&[
            "run",
            "python3",
            "-c",
            "import sys; print('out'); sys.exit(3)",
        ])
        .expect(3, "out\n");
    let mut command = belljar();
    command
        .args(["run", "--url", &server.url, "--api-key", &server.key])
        .args([
            "python3",
            "-c",
            "import sys; print(sys.stdin.read().upper())",
        ]);
    let mut child = super::start(command);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"in").unwrap();
    Ran::from(child.wait_with_output().unwrap()).expect(0, "IN\n");
    // Something only a data folder has.
    let ran = server.run(&["run", "--stats", "python3"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("--stats"),
        "{ran:#?}"
    );
    // Jobs and snapshots are kept by the server.
    let id = server.line(&["create"]);
    let job = server.line(&["jobs", "start", &id, "python3", "-c", "print('job')"]);
    server
        .run(&["logs", &id, &job, "--follow"])
        .expect(0, "job\n");
    assert_eq!(
        server.json(&["jobs", "get", &id, &job, "--json"])["jobId"],
        job
    );
    // What is new begins with a snapshot there.
    server
        .run(&[
            "exec",
            &id,
            "python3",
            "-c",
            "open('kept', 'w').write('yes')",
        ])
        .expect(0, "");
    server.line(&["snapshot", "create", &id, "--name", "base"]);
    let code = "print(open('kept').read())";
    server
        .run(&["run", "--snapshot", "base", "python3", "-c", code])
        .expect(0, "yes\n");
    // Runtimes are listed, and nothing else.
    let python = server.line(&["runtime", "list"]);
    let python = python.lines().find(|line| line.starts_with(PYTHON));
    assert!(python.unwrap().contains(" yes "), "{python:?}");
    let ran = server.run(&["runtime", "install", PYTHON]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("--url"),
        "{ran:#?}"
    );
}

#[cfg(unix)]
#[test]
fn output_that_nobody_reads_any_more_ends_the_program_on_the_server() {
    let server = Server::start(&[]);
    let id = server.line(&["create"]);
    let mut command = belljar();
    command
        .args(["exec", "--url", &server.url, "--api-key", &server.key, &id])
        .args(["python3", "-c", "while True: print('x' * 1000)"]);
    let mut child = super::start(command);
    let mut some = vec![0; 5000];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut some).unwrap();
    drop(child.stdout.take());
    assert!(ended(&mut child).is_some_and(|code| code != 0));
    let page = server.json(&["ls", "--json"]);
    assert_eq!(page["sandboxes"][0]["status"], "idle", "{page}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_program_on_the_server() {
    let server = Server::start(&[]);
    let id = server.line(&["create"]);
    let mut command = belljar();
    command
        .args(["exec", "--url", &server.url, "--api-key", &server.key, &id])
        .args([
            "python3",
            "-c",
            "print('up', flush=True); import time; time.sleep(600)",
        ]);
    let mut child = super::start(command);
    let mut up = [0_u8; 3];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut up).unwrap();
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
    assert_eq!(ended(&mut child), Some(130));
    let page = server.json(&["ls", "--json"]);
    assert_eq!(page["sandboxes"][0]["status"], "idle", "{page}");
}

#[test]
fn what_is_wrong_with_a_server_or_an_id_is_said_in_one_line() {
    let server = Server::start(&[]);
    let nowhere = "http://127.0.0.1:1";
    let [url, key] = [server.url.as_str(), server.key.as_str()];
    let all = [
        &["ls"][..],
        &["run", "python3"],
        &["snapshot", "ls"],
        &["runtime", "list"],
        &["diff", "a", "b"],
        &["fork", "sbx_nothing"],
        &["cp", "-r", "sbx_nothing:", "x"],
    ];
    let wrong = [
        &["get", "sbx_nothing"][..],
        &["exec", "sbx_nothing", "x"],
        &["fork", "sbx_nothing"],
        &["cp", "-r", "sbx_nothing:", "x"],
        &["snapshot", "get", "snp_nothing"],
        &["snapshot", "export", "nothing"],
        &["diff", "sbx_nothing", "python:3.14"],
        &["logs", "sbx_nothing"],
        &["checkpoint", "ls", "sbx_nothing"],
        &["jobs", "get", "sbx_nothing", "job_nothing"],
    ];
    let cases = all
        .iter()
        .map(|args| (nowhere, key, *args, 69, "cannot reach"))
        .chain(
            all.iter()
                .map(|args| (url, "bj_wrong", *args, 77, "BELLJAR_API_KEY")),
        )
        .chain([("ftp://x", key, &["ls"][..], 2, "http://")])
        .chain(wrong.iter().map(|args| (url, key, *args, 2, "nothing")));
    for (url, key, args, code, says) in cases {
        let mut command = belljar();
        command.env("BELLJAR_URL", url).env("BELLJAR_API_KEY", key);
        let ran: Ran = command.args(args).output().unwrap().into();
        ran.expect(code, "");
        assert!(
            ran.stderr.lines().count() == 1 && ran.stderr.contains(says),
            "{args:?}: {ran:#?}"
        );
    }
}

#[test]
fn keys_are_made_and_revoked_beside_a_running_server() {
    let server = Server::start(&[]);
    let run = |args: &[&str]| in_folder(server.folder.path(), args);
    let ran = run(&[
        "keys", "create", "--org", "acme", "--name", "ci", "--rate", "100",
    ]);
    let key = line(&ran);
    assert!(
        key.starts_with("bj_") && !ran.stderr.contains(&key),
        "{ran:#?}"
    );
    let list = json(&run(&["keys", "list", "--org", "acme", "--json"]));
    let record = &list[0];
    assert_eq!(
        (&record["name"], &record["org"]),
        (&"ci".into(), &"acme".into())
    );
    assert_eq!(record["limits"]["requestsPerSecond"], 100);
    assert!(!list.to_string().contains(&key));
    let id = record["id"].as_str().unwrap();
    let code = || {
        let args = ["ls", "--url", &server.url, "--api-key", &key];
        Ran::from(belljar().args(args).output().unwrap()).code
    };
    let until = |wanted| {
        let deadline = Instant::now() + PATIENCE;
        while code() != Some(wanted) {
            assert!(Instant::now() < deadline, "never {wanted}");
        }
    };
    until(0);
    run(&["keys", "revoke", id]).expect(0, "");
    until(77);
    assert!(line(&run(&["keys", "ls"])).contains("revoked "));
    let ran = run(&["keys", "revoke", "key_nothing"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("keys list"),
        "{ran:#?}"
    );
    let ran = run(&["keys", "list", "--org", "nobody"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
}

#[test]
fn without_keys_a_server_listens_to_nobody_else() {
    let folder = data_dir();
    let ran = in_folder(folder.path(), &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.code, Some(77), "{ran:#?}");
    assert!(ran.stderr.contains("belljar keys create"), "{ran:#?}");
    let ran = in_folder(folder.path(), &["serve", "--dev", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.code, Some(69), "{ran:#?}");
}

#[test]
fn a_configuration_file_gives_way_to_the_environment_and_that_to_flags() {
    let folder = data_dir();
    let file = folder.path().join("belljar.toml");
    fs::write(
        &file,
        "log-format = 'json'\n[serve]\nlisten = 'not an address'\n",
    )
    .unwrap();
    let config = file.to_str().unwrap().to_owned();
    let data = folder.path().join("data");
    let serve = |env: &[(&str, &str)], args: &[&str]| {
        let mut command = belljar();
        command.args(["serve", "--config", &config]).args(args);
        command.env("BELLJAR_DATA", &data).envs(env.iter().copied());
        Ran::from(command.output().unwrap())
    };
    let ran = serve(&[], &[]);
    assert!(ran.stderr.contains("listen on not an address"), "{ran:#?}");
    let ran = serve(&[("BELLJAR_LISTEN", "from the environment")], &[]);
    assert!(
        ran.stderr.contains("listen on from the environment"),
        "{ran:#?}"
    );
    let ran = serve(&[("BELLJAR_LISTEN", "x")], &["--listen", "from a flag"]);
    assert!(ran.stderr.contains("listen on from a flag"), "{ran:#?}");
    fs::write(&file, "[serve]\nlistenn = 'x'\n").unwrap();
    let ran = serve(&[], &[]);
    assert!(
        ran.code == Some(78) && ran.stderr.contains("listenn"),
        "{ran:#?}"
    );
}

#[test]
fn the_log_has_a_line_for_each_request_with_what_it_was_about() {
    let server = Server::start(&["--log-format", "json"]);
    let id = server.line(&["create"]);
    server
        .run(&["exec", &id, "python3", "-c", "pass"])
        .expect(0, "");
    let log = server.said();
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let access: Vec<Value> = lines
        .filter(|line| line["target"] == "belljar::access")
        .collect();
    let executed = access
        .iter()
        .find(|line| line["route"] == "/sandbox/{id}/execute")
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(
        (&executed["status"], &executed["level"]),
        (&200.into(), &"INFO".into())
    );
    let span = &executed["span"];
    assert_eq!(span["sandbox"], id.as_str(), "{executed}");
    for (field, begins) in [("session", "sess_"), ("execution", "exec_")] {
        assert!(
            span[field].as_str().unwrap().starts_with(begins),
            "{executed}"
        );
    }
    assert!(!log.contains("stream_"), "{log}");
    assert!(
        !log.contains(&server.key) || log.matches(&server.key).count() == 1,
        "{log}"
    );
}

#[test]
fn shells_complete_our_arguments() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran: Ran = belljar()
            .args(["completions", shell])
            .output()
            .unwrap()
            .into();
        assert!(
            ran.code == Some(0) && ran.stdout.contains("checkpoint"),
            "{ran:#?}"
        );
    }
}
