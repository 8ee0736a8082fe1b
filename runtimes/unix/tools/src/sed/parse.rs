//! From the text of a script to its commands.

mod arguments;

use std::collections::HashMap;
use std::rc::Rc;

use super::script::{Address, Command, Kind, Script};
use crate::posix_regex::{Dialect, Options, Regex};

/// A part of the script: one `-e` or one file.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) is_file: bool,
}

pub(super) struct Parser<'s> {
    text: Vec<char>,
    at: usize,
    /// Where each source begins.
    sources: Vec<(usize, &'s Source)>,
    dialect: Dialect,
    sandbox: bool,
    script: Script,
    /// Blocks that are open.
    open: Vec<usize>,
    labels: HashMap<String, usize>,
    /// Branches by the label they go to.
    jumps: Vec<(usize, String)>,
}

pub(super) fn parse(sources: &[Source], extended: bool, sandbox: bool) -> Result<Script, String> {
    let mut text = Vec::new();
    let mut starts = Vec::new();
    for source in sources {
        if !starts.is_empty() {
            text.push('\n');
        }
        starts.push((text.len(), source));
        text.extend(source.text.chars());
    }
    let mut parser = Parser {
        text,
        at: 0,
        sources: starts,
        dialect: if extended {
            Dialect::SedExtended
        } else {
            Dialect::SedBasic
        },
        sandbox,
        script: Script {
            commands: Vec::new(),
            quiet: false,
            outputs: Vec::new(),
        },
        open: Vec::new(),
        labels: HashMap::new(),
        jumps: Vec::new(),
    };
    if parser.text.starts_with(&['#', 'n']) && matches!(parser.text.get(2), None | Some('\n')) {
        parser.script.quiet = true;
    }
    match parser.run() {
        Ok(()) => parser.link(),
        Err(message) => Err(parser.located(&message)),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn skip_blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|it| it != '\n' && it.is_whitespace())
        {
            self.at += 1;
        }
    }

    fn skip_space(&mut self) {
        while self
            .peek()
            .is_some_and(|it| it.is_whitespace() || it == ';')
        {
            self.at += 1;
        }
    }

    /// Says where in the script something is wrong.
    fn located(&self, message: &str) -> String {
        let found = self.sources.iter().rev().find(|it| it.0 <= self.at);
        let Some((start, source)) = found else {
            return message.to_owned();
        };
        if source.is_file {
            let before = &self.text[*start..self.at];
            let line = before.iter().filter(|it| **it == '\n').count() + 1;
            return format!("{} line {line}: {message}", source.name);
        }
        let at = if message.starts_with("unmatched `{'") {
            0
        } else {
            self.at - start
        };
        format!("{}, char {at}: {message}", source.name)
    }

    fn run(&mut self) -> Result<(), String> {
        loop {
            self.skip_space();
            if self.peek().is_none() {
                break;
            }
            self.command()?;
        }
        if !self.open.is_empty() {
            return Err("unmatched `{'".into());
        }
        Ok(())
    }

    /// Branches learn where they go.
    fn link(mut self) -> Result<Script, String> {
        let end = self.script.commands.len();
        for (from, label) in self.jumps {
            let to = match self.labels.get(&label) {
                Some(to) => *to,
                None if label.is_empty() => end,
                None => return Err(format!("can't find label for jump to `{label}'")),
            };
            match self.script.commands.get_mut(from).map(|it| &mut it.kind) {
                Some(Kind::Branch(it) | Kind::BranchIf(it) | Kind::BranchUnless(it)) => *it = to,
                _ => {}
            }
        }
        Ok(self.script)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value: Option<u64> = None;
        while let Some(digit) = self.peek().and_then(|it| it.to_digit(10)) {
            self.at += 1;
            let before = value.unwrap_or(0);
            value = Some(before.saturating_mul(10).saturating_add(digit.into()));
        }
        value
    }

    fn address(&mut self, second: bool) -> Result<Option<Address>, String> {
        let Some(next) = self.peek() else {
            return Ok(None);
        };
        let address = match next {
            '0'..='9' => {
                let line = self.number().unwrap_or(0);
                self.skip_blanks();
                if self.peek() == Some('~') && !second {
                    self.at += 1;
                    self.skip_blanks();
                    Address::Step(line, self.number().unwrap_or(0))
                } else if line == 0 && !second {
                    Address::Zero
                } else {
                    Address::Line(line)
                }
            }
            '$' => {
                self.at += 1;
                Address::Last
            }
            '+' if second => {
                self.at += 1;
                let count = self.number().ok_or("expected number after +")?;
                Address::Plus(count)
            }
            '~' if second => {
                self.at += 1;
                let count = self.number().ok_or("expected number after ~")?;
                Address::Multiple(count)
            }
            '/' | '\\' => {
                self.at += 1;
                let mut delimiter = '/';
                if next == '\\' {
                    delimiter = self.next().ok_or("unexpected end")?;
                }
                let pattern = self
                    .delimited(delimiter, true)
                    .ok_or("unterminated address regex")?;
                let mut options = Options::default();
                while let Some(flag) = self.peek() {
                    match flag {
                        'I' => options.ignore_case = true,
                        'M' => options.multi_line = true,
                        _ => break,
                    }
                    self.at += 1;
                }
                Address::Regex(self.regex(&pattern, options)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(address))
    }

    fn regex(&self, pattern: &str, options: Options) -> Result<Option<Rc<Regex>>, String> {
        if pattern.is_empty() {
            return Ok(None);
        }
        let regex = Regex::new(pattern, self.dialect, options)?;
        Ok(Some(Rc::new(regex)))
    }

    /// Text up to a delimiter, which is taken, too. None if there is no delimiter.
    fn delimited(&mut self, delimiter: char, regex: bool) -> Option<String> {
        let mut text = String::new();
        let mut bracket: Option<usize> = None;
        loop {
            let next = self.next()?;
            if let Some(start) = bracket {
                // A `]` first in a bracket expression, perhaps behind a `^`, is an ordinary one.
                let inside = self.at - 1 - start;
                let first = inside == 0 || (inside == 1 && self.text[start] == '^');
                if next == '[' && matches!(self.peek(), Some(':' | '.' | '=')) {
                    text.push(next);
                    let kind = self.next()?;
                    text.push(kind);
                    loop {
                        let inner = self.next()?;
                        text.push(inner);
                        if inner == kind && self.peek() == Some(']') {
                            text.push(self.next()?);
                            break;
                        }
                    }
                    continue;
                }
                if next == ']' && !first {
                    bracket = None;
                }
                if next == '\n' && regex && self.text[start..self.at].len() > 4096 {
                    return None;
                }
                text.push(next);
                continue;
            }
            if next == delimiter {
                return Some(text);
            }
            if next == '\n' && regex {
                return None;
            }
            if next == '[' && regex && self.closes() {
                bracket = Some(self.at);
            }
            if next != '\\' {
                text.push(next);
                continue;
            }
            let after = self.next()?;
            if after == delimiter {
                // Only what means something with a backslash keeps it.
                if !regex && after == '&' {
                    text.push('\\');
                }
                text.push(after);
            } else if after == 'n' && regex {
                text.push_str(r"\n");
            } else {
                text.push('\\');
                text.push(after);
            }
        }
    }

    /// Whether a bracket expression that begins here ends in this line.
    fn closes(&self) -> bool {
        let mut at = self.at;
        if self.text.get(at) == Some(&'^') {
            at += 1;
        }
        let rest = self.text.get(at + 1..).unwrap_or(&[]);
        rest.iter()
            .take_while(|it| **it != '\n')
            .any(|it| *it == ']')
    }

    fn command(&mut self) -> Result<(), String> {
        let first = self.address(false)?;
        let mut second = None;
        if first.is_some() {
            self.skip_blanks();
            if self.peek() == Some(',') {
                self.at += 1;
                self.skip_blanks();
                second = self.address(true)?;
                if second.is_none() {
                    self.at += 1;
                    return Err("unexpected `,'".into());
                }
            }
        }
        if matches!(first, Some(Address::Zero)) && !matches!(second, Some(Address::Regex(_))) {
            self.at += 1;
            return Err("invalid usage of line address 0".into());
        }
        self.skip_blanks();
        let mut negated = false;
        while self.peek() == Some('!') {
            self.at += 1;
            if negated {
                return Err("multiple `!'s".into());
            }
            negated = true;
            self.skip_blanks();
        }
        let Some(name) = self.next() else {
            return Err("missing command".into());
        };
        if name == '}' && first.is_some() {
            return Err("} doesn't want any addresses".into());
        }
        if name == ':' && first.is_some() {
            return Err(": doesn't want any addresses".into());
        }
        // GNU's takes two addresses for all others.
        if matches!(name, 'q' | 'Q') && second.is_some() {
            return Err("command only uses one address".into());
        }
        let kind = self.kind(name)?;
        let position = self.script.commands.len();
        if matches!(kind, Kind::End) {
            let open = self.open.pop().ok_or("unexpected `}'")?;
            if let Some(block) = self.script.commands.get_mut(open) {
                block.kind = Kind::Block(position + 1);
            }
        }
        if matches!(kind, Kind::Block(_)) {
            self.open.push(position);
        }
        self.script.commands.push(Command {
            first,
            second,
            negated,
            kind,
        });
        Ok(())
    }

    fn kind(&mut self, name: char) -> Result<Kind, String> {
        let position = self.script.commands.len();
        let kind = match name {
            '#' => {
                while self.peek().is_some_and(|it| it != '\n') {
                    self.at += 1;
                }
                return Ok(Kind::Nothing);
            }
            '{' => return Ok(Kind::Block(0)),
            '}' => Kind::End,
            ':' => {
                self.skip_blanks();
                let label = self.word();
                if label.is_empty() {
                    return Err("\":\" lacks a label".into());
                }
                self.labels.insert(label, position);
                return Ok(Kind::Label);
            }
            'b' | 't' | 'T' => {
                self.skip_blanks();
                let label = self.word();
                self.jumps.push((position, label));
                match name {
                    'b' => Kind::Branch(0),
                    't' => Kind::BranchIf(0),
                    _ => Kind::BranchUnless(0),
                }
            }
            'a' => return Ok(Kind::Append(self.lines()?)),
            'i' => return Ok(Kind::Insert(self.lines()?)),
            'c' => return Ok(Kind::Change(self.lines()?)),
            'd' => Kind::Delete,
            'D' => Kind::DeleteFirst,
            'e' => {
                self.allowed(name)?;
                self.skip_blanks();
                return Ok(Kind::Execute(self.rest_of_line()));
            }
            'F' => Kind::FileName,
            'g' => Kind::Get,
            'G' => Kind::GetAppend,
            'h' => Kind::Hold,
            'H' => Kind::HoldAppend,
            'l' => {
                self.skip_blanks();
                Kind::List(
                    self.number()
                        .map(|it| usize::try_from(it).unwrap_or(usize::MAX)),
                )
            }
            'L' => return Err("unknown command: `L'".into()),
            'n' => Kind::Next,
            'N' => Kind::NextAppend,
            'p' => Kind::Print,
            'P' => Kind::PrintFirst,
            'q' | 'Q' => {
                self.skip_blanks();
                let code = self.number().unwrap_or(0);
                // What the operating system keeps of it.
                let code = u8::try_from(code & 0xff).unwrap_or(0);
                if name == 'q' {
                    Kind::Quit(code)
                } else {
                    Kind::QuitSilently(code)
                }
            }
            'r' | 'R' => {
                self.allowed(name)?;
                let file = self.file_name()?;
                return Ok(if name == 'r' {
                    Kind::ReadFile(file)
                } else {
                    Kind::ReadLine(file)
                });
            }
            's' => Kind::Substitute(Box::new(self.substitution()?)),
            'v' => {
                self.rest_of_line();
                return Ok(Kind::Nothing);
            }
            'w' | 'W' => {
                self.allowed(name)?;
                let file = self.file_name()?;
                let output = self.output(file);
                return Ok(if name == 'w' {
                    Kind::Write(output)
                } else {
                    Kind::WriteFirst(output)
                });
            }
            'x' => Kind::Exchange,
            'y' => self.translation()?,
            'z' => Kind::Zap,
            '=' => Kind::Number,
            ',' => return Err("unexpected `,'".into()),
            '\n' | ';' => return Err("missing command".into()),
            other => return Err(format!("unknown command: `{other}'")),
        };
        self.end_of_command()?;
        Ok(kind)
    }

    fn allowed(&self, _name: char) -> Result<(), String> {
        if self.sandbox {
            return Err("e/r/w commands disabled in sandbox mode".into());
        }
        Ok(())
    }

    fn end_of_command(&mut self) -> Result<(), String> {
        self.skip_blanks();
        match self.peek() {
            None | Some('}' | '#') => Ok(()),
            Some('\n' | ';') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => {
                self.at += 1;
                Err("extra characters after command".into())
            }
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(next) = self.peek().filter(|it| !it.is_whitespace() && *it != ';') {
            self.at += 1;
            word.push(next);
        }
        // `b}` ends a block in GNU's, too, when nothing else does.
        if word.ends_with('}') && !self.open.is_empty() {
            word.pop();
            self.at -= 1;
        }
        word
    }

    fn rest_of_line(&mut self) -> String {
        let mut rest = String::new();
        while let Some(next) = self.peek().filter(|it| *it != '\n') {
            self.at += 1;
            rest.push(next);
        }
        rest
    }

    fn file_name(&mut self) -> Result<String, String> {
        self.skip_blanks();
        let name = self.rest_of_line();
        if name.is_empty() {
            return Err("missing filename in r/R/w/W commands".into());
        }
        Ok(name)
    }

    fn output(&mut self, file: String) -> usize {
        let outputs = &mut self.script.outputs;
        match outputs.iter().position(|it| *it == file) {
            Some(known) => known,
            None => {
                outputs.push(file);
                outputs.len() - 1
            }
        }
    }
}

pub(super) fn push(text: &mut Vec<u8>, character: char) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
