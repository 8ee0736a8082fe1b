//! How a listing looks.

use belljar_sys::posix::{S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG};
use unicode_width::UnicodeWidthChar;

use super::settings::{Indicator, Settings, Shape};
use super::{Entry, Lister};
use crate::devices;
use crate::modes;
use crate::options::Exit;
use crate::quoting;
use crate::times;

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Literal,
    Shell,
    ShellAlways,
    ShellEscape,
    ShellEscapeAlways,
    C,
    CMaybe,
    Escape,
    Locale,
}

impl Quoting {
    pub(super) const NAMES: [&'static str; 10] = [
        "literal",
        "shell",
        "shell-always",
        "shell-escape",
        "shell-escape-always",
        "c",
        "c-maybe",
        "escape",
        "locale",
        "clocale",
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "literal" => Self::Literal,
            "shell" => Self::Shell,
            "shell-always" => Self::ShellAlways,
            "shell-escape" => Self::ShellEscape,
            "shell-escape-always" => Self::ShellEscapeAlways,
            "c" => Self::C,
            "c-maybe" => Self::CMaybe,
            "escape" => Self::Escape,
            "locale" | "clocale" => Self::Locale,
            _ => return None,
        })
    }
}

/// Columns of a terminal; control characters take none.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A name as it is shown: what stands before it, colored text, and how wide it all is.
struct Cell {
    text: String,
    width: usize,
}

impl Settings {
    /// A name with its quotes.
    pub(super) fn name(&self, name: &str) -> String {
        let shown = match self.quoting {
            Quoting::Literal => name.to_owned(),
            Quoting::Shell => quoting::shell(name, false, false),
            Quoting::ShellAlways => quoting::shell(name, true, false),
            Quoting::ShellEscape => quoting::shell(name, false, true),
            Quoting::ShellEscapeAlways => quoting::shell(name, true, true),
            Quoting::C => format!("\"{}\"", quoting::escape(name, Some('"'))),
            Quoting::CMaybe => {
                let escaped = quoting::escape(name, Some('"'));
                if escaped == name { escaped } else { format!("\"{escaped}\"") }
            }
            Quoting::Escape => quoting::escape(name, None).replace(' ', "\\ "),
            Quoting::Locale => quoting::locale(name),
        };
        let hides = matches!(self.quoting, Quoting::Literal | Quoting::Shell | Quoting::ShellAlways);
        if self.hide_controls && hides {
            let hide = |c: char| if quoting::printable(c) { c } else { '?' };
            return shown.chars().map(hide).collect();
        }
        shown
    }

    /// The path of a directory above its listing.
    pub(super) fn header(&self, path: &str) -> String {
        let name = self.name(path);
        // A colon in a path would look like the end of it.
        if path.contains(':') && self.quoting == Quoting::ShellEscape {
            return quoting::shell(path, true, true);
        }
        match &self.colors {
            Some(colors) => colors.paint_kind(S_IFDIR, &name),
            None => name,
        }
    }

    /// What a long listing and `-F` put behind a name.
    fn indicator(&self, mode: u32) -> &'static str {
        let classify = self.indicator;
        match mode & S_IFMT {
            _ if classify == Indicator::None => "",
            S_IFDIR => "/",
            _ if classify == Indicator::Slash => "",
            S_IFLNK => "@",
            S_IFIFO => "|",
            0o140_000 => "=",
            S_IFREG if classify == Indicator::Classify && mode & 0o111 != 0 => "*",
            _ => "",
        }
    }

    fn is_recent(&self, time: i64) -> bool {
        // Half a year of 365.2425 days.
        const HALF_A_YEAR: i64 = 31_556_952 / 2 * 1_000_000_000;
        time <= self.now && self.now - time < HALF_A_YEAR
    }
}

impl Lister {
    pub(super) fn show(&mut self, entries: &[Entry]) -> Result<(), Exit> {
        if self.settings.shape == Shape::Long {
            return self.show_long(entries);
        }
        let inode_width = self.inode_width(entries);
        let block_width = self.block_width(entries);
        let padded = self.has_mixed_quotes(entries);
        let commas = self.settings.shape == Shape::Commas;
        let cells: Vec<_> = entries
            .iter()
            .map(|entry| {
                let (inodes, blocks) = if commas { (0, 0) } else { (inode_width, block_width) };
                let front = self.front(entry, inodes, blocks);
                let (name, name_width) = self.named(entry, padded && !commas);
                let mode = entry.stat.as_ref().map_or(entry.kind, |stat| stat.mode);
                let sign = self.settings.indicator(mode);
                Cell {
                    width: width(&front) + name_width + sign.len(),
                    text: format!("{front}{name}{sign}"),
                }
            })
            .collect();
        let text = match self.settings.shape {
            Shape::Commas => commas_between(&cells, self.settings.width, self.settings.end),
            Shape::Down => columns(&cells, self.settings.width, self.settings.tab, true),
            Shape::Across => columns(&cells, self.settings.width, self.settings.tab, false),
            _ => {
                let end = self.settings.end;
                let mut text = String::new();
                for cell in &cells {
                    text.push_str(&cell.text);
                    text.push(end);
                }
                text
            }
        };
        self.out.put_str(&text)
    }

