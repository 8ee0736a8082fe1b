//! Subshells: in this process, on a copy of the state, or as a process of their own that gets the
//! state written down.

use std::rc::Rc;

use belljar_sys::process::{self, Child};
use belljar_sys::{Description, posix};
use serde::{Deserialize, Serialize};

use super::external::SHELL;
use super::redirections::Pipes;
use crate::program::{AndOr, Command, Kind, List, RedirectKind};
use crate::state::{Capture, Flow, Run, Shell, State, Stream};
use crate::{text, traps};

/// The number under which a spawned subshell finds its state.
pub const STATE_NUMBER: u32 = 1023;
/// Its first argument.
pub const MARK: &str = "--belljar-subshell";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Code {
    Command(Command),
    AndOr(AndOr),
    List(Rc<List>),
}

/// What a spawned subshell begins with.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    state: State,
    command_line: bool,
    /// Numbers of open files beyond 2.
    numbers: Vec<u32>,
    code: Code,
}

impl Shell {
    /// Makes the state that of a subshell, and gives what it was.
    pub fn enter_subshell(&mut self) -> State {
        let saved = self.state.clone();
        self.state.subshell += 1;
        self.state.loops = 0;
        traps::for_subshell(&mut self.state);
        saved
    }

    pub fn leave_subshell(&mut self, saved: State) {
        let traps_changed = !Rc::ptr_eq(&self.state.traps, &saved.traps);
        self.state = saved;
        if traps_changed {
            self.apply_traps();
        }
    }

    /// Runs something in a subshell of this process and gives its status.
    pub fn in_subshell(&mut self, run: impl FnOnce(&mut Self) -> Run) -> i32 {
        let saved = self.enter_subshell();
        let jobs = self.jobs.enter_subshell();
        let output = std::mem::take(&mut self.output);
        let substitutions = std::mem::take(&mut self.substitutions);
        let mask = self.umask;
        let result = run(self);
        let status = self.end_of_subshell(result);
        if self.umask != mask {
            self.umask = mask;
            // What it was before anybody changed it is only known to the one who did.
            if let Some(mask) = mask.or(self.first_umask) {
                posix::set_umask(mask);
            }
        }
        self.jobs.leave_subshell(jobs);
        self.output = output;
        self.substitutions = substitutions;
        self.leave_subshell(saved);
        status
    }

    /// Runs the EXIT trap that a subshell has set, and gives its status.
    fn end_of_subshell(&mut self, result: Run) -> i32 {
        let mut status = match result {
            Ok(status) | Err(Flow::Exit(status) | Flow::Return(status) | Flow::Discard(status)) => {
                status
            }
            Err(Flow::Break(_) | Flow::Continue(_)) => self.state.status,
        };
        self.state.status = status;
        if let Some(ended) = self.run_exit_trap() {
            status = ended;
        }
        status
    }

    /// Runs something in a subshell and collects what it prints.
    pub fn captured(&mut self, run: impl FnOnce(&mut Self) -> Run) -> (i32, Vec<u8>) {
        let capture = Rc::new(Capture::default());
        let stream = Stream::Capture(Rc::clone(&capture));
        let status = self.in_subshell(|shell| {
            shell.state.table.put(1, stream);
            run(shell)
        });
        loop {
            let reader = capture.pending.borrow_mut().pop();
            let Some(reader) = reader else { break };
            if let Ok(bytes) = self.read_to_end(&reader) {
                capture.buffer.borrow_mut().extend_from_slice(&bytes);
            }
        }
        let bytes = std::mem::take(&mut *capture.buffer.borrow_mut());
        (status, bytes)
    }

    /// `$(…)`
    pub fn substitute(&mut self, list: &Rc<List>) -> Run<String> {
        self.depth += 1;
        if self.depth > 2_000 {
            self.depth -= 1;
            self.error("command substitutions are nested too deeply");
            return Err(Flow::Discard(1));
        }
        let line = self.state.line;
        let (status, mut bytes) = match file_only(list) {
            Some(command) => self.captured(|shell| shell.print_file(command)),
            None => self.captured(|shell| {
                if !shell.state.shopt.inherit_errexit && !shell.state.options.posix {
                    shell.state.options.errexit = false;
                }
                shell.run_list(list)
            }),
        };
        self.depth -= 1;
        self.state.line = line;
        self.state.status = status;
        self.substituted = Some(status);
        if bytes.contains(&0) {
            self.error("warning: command substitution: ignored null byte in input");
            bytes.retain(|byte| *byte != 0);
        }
        while bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(text::decode_vec(bytes))
    }

    /// `$(<file)`
    fn print_file(&mut self, command: &Command) -> Run {
        let saved = match self.redirect(&command.redirects) {
            Ok(saved) => saved,
            Err(flow) => return self.redirect_failed(flow),
        };
        let bytes = match self.state.table.get(0) {
            Some(Stream::Open(description)) => self.read_to_end(&description),
            _ => Ok(Vec::new()),
        };
        self.unredirect(saved);
        match (bytes, self.state.table.get(1)) {
            (Ok(bytes), Some(stream)) => {
                let written = self.write_stream(&stream, &bytes);
                Ok(i32::from(written.is_err()))
            }
            _ => Ok(1),
        }
    }

