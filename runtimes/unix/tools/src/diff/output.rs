//! The forms that differences are printed in.

use std::io::{self, Write};

use super::compare::Hunk;
use super::text::Text;
use crate::posix_regex::Regex;

/// What one side is called in a header.
pub(super) struct Label {
    pub(super) name: String,
    /// Behind a tab, if there is no `--label`.
    pub(super) time: Option<String>,
}

pub(super) struct Pair<'t> {
    pub(super) old: &'t Text<'t>,
    pub(super) new: &'t Text<'t>,
    pub(super) labels: [Label; 2],
}

#[derive(Default)]
pub(super) struct Look {
    pub(super) color: bool,
    pub(super) context: usize,
    /// `-p`, `-F`: lines that say which function a hunk is in.
    pub(super) function: Option<Regex>,
    pub(super) width: usize,
    pub(super) left_only: bool,
    pub(super) suppress_common: bool,
    pub(super) initial_tab: bool,
}

impl Look {
    fn colored(
        &self,
        out: &mut dyn Write,
        color: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        if !self.color || color.is_empty() {
            return write(out);
        }
        write!(out, "\x1b[{color}m")?;
        write(out)?;
        write!(out, "\x1b[0m")
    }
}

const OLD: &str = "31";
const NEW: &str = "32";
const AT: &str = "36";
const BOLD: &str = "1";

