//! What was published of wasmtime-wasi's filesystem from 2024 to 2026, tried on ours.
//!
//! Left out: CVE-2025-53901 (GHSA-fm79-3f68-h2fc), which is about `fd_renumber` of the preview 1
//! host; there is none here.

use super::script::ROOT;
use super::*;
use crate::vfs::Follow;

/// A file of the host that no guest may ever see, by all ways that lead there from any depth.
fn ways_out() -> Vec<String> {
    let up = "../".repeat(40);
    let mut ways = Vec::new();
    for file in ["etc/passwd", "proc/self/environ", "etc"] {
        for slashes in ["", "/", "//", "/.", "/./", "/../../"] {
            ways.push(format!("{up}{file}{slashes}"));
            ways.push(format!("/{file}{slashes}"));
        }
    }
    ways
}

/// CVE-2024-51745, GHSA-c2f5-jxjv-2hh8: names of devices on Windows, also with superscript digits.
#[test]
fn names_of_windows_devices_are_names() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let names = [
        "CON",
        "NUL",
        "aux.txt",
        "COM1",
        "COM¹",
        "COM².log",
        "LPT³",
        "lpt0",
        "CONIN$",
        "CONOUT$",
    ];
    for name in names {
        script
            .open(ROOT, name, plain(), READ)
            .fails(ErrorCode::NoEntry);
        let exclusive = CREATE | OpenFlags::EXCLUSIVE;
        let file = script.open(ROOT, name, exclusive, both()).handle();
        script
            .stat_open(file)
            .gives_stat(DescriptorType::RegularFile, 0, 1);
        script.write(file, name.as_bytes(), 0).ok();
        script.read(file, 100, 0).gives(name.as_bytes());
    }
    fixture.run(&script);
    let listed = fixture
        .vfs
        .read_dir(&crate::vfs::GuestPath::root())
        .unwrap();
    assert_eq!(listed.len(), names.len() + 1);
}

/// GHSA-2r75-cxrj-cmph: a file in a read-only directory was emptied by opening it for reading
/// with `truncate`, or written to.
#[test]
fn opening_does_not_empty_what_must_not_be_changed() {
    let fixture = Fixture::new();
    let mut prepare = Script::new();
    let file = prepare.open(ROOT, "f", CREATE, both()).handle();
    prepare.write(file, b"kept", 0).gives_count(4);
    fixture.run(&prepare);

    let mut script = Script::new();
    for open in [OpenFlags::TRUNCATE, OpenFlags::TRUNCATE | CREATE, CREATE] {
        for flags in [DescriptorFlags::empty(), READ, WRITE, both()] {
            script
                .open(ROOT, "f", open, flags)
                .fails(ErrorCode::ReadOnly);
        }
    }
    script
        .stat(ROOT, "f", true)
        .gives_stat(DescriptorType::RegularFile, 4, 1);
    fixture.look(&script);

    // The same where it is the file's own mode that forbids it.
    let root = fixture.vfs.root();
    root.set_mode_at("f", Follow::No, 0o444).unwrap();
    let mut script = Script::new();
    for flags in [READ, WRITE, both()] {
        script
            .open(ROOT, "f", OpenFlags::TRUNCATE, flags)
            .fails(ErrorCode::Access);
    }
    script
        .open(ROOT, "f", plain(), WRITE)
        .fails(ErrorCode::Access);
    let file = script.open(ROOT, "f", CREATE, READ).handle();
    script.read(file, 10, 0).gives(b"kept");
    fixture.run(&script);
}

/// RUSTSEC-2026-0188, GHSA-4ch3-9j33-3pmj: a file that was read-only became writable under
/// another name, by a hard link or a rename of one.
#[test]
fn another_name_lends_no_rights() {
    let fixture = Fixture::new();
    let mut prepare = Script::new();
    prepare.open(ROOT, "f", CREATE, both()).ok();
    prepare.create_directory(ROOT, "d").ok();
    fixture.run(&prepare);
    fixture
        .vfs
        .root()
        .set_mode_at("f", Follow::No, 0o444)
        .unwrap();

    let mut script = Script::new();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    let open_before = script.open(ROOT, "f", plain(), READ).handle();
    script.link((ROOT, "f"), (directory, "g")).ok();
    script
        .open(directory, "g", plain(), both())
        .fails(ErrorCode::Access);
    script.rename((directory, "g"), (ROOT, "h")).ok();
    script
        .open(ROOT, "h", plain(), both())
        .fails(ErrorCode::Access);
    script
        .write(open_before, b"x", 0)
        .fails(ErrorCode::BadDescriptor);
    script
        .stat(ROOT, "h", true)
        .gives_stat(DescriptorType::RegularFile, 0, 2);
    fixture.run(&script);

    let mut script = Script::new();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    script
        .link((ROOT, "f"), (directory, "g"))
        .fails(ErrorCode::ReadOnly);
    script
        .link((directory, "../f"), (ROOT, "g"))
        .fails(ErrorCode::ReadOnly);
    script
        .rename((ROOT, "h"), (directory, "g"))
        .fails(ErrorCode::ReadOnly);
    fixture.look(&script);
}

