//! `tar`.

mod compare;
mod create;
mod extract;
mod select;

use crate::compression::Codec;
use crate::options::{self, Parsed, Syntax, Value};
use crate::report;
use crate::stream;
use select::Select;

const SYNTAX: Syntax = Syntax {
    short: "ctxruAdf:zjJaZvC:pPT:OhkmwX:b:SsoW",
    long: &[
        ("create", Value::None, "c"),
        ("list", Value::None, "t"),
        ("extract", Value::None, "x"),
        ("get", Value::None, "x"),
        ("append", Value::None, "r"),
        ("update", Value::None, "u"),
        ("diff", Value::None, "d"),
        ("compare", Value::None, "d"),
        ("full-time", Value::None, "full-time"),
        ("file", Value::Required, "f"),
        ("gzip", Value::None, "z"),
        ("gunzip", Value::None, "z"),
        ("ungzip", Value::None, "z"),
        ("bzip2", Value::None, "j"),
        ("xz", Value::None, "J"),
        ("zstd", Value::None, "zstd"),
        ("auto-compress", Value::None, "a"),
        ("verbose", Value::None, "v"),
        ("directory", Value::Required, "C"),
        ("preserve-permissions", Value::None, "p"),
        ("same-permissions", Value::None, "p"),
        ("absolute-names", Value::None, "P"),
        ("files-from", Value::Required, "T"),
        ("null", Value::None, "null"),
        ("to-stdout", Value::None, "O"),
        ("dereference", Value::None, "h"),
        ("keep-old-files", Value::None, "k"),
        ("skip-old-files", Value::None, "skip"),
        ("overwrite", Value::None, "overwrite"),
        ("touch", Value::None, "m"),
        ("strip-components", Value::Required, "strip"),
        ("exclude", Value::Required, "exclude"),
        ("exclude-from", Value::Required, "X"),
        ("exclude-vcs", Value::None, "vcs"),
        ("wildcards", Value::None, "wildcards"),
        ("no-wildcards", Value::None, "no-wildcards"),
        ("transform", Value::Required, "transform"),
        ("xform", Value::Required, "transform"),
        ("owner", Value::Required, "owner"),
        ("group", Value::Required, "group"),
        ("mode", Value::Required, "mode"),
        ("mtime", Value::Required, "mtime"),
        ("sort", Value::Required, "sort"),
        ("format", Value::Required, "format"),
        ("numeric-owner", Value::None, "numeric"),
        ("no-same-owner", Value::None, "o"),
        ("same-owner", Value::None, "ignored"),
        ("no-same-permissions", Value::None, "no-p"),
        ("no-recursion", Value::None, "no-recursion"),
        ("one-file-system", Value::None, "ignored"),
        ("totals", Value::None, "ignored"),
        ("warning", Value::Required, "ignored"),
        ("checkpoint", Value::Optional, "ignored"),
        ("force-local", Value::None, "ignored"),
        ("remove-files", Value::None, "remove"),
    ],
    ordered: false,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Create,
    List,
    Extract,
    Append,
    Update,
    Compare,
}

/// What a list shows of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    Name,
    Long,
    /// With the seconds.
    Full,
}

struct Settings {
    mode: Mode,
    archive: String,
    codec: Option<Codec>,
    verbose: usize,
    full_time: bool,
    /// Permission bits as they are in the archive, whatever the umask is.
    permissions: bool,
    absolute: bool,
    to_stdout: bool,
    dereference: bool,
    keep: bool,
    skip: bool,
    touch: bool,
    strip: usize,
    numeric: bool,
    recursion: bool,
    remove: bool,
    sorted: bool,
    owner: Option<(String, u64)>,
    group: Option<(String, u64)>,
    member_mode: Option<String>,
    time: Option<u64>,
    select: Select,
}

impl Settings {
    /// How a member is listed if names are with a number of `-v`.
    fn detail(&self, names: usize) -> Detail {
        match (self.verbose > names, self.full_time) {
            (false, _) => Detail::Name,
            (true, false) => Detail::Long,
            (true, true) => Detail::Full,
        }
    }
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let result = parse(arguments).and_then(|(settings, operands)| match settings.mode {
        Mode::Create | Mode::Append | Mode::Update => create::run(&settings, &operands),
        Mode::List | Mode::Extract | Mode::Compare => extract::run(&settings, &operands),
    });
    match result {
        Ok(code) => code,
        Err(message) => {
            report::say("tar", &message);
            report::say("tar", "Error is not recoverable: exiting now");
            2
        }
    }
}

