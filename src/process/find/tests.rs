//! Finding programs.

use std::sync::Arc;

use super::*;
use crate::digest::Digest;
use crate::vfs::{Follow, fixture};

struct Fixture {
    files: fixture::Fixture,
    uploads: Uploads,
}

fn path(text: &str) -> GuestPath {
    GuestPath::parse(text, &GuestPath::root()).unwrap()
}

fn fixture() -> Fixture {
    let programs = ["first", "second"];
    let digests = programs.map(|name| Digest::of(name.as_bytes()));
    let files = fixture::Fixture::with_programs(Arc::new(digests));
    let fixture = Fixture {
        files,
        uploads: Uploads::Refused("not here: use the switch"),
    };
    for name in programs {
        fixture.put(&format!("/usr/bin/{name}"), name.as_bytes(), 0o755);
    }
    let vfs = &fixture.files.vfs;
    for directory in ["/home/agentuity", "/tmp"] {
        vfs.create_dir(&path(directory), true).unwrap();
    }
    vfs.root().symlink("usr/bin", "bin").unwrap();
    // A program is known by what the store has, not by what is only in memory.
    vfs.commit().unwrap();
    fixture
}

impl Fixture {
    fn put(&self, file: &str, contents: &[u8], mode: u16) {
        let vfs = &self.files.vfs;
        vfs.write_file(&path(file), contents).unwrap();
        vfs.root()
            .set_mode_at(file.trim_start_matches('/'), Follow::Yes, mode)
            .unwrap();
    }

    fn find(&self, program: &str, search: Option<&str>) -> Result<Found, Unfit> {
        Search {
            program,
            path: search,
            cwd: &path("/home/agentuity"),
            vfs: &self.files.vfs,
            uploads: self.uploads,
        }
        .find()
    }

    fn unfit(&self, program: &str, search: Option<&str>) -> Unfit {
        self.find(program, search).unwrap_err()
    }
}

#[test]
fn programs_are_found_by_name_path_and_relative_path() {
    let fixture = fixture();
    for (program, search) in [
        ("first", None),
        ("first", Some("/nowhere:/usr/bin")),
        ("first", Some("../../usr/bin")),
        ("/usr/bin/first", Some("/nowhere")),
        ("../../usr/bin/first", None),
        ("/bin/first", None),
    ] {
        let found = fixture.find(program, search).unwrap();
        assert_eq!(found.program.digest, Digest::of(b"first"), "{program}");
        let called = vec!["called".to_owned(), "x".to_owned()];
        assert_eq!(found.argv(called.clone()), called);
    }
}

#[test]
fn what_is_missing_is_not_found() {
    let fixture = fixture();
    for (program, search) in [
        ("third", None),
        ("first", Some("/tmp")),
        ("", None),
        ("/usr/bin/third", None),
        ("./first", None),
        ("first/x", None),
    ] {
        assert_eq!(fixture.unfit(program, search), Unfit::NotFound, "{program}");
    }
}

#[test]
fn what_cannot_be_executed_says_why() {
    let fixture = fixture();
    let words = |text: &str| Unfit::NotExecutable(text.to_owned());
    for (name, contents, expected) in [
        ("text", &b"hello"[..], words("exec format error")),
        ("empty", b"", words("exec format error")),
        ("nothing", b"#!\n", words("exec format error")),
        (
            "lost",
            b"#!/usr/bin/third -x\n",
            words("/usr/bin/third: bad interpreter: No such file or directory"),
        ),
        (
            "prog.wasm",
            b"\0asm\x01\0\0\0",
            words("not here: use the switch"),
        ),
        (
            "itself",
            b"#!/home/agentuity/itself\n",
            words("too many levels of interpreters"),
        ),
    ] {
        let file = format!("/home/agentuity/{name}");
        fixture.put(&file, contents, 0o644);
        let called = format!("./{name}");
        assert_eq!(fixture.unfit(&called, None), Unfit::PermissionDenied);
        fixture.put(&file, contents, 0o755);
        assert_eq!(fixture.unfit(&called, None), expected, "{name}");
    }
    assert_eq!(fixture.unfit("/tmp", None), Unfit::IsDirectory);
    // A later directory wins over an earlier one with something that cannot be executed.
    fixture.put("/tmp/first", b"text", 0o755);
    assert!(fixture.find("first", Some("/tmp:/usr/bin")).is_ok());
    assert_eq!(
        fixture.unfit("first", Some("/tmp")),
        words("exec format error")
    );
    // And a directory of that name is no program at all.
    let directory = path("/tmp/second");
    fixture.files.vfs.create_dir(&directory, false).unwrap();
    assert_eq!(fixture.unfit("second", Some("/tmp")), Unfit::NotFound);
}

#[test]
fn scripts_are_run_by_what_their_first_line_names() {
    let fixture = fixture();
    let home = |name: &str| format!("/home/agentuity/{name}");
    fixture.put(&home("plain"), b"#!/usr/bin/first\nrest", 0o755);
    fixture.put(&home("one"), b"#! /bin/second \t-a  b c \r\n", 0o755);
    fixture.put(&home("two"), b"#!./one -x\n", 0o755);
    let argv = |program: &str, search: Option<&str>| {
        let found = fixture.find(program, search).unwrap();
        let called = [program, "1", "2"].map(str::to_owned).to_vec();
        (found.program.digest, found.argv(called).join(" "))
    };
    let first = Digest::of(b"first");
    let second = Digest::of(b"second");
    assert_eq!(
        argv("./plain", None),
        (first, "/usr/bin/first ./plain 1 2".into())
    );
    assert_eq!(
        argv("plain", Some("/home/agentuity")),
        (first, "/usr/bin/first /home/agentuity/plain 1 2".into())
    );
    assert_eq!(
        argv("./one", None),
        (second, "/bin/second -a  b c ./one 1 2".into())
    );
    assert_eq!(
        argv("./two", None),
        (second, "/bin/second -a  b c ./one -x ./two 1 2".into())
    );
}

#[test]
fn uploaded_webassembly_is_run_where_that_is_allowed() {
    let mut fixture = fixture();
    fixture.uploads = Uploads::Allowed;
    let module = b"\0asm\x01\0\0\0";
    fixture.put("/tmp/a.wasm", module, 0o755);
    let found = fixture.find("/tmp/a.wasm", None).unwrap();
    assert_eq!(found.program.read().unwrap(), module);
    // By its bytes, however they are kept.
    fixture.put("/tmp/b.wasm", module, 0o755);
    let other = fixture.find("/tmp/b.wasm", None).unwrap();
    assert_eq!(found.program.digest, other.program.digest);
    // Not under the name of what is installed.
    assert_ne!(found.program.digest, Digest::of(module));
}
