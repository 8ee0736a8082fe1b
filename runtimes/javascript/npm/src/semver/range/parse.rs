//! Reading a range.

use super::partial::{Part, Partial, next};
use super::{Comparator, Operator};
use crate::semver::{Cursor, MAX_LENGTH, Version};

/// The comparators of one alternative. Words that are no comparators are dropped, as in the
/// original; a number that is too large makes the whole range invalid.
pub(super) fn parse_set(text: &str) -> Option<Vec<Comparator>> {
    let text = strip_builds(text);
    let mut found = Vec::new();
    if let Some((from, to)) = hyphen(&text) {
        from.lower(&mut found)?;
        to.upper(&mut found)?;
    } else {
        let text = join_operators(&text);
        for word in text.split(' ') {
            parse_word(word, &mut found)?;
        }
    }
    for comparator in &mut found {
        // `>=0.0.0` is `*`.
        if matches!(comparator, Comparator::Compare(Operator::GreaterOrEqual, v)
            if (v.major, v.minor, v.patch) == (0, 0, 0) && v.pre.is_empty())
        {
            *comparator = Comparator::Any;
        }
    }
    if let Some(null) = found.iter().find(|comparator| comparator.is_null()) {
        return Some(vec![null.clone()]);
    }
    let mut set: Vec<Comparator> = Vec::new();
    for comparator in found {
        if !set.contains(&comparator) {
            set.push(comparator);
        }
    }
    if set.len() > 1 {
        set.retain(|comparator| *comparator != Comparator::Any);
    }
    Some(set)
}

/// Removes build metadata, which never counts.
fn strip_builds(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('+') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut cursor = Cursor::new(after);
        if cursor.build().is_none() {
            out.push('+');
        }
        rest = cursor.rest;
    }
    out.push_str(rest);
    out
}

/// Removes the blanks between an operator and its version.
fn join_operators(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let mut cursor = Cursor::new(rest);
        let operator = match next {
            '^' => {
                cursor.take('^');
                true
            }
            '~' => {
                cursor.take('~');
                cursor.take('>');
                true
            }
            '<' | '>' | '=' => {
                if !cursor.take('<') {
                    cursor.take('>');
                }
                cursor.take('=');
                true
            }
            _ => {
                cursor.take(next);
                false
            }
        };
        let (taken, after) = rest.split_at(rest.len() - cursor.rest.len());
        out.push_str(taken);
        rest = after;
        if operator {
            let trimmed = after.trim_start();
            // A tilde or a caret takes whatever follows, the others only a version.
            let takes = matches!(next, '^' | '~') || starts_version(trimmed);
            if takes {
                rest = trimmed;
            }
        }
    }
    out
}

fn starts_version(text: &str) -> bool {
    Partial::read(text).is_some()
}

/// `1.2 - 3.4`: both ends, when the text is that.
fn hyphen(text: &str) -> Option<(Partial, Partial)> {
    text.match_indices(" - ").find_map(|(at, separator)| {
        let from = Partial::parse(text.get(..at)?)?;
        let to = Partial::parse(text.get(at + separator.len()..)?)?;
        Some((from, to))
    })
}

pub(super) fn caret_end(version: &Version) -> Option<Version> {
    match (version.major, version.minor) {
        (0, 0) => next(0, Some(0), Some(version.patch)),
        (0, minor) => next(0, Some(minor), None),
        (major, _) => next(major, None, None),
    }
}

