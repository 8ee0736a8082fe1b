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

    fn run(&self, args: &[&str]) -> Ran {
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
fn line(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout.trim_end().to_owned()
}

#[track_caller]
fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

fn in_folder(folder: &Path, args: &[&str]) -> Ran {
    let mut command = belljar();
    command
        .env("BELLJAR_DATA", folder)
        .args(args)
        .stdin(Stdio::null());
    command.output().unwrap().into()
}

/// Everything that works alike on a server and on a data folder.
fn a_life(run: &dyn Fn(&[&str]) -> Ran) {
    let id = line(&run(&[
        "create",
        "--runtime",
        PYTHON,
        "--name",
        "mine",
        "-e",
        "A=1",
    ]));
    assert!(id.starts_with("sbx_"), "{id}");
    let id = id.as_str();
    assert_eq!(json(&run(&["get", id, "--json"]))["name"], "mine");
    assert!(line(&run(&["get", id])).contains("idle"));
    let list = line(&run(&["ls"]));
    assert!(list.starts_with("ID ") && list.contains(id), "{list}");
    assert_eq!(
        json(&run(&["ls", "--status", "idle", "--json"]))["total"],
        1
    );

    let code = "import os, sys; print(os.environ['A']); print('err', file=sys.stderr); sys.exit(7)";
    let ran = run(&["exec", id, "python3", "-c", code]);
    ran.expect(7, "1\n");
    assert!(ran.stderr.contains("err"), "{ran:#?}");
    run(&["logs", id]).expect(0, "1\n");
    run(&["logs", id, "--stderr", "--follow"]).expect(0, "err\n");
    let ran = run(&["exec", "--json", id, "--", "python3", "-c", "print(1)"]);
    assert_eq!(json(&ran)["exitCode"], 0);

    let folder = data_dir();
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("deep/er")).unwrap();
    fs::write(tree.join("a b.txt"), "a").unwrap();
    fs::write(tree.join("deep/er/é.bin"), [0_u8, 255]).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let there = format!("{id}:copy");
    let ran = run(&["cp", &path("tree"), &there]);
    assert!(ran.code == Some(2) && ran.stderr.contains("-r"), "{ran:#?}");
    run(&["cp", "-r", &path("tree"), &there]).expect(0, "");
    run(&["cp", "-r", &there, &path("back")]).expect(0, "");
    assert_eq!(
        fs::read(folder.path().join("back/deep/er/é.bin")).unwrap(),
        [0, 255]
    );
    run(&["cp", &format!("{there}/a b.txt"), &path("one")]).expect(0, "");
    assert_eq!(fs::read_to_string(folder.path().join("one")).unwrap(), "a");
    run(&["cp", &path("one"), &path("two")]).expect(2, "");

    run(&["files", "mkdir", id, "-p", "x/y"]).expect(0, "");
    let list = line(&run(&["files", "ls", id, "copy"]));
    assert!(list.contains("a b.txt") && list.contains("deep/"), "{list}");
    run(&["files", "cat", id, "copy/a b.txt"]).expect(0, "a");
    run(&["files", "rm", id, "-r", "copy"]).expect(0, "");
    let ran = run(&["files", "cat", id, "copy/a b.txt"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");

    line(&run(&["checkpoint", "create", id, "before"]));
    run(&["checkpoint", "restore", id, "before"]).expect(0, "");
    run(&["pause", id]).expect(0, "");
    run(&["resume", id]).expect(0, "");
    let events = json(&run(&["events", id, "--json"]));
    assert!(events["events"].as_array().unwrap().len() > 3, "{events}");
    assert!(line(&run(&["events", id])).contains("create"));
    assert_eq!(
        json(&run(&["jobs", "ls", id, "--json"]))["jobs"],
        Value::Array(vec![])
    );
    run(&["rm", id]).expect(0, "");
    let ran = run(&["exec", id, "python3"]);
    assert!(matches!(ran.code, Some(2 | 75)), "{ran:#?}");
    let ran = run(&["get", "sbx_nothing"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("belljar ls"),
        "{ran:#?}"
    );
}

#[test]
fn commands_work_on_a_data_folder() {
    install();
    let folder = data_dir();
    a_life(&|args| in_folder(folder.path(), args));
    let ran = in_folder(folder.path(), &["jobs", "start", "sbx_1", "x"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("--url"),
        "{ran:#?}"
    );
}

#[test]
fn commands_work_on_a_server() {
    let server = Server::start(&[]);
    a_life(&|args| server.run(args));
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
    let snapshot = server.line(&["snapshot", "create", &id, "--name", "base", "--tag", "v1"]);
    let found = server.json(&["snapshot", "get", "base:v1"]);
    assert_eq!(found["snapshotId"], snapshot);
    assert!(server.line(&["snapshot", "ls"]).contains("base:v1"));
    let archive = server.folder.path().join("archive.tar");
    let archive = archive.to_str().unwrap();
    server
        .run(&["snapshot", "export", "base:v1", "-o", archive])
        .expect(0, "");
    let copy = server.line(&["snapshot", "import", archive, "--name", "copy"]);
    server
        .run(&["snapshot", "rm", &copy, "base:v1"])
        .expect(0, "");
    assert!(server.line(&["runtime", "list"]).contains(PYTHON));
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
fn a_server_that_is_not_there_or_not_ours_is_an_error_of_its_own() {
    let ran: Ran = belljar()
        .args(["ls", "--url", "http://127.0.0.1:1"])
        .output()
        .unwrap()
        .into();
    assert!(
        ran.code == Some(69) && ran.stderr.contains("cannot reach"),
        "{ran:#?}"
    );
    let ran: Ran = belljar()
        .args(["ls", "--url", "ftp://x"])
        .output()
        .unwrap()
        .into();
    ran.expect(2, "");
    let server = Server::start(&[]);
    let wrong = ["ls", "--url", &server.url, "--api-key", "bj_wrong"];
    let ran: Ran = belljar().args(wrong).output().unwrap().into();
    assert!(
        ran.code == Some(77) && ran.stderr.contains("BELLJAR_API_KEY"),
        "{ran:#?}"
    );
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
