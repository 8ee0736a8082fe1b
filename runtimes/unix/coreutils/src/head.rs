//! `head`.

use std::collections::VecDeque;
use std::io;

use belljar_sys::posix::{self, S_IFMT, S_IFREG};

use crate::numbers;
use crate::options::{Exit, Outcome, TOOL, Tool, flag, value};
use crate::quoting::{always, locale};
use crate::report::{self, say};
use crate::streams::{Input, Output, put};

const HEAD: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "Print the first 10 lines of each FILE to standard output.",
    options: &[
        value("c", "bytes", "[-]NUM", "print the first NUM bytes; with '-', all but the last NUM"),
        value("n", "lines", "[-]NUM", "print the first NUM lines; with '-', all but the last NUM"),
        flag("q", "quiet", "never print headers giving file names"),
        flag("", "silent", "the same as --quiet"),
        flag("v", "verbose", "always print headers giving file names"),
        flag("z", "zero-terminated", "line delimiter is NUL, not newline"),
    ],
    ..TOOL
};

struct Amount {
    bytes: bool,
    /// All but the last so many.
    all_but: bool,
    count: u64,
    end: u8,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let args = obsolete(args);
    let line = HEAD.parse(&args)?;
    let mut amount = Amount {
        bytes: false,
        all_but: false,
        count: 10,
        end: if line.has("zero-terminated") { 0 } else { b'\n' },
    };
    for (key, given) in &line.options {
        let Some(given) = given else { continue };
        amount.bytes = *key == "bytes";
        amount.all_but = given.starts_with('-');
        let digits = given.strip_prefix('-').unwrap_or(given);
        amount.count = count(digits, if amount.bytes { "bytes" } else { "lines" }, given)?;
    }
    let mut paths = line.operands.clone();
    if paths.is_empty() {
        paths.push("-".to_owned());
    }
    let headers = match line.last_of(&["quiet", "silent", "verbose"]) {
        Some("verbose") => true,
        Some(_) => false,
        None => paths.len() > 1,
    };
    let mut out = Output::new();
    let mut code = 0;
    let mut first = true;
    for path in &paths {
        let input = match Input::open(path) {
            Ok(input) => input,
            Err(error) => {
                out.flush()?;
                report::failure(format_args!("cannot open {} for reading", always(path)), &error);
                code = 1;
                continue;
            }
        };
        if headers {
            let blank = if first { "" } else { "\n" };
            let shown = if path == "-" { "standard input" } else { path };
            put!(out, "{blank}==> {shown} <==\n")?;
        }
        first = false;
        if let Err(error) = show(&input, path, &amount, &mut out)? {
            out.flush()?;
            report::failure(format_args!("error reading {}", always(path)), &error);
            code = 1;
        }
    }
    out.flush()?;
    Ok(code)
}

/// `-5`, `-5c`, `-20lq`: the old way to give a number.
fn obsolete(args: &[String]) -> Vec<String> {
    let mut args = args.to_vec();
    let Some(old) = args.get(1).and_then(|arg| arg.strip_prefix('-')) else {
        return args;
    };
    let end = old.find(|c: char| !c.is_ascii_digit()).unwrap_or(old.len());
    let (digits, letters) = old.split_at(end);
    if digits.is_empty() || !letters.chars().all(|letter| "bcklmqvz".contains(letter)) {
        return args;
    }
    let unit = letters.chars().rfind(|letter| "bkm".contains(*letter)).map(String::from);
    let bytes = unit.is_some() || letters.contains('c');
    let mut new = vec![
        if bytes { "-c" } else { "-n" }.to_owned(),
        format!("{digits}{}", unit.unwrap_or_default()),
    ];
    for letter in letters.chars().filter(|letter| "qvz".contains(*letter)) {
        new.push(format!("-{letter}"));
    }
    args.splice(1..2, new);
    args
}

