//! From text to a program.

mod lower;
mod scan;
pub mod tokens;
pub mod words;

use crate::variables::Names;
use std::rc::Rc;

use brush_parser::{ParseError, ParserOptions, Token};

use crate::program::List;
use tokens::{Lexer, Machine, Stop, Trouble};

/// How deep command substitutions may nest: a bound for the stack.
const MAX_SUBSTITUTIONS: usize = 40;

/// What has a say in how text is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub extglob: bool,
    pub aliases: Option<Rc<Names<String>>>,
    /// The file, for functions that are defined.
    pub file: Rc<str>,
    /// The text of commands is kept.
    pub keep_text: bool,
    pub depth: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub line: u32,
    pub message: String,
    /// The text ended too early.
    pub incomplete: bool,
    /// The line of the script that the message is about.
    pub shown: Option<String>,
}

impl From<Trouble> for SyntaxError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Incomplete { wanted, line } => Self {
                line,
                message: format!("unexpected EOF while looking for matching `{wanted}'"),
                incomplete: true,
                shown: None,
            },
            Trouble::Syntax { line, message } => Self {
                line,
                message,
                incomplete: false,
                shown: None,
            },
        }
    }
}

/// Reads a program line by line.
pub struct Parser {
    lexer: Lexer,
    pub options: Options,
}

impl Parser {
    pub fn new(text: String, line: u32, options: Options) -> Self {
        Self {
            lexer: Lexer::new(text, line),
            options,
        }
    }

    /// A parser that is given its text in pieces.
    pub fn incremental(options: Options) -> Self {
        let mut parser = Self::new(String::new(), 1, options);
        parser.lexer.complete = false;
        parser
    }

    pub fn push(&mut self, text: &str) {
        // What has been executed is not needed any longer.
        if self.lexer.pos == self.lexer.text.len() && !self.lexer.text.is_empty() {
            let line = self.lexer.line_at(self.lexer.pos);
            let extglob = self.lexer.extglob;
            self.lexer = Lexer::new(String::new(), line);
            self.lexer.extglob = extglob;
            self.lexer.complete = false;
        }
        self.lexer.text.push_str(text);
    }

    /// No more text will come.
    pub fn finish(&mut self) {
        self.lexer.complete = true;
    }

    pub fn is_complete(&self) -> bool {
        self.lexer.complete
    }

    /// Here-documents that the end of the text has ended, with their lines.
    pub fn take_warnings(&mut self) -> Vec<(u32, String)> {
        std::mem::take(&mut self.lexer.warnings)
    }

    /// The text of the line last read, for `set -v`.
    pub fn read_since(&self, start: usize) -> &str {
        self.lexer.text.get(start..self.lexer.pos).unwrap_or("")
    }

    pub fn position(&self) -> usize {
        self.lexer.pos
    }

    /// The next complete line of commands; none at the end. After an error the rest of the text is
    /// gone, but for an incremental parser that needs more.
    pub fn next(&mut self) -> Result<Option<List>, SyntaxError> {
        let start = self.lexer.pos;
        let result = self.next_unit();
        if let Err(error) = &result {
            if error.incomplete && !self.lexer.complete {
                self.lexer.pos = start;
            } else {
                self.lexer.pos = self.lexer.text.len();
            }
        }
        result
    }

    fn next_unit(&mut self) -> Result<Option<List>, SyntaxError> {
        self.lexer.extglob = self.options.extglob;
        self.lexer.aliases = self
            .options
            .aliases
            .clone()
            .filter(|aliases| !aliases.is_empty());
        self.lexer.depth = 0;
        self.options.keep_text |= self.lexer.text.contains("BASH_COMMAND");
        let mut machine = Machine::new();
        loop {
            let stop = match self.lexer.run(&mut machine) {
                Ok(stop) => stop,
                Err(trouble) => {
                    let mut error = SyntaxError::from(trouble);
                    if !error.incomplete {
                        error.shown = self.shown(error.line);
                    }
                    return Err(error);
                }
            };
            if stop == Stop::End && machine.tokens.is_empty() {
                return Ok(None);
            }
            if stop == Stop::End && !self.lexer.complete {
                return Err(self.unfinished());
            }
            let options = ParserOptions::default();
            match brush_parser::parse_tokens(&machine.tokens, &options) {
                Ok(program) => {
                    return lower::program(&program, &self.lexer, &self.options).map(Some);
                }
                Err(ParseError::ParsingNear(position)) => {
                    return Err(self.near(&machine.tokens, position.index));
                }
                // The line is complete, what is on it is not.
                Err(_) if stop == Stop::Line => {}
                Err(_) => return Err(self.unfinished()),
            }
        }
    }

    fn unfinished(&mut self) -> SyntaxError {
        let end = self.lexer.text.trim_end_matches('\n').len();
        SyntaxError {
            line: self.lexer.line_at(end) + 1,
            message: "syntax error: unexpected end of file".to_owned(),
            incomplete: true,
            shown: None,
        }
    }

    fn near(&mut self, tokens: &[Token], index: usize) -> SyntaxError {
        let token = tokens
            .iter()
            .find(|token| token.location().start.index == index);
        let text = match token.map(Token::to_str) {
            Some("\n") | None => "newline",
            Some(text) => text,
        };
        let line = self.lexer.line_at(index);
        SyntaxError {
            line,
            message: format!("syntax error near unexpected token `{text}'"),
            incomplete: false,
            shown: self.shown(line),
        }
    }

    fn shown(&self, line: u32) -> Option<String> {
        let index = line.checked_sub(self.lexer.first_line)?;
        let text = self.lexer.text.lines().nth(index as usize)?;
        Some(text.to_owned())
    }
}

/// All commands of a text.
pub fn parse_list(text: &str, line: u32, options: &Options) -> Result<Rc<List>, SyntaxError> {
    if options.depth >= MAX_SUBSTITUTIONS {
        return Err(SyntaxError {
            line,
            message: "command substitutions are nested too deeply".to_owned(),
            incomplete: false,
            shown: None,
        });
    }
    let options = Options {
        depth: options.depth + 1,
        ..options.clone()
    };
    let mut parser = Parser::new(text.to_owned(), line, options);
    let mut all = List::default();
    while let Some(list) = parser.next()? {
        all.0.extend(list.0);
    }
    Ok(Rc::new(all))
}