impl Pair<'_> {
    fn line(
        &self,
        out: &mut dyn Write,
        look: &Look,
        mark: &str,
        color: &str,
        text: &Text<'_>,
        at: usize,
    ) -> io::Result<()> {
        let line = text.lines[at];
        look.colored(out, color, |out| {
            out.write_all(mark.as_bytes())?;
            if look.initial_tab && !mark.ends_with(' ') {
                out.write_all(b"\t")?;
            }
            out.write_all(line)
        })?;
        out.write_all(b"\n")?;
        if text.unfinished && at + 1 == text.lines.len() {
            out.write_all(b"\\ No newline at end of file\n")?;
        }
        Ok(())
    }

    pub(super) fn normal(
        &self,
        out: &mut dyn Write,
        hunks: &[Hunk],
        look: &Look,
    ) -> io::Result<()> {
        for hunk in hunks {
            let kind = match (hunk.old_count, hunk.new_count) {
                (0, _) => 'a',
                (_, 0) => 'd',
                _ => 'c',
            };
            let old = range(hunk.old, hunk.old_count);
            let new = range(hunk.new, hunk.new_count);
            look.colored(out, AT, |out| write!(out, "{old}{kind}{new}"))?;
            writeln!(out)?;
            for at in hunk.old..hunk.old + hunk.old_count {
                self.line(out, look, "< ", OLD, self.old, at)?;
            }
            if kind == 'c' {
                writeln!(out, "---")?;
            }
            for at in hunk.new..hunk.new + hunk.new_count {
                self.line(out, look, "> ", NEW, self.new, at)?;
            }
        }
        Ok(())
    }

    /// `-e`: commands for `ed`, the last ones first, so that the numbers before stay right.
    pub(super) fn ed(&self, out: &mut dyn Write, hunks: &[Hunk]) -> io::Result<()> {
        for hunk in hunks.iter().rev() {
            let kind = match (hunk.old_count, hunk.new_count) {
                (0, _) => 'a',
                (_, 0) => 'd',
                _ => 'c',
            };
            writeln!(out, "{}{kind}", range(hunk.old, hunk.old_count))?;
            let mut open = hunk.new_count > 0;
            for at in hunk.new..hunk.new + hunk.new_count {
                if !open {
                    writeln!(out, "a")?;
                    open = true;
                }
                let line = self.new.lines[at];
                if line == b"." {
                    // A line of one dot would end the text: two dots, of which one is taken away.
                    writeln!(out, "..\n.\ns/.//")?;
                    open = false;
                } else {
                    out.write_all(line)?;
                    writeln!(out)?;
                }
            }
            if open {
                writeln!(out, ".")?;
            }
        }
        Ok(())
    }

    /// `-n`: as RCS keeps them.
    pub(super) fn rcs(&self, out: &mut dyn Write, hunks: &[Hunk]) -> io::Result<()> {
        for hunk in hunks {
            if hunk.old_count > 0 {
                writeln!(out, "d{} {}", hunk.old + 1, hunk.old_count)?;
            }
            if hunk.new_count > 0 {
                writeln!(out, "a{} {}", hunk.old + hunk.old_count, hunk.new_count)?;
            }
            for at in hunk.new..hunk.new + hunk.new_count {
                out.write_all(self.new.lines[at])?;
                if !(self.new.unfinished && at + 1 == self.new.lines.len()) {
                    writeln!(out)?;
                }
            }
        }
        Ok(())
    }

    fn header(&self, out: &mut dyn Write, marks: [&str; 2], look: &Look) -> io::Result<()> {
        for (label, mark) in self.labels.iter().zip(marks) {
            look.colored(out, BOLD, |out| {
                write!(out, "{mark} {}", label.name)?;
                match &label.time {
                    Some(time) => write!(out, "\t{time}"),
                    None => Ok(()),
                }
            })?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// The line above a hunk that says which function it is in.
    fn function(&self, before: usize, look: &Look) -> Option<String> {
        let regex = look.function.as_ref()?;
        let lines = self.old.lines.get(..before)?;
        let found = lines.iter().rev().find(|it| regex.is_match(it))?;
        let text = String::from_utf8_lossy(found).into_owned();
        let shown: String = text.trim_start().chars().take(40).collect();
        Some(shown.trim_end().to_owned())
    }

    pub(super) fn unified(
        &self,
        out: &mut dyn Write,
        hunks: &[Hunk],
        look: &Look,
    ) -> io::Result<()> {
        self.header(out, ["---", "+++"], look)?;
        for group in groups(hunks, look.context) {
            let window = self.window(group, look.context);
            let [old, new] =
                [window.old_range(), window.new_range()].map(|(start, count)| match count {
                    1 => format!("{}", start + 1),
                    0 => format!("{start},0"),
                    _ => format!("{},{count}", start + 1),
                });
            look.colored(out, AT, |out| write!(out, "@@ -{old} +{new} @@"))?;
            if let Some(function) = self.function(window.old, look) {
                write!(out, " {function}")?;
            }
            writeln!(out)?;
            let mut at = window.old;
            for hunk in group {
                while at < hunk.old {
                    self.line(out, look, " ", "", self.old, at)?;
                    at += 1;
                }
                for at in hunk.old..hunk.old + hunk.old_count {
                    self.line(out, look, "-", OLD, self.old, at)?;
                }
                for at in hunk.new..hunk.new + hunk.new_count {
                    self.line(out, look, "+", NEW, self.new, at)?;
                }
                at = hunk.old + hunk.old_count;
            }
            while at < window.old_end {
                self.line(out, look, " ", "", self.old, at)?;
                at += 1;
            }
        }
        Ok(())
    }

    pub(super) fn context(
        &self,
        out: &mut dyn Write,
        hunks: &[Hunk],
        look: &Look,
    ) -> io::Result<()> {
        self.header(out, ["***", "---"], look)?;
        for group in groups(hunks, look.context) {
            let window = self.window(group, look.context);
            write!(out, "***************")?;
            if let Some(function) = self.function(window.old, look) {
                write!(out, " {function}")?;
            }
            writeln!(out)?;
            let sides = [
                (self.old, window.old, window.old_end, true),
                (self.new, window.new, window.new_end, false),
            ];
            for (text, start, end, is_old) in sides {
                let range = context_range(start, end - start);
                let head = if is_old {
                    format!("*** {range} ****")
                } else {
                    format!("--- {range} ----")
                };
                look.colored(out, AT, |out| write!(out, "{head}"))?;
                writeln!(out)?;
                let count = |hunk: &Hunk| {
                    if is_old {
                        hunk.old_count
                    } else {
                        hunk.new_count
                    }
                };
                if group.iter().all(|it| count(it) == 0) {
                    continue;
                }
                let mut at = start;
                for hunk in group {
                    let (from, to) = if is_old {
                        (hunk.old, hunk.old + hunk.old_count)
                    } else {
                        (hunk.new, hunk.new + hunk.new_count)
                    };
                    while at < from {
                        self.line(out, look, "  ", "", text, at)?;
                        at += 1;
                    }
                    let (mark, color) = match (hunk.old_count > 0 && hunk.new_count > 0, is_old) {
                        (true, true) => ("! ", OLD),
                        (true, false) => ("! ", NEW),
                        (false, true) => ("- ", OLD),
                        (false, false) => ("+ ", NEW),
                    };
                    while at < to {
                        self.line(out, look, mark, color, text, at)?;
                        at += 1;
                    }
                }
                while at < end {
                    self.line(out, look, "  ", "", text, at)?;
                    at += 1;
                }
            }
        }
        Ok(())
    }

    fn window(&self, group: &[Hunk], context: usize) -> Window {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return Window::default();
        };
        let before = first.old.min(context);
        let old_last = last.old + last.old_count;
        let after = (self.old.lines.len() - old_last).min(context);
        Window {
            old: first.old - before,
            old_end: old_last + after,
            new: first.new - before,
            new_end: last.new + last.new_count + after,
        }
    }

    /// `-y`
    pub(super) fn side_by_side(
        &self,
        out: &mut dyn Write,
        hunks: &[Hunk],
        look: &Look,
    ) -> io::Result<()> {
        let columns = Columns::new(look.width);
        let (mut i, mut j) = (0, 0);
        let end = Hunk {
            old: self.old.lines.len(),
            old_count: 0,
            new: self.new.lines.len(),
            new_count: 0,
        };
        for hunk in hunks.iter().chain([&end]) {
            while i < hunk.old && j < hunk.new {
                if !look.suppress_common {
                    let right = (!look.left_only).then(|| self.new.lines[j]);
                    let mark = if look.left_only { '(' } else { ' ' };
                    columns.print(out, Some(self.old.lines[i]), mark, right)?;
                }
                i += 1;
                j += 1;
            }
            for at in 0..hunk.old_count.max(hunk.new_count) {
                let left = (at < hunk.old_count).then(|| self.old.lines[hunk.old + at]);
                let right = (at < hunk.new_count).then(|| self.new.lines[hunk.new + at]);
                let mark = match (left, right) {
                    (Some(_), Some(_)) => '|',
                    (Some(_), None) => '<',
                    _ => '>',
                };
                columns.print(out, left, mark, right)?;
            }
            i = hunk.old + hunk.old_count;
            j = hunk.new + hunk.new_count;
        }
        Ok(())
    }
}

