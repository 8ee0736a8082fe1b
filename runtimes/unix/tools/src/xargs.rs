//! `xargs`.

mod items;

use std::io;

use crate::options::{self, Syntax, Value};
use crate::os::{self, End, Input, Launch, Running};
use crate::report;
use crate::stream;
use items::{Items, Separator};

const SYNTAX: Syntax = Syntax {
    short: "0a:d:E:e::I:i::L:l::n:oP:prs:tx",
    long: &[
        ("null", Value::None, "0"),
        ("arg-file", Value::Required, "a"),
        ("delimiter", Value::Required, "d"),
        ("eof", Value::Optional, "e"),
        ("replace", Value::Optional, "i"),
        ("max-lines", Value::Optional, "l"),
        ("max-args", Value::Required, "n"),
        ("open-tty", Value::None, "o"),
        ("max-procs", Value::Required, "P"),
        ("interactive", Value::None, "p"),
        ("no-run-if-empty", Value::None, "r"),
        ("max-chars", Value::Required, "s"),
        ("verbose", Value::None, "t"),
        ("exit", Value::None, "x"),
        ("process-slot-var", Value::Required, "slot"),
    ],
    ordered: true,
};

/// Bytes of one command line, unless `-s` says otherwise: what GNU's takes.
const LINE: usize = 128 << 10;

struct Settings {
    command: Vec<String>,
    replace: Option<String>,
    lines: Option<usize>,
    items: Option<usize>,
    size: usize,
    at_once: usize,
    not_if_empty: bool,
    verbose: bool,
    ask: bool,
    exit_if_too_long: bool,
    slot: Option<String>,
    /// The command's input, if `-a` leaves ours to it.
    input: Input,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    match parse(arguments) {
        Ok((settings, items)) => Runner::new(settings).run(items),
        Err(message) => {
            options::complain("xargs", &message);
            1
        }
    }
}

fn parse(arguments: &[String]) -> Result<(Settings, Items), String> {
    let parsed = SYNTAX.parse(arguments)?;
    let mut settings = Settings {
        command: parsed.operands,
        replace: None,
        lines: None,
        items: None,
        size: LINE,
        at_once: 1,
        not_if_empty: false,
        verbose: false,
        ask: false,
        exit_if_too_long: false,
        slot: None,
        input: Input::Empty,
    };
    let mut separator = Separator::Blanks;
    let mut end = None;
    let mut file = None;
    let number = |key: &str, value: &str| {
        let invalid = || format!("invalid number \"{value}\" for -{key} option");
        value.parse::<usize>().map_err(|_| invalid())
    };
    let positive = |key: &str, value: &str| match number(key, value)? {
        0 => Err(format!("value {value} for -{key} option should be >= 1")),
        some => Ok(some),
    };
    for (key, value) in parsed.options {
        let given = value.as_deref().unwrap_or("");
        match key {
            "0" => separator = Separator::Byte(0),
            "d" => separator = Separator::Byte(delimiter(given)?),
            "a" => file = value,
            "E" => end = value,
            "e" => end = value,
            "I" | "i" => {
                settings.replace = Some(if given.is_empty() { "{}" } else { given }.to_owned());
                settings.lines = None;
                settings.items = None;
            }
            "L" | "l" => {
                settings.lines = Some(if given.is_empty() {
                    1
                } else {
                    positive(key, given)?
                });
                settings.items = None;
                settings.replace = None;
            }
            "n" => {
                let count = positive(key, given)?;
                // One at a time is what replacing does anyway.
                if !(count == 1 && settings.replace.is_some()) {
                    settings.items = Some(count);
                    settings.lines = None;
                    settings.replace = None;
                }
            }
            "P" => settings.at_once = number(key, given)?,
            "s" => settings.size = positive(key, given)?,
            "r" => settings.not_if_empty = true,
            "t" => settings.verbose = true,
            "p" => {
                settings.ask = true;
                settings.verbose = true;
            }
            "x" => settings.exit_if_too_long = true,
            "o" => settings.input = Input::Inherit,
            "slot" => settings.slot = value,
            _ => {}
        }
    }
    if settings.command.is_empty() {
        settings.command.push("echo".into());
    }
    let input = match &file {
        None => stream::standard(),
        Some(path) => {
            settings.input = Input::Inherit;
            stream::open(path).map_err(|error| {
                format!("Cannot open input file ‘{path}’: {}", report::text(&error))
            })?
        }
    };
    if settings.replace.is_some() && separator == Separator::Blanks {
        separator = Separator::Lines;
    }
    let items = Items::new(input, separator, end.filter(|it| !it.is_empty()));
    Ok((settings, items))
}

