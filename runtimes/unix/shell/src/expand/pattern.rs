//! Patterns: `*`, `?`, `[…]` and the extended ones.
//!
//! A match never takes more than polynomial time: what is followed are sets of positions.

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Char(char),
    Any,
    Star,
    Class {
        negated: bool,
        items: Vec<Item>,
    },
    /// `?(…)`, `*(…)`, `+(…)`, `@(…)`, `!(…)`
    Group(char, Vec<Pattern>),
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Range(char, char),
    Named(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    tokens: Vec<Token>,
    fold: bool,
}

/// Whether any unquoted character of `text` makes it a pattern.
pub fn is_pattern(text: &str, extglob: bool) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'*' | b'?' => true,
        b'[' => bytes[at..].contains(&b']'),
        b'+' | b'@' | b'!' => extglob && bytes.get(at + 1) == Some(&b'('),
        _ => false,
    })
}

impl Pattern {
    /// Compiles text of which parts may be quoted.
    pub fn new<'a>(
        parts: impl IntoIterator<Item = (&'a str, bool)>,
        extglob: bool,
        fold: bool,
    ) -> Self {
        let mut chars = Vec::new();
        for (text, quoted) in parts {
            chars.extend(text.chars().map(|c| (c, quoted)));
        }
        let mut at = 0;
        let tokens = compile(&chars, &mut at, extglob, fold, 0, &[]);
        Self { tokens, fold }
    }

    /// A pattern that was given as plain text, where a backslash quotes.
    #[cfg(test)]
    pub fn from_text(text: &str, extglob: bool, fold: bool) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            parts.push((&rest[..at], false));
            rest = &rest[at + 1..];
            let length = rest.chars().next().map_or(0, char::len_utf8);
            parts.push((if length == 0 { "\\" } else { &rest[..length] }, true));
            rest = &rest[length..];
        }
        parts.push((rest, false));
        Self::new(parts, extglob, fold)
    }

    /// The text, if it matches nothing but that.
    pub fn literal(&self) -> Option<String> {
        if self.fold {
            return None;
        }
        let chars = self.tokens.iter().map(|token| match token {
            Token::Char(c) => Some(*c),
            _ => None,
        });
        chars.collect()
    }

    pub fn starts_with_dot(&self) -> bool {
        match self.tokens.first() {
            Some(Token::Char('.')) => true,
            Some(Token::Group(kind, alternatives)) => {
                *kind != '!' && alternatives.iter().any(Self::starts_with_dot)
            }
            _ => false,
        }
    }

    pub fn matches(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.matches_chars(&chars)
    }

    pub fn matches_chars(&self, chars: &[char]) -> bool {
        if self
            .tokens
            .iter()
            .any(|token| matches!(token, Token::Group(..)))
        {
            return self.ends(chars, 0).last() == Some(&chars.len());
        }
        // Only the last star ever has to take back.
        let (mut at, mut token) = (0, 0);
        let mut star = None;
        while at < chars.len() {
            match self.tokens.get(token) {
                Some(Token::Star) => {
                    star = Some((token, at));
                    token += 1;
                    continue;
                }
                Some(one) if self.one(one, chars[at]) => {
                    at += 1;
                    token += 1;
                    continue;
                }
                _ => {}
            }
            let Some((star_token, star_at)) = star else {
                return false;
            };
            star = Some((star_token, star_at + 1));
            token = star_token + 1;
            at = star_at + 1;
        }
        self.tokens[token..]
            .iter()
            .all(|token| *token == Token::Star)
    }

    /// Where matches that begin at `start` end, in order.
    pub fn ends(&self, chars: &[char], start: usize) -> Vec<usize> {
        self.ends_of(chars, vec![start])
    }

    fn ends_of(&self, chars: &[char], mut places: Vec<usize>) -> Vec<usize> {
        for token in &self.tokens {
            if places.is_empty() {
                return places;
            }
            places = match token {
                Token::Star => (places[0]..=chars.len()).collect(),
                Token::Group(kind, alternatives) => group(*kind, alternatives, chars, &places),
                one => {
                    let next = places
                        .iter()
                        .filter(|at| chars.get(**at).is_some_and(|c| self.one(one, *c)));
                    next.map(|at| at + 1).collect()
                }
            };
        }
        places
    }

    fn one(&self, token: &Token, c: char) -> bool {
        match token {
            Token::Char(wanted) => *wanted == c || self.fold && folded(*wanted) == folded(c),
            Token::Any => true,
            Token::Class { negated, items } => {
                let within = |c: char| items.iter().any(|item| item.contains(c));
                let mut found = within(c);
                if self.fold && !found {
                    found = c.to_lowercase().any(within) || c.to_uppercase().any(within);
                }
                found != *negated
            }
            Token::Star | Token::Group(..) => false,
        }
    }

    /// The same pattern for text that is read backwards.
    fn reversed(&self) -> Self {
        let tokens = self.tokens.iter().rev().map(|token| match token {
            Token::Group(kind, alternatives) => {
                Token::Group(*kind, alternatives.iter().map(Self::reversed).collect())
            }
            token => token.clone(),
        });
        Self {
            tokens: tokens.collect(),
            fold: self.fold,
        }
    }

    /// `text` without what matches at its start.
    pub fn without_prefix<'a>(&self, text: &'a str, longest: bool) -> &'a str {
        if let Some(literal) = self.literal() {
            return text.strip_prefix(&literal).unwrap_or(text);
        }
        let chars: Vec<char> = text.chars().collect();
        let ends = self.ends(&chars, 0);
        let end = if longest { ends.last() } else { ends.first() };
        let bytes: usize = chars[..end.copied().unwrap_or(0)]
            .iter()
            .map(|c| c.len_utf8())
            .sum();
        &text[bytes..]
    }

    /// `text` without what matches at its end.
    pub fn without_suffix<'a>(&self, text: &'a str, longest: bool) -> &'a str {
        if let Some(literal) = self.literal() {
            return text.strip_suffix(&literal).unwrap_or(text);
        }
        let chars: Vec<char> = text.chars().rev().collect();
        let ends = self.reversed().ends(&chars, 0);
        let end = if longest { ends.last() } else { ends.first() };
        let bytes: usize = chars[..end.copied().unwrap_or(0)]
            .iter()
            .map(|c| c.len_utf8())
            .sum();
        &text[..text.len() - bytes]
    }

    /// The longest match that ends at the end: where it begins.
    pub fn suffix_start(&self, chars: &[char]) -> Option<usize> {
        let backwards: Vec<char> = chars.iter().rev().copied().collect();
        self.reversed()
            .ends(&backwards, 0)
            .last()
            .map(|length| chars.len() - length)
    }
}