/// RUSTSEC-2026-0269, GHSA-vqjp-4c8c-hfgg: slashes at the end of a path, or of a link's target,
/// made the last link be followed by the host.
#[test]
fn slashes_at_the_end_lead_nowhere_else() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.create_directory(ROOT, "d").ok();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    for (number, way) in ways_out().iter().enumerate() {
        let link = format!("l{number}");
        script.symlink(directory, way, &link).ok();
        for slashes in ["", "/", "//", "/.", "/./"] {
            let path = format!("{link}{slashes}");
            let gone = ErrorCode::NoEntry;
            script.open(directory, &path, plain(), READ).fails(gone);
            script
                .open(directory, &path, OpenFlags::DIRECTORY, READ)
                .fails(gone);
            script.stat(directory, &path, true).fails(gone);
        }
    }
    fixture.run(&script);
    // What can be made by such paths is made inside.
    let mut script = Script::new();
    for (number, _) in ways_out().iter().enumerate() {
        for slashes in ["", "/", "//"] {
            let path = format!("d/l{number}{slashes}");
            script.open(ROOT, &path, CREATE, both()).either();
            script.create_directory(ROOT, &path).either();
            script.unlink(ROOT, &format!("d/l{number}/x")).either();
        }
    }
    script.symlink(ROOT, "/", "top").ok();
    script
        .stat(ROOT, "top/", true)
        .gives_stat(DescriptorType::Directory, 0, 1);
    script
        .stat(ROOT, "top//dev/null", true)
        .gives_stat(DescriptorType::CharacterDevice, 0, 1);
    script
        .stat(ROOT, "top/", false)
        .gives_stat(DescriptorType::Directory, 0, 1);
    script
        .stat(ROOT, "top", false)
        .gives_stat(DescriptorType::SymbolicLink, 1, 1);
    fixture.run(&script);
}

/// GHSA-m9f7-9w4p-gv38: a rename of a link with a slash at the end moved what it led to.
#[test]
fn renaming_links_with_slashes_moves_nothing_outside() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.create_directory(ROOT, "d").ok();
    script.open(ROOT, "d/inside", CREATE, both()).ok();
    script.open(ROOT, "f", CREATE, both()).ok();
    for (number, way) in ways_out().iter().enumerate() {
        let link = format!("l{number}");
        script.symlink(ROOT, way, &link).ok();
        for slashes in ["/", "//", "/."] {
            let path = format!("{link}{slashes}");
            script.rename((ROOT, &path), (ROOT, "taken")).either();
            script.stat(ROOT, "taken", false).fails(ErrorCode::NoEntry);
            script.rename((ROOT, "f"), (ROOT, &path)).either();
            script
                .stat(ROOT, "f", false)
                .gives_stat(DescriptorType::RegularFile, 0, 1);
        }
    }
    script
        .stat(ROOT, "d/inside", true)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    // Of a link that leads to something: it is moved, or what it leads to is, or nothing.
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    script.symlink(ROOT, "d", "to-d").ok();
    script.rename((ROOT, "to-d/"), (ROOT, "moved")).either();
    script.rename((ROOT, "d"), (ROOT, "to-d/")).either();
    script.rename((ROOT, "f"), (ROOT, "to-d/")).either();
    script
        .stat(directory, "inside", true)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    fixture.run(&script);
}

/// GHSA-f2pq-268w-886c: a component that begins with a drive started at that drive on Windows.
#[test]
fn drives_are_names() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    for name in [
        "C:",
        "C:f",
        r"C:\Windows",
        r"\\?\C:\f",
        r"\\server\share",
        r"..\..\f",
        "f:stream",
        "f::$DATA",
    ] {
        script
            .open(ROOT, name, plain(), READ)
            .fails(ErrorCode::NoEntry);
        script.create_directory(ROOT, name).ok();
        let file = script
            .open(ROOT, &format!("{name}/C:f"), CREATE, both())
            .handle();
        script.write(file, name.as_bytes(), 0).ok();
        let file = script
            .open(ROOT, &format!("dev/../{name}/./C:f"), plain(), READ)
            .handle();
        script.read(file, 100, 0).gives(name.as_bytes());
        script
            .open(ROOT, &format!("{name}/C:/f"), plain(), READ)
            .fails(ErrorCode::NoEntry);
    }
    fixture.run(&script);
}

/// CVE-2026-27204, GHSA-852m-cvvp-9p4w: guests made the host allocate without bounds.
#[test]
fn nothing_grows_without_bounds() {
    let fixture = Fixture::with(Usage {
        bytes: 1 << 40,
        nodes: 5000,
    });
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script.set_size(file, 1 << 39).ok();
    for _ in 0..20 {
        script.read(file, u64::MAX, 0).ok();
    }
    script.open_until(1_000_000, ErrorCode::InsufficientMemory);
    fixture.run(&script);
}
