//! Files and directories that are compared.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use super::compare::{self, Hunk};
use super::output::{Label, Pair};
use super::text::{self, Text};
use super::{Form, Settings};
use crate::calendar;
use crate::glob::{self, Rules};
use crate::os::{self, Stat};
use crate::report;
use crate::stream::{self, Out};

struct Run<'s> {
    settings: &'s Settings,
    out: Out,
    differs: bool,
    trouble: bool,
}

/// One of the two sides: none is a file that is not there, and counts as empty.
type Side<'a> = (&'a str, Option<Stat>);

pub(super) fn run(settings: &Settings, old: &str, new: &str) -> u8 {
    let mut run = Run {
        settings,
        out: stream::stdout(),
        differs: false,
        trouble: false,
    };
    run.operands(old, new);
    let code = match (run.trouble, run.differs) {
        (true, _) => 2,
        (false, differs) => u8::from(differs),
    };
    stream::finish("diff", &mut run.out, code, 2)
}

/// What is still to be compared.
enum Work {
    Folders(String, String),
    Name {
        name: String,
        folders: [String; 2],
        there: [bool; 2],
    },
}

impl Run<'_> {
    fn complain(&mut self, message: &str) {
        let _checked_at_the_end = self.out.flush();
        report::say("diff", message);
        self.trouble = true;
    }

    fn say(&mut self, line: &str) {
        // The end says if something could not be written.
        let _checked_at_the_end = writeln!(self.out, "{line}");
    }

    fn look(&mut self, path: &str) -> Option<Option<Stat>> {
        if path == "-" {
            return Some(None);
        }
        match os::stat(path) {
            Ok(stat) => Some(Some(stat)),
            Err(error)
                if self.settings.new_files && error.kind() == std::io::ErrorKind::NotFound =>
            {
                Some(None)
            }
            Err(error) => {
                self.complain(&format!("{path}: {}", report::text(&error)));
                None
            }
        }
    }

    fn operands(&mut self, old: &str, new: &str) {
        let (found_old, found_new) = (self.look(old), self.look(new));
        let (Some(old_stat), Some(new_stat)) = (found_old, found_new) else {
            return;
        };
        let is_dir = |it: &Option<Stat>| it.as_ref().is_some_and(Stat::is_dir);
        match (is_dir(&old_stat), is_dir(&new_stat)) {
            (true, true) => self.directories(old, new),
            (false, false) => self.files((old, old_stat), (new, new_stat), false),
            // The file of the same name in the directory.
            (true, false) => {
                let inner = format!("{}/{}", old.trim_end_matches('/'), base(new));
                if let Some(stat) = self.look(&inner) {
                    self.files((&inner, stat), (new, new_stat), false);
                }
            }
            (false, true) => {
                let inner = format!("{}/{}", new.trim_end_matches('/'), base(old));
                if let Some(stat) = self.look(&inner) {
                    self.files((old, old_stat), (&inner, stat), false);
                }
            }
        }
    }

    fn names(&mut self, path: Option<&str>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let Some(path) = path else {
            return names;
        };
        match fs::read_dir(path) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    let exclude = &self.settings.exclude;
                    if !exclude
                        .iter()
                        .any(|it| glob::matches(it, &name, Rules::default()))
                    {
                        names.insert(name);
                    }
                }
            }
            Err(error) => self.complain(&format!("{path}: {}", report::text(&error))),
        }
        names
    }

    /// Compares directories, and with `-r` all below them. (Not recursive.)
    fn directories(&mut self, old: &str, new: &str) {
        let mut todo = vec![Work::Folders(old.to_owned(), new.to_owned())];
        while let Some(work) = todo.pop() {
            match work {
                Work::Folders(old, new) => {
                    let there = |path: &str| os::stat(path).is_ok_and(|it| it.is_dir());
                    let old_names = self.names(Some(old.as_str()).filter(|it| there(it)));
                    let new_names = self.names(Some(new.as_str()).filter(|it| there(it)));
                    // The first name comes last, to be taken first.
                    let names: Vec<&String> = old_names.union(&new_names).collect();
                    todo.extend(names.into_iter().rev().map(|name| Work::Name {
                        name: name.clone(),
                        folders: [old.clone(), new.clone()],
                        there: [old_names.contains(name), new_names.contains(name)],
                    }));
                }
                Work::Name {
                    name,
                    folders,
                    there,
                } => todo.extend(self.name(&name, &folders, there)),
            }
        }
    }

    /// Compares what has the same name in two directories; gives directories to be compared.
    fn name(&mut self, name: &str, folders: &[String; 2], there: [bool; 2]) -> Option<Work> {
        let [old_path, new_path] =
            [0, 1].map(|at| format!("{}/{name}", folders[at].trim_end_matches('/')));
        if there != [true, true] && !self.settings.new_files {
            let folder = &folders[usize::from(!there[0])];
            self.say(&format!("Only in {}: {name}", folder.trim_end_matches('/')));
            self.differs = true;
            return None;
        }
        let old_stat = os::stat(&old_path).ok();
        let new_stat = os::stat(&new_path).ok();
        let is_dir = |it: &Option<Stat>| it.as_ref().map(Stat::is_dir);
        match (is_dir(&old_stat), is_dir(&new_stat)) {
            (Some(true) | None, Some(true) | None) => {
                if self.settings.recursive {
                    return Some(Work::Folders(old_path, new_path));
                }
                self.say(&format!("Common subdirectories: {old_path} and {new_path}"));
            }
            (Some(true), Some(false)) | (Some(false), Some(true)) => {
                let kind = |it: &Option<Stat>| match it {
                    Some(stat) if stat.is_dir() => "directory",
                    Some(stat) if stat.is_file() && stat.size == 0 => "regular empty file",
                    _ => "regular file",
                };
                let (a, b) = (kind(&old_stat), kind(&new_stat));
                self.say(&format!(
                    "File {old_path} is a {a} while file {new_path} is a {b}"
                ));
                self.differs = true;
            }
            _ => self.files((&old_path, old_stat), (&new_path, new_stat), true),
        }
        None
    }

    fn content(&mut self, side: &Side<'_>) -> Option<Vec<u8>> {
        let (path, stat) = side;
        if stat.is_none() && *path != "-" {
            return Some(Vec::new());
        }
        match stream::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.complain(&format!("{path}: {}", report::text(&error)));
                None
            }
        }
    }

    /// Compares two files; `titled` if they are two of many.
    fn files(&mut self, old: Side<'_>, new: Side<'_>, titled: bool) {
        let settings = self.settings;
        let (Some(old_bytes), Some(new_bytes)) = (self.content(&old), self.content(&new)) else {
            return;
        };
        if old_bytes == new_bytes {
            return self.identical(old.0, new.0);
        }
        let zero = |bytes: &[u8]| bytes.iter().take(4096).any(|it| *it == 0);
        if !settings.as_text && (zero(&old_bytes) || zero(&new_bytes)) {
            let kind = if settings.form == Form::Brief {
                "Files"
            } else {
                "Binary files"
            };
            self.say(&format!("{kind} {} and {} differ", old.0, new.0));
            self.differs = true;
            // As GNU's: binary files that differ are no trouble, but not compared either.
            return;
        }
        let (old_text, new_text) = (Text::new(&old_bytes), Text::new(&new_bytes));
        let (old_numbers, new_numbers) = text::number(&old_text, &new_text, settings.ignore);
        let mut hunks = compare::hunks(&compare::compare(&old_numbers, &new_numbers));
        if settings.blank_lines || !settings.ignored_lines.is_empty() {
            hunks.retain(|it| !self.ignorable(it, &old_text, &new_text));
        }
        if hunks.is_empty() {
            if settings.form == Form::SideBySide {
                self.print(&old, &new, &old_text, &new_text, &hunks);
            }
            return self.identical(old.0, new.0);
        }
        self.differs = true;
        if settings.form == Form::Brief {
            return self.say(&format!("Files {} and {} differ", old.0, new.0));
        }
        if titled {
            let options = &settings.command;
            let space = if options.is_empty() { "" } else { " " };
            self.say(&format!("diff{space}{options} {} {}", old.0, new.0));
        }
        self.print(&old, &new, &old_text, &new_text, &hunks);
    }

    fn identical(&mut self, old: &str, new: &str) {
        if self.settings.identical {
            self.say(&format!("Files {old} and {new} are identical"));
        }
    }

    /// All lines of it are such that do not count.
    fn ignorable(&self, hunk: &Hunk, old: &Text<'_>, new: &Text<'_>) -> bool {
        let old = &old.lines[hunk.old..hunk.old + hunk.old_count];
        let new = &new.lines[hunk.new..hunk.new + hunk.new_count];
        old.iter().chain(new).all(|line| {
            (self.settings.blank_lines && line.is_empty())
                || self
                    .settings
                    .ignored_lines
                    .iter()
                    .any(|it| it.is_match(line))
        })
    }

    fn print(
        &mut self,
        old: &Side<'_>,
        new: &Side<'_>,
        old_text: &Text<'_>,
        new_text: &Text<'_>,
        hunks: &[Hunk],
    ) {
        let settings = self.settings;
        let label = |at: usize, side: &Side<'_>| match settings.labels.get(at) {
            Some(label) => Label {
                name: label.clone(),
                time: None,
            },
            None => Label {
                name: side.0.to_owned(),
                time: Some(time(side, settings.form)),
            },
        };
        let pair = Pair {
            old: old_text,
            new: new_text,
            labels: [label(0, old), label(1, new)],
        };
        let look = &settings.look;
        let written = match settings.form {
            Form::Normal => pair.normal(&mut self.out, hunks, look),
            Form::Unified => pair.unified(&mut self.out, hunks, look),
            Form::Context => pair.context(&mut self.out, hunks, look),
            Form::SideBySide => pair.side_by_side(&mut self.out, hunks, look),
            Form::Ed => pair.ed(&mut self.out, hunks),
            Form::Rcs => pair.rcs(&mut self.out, hunks),
            Form::Brief => Ok(()),
        };
        let _checked_at_the_end = written;
    }
}

fn time(side: &Side<'_>, _form: Form) -> String {
    let nanos = match &side.1 {
        Some(stat) => stat.modified,
        None if side.0 == "-" => calendar::now(),
        None => 0,
    };
    let seconds = nanos.div_euclid(1_000_000_000);
    let fraction = nanos.rem_euclid(1_000_000_000);
    format!("{}.{fraction:09} +0000", calendar::format("%F %T", seconds))
}

fn base(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}
