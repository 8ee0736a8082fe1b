//! `kill`.

use belljar_sys::{process, signals};

use crate::options::Outcome;
use crate::report::{self, reason, say};
use crate::streams::{Output, put};

const USAGE: &str = "
Usage:
 kill [options] <pid> [...]

Options:
 <pid> [...]            send signal to every <pid> listed
 -<signal>, -s, --signal <signal>
                        specify the <signal> to be sent
 -l, --list=[<signal>]  list all signal names, or convert one to a name
 -L, --table            list all signal names in a nice table
 -h, --help             display this help and exit
";

pub(crate) fn main(args: &[String]) -> Outcome {
    let mut words = args.get(1..).unwrap_or_default();
    let mut signal = signals::TERM;
    while let [first, rest @ ..] = words {
        match first.as_str() {
            "--" => {
                words = rest;
                break;
            }
            "-h" | "--help" => {
                report::output(USAGE);
                return Ok(0);
            }
            "-l" | "--list" => return list(rest),
            "-L" | "--table" => return table(),
            "-s" | "--signal" | "-n" => {
                let [name, rest @ ..] = rest else {
                    report::raw(USAGE);
                    return Ok(1);
                };
                let Some(number) = signals::parse(name) else {
                    return unknown(name);
                };
                signal = number;
                words = rest;
                continue;
            }
            _ => {}
        }
        if let Some(name) = first.strip_prefix("--list=") {
            return list(&[name.to_owned()]);
        }
        let name = first.strip_prefix("--signal=").or_else(|| first.strip_prefix('-'));
        let Some(name) = name else { break };
        match signals::parse(name) {
            Some(number) => signal = number,
            None => return unknown(name),
        }
        words = rest;
        // A second number with a minus is a group.
        if words.first().is_some_and(|word| word.starts_with('-') && word != "--") {
            break;
        }
    }
    if words.is_empty() {
        report::raw(USAGE);
        return Ok(1);
    }
    let mut code = 0;
    for word in words {
        let Ok(pid) = word.parse::<i32>() else {
            say!("failed to parse argument: '{word}'");
            code = 1;
            continue;
        };
        if let Err(error) = process::kill(pid, signal) {
            say!("({pid}): {}", reason(&error));
            code = 1;
        }
    }
    Ok(code)
}

fn unknown(name: &str) -> Outcome {
    say!("unknown signal name {name}");
    Ok(1)
}

fn list(words: &[String]) -> Outcome {
    let mut out = Output::new();
    if words.is_empty() {
        let names: Vec<_> = signals::NAMES.iter().map(|(_, name)| *name).collect();
        put!(out, "{}\n", names.join(" "))?;
    }
    for word in words {
        // An exit code above 128 stands for the signal that caused it.
        let number = word.parse::<u8>().ok();
        let number = number.map(|number| if number > 128 { number - 128 } else { number });
        let found = signals::NAMES.iter().find(|(known, name)| match number {
            Some(number) => *known == number,
            None => signals::parse(word) == Some(*known) && !name.is_empty(),
        });
        match (found, number) {
            (Some((_, name)), Some(_)) => put!(out, "{name}\n")?,
            (Some((number, _)), None) => put!(out, "{number}\n")?,
            (None, _) => {
                out.flush()?;
                return unknown(word);
            }
        }
    }
    out.flush()?;
    Ok(0)
}

fn table() -> Outcome {
    let mut out = Output::new();
    for row in signals::NAMES.chunks(7) {
        let cells: Vec<_> = row.iter().map(|(number, name)| format!("{number:2} {name:<7}")).collect();
        put!(out, "{}\n", cells.join(" ").trim_end())?;
    }
    out.flush()?;
    Ok(0)
}
