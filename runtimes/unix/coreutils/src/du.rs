//! `du`.

use std::collections::HashSet;

use belljar_sys::posix::{self, S_IFDIR, S_IFMT};

use crate::blocks::{Unit, unit};
use crate::numbers;
use crate::options::{Exit, Outcome, TOOL, Tool, flag, maybe, value};
use crate::paths::join;
use crate::patterns;
use crate::quoting::{always, if_needed, locale};
use crate::report::{self, say};
use crate::streams::{Input, Output, absolute, put};
use crate::times;

const DU: Tool = Tool {
    usage: &["[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"],
    about: "Summarize device usage of the set of FILEs, recursively for directories.",
    options: &[
        flag("0", "null", "end each output line with NUL, not newline"),
        flag("a", "all", "write counts for all files, not just directories"),
        flag("", "apparent-size", "print apparent sizes rather than device usage"),
        value("B", "block-size", "SIZE", "scale sizes by SIZE before printing them"),
        flag("b", "bytes", "equivalent to '--apparent-size --block-size=1'"),
        flag("c", "total", "produce a grand total"),
        flag("D", "dereference-args", "dereference only symlinks that are listed on the command line"),
        flag("H", "", "equivalent to --dereference-args (-D)"),
        value("d", "max-depth", "N", "print the total only if it is N or fewer levels below"),
        value("", "files0-from", "F", "summarize NUL-terminated file names specified in file F"),
        flag("h", "human-readable", "print sizes in human readable format (e.g., 1K 234M 2G)"),
        flag("", "inodes", "list inode usage information instead of block usage"),
        flag("k", "", "like --block-size=1K"),
        flag("L", "dereference", "dereference all symbolic links"),
        flag("l", "count-links", "count sizes many times if hard linked"),
        flag("m", "", "like --block-size=1M"),
        flag("P", "no-dereference", "don't follow any symbolic links (this is the default)"),
        flag("S", "separate-dirs", "for directories do not include size of subdirectories"),
        flag("", "si", "like -h, but use powers of 1000 not 1024"),
        flag("s", "summarize", "display only a total for each argument"),
        value("t", "threshold", "SIZE", "exclude entries smaller than SIZE, or greater if negative"),
        maybe("", "time", "WORD", "show time of the last modification"),
        value("", "time-style", "STYLE", "full-iso, long-iso, iso, or +FORMAT"),
        value("X", "exclude-from", "FILE", "exclude files that match any pattern in FILE"),
        value("", "exclude", "PATTERN", "exclude files that match PATTERN"),
        flag("x", "one-file-system", "there is only one"),
    ],
    ..TOOL
};

struct Counter {
    apparent: bool,
    inodes: bool,
    follow: bool,
    follow_arguments: bool,
    count_links: bool,
    separate: bool,
    all: bool,
    depth: usize,
    threshold: Option<i64>,
    excluded: Vec<String>,
    unit: Unit,
    time: Option<String>,
    end: char,
    seen: HashSet<(u64, u64)>,
    out: Output,
    good: bool,
}

