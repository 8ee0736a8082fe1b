//! `/dev`.

use super::script::ROOT;
use super::*;

#[test]
fn null_and_zero_are_what_they_are_called() {
    let fixture = Fixture::new();
    let mut script = Script::new();
    let null = script.open(ROOT, "dev/null", plain(), both()).handle();
    script
        .stat_open(null)
        .gives_stat(DescriptorType::CharacterDevice, 0, 1);
    script.write(null, b"gone", 0).gives_count(4);
    script.read(null, 10, 0).gives(b"");
    let input = script.read_stream(null, 0).handle();
    script.pull(input, 10).closed();
    let output = script.write_stream(null, 0).handle();
    script.push(output, b"gone").ok();
    let zero = script.open(ROOT, "dev/zero", plain(), both()).handle();
    script.read(zero, 3, 1 << 40).gives(&[0; 3]);
    let input = script.read_stream(zero, 0).handle();
    script.pull(input, 5).gives(&[0; 5]);
    let random = script.open(ROOT, "dev/random", plain(), READ).handle();
    script.read(random, 100, 0).ok();
    script.advise(random, 0, 0).fails(ErrorCode::InvalidSeek);
    script
        .open(ROOT, "dev/null/", plain(), READ)
        .fails(ErrorCode::NotDirectory);
    fixture.run(&script);
}

#[test]
fn standard_streams_are_the_processs_own() {
    let mut fixture = Fixture::new();
    fixture.stdin = Bytes::from_static(b"typed");
    let mut script = Script::new();
    let stdin = script.open(ROOT, "dev/stdin", plain(), READ).handle();
    script
        .stat_open(stdin)
        .gives_stat(DescriptorType::CharacterDevice, 0, 1);
    let input = script.read_stream(stdin, 0).handle();
    script.pull(input, 2).gives(b"ty");
    // All streams of it share one position.
    let again = script.read_stream(stdin, 0).handle();
    script.pull(again, 100).gives(b"ped");
    script.pull(input, 1).closed();
    script.read(stdin, 1, 0).fails(ErrorCode::InvalidSeek);
    script.write(stdin, b"x", 0).fails(ErrorCode::InvalidSeek);
    let stdin = script.open(ROOT, "dev/stdin", plain(), both()).handle();
    script
        .write_stream(stdin, 0)
        .fails(ErrorCode::BadDescriptor);
    let stdout = script.open(ROOT, "dev/stdout", plain(), both()).handle();
    let output = script.write_stream(stdout, 0).handle();
    script.push(output, b"said ").ok();
    let output = script.append_stream(stdout).handle();
    script.push(output, b"twice").ok();
    script
        .read_stream(stdout, 0)
        .fails(ErrorCode::BadDescriptor);
    script.write(stdout, b"x", 0).fails(ErrorCode::InvalidSeek);
    let stderr = script.open(ROOT, "dev/stderr", plain(), WRITE).handle();
    let output = script.write_stream(stderr, 0).handle();
    script.push(output, b"dropped").ok();
    assert_eq!(fixture.run(&script), b"said twice");
}
