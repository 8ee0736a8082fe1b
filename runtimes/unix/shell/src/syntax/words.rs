//! From the text of a word to its pieces.

use super::tokens::{Lexer, Trouble, is_name};
use super::{Options, SyntaxError, parse_list};
use crate::program::{At, Name, Operation, Parameter, Piece, Subscript, Where, Word};
use crate::text;

/// Where text stands, which decides what is special in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A word of a command.
    Plain,
    /// The right side of an assignment: a tilde counts after each colon.
    Assignment,
    /// Between double quotes.
    Double,
    /// After `:-` and the like between double quotes: double quotes are removed, single ones stay.
    Operand,
    /// A here-document.
    Here,
    /// An arithmetic expression, a subscript.
    Arithmetic,
}

pub struct Words<'a> {
    lexer: Lexer,
    line: u32,
    options: &'a Options,
}

/// The pieces of a word.
pub fn parse(
    raw: &str,
    context: Context,
    line: u32,
    options: &Options,
) -> Result<Word, SyntaxError> {
    let special = |byte: u8| {
        matches!(
            byte,
            b'\\' | b'\'' | b'"' | b'$' | b'`' | b'~' | b'<' | b'>'
        )
    };
    if !raw.bytes().any(special) {
        if raw.is_empty() {
            return Ok(Word::default());
        }
        let piece = if context == Context::Here {
            Piece::Quoted(raw.to_owned())
        } else {
            Piece::Literal(raw.to_owned())
        };
        return Ok(Word(vec![piece]));
    }
    let mut words = Words {
        lexer: Lexer::new(raw.to_owned(), line),
        line,
        options,
    };
    let end = raw.len();
    let pieces = words.pieces(0, end, context)?;
    if context == Context::Here {
        return Ok(Word(vec![Piece::Double(pieces)]));
    }
    Ok(Word(pieces))
}

/// Text that is put together to pieces.
#[derive(Default)]
struct Out {
    pieces: Vec<Piece>,
    text: String,
    quoted: bool,
}

impl Out {
    fn push(&mut self, text: &str, quoted: bool) {
        if text.is_empty() {
            return;
        }
        if self.quoted != quoted {
            self.flush();
            self.quoted = quoted;
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        self.pieces.push(if self.quoted {
            Piece::Quoted(text)
        } else {
            Piece::Literal(text)
        });
    }

    fn piece(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }
}

impl Words<'_> {
    fn check<T>(&self, result: Result<T, Trouble>) -> Result<T, SyntaxError> {
        result.map_err(SyntaxError::from)
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.lexer.text.get(from..to).unwrap_or("")
    }

