//! The system as Belljar offers it.

use std::io::{self, Read, Write};
use std::path::Path;

use belljar_sys::clock::{self, Event};
use belljar_sys::descriptions::Description;
use belljar_sys::{posix, process, signals};

use super::{End, Input, Launch, NotStarted, Process, Stat};

pub(crate) fn start() {
    belljar_sys::start();
}

pub(crate) fn arguments() -> Vec<String> {
    belljar_sys::args()
}

/// Makes a further name of a file. The C library gets two relative paths mixed up.
pub(crate) fn hard_link(target: &Path, link: &Path) -> io::Result<()> {
    let cwd = std::env::current_dir()?;
    std::fs::hard_link(cwd.join(target), cwd.join(link))
}

/// Ends the process; buffers must be flushed before.
pub(crate) fn exit(code: u8) -> ! {
    process::exit(code)
}

fn convert(stat: posix::Stat) -> Stat {
    Stat {
        device: stat.device,
        inode: stat.inode,
        mode: stat.mode,
        links: stat.links,
        uid: stat.uid,
        gid: stat.gid,
        size: stat.size,
        blocks: stat.blocks,
        accessed: stat.accessed,
        modified: stat.modified,
        changed: stat.changed,
    }
}

pub(crate) fn stat(path: &str) -> io::Result<Stat> {
    posix::stat(path).map(convert)
}

pub(crate) fn lstat(path: &str) -> io::Result<Stat> {
    posix::lstat(path).map(convert)
}

pub(crate) fn chmod(path: &str, mode: u32) -> io::Result<()> {
    posix::chmod(path, mode)
}

pub(crate) fn access(path: &str, how: u8) -> io::Result<()> {
    posix::access(path, how)
}

pub(crate) fn umask() -> u32 {
    posix::umask()
}

pub(crate) fn user_name() -> String {
    posix::user_name()
}

pub(crate) fn uid() -> u32 {
    posix::uid()
}

pub(crate) fn terminal_size() -> Option<(u16, u16)> {
    posix::terminal_size()
}

pub(crate) fn is_terminal(number: u32) -> bool {
    Description::inherited(number).is_some_and(|it| it.is_terminal())
}

pub(crate) fn pid() -> u32 {
    process::pid()
}

pub(crate) fn processes() -> Vec<Process> {
    let all = process::processes().into_iter();
    all.map(|it| Process {
        pid: it.pid,
        parent: it.parent,
        group: it.group,
        argv: it.argv,
        started: i64::try_from(it.started / 1_000_000_000).unwrap_or(i64::MAX),
        cpu_time: it.cpu_time,
        memory: it.memory,
    })
    .collect()
}

pub(crate) fn kill(pid: u32, signal: u8) -> io::Result<()> {
    process::kill(i32::try_from(pid).unwrap_or(i32::MAX), signal)
}

/// A signal by number or name.
pub(crate) fn signal(text: &str) -> Option<u8> {
    signals::parse(text)
}

/// A child.
pub(crate) struct Running {
    child: process::Child,
    pub(crate) stdin: Option<Box<dyn Write>>,
    pub(crate) stdout: Option<Box<dyn Read>>,
}

impl Launch {
    pub(crate) fn spawn(&self) -> Result<Running, NotStarted> {
        let failed = |error: io::Error| NotStarted {
            code: 126,
            text: crate::report::text(&error),
        };
        let mut command = process::Command::new(self.argv.clone());
        if let Some(env) = &self.env {
            command.env.clone_from(env);
        }
        if let Some(cwd) = &self.cwd {
            command.cwd.clone_from(cwd);
        }
        let mut stdin: Option<Box<dyn Write>> = None;
        match self.input {
            Input::Inherit => {}
            Input::Empty => {
                let empty = Description::bytes(b"").map_err(failed)?;
                command.descriptions.push((0, empty));
            }
            Input::Pipe => {
                let (reader, writer) = Description::pipe().map_err(failed)?;
                command.descriptions.push((0, reader));
                stdin = Some(Box::new(writer));
            }
        }
        let mut stdout: Option<Box<dyn Read>> = None;
        if self.capture {
            let (reader, writer) = Description::pipe().map_err(failed)?;
            command.descriptions.push((1, writer));
            stdout = Some(Box::new(reader));
        }
        let child = command.spawn().map_err(|error| NotStarted {
            code: error.code(),
            text: error.to_string(),
        })?;
        Ok(Running {
            child,
            stdin,
            stdout,
        })
    }
}

impl Running {
    pub(crate) fn wait(&mut self) -> End {
        convert_end(self.child.wait())
    }

    pub(crate) fn try_wait(&mut self) -> Option<End> {
        self.child.try_wait().map(convert_end)
    }
}

fn convert_end(end: process::End) -> End {
    match end {
        process::End::Exited(code) => End::Exited(code),
        process::End::Signaled(signal) => End::Signaled(signal),
    }
}

/// Waits until one of them may have ended.
pub(crate) fn wait_any(children: &[Running]) {
    let events: Vec<Event> = children.iter().map(|it| it.child.event()).collect();
    let events: Vec<&Event> = events.iter().collect();
    clock::wait(&events);
}
