//! `diff`.

mod compare;
mod files;
mod output;
mod text;

use crate::options::{self, Syntax, Value};
use crate::os;
use crate::posix_regex::{Dialect, Options, Regex};
use crate::report;
use output::Look;
use text::Ignore;

const SYNTAX: Syntax = Syntax {
    short: "0123456789uU:cC:yqrNwbiBZEaspF:x:X:I:W:tTlen",
    long: &[
        ("normal", Value::None, "normal"),
        ("unified", Value::Optional, "unified"),
        ("context", Value::Optional, "context"),
        ("side-by-side", Value::None, "y"),
        ("ed", Value::None, "e"),
        ("rcs", Value::None, "n"),
        ("brief", Value::None, "q"),
        ("recursive", Value::None, "r"),
        ("new-file", Value::None, "N"),
        ("ignore-all-space", Value::None, "w"),
        ("ignore-space-change", Value::None, "b"),
        ("ignore-case", Value::None, "i"),
        ("ignore-blank-lines", Value::None, "B"),
        ("ignore-trailing-space", Value::None, "Z"),
        ("ignore-tab-expansion", Value::None, "E"),
        ("ignore-matching-lines", Value::Required, "I"),
        ("strip-trailing-cr", Value::None, "cr"),
        ("text", Value::None, "a"),
        ("report-identical-files", Value::None, "s"),
        ("show-c-function", Value::None, "p"),
        ("show-function-line", Value::Required, "F"),
        ("exclude", Value::Required, "x"),
        ("exclude-from", Value::Required, "X"),
        ("label", Value::Required, "label"),
        ("color", Value::Optional, "color"),
        ("width", Value::Required, "W"),
        ("suppress-common-lines", Value::None, "common"),
        ("left-column", Value::None, "left"),
        ("initial-tab", Value::None, "T"),
        ("minimal", Value::None, "d"),
        ("speed-large-files", Value::None, "d"),
        ("no-dereference", Value::None, "no-dereference"),
    ],
    ordered: false,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Normal,
    Unified,
    Context,
    SideBySide,
    Ed,
    Rcs,
    Brief,
}

struct Settings {
    form: Form,
    look: Look,
    ignore: Ignore,
    blank_lines: bool,
    ignored_lines: Vec<Regex>,
    recursive: bool,
    new_files: bool,
    as_text: bool,
    identical: bool,
    labels: Vec<String>,
    exclude: Vec<String>,
    /// The options, for the lines above the files of a directory.
    command: String,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    // `-d` stands for a search without shortcuts: there are none here that matter.
    let words: Vec<String> = arguments.iter().filter(|it| *it != "-d").cloned().collect();
    let parsed = match SYNTAX.parse(&words) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("diff", &message);
            return 2;
        }
    };
    let settings = match settings(&parsed.options) {
        Ok(settings) => settings,
        Err(message) => {
            options::complain("diff", &message);
            return 2;
        }
    };
    let [old, new] = parsed.operands.as_slice() else {
        let message = match parsed.operands.last() {
            None => "missing operand after 'diff'".to_owned(),
            Some(only) if parsed.operands.len() == 1 => format!("missing operand after '{only}'"),
            Some(_) => format!("extra operand '{}'", parsed.operands[2]),
        };
        options::complain("diff", &message);
        return 2;
    };
    let mut settings = settings;
    let options = arguments
        .iter()
        .filter(|it| it.len() > 1 && it.starts_with('-'));
    let options: Vec<&str> = options.map(String::as_str).collect();
    settings.command = options.join(" ");
    files::run(&settings, old, new)
}

fn settings(given: &[(&'static str, Option<String>)]) -> Result<Settings, String> {
    let mut settings = Settings {
        form: Form::Normal,
        look: Look {
            context: 3,
            width: 130,
            ..Look::default()
        },
        ignore: Ignore::default(),
        blank_lines: false,
        ignored_lines: Vec::new(),
        recursive: false,
        new_files: false,
        as_text: false,
        identical: false,
        labels: Vec::new(),
        exclude: Vec::new(),
        command: String::new(),
    };
    let mut digits = String::new();
    for (key, value) in given {
        let value = value.as_deref().unwrap_or("");
        let length = || match value {
            "" => Ok(3),
            _ => value
                .parse::<usize>()
                .map_err(|_| format!("invalid context length '{value}'")),
        };
        let regex = |pattern: &str| {
            Regex::new(pattern, Dialect::Basic, Options::default())
                .map_err(|error| format!("{pattern}: {error}"))
        };
        match *key {
            digit if digit.as_bytes()[0].is_ascii_digit() => digits.push_str(digit),
            "normal" => settings.form = Form::Normal,
            "u" => settings.form = Form::Unified,
            "U" | "unified" => {
                settings.form = Form::Unified;
                settings.look.context = length()?;
            }
            "c" => settings.form = Form::Context,
            "C" | "context" => {
                settings.form = Form::Context;
                settings.look.context = length()?;
            }
            "y" => settings.form = Form::SideBySide,
            "e" => settings.form = Form::Ed,
            "n" => settings.form = Form::Rcs,
            "q" => settings.form = Form::Brief,
            "r" => settings.recursive = true,
            "N" => settings.new_files = true,
            "w" => settings.ignore.all_space = true,
            "b" => settings.ignore.space_amount = true,
            "i" => settings.ignore.case = true,
            "Z" => settings.ignore.trailing_space = true,
            "E" => settings.ignore.space_amount = true,
            "cr" => settings.ignore.trailing_return = true,
            "B" => settings.blank_lines = true,
            "I" => settings.ignored_lines.push(regex(value)?),
            "a" => settings.as_text = true,
            "s" => settings.identical = true,
            "p" => {
                settings.look.function = Some(regex("^[[:alpha:]$_]")?);
                if settings.form == Form::Normal {
                    settings.form = Form::Context;
                }
            }
            "F" => settings.look.function = Some(regex(value)?),
            "x" => settings.exclude.push(value.to_owned()),
            "X" => {
                let text = crate::stream::read(value)
                    .map_err(|error| format!("{value}: {}", report::text(&error)))?;
                let text = String::from_utf8_lossy(&text);
                settings.exclude.extend(text.lines().map(str::to_owned));
            }
            "label" => settings.labels.push(value.to_owned()),
            "color" => {
                settings.look.color = match value {
                    "always" => true,
                    "never" => false,
                    _ => os::is_terminal(1),
                };
            }
            "W" => {
                settings.look.width = value
                    .parse()
                    .map_err(|_| format!("invalid width '{value}'"))?;
            }
            "common" => settings.look.suppress_common = true,
            "left" => settings.look.left_only = true,
            "T" => settings.look.initial_tab = true,
            _ => {}
        }
    }
    if !digits.is_empty() {
        settings.look.context = digits.parse().unwrap_or(3);
    }
    Ok(settings)
}
