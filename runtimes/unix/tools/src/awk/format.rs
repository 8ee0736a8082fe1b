//! `printf`.

use super::value::{Value, special};

/// Formats arguments; none if there are too few.
pub(super) fn format(format: &[u8], arguments: &[Value], convert: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = format;
    let mut next = arguments.iter();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            let plain = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            out.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            continue;
        }
        let mut spec = Spec::default();
        match spec.parse(after, &mut next) {
            Some((b'%', after)) => {
                out.push(b'%');
                rest = after;
            }
            Some((letter, after)) if b"diouxXcsaAeEfFgG".contains(&letter) => {
                spec.conversion(letter, next.next()?, convert, &mut out);
                rest = after;
            }
            // Not a conversion: as it is.
            _ => {
                out.push(b'%');
                rest = after;
            }
        }
    }
    Some(out)
}

#[derive(Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    group: bool,
    width: usize,
    precision: Option<usize>,
}

/// No field is wider: a program must not be able to exhaust memory by a typing error.
const WIDEST: usize = 1 << 24;

impl Spec {
    fn parse<'f, 'v>(
        &mut self,
        mut rest: &'f [u8],
        next: &mut impl Iterator<Item = &'v Value>,
    ) -> Option<(u8, &'f [u8])> {
        loop {
            let (&byte, after) = rest.split_first()?;
            match byte {
                b'-' => self.left = true,
                b'+' => self.plus = true,
                b' ' => self.space = true,
                b'#' => self.alternate = true,
                b'0' => self.zero = true,
                b'\'' => self.group = true,
                _ => break,
            }
            rest = after;
        }
        let (width, after) = number(rest, next)?;
        rest = after;
        self.left |= width.is_some_and(|it| it < 0);
        self.width = usize::try_from(width.unwrap_or(0).unsigned_abs())
            .ok()?
            .min(WIDEST);
        if rest.first() == Some(&b'.') {
            let (precision, after) = number(&rest[1..], next)?;
            rest = after;
            // A negative one is as if it were not there.
            self.precision = match precision {
                Some(negative) if negative < 0 => None,
                other => usize::try_from(other.unwrap_or(0))
                    .ok()
                    .map(|it| it.min(WIDEST)),
            };
        }
        while let Some(b'l' | b'h' | b'L' | b'q' | b'j' | b'z') = rest.first() {
            rest = &rest[1..];
        }
        let (&letter, after) = rest.split_first()?;
        Some((letter, after))
    }

    fn conversion(&self, letter: u8, value: &Value, convert: &[u8], out: &mut Vec<u8>) {
        match letter {
            b'c' => {
                let text = match value {
                    Value::Number(code) => character(*code),
                    Value::Input(_) if value.is_number() => character(value.number()),
                    other => first_character(&other.string(convert)),
                };
                self.pad(&text, out);
            }
            b's' => {
                let text = value.string(convert);
                let shown = match self.precision {
                    Some(most) => prefix(&text, most),
                    None => &text,
                };
                self.pad(shown, out);
            }
            b'd' | b'i' => {
                let number = value.number().trunc();
                if !number.is_finite() {
                    return self.pad(special(number).as_bytes(), out);
                }
                let digits = if number.abs() < 9e18 {
                    (number as i64).unsigned_abs().to_string()
                } else {
                    format!("{:.0}", number.abs())
                };
                self.integer(number < 0.0, "", digits, out);
            }
            b'o' | b'x' | b'X' | b'u' => {
                let number = value.number().trunc();
                if !number.is_finite() {
                    return self.pad(special(number).as_bytes(), out);
                }
                if number < 0.0 {
                    // What gawk does: as a signed number.
                    return self.integer(true, "", format!("{:.0}", number.abs()), out);
                }
                let whole = number as u64;
                let (digits, prefix) = match letter {
                    b'o' => (format!("{whole:o}"), "0"),
                    b'x' => (format!("{whole:x}"), "0x"),
                    b'X' => (format!("{whole:X}"), "0X"),
                    _ => (format!("{number:.0}"), ""),
                };
                let prefix = if self.alternate && whole != 0 {
                    prefix
                } else {
                    ""
                };
                self.integer(false, prefix, digits, out);
            }
            _ => self.float(letter, value.number(), out),
        }
    }

    fn float(&self, letter: u8, number: f64, out: &mut Vec<u8>) {
        if !number.is_finite() {
            return self.pad(special(number).as_bytes(), out);
        }
        let precision = self.precision.unwrap_or(6);
        let size = number.abs();
        let upper = letter.is_ascii_uppercase();
        let mut digits = match letter {
            b'f' | b'F' => format!("{size:.precision$}"),
            b'e' | b'E' => exponential(size, precision),
            _ => general(size, precision, self.alternate, upper),
        };
        if upper {
            digits = digits.to_uppercase();
        }
        if self.group {
            digits = grouped(&digits);
        }
        self.signed(number.is_sign_negative(), "", digits, self.zero, out);
    }

