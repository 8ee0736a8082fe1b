//! Files and directories as guests use them.

use super::script::ROOT;
use super::*;

#[test]
fn a_file_is_what_was_written_by_whichever_way() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script.write(file, b"hello world", 0).gives_count(11);
    script.read(file, 5, 6).gives(b"world");
    script.read(file, 5, 11).gives(b"");
    script.write(file, b"!", 14).gives_count(1);
    script.read(file, 1000, 9).gives(b"ld\0\0\0!");
    let output = script.write_stream(file, 6).handle();
    script.push(output, b"there").ok();
    script.push(output, b" all").ok();
    let output = script.append_stream(file).handle();
    script.push(output, b"#").ok();
    let input = script.read_stream(file, 2).handle();
    script.pull(input, 4).gives(b"llo ");
    script.pull(input, 0).gives(b"");
    script.pull(input, 1000).gives(b"there all#");
    script.pull(input, 1).closed();
    script.set_size(file, 3).ok();
    script
        .stat(ROOT, "f", false)
        .gives_stat(DescriptorType::RegularFile, 3, 1);
    fixture.run(&script);

    let mut later = Script::new();
    let file = later.open(ROOT, "f", plain(), READ).handle();
    later.read(file, 10, 0).gives(b"hel");
    fixture.run(&later);
}

#[test]
fn a_descriptor_does_what_it_was_opened_for() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let write_only = script.open(ROOT, "f", CREATE, WRITE).handle();
    script.get_flags(write_only).gives_flags(WRITE);
    script.write(write_only, b"x", 0).gives_count(1);
    script
        .read(write_only, 1, 0)
        .fails(ErrorCode::BadDescriptor);
    script
        .read_stream(write_only, 0)
        .fails(ErrorCode::BadDescriptor);
    let read_only = script.open(ROOT, "f", plain(), READ).handle();
    script.get_flags(read_only).gives_flags(READ);
    script
        .write(read_only, b"y", 0)
        .fails(ErrorCode::BadDescriptor);
    script
        .write_stream(read_only, 0)
        .fails(ErrorCode::BadDescriptor);
    script
        .append_stream(read_only)
        .fails(ErrorCode::BadDescriptor);
    script.set_size(read_only, 0).fails(ErrorCode::Invalid);
    script.read(read_only, 10, 0).gives(b"x");
    // Who asks for nothing may read.
    let neither = script
        .open(ROOT, "f", plain(), DescriptorFlags::empty())
        .handle();
    script.read(neither, 10, 0).gives(b"x");
    script
        .write(neither, b"y", 0)
        .fails(ErrorCode::BadDescriptor);
    // Wishes are remembered, not more.
    let sync = READ | DescriptorFlags::DATA_INTEGRITY_SYNC;
    let synced = script.open(ROOT, "f", plain(), sync).handle();
    script.get_flags(synced).gives_flags(sync);
    script.sync(synced).ok();
    script.advise(synced, 0, 100).ok();
    script.advise(synced, u64::MAX, 1).fails(ErrorCode::Invalid);
    fixture.run(&script);
}

#[test]
fn a_directory_is_no_file() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.create_directory(ROOT, "d").ok();
    script.create_directory(ROOT, "d").fails(ErrorCode::Exist);
    script
        .open(ROOT, "d", plain(), WRITE)
        .fails(ErrorCode::IsDirectory);
    script
        .open(ROOT, "d", CREATE, both())
        .fails(ErrorCode::IsDirectory);
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    script.read(directory, 1, 0).fails(ErrorCode::IsDirectory);
    script
        .read_stream(directory, 0)
        .fails(ErrorCode::IsDirectory);
    script
        .write_stream(directory, 0)
        .fails(ErrorCode::IsDirectory);
    script
        .append_stream(directory)
        .fails(ErrorCode::IsDirectory);
    script
        .advise(directory, 0, 0)
        .fails(ErrorCode::BadDescriptor);
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script.read_directory(file).fails(ErrorCode::NotDirectory);
    script
        .open(file, "x", CREATE, both())
        .fails(ErrorCode::NotDirectory);
    script.stat(file, "x", false).fails(ErrorCode::NotDirectory);
    script
        .create_directory(file, "x")
        .fails(ErrorCode::NotDirectory);
    script
        .open(ROOT, "f", OpenFlags::DIRECTORY, READ)
        .fails(ErrorCode::NotDirectory);
    script.unlink(ROOT, "d").fails(ErrorCode::IsDirectory);
    script
        .remove_directory(ROOT, "f")
        .fails(ErrorCode::NotDirectory);
    fixture.run(&script);
}

