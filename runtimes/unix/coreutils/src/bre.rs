//! Basic regular expressions, as `expr` matches them: at the beginning of a text, with
//! backtracking, since what `expr` is given is short.

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Bre {
    branches: Vec<Vec<Piece>>,
    pub(crate) groups: usize,
}

#[derive(Debug)]
struct Piece {
    atom: Atom,
    least: u32,
    most: u32,
}

#[derive(Debug)]
enum Atom {
    Any,
    Char(char),
    Set { negated: bool, items: Vec<Item> },
    Group(usize, Vec<Vec<Piece>>),
    Back(usize),
    Start,
    End,
}

#[derive(Debug)]
enum Item {
    Range(char, char),
    Class(String),
}

impl Bre {
    pub(crate) fn parse(pattern: &str) -> Result<Self, &'static str> {
        let mut parser = Parser {
            text: pattern.chars().collect(),
            at: 0,
            groups: 0,
        };
        let branches = parser.branches(0)?;
        if parser.at < parser.text.len() {
            return Err("Unmatched ) or \\)");
        }
        Ok(Self {
            branches,
            groups: parser.groups,
        })
    }

    /// Matches at the beginning; the length of the match in characters and its first group.
    pub(crate) fn matched(&self, text: &[char]) -> Option<(usize, Option<(usize, usize)>)> {
        let mut best: Option<(usize, Option<(usize, usize)>)> = None;
        for branch in &self.branches {
            let mut state = State {
                text,
                groups: vec![None; self.groups + 1],
            };
            let mut end = None;
            let found = state.pieces(branch, 0, &mut |state, at| {
                end = Some((at, state.groups.get(1).copied().flatten()));
                true
            });
            // The longest of the alternatives counts.
            if found
                && let Some((at, group)) = end
                && best.is_none_or(|(length, _)| at > length)
            {
                best = Some((at, group));
            }
        }
        best
    }
}

struct Parser {
    text: Vec<char>,
    at: usize,
    groups: usize,
}

/// Deeper than anybody nests groups.
const DEEPEST: usize = 200;

impl Parser {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn escaped(&self, c: char) -> bool {
        self.peek(0) == Some('\\') && self.peek(1) == Some(c)
    }

