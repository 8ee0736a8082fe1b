//! Patches: unified, context and normal ones.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Both,
    Old,
    New,
}

/// A line of a hunk with its end, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) side: Side,
    pub(super) text: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Lines are numbered from 1; 0 is before the first.
    pub(super) old_start: usize,
    pub(super) new_start: usize,
    pub(super) lines: Vec<Line>,
}

impl Hunk {
    pub(super) fn side(&self, other: Side) -> Vec<&[u8]> {
        self.lines
            .iter()
            .filter(|it| it.side != other)
            .map(|it| it.text.as_slice())
            .collect()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) old: String,
    pub(super) new: String,
    pub(super) mode: Option<u32>,
    pub(super) hunks: Vec<Hunk>,
}

impl Patch {
    /// Whether it makes a file of nothing.
    pub(super) fn creates(&self) -> bool {
        self.old == "/dev/null"
            || matches!(self.hunks.as_slice(), [only] if only.old_start == 0 && only.side(Side::New).is_empty())
    }

    pub(super) fn reverse(&mut self) {
        std::mem::swap(&mut self.old, &mut self.new);
        for hunk in &mut self.hunks {
            std::mem::swap(&mut hunk.old_start, &mut hunk.new_start);
            for line in &mut hunk.lines {
                line.side = match line.side {
                    Side::Both => Side::Both,
                    Side::Old => Side::New,
                    Side::New => Side::Old,
                };
            }
        }
    }

    /// Hunks as a unified patch.
    pub(super) fn text_of(&self, numbers: &[usize]) -> Vec<u8> {
        let mut out = format!("--- {}\n+++ {}\n", self.old, self.new).into_bytes();
        for hunk in numbers.iter().filter_map(|it| self.hunks.get(*it)) {
            let range = |start: usize, count: usize| match count {
                1 => start.to_string(),
                _ => format!("{start},{count}"),
            };
            let old = range(hunk.old_start, hunk.side(Side::New).len());
            let new = range(hunk.new_start, hunk.side(Side::Old).len());
            out.extend_from_slice(format!("@@ -{old} +{new} @@\n").as_bytes());
            for line in &hunk.lines {
                out.push(match line.side {
                    Side::Both => b' ',
                    Side::Old => b'-',
                    Side::New => b'+',
                });
                out.extend_from_slice(&line.text);
                if line.text.last() != Some(&b'\n') {
                    out.extend_from_slice(b"\n\\ No newline at end of file\n");
                }
            }
        }
        out
    }
}

struct Lines<'t> {
    all: Vec<&'t [u8]>,
    at: usize,
}

impl<'t> Lines<'t> {
    fn peek(&self) -> Option<&'t [u8]> {
        self.all.get(self.at).copied()
    }

    fn starts(&self, with: &[u8]) -> bool {
        self.peek().is_some_and(|it| it.starts_with(with))
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Patch>, String> {
    let mut lines = Lines {
        all: bytes.split_inclusive(|it| *it == b'\n').collect(),
        at: 0,
    };
    let mut patches: Vec<Patch> = Vec::new();
    let mut mode = None;
    let mut index = None;
    while let Some(line) = lines.peek() {
        let text = String::from_utf8_lossy(line).into_owned();
        let text = text.trim_end();
        if let Some(octal) = text
            .strip_prefix("new file mode ")
            .or_else(|| text.strip_prefix("new mode "))
        {
            mode = u32::from_str_radix(octal, 8).ok().map(|it| it & 0o7777);
        }
        if let Some(name) = text.strip_prefix("Index: ") {
            index = Some(name.to_owned());
        }
        let next = lines.all.get(lines.at + 1).copied().unwrap_or_default();
        if line.starts_with(b"--- ") && next.starts_with(b"+++ ") {
            let mut patch = Patch {
                old: name_of(line),
                new: name_of(next),
                mode: mode.take(),
                hunks: Vec::new(),
            };
            lines.at += 2;
            while lines.starts(b"@@ ") {
                patch.hunks.push(unified(&mut lines)?);
            }
            patches.push(patch);
        } else if line.starts_with(b"*** ") && next.starts_with(b"--- ") {
            let mut patch = Patch {
                old: name_of(line),
                new: name_of(next),
                mode: mode.take(),
                hunks: Vec::new(),
            };
            lines.at += 2;
            while lines.starts(b"***************") {
                patch.hunks.push(context(&mut lines)?);
            }
            patches.push(patch);
        } else if let Some(command) = normal_command(text) {
            let mut patch = Patch {
                old: index.take().unwrap_or_default(),
                ..Patch::default()
            };
            patch.new.clone_from(&patch.old);
            patch.hunks.push(normal(&mut lines, command)?);
            while let Some(command) = lines
                .peek()
                .and_then(|it| normal_command(String::from_utf8_lossy(it).trim_end()))
            {
                patch.hunks.push(normal(&mut lines, command)?);
            }
            patches.push(patch);
        } else {
            lines.at += 1;
        }
    }
    Ok(patches)
}

fn name_of(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[4..]).into_owned();
    let text = text.trim_end_matches(['\n', '\r']);
    let name = text.split('\t').next().unwrap_or(text);
    name.trim_matches('"').trim_end().to_owned()
}

fn malformed(lines: &Lines<'_>) -> String {
    let text = lines
        .peek()
        .map(|it| String::from_utf8_lossy(it).trim_end().to_owned());
    match text {
        Some(text) => format!("malformed patch at line {}: {text}", lines.at + 1),
        None => "unexpected end of file in patch".into(),
    }
}

