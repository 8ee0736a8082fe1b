//! `less`, `more` and `clear`. There is no terminal to page on: files are copied.

use std::io::{Read, Write};

use crate::os;
use crate::report;
use crate::stream;

pub(crate) fn run(name: &str, arguments: &[String]) -> u8 {
    let mut files: Vec<&str> = Vec::new();
    let mut only_files = false;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--" if !only_files => only_files = true,
            // Those whose value is the next word.
            "-p" | "-P" | "-b" | "-h" | "-j" | "-k" | "-o" | "-O" | "-t" | "-T" | "-x" | "-y"
            | "-z"
                if !only_files && name == "less" =>
            {
                rest.next();
            }
            _ if !only_files && word.len() > 1 && word.starts_with(['-', '+']) => {}
            file => files.push(file),
        }
    }
    let named = !files.is_empty();
    if files.is_empty() {
        if os::is_terminal(0) {
            report::line(&format!("Missing filename (\"{name} --help\" for help)"));
            return 1;
        }
        files.push("-");
    }
    let mut out = stream::stdout();
    let mut code = 0;
    let mut block = vec![0; 1 << 16];
    for path in files {
        let mut input = match stream::open(path) {
            Ok(input) => input,
            Err(error) => {
                let _checked_at_the_end = out.flush();
                match (name, error.kind()) {
                    ("less", std::io::ErrorKind::IsADirectory) => {
                        report::line(&format!("{path} is a directory"));
                    }
                    ("less", _) => report::line(&format!("{path}: {}", report::text(&error))),
                    _ => report::say(
                        name,
                        &format!("cannot open {path}: {}", report::text(&error)),
                    ),
                }
                code = 1;
                continue;
            }
        };
        if name == "more" && named {
            let _checked_at_the_end = write!(out, "::::::::::::::\n{path}\n::::::::::::::\n");
        }
        while let Ok(read @ 1..) = input.read(&mut block) {
            if out.write_all(&block[..read]).is_err() {
                break;
            }
        }
    }
    stream::finish(name, &mut out, code, 1)
}

pub(crate) fn clear(_name: &str, _arguments: &[String]) -> u8 {
    print!("\x1b[H\x1b[2J\x1b[3J");
    0
}