    /// Whether some names are quoted and others not: then these are moved, to be in line.
    fn has_mixed_quotes(&self, entries: &[Entry]) -> bool {
        let escaping = matches!(self.settings.quoting, Quoting::ShellEscape | Quoting::CMaybe);
        let lined = self.settings.shape != Shape::One || self.out.is_terminal();
        let width_matters = self.settings.width != usize::MAX;
        escaping
            && lined
            && width_matters
            && entries.iter().any(|entry| self.settings.name(&entry.name) != entry.name)
    }

    fn named(&self, entry: &Entry, padded: bool) -> (String, usize) {
        let mut name = self.settings.name(&entry.name);
        let quoted = name != entry.name;
        let pad = if padded && !quoted { " " } else { "" };
        let wide = width(&name) + pad.len();
        if let Some(colors) = &self.settings.colors {
            name = colors.paint(entry, &name);
        }
        (format!("{pad}{name}"), wide)
    }

    fn inode_width(&self, entries: &[Entry]) -> usize {
        let inode = |entry: &Entry| entry.stat.as_ref().map_or(1, |stat| stat.inode.to_string().len());
        entries.iter().map(inode).max().unwrap_or(0)
    }

    fn block_width(&self, entries: &[Entry]) -> usize {
        entries.iter().map(|entry| self.blocks(entry).len()).max().unwrap_or(0)
    }

    fn blocks(&self, entry: &Entry) -> String {
        match &entry.stat {
            Some(stat) => self.settings.block_scale.show(stat.blocks * 512),
            None => "?".to_owned(),
        }
    }

    /// Inode number and blocks, as they are asked for.
    fn front(&self, entry: &Entry, inode_width: usize, block_width: usize) -> String {
        let mut front = String::new();
        if self.settings.inode {
            let inode = entry.stat.as_ref().map(|stat| stat.inode.to_string());
            front = format!("{:>inode_width$} ", inode.as_deref().unwrap_or("?"));
        }
        if self.settings.blocks {
            front.push_str(&format!("{:>block_width$} ", self.blocks(entry)));
        }
        if self.settings.context {
            front.push_str("? ");
        }
        front
    }

    fn show_long(&mut self, entries: &[Entry]) -> Result<(), Exit> {
        struct Row {
            front: String,
            mode: String,
            links: String,
            owner: String,
            group: String,
            size: String,
            time: String,
        }
        let settings = &self.settings;
        let inode_width = self.inode_width(entries);
        let block_width = self.block_width(entries);
        let context = settings.context;
        let minors = entries
            .iter()
            .filter(|entry| entry.kind == S_IFCHR)
            .map(|entry| devices::numbers(&entry.path).1.to_string().len())
            .max()
            .unwrap_or(0);
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut front = self.front(entry, inode_width, block_width);
            if context {
                front.truncate(front.len() - 2);
            }
            let Some(stat) = &entry.stat else {
                let mut mode = modes::display(entry.kind);
                mode.replace_range(1.., "?????????");
                rows.push(Row {
                    front,
                    mode,
                    links: "?".to_owned(),
                    owner: "?".to_owned(),
                    group: "?".to_owned(),
                    size: "?".to_owned(),
                    time: "?".to_owned(),
                });
                continue;
            };
            let time = entry.time(settings.clock);
            let [old, recent] = &settings.times;
            let format = if settings.is_recent(time) { recent } else { old };
            let (owner, group) = if settings.numeric {
                (stat.uid.to_string(), stat.gid.to_string())
            } else {
                (self.accounts.user(stat.uid).to_owned(), self.accounts.group(stat.gid))
            };
            rows.push(Row {
                front,
                mode: modes::display(stat.mode),
                links: stat.links.to_string(),
                owner,
                group,
                size: match stat.mode & S_IFMT {
                    S_IFCHR => {
                        let (major, minor) = devices::numbers(&entry.path);
                        format!("{major}, {minor:>minors$}")
                    }
                    _ => settings.file_scale.show(stat.size),
                },
                time: times::format(format, &times::at(time, &settings.zone)),
            });
        }
        let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| width(cell(row))).max().unwrap_or(0);
        let links = widest(|row| &row.links);
        let owners = widest(|row| &row.owner);
        let groups = widest(|row| &row.group);
        let sizes = widest(|row| &row.size);
        let times = widest(|row| &row.time);
        let numeric = settings.numeric;
        let aligned = |text: &str, width: usize| {
            if numeric { format!("{text:>width$}") } else { format!("{text:<width$}") }
        };
        let padded = self.has_mixed_quotes(entries);
        let mut text = String::new();
        for (row, entry) in rows.iter().zip(entries) {
            text.push_str(&format!("{}{} {:>links$} ", row.front, row.mode, row.links));
            if settings.owner {
                text.push_str(&aligned(&row.owner, owners));
                text.push(' ');
            }
            if settings.group {
                text.push_str(&aligned(&row.group, groups));
                text.push(' ');
            }
            if settings.author {
                text.push_str(&aligned(&row.owner, owners));
                text.push(' ');
            }
            if context {
                text.push_str("? ");
            }
            text.push_str(&format!("{:>sizes$} {:>times$} ", row.size, row.time));
            let (name, _) = self.named(entry, padded);
            text.push_str(&name);
            if entry.kind == S_IFLNK {
                if let Some(link) = &entry.link {
                    let mut shown = settings.name(link);
                    if let Some(colors) = &settings.colors {
                        shown = colors.paint_target(entry, link, &shown);
                    }
                    let sign = entry.target.as_ref().map_or("", |target| settings.indicator(target.mode));
                    text.push_str(&format!(" -> {shown}{sign}"));
                }
            } else {
                let mode = entry.stat.as_ref().map_or(entry.kind, |stat| stat.mode);
                text.push_str(settings.indicator(mode));
            }
            text.push(settings.end);
        }
        self.out.put_str(&text)
    }
}

