//! Ctrl-C and SIGTERM: the first is the program's, the second ends it.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{PATIENCE, Ran, command, ended, start};
use crate::support::{belljar, data_dir};

/// Starts Python code that says `ready` when it is.
fn ready(code: &str) -> Child {
    let mut child = start(command(["python3", "-c", code]));
    let mut line = String::new();
    // Unbuffered reading: what follows stays in the pipe for `wait_with_output`.
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, stdout)
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ready\n");
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn ctrl_c_is_a_keyboard_interrupt() {
    for work in [
        "while True: pass",
        "import time; time.sleep(600)",
        "input()",
    ] {
        let child = ready(&format!("print('ready', flush=True)\n{work}"));
        send("-INT", &child);
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(130), "{work}: {ran:#?}");
        assert!(ran.stderr.contains("KeyboardInterrupt"), "{work}: {ran:#?}");
    }
}

#[test]
fn a_program_may_handle_ctrl_c() {
    let code = "print('ready', flush=True)\n\
                try:\n  while True: pass\n\
                except KeyboardInterrupt:\n  print('handled')";
    let child = ready(code);
    send("-INT", &child);
    Ran::from(child.wait_with_output().unwrap()).expect(0, "handled\n");
}

#[test]
fn a_second_ctrl_c_ends_what_ignores_the_first() {
    let code = "import signal\n\
                signal.signal(signal.SIGINT, lambda *_: print('ignored', flush=True))\n\
                print('ready', flush=True)\n\
                while True: pass";
    let mut child = ready(code);
    send("-INT", &child);
    let mut line = String::new();
    BufReader::with_capacity(1, child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ignored\n");
    assert!(child.try_wait().unwrap().is_none());
    send("-INT", &child);
    assert_eq!(ended(&mut child), Some(130));
}

#[test]
fn termination_is_exit_code_143() {
    let mut child = ready("print('ready', flush=True)\nwhile True: pass");
    send("-TERM", &child);
    assert_eq!(ended(&mut child), Some(143));
}

#[test]
fn an_interrupt_before_the_program_has_started_ends_the_command() {
    let mut child = start(command(["python3", "-c", "input()"]));
    std::thread::sleep(Duration::from_millis(30));
    send("-INT", &child);
    // Depending on who was there first it is the command or the program that ends.
    let code = ended(&mut child);
    assert!(code == Some(130) || code.is_none(), "{code:?}");
}

/// A server that gives the first half of an archive with one file, and no more.
fn give_half(mut to: TcpStream) {
    let mut head = String::new();
    let mut from = BufReader::new(to.try_clone().unwrap());
    while !head.ends_with("\r\n\r\n") {
        from.read_line(&mut head).unwrap();
    }
    if !head.contains("/fs/download/") {
        let answer = "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        to.write_all(answer.as_bytes()).unwrap();
        return;
    }
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::none(),
    ));
    let content = vec![b'x'; 1 << 20];
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    archive
        .append_data(&mut header, "file", content.as_slice())
        .unwrap();
    let archive = archive.into_inner().unwrap().finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        archive.len()
    );
    to.write_all(head.as_bytes()).unwrap();
    to.write_all(&archive[..archive.len() / 2]).unwrap();
    // Until the other side is gone.
    drop(from.read_line(&mut String::new()));
}

#[test]
fn an_interrupted_copy_leaves_nothing_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let connection = connection.unwrap();
            std::thread::spawn(move || give_half(connection));
        }
    });
    let folder = data_dir();
    let to = folder.path().join("file");
    std::fs::write(&to, "before").unwrap();
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    let mut copy = belljar();
    copy.args(["cp", "--url", &url, "sbx_1:file"]).arg(&to);
    let mut child = start(copy);
    let deadline = Instant::now() + PATIENCE;
    while files() < 2 {
        assert!(child.try_wait().unwrap().is_none() && Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
    send("-INT", &child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.expect(130, "");
    assert_eq!(ran.stderr, "belljar: interrupted\n");
    assert_eq!(
        (files(), std::fs::read(&to).unwrap()),
        (1, b"before".to_vec())
    );
}
