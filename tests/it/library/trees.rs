//! Trees that several share, outlive what they were taken of, or have lost something.

use std::fs;
use std::path::{Path, PathBuf};

use belljar::records::SqliteRecords;
use belljar::{
    Belljar, BelljarOptions, ErrorKind, FileWrite, Sandbox, SandboxOptions, SnapshotOptions,
};

use crate::guests::{eventually, options, python, run};
use crate::support::{PYTHON, cache_dir, data_dir};

async fn open(data: &Path) -> Belljar {
    let records = SqliteRecords::open(data.join("belljar.db")).unwrap();
    let options = BelljarOptions::at(data)
        .cache_dir(cache_dir())
        .records(Box::new(records));
    let belljar = Belljar::open(options).await.unwrap();
    belljar.install_runtime(PYTHON).await.unwrap();
    belljar
}

async fn write(sandbox: &Sandbox, path: &str, content: &str) {
    let file = FileWrite {
        path: path.into(),
        content: content.to_owned().into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
}

/// Where the store keeps a content of one blob.
fn blob(data: &Path, content: &str) -> PathBuf {
    let name = blake3::hash(content.as_bytes()).to_hex();
    let (folder, file) = name.split_at(2);
    data.join("store-v1/blobs").join(folder).join(file)
}

#[tokio::test]
async fn a_deleted_snapshot_is_there_until_its_users_end() {
    let data = data_dir();
    let content = "of the snapshot\n".repeat(1000);
    let belljar = open(data.path()).await;
    let sandbox = belljar.create(options()).await.unwrap();
    write(&sandbox, "d/kept", &content).await;
    let named = SnapshotOptions::new().name("base");
    let snapshot = sandbox.create_snapshot(named).await.unwrap();
    sandbox.destroy().await.unwrap();
    let mut users = Vec::new();
    for n in 0..2 {
        let user = belljar.create(SandboxOptions::from_snapshot("base")).await;
        let user = user.unwrap();
        // Each writes over what they share.
        write(&user, "d/own", &format!("{n}")).await;
        users.push(user.id().clone());
    }
    belljar.delete_snapshot(&snapshot.id).await.unwrap();
    belljar.collect_garbage().await.unwrap();
    drop(sandbox);
    belljar.close().await;

    let belljar = open(data.path()).await;
    belljar.collect_garbage().await.unwrap();
    for (n, id) in users.iter().enumerate() {
        let user = belljar.sandbox(id).unwrap();
        assert_eq!(user.read_file("d/kept").await.unwrap(), content);
        let code = "import os\nprint(open('d/own').read(), len(open('d/kept').read()))\n\
                    os.remove('d/kept')";
        let expected = format!("{n} {}\n", content.len());
        run(&user, python(code)).await.expect(0, &expected);
        let before = belljar.check_store().await.unwrap();
        assert!(before.is_clean(), "{before:#?}");
        user.destroy().await.unwrap();
        // The other one still has it, or there is none.
        eventually("its files are collected", async || {
            belljar.collect_garbage().await.unwrap();
            belljar.check_store().await.unwrap().objects < before.objects
        })
        .await;
        assert_eq!(blob(data.path(), &content).exists(), n == 0);
    }
    let report = belljar.check_store().await.unwrap();
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(report.unreachable, 0);
    belljar.close().await;
}

#[tokio::test]
async fn what_is_damaged_or_missing_is_named_and_nothing_else_fails() {
    let data = data_dir();
    let [lost, spoilt, whole] =
        ["lost", "spoilt", "whole"].map(|text| format!("{text} content ").repeat(500));
    let belljar = open(data.path()).await;
    let sandbox = belljar.create(options()).await.unwrap();
    for content in [&lost, &spoilt, &whole] {
        let (name, _) = content.split_once(' ').unwrap();
        write(&sandbox, &format!("d/{name}"), content).await;
    }
    let id = sandbox.id().clone();
    drop(sandbox);
    belljar.close().await;
    drop(belljar);
    fs::remove_file(blob(data.path(), &lost)).unwrap();
    let other = spoilt.replace("spoilt", "SPOILT");
    let file = blob(data.path(), &spoilt);
    // Objects may be read-only.
    fs::remove_file(&file).unwrap();
    fs::write(&file, other).unwrap();

    let belljar = open(data.path()).await;
    let report = belljar.check_store().await.unwrap();
    assert!(!report.is_clean());
    let path = |name: &str| format!("/home/agentuity/d/{name}");
    let missing: Vec<_> = report.missing.iter().map(|one| one.path.clone()).collect();
    assert_eq!(missing, [path("lost")], "{report:#?}");
    let damaged: Vec<_> = report.damaged.iter().map(|one| &one.reason).collect();
    assert_eq!(damaged.len(), 1, "{report:#?}");
    assert!(damaged[0].starts_with(&path("spoilt")), "{damaged:?}");

    let sandbox = belljar.sandbox(&id).unwrap();
    let error = sandbox.read_file("d/lost").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    let expected = format!("{}: the storage failed: input/output error", path("lost"));
    assert_eq!(error.to_string(), expected);
    assert_eq!(sandbox.read_file("d/whole").await.unwrap(), whole);
    // Of the right length, and yet not what was written.
    let error = sandbox.read_file("d/spoilt").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    // A program is told so too, and lives on.
    let code = "for name in ['lost', 'whole']:\n  \
                  try: print(len(open('d/' + name).read()))\n  \
                  except OSError as error: print(error.errno)";
    let expected = format!("29\n{}\n", whole.len());
    run(&sandbox, python(code)).await.expect(0, &expected);
    // What is overwritten is whole again.
    write(&sandbox, "d/lost", &lost).await;
    write(&sandbox, "d/spoilt", "new").await;
    assert_eq!(sandbox.read_file("d/lost").await.unwrap(), lost);
    belljar.collect_garbage().await.unwrap();
    let report = belljar.check_store().await.unwrap();
    assert!(report.is_clean(), "{report:#?}");
    belljar.close().await;
}
