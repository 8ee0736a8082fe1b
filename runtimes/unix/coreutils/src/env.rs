//! `env` and `printenv`.

use belljar_sys::process::Command;
use belljar_sys::signals::{self, Action};

use crate::options::{Exit, Outcome, Tool, flag, maybe, value};
use crate::quoting::{always, locale};
use crate::report::{reason, say};
use crate::streams::{Output, absolute, put};

const ENV: Tool = Tool {
    usage: &["[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]"],
    about: "Set each NAME to VALUE in the environment and run COMMAND.",
    options: &[
        flag("i", "ignore-environment", "start with an empty environment"),
        flag("0", "null", "end each output line with NUL, not newline"),
        value("u", "unset", "NAME", "remove variable from the environment"),
        value("C", "chdir", "DIR", "change working directory to DIR"),
        value("S", "split-string", "S", "process and split S into separate arguments"),
        maybe("", "block-signal", "SIG", "accepted: there are no blocked signals here"),
        maybe("", "default-signal", "SIG", "reset handling of SIG signal(s) to the default"),
        maybe("", "ignore-signal", "SIG", "set handling of SIG signal(s) to do nothing"),
        flag("", "list-signal-handling", "list non default signal handling to stderr"),
        flag("v", "debug", "print verbose information for each processing step"),
    ],
    misuse: 125,
    stops: true,
};

pub(crate) fn env(args: &[String]) -> Outcome {
    let args = split_strings(args)?;
    let line = ENV.parse(&args)?;
    let mut operands = line.operands.as_slice();
    let mut empty = line.has("ignore-environment");
    if let [first, rest @ ..] = operands
        && first == "-"
    {
        empty = true;
        operands = rest;
    }
    let mut variables: Vec<(String, String)> = if empty {
        Vec::new()
    } else {
        std::env::vars().collect()
    };
    for (key, given) in &line.options {
        if *key == "unset"
            && let Some(name) = given
        {
            if name.is_empty() || name.contains('=') {
                say!("cannot unset {}: Invalid argument", locale(name));
                return Ok(125);
            }
            variables.retain(|(known, _)| known != name);
        }
    }
    while let [first, rest @ ..] = operands
        && let Some((name, value)) = first.split_once('=')
    {
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => variables.push((name.to_owned(), value.to_owned())),
        }
        operands = rest;
    }
    for (key, action) in [
        ("default-signal", Action::Default),
        ("ignore-signal", Action::Ignore),
    ] {
        for (_, given) in line.options.iter().filter(|(known, _)| *known == key) {
            set_signals(given.as_deref(), action)?;
        }
    }
    if operands.is_empty() {
        if line.has("chdir") {
            return Err(ENV.wrong("must specify command with --chdir (-C)"));
        }
        let end = if line.has("null") { '\0' } else { '\n' };
        let mut out = Output::new();
        for (name, value) in &variables {
            put!(out, "{name}={value}{end}")?;
        }
        out.flush()?;
        return Ok(0);
    }
    if line.has("null") {
        return Err(ENV.wrong("cannot specify --null (-0) with command"));
    }
    let mut command = Command::new(operands.to_vec());
    if let Some(directory) = line.value("chdir") {
        let path = match crate::paths::canonical(directory, crate::paths::Missing::Nothing) {
            Ok(path) if crate::links::is_directory(&path, true) => path,
            Ok(_) => {
                say!("cannot change directory to {}: Not a directory", always(directory));
                return Ok(125);
            }
            Err(error) => {
                let why = reason(&error);
                say!("cannot change directory to {}: {why}", always(directory));
                return Ok(125);
            }
        };
        // A relative program is meant from there.
        if command.program.contains('/') && !command.program.starts_with('/') {
            command.program = crate::paths::join(&path, &command.program);
        }
        command.cwd = path;
    } else if command.program.contains('/') {
        command.program = absolute(&command.program);
    }
    command.env = variables;
    Ok(crate::run::in_our_place(&command, &locale(&operands[0])))
}

fn set_signals(given: Option<&str>, action: Action) -> Result<(), Exit> {
    let Some(given) = given else {
        for (number, _) in signals::NAMES {
            signals::set(number, action);
        }
        return Ok(());
    };
    for name in given.split(',').filter(|name| !name.is_empty()) {
        match signals::parse(name) {
            Some(number) if number > 0 => {
                signals::set(number, action);
            }
            _ => {
                say!("{}: invalid signal", locale(name));
                return Err(ENV.wrong(&format!("invalid signal {}", locale(name))));
            }
        }
    }
    Ok(())
}

