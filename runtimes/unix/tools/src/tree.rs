//! `tree`.

use std::fs;
use std::io::Write;

use crate::glob::{self, Rules};
use crate::modes;
use crate::options::{self, Syntax, Value};
use crate::os::{self, Stat};
use crate::report;
use crate::stream::{self, Out};

const SYNTAX: Syntax = Syntax {
    short: "adfFilL:I:P:sphDrtUnCNQx",
    long: &[
        ("dirsfirst", Value::None, "dirsfirst"),
        ("noreport", Value::None, "noreport"),
        ("filelimit", Value::Required, "filelimit"),
        ("prune", Value::None, "prune"),
        ("matchdirs", Value::None, "matchdirs"),
        ("ignore-case", Value::None, "case"),
        ("charset", Value::Required, "charset"),
        ("gitignore", Value::None, "gitignore"),
        ("du", Value::None, "du"),
        ("sort", Value::Required, "sort"),
    ],
    ordered: false,
};

#[derive(Default)]
struct Settings {
    all: bool,
    directories: bool,
    full: bool,
    classify: bool,
    no_lines: bool,
    follow: bool,
    depth: Option<usize>,
    ignore: Vec<String>,
    patterns: Vec<String>,
    size: bool,
    human: bool,
    mode: bool,
    reverse: bool,
    by_time: bool,
    directories_first: bool,
    prune: bool,
    /// Lines of ASCII characters.
    ascii: bool,
    quoted: bool,
    rules: Rules,
}

struct Entry {
    name: String,
    stat: Stat,
    target: Option<String>,
    /// A directory, or a link to one.
    leads_below: bool,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("tree", &message);
            return 1;
        }
    };
    let mut settings = Settings::default();
    for (key, value) in &parsed.options {
        let value = value.as_deref().unwrap_or("");
        let patterns = || {
            value
                .split('|')
                .map(|it| it.trim_end_matches('/').to_owned())
        };
        match *key {
            "a" => settings.all = true,
            "d" => settings.directories = true,
            "f" => settings.full = true,
            "F" => settings.classify = true,
            "i" => settings.no_lines = true,
            "l" => settings.follow = true,
            "L" => match value.parse() {
                Ok(depth) if depth > 0 => settings.depth = Some(depth),
                _ => {
                    report::say("tree", "Invalid level, must be greater than 0.");
                    return 1;
                }
            },
            "I" => settings.ignore.extend(patterns()),
            "P" => settings.patterns.extend(patterns()),
            "s" => settings.size = true,
            "h" => {
                settings.size = true;
                settings.human = true;
            }
            "p" => settings.mode = true,
            "r" => settings.reverse = true,
            "t" => settings.by_time = true,
            "dirsfirst" => settings.directories_first = true,
            "prune" => settings.prune = true,
            "charset" => settings.ascii = !value.to_ascii_lowercase().starts_with("utf"),
            "Q" => settings.quoted = true,
            "case" => settings.rules.ignore_case = true,
            "filelimit" | "gitignore" | "du" | "sort" | "D" => {
                report::say("tree", &format!("option '{key}' is not supported"));
                return 1;
            }
            _ => {}
        }
    }
    let mut roots = parsed.operands.clone();
    if roots.is_empty() {
        roots.push(".".into());
    }
    let mut out = stream::stdout();
    let mut counts = [0_u64; 2];
    let mut code = 0;
    for root in &roots {
        match os::stat(root) {
            Ok(stat) if stat.is_dir() => {
                // The end says if something could not be written.
                let slash = if settings.classify && !root.ends_with('/') {
                    "/"
                } else {
                    ""
                };
                let _checked = writeln!(out, "{}{slash}", settings.shown(root));
                if settings.walk(root, &mut out, &mut counts) {
                    counts[0] += 1;
                }
            }
            _ => {
                let _checked = writeln!(out, "{root}  [error opening dir]");
                code = 2;
            }
        }
    }
    if !parsed.has("noreport") {
        let [directories, files] = counts;
        let directory = if directories == 1 {
            "directory"
        } else {
            "directories"
        };
        let file = if files == 1 { "file" } else { "files" };
        let _checked = if settings.directories {
            writeln!(out, "\n{directories} {directory}")
        } else {
            writeln!(out, "\n{directories} {directory}, {files} {file}")
        };
    }
    stream::finish("tree", &mut out, code, 1)
}

