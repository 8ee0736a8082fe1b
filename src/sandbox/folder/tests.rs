//! Temporary folders: removed by whoever made them, or by the next one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Folder, LOCK, MOST_ABANDONED, PREFIX, TEMPORARY};

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What a killed program leaves.
fn abandoned(beside: &Path, name: &str) -> PathBuf {
    let folder = beside.join(name);
    fs::create_dir_all(folder.join("store/blobs")).unwrap();
    fs::write(folder.join("store/blobs/x"), "x").unwrap();
    fs::write(folder.join(TEMPORARY), "").unwrap();
    folder
}

#[test]
fn a_temporary_folder_is_gone_when_it_is_given_back_and_when_it_is_dropped() {
    let beside = tempfile::tempdir().unwrap();
    let given_back = Folder::temporary(beside.path()).unwrap();
    let dropped = Folder::temporary(beside.path()).unwrap();
    for folder in [&given_back, &dropped] {
        assert!(!folder.is_durable());
        let inner = folder.inner("a").unwrap();
        fs::write(inner.join("b"), "c").unwrap();
    }
    assert_eq!(names(beside.path()).len(), 2);
    given_back.give_back();
    assert_eq!(names(beside.path()).len(), 1);
    drop(dropped);
    assert_eq!(names(beside.path()).len(), 0);
    // What has the name now is somebody else's.
    fs::create_dir(given_back.path()).unwrap();
    drop(given_back);
    assert_eq!(names(beside.path()).len(), 1);
}

#[test]
fn what_killed_programs_left_goes_with_the_next_start() {
    let beside = tempfile::tempdir().unwrap();
    for number in 0..MOST_ABANDONED + 3 {
        abandoned(beside.path(), &format!("{PREFIX}{number}"));
    }
    // Not more at once than a start has time for.
    let first = Folder::temporary(beside.path()).unwrap();
    assert_eq!(names(beside.path()).len(), 1 + 3);
    let second = Folder::temporary(beside.path()).unwrap();
    assert_eq!(names(beside.path()).len(), 2);
    drop((first, second));
    assert_eq!(names(beside.path()).len(), 0);
}

#[test]
fn what_is_not_an_abandoned_folder_stays() {
    let beside = tempfile::tempdir().unwrap();
    let path = beside.path();
    let live = Folder::temporary(path).unwrap();
    // Data, though somebody keeps them here.
    let named = path.join(format!("{PREFIX}data"));
    drop(Folder::take(Some(&named)).unwrap());
    assert_eq!(names(&named), [LOCK]);
    abandoned(path, "else");
    // One that is just being made.
    fs::create_dir(path.join(format!("{PREFIX}new"))).unwrap();
    File::create(path.join(format!("{PREFIX}file"))).unwrap();
    #[cfg(unix)]
    {
        let elsewhere = abandoned(path, "elsewhere");
        std::os::unix::fs::symlink(&elsewhere, path.join(format!("{PREFIX}link"))).unwrap();
    }
    let before = names(path);
    drop(Folder::temporary(path).unwrap());
    assert_eq!(names(path), before);
    drop(live);
    assert_eq!(names(path).len(), before.len() - 1);
}

#[test]
fn a_named_folder_is_one_owners_at_a_time_and_stays() {
    let beside = tempfile::tempdir().unwrap();
    let path = beside.path().join("a/b");
    let folder = Folder::take(Some(&path)).unwrap();
    assert!(folder.is_durable());
    let file = File::options().write(true).open(path.join(LOCK)).unwrap();
    assert!(file.try_lock().is_err());
    folder.give_back();
    assert!(file.try_lock().is_ok());
    drop(file);
    drop(Folder::take(Some(&path)).unwrap());
    assert_eq!(names(&path), [LOCK]);
}
