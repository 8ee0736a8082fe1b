//! `LS_COLORS`.

use std::cell::Cell;

use belljar_sys::posix::{S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG};

use super::Entry;
use crate::patterns;

/// What color what has.
pub(super) struct Colors {
    kinds: Vec<(String, String)>,
    suffixes: Vec<(String, String)>,
    /// Whether a color has been used: the first one resets what was before.
    used: Cell<bool>,
}

/// What GNU's has without a setting.
const DEFAULTS: [(&str, &str); 13] = [
    ("di", "01;34"),
    ("ln", "01;36"),
    ("pi", "33"),
    ("so", "01;35"),
    ("bd", "01;33"),
    ("cd", "01;33"),
    ("ex", "01;32"),
    ("do", "01;35"),
    ("su", "37;41"),
    ("sg", "30;43"),
    ("st", "37;44"),
    ("ow", "34;42"),
    ("tw", "30;42"),
];

/// Terminals that have colors, as `dircolors` knows them.
const TERMINALS: [&str; 27] = [
    "Eterm",
    "ansi",
    "*color*",
    "con[0-9]*x[0-9]*",
    "cons25",
    "console",
    "cygwin",
    "*direct*",
    "dtterm",
    "gnome",
    "hurd",
    "jfbterm",
    "konsole",
    "kterm",
    "linux",
    "linux-c",
    "mlterm",
    "putty",
    "rxvt*",
    "screen*",
    "st",
    "terminator",
    "tmux*",
    "vt100",
    "vt220",
    "xterm*",
    "alacritty",
];

impl Colors {
    /// None if neither `LS_COLORS` nor the terminal asks for colors.
    pub(super) fn of_environment() -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let setting = variable("LS_COLORS");
        let terminal = variable("TERM").unwrap_or_default();
        let known = TERMINALS.iter().any(|pattern| patterns::matches(pattern, &terminal, false));
        (setting.is_some() || variable("COLORTERM").is_some() || known)
            .then(|| Self::new(setting.as_deref()))
    }

    fn new(setting: Option<&str>) -> Self {
        let own = |(kind, color): (&str, &str)| (kind.to_owned(), color.to_owned());
        let mut colors = Self {
            kinds: DEFAULTS.into_iter().map(own).collect(),
            suffixes: Vec::new(),
            used: Cell::new(false),
        };
        for part in setting.unwrap_or_default().split(':') {
            let Some((kind, color)) = part.split_once('=') else {
                continue;
            };
            if let Some(suffix) = kind.strip_prefix('*') {
                colors.suffixes.push(own((suffix, color)));
            } else if kind.len() == 2 {
                colors.kinds.retain(|(known, _)| known != kind);
                colors.kinds.push(own((kind, color)));
            }
        }
        colors
    }

    fn kind(&self, kind: &str) -> Option<&str> {
        let found = self.kinds.iter().find(|(known, _)| known == kind);
        found.map(|(_, color)| color.as_str()).filter(|color| !matches!(*color, "" | "0" | "00"))
    }

    /// Whether the color of a link depends on what it points to.
    pub(super) fn follow(&self, long: bool) -> bool {
        self.kind("or").is_some()
            || long && self.kind("mi").is_some()
            || self.kind("ln") == Some("target")
    }

    fn wrap(&self, color: Option<&str>, text: &str) -> String {
        let Some(color) = color else {
            return text.to_owned();
        };
        let reset = if self.used.replace(true) { "" } else { "\u{1b}[0m" };
        format!("{reset}\u{1b}[{color}m{text}\u{1b}[0m")
    }

    pub(super) fn paint(&self, entry: &Entry, text: &str) -> String {
        let mode = entry.stat.as_ref().map_or(entry.kind, |stat| stat.mode);
        let links = entry.stat.as_ref().map_or(1, |stat| stat.links);
        let color = match mode & S_IFMT {
            S_IFLNK => match &entry.target {
                None if self.kind("or").is_some() => self.kind("or"),
                Some(target) if self.kind("ln") == Some("target") => {
                    self.color(target.mode, target.links, &entry.name)
                }
                _ => self.kind("ln"),
            },
            _ => self.color(mode, links, &entry.name),
        };
        self.wrap(color, text)
    }

    /// Paints what a link points to.
    pub(super) fn paint_target(&self, entry: &Entry, link: &str, text: &str) -> String {
        let color = match &entry.target {
            Some(target) => self.color(target.mode, target.links, link),
            None => self.kind("mi").or_else(|| self.kind("or")),
        };
        self.wrap(color, text)
    }

    pub(super) fn paint_kind(&self, mode: u32, text: &str) -> String {
        self.wrap(self.color(mode, 1, ""), text)
    }

    fn color(&self, mode: u32, links: u64, name: &str) -> Option<&str> {
        match mode & S_IFMT {
            S_IFDIR => {
                let special = match (mode & 0o1000 != 0, mode & 0o002 != 0) {
                    (true, true) => self.kind("tw"),
                    (false, true) => self.kind("ow"),
                    (true, false) => self.kind("st"),
                    (false, false) => None,
                };
                special.or_else(|| self.kind("di"))
            }
            S_IFIFO => self.kind("pi"),
            S_IFCHR => self.kind("cd"),
            0o060_000 => self.kind("bd"),
            0o140_000 => self.kind("so"),
            S_IFLNK => self.kind("ln"),
            S_IFREG => {
                let special = if mode & 0o4000 != 0 {
                    self.kind("su")
                } else if mode & 0o2000 != 0 {
                    self.kind("sg")
                } else {
                    None
                };
                let special = special.or_else(|| if mode & 0o111 != 0 { self.kind("ex") } else { None });
                let special = special.or_else(|| if links > 1 { self.kind("mh") } else { None });
                let by_suffix = || {
                    let found = self.suffixes.iter().rfind(|(suffix, _)| {
                        let start = name.len().checked_sub(suffix.len());
                        let end = start.and_then(|start| name.get(start..));
                        end.is_some_and(|end| end.eq_ignore_ascii_case(suffix))
                    });
                    found.map(|(_, color)| color.as_str())
                };
                special.or_else(by_suffix).or_else(|| self.kind("fi"))
            }
            _ => None,
        }
    }
}
