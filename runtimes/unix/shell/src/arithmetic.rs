//! `$(( ))`: evaluated while it is read, as there is nothing to gain from a tree.

use crate::state::Shell;

/// How deep parentheses and variables that hold expressions may nest: a bound for the stack.
const MAX_DEPTH: usize = 200;

/// A message, without the expression that stands before it.
type Evaluated<T = i64> = Result<T, String>;

/// What an expression can name.
#[derive(Clone, Debug)]
struct Target {
    name: String,
    subscript: Option<String>,
}

struct Evaluator<'a> {
    shell: &'a mut Shell,
    text: &'a str,
    at: usize,
    /// Operands are read only to get past them: `0 && x++`.
    skipping: usize,
    depth: usize,
}

impl Shell {
    /// The value of an expression after expansion. The error is what is to be written.
    pub fn evaluate(&mut self, text: &str) -> Result<i64, String> {
        self.evaluate_at(text, 0)
    }

    fn evaluate_at(&mut self, text: &str, depth: usize) -> Result<i64, String> {
        let trimmed = text.trim();
        // Most are a number.
        if let Some(value) = plain_number(trimmed) {
            return Ok(value);
        }
        if trimmed.is_empty() {
            return Ok(0);
        }
        let mut evaluator = Evaluator {
            shell: self,
            text,
            at: 0,
            skipping: 0,
            depth,
        };
        let fail = |message: String| {
            // An error within a variable has its own expression before it already.
            if message.starts_with('\u{1}') {
                message
            } else {
                format!("\u{1}{}: {message}", text.trim_start())
            }
        };
        let value = evaluator.comma().map_err(fail)?;
        evaluator.blanks();
        if evaluator.at < text.len() {
            let message = evaluator.error("syntax error in expression");
            return Err(fail(message));
        }
        Ok(value)
    }
}

/// The message of [`Shell::evaluate`] as it is shown.
pub fn shown(message: &str) -> &str {
    message.trim_start_matches('\u{1}')
}

fn plain_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty()
        && digits.len() < 19
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

const BINARY: [(&str, u8); 19] = [
    ("||", 1),
    ("&&", 2),
    ("|", 3),
    ("^", 4),
    ("&", 5),
    ("==", 6),
    ("!=", 6),
    ("<=", 7),
    (">=", 7),
    ("<<", 8),
    (">>", 8),
    ("<", 7),
    (">", 7),
    ("+", 9),
    ("-", 9),
    ("**", 11),
    ("*", 10),
    ("/", 10),
    ("%", 10),
];

const ASSIGNMENTS: [&str; 11] = [
    "=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|=",
];