/// One word of a set. `None` is a range that is invalid as a whole.
fn parse_word(word: &str, out: &mut Vec<Comparator>) -> Option<()> {
    if word.is_empty() {
        out.push(Comparator::Any);
        return Some(());
    }
    if let Some(rest) = word.strip_prefix('^')
        && let Some(partial) = Partial::parse(rest)
    {
        return caret(&partial, out);
    }
    if let Some(rest) = word.strip_prefix('~')
        && let Some(partial) = Partial::parse(rest.strip_prefix('>').unwrap_or(rest))
    {
        return tilde(&partial, out);
    }
    let (operator, rest) = operator(word);
    if let Some(partial) = Partial::parse(rest) {
        let (major, minor, patch) = (partial.major, partial.minor, partial.patch);
        let disordered = (major.is_x() && !minor.is_x())
            || (minor.is_x() && patch != Part::Absent && !patch.is_x());
        if !disordered {
            return x_range(operator, &partial, out);
        }
    }
    // A star anywhere else is dropped, and what remains may be a version.
    let Some(at) = word.find('*') else {
        return Some(());
    };
    let (before, after) = word.split_at(at);
    let before = before.strip_suffix('=').unwrap_or(before);
    let before = before.strip_suffix(['<', '>']).unwrap_or(before);
    let remains = format!("{before}{}", after.get(1..).unwrap_or_default());
    if remains.is_empty() {
        out.push(Comparator::Any);
        return Some(());
    }
    let (operator, rest) = self::operator(&remains);
    match Partial::parse(rest) {
        Some(partial) if !partial.any_x() => x_range(operator, &partial, out),
        _ => Some(()),
    }
}

fn operator(word: &str) -> (Option<Operator>, &str) {
    const SIGNS: [(&str, Operator); 5] = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("=", Operator::Equal),
    ];
    for (sign, operator) in SIGNS {
        if let Some(rest) = word.strip_prefix(sign) {
            return (Some(operator), rest);
        }
    }
    (None, word)
}

fn between(from: Version, end: Version, out: &mut Vec<Comparator>) -> Option<()> {
    out.push(Comparator::Compare(Operator::GreaterOrEqual, from));
    out.push(Comparator::Compare(Operator::Less, end));
    Some(())
}

fn tilde(partial: &Partial, out: &mut Vec<Comparator>) -> Option<()> {
    if partial.major.is_x() {
        out.push(Comparator::Any);
        return Some(());
    }
    between(partial.floor()?, partial.end()?, out)
}

fn caret(partial: &Partial, out: &mut Vec<Comparator>) -> Option<()> {
    if partial.major.is_x() {
        out.push(Comparator::Any);
        return Some(());
    }
    let major = partial.major.value();
    let minor = partial.minor.value();
    // The original compares texts here: `00` is no zero.
    let end = if partial.minor.is_x() || partial.major != Part::Number(0) {
        next(major, None, None)?
    } else if partial.patch.is_x() || partial.minor != Part::Number(0) {
        next(major, Some(minor), None)?
    } else {
        next(major, Some(minor), Some(partial.patch.value()))?
    };
    between(partial.floor()?, end, out)
}

fn x_range(operator: Option<Operator>, partial: &Partial, out: &mut Vec<Comparator>) -> Option<()> {
    if !partial.any_x() {
        let operator = operator.unwrap_or(Operator::Equal);
        let version = partial.floor()?;
        if version.to_string().len() > MAX_LENGTH {
            return None;
        }
        out.push(Comparator::Compare(operator, version));
        return Some(());
    }
    let zero = || vec!["0".to_owned()];
    if partial.major.is_x() {
        out.push(match operator {
            Some(Operator::Less | Operator::Greater) => {
                Comparator::Compare(Operator::Less, Version::new(0, 0, 0, zero())?)
            }
            _ => Comparator::Any,
        });
        return Some(());
    }
    let floor = partial.floor()?;
    let comparator = match operator {
        None | Some(Operator::Equal) => return between(floor, partial.end()?, out),
        Some(Operator::Greater) => {
            let mut end = partial.end()?;
            end.pre.clear();
            Comparator::Compare(Operator::GreaterOrEqual, end)
        }
        Some(Operator::GreaterOrEqual) => Comparator::Compare(Operator::GreaterOrEqual, floor),
        Some(Operator::Less) => {
            let mut limit = floor;
            limit.pre = zero();
            Comparator::Compare(Operator::Less, limit)
        }
        Some(Operator::LessOrEqual) => Comparator::Compare(Operator::Less, partial.end()?),
    };
    out.push(comparator);
    Some(())
}
