//! Snapshots, checkpoints, pauses, forks, differences and the care of the store, on a data folder that
//! no server is using.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use belljar::records::SqliteRecords;
use belljar::{Belljar, BelljarOptions, FileWrite, SandboxOptions};
use serde_json::Value;
use tempfile::TempDir;

use super::{Ran, install};
use crate::support::{PYTHON, belljar, cache_dir, data_dir};

/// A data folder with one sandbox in it.
struct Data {
    folder: TempDir,
    sandbox: String,
}

impl Data {
    /// With a file `src/a.txt`.
    async fn new() -> Self {
        tokio::task::spawn_blocking(install).await.unwrap();
        let folder = data_dir();
        let belljar = open(folder.path()).await;
        let options = SandboxOptions::new(PYTHON).file("src/a.txt", "a");
        let sandbox = belljar.create(options).await.unwrap();
        // Ready, or there would be nothing to save.
        sandbox.read_file("src/a.txt").await.unwrap();
        let id = sandbox.id().to_string();
        drop(sandbox);
        belljar.close().await;
        Self {
            folder,
            sandbox: id,
        }
    }

    /// Writes a file, as a client of a server would have.
    async fn write(&self, path: &str, content: &'static str) {
        let belljar = open(self.folder.path()).await;
        let sandbox = belljar.sandbox(&self.sandbox.parse().unwrap()).unwrap();
        let file = FileWrite {
            path: path.into(),
            content: content.into(),
        };
        sandbox.write_files(vec![file]).await.unwrap();
        belljar.close().await;
    }

    fn run(&self, args: &[&str]) -> Ran {
        run_in(self.folder.path(), args)
    }

    /// What a command that must succeed prints.
    #[track_caller]
    fn out(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:#?}");
        ran.stdout
    }

