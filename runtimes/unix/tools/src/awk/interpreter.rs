//! Runs a program: statements and expressions.

mod expressions;
mod reading;
mod variables;

use std::collections::HashMap;
use std::rc::Rc;

use super::fields::{Record, Splitter};
use super::input::{Records, Separator};
use super::streams::{How, Streams};
use super::syntax::{self, Expr, Operator, Program, Redirection, Statement, Trigger};
use super::value::{Cell, Str, Value};
use crate::posix_regex::Regex;
use crate::report;

/// Why an expression has no value.
pub(super) enum Stop {
    Fatal(String),
    Next,
    NextFile,
    Exit,
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Fatal(message)
    }
}

pub(super) type Run<T> = Result<T, Stop>;

/// How a statement ended.
enum Flow {
    Normal,
    Break,
    Continue,
    Return(Value),
}

/// How deep functions call each other at most: the stack is finite.
const DEEPEST: usize = 2000;

pub(super) struct Machine {
    pub(super) globals: Vec<Cell>,
    /// Parameters of the functions that run.
    pub(super) locals: Vec<Cell>,
    /// Where those of the current function begin.
    base: usize,
    depth: usize,
    program: Rc<Program>,
    pub(super) record: Record,
    pub(super) streams: Streams,
    splitter: Option<Splitter>,
    separator: Option<Separator>,
    /// Newlines separate fields, as records are paragraphs.
    pub(super) paragraphs: bool,
    /// Which of `FS`, `FPAT` and `FIELDWIDTHS` was set last.
    split_by: usize,
    pub(super) convert: Str,
    out_convert: Str,
    field_separator: Str,
    record_end: Str,
    pub(super) subscript_separator: Str,
    pub(super) ignore_case: bool,
    regexes: HashMap<Str, Rc<Regex>>,
    ranges: Vec<bool>,
    pub(super) exit_code: u8,
    main: Option<Records>,
    next_argument: usize,
    used_files: bool,
    pub(super) seed: f64,
    pub(super) random: u64,
    /// An input could not be opened.
    pub(super) failed: bool,
}

impl Machine {
    pub(super) fn new(program: Program) -> Self {
        let bytes = |text: &str| Str::from(text.as_bytes());
        let mut globals = Vec::new();
        globals.resize_with(program.globals.len(), Cell::default);
        let mut machine = Self {
            globals,
            locals: Vec::new(),
            base: 0,
            depth: 0,
            ranges: vec![false; program.ranges],
            program: Rc::new(program),
            record: Record::default(),
            streams: Streams::new(),
            splitter: None,
            separator: None,
            paragraphs: false,
            split_by: syntax::FS,
            convert: bytes("%.6g"),
            out_convert: bytes("%.6g"),
            field_separator: bytes(" "),
            record_end: bytes("\n"),
            subscript_separator: bytes("\x1c"),
            ignore_case: false,
            regexes: HashMap::new(),
            exit_code: 0,
            main: None,
            next_argument: 1,
            used_files: false,
            seed: 0.0,
            random: 0,
            failed: false,
        };
        for (number, value) in [
            (syntax::FS, " "),
            (syntax::OFS, " "),
            (syntax::ORS, "\n"),
            (syntax::RS, "\n"),
            (syntax::SUBSEP, "\x1c"),
            (syntax::CONVFMT, "%.6g"),
            (syntax::OFMT, "%.6g"),
        ] {
            machine.globals[number] = Cell::Scalar(super::value::text(value));
        }
        for number in [
            syntax::NF,
            syntax::NR,
            syntax::FNR,
            syntax::RSTART,
            syntax::IGNORECASE,
        ] {
            machine.globals[number] = Cell::Scalar(Value::Number(0.0));
        }
        machine.globals[syntax::RLENGTH] = Cell::Scalar(Value::Number(-1.0));
        machine
    }

