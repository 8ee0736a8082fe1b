//! `wc`.

use std::io;

use belljar_sys::posix::{self, S_IFMT, S_IFREG};
use unicode_width::UnicodeWidthChar;

use crate::options::{Outcome, TOOL, Tool, choose, flag, value};
use crate::quoting::{always, if_needed};
use crate::report;
use crate::streams::{Input, Output, absolute, put};

const WC: Tool = Tool {
    usage: &["[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"],
    about: "Print newline, word, and byte counts for each FILE.",
    options: &[
        flag("c", "bytes", "print the byte counts"),
        flag("m", "chars", "print the character counts"),
        flag("l", "lines", "print the newline counts"),
        value("", "files0-from", "F", "read names from file F, terminated by NUL characters"),
        flag("L", "max-line-length", "print the maximum display width"),
        flag("w", "words", "print the word counts"),
        value("", "total", "WHEN", "when to print a line with total counts"),
    ],
    ..TOOL
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    lines: u64,
    words: u64,
    chars: u64,
    bytes: u64,
    longest: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    lines: bool,
    words: bool,
    chars: bool,
    bytes: bool,
    longest: bool,
}

impl Wanted {
    fn numbers(self, counts: &Counts) -> Vec<u64> {
        let all = [
            (self.lines, counts.lines),
            (self.words, counts.words),
            (self.chars, counts.chars),
            (self.bytes, counts.bytes),
            (self.longest, counts.longest),
        ];
        all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, count)| count).collect()
    }
}

/// What has to be known between two pieces of a file.
#[derive(Debug, Default)]
struct State {
    counts: Counts,
    in_word: bool,
    column: u64,
    /// The beginning of a character whose rest is in the next piece.
    partial: Vec<u8>,
}

impl State {
    fn simple(&mut self, piece: &[u8], wanted: Wanted) {
        self.counts.bytes += piece.len() as u64;
        if wanted.lines {
            self.counts.lines += memchr::memchr_iter(b'\n', piece).count() as u64;
        }
    }

    fn full(&mut self, piece: &[u8]) {
        self.counts.bytes += piece.len() as u64;
        let joined;
        let mut rest = if self.partial.is_empty() {
            piece
        } else {
            let mut bytes = std::mem::take(&mut self.partial);
            bytes.extend_from_slice(piece);
            joined = bytes;
            &joined
        };
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.text(text);
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    if let Ok(text) = std::str::from_utf8(good) {
                        self.text(text);
                    }
                    let Some(length) = error.error_len() else {
                        self.partial = bad.to_vec();
                        return;
                    };
                    // Bytes that are no characters count as nothing else.
                    rest = &bad[length..];
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let mut in_word = self.in_word;
        let counts = &mut self.counts;
        for c in text.chars() {
            counts.chars += 1;
            match c {
                '\n' => {
                    counts.lines += 1;
                    counts.longest = counts.longest.max(self.column);
                    self.column = 0;
                    in_word = false;
                }
                '\r' | '\u{c}' => {
                    counts.longest = counts.longest.max(self.column);
                    self.column = 0;
                    in_word = false;
                }
                '\t' => {
                    self.column += 8 - self.column % 8;
                    in_word = false;
                }
                ' ' => {
                    self.column += 1;
                    in_word = false;
                }
                '\u{b}' => in_word = false,
                '!'..='~' => {
                    self.column += 1;
                    counts.words += u64::from(!in_word);
                    in_word = true;
                }
                _ => {
                    self.column += c.width().unwrap_or(0) as u64;
                    if c.is_whitespace() {
                        in_word = false;
                    } else if !c.is_control() {
                        counts.words += u64::from(!in_word);
                        in_word = true;
                    }
                }
            }
        }
        self.in_word = in_word;
    }

