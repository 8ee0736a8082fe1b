//! The files of a sandbox from outside, and that guests see the same.

use belljar::{ErrorKind, FileEntry, FileWrite, Sandbox, SandboxError};
use bytes::Bytes;

use crate::guests::{Live, Opened, python, run};

fn file(path: &str, content: impl Into<Bytes>) -> FileWrite {
    FileWrite {
        path: path.into(),
        content: content.into(),
    }
}

async fn write(sandbox: &Sandbox, path: &str, content: &'static str) {
    let written = sandbox.write_files(vec![file(path, content)]).await;
    assert_eq!(written.unwrap(), 1);
}

async fn names(sandbox: &Sandbox, path: Option<&str>) -> Vec<String> {
    let entries = sandbox.list_files(path).await.unwrap();
    entries.into_iter().map(|entry| entry.path).collect()
}

#[track_caller]
fn is<T: std::fmt::Debug>(result: Result<T, SandboxError>, kind: ErrorKind, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(
        error.to_string().contains(text),
        "{text:?} is not in {error}"
    );
}

#[tokio::test]
async fn what_is_written_is_read_by_both_sides() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let binary: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let written = sandbox.write_files(vec![
        file("a/b/c.txt", "nested"),
        file("/tmp/x/y", "absolute"),
        file("./a/../d", "dotted"),
        file("empty", ""),
        file("grüß 🎉", "named"),
        file("binary", binary.clone()),
    ]);
    assert_eq!(written.await.unwrap(), 6);
    assert_eq!(sandbox.write_files(Vec::new()).await.unwrap(), 0);
    let code = "import hashlib\n\
                for path in ['a/b/c.txt', '/tmp/x/y', 'd', 'empty', 'grüß 🎉']:\n  \
                  print(repr(open(path).read()))\n\
                data = open('binary', 'rb').read()\n\
                print(data == bytes(range(256)) * 4096)\n\
                open('back', 'wb').write(data[::-1])";
    run(&sandbox, python(code))
        .await
        .expect(0, "'nested'\n'absolute'\n'dotted'\n''\n'named'\nTrue\n");
    let mut reversed = binary;
    reversed.reverse();
    assert!(sandbox.read_file("/home/agentuity/back").await.unwrap() == reversed);
    assert_eq!(sandbox.read_file("empty").await.unwrap(), "");
}

#[tokio::test]
async fn writing_again_replaces_all_of_it() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "f", "a long first content").await;
    write(&sandbox, "f", "short").await;
    assert_eq!(sandbox.read_file("f").await.unwrap(), "short");
    run(
        &sandbox,
        python("open('f', 'a').write('er'); open('g', 'w').write('g')"),
    )
    .await
    .expect(0, "");
    assert_eq!(sandbox.read_file("f").await.unwrap(), "shorter");
    // Whoever has it open goes on with the same file or the old one, never with a mixture.
    let mut live = Live::ready(
        &sandbox,
        "f = open('g')\nprint(f.read(1), flush=True)\ninput()",
    )
    .await;
    assert_eq!(live.line().await.as_deref(), Some("g"));
    write(&sandbox, "g", "new").await;
    live.say("\n").await;
    assert_eq!(live.finish().await.exit_code, Some(0));
    assert_eq!(sandbox.read_file("g").await.unwrap(), "new");
}