/// Programs built with the preview 1 adapter never ask for `mutate-directory`.
#[test]
fn what_is_opened_below_a_directory_may_be_changed() {
    let fixture = Fixture::new();
    let all = READ | DescriptorFlags::MUTATE_DIRECTORY;
    let mut script = Script::new();
    script.get_flags(ROOT).gives_flags(all);
    script.create_directory(ROOT, "d").ok();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    script.get_flags(directory).gives_flags(all);
    let file = script.open(directory, "f", CREATE, both()).handle();
    script.write(file, b"x", 0).gives_count(1);
    script.rename((directory, "f"), (ROOT, "g")).ok();
    script.link((ROOT, "g"), (directory, "h")).ok();
    script
        .stat_open(file)
        .gives_stat(DescriptorType::RegularFile, 1, 2);
    script
        .remove_directory(ROOT, "d")
        .fails(ErrorCode::NotEmpty);
    script.unlink(directory, "h").ok();
    script.symlink(directory, "../g", "s").ok();
    script.read_link(directory, "s").gives(b"../g");
    script
        .stat(directory, "s", true)
        .gives_stat(DescriptorType::RegularFile, 1, 1);
    script
        .stat(directory, "s", false)
        .gives_stat(DescriptorType::SymbolicLink, 4, 1);
    script.unlink(directory, "s").ok();
    script.remove_directory(ROOT, "d").ok();
    script
        .open(directory, "f", CREATE, both())
        .fails(ErrorCode::NoEntry);
    fixture.run(&script);
}

#[test]
fn a_listing_is_of_the_moment_it_was_asked_for() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    script.create_directory(ROOT, "d").ok();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    for name in ["a", "b"] {
        script.open(directory, name, CREATE, both()).ok();
    }
    let listing = script.read_directory(directory).handle();
    script.unlink(directory, "b").ok();
    script.create_directory(directory, "c").ok();
    script.next_entry(listing).gives_name(Some("a"));
    script.next_entry(listing).gives_name(Some("b"));
    script.next_entry(listing).gives_name(None);
    script.next_entry(listing).gives_name(None);
    let listing = script.read_directory(directory).handle();
    script.next_entry(listing).gives_name(Some("a"));
    script.next_entry(listing).gives_name(Some("c"));
    script.next_entry(listing).gives_name(None);
    fixture.run(&script);
}

#[test]
fn an_open_file_outlives_its_name() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script.write(file, b"kept", 0).gives_count(4);
    script.unlink(ROOT, "f").ok();
    script.stat(ROOT, "f", false).fails(ErrorCode::NoEntry);
    script.read(file, 10, 0).gives(b"kept");
    script.write(file, b"!", 4).gives_count(1);
    script
        .stat_open(file)
        .gives_stat(DescriptorType::RegularFile, 5, 0);
    script
        .open(ROOT, "f", CREATE | OpenFlags::EXCLUSIVE, both())
        .ok();
    script
        .open(ROOT, "f", CREATE | OpenFlags::EXCLUSIVE, both())
        .fails(ErrorCode::Exist);
    script
        .stat(ROOT, "f", false)
        .gives_stat(DescriptorType::RegularFile, 0, 1);
    fixture.run(&script);
}

#[test]
fn who_may_only_look_changes_nothing() {
    let fixture = Fixture::new();
    let mut prepare = Script::new();
    let file = prepare.open(ROOT, "f", CREATE, both()).handle();
    prepare.write(file, b"kept", 0).gives_count(4);
    prepare.create_directory(ROOT, "d").ok();
    fixture.run(&prepare);

    let refused = ErrorCode::ReadOnly;
    let mut script = Script::new();
    script.get_flags(ROOT).gives_flags(READ);
    let file = script.open(ROOT, "f", plain(), READ).handle();
    let directory = script.open(ROOT, "d", OpenFlags::DIRECTORY, READ).handle();
    script.get_flags(directory).gives_flags(READ);
    script.read(file, 10, 0).gives(b"kept");
    script.write(file, b"x", 0).fails(ErrorCode::BadDescriptor);
    script.set_size(file, 0).fails(ErrorCode::Invalid);
    script.set_times(file, 1, 1).fails(refused);
    for (base, path) in [(ROOT, "f"), (directory, "../f")] {
        script.open(base, path, plain(), WRITE).fails(refused);
        script.open(base, path, plain(), both()).fails(refused);
        script.open(base, path, CREATE, READ).fails(refused);
        script
            .open(base, path, OpenFlags::TRUNCATE, READ)
            .fails(refused);
        script
            .open(
                base,
                path,
                plain(),
                READ | DescriptorFlags::MUTATE_DIRECTORY,
            )
            .fails(refused);
        script.set_times_at(base, path).fails(refused);
        script.unlink(base, path).fails(refused);
        script.rename((base, path), (ROOT, "g")).fails(refused);
        script.link((base, path), (ROOT, "g")).fails(refused);
    }
    script.create_directory(directory, "x").fails(refused);
    script.symlink(directory, "f", "x").fails(refused);
    script.remove_directory(ROOT, "d").fails(refused);
    script
        .stat(ROOT, "f", true)
        .gives_stat(DescriptorType::RegularFile, 4, 1);
    fixture.look(&script);
}

#[test]
fn times_are_set_or_refused() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let file = script.open(ROOT, "f", CREATE, both()).handle();
    script.set_times(file, 1_000_000_000, 5).ok();
    script
        .set_times(file, 1, 1_000_000_000)
        .fails(ErrorCode::Invalid);
    script
        .set_times(file, 10_000_000_000, 0)
        .fails(ErrorCode::Overflow);
    script.set_times_at(ROOT, "f").ok();
    script.set_times_at(ROOT, "g").fails(ErrorCode::NoEntry);
    fixture.run(&script);
}
