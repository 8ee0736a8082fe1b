//! From the expressions of POSIX to those of the engine.

use super::bracket;
use super::{Dialect, Options, Translated};

/// What stands for the beginning and the end of a line.
pub(super) fn anchors(options: Options) -> (&'static str, &'static str) {
    if options.multi_line || options.lines {
        ("(?m:^)", "(?m:$)")
    } else {
        (r"\A", r"\z")
    }
}

/// Text as an expression that matches it.
pub(crate) fn escape_literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        push_literal(&mut escaped, character);
    }
    escaped
}

fn push_literal(out: &mut String, character: char) {
    match character {
        // With a backslash, `<` and `>` are the engine's boundaries of words.
        '\0'..=' ' | '\x7f' | '<' | '>' => out.push_str(&format!(r"\x{:02x}", u32::from(character))),
        _ if character.is_ascii_punctuation() => {
            out.push('\\');
            out.push(character);
        }
        _ => out.push(character),
    }
}

pub(super) fn translate(
    pattern: &str,
    dialect: Dialect,
    options: Options,
    groups_before: usize,
) -> Result<Translated, String> {
    match dialect {
        Dialect::Fixed => Ok(Translated {
            text: escape_literal(pattern),
            // Case beyond ASCII is folded in text beyond ASCII.
            classes: !pattern.is_ascii() || options.ignore_case,
            ..Translated::default()
        }),
        Dialect::Perl => Ok(perl(pattern, options)),
        _ => Translator::new(pattern, dialect, options, groups_before).run(),
    }
}

/// Expressions of Perl are those of the engine, but for what needs backtracking.
fn perl(pattern: &str, options: Options) -> Translated {
    let (start, end) = anchors(options);
    let mut text = String::new();
    let mut characters = pattern.chars().peekable();
    let mut fancy = false;
    let mut in_set = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let Some(after) = characters.next() else {
                    text.push('\\');
                    break;
                };
                // Back-references, \K, \G, \R, \Q and the like.
                fancy |=
                    !in_set && matches!(after, '1'..='9' | 'g' | 'k' | 'K' | 'G' | 'R' | 'X' | 'Z');
                match after {
                    'h' if in_set => text.push_str(r" \t"),
                    'h' => text.push_str(r"[ \t]"),
                    'Q' => {
                        let rest: String = characters.by_ref().collect();
                        let (quoted, after) = rest.split_once(r"\E").unwrap_or((&rest, ""));
                        let inner = perl(after, options);
                        text.push_str(&escape_literal(quoted));
                        text.push_str(&inner.text);
                        fancy |= inner.back_references;
                    }
                    _ => {
                        text.push('\\');
                        text.push(after);
                    }
                }
            }
            '[' if !in_set => {
                in_set = true;
                text.push('[');
                if characters.peek() == Some(&'^') {
                    characters.next();
                    text.push('^');
                    if options.lines {
                        text.push_str(r"\n");
                    }
                }
                if characters.peek() == Some(&']') {
                    characters.next();
                    text.push_str(r"\]");
                }
            }
            '[' if characters.peek() == Some(&':') => {
                text.push('[');
                for inner in characters.by_ref() {
                    text.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            // Sets of sets are the engine's own.
            '[' | '&' | '~' if in_set => {
                text.push('\\');
                text.push(character);
            }
            ']' => {
                in_set = false;
                text.push(']');
            }
            '(' if !in_set => {
                text.push('(');
                if characters.peek() == Some(&'?') {
                    let rest: String = characters.clone().take(4).collect();
                    fancy |= ["?=", "?!", "?<=", "?<!", "?>", "?(", "?R", "?|"]
                        .iter()
                        .any(|it| rest.starts_with(it));
                } else if characters.peek() == Some(&'*') {
                    fancy = true;
                }
            }
            // Possessive.
            '+' if !in_set && text.ends_with(['*', '+', '?', '}']) && !text.ends_with(r"\+") => {
                fancy = true;
                text.push('+');
            }
            '^' if !in_set => text.push_str(start),
            '$' if !in_set => text.push_str(end),
            '\0'..='\x1f' => text.push_str(&format!(r"\x{:02x}", u32::from(character))),
            _ => text.push(character),
        }
    }
    Translated {
        text: format!("(?:{text})"),
        ambiguous: false,
        back_references: fancy,
        classes: true,
        groups: 0,
    }
}

/// What may come before a place in an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that could be repeated: the beginning of an expression, a group or an alternative.
    Start,
    /// The anchor at such a beginning.
    Anchor,
    /// Something that begins in the output here.
    Atom(usize),
    /// The same, repeated already.
    Repeated(usize),
}

