//! `test` and `[`.

use crate::execute::simple::Expanded;
use crate::execute::tests::compare;
use crate::program::TestOperator;
use crate::state::{Run, Shell};

/// How deep parentheses and `!` may nest: a bound for the stack.
const MAX_DEPTH: usize = 200;

struct Parser<'a> {
    shell: &'a mut Shell,
    words: &'a [String],
    at: usize,
    depth: usize,
}

pub fn run(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let mut words = &argv[1..];
    if argv[0] == "[" {
        match words.split_last() {
            Some((last, rest)) if last == "]" => words = rest,
            _ => {
                shell.complain("[", "missing `]'");
                return Ok(2);
            }
        }
    }
    let mut parser = Parser {
        shell,
        words,
        at: 0,
        depth: 0,
    };
    match parser.all() {
        Ok(result) => Ok(i32::from(!result)),
        Err(message) => {
            shell.complain(&argv[0], message);
            Ok(2)
        }
    }
}

fn binary(text: &str) -> bool {
    matches!(
        text,
        "=" | "=="
            | "!="
            | "<"
            | ">"
            | "-eq"
            | "-ne"
            | "-lt"
            | "-le"
            | "-gt"
            | "-ge"
            | "-ef"
            | "-nt"
            | "-ot"
    )
}

fn unary(text: &str) -> Option<char> {
    let mut chars = text.strip_prefix('-')?.chars();
    let letter = chars.next()?;
    (chars.next().is_none() && "abcdefghknoprstuvwxzGLNORS".contains(letter)).then_some(letter)
}

impl Parser<'_> {
    fn word(&self, offset: usize) -> Option<&str> {
        self.words.get(self.at + offset).map(String::as_str)
    }

    /// What POSIX says for up to four words, and a grammar for more.
    fn all(&mut self) -> Result<bool, String> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            ["!", one] => Ok(one.is_empty()),
            [operator, operand] => match unary(operator) {
                Some(letter) => self.unary(letter, operand),
                None => Err(format!("{operator}: unary operator expected")),
            },
            [left, operator, right] if binary(operator) => self.binary(left, operator, right),
            [left, "-a", right] => Ok(!left.is_empty() && !right.is_empty()),
            [left, "-o", right] => Ok(!left.is_empty() || !right.is_empty()),
            ["!", ..] if words.len() == 3 || words.len() == 4 => {
                self.words = &self.words[1..];
                self.all().map(|result| !result)
            }
            ["(", one, ")"] => Ok(!one.is_empty()),
            ["(", .., ")"] if words.len() == 4 => {
                self.words = &self.words[1..3];
                self.all()
            }
            [_, operator, _] => Err(format!("{operator}: binary operator expected")),
            _ => {
                let result = self.or()?;
                if self.at < self.words.len() {
                    return Err("too many arguments".to_owned());
                }
                Ok(result)
            }
        }
    }

    fn or(&mut self) -> Result<bool, String> {
        let mut result = self.and()?;
        while self.word(0) == Some("-o") {
            self.at += 1;
            result |= self.and()?;
        }
        Ok(result)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut result = self.term()?;
        while self.word(0) == Some("-a") {
            self.at += 1;
            result &= self.term()?;
        }
        Ok(result)
    }

    fn term(&mut self) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("expression is nested too deeply".to_owned());
        }
        let result = self.term_inner();
        self.depth -= 1;
        result
    }

    fn term_inner(&mut self) -> Result<bool, String> {
        let Some(first) = self.word(0).map(str::to_owned) else {
            return Err("argument expected".to_owned());
        };
        if let (Some(operator), Some(right)) = (self.word(1), self.word(2))
            && binary(operator)
        {
            let (operator, right) = (operator.to_owned(), right.to_owned());
            self.at += 3;
            return self.binary(&first, &operator, &right);
        }
        if first == "!" {
            self.at += 1;
            return self.term().map(|result| !result);
        }
        if first == "(" {
            self.at += 1;
            let result = self.or()?;
            if self.word(0) != Some(")") {
                return Err("`)' expected".to_owned());
            }
            self.at += 1;
            return Ok(result);
        }
        if let (Some(letter), Some(operand)) = (unary(&first), self.word(1)) {
            let operand = operand.to_owned();
            self.at += 2;
            return self.unary(letter, &operand);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }

    fn unary(&mut self, letter: char, operand: &str) -> Result<bool, String> {
        if letter == 't' && operand.trim().parse::<i64>().is_err() {
            return Err(format!("{operand}: integer expression expected"));
        }
        let letter = if letter == 'a' { 'e' } else { letter };
        Ok(self.shell.unary_test(letter, operand))
    }

    fn binary(&mut self, left: &str, operator: &str, right: &str) -> Result<bool, String> {
        let operator = match operator {
            "=" | "==" => return Ok(left == right),
            "!=" => return Ok(left != right),
            "<" => return Ok(left < right),
            ">" => return Ok(left > right),
            "-ef" => TestOperator::SameFile,
            "-nt" => TestOperator::Newer,
            "-ot" => TestOperator::Older,
            "-eq" => TestOperator::Equal,
            "-ne" => TestOperator::NotEqual,
            "-lt" => TestOperator::Less,
            "-le" => TestOperator::LessOrEqual,
            "-gt" => TestOperator::Greater,
            _ => TestOperator::GreaterOrEqual,
        };
        if matches!(
            operator,
            TestOperator::SameFile | TestOperator::Newer | TestOperator::Older
        ) {
            return Ok(self.shell.compare_files(operator, left, right));
        }
        let number = |text: &str| {
            let trimmed = text.trim();
            let digits = trimmed.strip_prefix('+').unwrap_or(trimmed);
            digits
                .parse::<i64>()
                .map_err(|_| format!("{text}: integer expression expected"))
        };
        Ok(compare(operator, number(left)?, number(right)?))
    }
}
