//! `expr`.

use num_bigint::BigInt;

use crate::bre::Bre;
use crate::options::{Exit, Outcome, TOOL, Tool};
use crate::quoting::locale;
use crate::report::say;

const EXPR: Tool = Tool {
    usage: &["EXPRESSION"],
    about: "Print the value of EXPRESSION:\n\
        \x20 ARG1 | ARG2, ARG1 & ARG2, ARG1 < ARG2, <=, =, !=, >=, >, + - * / %,\n\
        \x20 STRING : REGEXP, match STRING REGEXP, substr STRING POS LENGTH,\n\
        \x20 index STRING CHARS, length STRING, + TOKEN, ( EXPRESSION )",
    misuse: 2,
    ..TOOL
};

pub(crate) fn main(args: &[String]) -> Outcome {
    let mut words = args.get(1..).unwrap_or_default();
    match words {
        [] => return Err(EXPR.missing_operand()),
        [only] if only == "--help" || only == "--version" => {
            EXPR.parse(args)?;
            return Ok(0);
        }
        [first, rest @ ..] if first == "--" => words = rest,
        _ => {}
    }
    if words.is_empty() {
        return Err(EXPR.missing_operand());
    }
    match evaluate(words) {
        Ok(value) => {
            let mut out = crate::streams::Output::new();
            out.put_str(&format!("{value}\n"))?;
            out.flush().map_err(|Exit(_)| Exit(3))?;
            Ok(u8::from(value.is_null()))
        }
        Err(message) => {
            say!("{message}");
            Ok(2)
        }
    }
}

fn evaluate(words: &[String]) -> Result<Value, String> {
    let mut parser = Parser {
        words,
        at: 0,
        depth: 0,
    };
    let value = parser.or(true)?;
    match words.get(parser.at) {
        Some(word) => Err(format!("syntax error: unexpected argument {}", locale(word))),
        None => Ok(value),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Small(i64),
    Big(BigInt),
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Small(number) => write!(f, "{number}"),
            Self::Big(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Value {
    fn is_null(&self) -> bool {
        match self {
            Self::Small(number) => *number == 0,
            Self::Big(_) => false,
            Self::Text(text) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                text.is_empty() || !digits.is_empty() && digits.bytes().all(|byte| byte == b'0')
            }
        }
    }

    fn number(&self) -> Option<Self> {
        let Self::Text(text) = self else {
            return Some(self.clone());
        };
        if let Ok(number) = text.parse::<i64>()
            && !text.starts_with('+')
        {
            return Some(Self::Small(number));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().map(Self::Big)
    }

    fn big(self) -> BigInt {
        match self {
            Self::Small(number) => number.into(),
            Self::Big(number) => number,
            Self::Text(_) => BigInt::default(),
        }
    }

    fn of(number: BigInt) -> Self {
        match i64::try_from(&number) {
            Ok(small) => Self::Small(small),
            Err(_) => Self::Big(number),
        }
    }
}

/// Deeper than anybody nests parentheses, not as deep as the stack.
const DEEPEST: u32 = 1000;

struct Parser<'a> {
    words: &'a [String],
    at: usize,
    depth: u32,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        let word = self.peek()?;
        let found = operators.iter().find(|operator| **operator == word)?;
        self.at += 1;
        Some(found)
    }

    fn or(&mut self, live: bool) -> Result<Value, String> {
        let mut left = self.and(live)?;
        while self.operator(&["|"]).is_some() {
            let right = self.and(live && left.is_null())?;
            if left.is_null() {
                left = if right.is_null() { Value::Small(0) } else { right };
            }
        }
        Ok(left)
    }

    fn and(&mut self, live: bool) -> Result<Value, String> {
        let mut left = self.comparison(live)?;
        while self.operator(&["&"]).is_some() {
            let right = self.comparison(live && !left.is_null())?;
            if left.is_null() || right.is_null() {
                left = Value::Small(0);
            }
        }
        Ok(left)
    }

    fn comparison(&mut self, live: bool) -> Result<Value, String> {
        let mut left = self.sum(live)?;
        while let Some(operator) = self.operator(&["<", "<=", "=", "==", "!=", ">=", ">"]) {
            let right = self.sum(live)?;
            let order = match (left.number(), right.number()) {
                (Some(left), Some(right)) => left.big().cmp(&right.big()),
                _ => left.to_string().cmp(&right.to_string()),
            };
            let holds = match operator {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                "=" | "==" => order.is_eq(),
                "!=" => order.is_ne(),
                ">=" => order.is_ge(),
                _ => order.is_gt(),
            };
            left = Value::Small(holds.into());
        }
        Ok(left)
    }

    fn sum(&mut self, live: bool) -> Result<Value, String> {
        let mut left = self.product(live)?;
        while let Some(operator) = self.operator(&["+", "-"]) {
            let right = self.product(live)?;
            if live {
                left = calculate(&left, operator, &right)?;
            }
        }
        Ok(left)
    }

    fn product(&mut self, live: bool) -> Result<Value, String> {
        let mut left = self.matching(live)?;
        while let Some(operator) = self.operator(&["*", "/", "%"]) {
            let right = self.matching(live)?;
            if live {
                left = calculate(&left, operator, &right)?;
            }
        }
        Ok(left)
    }

    fn matching(&mut self, live: bool) -> Result<Value, String> {
        let mut left = self.word(live)?;
        while self.operator(&[":"]).is_some() {
            let right = self.word(live)?;
            if live {
                left = matched(&left.to_string(), &right.to_string())?;
            }
        }
        Ok(left)
    }

    fn word(&mut self, live: bool) -> Result<Value, String> {
        let Some(word) = self.peek() else {
            let last = self.words.last().map_or("", String::as_str);
            return Err(format!("syntax error: missing argument after {}", locale(last)));
        };
        self.at += 1;
        let text = |value: Value| value.to_string();
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("expression nested too deeply".to_owned());
        }
        let value = match word {
            "(" => {
                let value = self.or(live)?;
                match self.peek() {
                    Some(")") => self.at += 1,
                    Some(other) => {
                        return Err(format!(
                            "syntax error: expecting ')' instead of {}",
                            locale(other)
                        ));
                    }
                    None => {
                        let last = self.words.last().map_or("", String::as_str);
                        return Err(format!(
                            "syntax error: expecting ')' after {}",
                            locale(last)
                        ));
                    }
                }
                value
            }
            ")" => return Err("syntax error: unexpected ')'".to_owned()),
            "+" => {
                let Some(word) = self.peek() else {
                    return Err(format!("syntax error: missing argument after {}", locale("+")));
                };
                self.at += 1;
                Value::Text(word.to_owned())
            }
            "length" => {
                let length = text(self.word(live)?).chars().count();
                Value::Small(i64::try_from(length).unwrap_or(i64::MAX))
            }
            "match" => {
                let left = text(self.word(live)?);
                let right = text(self.word(live)?);
                if live { matched(&left, &right)? } else { Value::Small(0) }
            }
            "index" => {
                let left = text(self.word(live)?);
                let right = text(self.word(live)?);
                let at = left.chars().position(|c| right.contains(c));
                let at = at.map_or(0, |at| i64::try_from(at + 1).unwrap_or(i64::MAX));
                Value::Small(at)
            }
            "substr" => {
                let left = text(self.word(live)?);
                let position = self.word(live)?.number();
                let length = self.word(live)?.number();
                let number = |value: Option<Value>| match value {
                    Some(Value::Small(number)) => usize::try_from(number).unwrap_or(0),
                    Some(Value::Big(number)) if number > BigInt::default() => usize::MAX,
                    _ => 0,
                };
                let (position, length) = (number(position), number(length));
                let part = match position.checked_sub(1) {
                    Some(skipped) => left.chars().skip(skipped).take(length).collect(),
                    None => String::new(),
                };
                Value::Text(part)
            }
            other => Value::Text(other.to_owned()),
        };
        self.depth -= 1;
        Ok(value)
    }
}

