//! The functions that awk has.

use super::interpreter::{Machine, Run, Stop, truth};
use super::syntax::{Builtin, Expr, Place};
use super::value::{Array, Cell, Str, Value};
use super::{format, sorting, streams, text};
use crate::calendar;
use crate::os::Launch;
use crate::report;

impl Machine {
    pub(super) fn string_of(&mut self, expr: &Expr) -> Run<Str> {
        Ok(self.eval(expr)?.string(&self.convert))
    }

    fn number_of(&mut self, expr: &Expr) -> Run<f64> {
        Ok(self.eval(expr)?.number())
    }

    pub(super) fn array_of(&mut self, expr: &Expr) -> Run<Array> {
        match expr {
            Expr::Get(Place::Variable(variable)) => self.array(*variable),
            Expr::Group(inner) => self.array_of(inner),
            _ => Err("fatal: an argument that has to be an array is none"
                .to_owned()
                .into()),
        }
    }

    pub(super) fn sprintf(&mut self, arguments: &[Expr]) -> Run<Vec<u8>> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.eval(argument)?);
        }
        let Some((first, rest)) = values.split_first() else {
            return Ok(Vec::new());
        };
        let pattern = first.string(&self.convert);
        format::format(&pattern, rest, &self.convert).ok_or_else(|| {
            let pattern = String::from_utf8_lossy(&pattern);
            let message = "fatal: not enough arguments to satisfy format string";
            Stop::Fatal(format!("{message}\n\t`{pattern}'"))
        })
    }

    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &[Expr]) -> Run<Value> {
        let first = arguments.first();
        let missing = || Stop::Fatal("fatal: an argument is missing".to_owned());
        let argument = |at: usize| arguments.get(at).ok_or_else(missing);
        Ok(match builtin {
            Builtin::Length => self.length(first)?,
            Builtin::Substr => {
                let whole = self.string_of(argument(0)?)?;
                let start = self.number_of(argument(1)?)?;
                let length = match arguments.get(2) {
                    Some(length) => Some(self.number_of(length)?),
                    None => None,
                };
                Value::Text(text::substr(&whole, start, length).into())
            }
            Builtin::Index => {
                let whole = self.string_of(argument(0)?)?;
                let part = self.string_of(argument(1)?)?;
                let at = memchr::memmem::find(&whole, &part);
                Value::Number(at.map_or(0.0, |it| (text::length(&whole[..it]) + 1) as f64))
            }
            Builtin::Split => self.split(arguments)?,
            Builtin::Patsplit => self.patsplit(arguments)?,
            Builtin::Sub => self.substitute(arguments, false)?,
            Builtin::Gsub => self.substitute(arguments, true)?,
            Builtin::Gensub => self.gensub(arguments)?,
            Builtin::Match => self.matching(arguments)?,
            Builtin::Sprintf => Value::Text(self.sprintf(arguments)?.into()),
            Builtin::Tolower => {
                self.case(argument(0)?, str::to_lowercase, <[u8]>::to_ascii_lowercase)?
            }
            Builtin::Toupper => {
                self.case(argument(0)?, str::to_uppercase, <[u8]>::to_ascii_uppercase)?
            }
            Builtin::Int => Value::Number(self.number_of(argument(0)?)?.trunc()),
            Builtin::Sqrt => Value::Number(self.number_of(argument(0)?)?.sqrt()),
            Builtin::Exp => Value::Number(self.number_of(argument(0)?)?.exp()),
            Builtin::Log => Value::Number(self.number_of(argument(0)?)?.ln()),
            Builtin::Sin => Value::Number(self.number_of(argument(0)?)?.sin()),
            Builtin::Cos => Value::Number(self.number_of(argument(0)?)?.cos()),
            Builtin::Atan2 => {
                let y = self.number_of(argument(0)?)?;
                Value::Number(y.atan2(self.number_of(argument(1)?)?))
            }
            Builtin::Rand => Value::Number(self.next_random()),
            Builtin::Srand => {
                let seed = match first {
                    Some(seed) => self.number_of(seed)?,
                    None => (calendar::now() / 1_000_000_000) as f64,
                };
                self.random = seed.to_bits();
                Value::Number(std::mem::replace(&mut self.seed, seed))
            }
            Builtin::And => self.bits(arguments, |a, b| a & b)?,
            Builtin::Or => self.bits(arguments, |a, b| a | b)?,
            Builtin::Xor => self.bits(arguments, |a, b| a ^ b)?,
            Builtin::Lshift => self.bits(arguments, |a, b| a.checked_shl(b as u32).unwrap_or(0))?,
            Builtin::Rshift => self.bits(arguments, |a, b| a.checked_shr(b as u32).unwrap_or(0))?,
            Builtin::Compl => {
                let value = self.number_of(argument(0)?)? as u64;
                Value::Number((!value & ((1 << 53) - 1)) as f64)
            }
            Builtin::Strtonum => self.strtonum(argument(0)?)?,
            Builtin::Systime => Value::Number((calendar::now() / 1_000_000_000) as f64),
            Builtin::Strftime => self.strftime(arguments)?,
            Builtin::Mktime => {
                let whole = self.string_of(argument(0)?)?;
                let whole = String::from_utf8_lossy(&whole).into_owned();
                let mut parts = [0; 6];
                let mut count = 0;
                for (slot, part) in parts.iter_mut().zip(whole.split_whitespace()) {
                    *slot = part.parse::<f64>().map_or(0, |it| it as i64);
                    count += 1;
                }
                let seconds = if count == 6 {
                    calendar::seconds_from(parts)
                } else {
                    -1
                };
                Value::Number(seconds as f64)
            }
            Builtin::System => {
                let line = self.string_of(argument(0)?)?;
                let line = String::from_utf8_lossy(&line).into_owned();
                self.flush()?;
                match Launch::shell(&line).run() {
                    Ok(end) => Value::Number(streams::status(end)),
                    Err(error) => {
                        report::say("awk", &format!("sh: {}", error.text));
                        Value::Number(f64::from(error.code))
                    }
                }
            }
            Builtin::Close => {
                let name = self.string_of(argument(0)?)?;
                Value::Number(self.streams.close(&name))
            }
            Builtin::Fflush => match first {
                None => {
                    self.flush()?;
                    Value::Number(0.0)
                }
                Some(name) => {
                    let name = self.string_of(name)?;
                    if name.is_empty() {
                        self.flush()?;
                        return Ok(Value::Number(0.0));
                    }
                    let open = self
                        .streams
                        .flush_one(&name)
                        .map_err(|error| unwritten(&error))?;
                    Value::Number(if open { 0.0 } else { -1.0 })
                }
            },
            Builtin::Asort | Builtin::Asorti => self.sort(builtin, arguments)?,
            Builtin::IsArray => {
                let cell = self.is_array(argument(0)?);
                truth(cell)
            }
            Builtin::Typeof => {
                let it = argument(0)?;
                if self.is_array(it) {
                    return Ok(super::value::text("array"));
                }
                let name = match (it, self.eval(it)?) {
                    (Expr::Regex(_), _) => "regexp",
                    (_, Value::Uninitialised) => "untyped",
                    (_, Value::Number(_)) => "number",
                    (_, Value::Text(_)) => "string",
                    (_, other) if other.is_number() => "strnum",
                    _ => "string",
                };
                super::value::text(name)
            }
        })
    }

    fn flush(&mut self) -> Run<()> {
        self.streams.flush().map_err(|error| unwritten(&error))
    }

    fn is_array(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Get(Place::Variable(variable)) => {
                matches!(self.cell_of(*variable), Cell::Array(_))
            }
            _ => false,
        }
    }

    fn length(&mut self, argument: Option<&Expr>) -> Run<Value> {
        let value = match argument {
            None => self.whole_record(),
            Some(it) if self.is_array(it) => {
                let count = self.array_of(it)?.borrow().len();
                return Ok(Value::Number(count as f64));
            }
            Some(it) => self.eval(it)?,
        };
        Ok(Value::Number(
            text::length(&value.string(&self.convert)) as f64
        ))
    }

    fn case(
        &mut self,
        argument: &Expr,
        unicode: fn(&str) -> String,
        ascii: fn(&[u8]) -> Vec<u8>,
    ) -> Run<Value> {
        let whole = self.string_of(argument)?;
        let converted = match std::str::from_utf8(&whole) {
            Ok(valid) if !valid.is_ascii() => unicode(valid).into_bytes(),
            _ => ascii(&whole),
        };
        Ok(Value::Text(converted.into()))
    }

    fn bits(&mut self, arguments: &[Expr], combine: fn(u64, u64) -> u64) -> Run<Value> {
        let mut result: Option<u64> = None;
        for argument in arguments {
            let value = self.number_of(argument)?;
            if value < 0.0 {
                return Err(Stop::Fatal(
                    "fatal: negative values are not allowed here".into(),
                ));
            }
            let value = value as u64;
            result = Some(result.map_or(value, |before| combine(before, value)));
        }
        Ok(Value::Number(result.unwrap_or(0) as f64))
    }

    fn strtonum(&mut self, argument: &Expr) -> Run<Value> {
        let value = self.eval(argument)?;
        if let Value::Number(_) = value {
            return Ok(value);
        }
        let whole = value.string(&self.convert);
        let whole = String::from_utf8_lossy(&whole);
        let trimmed = whole.trim_start();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let in_base = |digits: &str, base: u32| {
            let known = digits.chars().map_while(|it| it.to_digit(base));
            known.fold(0.0, |it, digit| it * f64::from(base) + f64::from(digit))
        };
        let lower = digits.to_ascii_lowercase();
        let number = if let Some(hex) = lower.strip_prefix("0x") {
            in_base(hex, 16)
        } else if lower.starts_with('0') && !lower.contains(['.', 'e', '8', '9']) {
            in_base(&lower, 8)
        } else {
            return Ok(Value::Number(value.number()));
        };
        Ok(Value::Number(if negative { -number } else { number }))
    }

    fn strftime(&mut self, arguments: &[Expr]) -> Run<Value> {
        let pattern = match arguments.first() {
            Some(pattern) => {
                let pattern = self.string_of(pattern)?;
                String::from_utf8_lossy(&pattern).into_owned()
            }
            None => "%a %b %e %H:%M:%S %Z %Y".to_owned(),
        };
        let seconds = match arguments.get(1) {
            Some(seconds) => self.number_of(seconds)? as i64,
            None => calendar::now() / 1_000_000_000,
        };
        Ok(super::value::text(&calendar::format(&pattern, seconds)))
    }

    /// A number in 0..1. (SplitMix64, as published by Sebastiano Vigna.)
    fn next_random(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn sort(&mut self, builtin: Builtin, arguments: &[Expr]) -> Run<Value> {
        let Some(source) = arguments.first() else {
            return Ok(Value::Number(0.0));
        };
        let from = self.array_of(source)?;
        let to = match arguments.get(1) {
            Some(to) => self.array_of(to)?,
            None => from.clone(),
        };
        let convert = self.convert.clone();
        let mut all: Vec<Value> = if builtin == Builtin::Asort {
            from.borrow().values().cloned().collect()
        } else {
            from.borrow().keys().cloned().map(Value::Text).collect()
        };
        let mut descending = false;
        if let Some(how) = arguments.get(2) {
            let how = self.string_of(how)?;
            let how = String::from_utf8_lossy(&how).into_owned();
            descending = how.ends_with("_desc");
            if how.contains("num") {
                all.sort_by(|a, b| a.number().total_cmp(&b.number()));
            } else if how.contains("str") {
                all.sort_by_key(|it| it.string(&convert));
            } else {
                let message = format!("fatal: asort: ordering by `{how}' is not supported");
                return Err(Stop::Fatal(message));
            }
        } else {
            all.sort_by(|a, b| sorting::values(a, b, &convert));
        }
        if descending {
            all.reverse();
        }
        let count = all.len();
        let mut map = to.borrow_mut();
        map.clear();
        for (at, value) in all.into_iter().enumerate() {
            map.insert(Value::Number((at + 1) as f64).string(b""), value);
        }
        Ok(Value::Number(count as f64))
    }
}

fn unwritten(error: &std::io::Error) -> Stop {
    Stop::Fatal(format!("fatal: write failed: {}", report::text(error)))
}