    fn branches(&mut self, depth: usize) -> Result<Vec<Vec<Piece>>, &'static str> {
        if depth > DEEPEST {
            return Err("Regular expression too big");
        }
        let mut branches = vec![self.branch(depth)?];
        while self.escaped('|') {
            self.at += 2;
            branches.push(self.branch(depth)?);
        }
        Ok(branches)
    }

    fn branch(&mut self, depth: usize) -> Result<Vec<Piece>, &'static str> {
        let mut pieces = Vec::new();
        while let Some(c) = self.peek(0) {
            if self.escaped('|') || self.escaped(')') {
                break;
            }
            self.at += 1;
            let atom = match c {
                '.' => Atom::Any,
                '^' if pieces.is_empty() => Atom::Start,
                '$' if self.at == self.text.len() || self.escaped(')') || self.escaped('|') => {
                    Atom::End
                }
                '[' => self.set()?,
                '\\' => match self.peek(0) {
                    None => return Err("Trailing backslash"),
                    Some('(') => {
                        self.at += 1;
                        self.groups += 1;
                        let number = self.groups;
                        let inner = self.branches(depth + 1)?;
                        if !self.escaped(')') {
                            return Err("Unmatched ( or \\(");
                        }
                        self.at += 2;
                        Atom::Group(number, inner)
                    }
                    Some(digit @ '1'..='9') => {
                        self.at += 1;
                        let number = digit as usize - '0' as usize;
                        if number > self.groups {
                            return Err("Invalid back reference");
                        }
                        Atom::Back(number)
                    }
                    Some(other) => {
                        self.at += 1;
                        match other {
                            'w' | 'W' => Atom::Set {
                                negated: other == 'W',
                                items: vec![
                                    Item::Class("alnum".to_owned()),
                                    Item::Range('_', '_'),
                                ],
                            },
                            's' | 'S' => Atom::Set {
                                negated: other == 'S',
                                items: vec![Item::Class("space".to_owned())],
                            },
                            '+' | '?' | '{' if pieces.is_empty() => Atom::Char(other),
                            other => Atom::Char(other),
                        }
                    }
                },
                other => Atom::Char(other),
            };
            let mut piece = Piece {
                atom,
                least: 1,
                most: 1,
            };
            if !matches!(piece.atom, Atom::Start) {
                self.repetitions(&mut piece)?;
            }
            pieces.push(piece);
        }
        Ok(pieces)
    }

    fn repetitions(&mut self, piece: &mut Piece) -> Result<(), &'static str> {
        loop {
            if self.peek(0) == Some('*') {
                self.at += 1;
                (piece.least, piece.most) = (0, u32::MAX);
            } else if self.escaped('+') {
                self.at += 2;
                piece.most = u32::MAX;
            } else if self.escaped('?') {
                self.at += 2;
                piece.least = 0;
            } else if self.escaped('{') {
                self.at += 2;
                let least = self.number();
                let mut most = least;
                if self.peek(0) == Some(',') {
                    self.at += 1;
                    most = self.number();
                    if most.is_none() {
                        most = Some(u32::MAX);
                    }
                }
                if !self.escaped('}') {
                    return Err("Unmatched \\{");
                }
                self.at += 2;
                let (least, most) = (least.unwrap_or(0), most.unwrap_or(u32::MAX));
                if least > most || least > 32767 {
                    return Err("Invalid content of \\{\\}");
                }
                (piece.least, piece.most) = (least, most);
            } else {
                return Ok(());
            }
        }
    }

    fn number(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
            value = Some(value.unwrap_or(0_u32).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        value
    }

    fn set(&mut self) -> Result<Atom, &'static str> {
        const UNMATCHED: &str = "Unmatched [, [^, [:, [., or [=";
        let negated = self.peek(0) == Some('^');
        self.at += usize::from(negated);
        let mut items = Vec::new();
        let mut first = true;
        loop {
            let c = self.peek(0).ok_or(UNMATCHED)?;
            self.at += 1;
            if c == ']' && !first {
                return Ok(Atom::Set { negated, items });
            }
            first = false;
            if c == '['
                && let Some(kind @ (':' | '.' | '=')) = self.peek(0)
            {
                self.at += 1;
                let start = self.at;
                while !(self.peek(0) == Some(kind) && self.peek(1) == Some(']')) {
                    self.peek(0).ok_or(UNMATCHED)?;
                    self.at += 1;
                }
                let name: String = self.text[start..self.at].iter().collect();
                self.at += 2;
                if kind == ':' {
                    items.push(Item::Class(name));
                } else {
                    let mut characters = name.chars();
                    let (Some(c), None) = (characters.next(), characters.next()) else {
                        return Err("Invalid collation character");
                    };
                    items.push(Item::Range(c, c));
                }
                continue;
            }
            if self.peek(0) == Some('-')
                && let Some(end) = self.peek(1)
                && end != ']'
            {
                self.at += 2;
                if c > end {
                    return Err("Invalid range end");
                }
                items.push(Item::Range(c, end));
            } else {
                items.push(Item::Range(c, c));
            }
        }
    }
}

struct State<'a> {
    text: &'a [char],
    groups: Vec<Option<(usize, usize)>>,
}

type Then<'t, 'a> = &'t mut dyn FnMut(&mut State<'a>, usize) -> bool;

impl<'a> State<'a> {
    /// Matches all pieces from `at` on, then what follows.
    fn pieces(&mut self, pieces: &[Piece], at: usize, then: Then<'_, 'a>) -> bool {
        let Some((piece, rest)) = pieces.split_first() else {
            return then(self, at);
        };
        if let Atom::Group(..) | Atom::Back(_) = piece.atom {
            return self.repeat(piece, 0, at, &mut |state, at| state.pieces(rest, at, then));
        }
        // As many as there are, then fewer, without a stack frame for each.
        let mut count = 0;
        let mut end = at;
        while count < piece.most
            && let Some(next) = self.single(&piece.atom, end)
        {
            count += 1;
            if next == end {
                count = piece.most;
            }
            end = next;
        }
        loop {
            if count < piece.least {
                return false;
            }
            if self.pieces(rest, end, then) {
                return true;
            }
            if count == 0 || end == at {
                return false;
            }
            count -= 1;
            end -= 1;
        }
    }

