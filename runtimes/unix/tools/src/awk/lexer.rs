//! The words of a program.

use super::syntax::{BUILTINS, Builtin};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(Vec<u8>),
    Regex(String),
    Name(String),
    /// A name with `(` right behind it.
    Function(String),
    Builtin(Builtin),
    Keyword(Keyword),
    /// An operator or a bracket.
    Sign(&'static str),
    Newline,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Begin,
    End,
    Break,
    Case,
    Continue,
    Default,
    Delete,
    Do,
    Else,
    Exit,
    For,
    Function,
    Getline,
    If,
    In,
    Next,
    NextFile,
    Print,
    Printf,
    Return,
    Switch,
    While,
}

const KEYWORDS: [(&str, Keyword); 23] = [
    ("BEGIN", Keyword::Begin),
    ("END", Keyword::End),
    ("break", Keyword::Break),
    ("case", Keyword::Case),
    ("continue", Keyword::Continue),
    ("default", Keyword::Default),
    ("delete", Keyword::Delete),
    ("do", Keyword::Do),
    ("else", Keyword::Else),
    ("exit", Keyword::Exit),
    ("for", Keyword::For),
    ("func", Keyword::Function),
    ("function", Keyword::Function),
    ("getline", Keyword::Getline),
    ("if", Keyword::If),
    ("in", Keyword::In),
    ("next", Keyword::Next),
    ("nextfile", Keyword::NextFile),
    ("print", Keyword::Print),
    ("printf", Keyword::Printf),
    ("return", Keyword::Return),
    ("switch", Keyword::Switch),
    ("while", Keyword::While),
];

/// Longest first.
const SIGNS: [&str; 47] = [
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=",
    "!~", ">>", "**", "|&", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^",
    "!", "<", ">", "|", "?", ":", "~", "$", "=", "@", "&", "'", "`", ".",
];

