//! What a guest may try in order to take more than it was given, or to make us take long.

use std::time::Instant;

use super::operations::{Origin, list};
use super::{
    CREATE, Errno, Fixture, Follow, Handle, LOOK, OpenFlags, RW, SetTime, Usage, create,
    empty_root, options, read,
};
use crate::vfs::Vfs;

fn make(root: &Handle, path: &str) -> Result<(), Errno> {
    root.open(path, Follow::No, CREATE, RW).map(drop)
}

fn directory(root: &Handle, path: &str) -> Handle {
    root.open(path, Follow::No, OpenFlags::default(), LOOK)
        .unwrap()
}

#[test]
fn ten_million_files_are_a_quota_of_them() {
    let fixture = Fixture::with(1 << 20, 10_000);
    let root = fixture.vfs.root();
    let started = Instant::now();
    let mut made = 0;
    for number in 0..10_000_000u32 {
        match make(&root, &number.to_string()) {
            Ok(()) => made += 1,
            Err(errno) => assert_eq!(errno, Errno::NoSpc),
        }
        // It fails the same way however often it is tried; a hundred thousand times show it.
        if number >= 110_000 {
            break;
        }
    }
    assert_eq!(made, 10_000);
    assert_eq!(
        fixture.vfs.usage().0,
        Usage {
            bytes: 0,
            nodes: 10_000
        }
    );
    // What failed left nothing: no inode, no handle, no number.
    let state = fixture.vfs.lock();
    assert_eq!(
        (state.next, state.open.len(), state.orphans.len()),
        (10_002, 1, 0)
    );
    drop(state);
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn making_and_removing_for_ever_takes_no_memory() {
    let fixture = Fixture::with(1 << 20, 10);
    let root = fixture.vfs.root();
    for number in 0..30_000u32 {
        let name = format!("{}", number % 7);
        create(&root, &name, &[1; 100]);
        root.link(&name, Follow::No, &root, "link").unwrap();
        root.unlink(&name).unwrap();
        root.unlink("link").unwrap();
    }
    let state = fixture.vfs.lock();
    let mut inodes = 0;
    state.table.for_each(&mut |_| inodes += 1);
    assert_eq!((inodes, state.inline, state.groups.len()), (1, 0, 0));
    assert_eq!(state.directory(1).unwrap().layer.len(), 0);
    assert_eq!(state.usage, Usage::default());
}

#[test]
fn what_is_open_without_a_name_still_counts() {
    let fixture = Fixture::with(1000, 10);
    let root = fixture.vfs.root();
    let mut open = Vec::new();
    for _ in 0..10 {
        let file = root.open("f", Follow::No, CREATE, RW).unwrap();
        assert_eq!(file.write(&[1; 100], 0), Ok(100));
        root.unlink("f").unwrap();
        open.push(file);
    }
    let file = root.open("f", Follow::No, CREATE, RW).unwrap();
    assert_eq!(file.write(&[1], 0), Err(Errno::NoSpc));
    open.pop();
    assert_eq!(file.write(&[1; 200], 0), Ok(100));
}

#[test]
fn names_and_paths_that_are_no_names_are_refused() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    assert_eq!(make(&root, &"n".repeat(300)), Err(Errno::NameTooLong));
    assert_eq!(make(&root, "a\0"), Err(Errno::Inval));
    assert_eq!(root.symlink("a\0", "l"), Err(Errno::Inval));
    assert_eq!(make(&root, &"../".repeat(4000)), Err(Errno::NameTooLong));
    // As many as fit into a path, and then into as many links as are followed: still the root.
    let up = "../".repeat(1365);
    assert_eq!(
        root.stat_at(&up, Follow::Yes).unwrap().ino,
        root.stat().unwrap().ino
    );
    root.symlink(&format!("/{}", "../".repeat(1300)), "0")
        .unwrap();
    for number in 1..40u32 {
        root.symlink(
            &format!("{}{}", "../".repeat(1300), number - 1),
            &number.to_string(),
        )
        .unwrap();
    }
    assert_eq!(
        root.stat_at("39", Follow::Yes).unwrap().ino,
        root.stat().unwrap().ino
    );
    make(&root, "39/here").unwrap();
    assert_eq!(root.stat_at("here", Follow::No).unwrap().size, 0);
}