fn delimiter(text: &str) -> Result<u8, String> {
    let invalid = || {
        format!(
            "Invalid input delimiter specification {text}: the delimiter must be either a single \
             character or an escape sequence starting with \\."
        )
    };
    match text.as_bytes() {
        [one] => Ok(*one),
        [b'\\', letter] => match letter {
            b'0' => Ok(0),
            b'a' => Ok(7),
            b'b' => Ok(8),
            b'f' => Ok(12),
            b'n' => Ok(b'\n'),
            b'r' => Ok(b'\r'),
            b't' => Ok(b'\t'),
            b'v' => Ok(11),
            b'\\' => Ok(b'\\'),
            _ => Err(invalid()),
        },
        [b'\\', b'x', hex @ ..] => {
            let hex = String::from_utf8_lossy(hex);
            u8::from_str_radix(&hex, 16).map_err(|_| invalid())
        }
        [b'\\', octal @ ..] => {
            let octal = String::from_utf8_lossy(octal);
            u8::from_str_radix(&octal, 8).map_err(|_| invalid())
        }
        _ => Err(invalid()),
    }
}

/// Why no more commands are to be started.
enum Stop {
    /// With this exit status.
    With(u8),
}

struct Runner {
    settings: Settings,
    running: Vec<Running>,
    /// Which slots are taken, by the commands in `running`.
    slots: Vec<usize>,
    code: u8,
}

