//! Runs a program of bc.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::rc::Rc;

use super::math;
use super::number::Number;
use super::parser::{Expr, Function, Parser, Place, Statement};
use crate::report;
use crate::stream::Out;

pub(super) enum Stop {
    /// `quit` and `halt`.
    Quit,
    Error(String),
    Break,
    Continue,
    Return(Number),
}

type Run<T> = Result<T, Stop>;
type Array = Rc<RefCell<HashMap<usize, Number>>>;

/// How deep functions call each other at most: the stack is finite.
const DEEPEST: usize = 1000;
/// No number gets more digits behind its point.
const MOST_DIGITS: usize = 1 << 20;

pub(super) struct Machine {
    pub(super) out: Out,
    scale: usize,
    input_base: u32,
    output_base: u32,
    last: Number,
    variables: HashMap<String, Number>,
    arrays: HashMap<String, Array>,
    functions: HashMap<String, Rc<Function>>,
    depth: usize,
}

fn error(message: &str) -> Stop {
    Stop::Error(message.into())
}

impl Machine {
    pub(super) fn new(out: Out) -> Self {
        Self {
            out,
            scale: 0,
            input_base: 10,
            output_base: 10,
            last: Number::integer(0),
            variables: HashMap::new(),
            arrays: HashMap::new(),
            functions: HashMap::new(),
            depth: 0,
        }
    }

    pub(super) fn set_scale(&mut self, scale: usize) {
        self.scale = scale;
    }

    /// Runs a program statement by statement: an error ends one of them only.
    pub(super) fn source(&mut self, text: &str) -> Run<()> {
        let mut parser = Parser::new(text);
        loop {
            let line = parser.line;
            let statement = match parser.next() {
                Ok(Some(statement)) => statement,
                Ok(None) => return Ok(()),
                Err(message) => {
                    let _checked_at_the_end = self.out.flush();
                    report::line(&format!("(standard_in) {line}: {message}"));
                    parser.recover();
                    continue;
                }
            };
            match self.statement(&statement) {
                Ok(()) | Err(Stop::Break | Stop::Continue | Stop::Return(_)) => {}
                Err(Stop::Quit) => return Err(Stop::Quit),
                Err(Stop::Error(message)) => {
                    let _checked_at_the_end = self.out.flush();
                    report::line(&format!("Runtime error (func=(main), adr=0): {message}"));
                }
            }
        }
    }

    fn statement(&mut self, statement: &Statement) -> Run<()> {
        match statement {
            Statement::Expr(expr) => {
                let value = self.eval(expr)?;
                // What is assigned is not shown.
                if !matches!(expr, Expr::Assign(..)) {
                    let text = self.text(&value);
                    self.write(&text)?;
                    self.write("\n")?;
                    self.last = value;
                }
            }
            Statement::Text(text) => self.write(text)?,
            Statement::Print(all) => {
                for one in all {
                    match one {
                        Statement::Text(text) => self.write(&unescape(text))?,
                        Statement::Expr(expr) => {
                            let value = self.eval(expr)?;
                            let text = self.text(&value);
                            self.write(&text)?;
                            self.last = value;
                        }
                        _ => {}
                    }
                }
            }
            Statement::If(condition, then, otherwise) => {
                if !self.eval(condition)?.is_zero() {
                    return self.statement(then);
                }
                if let Some(otherwise) = otherwise {
                    return self.statement(otherwise);
                }
            }
            Statement::While(condition, body) => {
                while !self.eval(condition)?.is_zero() {
                    match self.statement(body) {
                        Err(Stop::Break) => break,
                        Ok(()) | Err(Stop::Continue) => {}
                        Err(other) => return Err(other),
                    }
                }
            }
            Statement::For([first, condition, step], body) => {
                if let Some(first) = first {
                    self.eval(first)?;
                }
                while match condition {
                    Some(condition) => !self.eval(condition)?.is_zero(),
                    None => true,
                } {
                    match self.statement(body) {
                        Err(Stop::Break) => break,
                        Ok(()) | Err(Stop::Continue) => {}
                        Err(other) => return Err(other),
                    }
                    if let Some(step) = step {
                        self.eval(step)?;
                    }
                }
            }
            Statement::Block(all) => {
                for one in all {
                    self.statement(one)?;
                }
            }
            Statement::Define(function) => {
                self.functions
                    .insert(function.name.clone(), Rc::clone(function));
            }
            Statement::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(value)?,
                    None => Number::integer(0),
                };
                return Err(Stop::Return(value));
            }
            Statement::Break => return Err(Stop::Break),
            Statement::Continue => return Err(Stop::Continue),
            Statement::Quit | Statement::Halt => return Err(Stop::Quit),
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Run<()> {
        let written = self.out.write_all(text.as_bytes());
        written.map_err(|it| Stop::Error(report::text(&it)))
    }

