//! `s`.

use super::parse::push;
use super::script::{Case, Part, Substitution};
use crate::posix_regex::{Regex, Span};

/// Takes a replacement apart.
pub(super) fn parse_replacement(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(next) = characters.next() {
        let part = match next {
            '&' => Part::Group(0),
            '\\' => {
                let Some(after) = characters.next() else {
                    plain.push(b'\\');
                    break;
                };
                match after {
                    '0'..='9' => Part::Group(after.to_digit(10).unwrap_or(0) as usize),
                    'U' => Part::Case(Case::Upper),
                    'L' => Part::Case(Case::Lower),
                    'u' => Part::Case(Case::UpperOne),
                    'l' => Part::Case(Case::LowerOne),
                    'E' => Part::Case(Case::End),
                    _ => {
                        escape(after, &mut characters, &mut plain);
                        continue;
                    }
                }
            }
            _ => {
                push(&mut plain, next);
                continue;
            }
        };
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(part);
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

fn escape(
    after: char,
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    plain: &mut Vec<u8>,
) {
    let (base, digits) = match after {
        'a' => return plain.push(7),
        'f' => return plain.push(12),
        'n' => return plain.push(b'\n'),
        'r' => return plain.push(b'\r'),
        't' => return plain.push(b'\t'),
        'v' => return plain.push(11),
        'c' => {
            match characters.next() {
                Some(control) if control.is_ascii() => {
                    plain.push(control.to_ascii_uppercase() as u8 ^ 0x40);
                }
                Some(other) => push(plain, other),
                None => plain.push(b'c'),
            }
            return;
        }
        'd' => (10, 3),
        'o' => (8, 3),
        'x' => (16, 2),
        _ => return push(plain, after),
    };
    let mut value: Option<u32> = None;
    for _ in 0..digits {
        let Some(digit) = characters.peek().and_then(|it| it.to_digit(base)) else {
            break;
        };
        characters.next();
        value = Some(value.unwrap_or(0) * base + digit);
    }
    match value {
        Some(value) => plain.push((value & 0xff) as u8),
        None => push(plain, after),
    }
}

/// The highest group that is referred to.
pub(super) fn most_groups(parts: &[Part]) -> usize {
    let groups = parts.iter().map(|it| match it {
        Part::Group(number) => *number,
        _ => 0,
    });
    groups.max().unwrap_or(0)
}

/// Replaces what is to be replaced in `text`; none if there is nothing.
pub(super) fn substitute(it: &Substitution, regex: &Regex, text: &[u8]) -> Option<Vec<u8>> {
    let search = regex.on(text);
    let mut spans: Vec<Option<Span>> = Vec::new();
    let mut out = Vec::new();
    let (mut at, mut done, mut count, mut changed) = (0, 0, 0, false);
    // Where the match before ended: an empty match there is none.
    let mut last_end = None;
    while at <= text.len() {
        if !search.captures(at, &mut spans) {
            break;
        }
        let Some((start, end)) = spans.first().copied().flatten() else {
            break;
        };
        if start == end && last_end == Some(start) {
            at = next_character(text, start);
            continue;
        }
        last_end = Some(end);
        count += 1;
        if count >= it.number {
            out.extend_from_slice(&text[done..start]);
            expand(&it.replacement, text, &spans, &mut out);
            done = end;
            changed = true;
            if !it.global {
                break;
            }
        }
        at = if start == end {
            next_character(text, end)
        } else {
            end
        };
    }
    if !changed {
        return None;
    }
    out.extend_from_slice(&text[done..]);
    Some(out)
}

/// Where the character behind the one at `at` begins.
fn next_character(text: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while text.get(next).is_some_and(|it| it & 0xc0 == 0x80) {
        next += 1;
    }
    next
}

fn expand(parts: &[Part], text: &[u8], spans: &[Option<Span>], out: &mut Vec<u8>) {
    let (mut case, mut one) = (Case::End, None);
    for part in parts {
        let piece = match part {
            Part::Case(it @ (Case::UpperOne | Case::LowerOne)) => {
                one = Some(*it);
                continue;
            }
            Part::Case(it) => {
                case = *it;
                continue;
            }
            Part::Text(text) => text,
            Part::Group(number) => match spans.get(*number).copied().flatten() {
                Some((start, end)) => &text[start..end],
                None => continue,
            },
        };
        if case == Case::End && one.is_none() {
            out.extend_from_slice(piece);
            continue;
        }
        let piece = String::from_utf8_lossy(piece);
        for character in piece.chars() {
            let converted: String = match one.take().unwrap_or(case) {
                Case::Upper | Case::UpperOne => character.to_uppercase().collect(),
                Case::Lower | Case::LowerOne => character.to_lowercase().collect(),
                Case::End => character.into(),
            };
            out.extend_from_slice(converted.as_bytes());
        }
    }
}
