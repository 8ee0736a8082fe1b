//! `strings`.

use std::io::{Read, Write};

use crate::options::{self, Syntax, Value};
use crate::report;
use crate::stream;

const SYNTAX: Syntax = Syntax {
    short: "adfn:t:ow0123456789",
    long: &[
        ("all", Value::None, "a"),
        ("bytes", Value::Required, "n"),
        ("radix", Value::Required, "t"),
        ("print-file-name", Value::None, "f"),
    ],
    ordered: false,
};

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("strings", &message);
            return 1;
        }
    };
    let mut digits = String::new();
    let (mut least, mut radix, mut named) = (4, None, false);
    for (key, value) in &parsed.options {
        let value = value.as_deref().unwrap_or("");
        match *key {
            "n" => match value.parse() {
                Ok(number) if number > 0 => least = number,
                _ => {
                    report::say("strings", &format!("invalid minimum string length {value}"));
                    return 1;
                }
            },
            "t" => radix = value.chars().next(),
            "o" => radix = Some('o'),
            "f" => named = true,
            digit if digit.as_bytes()[0].is_ascii_digit() => digits.push_str(digit),
            _ => {}
        }
    }
    if let Ok(number) = digits.parse() {
        least = number;
    }
    let mut files = parsed.operands;
    if files.is_empty() {
        files.push("-".into());
    }
    let mut out = stream::stdout();
    let mut code = 0;
    for path in &files {
        let mut input = match stream::open(path) {
            Ok(input) => input,
            Err(error) => {
                let shown = report::text(&error);
                report::say("strings", &format!("'{path}': {shown}"));
                code = 1;
                continue;
            }
        };
        let name = if path == "-" {
            "{standard input}"
        } else {
            path
        };
        let mut found = Vec::new();
        let mut start = 0_u64;
        let mut at = 0_u64;
        let mut end = |found: &mut Vec<u8>, start: u64| {
            if found.len() >= least {
                let mut line = String::new();
                if named {
                    line.push_str(&format!("{name}: "));
                }
                match radix {
                    Some('o') => line.push_str(&format!("{start:7o} ")),
                    Some('x') => line.push_str(&format!("{start:7x} ")),
                    Some(_) => line.push_str(&format!("{start:7} ")),
                    None => {}
                }
                // The end says if something could not be written.
                let _checked = out.write_all(line.as_bytes());
                let _checked = out.write_all(found);
                let _checked = out.write_all(b"\n");
            }
            found.clear();
        };
        let mut block = vec![0; 1 << 16];
        loop {
            let read = match input.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    report::file("strings", path, &error);
                    code = 1;
                    break;
                }
            };
            for byte in &block[..read] {
                if matches!(byte, 32..=126 | b'\t') {
                    if found.is_empty() {
                        start = at;
                    }
                    found.push(*byte);
                } else {
                    end(&mut found, start);
                }
                at += 1;
            }
        }
        end(&mut found, start);
    }
    stream::finish("strings", &mut out, code, 1)
}
