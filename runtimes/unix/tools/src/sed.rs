//! `sed`.

mod execute;
mod files;
mod parse;
mod script;
mod substitute;
#[cfg(test)]
mod tests;

use crate::options::{Parsed, Syntax, Value};
use crate::report;
use crate::stream;
use execute::Machine;
use parse::Source;

const SYNTAX: Syntax = Syntax {
    short: "nse:f:i::l:rEuz",
    long: &[
        ("quiet", Value::None, "n"),
        ("silent", Value::None, "n"),
        ("expression", Value::Required, "e"),
        ("file", Value::Required, "f"),
        ("in-place", Value::Optional, "i"),
        ("line-length", Value::Required, "l"),
        ("posix", Value::None, "posix"),
        ("regexp-extended", Value::None, "E"),
        ("separate", Value::None, "s"),
        ("sandbox", Value::None, "sandbox"),
        ("unbuffered", Value::None, "u"),
        ("null-data", Value::None, "z"),
        ("zero-terminated", Value::None, "z"),
        ("follow-symlinks", Value::None, "follow"),
        ("debug", Value::None, "debug"),
    ],
    ordered: false,
};

const USAGE: &str = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...";

/// What the options say.
#[derive(Clone, Debug, Default)]
struct Settings {
    quiet: bool,
    separate: bool,
    /// The suffix of the file that is kept; empty for none.
    in_place: Option<String>,
    unbuffered: bool,
    line_end: u8,
    /// For `l`.
    width: usize,
    posix: bool,
    follow: bool,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            report::say("sed", &message);
            report::line(USAGE);
            return 1;
        }
    };
    let mut operands = parsed.operands.clone().into_iter();
    let sources = match sources(&parsed, &mut operands) {
        Ok(Some(sources)) => sources,
        Ok(None) => {
            report::line(USAGE);
            return 1;
        }
        Err(message) => {
            report::say("sed", &message);
            return 1;
        }
    };
    let mut settings = Settings {
        line_end: b'\n',
        width: 70,
        ..Settings::default()
    };
    let mut extended = false;
    let mut sandbox = false;
    for (key, value) in &parsed.options {
        match *key {
            "n" => settings.quiet = true,
            "s" => settings.separate = true,
            "i" => {
                settings.in_place = Some(value.clone().unwrap_or_default());
                settings.separate = true;
            }
            "E" | "r" => extended = true,
            "u" => settings.unbuffered = true,
            "z" => settings.line_end = 0,
            "posix" => settings.posix = true,
            "sandbox" => sandbox = true,
            "follow" => settings.follow = true,
            "l" => match value.as_deref().unwrap_or("").parse() {
                Ok(width) => settings.width = width,
                Err(_) => {
                    let value = value.as_deref().unwrap_or("");
                    report::say("sed", &format!("invalid line length: {value}"));
                    return 1;
                }
            },
            "debug" => {
                report::say("sed", "--debug is not supported");
                return 1;
            }
            _ => {}
        }
    }
    let script = match parse::parse(&sources, extended, sandbox) {
        Ok(script) => script,
        Err(message) => {
            report::say("sed", &message);
            return 1;
        }
    };
    settings.quiet |= script.quiet;
    let mut files: Vec<String> = operands.collect();
    if files.is_empty() {
        files.push("-".into());
    }
    match Machine::new(script, settings, files) {
        Ok(mut machine) => machine.run(),
        Err(message) => {
            report::say("sed", &message);
            4
        }
    }
}

/// The parts of the script; none if there is none.
fn sources(
    parsed: &Parsed,
    operands: &mut impl Iterator<Item = String>,
) -> Result<Option<Vec<Source>>, String> {
    let mut sources = Vec::new();
    for (key, value) in &parsed.options {
        let value = value.clone().unwrap_or_default();
        match *key {
            "e" => sources.push(Source {
                name: format!("-e expression #{}", sources.len() + 1),
                text: value,
                is_file: false,
            }),
            "f" => {
                let bytes = stream::read(&value).map_err(|error| {
                    format!("couldn't open file {value}: {}", report::text(&error))
                })?;
                let mut text = String::from_utf8_lossy(&bytes).into_owned();
                if text.ends_with('\n') {
                    text.pop();
                }
                sources.push(Source {
                    name: format!("file {value}"),
                    text,
                    is_file: true,
                });
            }
            _ => {}
        }
    }
    if sources.is_empty() {
        let Some(text) = operands.next() else {
            return Ok(None);
        };
        sources.push(Source {
            name: "-e expression #1".into(),
            text,
            is_file: false,
        });
    }
    Ok(Some(sources))
}
