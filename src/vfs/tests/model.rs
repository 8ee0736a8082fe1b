//! Random sequences of operations against the reference: the same answers on the way, the same
//! filesystem at the end, and one digest for equal contents.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::empty_root;
use super::operations::{Live, Op, Origin, Subject, Value, any_operation, cases, list, sequence};
use super::reference::{Model, Node};
use super::{CREATE, Errno, Fixture, Follow, Handle, Kind, LOOK, OpenFlags, RW, SetTime};

/// What both sides answer, inode numbers apart: those only have to correspond.
fn agree(
    inodes: &mut BTreeMap<u64, u64>,
    live: Result<Value, Errno>,
    model: Result<Value, Errno>,
) -> Result<(), TestCaseError> {
    let (live, model) = match (live, model) {
        (Ok(Value::Stat(mut live)), Ok(Value::Stat(model))) => {
            let known = *inodes.entry(model.ino).or_insert(live.ino);
            prop_assert_eq!(known, live.ino, "another inode");
            live.ino = model.ino;
            (Ok(Value::Stat(live)), Ok(Value::Stat(model)))
        }
        other => other,
    };
    prop_assert!(live == model, "live {live:?}\nmodel {model:?}");
    Ok(())
}

/// Both are the same filesystem, to the last byte and time.
fn same(live: &Live, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(live.vfs.usage().0, model.usage());
    same_directory(&live.host(), model, 1, &mut BTreeMap::new())
}

fn same_directory(
    live: &Handle,
    model: &Model,
    ino: u64,
    inodes: &mut BTreeMap<u64, u64>,
) -> Result<(), TestCaseError> {
    agree(
        inodes,
        live.stat().map(Value::Stat),
        Ok(Value::Stat(model.stat(ino))),
    )?;
    let names: Vec<_> = model.names(ino).unwrap().iter().collect();
    let expected: Vec<_> = names
        .iter()
        .map(|(name, ino)| ((*name).clone(), model.kind(**ino)))
        .collect();
    prop_assert_eq!(list(live).unwrap(), expected);
    for (name, ino) in names {
        let stat = live.stat_at(name, Follow::No).map(Value::Stat);
        agree(inodes, stat, Ok(Value::Stat(model.stat(*ino))))?;
        match &model.inodes[ino].node {
            Node::File(contents) => {
                let file = live
                    .open(name, Follow::No, OpenFlags::default(), LOOK)
                    .unwrap();
                prop_assert!(
                    file.read(1 << 30, 0).unwrap() == *contents,
                    "contents of {name}"
                );
            }
            Node::Symlink(target) => prop_assert_eq!(&live.read_link(name).unwrap(), target),
            Node::Directory(_) => {
                let below = live
                    .open(name, Follow::No, OpenFlags::default(), LOOK)
                    .unwrap();
                same_directory(&below, model, *ino, inodes)?;
            }
        }
    }
    Ok(())
}

/// Makes what the model has, by other ways than it came to be: files under names that they do not
/// keep, contents from the end, the last name first.
fn rebuild(root: &Handle, model: &Model, ino: u64, at: &Handle) {
    for (name, ino) in model.names(ino).unwrap().iter().rev() {
        match &model.inodes[ino].node {
            Node::File(contents) => {
                let file = root
                    .open("a file on its way", Follow::No, CREATE, RW)
                    .unwrap();
                for (index, piece) in contents.chunks(10_000).enumerate().rev() {
                    file.write(piece, index as u64 * 10_000).unwrap();
                }
                root.rename("a file on its way", at, name).unwrap();
            }
            Node::Symlink(target) => {
                at.symlink("elsewhere", name).unwrap();
                at.unlink(name).unwrap();
                at.symlink(target, name).unwrap();
            }
            Node::Directory(_) => {
                at.create_dir(name, 0o700).unwrap();
                let below = at
                    .open(name, Follow::No, OpenFlags::default(), LOOK)
                    .unwrap();
                rebuild(root, model, *ino, &below);
            }
        }
    }
}

/// What has come to be on the way does not matter any more once this is done.
fn settle(model: &Model, ino: u64, path: &str, root: &Handle) {
    if model.kind(ino) == Kind::Directory {
        for (name, below) in model.names(ino).unwrap() {
            settle(model, *below, &format!("{path}/{name}"), root);
        }
    }
    let inode = &model.inodes[&ino];
    let mtime = SetTime::At(inode.times[1]);
    root.set_mode_at(path, Follow::No, inode.mode).unwrap();
    root.set_times_at(path, Follow::No, SetTime::Keep, mtime)
        .unwrap();
}

fn check_canonical(live: &Live, model: &Model) -> Result<(), TestCaseError> {
    let root = live.vfs.commit().unwrap();
    let again = Live::new(&live.origin, live.origin.open(root));
    let mut stored = model.forked();
    stored.forget_times();
    same(&again, &stored)?;
    prop_assert_eq!(again.vfs.commit().unwrap(), root, "opening changes nothing");
    if !model.linked {
        // Numbers of link groups depend on what happened, everything else on what is there.
        let mut origin = live.origin.clone();
        origin.quota = (1 << 30, 100_000);
        let other = Live::new(&origin, origin.open(origin.empty));
        rebuild(&other.host(), &stored, 1, &other.host());
        settle(&stored, 1, ".", &other.host());
        prop_assert_eq!(other.vfs.commit().unwrap(), root, "not canonical");
    }
    Ok(())
}

fn run(operations: &[Op], quota: (u64, u64)) -> Result<(), TestCaseError> {
    let fixture = Fixture::new();
    let origin = Origin::new(&fixture.store, empty_root(&fixture.store), quota);
    let mut live = Live::new(&origin, origin.open(origin.empty));
    let mut model = Model::new(quota.0, quota.1);
    let mut inodes = BTreeMap::new();
    let mut left = Vec::new();
    for op in operations {
        origin.tick();
        model.now = crate::clock::Clock::nanos(&*origin.clock);
        agree(&mut inodes, live.apply(op), model.apply(op))
            .map_err(|error| TestCaseError::fail(format!("{op:?}: {error}")))?;
        prop_assert_eq!(live.vfs.usage().0, model.usage(), "{:?}", op);
        match op {
            Op::Fork(to_fork) => {
                let (mut other, mut others) = (live.forked(), model.forked());
                if *to_fork {
                    std::mem::swap(&mut other, &mut live);
                    std::mem::swap(&mut others, &mut model);
                }
                left.push((other, others));
            }
            Op::Seal | Op::Reopen => {
                inodes.clear();
                same(&live, &model)?;
            }
            _ => {}
        }
    }
    left.push((live, model));
    for (live, model) in &left {
        same(live, model)?;
        check_canonical(live, model)?;
        same(live, model)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_sequence_does_what_the_model_does(
        operations in sequence(any_operation()),
        quota in prop_oneof![3 => Just((1 << 30, 100_000)), 1 => Just((40_000, 8))],
    ) {
        run(&operations, quota)?;
    }
}
