//! `test` and `[`.

use belljar_sys::{Description, posix};

use crate::options::Outcome;
use crate::quoting::locale;
use crate::report::{self, say};
use crate::streams::absolute;

pub(crate) fn main(args: &[String]) -> Outcome {
    let mut words: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    if report::name() == "[" {
        match words.as_slice() {
            ["--help"] => {
                report::output(HELP);
                return Ok(0);
            }
            ["--version"] => {
                report::output(concat!("[ (Belljar coreutils) ", env!("CARGO_PKG_VERSION"), "\n"));
                return Ok(0);
            }
            _ => {}
        }
        if words.pop() != Some("]") {
            say!("missing {}", locale("]"));
            return Ok(2);
        }
    }
    match evaluate(&words, &Files) {
        Ok(true) => Ok(0),
        Ok(false) => Ok(1),
        Err(message) => {
            say!("{message}");
            Ok(2)
        }
    }
}

const HELP: &str = "\
Usage: test EXPRESSION
  or:  [ EXPRESSION ]
Exit with the status determined by EXPRESSION.

  ( EXPRESSION )               EXPRESSION is true
  ! EXPRESSION                 EXPRESSION is false
  EXPRESSION1 -a EXPRESSION2   both are true
  EXPRESSION1 -o EXPRESSION2   one is true
  -n STRING, -z STRING         the length of STRING is nonzero, zero
  STRING1 = STRING2, !=, <, >  comparisons of strings
  INTEGER1 -eq INTEGER2, -ne, -gt, -ge, -lt, -le
  FILE1 -ef FILE2, -nt, -ot    the same file, newer, older
  -e -f -d -L -h -p -S -b -c -s -r -w -x -u -g -k -O -G -N FILE
  -t FD                        file descriptor FD is a terminal
";

/// What is asked of the system.
trait System {
    fn unary(&self, operator: u8, word: &str) -> bool;
    fn files(&self, left: &str, operator: &str, right: &str) -> bool;
}

struct Files;

impl System for Files {
    fn unary(&self, operator: u8, word: &str) -> bool {
        if operator == b't' {
            let number = word.trim().parse().ok();
            return number
                .and_then(Description::inherited)
                .is_some_and(|description| description.is_terminal());
        }
        let path = absolute(word);
        let access = |how| posix::access(&path, how).is_ok();
        match operator {
            b'r' => return access(4),
            b'w' => return access(2),
            b'x' => return access(1),
            _ => {}
        }
        let found = if matches!(operator, b'L' | b'h') {
            posix::lstat(&path)
        } else {
            posix::stat(&path)
        };
        let Ok(found) = found else {
            return false;
        };
        let kind = found.mode & posix::S_IFMT;
        match operator {
            b'e' => true,
            b'f' => kind == posix::S_IFREG,
            b'd' => kind == posix::S_IFDIR,
            b'L' | b'h' => kind == posix::S_IFLNK,
            b'p' => kind == posix::S_IFIFO,
            b'c' => kind == posix::S_IFCHR,
            b'b' => kind == 0o060_000,
            b'S' => kind == 0o140_000,
            b's' => found.size > 0,
            b'u' => found.mode & 0o4000 != 0,
            b'g' => found.mode & 0o2000 != 0,
            b'k' => found.mode & 0o1000 != 0,
            b'O' => found.uid == posix::uid(),
            b'G' => found.gid == posix::gid(),
            _ => found.modified > found.accessed,
        }
    }

    fn files(&self, left: &str, operator: &str, right: &str) -> bool {
        let left = posix::stat(&absolute(left)).ok();
        let right = posix::stat(&absolute(right)).ok();
        match operator {
            "-ef" => match (left, right) {
                (Some(left), Some(right)) => {
                    (left.device, left.inode) == (right.device, right.inode)
                }
                _ => false,
            },
            "-nt" => left.map(|left| left.modified) > right.map(|right| right.modified),
            _ => left.map(|left| left.modified) < right.map(|right| right.modified),
        }
    }
}

/// As POSIX says for up to four arguments, and by precedence for more.
fn evaluate(words: &[&str], system: &dyn System) -> Result<bool, String> {
    match words {
        [] => Ok(false),
        [word] => Ok(!word.is_empty()),
        ["!", word] => Ok(word.is_empty()),
        [operator, word] => match unary(operator) {
            Some(_) => one(operator, word, system),
            None if operator.len() > 1 && operator.starts_with('-') => {
                Err(format!("{}: unary operator expected", locale(operator)))
            }
            None => Err(format!("missing argument after {}", locale(word))),
        },
        [left, operator, right] if binary(operator) => two(left, operator, right, system),
        ["!", rest @ ..] if words.len() <= 4 => Ok(!evaluate(rest, system)?),
        ["(", middle @ .., ")"] if words.len() <= 4 => evaluate(middle, system),
        [left, "-a", right] => Ok(!left.is_empty() && !right.is_empty()),
        [left, "-o", right] => Ok(!left.is_empty() || !right.is_empty()),
        [_, operator, _] => Err(format!("{}: binary operator expected", locale(operator))),
        _ => {
            let mut parser = Parser {
                words,
                at: 0,
                system,
                depth: 0,
            };
            let value = parser.or()?;
            match words.get(parser.at) {
                Some(extra) => Err(format!("extra argument {}", locale(extra))),
                None => Ok(value),
            }
        }
    }
}