/// An operand: a file, or a directory that those after it are relative to.
#[derive(Debug)]
enum Operand {
    Directory(String),
    File(String),
}

/// `tar czf a.tgz b`: letters without a dash, their values in the words behind them.
fn with_dashes(arguments: &[String]) -> Vec<String> {
    let Some((first, rest)) = arguments.split_first() else {
        return Vec::new();
    };
    if first.starts_with('-') || first.is_empty() {
        return arguments.to_vec();
    }
    let mut rest = rest.iter().cloned();
    let mut words = Vec::new();
    for letter in first.chars() {
        words.push(format!("-{letter}"));
        if "fCTXb".contains(letter) {
            words.extend(rest.next());
        }
    }
    words.extend(rest);
    words
}

fn parse(arguments: &[String]) -> Result<(Settings, Vec<Operand>), String> {
    let words = with_dashes(arguments);
    let parsed = SYNTAX.parse(&words).map_err(|message| {
        options::complain("tar", &message);
        "invalid options".to_owned()
    })?;
    let mut modes = Vec::new();
    for (key, mode) in [
        ("c", Mode::Create),
        ("t", Mode::List),
        ("x", Mode::Extract),
        ("r", Mode::Append),
        ("u", Mode::Update),
        ("d", Mode::Compare),
    ] {
        if parsed.has(key) {
            modes.push(mode);
        }
    }
    let mode = match modes.as_slice() {
        [mode] => *mode,
        [] => {
            return Err(
                "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"
                    .into(),
            );
        }
        _ => return Err(
            "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option"
                .into(),
        ),
    };
    let mut settings = Settings {
        mode,
        archive: std::env::var("TAPE").unwrap_or_else(|_| "-".into()),
        codec: None,
        verbose: 0,
        full_time: false,
        permissions: false,
        absolute: false,
        to_stdout: false,
        dereference: false,
        keep: false,
        skip: false,
        touch: false,
        strip: 0,
        numeric: false,
        recursion: true,
        remove: false,
        sorted: false,
        owner: None,
        group: None,
        member_mode: None,
        time: None,
        select: Select::default(),
    };
    apply(&mut settings, &parsed)?;
    Ok((settings, operands(&words, &parsed)?))
}

fn apply(settings: &mut Settings, parsed: &Parsed) -> Result<(), String> {
    let mut auto = false;
    for (key, value) in &parsed.options {
        let text = value.as_deref().unwrap_or("");
        match *key {
            "f" => text.clone_into(&mut settings.archive),
            "z" => settings.codec = Some(Codec::Gzip),
            "j" => settings.codec = Some(Codec::Bzip2),
            "J" => settings.codec = Some(Codec::Xz),
            "zstd" => settings.codec = Some(Codec::Zstd),
            "a" => auto = true,
            "v" => settings.verbose += 1,
            "full-time" => settings.full_time = true,
            "p" => settings.permissions = true,
            "no-p" => settings.permissions = false,
            "P" => settings.absolute = true,
            "O" => settings.to_stdout = true,
            "h" => settings.dereference = true,
            "k" => settings.keep = true,
            "skip" => settings.skip = true,
            "m" => settings.touch = true,
            "numeric" => settings.numeric = true,
            "no-recursion" => settings.recursion = false,
            "remove" => settings.remove = true,
            "sort" => settings.sorted = text == "name",
            "strip" => {
                let invalid = |_| format!("Invalid number of elements: {text}");
                settings.strip = text.parse().map_err(invalid)?;
            }
            "exclude" => settings.select.exclude(text),
            "X" => {
                let lines = stream::read(text)
                    .map_err(|error| format!("{text}: {}", report::text(&error)))?;
                for line in String::from_utf8_lossy(&lines).lines() {
                    settings.select.exclude(line);
                }
            }
            "vcs" => {
                for name in [
                    ".git",
                    ".gitignore",
                    ".gitattributes",
                    ".svn",
                    ".hg",
                    ".hgignore",
                    ".bzr",
                    "CVS",
                ] {
                    settings.select.exclude(name);
                }
            }
            "wildcards" => settings.select.wildcards = true,
            "no-wildcards" => settings.select.wildcards = false,
            "transform" => return Err("--transform is not supported".into()),
            "owner" => settings.owner = Some(account(text)),
            "group" => settings.group = Some(account(text)),
            "mode" => settings.member_mode = value.clone(),
            "mtime" => {
                let seconds = crate::calendar::parse(text)
                    .ok_or_else(|| format!("Substituting for unknown date format '{text}'"))?;
                settings.time = Some(u64::try_from(seconds).unwrap_or(0));
            }
            "format" if !matches!(text, "gnu" | "ustar" | "pax" | "posix" | "oldgnu" | "v7") => {
                return Err(format!("{text}: Invalid archive format"));
            }
            "Z" | "A" | "w" | "W" => return Err(format!("-{key} is not supported")),
            _ => {}
        }
    }
    if auto && settings.codec.is_none() {
        settings.codec = Codec::of_name(&settings.archive);
    }
    Ok(())
}