#[tokio::test]
async fn a_list_says_what_there_is() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    assert_eq!(names(&sandbox, None).await, [""; 0]);
    write(&sandbox, "b.txt", "12345").await;
    write(&sandbox, "d/inside", "x").await;
    write(&sandbox, ".hidden", "").await;
    let code =
        "import os, time\nos.symlink('b.txt', 'link')\nos.symlink('nowhere', 'a-dangling-one')";
    run(&sandbox, python(code)).await.expect(0, "");
    let entries = sandbox.list_files(None).await.unwrap();
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| {
            let FileEntry {
                path,
                size,
                is_dir,
                is_symlink,
                link_target,
                ..
            } = entry;
            let size = if *is_symlink { 0 } else { *size };
            (
                path.as_str(),
                size,
                *is_dir,
                *is_symlink,
                link_target.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (".hidden", 0, false, false, None),
            ("a-dangling-one", 0, false, true, Some("nowhere")),
            ("b.txt", 5, false, false, None),
            ("d", 0, true, false, None),
            ("link", 0, false, true, Some("b.txt")),
        ]
    );
    let now = belljar.clock().now();
    for entry in &entries {
        let age = now.as_millis() - entry.modified.as_millis();
        assert!((-5_000..600_000).contains(&age), "{entry:?}");
    }
    let mode = |name: &str| {
        let entry = entries.iter().find(|entry| entry.path == name);
        entry.map(|entry| entry.mode & 0o777)
    };
    assert_eq!((mode("b.txt"), mode("d")), (Some(0o644), Some(0o755)));
    assert_eq!(sandbox.read_file("link").await.unwrap(), "12345");

    assert_eq!(names(&sandbox, Some("d")).await, ["inside"]);
    assert_eq!(
        names(&sandbox, Some("/home/agentuity/d/")).await,
        ["inside"]
    );
    assert_eq!(names(&sandbox, Some("")).await.len(), 5);
    assert!(
        names(&sandbox, Some("/usr/lib/python3.14"))
            .await
            .contains(&"json".into())
    );
    is(
        sandbox.list_files(Some("none")).await,
        ErrorKind::NotFound,
        "/home/agentuity/none",
    );
    is(
        sandbox.list_files(Some("b.txt")).await,
        ErrorKind::InvalidArgument,
        "not a directory",
    );
}

#[tokio::test]
async fn the_root_shows_everything_a_path_can_begin_with() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for name in ["bin", "dev", "etc", "home", "tmp", "usr"] {
        let shown = names(&sandbox, Some("/")).await;
        assert!(
            shown.contains(&name.to_owned()),
            "{name} is not in {shown:?}"
        );
    }
    let code = "import os; print(sorted(os.listdir('/')))";
    run(&sandbox, python(code)).await.expect(
        0,
        "['bin', 'dev', 'etc', 'home', 'lib', 'root', 'tmp', 'usr', 'var']\n",
    );
}

#[tokio::test]
async fn directories_are_made_and_removed_with_care() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    sandbox.make_dir("d", false).await.unwrap();
    is(
        sandbox.make_dir("d", false).await,
        ErrorKind::Conflict,
        "/home/agentuity/d: already exists",
    );
    sandbox.make_dir("d", true).await.unwrap();
    is(
        sandbox.make_dir("x/y", false).await,
        ErrorKind::NotFound,
        "",
    );
    sandbox.make_dir("x/y/z", true).await.unwrap();
    write(&sandbox, "f", "x").await;
    is(
        sandbox.make_dir("f", false).await,
        ErrorKind::Conflict,
        "already exists",
    );
    is(
        sandbox.make_dir("f", true).await,
        ErrorKind::Conflict,
        "already exists",
    );
    is(
        sandbox.make_dir("f/d", true).await,
        ErrorKind::InvalidArgument,
        "not a directory",
    );

    is(
        sandbox.remove_dir("x", false).await,
        ErrorKind::Conflict,
        "not empty",
    );
    is(
        sandbox.remove_dir("f", true).await,
        ErrorKind::InvalidArgument,
        "not a directory",
    );
    assert!(sandbox.remove_dir("d", false).await.unwrap());
    assert!(!sandbox.remove_dir("d", false).await.unwrap());
    assert!(sandbox.remove_dir("x", true).await.unwrap());
    assert!(!sandbox.remove_dir("x", true).await.unwrap());
    is(
        sandbox.remove_dir("/", true).await,
        ErrorKind::InvalidArgument,
        "root directory",
    );
    assert_eq!(names(&sandbox, None).await, ["f"]);
}

