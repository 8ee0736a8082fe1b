//! What follows the commands that take more than a number: texts, `s` and `y`.

use super::{Parser, push};
use crate::posix_regex::Options;
use crate::sed::script::{Kind, Substitution};
use crate::sed::substitute;

impl Parser<'_> {
    /// The text of `a`, `i` and `c`.
    pub(super) fn lines(&mut self) -> Result<Vec<u8>, String> {
        const EXPECTED: &str = "expected \\ after `a', `c' or `i'";
        self.skip_blanks();
        if self.peek().is_none() {
            return Err(EXPECTED.into());
        }
        if self.peek() == Some('\\') {
            self.at += 1;
            let after = self.at;
            self.skip_blanks();
            if self.peek() == Some('\n') {
                self.at += 1;
            } else {
                // `a\  text`: the blanks are part of the text.
                self.at = after;
                if self.peek().is_none() {
                    return Err(EXPECTED.into());
                }
            }
        }
        let mut text = Vec::new();
        while let Some(next) = self.next() {
            match next {
                '\n' => break,
                '\\' => match self.next() {
                    None => break,
                    Some('\n') => text.push(b'\n'),
                    Some(after) => self.escaped(after, &mut text),
                },
                _ => push(&mut text, next),
            }
        }
        text.push(b'\n');
        Ok(text)
    }

    /// What a backslash and this character stand for outside of expressions.
    fn escaped(&mut self, after: char, text: &mut Vec<u8>) {
        match after {
            'a' => text.push(7),
            'f' => text.push(12),
            'n' => text.push(b'\n'),
            'r' => text.push(b'\r'),
            't' => text.push(b'\t'),
            'v' => text.push(11),
            'd' => self.character(10, 3, after, text),
            'o' => self.character(8, 3, after, text),
            'x' => self.character(16, 2, after, text),
            'c' => match self.next() {
                Some(control) if control.is_ascii() => {
                    text.push(control.to_ascii_uppercase() as u8 ^ 0x40);
                }
                Some(other) => push(text, other),
                None => text.push(b'c'),
            },
            _ => push(text, after),
        }
    }

    fn character(&mut self, base: u32, digits: usize, letter: char, text: &mut Vec<u8>) {
        let mut value = 0;
        let mut count = 0;
        while count < digits {
            let Some(digit) = self.peek().and_then(|it| it.to_digit(base)) else {
                break;
            };
            self.at += 1;
            value = value * base + digit;
            count += 1;
        }
        if count == 0 {
            push(text, letter);
        } else {
            text.push((value & 0xff) as u8);
        }
    }

    pub(super) fn substitution(&mut self) -> Result<Substitution, String> {
        const UNTERMINATED: &str = "unterminated `s' command";
        let delimiter = self.next().ok_or(UNTERMINATED)?;
        if delimiter == '\n' || delimiter == '\\' {
            return Err("delimiter character is not a single-byte character".into());
        }
        let pattern = self.delimited(delimiter, true).ok_or(UNTERMINATED)?;
        let replacement = self.delimited(delimiter, false).ok_or(UNTERMINATED)?;
        let mut options = Options::default();
        let mut found = Substitution {
            regex: None,
            replacement: Vec::new(),
            global: false,
            print: false,
            execute: false,
            number: 0,
            output: None,
        };
        loop {
            let Some(flag) = self.peek() else {
                break;
            };
            self.at += 1;
            match flag {
                'g' if found.global => {
                    return Err("multiple `g' options to `s' command".into());
                }
                'g' => found.global = true,
                'p' if found.print => {
                    return Err("multiple `p' options to `s' command".into());
                }
                'p' => found.print = true,
                'i' | 'I' => options.ignore_case = true,
                'm' | 'M' => options.multi_line = true,
                'e' => {
                    self.allowed('e')?;
                    found.execute = true;
                }
                '0'..='9' => {
                    self.at -= 1;
                    if found.number > 0 {
                        return Err("multiple number options to `s' command".into());
                    }
                    let number = self.number().unwrap_or(0);
                    found.number = usize::try_from(number).unwrap_or(usize::MAX);
                    if found.number == 0 {
                        return Err("number option to `s' command may not be zero".into());
                    }
                }
                'w' => {
                    self.allowed('w')?;
                    let file = self.file_name()?;
                    found.output = Some(self.output(file));
                    break;
                }
                ';' | '\n' | '}' | '#' => {
                    self.at -= 1;
                    break;
                }
                _ if flag.is_whitespace() => {}
                _ => return Err("unknown option to `s'".into()),
            }
        }
        found.number = found.number.max(1);
        found.regex = self.regex(&pattern, options)?;
        found.replacement = substitute::parse_replacement(&replacement);
        let most = substitute::most_groups(&found.replacement);
        if let Some(regex) = &found.regex
            && most > regex.groups()
        {
            return Err(format!("invalid reference \\{most} on `s' command's RHS"));
        }
        Ok(found)
    }

    pub(super) fn translation(&mut self) -> Result<Kind, String> {
        const UNTERMINATED: &str = "unterminated `y' command";
        let delimiter = self.next().ok_or(UNTERMINATED)?;
        let from = self.delimited(delimiter, false).ok_or(UNTERMINATED)?;
        let to = self.delimited(delimiter, false).ok_or(UNTERMINATED)?;
        let plain = |text: &str| {
            let mut plain = Vec::new();
            let mut characters = text.chars();
            while let Some(next) = characters.next() {
                plain.push(if next == '\\' {
                    match characters.next() {
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some('r') => '\r',
                        Some('f') => '\x0c',
                        Some('v') => '\x0b',
                        Some('a') => '\x07',
                        Some(other) => other,
                        None => '\\',
                    }
                } else {
                    next
                });
            }
            plain
        };
        let (from, to) = (plain(&from), plain(&to));
        if from.len() != to.len() {
            return Err("strings for `y' command are different lengths".into());
        }
        Ok(Kind::Translate(from.into_iter().zip(to).collect()))
    }
}
