//! Numbers as C's `printf` writes them, and sizes as people write them.

/// The flags between `%` and the width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) left: bool,
    pub(crate) plus: bool,
    pub(crate) space: bool,
    pub(crate) alternate: bool,
    pub(crate) zero: bool,
    /// `'`: thousands are grouped, which the C locale does not do.
    pub(crate) group: bool,
}

impl Flags {
    /// Takes flags from the front of `text`.
    pub(crate) fn take(text: &mut &str) -> Self {
        let mut flags = Self::default();
        while let Some(letter) = text.chars().next() {
            match letter {
                '-' => flags.left = true,
                '+' => flags.plus = true,
                ' ' => flags.space = true,
                '#' => flags.alternate = true,
                '0' => flags.zero = true,
                '\'' => flags.group = true,
                _ => break,
            }
            *text = &text[1..];
        }
        flags
    }

    fn sign(self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }
}

/// Fills up to `width`.
pub(crate) fn pad(text: &str, width: usize, left: bool) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let spaces = " ".repeat(missing);
    if left {
        format!("{text}{spaces}")
    } else {
        format!("{spaces}{text}")
    }
}

fn finish(flags: Flags, width: usize, sign: &str, prefix: &str, body: &str, zero: bool) -> String {
    let length = sign.len() + prefix.len() + body.len();
    if zero && !flags.left && length < width {
        let zeros = "0".repeat(width - length);
        return format!("{sign}{prefix}{zeros}{body}");
    }
    pad(&format!("{sign}{prefix}{body}"), width, flags.left)
}

/// `%d %i %u %o %x %X`.
pub(crate) fn integer(
    value: i128,
    conversion: char,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
) -> String {
    let signed = matches!(conversion, 'd' | 'i');
    let magnitude = value.unsigned_abs();
    let mut body = match conversion {
        'o' => format!("{magnitude:o}"),
        'x' => format!("{magnitude:x}"),
        'X' => format!("{magnitude:X}"),
        _ => magnitude.to_string(),
    };
    if precision == Some(0) && value == 0 {
        body.clear();
    }
    if let Some(precision) = precision {
        body = format!("{}{body}", "0".repeat(precision.saturating_sub(body.len())));
    }
    if flags.alternate && conversion == 'o' && !body.starts_with('0') {
        body.insert(0, '0');
    }
    let prefix = match conversion {
        'x' if flags.alternate && value != 0 => "0x",
        'X' if flags.alternate && value != 0 => "0X",
        _ => "",
    };
    let sign = if signed { flags.sign(value < 0) } else { "" };
    let zero = flags.zero && precision.is_none();
    finish(flags, width, sign, prefix, &body, zero)
}

/// `%f %F %e %E %g %G %a %A`.
pub(crate) fn float(
    value: f64,
    conversion: char,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
) -> String {
    let negative = value.is_sign_negative();
    let magnitude = value.abs();
    let upper = conversion.is_ascii_uppercase();
    let mut prefix = "";
    let mut body = if magnitude.is_nan() {
        "nan".to_owned()
    } else if magnitude.is_infinite() {
        "inf".to_owned()
    } else {
        match conversion.to_ascii_lowercase() {
            'f' => fixed(magnitude, precision.unwrap_or(6), flags.alternate),
            'e' => exponential(magnitude, precision.unwrap_or(6), flags.alternate),
            'a' => {
                prefix = if upper { "0X" } else { "0x" };
                hexadecimal(magnitude, precision)
            }
            _ => general(magnitude, precision.unwrap_or(6), flags.alternate),
        }
    };
    if upper {
        body = body.to_ascii_uppercase();
    }
    let zero = flags.zero && magnitude.is_finite();
    finish(flags, width, flags.sign(negative), prefix, &body, zero)
}

fn fixed(value: f64, precision: usize, point: bool) -> String {
    let mut text = format!("{value:.precision$}");
    if point && precision == 0 {
        text.push('.');
    }
    text
}

fn exponential(value: f64, precision: usize, point: bool) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    let dot = if point && precision == 0 { "." } else { "" };
    format!("{mantissa}{dot}e{sign}{:02}", exponent.unsigned_abs())
}

fn general(value: f64, precision: usize, keep: bool) -> String {
    let precision = precision.max(1);
    let rounded = format!("{value:.*e}", precision - 1);
    let exponent: i32 = rounded
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    let digits = i32::try_from(precision).unwrap_or(i32::MAX);
    let trim = |text: &str| {
        if keep || !text.contains('.') {
            return text.to_owned();
        }
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if exponent < -4 || exponent >= digits {
        let text = exponential(value, precision - 1, keep);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, ""));
        return format!("{}e{exponent}", trim(mantissa));
    }
    let places = usize::try_from(digits - 1 - exponent).unwrap_or(0);
    trim(&fixed(value, places, keep))
}

/// As for a `long double` of 64 bits, whose first digit is 8 or more: that is what GNU's has.
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let bits = value.to_bits();
    let raw = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    let (mut mantissa, mut exponent) = if raw == 0 {
        (fraction << 11, -1022)
    } else {
        (1 << 63 | fraction << 11, raw - 1023)
    };
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros();
        mantissa <<= shift;
        exponent -= i32::try_from(shift).unwrap_or(0) + 3;
    }
    let mut wide = u128::from(mantissa);
    // Fifteen digits stand behind the first one.
    if let Some(precision) = precision
        && precision < 15
    {
        let unit = 1_u128 << (4 * (15 - precision));
        let rest = wide % unit;
        wide -= rest;
        if rest > unit / 2 || rest == unit / 2 && wide / unit % 2 == 1 {
            wide += unit;
        }
        if wide >> 64 != 0 {
            wide >>= 4;
            exponent += 4;
        }
    }
    let lead = wide >> 60;
    let digits = format!("{:015x}", wide & ((1 << 60) - 1));
    let digits = match precision {
        Some(precision) if precision < 15 => digits[..precision].to_owned(),
        Some(precision) => format!("{digits:0<precision$}"),
        None => digits.trim_end_matches('0').to_owned(),
    };
    let dot = if digits.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{lead:x}{dot}{digits}p{sign}{}", exponent.unsigned_abs())
}

