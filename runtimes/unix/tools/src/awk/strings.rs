//! Functions with regular expressions: `sub`, `split`, `match` and their relatives.

use super::fields::{self, Splitter};
use super::interpreter::{Machine, Run, Stop};
use super::syntax::{self, Expr, Place};
use super::text;
use super::value::{Array, Cell, Str, Value};
use crate::posix_regex::{Regex, Span};

fn key(number: usize) -> Str {
    Value::Number(number as f64).string(b"")
}

impl Machine {
    pub(super) fn split(&mut self, arguments: &[Expr]) -> Run<Value> {
        let [whole, to, rest @ ..] = arguments else {
            return Ok(Value::Number(0.0));
        };
        let whole = self.string_of(whole)?;
        let splitter = match rest.first() {
            None => {
                let separator = self.global(syntax::FS).string(&self.convert);
                self.splitter_of(&separator)?
            }
            Some(regex @ Expr::Regex(_)) => Splitter::Regex(self.as_regex(regex)?),
            Some(separator) => {
                let separator = self.string_of(separator)?;
                self.splitter_of(&separator)?
            }
        };
        let separators = match rest.get(1) {
            Some(array) => Some(self.array_of(array)?),
            None => None,
        };
        let to = self.array_of(to)?;
        let newlines = self.paragraphs && rest.is_empty();
        Ok(fill(&whole, &splitter, newlines, &to, separators.as_ref()))
    }

    pub(super) fn patsplit(&mut self, arguments: &[Expr]) -> Run<Value> {
        let [whole, to, rest @ ..] = arguments else {
            return Ok(Value::Number(0.0));
        };
        let whole = self.string_of(whole)?;
        let regex = match rest.first() {
            Some(regex) => self.as_regex(regex)?,
            None => {
                let pattern = self.global(syntax::FPAT).string(&self.convert);
                self.regex(&pattern)?
            }
        };
        let to = self.array_of(to)?;
        Ok(fill(&whole, &Splitter::Matches(regex), false, &to, None))
    }

    pub(super) fn matching(&mut self, arguments: &[Expr]) -> Run<Value> {
        let [whole, regex, rest @ ..] = arguments else {
            return Ok(Value::Number(0.0));
        };
        let whole = self.string_of(whole)?;
        let regex = self.as_regex(regex)?;
        let mut spans = Vec::new();
        let found = regex.captures_at(&whole, 0, &mut spans);
        let span = spans.first().copied().flatten().filter(|_| found);
        let (start, length) = match span {
            Some((start, end)) => (
                (text::length(&whole[..start]) + 1) as f64,
                text::length(&whole[start..end]) as f64,
            ),
            None => (0.0, -1.0),
        };
        self.globals[syntax::RSTART] = Cell::Scalar(Value::Number(start));
        self.globals[syntax::RLENGTH] = Cell::Scalar(Value::Number(length));
        if let Some(groups) = rest.first() {
            let groups = self.array_of(groups)?;
            let mut groups = groups.borrow_mut();
            groups.clear();
            for (number, span) in spans.iter().enumerate() {
                let Some((start, end)) = span else {
                    continue;
                };
                groups.insert(key(number), Value::Input(whole[*start..*end].into()));
                for (name, value) in [
                    ("start", text::length(&whole[..*start]) + 1),
                    ("length", text::length(&whole[*start..*end])),
                ] {
                    let mut index = key(number).to_vec();
                    index.extend_from_slice(&self.subscript_separator);
                    index.extend_from_slice(name.as_bytes());
                    groups.insert(index.into(), Value::Number(value as f64));
                }
            }
        }
        Ok(Value::Number(start))
    }

    /// `sub` and `gsub`.
    pub(super) fn substitute(&mut self, arguments: &[Expr], global: bool) -> Run<Value> {
        let [regex, replacement, rest @ ..] = arguments else {
            return Ok(Value::Number(0.0));
        };
        let regex = self.as_regex(regex)?;
        let replacement = self.string_of(replacement)?;
        let record = Place::Field(Box::new(Expr::Number(0.0)));
        let place = match rest.first() {
            None => &record,
            Some(Expr::Get(place)) => place,
            Some(Expr::Group(inner)) => match &**inner {
                Expr::Get(place) => place,
                _ => return Err(not_a_place()),
            },
            // gawk warns: the result is thrown away.
            Some(other) => {
                let whole = self.string_of(other)?;
                let (_, count) = replace(
                    &whole,
                    &regex,
                    &parts(&replacement, false),
                    Which::of(global),
                );
                return Ok(Value::Number(count as f64));
            }
        };
        let whole = self.read_place(place)?.string(&self.convert);
        let (result, count) = replace(
            &whole,
            &regex,
            &parts(&replacement, false),
            Which::of(global),
        );
        if count > 0 {
            self.assign(place, Value::Text(result.into()))?;
        }
        Ok(Value::Number(count as f64))
    }