    fn finish(mut self) -> Counts {
        self.counts.longest = self.counts.longest.max(self.column);
        self.counts
    }
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = WC.parse(args)?;
    let mut wanted = Wanted {
        lines: line.has("lines"),
        words: line.has("words"),
        chars: line.has("chars"),
        bytes: line.has("bytes"),
        longest: line.has("max-line-length"),
    };
    if line.options.iter().all(|(key, _)| matches!(*key, "files0-from" | "total")) {
        wanted.lines = true;
        wanted.words = true;
        wanted.bytes = true;
    }
    let when = match line.value("total") {
        Some(given) => choose(&WC, "--total", given, &["auto", "always", "only", "never"])?,
        None => "auto",
    };
    let mut paths = line.operands.clone();
    let implicit = paths.is_empty() && !line.has("files0-from");
    let mut code = 0;
    if let Some(list) = line.value("files0-from") {
        if let Some(extra) = paths.first() {
            let extra = always(extra);
            return Err(WC.wrong(&format!(
                "extra operand {extra}\nfile operands cannot be combined with --files0-from"
            )));
        }
        let names = Input::open(list).and_then(|input| input.everything());
        match names {
            Ok(names) => {
                for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
                    paths.push(String::from_utf8_lossy(name).into_owned());
                }
            }
            Err(error) => {
                report::failure(format_args!("cannot open {} for reading", always(list)), &error);
                return Ok(1);
            }
        }
    }
    if implicit {
        paths.push("-".to_owned());
    }
    // Of names that arrive one by one, nothing is known before.
    let arriving = line.value("files0-from").is_some_and(|list| {
        let found = posix::stat(&absolute(list));
        list == "-" || found.is_ok_and(|found| found.mode & S_IFMT != S_IFREG)
    });
    let width = if when == "only" || arriving { 1 } else { width(&paths, wanted) };
    let mut out = Output::new();
    let mut total = Counts::default();
    for path in &paths {
        let counted = count(path, wanted);
        let (counts, error) = match counted {
            Ok(result) => result,
            Err(error) => {
                out.flush()?;
                report::failure(if_needed(path), &error);
                code = 1;
                continue;
            }
        };
        if let Some(error) = error {
            out.flush()?;
            report::failure(if_needed(path), &error);
            code = 1;
        }
        total.lines += counts.lines;
        total.words += counts.words;
        total.chars += counts.chars;
        total.bytes += counts.bytes;
        total.longest = total.longest.max(counts.longest);
        if when != "only" {
            let name = if implicit { None } else { Some(if_needed_newline(path)) };
            show(&mut out, &wanted.numbers(&counts), width, name.as_deref())?;
        }
    }
    let shown = match when {
        "auto" => paths.len() > 1,
        "never" => false,
        _ => true,
    };
    if shown {
        let name = (when != "only").then_some("total");
        show(&mut out, &wanted.numbers(&total), width, name)?;
    }
    out.flush()?;
    Ok(code)
}

/// A name is shown as it is unless it would look like two lines.
fn if_needed_newline(path: &str) -> String {
    if path.contains('\n') { if_needed(path) } else { path.to_owned() }
}

fn show(
    out: &mut Output,
    numbers: &[u64],
    width: usize,
    name: Option<&str>,
) -> Result<(), crate::options::Exit> {
    let numbers: Vec<_> = numbers.iter().map(|number| format!("{number:width$}")).collect();
    let name = name.map_or(String::new(), |name| format!(" {name}"));
    put!(out, "{}{name}\n", numbers.join(" "))
}

/// How wide numbers are, from the sizes of the files.
fn width(paths: &[String], wanted: Wanted) -> usize {
    let one = wanted.numbers(&Counts::default()).len() == 1;
    if paths.len() == 1 && one {
        return 1;
    }
    let mut total = 0;
    let mut least = 1;
    for path in paths {
        let found = if path == "-" {
            posix::stat("/dev/stdin")
        } else {
            posix::stat(&absolute(path))
        };
        match found {
            Ok(found) if found.mode & S_IFMT == S_IFREG => total += found.size,
            Ok(_) => least = 7,
            Err(_) if path == "-" => least = 7,
            Err(_) => {}
        }
    }
    total.to_string().len().max(least)
}

fn count(path: &str, wanted: Wanted) -> io::Result<(Counts, Option<io::Error>)> {
    let input = Input::open(path)?;
    let only_bytes = !(wanted.lines || wanted.words || wanted.chars || wanted.longest);
    if only_bytes
        && path != "-"
        && let Ok(found) = posix::stat(&absolute(path))
        && found.mode & S_IFMT == S_IFREG
        && found.size > 0
    {
        let counts = Counts {
            bytes: found.size,
            ..Counts::default()
        };
        return Ok((counts, None));
    }
    let mut state = State::default();
    let full = wanted.words || wanted.chars || wanted.longest;
    let error = loop {
        match input.piece() {
            Ok(piece) if piece.is_empty() => break None,
            Ok(piece) if full => state.full(&piece),
            Ok(piece) => state.simple(&piece, wanted),
            Err(error) => break Some(error),
        }
    };
    Ok((state.finish(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(pieces: &[&[u8]]) -> Counts {
        let mut state = State::default();
        for piece in pieces {
            state.full(piece);
        }
        state.finish()
    }

    #[test]
    fn words_and_characters_are_counted_across_pieces() {
        let counts = counted(&[b"one tw", b"o\n\tthr\xc3", b"\xa9e"]);
        let expected = Counts {
            lines: 1,
            words: 3,
            chars: 14,
            bytes: 15,
            longest: 13,
        };
        assert_eq!(counts, expected);
        assert_eq!(counted(&[b"\xff\xff x"]).words, 1);
        assert_eq!(counted(&[b""]), Counts::default());
    }
}
