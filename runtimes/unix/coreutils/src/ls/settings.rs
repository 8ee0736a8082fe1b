//! What the options of `ls` ask for.

use belljar_sys::posix;
use jiff::tz::TimeZone;

use super::LS;
use super::colors::Colors;
use super::layout::Quoting;
use crate::options::{Exit, Line, choose};
use crate::patterns;
use crate::quoting::locale;
use crate::report::{self, say};
use crate::streams::Output;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Long,
    One,
    Down,
    Across,
    Commas,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    None,
    Size,
    Time,
    Version,
    Extension,
    Width,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Modified,
    Accessed,
    Changed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Indicator {
    None,
    Slash,
    FileType,
    Classify,
}

/// How sizes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// In units of so many bytes, with this letter behind.
    Units(u64, &'static str),
    Human(u64),
}

impl Scale {
    pub(super) fn show(self, bytes: u64) -> String {
        match self {
            Self::Units(unit, suffix) => format!("{}{suffix}", bytes.div_ceil(unit)),
            Self::Human(base) => crate::numbers::human(bytes, base),
        }
    }
}

pub(super) struct Settings {
    pub(super) shape: Shape,
    pub(super) order: Order,
    pub(super) clock: Clock,
    pub(super) indicator: Indicator,
    pub(super) quoting: Quoting,
    pub(super) hide_controls: bool,
    pub(super) colors: Option<Colors>,
    pub(super) all: bool,
    pub(super) almost: bool,
    pub(super) ignored: Vec<String>,
    pub(super) hidden: Vec<String>,
    pub(super) directory: bool,
    pub(super) recursive: bool,
    pub(super) reverse: bool,
    pub(super) directories_first: bool,
    pub(super) inode: bool,
    pub(super) blocks: bool,
    pub(super) owner: bool,
    pub(super) group: bool,
    pub(super) author: bool,
    pub(super) context: bool,
    pub(super) numeric: bool,
    pub(super) follow: bool,
    pub(super) follow_arguments: bool,
    pub(super) follow_directories: bool,
    pub(super) file_scale: Scale,
    pub(super) block_scale: Scale,
    pub(super) times: [String; 2],
    pub(super) width: usize,
    pub(super) tab: usize,
    pub(super) end: char,
    pub(super) zone: TimeZone,
    pub(super) now: i64,
}

impl Settings {
    pub(super) fn shows(&self, name: &str) -> bool {
        let matched = |patterns: &[String]| {
            patterns.iter().any(|pattern| patterns::matches(pattern, name, true))
        };
        if matched(&self.ignored) {
            return false;
        }
        if self.all || self.almost {
            return true;
        }
        !name.starts_with('.') && !matched(&self.hidden)
    }

    pub(super) fn needs_stat(&self) -> bool {
        self.shape == Shape::Long
            || self.blocks
            || self.inode
            || matches!(self.order, Order::Size | Order::Time)
            || self.indicator == Indicator::Classify
            || self.colors.is_some()
            || self.context
    }
}