    fn repeat(&mut self, piece: &Piece, count: u32, at: usize, then: Then<'_, 'a>) -> bool {
        if count < piece.most {
            let saved = self.groups.clone();
            let matched = match &piece.atom {
                Atom::Group(number, branches) => branches.iter().any(|branch| {
                    self.pieces(branch, at, &mut |state, end| {
                        if end == at && count >= piece.least {
                            return false;
                        }
                        let before = state.groups.get(*number).copied().flatten();
                        if let Some(group) = state.groups.get_mut(*number) {
                            *group = Some((at, end));
                        }
                        if state.repeat(piece, count + 1, end, then) {
                            return true;
                        }
                        if let Some(group) = state.groups.get_mut(*number) {
                            *group = before;
                        }
                        false
                    })
                }),
                Atom::Back(number) => {
                    let group = self.groups.get(*number).copied().flatten();
                    match group {
                        Some((start, end)) => {
                            let length = end - start;
                            let fits = self.text.get(at..at + length) == self.text.get(start..end);
                            fits && length > 0 && self.repeat(piece, count + 1, at + length, then)
                                || fits && length == 0 && then(self, at)
                        }
                        None => false,
                    }
                }
                _ => false,
            };
            if matched {
                return true;
            }
            self.groups = saved;
        }
        count >= piece.least && then(self, at)
    }

    /// Where one thing that is no group ends.
    fn single(&self, atom: &Atom, at: usize) -> Option<usize> {
        match atom {
            Atom::Start => (at == 0).then_some(at),
            Atom::End => (at == self.text.len()).then_some(at),
            _ => {
                let c = *self.text.get(at)?;
                let fits = match atom {
                    Atom::Any => true,
                    Atom::Char(wanted) => c == *wanted,
                    Atom::Set { negated, items } => {
                        items.iter().any(|item| item.contains(c)) != *negated
                    }
                    _ => false,
                };
                fits.then_some(at + 1)
            }
        }
    }
}

impl Item {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Range(from, to) => (*from..=*to).contains(&c),
            Self::Class(name) => match name.as_str() {
                "alpha" => c.is_alphabetic(),
                "digit" => c.is_ascii_digit(),
                "alnum" => c.is_alphabetic() || c.is_ascii_digit(),
                "upper" => c.is_uppercase(),
                "lower" => c.is_lowercase(),
                "space" => c.is_whitespace(),
                "blank" => c == ' ' || c == '\t',
                "punct" => c.is_ascii_punctuation(),
                "print" => !c.is_control(),
                "graph" => !c.is_control() && !c.is_whitespace(),
                "cntrl" => c.is_control(),
                "xdigit" => c.is_ascii_hexdigit(),
                _ => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_match_at_the_beginning() {
        for (pattern, text, length, group) in [
            ("a*", "aaab", Some(3), None),
            ("b", "aaab", None, None),
            (".*b", "aabab", Some(5), None),
            ("\\(a*\\)b", "aab", Some(3), Some((0, 2))),
            ("a\\(.\\)\\1", "abb", Some(3), Some((1, 2))),
            ("[0-9][0-9]*", "123x", Some(3), None),
            ("[^/]*/\\(.*\\)", "usr/bin", Some(7), Some((4, 7))),
            ("a\\{2,3\\}", "aaaa", Some(3), None),
            ("\\(ab\\)*c", "ababc", Some(5), Some((2, 4))),
            ("cat\\|catalog", "catalog", Some(7), None),
            ("a$", "ab", None, None),
            ("*a", "*a", Some(2), None),
            ("[[:alpha:]]\\+", "ab1", Some(2), None),
            ("^a", "a", Some(1), None),
            ("\\(\\)*x", "x", Some(1), Some((0, 0))),
        ] {
            let text: Vec<char> = text.chars().collect();
            let found = Bre::parse(pattern).unwrap().matched(&text);
            assert_eq!(found.map(|(end, _)| end), length, "{pattern}");
            if group.is_some() && !pattern.contains("\\(\\)*") {
                assert_eq!(found.unwrap().1, group, "{pattern}");
            }
        }
        for pattern in ["\\(", "\\)", "[a", "a\\{3,2\\}", "\\1", "\\"] {
            assert!(Bre::parse(pattern).is_err(), "{pattern}");
        }
    }
}