fn calculate(left: &Value, operator: &str, right: &Value) -> Result<Value, String> {
    let not_a_number = || "non-integer argument".to_owned();
    let left = left.number().ok_or_else(not_a_number)?;
    let right = right.number().ok_or_else(not_a_number)?;
    if right == Value::Small(0) && matches!(operator, "/" | "%") {
        return Err("division by zero".to_owned());
    }
    if let (Value::Small(left), Value::Small(right)) = (&left, &right) {
        let result = match operator {
            "+" => left.checked_add(*right),
            "-" => left.checked_sub(*right),
            "*" => left.checked_mul(*right),
            "/" => left.checked_div(*right),
            _ => left.checked_rem(*right),
        };
        if let Some(result) = result {
            return Ok(Value::Small(result));
        }
    }
    let (left, right) = (left.big(), right.big());
    Ok(Value::of(match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        _ => left % right,
    }))
}

fn matched(text: &str, pattern: &str) -> Result<Value, String> {
    let pattern = Bre::parse(pattern)?;
    let characters: Vec<char> = text.chars().collect();
    let found = pattern.matched(&characters);
    if pattern.groups > 0 {
        let group = found.and_then(|(_, group)| group);
        let part = group.map_or(String::new(), |(start, end)| {
            characters.iter().skip(start).take(end - start).collect()
        });
        return Ok(Value::Text(part));
    }
    let length = found.map_or(0, |(end, _)| end);
    Ok(Value::Small(i64::try_from(length).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<String, String> {
        let words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        evaluate(&words).map(|value| value.to_string())
    }

    #[test]
    fn expressions_have_the_values_of_gnu() {
        for (text, expected) in [
            ("1 + 2 * 3", "7"),
            ("( 1 + 2 ) * 3", "9"),
            ("7 / -2", "-3"),
            ("7 % -2", "1"),
            ("abc : a\\(.\\)c", "b"),
            ("abc : ab", "2"),
            ("abc : x\\(.\\)", ""),
            ("length hello", "5"),
            ("substr hello 2 3", "ell"),
            ("index hello lo", "3"),
            ("match foobar o", "0"),
            ("+ length", "length"),
            ("3 < 10", "1"),
            ("a < b", "1"),
            ("0 | 5", "5"),
            ("3 & 0", "0"),
            ("1 | 1 / 0", "1"),
            ("9223372036854775807 + 1", "9223372036854775808"),
            ("-9223372036854775808 / -1", "9223372036854775808"),
        ] {
            assert_eq!(value(text), Ok(expected.to_owned()), "{text}");
        }
        for (text, message) in [
            ("1 / 0", "division by zero"),
            ("a + 1", "non-integer argument"),
            ("1 +", "syntax error: missing argument after \u{2018}+\u{2019}"),
            ("1 2", "syntax error: unexpected argument \u{2018}2\u{2019}"),
        ] {
            assert_eq!(value(text), Err(message.to_owned()), "{text}");
        }
    }
}
