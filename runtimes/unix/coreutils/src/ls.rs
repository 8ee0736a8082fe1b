//! `ls`, `dir`, `vdir`.

mod colors;
mod layout;
mod settings;

use std::collections::HashSet;
use std::fs;

use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, Stat};

use rustix::io::Errno;

use crate::accounts::Accounts;
use crate::options::{Exit, Outcome, Tool, flag, maybe, value};
use crate::paths::join;
use crate::patterns;
use crate::quoting::always;
use crate::report::{self, say};
use crate::streams::{Output, absolute, put};
use settings::{Clock, Indicator, Order, Settings, Shape, settings};

const LS: Tool = Tool {
    usage: &["[OPTION]... [FILE]..."],
    about: "List information about the FILEs (the current directory by default).",
    options: &[
        flag("a", "all", "do not ignore entries starting with ."),
        flag("A", "almost-all", "do not list implied . and .."),
        flag("", "author", "with -l, print the author of each file"),
        flag("b", "escape", "print C-style escapes for nongraphic characters"),
        value("", "block-size", "SIZE", "with -l, scale sizes by SIZE when printing them"),
        flag("B", "ignore-backups", "do not list implied entries ending with ~"),
        flag("c", "", "with -lt: sort by, and show, ctime; with -l: show ctime"),
        flag("C", "", "list entries by columns"),
        maybe("", "color", "WHEN", "color the output WHEN: always, auto or never"),
        flag("d", "directory", "list directories themselves, not their contents"),
        flag("f", "", "list all entries in directory order"),
        maybe("F", "classify", "WHEN", "append indicator (one of */=>@|) to entries WHEN"),
        flag("", "file-type", "likewise, except do not append '*'"),
        value("", "format", "WORD", "across, commas, horizontal, long, single-column, verbose, vertical"),
        flag("", "full-time", "like -l --time-style=full-iso"),
        flag("g", "", "like -l, but do not list owner"),
        flag("", "group-directories-first", "group directories before files"),
        flag("G", "no-group", "in a long listing, don't print group names"),
        flag("h", "human-readable", "with -l and -s, print sizes like 1K 234M 2G etc."),
        flag("", "si", "likewise, but use powers of 1000 not 1024"),
        flag("H", "dereference-command-line", "follow symbolic links listed on the command line"),
        flag("", "dereference-command-line-symlink-to-dir", "only those that point to a directory"),
        value("", "hide", "PATTERN", "do not list implied entries matching shell PATTERN"),
        maybe("", "hyperlink", "WHEN", "hyperlink file names WHEN: only never"),
        value("", "indicator-style", "WORD", "none, slash, file-type, classify"),
        flag("i", "inode", "print the index number of each file"),
        value("I", "ignore", "PATTERN", "do not list implied entries matching shell PATTERN"),
        flag("k", "kibibytes", "default to 1024-byte blocks for file system usage"),
        flag("l", "", "use a long listing format"),
        flag("L", "dereference", "show information for what a symbolic link references"),
        flag("m", "", "fill width with a comma separated list of entries"),
        flag("n", "numeric-uid-gid", "like -l, but list numeric user and group IDs"),
        flag("N", "literal", "print entry names without quoting"),
        flag("o", "", "like -l, but do not list group information"),
        flag("p", "", "append / indicator to directories"),
        flag("q", "hide-control-chars", "print ? instead of nongraphic characters"),
        flag("", "show-control-chars", "show nongraphic characters as-is"),
        flag("Q", "quote-name", "enclose entry names in double quotes"),
        value("", "quoting-style", "WORD", "literal, shell, shell-always, shell-escape, c, escape, ..."),
        flag("r", "reverse", "reverse order while sorting"),
        flag("R", "recursive", "list subdirectories recursively"),
        flag("s", "size", "print the allocated size of each file, in blocks"),
        flag("S", "", "sort by file size, largest first"),
        value("", "sort", "WORD", "none, size, time, version, extension, width, name"),
        value("", "time", "WORD", "atime, access, use, ctime, status, mtime, modification"),
        value("", "time-style", "STYLE", "full-iso, long-iso, iso, locale or +FORMAT"),
        flag("t", "", "sort by time, newest first"),
        value("T", "tabsize", "COLS", "assume tab stops at each COLS instead of 8"),
        flag("u", "", "with -lt: sort by, and show, access time"),
        flag("U", "", "do not sort; list entries in directory order"),
        flag("v", "", "natural sort of (version) numbers within text"),
        value("w", "width", "COLS", "set output width to COLS, 0 means no limit"),
        flag("x", "", "list entries by lines instead of by columns"),
        flag("X", "", "sort alphabetically by entry extension"),
        flag("Z", "context", "print any security context of each file"),
        flag("", "zero", "end each output line with NUL, not newline"),
        flag("1", "", "list one file per line"),
    ],
    misuse: 2,
    stops: false,
};