pub(super) fn settings(line: &Line, out: &Output) -> Result<Settings, Exit> {
    let terminal = out.is_terminal();
    let name = report::name();
    let when = |key: &str| -> Result<bool, Exit> {
        if !line.has(key) {
            return Ok(false);
        }
        let Some(given) = line.value(key) else {
            return Ok(true);
        };
        let words = ["always,yes,force", "never,no,none", "auto,tty,if-tty"];
        let option = format!("--{key}");
        Ok(match choose(&LS, &option, given, &words)? {
            "always" => true,
            "never" => false,
            _ => terminal,
        })
    };
    let mut shape = match name {
        "dir" => Shape::Down,
        "vdir" => Shape::Long,
        _ if terminal => Shape::Down,
        _ => Shape::One,
    };
    let mut long = name == "vdir";
    for (key, given) in &line.options {
        let new = match (*key, given) {
            ("format", Some(given)) => {
                let words =
                    ["verbose,long", "commas", "horizontal,across", "vertical", "single-column"];
                match choose(&LS, "--format", given, &words)? {
                    "verbose" => Shape::Long,
                    "commas" => Shape::Commas,
                    "horizontal" => Shape::Across,
                    "vertical" => Shape::Down,
                    _ => Shape::One,
                }
            }
            ("l" | "g" | "o" | "numeric-uid-gid" | "full-time", _) => Shape::Long,
            ("C", _) => Shape::Down,
            ("x", _) => Shape::Across,
            ("m", _) => Shape::Commas,
            ("1", _) if shape != Shape::Long => Shape::One,
            ("zero", _) if shape != Shape::Long => Shape::One,
            ("f", _) if shape == Shape::Long && !long => shape,
            _ => shape,
        };
        shape = new;
        long |= shape == Shape::Long;
    }
    let clock = clock(line)?;
    let order = order(line, clock, shape)?;
    let mut indicator = Indicator::None;
    for (key, given) in &line.options {
        indicator = match (*key, given) {
            ("classify", _) if when("classify")? => Indicator::Classify,
            ("file-type", _) => Indicator::FileType,
            ("p", _) => Indicator::Slash,
            ("indicator-style", Some(given)) => {
                let words = ["none", "slash", "file-type", "classify"];
                match choose(&LS, "--indicator-style", given, &words)? {
                    "none" => Indicator::None,
                    "slash" => Indicator::Slash,
                    "file-type" => Indicator::FileType,
                    _ => Indicator::Classify,
                }
            }
            _ => indicator,
        };
    }
    let mut quoting = if terminal { Quoting::ShellEscape } else { Quoting::Literal };
    if matches!(name, "dir" | "vdir") {
        quoting = Quoting::Escape;
    }
    if let Ok(style) = std::env::var("QUOTING_STYLE")
        && let Some(style) = Quoting::named(&style)
    {
        quoting = style;
    }
    for (key, given) in &line.options {
        quoting = match (*key, given) {
            ("escape", _) => Quoting::Escape,
            ("literal", _) => Quoting::Literal,
            ("quote-name", _) => Quoting::C,
            ("quoting-style", Some(given)) => {
                let word = choose(&LS, "--quoting-style", given, &Quoting::NAMES)?;
                Quoting::named(word).unwrap_or(quoting)
            }
            _ => quoting,
        };
    }
    let hide = line.last_of(&["hide-control-chars", "show-control-chars"]);
    let hide_controls = match hide {
        Some("hide-control-chars") => true,
        Some(_) => false,
        None => terminal && name == "ls",
    };
    if let Some(given) = line.value("hyperlink")
        && when("hyperlink")?
    {
        say!("--hyperlink={given} is not supported: names of a sandbox have no address outside");
        return Err(Exit(2));
    }
    let colors = if when("color")? && line.last_of(&["color", "zero"]) != Some("zero") {
        Colors::of_environment()
    } else {
        None
    };
    let (file_scale, block_scale) = scales(line)?;
    let values = |key: &str| -> Vec<String> {
        let given = line.options.iter().filter(|(known, _)| *known == key);
        given.filter_map(|(_, value)| value.clone()).collect()
    };
    let mut ignored = values("ignore");
    if line.has("ignore-backups") {
        ignored.extend(["*~".to_owned(), ".*~".to_owned()]);
    }
    let follow = line.has("dereference");
    let last_all = line.last_of(&["all", "almost-all", "f"]);
    let directory = line.has("directory");
    Ok(Settings {
        shape,
        order,
        clock,
        indicator,
        quoting,
        hide_controls,
        colors,
        all: matches!(last_all, Some("all" | "f")),
        almost: last_all == Some("almost-all"),
        ignored,
        hidden: values("hide"),
        directory,
        recursive: line.has("recursive") && !directory,
        reverse: line.has("reverse"),
        directories_first: line.has("group-directories-first"),
        inode: line.has("inode"),
        blocks: line.has("size"),
        owner: !line.has("g"),
        group: !line.has("o") && !line.has("no-group"),
        author: line.has("author"),
        context: line.has("context"),
        numeric: line.has("numeric-uid-gid"),
        follow,
        follow_arguments: line.has("dereference-command-line"),
        follow_directories: line.has("dereference-command-line-symlink-to-dir")
            || !(directory || shape == Shape::Long || indicator == Indicator::Classify),
        file_scale,
        block_scale,
        times: if shape == Shape::Long { time_style(line)? } else { Default::default() },
        width: width(line)?,
        tab: match line.value("tabsize") {
            Some(text) => number("tab size", text)?,
            None => std::env::var("TABSIZE").ok().and_then(|text| text.parse().ok()).unwrap_or(8),
        },
        end: if line.has("zero") { '\0' } else { '\n' },
        zone: crate::times::zone(),
        now: i64::try_from(crate::times::now().as_nanosecond()).unwrap_or(i64::MAX),
    })
}

fn clock(line: &Line) -> Result<Clock, Exit> {
    let mut clock = Clock::Modified;
    for (key, given) in &line.options {
        clock = match (*key, given) {
            ("c", _) => Clock::Changed,
            ("u", _) => Clock::Accessed,
            ("time", Some(given)) => {
                let words = [
                    "atime,access,use",
                    "ctime,status",
                    "mtime,modification",
                    "birth,creation",
                ];
                match choose(&LS, "--time", given, &words)? {
                    "atime" => Clock::Accessed,
                    "ctime" => Clock::Changed,
                    "mtime" => Clock::Modified,
                    word => {
                        say!("--time={word}: the time of birth is not recorded");
                        return Err(Exit(2));
                    }
                }
            }
            _ => clock,
        };
    }
    Ok(clock)
}

