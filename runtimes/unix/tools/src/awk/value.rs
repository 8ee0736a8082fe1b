//! Values: numbers, strings, and what looks like either.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::format;

pub(super) type Str = Rc<[u8]>;

#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    #[default]
    Uninitialised,
    Number(f64),
    Text(Str),
    /// From outside: a number if it looks like one.
    Input(Str),
}

pub(super) type Map = indexmap::IndexMap<Str, Value, foldhash::fast::FixedState>;
pub(super) type Array = Rc<RefCell<Map>>;

/// What a variable holds.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Scalar(Value),
    Array(Array),
}

impl Default for Cell {
    fn default() -> Self {
        Self::Scalar(Value::Uninitialised)
    }
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.as_bytes().into())
}

impl Value {
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Uninitialised => 0.0,
            Self::Number(number) => *number,
            Self::Text(text) | Self::Input(text) => leading_number(text).0,
        }
    }

    /// As a string; numbers that are not integers in a format.
    pub(super) fn string(&self, convert: &[u8]) -> Str {
        match self {
            Self::Uninitialised => Rc::from(&b""[..]),
            Self::Number(number) => number_string(*number, convert),
            Self::Text(text) | Self::Input(text) => Rc::clone(text),
        }
    }

    pub(super) fn append_to(&self, out: &mut Vec<u8>, convert: &[u8]) {
        match self {
            Self::Uninitialised => {}
            Self::Number(number) => {
                if let Some(integer) = small_integer(*number) {
                    let mut buffer = itoa::Buffer::new();
                    out.extend_from_slice(buffer.format(integer).as_bytes());
                } else {
                    out.extend_from_slice(&number_string(*number, convert));
                }
            }
            Self::Text(text) | Self::Input(text) => out.extend_from_slice(text),
        }
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Uninitialised => false,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Input(text) => match looks_numeric(text) {
                Some(number) => number != 0.0,
                None => !text.is_empty(),
            },
        }
    }

    /// The number that it is compared as, unless it is a string.
    fn as_compared(&self) -> Option<f64> {
        match self {
            Self::Uninitialised => Some(0.0),
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
            Self::Input(text) => looks_numeric(text),
        }
    }

    /// Compares; none if one is not a number in the sense of IEEE 754.
    pub(super) fn compare(&self, other: &Self, convert: &[u8]) -> Option<Ordering> {
        if let (Some(a), Some(b)) = (self.as_compared(), other.as_compared()) {
            return a.partial_cmp(&b);
        }
        Some(self.string(convert).cmp(&other.string(convert)))
    }

    pub(super) fn is_number(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Input(text) => looks_numeric(text).is_some(),
            Self::Uninitialised | Self::Text(_) => false,
        }
    }
}

fn small_integer(number: f64) -> Option<i64> {
    (number.trunc() == number && number.abs() < 1e16).then_some(number as i64)
}

pub(super) fn number_string(number: f64, convert: &[u8]) -> Str {
    if let Some(integer) = small_integer(number) {
        let mut buffer = itoa::Buffer::new();
        return buffer.format(integer).as_bytes().into();
    }
    if !number.is_finite() {
        return special(number).as_bytes().into();
    }
    if number.trunc() == number {
        return format!("{number:.0}").into_bytes().into();
    }
    if convert == b"%.6g" {
        return format::general(number, 6, false, false).into_bytes().into();
    }
    let formatted = format::format(convert, &[Value::Number(number)], b"%.6g");
    formatted.unwrap_or_default().into()
}

/// Infinity and what is no number, as gawk writes them.
pub(super) fn special(number: f64) -> &'static str {
    match (number.is_nan(), number.is_sign_negative()) {
        (true, true) => "-nan",
        (true, false) => "+nan",
        (false, true) => "-inf",
        (false, false) => "+inf",
    }
}

/// The number that a string begins with, and how many bytes of it that takes.
pub(super) fn leading_number(text: &[u8]) -> (f64, usize) {
    let blank = |it: &u8| matches!(it, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12);
    let start = text.iter().position(|it| !blank(it)).unwrap_or(text.len());
    let mut at = start;
    let signed = matches!(text.get(at), Some(b'+' | b'-'));
    at += usize::from(signed);
    if signed && text.len() >= at + 3 {
        let word = text[at..at + 3].to_ascii_lowercase();
        let ends = !text.get(at + 3).is_some_and(u8::is_ascii_alphanumeric);
        let sign = if text[start] == b'-' { -1.0 } else { 1.0 };
        match word.as_slice() {
            b"inf" if ends => return (f64::INFINITY.copysign(sign), at + 3),
            b"nan" if ends => return (f64::NAN.copysign(sign), at + 3),
            _ => {}
        }
    }
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or(&[]);
        from + rest.iter().take_while(|it| it.is_ascii_digit()).count()
    };
    let whole = digits(at);
    let mut end = whole;
    let mut any = whole > at;
    // The most frequent: a short integer.
    if any && end - at <= 15 && !matches!(text.get(end), Some(b'.' | b'e' | b'E')) {
        let value = text[at..end]
            .iter()
            .fold(0_i64, |it, digit| it * 10 + i64::from(digit - b'0'));
        let value = value as f64;
        return (if text[start] == b'-' { -value } else { value }, end);
    }
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        any |= fraction > end + 1;
        if any {
            end = fraction;
        }
    }
    if !any {
        return (0.0, 0);
    }
    if let Some(b'e' | b'E') = text.get(end) {
        let mut exponent = end + 1;
        exponent += usize::from(matches!(text.get(exponent), Some(b'+' | b'-')));
        let after = digits(exponent);
        if after > exponent {
            end = after;
        }
    }
    let number = std::str::from_utf8(&text[start..end])
        .ok()
        .and_then(|it| it.parse().ok());
    (number.unwrap_or(0.0), end)
}

/// The number that a string from outside is, with blanks around it.
pub(super) fn looks_numeric(text: &[u8]) -> Option<f64> {
    let (number, end) = leading_number(text);
    let rest = text.get(end..)?;
    let blank = rest
        .iter()
        .all(|it| matches!(it, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12));
    (end > 0 && blank).then_some(number)
}