fn unary(operator: &str) -> Option<u8> {
    match operator.as_bytes() {
        [b'-', letter] if b"bcdefghkLnNOGprsStuwxz".contains(letter) => Some(*letter),
        _ => None,
    }
}

fn binary(operator: &str) -> bool {
    matches!(
        operator,
        "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-ef"
            | "-nt" | "-ot"
    )
}

fn one(operator: &str, word: &str, system: &dyn System) -> Result<bool, String> {
    match unary(operator) {
        Some(b'n') => Ok(!word.is_empty()),
        Some(b'z') => Ok(word.is_empty()),
        Some(b't') => {
            let number = integer(word)?;
            Ok(system.unary(b't', &number))
        }
        Some(letter) => Ok(system.unary(letter, word)),
        None => Err(format!("{}: unary operator expected", locale(operator))),
    }
}

fn two(left: &str, operator: &str, right: &str, system: &dyn System) -> Result<bool, String> {
    let compare = |left: &str, right: &str| -> Result<std::cmp::Ordering, String> {
        Ok(order(&integer(left)?, &integer(right)?))
    };
    Ok(match operator {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        "-eq" => compare(left, right)?.is_eq(),
        "-ne" => compare(left, right)?.is_ne(),
        "-lt" => compare(left, right)?.is_lt(),
        "-le" => compare(left, right)?.is_le(),
        "-gt" => compare(left, right)?.is_gt(),
        "-ge" => compare(left, right)?.is_ge(),
        _ => system.files(left, operator, right),
    })
}


/// An integer of any length, without space, plus sign and leading zeros.
fn integer(word: &str) -> Result<String, String> {
    let text = word.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("invalid integer {}", locale(word)));
    }
    let digits = digits.trim_start_matches('0');
    Ok(match (negative, digits) {
        (_, "") => "0".to_owned(),
        (true, digits) => format!("-{digits}"),
        (false, digits) => digits.to_owned(),
    })
}

/// Compares what [`integer`] has made.
fn order(left: &str, right: &str) -> std::cmp::Ordering {
    let size = |text: &str| (text.len(), text.to_owned());
    match (left.strip_prefix('-'), right.strip_prefix('-')) {
        (None, None) => size(left).cmp(&size(right)),
        (Some(left), Some(right)) => size(right).cmp(&size(left)),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
    }
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
    system: &'a dyn System,
    depth: u32,
}

/// More parentheses than anybody writes, fewer than the stack holds.
const DEEPEST: u32 = 1000;

impl<'a> Parser<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a str> {
        self.words.get(self.at + ahead).copied()
    }

    fn or(&mut self) -> Result<bool, String> {
        let mut value = self.and()?;
        while self.peek(0) == Some("-o") {
            self.at += 1;
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut value = self.term()?;
        while self.peek(0) == Some("-a") {
            self.at += 1;
            value &= self.term()?;
        }
        Ok(value)
    }

    fn term(&mut self) -> Result<bool, String> {
        let mut negated = false;
        while self.peek(0) == Some("!") {
            self.at += 1;
            negated = !negated;
        }
        let Some(word) = self.peek(0) else {
            let last = self.words.last().copied().unwrap_or_default();
            return Err(format!("missing argument after {}", locale(last)));
        };
        let value = if let (Some(operator), Some(right)) = (self.peek(1), self.peek(2))
            && binary(operator)
        {
            self.at += 3;
            two(word, operator, right, self.system)?
        } else if word == "(" {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("too many parentheses".to_owned());
            }
            self.at += 1;
            let value = self.or()?;
            match self.peek(0) {
                Some(")") => self.at += 1,
                Some(other) => {
                    return Err(format!("{} expected, found {other}", locale(")")));
                }
                None => return Err(format!("{} expected", locale(")"))),
            }
            self.depth -= 1;
            value
        } else if let Some(operand) = self.peek(1)
            && unary(word).is_some()
        {
            self.at += 2;
            one(word, operand, self.system)?
        } else {
            self.at += 1;
            !word.is_empty()
        };
        Ok(value != negated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl System for Nothing {
        fn unary(&self, operator: u8, word: &str) -> bool {
            operator == b'e' && word == "there"
        }

        fn files(&self, _: &str, _: &str, _: &str) -> bool {
            false
        }
    }

    fn value(text: &str) -> Result<bool, String> {
        let words: Vec<_> = text.split_whitespace().collect();
        evaluate(&words, &Nothing)
    }

    #[test]
    fn expressions_are_evaluated_as_posix_says() {
        for (text, expected) in [
            ("", false),
            ("x", true),
            ("!", true),
            ("! x", false),
            ("-n x", true),
            ("-z x", false),
            ("-n", true),
            ("= = =", true),
            ("a = b", false),
            ("! a = b", true),
            ("( x )", true),
            ("1 -lt 2", true),
            ("-5 -lt 3", true),
            ("-10 -lt -9", true),
            ("007 -eq 7", true),
            ("99999999999999999999999 -gt 1", true),
            ("x -a y", true),
            ("x -o y", true),
            ("-e there -a -e gone", false),
            ("-e there -o -e gone -a -e gone", true),
            ("( -e gone -o -e there ) -a ! -e gone", true),
            ("a < b", true),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
        for text in ["1 -eq x", "a b", "a b c", "( x", "x -a y -a", "-t x"] {
            assert!(value(text).is_err(), "{text}");
        }
    }
}
