//! The system as the standard library shows it on Linux: for tests on the machine of a developer.

use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::{fs, thread, time};

use super::{End, Input, Launch, NotStarted, Process, Stat};

pub(crate) fn arguments() -> Vec<String> {
    std::env::args().collect()
}

pub(crate) fn hard_link(target: &std::path::Path, link: &std::path::Path) -> std::io::Result<()> {
    std::fs::hard_link(target, link)
}

pub(crate) fn start() {}

pub(crate) fn exit(code: u8) -> ! {
    std::process::exit(i32::from(code))
}

fn convert(it: &fs::Metadata) -> Stat {
    Stat {
        device: it.dev(),
        inode: it.ino(),
        mode: it.mode(),
        links: it.nlink(),
        uid: it.uid(),
        gid: it.gid(),
        size: it.size(),
        blocks: it.blocks(),
        accessed: it.atime() * 1_000_000_000 + it.atime_nsec(),
        modified: it.mtime() * 1_000_000_000 + it.mtime_nsec(),
        changed: it.ctime() * 1_000_000_000 + it.ctime_nsec(),
    }
}

pub(crate) fn stat(path: &str) -> io::Result<Stat> {
    fs::metadata(path).map(|it| convert(&it))
}

pub(crate) fn lstat(path: &str) -> io::Result<Stat> {
    fs::symlink_metadata(path).map(|it| convert(&it))
}

pub(crate) fn chmod(path: &str, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

pub(crate) fn access(path: &str, how: u8) -> io::Result<()> {
    let mode = stat(path)?.mode;
    let wanted = u32::from(how);
    // Good enough for a test: any of the three triples may give it.
    if wanted & !(mode | mode >> 3 | mode >> 6) & 7 == 0 {
        return Ok(());
    }
    Err(io::ErrorKind::PermissionDenied.into())
}

pub(crate) fn umask() -> u32 {
    0o022
}

pub(crate) fn user_name() -> String {
    std::env::var("USER").unwrap_or_else(|_| "root".into())
}

pub(crate) fn uid() -> u32 {
    fs::metadata("/proc/self").map_or(0, |it| it.uid())
}

pub(crate) fn terminal_size() -> Option<(u16, u16)> {
    None
}

pub(crate) fn is_terminal(_number: u32) -> bool {
    false
}

pub(crate) fn pid() -> u32 {
    std::process::id()
}

pub(crate) fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|it| it.parse().ok()) else {
            continue;
        };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let argv = String::from_utf8_lossy(&line);
        let argv = argv.trim_end_matches('\0').split('\0').map(str::to_owned);
        found.push(Process {
            pid,
            parent: 1,
            group: pid,
            argv: argv.collect(),
            started: 0,
            cpu_time: 0,
            memory: 0,
        });
    }
    found.sort_by_key(|it| it.pid);
    found
}

pub(crate) fn kill(_pid: u32, _signal: u8) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn signal(text: &str) -> Option<u8> {
    match text.trim_start_matches("SIG") {
        "TERM" => Some(15),
        "KILL" => Some(9),
        other => other.parse().ok(),
    }
}

pub(crate) struct Running {
    child: std::process::Child,
    pub(crate) stdin: Option<Box<dyn Write>>,
    pub(crate) stdout: Option<Box<dyn Read>>,
}

impl Launch {
    pub(crate) fn spawn(&self) -> Result<Running, NotStarted> {
        let program = self.argv.first().map_or("", String::as_str);
        let mut command = Command::new(program);
        command.args(self.argv.iter().skip(1));
        if let Some(env) = &self.env {
            command.env_clear().envs(env.iter().cloned());
        }
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        match self.input {
            Input::Inherit => {}
            Input::Empty => {
                command.stdin(Stdio::null());
            }
            Input::Pipe => {
                command.stdin(Stdio::piped());
            }
        }
        if self.capture {
            command.stdout(Stdio::piped());
        }
        let mut child = command.spawn().map_err(|error| NotStarted {
            code: if error.kind() == io::ErrorKind::NotFound {
                127
            } else {
                126
            },
            text: crate::report::text(&error),
        })?;
        let stdin = child.stdin.take().map(|it| Box::new(it) as Box<dyn Write>);
        let stdout = child.stdout.take().map(|it| Box::new(it) as Box<dyn Read>);
        Ok(Running {
            child,
            stdin,
            stdout,
        })
    }
}

impl Running {
    pub(crate) fn wait(&mut self) -> End {
        self.child.wait().map_or(End::Exited(127), convert_end)
    }

    pub(crate) fn try_wait(&mut self) -> Option<End> {
        let end = self.child.try_wait().unwrap_or(None);
        end.map(convert_end)
    }
}

fn convert_end(status: std::process::ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(u8::try_from(code & 0xff).unwrap_or(255)),
        (None, Some(signal)) => End::Signaled(u8::try_from(signal & 0x7f).unwrap_or(127)),
        (None, None) => End::Exited(255),
    }
}

pub(crate) fn wait_any(_children: &[Running]) {
    thread::sleep(time::Duration::from_millis(2));
}
