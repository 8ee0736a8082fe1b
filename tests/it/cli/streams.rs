//! The three streams: nothing lost, nothing hoarded, nothing waited for in vain.

use std::io::{BufRead, BufReader, Read, Write};

use super::{command, ended, python, run_with_input, start};

#[test]
fn output_of_any_size_arrives_whole() {
    let ran = python("import sys\nfor i in range(400_000): print(f'{i:0>60}')");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.len(), 400_000 * 61);
    assert!(
        ran.stdout
            .lines()
            .enumerate()
            .all(|(i, line)| line.parse() == Ok(i))
    );
}

#[test]
fn stdout_and_stderr_are_apart() {
    let ran = python("import sys; print('to out'); print('to err', file=sys.stderr)");
    ran.expect(0, "to out\n");
    assert_eq!(ran.stderr, "to err\n");
}

#[test]
fn bytes_are_not_touched() {
    let code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())";
    let input: Vec<u8> = (0..=255u8).cycle().take(1 << 20).collect();
    let mut child = start(command(["python3", "-c", code]));
    let mut stdin = child.stdin.take().unwrap();
    let sent = input.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&sent));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        output.stdout == input,
        "{} of {} bytes",
        output.stdout.len(),
        input.len()
    );
}

#[test]
fn a_conversation_is_not_buffered() {
    let code = "while True:\n  line = input()\n  print('got', line, flush=True)";
    let mut child = start(command(["python3", "-c", code]));
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for word in ["one", "two", "three"] {
        writeln!(stdin, "{word}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("got {word}\n"));
    }
    drop(stdin);
    // The end of input is an EOFError.
    assert_eq!(ended(&mut child), Some(1));
}

#[test]
fn a_program_may_come_from_stdin() {
    run_with_input(["python3"], b"print('from stdin')\n").expect(0, "from stdin\n");
    run_with_input(["python3", "-", "a"], b"import sys; print(sys.argv)").expect(0, "['-', 'a']\n");
}

#[test]
fn input_that_is_not_read_does_not_delay_the_end() {
    // Far more than any pipe holds.
    let ran = run_with_input(["python3", "-c", "print('done')"], &vec![b'x'; 64 << 20]);
    ran.expect(0, "done\n");
}

#[test]
fn open_input_does_not_delay_the_end() {
    let mut child = start(command(["python3", "-c", "print('done')"]));
    let stdin = child.stdin.take().unwrap();
    assert_eq!(ended(&mut child), Some(0));
    drop(stdin);
}

#[test]
fn a_flood_waits_for_its_reader_and_ends_with_it() {
    let code = "import sys\nwhile True: sys.stdout.write('x' * 65536)";
    let mut child = start(command(["python3", "-c", code]));
    let mut stdout = child.stdout.take().unwrap();
    let mut some = vec![0; 1 << 20];
    stdout.read_exact(&mut some).unwrap();
    assert!(some.iter().all(|byte| *byte == b'x'));
    drop(stdout);
    // The next write fails inside the guest, as behind any pipe.
    assert!(ended(&mut child).is_some_and(|code| code != 0));
}

#[test]
fn closed_stdin_is_an_empty_one() {
    run_with_input(
        [
            "python3",
            "-c",
            "print(repr(__import__('sys').stdin.read()))",
        ],
        b"",
    )
    .expect(0, "''\n");
}