impl Settings {
    fn entries(&self, path: &str) -> Option<Vec<Entry>> {
        let mut entries = Vec::new();
        for found in fs::read_dir(path).ok()?.flatten() {
            let name = found.file_name().to_string_lossy().into_owned();
            if !self.all && name.starts_with('.') {
                continue;
            }
            let full = format!("{}/{name}", path.trim_end_matches('/'));
            let Ok(stat) = os::lstat(&full) else {
                continue;
            };
            let target = if stat.is_link() {
                fs::read_link(&full).ok()
            } else {
                None
            };
            let target = target.map(|it| it.to_string_lossy().into_owned());
            let matches =
                |all: &[String]| all.iter().any(|it| glob::matches(it, &name, self.rules));
            let directory =
                stat.is_dir() || (stat.is_link() && os::stat(&full).is_ok_and(|it| it.is_dir()));
            let hidden = matches(&self.ignore)
                || (self.directories && !directory)
                || (!stat.is_dir() && !self.patterns.is_empty() && !matches(&self.patterns));
            if !hidden {
                entries.push(Entry {
                    name,
                    stat,
                    target,
                    leads_below: directory,
                });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        if self.by_time {
            entries.sort_by_key(|it| it.stat.modified);
        }
        if self.reverse {
            entries.reverse();
        }
        if self.directories_first {
            entries.sort_by_key(|it| !it.leads_below);
        }
        if self.prune {
            entries.retain(|it| {
                let full = format!("{}/{}", path.trim_end_matches('/'), it.name);
                !it.stat.is_dir() || self.has_files(&full)
            });
        }
        Some(entries)
    }

    /// Whether there is something to show below a directory that is no directory.
    fn has_files(&self, path: &str) -> bool {
        let mut todo = vec![path.to_owned()];
        let plain = Self {
            all: self.all,
            ignore: self.ignore.clone(),
            patterns: self.patterns.clone(),
            ..Self::default()
        };
        while let Some(path) = todo.pop() {
            for entry in plain.entries(&path).unwrap_or_default() {
                if !entry.stat.is_dir() {
                    return true;
                }
                todo.push(format!("{path}/{}", entry.name));
            }
        }
        false
    }

    fn shown(&self, name: &str) -> String {
        if self.quoted {
            format!("\"{}\"", name.replace('\\', r"\\").replace('"', "\\\""))
        } else {
            name.to_owned()
        }
    }

    /// Prints what is below a directory; tells whether there is something. (Not recursive.)
    fn walk(&self, root: &str, out: &mut Out, counts: &mut [u64; 2]) -> bool {
        let [past, beside, last_one, one_more] = if self.ascii {
            ["    ", "|   ", "`-- ", "|-- "]
        } else {
            ["    ", "│\u{a0}\u{a0} ", "└── ", "├── "]
        };
        let mut levels: Vec<(String, std::vec::IntoIter<Entry>)> = Vec::new();
        let entries = self.entries(root).unwrap_or_default();
        let any = !entries.is_empty();
        levels.push((root.trim_end_matches('/').to_owned(), entries.into_iter()));
        while let Some((path, entries)) = levels.last_mut() {
            let Some(entry) = entries.next() else {
                levels.pop();
                continue;
            };
            let full = format!("{path}/{}", entry.name);
            let last = entries.len() == 0;
            let mut line = String::new();
            if !self.no_lines {
                let above = levels.len() - 1;
                for (_, rest) in &levels[..above] {
                    line.push_str(if rest.len() == 0 { past } else { beside });
                }
                line.push_str(if last { last_one } else { one_more });
            }
            self.facts(&entry.stat, &mut line);
            line.push_str(&self.shown(if self.full { &full } else { &entry.name }));
            let to_directory = entry.stat.is_link() && entry.leads_below;
            if let Some(target) = &entry.target {
                line.push_str(&format!(" -> {}", self.shown(target)));
            }
            if self.classify {
                line.push_str(match &entry.stat {
                    _ if entry.leads_below => "/",
                    it if it.is_file() && it.mode & 0o111 != 0 => "*",
                    _ => "",
                });
            }
            let below = entry.stat.is_dir() || (to_directory && self.follow);
            counts[usize::from(!(entry.stat.is_dir() || to_directory))] += 1;
            let enters = below && self.depth.is_none_or(|it| levels.len() < it);
            let inner = if enters {
                Some(self.entries(&full))
            } else {
                None
            };
            if let Some(None) = inner {
                line.push_str("  [error opening dir]");
            }
            // The end says if something could not be written.
            let _checked = writeln!(out, "{line}");
            // A link may lead back to where it came from.
            if let Some(Some(inner)) = inner
                && levels.len() < 200
            {
                levels.push((full, inner.into_iter()));
            }
        }
        any
    }

    fn facts(&self, stat: &Stat, line: &mut String) {
        let mut facts = Vec::new();
        if self.mode {
            facts.push(modes::text(stat.mode));
        }
        if self.human {
            facts.push(format!("{:>4}", human(stat.size)));
        } else if self.size {
            facts.push(format!("{:>11}", stat.size));
        }
        if !facts.is_empty() {
            line.push_str(&format!("[{}]  ", facts.join(" ")));
        }
    }
}

fn human(size: u64) -> String {
    const UNITS: [&str; 6] = ["", "K", "M", "G", "T", "P"];
    let mut value = size as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit > 0 && value < 10.0 {
        format!("{value:.1}{}", UNITS[unit])
    } else {
        format!("{value:.0}{}", UNITS[unit])
    }
}
