//! Compiles a filter and applies it to the inputs.

use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;

use jaq_core::data::{DataT, HasLut};
use jaq_core::load::parse::Def;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Lut, Vars};
use jaq_json::{Val, read};
use jaq_std::input::{HasInputs, Inputs, RcIter};

use super::inputs::{self, Trouble};
use super::{Given, Settings, rewrite};
use crate::report;
use crate::stream;

/// What filters work on.
struct Kind;

#[derive(Clone)]
struct Data<'a> {
    lut: &'a Lut<Kind>,
    inputs: Inputs<'a, Val>,
}

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = Data<'a>;
}

impl<'a> HasLut<'a, Kind> for Data<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

impl<'a> HasInputs<'a, Val> for Data<'a> {
    fn inputs(&self) -> Inputs<'a, Val> {
        self.inputs
    }
}

/// What `jq` has and the libraries of jaq lack.
const PRELUDE: &str = include_str!("prelude.jq");

/// `debug` and `stderr` write through the `log` crate.
struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let text = if record.level() == log::Level::Debug {
            format!("[\"DEBUG:\",{}]\n", record.args())
        } else {
            record.args().to_string()
        };
        let _lost = std::io::stderr().write_all(text.as_bytes());
    }

    fn flush(&self) {}
}

static LOGGER: Logger = Logger;

pub(super) fn run(settings: &Settings) -> u8 {
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
    let variables = match variables(settings) {
        Ok(variables) => variables,
        Err(message) => {
            report::say("jq", &message);
            return 2;
        }
    };
    let arena = Arena::default();
    let prelude = jaq_core::load::parse(PRELUDE, |it| it.defs()).unwrap_or_default();
    let prelude = prelude.into_iter().map(|it| Def {
        name: it.name,
        args: it.args,
        body: rewrite::rewrite(it.body),
    });
    let definitions = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .chain(prelude);
    // A filter that cannot be read is given as it is: the loader says what is wrong with it.
    let parsed = jaq_core::load::parse(&settings.filter, |it| it.term());
    let main = parsed.map(|term| Def {
        name: "_main",
        args: Vec::new(),
        body: rewrite::rewrite(term),
    });
    let file = File {
        code: if main.is_some() {
            "_main"
        } else {
            settings.filter.as_str()
        },
        path: (),
    };
    let mut definitions: Vec<Def<&str>> = definitions.collect::<Vec<Def<&'static str>>>();
    definitions.extend(main);
    let modules = match Loader::new(definitions).load(&arena, file) {
        Ok(modules) => modules,
        Err(errors) => {
            for (file, error) in errors {
                complain(&parse_error(file.code, &error), file.code);
            }
            report::line("jq: 1 compile error");
            return 3;
        }
    };
    let functions = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(
            jaq_std::input::funs()
                .into_vec()
                .into_iter()
                .map(jaq_core::native::run),
        )
        .chain(jaq_json::funs());
    let compiled = Compiler::default()
        .with_funs(functions)
        .with_global_vars(variables.iter().map(|it| it.0.as_str()))
        .compile(modules);
    let filter = match compiled {
        Ok(filter) => filter,
        Err(errors) => {
            let mut count = 0;
            for (file, undefined) in errors {
                for (name, what) in undefined {
                    count += 1;
                    complain(
                        &format!("error: {name} is not defined ({})", what.as_str()),
                        file.code,
                    );
                }
            }
            let plural = if count == 1 { "error" } else { "errors" };
            report::line(&format!("jq: {count} compile {plural}"));
            return 3;
        }
    };
    let trouble = Rc::new(Cell::new(Trouble::None));
    let values = inputs::values(settings, &trouble);
    let inputs = RcIter::new(values);
    let inputs: Inputs<'_, Val> = &inputs;
    let mut printer = Printer::new(settings);
    let mut apply = |input: Val| -> Option<u8> {
        let data = Data {
            lut: &filter.lut,
            inputs,
        };
        let globals = Vars::new(variables.iter().map(|it| it.1.clone()));
        let context = Ctx::<Kind>::new(data, globals);
        for output in filter.id.run((context, input)) {
            match output {
                Ok(value) => printer.print(&value),
                Err(exception) => {
                    printer.flush();
                    return match exception.get_err() {
                        Ok(error) => {
                            report::say("jq", &run_error(&error.into_val()));
                            printer.failed = true;
                            None
                        }
                        Err(other) => {
                            let code = other.get_halt().unwrap_or(5);
                            Some(u8::try_from(code & 0xff).unwrap_or(5))
                        }
                    };
                }
            }
        }
        None
    };
    let mut halted = None;
    if settings.null_input {
        halted = apply(Val::Null);
    } else {
        while halted.is_none() {
            let next = { inputs }.next();
            match next {
                None => break,
                Some(Ok(input)) => halted = apply(input),
                Some(Err(message)) => {
                    report::line(&format!("jq: error (at <stdin>:0): {message}"));
                    halted = Some(2);
                }
            }
        }
    }
    printer.finish(halted, trouble.get())
}

struct Printer<'s> {
    settings: &'s Settings,
    out: stream::Out,
    line: Vec<u8>,
    /// The last output was neither false nor null; none if there was no output.
    last: Option<bool>,
    failed: bool,
}