impl Evaluator<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn error(&self, message: &str) -> String {
        let rest = self.rest().trim_start();
        let rest = if rest.is_empty() {
            self.last_token()
        } else {
            rest
        };
        format!("{message} (error token is \"{rest}\")")
    }

    /// What stands before the end, for errors there.
    fn last_token(&self) -> &str {
        let text = self.text.trim_end();
        let start = text.char_indices().next_back().map_or(0, |(at, _)| at);
        &self.text[start..]
    }

    fn comma(&mut self) -> Evaluated {
        let mut value = self.assignment()?;
        loop {
            self.blanks();
            if !self.take(",") {
                return Ok(value);
            }
            value = self.assignment()?;
        }
    }

    fn assignment(&mut self) -> Evaluated {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("expression recursion level exceeded"));
        }
        let value = self.assignment_inner();
        self.depth -= 1;
        value
    }

    fn assignment_inner(&mut self) -> Evaluated {
        self.blanks();
        let start = self.at;
        if let Some(target) = self.target()? {
            self.blanks();
            let rest = self.rest();
            let operator = ASSIGNMENTS
                .iter()
                .find(|operator| rest.starts_with(**operator));
            if let Some(operator) = operator
                && !(*operator == "=" && rest.starts_with("=="))
            {
                self.at += operator.len();
                let operand = self.assignment()?;
                let operator = &operator[..operator.len() - 1];
                let value = if operator.is_empty() {
                    operand
                } else {
                    let before = self.read(&target)?;
                    self.apply(operator, before, operand)?
                };
                self.write(&target, value)?;
                return Ok(value);
            }
        }
        self.at = start;
        self.ternary()
    }

    fn ternary(&mut self) -> Evaluated {
        let condition = self.binary(1)?;
        self.blanks();
        if !self.take("?") {
            return Ok(condition);
        }
        self.blanks();
        if self.rest().is_empty() || self.rest().starts_with(':') {
            return Err(self.error("expression expected"));
        }
        let yes = self.skipped(condition == 0, Self::comma)?;
        self.blanks();
        if !self.take(":") {
            return Err(self.error("`:' expected for conditional expression"));
        }
        self.blanks();
        if self.rest().is_empty() {
            return Err(self.error("expression expected"));
        }
        let no = self.skipped(condition != 0, Self::assignment)?;
        Ok(if condition != 0 { yes } else { no })
    }

    fn skipped(&mut self, skip: bool, read: impl FnOnce(&mut Self) -> Evaluated) -> Evaluated {
        self.skipping += usize::from(skip);
        let value = read(self);
        self.skipping -= usize::from(skip);
        value
    }

    fn operator(&mut self) -> Option<(&'static str, u8)> {
        self.blanks();
        let rest = self.rest();
        let (operator, level) = BINARY
            .iter()
            .find(|(operator, _)| rest.starts_with(operator))?;
        // `a -= b` and the like, where an operand was no variable.
        let after = &rest[operator.len()..];
        let assigns = after.starts_with('=')
            && !after.starts_with("==")
            && !matches!(*operator, "==" | "!=" | "<=" | ">=" | "||" | "&&" | "**");
        if assigns {
            return None;
        }
        Some((operator, *level))
    }

    fn binary(&mut self, minimum: u8) -> Evaluated {
        let mut left = self.unary()?;
        while let Some((operator, level)) = self.operator() {
            if level < minimum {
                break;
            }
            self.at += operator.len();
            let operand_at = self.at;
            left = match operator {
                "&&" => {
                    let right = self.skipped(left == 0, |this| this.binary(level + 1))?;
                    i64::from(left != 0 && right != 0)
                }
                "||" => {
                    let right = self.skipped(left != 0, |this| this.binary(level + 1))?;
                    i64::from(left != 0 || right != 0)
                }
                "**" => {
                    let right = self.binary(level)?;
                    self.apply(operator, left, right)?
                }
                _ => {
                    let right = self.binary(level + 1)?;
                    if matches!(operator, "/" | "%") && right == 0 && self.skipping == 0 {
                        self.at = operand_at;
                    }
                    self.apply(operator, left, right)?
                }
            };
        }
        Ok(left)
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Evaluated {
        Ok(match operator {
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            "/" | "%" if right == 0 => {
                if self.skipping > 0 {
                    return Ok(0);
                }
                return Err(self.error("division by 0"));
            }
            "/" => left.wrapping_div(right),
            "%" => left.wrapping_rem(right),
            "**" => {
                if right < 0 {
                    if self.skipping > 0 {
                        return Ok(0);
                    }
                    return Err(self.error("exponent less than 0"));
                }
                power(left, right)
            }
            "<<" => left.wrapping_shl((right & 63) as u32),
            ">>" => left.wrapping_shr((right & 63) as u32),
            "&" => left & right,
            "|" => left | right,
            "^" => left ^ right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<=" => i64::from(left <= right),
            _ => i64::from(left >= right),
        })
    }

    fn unary(&mut self) -> Evaluated {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("expression recursion level exceeded"));
        }
        let value = self.unary_inner();
        self.depth -= 1;
        value
    }

    fn unary_inner(&mut self) -> Evaluated {
        self.blanks();
        for (operator, step) in [("++", 1), ("--", -1)] {
            if self.rest().starts_with(operator) {
                let start = self.at;
                self.at += 2;
                self.blanks();
                if let Some(target) = self.target()? {
                    let value = self.read(&target)?.wrapping_add(step);
                    self.write(&target, value)?;
                    return Ok(value);
                }
                self.at = start;
            }
        }
        if self.take("!") {
            return Ok(i64::from(self.unary()? == 0));
        }
        if self.take("~") {
            return Ok(!self.unary()?);
        }
        if self.take("-") {
            return Ok(self.unary()?.wrapping_neg());
        }
        if self.take("+") {
            return self.unary();
        }
        self.primary()
    }

    fn primary(&mut self) -> Evaluated {
        self.blanks();
        if self.take("(") {
            let value = self.comma()?;
            self.blanks();
            if !self.take(")") {
                return Err(self.error("missing `)'"));
            }
            return Ok(value);
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return self.number();
        }
        let Some(target) = self.target()? else {
            return Err(self.error("syntax error: operand expected"));
        };
        for (operator, step) in [("++", 1), ("--", -1)] {
            let before = self.at;
            self.blanks();
            if self.take(operator) {
                let value = self.read(&target)?;
                self.write(&target, value.wrapping_add(step))?;
                return Ok(value);
            }
            self.at = before;
        }
        self.read(&target)
    }

    fn number(&mut self) -> Evaluated {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '#' | '@' | '_')))
            .unwrap_or(rest.len());
        let text = rest[..length].to_owned();
        let value = parse_number(&text).map_err(|message| {
            format!("{message} (error token is \"{}\")", self.rest().trim_end())
        })?;
        self.at += length;
        Ok(value)
    }

    /// `name` or `name[subscript]`, if that is what stands here.
    fn target(&mut self) -> Evaluated<Option<Target>> {
        let rest = self.rest();
        let length = rest
            .bytes()
            .take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
            .count();
        if length == 0 || rest.as_bytes()[0].is_ascii_digit() {
            return Ok(None);
        }
        let name = rest[..length].to_owned();
        self.at += length;
        let mut subscript = None;
        if self.rest().starts_with('[') {
            let mut depth = 0;
            let end = self.rest().char_indices().find_map(|(at, c)| {
                match c {
                    '[' => depth += 1,
                    ']' => depth -= 1,
                    _ => {}
                }
                (depth == 0).then_some(at)
            });
            let Some(end) = end else {
                return Err(self.error("bad array subscript"));
            };
            subscript = Some(self.rest()[1..end].to_owned());
            self.at += end + 1;
        }
        Ok(Some(Target { name, subscript }))
    }

    fn read(&mut self, target: &Target) -> Evaluated {
        if self.skipping > 0 {
            return Ok(0);
        }
        let value = match &target.subscript {
            None => self.shell.value_of(&target.name),
            Some(subscript) => self.shell.element_in_arithmetic(&target.name, subscript)?,
        };
        let Some(value) = value else {
            if self.shell.state.options.nounset {
                return Err(format!("\u{1}\u{2}{}: unbound variable", target.name));
            }
            return Ok(0);
        };
        if let Some(number) = plain_number(value.trim()) {
            return Ok(number);
        }
        if self.depth >= MAX_DEPTH {
            return Err(format!(
                "{}: expression recursion level exceeded (error token is \"{}\")",
                value, value
            ));
        }
        self.shell.evaluate_at(&value, self.depth + 5)
    }

    fn write(&mut self, target: &Target, value: i64) -> Evaluated<()> {
        if self.skipping > 0 {
            return Ok(());
        }
        let text = value.to_string();
        match &target.subscript {
            None => self.shell.assign_in_arithmetic(&target.name, None, text),
            Some(subscript) => self
                .shell
                .assign_in_arithmetic(&target.name, Some(subscript), text),
        }
    }
}