    /// Runs the whole program.
    pub(super) fn run(&mut self) -> Run<()> {
        let program = Rc::clone(&self.program);
        let mut exited = false;
        for action in &program.begin {
            match self.block(action) {
                Ok(_) => {}
                Err(Stop::Exit) => {
                    exited = true;
                    break;
                }
                Err(Stop::Next | Stop::NextFile) => {
                    return Err(Stop::Fatal(
                        "fatal: `next' cannot be called from a `BEGIN' rule".into(),
                    ));
                }
                Err(other) => return Err(other),
            }
        }
        if !exited && (!program.rules.is_empty() || !program.end.is_empty()) {
            while self.read_record()? {
                match self.rules(&program) {
                    Ok(()) | Err(Stop::Next) => {}
                    Err(Stop::NextFile) => self.main = None,
                    Err(Stop::Exit) => break,
                    Err(other) => return Err(other),
                }
            }
        }
        // `exit` before the end leads here, too.
        for action in &program.end {
            match self.block(action) {
                Ok(_) => {}
                Err(Stop::Exit) => break,
                Err(Stop::Next | Stop::NextFile) => {
                    return Err(Stop::Fatal(
                        "fatal: `next' cannot be called from an `END' rule".into(),
                    ));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn rules(&mut self, program: &Program) -> Run<()> {
        for (trigger, action) in &program.rules {
            let fires = match trigger {
                Trigger::Always => true,
                Trigger::When(condition) => self.truth(condition)?,
                Trigger::Range(first, last, number) => {
                    if self.ranges[*number] || self.truth(first)? {
                        self.ranges[*number] = !self.truth(last)?;
                        true
                    } else {
                        false
                    }
                }
            };
            if !fires {
                continue;
            }
            match action {
                Some(action) => {
                    self.block(action)?;
                }
                None => self.print(&[], None)?,
            }
        }
        Ok(())
    }

    fn block(&mut self, statements: &[Statement]) -> Run<Flow> {
        for statement in statements {
            match self.statement(statement)? {
                Flow::Normal => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Normal)
    }

    fn statement(&mut self, statement: &Statement) -> Run<Flow> {
        match statement {
            Statement::Expr(expr) => {
                self.eval(expr)?;
            }
            Statement::Print(arguments, to) => self.print(arguments, to.as_ref())?,
            Statement::Printf(arguments, to) => {
                let text = self.sprintf(arguments)?;
                self.write(&text, to.as_ref())?;
            }
            Statement::If(condition, then, otherwise) => {
                if self.truth(condition)? {
                    return self.statement(then);
                }
                if let Some(otherwise) = otherwise {
                    return self.statement(otherwise);
                }
            }
            Statement::While(condition, body) => {
                while self.truth(condition)? {
                    match self.statement(body)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Normal | Flow::Continue => {}
                    }
                }
            }
            Statement::DoWhile(body, condition) => loop {
                match self.statement(body)? {
                    Flow::Break => break,
                    Flow::Return(value) => return Ok(Flow::Return(value)),
                    Flow::Normal | Flow::Continue => {}
                }
                if !self.truth(condition)? {
                    break;
                }
            },
            Statement::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.statement(first)?;
                }
                while match condition {
                    Some(condition) => self.truth(condition)?,
                    None => true,
                } {
                    match self.statement(body)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Normal | Flow::Continue => {}
                    }
                    if let Some(step) = step {
                        self.statement(step)?;
                    }
                }
            }
            Statement::ForIn(place, array, body) => {
                let array = self.array(*array)?;
                for key in self.keys(&array)? {
                    self.assign(place, Value::Input(key))?;
                    match self.statement(body)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Normal | Flow::Continue => {}
                    }
                }
            }
            Statement::Switch(value, cases) => return self.switch(value, cases),
            Statement::Block(all) => return self.block(all),
            Statement::Next => return Err(Stop::Next),
            Statement::NextFile => return Err(Stop::NextFile),
            Statement::Exit(code) => {
                if let Some(code) = code {
                    let code = self.eval(code)?.number() as i64;
                    self.exit_code = (code & 0xff) as u8;
                }
                return Err(Stop::Exit);
            }
            Statement::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(value)?,
                    None => Value::Uninitialised,
                };
                return Ok(Flow::Return(value));
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Delete(array, subscripts) => {
                let key = self.subscript(subscripts)?;
                let array = self.array(*array)?;
                array.borrow_mut().swap_remove(&key);
            }
            Statement::DeleteAll(array) => self.array(*array)?.borrow_mut().clear(),
        }
        Ok(Flow::Normal)
    }

    fn switch(&mut self, value: &Expr, cases: &[(Option<Expr>, Vec<Statement>)]) -> Run<Flow> {
        let value = self.eval(value)?;
        let mut chosen = None;
        for (at, (label, _)) in cases.iter().enumerate() {
            let fits = match label {
                None => false,
                Some(Expr::Regex(pattern)) => {
                    let regex = self.literal_regex(pattern)?;
                    regex.is_match(&value.string(&self.convert))
                }
                Some(label) => {
                    let label = self.eval(label)?;
                    value.compare(&label, &self.convert) == Some(std::cmp::Ordering::Equal)
                }
            };
            if fits {
                chosen = Some(at);
                break;
            }
        }
        let default = || cases.iter().position(|it| it.0.is_none());
        let Some(start) = chosen.or_else(default) else {
            return Ok(Flow::Normal);
        };
        for (_, body) in &cases[start..] {
            match self.block(body)? {
                Flow::Normal => {}
                Flow::Break => break,
                other => return Ok(other),
            }
        }
        Ok(Flow::Normal)
    }

    fn print(&mut self, arguments: &[Expr], to: Option<&Redirection>) -> Run<()> {
        let mut line = Vec::new();
        if arguments.is_empty() {
            self.whole_record().append_to(&mut line, &self.convert);
        }
        for (at, argument) in arguments.iter().enumerate() {
            let value = self.eval(argument)?;
            if at > 0 {
                line.extend_from_slice(&self.field_separator);
            }
            value.append_to(&mut line, &self.out_convert);
        }
        line.extend_from_slice(&self.record_end);
        self.write(&line, to)
    }

    fn write(&mut self, bytes: &[u8], to: Option<&Redirection>) -> Run<()> {
        use std::io::Write;
        let (how, target) = match to {
            None => {
                let written = self.streams.out.write_all(bytes);
                return written.map_err(|error| {
                    let text = report::text(&error);
                    Stop::Fatal(format!(
                        "fatal: write to \"standard output\" failed: {text}"
                    ))
                });
            }
            Some(Redirection::Write(target)) => (How::Write, target),
            Some(Redirection::Append(target)) => (How::Append, target),
            Some(Redirection::Pipe(target)) => (How::Pipe, target),
        };
        let name = self.eval(target)?.string(&self.convert);
        Ok(self.streams.write(&name, how, bytes)?)
    }
}

pub(super) fn truth(it: bool) -> Value {
    Value::Number(f64::from(u8::from(it)))
}

/// What is assigned to `$0` looks like a number as what is read does.
fn as_input(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Input(text),
        other => other,
    }
}

fn arithmetic(operator: Operator, a: f64, b: f64) -> Result<f64, String> {
    Ok(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide if b == 0.0 => return Err("fatal: division by zero attempted".into()),
        Operator::Divide => a / b,
        Operator::Modulo if b == 0.0 => {
            return Err("fatal: division by zero attempted in `%'".into());
        }
        Operator::Modulo => a % b,
        Operator::Power => a.powf(b),
    })
}