#[test]
fn forty_links_are_followed_and_not_one_more() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    create(&root, "0", b"end");
    root.create_dir("d", 0o755).unwrap();
    for number in 1..42u32 {
        root.symlink(&(number - 1).to_string(), &number.to_string())
            .unwrap();
        root.symlink(".", &format!("d/{number}")).unwrap();
    }
    assert_eq!(read(&root, "40").unwrap(), b"end");
    assert_eq!(read(&root, "41"), Err(Errno::Loop));
    let chain = |count| format!("d/{}", "1/".repeat(count));
    root.stat_at(&chain(40), Follow::Yes).unwrap();
    assert_eq!(
        root.stat_at(&chain(41), Follow::Yes).unwrap_err(),
        Errno::Loop
    );
    // A loop that grows at every turn ends, too, and so does one that doubles.
    root.symlink("grow/x/y/z", "grow").unwrap();
    assert_eq!(root.stat_at("grow", Follow::Yes).unwrap_err(), Errno::Loop);
    let target = format!("large/{}", "x/".repeat(1500));
    root.symlink(&target, "large").unwrap();
    assert_eq!(
        root.stat_at("large", Follow::Yes).unwrap_err(),
        Errno::NameTooLong
    );
    root.symlink("two/two", "two").unwrap();
    assert_eq!(
        root.stat_at("two/two", Follow::Yes).unwrap_err(),
        Errno::Loop
    );
}

#[test]
fn no_directory_gets_into_itself() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    let deep: Vec<String> = (1..=100).map(|depth| vec!["d"; depth].join("/")).collect();
    for path in &deep {
        root.create_dir(path, 0o755).unwrap();
    }
    root.symlink("/d/d/d", "link").unwrap();
    for into in &deep {
        assert_eq!(
            root.rename("d", &root, &format!("{into}/x")),
            Err(Errno::Inval)
        );
    }
    assert_eq!(root.rename("d", &root, "link/x"), Err(Errno::Inval));
    let inner = directory(&root, &deep[50]);
    assert_eq!(root.rename("d", &inner, "x"), Err(Errno::Inval));
    assert_eq!(inner.rename("../../..", &inner, "x"), Err(Errno::Busy));
    // What is moved out may take in what it was in.
    root.rename(&deep[50], &root, "out").unwrap();
    root.rename("d", &inner, "in").unwrap();
    assert_eq!(root.rename("out", &root, "out/in/d/x"), Err(Errno::Inval));
    assert_eq!(list(&root).unwrap().len(), 2);
    fixture
        .reopened()
        .root()
        .stat_at("out/in/d/d", Follow::No)
        .unwrap();
}

#[test]
fn nesting_by_rename_overflows_no_stack() {
    let fixture = Fixture::with(1 << 20, 30_000);
    let root = fixture.vfs.root();
    // Towers of as many storeys as can be made, each put upon the top of the next.
    let mut depth = 0;
    for tower in 0..4 {
        let mut top = directory(&root, ".");
        let mut storeys = 0;
        while storeys < 3000 && top.create_dir(&format!("{tower}"), 0o755).is_ok() {
            top = directory(&top, &format!("{tower}"));
            storeys += 1;
        }
        if tower > 0 {
            root.rename(&format!("{}", tower - 1), &top, "under")
                .unwrap();
        }
        depth += storeys;
    }
    assert_eq!(depth, 12_000);
    let again = fixture.reopened();
    let fork = again.fork();
    let mut at = fork.root();
    for _ in 0..depth {
        let name = list(&at).unwrap().remove(0).0;
        at = directory(&at, &name);
    }
    assert_eq!(list(&at).unwrap(), []);
    at.create_dir("too deep", 0o755).unwrap_err();
    make(&at, "file").unwrap();
    // From there to the top in one go.
    assert!(fork.commit().unwrap() != again.committed());
    drop(at);
    let path = super::GuestPath::parse("/3", &super::GuestPath::root()).unwrap();
    assert!(fork.remove_dir(&path, true).unwrap());
    assert_eq!(fork.usage().0, Usage::default());
    assert_eq!(again.usage().0.nodes, 12_000);
}