/// `name:number`, `name` or a number.
fn account(text: &str) -> (String, u64) {
    match text.split_once(':') {
        Some((name, number)) => (name.to_owned(), number.parse().unwrap_or(0)),
        None => match text.parse() {
            Ok(number) => (String::new(), number),
            Err(_) => (text.to_owned(), 0),
        },
    }
}

/// Files and `-C`, `-T` in the order in which they were given: an option counts for what follows.
fn operands(words: &[String], parsed: &Parsed) -> Result<Vec<Operand>, String> {
    let mut operands = Vec::new();
    let null = parsed.has("null");
    let mut rest = words.iter();
    let mut files = parsed.operands.iter().peekable();
    let mut only_files = false;
    while let Some(word) = rest.next() {
        let long = word.strip_prefix("--").and_then(|it| it.split_once('='));
        match word.as_str() {
            "--" => only_files = true,
            "-C" | "--directory" if !only_files => {
                operands.extend(rest.next().cloned().map(Operand::Directory));
            }
            "-T" | "--files-from" if !only_files => {
                if let Some(list) = rest.next() {
                    from_list(list, null, &mut operands)?;
                }
            }
            _ if only_files || !word.starts_with('-') || word == "-" => {
                if files.peek().is_some_and(|it| *it == word) {
                    files.next();
                    operands.push(Operand::File(word.clone()));
                }
            }
            _ => match long {
                Some(("directory", value)) => operands.push(Operand::Directory(value.to_owned())),
                Some(("files-from", value)) => from_list(value, null, &mut operands)?,
                Some(_) => {}
                None => cluster(word, &mut rest, null, &mut operands)?,
            },
        }
    }
    Ok(operands)
}

/// `-xzfC`, `-C/tmp` and so on.
fn cluster<'w>(
    word: &str,
    rest: &mut impl Iterator<Item = &'w String>,
    null: bool,
    operands: &mut Vec<Operand>,
) -> Result<(), String> {
    if word.starts_with("--") {
        let name = &word[2..];
        let takes = SYNTAX
            .long
            .iter()
            .find(|it| it.0 == name || it.0.starts_with(name));
        if takes.is_some_and(|it| it.1 == Value::Required) {
            rest.next();
        }
        return Ok(());
    }
    for (at, letter) in word.char_indices().skip(1) {
        if !"fCTXb".contains(letter) {
            continue;
        }
        let after = &word[at + 1..];
        let value = if after.is_empty() {
            rest.next().cloned()
        } else {
            Some(after.to_owned())
        };
        match (letter, value) {
            ('C', Some(value)) => operands.push(Operand::Directory(value)),
            ('T', Some(value)) => from_list(&value, null, operands)?,
            _ => {}
        }
        break;
    }
    Ok(())
}

fn from_list(list: &str, null: bool, operands: &mut Vec<Operand>) -> Result<(), String> {
    let text = stream::read(list)
        .map_err(|error| format!("{list}: Cannot open: {}", report::text(&error)))?;
    let text = String::from_utf8_lossy(&text);
    let separator = if null || text.contains('\0') {
        '\0'
    } else {
        '\n'
    };
    let names = text.split(separator).filter(|it| !it.is_empty());
    operands.extend(names.map(|it| Operand::File(it.to_owned())));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_without_a_dash() {
        let words: Vec<String> = ["xzfC", "a.tgz", "dir", "b"].map(str::to_owned).to_vec();
        let (settings, operands) = parse(&words).unwrap();
        assert_eq!(settings.archive, "a.tgz");
        assert_eq!(settings.codec, Some(Codec::Gzip));
        let shown = format!("{operands:?}");
        assert_eq!(shown, r#"[Directory("dir"), File("b")]"#);
    }
}
