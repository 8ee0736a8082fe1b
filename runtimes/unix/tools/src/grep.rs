//! `grep`, `egrep`, `fgrep`.

mod files;
mod output;
mod search;

use crate::options::{Parsed, Syntax, Value};
use crate::os;
use crate::posix_regex::{Dialect, Options, Regex};
use crate::report;
use crate::stream;

const SYNTAX: Syntax = Syntax {
    short: "0123456789EFGPe:f:iywxzsvVm:bnHhoqaId:D:RrLlcTZA:B:C:Uu",
    long: &[
        ("extended-regexp", Value::None, "E"),
        ("fixed-strings", Value::None, "F"),
        ("basic-regexp", Value::None, "G"),
        ("perl-regexp", Value::None, "P"),
        ("regexp", Value::Required, "e"),
        ("file", Value::Required, "f"),
        ("ignore-case", Value::None, "i"),
        ("no-ignore-case", Value::None, "case"),
        ("word-regexp", Value::None, "w"),
        ("line-regexp", Value::None, "x"),
        ("null-data", Value::None, "z"),
        ("no-messages", Value::None, "s"),
        ("invert-match", Value::None, "v"),
        ("max-count", Value::Required, "m"),
        ("byte-offset", Value::None, "b"),
        ("line-number", Value::None, "n"),
        ("line-buffered", Value::None, "line-buffered"),
        ("with-filename", Value::None, "H"),
        ("no-filename", Value::None, "h"),
        ("label", Value::Required, "label"),
        ("only-matching", Value::None, "o"),
        ("quiet", Value::None, "q"),
        ("silent", Value::None, "q"),
        ("binary-files", Value::Required, "binary-files"),
        ("text", Value::None, "a"),
        ("directories", Value::Required, "d"),
        ("devices", Value::Required, "D"),
        ("recursive", Value::None, "r"),
        ("dereference-recursive", Value::None, "R"),
        ("include", Value::Required, "include"),
        ("exclude", Value::Required, "exclude"),
        ("exclude-from", Value::Required, "exclude-from"),
        ("exclude-dir", Value::Required, "exclude-dir"),
        ("files-without-match", Value::None, "L"),
        ("files-with-matches", Value::None, "l"),
        ("count", Value::None, "c"),
        ("initial-tab", Value::None, "T"),
        ("null", Value::None, "Z"),
        ("after-context", Value::Required, "A"),
        ("before-context", Value::Required, "B"),
        ("context", Value::Required, "C"),
        ("group-separator", Value::Required, "group-separator"),
        ("no-group-separator", Value::None, "no-group-separator"),
        ("color", Value::Optional, "color"),
        ("colour", Value::Optional, "color"),
        ("binary", Value::None, "U"),
    ],
    ordered: false,
};

/// What is done with what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    Lines,
    OnlyMatching,
    Count,
    FilesWith,
    FilesWithout,
    Quiet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binary {
    /// Says so at the first match, and no more.
    Tell,
    Skip,
    AsText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directories {
    Complain,
    Skip,
    Enter { follow: bool },
}

struct Settings {
    regex: Regex,
    invert: bool,
    report: Report,
    max: Option<u64>,
    before: usize,
    after: usize,
    separator: Option<String>,
    numbers: bool,
    offsets: bool,
    names: bool,
    /// What ends a name: a zero byte with `-Z`.
    name_end: Option<u8>,
    tab: bool,
    color: bool,
    flush: bool,
    line_end: u8,
    binary: Binary,
    directories: Directories,
    silent: bool,
    label: String,
    include: Vec<String>,
    exclude: Vec<String>,
    exclude_dirs: Vec<String>,
}

pub(crate) fn run(name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            report::say("grep", &message);
            report::line("Usage: grep [OPTION]... PATTERNS [FILE]...");
            report::line("Try 'grep --help' for more information.");
            return 2;
        }
    };
    if parsed.has("V") {
        println!("{}", crate::version("grep"));
        return 0;
    }
    let mut operands = parsed.operands.iter().cloned();
    let settings = match settings(name, &parsed, &mut operands) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            report::line("Usage: grep [OPTION]... PATTERNS [FILE]...");
            report::line("Try 'grep --help' for more information.");
            return 2;
        }
        Err(message) => {
            report::say("grep", &message);
            return 2;
        }
    };
    files::search_all(settings, operands.collect())
}