pub(super) struct Translator<'p> {
    characters: Vec<char>,
    at: usize,
    pub(super) dialect: Dialect,
    pub(super) options: Options,
    pub(super) out: Translated,
    before: Before,
    /// Where the groups that are open begin in the output.
    open: Vec<usize>,
    groups_before: usize,
    pattern: std::marker::PhantomData<&'p str>,
}

impl<'p> Translator<'p> {
    fn new(pattern: &'p str, dialect: Dialect, options: Options, groups_before: usize) -> Self {
        Self {
            characters: pattern.chars().collect(),
            at: 0,
            dialect,
            options,
            out: Translated::default(),
            before: Before::Start,
            open: Vec::new(),
            groups_before,
            pattern: std::marker::PhantomData,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub(super) fn peek_second(&self) -> Option<char> {
        self.characters.get(self.at + 1).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The rest of up to three octal digits.
    pub(super) fn octal(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|it| it.to_digit(8)) else {
                break;
            };
            self.at += 1;
            value = value * 8 + digit;
        }
        char::from_u32(value & 0xff).unwrap_or('\0')
    }

    /// Something that can be repeated.
    pub(super) fn atom(&mut self, text: &str) {
        self.before = Before::Atom(self.out.text.len());
        self.out.text.push_str(text);
    }

    fn literal(&mut self, character: char) {
        self.before = Before::Atom(self.out.text.len());
        push_literal(&mut self.out.text, character);
        self.out.classes |= !character.is_ascii() || self.options.ignore_case;
    }

    fn assertion(&mut self, text: &str) {
        self.atom(text);
        self.out.classes = true;
    }

    fn extended(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::Extended | Dialect::SedExtended | Dialect::Awk
        )
    }

