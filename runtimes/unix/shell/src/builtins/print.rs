//! `echo`.

use crate::execute::simple::Expanded;
use crate::state::{Run, Shell};
use crate::text;

pub fn echo(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut newline = true;
    let mut escapes = shell.state.shopt.xpg_echo;
    let mut arguments = &expanded.argv[1..];
    while let Some((first, rest)) = arguments.split_first() {
        let Some(letters) = first
            .strip_prefix('-')
            .filter(|letters| !letters.is_empty())
        else {
            break;
        };
        if !letters.chars().all(|c| matches!(c, 'n' | 'e' | 'E')) {
            break;
        }
        for letter in letters.chars() {
            match letter {
                'n' => newline = false,
                'e' => escapes = true,
                _ => escapes = false,
            }
        }
        arguments = rest;
    }
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            shell.output.push(b' ');
        }
        if escapes {
            let mut out = std::mem::take(&mut shell.output);
            let stop = unescape(argument, Escapes::Echo, &mut out);
            shell.output = out;
            if stop {
                return Ok(0);
            }
        } else {
            shell.print(argument);
        }
    }
    if newline {
        shell.output.push(b'\n');
    }
    Ok(0)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// `\0123`, and `\c` ends the output.
    Echo,
    /// In a format: `\123`.
    Format,
    /// `%b`: both.
    Argument,
}

/// Writes text with its backslash sequences replaced; whether `\c` has ended the output.
pub fn unescape(value: &str, kind: Escapes, out: &mut Vec<u8>) -> bool {
    let mut chars = value.chars().peekable();
    let mut buffer = [0; 4];
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(&text::encode(c.encode_utf8(&mut buffer)));
            continue;
        }
        let Some(next) = chars.next() else {
            out.push(b'\\');
            break;
        };
        let mut digits = |radix: u32, max: usize, first: u32| {
            let mut value = first;
            let mut count = 0;
            while count < max
                && let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix))
            {
                value = value.wrapping_mul(radix).wrapping_add(digit);
                chars.next();
                count += 1;
            }
            (value, count)
        };
        match next {
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' => out.push(b'\\'),
            '"' | '\'' | '?' if kind == Escapes::Format => out.push(next as u8),
            'c' if kind != Escapes::Format => return true,
            '0' if kind != Escapes::Format => out.push((digits(8, 3, 0).0 & 0xFF) as u8),
            '0'..='7' if kind != Escapes::Echo => {
                let first = next.to_digit(8).unwrap_or(0);
                out.push((digits(8, 2, first).0 & 0xFF) as u8);
            }
            'x' => match digits(16, 2, 0) {
                (_, 0) => out.extend_from_slice(b"\\x"),
                (value, _) => out.push((value & 0xFF) as u8),
            },
            'u' | 'U' => match digits(16, if next == 'u' { 4 } else { 8 }, 0) {
                (_, 0) => out.extend_from_slice(&[b'\\', next as u8]),
                (value, _) => {
                    let c = char::from_u32(value).unwrap_or('\u{FFFD}');
                    out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                }
            },
            other => {
                out.push(b'\\');
                out.extend_from_slice(&text::encode(other.encode_utf8(&mut buffer)));
            }
        }
    }
    false
}