/// What the options say; none if there is no pattern.
fn settings(
    name: &str,
    parsed: &Parsed,
    operands: &mut impl Iterator<Item = String>,
) -> Result<Option<Settings>, String> {
    let mut dialect = match name {
        "egrep" => Dialect::Extended,
        "fgrep" => Dialect::Fixed,
        _ => Dialect::Basic,
    };
    let mut patterns: Option<Vec<String>> = None;
    let mut matching = Options {
        lines: true,
        ..Options::default()
    };
    let mut digits = String::new();
    let mut context: (Option<usize>, Option<usize>, Option<usize>) = (None, None, None);
    let mut found = Settings {
        regex: Regex::any_of(&[], Dialect::Fixed, Options::default())?,
        invert: false,
        report: Report::Lines,
        max: None,
        before: 0,
        after: 0,
        separator: Some("--".into()),
        numbers: false,
        offsets: false,
        names: false,
        name_end: None,
        tab: false,
        color: false,
        flush: false,
        line_end: b'\n',
        binary: Binary::Tell,
        directories: Directories::Complain,
        silent: false,
        label: "(standard input)".into(),
        include: Vec::new(),
        exclude: Vec::new(),
        exclude_dirs: Vec::new(),
    };
    let mut with_names = None;
    let mut only_matching = false;
    for (key, value) in &parsed.options {
        let value = value.as_deref().unwrap_or("");
        let length = || {
            let invalid = || format!("{value}: invalid context length argument");
            value.parse::<usize>().map_err(|_| invalid())
        };
        match *key {
            digit if digit.as_bytes()[0].is_ascii_digit() => digits.push_str(digit),
            "E" => dialect = Dialect::Extended,
            "F" => dialect = Dialect::Fixed,
            "G" => dialect = Dialect::Basic,
            "P" => dialect = Dialect::Perl,
            "e" => {
                let lines = value.split('\n').map(str::to_owned);
                patterns.get_or_insert_default().extend(lines);
            }
            "f" => {
                let text = stream::read(value)
                    .map_err(|error| format!("{value}: {}", report::text(&error)))?;
                let text = String::from_utf8_lossy(&text);
                let lines = text.lines().map(str::to_owned);
                patterns.get_or_insert_default().extend(lines);
            }
            "i" | "y" => matching.ignore_case = true,
            "case" => matching.ignore_case = false,
            "w" => matching.words = true,
            "x" => matching.whole = true,
            "z" => found.line_end = 0,
            "s" => found.silent = true,
            "v" => found.invert = true,
            "m" => {
                let invalid = || "invalid max count".to_owned();
                let max: i64 = value.parse().map_err(|_| invalid())?;
                found.max = u64::try_from(max).ok();
            }
            "b" => found.offsets = true,
            "n" => found.numbers = true,
            "line-buffered" => found.flush = true,
            "H" => with_names = Some(true),
            "h" => with_names = Some(false),
            "label" => value.clone_into(&mut found.label),
            "o" => only_matching = true,
            "q" => found.report = Report::Quiet,
            "c" if found.report == Report::Lines => found.report = Report::Count,
            "l" if found.report != Report::Quiet => found.report = Report::FilesWith,
            "L" if found.report != Report::Quiet => found.report = Report::FilesWithout,
            "a" => found.binary = Binary::AsText,
            "I" => found.binary = Binary::Skip,
            "binary-files" => {
                found.binary = match value {
                    "binary" => Binary::Tell,
                    "text" => Binary::AsText,
                    "without-match" => Binary::Skip,
                    _ => return Err("unknown binary-files type".into()),
                };
            }
            "d" => {
                found.directories = match value {
                    "read" => Directories::Complain,
                    "skip" => Directories::Skip,
                    "recurse" => Directories::Enter { follow: false },
                    _ => return Err(format!("invalid argument ‘{value}’ for ‘--directories’")),
                };
            }
            "r" => found.directories = Directories::Enter { follow: false },
            "R" => found.directories = Directories::Enter { follow: true },
            "include" => found.include.push(value.to_owned()),
            "exclude" => found.exclude.push(value.to_owned()),
            "exclude-from" => {
                let text = stream::read(value)
                    .map_err(|error| format!("{value}: {}", report::text(&error)))?;
                let text = String::from_utf8_lossy(&text);
                found.exclude.extend(text.lines().map(str::to_owned));
            }
            "exclude-dir" => {
                found
                    .exclude_dirs
                    .push(value.trim_end_matches('/').to_owned());
            }
            "T" => found.tab = true,
            "Z" => found.name_end = Some(0),
            "A" => context.0 = Some(length()?),
            "B" => context.1 = Some(length()?),
            "C" => context.2 = Some(length()?),
            "group-separator" => found.separator = Some(value.to_owned()),
            "no-group-separator" => found.separator = None,
            "color" => {
                found.color = match value {
                    "always" | "yes" | "force" => true,
                    "never" | "no" | "none" => false,
                    _ => os::is_terminal(1),
                };
            }
            _ => {}
        }
    }
    if !digits.is_empty() {
        context.2 = digits.parse().ok();
    }
    found.after = context.0.or(context.2).unwrap_or(0);
    found.before = context.1.or(context.2).unwrap_or(0);
    if only_matching && found.report == Report::Lines {
        found.report = Report::OnlyMatching;
    }
    let patterns = match patterns {
        Some(patterns) => patterns,
        None => match operands.next() {
            Some(pattern) => pattern.split('\n').map(str::to_owned).collect(),
            None => return Ok(None),
        },
    };
    if found.line_end == 0 {
        matching.lines = false;
        matching.multi_line = true;
    }
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    found.regex = Regex::any_of(&patterns, dialect, matching)?;
    found.names = with_names.unwrap_or_else(|| {
        let several = parsed.operands.len() > 1 + usize::from(!has_pattern(parsed));
        several || matches!(found.directories, Directories::Enter { .. })
    });
    // A single file is not named, even with -r.
    if with_names.is_none() && parsed.operands.len() == 1 + usize::from(!has_pattern(parsed)) {
        let only = parsed.operands.last().map_or("", String::as_str);
        found.names &= std::path::Path::new(only).is_dir();
    }
    Ok(Some(found))
}

fn has_pattern(parsed: &Parsed) -> bool {
    parsed.has("e") || parsed.has("f")
}