    fn escapes(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::SedBasic | Dialect::SedExtended | Dialect::Awk
        )
    }

    fn run(mut self) -> Result<Translated, String> {
        while let Some(character) = self.next() {
            if character == '\\' {
                self.escape()?;
            } else {
                self.plain(character)?;
            }
        }
        if !self.open.is_empty() {
            return Err(r"Unmatched ( or \(".into());
        }
        // Several expressions are joined by `|`.
        self.out.text = format!("(?:{})", self.out.text);
        Ok(self.out)
    }

    fn plain(&mut self, character: char) -> Result<(), String> {
        let extended = self.extended();
        let emacs = self.dialect == Dialect::Emacs;
        let leading = matches!(self.before, Before::Start);
        match character {
            '[' => return bracket::bracket(self),
            '.' => {
                self.out.classes = true;
                let dot = if self.options.lines {
                    r"[^\n]"
                } else {
                    "(?s:.)"
                };
                self.atom(dot);
            }
            '*' if matches!(self.before, Before::Start | Before::Anchor) && !extended => {
                self.literal('*');
            }
            '*' => self.repeat("*")?,
            '+' | '?' if emacs && matches!(self.before, Before::Start | Before::Anchor) => {
                self.literal(character);
            }
            '+' if extended || emacs => self.repeat("+")?,
            '?' if extended || emacs => self.repeat("?")?,
            '{' if extended => self.interval()?,
            '(' if extended => self.group(),
            ')' if extended && !self.open.is_empty() => self.close(),
            ')' if extended => return Err(r"Unmatched ) or \)".into()),
            '|' if extended => self.alternative(),
            // grep takes lines of a pattern as alternatives.
            '\n' if self.options.lines => self.alternative(),
            '^' if extended || leading => {
                let (start, _) = anchors(self.options);
                self.atom(start);
                self.before = Before::Anchor;
            }
            '$' if extended || self.ends() => {
                let (_, end) = anchors(self.options);
                self.atom(end);
            }
            _ => self.literal(character),
        }
        Ok(())
    }

    /// Whether nothing of a branch follows: there `$` is an anchor.
    fn ends(&self) -> bool {
        match self.peek() {
            None => true,
            Some('\n') => self.options.lines,
            Some('\\') => matches!(self.peek_second(), Some(')' | '|')),
            Some(_) => false,
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(character) = self.next() else {
            return Err("Trailing backslash".into());
        };
        let extended = self.extended();
        let emacs = self.dialect == Dialect::Emacs;
        let awk = self.dialect == Dialect::Awk;
        match character {
            '(' if !extended => self.group(),
            ')' if !extended && self.open.is_empty() => return Err(r"Unmatched ) or \)".into()),
            ')' if !extended => self.close(),
            '|' if !extended => self.alternative(),
            '{' if !extended && !emacs => {
                if matches!(self.before, Before::Start | Before::Anchor) {
                    return Err("Invalid preceding regular expression".into());
                }
                self.interval()?;
            }
            '+' | '?' if !extended && !emacs => {
                if matches!(self.before, Before::Start | Before::Anchor) {
                    self.literal(character);
                } else {
                    self.repeat(if character == '+' { "+" } else { "?" })?;
                }
            }
            '1'..='9' if !awk => {
                let number = usize::try_from(u32::from(character) - u32::from('0')).unwrap_or(0);
                if number > self.out.groups {
                    return Err("Invalid back reference".into());
                }
                self.out.back_references = true;
                self.atom(&format!(r"(?:\{})", number + self.groups_before));
            }
            '<' => self.assertion(r"\b{start}"),
            '>' => self.assertion(r"\b{end}"),
            'b' if !awk => self.assertion(r"\b"),
            'y' if awk => self.assertion(r"\b"),
            'B' => self.assertion(r"\B"),
            '`' => self.assertion(r"\A"),
            '\'' => self.assertion(r"\z"),
            'w' => self.class(r"\w"),
            'W' if self.options.lines => self.class(r"[^\w\n]"),
            'W' => self.class(r"\W"),
            's' if self.options.lines => self.class(r"[\s--\n]"),
            's' => self.class(r"\s"),
            'S' => self.class(r"\S"),
            'n' if self.escapes() => self.literal('\n'),
            't' if self.escapes() => self.literal('\t'),
            'r' if self.escapes() => self.literal('\r'),
            'f' if self.escapes() => self.literal('\x0c'),
            'v' if self.escapes() => self.literal('\x0b'),
            'a' if self.escapes() => self.literal('\x07'),
            'b' if awk => self.literal('\x08'),
            '0'..='7' if awk => {
                let value = self.octal(character);
                self.literal(value);
            }
            'x' if self.escapes() && self.peek().is_some_and(|it| it.is_ascii_hexdigit()) => {
                self.number(16, 2);
            }
            'o' if self.escapes() && !awk && self.peek().is_some_and(|it| it.is_digit(8)) => {
                self.number(8, 3);
            }
            'd' if self.escapes() && !awk && self.peek().is_some_and(|it| it.is_digit(10)) => {
                self.number(10, 3);
            }
            _ => self.literal(character),
        }
        Ok(())
    }

    fn class(&mut self, text: &str) {
        self.out.classes = true;
        self.atom(text);
    }

    /// A character by its number.
    fn number(&mut self, base: u32, digits: usize) {
        let mut value = 0;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|it| it.to_digit(base)) else {
                break;
            };
            self.at += 1;
            value = value * base + digit;
        }
        self.atom(&format!(r"(?-u:\x{:02x})", value & 0xff));
    }

    fn group(&mut self) {
        self.open.push(self.out.text.len());
        self.out.text.push('(');
        self.out.groups += 1;
        self.before = Before::Start;
    }

    fn close(&mut self) {
        let start = self.open.pop().unwrap_or(0);
        self.out.text.push(')');
        self.before = Before::Atom(start);
    }

    fn alternative(&mut self) {
        self.out.ambiguous = true;
        self.out.text.push('|');
        self.before = Before::Start;
    }

    /// Repeats what comes before.
    fn repeat(&mut self, how: &str) -> Result<(), String> {
        let start = match self.before {
            // Nothing to repeat: GNU's programs take this as nothing, repeated.
            Before::Start | Before::Anchor => return Ok(()),
            Before::Atom(start) => start,
            Before::Repeated(start) => {
                // `a+*` is `(a+)*`; the engine would read `a+?` as not greedy.
                self.out.text.insert_str(start, "(?:");
                self.out.text.push(')');
                start
            }
        };
        // A group of which nothing is taken at first may have been part of a longer match.
        self.out.ambiguous |=
            self.out.text[start..].starts_with('(') && self.out.text.ends_with(')');
        self.out.text.push_str(how);
        self.before = Before::Repeated(start);
        Ok(())
    }

    /// `{m,n}`, of which the brace has been read.
    fn interval(&mut self) -> Result<(), String> {
        let extended = self.extended();
        let from = self.at;
        let least = self.count();
        let most = if self.eat(',') { self.count() } else { least };
        let comma = self.at > from && self.characters[from..self.at].contains(&',');
        let closed = if extended {
            self.eat('}')
        } else {
            self.eat('\\') && self.eat('}')
        };
        if !closed || (least.is_none() && !comma) {
            if extended {
                // Not an interval: a brace.
                self.at = from;
                self.literal('{');
                return Ok(());
            }
            let rest: String = self.characters[from..].iter().collect();
            return Err(if rest.contains(r"\}") {
                r"Invalid content of \{\}".into()
            } else {
                r"Unmatched \{".into()
            });
        }
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Err(r"Invalid content of \{\}".into());
        }
        if least.max(most).is_some_and(|it| it > 32_767) {
            return Err("Regular expression too big".into());
        }
        let least = least.unwrap_or(0);
        let how = match most {
            Some(most) if most == least => format!("{{{least}}}"),
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        self.repeat(&how)
    }

    fn count(&mut self) -> Option<u32> {
        let mut value: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|it| it.to_digit(10)) {
            self.at += 1;
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        }
        value
    }
}