    /// Long numbers are broken after 69 digits.
    fn text(&self, value: &Number) -> String {
        let text = value.text(self.output_base);
        let width = std::env::var("BC_LINE_LENGTH")
            .ok()
            .and_then(|it| it.parse::<usize>().ok())
            .unwrap_or(70);
        if width < 3 || text.len() < width {
            return text;
        }
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(width - 2).collect();
        let pieces: Vec<_> = pieces
            .iter()
            .map(|it| String::from_utf8_lossy(it))
            .collect();
        pieces.join("\\\n")
    }

    fn get(&mut self, place: &Place) -> Run<Number> {
        Ok(match place {
            Place::Variable(name) => self
                .variables
                .get(name)
                .cloned()
                .unwrap_or_else(|| Number::integer(0)),
            Place::Element(name, index) => {
                let index = self.index(index)?;
                let found = self.array(name).borrow().get(&index).cloned();
                found.unwrap_or_else(|| Number::integer(0))
            }
            Place::Special("scale") => Number::integer(i64::try_from(self.scale).unwrap_or(0)),
            Place::Special("ibase") => Number::integer(self.input_base.into()),
            Place::Special("obase") => Number::integer(self.output_base.into()),
            Place::Special(_) => self.last.clone(),
        })
    }

    fn index(&mut self, index: &Expr) -> Run<usize> {
        let index = self.eval(index)?.to_i64();
        index
            .and_then(|it| usize::try_from(it).ok())
            .filter(|it| *it < 16_777_216)
            .ok_or_else(|| error("Array index out of bounds."))
    }

    fn array(&mut self, name: &str) -> Array {
        Rc::clone(self.arrays.entry(name.to_owned()).or_default())
    }

    fn set(&mut self, place: &Place, value: Number) -> Run<()> {
        match place {
            Place::Variable(name) => {
                self.variables.insert(name.clone(), value);
            }
            Place::Element(name, index) => {
                let index = self.index(index)?;
                self.array(name).borrow_mut().insert(index, value);
            }
            Place::Special("scale") => {
                let scale = value.to_i64().and_then(|it| usize::try_from(it).ok());
                self.scale = scale
                    .filter(|it| *it <= MOST_DIGITS)
                    .ok_or_else(|| error("scale out of range"))?;
            }
            Place::Special("ibase") => {
                let base = value.to_i64().unwrap_or(10).clamp(2, 16);
                self.input_base = u32::try_from(base).unwrap_or(10);
            }
            Place::Special("obase") => {
                let base = value.to_i64().unwrap_or(10).clamp(2, 1 << 30);
                self.output_base = u32::try_from(base).unwrap_or(10);
            }
            Place::Special(_) => self.last = value,
        }
        Ok(())
    }

    fn eval(&mut self, expr: &Expr) -> Run<Number> {
        Ok(match expr {
            Expr::Number(text) => Number::parse(text, self.input_base),
            Expr::Get(place) => self.get(place)?,
            Expr::Assign(place, operator, value) => {
                let value = self.eval(value)?;
                let value = match operator {
                    None => value,
                    Some(operator) => {
                        let before = self.get(place)?;
                        self.operate(operator, &before, &value)?
                    }
                };
                self.set(place, value.clone())?;
                value
            }
            Expr::Step(place, step, before) => {
                let old = self.get(place)?;
                let new = old.add(&Number::integer(*step));
                self.set(place, new.clone())?;
                if *before { old } else { new }
            }
            Expr::Binary("&&", left, right) => {
                truth(!self.eval(left)?.is_zero() && !self.eval(right)?.is_zero())
            }
            Expr::Binary("||", left, right) => {
                truth(!self.eval(left)?.is_zero() || !self.eval(right)?.is_zero())
            }
            Expr::Binary(operator, left, right) => {
                let left = self.eval(left)?;
                let right = self.eval(right)?;
                self.operate(operator, &left, &right)?
            }
            Expr::Negate(it) => self.eval(it)?.negate(),
            Expr::Not(it) => truth(self.eval(it)?.is_zero()),
            Expr::Call(name, arguments) => self.call(name, arguments)?,
            Expr::Array(_) => return Err(error("an array is no value")),
        })
    }