/// `12,3` or `12`
fn range(text: &str) -> Option<(usize, usize)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// Takes a line away from which `\ No newline at end of file` may take the end.
fn take(lines: &mut Lines<'_>, skip: usize) -> Vec<u8> {
    let line = lines.peek().unwrap_or_default();
    lines.at += 1;
    let mut text = line.get(skip..).unwrap_or(b"\n").to_vec();
    if text.last() != Some(&b'\n') {
        text.push(b'\n');
    }
    if lines.starts(b"\\ ") {
        lines.at += 1;
        text.pop();
    }
    text
}

fn unified(lines: &mut Lines<'_>) -> Result<Hunk, String> {
    let head = String::from_utf8_lossy(lines.peek().unwrap_or_default()).into_owned();
    let mut words = head.split(' ').skip(1);
    let old = words.next().and_then(|it| range(it.strip_prefix('-')?));
    let new = words.next().and_then(|it| range(it.strip_prefix('+')?));
    let (Some((old_start, mut old)), Some((new_start, mut new))) = (old, new) else {
        return Err(malformed(lines));
    };
    lines.at += 1;
    let mut hunk = Hunk {
        old_start,
        new_start,
        lines: Vec::new(),
    };
    while old > 0 || new > 0 {
        // An empty line has lost its blank on its way.
        let side = match lines.peek().and_then(|it| it.first()) {
            Some(b' ' | b'\t' | b'\n' | b'\r') if old > 0 && new > 0 => Side::Both,
            Some(b'-') if old > 0 => Side::Old,
            Some(b'+') if new > 0 => Side::New,
            _ => return Err(malformed(lines)),
        };
        old -= usize::from(side != Side::New);
        new -= usize::from(side != Side::Old);
        let skip = usize::from(!lines.starts(b"\n") && !lines.starts(b"\t"));
        let text = take(lines, skip);
        hunk.lines.push(Line { side, text });
    }
    Ok(hunk)
}

fn context(lines: &mut Lines<'_>) -> Result<Hunk, String> {
    lines.at += 1;
    let mut halves: Vec<(usize, Vec<(u8, Vec<u8>)>)> = Vec::new();
    for mark in ["*** ", "--- "] {
        let head = String::from_utf8_lossy(lines.peek().unwrap_or_default()).into_owned();
        let numbers = head
            .strip_prefix(mark)
            .map(|it| it.trim_end().trim_end_matches(['*', '-']).trim());
        let Some(numbers) = numbers else {
            return Err(malformed(lines));
        };
        let start = numbers.split(',').next().and_then(|it| it.parse().ok());
        let Some(start) = start else {
            return Err(malformed(lines));
        };
        lines.at += 1;
        let mut half = Vec::new();
        while let Some(line) = lines.peek() {
            let kind = *line.first().unwrap_or(&0);
            if line.get(1) != Some(&b' ') || !b" !-+".contains(&kind) {
                break;
            }
            half.push((kind, take(lines, 2)));
        }
        halves.push((start, half));
    }
    let (Some((new_start, new)), Some((old_start, old))) = (halves.pop(), halves.pop()) else {
        return Err(malformed(lines));
    };
    // A half without changes may be left out.
    let same = |half: &[(u8, Vec<u8>)]| {
        half.iter()
            .filter(|it| it.0 == b' ')
            .cloned()
            .collect::<Vec<_>>()
    };
    let old = if old.is_empty() { same(&new) } else { old };
    let new = if new.is_empty() { same(&old) } else { new };
    let mut hunk = Hunk {
        old_start,
        new_start,
        lines: Vec::new(),
    };
    let mut new = new.into_iter().peekable();
    for (kind, text) in old {
        if kind == b' ' {
            while let Some((_, text)) = new.next_if(|it| it.0 != b' ') {
                hunk.lines.push(Line {
                    side: Side::New,
                    text,
                });
            }
            new.next();
            hunk.lines.push(Line {
                side: Side::Both,
                text,
            });
        } else {
            hunk.lines.push(Line {
                side: Side::Old,
                text,
            });
        }
    }
    for (_, text) in new {
        hunk.lines.push(Line {
            side: Side::New,
            text,
        });
    }
    Ok(hunk)
}

/// `1,2c3,4`
fn normal_command(text: &str) -> Option<(usize, usize, char, usize, usize)> {
    let at = text.find(['a', 'c', 'd'])?;
    let ends = |text: &str| -> Option<(usize, usize)> {
        let (first, last) = text.split_once(',').unwrap_or((text, text));
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    let (old, old_last) = ends(&text[..at])?;
    let (new, new_last) = ends(&text[at + 1..])?;
    Some((old, old_last, text[at..].chars().next()?, new, new_last))
}

fn normal(
    lines: &mut Lines<'_>,
    command: (usize, usize, char, usize, usize),
) -> Result<Hunk, String> {
    let (old, old_last, kind, new, new_last) = command;
    lines.at += 1;
    let mut hunk = Hunk {
        old_start: old,
        new_start: new,
        lines: Vec::new(),
    };
    if kind != 'a' {
        for _ in old..=old_last {
            if !lines.starts(b"< ") && !lines.starts(b"<\n") {
                return Err(malformed(lines));
            }
            let text = take(lines, 2);
            hunk.lines.push(Line {
                side: Side::Old,
                text,
            });
        }
    }
    if kind == 'c' {
        if !lines.starts(b"---") {
            return Err(malformed(lines));
        }
        lines.at += 1;
    }
    if kind != 'd' {
        for _ in new..=new_last {
            if !lines.starts(b"> ") && !lines.starts(b">\n") {
                return Err(malformed(lines));
            }
            let text = take(lines, 2);
            hunk.lines.push(Line {
                side: Side::New,
                text,
            });
        }
    }
    Ok(hunk)
}
