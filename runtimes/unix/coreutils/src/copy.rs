//! Copying files and trees: what `cp`, `install` and `mv` between filesystems do.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;

use belljar_sys::Description;
use belljar_sys::descriptions::How;
use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, Stat};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};

use rustix::io::Errno;

use crate::ask;
use crate::backup::{self, Backup};
use crate::names::directory;
use crate::options::Exit;
use crate::paths::{self, Missing, join};
use crate::quoting::{always, if_needed};
use crate::report::{self, say};
use crate::streams::{Output, absolute, put, write_all};

/// Which links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    Always,
    Arguments,
    Never,
}

/// What happens to a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    Overwrite,
    Ask,
    Keep,
}

/// What a copy is to be like.
pub(crate) struct Copier {
    pub(crate) recursive: bool,
    pub(crate) follow: Follow,
    pub(crate) existing: Existing,
    pub(crate) force: bool,
    pub(crate) remove_first: bool,
    /// Only what is newer than what is there.
    pub(crate) update: bool,
    pub(crate) verbose: bool,
    pub(crate) keep_mode: bool,
    /// `--no-preserve=mode`: as if the files were new.
    pub(crate) plain_mode: bool,
    pub(crate) keep_times: bool,
    pub(crate) keep_links: bool,
    pub(crate) hard: bool,
    pub(crate) symbolic: bool,
    pub(crate) attributes_only: bool,
    pub(crate) backup: Option<Backup>,
    pub(crate) out: Output,
    pub(crate) umask: u32,
    /// Where the files are that have several names.
    pub(crate) copied: HashMap<(u64, u64), String>,
    /// What has been copied where for the command line.
    given: HashSet<((u64, u64), String)>,
    /// What has been made by this run, which nothing else may overwrite.
    pub(crate) made: HashMap<(u64, u64), String>,
}

fn kind(stat: &Stat) -> u32 {
    stat.mode & S_IFMT
}

pub(crate) fn identity(stat: &Stat) -> (u64, u64) {
    (stat.device, stat.inode)
}

impl Copier {
    pub(crate) fn new() -> Self {
        Self {
            recursive: false,
            follow: Follow::Always,
            existing: Existing::Overwrite,
            force: false,
            remove_first: false,
            update: false,
            verbose: false,
            keep_mode: false,
            plain_mode: false,
            keep_times: false,
            keep_links: false,
            hard: false,
            symbolic: false,
            attributes_only: false,
            backup: None,
            out: Output::new(),
            umask: posix::umask(),
            copied: HashMap::new(),
            given: HashSet::new(),
            made: HashMap::new(),
        }
    }

    /// Copies what the command line names; tells whether all went well.
    pub(crate) fn copy(&mut self, source: &str, target: &str) -> Result<bool, Exit> {
        if let Ok(found) = posix::lstat(&absolute(source))
            && !self.given.insert((identity(&found), target.to_owned()))
            && kind(&found) != S_IFDIR
        {
            self.out.flush()?;
            say!("warning: source file {} specified more than once", always(source));
            return Ok(true);
        }
        self.one(source, target, true)
    }

    fn failed(&mut self, what: String, error: &io::Error) -> Result<bool, Exit> {
        self.out.flush()?;
        report::failure(what, error);
        Ok(false)
    }

    fn refused(&mut self, message: String) -> Result<bool, Exit> {
        self.out.flush()?;
        say!("{message}");
        Ok(false)
    }

