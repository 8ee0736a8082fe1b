//! Variables, fields and regular expressions.

use std::rc::Rc;

use super::{Machine, Run, as_input};
use crate::awk::fields::Splitter;
use crate::awk::syntax::{self, Expr, Pattern, Place, Variable};
use crate::awk::value::{Array, Cell, Str, Value};
use crate::posix_regex::{Dialect, Options, Regex};

impl Machine {
    pub(in crate::awk) fn global(&self, number: usize) -> Value {
        match &self.globals[number] {
            Cell::Scalar(value) => value.clone(),
            Cell::Array(_) => Value::Uninitialised,
        }
    }

    pub(in crate::awk) fn cell_of(&mut self, variable: Variable) -> &mut Cell {
        match variable {
            Variable::Global(number) => &mut self.globals[number],
            Variable::Local(number) => &mut self.locals[self.base + number],
        }
    }

    pub(in crate::awk) fn name(&self, variable: Variable) -> String {
        match variable {
            Variable::Global(number) => self.program.globals[number].clone(),
            Variable::Local(_) => "parameter".into(),
        }
    }

    pub(in crate::awk) fn get(&mut self, variable: Variable) -> Run<Value> {
        if variable == Variable::Global(syntax::NF) {
            self.split_record()?;
            return Ok(Value::Number(self.record.count() as f64));
        }
        match self.cell_of(variable) {
            Cell::Scalar(value) => Ok(value.clone()),
            Cell::Array(_) => {
                let name = self.name(variable);
                Err(format!("fatal: attempt to use array `{name}' in a scalar context").into())
            }
        }
    }

    pub(in crate::awk) fn set(&mut self, variable: Variable, value: Value) -> Run<()> {
        if let Variable::Global(number) = variable
            && number < syntax::SPECIAL.len()
        {
            self.set_special(number, &value)?;
        }
        let cell = self.cell_of(variable);
        if matches!(cell, Cell::Array(_)) {
            let name = self.name(variable);
            return Err(format!("fatal: attempt to use array `{name}' in a scalar context").into());
        }
        *cell = Cell::Scalar(value);
        Ok(())
    }

    pub(in crate::awk) fn set_special(&mut self, number: usize, value: &Value) -> Run<()> {
        let convert = self.convert.clone();
        match number {
            syntax::NF => {
                self.split_record()?;
                let count = value.number();
                if count < 0.0 {
                    return Err("fatal: NF set to negative value".to_owned().into());
                }
                self.record.set_count(count as usize)?;
            }
            syntax::FS | syntax::FPAT | syntax::FIELDWIDTHS => {
                // The current record is split as things were when it was read.
                self.split_record()?;
                self.splitter = None;
                self.split_by = number;
            }
            syntax::RS => self.separator = None,
            syntax::OFS => self.field_separator = value.string(&convert),
            syntax::ORS => self.record_end = value.string(&convert),
            syntax::SUBSEP => self.subscript_separator = value.string(&convert),
            syntax::CONVFMT => self.convert = value.string(&convert),
            syntax::OFMT => self.out_convert = value.string(&convert),
            syntax::IGNORECASE => {
                self.split_record()?;
                self.ignore_case = value.is_true();
                self.regexes.clear();
                self.splitter = None;
                self.separator = None;
            }
            _ => {}
        }
        Ok(())
    }

    pub(in crate::awk) fn array(&mut self, variable: Variable) -> Run<Array> {
        let cell = self.cell_of(variable);
        match cell {
            Cell::Array(array) => Ok(Rc::clone(array)),
            Cell::Scalar(Value::Uninitialised) => {
                let array = Array::default();
                *cell = Cell::Array(Rc::clone(&array));
                Ok(array)
            }
            Cell::Scalar(_) => {
                let name = self.name(variable);
                Err(format!("fatal: attempt to use scalar `{name}' as an array").into())
            }
        }
    }

    pub(in crate::awk) fn subscript(&mut self, subscripts: &[Expr]) -> Run<Str> {
        if let [only] = subscripts {
            return Ok(self.eval(only)?.string(&self.convert));
        }
        let mut key = Vec::new();
        for (at, subscript) in subscripts.iter().enumerate() {
            if at > 0 {
                key.extend_from_slice(&self.subscript_separator);
            }
            self.eval(subscript)?.append_to(&mut key, &self.convert);
        }
        Ok(key.into())
    }

