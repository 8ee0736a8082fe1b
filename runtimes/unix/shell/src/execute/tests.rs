//! `[[ … ]]`, and what it has in common with `test`.

use belljar_sys::posix::{self, Stat};

use crate::program::{Piece, Test, TestOperator, Word};
use crate::state::{Flow, Run, Shell};
use crate::variables::{NAMEREF, Variable};

/// How many compiled expressions are kept for loops.
const KEPT: usize = 16;

impl Shell {
    /// The status of an expression.
    pub fn run_test(&mut self, test: &Test) -> Run {
        match test {
            Test::And(left, right) => match self.run_test(left)? {
                0 => self.run_test(right),
                other => Ok(other),
            },
            Test::Or(left, right) => match self.run_test(left)? {
                0 => Ok(0),
                _ => self.run_test(right),
            },
            Test::Not(inner) => Ok(match self.run_test(inner)? {
                0 => 1,
                1 => 0,
                other => other,
            }),
            Test::Unary(operator, word) => {
                let text = self.expand_text(word)?;
                self.trace(|_| {
                    format!(
                        "[[ -{operator} {} ]]",
                        crate::expand::quote::if_needed(&text)
                    )
                });
                Ok(i32::from(!self.unary_test(*operator, &text)))
            }
            Test::Binary(operator, left, right) => self.binary_test(*operator, left, right),
        }
    }

    fn binary_test(&mut self, operator: TestOperator, left: &Word, right: &Word) -> Run {
        let left = self.expand_text(left)?;
        let fold = self.state.shopt.nocasematch;
        let shown = |shell: &mut Self, sign: &str, right: &str| {
            let quoted = crate::expand::quote::if_needed(&left);
            shell.trace(|_| format!("[[ {quoted} {sign} {right} ]]"));
        };
        let result = match operator {
            TestOperator::Match | TestOperator::NoMatch => {
                let pattern = self.expand_pattern(right, true, fold)?;
                if self.state.options.xtrace {
                    let text = self.expand_text(right)?;
                    shown(
                        self,
                        if operator == TestOperator::Match {
                            "=="
                        } else {
                            "!="
                        },
                        &text,
                    );
                }
                pattern.matches(&left) == (operator == TestOperator::Match)
            }
            TestOperator::Regex => return self.match_regex(&left, right),
            TestOperator::Before | TestOperator::After => {
                let right = self.expand_text(right)?;
                shown(
                    self,
                    if operator == TestOperator::Before {
                        "<"
                    } else {
                        ">"
                    },
                    &right,
                );
                if operator == TestOperator::Before {
                    left < right
                } else {
                    left > right
                }
            }
            TestOperator::SameFile | TestOperator::Newer | TestOperator::Older => {
                let right = self.expand_text(right)?;
                self.compare_files(operator, &left, &right)
            }
            _ => {
                let right = self.expand_text(right)?;
                shown(self, sign(operator), &right);
                let fail = |shell: &mut Self, message: String| match shell
                    .arithmetic_failed(&message, "[[: ")
                {
                    Flow::Exit(status) => Err(Flow::Exit(status)),
                    _ => Ok(1),
                };
                let left = match self.evaluate(&left) {
                    Ok(value) => value,
                    Err(message) => return fail(self, message),
                };
                let right = match self.evaluate(&right) {
                    Ok(value) => value,
                    Err(message) => return fail(self, message),
                };
                compare(operator, left, right)
            }
        };
        Ok(i32::from(!result))
    }

