//! Snapshots: taken, named, found, started from, deleted, exported and imported.

use std::collections::BTreeSet;
use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use belljar::records::{Change, OrgRecord};
use belljar::{
    Digest, ErrorKind, FileWrite, OrgId, Sandbox, SandboxOptions, SnapshotFilter, SnapshotOptions,
    SnapshotRecord, TreeChangeKind, TreeRef,
};

use crate::guests::{Live, Opened, options, python, run};
use crate::support::PYTHON;

async fn write(sandbox: &Sandbox, path: &str, content: &'static str) {
    let file = FileWrite {
        path: path.into(),
        content: content.into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
}

fn named(name: &str) -> SnapshotOptions {
    SnapshotOptions::new().name(name)
}

async fn from(belljar: &Opened, reference: &str) -> Sandbox {
    let options = SandboxOptions::from_snapshot(reference);
    belljar.create(options).await.unwrap()
}

#[tokio::test]
async fn a_sandbox_begins_as_one_and_neither_sees_the_other() {
    let belljar = Opened::new().await;
    let sandbox = belljar.create(options().env("A", "1")).await.unwrap();
    let code = "import os; os.makedirs('d'); open('d/f', 'w').write('kept')\n\
                os.remove('/etc/hosts')";
    run(&sandbox, python(code)).await.expect(0, "");
    let snapshot = sandbox
        .create_snapshot(named("base").description("text"))
        .await
        .unwrap();
    assert_eq!(
        (
            snapshot.name.as_str(),
            snapshot.tag.as_deref(),
            snapshot.description.as_deref(),
            snapshot.runtime.as_str(),
            snapshot.public,
        ),
        ("base", Some("latest"), Some("text"), PYTHON, false)
    );
    assert_eq!((snapshot.size_bytes, snapshot.file_count), (4, 1));
    assert_eq!(snapshot.sandbox_id.as_ref(), Some(sandbox.id()));
    sandbox.destroy().await.unwrap();

    let one = from(&belljar, snapshot.id.as_str()).await;
    let two = from(&belljar, "base").await;
    let record = one.record();
    assert_eq!(record.snapshot.as_ref(), Some(&snapshot.id));
    assert_eq!(record.runtime, PYTHON);
    // A snapshot carries files, no environment.
    assert!(record.env.is_empty());
    let code = "import os; print(open('d/f').read(), os.path.exists('/etc/hosts'))";
    run(&one, python(code)).await.expect(0, "kept False\n");
    write(&one, "d/f", "one").await;
    write(&two, "d/f", "two").await;
    assert_eq!(one.read_file("d/f").await.unwrap(), "one");
    assert_eq!(two.read_file("d/f").await.unwrap(), "two");
    let three = from(&belljar, "base:latest").await;
    assert_eq!(three.read_file("d/f").await.unwrap(), "kept");
    let output = belljar
        .run(
            SandboxOptions::from_snapshot("base"),
            python("print(open('d/f').read())"),
        )
        .await
        .unwrap();
    assert_eq!(output.stdout, b"kept\n");
}

#[tokio::test]
async fn tags_move_and_go() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let first = sandbox.create_snapshot(named("base")).await.unwrap();
    let second = sandbox.create_snapshot(named("base")).await.unwrap();
    assert_ne!(first.id, second.id);
    let tag = async |record: &SnapshotRecord| belljar.snapshot(&record.id).await.unwrap().tag;
    assert_eq!(tag(&first).await, None);
    assert_eq!(tag(&second).await.as_deref(), Some("latest"));
    let tagged = belljar.tag_snapshot(&first.id, Some("v1.0")).await.unwrap();
    assert_eq!(tagged.tag.as_deref(), Some("v1.0"));
    let org = belljar.default_org();
    let found = belljar.find_snapshot("base:v1.0", org).await.unwrap();
    assert_eq!(found.id, first.id);
    belljar.tag_snapshot(&second.id, None).await.unwrap();
    assert_eq!(tag(&second).await, None);
    let error = belljar
        .tag_snapshot(&first.id, Some("-"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let made_up = sandbox.create_snapshot(SnapshotOptions::new()).await;
    assert!(!made_up.unwrap().name.is_empty());
}

#[tokio::test]
async fn a_deleted_one_is_gone_and_sandboxes_made_from_it_live_on() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "open('big', 'wb').write(b'x' * 3_000_000); open('f', 'w').write('kept')";
    run(&sandbox, python(code)).await.expect(0, "");
    let snapshot = sandbox.create_snapshot(named("base")).await.unwrap();
    sandbox.destroy().await.unwrap();
    let user = from(&belljar, "base").await;
    belljar.delete_snapshot(&snapshot.id).await.unwrap();
    let error = belljar.snapshot(&snapshot.id).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::NotFound, "SNAPSHOT_NOT_FOUND")
    );
    let error = belljar.delete_snapshot(&snapshot.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let options = SandboxOptions::from_snapshot(snapshot.id.as_str());
    let error = belljar.create(options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let filter = SnapshotFilter::default();
    assert_eq!(belljar.snapshots(&filter).await.unwrap(), (vec![], 0));

    belljar.collect_garbage().await.unwrap();
    let code = "print(len(open('big').read()), open('f').read())";
    run(&user, python(code)).await.expect(0, "3000000 kept\n");
    // Its child knows where it comes from.
    let child = user.create_snapshot(named("child")).await.unwrap();
    let org = belljar.default_org();
    let line = belljar.snapshot_lineage(&child.id, org, 10).await.unwrap();
    let line: Vec<_> = line
        .iter()
        .map(|record| (record.id.clone(), record.is_deleted()))
        .collect();
    assert_eq!(
        line,
        [(child.id.clone(), false), (snapshot.id.clone(), true)]
    );
    belljar.delete_snapshot(&child.id).await.unwrap();
    user.destroy().await.unwrap();
    crate::guests::eventually("the content is collected", async || {
        // Its chunks are alike, and kept once.
        belljar.collect_garbage().await.unwrap().freed.bytes() >= 1_000_000
    })
    .await;
    assert!(belljar.check_store().await.unwrap().is_clean());
}

#[tokio::test]
async fn its_files_are_those_that_the_runtime_has_not() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    write(&sandbox, "a.txt", "abc").await;
    write(&sandbox, "d/b.json", "{}").await;
    write(&sandbox, "/etc/hosts", "changed").await;
    let snapshot = sandbox.create_snapshot(named("base")).await.unwrap();
    let files = belljar.snapshot_files(&snapshot.id).await.unwrap();
    let shown: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), file.size, file.content_type.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("/etc/hosts", 7, "application/octet-stream"),
            ("/home/agentuity/a.txt", 3, "text/plain"),
            ("/home/agentuity/d/b.json", 2, "application/json"),
        ]
    );
    assert_eq!(
        files[1].sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!((snapshot.file_count, snapshot.size_bytes), (3, 12));
    let runtime = TreeRef::Runtime(PYTHON.into());
    let of = TreeRef::Snapshot(snapshot.id);
    let diff = belljar.diff(&runtime, &of, 100).await.unwrap();
    let hosts = &diff.changes[0];
    assert_eq!(
        (hosts.path.as_str(), hosts.change),
        ("/etc/hosts", TreeChangeKind::Changed)
    );
}