    fn pieces(
        &mut self,
        start: usize,
        end: usize,
        context: Context,
    ) -> Result<Vec<Piece>, SyntaxError> {
        let mut out = Out::default();
        let mut at = start;
        let double = matches!(context, Context::Double | Context::Operand | Context::Here);
        let tildes = matches!(context, Context::Plain | Context::Assignment);
        if tildes && let Some(next) = self.tilde(at, end, context, &mut out) {
            at = next;
        }
        while at < end {
            let Some(byte) = self.lexer.byte(at) else {
                break;
            };
            match byte {
                b'\\' => at = self.escape(at, end, context, &mut out),
                b'\'' if !double && context != Context::Arithmetic => {
                    let close = self.lexer.skip_single(at + 1);
                    let close = self.check(close)?;
                    let text = self.slice(at + 1, close - 1).to_owned();
                    out.piece(Piece::Quoted(text));
                    at = close;
                }
                b'"' if context == Context::Here || context == Context::Double => {
                    out.push("\"", true);
                    at += 1;
                }
                b'"' if context == Context::Arithmetic => at += 1,
                b'"' => {
                    let close = self.lexer.skip_double(at + 1);
                    let close = self.check(close)?;
                    let inner = self.pieces(at + 1, close - 1, Context::Double)?;
                    out.piece(Piece::Double(inner));
                    at = close;
                }
                b'`' => {
                    let close = self.lexer.skip_backquote(at + 1);
                    let close = self.check(close)?;
                    let text = unescape_backquoted(self.slice(at + 1, close - 1), double);
                    let list = parse_list(&text, self.line_at(at), self.options)?;
                    out.piece(Piece::Command(list));
                    at = close;
                }
                b'$' => at = self.dollar(at, end, context, &mut out)?,
                b'<' | b'>' if tildes && self.lexer.byte(at + 1) == Some(b'(') => {
                    let close = self.lexer.skip_parenthesis(at + 2);
                    let close = self.check(close)?;
                    let text = self.slice(at + 2, close - 1).to_owned();
                    let body = parse_list(&text, self.line_at(at), self.options)?;
                    out.piece(Piece::Process {
                        input: byte == b'<',
                        body,
                    });
                    at = close;
                }
                b':' if context == Context::Assignment => {
                    out.push(":", false);
                    at += 1;
                    if let Some(next) = self.tilde(at, end, context, &mut out) {
                        at = next;
                    }
                }
                _ => {
                    let rest = &self.lexer.text.as_bytes()[at..end];
                    let stop = |byte: &u8| {
                        matches!(
                            byte,
                            b'\\' | b'\'' | b'"' | b'`' | b'$' | b'<' | b'>' | b':'
                        )
                    };
                    // The first byte is ordinary here, whatever it is.
                    let length = 1 + rest[1..].iter().position(stop).unwrap_or(rest.len() - 1);
                    let text = self.slice(at, at + length).to_owned();
                    out.push(&text, double);
                    at += length;
                }
            }
        }
        out.flush();
        Ok(out.pieces)
    }

    fn line_at(&mut self, at: usize) -> u32 {
        self.lexer.line_at(at).max(self.line)
    }

    /// A backslash and what it quotes.
    fn escape(&self, at: usize, end: usize, context: Context, out: &mut Out) -> usize {
        let Some(next) = self.slice(at + 1, end).chars().next() else {
            out.push("\\", true);
            return at + 1;
        };
        let after = at + 1 + next.len_utf8();
        let special = match context {
            Context::Plain | Context::Assignment => true,
            Context::Double | Context::Operand => {
                matches!(next, '$' | '`' | '"' | '\\' | '\n' | '}')
                    && (next != '}' || context == Context::Operand)
            }
            Context::Here | Context::Arithmetic => matches!(next, '$' | '`' | '\\' | '\n'),
        };
        if next == '\n' && special {
            return after;
        }
        if !special {
            out.push("\\", true);
            return at + 1;
        }
        let mut buffer = [0; 4];
        out.push(next.encode_utf8(&mut buffer), true);
        after
    }

    fn tilde(&mut self, at: usize, end: usize, context: Context, out: &mut Out) -> Option<usize> {
        let rest = self.slice(at, end);
        let after = rest.strip_prefix('~')?;
        let stop = |c: char| c == '/' || (c == ':' && context == Context::Assignment);
        let name = &after[..after.find(stop).unwrap_or(after.len())];
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
        if !name.chars().all(plain) {
            return None;
        }
        let name = name.to_owned();
        let next = at + 1 + name.len();
        out.piece(Piece::Tilde(name));
        Some(next)
    }

