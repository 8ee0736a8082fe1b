//! `printf`.

use crate::echo::{self, Zero};
use crate::numbers::{self, Flags};
use crate::options::{Outcome, TOOL, Tool};
use crate::quoting;
use crate::report::say;
use crate::streams::Output;

const PRINTF: Tool = Tool {
    usage: &["FORMAT [ARGUMENT]..."],
    about: "Print ARGUMENT(s) according to FORMAT, as the function of C does.",
    stops: true,
    ..TOOL
};

pub(crate) fn main(args: &[String]) -> Outcome {
    let words = match args.get(1).map(String::as_str) {
        Some("--help" | "--version") if args.len() == 2 => {
            PRINTF.parse(args)?;
            return Ok(0);
        }
        Some("--") => args.get(2..),
        _ => args.get(1..),
    };
    let Some([format, words @ ..]) = words else {
        return Err(PRINTF.missing_operand());
    };
    let mut job = Job {
        words,
        used: 0,
        code: 0,
        text: Vec::new(),
    };
    loop {
        let before = job.used;
        match job.format(format) {
            Ok(Next::Stop) => break,
            Ok(Next::Again) => {}
            Err(message) => {
                // What comes before a wrong directive is written.
                let mut out = Output::new();
                out.put(&job.text)?;
                out.flush()?;
                say!("{message}");
                return Ok(1);
            }
        }
        if job.used >= words.len() {
            break;
        }
        if job.used == before {
            let word = quoting::locale(&words[job.used]);
            say!("warning: ignoring excess arguments, starting with {word}");
            break;
        }
    }
    let mut out = Output::new();
    out.put(&job.text)?;
    out.flush()?;
    Ok(job.code)
}

enum Next {
    Again,
    Stop,
}

struct Job<'a> {
    words: &'a [String],
    used: usize,
    code: u8,
    text: Vec<u8>,
}