/// What lines a group of hunks is shown with.
#[derive(Default)]
struct Window {
    old: usize,
    old_end: usize,
    new: usize,
    new_end: usize,
}

impl Window {
    fn old_range(&self) -> (usize, usize) {
        (self.old, self.old_end - self.old)
    }

    fn new_range(&self) -> (usize, usize) {
        (self.new, self.new_end - self.new)
    }
}

/// Hunks whose contexts touch belong together.
fn groups(hunks: &[Hunk], context: usize) -> Vec<&[Hunk]> {
    let mut groups = Vec::new();
    let mut start = 0;
    for at in 1..=hunks.len() {
        let near = hunks.get(at).is_some_and(|next| {
            let before = &hunks[at - 1];
            next.old - (before.old + before.old_count) <= 2 * context
        });
        if !near {
            groups.push(&hunks[start..at]);
            start = at;
        }
    }
    groups
}

fn range(start: usize, count: usize) -> String {
    match count {
        0 => start.to_string(),
        1 => (start + 1).to_string(),
        _ => format!("{},{}", start + 1, start + count),
    }
}

fn context_range(start: usize, count: usize) -> String {
    range(start, count)
}

struct Columns {
    half: usize,
    second: usize,
}

impl Columns {
    fn new(width: usize) -> Self {
        // As sdiff has it: the second column begins at a tab stop, 3 columns are between them.
        let second = (width + 8 + 3) / 16 * 8;
        let half = second.saturating_sub(3).min(width.saturating_sub(second));
        if half == 0 {
            return Self {
                half: 0,
                second: width,
            };
        }
        Self { half, second }
    }

    fn print(
        &self,
        out: &mut dyn Write,
        left: Option<&[u8]>,
        mark: char,
        right: Option<&[u8]>,
    ) -> io::Result<()> {
        let mut column = 0;
        if let Some(left) = left {
            column = self.half_line(out, left, 0)?;
        }
        if mark != ' ' {
            let to = (self.half + self.second - 1) / 2;
            fill(out, column, to)?;
            write!(out, "{mark}")?;
            column = to + 1;
        }
        if let Some(right) = right.filter(|it| !it.is_empty()) {
            fill(out, column, self.second)?;
            self.half_line(out, right, self.second)?;
        }
        writeln!(out)
    }

    /// What of a line fits into a column; gives the column behind it.
    fn half_line(&self, out: &mut dyn Write, line: &[u8], from: usize) -> io::Result<usize> {
        let mut column = 0;
        for character in String::from_utf8_lossy(line).chars() {
            let width = if character == '\t' { 8 - column % 8 } else { 1 };
            if column + width > self.half {
                break;
            }
            write!(out, "{character}")?;
            column += width;
        }
        Ok(from + column)
    }
}

/// Tabs and blanks from one column to another.
fn fill(out: &mut dyn Write, mut from: usize, to: usize) -> io::Result<()> {
    let mut tab = from + 8 - from % 8;
    while tab <= to {
        out.write_all(b"\t")?;
        from = tab;
        tab += 8;
    }
    while from < to {
        out.write_all(b" ")?;
        from += 1;
    }
    Ok(())
}