#[tokio::test]
async fn others_use_what_is_public_and_nothing_else() {
    let belljar = Opened::new().await;
    let other = OrgRecord {
        id: OrgId::generate(),
        name: "other".into(),
        created_at: belljar.clock().now(),
    };
    let put = Change::PutOrg(other.clone());
    belljar.ledger().commit(vec![put]).await.unwrap();
    let sandbox = belljar.fresh().await;
    let private = sandbox.create_snapshot(named("mine")).await.unwrap();
    let public = sandbox.create_snapshot(named("ours").public(true)).await;
    let public = public.unwrap();
    let owner = belljar.default_org();
    let as_other = |reference: &str| {
        let mut options = SandboxOptions::from_snapshot(reference);
        options.org = Some(other.id.clone());
        options
    };
    for reference in [
        private.id.to_string(),
        format!("@{owner}/mine"),
        "ours".into(),
    ] {
        let error = belljar.create(as_other(&reference)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{reference}: {error}");
    }
    for reference in [public.id.to_string(), format!("@{owner}/ours:latest")] {
        let made = belljar.create(as_other(&reference)).await.unwrap();
        assert_eq!(made.record().org, other.id);
    }
    let mut filter = SnapshotFilter::default();
    filter.public_only = true;
    let (list, total) = belljar.snapshots(&filter).await.unwrap();
    assert_eq!((list, total), (vec![public], 1));
    let tree = belljar.find_tree(sandbox.id().as_str(), &other.id).await;
    assert_eq!(tree.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let belljar = Opened::new().await;
    let mut both = SandboxOptions::from_snapshot("base");
    both.runtime = PYTHON.into();
    let error = belljar.create(both).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    let error = belljar
        .create(SandboxOptions::from_snapshot("nothing"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "SNAPSHOT_NOT_FOUND");
    let sandbox = belljar.fresh().await;
    for options in [
        named("a b"),
        named(""),
        SnapshotOptions::new().tag("a:b"),
        SnapshotOptions::new().tag(""),
        SnapshotOptions::new().description("x".repeat(5000)),
    ] {
        let error = sandbox.create_snapshot(options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
}

#[tokio::test]
async fn taken_while_a_command_runs_and_while_paused() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "open('a', 'w').write('1')\nprint('one', flush=True)\ninput()\n\
                open('a', 'w').write('2')";
    let mut live = Live::ready(&sandbox, code).await;
    assert_eq!(live.line().await.as_deref(), Some("one"));
    sandbox.create_snapshot(named("then")).await.unwrap();
    live.say("\n").await;
    live.finish().await;
    sandbox.pause().await.unwrap();
    sandbox.create_snapshot(named("paused")).await.unwrap();
    assert_eq!(sandbox.record().status, belljar::SandboxStatus::Paused);
    for (name, expected) in [("then", "1"), ("paused", "2")] {
        let made = from(&belljar, name).await;
        assert_eq!(made.read_file("a").await.unwrap(), expected, "{name}");
    }
}

/// Takes what is written to it.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn exported_and_imported_elsewhere_it_is_the_same() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import os; os.makedirs('d'); open('d/f', 'w').write('kept')\n\
                os.symlink('d/f', 's'); os.link('d/f', 'h')";
    run(&sandbox, python(code)).await.expect(0, "");
    let snapshot = sandbox.create_snapshot(named("base")).await.unwrap();
    let export = async || {
        let sink = Sink::default();
        let to = sink.clone();
        belljar.export_snapshot(&snapshot.id, to).await.unwrap();
        std::mem::take(&mut *sink.0.lock().unwrap())
    };
    let bytes = export().await;
    assert!(bytes == export().await, "the same tree is the same bytes");

    let elsewhere = Opened::new().await;
    let imported = elsewhere
        .import_snapshot(Cursor::new(bytes), named("moved").tag("v1"))
        .await
        .unwrap();
    assert_eq!(imported.root, snapshot.root);
    assert_eq!(
        (imported.size_bytes, imported.file_count),
        (snapshot.size_bytes, snapshot.file_count)
    );
    assert_eq!((imported.sandbox_id, imported.parent), (None, None));
    let made = from(&elsewhere, "moved:v1").await;
    let code = "import os; print(open('s').read(), os.stat('h').st_nlink)";
    run(&made, python(code)).await.expect(0, "kept 2\n");

    for junk in [&b""[..], b"junk", &[0; 1024]] {
        let error = elsewhere
            .import_snapshot(Cursor::new(junk.to_vec()), named("junk"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
}

/// The archive as another machine would have written it, where the same runtime's program came out
/// with other bytes; and the digest of that program.
fn from_another_machine(archive: &[u8], program: Digest) -> (Vec<u8>, Digest) {
    const CHUNK: usize = 1 << 20;
    let mut entries = tar::Archive::new(archive);
    let mut entries = entries.entries().unwrap().map(Result::unwrap);
    let entry = entries
        .find(|entry| &*entry.path_bytes() == b"usr/bin/python3")
        .unwrap();
    let start = usize::try_from(entry.raw_file_position()).unwrap();
    let range = start..start + usize::try_from(entry.size()).unwrap();
    let mut changed = archive.to_vec();
    *changed[range.clone()].last_mut().unwrap() ^= 1;
    let chunks = changed[range].chunks(CHUNK).map(Digest::of);
    let list: Vec<u8> = chunks.flat_map(|chunk| *chunk.as_bytes()).collect();
    let digest = Digest::of(&list);
    (said(&changed, program, digest), digest)
}

/// The archive with another digest in its list of programs.
fn said(archive: &[u8], old: Digest, new: Digest) -> Vec<u8> {
    let old = old.to_hex();
    let at = archive
        .windows(old.len())
        .position(|window| window == old.as_bytes());
    let mut archive = archive.to_vec();
    archive[at.unwrap()..][..old.len()].copy_from_slice(new.to_hex().as_bytes());
    archive
}

#[tokio::test]
async fn imported_from_another_machine_it_runs_this_machines_program() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    run(&sandbox, python("open('f', 'w').write('kept')"))
        .await
        .expect(0, "");
    let snapshot = sandbox.create_snapshot(named("base")).await.unwrap();
    let sink = Sink::default();
    belljar
        .export_snapshot(&snapshot.id, sink.clone())
        .await
        .unwrap();
    let bytes = std::mem::take(&mut *sink.0.lock().unwrap());
    // The language's is the one that differs between machines; the tools are the same everywhere.
    let program = snapshot.programs[0];
    let set = |programs: &[Digest]| programs.iter().copied().collect::<BTreeSet<_>>();

    let (other, digest) = from_another_machine(&bytes, program);
    let imported = belljar
        .import_snapshot(Cursor::new(other.clone()), named("moved"))
        .await
        .unwrap();
    assert_eq!(set(&imported.programs), set(&snapshot.programs));
    assert_eq!(imported.root, snapshot.root);
    let made = from(&belljar, "moved").await;
    let code = "print(open('f').read())";
    run(&made, python(code)).await.expect(0, "kept\n");

    // A program is not what an archive says it is.
    let lying = said(&other, digest, Digest::of(b"another"));
    let error = belljar
        .import_snapshot(Cursor::new(lying), named("lying"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert!(error.to_string().contains("another program"), "{error}");
}
