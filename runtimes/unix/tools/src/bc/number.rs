//! Decimal numbers of any length, as bc counts with them.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// `digits / 10 ^ scale`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) digits: BigInt,
    pub(super) scale: usize,
}

pub(super) fn ten_to(power: usize) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).unwrap_or(u32::MAX))
}

impl Number {
    pub(super) fn integer(value: i64) -> Self {
        Self {
            digits: value.into(),
            scale: 0,
        }
    }

    /// A constant in a base from 2 to 16.
    pub(super) fn parse(text: &str, base: u32) -> Self {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        // A single digit is itself in any base; others beyond the base count as its highest.
        let alone = whole.len() + fraction.len() == 1;
        let digit = |it: char| {
            let value = it.to_digit(16).unwrap_or(0);
            if alone { value } else { value.min(base - 1) }
        };
        let number = |text: &str| {
            text.chars()
                .fold(BigInt::zero(), |it, next| it * base + digit(next))
        };
        let scale = fraction.len();
        if base == 10 {
            let digits = number(whole) * ten_to(scale) + number(fraction);
            return Self { digits, scale };
        }
        let power = BigInt::from(base).pow(u32::try_from(scale).unwrap_or(0));
        let digits = number(whole) * ten_to(scale) + number(fraction) * ten_to(scale) / power;
        Self { digits, scale }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_zero()
    }

    /// The digits that it has with another scale.
    pub(super) fn at_scale(&self, scale: usize) -> BigInt {
        if scale >= self.scale {
            &self.digits * ten_to(scale - self.scale)
        } else {
            &self.digits / ten_to(self.scale - scale)
        }
    }

    pub(super) fn with_scale(&self, scale: usize) -> Self {
        Self {
            digits: self.at_scale(scale),
            scale,
        }
    }

    pub(super) fn to_i64(&self) -> Option<i64> {
        i64::try_from(&self.at_scale(0)).ok()
    }

    fn common(&self, other: &Self) -> (BigInt, BigInt, usize) {
        let scale = self.scale.max(other.scale);
        (self.at_scale(scale), other.at_scale(scale), scale)
    }

    pub(super) fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let (a, b, _) = self.common(other);
        a.cmp(&b)
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (a, b, scale) = self.common(other);
        Self {
            digits: a + b,
            scale,
        }
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        let (a, b, scale) = self.common(other);
        Self {
            digits: a - b,
            scale,
        }
    }

    pub(super) fn negate(&self) -> Self {
        Self {
            digits: -&self.digits,
            scale: self.scale,
        }
    }

    pub(super) fn multiply(&self, other: &Self, scale: usize) -> Self {
        let full = self.scale + other.scale;
        let wanted = full.min(scale.max(self.scale).max(other.scale));
        let product = Self {
            digits: &self.digits * &other.digits,
            scale: full,
        };
        product.with_scale(wanted)
    }

    pub(super) fn divide(&self, other: &Self, scale: usize) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let digits =
            &self.digits * ten_to(scale + other.scale) / (&other.digits * ten_to(self.scale));
        Some(Self { digits, scale })
    }

    pub(super) fn modulo(&self, other: &Self, scale: usize) -> Option<Self> {
        let quotient = self.divide(other, scale)?;
        let wanted = self.scale.max(scale + other.scale);
        let product = Self {
            digits: &quotient.digits * &other.digits,
            scale: quotient.scale + other.scale,
        };
        Some(self.subtract(&product).with_scale(wanted))
    }

    pub(super) fn power(&self, exponent: i64, scale: usize) -> Option<Self> {
        let count = u32::try_from(exponent.unsigned_abs()).ok()?;
        let full = Self {
            digits: self.digits.pow(count),
            scale: self.scale.checked_mul(count as usize)?,
        };
        if exponent < 0 {
            return Self::integer(1).divide(&full, scale);
        }
        let wanted = full.scale.min(scale.max(self.scale));
        Some(full.with_scale(wanted))
    }

    pub(super) fn square_root(&self, scale: usize) -> Option<Self> {
        if self.digits.is_negative() {
            return None;
        }
        let scale = scale.max(self.scale);
        Some(Self {
            digits: self.at_scale(scale * 2).sqrt(),
            scale,
        })
    }

    /// How many digits it has.
    pub(super) fn length(&self) -> usize {
        let digits = self.digits.magnitude().to_string().len();
        if self.is_zero() {
            self.scale.max(1)
        } else {
            digits.max(self.scale)
        }
    }

    /// As it is printed in a base.
    pub(super) fn text(&self, base: u32) -> String {
        if self.is_zero() {
            return "0".into();
        }
        let sign = if self.digits.is_negative() { "-" } else { "" };
        let size = self.digits.magnitude();
        let unit = ten_to(self.scale);
        let unit = unit.magnitude();
        let (whole, fraction) = (size / unit, size % unit);
        if base == 10 {
            let whole = if whole.is_zero() {
                String::new()
            } else {
                whole.to_string()
            };
            if self.scale == 0 {
                return format!("{sign}{whole}");
            }
            let scale = self.scale;
            return format!("{sign}{whole}.{fraction:0>scale$}");
        }
        let digit = |value: u32| match base {
            2..=16 => char::from_digit(value, 16)
                .map(|it| it.to_ascii_uppercase().to_string())
                .unwrap_or_default(),
            _ => {
                let width = (base - 1).to_string().len();
                format!(" {value:0>width$}")
            }
        };
        let mut text = String::new();
        let mut rest = whole;
        let mut digits = Vec::new();
        while !rest.is_zero() {
            let low = u32::try_from(&rest % base).unwrap_or(0);
            digits.push(digit(low));
            rest /= base;
        }
        digits.reverse();
        text.push_str(&digits.concat());
        if self.scale > 0 {
            text.push('.');
            let mut fraction = fraction;
            // As many digits as are needed to tell numbers of this scale apart.
            let mut reached = num_bigint::BigUint::from(1_u32);
            while &reached < unit {
                fraction *= base;
                let high = u32::try_from(&fraction / unit).unwrap_or(0);
                fraction %= unit;
                text.push_str(&digit(high));
                reached *= base;
            }
        }
        format!("{sign}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic() {
        let number = |text: &str| Number::parse(text, 10);
        assert_eq!(number("1").divide(&number("3"), 2).unwrap().text(10), ".33");
        assert_eq!(number("1.5").multiply(&number("1.5"), 0).text(10), "2.2");
        assert_eq!(number("7").modulo(&number("3"), 0).unwrap().text(10), "1");
        assert_eq!(
            number("2").power(100, 0).unwrap().text(10),
            "1267650600228229401496703205376"
        );
        assert_eq!(number("2").square_root(5).unwrap().text(10), "1.41421");
        assert_eq!(Number::parse("FF", 16).text(10), "255");
        assert_eq!(number("255").text(16), "FF");
        assert_eq!(number("0.5").negate().text(10), "-.5");
    }
}
