//! Paths that are hard to get right.

use super::script::ROOT;
use super::*;

#[test]
fn names_and_paths_have_a_longest() {
    let fixture = Fixture::new();
    let long = ErrorCode::NameTooLong;
    let mut script = Script::new();
    script.open(ROOT, &"n".repeat(255), CREATE, both()).ok();
    script
        .open(ROOT, &"n".repeat(256), CREATE, both())
        .fails(long);
    script.create_directory(ROOT, &"é".repeat(128)).fails(long);
    script.stat(ROOT, &"./".repeat(3000), true).fails(long);
    script.symlink(ROOT, &"t".repeat(5000), "s").fails(long);
    fixture.run(&script);
}

#[test]
fn nothing_is_above_the_root() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.create_directory(ROOT, "d").ok();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    script.open(ROOT, "f", CREATE, both()).ok();
    // As in POSIX, the root is its own parent.
    script
        .stat(ROOT, "../../../f", true)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    script
        .stat(directory, "../../../f", true)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    for path in ["/", "/f", "//f", "/etc/passwd"] {
        script.stat(ROOT, path, true).fails(ErrorCode::NotPermitted);
        script
            .open(ROOT, path, CREATE, both())
            .fails(ErrorCode::NotPermitted);
        script
            .create_directory(directory, path)
            .fails(ErrorCode::NotPermitted);
        script.unlink(ROOT, path).fails(ErrorCode::NotPermitted);
        script
            .rename((ROOT, "f"), (ROOT, path))
            .fails(ErrorCode::NotPermitted);
        script
            .rename((ROOT, path), (ROOT, "g"))
            .fails(ErrorCode::NotPermitted);
        script
            .link((ROOT, "f"), (ROOT, path))
            .fails(ErrorCode::NotPermitted);
    }
    // A link starts at the guest's root.
    script.symlink(ROOT, "/f", "l").ok();
    script.read_link(ROOT, "l").gives(b"/f");
    script
        .stat(ROOT, "l", true)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    script.symlink(ROOT, "/etc/passwd", "p").ok();
    script
        .open(ROOT, "p", plain(), READ)
        .fails(ErrorCode::NoEntry);
    fixture.run(&script);
}

#[test]
fn what_cannot_be_a_name_is_refused() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script
        .open(ROOT, "", CREATE, both())
        .fails(ErrorCode::NoEntry);
    script.stat(ROOT, "", true).fails(ErrorCode::NoEntry);
    for path in ["a\0b", "\0", "dev/\0"] {
        script
            .open(ROOT, path, CREATE, both())
            .fails(ErrorCode::Invalid);
        script.stat(ROOT, path, true).fails(ErrorCode::Invalid);
        script
            .create_directory(ROOT, path)
            .fails(ErrorCode::Invalid);
    }
    fixture.run(&script);
}

#[test]
fn links_that_lead_to_themselves_end() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.symlink(ROOT, "b", "a").ok();
    script.symlink(ROOT, "a", "b").ok();
    script.symlink(ROOT, "self/x", "self").ok();
    for path in ["a", "a/x", "self", "self/y"] {
        script
            .open(ROOT, path, plain(), READ)
            .fails(ErrorCode::Loop);
        script.stat(ROOT, path, true).fails(ErrorCode::Loop);
        script
            .open(ROOT, path, CREATE, both())
            .fails(ErrorCode::Loop);
    }
    script
        .open_itself(ROOT, "a", plain(), READ)
        .fails(ErrorCode::Loop);
    script
        .stat(ROOT, "a", false)
        .gives_stat(DescriptorType::SymbolicLink, 1, 1);
    fixture.run(&script);
}