#[tokio::test]
async fn removing_says_whether_there_was_something() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "d/f", "x").await;
    is(
        sandbox.remove_file("d").await,
        ErrorKind::InvalidArgument,
        "is a directory",
    );
    assert!(sandbox.remove_file("d/f").await.unwrap());
    assert!(!sandbox.remove_file("d/f").await.unwrap());
    assert!(!sandbox.remove_file("none/f").await.unwrap());
    // A link is removed, not what it leads to.
    write(&sandbox, "kept", "x").await;
    run(&sandbox, python("import os; os.symlink('kept', 'link')"))
        .await
        .expect(0, "");
    assert!(sandbox.remove_file("link").await.unwrap());
    assert_eq!(names(&sandbox, None).await, ["d", "kept"]);
    is(
        sandbox.read_file("d/f").await,
        ErrorKind::NotFound,
        "/home/agentuity/d/f: no such file",
    );
    is(
        sandbox.read_file("d").await,
        ErrorKind::InvalidArgument,
        "is a directory",
    );
    let over = sandbox.write_files(vec![file("d", "x")]).await;
    is(over, ErrorKind::InvalidArgument, "is a directory");
    let below = sandbox.write_files(vec![file("kept/f", "x")]).await;
    is(below, ErrorKind::InvalidArgument, "not a directory");
}

#[tokio::test]
async fn one_bad_path_and_nothing_is_written() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for bad in ["../../../x", "", "a\0b", "/", &"x".repeat(300)] {
        let files = vec![file("good", "x"), file(bad, "x")];
        let error = sandbox.write_files(files).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad:?}: {error}");
    }
    assert_eq!(names(&sandbox, None).await, [""; 0]);
}

#[tokio::test]
async fn files_work_while_a_command_runs() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "input()\nprint(open('in').read())\nopen('out', 'w').write('from the guest')\n\
                print('written', flush=True)\ninput()";
    let mut live = Live::ready(&sandbox, code).await;
    write(&sandbox, "in", "from outside").await;
    live.say("\n").await;
    assert_eq!(live.line().await.as_deref(), Some("from outside"));
    assert_eq!(live.line().await.as_deref(), Some("written"));
    assert_eq!(sandbox.read_file("out").await.unwrap(), "from the guest");
    live.say("\n").await;
    assert_eq!(live.finish().await.exit_code, Some(0));
}

#[tokio::test]
async fn the_runtimes_tree_is_each_sandboxs_own_to_change() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let other = belljar.fresh().await;
    let path = "/usr/lib/python3.14/json/__init__.py";
    let original = sandbox.read_file(path).await.unwrap();
    assert!(original.starts_with(b"r\"\"\"JSON"), "{original:?}");
    write(&sandbox, path, "mine").await;
    write(&sandbox, "/usr/x", "x").await;
    sandbox.make_dir("/usr/d", true).await.unwrap();
    let code = format!("import os; print(open({path:?}).read(), os.path.isdir('/usr/d'))");
    run(&sandbox, python(&code)).await.expect(0, "mine True\n");
    let code = "import os, shutil\n\
                os.rename('/usr/x', '/usr/d/y')\n\
                os.unlink('/etc/hosts')\n\
                shutil.rmtree('/usr/lib/python3.14/json')";
    run(&sandbox, python(code)).await.expect(0, "");
    assert_eq!(sandbox.read_file("/usr/d/y").await.unwrap(), "x");
    is(
        sandbox.read_file(path).await,
        ErrorKind::NotFound,
        "no such file",
    );
    // Nobody else sees any of it, neither those that were there nor those that come.
    for one in [other, belljar.fresh().await] {
        assert_eq!(one.read_file(path).await.unwrap(), original);
        let code = "import json, os; print(json.dumps(1), os.path.exists('/usr/d'), \
                    os.path.exists('/etc/hosts'))";
        run(&one, python(code)).await.expect(0, "1 False True\n");
    }
    // Not even without its programs is there a way back in from outside that would not work.
    assert!(sandbox.remove_dir("/usr", true).await.unwrap());
    let ended = run(&sandbox, python("print(1)")).await;
    assert_eq!(ended.exit_code, Some(127), "{ended:#?}");
    assert!(sandbox.list_files(Some("/")).await.unwrap().len() > 3);
}

#[tokio::test]
async fn a_file_of_the_host_is_copied_in() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let host = belljar.data().join("host.txt");
    std::fs::write(&host, "from the host").unwrap();
    sandbox.copy_in(&host, "d/guest.txt").await.unwrap();
    assert_eq!(
        sandbox.read_file("d/guest.txt").await.unwrap(),
        "from the host"
    );
    let missing = belljar.data().join("missing");
    is(
        sandbox.copy_in(&missing, "x").await,
        ErrorKind::InvalidArgument,
        "missing",
    );
}
