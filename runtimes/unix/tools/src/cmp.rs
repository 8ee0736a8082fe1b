//! `cmp`.

use std::io::{self, Read, Write};

use crate::options::{self, Syntax, Value};
use crate::report;
use crate::stream;

const SYNTAX: Syntax = Syntax {
    short: "bi:ln:sv",
    long: &[
        ("print-bytes", Value::None, "b"),
        ("ignore-initial", Value::Required, "i"),
        ("verbose", Value::None, "l"),
        ("bytes", Value::Required, "n"),
        ("quiet", Value::None, "s"),
        ("silent", Value::None, "s"),
    ],
    ordered: false,
};

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("cmp", &message);
            return 2;
        }
    };
    let operands = &parsed.operands;
    let Some(first) = operands.first() else {
        options::complain("cmp", "missing operand after 'cmp'");
        return 2;
    };
    if let Some(extra) = operands.get(4) {
        options::complain("cmp", &format!("extra operand '{extra}'"));
        return 2;
    }
    let second = operands.get(1).map_or("-", String::as_str);
    let mut skips = [0, 0];
    let mut given: Vec<&str> = operands.iter().skip(2).map(String::as_str).collect();
    if let Some(both) = parsed.value("i") {
        given = both.split(':').collect();
        if given.len() == 1 {
            given.push(given[0]);
        }
    }
    for (skip, text) in skips.iter_mut().zip(given) {
        match number(text) {
            Some(number) => *skip = number,
            None => {
                options::complain("cmp", &format!("invalid --ignore-initial value '{text}'"));
                return 2;
            }
        }
    }
    let mut most = u64::MAX;
    if let Some(text) = parsed.value("n") {
        match number(text) {
            Some(number) => most = number,
            None => {
                options::complain("cmp", &format!("invalid --bytes value '{text}'"));
                return 2;
            }
        }
    }
    let quiet = parsed.has("s");
    let mut sides = Vec::new();
    for (path, skip) in [first.as_str(), second].into_iter().zip(skips) {
        match open(path, skip) {
            Ok(input) => sides.push(input),
            Err(error) => {
                if !quiet || error.kind() != io::ErrorKind::NotFound {
                    report::file("cmp", path, &error);
                }
                return 2;
            }
        }
    }
    let how = How {
        names: [first, second],
        list: parsed.has("l"),
        bytes: parsed.has("b"),
        quiet,
        most,
    };
    let (Some(mut b), Some(mut a)) = (sides.pop(), sides.pop()) else {
        return 2;
    };
    how.compare(&mut a, &mut b).unwrap_or_else(|error| {
        report::say("cmp", &report::text(&error));
        2
    })
}

fn open(path: &str, skip: u64) -> io::Result<stream::Input> {
    let mut input = stream::open(path)?;
    io::copy(&mut (&mut input).take(skip), &mut io::sink())?;
    Ok(input)
}

/// A number of bytes with `k`, `kB`, `M` and so on behind it.
fn number(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" => 1,
        "kB" => 1000,
        "k" | "K" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

struct How<'a> {
    names: [&'a str; 2],
    list: bool,
    bytes: bool,
    quiet: bool,
    most: u64,
}

impl How<'_> {
    fn compare(&self, a: &mut impl io::BufRead, b: &mut impl io::BufRead) -> io::Result<u8> {
        let mut out = stream::stdout();
        // Numbers as wide as the size of the smaller file, where both are known.
        let sizes = self
            .names
            .iter()
            .map(|it| crate::os::stat(it).map_or(u64::MAX, |it| it.size));
        let largest = sizes.min().unwrap_or(u64::MAX).min(self.most);
        let width = if largest == u64::MAX {
            1
        } else {
            largest.to_string().len()
        };
        let (mut at, mut line, mut differs) = (0_u64, 1_u64, false);
        let mut last = b'\n';
        loop {
            let (left, right) = (a.fill_buf()?, b.fill_buf()?);
            let count = left.len().min(right.len());
            let rest = usize::try_from(self.most - at).unwrap_or(usize::MAX);
            if rest == 0 || (left.is_empty() && right.is_empty()) {
                break;
            }
            if count == 0 {
                out.flush()?;
                let name = self.names[usize::from(!left.is_empty())];
                return Ok(self.end_of(name, at, line, last));
            }
            let count = count.min(rest);
            for (x, y) in left[..count].iter().zip(&right[..count]) {
                at += 1;
                if x != y {
                    differs = true;
                    if self.quiet {
                        return Ok(1);
                    }
                    if !self.list {
                        let [first, second] = self.names;
                        write!(out, "{first} {second} differ: byte {at}, line {line}")?;
                        if self.bytes {
                            write!(out, " is {x:3o} {} {y:3o} {}", shown(*x), shown(*y))?;
                        }
                        writeln!(out)?;
                        out.flush()?;
                        return Ok(1);
                    }
                    if self.bytes {
                        writeln!(
                            out,
                            "{at:>width$} {x:3o} {:<4} {y:3o} {}",
                            shown(*x),
                            shown(*y)
                        )?;
                    } else {
                        writeln!(out, "{at:>width$} {x:3o} {y:3o}")?;
                    }
                }
                line += u64::from(*x == b'\n');
                last = *x;
            }
            a.consume(count);
            b.consume(count);
        }
        out.flush()?;
        Ok(u8::from(differs))
    }

    fn end_of(&self, name: &str, at: u64, line: u64, last: u8) -> u8 {
        if self.quiet {
            return 1;
        }
        let message = if at == 0 {
            format!("EOF on {name} which is empty")
        } else if self.list {
            format!("EOF on {name} after byte {at}")
        } else if last == b'\n' {
            format!("EOF on {name} after byte {at}, line {}", line - 1)
        } else {
            format!("EOF on {name} after byte {at}, in line {line}")
        };
        report::say("cmp", &message);
        1
    }
}

/// A byte as `cat -v` shows it.
fn shown(byte: u8) -> String {
    match byte {
        128.. => format!("M-{}", shown(byte - 128)),
        127 => "^?".into(),
        0..32 => format!("^{}", char::from(byte + 64)),
        _ => char::from(byte).to_string(),
    }
}
