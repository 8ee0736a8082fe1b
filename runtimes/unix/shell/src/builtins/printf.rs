//! `printf`.

use super::print::{Escapes, unescape};
use crate::execute::simple::Expanded;
use crate::expand::quote;
use crate::state::{Run, Shell};
use crate::text;

/// How wide a field may be: a bound for memory.
const MAX_WIDTH: usize = 1 << 24;

#[derive(Clone, Copy, Default)]
struct Spec {
    minus: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternative: bool,
    width: usize,
    precision: Option<usize>,
}

struct Arguments<'a> {
    all: &'a [String],
    next: usize,
    failed: bool,
}

impl<'a> Arguments<'a> {
    fn take(&mut self) -> Option<&'a str> {
        let argument = self.all.get(self.next)?;
        self.next += 1;
        Some(argument)
    }
}

pub fn run(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "v:", "printf [-v var] format [arguments]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let variable = flags.value('v').map(str::to_owned);
    let Some(format) = argv.get(flags.operands) else {
        shell.write_error("printf: usage: printf [-v var] format [arguments]\n");
        return Ok(2);
    };
    if let Some(name) = &variable {
        let base = crate::values::element_name(name).map_or(name.as_str(), |(base, _)| base);
        if !crate::syntax::tokens::is_name(base) {
            shell.complain("printf", format_args!("`{name}': not a valid identifier"));
            return Ok(2);
        }
    }
    let mut arguments = Arguments {
        all: &argv[flags.operands + 1..],
        next: 0,
        failed: false,
    };
    let mut out = Vec::new();
    loop {
        let before = arguments.next;
        match once(shell, format, &mut arguments, &mut out) {
            Ok(false) => {}
            Ok(true) => break,
            Err(()) => {
                arguments.failed = true;
                break;
            }
        }
        if arguments.next >= arguments.all.len() || arguments.next == before {
            break;
        }
    }
    match variable {
        Some(name) => {
            let text = text::decode_vec(out);
            shell.assign_named(&name, text)?;
        }
        None => shell.output.extend_from_slice(&out),
    }
    Ok(i32::from(arguments.failed))
}

/// Goes through the format once; whether the output is to end.
fn once(
    shell: &mut Shell,
    format: &str,
    arguments: &mut Arguments,
    out: &mut Vec<u8>,
) -> Result<bool, ()> {
    let mut rest = format;
    while let Some(at) = rest.find(['%', '\\']) {
        out.extend_from_slice(&text::encode(&rest[..at]));
        rest = &rest[at..];
        if rest.starts_with('\\') {
            let end = rest[1..].find(['%', '\\']).map_or(rest.len(), |end| {
                // A second backslash belongs to the first one.
                if end == 0 && rest[1..].starts_with('\\') {
                    2
                } else {
                    end + 1
                }
            });
            let end = if end == 1 { rest.len().min(2) } else { end };
            unescape(&rest[..end], Escapes::Format, out);
            rest = &rest[end..];
            continue;
        }
        if let Some(after) = rest.strip_prefix("%%") {
            out.push(b'%');
            rest = after;
            continue;
        }
        let (after, stop) = directive(shell, rest, arguments, out)?;
        if stop {
            return Ok(true);
        }
        rest = after;
    }
    out.extend_from_slice(&text::encode(rest));
    Ok(false)
}

fn number_argument(shell: &mut Shell, arguments: &mut Arguments) -> i64 {
    let Some(argument) = arguments.take() else {
        return 0;
    };
    let (value, good) = integer(argument);
    if !good {
        arguments.failed = true;
        shell.complain("printf", format_args!("{argument}: invalid number"));
    }
    value
}

