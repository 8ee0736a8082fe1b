//! From text to tokens.
//!
//! `brush-parser` has a tokenizer, too, but it cannot say where a command substitution with a `case`
//! or a comment in it ends, knows no aliases, and wants all of the text at once.

use crate::variables::Names;
use std::rc::Rc;
use std::sync::Arc;

use brush_parser::{SourcePosition, SourceSpan, Token};

/// How deep compound commands may nest: a bound for the stack.
const MAX_NESTING: usize = 150;
/// Numbers from here on stand for `{name}` before a redirection: see [`Lexer::variables`].
pub const FIRST_VARIABLE: i32 = 1_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The text ends within something: what would end it, and the line where it began.
    Incomplete {
        wanted: String,
        line: u32,
    },
    Syntax {
        line: u32,
        message: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Parenthesis,
    Brace,
    /// A loop whose body is in braces instead of `do` and `done`.
    LoopBrace,
    If,
    Loop,
    Case,
    Test,
}

/// What the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Command,
    /// After an assignment: a command, but no reserved word.
    Assigned,
    Argument,
    /// After a compound command: a reserved word or a redirection.
    After,
    FunctionName,
    ForName,
    ForIn,
    ForWords,
    ForBody,
    CaseWord,
    CaseIn,
    Pattern,
    MorePattern,
    Test,
    Regex,
}

struct Here {
    delimiter: String,
    strip_tabs: bool,
    token: usize,
    line: u32,
}

/// Where reading stands in the grammar.
pub struct Machine {
    pub tokens: Vec<Token>,
    stack: Vec<Open>,
    expect: Expect,
    redirected: bool,
    here: Option<bool>,
    heres: Vec<Here>,
    /// A line may end here without ending the command.
    continues: bool,
    /// The last token is the first word of a simple command.
    first: bool,
    nested: bool,
    /// The next word may be an alias although it is no command.
    alias_next: bool,
}

impl Machine {
    pub fn new() -> Self {
        Self {
            tokens: Vec::new(),
            stack: Vec::new(),
            expect: Expect::Command,
            redirected: false,
            here: None,
            heres: Vec::new(),
            continues: false,
            first: false,
            nested: false,
            alias_next: false,
        }
    }

    /// Ends at a `)` that nothing has opened.
    pub fn nested() -> Self {
        Self {
            nested: true,
            ..Self::new()
        }
    }

    /// After `-f` or the like in `[[ ]]`: a word must follow.
    fn after_unary(&self) -> bool {
        matches!(self.tokens.last(), Some(Token::Word(word, _)) if word.len() == 2 && word.starts_with('-'))
    }

    fn last_operator(&self) -> Option<&str> {
        self.tokens.iter().rev().find_map(|token| match token {
            Token::Operator(text, _) if text == "\n" => None,
            token => Some(token.to_str()),
        })
    }
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A complete line of commands.
    Line,
    End,
    /// The `)` that a nested machine looks for.
    Close,
}

pub struct Lexer {
    pub text: String,
    pub pos: usize,
    pub first_line: u32,
    pub extglob: bool,
    /// No more text will come.
    pub complete: bool,
    pub aliases: Option<Rc<Names<String>>>,
    /// Names for the numbers from [`FIRST_VARIABLE`] on.
    pub variables: Vec<String>,
    /// Where a here-document was ended by the end of the text: its line and delimiter.
    pub warnings: Vec<(u32, String)>,
    pub(super) depth: usize,
    expanding: Vec<(String, usize)>,
    line_cache: (usize, u32),
}

impl Lexer {
    pub fn new(text: String, first_line: u32) -> Self {
        Self {
            text,
            pos: 0,
            first_line,
            extglob: false,
            complete: true,
            aliases: None,
            variables: Vec::new(),
            warnings: Vec::new(),
            depth: 0,
            expanding: Vec::new(),
            line_cache: (0, first_line),
        }
    }

    pub fn line_at(&mut self, at: usize) -> u32 {
        let (mut from, mut line) = self.line_cache;
        if from > at {
            (from, line) = (0, self.first_line);
        }
        let at = at.min(self.text.len());
        let newlines = self.text.as_bytes()[from..at]
            .iter()
            .filter(|byte| **byte == b'\n');
        line += u32::try_from(newlines.count()).unwrap_or(0);
        self.line_cache = (at, line);
        line
    }

