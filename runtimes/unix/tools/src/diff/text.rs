//! Files as lines, and which lines count as equal.

use std::collections::HashMap;

/// What differences between lines do not count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ignore {
    pub(super) case: bool,
    /// `-w`
    pub(super) all_space: bool,
    /// `-b`
    pub(super) space_amount: bool,
    /// `-Z`
    pub(super) trailing_space: bool,
    pub(super) trailing_return: bool,
}

/// The lines of a file, without their ends.
pub(super) struct Text<'t> {
    pub(super) lines: Vec<&'t [u8]>,
    /// The last line has no newline.
    pub(super) unfinished: bool,
}

impl<'t> Text<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        let mut lines: Vec<&[u8]> = bytes.split(|it| *it == b'\n').collect();
        let last = lines.pop().unwrap_or_default();
        let unfinished = !last.is_empty();
        if unfinished {
            lines.push(last);
        }
        Self { lines, unfinished }
    }
}

/// Numbers lines so that equal ones have the same number.
pub(super) fn number(old: &Text<'_>, new: &Text<'_>, ignore: Ignore) -> (Vec<u32>, Vec<u32>) {
    let mut known: HashMap<(Vec<u8>, bool), u32> = HashMap::new();
    let mut number = |text: &Text<'_>| {
        let count = text.lines.len();
        let lines = text.lines.iter().enumerate().map(|(at, line)| {
            // A line without its newline differs from the same one with it.
            let lacks =
                text.unfinished && at + 1 == count && !ignore.all_space && !ignore.space_amount;
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry((normal(line, ignore), lacks)).or_insert(next)
        });
        lines.collect::<Vec<u32>>()
    };
    let old = number(old);
    let new = number(new);
    (old, new)
}

fn normal(line: &[u8], ignore: Ignore) -> Vec<u8> {
    let mut line = line;
    if ignore.trailing_return {
        line = line.strip_suffix(b"\r").unwrap_or(line);
    }
    let space = |it: &u8| it.is_ascii_whitespace() || *it == 11;
    let mut out: Vec<u8> = if ignore.all_space {
        line.iter().copied().filter(|it| !space(it)).collect()
    } else if ignore.space_amount {
        let mut out = Vec::new();
        for byte in line {
            if !space(byte) {
                out.push(*byte);
            } else if out.last() != Some(&b' ') {
                out.push(b' ');
            }
        }
        if out.last() == Some(&b' ') {
            out.pop();
        }
        out
    } else if ignore.trailing_space {
        let end = line
            .iter()
            .rposition(|it| !space(it))
            .map_or(0, |it| it + 1);
        line[..end].to_vec()
    } else {
        line.to_vec()
    };
    if ignore.case {
        out = String::from_utf8_lossy(&out).to_lowercase().into_bytes();
    }
    out
}