/// One directive from its percent sign: what follows it.
fn directive<'f>(
    shell: &mut Shell,
    format: &'f str,
    arguments: &mut Arguments,
    out: &mut Vec<u8>,
) -> Result<(&'f str, bool), ()> {
    let mut spec = Spec::default();
    let mut at = 1;
    let bytes = format.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'-' => spec.minus = true,
            b'0' => spec.zero = true,
            b'+' => spec.plus = true,
            b' ' => spec.space = true,
            b'#' => spec.alternative = true,
            b'\'' => {}
            _ => break,
        }
        at += 1;
    }
    let digits = |at: &mut usize| {
        let start = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        format[start..*at]
            .parse::<usize>()
            .unwrap_or(0)
            .min(MAX_WIDTH)
    };
    if bytes.get(at) == Some(&b'*') {
        at += 1;
        let width = number_argument(shell, arguments);
        spec.minus |= width < 0;
        spec.width = usize::try_from(width.unsigned_abs())
            .unwrap_or(MAX_WIDTH)
            .min(MAX_WIDTH);
    } else {
        spec.width = digits(&mut at);
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        if bytes.get(at) == Some(&b'*') {
            at += 1;
            let precision = number_argument(shell, arguments);
            spec.precision = usize::try_from(precision)
                .ok()
                .map(|precision| precision.min(MAX_WIDTH));
        } else {
            spec.precision = Some(digits(&mut at));
        }
    }
    while bytes
        .get(at)
        .is_some_and(|byte| matches!(byte, b'h' | b'l' | b'L' | b'q' | b'j' | b'z' | b't'))
        && !(bytes[at] == b'q' && !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic))
    {
        if bytes[at] == b'q' {
            break;
        }
        at += 1;
    }
    let Some(kind) = format[at.min(format.len())..].chars().next() else {
        let shown = &format[..at];
        shell.complain(
            "printf",
            format_args!("`{shown}': missing format character"),
        );
        return Err(());
    };
    at += kind.len_utf8();
    match kind {
        's' => {
            let argument = arguments.take().unwrap_or("");
            put_text(argument, &spec, out);
        }
        'c' => {
            let argument = arguments.take().unwrap_or("");
            let first = argument
                .chars()
                .next()
                .map(String::from)
                .unwrap_or_default();
            put_text(&first, &spec, out);
        }
        'b' => {
            let argument = arguments.take().unwrap_or("");
            let mut bytes = Vec::new();
            let stop = unescape(argument, Escapes::Argument, &mut bytes);
            put_text(&text::decode_vec(bytes), &spec, out);
            if stop {
                return Ok((&format[at..], true));
            }
        }
        'q' | 'Q' => {
            let mut argument = arguments.take().unwrap_or("").to_owned();
            if kind == 'Q'
                && let Some(precision) = spec.precision.take()
            {
                argument = argument.chars().take(precision).collect();
            }
            put_text(&quote::backslash(&argument), &spec, out);
        }
        'd' | 'i' => {
            let argument = arguments.all.get(arguments.next).cloned();
            let mut value = number_argument(shell, arguments);
            if let Some(argument) = argument
                && let Some(clamped) = out_of_range(&argument)
            {
                value = clamped;
                shell.complain(
                    "printf",
                    format_args!("warning: {argument}: Numerical result out of range"),
                );
            }
            let sign = if value < 0 {
                "-"
            } else if spec.plus {
                "+"
            } else if spec.space {
                " "
            } else {
                ""
            };
            put_number(sign, &value.unsigned_abs().to_string(), &spec, out);
        }
        'u' => {
            let value = number_argument(shell, arguments) as u64;
            put_number("", &value.to_string(), &spec, out);
        }
        'o' => {
            let value = number_argument(shell, arguments) as u64;
            let prefix = if spec.alternative && value != 0 {
                "0"
            } else {
                ""
            };
            put_number(prefix, &format!("{value:o}"), &spec, out);
        }
        'x' | 'X' => {
            let value = number_argument(shell, arguments) as u64;
            let upper = kind == 'X';
            let prefix = match (spec.alternative && value != 0, upper) {
                (false, _) => "",
                (true, false) => "0x",
                (true, true) => "0X",
            };
            let digits = if upper {
                format!("{value:X}")
            } else {
                format!("{value:x}")
            };
            put_number(prefix, &digits, &spec, out);
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'a' | 'A' => {
            let value = match arguments.take() {
                None => 0.0,
                Some(argument) => match float(argument) {
                    Some(value) => value,
                    None => {
                        arguments.failed = true;
                        shell.complain("printf", format_args!("{argument}: invalid number"));
                        leading_float(argument)
                    }
                },
            };
            put_float(value, kind, &spec, out);
        }
        '(' => {
            let rest = &format[at..];
            let close = rest.find(")T");
            let Some(close) = close else {
                shell.complain(
                    "printf",
                    format_args!("`{}': missing format character", &format[..at]),
                );
                return Err(());
            };
            let pattern = if close == 0 { "%X" } else { &rest[..close] };
            let now = crate::values::now().as_secs();
            let seconds = match arguments.take() {
                None | Some("-1" | "") => i64::try_from(now).unwrap_or(0),
                Some("-2") => shell.started(),
                Some(argument) => {
                    let (value, good) = integer(argument);
                    if !good {
                        arguments.failed = true;
                        shell.complain("printf", format_args!("{argument}: invalid number"));
                    }
                    value
                }
            };
            put_text(&super::printf_time::format(pattern, seconds), &spec, out);
            return Ok((&rest[close + 2..], false));
        }
        'n' => {
            if let Some(name) = arguments.take() {
                let name = name.to_owned();
                let count = out.len().to_string();
                shell.assign(&name, count, false).map_err(|_| ())?;
            }
        }
        other => {
            shell.complain(
                "printf",
                format_args!("`{other}': invalid format character"),
            );
            return Err(());
        }
    }
    Ok((&format[at..], false))
}

fn put_text(value: &str, spec: &Spec, out: &mut Vec<u8>) {
    let cut: String;
    let value = match spec.precision {
        Some(precision) => {
            cut = value.chars().take(precision).collect();
            &cut
        }
        None => value,
    };
    pad(&text::encode(value), value.chars().count(), spec, out);
}

fn pad(bytes: &[u8], length: usize, spec: &Spec, out: &mut Vec<u8>) {
    let fill = spec.width.saturating_sub(length);
    if !spec.minus {
        out.resize(out.len() + fill, b' ');
    }
    out.extend_from_slice(bytes);
    if spec.minus {
        out.resize(out.len() + fill, b' ');
    }
}