    /// The one line that it prints.
    #[track_caller]
    fn line(&self, args: &[&str]) -> String {
        let out = self.out(args);
        let line = out.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'), "{out}");
        line.to_owned()
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let out = self.out(&[args, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// A command that must fail: its exit code and what it says.
    #[track_caller]
    fn fails(&self, args: &[&str], code: i32, says: &str) {
        let ran = self.run(args);
        ran.expect(code, "");
        assert!(ran.stderr.contains(says), "{args:?}: {ran:#?}");
    }
}

async fn open(folder: &Path) -> Belljar {
    let records = SqliteRecords::open(folder.join("belljar.db")).unwrap();
    let options = BelljarOptions::at(folder)
        .cache_dir(cache_dir())
        .records(Box::new(records));
    Belljar::open(options).await.unwrap()
}

fn run_in(folder: &Path, args: &[&str]) -> Ran {
    let mut command = belljar();
    command.env("BELLJAR_DATA", folder).args(args);
    command.output().unwrap().into()
}

#[tokio::test]
async fn snapshots_from_creation_to_deletion() {
    let data = Data::new().await;
    let id = data.line(&[
        "snapshot",
        "create",
        &data.sandbox,
        "--name",
        "base",
        "--tag",
        "v1",
    ]);
    assert!(id.starts_with("snp_"), "{id}");
    let list = data.out(&["snapshot", "ls"]);
    let mut lines = list.lines();
    assert!(lines.next().unwrap().starts_with("ID "), "{list}");
    let row = lines.next().unwrap();
    assert!(row.starts_with(&id) && row.contains("base:v1"), "{list}");
    assert_eq!(lines.next(), None);

    let all = data.json(&["snapshot", "list", "--sandbox", &data.sandbox]);
    assert_eq!(
        (&all[0]["snapshotId"], &all[0]["fileCount"]),
        (&id.as_str().into(), &1.into())
    );
    let one = data.json(&["snapshot", "get", "base:v1", "--files"]);
    assert_eq!(one["files"][0]["path"], "/home/agentuity/src/a.txt");
    let shown = data.out(&["snapshot", "get", "base", "--files"]);
    assert!(
        shown.contains("src/a.txt") && shown.contains(&id),
        "{shown}"
    );

    assert_eq!(
        data.json(&["snapshot", "tag", "base:v1", "v2"])["tag"],
        "v2"
    );
    data.fails(&["snapshot", "get", "base:v1"], 2, "belljar snapshot ls");
    assert_eq!(
        data.json(&["snapshot", "tag", &id, "--clear"])["tag"],
        Value::Null
    );
    data.fails(&["snapshot", "tag", &id], 2, "TAG");
    data.fails(&["snapshot", "tag", &id, "a b"], 2, "tag");
    data.fails(
        &["snapshot", "create", &data.sandbox, "--name", "a b"],
        2,
        "name",
    );
    data.fails(&["snapshot", "create", "sbx_nothing"], 2, "sbx_nothing");
    data.fails(&["snapshot", "create", "nonsense"], 2, "sbx_");
    data.fails(&["snapshot", "ls", "--org", "nobody"], 2, "default (org_");
    assert_eq!(
        data.json(&["snapshot", "ls", "--org", "default"])[0]["snapshotId"],
        all[0]["snapshotId"]
    );

    let line = data.json(&["snapshot", "lineage", "base"]);
    assert_eq!(
        (line.as_array().unwrap().len(), &line[0]["deleted"]),
        (1, &false.into())
    );
    data.run(&["snapshot", "rm", &id]).expect(0, "");
    assert_eq!(data.json(&["snapshot", "ls"]), Value::Array(vec![]));
    assert_eq!(data.json(&["snapshot", "lineage", &id])[0]["deleted"], true);
    data.fails(&["snapshot", "delete", &id], 2, "no snapshot");
}

#[tokio::test]
async fn an_archive_goes_from_one_data_folder_to_another() {
    let data = Data::new().await;
    let id = data.line(&["snapshot", "create", &data.sandbox, "--name", "base"]);
    let file = data.folder.path().join("base.tar");
    let path = file.to_str().unwrap();
    data.run(&["snapshot", "export", &id, "--output", path])
        .expect(0, "");
    let archive = fs::read(&file).unwrap();
    let mut piped = belljar();
    let piped = piped.env("BELLJAR_DATA", data.folder.path());
    let piped = piped.args(["snapshot", "export", "base"]).output().unwrap();
    assert_eq!(piped.stdout, archive);

    // To a reader that has seen enough.
    let mut command = belljar();
    command.env("BELLJAR_DATA", data.folder.path());
    command.args(["snapshot", "export", "base"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(74), "{ran:#?}");
    assert!(ran.stderr.contains("cannot write"), "{ran:#?}");

    // Into a folder where nothing was before.
    let fresh = data_dir();
    let there = fresh.path().join("new");
    let ran = run_in(
        &there,
        &["snapshot", "import", path, "--name", "in", "--json"],
    );
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let imported: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&imported["name"], &imported["fileCount"]),
        (&"in".into(), &1.into())
    );
    let input = fs::File::open(&file).unwrap();
    let mut command = belljar();
    command
        .env("BELLJAR_DATA", &there)
        .args(["snapshot", "import", "-"]);
    let ran = Ran::from(command.stdin(input).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let again = ran.stdout.trim_end();
    let copy = run_in(&there, &["diff", "in", again, "--exit-code"]);
    copy.expect(0, "");

    data.fails(&["snapshot", "import", "no/such/file"], 66, "no/such/file");
    fs::write(&file, "no archive").unwrap();
    data.fails(&["snapshot", "import", path], 2, "archive");
    data.fails(
        &["snapshot", "export", "base", "-o", "no/such/folder/f"],
        74,
        "no/such/folder",
    );
}

#[tokio::test]
async fn checkpoints_save_and_bring_back() {
    let data = Data::new().await;
    let at = data.sandbox.as_str();
    let id = data.line(&["checkpoint", "create", at, "before"]);
    assert!(id.starts_with("ckpt_"), "{id}");
    data.fails(&["checkpoint", "create", at, "before"], 75, "already");
    data.write("src/a.txt", "changed").await;
    data.write("new.txt", "new").await;
    let before = format!("{at}@before");
    let diff = data.out(&["diff", &before, at]);
    assert_eq!(
        diff,
        "+ /home/agentuity/new.txt  3 B\n~ /home/agentuity/src/a.txt  1 B -> 7 B\n"
    );
    let diff = data.json(&["diff", at, &before]);
    assert_eq!(diff["changes"][0]["change"], "removed");
    assert_eq!(
        (&diff["changes"][1]["newSize"], &diff["truncated"]),
        (&1.into(), &false.into())
    );
    let ran = data.run(&["diff", &before, at, "--limit", "1", "--exit-code"]);
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (Some(1), 1),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("--limit"), "{ran:#?}");

    data.run(&["checkpoint", "restore", at, "before"])
        .expect(0, "");
    data.run(&["diff", &before, at, "--exit-code"])
        .expect(0, "");
    let list = data.json(&["checkpoint", "ls", at]);
    assert_eq!(
        (&list[0]["id"], &list[0]["parent"]),
        (&id.as_str().into(), &Value::Null)
    );
    let shown = data.out(&["checkpoint", "list", at]);
    assert!(shown.lines().nth(1).unwrap().starts_with(&id), "{shown}");
    data.run(&["checkpoint", "rm", at, &id]).expect(0, "");
    data.fails(
        &["checkpoint", "restore", at, "before"],
        2,
        "belljar checkpoint ls",
    );
    data.fails(&["checkpoint", "ls", "sbx_nothing"], 2, "sbx_nothing");
    data.fails(&["diff", at, "nothing"], 2, "nothing");
}

#[tokio::test]
async fn a_sandbox_is_paused_resumed_and_forked() {
    let data = Data::new().await;
    let at = data.sandbox.as_str();
    let paused = data.json(&["pause", at]);
    assert_eq!(
        (&paused["status"], &paused["terminatesAt"]),
        (&"paused".into(), &Value::Null)
    );
    data.fails(&["pause", at], 75, "paused");
    let fork = data.line(&["fork", at, "--name", "copy", "-e", "A=1"]);
    assert!(fork.starts_with("sbx_") && fork != at, "{fork}");
    data.run(&["resume", at]).expect(0, "");
    data.fails(&["resume", at], 75, at);
    data.run(&["diff", at, &fork, "--exit-code"]).expect(0, "");
    data.write("b.txt", "b").await;
    assert_eq!(
        data.out(&["diff", &fork, at]),
        "+ /home/agentuity/b.txt  1 B\n"
    );
    let described = data.json(&["fork", &fork]);
    assert_eq!(described["forkedFrom"], fork.as_str());
}

#[tokio::test]
async fn the_store_is_checked_and_cleaned() {
    let data = Data::new().await;
    let clean = data.json(&["fsck"]);
    assert_eq!(clean["clean"], true, "{clean}");
    assert!(clean["objects"].as_u64().unwrap() > 0, "{clean}");
    data.write("kept.txt", "a text that no other file has")
        .await;
    let id = data.line(&["snapshot", "create", &data.sandbox]);
    data.json(&["gc"]);
    assert_eq!(data.json(&["fsck"])["clean"], true);
    assert_eq!(data.json(&["fsck"])["unreachable"], 0);
    let said = data.out(&["fsck"]);
    assert!(
        said.starts_with("checked ") && said.contains("0 damaged, 0 missing"),
        "{said}"
    );

    // As a disk does it: the bytes of one object change, another object is lost.
    let content = object_with(data.folder.path(), b"a text that no other file has").unwrap();
    let mut permissions = fs::metadata(&content).unwrap().permissions();
    #[expect(
        clippy::permissions_set_readonly_false,
        reason = "of a file that is gone in a moment"
    )]
    permissions.set_readonly(false);
    fs::set_permissions(&content, permissions).unwrap();
    fs::write(&content, "a text that no other file had").unwrap();
    let ran = data.run(&["fsck", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["damaged"].as_array().unwrap().len(), 1, "{report}");
    fs::remove_file(&content).unwrap();
    let ran = data.run(&["fsck"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(
        ran.stdout.contains("missing ") && ran.stdout.contains("kept.txt"),
        "{ran:#?}"
    );
    // What is whole can still be listed.
    assert_eq!(data.json(&["snapshot", "ls"])[0]["snapshotId"], id.as_str());
}

/// The file of the store that holds `content`.
fn object_with(folder: &Path, content: &[u8]) -> Option<std::path::PathBuf> {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = if path.is_dir() {
            object_with(&path, content)
        } else {
            (fs::read(&path).ok()? == content).then_some(path)
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

#[tokio::test]
async fn a_folder_that_is_in_use_or_empty_is_not_touched() {
    let data = Data::new().await;
    let held = open(data.folder.path()).await;
    // All at once: each waits for some seconds, in case the other is just ending.
    let started = [
        &["snapshot", "ls"][..],
        &["checkpoint", "ls", &data.sandbox],
        &["pause", &data.sandbox],
        &["fork", &data.sandbox],
        &["diff", "a", "b"],
        &["gc"],
        &["fsck"],
    ]
    .map(|args| {
        let mut command = belljar();
        command.env("BELLJAR_DATA", data.folder.path()).args(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    for child in started {
        let ran = Ran::from(child.wait_with_output().unwrap());
        ran.expect(69, "");
        assert!(
            ran.stderr.contains("in use") && ran.stderr.contains("--url"),
            "{ran:#?}"
        );
    }
    held.close().await;
    data.json(&["gc"]);

    let empty = data_dir();
    for args in [
        &["snapshot", "ls"][..],
        &["gc"],
        &["fsck"],
        &["resume", "sbx_1"],
    ] {
        let ran = run_in(empty.path(), args);
        ran.expect(73, "");
        assert!(
            ran.stderr.contains("no data in") && ran.stderr.contains("--data"),
            "{ran:#?}"
        );
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}
