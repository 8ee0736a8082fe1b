//! `{a,b}` and `{1..9}`: done on the text of a word before anything else.

use crate::syntax::tokens::Lexer;

/// How many words one word may become: a bound for memory.
const MAX_WORDS: usize = 4_000_000;

/// Whether anything would be expanded.
pub fn has_braces(word: &str) -> bool {
    find(word).is_some()
}

/// The words that a word becomes; none if they are too many.
pub fn expand(word: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut left = MAX_WORDS;
    expand_into(word, &mut out, &mut left, 0)?;
    Some(out)
}

enum Inner {
    List(Vec<String>),
    Sequence(Vec<String>),
}

struct Found<'a> {
    before: &'a str,
    inner: Inner,
    after: &'a str,
}

fn expand_into(word: &str, out: &mut Vec<String>, left: &mut usize, depth: usize) -> Option<()> {
    let found = if depth < 100 { find(word) } else { None };
    let Some(found) = found else {
        *left = left.checked_sub(1)?;
        out.push(word.to_owned());
        return Some(());
    };
    let mut middles = Vec::new();
    match found.inner {
        Inner::Sequence(items) => {
            *left = left.checked_sub(items.len())?;
            middles = items;
        }
        Inner::List(items) => {
            for item in items {
                expand_into(&item, &mut middles, left, depth + 1)?;
            }
        }
    }
    let mut ends = Vec::new();
    expand_into(found.after, &mut ends, left, depth + 1)?;
    *left = left.checked_sub(middles.len().checked_mul(ends.len())?)?;
    for middle in &middles {
        for end in &ends {
            out.push(format!("{}{middle}{end}", found.before));
        }
    }
    Some(())
}

/// The first expression that can be expanded.
fn find(word: &str) -> Option<Found<'_>> {
    let mut lexer = Lexer::new(word.to_owned(), 1);
    let mut at = 0;
    while at < word.len() {
        if lexer.byte(at) == Some(b'{')
            && let Some((inner, end)) = inner(&mut lexer, word, at)
        {
            return Some(Found {
                before: &word[..at],
                inner,
                after: &word[end..],
            });
        }
        at = step(&mut lexer, at);
    }
    None
}

/// Past a character, or what it quotes.
fn step(lexer: &mut Lexer, at: usize) -> usize {
    let next = match lexer.byte(at) {
        Some(b'\\') => Ok(at + 2),
        Some(b'\'') => lexer.skip_single(at + 1),
        Some(b'"') => lexer.skip_double(at + 1),
        Some(b'`') => lexer.skip_backquote(at + 1),
        Some(b'$') => lexer.skip_dollar(at, false),
        Some(b'<' | b'>') if lexer.byte(at + 1) == Some(b'(') => lexer.skip_parenthesis(at + 2),
        _ => Ok(at + 1),
    };
    next.unwrap_or(at + 1)
}

/// The expression whose brace opens at `open`, and where it ends.
fn inner(lexer: &mut Lexer, word: &str, open: usize) -> Option<(Inner, usize)> {
    let mut cuts = vec![open + 1];
    let mut depth = 0;
    let mut at = open + 1;
    while at < word.len() {
        match lexer.byte(at) {
            Some(b'{') => {
                depth += 1;
                at += 1;
            }
            Some(b'}') if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            Some(b'}') => {
                if cuts.len() > 1 {
                    cuts.push(at + 1);
                    let items = cuts
                        .windows(2)
                        .map(|pair| word[pair[0]..pair[1] - 1].to_owned());
                    return Some((Inner::List(items.collect()), at + 1));
                }
                let items = sequence(&word[open + 1..at])?;
                return Some((Inner::Sequence(items), at + 1));
            }
            Some(b',') if depth == 0 => {
                cuts.push(at + 1);
                at += 1;
            }
            _ => at = step(lexer, at),
        }
    }
    None
}

fn sequence(text: &str) -> Option<Vec<String>> {
    let mut parts = text.split("..");
    let (first, last) = (parts.next()?, parts.next()?);
    let step = match parts.next() {
        Some(step) => step.parse::<i64>().ok()?.unsigned_abs().max(1),
        None => 1,
    };
    if parts.next().is_some() {
        return None;
    }
    let letter = |text: &str| {
        let mut chars = text.chars();
        let c = chars.next().filter(char::is_ascii_alphabetic)?;
        chars.next().is_none().then_some(i64::from(c as u32))
    };
    if let (Some(from), Some(to)) = (letter(first), letter(last)) {
        let items = range(from, to, step)?.into_iter().map(|code| {
            let c = u32::try_from(code)
                .ok()
                .and_then(char::from_u32)
                .unwrap_or('?');
            // A backslash or quote between Z and a is only itself.
            if c.is_ascii_alphanumeric() {
                c.to_string()
            } else {
                format!("\\{c}")
            }
        });
        return Some(items.collect());
    }
    let (from, to) = (first.parse::<i64>().ok()?, last.parse::<i64>().ok()?);
    let padded = |text: &str| {
        let digits = text.trim_start_matches(['-', '+']);
        digits.len() > 1 && digits.starts_with('0')
    };
    let width = if padded(first) || padded(last) {
        first.len().max(last.len())
    } else {
        0
    };
    let items = range(from, to, step)?.into_iter().map(|number| {
        if number < 0 {
            format!(
                "-{:0width$}",
                number.unsigned_abs(),
                width = width.saturating_sub(1)
            )
        } else {
            format!("{number:0width$}")
        }
    });
    Some(items.collect())
}

fn range(from: i64, to: i64, step: u64) -> Option<Vec<i64>> {
    let count = to.abs_diff(from) / step;
    if usize::try_from(count).ok()? >= MAX_WORDS {
        return None;
    }
    let step = i64::try_from(step).ok()?;
    let step = if to < from { -step } else { step };
    let count = i64::try_from(count).ok()?;
    Some((0..=count).map(|index| from + index * step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(word: &str) -> String {
        expand(word).unwrap_or_default().join(" ")
    }

    #[test]
    fn lists_and_sequences() {
        assert_eq!(all("a{b,c{1,2},}d"), "abd ac1d ac2d ad");
        assert_eq!(all("{1..5..2}"), "1 3 5");
        assert_eq!(all("{3..1}{a..c}"), "3a 3b 3c 2a 2b 2c 1a 1b 1c");
        assert_eq!(all("{01..10..4}x{-2..2..2}").split(' ').count(), 9);
        assert_eq!(all("{08..10}"), "08 09 10");
        assert_eq!(
            all("{a} {,} x{}y ${a,b} '{a,b}'"),
            "{a}  x{}y ${a,b} '{a,b}' {a}  x{}y ${a,b} '{a,b}'"
        );
        assert_eq!(all("{{a,b}"), "{a {b");
    }
}