    pub(super) fn missing(&mut self, at: usize, wanted: &str) -> Trouble {
        Trouble::Incomplete {
            wanted: wanted.to_owned(),
            line: self.line_at(at),
        }
    }

    pub(super) fn syntax(&mut self, at: usize, message: &str) -> Trouble {
        Trouble::Syntax {
            line: self.line_at(at),
            message: message.to_owned(),
        }
    }

    fn unexpected(&mut self, at: usize, token: &str) -> Trouble {
        let token = if token == "\n" { "newline" } else { token };
        self.syntax(at, &format!("syntax error near unexpected token `{token}'"))
    }

    fn span(&mut self, start: usize, end: usize) -> SourceSpan {
        let line = self.line_at(start) as usize;
        let position = |index| {
            Arc::new(SourcePosition {
                index,
                line,
                column: 1,
            })
        };
        SourceSpan {
            start: position(start),
            end: position(end),
        }
    }

    fn word(&mut self, machine: &mut Machine, start: usize, end: usize) {
        let text = self.text[start..end].to_owned();
        let span = self.span(start, end);
        machine.tokens.push(Token::Word(text, span));
    }

    fn put_word(&mut self, machine: &mut Machine, text: &str, at: usize) {
        let span = self.span(at, at);
        machine.tokens.push(Token::Word(text.to_owned(), span));
    }

    fn operator(&mut self, machine: &mut Machine, text: &str, at: usize) {
        let span = self.span(at, at + text.len());
        machine.tokens.push(Token::Operator(text.to_owned(), span));
    }

