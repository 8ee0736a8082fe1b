//! Pipelines of several commands.
//!
//! Programs run as processes, all at the same time. Of the stages that are shell code, one runs in this
//! process, after everything else has been started; builtins that only print run at once and hand on
//! what they have printed; the others run in shells of their own.

use belljar_sys::process::{Child, End};
use belljar_sys::{Description, descriptions::How};

use super::redirections::Pipes;
use super::simple::{Expanded, Found};
use super::tests::literal;
use crate::program::{Argument, Command, Kind, Piece, Simple, Word};
use crate::state::{Flow, Run, Shell, State, Stream};

/// What a printing builtin may print and still be handed on as a whole: the host's limit.
const MAX_BYTES: usize = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// A program, or what only expansion can tell.
    Program,
    /// A builtin that reads nothing and changes nothing.
    Printing,
    Code,
}

enum Stage {
    Child(Child, Vec<String>),
    Done(i32),
    /// The one that runs here.
    Here,
}

/// What connects one stage to the next.
struct Here {
    index: usize,
    input: Option<Stream>,
    output: Option<Description>,
}

impl Shell {
    fn class(&self, command: &Command) -> Class {
        let Kind::Simple(simple) = &command.kind else {
            return Class::Code;
        };
        let Some(Argument::Word(word)) = simple.arguments.first() else {
            return if simple.arguments.is_empty() {
                Class::Code
            } else {
                Class::Program
            };
        };
        let Some(name) = literal(word) else {
            return Class::Program;
        };
        match self.find(name) {
            Found::External => Class::Program,
            Found::Function(_) => Class::Code,
            Found::Builtin(_) => match name {
                "echo" | "printf" | "pwd" | "true" | "false" | ":" | "test" | "[" | "type"
                | "dirs" | "jobs" | "trap" | "set" | "export" | "declare" | "typeset" | "alias"
                | "shopt" | "umask" | "hash" | "help" | "compgen" | "kill" | "ulimit" | "times"
                | "caller" | "let" => Class::Printing,
                _ => Class::Code,
            },
        }
    }

    /// Which stage runs in this process.
    fn here(&mut self, classes: &[Class]) -> Option<usize> {
        let last = classes.len() - 1;
        if classes[last] != Class::Program {
            return Some(last);
        }
        // Someone has to read what the last stage prints while the stage here runs.
        let captured = [1, 2]
            .iter()
            .any(|number| matches!(self.state.table.get(*number), Some(Stream::Capture(_))));
        if captured {
            return None;
        }
        classes.iter().rposition(|class| *class == Class::Code)
    }

    pub fn run_stages(&mut self, commands: &[Command]) -> Run {
        let classes: Vec<Class> = commands.iter().map(|command| self.class(command)).collect();
        let here = self.here(&classes);
        let last = commands.len() - 1;
        let mut pipes = Pipes::default();
        let mut stages = Vec::with_capacity(commands.len());
        let mut waiting = None;
        let mut input: Option<Stream> = None;
        for (index, command) in commands.iter().enumerate() {
            let stdin = input.take();
            if here != Some(index) && classes[index] == Class::Printing && index != last {
                let (status, output) = self.run_printing(command);
                if output.len() <= MAX_BYTES
                    && let Ok(bytes) = Description::bytes(&output)
                {
                    input = Some(Stream::Open(bytes));
                    stages.push(Stage::Done(status));
                    continue;
                }
                // Too much for that: another shell prints it again.
            }
            let mut output = None;
            if index != last {
                match Description::pipe() {
                    Ok((reader, writer)) => {
                        input = Some(Stream::Open(reader));
                        output = Some(writer);
                    }
                    Err(error) => {
                        self.error(format_args!("pipe error: {error}"));
                        return Ok(1);
                    }
                }
            }
            if here == Some(index) {
                waiting = Some(Here {
                    index,
                    input: stdin,
                    output,
                });
                stages.push(Stage::Here);
                continue;
            }
            stages.push(self.start_stage(command, stdin, output, &mut pipes));
        }
        drop(input);
        pipes.close_writers();
        let mut outcome = Ok(0);
        if let Some(here) = waiting {
            let index = here.index;
            let in_place = index == last && self.state.shopt.lastpipe;
            outcome = self.run_here(&commands[index], here, in_place);
            if let Ok(status) = outcome {
                stages[index] = Stage::Done(status);
            }
        }
        pipes.drain(self);
        let mut statuses = Vec::with_capacity(stages.len());
        for (index, stage) in stages.into_iter().enumerate() {
            statuses.push(match stage {
                Stage::Done(status) => status,
                Stage::Here => 0,
                Stage::Child(child, argv) => {
                    let end = self.wait_child(&child);
                    match end {
                        End::Signaled(_) if index == last => {
                            self.status_of(end, child.pid(), &argv)
                        }
                        end => i32::from(end.code()),
                    }
                }
            });
        }
        outcome?;
        let mut status = statuses.last().copied().unwrap_or(0);
        if self.state.options.pipefail {
            status = statuses
                .iter()
                .rev()
                .find(|status| **status != 0)
                .copied()
                .unwrap_or(0);
        }
        self.state.pipe_status = statuses;
        Ok(status)
    }

