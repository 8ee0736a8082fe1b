//! Permission bits as people write and read them.

use crate::os;

/// `-rw-r--r--`
pub(crate) fn text(mode: u32) -> String {
    let kind = match mode & os::S_IFMT {
        os::S_IFDIR => 'd',
        os::S_IFLNK => 'l',
        os::S_IFCHR => 'c',
        os::S_IFBLK => 'b',
        os::S_IFIFO => 'p',
        os::S_IFSOCK => 's',
        _ => '-',
    };
    let mut text = String::with_capacity(10);
    text.push(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
        });
    }
    text
}

/// What a mode, octal or symbolic (`u+x,go=r`), makes of permission bits.
pub(crate) fn apply(mode: &str, before: u32, directory: bool) -> Option<u32> {
    if !mode.is_empty() && mode.bytes().all(|it| it.is_ascii_digit()) {
        return u32::from_str_radix(mode, 8).ok().filter(|it| *it <= 0o7777);
    }
    let mut bits = before & 0o7777;
    for clause in mode.split(',') {
        let start = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(start);
        let mut mask = 0;
        for letter in who.chars() {
            mask |= match letter {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            };
        }
        if who.is_empty() {
            mask = 0o7777;
        }
        while let Some(operator) = rest.chars().next() {
            let after = &rest[1..];
            let end = after.find(['+', '-', '=']).unwrap_or(after.len());
            let mut value = 0;
            for letter in after[..end].chars() {
                value |= match letter {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    'X' if directory || bits & 0o111 != 0 => 0o111,
                    'X' => 0,
                    's' => 0o6000,
                    't' => 0o1000,
                    'u' => (bits >> 6 & 7) * 0o111,
                    'g' => (bits >> 3 & 7) * 0o111,
                    'o' => (bits & 7) * 0o111,
                    _ => return None,
                };
            }
            value &= mask;
            match operator {
                '+' => bits |= value,
                '-' => bits &= !value,
                _ => bits = bits & !(mask & 0o6777) | value,
            }
            rest = &after[end..];
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        assert_eq!(text(0o100_644), "-rw-r--r--");
        assert_eq!(text(0o041_777), "drwxrwxrwt");
        assert_eq!(apply("u+x", 0o644, false), Some(0o744));
        assert_eq!(apply("go=,u=rw", 0o777, false), Some(0o600));
        assert_eq!(apply("a-w", 0o666, false), Some(0o444));
        assert_eq!(apply("0755", 0, false), Some(0o755));
        assert_eq!(apply("q", 0, false), None);
    }
}