    fn dollar(
        &mut self,
        at: usize,
        end: usize,
        context: Context,
        out: &mut Out,
    ) -> Result<usize, SyntaxError> {
        let double = matches!(context, Context::Double | Context::Operand | Context::Here);
        match self.lexer.byte(at + 1).filter(|_| at + 1 < end) {
            Some(b'(') => {
                if self.lexer.byte(at + 2) == Some(b'(') {
                    let close = self.lexer.skip_arithmetic(at + 3);
                    if let Some(close) = self.check(close)? {
                        let inner = self.pieces(at + 3, close - 2, Context::Arithmetic)?;
                        out.piece(Piece::Arithmetic(Box::new(Word(inner))));
                        return Ok(close);
                    }
                }
                let close = self.lexer.skip_parenthesis(at + 2);
                let close = self.check(close)?;
                let text = self.slice(at + 2, close - 1).to_owned();
                let list = parse_list(&text, self.line_at(at), self.options)?;
                out.piece(Piece::Command(list));
                Ok(close)
            }
            Some(b'[') => {
                let close = self.lexer.skip_bracket(at + 2);
                let close = self.check(close)?;
                let inner = self.pieces(at + 2, close - 1, Context::Arithmetic)?;
                out.piece(Piece::Arithmetic(Box::new(Word(inner))));
                Ok(close)
            }
            Some(b'{') => {
                let close = self.lexer.skip_brace(at + 2, double);
                let close = self.check(close)?;
                let parameter = self.parameter(at + 2, close - 1, context)?;
                out.piece(Piece::Parameter(Box::new(parameter)));
                Ok(close)
            }
            Some(b'\'') if !double && context != Context::Arithmetic => {
                let close = self.lexer.skip_ansi(at + 2);
                let close = self.check(close)?;
                out.piece(Piece::Quoted(unescape_ansi(self.slice(at + 2, close - 1))));
                Ok(close)
            }
            Some(b'"') if !double => Ok(at + 1),
            Some(byte) => {
                let (name, length) = match byte {
                    b'0' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {
                        (Name::Special(byte as char), 1)
                    }
                    b'1'..=b'9' => (Name::Positional(usize::from(byte - b'0')), 1),
                    _ => {
                        let length = name_length(self.slice(at + 1, end));
                        if length == 0 {
                            out.push("$", double);
                            return Ok(at + 1);
                        }
                        let name = self.slice(at + 1, at + 1 + length).to_owned();
                        (Name::Variable(name), length)
                    }
                };
                out.piece(Piece::Parameter(Box::new(Parameter {
                    name,
                    indirect: false,
                    operation: Operation::None,
                })));
                Ok(at + 1 + length)
            }
            None => {
                out.push("$", double);
                Ok(at + 1)
            }
        }
    }

    /// What is between `${` and `}`.
    fn parameter(
        &mut self,
        start: usize,
        end: usize,
        context: Context,
    ) -> Result<Parameter, SyntaxError> {
        let content = self.slice(start, end).to_owned();
        let bad = |content: &str| Parameter {
            name: Name::Bad(format!("${{{content}}}")),
            indirect: false,
            operation: Operation::None,
        };
        if let Some(rest) = content.strip_prefix('#')
            && !rest.is_empty()
            && let Some((name, next)) = self.name(start + 1, end)?
            && next == end
        {
            return Ok(Parameter {
                name,
                indirect: false,
                operation: Operation::Length,
            });
        }
        if let Some(rest) = content.strip_prefix('!')
            && rest.starts_with(|c: char| {
                c == '_' || c.is_ascii_alphanumeric() || matches!(c, '@' | '*' | '#')
            })
        {
            return self.indirect(start + 1, end, context, &bad(&content));
        }
        let Some((name, at)) = self.name(start, end)? else {
            return Ok(bad(&content));
        };
        match self.operation(at, end, context)? {
            Some(operation) => Ok(Parameter {
                name,
                indirect: false,
                operation,
            }),
            None => Ok(bad(&content)),
        }
    }

    fn indirect(
        &mut self,
        start: usize,
        end: usize,
        context: Context,
        bad: &Parameter,
    ) -> Result<Parameter, SyntaxError> {
        let Some((name, at)) = self.name(start, end)? else {
            return Ok(bad.clone());
        };
        let rest = self.slice(at, end);
        let operation = match (&name, rest) {
            (Name::All(_, how), "") => Some(Operation::Keys(how.clone())),
            (Name::Variable(_), "@") => Some(Operation::Names(At::At)),
            (Name::Variable(_), "*") => Some(Operation::Names(At::Star)),
            _ => None,
        };
        if let Some(operation) = operation {
            return Ok(Parameter {
                name,
                indirect: false,
                operation,
            });
        }
        match self.operation(at, end, context)? {
            Some(operation) => Ok(Parameter {
                name,
                indirect: true,
                operation,
            }),
            None => Ok(bad.clone()),
        }
    }

