//! The main input: the files of `ARGV`, record by record.

use std::rc::Rc;

use super::{Machine, Run};
use crate::awk::input::{Records, Separator};
use crate::awk::syntax::{self, Variable};
use crate::awk::value::{Cell, Str, Value};
use crate::report;

impl Machine {
    pub(in crate::awk) fn separator(&mut self) -> Run<Separator> {
        if let Some(separator) = &self.separator {
            return Ok(separator.clone());
        }
        let text = self.global(syntax::RS).string(&self.convert);
        self.paragraphs = text.is_empty();
        let separator = match &*text {
            [] => Separator::Paragraphs,
            [byte] => Separator::Byte(*byte),
            _ => Separator::Regex(self.regex(&text)?),
        };
        self.separator = Some(separator.clone());
        Ok(separator)
    }

    /// Reads the next record of the main input into `$0`.
    pub(in crate::awk) fn read_record(&mut self) -> Run<bool> {
        let Some(record) = self.next_main()? else {
            return Ok(false);
        };
        self.record.set(Value::Input(record));
        Ok(true)
    }

    pub(in crate::awk) fn next_main(&mut self) -> Run<Option<Str>> {
        let separator = self.separator()?;
        loop {
            if self.main.is_none() && !self.open_next()? {
                return Ok(None);
            }
            let Some(main) = &mut self.main else {
                return Ok(None);
            };
            match main.next(&separator) {
                Ok(Some((record, end))) => {
                    self.count_record();
                    self.globals[syntax::RT] = Cell::Scalar(Value::Text(end.into()));
                    return Ok(Some(record));
                }
                Ok(None) => self.main = None,
                Err(error) => {
                    let name = self.global(syntax::FILENAME).string(b"%.6g");
                    let name = String::from_utf8_lossy(&name);
                    let text = report::text(&error);
                    report::say("awk", &format!("error reading input file `{name}': {text}"));
                    self.failed = true;
                    self.main = None;
                }
            }
        }
    }

    pub(in crate::awk) fn count_record(&mut self) {
        for number in [syntax::NR, syntax::FNR] {
            let next = self.global(number).number() + 1.0;
            self.globals[number] = Cell::Scalar(Value::Number(next));
        }
    }

    /// Opens the next file of `ARGV`; standard input if there is none at all.
    pub(in crate::awk) fn open_next(&mut self) -> Run<bool> {
        loop {
            let count = self.global(syntax::ARGC).number();
            if self.next_argument as f64 >= count {
                if self.used_files {
                    return Ok(false);
                }
                self.used_files = true;
                self.open_file("-");
                self.globals[syntax::FILENAME] = Cell::Scalar(crate::awk::value::text(""));
                return Ok(self.main.is_some());
            }
            let key = Value::Number(self.next_argument as f64).string(b"");
            self.next_argument += 1;
            let Cell::Array(arguments) = &self.globals[syntax::ARGV] else {
                return Ok(false);
            };
            let argument = arguments.borrow().get(&key).cloned();
            let Some(argument) = argument else {
                continue;
            };
            let argument = argument.string(b"%.6g");
            let argument = String::from_utf8_lossy(&argument).into_owned();
            if argument.is_empty() {
                continue;
            }
            if let Some((name, value)) = crate::awk::assignment(&argument) {
                self.assign_by_name(name, value)?;
                continue;
            }
            self.used_files = true;
            self.globals[syntax::ARGIND] =
                Cell::Scalar(Value::Number((self.next_argument - 1) as f64));
            if self.open_file(&argument) {
                return Ok(true);
            }
        }
    }

    pub(in crate::awk) fn open_file(&mut self, path: &str) -> bool {
        match crate::awk::streams::open_input(path) {
            Ok(input) => {
                self.main = Some(Records::new(input));
                let name = Value::Text(path.as_bytes().into());
                self.globals[syntax::FILENAME] = Cell::Scalar(name);
                self.globals[syntax::FNR] = Cell::Scalar(Value::Number(0.0));
                true
            }
            Err(error) => {
                let _said_at_the_end = self.streams.flush();
                if error.kind() == std::io::ErrorKind::IsADirectory {
                    let message =
                        format!("warning: command line argument `{path}' is a directory: skipped");
                    report::say("awk", &message);
                    return false;
                }
                self.failed = true;
                let text = report::text(&error);
                report::say(
                    "awk",
                    &format!(
                        "warning: command line argument `{path}': cannot open file for reading: {text}"
                    ),
                );
                false
            }
        }
    }

    /// `-v` and assignments among the files.
    pub(in crate::awk) fn assign_by_name(&mut self, name: &str, value: &str) -> Run<()> {
        let value = Value::Input(crate::awk::lexer::unescape(value).into());
        let program = Rc::clone(&self.program);
        // What the program does not mention need not be known.
        match program.globals.iter().position(|it| it == name) {
            Some(number) => self.set(Variable::Global(number), value),
            None => Ok(()),
        }
    }
}