/// A name in a listing.
struct Entry {
    name: String,
    /// How it is reached from the working directory.
    path: String,
    stat: Option<Stat>,
    /// What kind it is, even where nothing else is known.
    kind: u32,
    link: Option<String>,
    /// What a link points to, if that is there.
    target: Option<Stat>,
}

impl Entry {
    fn is_directory(&self) -> bool {
        self.kind == S_IFDIR
            || self.target.as_ref().is_some_and(|target| target.mode & S_IFMT == S_IFDIR)
    }

    fn time(&self, clock: Clock) -> i64 {
        self.stat.as_ref().map_or(0, |stat| match clock {
            Clock::Modified => stat.modified,
            Clock::Accessed => stat.accessed,
            Clock::Changed => stat.changed,
        })
    }
}

struct Lister {
    settings: Settings,
    out: Output,
    code: u8,
    accounts: Accounts,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = LS.parse(args)?;
    let out = Output::new();
    let settings = settings(&line, &out)?;
    let accounts = if settings.shape == Shape::Long && !settings.numeric {
        Accounts::load()
    } else {
        Accounts::default()
    };
    let mut lister = Lister {
        settings,
        out,
        code: 0,
        accounts,
    };
    lister.arguments(&line.operands)?;
    lister.out.flush().map_err(|Exit(_)| Exit(2))?;
    Ok(lister.code)
}

impl Lister {
    fn failed(&mut self, what: &str, error: &std::io::Error, code: u8) -> Result<(), Exit> {
        self.out.flush()?;
        report::failure(what, error);
        self.code = self.code.max(code);
        Ok(())
    }

    fn arguments(&mut self, operands: &[String]) -> Result<(), Exit> {
        let mut operands = operands.to_vec();
        // A working directory that has been removed is empty.
        if operands.is_empty() && !self.settings.directory && posix::stat(&absolute(".")).is_err() {
            return Ok(());
        }
        if operands.is_empty() {
            operands.push(".".to_owned());
        }
        let several = operands.len() > 1;
        let mut files = Vec::new();
        let mut directories = Vec::new();
        for path in operands {
            let itself = if path.is_empty() {
                Err(Errno::NOENT.into())
            } else {
                posix::lstat(&absolute(&path))
            };
            let stat = match itself {
                Ok(stat) if stat.mode & S_IFMT == S_IFLNK => self.argument_link(&path, stat),
                other => other,
            };
            match stat {
                Ok(stat) => {
                    let entry = self.entry(path.clone(), path, Some(stat), stat.mode & S_IFMT);
                    if entry.kind == S_IFDIR && !self.settings.directory {
                        directories.push(entry);
                    } else {
                        files.push(entry);
                    }
                }
                Err(error) => {
                    self.failed(&format!("cannot access {}", always(&path)), &error, 2)?;
                }
            }
        }
        self.sort(&mut files);
        self.sort(&mut directories);
        let any_files = !files.is_empty();
        if any_files {
            self.show(&files)?;
        }
        let mut seen = HashSet::new();
        let headers = several || self.settings.recursive;
        let mut first = !any_files;
        // Directories to be shown, the next one last.
        let mut todo: Vec<(String, bool)> =
            directories.into_iter().rev().map(|entry| (entry.path, true)).collect();
        while let Some((path, argument)) = todo.pop() {
            if self.settings.recursive
                && let Ok(stat) = posix::stat(&absolute(&path))
                && self.settings.follow
                && !seen.insert((stat.device, stat.inode))
            {
                self.out.flush()?;
                say!("{}: not listing already-listed directory", path);
                self.code = 2;
                continue;
            }
            let entries = match self.read(&path, argument)? {
                Some(entries) => entries,
                None => continue,
            };
            if headers {
                let blank = if first { "" } else { "\n" };
                let shown = self.settings.header(&path);
                put!(self.out, "{blank}{shown}:\n")?;
            }
            first = false;
            if self.settings.shape == Shape::Long || self.settings.blocks {
                let blocks = entries.iter().filter_map(|entry| entry.stat.as_ref());
                let total: u64 = blocks.map(|stat| stat.blocks * 512).sum();
                let total = self.settings.block_scale.show(total);
                let end = self.settings.end;
                put!(self.out, "total {total}{end}")?;
            }
            self.show(&entries)?;
            if self.settings.recursive {
                for entry in entries.into_iter().rev() {
                    if entry.kind == S_IFDIR && entry.name != "." && entry.name != ".." {
                        todo.push((entry.path, false));
                    }
                }
            }
        }
        Ok(())
    }