    fn integer(&self, negative: bool, prefix: &str, mut digits: String, out: &mut Vec<u8>) {
        if let Some(precision) = self.precision {
            if digits.len() < precision {
                digits = format!("{digits:0>precision$}");
            }
            if precision == 0 && digits == "0" {
                digits.clear();
            }
        }
        if self.group {
            digits = grouped(&digits);
        }
        let zero = self.zero && self.precision.is_none();
        self.signed(negative, prefix, digits, zero, out);
    }

    fn signed(&self, negative: bool, prefix: &str, digits: String, zero: bool, out: &mut Vec<u8>) {
        let sign = match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let length = sign.len() + prefix.len() + digits.len();
        let zeros = if zero && !self.left {
            self.width.saturating_sub(length)
        } else {
            0
        };
        let text = format!("{sign}{prefix}{}{digits}", "0".repeat(zeros));
        self.pad(text.as_bytes(), out);
    }

    fn pad(&self, text: &[u8], out: &mut Vec<u8>) {
        let missing = if self.width == 0 {
            0
        } else {
            self.width.saturating_sub(super::text::length(text))
        };
        if self.left {
            out.extend_from_slice(text);
        }
        out.resize(out.len() + missing, b' ');
        if !self.left {
            out.extend_from_slice(text);
        }
    }
}

/// A width or precision: digits, or `*` for the next argument.
fn number<'f, 'v>(
    rest: &'f [u8],
    next: &mut impl Iterator<Item = &'v Value>,
) -> Option<(Option<i64>, &'f [u8])> {
    if rest.first() == Some(&b'*') {
        let value = next.next().map_or(0.0, Value::number);
        return Some((Some(value as i64), &rest[1..]));
    }
    let digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    if digits == 0 {
        return Some((None, rest));
    }
    let value = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    Some((Some(value), &rest[digits..]))
}

fn character(code: f64) -> Vec<u8> {
    let code = code as i64;
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    match character {
        Some(character) => character.to_string().into_bytes(),
        None => vec![(code & 0xff) as u8],
    }
}

fn first_character(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        // As gawk has it.
        return vec![0];
    }
    prefix(text, 1).to_vec()
}

/// The first characters of a text.
fn prefix(text: &[u8], count: usize) -> &[u8] {
    &text[..super::text::offset(text, count)]
}

fn grouped(digits: &str) -> String {
    let end = digits.find(['.', 'e']).unwrap_or(digits.len());
    let mut out = String::new();
    for (at, digit) in digits[..end].chars().enumerate() {
        if at > 0 && (end - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + &digits[end..]
}

/// `%e`
pub(super) fn exponential(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `%g`
pub(super) fn general(number: f64, precision: usize, alternate: bool, upper: bool) -> String {
    let precision = precision.max(1);
    if number == 0.0 {
        let zero = if number.is_sign_negative() { "-0" } else { "0" };
        return zero.to_owned();
    }
    let scientific = format!("{:.*e}", precision - 1, number);
    let exponent: i32 = scientific
        .split_once('e')
        .and_then(|it| it.1.parse().ok())
        .unwrap_or(0);
    let fits = usize::try_from(exponent).is_ok_and(|it| it < precision);
    let mut text = if fits || (-4..0).contains(&exponent) {
        let digits = i64::try_from(precision).unwrap_or(0) - 1 - i64::from(exponent);
        format!("{number:.*}", usize::try_from(digits).unwrap_or(0))
    } else {
        exponential(number, precision - 1)
    };
    if !alternate && text.contains('.') {
        let (mantissa, exponent) = match text.find('e') {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        text = format!("{mantissa}{exponent}");
    }
    if upper { text.to_uppercase() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awk::value::text;

    fn print(format: &str, arguments: &[Value]) -> String {
        String::from_utf8(super::format(format.as_bytes(), arguments, b"%.6g").unwrap()).unwrap()
    }

    #[test]
    fn conversions() {
        let number = Value::Number;
        assert_eq!(
            print(
                "%5.2f|%-5d|%05d",
                &[number(3.14159), number(7.0), number(-42.0)]
            ),
            " 3.14|7    |-0042"
        );
        assert_eq!(print("%s %s", &[text("a"), number(0.1)]), "a 0.1");
        assert_eq!(
            print("%c%c%c", &[number(65.0), text("xyz"), number(228.0)]),
            "Axä"
        );
        assert_eq!(
            print(
                "%x %o %X %#x",
                &[number(255.0), number(8.0), number(255.0), number(1.0)]
            ),
            "ff 10 FF 0x1"
        );
        assert_eq!(
            print(
                "%e %g %g %g",
                &[
                    number(12345.678),
                    number(1e10),
                    number(0.0001),
                    number(100.0)
                ]
            ),
            "1.234568e+04 1e+10 0.0001 100"
        );
        assert_eq!(
            print(
                "%*d|%.*f",
                &[number(4.0), number(2.0), number(1.0), number(2.25)]
            ),
            "   2|2.2"
        );
        assert_eq!(print("100%%|%d", &[text("12abc")]), "100%|12");
        assert_eq!(
            print("%.2s|%5s|%-5s|", &[text("abc"), text("ä"), text("ä")]),
            "ab|    ä|ä    |"
        );
        assert_eq!(
            print("%i %+d % d", &[number(3.9), number(3.0), number(3.0)]),
            "3 +3  3"
        );
    }
}