impl Runner {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            running: Vec::new(),
            slots: Vec::new(),
            code: 0,
        }
    }

    fn run(mut self, mut items: Items) -> u8 {
        let stopped = match self.settings.replace.clone() {
            Some(marker) => self.replacing(&mut items, &marker),
            None => self.appending(&mut items),
        };
        let rest = self.wait_until(0);
        match stopped.and(rest) {
            Ok(()) => self.code,
            Err(Stop::With(code)) => code,
        }
    }

    fn next(items: &mut Items) -> Result<Option<items::Item>, Stop> {
        items.next().map_err(|error| {
            report::say("xargs", &report::text(&error));
            Stop::With(1)
        })
    }

    /// `-I`: a command for each line.
    fn replacing(&mut self, items: &mut Items, marker: &str) -> Result<(), Stop> {
        while let Some(item) = Self::next(items)? {
            let argv = self.settings.command.iter();
            let argv = argv.map(|it| it.replace(marker, &item.text)).collect();
            self.start(argv)?;
        }
        Ok(())
    }

    fn appending(&mut self, items: &mut Items) -> Result<(), Stop> {
        let length = |it: &String| it.len() + 1;
        let fixed: usize = self.settings.command.iter().map(length).sum();
        let mut argv = self.settings.command.clone();
        let (mut size, mut count, mut lines, mut ran) = (fixed, 0, 0, false);
        while let Some(item) = Self::next(items)? {
            let add = length(&item.text);
            if size + add > self.settings.size {
                let limited = self.settings.items.is_some() || self.settings.lines.is_some();
                if count == 0 || (self.settings.exit_if_too_long && limited) {
                    report::say("xargs", "argument line too long");
                    return Err(Stop::With(1));
                }
                self.start(std::mem::replace(&mut argv, self.settings.command.clone()))?;
                (size, count, lines, ran) = (fixed, 0, 0, true);
            }
            argv.push(item.text);
            size += add;
            count += 1;
            lines += usize::from(item.ends_line);
            if self.settings.items == Some(count) || self.settings.lines == Some(lines) {
                self.start(std::mem::replace(&mut argv, self.settings.command.clone()))?;
                (size, count, lines, ran) = (fixed, 0, 0, true);
            }
        }
        if count > 0 || (!ran && !self.settings.not_if_empty) {
            self.start(argv)?;
        }
        Ok(())
    }

    fn start(&mut self, argv: Vec<String>) -> Result<(), Stop> {
        if self.settings.at_once > 0 {
            self.wait_until(self.settings.at_once - 1)?;
        }
        if self.settings.verbose {
            let line: Vec<String> = argv.iter().map(|it| quoted(it)).collect();
            if self.settings.ask {
                if !confirmed(&line.join(" ")) {
                    return Ok(());
                }
            } else {
                report::line(&line.join(" "));
            }
        }
        let program = argv.first().cloned().unwrap_or_default();
        let mut launch = Launch::of(argv);
        launch.input = self.settings.input;
        let slot = (0..).find(|it| !self.slots.contains(it)).unwrap_or(0);
        if let Some(name) = &self.settings.slot {
            let mut env: Vec<_> = std::env::vars().filter(|(it, _)| it != name).collect();
            env.push((name.clone(), slot.to_string()));
            launch.env = Some(env);
        }
        match launch.spawn() {
            Ok(child) => {
                self.running.push(child);
                self.slots.push(slot);
                Ok(())
            }
            Err(error) => {
                report::say("xargs", &format!("{program}: {}", error.text));
                Err(Stop::With(error.code))
            }
        }
    }

    /// Waits until at most `count` commands run.
    fn wait_until(&mut self, count: usize) -> Result<(), Stop> {
        let mut stop = Ok(());
        while self.running.len() > count {
            let mut at = 0;
            let before = self.running.len();
            while let Some(child) = self.running.get_mut(at) {
                let Some(end) = child.try_wait() else {
                    at += 1;
                    continue;
                };
                self.running.swap_remove(at);
                self.slots.swap_remove(at);
                let ended = self.ended(end);
                stop = stop.and(ended);
            }
            if self.running.len() == before {
                os::wait_any(&self.running);
            }
        }
        stop
    }

    fn ended(&mut self, end: End) -> Result<(), Stop> {
        let program = self.settings.command.first().map_or("", String::as_str);
        match end {
            End::Exited(0) => Ok(()),
            End::Exited(255) => {
                let message = format!("{program}: exited with status 255; aborting");
                report::say("xargs", &message);
                Err(Stop::With(124))
            }
            End::Exited(_) => {
                self.code = 123;
                Ok(())
            }
            End::Signaled(signal) => {
                let message = format!("{program}: terminated by signal {signal}");
                report::say("xargs", &message);
                Err(Stop::With(125))
            }
        }
    }
}

fn confirmed(line: &str) -> bool {
    use std::io::{BufRead, Write};
    let _lost = io::stderr().write_all(format!("{line} ?...").as_bytes());
    // The items come from standard input; answers come from the terminal, which there is not.
    let mut answer = String::new();
    let Ok(terminal) = std::fs::File::open("/dev/tty") else {
        report::line("");
        report::say("xargs", "failed to open /dev/tty for reading");
        return false;
    };
    let read = io::BufReader::new(terminal).read_line(&mut answer);
    read.is_ok() && answer.starts_with(['y', 'Y'])
}

/// As a shell would have to be given it.
fn quoted(argument: &str) -> String {
    let plain =
        |it: char| it.is_ascii_alphanumeric() || "%+,-./:=@_^~{}[]".contains(it) || !it.is_ascii();
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}
