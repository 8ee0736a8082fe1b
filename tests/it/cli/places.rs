//! Commands that work alike on a data folder and on a server: each test is run on both.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::server::{Server, in_folder, json, line};
use super::{Ran, install};
use crate::support::{PYTHON, data_dir};

/// Runs a command in the place that is tested.
type Run<'a> = &'a dyn Fn(&[&str]) -> Ran;

fn on_a_data_folder(test: fn(Run<'_>)) {
    install();
    let folder = data_dir();
    test(&|args| in_folder(folder.path(), args));
}

fn on_a_server(test: fn(Run<'_>)) {
    let server = Server::start(&[]);
    test(&|args| server.run(args));
}

#[test]
fn a_sandbox_lives_in_a_data_folder() {
    on_a_data_folder(a_life);
}

#[test]
fn a_sandbox_lives_on_a_server() {
    on_a_server(a_life);
}

#[test]
fn files_are_copied_into_and_out_of_a_data_folder() {
    on_a_data_folder(copies);
}

#[test]
fn files_are_copied_to_and_from_a_server() {
    on_a_server(copies);
}

#[test]
fn snapshots_and_forks_are_made_in_a_data_folder() {
    on_a_data_folder(snapshots);
}

#[test]
fn snapshots_and_forks_are_made_on_a_server() {
    on_a_server(snapshots);
}

#[test]
fn a_job_needs_a_server() {
    let folder = data_dir();
    let ran = in_folder(folder.path(), &["jobs", "start", "sbx_1", "x"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("--url"),
        "{ran:#?}"
    );
}

/// A sandbox from its creation to its end.
fn a_life(run: Run<'_>) {
    let id = line(&run(&[
        "create",
        "--runtime",
        PYTHON,
        "--name",
        "mine",
        "-e",
        "A=1",
        "--port",
        "3000",
        "--metadata",
        "{\"k\": 1}",
    ]));
    assert!(id.starts_with("sbx_"), "{id}");
    let id = id.as_str();
    let known = json(&run(&["get", id, "--json"]));
    assert_eq!(known["name"], "mine");
    assert_eq!(known["networkPort"], 3000);
    assert_eq!(known["metadata"]["k"], 1);
    // Of a server, never of a folder that nobody serves.
    let served = |url: &Value| url.as_str().unwrap().starts_with("http://127.0.0.1:");
    assert!(known.get("url").is_none_or(served), "{known}");
    for wrong in [["--port", "80"], ["--metadata", "[1]"]] {
        let ran = run(&["create", wrong[0], wrong[1]]);
        assert!(
            ran.code == Some(2) && ran.stderr.contains(wrong[0]),
            "{ran:#?}"
        );
    }
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

    run(&["files", "mkdir", id, "-p", "x/y"]).expect(0, "");
    let made = json(&run(&["files", "mkdir", id, "z", "--json"]));
    assert_eq!(made["made"], true);
    let list = line(&run(&["files", "ls", id]));
    assert!(list.contains(" x/") && list.contains(" z/"), "{list}");
    run(&["files", "rm", id, "-r", "x"]).expect(0, "");
    let ran = run(&["files", "rm", id, "x", "--json"]);
    assert_eq!(json(&ran)["found"], false);

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

/// Larger than any one call carries as JSON.
const LARGE: u64 = 41 << 20;

/// Trees, single files, large ones, and what cannot be.
fn copies(run: Run<'_>) {
    let id = line(&run(&["create"]));
    let id = id.as_str();
    let folder = data_dir();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("deep/er")).unwrap();
    fs::create_dir(tree.join("empty")).unwrap();
    fs::write(tree.join("a b.txt"), "a").unwrap();
    fs::write(tree.join("deep/er/é.bin"), [0_u8, 255]).unwrap();
    let there = format!("{id}:copy");
    let ran = run(&["cp", &path("tree"), &there]);
    assert!(ran.code == Some(2) && ran.stderr.contains("-r"), "{ran:#?}");
    let ran = run(&["cp", "-r", "--json", &path("tree"), &there]);
    assert_eq!(json(&ran)["bytes"], 3);
    let list = line(&run(&["files", "ls", id, "copy"]));
    assert!(list.contains("a b.txt") && list.contains("deep/"), "{list}");
    run(&["files", "cat", id, "copy/a b.txt"]).expect(0, "a");
    let ran = run(&["cp", &there, &path("x")]);
    assert!(ran.code == Some(2) && ran.stderr.contains("-r"), "{ran:#?}");
    let ran = run(&["cp", "-r", &there, &path("back")]);
    ran.expect(0, "");
    assert_eq!(ran.stderr, "");
    let back = folder.path().join("back");
    assert_eq!(fs::read(back.join("deep/er/é.bin")).unwrap(), [0, 255]);
    assert!(back.join("empty").is_dir());
    // Into what is there, under its own name.
    run(&["cp", "-r", &path("tree/deep"), &there]).expect(0, "");
    run(&["cp", "-r", &path("tree/deep"), &format!("{id}:new/")]).expect(0, "");
    run(&["files", "ls", id, "new/deep/er"]).expect_code(0);
    run(&["cp", &format!("{there}/a b.txt"), &path("back")]).expect(0, "");
    run(&["cp", &format!("{there}/a b.txt"), &path("one")]).expect(0, "");
    assert_eq!(fs::read_to_string(path("one")).unwrap(), "a");
    run(&["cp", &path("one"), &path("two")]).expect(2, "");
    run(&["cp", &path("none"), &there]).expect(66, "");
    run(&["cp", &format!("{id}:none"), &path("none")]).expect(2, "");
    run(&["cp", &format!("{there}/a b.txt"), &path("no/such/folder")]).expect(74, "");
    // What is a file there is not replaced by a directory.
    let ran = run(&["cp", "-r", &path("tree"), &format!("{there}/a b.txt")]);
    assert!(
        ran.code == Some(75) && ran.stderr.contains("already exists"),
        "{ran:#?}"
    );
    run(&["files", "cat", id, "copy/a b.txt"]).expect(0, "a");
    large(run, id, folder.path());
    #[cfg(unix)]
    modes_and_links(run, id, folder.path());
}

fn large(run: Run<'_>, id: &str, folder: &Path) {
    let file = folder.join("large");
    let sparse = fs::File::create(&file).unwrap();
    sparse.set_len(LARGE).unwrap();
    drop(sparse);
    let there = format!("{id}:/tmp/large.bin");
    run(&["cp", file.to_str().unwrap(), &there]).expect(0, "");
    let back = folder.join("large.back");
    let ran = run(&["cp", "--json", &there, back.to_str().unwrap()]);
    assert_eq!(json(&ran)["bytes"], LARGE);
    let content = fs::read(&back).unwrap();
    assert!(content.len() as u64 == LARGE && content.iter().all(|byte| *byte == 0));
}

/// A script stays one; a link goes in as it is, and none comes out.
#[cfg(unix)]
fn modes_and_links(run: Run<'_>, id: &str, folder: &Path) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let tree = folder.join("tree");
    let script = tree.join("script");
    fs::write(&script, "#!/usr/bin/env python3\nprint('ran')\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("script", tree.join("link")).unwrap();
    let there = format!("{id}:scripts");
    run(&["cp", "-r", tree.to_str().unwrap(), &there]).expect(0, "");
    run(&["exec", id, "scripts/link"]).expect(0, "ran\n");
    let out = folder.join("scripts");
    let ran = run(&["cp", "-r", &there, folder.to_str().unwrap()]);
    ran.expect(0, "");
    assert!(ran.stderr.contains("left out link"), "{ran:#?}");
    let mode = fs::metadata(out.join("script"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o700, 0o700, "{mode:o}");
    assert!(fs::symlink_metadata(out.join("link")).is_err());
}

/// What begins with the files of something else, and what differs then.
fn snapshots(run: Run<'_>) {
    let id = line(&run(&["create"]));
    let id = id.as_str();
    let folder = data_dir();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |id: &str, name: &str| {
        let code = format!("open('{name}', 'w').write('{name}')");
        run(&["exec", id, "python3", "-c", &code]).expect(0, "");
    };
    write(id, "a.txt");
    let copy = line(&run(&["fork", id, "--name", "copy", "-e", "B=2"]));
    run(&["diff", id, &copy, "--exit-code"]).expect(0, "");
    write(&copy, "new.txt");
    run(&["diff", id, &copy, "--exit-code"]).expect(1, "+ /home/agentuity/new.txt  7 B\n");
    let diff = json(&run(&["diff", &copy, id, "--json"]));
    assert_eq!(diff["changes"][0]["change"], "removed", "{diff}");
    let code = "import os; print(os.environ['B'])";
    run(&["exec", &copy, "python3", "-c", code]).expect(0, "2\n");
    let forked = json(&run(&["fork", &copy, "--json"]));
    assert_eq!(forked["forkedFrom"], copy.as_str(), "{forked}");

    let made = run(&["snapshot", "create", id, "--name", "base", "--tag", "v1"]);
    assert!(made.stderr.contains("base:v1 with 1 file"), "{made:#?}");
    let snapshot = line(&made);
    for name in ["base:v1", "v1", "base", &snapshot] {
        let found = json(&run(&["snapshot", "get", name, "--json"]));
        assert_eq!(found["snapshotId"], snapshot.as_str(), "{name}: {found}");
        assert_eq!(found["files"], Value::Null);
    }
    let shown = line(&run(&["snapshot", "get", "base:v1", "--files"]));
    assert!(shown.contains(PYTHON) && shown.contains("a.txt"), "{shown}");
    let listed = line(&run(&["snapshot", "ls"]));
    assert!(
        listed.contains("base:v1") && listed.contains(PYTHON),
        "{listed}"
    );
    run(&["diff", id, "base:v1", "--exit-code"]).expect(0, "");
    let archive = path("archive.tar");
    run(&["snapshot", "export", "base:v1", "-o", &archive]).expect(0, "");
    let copy = line(&run(&["snapshot", "import", &archive, "--name", "in"]));
    run(&["diff", "in", "base:v1", "--exit-code"]).expect(0, "");
    run(&["snapshot", "tag", "in", "v2"]).expect_code(0);
    let lineage = json(&run(&["snapshot", "lineage", "in:v2", "--json"]));
    assert_eq!(lineage[0]["snapshotId"], copy.as_str(), "{lineage}");

    fs::create_dir_all(folder.path().join("app/sub")).unwrap();
    fs::write(
        folder.path().join("app/sub/main.py"),
        "import os; print(os.environ['V'])",
    )
    .unwrap();
    let built = [
        "snapshot",
        "build",
        &path("app"),
        "--name",
        "app",
        "-e",
        "V=built",
    ];
    line(&run(&built));
    let sandbox = line(&run(&["create", "--snapshot", "app"]));
    run(&["exec", &sandbox, "python3", "sub/main.py"]).expect(0, "built\n");
    run(&["snapshot", "build", &archive]).expect(2, "");

    run(&["snapshot", "rm", &copy, "base:v1"]).expect(0, "");
    let left = json(&run(&["snapshot", "ls", "--json"]));
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    run(&["snapshot", "get", "base"]).expect(2, "");
}