fn folded(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn group(kind: char, alternatives: &[Pattern], chars: &[char], places: &[usize]) -> Vec<usize> {
    let once = |places: &[usize]| {
        let mut all: Vec<usize> = alternatives
            .iter()
            .flat_map(|pattern| pattern.ends_of(chars, places.to_vec()))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    match kind {
        '!' => {
            let mut all = Vec::new();
            for place in places {
                let matched = once(&[*place]);
                all.extend(
                    (*place..=chars.len()).filter(|end| matched.binary_search(end).is_err()),
                );
            }
            all.sort_unstable();
            all.dedup();
            all
        }
        '@' => once(places),
        '?' => merge(places, &once(places)),
        _ => {
            let mut fresh = if kind == '*' {
                places.to_vec()
            } else {
                once(places)
            };
            let mut all = fresh.clone();
            while !fresh.is_empty() {
                let next = once(&fresh);
                fresh = next
                    .into_iter()
                    .filter(|end| all.binary_search(end).is_err())
                    .collect();
                all = merge(&all, &fresh);
            }
            all
        }
    }
}

fn merge(left: &[usize], right: &[usize]) -> Vec<usize> {
    let mut all = [left, right].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// How deep groups may nest: a bound for the stack.
const MAX_GROUPS: usize = 60;

fn compile(
    chars: &[(char, bool)],
    at: &mut usize,
    extglob: bool,
    fold: bool,
    depth: usize,
    stops: &[char],
) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some(&(c, quoted)) = chars.get(*at) {
        if !quoted && stops.contains(&c) {
            break;
        }
        *at += 1;
        if quoted {
            tokens.push(Token::Char(c));
            continue;
        }
        if extglob
            && depth < MAX_GROUPS
            && matches!(c, '?' | '*' | '+' | '@' | '!')
            && chars.get(*at) == Some(&('(', false))
            && let Some(group) = compile_group(chars, *at, extglob, fold, depth)
        {
            let (alternatives, end) = group;
            *at = end;
            tokens.push(Token::Group(c, alternatives));
            continue;
        }
        match c {
            '*' => {
                if tokens.last() != Some(&Token::Star) {
                    tokens.push(Token::Star);
                }
            }
            '?' => tokens.push(Token::Any),
            '[' => match class(chars, *at) {
                Some((token, end)) => {
                    tokens.push(token);
                    *at = end;
                }
                None => tokens.push(Token::Char('[')),
            },
            '\\' => {
                // From a variable: a backslash quotes there, too.
                let next = chars.get(*at).map_or('\\', |(c, _)| *c);
                *at += 1;
                tokens.push(Token::Char(next));
            }
            c => tokens.push(Token::Char(c)),
        }
    }
    tokens
}

fn compile_group(
    chars: &[(char, bool)],
    open: usize,
    extglob: bool,
    fold: bool,
    depth: usize,
) -> Option<(Vec<Pattern>, usize)> {
    let mut at = open + 1;
    let mut alternatives = Vec::new();
    loop {
        let tokens = compile(chars, &mut at, extglob, fold, depth + 1, &['|', ')']);
        alternatives.push(Pattern { tokens, fold });
        match chars.get(at)? {
            (')', _) => return Some((alternatives, at + 1)),
            _ => at += 1,
        }
    }
}

/// A bracket expression from after its `[`, and where it ends.
fn class(chars: &[(char, bool)], start: usize) -> Option<(Token, usize)> {
    let mut at = start;
    let negated = matches!(chars.get(at), Some(('!' | '^', false)));
    if negated {
        at += 1;
    }
    let first = at;
    let mut items = Vec::new();
    loop {
        let (c, quoted) = *chars.get(at)?;
        if c == ']' && !quoted && at > first {
            return Some((Token::Class { negated, items }, at + 1));
        }
        if c == '/' && !quoted && at == first {
            return None;
        }
        if c == '['
            && !quoted
            && let Some((kind @ (':' | '.' | '='), false)) = chars.get(at + 1)
        {
            let name: Vec<char> = chars[at + 2..].iter().map(|(c, _)| *c).collect();
            let end = name.windows(2).position(|pair| pair == [*kind, ']']);
            if let Some(end) = end {
                let name: String = name[..end].iter().collect();
                at += 2 + end + 2;
                match (kind, name.chars().next()) {
                    (':', _) => items.push(Item::Named(name)),
                    (_, Some(c)) => items.push(Item::Range(c, c)),
                    (_, None) => {}
                }
                continue;
            }
        }
        let (low, mut next) = if c == '\\' && !quoted {
            (chars.get(at + 1)?.0, at + 2)
        } else {
            (c, at + 1)
        };
        let mut high = low;
        if matches!(chars.get(next), Some(('-', false)))
            && let Some(&(end, end_quoted)) = chars.get(next + 1)
            && !(end == ']' && !end_quoted)
        {
            if end == '\\' && !end_quoted {
                high = chars.get(next + 2)?.0;
                next += 3;
            } else {
                high = end;
                next += 2;
            }
        }
        items.push(Item::Range(low, high));
        at = next;
    }
}

impl Item {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Range(low, high) => (*low..=*high).contains(&c),
            Self::Named(name) => named(name, c),
        }
    }
}