fn put_number(prefix: &str, digits: &str, spec: &Spec, out: &mut Vec<u8>) {
    let mut digits = digits.to_owned();
    if let Some(precision) = spec.precision {
        if precision == 0 && digits == "0" {
            digits.clear();
        }
        digits = "0".repeat(precision.saturating_sub(digits.len())) + &digits;
    } else if spec.zero && !spec.minus {
        digits = "0".repeat(spec.width.saturating_sub(digits.len() + prefix.len())) + &digits;
    }
    let text = format!("{prefix}{digits}");
    pad(text.as_bytes(), text.len(), spec, out);
}

/// An integer as C writes it, or `'c`; whether all of the text was one.
pub fn integer(argument: &str) -> (i64, bool) {
    if let Some(rest) = argument.strip_prefix(['\'', '"']) {
        let value = rest.chars().next().map_or(0, |c| {
            match text::encode(c.encode_utf8(&mut [0; 4])).as_ref() {
                // A byte that is no text by itself.
                [byte] => i64::from(*byte),
                _ => i64::from(c as u32),
            }
        });
        return (value, true);
    }
    let text = argument.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = if let Some(hex) = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        (16, hex)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, &digits[1..])
    } else {
        (10, digits)
    };
    let length = digits.chars().take_while(|c| c.is_digit(radix)).count();
    let good = length == digits.len() && (length > 0 || argument.is_empty()) || argument.is_empty();
    let value = match u64::from_str_radix(&digits[..length], radix) {
        Ok(value) => value,
        Err(_) if length == 0 => 0,
        Err(_) => u64::MAX,
    };
    let value = if negative {
        0_i64.wrapping_sub_unsigned(value)
    } else {
        value as i64
    };
    (value, good)
}

/// The nearest number, for decimal digits that are too many.
fn out_of_range(argument: &str) -> Option<i64> {
    let text = argument.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let decimal = digits.len() > 18
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !decimal || text.parse::<i64>().is_ok() {
        return None;
    }
    Some(if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    })
}

fn float(argument: &str) -> Option<f64> {
    if argument.starts_with(['\'', '"']) {
        #[expect(clippy::cast_precision_loss, reason = "a character's number is exact")]
        return Some(integer(argument).0 as f64);
    }
    let text = argument.trim_start();
    if text.is_empty() {
        return Some(0.0);
    }
    let digits = text.trim_start_matches(['-', '+']);
    if digits.starts_with("0x") || digits.starts_with("0X") {
        let (value, good) = integer(text);
        #[expect(clippy::cast_precision_loss, reason = "as strtod would round it")]
        return good.then_some(value as f64);
    }
    text.parse().ok()
}

fn leading_float(argument: &str) -> f64 {
    let ends = argument.char_indices().map(|(at, _)| at).rev();
    ends.filter_map(|end| argument[..end].trim_start().parse().ok())
        .next()
        .unwrap_or(0.0)
}

fn put_float(value: f64, kind: char, spec: &Spec, out: &mut Vec<u8>) {
    let precision = spec.precision.unwrap_or(6);
    let magnitude = value.abs();
    let upper = kind.is_ascii_uppercase();
    let mut text = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        "inf".to_owned()
    } else {
        match kind.to_ascii_lowercase() {
            'f' => format!("{magnitude:.precision$}"),
            'e' => exponential(magnitude, precision),
            'a' => hexadecimal(magnitude),
            _ => general(magnitude, precision.max(1), spec.alternative),
        }
    };
    if upper {
        text = text.to_uppercase();
    }
    let sign = if value.is_sign_negative() && !value.is_nan() {
        "-"
    } else if spec.plus {
        "+"
    } else if spec.space {
        " "
    } else {
        ""
    };
    let spec = Spec {
        precision: None,
        zero: spec.zero && value.is_finite(),
        ..*spec
    };
    put_number(sign, &text, &spec, out);
}

fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

fn general(value: f64, precision: usize, keep: bool) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.*e}", precision - 1);
    let exponent: i32 = text
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    let whole = i32::try_from(precision).unwrap_or(i32::MAX);
    let trim = |text: &str| {
        if keep || !text.contains('.') {
            return text.to_owned();
        }
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if exponent < -4 || exponent >= whole {
        let text = exponential(value, precision - 1);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
        return format!("{}e{exponent}", trim(mantissa));
    }
    let decimals = usize::try_from(whole - 1 - exponent).unwrap_or(0);
    trim(&format!("{value:.decimals$}"))
}

fn hexadecimal(value: f64) -> String {
    if value == 0.0 {
        return "0x0p+0".to_owned();
    }
    let bits = value.to_bits();
    let exponent = i64::try_from(bits >> 52 & 0x7FF).unwrap_or(0) - 1023;
    let fraction = format!("{:013x}", bits & ((1 << 52) - 1));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("0x1{point}{fraction}p{exponent:+}")
}