#[test]
fn a_file_has_up_to_65_000_names() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    create(&root, "f", b"one");
    let mut refused = 0;
    for number in 0..70_000u32 {
        match root.link("f", Follow::No, &root, &number.to_string()) {
            Ok(()) => assert_eq!(refused, 0),
            Err(errno) => {
                assert_eq!(errno, Errno::MLink);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 5001);
    assert_eq!(root.stat_at("f", Follow::No).unwrap().nlink, 65_000);
    assert_eq!(
        fixture.vfs.usage().0,
        Usage {
            bytes: 3,
            nodes: 65_000
        }
    );
    let again = fixture.reopened();
    assert_eq!(again.usage().0, fixture.vfs.usage().0);
    let root = again.root();
    create(&root, "64998", b"two");
    assert_eq!(read(&root, "f").unwrap(), b"two");
    for number in 0..64_999u32 {
        root.unlink(&number.to_string()).unwrap();
    }
    assert_eq!(root.stat_at("f", Follow::No).unwrap().nlink, 1);
    assert_eq!(again.usage().0, Usage { bytes: 3, nodes: 1 });
}

#[test]
fn holes_count_as_what_they_seem() {
    let fixture = Fixture::with(1 << 20, 10);
    let root = fixture.vfs.root();
    let file = create(&root, "f", b"x");
    assert_eq!(file.set_size(1 << 40), Err(Errno::NoSpc));
    assert_eq!(file.set_size((1 << 40) + 1), Err(Errno::FBig));
    assert_eq!(file.write(b"x", (1 << 40) - 1), Err(Errno::NoSpc));
    assert_eq!(file.write(b"x", 1 << 40), Err(Errno::FBig));
    assert_eq!(file.write(b"xx", (1 << 20) - 1), Ok(1));
    assert_eq!(file.append(b"x"), Err(Errno::NoSpc));
    assert_eq!(file.stat().unwrap().size, 1 << 20);
}

#[test]
fn the_longest_file_takes_no_more_than_what_is_in_it() {
    let fixture = Fixture::with(1 << 41, 10);
    let root = fixture.vfs.root();
    let file = create(&root, "f", b"x");
    file.set_size(1 << 40).unwrap();
    assert_eq!(file.write(b"yy", (1 << 40) - 1), Ok(1));
    assert_eq!(file.append(b"y"), Err(Errno::FBig));
    assert_eq!(file.read(10, (1 << 40) - 2).unwrap(), b"\0y");
    let root = fixture.vfs.commit().unwrap();
    let again = Vfs::open(&fixture.store, root, options(0, 0)).unwrap();
    let file = again
        .root()
        .open("f", Follow::No, OpenFlags::default(), RW)
        .unwrap();
    assert_eq!(file.read(10, (1 << 40) - 2).unwrap(), b"\0y");
    assert_eq!(file.read(2, 0).unwrap(), b"x\0");
    file.set_size(1).unwrap();
    assert_eq!(again.usage().0.bytes, 1);
}

#[test]
fn a_listing_gives_what_stays_while_everything_changes() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    let old: Vec<String> = (0..10_000).map(|number| format!("{number:05}")).collect();
    for (number, name) in old.iter().enumerate() {
        if number == 5_000 {
            fixture.vfs.commit().unwrap();
        }
        make(&root, name).unwrap();
    }
    let mut listing = root.read_dir().unwrap();
    let mut seen = vec![listing.next().unwrap().name.as_ref().to_owned()];
    for (number, name) in old.iter().enumerate() {
        match number % 3 {
            0 => root.unlink(name).unwrap(),
            1 => root.rename(name, &root, &format!("new {name}")).unwrap(),
            _ => root
                .set_times_at(name, Follow::No, SetTime::Now, SetTime::At(0))
                .unwrap(),
        }
        make(&root, &format!("{name} more")).unwrap();
        if number % 2_500 == 0 {
            fixture.vfs.commit().unwrap();
        }
    }
    seen.extend(listing.map(|item| item.name.as_ref().to_owned()));
    assert!(seen.is_sorted());
    let stayed = |name: &&String| root.stat_at(name, Follow::No).is_ok();
    let stayed: Vec<_> = old.iter().filter(stayed).cloned().collect();
    assert_eq!(stayed.len(), 3_333);
    seen.retain(|name| stayed.binary_search(name).is_ok());
    assert!(
        seen == stayed,
        "a name that stayed is missing, or was given twice"
    );
    assert_eq!(list(&root).unwrap().len(), 10_000 - 3_334 + 10_000);
}

#[test]
fn a_base_is_not_counted_and_leaving_it_gives_no_more() {
    let fixture = Fixture::new();
    let base = fixture.vfs.root();
    create(&base, "large", &[1; 1000]);
    let root = fixture.vfs.commit().unwrap();
    let mut origin = Origin::new(&fixture.store, empty_root(&fixture.store), (100, 2));
    origin.empty = root;
    let vfs = origin.open(root);
    assert_eq!(
        vfs.usage().1,
        Usage {
            bytes: 1100,
            nodes: 3
        }
    );
    let file = create(&vfs.root(), "new", &[2; 100]);
    assert_eq!(file.append(b"x"), Err(Errno::NoSpc));
    let again = origin.open(vfs.commit().unwrap());
    assert_eq!(again.usage().1, vfs.usage().1);
    again.root().unlink("large").unwrap();
    let file = again.root().open("new", Follow::No, CREATE, RW).unwrap();
    assert_eq!(file.write(&[3; 2000], 0), Ok(1100));
}