pub(super) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    pub(super) line: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    pub(super) fn position(&self) -> (usize, usize) {
        (self.at, self.line)
    }

    pub(super) fn set_position(&mut self, at: usize, line: usize) {
        self.at = at;
        self.line = line;
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Token, String> {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.peek(1) == Some(b'\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                Some(b'\\') if self.peek(1) == Some(b'\r') && self.peek(2) == Some(b'\n') => {
                    self.at += 3;
                    self.line += 1;
                }
                Some(b'#') => {
                    while self.peek(0).is_some_and(|it| it != b'\n') {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
        let Some(byte) = self.peek(0) else {
            return Ok(Token::End);
        };
        match byte {
            b'\n' => {
                self.at += 1;
                self.line += 1;
                Ok(Token::Newline)
            }
            b'"' => self.text(),
            b'0'..=b'9' => Ok(self.number()),
            b'.' if self.peek(1).is_some_and(|it| it.is_ascii_digit()) => Ok(self.number()),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(self.word()),
            _ => {
                let rest = &self.text[self.at..];
                let sign = SIGNS.iter().find(|it| rest.starts_with(it.as_bytes()));
                let Some(sign) = sign else {
                    let shown = String::from_utf8_lossy(&rest[..rest.len().min(4)]);
                    let first = shown.chars().next().unwrap_or('?');
                    return Err(format!("invalid char '{first}' in expression"));
                };
                self.at += sign.len();
                Ok(Token::Sign(match *sign {
                    "**" => "^",
                    "**=" => "^=",
                    other => other,
                }))
            }
        }
    }

    fn number(&mut self) -> Token {
        let rest = &self.text[self.at..];
        if rest.len() > 2 && rest[0] == b'0' && rest[1] | 32 == b'x' && rest[2].is_ascii_hexdigit()
        {
            let digits = rest[2..]
                .iter()
                .take_while(|it| it.is_ascii_hexdigit())
                .count();
            self.at += 2 + digits;
            let value = rest[2..2 + digits].iter().fold(0.0, |it, digit| {
                it * 16.0 + f64::from(char::from(*digit).to_digit(16).unwrap_or(0))
            });
            return Token::Number(value);
        }
        let (value, length) = super::value::leading_number(rest);
        // A constant that begins with 0 is octal, as long as it can be.
        let digits = &rest[..length];
        if length > 1 && digits[0] == b'0' && digits.iter().all(|it| (b'0'..=b'7').contains(it)) {
            self.at += length;
            let octal = digits
                .iter()
                .fold(0.0, |it, digit| it * 8.0 + f64::from(digit - b'0'));
            return Token::Number(octal);
        }
        self.at += length.max(1);
        Token::Number(value)
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self
            .peek(0)
            .is_some_and(|it| it.is_ascii_alphanumeric() || it == b'_')
        {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        if let Some((_, keyword)) = KEYWORDS.iter().find(|it| it.0 == word) {
            return Token::Keyword(*keyword);
        }
        if let Ok(found) = BUILTINS.binary_search_by(|it| it.0.cmp(&word)) {
            return Token::Builtin(BUILTINS[found].1);
        }
        if self.peek(0) == Some(b'(') {
            return Token::Function(word);
        }
        Token::Name(word)
    }

    fn text(&mut self) -> Result<Token, String> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let Some(byte) = self.peek(0) else {
                return Err("unterminated string".into());
            };
            self.at += 1;
            match byte {
                b'"' => return Ok(Token::Text(text)),
                b'\n' => return Err("unterminated string".into()),
                b'\\' => match self.peek(0) {
                    Some(b'\n') => {
                        self.at += 1;
                        self.line += 1;
                    }
                    Some(_) => {
                        let taken = escape(&self.text[self.at..], &mut text);
                        self.at += taken;
                    }
                    None => return Err("unterminated string".into()),
                },
                _ => text.push(byte),
            }
        }
    }

    /// The rest of a regular expression, of which `/` (or `/=`, which is `begun`) has been read.
    pub(super) fn regex(&mut self, begun: &str) -> Result<Token, String> {
        let mut text = begun.as_bytes().to_vec();
        let mut set = false;
        loop {
            let Some(byte) = self.peek(0).filter(|it| *it != b'\n') else {
                return Err("unterminated regexp".into());
            };
            self.at += 1;
            match byte {
                b'/' if !set => {
                    return Ok(Token::Regex(String::from_utf8_lossy(&text).into_owned()));
                }
                b'\\' => {
                    match self.peek(0) {
                        Some(b'/') => text.push(b'/'),
                        Some(after) => text.extend_from_slice(&[b'\\', after]),
                        None => return Err("unterminated regexp".into()),
                    }
                    self.at += 1;
                    continue;
                }
                // A `]` that comes first is an ordinary character.
                b'[' if !set => {
                    text.push(byte);
                    for ordinary in [b'^', b']'] {
                        if self.peek(0) == Some(ordinary) {
                            text.push(ordinary);
                            self.at += 1;
                        }
                    }
                    // Not the beginning of a set if nothing ends it in this line.
                    let rest = &self.text[self.at..];
                    let line = rest.split(|it| *it == b'\n').next().unwrap_or(&[]);
                    set = line.contains(&b']');
                    continue;
                }
                b'[' if self.peek(0) == Some(b':') => {
                    text.push(byte);
                    while let Some(inner) = self.peek(0).filter(|it| *it != b'\n') {
                        text.push(inner);
                        self.at += 1;
                        if inner == b']' {
                            break;
                        }
                    }
                    continue;
                }
                b']' => set = false,
                _ => {}
            }
            text.push(byte);
        }
    }
}

/// What a backslash and what follows stand for in a string; gives how many bytes follow.
pub(super) fn escape(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(&byte) = rest.first() else {
        out.push(b'\\');
        return 0;
    };
    let character = match byte {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'\\' | b'"' | b'/' => byte,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'0'..=b'7' => {
            let digits = rest
                .iter()
                .take(3)
                .take_while(|it| (b'0'..=b'7').contains(it))
                .count();
            let value = rest[..digits]
                .iter()
                .fold(0_u32, |it, digit| it * 8 + u32::from(digit - b'0'));
            out.push((value & 0xff) as u8);
            return digits;
        }
        b'x' if rest.get(1).is_some_and(u8::is_ascii_hexdigit) => {
            let digits = rest[1..]
                .iter()
                .take(2)
                .take_while(|it| it.is_ascii_hexdigit())
                .count();
            let value = rest[1..=digits].iter().fold(0_u32, |it, digit| {
                it * 16 + char::from(*digit).to_digit(16).unwrap_or(0)
            });
            out.push((value & 0xff) as u8);
            return digits + 1;
        }
        // Means something in a regular expression: the backslash stays.
        _ => {
            out.push(b'\\');
            byte
        }
    };
    out.push(character);
    1
}

/// A text with escapes, as in `-v name=text`.
pub(super) fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'\\' {
            let taken = escape(rest, &mut out);
            rest = &rest[taken..];
        } else {
            out.push(byte);
        }
    }
    out
}