    fn match_regex(&mut self, text: &str, word: &Word) -> Run {
        // What is quoted stands for itself.
        let mut source = String::new();
        for piece in self.expand_parts(word)? {
            match piece {
                (text, false) => source.push_str(&text),
                (text, true) => source.push_str(&regex_lite::escape(&text)),
            }
        }
        // `\.` outside of quotes comes as a quoted dot, which is the same.
        let Some(source) = posix_regex(&source) else {
            return Ok(2);
        };
        let fold = self.state.shopt.nocasematch;
        let source = if fold {
            format!("(?is){source}")
        } else {
            format!("(?s){source}")
        };
        if !self.regexes.iter().any(|(known, _)| *known == source) {
            match regex_lite::Regex::new(&source) {
                Ok(regex) => {
                    if self.regexes.len() >= KEPT {
                        self.regexes.remove(0);
                    }
                    self.regexes.push((source.clone(), regex));
                }
                Err(_) => return Ok(2),
            }
        }
        let groups = self
            .regexes
            .iter()
            .find(|(known, _)| *known == source)
            .and_then(|(_, regex)| {
                let captures = regex.captures(text)?;
                let groups = captures
                    .iter()
                    .map(|group| group.map_or("", |group| group.as_str()).to_owned());
                Some(groups.collect::<Vec<_>>())
            });
        let matched = groups.is_some();
        self.state.variables.set(
            "BASH_REMATCH",
            Variable::indexed(groups.unwrap_or_default()),
        );
        Ok(i32::from(!matched))
    }

    /// `-f` and its kin.
    pub fn unary_test(&mut self, operator: char, text: &str) -> bool {
        match operator {
            'n' => !text.is_empty(),
            'z' => text.is_empty(),
            'v' => self.is_variable_set(text),
            'R' => self
                .state
                .variables
                .get(text)
                .is_some_and(|variable| variable.has(NAMEREF)),
            'o' => self.option(text).unwrap_or(false),
            't' => {
                let stream = text
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|number| self.state.table.get(number));
                matches!(stream, Some(crate::state::Stream::Open(description)) if description.is_terminal())
            }
            'h' | 'L' => {
                let path = self.absolute(&crate::text::outside(text));
                posix::lstat(&path).is_ok_and(|stat| stat.mode & posix::S_IFMT == posix::S_IFLNK)
            }
            'r' | 'w' | 'x' => {
                let how = match operator {
                    'r' => 4,
                    'w' => 2,
                    _ => 1,
                };
                let path = self.absolute(&crate::text::outside(text));
                !path.is_empty() && posix::access(&path, how).is_ok()
            }
            _ => {
                let Some(stat) = self.stat(text) else {
                    return false;
                };
                let kind = stat.mode & posix::S_IFMT;
                match operator {
                    'f' => kind == posix::S_IFREG,
                    'd' => kind == posix::S_IFDIR,
                    'p' => kind == posix::S_IFIFO,
                    'c' => kind == posix::S_IFCHR,
                    'b' => kind == 0o060_000,
                    'S' => kind == 0o140_000,
                    's' => stat.size > 0,
                    'g' => stat.mode & 0o2000 != 0,
                    'u' => stat.mode & 0o4000 != 0,
                    'k' => stat.mode & 0o1000 != 0,
                    'O' => stat.uid == posix::uid(),
                    'G' => stat.gid == posix::gid(),
                    'N' => stat.modified > stat.accessed,
                    _ => true,
                }
            }
        }
    }

    /// What a file is; also for descriptors as `/dev/fd/3`.
    fn stat(&mut self, path: &str) -> Option<Stat> {
        if path.is_empty() {
            return None;
        }
        posix::stat(&self.absolute(&crate::text::outside(path))).ok()
    }

    fn is_variable_set(&mut self, text: &str) -> bool {
        match crate::values::element_name(text) {
            Some((name, "@" | "*")) => {
                let name = name.to_owned();
                self.variable(&name)
                    .is_some_and(|variable| variable.len() > 0)
            }
            Some((name, key)) => {
                let (name, key) = (name.to_owned(), key.to_owned());
                self.element(&name, &key).ok().flatten().is_some()
            }
            None => match text.parse::<usize>() {
                Ok(number) => number <= self.state.positional.len(),
                Err(_) => self.value_of(text).is_some(),
            },
        }
    }

    pub fn compare_files(&mut self, operator: TestOperator, left: &str, right: &str) -> bool {
        let (left, right) = (self.stat(left), self.stat(right));
        match (operator, left, right) {
            (TestOperator::SameFile, Some(left), Some(right)) => {
                left.device == right.device && left.inode == right.inode
            }
            (TestOperator::Newer, Some(left), Some(right)) => left.modified > right.modified,
            (TestOperator::Older, Some(left), Some(right)) => left.modified < right.modified,
            (TestOperator::Newer, Some(_), None) | (TestOperator::Older, None, Some(_)) => true,
            _ => false,
        }
    }
}

