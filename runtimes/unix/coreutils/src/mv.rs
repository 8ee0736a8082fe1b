//! `mv`.

use std::fs;
use std::io;

use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT};

use rustix::io::Errno;

use crate::ask;
use crate::backup::{self, Backup};
use crate::copy::identity;
use crate::options::{Exit, Outcome, TOOL, Tool, choose, flag, maybe, value};
use crate::paths::{self, Missing};
use crate::quoting::always;
use crate::report::{self, say};
use crate::streams::{Output, absolute, put};
use crate::targets;

const MV: Tool = Tool {
    usage: &[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
    ],
    about: "Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.",
    options: &[
        maybe("", "backup", "CONTROL", "make a backup of each existing destination file"),
        flag("b", "", "like --backup but does not accept an argument"),
        flag("f", "force", "do not prompt before overwriting"),
        flag("i", "interactive", "prompt before overwrite"),
        flag("n", "no-clobber", "do not overwrite an existing file"),
        flag("", "strip-trailing-slashes", "remove any trailing slashes from each SOURCE"),
        value("S", "suffix", "SUFFIX", "override the usual backup suffix"),
        value("t", "target-directory", "DIRECTORY", "move all SOURCE arguments into DIRECTORY"),
        flag("T", "no-target-directory", "treat DEST as a normal file"),
        maybe("u", "update", "UPDATE", "move only when the SOURCE file is newer"),
        flag("v", "verbose", "explain what is being done"),
        flag("Z", "context", "ignored"),
    ],
    ..TOOL
};

struct Mover {
    existing: Option<&'static str>,
    update: bool,
    verbose: bool,
    terminal: bool,
    backup: Option<Backup>,
    out: Output,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = MV.parse(args)?;
    let mut existing = line.last_of(&["force", "interactive", "no-clobber"]);
    let mut update = false;
    if line.has("update") {
        match line.value("update") {
            None => update = true,
            Some(given) => match choose(&MV, "--update", given, &["all", "none", "older"])? {
                "older" => update = true,
                "none" => existing = Some("no-clobber"),
                _ => {}
            },
        }
    }
    let backup = Backup::of(&MV, &line)?;
    if backup.is_some() && existing == Some("no-clobber") {
        return Err(MV.wrong("options --backup and --no-clobber are mutually exclusive"));
    }
    let (pairs, _) = targets::pairs(&MV, &line, false)?;
    let input = belljar_sys::Description::inherited(0);
    let mut mover = Mover {
        existing,
        update,
        verbose: line.has("verbose"),
        terminal: input.is_some_and(|input| input.is_terminal()),
        backup,
        out: Output::new(),
    };
    let mut good = true;
    for (source, target) in pairs {
        good &= mover.one(&source, &target)?;
    }
    mover.out.flush()?;
    Ok(u8::from(!good))
}

impl Mover {
    fn refused(&mut self, message: &str) -> Result<bool, Exit> {
        self.out.flush()?;
        say!("{message}");
        Ok(false)
    }

    fn one(&mut self, source: &str, target: &str) -> Result<bool, Exit> {
        let (from, to) = (absolute(source), absolute(target));
        let shown = (always(source), always(target));
        let found = match posix::lstat(&from) {
            Ok(found) if !source.is_empty() => found,
            Ok(_) => return self.refused(&format!("cannot stat {}: No such file or directory", shown.0)),
            Err(error) => {
                report::failure(format_args!("cannot stat {}", shown.0), &error);
                return Ok(false);
            }
        };
        let is_directory = found.mode & S_IFMT == S_IFDIR;
        let linked = || posix::lstat(from.trim_end_matches('/')).is_ok_and(|link| link.mode & S_IFMT == S_IFLNK);
        if source.ends_with('/') && (!is_directory || linked()) {
            let error = io::Error::from(Errno::NOTDIR);
            self.out.flush()?;
            report::failure(format_args!("cannot move {} to {}", shown.0, shown.1), &error);
            return Ok(false);
        }
        let mut saved = None;
        if let Ok(there) = posix::lstat(&to) {
            if self.update && there.modified >= found.modified {
                return Ok(true);
            }
            if self.existing == Some("no-clobber") {
                return Ok(true);
            }
            let same = identity(&there) == identity(&found);
            if same && (self.backup.is_none() || from == to) {
                return self.refused(&format!("{} and {} are the same file", shown.0, shown.1));
            }
            let onto_directory = there.mode & S_IFMT == S_IFDIR;
            if onto_directory && !is_directory {
                return self.refused(&format!(
                    "cannot overwrite directory {} with non-directory", shown.1
                ));
            }
            if !onto_directory && is_directory && self.backup.is_none() {
                return self.refused(&format!(
                    "cannot overwrite non-directory {} with directory {}", shown.1, shown.0
                ));
            }
            let asks = match self.existing {
                Some("interactive") => Some(format!("overwrite {}? ", shown.1)),
                None if self.terminal && posix::access(&to, 2).is_err() => Some(format!(
                    "replace {}, overriding mode {:04o} ({})? ",
                    shown.1,
                    there.mode & 0o7777,
                    crate::modes::display(there.mode).get(1..).unwrap_or_default()
                )),
                _ => None,
            };
            if let Some(question) = asks {
                self.out.flush()?;
                if !ask::yes(&question) {
                    return Ok(true);
                }
            }
            if let Some(backup) = &self.backup {
                let name = backup.name(target);
                if backup.destroys(source, target) {
                    return self.refused(&format!(
                        "backing up {} might destroy source;  {} not moved", shown.1, shown.0
                    ));
                }
                if let Err(error) = fs::rename(&to, absolute(&name)) {
                    report::failure(format_args!("cannot backup {}", shown.1), &error);
                    return Ok(false);
                }
                saved = Some(name);
            }
        }
        if is_directory && is_inside(source, target) {
            return self.refused(&format!(
                "cannot move {} to a subdirectory of itself, {}", shown.0, shown.1
            ));
        }
        if let Err(error) = rename(&from, &to, is_directory) {
            self.out.flush()?;
            report::failure(format_args!("cannot move {} to {}", shown.0, shown.1), &error);
            return Ok(false);
        }
        if self.verbose {
            let note = backup::note(saved.as_deref());
            put!(self.out, "renamed {} -> {}{note}\n", shown.0, shown.1)?;
        }
        Ok(true)
    }
}

fn rename(from: &str, to: &str, is_directory: bool) -> io::Result<()> {
    // A slash at the end is for directories only.
    if !is_directory && to.ends_with('/') {
        return Err(Errno::NOTDIR.into());
    }
    fs::rename(from.trim_end_matches('/'), to.trim_end_matches('/'))
}

fn real(path: &str) -> Option<String> {
    let parent = paths::canonical(crate::names::directory(path), Missing::Nothing).ok()?;
    Some(paths::join(&parent, crate::names::base(path)))
}

fn is_inside(source: &str, target: &str) -> bool {
    match (real(&absolute(source)), paths::canonical(target, Missing::Last)) {
        (Some(source), Ok(target)) => {
            target.strip_prefix(&source).is_some_and(|rest| rest.starts_with('/') || rest.is_empty())
        }
        _ => false,
    }
}
