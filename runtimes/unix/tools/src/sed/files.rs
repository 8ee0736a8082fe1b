//! What `sed` reads and writes.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::Settings;
use crate::os;
use crate::report;
use crate::stream::{self, Input, Out};

/// The lines of the input files, one after the other.
pub(super) struct Lines {
    files: std::vec::IntoIter<String>,
    current: Option<Input>,
    /// The line after the current one, read ahead to know which is the last.
    ahead: Option<(Vec<u8>, bool)>,
    /// Name of the file that is read.
    pub(super) name: String,
    line_end: u8,
    pub(super) failed: bool,
    /// Something that GNU's ends at.
    pub(super) broken: bool,
    pub(super) number: u64,
}

/// What reading a line met.
pub(super) enum Next {
    Line {
        ended: bool,
    },
    /// With `-s` and `-i`: the next line is of another file.
    FileEnd,
    End,
}

impl Lines {
    pub(super) fn new(files: Vec<String>, line_end: u8) -> Self {
        Self {
            files: files.into_iter(),
            current: None,
            ahead: None,
            name: "-".into(),
            line_end,
            failed: false,
            broken: false,
            number: 0,
        }
    }

    fn complain(&mut self, message: &str) {
        report::say("sed", message);
        self.failed = true;
    }

    /// Says what is wrong; nothing more is read.
    fn give_up(&mut self, message: &str) {
        self.complain(message);
        self.broken = true;
        self.files = Vec::new().into_iter();
    }

    /// Opens the next file that can be read; its name, or none at the end.
    pub(super) fn open_next(&mut self, in_place: bool) -> Option<String> {
        loop {
            let name = self.files.next()?;
            if name == "-" && in_place {
                self.complain("couldn't edit -: not a regular file");
                continue;
            }
            if name == "-" {
                self.current = Some(stream::standard());
            } else {
                match File::open(&name) {
                    Err(error) => {
                        let text = report::text(&error);
                        self.complain(&format!("can't read {name}: {text}"));
                        continue;
                    }
                    Ok(file) => {
                        let kind = file.metadata();
                        if in_place && !kind.as_ref().is_ok_and(fs::Metadata::is_file) {
                            let message = format!("couldn't edit {name}: not a regular file");
                            self.give_up(&message);
                            continue;
                        }
                        if kind.is_ok_and(|it| it.is_dir()) {
                            self.give_up(&format!("read error on {name}: Is a directory"));
                            continue;
                        }
                        let input: Box<dyn Read> = Box::new(file);
                        self.current = Some(BufReader::with_capacity(1 << 16, input));
                    }
                }
            }
            self.name.clone_from(&name);
            return Some(name);
        }
    }

    /// Reads a line of the current file.
    fn read(&mut self) -> Option<(Vec<u8>, bool)> {
        let current = self.current.as_mut()?;
        let mut line = Vec::new();
        match stream::line(current, self.line_end, &mut line) {
            Ok(Some(ended)) => Some((line, ended)),
            Ok(None) => {
                self.current = None;
                None
            }
            Err(error) => {
                self.current = None;
                let message = format!("read error on {}: {}", self.name, report::text(&error));
                self.complain(&message);
                None
            }
        }
    }

    /// Fills `line`, which is kept if there is nothing more.
    pub(super) fn next(&mut self, line: &mut Vec<u8>, separate: bool) -> Next {
        loop {
            if let Some((text, ended)) = self.ahead.take().or_else(|| self.read()) {
                *line = text;
                self.number += 1;
                return Next::Line { ended };
            }
            if separate {
                return Next::FileEnd;
            }
            if self.open_next(false).is_none() {
                return Next::End;
            }
        }
    }

    /// Whether no line follows.
    pub(super) fn at_end(&mut self, separate: bool) -> bool {
        loop {
            if self.ahead.is_some() {
                return false;
            }
            self.ahead = self.read();
            if self.ahead.is_none() && (separate || self.open_next(false).is_none()) {
                return true;
            }
        }
    }

    /// Whether there are more files.
    pub(super) fn more_files(&self) -> bool {
        !self.files.as_slice().is_empty()
    }
}

/// Where the output goes.
pub(super) enum Target {
    Standard(Out),
    Error,
    File(BufWriter<File>),
}

pub(super) struct Output {
    pub(super) target: Target,
    /// The line before had no end, as it was the last one of its file.
    missing_end: bool,
}

impl Output {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            missing_end: false,
        }
    }

    pub(super) fn open(path: &str) -> Result<Self, String> {
        match path {
            "/dev/stdout" => Ok(Self::new(Target::Standard(stream::stdout()))),
            "/dev/stderr" => Ok(Self::new(Target::Error)),
            _ => match File::create(path) {
                Ok(file) => Ok(Self::new(Target::File(BufWriter::new(file)))),
                Err(error) => Err(format!(
                    "couldn't open file {path}: {}",
                    report::text(&error)
                )),
            },
        }
    }

    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.target {
            Target::Standard(out) => out.write_all(bytes),
            Target::Error => io::stderr().write_all(bytes),
            Target::File(file) => file.write_all(bytes),
        }
    }

    /// Writes bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8], line_end: u8) -> io::Result<()> {
        if self.missing_end && !bytes.is_empty() {
            self.missing_end = false;
            self.raw(&[line_end])?;
        }
        self.raw(bytes)
    }

    pub(super) fn line(&mut self, line: &[u8], ended: bool, line_end: u8) -> io::Result<()> {
        if self.missing_end {
            self.raw(&[line_end])?;
        }
        self.missing_end = !ended;
        self.raw(line)?;
        if ended { self.raw(&[line_end]) } else { Ok(()) }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Standard(out) => out.flush(),
            Target::Error => Ok(()),
            Target::File(file) => file.flush(),
        }
    }
}

/// A file that is edited: what is written goes into another one, which takes its place at the end.
pub(super) struct Edit {
    path: String,
    temporary: String,
}

impl Edit {
    pub(super) fn begin(name: &str, settings: &Settings) -> Result<(Self, Output), String> {
        let mut path = name.to_owned();
        if settings.follow
            && let Ok(target) = fs::canonicalize(name)
        {
            path = target.to_string_lossy().into_owned();
        }
        let folder = Path::new(&path)
            .parent()
            .map(|it| it.to_string_lossy().into_owned());
        let prefix = folder
            .filter(|it| !it.is_empty())
            .map_or(String::new(), |it| it + "/");
        let temporary = format!("{prefix}sed{:06}", os::pid());
        let file = File::create(&temporary).map_err(|error| {
            format!(
                "couldn't open temporary file {temporary}: {}",
                report::text(&error)
            )
        })?;
        let edit = Self { path, temporary };
        Ok((
            edit,
            Output::new(Target::File(BufWriter::with_capacity(1 << 16, file))),
        ))
    }

    pub(super) fn finish(self, suffix: &str) -> Result<(), String> {
        let failed = |error: io::Error| {
            format!("cannot rename {}: {}", self.temporary, report::text(&error))
        };
        if let Ok(stat) = os::stat(&self.path) {
            os::chmod(&self.temporary, stat.mode & 0o7777).map_err(failed)?;
        }
        if !suffix.is_empty() {
            let path = Path::new(&self.path);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let kept = if suffix.contains('*') {
                suffix.replace('*', &name)
            } else {
                format!("{name}{suffix}")
            };
            let kept = match path.parent() {
                Some(folder) if !kept.contains('/') => folder.join(kept),
                _ => kept.into(),
            };
            fs::rename(&self.path, kept).map_err(failed)?;
        }
        fs::rename(&self.temporary, &self.path).map_err(failed)
    }
}