pub fn sign(operator: TestOperator) -> &'static str {
    match operator {
        TestOperator::Equal => "-eq",
        TestOperator::NotEqual => "-ne",
        TestOperator::Less => "-lt",
        TestOperator::LessOrEqual => "-le",
        TestOperator::Greater => "-gt",
        _ => "-ge",
    }
}

pub fn compare(operator: TestOperator, left: i64, right: i64) -> bool {
    match operator {
        TestOperator::Equal => left == right,
        TestOperator::NotEqual => left != right,
        TestOperator::Less => left < right,
        TestOperator::LessOrEqual => left <= right,
        TestOperator::Greater => left > right,
        _ => left >= right,
    }
}

/// A POSIX extended expression as the regex library writes it: they differ within brackets, where a
/// backslash is an ordinary character, and in what an escape before a letter means.
fn posix_regex(source: &str) -> Option<String> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len() + 8);
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '\\' if at + 1 < chars.len() => {
                let next = chars[at + 1];
                match next {
                    '<' => out.push_str("\\b{start}"),
                    '>' => out.push_str("\\b{end}"),
                    'b' | 'B' | 'w' | 'W' | 's' | 'S' => out.extend(['\\', next]),
                    c if c.is_alphanumeric() || c == '_' || !c.is_ascii() || c.is_whitespace() => {
                        out.push(c)
                    }
                    c => out.extend(['\\', c]),
                }
                at += 2;
            }
            '[' => {
                out.push('[');
                at += 1;
                if chars.get(at) == Some(&'^') {
                    out.push('^');
                    at += 1;
                }
                if chars.get(at) == Some(&']') {
                    out.push_str("\\]");
                    at += 1;
                }
                while let Some(&c) = chars.get(at) {
                    if c == ']' {
                        break;
                    }
                    if c == '[' && matches!(chars.get(at + 1), Some(':' | '.' | '=')) {
                        let close = chars[at + 2..].iter().position(|c| *c == ']');
                        let end = close.map_or(chars.len(), |offset| at + 2 + offset + 1);
                        let class: String = chars[at..end].iter().collect();
                        if chars[at + 1] == ':' {
                            const KNOWN: [&str; 12] = [
                                "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower",
                                "print", "punct", "space", "upper", "xdigit",
                            ];
                            let name = class
                                .trim_start_matches("[:")
                                .trim_end_matches(']')
                                .trim_end_matches(':');
                            if !KNOWN.contains(&name) {
                                return None;
                            }
                            out.push_str(&class);
                        } else {
                            out.extend(
                                class
                                    .chars()
                                    .filter(|c| !matches!(c, '[' | ']' | '.' | '=')),
                            );
                        }
                        at = end;
                        continue;
                    }
                    if matches!(c, '[' | '\\' | '&' | '~')
                        || (c == '-' && chars.get(at + 1) == Some(&']'))
                    {
                        out.push('\\');
                    }
                    out.push(c);
                    at += 1;
                }
                if at < chars.len() {
                    out.push(']');
                    at += 1;
                }
            }
            // A brace that begins no bound is itself.
            '{' if !chars.get(at + 1).is_some_and(char::is_ascii_digit) => {
                out.push_str("\\{");
                at += 1;
            }
            '*' if out.is_empty() => {
                out.push_str("\\*");
                at += 1;
            }
            c => {
                out.push(c);
                at += 1;
            }
        }
    }
    Some(out)
}

/// Whether a word is written without quotes and expansions.
pub fn literal(word: &Word) -> Option<&str> {
    match word.0.as_slice() {
        [Piece::Literal(text)] => Some(text),
        _ => None,
    }
}
