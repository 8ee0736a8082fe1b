//! From words to text: expansions, field splitting, file names.

pub mod braces;
pub mod glob;
pub mod parameters;
pub mod pattern;
pub mod quote;
pub mod split;

use std::rc::Rc;

use crate::program::{Argument, Element, Parameter, Piece, Subscript, Word};
use crate::state::{Flow, Run, Shell};
use crate::syntax::words::{self, Context};
use pattern::Pattern;
use split::Part;

/// How an expansion is to be understood.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Between double quotes.
    pub double: bool,
    /// The word after `:-` outside of quotes: even its own text is split.
    pub operand: bool,
    /// The result is one text: nothing is split.
    pub single: bool,
}

impl Shell {
    /// A word as the text it becomes where there is no splitting: in assignments, redirections, `case`.
    pub fn expand_text(&mut self, word: &Word) -> Run<String> {
        match word.0.as_slice() {
            [] => return Ok(String::new()),
            [Piece::Literal(text) | Piece::Quoted(text)] => return Ok(text.clone()),
            _ => {}
        }
        let mode = Mode {
            single: true,
            ..Mode::default()
        };
        let mut parts = Vec::new();
        self.expand_pieces(&word.0, mode, &mut parts)?;
        Ok(self.join(parts))
    }

    fn join(&self, parts: Vec<Part>) -> String {
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Text { text, .. } => out.push_str(&text),
                Part::Break(separator) => out.extend(separator),
            }
        }
        out
    }

    /// A word as a pattern.
    pub fn expand_pattern(&mut self, word: &Word, extglob: bool, fold: bool) -> Run<Pattern> {
        if let [Piece::Literal(text)] = word.0.as_slice() {
            return Ok(Pattern::new([(text.as_str(), false)], extglob, fold));
        }
        let parts = self.expand_parts(word)?;
        let parts = parts.iter().map(|(text, quoted)| (text.as_str(), *quoted));
        Ok(Pattern::new(parts, extglob, fold))
    }

    /// A word as text with a note of what is quoted.
    pub fn expand_parts(&mut self, word: &Word) -> Run<Vec<(String, bool)>> {
        let mode = Mode {
            single: true,
            ..Mode::default()
        };
        let mut parts = Vec::new();
        self.expand_pieces(&word.0, mode, &mut parts)?;
        let parts = parts.into_iter().map(|part| match part {
            Part::Text { text, quoted, .. } => (text, quoted),
            Part::Break(separator) => (separator.map(String::from).unwrap_or_default(), true),
        });
        Ok(parts.collect())
    }

    /// A word of a command: the fields it becomes.
    pub fn expand_word(&mut self, word: &Word, out: &mut Vec<String>) -> Run<()> {
        match word.0.as_slice() {
            [Piece::Literal(text)] if !pattern::is_pattern(text, self.state.shopt.extglob) => {
                out.push(text.clone());
                return Ok(());
            }
            [Piece::Quoted(text)] => {
                out.push(text.clone());
                return Ok(());
            }
            _ => {}
        }
        let mut parts = Vec::new();
        self.expand_pieces(&word.0, Mode::default(), &mut parts)?;
        let ifs = self.separators();
        for field in split::fields(parts, &ifs) {
            self.expand_field(field, out)?;
        }
        Ok(())
    }

    pub fn expand_argument(&mut self, argument: &Argument, out: &mut Vec<String>) -> Run<()> {
        match argument {
            Argument::Word(word) | Argument::Assignment(_, word) => self.expand_word(word, out),
            Argument::Array(assignment) => {
                // Only the declaring builtins have a use for one.
                out.push(format!("{}=(", assignment.name));
                Ok(())
            }
            Argument::Braces(raw, line) => {
                if self.state.options.nobraces {
                    let word = self.parse_word(raw, *line)?;
                    return self.expand_word(&word, out);
                }
                let Some(words) = braces::expand(raw) else {
                    self.error("brace expansion: too many words");
                    return Err(Flow::Discard(1));
                };
                for raw in words {
                    let word = self.parse_word(&raw, *line)?;
                    self.expand_word(&word, out)?;
                }
                Ok(())
            }
        }
    }

    pub fn parse_word(&mut self, raw: &str, line: u32) -> Run<Word> {
        let options = self.parse_options();
        words::parse(raw, Context::Plain, line, &options).map_err(|error| {
            self.error(&error.message);
            Flow::Discard(1)
        })
    }

    fn expand_field(&mut self, field: split::Field, out: &mut Vec<String>) -> Run<()> {
        let extglob = self.state.shopt.extglob;
        let globs = !self.state.options.noglob
            && field
                .parts
                .iter()
                .any(|(text, quoted)| !quoted && pattern::is_pattern(text, extglob));
        // A group may begin in one part and end in another.
        if !globs {
            out.push(field.text());
            return Ok(());
        }
        let found = self.glob(&field.parts);
        if !found.is_empty() {
            out.extend(found);
        } else if self.state.shopt.failglob {
            let text = field.text();
            self.error(format_args!("no match: {text}"));
            return Err(Flow::Discard(1));
        } else if !self.state.shopt.nullglob {
            out.push(field.text());
        }
        Ok(())
    }

    /// The value of IFS.
    pub fn separators(&mut self) -> String {
        self.value_of("IFS").unwrap_or_else(|| " \t\n".to_owned())
    }

    pub fn expand_pieces(&mut self, pieces: &[Piece], mode: Mode, out: &mut Vec<Part>) -> Run<()> {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push(Part::Text {
                    text: text.clone(),
                    quoted: mode.double,
                    split: mode.operand && !mode.double,
                }),
                Piece::Quoted(text) => out.push(Part::quoted(text.clone())),
                Piece::Double(inner) => self.expand_double(inner, mode, out)?,
                Piece::Tilde(name) => {
                    let text = self.tilde(name);
                    out.push(Part::quoted(text));
                }
                Piece::Parameter(parameter) => self.expand_parameter(parameter, mode, out)?,
                Piece::Command(list) => {
                    let list = Rc::clone(list);
                    let text = self.substitute(&list)?;
                    out.push(Part::expanded(text, mode.double));
                }
                Piece::Arithmetic(word) => {
                    let value = self.expand_arithmetic(word)?;
                    out.push(Part::expanded(value.to_string(), mode.double));
                }
                Piece::Process { input, body } => {
                    let path = self.process_substitution(*input, body)?;
                    out.push(Part::quoted(path));
                }
            }
        }
        Ok(())
    }

    fn expand_double(&mut self, inner: &[Piece], mode: Mode, out: &mut Vec<Part>) -> Run<()> {
        let before = out.len();
        let double = Mode {
            double: true,
            ..mode
        };
        self.expand_pieces(inner, double, out)?;
        // "$@" without parameters is no field, any other quotes are one.
        let lists = inner
            .iter()
            .any(|piece| matches!(piece, Piece::Parameter(parameter) if parameter.is_list()));
        if out.len() == before && !lists {
            out.push(Part::quoted(String::new()));
        }
        Ok(())
    }

    /// The value of an expression, an error of which ends the command.
    pub fn expand_arithmetic(&mut self, word: &Word) -> Run<i64> {
        let text = self.expand_text(word)?;
        self.evaluate(&text)
            .map_err(|message| self.arithmetic_failed(&message, ""))
    }

    /// Says what is wrong with an expression.
    pub fn arithmetic_failed(&mut self, message: &str, before: &str) -> Flow {
        let message = crate::arithmetic::shown(message);
        if let Some(message) = message.strip_prefix('\u{2}') {
            self.error(message);
            return self.unbound();
        }
        if message != "\u{3}" {
            self.error(format_args!("{before}{message}"));
        }
        Flow::Discard(1)
    }

    /// The end of a shell that has met a variable that is not set.
    pub fn unbound(&self) -> Flow {
        Flow::Exit(if self.command_line { 127 } else { 1 })
    }

    fn tilde(&mut self, name: &str) -> String {
        let found = match name {
            "" => self
                .value_of("HOME")
                .or_else(|| home_of(&belljar_sys::posix::user_name())),
            "+" => Some(self.state.cwd.to_string()),
            "-" => self.value_of("OLDPWD"),
            name => match name.parse::<i64>() {
                Ok(number) if name.starts_with(['+', '-']) => {
                    self.directory_at(number, name.starts_with('-'))
                }
                _ => home_of(name),
            },
        };
        found.unwrap_or_else(|| format!("~{name}"))
    }

    /// The text between the brackets of an array, expanded.
    pub fn expand_subscript(&mut self, subscript: &Subscript) -> Run<String> {
        self.expand_text(&subscript.0)
    }

    /// The elements of `name=(…)`: with a key, or to be appended.
    pub fn expand_elements(
        &mut self,
        elements: &[Element],
    ) -> Run<Vec<(Option<String>, bool, String)>> {
        let mut out = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Element::Plain(argument) => {
                    let mut fields = Vec::new();
                    self.expand_argument(argument, &mut fields)?;
                    out.extend(fields.into_iter().map(|field| (None, false, field)));
                }
                Element::Keyed { key, append, value } => {
                    let key = self.expand_subscript(key)?;
                    let value = self.expand_text(value)?;
                    out.push((Some(key), *append, value));
                }
            }
        }
        Ok(out)
    }
}

impl Parameter {
    /// Whether it may become any number of fields, even none, in double quotes.
    pub fn is_list(&self) -> bool {
        use crate::program::{At, Name, Operation};
        match (&self.name, &self.operation) {
            (_, Operation::Keys(how) | Operation::Names(how)) => *how == At::At,
            (_, Operation::Length) => false,
            (Name::Special('@') | Name::All(_, At::At), _) => true,
            _ => self.indirect,
        }
    }
}

/// A user's directory, as `/etc/passwd` says.
fn home_of(user: &str) -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(user))?;
    line.split(':').nth(5).map(str::to_owned)
}