/// Reads a number of bytes or lines.
pub(crate) fn count(digits: &str, what: &str, given: &str) -> Result<u64, Exit> {
    // `head -n K` means nothing, as a number has to begin it.
    let number = digits.strip_prefix('+').unwrap_or(digits);
    let size = if number.starts_with(|c: char| c.is_ascii_digit()) {
        numbers::size(number)
    } else {
        Err(numbers::BadSize::Invalid)
    };
    match size {
        Ok(size) => Ok(size),
        Err(numbers::BadSize::TooLarge) => Ok(u64::MAX),
        Err(numbers::BadSize::Invalid) => {
            let shown = given.strip_prefix('-').unwrap_or(given);
            say!("invalid number of {what}: {}", locale(shown));
            Err(Exit(1))
        }
    }
}

fn show(
    input: &Input,
    path: &str,
    amount: &Amount,
    out: &mut Output,
) -> Result<io::Result<()>, Exit> {
    if amount.all_but {
        return if amount.bytes {
            all_but_bytes(input, amount, out)
        } else {
            all_but_lines(input, amount, out)
        };
    }
    let mut left = amount.count;
    // What is left of a file that others share has to stay unread.
    let seekable = path == "-" && is_file_input();
    while left > 0 {
        let most = if amount.bytes {
            usize::try_from(left).unwrap_or(usize::MAX).min(crate::streams::PIECE)
        } else {
            crate::streams::PIECE
        };
        let piece = if seekable && !amount.bytes {
            input.description().read_until(amount.end, most)
        } else {
            input.at_most(most)
        };
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(error)),
        };
        if piece.is_empty() {
            break;
        }
        if amount.bytes {
            out.put(&piece)?;
            left -= piece.len() as u64;
            continue;
        }
        let mut used = piece.len();
        for at in memchr::memchr_iter(amount.end, &piece) {
            left -= 1;
            if left == 0 {
                used = at + 1;
                break;
            }
        }
        out.put(&piece[..used])?;
    }
    Ok(Ok(()))
}

fn is_file_input() -> bool {
    posix::stat("/dev/stdin").is_ok_and(|found| found.mode & S_IFMT == S_IFREG)
}

fn all_but_bytes(
    input: &Input,
    amount: &Amount,
    out: &mut Output,
) -> Result<io::Result<()>, Exit> {
    let kept = usize::try_from(amount.count).unwrap_or(usize::MAX);
    let mut held: Vec<u8> = Vec::new();
    loop {
        let piece = match input.piece() {
            Ok(piece) => piece,
            Err(error) => return Ok(Err(error)),
        };
        if piece.is_empty() {
            return Ok(Ok(()));
        }
        held.extend_from_slice(&piece);
        if held.len() > kept {
            let free = held.len() - kept;
            out.put(&held[..free])?;
            held.drain(..free);
        }
    }
}

fn all_but_lines(
    input: &Input,
    amount: &Amount,
    out: &mut Output,
) -> Result<io::Result<()>, Exit> {
    let kept = usize::try_from(amount.count).unwrap_or(usize::MAX);
    let mut held: Vec<u8> = Vec::new();
    // Where lines end, counted from the beginning of the input, and how much of it is gone.
    let mut ends: VecDeque<usize> = VecDeque::new();
    let mut gone = 0;
    loop {
        let piece = match input.piece() {
            Ok(piece) => piece,
            Err(error) => return Ok(Err(error)),
        };
        let start = gone + held.len();
        ends.extend(memchr::memchr_iter(amount.end, &piece).map(|at| start + at + 1));
        held.extend_from_slice(&piece);
        let last = piece.is_empty();
        if last && held.last().is_some_and(|byte| *byte != amount.end) {
            // A last line without its end is a line.
            ends.push_back(start);
        }
        if ends.len() > kept {
            let free = ends.len() - kept;
            let cut = ends.drain(..free).next_back().unwrap_or(gone) - gone;
            out.put(&held[..cut])?;
            held.drain(..cut);
            gone += cut;
        }
        if last {
            return Ok(Ok(()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_numbers_become_options() {
        let new = |arg: &str| {
            let args = ["head".to_owned(), arg.to_owned(), "f".to_owned()];
            obsolete(&args).split_off(1).join(" ")
        };
        assert_eq!(new("-5"), "-n 5 f");
        assert_eq!(new("-5c"), "-c 5 f");
        assert_eq!(new("-2kq"), "-c 2k -q f");
        assert_eq!(new("-n5"), "-n5 f");
    }
}