    /// The parameter at `start` and where its name ends.
    fn name(&mut self, start: usize, end: usize) -> Result<Option<(Name, usize)>, SyntaxError> {
        let rest = self.slice(start, end);
        let Some(first) = rest.bytes().next() else {
            return Ok(None);
        };
        match first {
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {
                return Ok(Some((Name::Special(first as char), start + 1)));
            }
            b'0'..=b'9' => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let name = match rest[..digits].parse() {
                    Ok(0) => Name::Special('0'),
                    Ok(number) => Name::Positional(number),
                    Err(_) => Name::Positional(usize::MAX),
                };
                return Ok(Some((name, start + digits)));
            }
            _ => {}
        }
        let length = name_length(rest);
        if length == 0 {
            return Ok(None);
        }
        let name = rest[..length].to_owned();
        let at = start + length;
        if self.lexer.byte(at) != Some(b'[') || at >= end {
            return Ok(Some((Name::Variable(name), at)));
        }
        let close = self.lexer.skip_bracket(at + 1);
        let close = self.check(close)?;
        if close > end {
            return Ok(None);
        }
        let name = match self.slice(at + 1, close - 1) {
            "@" => Name::All(name, At::At),
            "*" => Name::All(name, At::Star),
            "" => return Ok(None),
            _ => Name::Element(name, Subscript(Word(self.subscript(at + 1, close - 1)?))),
        };
        Ok(Some((name, close)))
    }

    fn subscript(&mut self, start: usize, end: usize) -> Result<Vec<Piece>, SyntaxError> {
        let mut pieces = self.pieces(start, end, Context::Plain)?;
        // No tilde in a key.
        if let Some(Piece::Tilde(name)) = pieces.first() {
            pieces[0] = Piece::Literal(format!("~{name}"));
        }
        Ok(pieces)
    }

    /// What follows the name; none if it is nothing that there is.
    fn operation(
        &mut self,
        at: usize,
        end: usize,
        context: Context,
    ) -> Result<Option<Operation>, SyntaxError> {
        let rest = self.slice(at, end).to_owned();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else {
            return Ok(Some(Operation::None));
        };
        let second = chars.next();
        let doubled = second == Some(first);
        let width = if doubled { 2 } else { 1 };
        let double = matches!(context, Context::Double | Context::Operand | Context::Here);
        let operand = if double {
            Context::Operand
        } else {
            Context::Plain
        };
        let operation = match first {
            ':' if matches!(second, Some('-' | '=' | '?' | '+')) => Operation::Default {
                kind: second.unwrap_or('-'),
                colon: true,
                word: Word(self.pieces(at + 2, end, operand)?),
            },
            ':' => {
                let cut = self.find(at + 1, end, b':')?;
                let offset = Word(self.pieces(at + 1, cut.unwrap_or(end), Context::Arithmetic)?);
                let length = match cut {
                    Some(cut) => Some(Word(self.pieces(cut + 1, end, Context::Arithmetic)?)),
                    None => None,
                };
                Operation::Substring { offset, length }
            }
            '-' | '=' | '?' | '+' => Operation::Default {
                kind: first,
                colon: false,
                word: Word(self.pieces(at + 1, end, operand)?),
            },
            '#' => Operation::RemovePrefix {
                longest: doubled,
                pattern: Word(self.pieces(at + width, end, Context::Plain)?),
            },
            '%' => Operation::RemoveSuffix {
                longest: doubled,
                pattern: Word(self.pieces(at + width, end, Context::Plain)?),
            },
            '/' => {
                let (place, width) = match second {
                    Some('/') => (Where::All, 2),
                    Some('#') => (Where::Prefix, 2),
                    Some('%') => (Where::Suffix, 2),
                    _ => (Where::First, 1),
                };
                // A slash right at the start is the pattern.
                let skip =
                    usize::from(self.lexer.byte(at + width) == Some(b'/') && place == Where::All);
                let cut = self.find(at + width + skip, end, b'/')?;
                let pattern = Word(self.pieces(at + width, cut.unwrap_or(end), Context::Plain)?);
                let with = match cut {
                    Some(cut) => Word(self.pieces(cut + 1, end, Context::Plain)?),
                    None => Word::default(),
                };
                Operation::Replace {
                    place,
                    pattern,
                    with,
                }
            }
            '^' | ',' | '~' => Operation::Case {
                kind: first,
                all: doubled,
                pattern: if at + width < end {
                    Some(Word(self.pieces(at + width, end, Context::Plain)?))
                } else {
                    None
                },
            },
            '@' => match second {
                Some(kind @ ('Q' | 'E' | 'P' | 'A' | 'K' | 'k' | 'a' | 'U' | 'u' | 'L'))
                    if rest.len() == 2 =>
                {
                    Operation::Transform(kind)
                }
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(operation))
    }

    /// Where `wanted` stands outside of quotes, parentheses and `? :`.
    fn find(&mut self, start: usize, end: usize, wanted: u8) -> Result<Option<usize>, SyntaxError> {
        let mut at = start;
        let mut depth = 0;
        while at < end {
            let Some(byte) = self.lexer.byte(at) else {
                break;
            };
            let next = match byte {
                _ if byte == wanted && depth == 0 => return Ok(Some(at)),
                b'\\' => Ok(at + 2),
                b'\'' => self.lexer.skip_single(at + 1),
                b'"' => self.lexer.skip_double(at + 1),
                b'`' => self.lexer.skip_backquote(at + 1),
                b'$' => self.lexer.skip_dollar(at, false),
                b'(' | b'?' if wanted == b':' => {
                    depth += 1;
                    Ok(at + 1)
                }
                b')' | b':' if wanted == b':' => {
                    depth -= 1;
                    Ok(at + 1)
                }
                _ => Ok(at + 1),
            };
            at = self.check(next)?;
        }
        Ok(None)
    }
}

