//! Permission bits: as people write them and as they are shown.

use belljar_sys::posix;

/// A change of permission bits, as `chmod` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Octal. A directory keeps its set-id bits if the number has fewer than five digits.
    Set { bits: u32, all: bool },
    Clauses(Vec<Clause>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    /// Whose bits; 0 if it does not say.
    who: u32,
    operator: u8,
    bits: u32,
    /// `X`: the execute bits, of directories and of what somebody can execute.
    execute_some: bool,
    /// `g=u`: the bits that these have.
    copy: Option<u8>,
}

const USER: u32 = 0o4700;
const GROUP: u32 = 0o2070;
const OTHER: u32 = 0o1007;

/// Reads a mode, octal or symbolic; none if it is not one.
pub(crate) fn parse(text: &str) -> Option<Change> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let bits = u32::from_str_radix(text, 8).ok().filter(|bits| *bits <= 0o7777)?;
        return Some(Change::Set {
            bits,
            all: text.len() > 4,
        });
    }
    if let Some(digits) = text.strip_prefix(['+', '-', '='])
        && digits.starts_with(|c: char| c.is_ascii_digit())
    {
        let bits = u32::from_str_radix(digits, 8).ok().filter(|bits| *bits <= 0o7777)?;
        return Some(Change::Clauses(vec![Clause {
            who: 0o7777,
            operator: text.as_bytes()[0],
            bits,
            execute_some: false,
            copy: None,
        }]));
    }
    let mut clauses = Vec::new();
    for part in text.split(',') {
        let mut bytes = part.bytes().peekable();
        let mut who = 0;
        while let Some(letter) = bytes.next_if(|byte| b"ugoa".contains(byte)) {
            who |= match letter {
                b'u' => USER,
                b'g' => GROUP,
                b'o' => OTHER,
                _ => USER | GROUP | OTHER,
            };
        }
        bytes.peek()?;
        while let Some(operator) = bytes.next() {
            if !b"+-=".contains(&operator) {
                return None;
            }
            let mut clause = Clause {
                who,
                operator,
                bits: 0,
                execute_some: false,
                copy: None,
            };
            if let Some(from) = bytes.next_if(|byte| b"ugo".contains(byte)) {
                clause.copy = Some(from);
            } else {
                while let Some(letter) = bytes.next_if(|byte| !b"+-=".contains(byte)) {
                    clause.bits |= match letter {
                        b'r' => 0o444,
                        b'w' => 0o222,
                        b'x' => 0o111,
                        b's' => 0o6000,
                        b't' => 0o1000,
                        b'X' => {
                            clause.execute_some = true;
                            0
                        }
                        _ => return None,
                    };
                }
            }
            clauses.push(clause);
        }
    }
    Some(Change::Clauses(clauses))
}

impl Change {
    /// What becomes of the bits of a file.
    pub(crate) fn apply(&self, old: u32, is_directory: bool, umask: u32) -> u32 {
        let old = old & 0o7777;
        match self {
            Self::Set { bits, all } => {
                let kept = if is_directory && !all { old & 0o6000 } else { 0 };
                bits | kept
            }
            Self::Clauses(clauses) => clauses.iter().fold(old, |mode, clause| {
                clause.apply(mode, is_directory, umask)
            }),
        }
    }

    /// Whether it leaves a bit alone because of the umask that it would change otherwise.
    pub(crate) fn surprises(&self, old: u32, is_directory: bool, umask: u32) -> Option<(u32, u32)> {
        let got = self.apply(old, is_directory, umask);
        let meant = self.apply(old, is_directory, 0);
        (got & !meant != 0).then_some((got, meant))
    }
}

impl Clause {
    fn apply(&self, mode: u32, is_directory: bool, umask: u32) -> u32 {
        let mut bits = self.bits;
        if let Some(from) = self.copy {
            let three = match from {
                b'u' => mode >> 6,
                b'g' => mode >> 3,
                _ => mode,
            } & 7;
            bits |= three << 6 | three << 3 | three;
        }
        if self.execute_some && (is_directory || mode & 0o111 != 0) {
            bits |= 0o111;
        }
        let affected = if self.who == 0 { 0o7777 & !umask } else { self.who };
        bits &= affected;
        match self.operator {
            b'+' => mode | bits,
            b'-' => mode & !bits,
            _ => {
                // A directory's set-id bits stay unless they are named.
                let kept = if is_directory { 0o6000 & !self.bits } else { 0 };
                let cleared = if self.who == 0 { 0o7777 } else { self.who };
                mode & (!cleared | kept) | bits
            }
        }
    }
}

/// The ten characters that `ls -l` begins with.
pub(crate) fn display(mode: u32) -> String {
    let mut text = String::with_capacity(10);
    text.push(match mode & posix::S_IFMT {
        posix::S_IFDIR => 'd',
        posix::S_IFLNK => 'l',
        posix::S_IFCHR => 'c',
        posix::S_IFIFO => 'p',
        0o060_000 => 'b',
        0o140_000 => 's',
        posix::S_IFREG => '-',
        _ => '?',
    });
    for (shift, special, with, without) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        let three = mode >> shift & 7;
        text.push(if three & 4 != 0 { 'r' } else { '-' });
        text.push(if three & 2 != 0 { 'w' } else { '-' });
        text.push(match (three & 1 != 0, mode & special != 0) {
            (true, true) => with,
            (false, true) => without,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, old: u32, is_directory: bool) -> u32 {
        parse(text).expect(text).apply(old, is_directory, 0o022)
    }

    #[test]
    fn modes_change_as_posix_says() {
        for (text, old, directory, new) in [
            ("755", 0o644, false, 0o755),
            ("755", 0o2644, true, 0o2755),
            ("00755", 0o2644, true, 0o755),
            ("u+x", 0o644, false, 0o744),
            ("+x", 0o644, false, 0o755),
            ("+w", 0o444, false, 0o644),
            ("a+w", 0o444, false, 0o666),
            ("go-rwx", 0o755, false, 0o700),
            ("u=rw,go=r", 0o777, false, 0o644),
            ("a=rX", 0o640, false, 0o444),
            ("a=rX", 0o740, false, 0o555),
            ("a+X", 0o644, true, 0o755),
            ("g=u", 0o740, false, 0o770),
            ("o=g-w", 0o760, false, 0o764),
            ("u+s,+t", 0o755, false, 0o5755),
            ("g+s", 0o755, true, 0o2755),
            ("=", 0o777, false, 0),
            ("u=", 0o4755, false, 0o055),
            ("+1", 0o644, false, 0o645),
        ] {
            assert_eq!(changed(text, old, directory), new, "{text} {old:o}");
        }
        for text in ["", "u", "z", "u+q", "888", "17777", "u+x,", ","] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn modes_are_shown_as_by_ls() {
        assert_eq!(display(0o100_644), "-rw-r--r--");
        assert_eq!(display(0o041_777), "drwxrwxrwt");
        assert_eq!(display(0o106_644), "-rwSr-Sr--");
        assert_eq!(display(0o120_777), "lrwxrwxrwx");
    }
}
