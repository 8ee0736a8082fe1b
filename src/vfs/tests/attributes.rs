//! Which times each call changes, and what mode bits forbid: the rest of what pjdfstest asks.

use super::operations::{Origin, list};
use super::{
    Access, CREATE, Errno, Fixture, Follow, Handle, LOOK, OpenFlags, RW, SetTime, create,
    empty_root, read,
};

const NONE: OpenFlags = OpenFlags {
    create: false,
    exclusive: false,
    truncate: false,
    directory: false,
    mode: None,
};
const TRUNCATE: OpenFlags = OpenFlags {
    truncate: true,
    ..NONE
};
const WRITE: Access = Access {
    read: false,
    write: true,
};

/// A filesystem on a clock that stands still.
struct Case {
    _fixture: Fixture,
    origin: Origin,
    root: Handle,
}

fn case() -> Case {
    let fixture = Fixture::new();
    let origin = Origin::new(
        &fixture.store,
        empty_root(&fixture.store),
        (1 << 30, 100_000),
    );
    let root = origin.open(origin.empty).root();
    root.create_dir("dir", 0o755).unwrap();
    root.create_dir("other", 0o755).unwrap();
    root.create_dir("dir/empty", 0o755).unwrap();
    create(&root, "dir/file", b"contents");
    create(&root, "other/file", b"");
    root.symlink("file", "dir/link").unwrap();
    Case {
        _fixture: fixture,
        origin,
        root,
    }
}

fn append(root: &Handle, data: &[u8]) {
    let file = root.open("dir/file", Follow::No, NONE, WRITE).unwrap();
    assert_eq!(file.append(data), Ok(data.len()));
}

/// The paths of which the last two times (of contents, of anything) are now.
fn changed(case: &Case, call: impl FnOnce(&Handle)) -> Vec<(&'static str, bool, bool)> {
    let paths = [
        ".",
        "dir",
        "other",
        "dir/file",
        "dir/empty",
        "dir/link",
        "other/file",
        "other/new",
    ];
    case.origin.tick();
    let now = crate::clock::Clock::nanos(&*case.origin.clock);
    call(&case.root);
    let times = paths.into_iter().filter_map(|path| {
        let stat = case.root.stat_at(path, Follow::No).ok()?;
        assert!(
            stat.atime < now || path == "other/new",
            "{path}: reading leaves no mark"
        );
        Some((path, stat.mtime == now, stat.ctime == now))
    });
    times
        .filter(|(_, contents, any)| *contents || *any)
        .collect()
}

#[test]
fn each_call_changes_the_times_it_should_and_no_others() {
    type Check = (
        &'static str,
        fn(&Handle),
        &'static [(&'static str, bool, bool)],
    );
    let checks: [Check; 24] = [
        (
            "create",
            |root| drop(create(root, "other/new", b"")),
            &[("other", true, true), ("other/new", true, true)],
        ),
        (
            "open what is there",
            |root| drop(create(root, "dir/file", b"")),
            &[],
        ),
        (
            "mkdir",
            |root| root.create_dir("other/new", 0o700).unwrap(),
            &[("other", true, true), ("other/new", true, true)],
        ),
        (
            "symlink",
            |root| root.symlink("x", "other/new").unwrap(),
            &[("other", true, true), ("other/new", true, true)],
        ),
        (
            "link",
            |root| {
                root.link("dir/file", Follow::No, root, "other/new")
                    .unwrap()
            },
            &[
                ("other", true, true),
                ("dir/file", false, true),
                ("other/new", false, true),
            ],
        ),
        (
            "unlink",
            |root| root.unlink("dir/file").unwrap(),
            &[("dir", true, true)],
        ),
        (
            "rmdir",
            |root| root.remove_dir("dir/empty").unwrap(),
            &[("dir", true, true)],
        ),
        (
            "rename",
            |root| root.rename("dir/file", root, "other/new").unwrap(),
            &[
                ("dir", true, true),
                ("other", true, true),
                ("other/new", false, true),
            ],
        ),
        (
            "rename in place",
            |root| root.rename("other/file", root, "other/new").unwrap(),
            &[("other", true, true), ("other/new", false, true)],
        ),
        (
            "rename a directory",
            |root| root.rename("dir/empty", root, "other/new").unwrap(),
            &[
                ("dir", true, true),
                ("other", true, true),
                ("other/new", false, true),
            ],
        ),
        (
            "rename over",
            |root| root.rename("dir/file", root, "other/file").unwrap(),
            &[
                ("dir", true, true),
                ("other", true, true),
                ("other/file", false, true),
            ],
        ),
        (
            "rename to itself",
            |root| root.rename("dir/file", root, "dir/file").unwrap(),
            &[],
        ),
        (
            "write",
            |root| drop(create(root, "dir/file", b"x")),
            &[("dir/file", true, true)],
        ),
        (
            "append",
            |root| append(root, b"x"),
            &[("dir/file", true, true)],
        ),
        ("write nothing", |root| append(root, b""), &[]),
        ("read", |root| drop(read(root, "dir/file").unwrap()), &[]),
        (
            "truncate",
            |root| drop(root.open("dir/file", Follow::No, TRUNCATE, WRITE).unwrap()),
            &[("dir/file", true, true)],
        ),
        (
            "truncate what is empty",
            |root| {
                drop(
                    root.open("other/file", Follow::No, TRUNCATE, WRITE)
                        .unwrap(),
                )
            },
            &[("other/file", true, true)],
        ),
        (
            "ftruncate",
            |root| {
                root.open("dir/file", Follow::No, NONE, WRITE)
                    .unwrap()
                    .set_size(100)
                    .unwrap()
            },
            &[("dir/file", true, true)],
        ),
        (
            "chmod",
            |root| root.set_mode_at("dir/link", Follow::Yes, 0o600).unwrap(),
            &[("dir/file", false, true)],
        ),
        (
            "utimensat",
            |root| {
                root.set_times_at("dir/link", Follow::No, SetTime::Keep, SetTime::At(5))
                    .unwrap()
            },
            &[("dir/link", false, true)],
        ),
        (
            "utimensat now",
            |root| {
                root.set_times_at("dir", Follow::No, SetTime::Keep, SetTime::Now)
                    .unwrap()
            },
            &[("dir", true, true)],
        ),
        (
            "list",
            |root| drop(list(&root.open("dir", Follow::No, NONE, LOOK).unwrap()).unwrap()),
            &[],
        ),
        (
            "readlink",
            |root| drop(root.read_link("dir/link").unwrap()),
            &[],
        ),
    ];
    for (name, call, expected) in checks {
        assert_eq!(changed(&case(), call), expected, "{name}");
    }
}

