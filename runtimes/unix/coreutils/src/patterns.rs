//! Shell patterns, as `fnmatch` matches them, and the order of version numbers.

use std::cmp::Ordering;

/// Whether a name matches a pattern. A leading dot is matched only by a dot if `dots`.
pub(crate) fn matches(pattern: &str, name: &str, dots: bool) -> bool {
    if dots && name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Where to go on after the last star, which takes one character more each time.
    let mut star = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(_) => {
                if let Some(next) = one(&pattern, p, name[n]) {
                    p = next;
                    n += 1;
                    continue;
                }
            }
            None => {}
        }
        match star {
            Some((after, from)) => {
                star = Some((after, from + 1));
                p = after;
                n = from + 1;
            }
            None => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// What follows in the pattern if `c` matches at `p`.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match pattern[p] {
        '?' => Some(p + 1),
        '\\' => match pattern.get(p + 1) {
            Some(escaped) => (*escaped == c).then_some(p + 2),
            None => (c == '\\').then_some(p + 1),
        },
        '[' => match set(pattern, p + 1, c) {
            Some((true, next)) => Some(next),
            Some((false, _)) => None,
            None => (c == '[').then_some(p + 1),
        },
        other => (other == c).then_some(p + 1),
    }
}

fn set(pattern: &[char], start: usize, c: char) -> Option<(bool, usize)> {
    let mut at = start;
    let negated = matches!(pattern.get(at), Some('!' | '^'));
    at += usize::from(negated);
    let mut found = false;
    let mut first = true;
    loop {
        let from = *pattern.get(at)?;
        at += 1;
        if from == ']' && !first {
            return Some((found != negated, at));
        }
        first = false;
        if from == '[' && pattern.get(at) == Some(&':') {
            let end = (at + 1..pattern.len()).find(|&end| pattern[end] == ':')?;
            let name: String = pattern[at + 1..end].iter().collect();
            if pattern.get(end + 1) == Some(&']') {
                found |= match name.as_str() {
                    "alpha" => c.is_alphabetic(),
                    "digit" => c.is_ascii_digit(),
                    "alnum" => c.is_alphanumeric(),
                    "upper" => c.is_uppercase(),
                    "lower" => c.is_lowercase(),
                    "space" => c.is_whitespace(),
                    "punct" => c.is_ascii_punctuation(),
                    _ => false,
                };
                at = end + 2;
                continue;
            }
        }
        let from = if from == '\\' {
            at += 1;
            *pattern.get(at - 1)?
        } else {
            from
        };
        let mut to = from;
        if pattern.get(at) == Some(&'-') && pattern.get(at + 1).is_some_and(|end| *end != ']') {
            to = pattern[at + 1];
            at += 2;
        }
        found |= (from..=to).contains(&c);
    }
}

/// The order of `ls -v` and `sort -V`.
pub(crate) fn versions(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    // Nothing, `.` and `..` come first, then what is hidden.
    let rank = |name: &str| match name {
        "" => 0,
        "." => 1,
        ".." => 2,
        name if name.starts_with('.') => 3,
        _ => 4,
    };
    let by_rank = rank(left).cmp(&rank(right));
    if by_rank.is_ne() || rank(left) < 3 {
        return by_rank;
    }
    let skip = usize::from(left.starts_with('.'));
    let (left, right) = (&left.as_bytes()[skip..], &right.as_bytes()[skip..]);
    let (left_stem, right_stem) = (stem(left), stem(right));
    let mut order = revisions(left_stem, right_stem);
    if left_stem == right_stem {
        order = revisions(left, right);
    }
    order.then_with(|| left.cmp(right))
}

/// Without suffixes such as `.tar.gz`.
fn stem(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    let mut at = name.len();
    while at > 0 {
        let byte = name[at - 1];
        at -= 1;
        if byte == b'.' {
            let next = name.get(at + 1);
            if at > 0 && next.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'~') {
                end = at;
            } else {
                break;
            }
        } else if !byte.is_ascii_alphanumeric() && byte != b'~' {
            break;
        }
    }
    &name[..end]
}

fn revisions(left: &[u8], right: &[u8]) -> Ordering {
    let order = |byte: Option<&u8>| match byte {
        None => -1,
        Some(b'~') => -2,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        while (l < left.len() && !digit(left.get(l))) || (r < right.len() && !digit(right.get(r))) {
            let by = order(left.get(l)).cmp(&order(right.get(r)));
            if by.is_ne() {
                return by;
            }
            l += 1;
            r += 1;
        }
        while left.get(l) == Some(&b'0') {
            l += 1;
        }
        while right.get(r) == Some(&b'0') {
            r += 1;
        }
        let mut first = Ordering::Equal;
        while digit(left.get(l)) && digit(right.get(r)) {
            first = first.then(left[l].cmp(&right[r]));
            l += 1;
            r += 1;
        }
        if digit(left.get(l)) {
            return Ordering::Greater;
        }
        if digit(right.get(r)) {
            return Ordering::Less;
        }
        if first.is_ne() {
            return first;
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_names() {
        for (pattern, name, expected) in [
            ("*.o", "a.o", true),
            ("*.o", ".o", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "abc", false),
            ("\\*", "*", true),
            ("[", "[", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name, true), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn versions_have_an_order() {
        let mut names = ["a10", "a9", "a1.tar.gz", "a1", "b", ".x", "a1.2", "a1~", "a01"];
        names.sort_by(|left, right| versions(left, right));
        assert_eq!(names, [".x", "a1~", "a01", "a1", "a1.tar.gz", "a1.2", "a9", "a10", "b"]);
    }
}