    /// What counts for a link on the command line.
    fn argument_link(&self, path: &str, itself: Stat) -> std::io::Result<Stat> {
        let settings = &self.settings;
        if settings.follow || settings.follow_arguments {
            let followed = posix::stat(&absolute(path));
            return if settings.follow { followed } else { followed.or(Ok(itself)) };
        }
        if settings.follow_directories
            && let Ok(target) = posix::stat(&absolute(path))
            && target.mode & S_IFMT == S_IFDIR
        {
            return Ok(target);
        }
        Ok(itself)
    }

    /// Completes what is known of a name.
    fn entry(&self, name: String, path: String, stat: Option<Stat>, kind: u32) -> Entry {
        let mut entry = Entry {
            name,
            path,
            stat,
            kind,
            link: None,
            target: None,
        };
        let settings = &self.settings;
        if kind == S_IFLNK {
            let long = settings.shape == Shape::Long;
            if long {
                let link = fs::read_link(absolute(&entry.path));
                entry.link = link.ok().map(|link| link.to_string_lossy().into_owned());
            }
            let colored = settings.colors.as_ref().is_some_and(|colors| colors.follow(long));
            if long && settings.indicator > Indicator::Slash
                || colored
                || settings.directories_first
            {
                entry.target = posix::stat(&absolute(&entry.path)).ok();
            }
        }
        entry
    }

    /// The entries of a directory, in order.
    fn read(&mut self, path: &str, argument: bool) -> Result<Option<Vec<Entry>>, Exit> {
        let listed = match fs::read_dir(absolute(path)) {
            Ok(listed) => listed,
            Err(error) => {
                let code = if argument { 2 } else { 1 };
                self.failed(&format!("cannot open directory {}", always(path)), &error, code)?;
                return Ok(None);
            }
        };
        let mut entries = Vec::new();
        let mut names: Vec<(String, u32)> = Vec::new();
        if self.settings.all {
            names.push((".".to_owned(), S_IFDIR));
            names.push(("..".to_owned(), S_IFDIR));
        }
        for item in listed {
            match item {
                Ok(item) => {
                    let name = item.file_name().to_string_lossy().into_owned();
                    if !self.settings.shows(&name) {
                        continue;
                    }
                    let kind = match item.file_type() {
                        Ok(kind) if kind.is_dir() => S_IFDIR,
                        Ok(kind) if kind.is_symlink() => S_IFLNK,
                        Ok(kind) if kind.is_file() => S_IFREG,
                        Ok(_) => posix::S_IFCHR,
                        Err(_) => 0,
                    };
                    names.push((name, kind));
                }
                Err(error) => {
                    self.failed(&format!("reading directory {}", always(path)), &error, 1)?;
                }
            }
        }
        let whole = self.settings.needs_stat();
        for (name, kind) in names {
            let full = join(path, &name);
            let mut stat = None;
            let mut kind = kind;
            if whole || self.settings.follow || kind == 0 {
                let place = absolute(&full);
                let found = if self.settings.follow { posix::stat(&place) } else { posix::lstat(&place) };
                match found {
                    Ok(found) => {
                        kind = found.mode & S_IFMT;
                        stat = Some(found);
                    }
                    Err(error) => {
                        self.failed(&format!("cannot access {}", always(&full)), &error, 1)?;
                    }
                }
            }
            entries.push(self.entry(name, full, stat, kind));
        }
        self.sort(&mut entries);
        Ok(Some(entries))
    }

    fn sort(&self, entries: &mut [Entry]) {
        let settings = &self.settings;
        if settings.order == Order::None {
            return;
        }
        entries.sort_by(|left, right| {
            let by_name = || left.name.as_bytes().cmp(right.name.as_bytes());
            let size = |entry: &Entry| entry.stat.as_ref().map_or(0, |stat| stat.size);
            let order = match settings.order {
                Order::Name | Order::None => by_name(),
                Order::Size => size(right).cmp(&size(left)).then_with(by_name),
                Order::Time => {
                    let clock = settings.clock;
                    right.time(clock).cmp(&left.time(clock)).then_with(by_name)
                }
                Order::Version => patterns::versions(&left.name, &right.name).then_with(by_name),
                Order::Extension => {
                    let (left, right) = (extension(&left.name), extension(&right.name));
                    left.as_bytes().cmp(right.as_bytes()).then_with(by_name)
                }
                Order::Width => {
                    let width = |entry: &Entry| layout::width(&settings.name(&entry.name));
                    width(left).cmp(&width(right)).then_with(by_name)
                }
            };
            let order = if settings.reverse { order.reverse() } else { order };
            if settings.directories_first {
                return right.is_directory().cmp(&left.is_directory()).then(order);
            }
            order
        });
    }
}

/// From the last dot on.
fn extension(name: &str) -> &str {
    name.rfind('.').map_or("", |at| &name[at..])
}
