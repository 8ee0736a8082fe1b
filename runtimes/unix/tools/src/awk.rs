//! `awk`, with what programs written for gawk use most.

mod builtins;
mod fields;
mod format;
mod input;
mod interpreter;
mod lexer;
mod parser;
mod sorting;
mod streams;
mod strings;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod value;

use std::rc::Rc;

use crate::options::{Syntax, Value as Takes};
use crate::os;
use crate::report;
use crate::stream;
use interpreter::{Machine, Stop};
use value::{Cell, Map, Str, Value};

const SYNTAX: Syntax = Syntax {
    short: "F:v:f:e:PStcO",
    long: &[
        ("field-separator", Takes::Required, "F"),
        ("assign", Takes::Required, "v"),
        ("file", Takes::Required, "f"),
        ("source", Takes::Required, "e"),
        ("posix", Takes::None, "P"),
        ("traditional", Takes::None, "c"),
        ("re-interval", Takes::None, "re-interval"),
        ("sandbox", Takes::None, "S"),
    ],
    ordered: true,
};

const USAGE: &str = "Usage: awk [POSIX or GNU style options] -f progfile [--] file ...\n\
                     Usage: awk [POSIX or GNU style options] [--] 'program' file ...";

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            report::say("awk", &message);
            report::line(USAGE);
            return 2;
        }
    };
    let mut source = String::new();
    let mut given = false;
    for (key, value) in &parsed.options {
        let value = value.as_deref().unwrap_or("");
        match *key {
            "f" => match stream::read(value) {
                Ok(text) => source.push_str(&String::from_utf8_lossy(&text)),
                Err(error) => {
                    let text = report::text(&error);
                    let message =
                        format!("fatal: cannot open source file `{value}' for reading: {text}");
                    report::say("awk", &message);
                    return 2;
                }
            },
            "e" => source.push_str(value),
            "S" => {
                report::say("awk", "fatal: --sandbox is not supported");
                return 2;
            }
            _ => continue,
        }
        source.push('\n');
        given = true;
    }
    let mut operands = parsed.operands.iter();
    if !given {
        let Some(program) = operands.next() else {
            report::line(USAGE);
            return 2;
        };
        source.clone_from(program);
    }
    let program = match parser::parse(&source) {
        Ok(program) => program,
        Err(message) => {
            report::say("awk", &message);
            return if message.contains("fatal") { 2 } else { 1 };
        }
    };
    let mut machine = Machine::new(program);
    match start(&mut machine, &parsed.options, operands.cloned().collect()) {
        Ok(()) => finish(&mut machine),
        Err(message) => {
            report::say("awk", &message);
            2
        }
    }
}

/// Sets the variables that a program begins with.
fn start(
    machine: &mut Machine,
    options: &[(&'static str, Option<String>)],
    files: Vec<String>,
) -> Result<(), String> {
    let mut arguments = Map::default();
    arguments.insert(Str::from(&b"0"[..]), value::text("awk"));
    for (at, file) in files.iter().enumerate() {
        let key = Value::Number((at + 1) as f64).string(b"");
        arguments.insert(key, Value::Input(file.as_bytes().into()));
    }
    machine.globals[syntax::ARGC] = Cell::Scalar(Value::Number((files.len() + 1) as f64));
    machine.globals[syntax::ARGV] = array(arguments);
    let mut environment = Map::default();
    for (name, value) in std::env::vars() {
        environment.insert(
            name.as_bytes().into(),
            Value::Input(value.as_bytes().into()),
        );
    }
    machine.globals[syntax::ENVIRON] = array(environment);
    let mut info = Map::default();
    info.insert(Str::from(&b"version"[..]), value::text("5.2.1"));
    let pid = if cfg!(test) { 0 } else { os::pid() };
    info.insert(Str::from(&b"pid"[..]), Value::Number(f64::from(pid)));
    machine.globals[syntax::PROCINFO] = array(info);
    let fatal = |stop| match stop {
        Stop::Fatal(message) => message,
        _ => String::new(),
    };
    for (key, value) in options {
        let value = value.as_deref().unwrap_or("");
        match *key {
            "F" => {
                // What POSIX says of `-Ft`.
                let separator = if value == "t" { r"\t" } else { value };
                machine.assign_by_name("FS", separator).map_err(fatal)?;
            }
            "v" => match assignment(value) {
                Some((name, value)) => machine.assign_by_name(name, value).map_err(fatal)?,
                None => {
                    return Err(format!(
                        "fatal: `{value}' argument to `-v' not in `var=value' form"
                    ));
                }
            },
            _ => {}
        }
    }
    Ok(())
}

fn array(map: Map) -> Cell {
    Cell::Array(Rc::new(map.into()))
}

/// `name=value`
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let mut letters = name.bytes();
    let first = letters.next()?;
    let fits = (first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|it| it.is_ascii_alphanumeric() || it == b'_');
    fits.then_some((name, value))
}

fn finish(machine: &mut Machine) -> u8 {
    let mut code = match machine.run() {
        Ok(()) | Err(Stop::Exit | Stop::Next | Stop::NextFile) => machine.exit_code,
        Err(Stop::Fatal(message)) => {
            let _said_below = machine.streams.flush();
            report::say("awk", &message);
            2
        }
    };
    if code == 0 && machine.failed {
        code = 2;
    }
    let code = stream::finish("awk", &mut machine.streams.out, code, 2);
    machine.streams.close_all();
    code
}