#[test]
fn what_fails_changes_no_times() {
    type Call = fn(&Handle) -> Result<(), Errno>;
    let failing: [Call; 8] = [
        |root| root.create_dir("dir/file", 0o755),
        |root| root.symlink("x", "dir/file"),
        |root| root.link("dir/file", Follow::No, root, "other/file"),
        |root| root.unlink("dir/empty"),
        |root| root.remove_dir("dir"),
        |root| root.rename("dir/file", root, "other"),
        |root| {
            root.open("dir/file", Follow::No, NONE, WRITE)?
                .set_size(1 << 41)
        },
        |root| {
            root.open(
                "dir/file",
                Follow::No,
                OpenFlags {
                    exclusive: true,
                    ..CREATE
                },
                RW,
            )
            .map(drop)
        },
    ];
    for (index, call) in failing.into_iter().enumerate() {
        let seen = changed(&case(), |root| assert!(call(root).is_err(), "{index}"));
        assert_eq!(seen, [], "{index}");
    }
}

#[test]
fn times_are_set_to_the_nanosecond_before_and_after_the_epoch() {
    let Case {
        root,
        origin,
        _fixture,
    } = case();
    for (atime, mtime) in [
        (1, 2),
        (2, 1),
        (-1, -2),
        (i64::MIN, i64::MAX),
        (4_294_967_296_123_456_789, -1),
    ] {
        for path in [".", "dir", "dir/file", "dir/link"] {
            root.set_times_at(path, Follow::No, SetTime::At(atime), SetTime::At(mtime))
                .unwrap();
            let stat = root.stat_at(path, Follow::No).unwrap();
            assert_eq!((stat.atime, stat.mtime), (atime, mtime), "{path}");
            root.set_times_at(path, Follow::No, SetTime::Keep, SetTime::Keep)
                .unwrap();
            let stat = root.stat_at(path, Follow::No).unwrap();
            assert_eq!((stat.atime, stat.mtime), (atime, mtime), "{path}");
        }
        let again = root.vfs.commit().unwrap();
        let again = origin.open(again).root();
        for path in [".", "dir", "dir/file", "dir/link"] {
            assert_eq!(
                again.stat_at(path, Follow::No).unwrap().mtime,
                mtime,
                "{path} as stored"
            );
        }
    }
    let file = root.open("dir/file", Follow::No, NONE, LOOK).unwrap();
    file.set_times(SetTime::At(7), SetTime::Keep).unwrap();
    assert_eq!(root.stat_at("dir/link", Follow::Yes).unwrap().atime, 7);
}

