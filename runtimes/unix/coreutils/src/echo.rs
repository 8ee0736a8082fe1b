//! `echo`, and the escapes that it shares with `printf`.

use crate::options::Outcome;
use crate::streams::Output;

pub(crate) fn main(args: &[String]) -> Outcome {
    let mut words = args.get(1..).unwrap_or_default();
    let mut newline = true;
    let mut escapes = false;
    if let [only] = words {
        if only == "--help" {
            crate::report::output(
                "Usage: echo [SHORT-OPTION]... [STRING]...\n\
                 Echo the STRING(s) to standard output.\n\n  \
                 -n     do not output the trailing newline\n  \
                 -e     enable interpretation of backslash escapes\n  \
                 -E     disable interpretation of backslash escapes (default)\n",
            );
            return Ok(0);
        }
        if only == "--version" {
            crate::report::output(concat!(
                "echo (Belljar coreutils) ",
                env!("CARGO_PKG_VERSION"),
                "\n"
            ));
            return Ok(0);
        }
    }
    while let [first, rest @ ..] = words
        && let Some(letters) = first.strip_prefix('-')
        && !letters.is_empty()
        && letters.bytes().all(|letter| b"neE".contains(&letter))
    {
        for letter in letters.bytes() {
            match letter {
                b'n' => newline = false,
                letter => escapes = letter == b'e',
            }
        }
        words = rest;
    }
    let mut text = words.join(" ").into_bytes();
    if escapes {
        let (bytes, stopped) = unescape(&text, Zero::Needed);
        text = bytes;
        newline &= !stopped;
    }
    if newline {
        text.push(b'\n');
    }
    let mut out = Output::new();
    out.put(&text)?;
    out.flush()?;
    Ok(0)
}

/// How octal escapes look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zero {
    /// `\0NNN`
    Needed,
    /// `\0NNN` or `\NNN`
    Optional,
}

/// Replaces escapes; tells whether there was a `\c`, which ends all output.
pub(crate) fn unescape(text: &[u8], zero: Zero) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&letter) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match letter {
            b'\\' => out.push(b'\\'),
            b'"' if zero == Zero::Optional => out.push(b'"'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'c' => return (out, true),
            b'e' => out.push(27),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'x' => match number(text, &mut at, 16, 2) {
                Some(value) => out.push(value),
                None => out.extend(b"\\x"),
            },
            b'0' => out.push(number(text, &mut at, 8, 3).unwrap_or(0)),
            b'1'..=b'7' if zero == Zero::Optional => {
                at -= 1;
                out.push(number(text, &mut at, 8, 3).unwrap_or(0));
            }
            other => out.extend([b'\\', other]),
        }
    }
    (out, false)
}

/// At most `most` digits.
pub(crate) fn number(text: &[u8], at: &mut usize, base: u32, most: usize) -> Option<u8> {
    let mut value = None;
    for _ in 0..most {
        let Some(digit) = text.get(*at).and_then(|&byte| (byte as char).to_digit(base)) else {
            break;
        };
        value = Some(value.unwrap_or(0) * base + digit);
        *at += 1;
    }
    // As in C, what is too much for a byte is cut.
    value.map(|value| value.to_le_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_bytes() {
        let cases: [(&[u8], &[u8], bool); 6] = [
            (b"a\\tb\\n", b"a\tb\n", false),
            (b"x\\cy", b"x", true),
            (b"\\0101\\x41\\xZ", b"AA\\xZ", false),
            (b"\\q\\\\", b"\\q\\", false),
            (b"\\", b"\\", false),
            (b"\\0777", b"\xff", false),
        ];
        for (text, bytes, stopped) in cases {
            assert_eq!(unescape(text, Zero::Needed), (bytes.to_vec(), stopped));
        }
        assert_eq!(unescape(b"\\101", Zero::Optional).0, b"A");
        assert_eq!(unescape(b"\\101", Zero::Needed).0, b"\\101");
    }
}