    /// The stage that runs in this process; only with `lastpipe` does it change the shell.
    fn run_here(&mut self, command: &Command, here: Here, in_place: bool) -> Run {
        let first = here.input.is_none();
        let writes = here.output.is_some();
        let connect = move |shell: &mut Self| {
            if let Some(input) = here.input {
                shell.state.table.put(0, input);
            }
            if let Some(output) = here.output {
                shell.state.table.put(1, Stream::Open(output));
            }
        };
        if in_place {
            let before = self.state.table.known(0);
            connect(self);
            let result = self.run_command(command);
            self.state.table.restore(0, before);
            return result;
        }
        if writes || first {
            self.catch_broken_pipes();
        }
        Ok(self.in_subshell(|shell| {
            connect(shell);
            shell.run_command(command)
        }))
    }

    /// Runs a builtin that prints, and gives what it has printed.
    fn run_printing(&mut self, command: &Command) -> (i32, Vec<u8>) {
        self.captured(|shell| shell.run_command(command))
    }

    /// Starts a stage as a process.
    fn start_stage(
        &mut self,
        command: &Command,
        input: Option<Stream>,
        output: Option<Description>,
        pipes: &mut Pipes,
    ) -> Stage {
        let saved = self.enter_subshell();
        if let Some(input) = input {
            self.state.table.put(0, input);
        }
        if let Some(output) = output {
            self.state.table.put(1, Stream::Open(output));
        }
        let stage = self.start_command(command, pipes);
        self.leave_subshell(saved);
        stage
    }

    /// Starts a command as a process, from a copy of the state.
    fn start_command(&mut self, command: &Command, pipes: &mut Pipes) -> Stage {
        let Kind::Simple(simple) = &command.kind else {
            return self.start_code(command, pipes);
        };
        self.state.line = command.line;
        let mark = self.substitutions.len();
        let stage = match self.start_simple(simple, command, pipes) {
            Ok(stage) => stage,
            Err(Flow::Exit(status) | Flow::Discard(status) | Flow::Return(status)) => {
                Stage::Done(status)
            }
            Err(Flow::Break(_) | Flow::Continue(_)) => Stage::Done(0),
        };
        self.end_substitutions(mark);
        stage
    }

    fn start_simple(
        &mut self,
        simple: &Simple,
        command: &Command,
        pipes: &mut Pipes,
    ) -> Run<Stage> {
        if simple.arguments.is_empty() {
            return Ok(self.start_code(command, pipes));
        }
        if let Some(Argument::Word(word)) = simple.arguments.first()
            && let Some(name) = literal(word)
            && !matches!(self.find(name), Found::External)
        {
            return Ok(self.start_code(command, pipes));
        }
        let expanded = self.expand_simple(simple)?;
        let Some(name) = expanded.argv.first() else {
            return Ok(Stage::Done(self.substituted.unwrap_or(0)));
        };
        if !matches!(self.find(name), Found::External) {
            // The words must not be expanded twice.
            let command = Command {
                kind: Kind::Simple(Simple {
                    text: None,
                    assignments: simple.assignments.clone(),
                    arguments: expanded.argv.into_iter().map(quoted).collect(),
                }),
                redirects: command.redirects.clone(),
                line: command.line,
            };
            return Ok(self.start_code(&command, pipes));
        }
        let environment = self.environment_with(&expanded, simple)?;
        self.redirect(&command.redirects)?;
        Ok(match self.spawn(&expanded.argv, environment, pipes) {
            Ok(child) => Stage::Child(child, expanded.argv),
            Err(status) => Stage::Done(status),
        })
    }

