//! What a guest can use up, and that it can go on afterwards.

use super::script::ROOT;
use super::*;

#[test]
fn too_many_open_files_are_an_error_that_closing_mends() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.open_until(5000, ErrorCode::InsufficientMemory);
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script
        .write_stream(file, 0)
        .fails(ErrorCode::InsufficientMemory);
    script
        .read_directory(ROOT)
        .fails(ErrorCode::InsufficientMemory);
    script.write(file, b"x", 0).gives_count(1);
    script.drop_descriptor(file);
    script.read_directory(ROOT).handle();
    fixture.run(&script);
}

#[test]
fn one_read_gives_no_more_than_its_share() {
    let fixture = Fixture::with(Usage {
        bytes: 1 << 40,
        nodes: 10,
    });
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script.set_size(file, 1 << 30).ok();
    let share = vec![0; super::super::MAX_READ];
    script.read(file, u64::MAX, 0).gives(&share);
    let input = script.read_stream(file, 0).handle();
    script.pull(input, u64::MAX).gives(&share);
    script.read(file, 10, u64::MAX).gives(b"");
    script.read_stream(file, u64::MAX).ok();
    fixture.run(&script);
}

#[test]
fn a_full_disk_is_an_error_and_not_the_end_of_a_stream() {
    let fixture = Fixture::with(Usage {
        bytes: 10,
        nodes: 4,
    });
    let full = ErrorCode::InsufficientSpace;
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    let output = script.write_stream(file, 0).handle();
    script.push(output, b"12345678").ok();
    script.push(output, b"9abcdef").fails_inside(full);
    script
        .stat(ROOT, "f", true)
        .gives_stat(DescriptorType::RegularFile, 10, 1);
    script.write(file, b"x", 10).fails(full);
    script.set_size(file, 11).fails(full);
    script.set_size(file, 2).ok();
    script.push(output, b"!").fails_inside(full);
    let output = script.append_stream(file).handle();
    script.push(output, b"again").ok();
    script.read(file, 100, 0).gives(b"12again");
    for name in ["a", "b", "c"] {
        script.create_directory(ROOT, name).ok();
    }
    script.create_directory(ROOT, "d").fails(full);
    script.open(ROOT, "e", CREATE, both()).fails(full);
    script.symlink(ROOT, "f", "s").fails(full);
    script.link((ROOT, "f"), (ROOT, "l")).fails(full);
    script.remove_directory(ROOT, "a").ok();
    script.create_directory(ROOT, "d").ok();
    fixture.run(&script);
}

#[test]
fn offsets_beyond_all_files_are_refused() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    for offset in [u64::MAX, u64::MAX - 1, 1 << 63] {
        script
            .write(file, b"xy", offset)
            .fails(ErrorCode::FileTooLarge);
    }
    script
        .set_size(file, u64::MAX >> 1)
        .fails(ErrorCode::FileTooLarge);
    script
        .stat_open(file)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    fixture.run(&script);
}