    fn one(&mut self, source: &str, target: &str, argument: bool) -> Result<bool, Exit> {
        let follows = match self.follow {
            Follow::Always => true,
            Follow::Arguments => argument,
            Follow::Never => false,
        };
        let found = if follows || source.ends_with('/') {
            posix::stat(&absolute(source))
        } else {
            posix::lstat(&absolute(source))
        };
        let found = match found {
            Ok(found) if !source.is_empty() => found,
            Ok(_) => return self.failed(format!("cannot stat {}", always(source)), &missing()),
            Err(error) => return self.failed(format!("cannot stat {}", always(source)), &error),
        };
        if kind(&found) == S_IFDIR {
            if !self.recursive {
                let source = always(source);
                return self.refused(format!("-r not specified; omitting directory {source}"));
            }
            return self.directory(source, &found, target, argument);
        }
        let there = posix::lstat(&absolute(target)).ok();
        if let Some(there) = &there
            && !self.may_replace(source, &found, target, there)?.unwrap_or(true)
        {
            return Ok(true);
        }
        let there = match &there {
            Some(there) => match self.obstacle(source, &found, target, there)? {
                Some(result) => return Ok(result),
                None => Some(*there),
            },
            None if target.ends_with('/') => {
                let error: io::Error = Errno::NOTDIR.into();
                let target = always(target);
                return self.failed(format!("cannot create regular file {target}"), &error);
            }
            None => None,
        };
        let mut saved = None;
        let mut there = there;
        if let (Some(_), Some(backup)) = (&there, &self.backup) {
            let name = backup.name(target);
            if let Err(error) = fs::rename(absolute(target), absolute(&name)) {
                return self.failed(format!("cannot backup {}", always(target)), &error);
            }
            saved = Some(name);
            there = None;
        }
        let special = there.as_ref().is_some_and(|there| kind(there) == S_IFLNK)
            && kind(&found) == S_IFLNK;
        if there.is_some() && (self.remove_first || self.hard || self.symbolic || special) {
            if let Err(error) = fs::remove_file(absolute(target)) {
                return self.failed(format!("cannot remove {}", always(target)), &error);
            }
            if self.remove_first && self.verbose {
                put!(self.out, "removed {}\n", always(target))?;
            }
            there = None;
        }
        if self.verbose {
            let note = backup::note(saved.as_deref());
            put!(self.out, "{} -> {}{note}\n", always(source), always(target))?;
        }
        if self.keep_links && found.links > 1 {
            if let Some(first) = self.copied.get(&identity(&found)).cloned() {
                if there.is_some() {
                    // Only a name can become a link.
                    let _gone = fs::remove_file(absolute(target));
                }
                let link = crate::links::hard_link(&absolute(&first), &absolute(target), false);
                return match link {
                    Ok(()) => Ok(true),
                    Err(error) => {
                        let what = format!("cannot create hard link {} to {}", always(target), always(&first));
                        self.failed(what, &error)
                    }
                };
            }
            self.copied.insert(identity(&found), target.to_owned());
        }
        if self.symbolic {
            return self.symbolic_link(source, target);
        }
        if self.hard {
            return match crate::links::hard_link(&absolute(source), &absolute(target), follows) {
                Ok(()) => Ok(true),
                Err(error) => {
                    let what = format!("cannot create hard link {} to {}", always(target), always(source));
                    self.failed(what, &error)
                }
            };
        }
        if kind(&found) == S_IFLNK {
            let link = match fs::read_link(absolute(source)) {
                Ok(link) => link,
                Err(error) => {
                    return self.failed(format!("cannot read symbolic link {}", always(source)), &error);
                }
            };
            if there.is_some() {
                // What is there is no link, and gives way as it does to GNU's.
                let _gone = fs::remove_file(absolute(target));
            }
            if let Err(error) = crate::links::symlink(&link.to_string_lossy(), &absolute(target)) {
                return self.failed(format!("cannot create symbolic link {}", always(target)), &error);
            }
            if self.keep_times {
                return self.times(&found, target, false);
            }
            return Ok(true);
        }
        if self.recursive && kind(&found) != S_IFREG {
            let target = always(target);
            return self.failed(
                format!("cannot create special file {target}"),
                &Errno::PERM.into(),
            );
        }
        self.file(source, &found, target, there.as_ref())
    }

    /// Whether what is there is to be replaced; none if nothing speaks against it.
    fn may_replace(
        &mut self,
        source: &str,
        found: &Stat,
        target: &str,
        there: &Stat,
    ) -> Result<Option<bool>, Exit> {
        if self.update && kind(there) != S_IFDIR && there.modified >= found.modified {
            return Ok(Some(false));
        }
        match self.existing {
            Existing::Keep => Ok(Some(false)),
            Existing::Ask if kind(there) != S_IFDIR && source != target => {
                self.out.flush()?;
                Ok(Some(ask::yes(&format!("overwrite {}? ", always(target)))))
            }
            _ => Ok(None),
        }
    }