impl Job<'_> {
    fn word(&mut self) -> Option<String> {
        let word = self.words.get(self.used).cloned();
        self.used += usize::from(word.is_some());
        word
    }

    /// Writes the format once.
    fn format(&mut self, format: &str) -> Result<Next, String> {
        let mut rest = format;
        while let Some(at) = rest.find(['%', '\\']) {
            self.text.extend(rest[..at].as_bytes());
            rest = &rest[at..];
            if rest.starts_with('\\') {
                if self.escape(&mut rest)? {
                    return Ok(Next::Stop);
                }
            } else if self.directive(&mut rest)? {
                return Ok(Next::Stop);
            }
        }
        self.text.extend(rest.as_bytes());
        Ok(Next::Again)
    }

    /// An escape of the format; tells whether it is `\c`.
    fn escape(&mut self, rest: &mut &str) -> Result<bool, String> {
        let bytes = rest.as_bytes();
        let mut at = 2;
        match bytes.get(1) {
            Some(b'x') => match echo::number(bytes, &mut at, 16, 2) {
                Some(value) => self.text.push(value),
                None => return Err("missing hexadecimal number in escape".to_owned()),
            },
            Some(b'0'..=b'7') => {
                at = 1;
                self.text.push(echo::number(bytes, &mut at, 8, 3).unwrap_or(0));
            }
            Some(letter @ (b'u' | b'U')) => {
                let digits = if *letter == b'u' { 4 } else { 8 };
                let hex = rest.get(2..2 + digits);
                let value = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
                let Some(value) = value else {
                    return Err("missing hexadecimal number in escape".to_owned());
                };
                let Some(c) = char::from_u32(value) else {
                    let name = char::from(*letter);
                    return Err(format!(
                        "invalid universal character name \\{name}{value:0digits$x}"
                    ));
                };
                self.text.extend(c.to_string().as_bytes());
                at = 2 + digits;
            }
            Some(_) => {
                let end = 1 + rest[1..].chars().next().map_or(1, char::len_utf8);
                let (text, stop) = echo::unescape(&bytes[..end], Zero::Optional);
                if stop {
                    return Ok(true);
                }
                self.text.extend(text);
                at = end;
            }
            None => {
                self.text.push(b'\\');
                at = 1;
            }
        }
        *rest = &rest[at..];
        Ok(false)
    }

    /// A directive; tells whether a `\c` in its argument ends the output.
    fn directive(&mut self, rest: &mut &str) -> Result<bool, String> {
        let start = *rest;
        *rest = &rest[1..];
        if let Some(after) = rest.strip_prefix('%') {
            self.text.push(b'%');
            *rest = after;
            return Ok(false);
        }
        let mut flags = Flags::take(rest);
        let width = match self.count(rest)? {
            Some(width) => {
                flags.left |= width < 0;
                usize::try_from(width.unsigned_abs()).unwrap_or(0)
            }
            None => 0,
        };
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            *rest = after;
            let given = self.count(rest)?.unwrap_or(0);
            precision = usize::try_from(given).ok();
        }
        *rest = rest.trim_start_matches(['h', 'l', 'L', 'j', 't', 'z', 'q']);
        // `%q` alone is a conversion; `q` as a length has one behind it.
        if start[..start.len() - rest.len()].ends_with('q') && !rest.starts_with(CONVERSIONS) {
            *rest = &start[start.len() - rest.len() - 1..];
        }
        let Some(conversion) = rest.chars().next() else {
            return Err(format!("{start}: invalid conversion specification"));
        };
        *rest = &rest[conversion.len_utf8()..];
        let directive = &start[..start.len() - rest.len()];
        match conversion {
            'b' => {
                let word = self.word().unwrap_or_default();
                let (bytes, stop) = echo::unescape(word.as_bytes(), Zero::Optional);
                self.padded(&bytes, flags, width, precision);
                return Ok(stop);
            }
            'q' => {
                let word = self.word().unwrap_or_default();
                let quoted = quoting::shell(&word, false, true);
                self.padded(quoted.as_bytes(), flags, width, precision);
            }
            's' => {
                let word = self.word().unwrap_or_default();
                self.padded(word.as_bytes(), flags, width, precision);
            }
            'c' => {
                let word = self.word().unwrap_or_default();
                // As in C, a word that is empty still has its end.
                let first = word.as_bytes().get(..1).unwrap_or(&[0]);
                self.padded(first, flags, width, None);
            }
            'd' | 'i' | 'o' | 'u' | 'x' | 'X' => {
                let signed = matches!(conversion, 'd' | 'i');
                let value = match self.word() {
                    Some(word) => self.integer(&word, signed),
                    None => 0,
                };
                let text = numbers::integer(value, conversion, flags, width, precision);
                self.text.extend(text.as_bytes());
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'a' | 'A' => {
                let value = match self.word() {
                    Some(word) => self.float(&word),
                    None => 0.0,
                };
                let text = numbers::float(value, conversion, flags, width, precision);
                self.text.extend(text.as_bytes());
            }
            _ => return Err(format!("{directive}: invalid conversion specification")),
        }
        Ok(false)
    }

    /// A width or precision.
    fn count(&mut self, rest: &mut &str) -> Result<Option<i64>, String> {
        if let Some(after) = rest.strip_prefix('*') {
            *rest = after;
            let Some(word) = self.word() else {
                return Ok(Some(0));
            };
            let value = self.integer(&word, true);
            return match i64::try_from(value) {
                Ok(value) if value.abs() <= i64::from(i32::MAX) => Ok(Some(value)),
                _ => Err(format!("invalid field width: {}", quoting::locale(&word))),
            };
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 {
            return Ok(None);
        }
        let (digits, after) = rest.split_at(end);
        *rest = after;
        match digits.parse::<i32>() {
            Ok(value) => Ok(Some(value.into())),
            Err(_) => Err(format!("invalid field width: {}", quoting::locale(digits))),
        }
    }

    fn padded(&mut self, bytes: &[u8], flags: Flags, width: usize, precision: Option<usize>) {
        let bytes = &bytes[..precision.map_or(bytes.len(), |most| most.min(bytes.len()))];
        let fill = width.saturating_sub(bytes.len());
        if !flags.left {
            self.text.resize(self.text.len() + fill, b' ');
        }
        self.text.extend(bytes);
        if flags.left {
            self.text.resize(self.text.len() + fill, b' ');
        }
    }

    fn complain(&mut self, word: &str, what: &str) {
        say!("{}: {what}", quoting::locale(word));
        self.code = 1;
    }

    /// The code of the character behind a quote.
    fn character(&mut self, word: &str) -> Option<u32> {
        let rest = word.strip_prefix(['"', '\''])?;
        let mut characters = rest.chars();
        let first = characters.next()?;
        if !characters.as_str().is_empty() {
            say!(
                "warning: {}: character(s) following character constant have been ignored",
                characters.as_str()
            );
        }
        Some(u32::from(first))
    }

    fn integer(&mut self, word: &str, signed: bool) -> i128 {
        if let Some(code) = self.character(word) {
            return code.into();
        }
        let (value, used) = read_integer(word);
        let text = word.trim_start();
        self.check(word, text, used);
        let (lowest, highest) = if signed {
            (i128::from(i64::MIN), i128::from(i64::MAX))
        } else {
            (-i128::from(u64::MAX), i128::from(u64::MAX))
        };
        if value < lowest || value > highest {
            self.complain(word, "Numerical result out of range");
            return value.clamp(lowest, highest);
        }
        if signed || value >= 0 {
            value
        } else {
            // Unsigned conversions show negative numbers as their two's complement.
            value + (1 << 64)
        }
    }

    fn float(&mut self, word: &str) -> f64 {
        if let Some(code) = self.character(word) {
            return code.into();
        }
        let text = word.trim_start();
        let (value, used) = read_float(text);
        self.check(word, text, used);
        value
    }

    /// Complains of what is no number; of nothing at all GNU's does not.
    fn check(&mut self, word: &str, text: &str, used: usize) {
        if used == 0 && !text.is_empty() {
            self.complain(word, "expected a numeric value");
        } else if used < text.len() {
            self.complain(word, "value not completely converted");
        }
    }
}

