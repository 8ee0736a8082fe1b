//! `seq`.

use crate::numbers::{self, Flags};
use crate::options::{Exit, Outcome, TOOL, Tool, flag, value};
use crate::quoting::locale;
use crate::report::say;
use crate::streams::Output;

const SEQ: Tool = Tool {
    usage: &[
        "[OPTION]... LAST",
        "[OPTION]... FIRST LAST",
        "[OPTION]... FIRST INCREMENT LAST",
    ],
    about: "Print numbers from FIRST to LAST, in steps of INCREMENT.",
    options: &[
        value("f", "format", "FORMAT", "use printf style floating-point FORMAT"),
        value("s", "separator", "STRING", "use STRING to separate numbers (default: \\n)"),
        flag("w", "equal-width", "equalize width by padding with leading zeroes"),
    ],
    ..TOOL
};

/// Decimal digits and where the point is: exact, unlike a floating-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits: i128 = all.parse().ok()?;
        let mut places = i32::try_from(fraction.len()).ok()? - exponent;
        if places < 0 {
            digits = digits.checked_mul(10_i128.checked_pow(places.unsigned_abs())?)?;
            places = 0;
        }
        Some(Self {
            digits: if negative { -digits } else { digits },
            places: places.try_into().ok()?,
        })
    }

    fn scaled(self, places: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(places - self.places)?)
    }
}

/// Writes `digits` with so many places behind the point, filled with zeros up to `width`.
fn show(digits: i128, places: u32, width: usize, text: &mut String) {
    use std::fmt::Write;
    let sign = if digits < 0 { "-" } else { "" };
    let magnitude = digits.unsigned_abs();
    let width = width.saturating_sub(sign.len());
    // Writing into a string cannot fail.
    let _written = if places == 0 {
        write!(text, "{sign}{magnitude:0width$}")
    } else {
        let unit = 10_u128.pow(places);
        let (whole, fraction) = (magnitude / unit, magnitude % unit);
        let places = places as usize;
        let width = width.saturating_sub(places + 1);
        write!(text, "{sign}{whole:0width$}.{fraction:0places$}")
    };
}

pub(crate) fn main(args: &[String]) -> Outcome {
    // A negative number is no option.
    let numeric = |arg: &String| {
        arg.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
    };
    let mut args = args.to_vec();
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        if numeric(arg) || !arg.starts_with('-') {
            args.insert(at, "--".to_owned());
            break;
        }
        at += if arg == "-s" || arg == "-f" || arg == "--separator" || arg == "--format" { 2 } else { 1 };
        if arg == "--" {
            break;
        }
    }
    let line = SEQ.parse(&args)?;
    let one = || "1".to_owned();
    let (first, step, last) = match line.operands.as_slice() {
        [] => return Err(SEQ.missing_operand()),
        [last] => (one(), one(), last.clone()),
        [first, last] => (first.clone(), one(), last.clone()),
        [first, step, last] => (first.clone(), step.clone(), last.clone()),
        [_, _, _, extra, ..] => return Err(SEQ.extra_operand(extra)),
    };
    let separator = line.value("separator").unwrap_or("\n");
    for text in [&first, &step, &last] {
        let trimmed = text.trim_start();
        let (number, used) = crate::printf::read_float(trimmed);
        if used == 0 || used != trimmed.len() {
            return Err(SEQ.wrong(&format!("invalid floating point argument: {}", locale(text))));
        }
        if number.is_nan() {
            let what = locale("not-a-number");
            return Err(SEQ.wrong(&format!("invalid {what} argument: {}", locale(text))));
        }
    }
    let format = match line.value("format") {
        Some(_) if line.has("equal-width") => {
            return Err(SEQ.wrong("format string may not be specified when printing equal width strings"));
        }
        Some(text) => Some(Format::parse(text)?),
        None => None,
    };
    let exact = (Decimal::parse(&first), Decimal::parse(&step), Decimal::parse(&last));
    if is_zero(&step) {
        return Err(SEQ.wrong(&format!("invalid Zero increment value: {}", locale(&step))));
    }
    let mut out = Output::new();
    if let (Some(first), Some(step), Some(last)) = exact {
        return exactly(&mut out, [first, step, last], &line, separator, format.as_ref());
    }
    // Infinite or hexadecimal.
    let number = |text: &str| crate::printf::read_float(text.trim_start()).0;
    let (from, by, to) = (number(&first), number(&step), number(&last));
    let format = format.unwrap_or(Format {
        before: String::new(),
        flags: Flags::default(),
        width: 0,
        precision: None,
        conversion: 'g',
        after: String::new(),
    });
    if to.is_infinite()
        && let (Some(first), Some(step)) = exact_pair(exact)
    {
        let last = Decimal {
            digits: if to > 0.0 { i128::MAX / 1_000_000 } else { i128::MIN / 1_000_000 },
            places: 0,
        };
        if line.value("format").is_none() {
            return exactly(&mut out, [first, step, last], &line, separator, None);
        }
    }
    let mut index = 0.0;
    let mut any = false;
    loop {
        let value = from + index * by;
        if (by > 0.0 && value > to) || (by < 0.0 && value < to) {
            break;
        }
        if any {
            out.put_str(separator)?;
        }
        any = true;
        out.put_str(&format.show(value))?;
        index += 1.0;
    }
    if any {
        out.put(b"\n")?;
    }
    out.flush()?;
    Ok(0)
}

