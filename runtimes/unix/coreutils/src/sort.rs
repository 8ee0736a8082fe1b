//! `sort`: what uutils has threads for, which there are none of here, is done in front of it.
//!
//! Whether something is in order is asked of a sort of its own: what is in order stays as it is.
//! Merging is sorting, which gives the same if all files are in order, as they have to be.

use std::fs;

use belljar_sys::Description;
use belljar_sys::posix::{self, S_IFDIR, S_IFMT};
use belljar_sys::process::{self, Command};

use crate::options::{Exit, Outcome};
use crate::quoting::locale;
use crate::report::{self, reason, say};
use crate::streams::{Input, absolute};
use crate::uutils;

/// Letters with a value.
const VALUED: [char; 5] = ['k', 'o', 'S', 't', 'T'];

/// Words with a value that may be the next argument.
const LONG_VALUED: [&str; 11] = [
    "batch-size",
    "buffer-size",
    "compress-program",
    "field-separator",
    "files0-from",
    "key",
    "output",
    "parallel",
    "random-source",
    "sort",
    "temporary-directory",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Tell,
    Quiet,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    /// Without those that are done here.
    options: Vec<String>,
    operands: Vec<String>,
    check: Option<Check>,
    output: bool,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = read(args);
    for path in &line.operands {
        let found = if path == "-" { continue } else { posix::stat(&absolute(path)) };
        if found.is_ok_and(|found| found.mode & S_IFMT == S_IFDIR) {
            say!("read failed: {path}: Is a directory");
            return Ok(2);
        }
    }
    if let Some(how) = line.check {
        return check(&line, how);
    }
    let mut all = vec!["sort".to_owned()];
    all.extend(line.options);
    if !line.operands.is_empty() {
        all.push("--".to_owned());
        all.extend(line.operands);
    }
    Ok(uutils::call("sort", uu_sort::uumain, all))
}

fn read(args: &[String]) -> Line {
    let mut line = Line::default();
    let mut args = args.iter().skip(1);
    while let Some(arg) = args.next() {
        if arg == "--" {
            line.operands.extend(args.cloned());
            break;
        }
        if let Some(word) = arg.strip_prefix("--") {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            if name.len() >= 2 && "check".starts_with(name) {
                let quiet = value.is_some_and(|value| matches!(value, "quiet" | "silent"));
                line.check = Some(if quiet { Check::Quiet } else { Check::Tell });
                continue;
            }
            if name.len() >= 2 && "merge".starts_with(name) {
                continue;
            }
            line.output |= !name.is_empty() && "output".starts_with(name);
            line.options.push(arg.clone());
            let takes = LONG_VALUED.iter().any(|long| long.starts_with(name));
            if value.is_none() && takes {
                line.options.extend(args.next().cloned());
            }
            continue;
        }
        let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            line.operands.push(arg.clone());
            continue;
        };
        let mut kept = String::new();
        let mut rest = letters.chars();
        let mut next = None;
        while let Some(letter) = rest.next() {
            match letter {
                'c' => line.check = Some(Check::Tell),
                'C' => line.check = Some(Check::Quiet),
                'm' => {}
                _ if VALUED.contains(&letter) => {
                    line.output |= letter == 'o';
                    kept.push(letter);
                    let value = rest.as_str();
                    next = if value.is_empty() { args.next().cloned() } else { Some(value.to_owned()) };
                    break;
                }
                _ => kept.push(letter),
            }
        }
        if !kept.is_empty() {
            line.options.push(format!("-{kept}"));
            line.options.extend(next);
        }
    }
    line
}

fn check(line: &Line, how: Check) -> Outcome {
    let letter = if how == Check::Tell { 'c' } else { 'C' };
    if line.output {
        say!("options '-{letter}o' are incompatible");
        return Ok(2);
    }
    let path = match line.operands.as_slice() {
        [] => "-",
        [path] => path,
        [_, extra, ..] => {
            say!("extra operand {} not allowed with -{letter}", locale(extra));
            return Ok(2);
        }
    };
    let text = match Input::open(path).and_then(|input| input.everything()) {
        Ok(text) => text,
        Err(error) => {
            report::failure(format_args!("cannot read: {path}"), &error);
            return Ok(2);
        }
    };
    let zero = line.options.iter().any(|option| {
        option == "--zero-terminated" || !option.starts_with("--") && option.starts_with('-') && option.contains('z')
    });
    let end = if zero { 0 } else { b'\n' };
    let mut ends: Vec<usize> = memchr::memchr_iter(end, &text).map(|at| at + 1).collect();
    if ends.last().copied().unwrap_or(0) < text.len() {
        ends.push(text.len());
    }
    if in_order(line, &text, end)? {
        return Ok(0);
    }
    if how == Check::Quiet {
        return Ok(1);
    }
    // So many lines are in order, and so many are not.
    let (mut good, mut bad) = (1, ends.len());
    while good + 1 < bad {
        let middle = usize::midpoint(good, bad);
        if in_order(line, &text[..ends[middle - 1]], end)? {
            good = middle;
        } else {
            bad = middle;
        }
    }
    let start = bad.checked_sub(2).map_or(0, |before| ends[before]);
    let shown = String::from_utf8_lossy(&text[start..ends[bad - 1]]).into_owned();
    say!("{path}:{bad}: disorder: {}", shown.trim_end_matches(char::from(end)));
    Ok(1)
}

/// Whether sorting leaves this as it is.
fn in_order(line: &Line, text: &[u8], end: u8) -> Result<bool, Exit> {
    let place = format!("/tmp/sort-check.{}", process::pid());
    let failed = |what: &str, why: String| {
        say!("{what}: {why}");
        Exit(2)
    };
    fs::write(&place, text).map_err(|error| failed(&place, reason(&error)))?;
    let result = (|| {
        let (reader, writer) =
            Description::pipe().map_err(|error| failed("pipe", reason(&error)))?;
        let mut argv = vec!["/usr/bin/sort".to_owned()];
        argv.extend(line.options.iter().cloned());
        argv.extend(["--".to_owned(), place.clone()]);
        let mut command = Command::new(argv);
        command.descriptions = vec![(1, writer)];
        let child = command.spawn().map_err(|error| failed("sort", error.to_string()))?;
        drop(command);
        let sorted = reader.read_all().map_err(|error| failed("read failed", reason(&error)))?;
        // What is wrong with its options, it has said itself.
        if child.wait().code() != 0 {
            return Err(Exit(2));
        }
        Ok(sorted)
    })();
    let _gone = fs::remove_file(&place);
    let sorted = result?;
    let trim = |text: &'_ [u8]| text.strip_suffix(&[end]).map_or(text.len(), <[u8]>::len);
    Ok(sorted[..trim(&sorted)] == text[..trim(text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_here_is_taken_out() {
        let line = |words: &str| {
            let args: Vec<_> = words.split(' ').map(str::to_owned).collect();
            read(&args)
        };
        let found = line("sort -cnk2 f --key 1 -t, -- -m");
        assert_eq!(found.options, ["-nk", "2", "--key", "1", "-t", ","]);
        assert_eq!(found.operands, ["f", "-m"]);
        assert_eq!(found.check, Some(Check::Tell));
        assert_eq!(line("sort -m a b").options, [""; 0]);
        assert_eq!(line("sort --check=quiet").check, Some(Check::Quiet));
        assert!(line("sort -o out -").output);
    }
}
