//! `ps`, `pgrep`, `pkill`, `pidof`.

mod ps;

pub(crate) use ps::run as ps;

use crate::options::{Syntax, Value};
use crate::os::{self, Process};
use crate::posix_regex::{Dialect, Options, Regex};
use crate::report;

const SYNTAX: Syntax = Syntax {
    short: "acd:efg:G:ilLnoP:rs:t:u:U:vVwxF:",
    long: &[
        ("full", Value::None, "f"),
        ("list-name", Value::None, "l"),
        ("list-full", Value::None, "a"),
        ("count", Value::None, "c"),
        ("delimiter", Value::Required, "d"),
        ("exact", Value::None, "x"),
        ("ignore-case", Value::None, "i"),
        ("inverse", Value::None, "v"),
        ("newest", Value::None, "n"),
        ("oldest", Value::None, "o"),
        ("parent", Value::Required, "P"),
        ("pgroup", Value::Required, "g"),
        ("euid", Value::Required, "u"),
        ("uid", Value::Required, "U"),
        ("signal", Value::Required, "signal"),
        ("echo", Value::None, "e"),
    ],
    ordered: false,
};

/// The name of a process: the last part of its first argument.
fn name(process: &Process) -> &str {
    let program = process.argv.first().map_or("", String::as_str);
    program.rsplit('/').next().unwrap_or(program)
}

fn command(process: &Process) -> String {
    process.argv.join(" ")
}

/// `pgrep` and `pkill`.
pub(crate) fn grep(called: &str, arguments: &[String]) -> u8 {
    let kill = called == "pkill";
    let mut signal = 15;
    let mut words = arguments.to_vec();
    if kill {
        // `-9`, `-KILL`, `-SIGKILL`
        if let Some(at) = words
            .iter()
            .position(|it| it.len() > 1 && it.starts_with('-') && os::signal(&it[1..]).is_some())
        {
            let word = words.remove(at);
            signal = os::signal(&word[1..]).unwrap_or(signal);
        }
    }
    let parsed = match SYNTAX.parse(&words) {
        Ok(parsed) => parsed,
        Err(message) => {
            report::say(called, &message);
            report::line(&format!("Try `{called} --help' for more information."));
            return 2;
        }
    };
    if let Some(text) = parsed.value("signal") {
        match os::signal(text) {
            Some(number) => signal = number,
            None => {
                report::say(called, &format!("invalid signal: {text}"));
                return 2;
            }
        }
    }
    let criteria = ["P", "g", "u", "U"].iter().any(|it| parsed.has(it));
    let pattern = match parsed.operands.as_slice() {
        [] if criteria => None,
        [] => {
            report::say(called, "no matching criteria specified");
            report::line(&format!("Try `{called} --help' for more information."));
            return 2;
        }
        [pattern] => Some(pattern),
        _ => {
            report::say(called, "only one pattern can be provided");
            report::line(&format!("Try `{called} --help' for more information."));
            return 2;
        }
    };
    let options = Options {
        ignore_case: parsed.has("i"),
        whole: parsed.has("x"),
        ..Options::default()
    };
    let regex = match pattern
        .map(|it| Regex::new(it, Dialect::Extended, options))
        .transpose()
    {
        Ok(regex) => regex,
        Err(error) => {
            report::say(called, &error);
            return 2;
        }
    };
    let list = |key: &str| -> Option<Vec<u32>> {
        let text = parsed.value(key)?;
        Some(text.split(',').filter_map(|it| it.parse().ok()).collect())
    };
    let (parents, groups) = (list("P"), list("g"));
    let me = os::pid();
    let fits = |process: &Process| {
        let text = if parsed.has("f") {
            command(process)
        } else {
            name(process).to_owned()
        };
        let by_name = regex.as_ref().is_none_or(|it| it.is_match(text.as_bytes()));
        let by_parent = parents
            .as_ref()
            .is_none_or(|it| it.contains(&process.parent));
        let by_group = groups.as_ref().is_none_or(|it| it.contains(&process.group));
        (by_name && by_parent && by_group) != parsed.has("v")
    };
    let mut found: Vec<Process> = os::processes();
    found.retain(|it| it.pid != me && fits(it));
    // By number, and later ones have higher numbers.
    if parsed.has("n") {
        found.drain(..found.len().saturating_sub(1));
    }
    if parsed.has("o") {
        found.truncate(1);
    }
    if parsed.has("c") {
        println!("{}", found.len());
    }
    if kill {
        let mut reached = false;
        for process in &found {
            match os::kill(process.pid, signal) {
                Ok(()) => {
                    reached = true;
                    if parsed.has("e") {
                        println!("{} killed (pid {})", name(process), process.pid);
                    }
                }
                Err(error) => {
                    let text = report::text(&error);
                    report::say(
                        called,
                        &format!("killing pid {} failed: {text}", process.pid),
                    );
                }
            }
        }
        return u8::from(!reached);
    }
    if !parsed.has("c") {
        let lines: Vec<String> = found
            .iter()
            .map(|it| match (parsed.has("a"), parsed.has("l")) {
                (true, _) => format!("{} {}", it.pid, command(it)),
                (false, true) => format!("{} {}", it.pid, name(it)),
                (false, false) => it.pid.to_string(),
            })
            .collect();
        if !lines.is_empty() {
            println!("{}", lines.join(parsed.value("d").unwrap_or("\n")));
        }
    }
    u8::from(found.is_empty())
}

pub(crate) fn pidof(called: &str, arguments: &[String]) -> u8 {
    const SYNTAX: Syntax = Syntax {
        short: "cno:qsx",
        long: &[("single-shot", Value::None, "s")],
        ordered: false,
    };
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            crate::options::complain(called, &message);
            return 1;
        }
    };
    let omitted = parsed.value("o").unwrap_or("");
    let omitted: Vec<&str> = omitted.split(',').collect();
    let me = os::pid();
    let mut pids: Vec<String> = os::processes()
        .iter()
        .rev()
        .filter(|it| {
            it.pid != me
                && parsed
                    .operands
                    .iter()
                    .any(|wanted| wanted == name(it) || it.argv.first() == Some(wanted))
        })
        .map(|it| it.pid.to_string())
        .filter(|it| !omitted.contains(&it.as_str()))
        .collect();
    if parsed.has("s") {
        pids.truncate(1);
    }
    if pids.is_empty() {
        return 1;
    }
    if !parsed.has("q") {
        println!("{}", pids.join(" "));
    }
    0
}