    fn environment_with(
        &mut self,
        expanded: &Expanded,
        simple: &Simple,
    ) -> Run<Vec<(String, String)>> {
        let words = expanded
            .argv
            .iter()
            .map(|word| crate::expand::quote::if_needed(word));
        let words: Vec<String> = words.collect();
        self.trace(|_| words.join(" "));
        // This state is a copy that ends with the stage: nothing has to be put back.
        for assignment in &simple.assignments {
            let value = self.expand_assignment(assignment)?;
            self.assign_value(&assignment.name, value)?;
            self.state.variables.entry(&assignment.name).attributes |= crate::variables::EXPORT;
        }
        Ok(self.environment())
    }

    fn start_code(&mut self, command: &Command, pipes: &mut Pipes) -> Stage {
        match self.spawn_shell(&super::subshells::Code::Command(command.clone()), pipes) {
            Ok(child) => Stage::Child(child, Vec::new()),
            Err(status) => Stage::Done(status),
        }
    }

    /// Starts one command in the background.
    pub fn start_async(&mut self, command: &Command, pipes: &mut Pipes) -> Result<Child, i32> {
        let saved: State = self.enter_subshell();
        self.null(0, How::READ);
        let stage = self.ignoring_keys(|shell| shell.start_command(command, pipes));
        self.leave_subshell(saved);
        match stage {
            Stage::Child(child, _) => Ok(child),
            Stage::Done(status) => Err(status),
            Stage::Here => Err(0),
        }
    }

    /// `coproc`: a command in the background with a pipe to it and one from it.
    pub fn start_coprocess(&mut self, name: &str, command: &Command) -> Run {
        let pipes = Description::pipe().and_then(|from| Ok((from, Description::pipe()?)));
        let Ok(((from, output), (input, to))) = pipes else {
            self.error("pipe error: Too many open files");
            return Ok(1);
        };
        let saved = self.enter_subshell();
        self.state.table.put(0, Stream::Open(input));
        self.state.table.put(1, Stream::Open(output));
        let mut children = Pipes::default();
        let stage = self.ignoring_keys(|shell| shell.start_command(command, &mut children));
        self.leave_subshell(saved);
        children.defer();
        let child = match stage {
            Stage::Child(child, _) => child,
            Stage::Done(status) => return Ok(status),
            Stage::Here => return Ok(0),
        };
        let mut numbers = Vec::new();
        for end in [from, to] {
            let number = self.state.table.free_high();
            self.state.table.put(number, Stream::Open(end));
            numbers.push(number.to_string());
        }
        let pid = self.jobs.add(child, &format!("coproc {name}"));
        self.state.last_background = Some(pid);
        let elements = numbers
            .into_iter()
            .map(|number| (None, false, number))
            .collect();
        self.assign_array(name, elements, false)?;
        self.assign(&format!("{name}_PID"), pid.to_string(), false)?;
        Ok(0)
    }

    /// Starts one command for a process substitution, with a stream in place of 0 or 1.
    pub fn start_connected(
        &mut self,
        command: &Command,
        number: u32,
        stream: Stream,
        pipes: &mut Pipes,
    ) -> Result<Child, i32> {
        let saved = self.enter_subshell();
        self.state.table.put(number, stream);
        let stage = self.start_command(command, pipes);
        self.leave_subshell(saved);
        match stage {
            Stage::Child(child, _) => Ok(child),
            Stage::Done(status) => Err(status),
            Stage::Here => Err(0),
        }
    }
}

fn quoted(text: String) -> Argument {
    Argument::Word(Word(vec![Piece::Quoted(text)]))
}