fn named(name: &str, c: char) -> bool {
    match name {
        "alpha" => c.is_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_alphanumeric(),
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "punct" => c.is_ascii_punctuation(),
        "print" => !c.is_control(),
        "graph" => !c.is_control() && !c.is_whitespace(),
        "cntrl" => c.is_control(),
        "xdigit" => c.is_ascii_hexdigit(),
        "word" => c.is_alphanumeric() || c == '_',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::from_text(pattern, true, false).matches(text)
    }

    #[test]
    fn plain_patterns() {
        assert!(matches("*.txt", "a.txt"));
        assert!(!matches("*.txt", "a.txt2"));
        assert!(matches("a?c*", "abcdef"));
        assert!(matches("[a-c]x[!0-9]", "bxy"));
        assert!(!matches("[a-c]x[!0-9]", "bx1"));
        assert!(matches("[]-]", "]") && matches("[[:alpha:]_]", "_"));
        assert!(matches("\\*", "*") && !matches("\\*", "a"));
        assert!(matches("[", "[") && matches("a[", "a["));
        assert!(matches("*a*b*c*", "xxaxxbxxc"));
    }

    #[test]
    fn groups() {
        assert!(matches("@(a|b)c", "bc") && !matches("@(a|b)c", "c"));
        assert!(matches("*(ab)", "ababab") && matches("*(ab)", "") && !matches("+(ab)", ""));
        assert!(matches("!(*.txt)", "a.md") && !matches("!(*.txt)", "a.txt"));
        assert!(matches("+([0-9]).log", "123.log"));
        assert!(matches("?(a)b", "b") && matches("@(a|@(b|c))d", "cd"));
    }

    #[test]
    fn ends_are_removed() {
        let pattern = Pattern::from_text("*/", false, false);
        assert_eq!(pattern.without_prefix("a/b/c", false), "b/c");
        assert_eq!(pattern.without_prefix("a/b/c", true), "c");
        let pattern = Pattern::from_text(".*", false, false);
        assert_eq!(pattern.without_suffix("a.tar.gz", false), "a.tar");
        assert_eq!(pattern.without_suffix("a.tar.gz", true), "a");
    }
}
