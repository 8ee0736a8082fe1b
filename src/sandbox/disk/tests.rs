//! Tests of saving, putting away and ending, over a store and a journal in a temporary folder.

use std::sync::Arc;
use std::thread;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use tempfile::TempDir;

use super::*;
use crate::clock::SystemClock;
use crate::id::SandboxId;
use crate::store::{Root, StoreOptions, Totals, Tree};
use crate::vfs::{GuestPath, Usage, VfsOptions};

struct Place {
    folder: TempDir,
    store: Store,
    empty: Digest,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
        let tree = store.put_tree(&Tree::default()).unwrap();
        let empty = store
            .put_root(&Root {
                mode: 0o755,
                mtime: 0,
                tree,
                totals: Totals::default(),
                links: Vec::new(),
                next_group: 1,
            })
            .unwrap();
        Self {
            folder,
            store,
            empty,
        }
    }

    fn journal(&self) -> Journal {
        let dir = Dir::open_ambient_dir(self.folder.path(), ambient_authority()).unwrap();
        Journal::open(Arc::new(dir), SandboxId::parse("sbx_x").unwrap()).unwrap()
    }

    fn disk(&self) -> Disk {
        Disk::new(self.store.clone(), Some(self.empty), Some(self.journal()))
    }

    fn open(&self, root: Digest) -> Vfs {
        let options = VfsOptions {
            quota: Usage {
                bytes: 1 << 30,
                nodes: 1 << 20,
            },
            base: None,
            programs: Arc::from([]),
            clock: Arc::new(SystemClock),
        };
        Vfs::open(&self.store, root, options).unwrap()
    }
}

fn path(text: &str) -> GuestPath {
    GuestPath::parse(text, &GuestPath::root()).unwrap()
}

#[test]
fn what_is_saved_is_what_a_restart_begins_with() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(disk.root().unwrap());
    assert!(disk.set_live(vfs.clone()));
    assert_eq!(place.journal().last(), None);
    vfs.write_file(&path("/a"), b"1").unwrap();
    let (root, _pin) = disk.save(&vfs).unwrap();
    assert_eq!(place.journal().last(), Some(root));
    let again = place.disk();
    assert_eq!(again.root(), Some(root));
    let read = place.open(root).read_file(&path("/a")).unwrap();
    assert_eq!(read, b"1");
    // Nothing new: nothing is written.
    let before = std::fs::metadata(place.folder.path().join("sbx_x/journal")).unwrap();
    disk.save(&vfs).map(drop).unwrap();
    let after = std::fs::metadata(place.folder.path().join("sbx_x/journal")).unwrap();
    assert_eq!(before.len(), after.len());
}

#[test]
fn files_that_are_as_a_restart_would_find_them_need_no_save() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    assert!(disk.is_saved(&vfs));
    vfs.write_file(&path("/a"), b"1").unwrap();
    assert!(!disk.is_saved(&vfs));
    // Committed, but a restart would not know.
    vfs.commit().unwrap();
    assert!(!disk.is_saved(&vfs));
    disk.save(&vfs).map(drop).unwrap();
    assert!(disk.is_saved(&vfs));
}

#[test]
fn every_save_covers_what_was_there_when_it_was_asked_for() {
    let place = Place::new();
    let disk = Arc::new(place.disk());
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    thread::scope(|scope| {
        for thread in 0..8 {
            let (disk, vfs, place) = (Arc::clone(&disk), vfs.clone(), &place);
            scope.spawn(move || {
                for n in 0..20 {
                    let path = path(&format!("/{thread}-{n}"));
                    vfs.write_file(&path, b"x").unwrap();
                    let (root, _pin) = disk.save(&vfs).unwrap();
                    place.open(root).read_file(&path).unwrap();
                }
            });
        }
    });
    let last = place.journal().last().unwrap();
    assert_eq!(place.open(last).read_dir(&path("/")).unwrap().len(), 160);
}

#[test]
fn put_away_files_are_saved_and_out_of_memory() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), b"1").unwrap();
    assert!(disk.put_away(&vfs).unwrap());
    assert!(disk.live().is_none());
    let root = disk.root().unwrap();
    assert_eq!(place.journal().last(), Some(root));
    assert_eq!(place.open(root).read_file(&path("/a")).unwrap(), b"1");
}