fn order(line: &Line, clock: Clock, shape: Shape) -> Result<Order, Exit> {
    let mut order = None;
    for (key, given) in &line.options {
        order = match (*key, given) {
            ("S", _) => Some(Order::Size),
            ("t", _) => Some(Order::Time),
            ("v", _) => Some(Order::Version),
            ("X", _) => Some(Order::Extension),
            ("U" | "f", _) => Some(Order::None),
            ("sort", Some(given)) => {
                let words =
                    ["none", "time", "size", "extension", "version", "width", "name"];
                Some(match choose(&LS, "--sort", given, &words)? {
                    "none" => Order::None,
                    "time" => Order::Time,
                    "size" => Order::Size,
                    "extension" => Order::Extension,
                    "version" => Order::Version,
                    "width" => Order::Width,
                    _ => Order::Name,
                })
            }
            _ => order,
        };
    }
    // A time that is asked for and not shown is sorted by.
    let implied = clock != Clock::Modified && shape != Shape::Long;
    Ok(order.unwrap_or(if implied { Order::Time } else { Order::Name }))
}

fn number(what: &str, text: &str) -> Result<usize, Exit> {
    text.parse().map_err(|_| {
        say!("invalid {what}: {}", locale(text));
        Exit(2)
    })
}

fn width(line: &Line) -> Result<usize, Exit> {
    let width = match line.value("width") {
        Some(text) => number("line width", text)?,
        None => {
            let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
            let terminal = || posix::terminal_size().map(|(columns, _)| usize::from(columns));
            columns.or_else(terminal).unwrap_or(80)
        }
    };
    Ok(if width == 0 { usize::MAX } else { width })
}

fn scales(line: &Line) -> Result<(Scale, Scale), Exit> {
    const BYTES: Scale = Scale::Units(1, "");
    const BLOCKS: Scale = Scale::Units(1024, "");
    let given = line.value("block-size").map(str::to_owned);
    match line.last_of(&["human-readable", "si", "block-size", "kibibytes"]) {
        Some("human-readable") => return Ok((Scale::Human(1024), Scale::Human(1024))),
        Some("si") => return Ok((Scale::Human(1000), Scale::Human(1000))),
        Some("kibibytes") | None => return Ok((BYTES, BLOCKS)),
        _ => {}
    }
    let given = given.unwrap_or_default();
    match given.as_str() {
        "human-readable" => return Ok((Scale::Human(1024), Scale::Human(1024))),
        "si" => return Ok((Scale::Human(1000), Scale::Human(1000))),
        _ => {}
    }
    let suffixes = [
        "K", "M", "G", "T", "P", "E", "kB", "MB", "GB", "TB", "PB", "EB", "KiB", "MiB", "GiB", "TiB",
    ];
    let suffix = suffixes.into_iter().find(|suffix| suffix.eq_ignore_ascii_case(&given));
    match crate::numbers::size(&given) {
        Ok(unit) if unit > 0 => {
            let scale = Scale::Units(unit, suffix.unwrap_or(""));
            Ok((scale, scale))
        }
        _ => {
            say!("invalid --block-size argument '{given}'");
            Err(Exit(2))
        }
    }
}

/// The formats of old and of recent times.
fn time_style(line: &Line) -> Result<[String; 2], Exit> {
    let both = |old: &str, new: &str| Ok([old.to_owned(), new.to_owned()]);
    const FULL: &str = "%Y-%m-%d %H:%M:%S.%N %z";
    let style = match line.last_of(&["full-time", "time-style"]) {
        Some("full-time") => return both(FULL, FULL),
        Some(_) => line.value("time-style").map(str::to_owned),
        None => std::env::var("TIME_STYLE").ok(),
    };
    let style = style.unwrap_or_else(|| "locale".to_owned());
    // `posix-` is for other locales than that of POSIX, which is ours.
    if style.starts_with("posix-") {
        return both("%b %e  %Y", "%b %e %H:%M");
    }
    match style.strip_prefix('+') {
        Some(format) => match format.split_once('\n') {
            Some((old, new)) => both(old, new),
            None => both(format, format),
        },
        None => match choose(&LS, "time style", &style, &["full-iso", "long-iso", "iso", "locale"])? {
            "full-iso" => both(FULL, FULL),
            "long-iso" => both("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M"),
            "iso" => both("%Y-%m-%d ", "%m-%d %H:%M"),
            _ => both("%b %e  %Y", "%b %e %H:%M"),
        },
    }
}