    pub(super) fn gensub(&mut self, arguments: &[Expr]) -> Run<Value> {
        let [regex, replacement, how, rest @ ..] = arguments else {
            return Ok(Value::Uninitialised);
        };
        let regex = self.as_regex(regex)?;
        let replacement = self.string_of(replacement)?;
        let how = self.eval(how)?;
        let which = match how.string(&self.convert).first() {
            Some(b'g' | b'G') => Which::All,
            _ => Which::Number((how.number() as usize).max(1)),
        };
        let whole = match rest.first() {
            Some(whole) => self.string_of(whole)?,
            None => self.whole_record().string(&self.convert),
        };
        let (result, _) = replace(&whole, &regex, &parts(&replacement, true), which);
        Ok(Value::Text(result.into()))
    }
}

fn not_a_place() -> Stop {
    Stop::Fatal("fatal: the third argument of sub is not changeable".into())
}

/// Puts the pieces of a text into an array.
fn fill(
    whole: &[u8],
    splitter: &Splitter,
    newlines: bool,
    to: &Array,
    separators: Option<&Array>,
) -> Value {
    let mut to = to.borrow_mut();
    to.clear();
    let mut between = Vec::new();
    let mut count = 0;
    fields::split(whole, splitter, newlines, |piece, separator| {
        count += 1;
        to.insert(key(count), Value::Input(piece.into()));
        between.push(Str::from(separator));
    });
    if let Some(separators) = separators {
        let mut separators = separators.borrow_mut();
        separators.clear();
        between.pop();
        for (at, separator) in between.into_iter().enumerate() {
            separators.insert(key(at + 1), Value::Text(separator));
        }
    }
    Value::Number(count as f64)
}

/// A piece of a replacement.
enum Part {
    Text(Vec<u8>),
    Group(usize),
}

/// Takes a replacement apart: `&` is the match, `\&` is an ampersand, `\\` a backslash before one of
/// these. `gensub` knows groups, too.
fn parts(replacement: &[u8], groups: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = Vec::new();
    let mut rest = replacement;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let group = match (byte, rest.first()) {
            (b'&', _) => 0,
            (b'\\', Some(b'&')) => {
                plain.push(b'&');
                rest = &rest[1..];
                continue;
            }
            (b'\\', Some(b'\\')) if groups || rest.get(1) == Some(&b'&') => {
                plain.push(b'\\');
                rest = &rest[1..];
                continue;
            }
            (b'\\', Some(digit @ b'0'..=b'9')) if groups => {
                rest = &rest[1..];
                usize::from(digit - b'0')
            }
            _ => {
                plain.push(byte);
                continue;
            }
        };
        parts.push(Part::Text(std::mem::take(&mut plain)));
        parts.push(Part::Group(group));
    }
    parts.push(Part::Text(plain));
    parts
}

/// Which matches are replaced.
#[derive(Clone, Copy)]
enum Which {
    All,
    Number(usize),
}

impl Which {
    fn of(global: bool) -> Self {
        if global { Self::All } else { Self::Number(1) }
    }
}

fn replace(whole: &[u8], regex: &Regex, parts: &[Part], which: Which) -> (Vec<u8>, usize) {
    let search = regex.on(whole);
    let mut spans: Vec<Option<Span>> = Vec::new();
    let mut out = Vec::with_capacity(whole.len());
    let (mut at, mut done, mut seen, mut count) = (0, 0, 0, 0);
    let mut last_end = None;
    while at <= whole.len() && search.captures(at, &mut spans) {
        let Some((start, end)) = spans.first().copied().flatten() else {
            break;
        };
        let step = |it: usize| it + text::width(whole.get(it..).unwrap_or(&[])).max(1);
        // No empty match directly behind another one.
        if start == end && last_end == Some(start) {
            at = step(start);
            continue;
        }
        last_end = Some(end);
        seen += 1;
        if matches!(which, Which::All) || matches!(which, Which::Number(it) if it == seen) {
            out.extend_from_slice(&whole[done..start]);
            for part in parts {
                match part {
                    Part::Text(text) => out.extend_from_slice(text),
                    Part::Group(number) => {
                        if let Some((from, to)) = spans.get(*number).copied().flatten() {
                            out.extend_from_slice(&whole[from..to]);
                        }
                    }
                }
            }
            done = end;
            count += 1;
            if let Which::Number(_) = which {
                break;
            }
        }
        at = if start == end { step(end) } else { end };
    }
    out.extend_from_slice(&whole[done..]);
    (out, count)
}