fn name_length(text: &str) -> usize {
    let length = text
        .bytes()
        .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
        .count();
    if is_name(&text[..length]) { length } else { 0 }
}

/// In backquotes, a backslash quotes only a few characters.
fn unescape_backquoted(text: &str, double: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\'
            && chars
                .peek()
                .is_some_and(|next| matches!(next, '\\' | '`' | '$') || (double && *next == '"'))
        {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}

/// The text that `$'…'` stands for.
pub fn unescape_ansi(text: &str) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut buffer = [0; 4];
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.extend_from_slice(&text::encode(c.encode_utf8(&mut buffer)));
            continue;
        }
        let Some(kind) = rest.next() else {
            out.push(b'\\');
            break;
        };
        let mut digits = |radix: u32, max: usize, first: Option<char>| {
            let mut value = first.and_then(|c| c.to_digit(radix)).unwrap_or(0);
            let mut count = usize::from(first.is_some());
            while count < max
                && let Some(digit) = rest.peek().and_then(|c| c.to_digit(radix))
            {
                value = value.wrapping_mul(radix).wrapping_add(digit);
                rest.next();
                count += 1;
            }
            (value, count)
        };
        match kind {
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' | '\'' | '"' | '?' => out.push(kind as u8),
            '0'..='7' => {
                let (value, _) = digits(8, 3, Some(kind));
                if value & 0xFF == 0 {
                    break;
                }
                out.push((value & 0xFF) as u8);
            }
            'x' => match digits(16, 2, None) {
                (_, 0) => out.extend_from_slice(b"\\x"),
                (0, _) => break,
                (value, _) => out.push((value & 0xFF) as u8),
            },
            'u' | 'U' => match digits(16, if kind == 'u' { 4 } else { 8 }, None) {
                (_, 0) => out.extend_from_slice(&[b'\\', kind as u8]),
                (0, _) => break,
                (value, _) => {
                    let c = char::from_u32(value).unwrap_or('\u{FFFD}');
                    out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                }
            },
            'c' => {
                if let Some(c) = rest.next() {
                    out.push((c as u32 as u8).to_ascii_uppercase() & 0x1F);
                }
            }
            other => {
                out.push(b'\\');
                out.extend_from_slice(&text::encode(other.encode_utf8(&mut buffer)));
            }
        }
    }
    text::decode_vec(out)
}