fn commas_between(cells: &[Cell], width: usize, end: char) -> String {
    let mut text = String::new();
    let mut column = 0;
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(',');
            column += 1;
            if width != usize::MAX && column + 1 + cell.width + 1 > width {
                text.push(end);
                column = 0;
            } else {
                text.push(' ');
                column += 1;
            }
        }
        text.push_str(&cell.text);
        column += cell.width;
    }
    if !cells.is_empty() {
        text.push(end);
    }
    text
}

/// Columns that are as many as fit into the width, filled downwards or across.
fn columns(cells: &[Cell], width: usize, tab: usize, down: bool) -> String {
    if cells.is_empty() {
        return String::new();
    }
    let widths = fit(&cells.iter().map(|cell| cell.width).collect::<Vec<_>>(), width, down);
    let count = widths.len();
    let rows = cells.len().div_ceil(count);
    let mut text = String::new();
    for row in 0..rows {
        let mut position = 0;
        let mut start = 0;
        for (column, column_width) in widths.iter().enumerate() {
            let index = if down { column * rows + row } else { row * count + column };
            let Some(cell) = cells.get(index) else { break };
            if column > 0 {
                indent(&mut text, position, start, tab);
            }
            text.push_str(&cell.text);
            position = start + cell.width;
            start += column_width;
        }
        text.push('\n');
    }
    text
}

/// Moves from one column to another, with tabs where they reach.
fn indent(text: &mut String, mut from: usize, to: usize, tab: usize) {
    while from < to {
        if tab != 0 && to / tab > (from + 1) / tab {
            text.push('\t');
            from += tab - from % tab;
        } else {
            text.push(' ');
            from += 1;
        }
    }
}

/// The widths of as many columns as fit.
fn fit(cells: &[usize], width: usize, down: bool) -> Vec<usize> {
    /// A name of one letter and two spaces.
    const LEAST: usize = 3;
    if width == usize::MAX {
        // One line for all, when filled across or down.
        return cells
            .iter()
            .enumerate()
            .map(|(index, cell)| if index + 1 < cells.len() { cell + 2 } else { *cell })
            .collect();
    }
    let most = (width / LEAST).clamp(1, cells.len());
    for count in (2..=most).rev() {
        let rows = cells.len().div_ceil(count);
        let mut widths = vec![LEAST; count];
        for (index, cell) in cells.iter().enumerate() {
            let column = if down { index / rows } else { index % count };
            let gap = if column + 1 == count { 0 } else { 2 };
            if let Some(wide) = widths.get_mut(column) {
                *wide = (*wide).max(cell + gap);
            }
        }
        if widths.iter().sum::<usize>() < width {
            return widths;
        }
    }
    vec![LEAST.max(cells.iter().copied().max().unwrap_or(0))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_filled_as_gnu_does() {
        let cells = |names: &[&str]| -> Vec<Cell> {
            let cell = |name: &&str| Cell {
                text: (*name).to_owned(),
                width: name.len(),
            };
            names.iter().map(cell).collect()
        };
        let names = cells(&["a", "bb", "ccc", "dddd", "eeeee"]);
        assert_eq!(columns(&names, 80, 8, true), "a  bb  ccc  dddd  eeeee\n");
        assert_eq!(columns(&names, 14, 8, true), "a    dddd\nbb   eeeee\nccc\n");
        assert_eq!(columns(&names, 14, 8, false), "a      bb\nccc    dddd\neeeee\n");
        assert_eq!(commas_between(&names, 10, '\n'), "a, bb,\nccc, dddd,\neeeee\n");
    }
}