    /// Why what is there cannot be overwritten, if so; the result then.
    fn obstacle(
        &mut self,
        source: &str,
        found: &Stat,
        target: &str,
        there: &Stat,
    ) -> Result<Option<bool>, Exit> {
        let shown = (always(source), always(target));
        if kind(there) == S_IFDIR {
            let target = shown.1;
            let message = format!("cannot overwrite directory {target} with non-directory");
            return self.refused(message).map(Some);
        }
        let reached = posix::stat(&absolute(target));
        let same = identity(there) == identity(found)
            || reached.as_ref().is_ok_and(|reached| identity(reached) == identity(found))
                && !self.remove_first
                && kind(found) != S_IFLNK;
        if same && self.hard {
            return Ok(Some(true));
        }
        let linked = identity(there) == identity(found) && absolute(source) != absolute(target);
        if same && !(self.backup.is_some() && linked || self.remove_first && linked) {
            let forced = self.force && self.backup.is_some();
            if !forced {
                let (source, target) = shown;
                return self.refused(format!("{source} and {target} are the same file")).map(Some);
            }
        }
        if self.made.contains_key(&identity(there))
            && self.backup.is_none()
        {
            let (source, target) = shown;
            let message = format!("will not overwrite just-created {target} with {source}");
            return self.refused(message).map(Some);
        }
        if kind(there) == S_IFLNK
            && reached.is_err()
            && kind(found) != S_IFLNK
            && !(self.remove_first || self.hard || self.symbolic || self.backup.is_some())
        {
            let target = shown.1;
            return self.refused(format!("not writing through dangling symlink {target}")).map(Some);
        }
        Ok(None)
    }

    fn symbolic_link(&mut self, source: &str, target: &str) -> Result<bool, Exit> {
        if !source.starts_with('/') && directory(target) != "." {
            let target = if_needed(target);
            return self.refused(format!(
                "{target}: can make relative symbolic links only in current directory"
            ));
        }
        match crate::links::symlink(source, &absolute(target)) {
            Ok(()) => Ok(true),
            Err(error) => {
                let what = format!("cannot create symbolic link {} to {}", always(target), always(source));
                self.failed(what, &error)
            }
        }
    }

    fn directory(
        &mut self,
        source: &str,
        found: &Stat,
        target: &str,
        argument: bool,
    ) -> Result<bool, Exit> {
        let there = posix::stat(&absolute(target)).ok();
        if argument && self.is_inside(source, target) {
            let (source, target) = (always(source), always(target));
            return self.refused(format!("cannot copy a directory, {source}, into itself, {target}"));
        }
        let new = match &there {
            Some(there) if kind(there) != S_IFDIR => {
                if self.existing == Existing::Keep {
                    return Ok(true);
                }
                let (source, target) = (always(source), always(target));
                let message = format!("cannot overwrite non-directory {target} with directory {source}");
                return self.refused(message);
            }
            Some(_) => false,
            None => {
                if let Err(error) = fs::create_dir(absolute(target)) {
                    return self.failed(format!("cannot create directory {}", always(target)), &error);
                }
                if self.verbose {
                    put!(self.out, "{} -> {}\n", always(source), always(target))?;
                }
                true
            }
        };
        let place = absolute(target);
        let made = posix::stat(&place).map(|made| made.mode & 0o7777).unwrap_or(0o755);
        if new && made & 0o700 != 0o700 {
            // It has to be written into first.
            let _tried = posix::chmod(&place, made | 0o700);
        }
        let entries = match names(source) {
            Ok(entries) => entries,
            Err(error) => {
                return self.failed(format!("cannot access {}", always(source)), &error);
            }
        };
        let mut good = true;
        for name in entries {
            let from = join(source, &name);
            if there.is_none() && posix::lstat(&absolute(&from)).is_ok_and(|inner| {
                posix::stat(&place).is_ok_and(|own| identity(&own) == identity(&inner))
            }) {
                continue;
            }
            good &= self.one(&from, &join(target, &name), false)?;
        }
        let mode = if self.keep_mode {
            Some(found.mode & 0o7777)
        } else if new && self.plain_mode {
            Some(0o777 & !self.umask)
        } else if new {
            Some(found.mode & 0o7777 & !self.umask & 0o1777)
        } else {
            None
        };
        if self.keep_times {
            good &= self.times(found, target, true)?;
        }
        if let Some(mode) = mode
            && let Err(error) = posix::chmod(&place, mode)
        {
            return self.failed(format!("setting permissions for {}", always(target)), &error);
        }
        Ok(good)
    }

    /// Whether the target is the source or in it.
    fn is_inside(&self, source: &str, target: &str) -> bool {
        let source = paths::canonical(source, Missing::Nothing);
        let target = paths::canonical(target, Missing::Last);
        match (source, target) {
            (Ok(source), Ok(target)) => {
                target == source
                    || source == "/"
                    || target.strip_prefix(&source).is_some_and(|rest| rest.starts_with('/'))
            }
            _ => false,
        }
    }