#[test]
fn modes_keep_twelve_bits_and_follow_links_if_asked() {
    let Case { root, .. } = &case();
    root.set_mode_at("dir/link", Follow::Yes, 0o107_777)
        .unwrap();
    assert_eq!(root.stat_at("dir/file", Follow::No).unwrap().mode, 0o7777);
    assert_eq!(root.stat_at("dir/link", Follow::No).unwrap().mode, 0o777);
    root.create_dir("sticky", 0o101_777).unwrap();
    assert_eq!(root.stat_at("sticky", Follow::No).unwrap().mode, 0o1777);
}

/// What the owner may do with a directory of this mode, or with a file in one.
#[test]
fn modes_forbid_what_the_owner_may_not() {
    type Call = (&'static str, u16, fn(&Handle) -> Result<(), Errno>);
    // The second is which bits of `dir` are needed: 4 to read, 2 to write, 1 to search.
    let calls: [Call; 16] = [
        ("list", 4, |root| {
            root.open("dir", Follow::No, NONE, LOOK).map(drop)
        }),
        ("stat in it", 1, |root| {
            root.stat_at("dir/file", Follow::No).map(drop)
        }),
        ("stat .", 1, |root| {
            root.stat_at("dir/.", Follow::No).map(drop)
        }),
        ("stat ..", 1, |root| {
            root.stat_at("dir/..", Follow::No).map(drop)
        }),
        ("readlink", 1, |root| root.read_link("dir/link").map(drop)),
        ("chmod in it", 1, |root| {
            root.set_mode_at("dir/file", Follow::No, 0o600)
        }),
        ("utimensat in it", 1, |root| {
            root.set_times_at("dir/file", Follow::No, SetTime::Now, SetTime::Now)
        }),
        ("open in it", 1, |root| {
            root.open("dir/file", Follow::No, NONE, RW).map(drop)
        }),
        ("create", 3, |root| {
            root.open("dir/new", Follow::No, CREATE, RW).map(drop)
        }),
        ("mkdir", 3, |root| root.create_dir("dir/new", 0o755)),
        ("symlink", 3, |root| root.symlink("x", "dir/new")),
        ("link to", 3, |root| {
            root.link("other/file", Follow::No, root, "dir/new")
        }),
        ("unlink", 3, |root| root.unlink("dir/file")),
        ("rmdir", 3, |root| root.remove_dir("dir/empty")),
        ("rename from", 3, |root| {
            root.rename("dir/file", root, "other/new")
        }),
        ("rename to", 3, |root| {
            root.rename("other/file", root, "dir/new")
        }),
    ];
    for (name, needed, call) in calls {
        for bits in 0..8u16 {
            let Case { root, .. } = &case();
            // The bits of the group and of others do not count: there is one user.
            root.set_mode_at("dir", Follow::No, bits << 6 | 0o077)
                .unwrap();
            let expected = if bits & needed == needed {
                Ok(())
            } else {
                Err(Errno::Access)
            };
            assert_eq!(call(root), expected, "{name} with {bits}");
        }
    }
}

#[test]
fn modes_of_a_file_count_when_it_is_opened() {
    for bits in 0..8u16 {
        let Case { root, .. } = &case();
        let before = root.open("dir/file", Follow::No, NONE, RW).unwrap();
        root.set_mode_at("dir/file", Follow::No, bits << 6).unwrap();
        for (needed, flags, access) in [
            (0, NONE, Access::default()),
            (4, NONE, LOOK),
            (2, NONE, WRITE),
            (6, NONE, RW),
            (6, TRUNCATE, LOOK),
            (2, TRUNCATE, WRITE),
            (2, CREATE, WRITE),
        ] {
            let opened = root.open("dir/file", Follow::No, flags, access).map(drop);
            let expected = if bits & needed == needed {
                Ok(())
            } else {
                Err(Errno::Access)
            };
            assert_eq!(opened, expected, "{bits}: {flags:?} {access:?}");
        }
        // What is open stays so, and looking at attributes needs no bit of the file itself.
        assert_eq!(before.write(b"x", 0), Ok(1));
        before.set_size(0).unwrap();
        root.stat_at("dir/file", Follow::No).unwrap();
        root.rename("dir/file", root, "other/new").unwrap();
        root.unlink("other/new").unwrap();
    }
}

#[test]
fn an_inaccessible_directory_stays_what_it_is() {
    let Case { root, .. } = &case();
    root.set_mode_at("dir", Follow::No, 0).unwrap();
    let stat = root.stat_at("dir", Follow::No).unwrap();
    assert_eq!(stat.mode, 0);
    // Neither its own bits nor those of what it replaces matter to moving it.
    root.rename("dir", root, "moved").unwrap();
    root.set_mode_at("moved", Follow::No, 0o755).unwrap();
    assert_eq!(read(root, "moved/file").unwrap(), b"contents");
}