type Exact = (Option<Decimal>, Option<Decimal>, Option<Decimal>);

fn exact_pair((first, step, _): Exact) -> (Option<Decimal>, Option<Decimal>) {
    (first, step)
}

fn is_zero(text: &str) -> bool {
    crate::printf::read_float(text.trim_start()).0 == 0.0
}

fn exactly(
    out: &mut Output,
    [first, step, last]: [Decimal; 3],
    line: &crate::options::Line,
    separator: &str,
    format: Option<&Format>,
) -> Outcome {
    let places = first.places.max(step.places);
    let common = places.max(last.places);
    let scaled = (first.scaled(common), step.scaled(common), last.scaled(common));
    let (Some(from), Some(by), Some(to)) = scaled else {
        say!("numbers have too many digits");
        return Ok(1);
    };
    // What is behind the point of LAST alone is not shown.
    let drop = 10_i128.pow(common - places);
    let length = |digits: i128| {
        let mut text = String::new();
        show(digits, places, 0, &mut text);
        text.len()
    };
    let width = if line.has("equal-width") {
        let steps = (to - from) / by;
        let end = if (to - from) % by == 0 || steps >= 0 { from + steps.max(0) * by } else { to };
        let shown_last = to / drop;
        length(from / drop).max(length(end / drop)).max(length(shown_last))
    } else {
        0
    };
    let mut value = from;
    let mut text = String::new();
    let mut any = false;
    while if by > 0 { value <= to } else { value >= to } {
        if any {
            text.push_str(separator);
        }
        any = true;
        match format {
            Some(format) => {
                // Nothing is lost beyond what a double loses.
                let mut number = String::new();
                show(value, common, 0, &mut number);
                text.push_str(&format.show(number.parse().unwrap_or(0.0)));
            }
            None => show(value / drop, places, width, &mut text),
        }
        if text.len() > 1 << 15 {
            out.put_str(&text)?;
            text.clear();
        }
        match value.checked_add(by) {
            Some(next) => value = next,
            None => break,
        }
    }
    if any {
        text.push('\n');
    }
    out.put_str(&text)?;
    out.flush()?;
    Ok(0)
}

/// What `-f` gives.
struct Format {
    before: String,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
    conversion: char,
    after: String,
}

fn bad_format(message: &str) -> Exit {
    say!("{message}");
    Exit(1)
}

impl Format {
    fn parse(text: &str) -> Result<Self, Exit> {
        let quoted = locale(text);
        let mut before = String::new();
        let mut rest = text;
        loop {
            let Some(at) = rest.find('%') else {
                return Err(bad_format(&format!("format {quoted} has no % directive")));
            };
            before.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.strip_prefix('%') {
                Some(after) => {
                    before.push('%');
                    rest = after;
                }
                None => break,
            }
        }
        let flags = Flags::take(&mut rest);
        let digits = |rest: &mut &str| {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            *rest = after;
            number.parse::<usize>().unwrap_or(0).min(1 << 16)
        };
        let width = digits(&mut rest);
        let precision = match rest.strip_prefix('.') {
            Some(after) => {
                rest = after;
                Some(digits(&mut rest))
            }
            None => None,
        };
        let rest = rest.strip_prefix('L').unwrap_or(rest);
        let Some(conversion) = rest.chars().next() else {
            return Err(bad_format(&format!("format {quoted} ends in %")));
        };
        if !"efgaEFGA".contains(conversion) {
            return Err(bad_format(&format!("format {quoted} has unknown %{conversion} directive")));
        }
        let mut after = String::new();
        let mut tail = rest[1..].chars();
        while let Some(c) = tail.next() {
            after.push(c);
            if c == '%' && tail.next() != Some('%') {
                return Err(bad_format(&format!("format {quoted} has too many % directives")));
            }
        }
        Ok(Self {
            before,
            flags,
            width,
            precision,
            conversion,
            after,
        })
    }

    fn show(&self, value: f64) -> String {
        let number =
            numbers::float(value, self.conversion, self.flags, self.width, self.precision);
        format!("{}{number}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let decimal = |digits, places| Some(Decimal { digits, places });
        assert_eq!(Decimal::parse("-1.50"), decimal(-150, 2));
        assert_eq!(Decimal::parse("1e3"), decimal(1000, 0));
        assert_eq!(Decimal::parse("1.5e-1"), decimal(15, 2));
        assert_eq!(Decimal::parse("0x10"), None);
        let mut text = String::new();
        show(-5, 2, 6, &mut text);
        assert_eq!(text, "-00.05");
    }
}