    /// `<(…)` and `>(…)`: the path under which the command finds it.
    pub fn process_substitution(&mut self, input: bool, body: &Rc<List>) -> Run<String> {
        let (reader, writer) = Description::pipe().map_err(|error| {
            self.error(format_args!(
                "cannot make pipe for process substitution: {error}"
            ));
            Flow::Discard(1)
        })?;
        let (ours, theirs, number) = if input {
            (reader, writer, 1)
        } else {
            (writer, reader, 0)
        };
        let mut pipes = Pipes::default();
        let simple = match body.0.as_slice() {
            [item] if item.background.is_none() && item.and_or.rest.is_empty() => {
                let pipeline = &item.and_or.first;
                match pipeline.commands.as_slice() {
                    [command] if !pipeline.negated && pipeline.timed.is_none() => Some(command),
                    _ => None,
                }
            }
            _ => None,
        };
        let child = match simple {
            Some(command) => {
                self.start_connected(command, number, Stream::Open(theirs), &mut pipes)
            }
            None => {
                let saved = self.enter_subshell();
                self.state.table.put(number, Stream::Open(theirs));
                let child = self.spawn_shell(&Code::List(Rc::clone(body)), &mut pipes);
                self.leave_subshell(saved);
                child
            }
        };
        pipes.defer();
        if let Ok(child) = child {
            self.state.last_background = Some(child.pid());
            self.jobs.remember(child);
        }
        let number = self.state.table.free_high();
        self.state.table.put(number, Stream::Open(ours));
        self.substitutions.push(number);
        Ok(format!("/dev/fd/{number}"))
    }

    /// Runs a subshell as a process of its own, and waits for it.
    pub fn run_process(&mut self, list: &Rc<List>) -> i32 {
        let mut pipes = Pipes::default();
        let saved = self.enter_subshell();
        let child = self.spawn_shell(&Code::List(Rc::clone(list)), &mut pipes);
        self.leave_subshell(saved);
        let child = match child {
            Ok(child) => child,
            Err(status) => return status,
        };
        pipes.drain(self);
        let end = self.wait_child(&child);
        self.status_of(end, child.pid(), &[])
    }

    /// Starts a shell that goes on from the state as it is.
    pub fn spawn_shell(&mut self, code: &Code, pipes: &mut Pipes) -> Result<Child, i32> {
        let mut descriptions = self.descriptions(pipes).map_err(|message| {
            self.error(message);
            1
        })?;
        let snapshot = Snapshot {
            state: self.state.clone(),
            command_line: self.command_line,
            numbers: descriptions
                .iter()
                .map(|(number, _)| *number)
                .filter(|number| *number > 2)
                .collect(),
            code: code.clone(),
        };
        let description = postcard::to_allocvec(&snapshot)
            .map_err(|error| error.to_string())
            .and_then(|bytes| {
                Description::bytes(&bytes).map_err(|error| super::redirections::reason(&error))
            });
        let description = description.map_err(|message| {
            self.error(format_args!("cannot start a subshell: {message}"));
            1
        })?;
        descriptions.push((STATE_NUMBER, description));
        let command = process::Command {
            program: SHELL.to_owned(),
            argv: vec![text::outside(&self.state.zero), MARK.to_owned()],
            env: self.environment(),
            cwd: self.state.cwd.to_string(),
            descriptions,
            new_group: false,
        };
        command.spawn().map_err(|error| {
            let code = i32::from(error.code());
            match &error {
                process::SpawnError::Limit(_) => {
                    self.error("fork: retry: Resource temporarily unavailable");
                    254
                }
                error => {
                    self.error(format_args!("cannot start a subshell: {error}"));
                    code
                }
            }
        })
    }

    /// Becomes the subshell that another shell has spawned, and gives its status.
    pub fn run_spawned() -> Option<i32> {
        let description = Description::inherited(STATE_NUMBER)?;
        let bytes = description.read_all().ok()?;
        let snapshot: Snapshot = postcard::from_bytes(&bytes).ok()?;
        let mut shell = Shell::new(snapshot.state);
        shell.command_line = snapshot.command_line;
        shell.spawned = true;
        for number in snapshot.numbers {
            shell.state.table.get(number);
        }
        let result = match &snapshot.code {
            Code::Command(command) => shell.run_stage(command),
            Code::AndOr(and_or) => shell.run_and_or(and_or),
            Code::List(list) => shell.run_list(list),
        };
        Some(shell.end_of_subshell(result))
    }

    fn run_stage(&mut self, command: &Command) -> Run {
        let status = self.run_command(command)?;
        self.state.status = status;
        Ok(status)
    }
}

/// The redirection of a list that is nothing but `<file`.
fn file_only(list: &List) -> Option<&Command> {
    let [item] = list.0.as_slice() else {
        return None;
    };
    if item.background.is_some() || !item.and_or.rest.is_empty() {
        return None;
    }
    let [command] = item.and_or.first.commands.as_slice() else {
        return None;
    };
    let Kind::Simple(simple) = &command.kind else {
        return None;
    };
    let reads = matches!(command.redirects.as_slice(), [redirect] if matches!(redirect.what, RedirectKind::Read(_)));
    (simple.arguments.is_empty() && simple.assignments.is_empty() && reads).then_some(command)
}