fn power(base: i64, mut exponent: i64) -> i64 {
    let mut result = 1_i64;
    let mut square = base;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        exponent >>= 1;
    }
    result
}

/// A number as C, or bash's `base#digits`, writes it.
fn parse_number(text: &str) -> Result<i64, &'static str> {
    let (base, digits) = if let Some((base, digits)) = text.split_once('#') {
        let base: u32 = base.parse().map_err(|_| "invalid number")?;
        if !(2..=64).contains(&base) {
            return Err("invalid arithmetic base");
        }
        if digits.is_empty() {
            return Err("invalid integer constant");
        }
        (base, digits)
    } else if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        (16, digits)
    } else if text.len() > 1 && text.starts_with('0') {
        (8, &text[1..])
    } else {
        (10, text)
    };
    let mut value = 0_i64;
    for c in digits.chars() {
        let digit = match c {
            '0'..='9' => c as u32 - '0' as u32,
            'a'..='z' => c as u32 - 'a' as u32 + 10,
            'A'..='Z' if base <= 36 => c as u32 - 'A' as u32 + 10,
            'A'..='Z' => c as u32 - 'A' as u32 + 36,
            '@' => 62,
            '_' => 63,
            _ => return Err("syntax error: invalid arithmetic operator"),
        };
        if digit >= base {
            return Err("value too great for base");
        }
        value = value
            .wrapping_mul(i64::from(base))
            .wrapping_add(i64::from(digit));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    fn value(text: &str) -> Result<i64, String> {
        let mut shell = Shell::new(State::new("bash", "/", 1));
        shell.state.variables.put("x", "5".into());
        shell.state.variables.put("y", "x + 1".into());
        shell.evaluate(text)
    }

    #[test]
    fn operators() {
        for (text, expected) in [
            ("1 + 2 * 3", 7),
            ("(1 + 2) * 3", 9),
            ("2 ** 3 ** 2", 512),
            ("-2 ** 2", 4),
            ("7 / 2 - 7 % 3", 2),
            ("1 << 4 | 3 & 6 ^ 1", 19),
            ("x++ + ++x", 12),
            ("x += 3, x * 2", 16),
            ("y", 6),
            ("1 ? 2 : 3", 2),
            ("0 && (x = 9) || x == 5", 1),
            ("0x1f + 017 + 2#101 + 36#z + 64#_", 31 + 15 + 5 + 35 + 63),
            ("!0 + ~0", 0),
            ("5 >= 5 && 4 < 5 && 3 != 2", 1),
            ("unset", 0),
            ("", 0),
            ("x<3?1:x>4?2:3", 2),
            ("9223372036854775807 + 1", i64::MIN),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors() {
        for (text, expected) in [
            ("1/0", "1/0: division by 0 (error token is \"0\")"),
            (
                "1 +",
                "1 +: syntax error: operand expected (error token is \"+\")",
            ),
            (
                "a b",
                "a b: syntax error in expression (error token is \"b\")",
            ),
            ("08", "08: value too great for base (error token is \"08\")"),
        ] {
            let error = value(text).expect_err(text);
            assert_eq!(shown(&error), expected);
        }
        assert!(value("((((1)").is_err());
        assert!(value(&"(".repeat(10_000)).is_err());
    }
}