    pub(in crate::awk) fn split_record(&mut self) -> Run<()> {
        if !self.record.is_stale() {
            return Ok(());
        }
        let splitter = match &self.splitter {
            Some(splitter) => splitter.clone(),
            None => {
                let value = self.global(self.split_by).string(&self.convert);
                let splitter = match self.split_by {
                    syntax::FPAT => Splitter::Matches(self.regex(&value)?),
                    syntax::FIELDWIDTHS => {
                        let text = String::from_utf8_lossy(&value).into_owned();
                        let widths = text.split_whitespace().map(|it| it.parse().unwrap_or(0));
                        Splitter::Widths(widths.collect())
                    }
                    _ => self.splitter_of(&value)?,
                };
                self.splitter = Some(splitter.clone());
                splitter
            }
        };
        self.record.split(&splitter, self.paragraphs, &self.convert);
        Ok(())
    }

    /// How a value of `FS` splits.
    pub(in crate::awk) fn splitter_of(&mut self, separator: &Str) -> Run<Splitter> {
        Ok(match &**separator {
            b" " => Splitter::Blanks,
            [] => Splitter::Characters,
            b"\\" => Splitter::Byte(b'\\'),
            [byte] if byte.is_ascii() && !(self.ignore_case && byte.is_ascii_alphabetic()) => {
                Splitter::Byte(*byte)
            }
            _ if self.paragraphs => {
                let mut either = separator.to_vec();
                either.extend_from_slice(b"|\n");
                Splitter::Regex(self.regex(&either.into())?)
            }
            _ => Splitter::Regex(self.regex(separator)?),
        })
    }

    pub(in crate::awk) fn whole_record(&mut self) -> Value {
        self.record.whole(&self.field_separator, &self.convert)
    }

    pub(in crate::awk) fn field(&mut self, number: &Expr) -> Run<Value> {
        let number = self.field_number(number)?;
        if number == 0 {
            return Ok(self.whole_record());
        }
        self.split_record()?;
        Ok(self.record.field(number))
    }

    pub(in crate::awk) fn field_number(&mut self, number: &Expr) -> Run<usize> {
        let number = self.eval(number)?.number();
        if number < 0.0 {
            return Err(format!("fatal: attempt to access field {number}").into());
        }
        Ok(number as usize)
    }

    pub(in crate::awk) fn read_place(&mut self, place: &Place) -> Run<Value> {
        match place {
            Place::Variable(variable) => self.get(*variable),
            Place::Field(number) => self.field(number),
            Place::Element(array, subscripts) => {
                let key = self.subscript(subscripts)?;
                let array = self.array(*array)?;
                // Looking makes the element.
                let value = array.borrow_mut().entry(key).or_default().clone();
                Ok(value)
            }
        }
    }

    pub(in crate::awk) fn assign(&mut self, place: &Place, value: Value) -> Run<()> {
        match place {
            Place::Variable(variable) => self.set(*variable, value),
            Place::Field(number) => {
                let number = self.field_number(number)?;
                if number == 0 {
                    self.record.set(as_input(value));
                    return Ok(());
                }
                self.split_record()?;
                Ok(self.record.set_field(number, value)?)
            }
            Place::Element(array, subscripts) => {
                let key = self.subscript(subscripts)?;
                let array = self.array(*array)?;
                array.borrow_mut().insert(key, value);
                Ok(())
            }
        }
    }

    pub(in crate::awk) fn regex(&mut self, source: &Str) -> Run<Rc<Regex>> {
        if let Some(known) = self.regexes.get(source) {
            return Ok(Rc::clone(known));
        }
        let text = String::from_utf8_lossy(source);
        let options = Options {
            ignore_case: self.ignore_case,
            ..Options::default()
        };
        let regex = Regex::new(&text, Dialect::Awk, options)
            .map_err(|error| format!("fatal: invalid regexp: {error}: /{text}/"))?;
        let regex = Rc::new(regex);
        // A program that makes expressions without end is not to fill the memory with them.
        if self.regexes.len() >= 500 {
            self.regexes.clear();
        }
        self.regexes.insert(source.clone(), Rc::clone(&regex));
        Ok(regex)
    }

    pub(in crate::awk) fn literal_regex(&mut self, pattern: &Pattern) -> Run<Rc<Regex>> {
        if self.ignore_case {
            return self.regex(&pattern.source);
        }
        if let Some(compiled) = pattern.compiled.get() {
            return Ok(Rc::clone(&compiled.0));
        }
        let regex = self.regex(&pattern.source)?;
        let _set_once = pattern.compiled.set(syntax::Compiled(Rc::clone(&regex)));
        Ok(regex)
    }

    /// An expression as a regular expression.
    pub(in crate::awk) fn as_regex(&mut self, expr: &Expr) -> Run<Rc<Regex>> {
        match expr {
            Expr::Regex(pattern) => self.literal_regex(pattern),
            other => {
                let source = self.eval(other)?.string(&self.convert);
                self.regex(&source)
            }
        }
    }
}
