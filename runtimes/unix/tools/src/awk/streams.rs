//! Files and commands that a program reads from and writes to.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::input::Records;
use super::value::Str;
use crate::os::{self, Launch, Running};
use crate::report;
use crate::stream::{self, Out};

enum Target {
    Standard,
    Error,
    File(BufWriter<File>),
    Command(BufWriter<Box<dyn Write>>, Running),
}

struct Source {
    records: Records,
    command: Option<Running>,
}

/// What is open.
pub(super) struct Streams {
    pub(super) out: Out,
    targets: HashMap<Str, Target>,
    /// In the order they were opened in.
    opened: Vec<Str>,
    sources: HashMap<Str, Source>,
}

/// How something is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Write,
    Append,
    Pipe,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self {
            out: stream::stdout(),
            targets: HashMap::new(),
            opened: Vec::new(),
            sources: HashMap::new(),
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        for target in self.targets.values_mut() {
            match target {
                Target::File(file) => file.flush()?,
                Target::Command(command, _) => command.flush()?,
                Target::Standard | Target::Error => {}
            }
        }
        self.out.flush()
    }

    /// Flushes one; tells whether it is open.
    pub(super) fn flush_one(&mut self, name: &Str) -> io::Result<bool> {
        match self.targets.get_mut(name) {
            Some(Target::File(file)) => file.flush()?,
            Some(Target::Command(command, _)) => command.flush()?,
            Some(Target::Standard | Target::Error) => self.out.flush()?,
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Writes to a file or command, which is opened the first time.
    pub(super) fn write(&mut self, name: &Str, how: How, bytes: &[u8]) -> Result<(), String> {
        if !self.targets.contains_key(name) {
            let target = self.open(name, how)?;
            self.targets.insert(name.clone(), target);
            self.opened.push(name.clone());
        }
        let written = match self.targets.get_mut(name) {
            Some(Target::File(file)) => file.write_all(bytes),
            Some(Target::Command(command, _)) => command.write_all(bytes),
            Some(Target::Error) => io::stderr().write_all(bytes),
            Some(Target::Standard) | None => self.out.write_all(bytes),
        };
        written.map_err(|error| {
            let name = String::from_utf8_lossy(name);
            format!(
                "fatal: write to \"{name}\" failed: {}",
                report::text(&error)
            )
        })
    }

    fn open(&mut self, name: &Str, how: How) -> Result<Target, String> {
        let text = String::from_utf8_lossy(name).into_owned();
        if how == How::Pipe {
            self.flush()
                .map_err(|error| format!("fatal: {}", report::text(&error)))?;
            let mut launch = Launch::shell(&text);
            launch.input = os::Input::Pipe;
            let failed = |error: os::NotStarted| {
                format!(
                    "fatal: cannot open pipe `{text}' for output: {}",
                    error.text
                )
            };
            let mut running = launch.spawn().map_err(failed)?;
            let stdin = running.stdin.take().ok_or("fatal: no pipe")?;
            return Ok(Target::Command(
                BufWriter::with_capacity(1 << 16, stdin),
                running,
            ));
        }
        match text.as_str() {
            "/dev/stdout" | "-" => return Ok(Target::Standard),
            "/dev/stderr" => return Ok(Target::Error),
            "" => {
                return Err("fatal: expression for `>' redirection has null string value".into());
            }
            _ => {}
        }
        let file = if how == How::Append {
            File::options().append(true).create(true).open(&text)
        } else {
            File::create(&text)
        };
        match file {
            Ok(file) => Ok(Target::File(BufWriter::with_capacity(1 << 16, file))),
            Err(error) => Err(format!(
                "fatal: cannot redirect to `{text}': {}",
                report::text(&error)
            )),
        }
    }

    /// What is read from a file or the output of a command, opened the first time.
    pub(super) fn source(&mut self, name: &Str, command: bool) -> Result<&mut Records, String> {
        if !self.sources.contains_key(name) {
            let text = String::from_utf8_lossy(name).into_owned();
            let source = if command {
                self.flush().map_err(|error| report::text(&error))?;
                let mut launch = Launch::shell(&text);
                launch.capture = true;
                let mut running = launch.spawn().map_err(|error| error.text)?;
                let stdout = running.stdout.take().ok_or("no pipe")?;
                Source {
                    records: Records::new(stdout),
                    command: Some(running),
                }
            } else {
                Source {
                    records: Records::new(open_input(&text).map_err(|it| report::text(&it))?),
                    command: None,
                }
            };
            self.sources.insert(name.clone(), source);
        }
        match self.sources.get_mut(name) {
            Some(source) => Ok(&mut source.records),
            None => Err("not open".into()),
        }
    }

    /// Closes a file or command: what `close` returns.
    pub(super) fn close(&mut self, name: &Str) -> f64 {
        let mut result = -1.0;
        if let Some(target) = self.targets.remove(name) {
            self.opened.retain(|it| it != name);
            result = self.end(target);
        }
        if let Some(source) = self.sources.remove(name) {
            // The reading end of the pipe is gone before the command is waited for.
            drop(source.records);
            result = source
                .command
                .map_or(0.0, |mut running| status(running.wait()));
        }
        result
    }

    fn end(&mut self, target: Target) -> f64 {
        match target {
            Target::Standard | Target::Error => self.out.flush().map_or(-1.0, |()| 0.0),
            Target::File(mut file) => file.flush().map_or(-1.0, |()| 0.0),
            Target::Command(mut command, mut running) => {
                let flushed = command.flush();
                let _parts = command.into_parts();
                drop(_parts);
                let end = running.wait();
                flushed.map_or(-1.0, |()| status(end))
            }
        }
    }

    /// Closes everything.
    pub(super) fn close_all(&mut self) {
        let _said_at_the_end = self.out.flush();
        for name in std::mem::take(&mut self.opened) {
            if let Some(target) = self.targets.remove(&name) {
                self.end(target);
            }
        }
        for (_, source) in std::mem::take(&mut self.sources) {
            drop(source.records);
            if let Some(mut running) = source.command {
                running.wait();
            }
        }
    }
}

pub(super) fn open_input(path: &str) -> io::Result<Box<dyn io::Read>> {
    if path == "-" || path == "/dev/stdin" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path)?;
    if file.metadata().is_ok_and(|it| it.is_dir()) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(Box::new(file))
}

/// As gawk's `close` and `system` tell how a command ended.
pub(super) fn status(end: os::End) -> f64 {
    match end {
        os::End::Exited(code) => f64::from(code),
        os::End::Signaled(signal) => 256.0 + f64::from(signal),
    }
}