impl<'s> Printer<'s> {
    fn new(settings: &'s Settings) -> Self {
        Self {
            settings,
            out: stream::stdout(),
            line: Vec::new(),
            last: None,
            failed: false,
        }
    }

    fn print(&mut self, value: &Val) {
        self.line.clear();
        match value {
            Val::TStr(text) | Val::BStr(text) if self.settings.raw_output => {
                self.line.extend_from_slice(text);
            }
            other => self.settings.style.value(other, &mut self.line),
        }
        if self.settings.zero_end {
            self.line.push(0);
        } else if !self.settings.join {
            self.line.push(b'\n');
        }
        // The end says if something could not be written.
        let _checked_at_the_end = self.out.write_all(&self.line);
        if self.settings.flush {
            self.flush();
        }
        self.last = Some(!matches!(value, Val::Null | Val::Bool(false)));
    }

    fn flush(&mut self) {
        let _checked_at_the_end = self.out.flush();
    }

    fn finish(mut self, halted: Option<u8>, trouble: Trouble) -> u8 {
        let code = match (halted, trouble) {
            (Some(code), _) => code,
            (None, Trouble::File) => 2,
            (None, Trouble::None) if self.failed => 5,
            (None, Trouble::None) if self.settings.exit_status => match self.last {
                Some(true) => 0,
                Some(false) => 1,
                None => 4,
            },
            (None, Trouble::None) => 0,
        };
        stream::finish("jq", &mut self.out, code, 2)
    }
}

/// The global variables: name with its `$`, and value.
fn variables(settings: &Settings) -> Result<Vec<(String, Val)>, String> {
    let mut variables = Vec::new();
    let mut named = jaq_json::Map::default();
    for (name, given) in &settings.named {
        let value = value_of(name, given)?;
        named.insert(Val::from(name.clone()), value.clone());
        variables.push((format!("${name}"), value));
    }
    let mut positional = Vec::new();
    for given in &settings.positional {
        positional.push(value_of("", given)?);
    }
    let mut arguments = jaq_json::Map::default();
    arguments.insert(
        Val::from("positional".to_owned()),
        positional.into_iter().collect(),
    );
    arguments.insert(Val::from("named".to_owned()), Val::obj(named));
    variables.push(("$ARGS".into(), Val::obj(arguments)));
    let mut environment = jaq_json::Map::default();
    for (name, value) in std::env::vars() {
        environment.insert(Val::from(name), Val::from(value));
    }
    variables.push(("$ENV".into(), Val::obj(environment)));
    Ok(variables)
}

fn value_of(name: &str, given: &Given) -> Result<Val, String> {
    Ok(match given {
        Given::Text(text) => Val::from(text.clone()),
        Given::Json(text) => read::parse_single(text.as_bytes()).map_err(|_| {
            format!("Invalid JSON text passed to --argjson {name}")
                .trim_end()
                .to_owned()
        })?,
        Given::RawFile(path) => {
            let text = stream::read(path).map_err(|error| {
                format!(
                    "Bad JSON in --rawfile {name} {path}: Could not open {path}: {}",
                    report::text(&error)
                )
            })?;
            inputs::string(&text)
        }
        Given::Slurped(path) => {
            let text = stream::read(path).map_err(|error| {
                format!(
                    "Bad JSON in --slurpfile {name} {path}: Could not open {path}: {}",
                    report::text(&error)
                )
            })?;
            let all: Result<Vec<Val>, _> = read::parse_many(&text).collect();
            all.map_err(|error| format!("Bad JSON in --slurpfile {name} {path}: {error}"))?
                .into_iter()
                .collect()
        }
    })
}

fn complain(message: &str, code: &str) {
    report::line(&format!("jq: {message} at <top-level>, line 1:"));
    report::line(code);
}

fn parse_error(code: &str, error: &jaq_core::load::Error<&str>) -> String {
    use jaq_core::load::Error;
    let near = |rest: &str| {
        if rest.trim().is_empty() {
            "$end (Unix shell quoting issues?)".to_owned()
        } else {
            let start = code.len().saturating_sub(rest.len());
            format!(
                "{} (at character {start})",
                rest.chars().take(20).collect::<String>()
            )
        }
    };
    match error {
        Error::Io(errors) => {
            let all: Vec<String> = errors
                .iter()
                .map(|(path, it)| format!("{path}: {it}"))
                .collect();
            format!("error: {}", all.join("; "))
        }
        Error::Lex(errors) => match errors.first() {
            Some((expected, rest)) => {
                format!(
                    "error: syntax error, unexpected {}, expected {}",
                    near(rest),
                    expected.as_str()
                )
            }
            None => "error: syntax error".into(),
        },
        Error::Parse(errors) => match errors.first() {
            Some((expected, rest)) => {
                format!(
                    "error: syntax error, unexpected {}, expected {}",
                    near(rest),
                    expected.as_str()
                )
            }
            None => "error: syntax error".into(),
        },
    }
}

/// An error that a filter ended with.
fn run_error(value: &Val) -> String {
    match value {
        Val::TStr(text) | Val::BStr(text) => {
            format!("error (at <unknown>): {}", String::from_utf8_lossy(text))
        }
        other => {
            let mut style = super::Style::new();
            style.indent = None;
            let mut text = Vec::new();
            style.value(other, &mut text);
            format!(
                "error (at <unknown>) (not a string): {}",
                String::from_utf8_lossy(&text)
            )
        }
    }
}