/// A directory that is being counted.
struct Level {
    path: String,
    names: Vec<String>,
    /// With what is below it; and that alone.
    total: u64,
    below: u64,
    newest: i64,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = DU.parse(args)?;
    let mut depth = usize::MAX;
    if let Some(text) = line.value("max-depth") {
        depth = match text.parse() {
            Ok(depth) => depth,
            Err(_) => return Err(DU.wrong(&format!("invalid maximum depth {}", locale(text)))),
        };
    }
    if line.has("summarize") {
        if line.has("all") {
            return Err(DU.wrong("cannot both summarize and show all entries"));
        }
        if line.has("max-depth") && depth != 0 {
            return Err(DU.wrong(&format!("warning: summarizing conflicts with --max-depth={depth}")));
        }
        depth = 0;
    }
    let mut excluded: Vec<String> = Vec::new();
    for (key, given) in &line.options {
        match (*key, given) {
            ("exclude", Some(pattern)) => excluded.push(pattern.clone()),
            ("exclude-from", Some(path)) => match Input::open(path).and_then(|input| input.everything()) {
                Ok(text) => {
                    let text = String::from_utf8_lossy(&text);
                    excluded.extend(text.lines().map(str::to_owned));
                }
                Err(error) => {
                    report::failure(if_needed(path), &error);
                    return Ok(1);
                }
            },
            _ => {}
        }
    }
    let threshold = match line.value("threshold") {
        None => None,
        Some(text) => {
            let (negative, digits) = match text.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, text),
            };
            match numbers::size(digits).ok().and_then(|size| i64::try_from(size).ok()) {
                Some(0) if negative => {
                    say!("invalid --threshold argument '-0'");
                    return Ok(1);
                }
                Some(size) => Some(if negative { -size } else { size }),
                None => {
                    say!("invalid --threshold argument '{text}'");
                    return Ok(1);
                }
            }
        }
    };
    let style = line.value("time-style").unwrap_or("long-iso");
    let time = line.has("time").then(|| match style {
        "full-iso" => "%Y-%m-%d %H:%M:%S.%N %z".to_owned(),
        "iso" => "%Y-%m-%d".to_owned(),
        style => style.strip_prefix('+').unwrap_or("%Y-%m-%d %H:%M").to_owned(),
    });
    let follow = line.last_of(&["dereference", "no-dereference", "dereference-args", "H"]);
    let mut counter = Counter {
        apparent: line.has("apparent-size") || line.has("bytes"),
        inodes: line.has("inodes"),
        follow: follow == Some("dereference"),
        follow_arguments: matches!(follow, Some("dereference-args" | "H")),
        count_links: line.has("count-links"),
        separate: line.has("separate-dirs"),
        all: line.has("all"),
        depth,
        threshold,
        excluded,
        unit: if line.has("inodes") && line.last_of(&["human-readable", "si"]).is_none() {
            Unit::Bytes(1, "")
        } else {
            unit(&DU, &line)?
        },
        time,
        end: if line.has("null") { '\0' } else { '\n' },
        seen: HashSet::new(),
        out: Output::new(),
        good: true,
    };
    let mut paths = line.operands.clone();
    if let Some(list) = line.value("files0-from") {
        if let Some(extra) = paths.first() {
            let extra = always(extra);
            return Err(DU.wrong(&format!(
                "extra operand {extra}\nfile operands cannot be combined with --files0-from"
            )));
        }
        match Input::open(list).and_then(|input| input.everything()) {
            Ok(names) => {
                let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
                paths = names.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
            }
            Err(error) => {
                report::failure(format_args!("cannot open {} for reading", always(list)), &error);
                return Ok(1);
            }
        }
    } else if paths.is_empty() {
        paths.push(".".to_owned());
    }
    let mut grand = 0;
    let mut newest = 0;
    for path in &paths {
        let (size, time) = counter.argument(path)?;
        grand += size;
        newest = newest.max(time);
    }
    if line.has("total") {
        counter.line(grand, newest, "total")?;
    }
    counter.out.flush()?;
    Ok(u8::from(!counter.good))
}

impl Counter {
    fn line(&mut self, size: u64, time: i64, path: &str) -> Result<(), Exit> {
        let shown = self.unit.show(size);
        let end = self.end;
        let time = match &self.time {
            Some(format) => format!("\t{}", times::format(format, &times::at(time, &times::zone()))),
            None => String::new(),
        };
        put!(self.out, "{shown}{time}\t{path}{end}")
    }

    fn shown(&mut self, size: u64, time: i64, path: &str, level: usize) -> Result<(), Exit> {
        let fits = match self.threshold {
            Some(least) if least >= 0 => size >= least.unsigned_abs(),
            Some(most) => size <= most.unsigned_abs(),
            None => true,
        };
        if level <= self.depth && fits {
            self.line(size, time, path)?;
        }
        Ok(())
    }