    /// Reads tokens up to the end of a complete line, of the text, or of a substitution.
    pub fn run(&mut self, machine: &mut Machine) -> Result<Stop, Trouble> {
        loop {
            self.skip_blanks();
            let Some(byte) = self.byte(self.pos) else {
                if machine.nested {
                    return Err(self.missing(self.pos, ")"));
                }
                self.read_heres(machine)?;
                if machine.stack.last() == Some(&Open::Test) {
                    return Err(self.missing(self.pos, "]]"));
                }
                return Ok(Stop::End);
            };
            match byte {
                b'\n' => {
                    let at = self.pos;
                    self.pos += 1;
                    if machine.tokens.is_empty() && !machine.nested {
                        continue;
                    }
                    self.operator(machine, "\n", at);
                    self.read_heres(machine)?;
                    machine.first = false;
                    machine.expect = match machine.expect {
                        Expect::Argument | Expect::Assigned | Expect::After => Expect::Command,
                        Expect::ForWords => Expect::ForBody,
                        other => other,
                    };
                    if !machine.nested && machine.stack.is_empty() && !machine.continues {
                        return Ok(Stop::Line);
                    }
                }
                b'#' if machine.expect != Expect::Regex => self.skip_comment(),
                b'<' | b'>'
                    if self.byte(self.pos + 1) == Some(b'(')
                        && (machine.expect != Expect::Test || machine.after_unary()) =>
                {
                    self.read_word(machine)?;
                }
                b'(' if machine.expect == Expect::Regex => self.read_regex(machine)?,
                b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => {
                    if self.read_operator(machine)? {
                        return Ok(Stop::Close);
                    }
                }
                _ if machine.expect == Expect::Regex => self.read_regex(machine)?,
                _ => self.read_word(machine)?,
            }
            if machine.stack.len() + self.depth > MAX_NESTING {
                return Err(self.syntax(self.pos, "nested too deeply"));
            }
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.byte(self.pos) {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'\\') if self.byte(self.pos + 1) == Some(b'\n') => self.pos += 2,
                _ => return,
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.byte(self.pos).is_some_and(|byte| byte != b'\n') {
            self.pos += 1;
        }
    }

    fn read_operator(&mut self, machine: &mut Machine) -> Result<bool, Trouble> {
        const OPERATORS: [&str; 23] = [
            ";;&", "<<<", "<<-", "&>>", ";;", ";&", "<<", "<&", "<>", ">>", ">&", ">|", "&&", "&>",
            "||", "|&", ";", "<", ">", "&", "|", "(", ")",
        ];
        let at = self.pos;
        let rest = &self.text.as_bytes()[at..];
        let found = OPERATORS
            .iter()
            .find(|text| rest.starts_with(text.as_bytes()));
        let Some(&text) = found else {
            return Err(self.unexpected(at, "?"));
        };
        let was_first = std::mem::take(&mut machine.first);
        if machine.expect == Expect::Test {
            // `[[ a < b ]]`: a character at a time, but for the connectors.
            let text = if matches!(text, "&&" | "||") {
                text
            } else {
                &text[..1]
            };
            self.pos += text.len();
            self.operator(machine, text, at);
            return Ok(false);
        }
        self.pos += text.len();
        match text {
            "(" => {
                self.open_parenthesis(machine, at, was_first)?;
                return Ok(false);
            }
            ")" => {
                machine.continues = false;
                if matches!(machine.expect, Expect::Pattern | Expect::MorePattern) {
                    self.operator(machine, text, at);
                    machine.expect = Expect::Command;
                    return Ok(false);
                }
                match machine.stack.last() {
                    None if machine.nested => return Ok(true),
                    Some(Open::Parenthesis) => {
                        machine.stack.pop();
                    }
                    _ => return Err(self.unexpected(at, ")")),
                }
                self.operator(machine, text, at);
                machine.expect = Expect::After;
                return Ok(false);
            }
            "<<" | "<<-" => machine.here = Some(text == "<<-"),
            "<" | ">" | ">>" | "<>" | "<&" | ">&" | ">|" | "&>" | "&>>" | "<<<" => {
                machine.redirected = true;
            }
            _ => {
                machine.continues = matches!(text, "&&" | "||" | "|" | "|&");
                machine.expect = match machine.expect {
                    Expect::ForWords | Expect::ForIn | Expect::ForBody if text == ";" => {
                        Expect::ForBody
                    }
                    Expect::Pattern | Expect::MorePattern if text == "|" => Expect::MorePattern,
                    _ if text.starts_with(";;") || text == ";&" => Expect::Pattern,
                    _ => Expect::Command,
                };
                if machine.expect == Expect::MorePattern {
                    machine.continues = false;
                }
            }
        }
        self.operator(machine, text, at);
        Ok(false)
    }

    fn open_parenthesis(
        &mut self,
        machine: &mut Machine,
        at: usize,
        was_first: bool,
    ) -> Result<(), Trouble> {
        machine.continues = false;
        match machine.expect {
            Expect::Pattern => {
                self.operator(machine, "(", at);
                machine.expect = Expect::MorePattern;
                return Ok(());
            }
            Expect::ForName if self.byte(at + 1) == Some(b'(') => {
                return self.read_for(machine, at);
            }
            Expect::Argument if was_first => {
                // `name ()`
                self.skip_blanks();
                if self.byte(self.pos) == Some(b')') {
                    let close = self.pos;
                    self.pos += 1;
                    self.operator(machine, "(", at);
                    self.operator(machine, ")", close);
                    machine.expect = Expect::Command;
                    machine.continues = true;
                    return Ok(());
                }
                let token = self.token_at(self.pos);
                return Err(self.unexpected(self.pos, &token));
            }
            Expect::Command => {
                if self.byte(at + 1) == Some(b'(')
                    && let Some(end) = self.skip_arithmetic(at + 2)?
                {
                    self.operator(machine, "(", at);
                    self.operator(machine, "(", at + 1);
                    if end - 2 > at + 2 {
                        self.word(machine, at + 2, end - 2);
                    }
                    self.operator(machine, ")", end - 2);
                    self.operator(machine, ")", end - 1);
                    self.pos = end;
                    machine.expect = Expect::After;
                    return Ok(());
                }
            }
            _ => return Err(self.unexpected(at, "(")),
        }
        // The grammar takes two parentheses for arithmetic, even with a blank between them.
        if matches!(machine.tokens.last(), Some(Token::Operator(text, _)) if text == "(") {
            self.operator(machine, "\n", at);
        }
        self.operator(machine, "(", at);
        machine.stack.push(Open::Parenthesis);
        machine.expect = Expect::Command;
        Ok(())
    }

    /// `for ((a; b; c))`, from its first parenthesis.
    fn read_for(&mut self, machine: &mut Machine, at: usize) -> Result<(), Trouble> {
        let start = at + 2;
        let Some(end) = self.skip_arithmetic(start)? else {
            return Err(self.unexpected(at, "("));
        };
        let mut cuts = vec![start];
        let mut scan = start;
        let mut depth = 0;
        while scan < end - 2 {
            match self.byte(scan) {
                Some(b';') if depth == 0 => {
                    cuts.push(scan + 1);
                    scan += 1;
                }
                Some(b'(') => {
                    depth += 1;
                    scan += 1;
                }
                Some(b')') => {
                    depth -= 1;
                    scan += 1;
                }
                Some(b'"') => scan = self.skip_double(scan + 1)?,
                Some(b'$') => scan = self.skip_dollar(scan, false)?,
                _ => scan += 1,
            }
        }
        if cuts.len() != 3 {
            return Err(self.syntax(at, "syntax error: arithmetic expression required"));
        }
        cuts.push(end - 1);
        self.operator(machine, "(", at);
        self.operator(machine, "(", at + 1);
        for (index, pair) in cuts.windows(2).enumerate() {
            let (from, to) = (pair[0], pair[1] - 1);
            if index > 0 {
                self.operator(machine, ";", from - 1);
            }
            if self.text[from..to].trim() != "" {
                self.word(machine, from, to);
            }
        }
        self.operator(machine, ")", end - 2);
        self.operator(machine, ")", end - 1);
        self.pos = end;
        machine.expect = Expect::ForBody;
        Ok(())
    }

    /// What stands at a place, for a message.
    fn token_at(&self, at: usize) -> String {
        match self.byte(at) {
            None | Some(b'\n') => "newline".to_owned(),
            Some(byte) if b";&|<>()".contains(&byte) => (byte as char).to_string(),
            Some(_) => {
                let rest = &self.text[at..];
                let end = rest.find(|c: char| c.is_whitespace() || ";&|<>()".contains(c));
                rest[..end.unwrap_or(rest.len())].to_owned()
            }
        }
    }

    /// The right side of `=~`.
    fn read_regex(&mut self, machine: &mut Machine) -> Result<(), Trouble> {
        let start = self.pos;
        let mut depth = 0;
        while let Some(byte) = self.byte(self.pos) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => break,
                b')' => depth -= 1,
                b' ' | b'\t' | b'\n' if depth == 0 => break,
                b'&' | b';' if depth == 0 => break,
                b'|' if depth == 0 && self.byte(self.pos + 1) == Some(b'|') => break,
                b'\\' => self.pos += 1,
                b'\'' => self.pos = self.skip_single(self.pos + 1)? - 1,
                b'"' => self.pos = self.skip_double(self.pos + 1)? - 1,
                b'`' => self.pos = self.skip_backquote(self.pos + 1)? - 1,
                b'$' => self.pos = self.skip_dollar(self.pos, false)? - 1,
                _ => {}
            }
            self.pos += 1;
        }
        let end = self.pos.min(self.text.len());
        self.pos = end;
        if depth > 0 {
            return Err(self.missing(start, ")"));
        }
        if end == start {
            let token = self.token_at(start);
            return Err(self.unexpected(start, &token));
        }
        self.word(machine, start, end);
        machine.expect = Expect::Test;
        Ok(())
    }

    /// From the start of a word to after it.
    fn skip_word(&mut self, start: usize, patterns: bool) -> Result<usize, Trouble> {
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' => break,
                b'<' | b'>' => {
                    if self.byte(at + 1) != Some(b'(') {
                        break;
                    }
                    at = self.skip_parenthesis(at + 2)?;
                }
                b'(' => {
                    let before = (at > start).then(|| self.byte(at - 1)).flatten();
                    if !(patterns && matches!(before, Some(b'?' | b'*' | b'+' | b'@' | b'!'))) {
                        break;
                    }
                    at = self.skip_pattern(at + 1)?;
                }
                b'\\' => at += 2,
                b'\'' => at = self.skip_single(at + 1)?,
                b'"' => at = self.skip_double(at + 1)?,
                b'`' => at = self.skip_backquote(at + 1)?,
                b'$' => at = self.skip_dollar(at, false)?,
                b'[' if is_name(&self.text[start..at]) => {
                    // An element: anything may be between the brackets if `=` follows.
                    let after = self.skip_bracket(at + 1).ok();
                    let assigned = after.filter(|end| {
                        self.byte(*end) == Some(b'=')
                            || self.byte(*end) == Some(b'+') && self.byte(end + 1) == Some(b'=')
                    });
                    at = assigned.unwrap_or(at + 1);
                }
                _ => at += 1,
            }
        }
        if at > self.text.len() {
            // A backslash at the very end stands for itself, or the line goes on.
            if !self.complete {
                return Err(self.missing(start, "\\"));
            }
            at = self.text.len();
        }
        Ok(at)
    }

    fn read_word(&mut self, machine: &mut Machine) -> Result<(), Trouble> {
        let start = self.pos;
        let patterns = self.extglob || machine.expect == Expect::Test;
        let end = self.skip_word(start, patterns)?;
        if end == start {
            let token = self.token_at(start);
            return Err(self.unexpected(start, &token));
        }
        self.pos = end;
        let was_first = std::mem::take(&mut machine.first);
        if let Some(strip_tabs) = machine.here.take() {
            return self.begin_here(machine, start, end, strip_tabs);
        }
        if std::mem::take(&mut machine.redirected) {
            self.word(machine, start, end);
            return Ok(());
        }
        if matches!(self.byte(end), Some(b'<' | b'>')) && machine.expect != Expect::Test {
            if self.descriptor(machine, start, end) {
                return Ok(());
            }
        }
        let continues = std::mem::take(&mut machine.continues);
        let aliasable = std::mem::take(&mut machine.alias_next)
            || matches!(machine.expect, Expect::Command | Expect::Assigned);
        if aliasable && self.expand_alias(machine, start, end) {
            machine.continues = continues;
            return Ok(());
        }
        self.classify(machine, start, end, was_first)
    }

    /// `{name}` or a number before a redirection.
    fn descriptor(&mut self, machine: &mut Machine, start: usize, end: usize) -> bool {
        let text = &self.text[start..end];
        let name = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = name.filter(|name| is_name(name)) {
            let number =
                FIRST_VARIABLE.saturating_add(i32::try_from(self.variables.len()).unwrap_or(0));
            self.variables.push(name.to_owned());
            let span = self.span(start, end);
            machine.tokens.push(Token::Word(number.to_string(), span));
            return true;
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let fits = text
            .parse::<i32>()
            .is_ok_and(|number| number < FIRST_VARIABLE);
        if fits {
            self.word(machine, start, end);
        }
        fits
    }

    fn expand_alias(&mut self, machine: &mut Machine, start: usize, end: usize) -> bool {
        let Some(aliases) = self.aliases.clone() else {
            return false;
        };
        let name = &self.text[start..end];
        let Some(value) = aliases.get(name) else {
            return false;
        };
        self.expanding.retain(|(_, until)| start < *until);
        if self.expanding.iter().any(|(known, _)| known == name) {
            return false;
        }
        let name = name.to_owned();
        self.text.replace_range(start..end, value);
        for (_, until) in &mut self.expanding {
            *until = (*until + value.len()).saturating_sub(end - start);
        }
        self.expanding.push((name, start + value.len()));
        self.pos = start;
        machine.alias_next = value.ends_with([' ', '\t']);
        true
    }

    fn classify(
        &mut self,
        machine: &mut Machine,
        start: usize,
        end: usize,
        was_first: bool,
    ) -> Result<(), Trouble> {
        let text = self.text[start..end].to_owned();
        let reserved = matches!(machine.expect, Expect::Command | Expect::After);
        if reserved && self.reserved(machine, &text, start, end)? {
            return Ok(());
        }
        if machine.expect == Expect::Command
            && matches!(machine.tokens.last(), Some(Token::Word(word, _)) if word == "coproc")
            && is_name(&text)
            && self.text[end..]
                .trim_start_matches([' ', '\t'])
                .starts_with(['{', '('])
        {
            self.word(machine, start, end);
            return Ok(());
        }
        match machine.expect {
            Expect::Command | Expect::Assigned | Expect::Argument | Expect::After => {
                if assignment_like(&text) {
                    if self.byte(end) == Some(b'(') && text.ends_with('=') {
                        self.word(machine, start, end);
                        self.read_array(machine)?;
                    } else {
                        self.word(machine, start, end);
                    }
                    if machine.expect != Expect::Argument {
                        machine.expect = Expect::Assigned;
                    }
                    return Ok(());
                }
                machine.first = machine.expect == Expect::Command && !was_first;
                machine.expect = Expect::Argument;
            }
            Expect::FunctionName => {
                self.word(machine, start, end);
                self.skip_blanks();
                if self.byte(self.pos) == Some(b'(') {
                    let open = self.pos;
                    self.pos += 1;
                    self.skip_blanks();
                    if self.byte(self.pos) == Some(b')') {
                        let close = self.pos;
                        self.pos += 1;
                        self.operator(machine, "(", open);
                        self.operator(machine, ")", close);
                    } else {
                        self.pos = open;
                    }
                }
                machine.expect = Expect::Command;
                machine.continues = true;
                return Ok(());
            }
            Expect::ForName => machine.expect = Expect::ForIn,
            Expect::ForIn | Expect::ForBody => match text.as_str() {
                "in" if machine.expect == Expect::ForIn => machine.expect = Expect::ForWords,
                "do" => machine.expect = Expect::Command,
                "{" => {
                    machine.stack.pop();
                    machine.stack.push(Open::LoopBrace);
                    machine.expect = Expect::Command;
                    self.put_word(machine, "do", start);
                    return Ok(());
                }
                _ => return Err(self.unexpected(start, &text)),
            },
            Expect::ForWords | Expect::MorePattern => {}
            Expect::CaseWord => machine.expect = Expect::CaseIn,
            Expect::CaseIn => {
                if text != "in" {
                    return Err(self.unexpected(start, &text));
                }
                machine.expect = Expect::Pattern;
            }
            Expect::Pattern if text == "esac" => {
                machine.stack.pop();
                machine.expect = Expect::After;
            }
            Expect::Pattern => machine.expect = Expect::MorePattern,
            Expect::Test | Expect::Regex => match text.as_str() {
                "]]" => {
                    if machine.stack.last() == Some(&Open::Test) {
                        machine.stack.pop();
                    }
                    machine.expect = Expect::After;
                }
                "=~" => machine.expect = Expect::Regex,
                _ => {}
            },
        }
        self.word(machine, start, end);
        Ok(())
    }

    /// Whether the word is a reserved one, which then is dealt with.
    fn reserved(
        &mut self,
        machine: &mut Machine,
        text: &str,
        start: usize,
        end: usize,
    ) -> Result<bool, Trouble> {
        let (open, expect) = match text {
            "if" => (Some(Open::If), Expect::Command),
            "while" | "until" => (Some(Open::Loop), Expect::Command),
            "for" | "select" => (Some(Open::Loop), Expect::ForName),
            "case" => (Some(Open::Case), Expect::CaseWord),
            "{" => (Some(Open::Brace), Expect::Command),
            "[[" => (Some(Open::Test), Expect::Test),
            "function" => (None, Expect::FunctionName),
            "then" | "else" | "elif" | "do" | "!" | "time" | "coproc" => (None, Expect::Command),
            "fi" | "done" | "esac" | "}" => {
                let wanted = match text {
                    "fi" => Open::If,
                    "done" => Open::Loop,
                    "esac" => Open::Case,
                    _ => Open::Brace,
                };
                let top = machine.stack.pop();
                machine.expect = Expect::After;
                if text == "}" && top == Some(Open::LoopBrace) {
                    self.put_word(machine, "done", start);
                    return Ok(true);
                }
                if top != Some(wanted) {
                    return Err(self.unexpected(start, text));
                }
                if text == "esac"
                    && !matches!(machine.last_operator(), Some(";;" | ";&" | ";;&" | "in"))
                {
                    // The grammar looks at an item without an end twice, and at those in it, too.
                    self.operator(machine, ";;", start);
                }
                self.word(machine, start, end);
                return Ok(true);
            }
            "-p" if matches!(machine.tokens.last(), Some(Token::Word(word, _)) if word == "time") => {
                (None, Expect::Command)
            }
            _ => return Ok(false),
        };
        if machine.expect == Expect::After
            && (open.is_some() || matches!(text, "function" | "!" | "time" | "coproc"))
        {
            return Err(self.unexpected(start, text));
        }
        machine.stack.extend(open);
        machine.expect = expect;
        self.word(machine, start, end);
        Ok(true)
    }

    /// The list of `name=(…)`.
    fn read_array(&mut self, machine: &mut Machine) -> Result<(), Trouble> {
        let open = self.pos;
        self.operator(machine, "(", open);
        self.pos += 1;
        loop {
            self.skip_blanks();
            match self.byte(self.pos) {
                None => return Err(self.missing(open, ")")),
                Some(b'\n') => self.pos += 1,
                Some(b'#') => self.skip_comment(),
                Some(b')') => {
                    let at = self.pos;
                    self.pos += 1;
                    self.operator(machine, ")", at);
                    return Ok(());
                }
                Some(first) => {
                    let start = self.pos;
                    let from = if first == b'[' {
                        self.skip_bracket(start + 1).unwrap_or(start)
                    } else {
                        start
                    };
                    let end = self.skip_word(from, self.extglob)?;
                    if end == start {
                        let token = self.token_at(start);
                        return Err(self.unexpected(start, &token));
                    }
                    self.word(machine, start, end);
                    self.pos = end;
                }
            }
        }
    }

    fn begin_here(
        &mut self,
        machine: &mut Machine,
        start: usize,
        end: usize,
        strip_tabs: bool,
    ) -> Result<(), Trouble> {
        self.word(machine, start, end);
        let delimiter = unquote(&self.text[start..end]);
        machine.heres.push(Here {
            delimiter,
            strip_tabs,
            token: machine.tokens.len(),
            line: self.line_at(start),
        });
        // The document follows once the line has ended, and what the grammar wants after it.
        self.put_word(machine, "", end);
        self.put_word(machine, "EOF", end);
        Ok(())
    }

    fn read_heres(&mut self, machine: &mut Machine) -> Result<(), Trouble> {
        for here in std::mem::take(&mut machine.heres) {
            let mut body = String::new();
            loop {
                if self.pos >= self.text.len() {
                    if !self.complete {
                        return Err(self.missing(self.pos, &here.delimiter));
                    }
                    self.warnings.push((here.line, here.delimiter.clone()));
                    break;
                }
                let rest = &self.text[self.pos..];
                let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                let mut line = &rest[..length];
                if here.strip_tabs {
                    line = line.trim_start_matches('\t');
                }
                let content = line.strip_suffix('\n').unwrap_or(line);
                if content == here.delimiter {
                    self.pos += length;
                    break;
                }
                // `$(cat <<EOF … EOF)`
                if machine.nested
                    && let Some(after) = content.strip_prefix(here.delimiter.as_str())
                    && after.starts_with(')')
                {
                    self.pos += length - line.len() + here.delimiter.len();
                    break;
                }
                body.push_str(line);
                self.pos += length;
            }
            if let Some(Token::Word(text, _)) = machine.tokens.get_mut(here.token) {
                *text = body;
            }
        }
        Ok(())
    }
}

pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// The length of `name`, and whether `=`, `+=` or a subscript with one of them follows.
pub fn assignment_like(text: &str) -> bool {
    let name = text
        .bytes()
        .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
        .count();
    if !is_name(&text[..name]) {
        return false;
    }
    let rest = &text[name..];
    if rest.starts_with('=') || rest.starts_with("+=") {
        return true;
    }
    if !rest.starts_with('[') {
        return false;
    }
    let mut lexer = Lexer::new(text.to_owned(), 1);
    lexer.skip_bracket(name + 1).is_ok_and(|end| {
        text.get(end..)
            .is_some_and(|rest| rest.starts_with('=') || rest.starts_with("+="))
    })
}

/// The text without its quotes, for the delimiter of a here-document.
fn unquote(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None) => out.extend(chars.next()),
            ('\\', Some('"')) if matches!(chars.peek(), Some('"' | '\\' | '$' | '`')) => {
                out.extend(chars.next());
            }
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('$', None) if matches!(chars.peek(), Some('\'' | '"')) => {}
            _ => out.push(c),
        }
    }
    out
}