    fn operate(&self, operator: &str, left: &Number, right: &Number) -> Run<Number> {
        let order = || left.compare(right);
        Ok(match operator {
            "+" => left.add(right),
            "-" => left.subtract(right),
            "*" => left.multiply(right, self.scale),
            "/" => left
                .divide(right, self.scale)
                .ok_or_else(|| error("Divide by zero"))?,
            "%" => left
                .modulo(right, self.scale)
                .ok_or_else(|| error("Modulo by zero"))?,
            "^" => {
                let exponent = right
                    .to_i64()
                    .ok_or_else(|| error("exponent too large in raise"))?;
                let digits = left
                    .length()
                    .saturating_mul(usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX));
                if digits > 50_000_000 {
                    return Err(error("exponent too large in raise"));
                }
                left.power(exponent, self.scale)
                    .ok_or_else(|| error("Divide by zero"))?
            }
            "==" => truth(order().is_eq()),
            "!=" => truth(order().is_ne()),
            "<" => truth(order().is_lt()),
            "<=" => truth(order().is_le()),
            ">" => truth(order().is_gt()),
            ">=" => truth(order().is_ge()),
            _ => return Err(error("unknown operator")),
        })
    }

    fn call(&mut self, name: &str, arguments: &[Expr]) -> Run<Number> {
        if let [argument] = arguments
            && matches!(name, "(" | "length" | "scale" | "sqrt")
        {
            let value = self.eval(argument)?;
            if let Some(result) = math::call(name, &value, self.scale) {
                return result.map_err(Stop::Error);
            }
        }
        if name == "read" && arguments.is_empty() {
            return Err(error("read() is not supported"));
        }
        let Some(function) = self.functions.get(name).cloned() else {
            return Err(Stop::Error(format!("Function {name} not defined.")));
        };
        if arguments.len() != function.parameters.len() {
            return Err(error("Parameter number mismatch"));
        }
        if self.depth >= DEEPEST {
            return Err(error("functions call each other too deeply"));
        }
        let mut values = Vec::new();
        let mut arrays = Vec::new();
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            match (parameter.strip_suffix("[]"), argument) {
                (Some(parameter), Expr::Array(array)) => {
                    // By value, as everything.
                    let copy = self.array(array).borrow().clone();
                    arrays.push((parameter.to_owned(), Rc::new(RefCell::new(copy))));
                }
                (None, argument) => values.push((parameter.clone(), self.eval(argument)?)),
                _ => return Err(error("Parameter type mismatch")),
            }
        }
        for auto in &function.autos {
            match auto.strip_suffix("[]") {
                Some(array) => arrays.push((array.to_owned(), Array::default())),
                None => values.push((auto.clone(), Number::integer(0))),
            }
        }
        // Parameters hide the variables of the same name until the function returns.
        let mut old_values = Vec::new();
        for (name, value) in values {
            let old = self.variables.insert(name.clone(), value);
            old_values.push((name, old));
        }
        let mut old_arrays = Vec::new();
        for (name, array) in arrays {
            let old = self.arrays.insert(name.clone(), array);
            old_arrays.push((name, old));
        }
        self.depth += 1;
        let mut result = Ok(Number::integer(0));
        for statement in &function.body {
            match self.statement(statement) {
                Ok(()) => {}
                Err(Stop::Return(value)) => {
                    result = Ok(value);
                    break;
                }
                Err(other) => {
                    result = Err(other);
                    break;
                }
            }
        }
        self.depth -= 1;
        for (name, old) in old_values.into_iter().rev() {
            match old {
                Some(old) => self.variables.insert(name, old),
                None => self.variables.remove(&name),
            };
        }
        for (name, old) in old_arrays.into_iter().rev() {
            match old {
                Some(old) => self.arrays.insert(name, old),
                None => self.arrays.remove(&name),
            };
        }
        result
    }
}

fn truth(it: bool) -> Number {
    Number::integer(i64::from(it))
}

/// The escapes of `print`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(next) = characters.next() {
        if next != '\\' {
            out.push(next);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\x0c'),
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('q') => out.push('"'),
            Some('e') | Some('\\') => out.push('\\'),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}