    fn failed(&mut self, what: &str, path: &str, error: &std::io::Error) -> Result<(), Exit> {
        self.out.flush()?;
        report::failure(format_args!("{what} {}", always(path)), error);
        self.good = false;
        Ok(())
    }

    fn excludes(&self, path: &str) -> bool {
        let name = crate::names::base(path);
        self.excluded.iter().any(|pattern| {
            patterns::matches(pattern, name, false) || patterns::matches(pattern, path, false)
        })
    }

    /// What one file takes; nothing if it has been counted.
    fn own(&mut self, path: &str, argument: bool) -> Result<Option<(posix::Stat, u64)>, Exit> {
        let place = absolute(path);
        let found = if self.follow || argument && self.follow_arguments {
            posix::stat(&place)
        } else {
            posix::lstat(&place)
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                self.failed("cannot access", path, &error)?;
                return Ok(None);
            }
        };
        let several = found.links > 1 || self.follow || argument;
        if several && !(self.count_links && found.mode & S_IFMT != S_IFDIR) {
            let new = self.seen.insert((found.device, found.inode));
            if !new {
                return Ok(None);
            }
        }
        let size = if self.inodes {
            1
        } else if self.apparent {
            let kind = found.mode & S_IFMT;
            // Of a directory itself, GNU's counts nothing as apparent from 9.2 on; ours is 9.1.
            if kind == S_IFDIR || kind == posix::S_IFREG || kind == posix::S_IFLNK { found.size } else { 0 }
        } else {
            found.blocks * 512
        };
        Ok(Some((found, size)))
    }

    fn argument(&mut self, path: &str) -> Result<(u64, i64), Exit> {
        if self.excludes(path) {
            return Ok((0, 0));
        }
        let Some((found, size)) = self.own(path, true)? else {
            return Ok((0, 0));
        };
        if found.mode & S_IFMT != S_IFDIR {
            self.shown(size, found.modified, path, 0)?;
            return Ok((size, found.modified));
        }
        // A stack of our own: how deep directories are, somebody else has chosen.
        let mut stack = vec![self.enter(path.to_owned(), size, found.modified)?];
        loop {
            let level = stack.len();
            let Some(current) = stack.last_mut() else {
                return Ok((0, 0));
            };
            if let Some(name) = current.names.pop() {
                let path = join(&current.path, &name);
                if self.excludes(&path) {
                    continue;
                }
                let Some((found, size)) = self.own(&path, false)? else {
                    continue;
                };
                if found.mode & S_IFMT == S_IFDIR {
                    let entered = self.enter(path, size, found.modified)?;
                    stack.push(entered);
                    continue;
                }
                if let Some(current) = stack.last_mut() {
                    current.total += size;
                    current.newest = current.newest.max(found.modified);
                }
                if self.all {
                    self.shown(size, found.modified, &path, level)?;
                }
                continue;
            }
            let Some(done) = stack.pop() else {
                return Ok((0, 0));
            };
            let size = if self.separate { done.total } else { done.total + done.below };
            self.shown(size, done.newest, &done.path, level - 1)?;
            match stack.last_mut() {
                Some(parent) => {
                    parent.below += done.total + done.below;
                    parent.newest = parent.newest.max(done.newest);
                }
                None => return Ok((done.total + done.below, done.newest)),
            }
        }
    }

    fn enter(&mut self, path: String, size: u64, newest: i64) -> Result<Level, Exit> {
        let names = match crate::copy::names(&path) {
            Ok(mut names) => {
                names.reverse();
                names
            }
            Err(error) => {
                self.failed("cannot read directory", &path, &error)?;
                Vec::new()
            }
        };
        Ok(Level {
            path,
            names,
            total: size,
            below: 0,
            newest,
        })
    }
}