/// Why a size is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadSize {
    Invalid,
    TooLarge,
}

/// A number with a suffix: `b` 512, `kB` 1000, `K` or `KiB` 1024, and so on up to `Y`.
pub(crate) fn size(text: &str) -> Result<u64, BadSize> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let number: u128 = if digits.is_empty() && !suffix.is_empty() {
        1
    } else {
        match digits.parse() {
            Ok(number) => number,
            Err(_) if !digits.is_empty() => return Err(BadSize::TooLarge),
            Err(_) => return Err(BadSize::Invalid),
        }
    };
    let unit = unit(suffix).ok_or(BadSize::Invalid)?;
    let bytes = number.checked_mul(unit).ok_or(BadSize::TooLarge)?;
    u64::try_from(bytes).map_err(|_| BadSize::TooLarge)
}

/// What a suffix of a size stands for.
pub(crate) fn unit(suffix: &str) -> Option<u128> {
    match suffix {
        "" | "c" => return Some(1),
        "w" => return Some(2),
        "b" => return Some(512),
        _ => {}
    }
    let letter = suffix.chars().next()?;
    if letter.is_lowercase() && !"kmgt".contains(letter) {
        return None;
    }
    let power = "KMGTPEZY".find(letter.to_ascii_uppercase())?;
    let power = u32::try_from(power).ok()? + 1;
    match &suffix[1..] {
        "" | "iB" => Some(1 << (10 * power)),
        "B" => Some(1000_u128.pow(power)),
        _ => None,
    }
}

/// A size as `ls -h` shows it, rounded up: `4.0K`, `12M`. `base` is 1024 or 1000.
pub(crate) fn human(bytes: u64, base: u64) -> String {
    let letters = if base == 1000 { "kMGTPE" } else { "KMGTPE" };
    let (bytes, base) = (u128::from(bytes), u128::from(base));
    let mut unit = 1_u128;
    let mut letter = None;
    for next in letters.chars() {
        // What would be shown with four digits belongs to the next unit.
        if bytes.div_ceil(unit) < base {
            break;
        }
        unit *= base;
        letter = Some(next);
    }
    let Some(letter) = letter else {
        return bytes.to_string();
    };
    let tenths = (bytes * 10).div_ceil(unit);
    if tenths < 100 {
        format!("{}.{}{letter}", tenths / 10, tenths % 10)
    } else {
        let whole = bytes.div_ceil(unit);
        format!("{whole}{letter}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_in_c() {
        let plain = Flags::default();
        for (value, conversion, precision, text) in [
            (3.14159, 'f', None, "3.141590"),
            (3.0, 'g', None, "3"),
            (100_000.0, 'g', None, "100000"),
            (1_000_000.0, 'g', None, "1e+06"),
            (0.0001, 'g', None, "0.0001"),
            (0.000_01, 'g', None, "1e-05"),
            (12345.678, 'e', Some(2), "1.23e+04"),
            (0.0, 'e', None, "0.000000e+00"),
            (1.5, 'a', None, "0xcp-3"),
            (-2.5, 'f', Some(0), "-2"),
            (f64::INFINITY, 'F', None, "INF"),
        ] {
            assert_eq!(float(value, conversion, plain, 0, precision), text);
        }
        let zero = Flags {
            zero: true,
            ..plain
        };
        assert_eq!(float(-1.5, 'f', zero, 8, Some(2)), "-0001.50");
    }

    #[test]
    fn integers_are_written_as_in_c() {
        let plain = Flags::default();
        assert_eq!(integer(-5, 'd', plain, 5, None), "   -5");
        assert_eq!(integer(5, 'd', plain, 0, Some(3)), "005");
        let alternate = Flags {
            alternate: true,
            ..plain
        };
        assert_eq!(integer(255, 'x', alternate, 0, None), "0xff");
        assert_eq!(integer(8, 'o', alternate, 0, None), "010");
    }

    #[test]
    fn sizes_are_read_and_shown() {
        assert_eq!(size("1K"), Ok(1024));
        assert_eq!(size("2kB"), Ok(2000));
        assert_eq!(size("M"), Ok(1 << 20));
        assert_eq!(size("3b"), Ok(1536));
        assert_eq!(size("x"), Err(BadSize::Invalid));
        assert_eq!(size("99999999999999999999"), Err(BadSize::TooLarge));
        for (bytes, text) in [
            (0, "0"),
            (1023, "1023"),
            (1024, "1.0K"),
            (1025, "1.1K"),
            (10_239, "10K"),
            (10_240, "10K"),
            (10_241, "11K"),
            (1 << 20, "1.0M"),
            (1_048_575, "1.0M"),
            (5 << 30, "5.0G"),
        ] {
            assert_eq!(human(bytes, 1024), text, "{bytes}");
        }
        assert_eq!(human(1000, 1000), "1.0k");
    }
}