#[test]
fn files_in_use_are_not_put_away() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    let open = vfs.root();
    assert!(!disk.put_away(&vfs).unwrap());
    assert!(disk.live().is_some());
    drop(open);
    assert!(disk.put_away(&vfs).unwrap());
}

#[test]
fn replaced_files_are_those_of_the_other_root() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), b"1").unwrap();
    let (first, _pin) = disk.save(&vfs).unwrap();
    vfs.write_file(&path("/a"), b"2").unwrap();
    disk.save(&vfs).map(drop).unwrap();
    vfs.write_file(&path("/b"), b"unsaved").unwrap();
    disk.replace(&vfs, first).unwrap();
    assert_eq!(vfs.read_file(&path("/a")).unwrap(), b"1");
    assert!(vfs.read_file(&path("/b")).is_err());
    assert_eq!(place.journal().last(), Some(first));
}

#[test]
fn an_ended_one_leaves_nothing_and_writes_nothing() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), b"1").unwrap();
    disk.save(&vfs).map(drop).unwrap();
    disk.remove().unwrap();
    assert!(!place.folder.path().join("sbx_x").exists());
    vfs.write_file(&path("/a"), b"2").unwrap();
    assert!(disk.save(&vfs).is_err());
    assert!(!place.folder.path().join("sbx_x").exists());
    let mut roots = Roots::default();
    disk.roots(&mut roots);
    assert!(roots.roots.is_empty());
    assert!(!disk.set_live(vfs));
    assert!(disk.live().is_none());
}

#[test]
fn a_closed_one_keeps_what_is_there_and_writes_nothing() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), b"1").unwrap();
    let (root, _pin) = disk.save(&vfs).unwrap();
    disk.close();
    vfs.write_file(&path("/a"), b"2").unwrap();
    assert!(disk.save(&vfs).is_err());
    assert_eq!(place.journal().last(), Some(root));
}

#[test]
fn resting_files_are_saved_and_still_there() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), b"1").unwrap();
    assert!(disk.rest(&vfs).unwrap());
    assert_eq!(place.journal().last(), Some(vfs.committed()));
    assert_eq!(vfs.read_file(&path("/a")).unwrap(), b"1");
    let open = vfs.root();
    assert!(!disk.rest(&vfs).unwrap());
    drop(open);
}

#[test]
fn a_fork_has_what_was_there_and_neither_sees_the_other() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), b"1").unwrap();
    let forked = disk.fork(&vfs).unwrap();
    let fork = forked.vfs.unwrap();
    assert_eq!(fork.committed(), forked.root);
    vfs.write_file(&path("/a"), b"2").unwrap();
    fork.write_file(&path("/b"), b"3").unwrap();
    assert_eq!(fork.read_file(&path("/a")).unwrap(), b"1");
    assert!(vfs.read_file(&path("/b")).is_err());
    let saved = place.open(forked.root);
    assert_eq!(saved.read_file(&path("/a")).unwrap(), b"1");
}

#[test]
fn a_collection_keeps_what_is_live_and_what_a_restart_begins_with() {
    let place = Place::new();
    let disk = place.disk();
    let vfs = place.open(place.empty);
    assert!(disk.set_live(vfs.clone()));
    vfs.write_file(&path("/a"), &[7; 3 << 20]).unwrap();
    let (saved, pin) = disk.save(&vfs).unwrap();
    drop(pin);
    vfs.write_file(&path("/a"), b"short").unwrap();
    // Committed, but a restart would not know.
    let unknown = vfs.commit().unwrap();
    let mut keep = || {
        let mut roots = Roots::default();
        disk.roots(&mut roots);
        Ok(roots)
    };
    place.store.collect(&mut keep).unwrap();
    for root in [saved, unknown] {
        place.open(root).read_file(&path("/a")).unwrap();
    }
    disk.save(&vfs).map(drop).unwrap();
    let collected = place.store.collect(&mut keep).unwrap();
    assert!(collected.deleted_objects > 0);
    assert!(place.store.root(saved).is_err());
    assert_eq!(vfs.read_file(&path("/a")).unwrap(), b"short");
}
