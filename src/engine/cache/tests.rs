//! The cache against damage, races and strangers. Programs are components of a few bytes.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::engine::{Engine, EngineOptions, Metering};

fn component(number: u32) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component
            (core module $m (func (export "exec") (result i32) i32.const {number}))
            (core instance $i (instantiate $m))
            (func (export "exec") (result s32) (canon lift (core func $i "exec"))))"#
    ))
    .unwrap()
}

fn engine(cache: &Path) -> Engine {
    let mut options = EngineOptions::new(Metering::Epoch);
    options.max_processes = 2;
    Engine::new(&options, cache).unwrap()
}

/// Files of the cache with this extension.
fn files(cache: &Path, extension: &str) -> Vec<PathBuf> {
    let engines = fs::read_dir(cache.join(LAYOUT)).unwrap();
    engines
        .flat_map(|engine| fs::read_dir(engine.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|one| one == extension))
        .collect()
}

#[test]
fn a_program_is_compiled_once_and_loaded_ever_after() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = component(1);
    let digest = Digest::of(&bytes);
    let reads = AtomicUsize::new(0);
    let read = || {
        reads.fetch_add(1, Ordering::Relaxed);
        Ok(bytes.clone())
    };
    let first = engine(folder.path());
    assert!(!first.is_compiled(digest));
    first.load(digest, read).unwrap();
    first.load(digest, read).unwrap();
    assert!(first.is_compiled(digest));
    // Another process would see what this second engine sees.
    engine(folder.path()).load(digest, read).unwrap();
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}

#[test]
fn two_starters_of_one_program_compile_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = component(2);
    let digest = Digest::of(&bytes);
    let reads = AtomicUsize::new(0);
    let engines = [engine(folder.path()), engine(folder.path())];
    std::thread::scope(|scope| {
        for engine in &engines {
            for _ in 0..4 {
                scope.spawn(|| {
                    let read = || {
                        reads.fetch_add(1, Ordering::Relaxed);
                        Ok(bytes.clone())
                    };
                    engine.load(digest, read).unwrap();
                });
            }
        }
    });
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}

#[test]
fn damaged_code_is_never_loaded_but_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = component(3);
    let digest = Digest::of(&bytes);
    engine(folder.path())
        .load(digest, || Ok(bytes.clone()))
        .unwrap();
    for extension in ["cwasm", "b3"] {
        let [path] = &files(folder.path(), extension)[..] else {
            panic!("one file of each kind");
        };
        let mut contents = fs::read(path).unwrap();
        let middle = contents.len() / 2;
        contents[middle] ^= 1;
        fs::write(path, contents).unwrap();
        let reads = AtomicUsize::new(0);
        engine(folder.path())
            .load(digest, || {
                reads.fetch_add(1, Ordering::Relaxed);
                Ok(bytes.clone())
            })
            .unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 1, "{extension}");
    }
}

#[test]
fn a_removed_program_is_gone_from_disk_and_memory() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let bytes = component(6);
    let digest = Digest::of(&bytes);
    engine.load(digest, || Ok(bytes)).unwrap();
    engine.cache().remove(digest).unwrap();
    engine.cache().remove(digest).unwrap();
    assert!(!engine.is_compiled(digest));
    assert!(files(folder.path(), "cwasm").is_empty());
}

#[test]
fn another_configuration_uses_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = component(7);
    let digest = Digest::of(&bytes);
    let epoch = engine(folder.path());
    epoch.load(digest, || Ok(bytes.clone())).unwrap();
    let mut options = EngineOptions::new(Metering::Fuel);
    options.max_processes = 2;
    let fuel = Engine::new(&options, folder.path()).unwrap();
    assert!(!fuel.is_compiled(digest));
    fuel.load(digest, || Ok(bytes)).unwrap();
    assert_eq!(files(folder.path(), "cwasm").len(), 2);
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(engine(folder.path()));
    let shared = fs::Permissions::from_mode(0o777);
    fs::set_permissions(folder.path().join(LAYOUT), shared).unwrap();
    let refused = Engine::new(&EngineOptions::new(Metering::Epoch), folder.path());
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("mode 777") && error.contains("chmod 700"),
        "{error}"
    );
}
#[test]
fn what_cannot_be_read_or_compiled_is_refused_and_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let digest = Digest::of(&component(4));
    let unreadable = engine.load(digest, || Err(io::ErrorKind::NotFound.into()));
    assert!(matches!(unreadable, Err(EngineError::ReadProgram { .. })));
    let nonsense = b"\0asm nonsense".to_vec();
    let refused = engine.load(Digest::of(&nonsense), || Ok(nonsense.clone()));
    assert!(matches!(refused, Err(EngineError::Compile { .. })));
    // And none of it stands in the way of the right bytes.
    engine.load(digest, || Ok(component(4))).unwrap();
}