const CONVERSIONS: [char; 14] = [
    'd', 'i', 'o', 'u', 'x', 'X', 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A',
];

/// As `strtol` with base 0; the number and how much of the word it is, without space before it.
pub(crate) fn read_integer(word: &str) -> (i128, usize) {
    let text = word.trim_start();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.get(..2).unwrap_or_default().to_ascii_lowercase();
    let hex_digit = unsigned.as_bytes().get(2).is_some_and(u8::is_ascii_hexdigit);
    let (base, digits) = if lower == "0x" && hex_digit {
        (16, &unsigned[2..])
    } else if unsigned.starts_with('0') {
        (8, unsigned)
    } else {
        (10, unsigned)
    };
    let end = digits.find(|c: char| !c.is_digit(base)).unwrap_or(digits.len());
    if end == 0 {
        return (0, 0);
    }
    let magnitude = i128::from_str_radix(&digits[..end], base).unwrap_or(i128::MAX);
    let used = text.len() - digits.len() + end;
    let value = if text.starts_with('-') { -magnitude } else { magnitude };
    (value, used)
}

/// As `strtod`; the number and how much of the text it is.
pub(crate) fn read_float(text: &str) -> (f64, usize) {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = text.len() - unsigned.len();
    let negative = text.starts_with('-');
    let signed = |value: f64| if negative { -value } else { value };
    let lower = unsigned.to_ascii_lowercase();
    for (name, value) in [
        ("infinity", f64::INFINITY),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        if lower.starts_with(name) {
            return (signed(value), sign + name.len());
        }
    }
    if lower.starts_with("0x") {
        let (value, used) = read_hex_float(&lower[2..]);
        if used > 0 {
            return (signed(value), sign + 2 + used);
        }
    }
    let bytes = unsigned.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let whole = digits(0);
    let mut end = whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return (0.0, 0);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let value = unsigned[..end].parse().unwrap_or(0.0);
    (signed(value), sign + end)
}

fn read_hex_float(text: &str) -> (f64, usize) {
    let mut value = 0.0;
    let mut scale = 1.0;
    let mut used = 0;
    let mut digits = 0;
    let mut point = false;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(16) {
            digits += 1;
            if point {
                scale /= 16.0;
                value += f64::from(digit) * scale;
            } else {
                value = value * 16.0 + f64::from(digit);
            }
        } else if c == '.' && !point {
            point = true;
        } else {
            break;
        }
        used += 1;
    }
    if digits == 0 {
        return (0.0, 0);
    }
    if let Some(rest) = text[used..].strip_prefix('p') {
        let sign = usize::from(rest.starts_with(['+', '-']));
        let end = rest[sign..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(rest.len(), |end| sign + end);
        if let Ok(exponent) = rest[..end].parse::<i32>() {
            value *= 2_f64.powi(exponent);
            used += 1 + end;
        }
    }
    (value, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_in_c() {
        assert_eq!(read_integer("0x1fz"), (31, 4));
        assert_eq!(read_integer("-010"), (-8, 4));
        assert_eq!(read_integer("09"), (0, 1));
        assert_eq!(read_integer("abc"), (0, 0));
        assert_eq!(read_float("1.5e3x"), (1500.0, 5));
        assert_eq!(read_float("1e"), (1.0, 1));
        assert_eq!(read_float(".5"), (0.5, 2));
        assert_eq!(read_float("0x1.8p1"), (3.0, 7));
        assert_eq!(read_float("-inf"), (f64::NEG_INFINITY, 4));
    }
}
