//! `jq`, on the engine of jaq.

mod inputs;
mod print;
mod rewrite;
mod run;

use crate::options::{Syntax, Value};
use crate::os;
use crate::report;
use crate::stream;
use print::Style;

const SYNTAX: Syntax = Syntax {
    short: "rcnsSeCMRjahVf:L:",
    long: &[
        ("raw-output", Value::None, "r"),
        ("raw-output0", Value::None, "raw0"),
        ("compact-output", Value::None, "c"),
        ("null-input", Value::None, "n"),
        ("slurp", Value::None, "s"),
        ("sort-keys", Value::None, "S"),
        ("exit-status", Value::None, "e"),
        ("color-output", Value::None, "C"),
        ("monochrome-output", Value::None, "M"),
        ("raw-input", Value::None, "R"),
        ("join-output", Value::None, "j"),
        ("ascii-output", Value::None, "a"),
        ("tab", Value::None, "tab"),
        ("indent", Value::Required, "indent"),
        ("unbuffered", Value::None, "unbuffered"),
        ("from-file", Value::Required, "f"),
        ("help", Value::None, "h"),
        ("version", Value::None, "V"),
    ],
    ordered: false,
};

const USAGE: &str = "Usage:\tjq [OPTIONS] FILTER [FILES...]\n\
                     \tjq [OPTIONS] --args FILTER [ARGUMENTS...]\n\
                     \tjq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]";

/// What the command line says.
#[derive(Default)]
struct Settings {
    filter: String,
    files: Vec<String>,
    raw_output: bool,
    join: bool,
    zero_end: bool,
    null_input: bool,
    raw_input: bool,
    slurp: bool,
    exit_status: bool,
    flush: bool,
    style: Style,
    /// `--arg` and its relatives: name and JSON text.
    named: Vec<(String, Given)>,
    positional: Vec<Given>,
}

/// A value that is given on the command line.
enum Given {
    Text(String),
    Json(String),
    /// All values of a file.
    Slurped(String),
    RawFile(String),
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    match settings(arguments) {
        Ok(Some(settings)) => run::run(&settings),
        Ok(None) => 0,
        Err(message) => {
            report::say("jq", &message);
            report::line("Use jq --help for help with command-line options,");
            report::line("or see the jq manpage, or online docs  at https://jqlang.github.io/jq");
            2
        }
    }
}

/// Takes the options that have two values, or stand for the operands behind them, away first.
fn settings(arguments: &[String]) -> Result<Option<Settings>, String> {
    let mut settings = Settings {
        style: Style::new(),
        ..Settings::default()
    };
    let mut plain = Vec::new();
    let mut operands: Vec<String> = Vec::new();
    // What operands after the filter are.
    let mut kind: Option<fn(String) -> Given> = None;
    let mut filter = None;
    let mut only_operands = false;
    let mut rest = arguments.iter().cloned();
    while let Some(word) = rest.next() {
        let two = match word.as_str() {
            _ if only_operands => None,
            "--arg" => Some(Given::Text as fn(String) -> Given),
            "--argjson" => Some(Given::Json as fn(String) -> Given),
            "--slurpfile" => Some(Given::Slurped as fn(String) -> Given),
            "--rawfile" => Some(Given::RawFile as fn(String) -> Given),
            _ => None,
        };
        if let Some(make) = two {
            let (Some(name), Some(value)) = (rest.next(), rest.next()) else {
                let name = word.trim_start_matches('-');
                return Err(format!(
                    "--{name} takes two parameters (e.g. --{name} varname value)"
                ));
            };
            settings.named.push((name, make(value)));
            continue;
        }
        match word.as_str() {
            "--args" if !only_operands => kind = Some(Given::Text),
            "--jsonargs" if !only_operands => kind = Some(Given::Json),
            "--stream" | "--stream-errors" | "--seq" if !only_operands => {
                return Err(format!("Unsupported option: {word}"));
            }
            "--" if !only_operands => only_operands = true,
            "-f" | "--from-file" | "--indent" | "-L" if !only_operands => {
                plain.push(word);
                plain.extend(rest.next());
            }
            _ if !only_operands && word.len() > 1 && word.starts_with('-') => plain.push(word),
            _ if filter.is_none() && !has_file(&plain) => filter = Some(word),
            _ => match kind {
                Some(make) => settings.positional.push(make(word)),
                None => operands.push(word),
            },
        }
    }
    let parsed = SYNTAX
        .parse(&plain)
        .map_err(|error| format!("Unknown arguments: {error}"))?;
    let mut color = os::is_terminal(1);
    for (key, value) in &parsed.options {
        let value = value.as_deref().unwrap_or("");
        match *key {
            "r" => settings.raw_output = true,
            "raw0" => {
                settings.raw_output = true;
                settings.zero_end = true;
            }
            "j" => {
                settings.raw_output = true;
                settings.join = true;
            }
            "c" => settings.style.indent = None,
            "tab" => settings.style.indent = Some("\t".into()),
            "indent" => {
                let width: usize = value.parse().map_err(|_| "--indent takes a number")?;
                match width {
                    0 => settings.style.indent = None,
                    1..=7 => settings.style.indent = Some(" ".repeat(width)),
                    _ => return Err("Cannot indent more than 7 characters".into()),
                }
            }
            "n" => settings.null_input = true,
            "s" => settings.slurp = true,
            "S" => settings.style.sort_keys = true,
            "e" => settings.exit_status = true,
            "C" => color = true,
            "M" => color = false,
            "R" => settings.raw_input = true,
            "a" => settings.style.ascii = true,
            "unbuffered" => settings.flush = true,
            "h" => {
                println!("{USAGE}");
                return Ok(None);
            }
            "V" => {
                println!("jq-1.7 (jaq; {})", crate::version("jq"));
                return Ok(None);
            }
            "f" => {
                let text = stream::read(value).map_err(|error| {
                    format!("error: Could not open {value}: {}", report::text(&error))
                })?;
                filter = Some(String::from_utf8_lossy(&text).into_owned());
            }
            "L" => return Err("modules are not supported".into()),
            _ => {}
        }
    }
    settings.style.color = color;
    let Some(filter) = filter else {
        report::line(USAGE);
        return Err("no filter is given".into());
    };
    settings.filter = with_surrogates(&filter);
    settings.files = operands;
    Ok(Some(settings))
}

/// Replaces pairs of surrogates, which the parser does not take, by the characters they stand for; one
/// alone stands for no character.
fn with_surrogates(filter: &str) -> String {
    let unit = |text: &str| -> Option<u16> {
        let digits = text.strip_prefix(r"\u")?.get(..4)?;
        let all_hex = digits.bytes().all(|it| it.is_ascii_hexdigit());
        let unit = u16::from_str_radix(digits, 16).ok().filter(|_| all_hex)?;
        (0xd800..=0xdfff).contains(&unit).then_some(unit)
    };
    let mut replaced = String::with_capacity(filter.len());
    let mut rest = filter;
    while let Some(at) = rest.find('\\') {
        replaced.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(first) = unit(rest) else {
            // The backslash and what it escapes, which may be another one.
            let length = rest.chars().take(2).map(char::len_utf8).sum();
            replaced.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        let second = unit(&rest[6..]);
        let units = [first, second.unwrap_or(0)];
        let pair = char::decode_utf16(units).next().and_then(Result::ok);
        replaced.push(pair.unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = &rest[if pair.is_some() { 12 } else { 6 }..];
    }
    replaced + rest
}

fn has_file(options: &[String]) -> bool {
    options
        .iter()
        .any(|it| it == "-f" || it.starts_with("--from-file"))
}
