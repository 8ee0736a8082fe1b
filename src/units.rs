//! Quantities as users write them: byte sizes (`256Mi`), cpu (`500m`) and durations (`1h30m`).
//!
//! The spellings are those of Kubernetes quantities and of Go durations (wire-api §2.1). Numbers are
//! kept as integers from the text on: no rounding through floating point, no overflow. Each parser
//! accepts exactly what its documentation says and an error says what would have been right.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How much of a refused text an error repeats.
const MAX_QUOTED_CHARS: usize = 80;

/// Most digits before and after the decimal point. More is refused rather than rounded, and bounds
/// the work on a hostile text.
const MAX_DIGITS: usize = 20;

/// The longest duration that is read: what 64 signed bits of nanoseconds hold (292 years), as in Go.
/// Deadlines are computed by adding to a clock, which must not overflow.
const MAX_NANOS: u128 = i64::MAX as u128;

/// A text that is not a quantity of the kind asked for. The message says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// Not a byte size.
    #[error(
        "{value:?} is not a size in bytes: write a number with Ki, Mi, Gi or Ti, such as 256Mi"
    )]
    ByteSize {
        /// The text that was refused, shortened.
        value: String,
    },
    /// Not an amount of cpu.
    #[error(
        "{value:?} is not an amount of cpu: write millicores such as 500m, or cores such as 0.5"
    )]
    Millicores {
        /// The text that was refused, shortened.
        value: String,
    },
    /// Not a duration.
    #[error(
        "{value:?} is not a duration: write numbers with ms, s, m, h or d, such as 30s or 1h30m"
    )]
    Duration {
        /// The text that was refused, shortened.
        value: String,
    },
    /// Well formed, but more than can be held.
    #[error("{value:?} is too large: at most {most}")]
    TooLarge {
        /// The text that was refused, shortened.
        value: String,
        /// The largest quantity of this kind.
        most: &'static str,
    },
}

/// A number of bytes.
///
/// As text (also in JSON) a number with one of `Ki Mi Gi Ti` (powers of 1024) or `k K M G T` (powers
/// of 1000), or without a unit for bytes. A fraction is rounded up to a whole byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ByteSize(u64);

impl ByteSize {
    /// This many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// This many mebibytes (1024 × 1024 bytes); the largest size where that is more.
    #[must_use]
    pub const fn mib(mebibytes: u64) -> Self {
        Self(mebibytes.saturating_mul(1 << 20))
    }

    /// How many bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// Reads a size.
    ///
    /// # Errors
    /// If the text is not a size or more than 2^64 - 1 bytes.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let (number, unit) = split_number(text)
            .and_then(|(number, unit)| Some((number, byte_unit(unit)?)))
            .ok_or_else(|| UnitError::ByteSize {
                value: quoted(text),
            })?;
        number
            .times(unit, Rounding::Up)
            .and_then(|bytes| u64::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(|| UnitError::TooLarge {
                value: quoted(text),
                most: "16777215Ti",
            })
    }
}

/// The size with the largest binary unit that divides it: `256Mi`, `1536Mi`, `1000`.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            (1_u64 << 40, "Ti"),
            (1 << 30, "Gi"),
            (1 << 20, "Mi"),
            (1 << 10, "Ki"),
        ];
        match units
            .iter()
            .find(|(size, _)| self.0 != 0 && self.0.is_multiple_of(*size))
        {
            Some((size, name)) => write!(f, "{}{name}", self.0 / size),
            None => write!(f, "{}", self.0),
        }
    }
}

fn byte_unit(name: &str) -> Option<u128> {
    Some(match name {
        "" => 1,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "k" | "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        _ => return None,
    })
}

/// Thousandths of one processor core; never zero.
///
/// As text (also in JSON) millicores (`500m`) or cores with at most three decimals (`0.5`, `2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millicores(u32);

impl Millicores {
    /// This many thousandths of a core; none if that is zero: a sandbox without cpu never ends.
    #[must_use]
    pub const fn new(millicores: u32) -> Option<Self> {
        if millicores == 0 {
            None
        } else {
            Some(Self(millicores))
        }
    }

    /// How many thousandths of a core.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Reads an amount of cpu.
    ///
    /// # Errors
    /// If the text is not an amount, is zero, is finer than a millicore, or is more than 4294967 cores.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let refused = || UnitError::Millicores {
            value: quoted(text),
        };
        let (number, unit) = split_number(text).ok_or_else(refused)?;
        let factor = match unit {
            "" => 1000,
            "m" => 1,
            _ => return Err(refused()),
        };
        if !number.is_exact_in(factor) {
            return Err(refused());
        }
        let millicores = number
            .times(factor, Rounding::Down)
            .and_then(|value| u32::try_from(value).ok())
            .ok_or_else(|| UnitError::TooLarge {
                value: quoted(text),
                most: "4294967295m",
            })?;
        Self::new(millicores).ok_or_else(refused)
    }
}

