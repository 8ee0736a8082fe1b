//! Shell patterns, as `fnmatch` has them.

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) ignore_case: bool,
    /// `*`, `?` and brackets do not match a slash.
    pub(crate) pathname: bool,
}

/// Whether `text` as a whole is what `pattern` describes.
pub(crate) fn matches(pattern: &str, text: &str, rules: Rules) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go on when it does not fit: behind the last star, one character later.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            retry = Some((p, t));
            continue;
        }
        let step = match (pattern.get(p), text.get(t)) {
            (None, None) => return true,
            (Some(_), Some(character)) => one(&pattern, p, *character, rules),
            _ => None,
        };
        if let Some(next) = step {
            p = next;
            t += 1;
            continue;
        }
        let Some((after, from)) = retry else {
            return false;
        };
        match text.get(from) {
            None => return false,
            Some('/') if rules.pathname => return false,
            Some(_) => {}
        }
        retry = Some((after, from + 1));
        p = after;
        t = from + 1;
    }
}

/// Matches one character with what the pattern has at `p`; gives where the pattern goes on.
fn one(pattern: &[char], p: usize, character: char, rules: Rules) -> Option<usize> {
    let slash = rules.pathname && character == '/';
    match *pattern.get(p)? {
        '?' => (!slash).then_some(p + 1),
        '[' => match bracket(pattern, p + 1, character, rules) {
            Some((found, next)) => (found && !slash).then_some(next),
            // No bracket expression: itself.
            None => (character == '[').then_some(p + 1),
        },
        '\\' if p + 1 < pattern.len() => same(pattern[p + 1], character, rules).then_some(p + 2),
        literal => same(literal, character, rules).then_some(p + 1),
    }
}

fn same(a: char, b: char, rules: Rules) -> bool {
    a == b || (rules.ignore_case && a.to_lowercase().eq(b.to_lowercase()))
}

fn bracket(pattern: &[char], start: usize, character: char, rules: Rules) -> Option<(bool, usize)> {
    let mut at = start;
    let negated = matches!(pattern.get(at), Some('!' | '^'));
    at += usize::from(negated);
    let mut found = false;
    let first = at;
    loop {
        let mut low = *pattern.get(at)?;
        if low == ']' && at > first {
            return Some((found != negated, at + 1));
        }
        if low == '[' && pattern.get(at + 1) == Some(&':') {
            let length = pattern.get(at + 2..)?.iter().position(|it| *it == ':')?;
            let name: String = pattern[at + 2..at + 2 + length].iter().collect();
            if pattern.get(at + 3 + length) != Some(&']') {
                return None;
            }
            found |= in_class(&name, character, rules);
            at += length + 4;
            continue;
        }
        if low == '\\' {
            at += 1;
            low = *pattern.get(at)?;
        }
        at += 1;
        let mut high = low;
        if pattern.get(at) == Some(&'-') && pattern.get(at + 1).is_some_and(|it| *it != ']') {
            high = pattern[at + 1];
            at += 2;
            if high == '\\' {
                high = *pattern.get(at)?;
                at += 1;
            }
        }
        let within = |it: char| (low..=high).contains(&it);
        found |= within(character);
        if rules.ignore_case {
            found |= character.to_lowercase().any(within) || character.to_uppercase().any(within);
        }
    }
}

fn in_class(name: &str, it: char, rules: Rules) -> bool {
    match name {
        "alpha" => it.is_alphabetic(),
        "digit" => it.is_ascii_digit(),
        "alnum" => it.is_alphanumeric(),
        "upper" | "lower" if rules.ignore_case => it.is_alphabetic(),
        "upper" => it.is_uppercase(),
        "lower" => it.is_lowercase(),
        "space" => it.is_whitespace(),
        "blank" => matches!(it, ' ' | '\t'),
        "punct" => it.is_ascii_punctuation(),
        "cntrl" => it.is_control(),
        "xdigit" => it.is_ascii_hexdigit(),
        "print" => !it.is_control(),
        "graph" => !it.is_control() && !it.is_whitespace(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let matches = |pattern, text| super::matches(pattern, text, Rules::default());
        assert!(matches("*.rs", "a.rs"));
        assert!(!matches("*.rs", "a.rsx"));
        assert!(matches("a*b*c", "aXbYbZc"));
        assert!(matches("[!a]?", "bc"));
        assert!(!matches("[!a]?", "ac"));
        assert!(matches("[]a]", "]"));
        assert!(matches("[a-c]*[[:digit:]]", "b-9"));
        assert!(matches(r"\*", "*"));
        assert!(matches("*", ".hidden"));
        assert!(matches("[", "["));
        assert!(matches("a/*", "a/b/c"));
        let path = Rules {
            pathname: true,
            ..Rules::default()
        };
        assert!(!super::matches("a/*", "a/b/c", path));
        let case = Rules {
            ignore_case: true,
            ..Rules::default()
        };
        assert!(super::matches("*.TXT", "a.txt", case));
        assert!(super::matches("[A-C]", "b", case));
    }
}