/// Replaces `-S STRING` and `-vS STRING` by the words of the string.
fn split_strings(args: &[String]) -> Result<Vec<String>, Exit> {
    let mut done: Vec<String> = args.iter().take(1).cloned().collect();
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        let string = if arg == "-S" || arg == "--split-string" || arg == "-vS" || arg == "-iS" {
            if arg == "-iS" {
                done.push("-i".to_owned());
            }
            match rest.next() {
                Some(string) => string.as_str(),
                None => return Err(ENV.wrong("option requires an argument -- 'S'")),
            }
        } else if let Some(string) = arg.strip_prefix("--split-string=") {
            string
        } else if let Some(string) = arg.strip_prefix("-S") {
            string
        } else if let Some(string) = arg.strip_prefix("-vS") {
            string
        } else {
            done.push(arg.clone());
            if arg == "-u" || arg == "-C" {
                done.extend(rest.next().cloned());
                continue;
            }
            if arg == "--" || !arg.starts_with('-') {
                done.extend(rest.cloned());
                break;
            }
            continue;
        };
        let words = split(string, &|name| std::env::var(name).unwrap_or_default());
        match words {
            Ok(words) => done.extend(words),
            Err(message) => {
                say!("{message}");
                return Err(Exit(125));
            }
        }
        done.extend(rest.cloned());
        break;
    }
    Ok(done)
}

/// Splits a string as `env -S` does.
fn split(text: &str, variable: &dyn Fn(&str) -> String) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\'' | '"' if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' if quote.is_none() => {
                words.extend(word.take());
            }
            '#' if quote.is_none() && word.is_none() => break,
            '\\' => {
                let Some(next) = characters.next() else {
                    return Err("invalid backslash at end of string in -S".to_owned());
                };
                let word = word.get_or_insert_default();
                if quote == Some('\'') {
                    if next != '\\' && next != '\'' {
                        word.push('\\');
                    }
                    word.push(next);
                    continue;
                }
                match next {
                    '"' | '#' | '$' | '\'' | '\\' => word.push(next),
                    '_' if quote.is_some() => word.push(' '),
                    '_' => {
                        words.push(std::mem::take(word));
                        // An empty word would stand between two of them.
                        if words.last().is_some_and(String::is_empty) {
                            words.pop();
                        }
                    }
                    'c' if quote.is_some() => {
                        return Err("'\\c' must not appear in double-quoted -S string".to_owned());
                    }
                    'c' => break,
                    'f' => word.push('\u{c}'),
                    'n' => word.push('\n'),
                    'r' => word.push('\r'),
                    't' => word.push('\t'),
                    'v' => word.push('\u{b}'),
                    other => return Err(format!("invalid sequence '\\{other}' in -S")),
                }
            }
            '$' if quote != Some('\'') => {
                let mut name = String::new();
                let braced = characters.next_if_eq(&'{').is_some();
                while let Some(c) = characters.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                if !braced || name.is_empty() || characters.next_if_eq(&'}').is_none() {
                    return Err(format!(
                        "only ${{VARNAME}} expansion is supported, error at: ${}{name}{}",
                        if braced { "{" } else { "" },
                        characters.collect::<String>()
                    ));
                }
                word.get_or_insert_default().push_str(&variable(&name));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("no terminating quote in -S string".to_owned());
    }
    words.extend(word.filter(|word| !word.is_empty() || text.contains(['\'', '"'])));
    Ok(words)
}

const PRINTENV: Tool = Tool {
    usage: &["[OPTION]... [VARIABLE]..."],
    about: "Print the values of the specified environment VARIABLE(s), or all of them.",
    options: &[flag("0", "null", "end each output line with NUL, not newline")],
    misuse: 2,
    stops: true,
};

pub(crate) fn printenv(args: &[String]) -> Outcome {
    let line = PRINTENV.parse(args)?;
    let end = if line.has("null") { '\0' } else { '\n' };
    let mut out = Output::new();
    let mut code = 0;
    if line.operands.is_empty() {
        for (name, value) in std::env::vars() {
            put!(out, "{name}={value}{end}")?;
        }
    }
    for name in &line.operands {
        match std::env::var(name) {
            Ok(value) if !name.contains('=') => put!(out, "{value}{end}")?,
            _ => code = 1,
        }
    }
    out.flush().map_err(|Exit(_)| Exit(2))?;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_split_as_by_gnu() {
        let variable = |name: &str| format!("<{name}>");
        for (text, words) in [
            ("a  b", vec!["a", "b"]),
            ("a 'b c' \"d e\"", vec!["a", "b c", "d e"]),
            ("x${HOME}y", vec!["x<HOME>y"]),
            ("a\\_b", vec!["a", "b"]),
            ("a # b", vec!["a"]),
            ("'' a", vec!["", "a"]),
        ] {
            assert_eq!(split(text, &variable).unwrap(), words, "{text}");
        }
        for text in ["'a", "$HOME", "a\\"] {
            assert!(split(text, &variable).is_err(), "{text}");
        }
    }
}