    fn file(
        &mut self,
        source: &str,
        found: &Stat,
        target: &str,
        there: Option<&Stat>,
    ) -> Result<bool, Exit> {
        let input = if self.attributes_only {
            None
        } else {
            match Description::open(&absolute(source), How::READ, 0) {
                Ok(input) => Some(input),
                Err(error) => {
                    return self.failed(format!("cannot open {} for reading", always(source)), &error);
                }
            }
        };
        let mode = if self.plain_mode { 0o666 } else { found.mode & 0o777 };
        let place = absolute(target);
        let how = How {
            truncate: !self.attributes_only,
            ..How::WRITE
        };
        let mut opened = Description::open(&place, how, mode);
        if opened.is_err() && there.is_some() && self.force {
            // What cannot be written is replaced.
            if let Err(error) = fs::remove_file(&place) {
                return self.failed(format!("cannot remove {}", always(target)), &error);
            }
            opened = Description::open(&place, how, mode);
        }
        let output = match opened {
            Ok(output) => output,
            Err(error) => {
                return self.failed(format!("cannot create regular file {}", always(target)), &error);
            }
        };
        if let Some(input) = input {
            loop {
                match input.read_some(1 << 18) {
                    Ok(piece) if piece.is_empty() => break,
                    Ok(piece) => {
                        if let Err(error) = write_all(&output, &piece) {
                            return self.failed(format!("error writing {}", always(target)), &error);
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        return self.failed(format!("error reading {}", always(source)), &error);
                    }
                }
            }
        }
        drop(output);
        let mut good = true;
        if let Ok(made) = posix::stat(&place) {
            self.made.insert(identity(&made), target.to_owned());
        }
        if self.keep_times {
            good &= self.times(found, target, true)?;
        }
        if self.keep_mode
            && let Err(error) = posix::chmod(&place, found.mode & 0o7777)
        {
            return self.failed(format!("setting permissions for {}", always(target)), &error);
        }
        Ok(good)
    }

    fn times(&mut self, found: &Stat, target: &str, follow: bool) -> Result<bool, Exit> {
        match set_times(&absolute(target), Some(found.accessed), Some(found.modified), follow) {
            Ok(()) => Ok(true),
            Err(error) => self.failed(format!("preserving times for {}", always(target)), &error),
        }
    }

    /// Makes the directories that lead to `target`, like those that lead to `source`.
    pub(crate) fn parents(&mut self, source: &str, target: &str) -> Result<bool, Exit> {
        let mut missing = Vec::new();
        let (mut from, mut to) = (directory(source), directory(target));
        while posix::stat(&absolute(to)).is_err() && from != "." && from != "/" {
            missing.push((from.to_owned(), to.to_owned()));
            (from, to) = (directory(from), directory(to));
        }
        for (from, to) in missing.into_iter().rev() {
            if let Err(error) = fs::create_dir(absolute(&to)) {
                return self.failed(format!("cannot make directory {}", always(&to)), &error);
            }
            if self.verbose {
                put!(self.out, "{from} -> {to}\n")?;
            }
            if let Ok(found) = posix::stat(&absolute(&from)) {
                let mode = if self.keep_mode { found.mode & 0o7777 } else { found.mode & 0o777 & !self.umask | 0o700 };
                // As good as it can be: the files matter.
                let _tried = posix::chmod(&absolute(&to), mode);
            }
        }
        Ok(true)
    }
}

/// The names in a directory, in order.
pub(crate) fn names(path: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(absolute(path))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn missing() -> io::Error {
    Errno::NOENT.into()
}

/// Sets times, in nanoseconds since the epoch; none leaves one as it is.
pub(crate) fn set_times(
    path: &str,
    accessed: Option<i64>,
    modified: Option<i64>,
    follow: bool,
) -> io::Result<()> {
    let time = |time: Option<i64>| match time {
        Some(time) => Timespec {
            tv_sec: time.div_euclid(1_000_000_000),
            tv_nsec: i32::try_from(time.rem_euclid(1_000_000_000)).unwrap_or(0).into(),
        },
        None => Timespec {
            tv_sec: 0,
            tv_nsec: i32::try_from(rustix::fs::UTIME_OMIT).unwrap_or(0).into(),
        },
    };
    let times = Timestamps {
        last_access: time(accessed),
        last_modification: time(modified),
    };
    let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    Ok(rustix::fs::utimensat(CWD, path, &times, flags)?)
}