/// Always millicores: `500m`, `2000m`.
impl fmt::Display for Millicores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}m", self.0)
    }
}

macro_rules! text_in_json {
    ($($name:ident),*) => {$(
        impl FromStr for $name {
            type Err = UnitError;

            fn from_str(text: &str) -> Result<Self, UnitError> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

text_in_json!(ByteSize, Millicores);

/// Reads a duration as Go writes them: numbers with a unit of `ns us µs ms s m h d`, one after the
/// other (`1h30m`, `1.5s`), or a bare `0`. A day is 24 hours. There is no sign, and what is finer
/// than a nanosecond is dropped.
///
/// # Errors
/// If the text is not a duration or longer than 292 years.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let refused = || UnitError::Duration {
        value: quoted(text),
    };
    let too_long = || UnitError::TooLarge {
        value: quoted(text),
        most: "106751d",
    };
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    if text.is_empty() {
        return Err(refused());
    }
    let mut nanos: u128 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split_number(rest).ok_or_else(refused)?;
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(end).ok_or_else(refused)?;
        let unit = nanos_per_unit(unit).ok_or_else(refused)?;
        let part = number.times(unit, Rounding::Down).ok_or_else(too_long)?;
        nanos = nanos
            .checked_add(part)
            .filter(|sum| *sum <= MAX_NANOS)
            .ok_or_else(too_long)?;
        rest = next;
    }
    u64::try_from(nanos)
        .map(Duration::from_nanos)
        .map_err(|_| too_long())
}

fn nanos_per_unit(name: &str) -> Option<u128> {
    Some(match name {
        "ns" => 1,
        // The micro sign and the Greek letter: both are typed, they look alike.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3_600 * 1_000_000_000,
        "d" => 86_400 * 1_000_000_000,
        _ => return None,
    })
}

/// Writes a duration as Go does: `10m0s`, `1h0m0.5s`, `1.5ms`, `0s`. [`parse_duration`] reads it back
/// without loss, up to its limit of 292 years.
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    match nanos {
        0 => "0s".to_owned(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}\u{b5}s", decimal(nanos, 1_000, 3)),
        1_000_000..1_000_000_000 => format!("{}ms", decimal(nanos, 1_000_000, 6)),
        _ => {
            let total = duration.as_secs();
            let seconds = decimal(nanos % 60_000_000_000, 1_000_000_000, 9);
            match (total / 3_600, total / 60 % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `value / unit` in decimal without needless zeros; `unit` is ten to the power `places`.
fn decimal(value: u128, unit: u128, places: usize) -> String {
    let text = format!("{}.{:0places$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A non-negative decimal number, exactly as written: `digits / 10^scale`.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    digits: u128,
    scale: u32,
}

#[derive(Debug, Clone, Copy)]
enum Rounding {
    Up,
    Down,
}

impl Decimal {
    fn times(self, factor: u128, rounding: Rounding) -> Option<u128> {
        let product = self.digits.checked_mul(factor)?;
        let divisor = 10_u128.checked_pow(self.scale)?;
        Some(match rounding {
            Rounding::Up => product.div_ceil(divisor),
            Rounding::Down => product / divisor,
        })
    }

    fn is_exact_in(self, factor: u128) -> bool {
        let divisor = 10_u128.checked_pow(self.scale);
        match (self.digits.checked_mul(factor), divisor) {
            (Some(product), Some(divisor)) => product.is_multiple_of(divisor),
            // Too large to tell, which is refused by the range check that follows.
            _ => true,
        }
    }
}

/// Splits `text` after the decimal number at its beginning. None if there is no digit there or if
/// the number has too many.
fn split_number(text: &str) -> Option<(Decimal, &str)> {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => split_digits(after),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Zeros around the number carry nothing and must not count against the limit.
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > MAX_DIGITS || fraction.len() > MAX_DIGITS {
        return None;
    }
    // At most 40 digits may exceed 128 bits by a factor of 30; such a number is refused as well.
    let digits = whole
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_u128, |value, digit| {
            value.checked_mul(10)?.checked_add(u128::from(digit - b'0'))
        })?;
    Some((
        Decimal {
            digits,
            scale: u32::try_from(fraction.len()).ok()?,
        },
        rest,
    ))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn quoted(text: &str) -> String {
    text.chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
mod tests;
