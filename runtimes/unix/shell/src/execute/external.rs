//! Programs: starting them and waiting for them.

use belljar_sys::process::{self, Child, End, SpawnError};
use belljar_sys::{Description, descriptions::How};

use super::redirections::Pipes;
use crate::state::{Shell, Stream};
use crate::text;

/// The shell itself, for scripts without `#!` and subshells.
pub const SHELL: &str = "/usr/bin/bash";

impl Shell {
    /// What a child is started with, by number.
    pub fn descriptions(&mut self, pipes: &mut Pipes) -> Result<Vec<(u32, Description)>, String> {
        let mut all = Vec::new();
        for number in 0..3 {
            match self.state.table.get(number) {
                Some(stream) => {
                    let description = pipes.for_child(&stream);
                    all.push((number, description.map_err(|error| error.to_string())?));
                }
                // A child would inherit what is not listed: what is closed is something that cannot be
                // read or written.
                None => {
                    let how = if number == 0 {
                        How {
                            create: false,
                            truncate: false,
                            ..How::WRITE
                        }
                    } else {
                        How::READ
                    };
                    if let Ok(null) = Description::open("/dev/null", how, 0) {
                        all.push((number, null));
                    }
                }
            }
        }
        for (number, stream) in self.state.table.extra() {
            if let Ok(description) = pipes.for_child(&stream) {
                all.push((number, description));
            }
        }
        Ok(all)
    }

    /// Starts a program. If that fails, the error has been told, and its status is given.
    pub fn spawn(
        &mut self,
        argv: &[String],
        environment: Vec<(String, String)>,
        pipes: &mut Pipes,
    ) -> Result<Child, i32> {
        let shown = argv.first().cloned().unwrap_or_default();
        self.spawn_as(argv, &shown, environment, pipes)
    }

    /// Starts a program under a name that may not be its own.
    pub fn spawn_as(
        &mut self,
        argv: &[String],
        shown: &str,
        environment: Vec<(String, String)>,
        pipes: &mut Pipes,
    ) -> Result<Child, i32> {
        let Some(name) = argv.first() else {
            return Err(0);
        };
        let descriptions = self.descriptions(pipes).map_err(|message| {
            self.error(message);
            1
        })?;
        let mut command = process::Command {
            program: text::outside(name),
            argv: std::iter::once(shown)
                .chain(argv[1..].iter().map(String::as_str))
                .map(text::outside)
                .collect(),
            env: environment,
            cwd: self.state.cwd.to_string(),
            descriptions,
            new_group: false,
        };
        let mut result = if name.is_empty() {
            Err(SpawnError::NotFound)
        } else {
            command.spawn()
        };
        if let Err(SpawnError::NotExecutable(_)) = &result
            && let Some(script) = self.script_path(&command.program)
        {
            command.program = SHELL.to_owned();
            command.argv.splice(..1, [SHELL.to_owned(), script]);
            result = command.spawn();
        }
        result.map_err(|error| {
            let code = i32::from(error.code());
            match &error {
                SpawnError::NotFound if name.contains('/') => {
                    self.error(format_args!("{name}: No such file or directory"))
                }
                SpawnError::NotFound => self.error(format_args!("{name}: command not found")),
                SpawnError::NotExecutable(_)
                    if self.missing_interpreter(&command.program).is_some() =>
                {
                    self.error(format_args!("{name}: cannot execute: required file not found"));
                    return 127;
                }
                // Whatever is no program: the host says the same in other words.
                SpawnError::NotExecutable(reason) if reason == "exec format error" => {
                    self.error(format_args!(
                        "{name}: cannot execute binary file: Exec format error"
                    ));
                }
                SpawnError::NotExecutable(reason) => self.error(format_args!("{name}: {reason}")),
                SpawnError::Limit(_) => {
                    self.error("fork: retry: Resource temporarily unavailable");
                    return 254;
                }
                other => self.error(format_args!("{name}: {other}")),
            }
            code
        })
    }

    /// The path of a file that is a script without `#!`.
    fn script_path(&mut self, program: &str) -> Option<String> {
        let path = if program.contains('/') {
            self.absolute(program)
        } else {
            self.find_program(program)?
        };
        let bytes = std::fs::read(&path).ok()?;
        let first = &bytes[..bytes.len().min(256)];
        let line = first.split(|byte| *byte == b'\n').next().unwrap_or(first);
        let binary = line.contains(&0) || bytes.starts_with(b"\x7fELF");
        (!binary && !bytes.starts_with(b"#!")).then_some(path)
    }

    /// The interpreter that a script names, if that is not there.
    fn missing_interpreter(&mut self, program: &str) -> Option<String> {
        let path = if program.contains('/') {
            self.absolute(program)
        } else {
            self.find_program(program)?
        };
        let bytes = std::fs::read(&path).ok()?;
        let line = bytes.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
        let line = String::from_utf8_lossy(line);
        let interpreter = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next()?.to_owned();
        let there = belljar_sys::posix::stat(&self.absolute(&interpreter)).is_ok();
        (!there).then_some(interpreter)
    }

    /// Waits for a foreground child.
    pub fn wait_child(&mut self, child: &Child) -> End {
        loop {
            if let Some(end) = child.wait_or_signal() {
                return end;
            }
            self.collect_signals();
            if self.is_ending() {
                return child.try_wait().unwrap_or(End::Exited(0));
            }
        }
    }

    /// The status of a child that has ended; tells of signals, as bash does.
    pub fn status_of(&mut self, end: End, pid: u32, argv: &[String]) -> i32 {
        if let End::Signaled(signal) = end
            && !matches!(signal, 2 | 13)
        {
            let what = crate::jobs::signal_text(signal);
            let text = argv.join(" ");
            self.error(format_args!("{pid:>5} {what:<23} {text}"));
        }
        i32::from(end.code())
    }

    /// Runs a program to its end.
    pub fn run_external(&mut self, argv: &[String], environment: Vec<(String, String)>) -> i32 {
        let mut pipes = Pipes::default();
        let child = match self.spawn(argv, environment, &mut pipes) {
            Ok(child) => child,
            Err(status) => return status,
        };
        pipes.drain(self);
        let end = self.wait_child(&child);
        if matches!(end, End::Exited(_)) {
            return i32::from(end.code());
        }
        self.status_of(end, child.pid(), argv)
    }

    /// Where PATH has a program.
    pub fn find_program(&mut self, name: &str) -> Option<String> {
        self.find_programs(name, false).into_iter().next()
    }

    pub fn find_programs(&mut self, name: &str, all: bool) -> Vec<String> {
        use belljar_sys::posix;
        let executable = |path: &str| {
            posix::stat(path).is_ok_and(|stat| stat.mode & posix::S_IFMT != posix::S_IFDIR)
                && posix::access(path, 1).is_ok()
        };
        if name.contains('/') {
            let path = self.absolute(name);
            return if executable(&path) {
                vec![name.to_owned()]
            } else {
                Vec::new()
            };
        }
        let path = self.value_of("PATH").unwrap_or_default();
        let mut found = Vec::new();
        for directory in path.split(':') {
            let directory = if directory.is_empty() { "." } else { directory };
            let candidate = format!("{}/{name}", directory.trim_end_matches('/'));
            if executable(&self.absolute(&candidate)) {
                found.push(candidate);
                if !all {
                    break;
                }
            }
        }
        found
    }

    /// Makes the numbers of process substitutions stay for a stream that outlives them.
    pub fn null(&mut self, number: u32, how: How) {
        if let Ok(null) = Description::open("/dev/null", how, 0) {
            self.state.table.put(number, Stream::Open(null));
        }
    }
}
