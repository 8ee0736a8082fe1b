//! Background processes.

use belljar_sys::clock::{self, Event};
use belljar_sys::process::{Child, End};
use belljar_sys::signals;

use crate::execute::redirections::Pipes;
use crate::execute::subshells::Code;
use crate::program::AndOr;
use crate::state::Shell;

/// How many ended jobs are remembered for `wait PID`.
const REMEMBERED: usize = 1024;

#[derive(Debug)]
pub struct Job {
    pub number: u32,
    pub pid: u32,
    pub text: String,
    child: Child,
    end: Option<End>,
    /// Not shown by `jobs`: a process substitution.
    hidden: bool,
}

#[derive(Debug, Default)]
pub struct Jobs {
    pub jobs: Vec<Job>,
    /// Statuses of processes that have ended and been waited for.
    ended: Vec<(u32, i32)>,
    /// Jobs before this belong to the shell that this one is a subshell of: they can be seen, but not
    /// waited for.
    own: usize,
}

pub fn signal_text(signal: u8) -> String {
    let text = match signal {
        signals::HUP => "Hangup",
        signals::INT => "Interrupt",
        signals::QUIT => "Quit",
        signals::KILL => "Killed",
        signals::USR1 => "User defined signal 1",
        signals::USR2 => "User defined signal 2",
        signals::PIPE => "Broken pipe",
        signals::ALRM => "Alarm clock",
        signals::TERM => "Terminated",
        4 => "Illegal instruction",
        6 => "Aborted",
        8 => "Floating point exception",
        11 => "Segmentation fault",
        other => return format!("Unknown signal {other}"),
    };
    text.to_owned()
}

impl Job {
    pub fn poll(&mut self) -> Option<End> {
        if self.end.is_none() {
            self.end = self.child.try_wait();
        }
        self.end
    }

    /// As `jobs` shows it.
    pub fn state(&mut self) -> String {
        match self.poll() {
            None => "Running".to_owned(),
            Some(End::Exited(0)) => "Done".to_owned(),
            Some(End::Exited(code)) => format!("Exit {code}"),
            Some(End::Signaled(signal)) => signal_text(signal),
        }
    }
}

impl Jobs {
    pub fn add(&mut self, child: Child, text: &str) -> u32 {
        let number = self.jobs.iter().map(|job| job.number).max().unwrap_or(0) + 1;
        let pid = child.pid();
        self.jobs.push(Job {
            number,
            pid,
            text: text.to_owned(),
            child,
            end: None,
            hidden: false,
        });
        pid
    }

    /// Keeps a process that is no job, so that it can be waited for.
    pub fn remember(&mut self, child: Child) {
        self.remember_ended_hidden();
        let pid = child.pid();
        self.jobs.push(Job {
            number: 0,
            pid,
            text: String::new(),
            child,
            end: None,
            hidden: true,
        });
    }

    pub fn visible(&mut self) -> impl Iterator<Item = &mut Job> {
        self.jobs.iter_mut().filter(|job| !job.hidden)
    }

    /// Makes all jobs those of another shell, and gives what is to be put back.
    pub fn enter_subshell(&mut self) -> usize {
        std::mem::replace(&mut self.own, self.jobs.len())
    }

    pub fn leave_subshell(&mut self, own: usize) {
        self.jobs.truncate(self.own);
        self.own = own;
    }

    /// The first job that is to be waited for.
    pub fn first(&self) -> Option<usize> {
        (self.own..self.jobs.len()).find(|index| self.jobs[*index].number > 0)
    }

    fn finish(&mut self, index: usize, end: End) -> i32 {
        let job = self.jobs.remove(index);
        let status = i32::from(end.code());
        if self.ended.len() >= REMEMBERED {
            self.ended.remove(0);
        }
        self.ended.push((job.pid, status));
        status
    }

    /// Takes jobs that have ended out of the list.
    pub fn forget_ended(&mut self) {
        let mut index = self.own;
        while index < self.jobs.len() {
            match self.jobs[index].poll() {
                Some(end) => {
                    self.finish(index, end);
                }
                None => index += 1,
            }
        }
    }

    /// The place of the job that `%1`, `%%`, `%-`, `%name` or `%?name` means.
    pub fn find(&mut self, spec: &str) -> Option<usize> {
        let spec = spec.strip_prefix('%')?;
        let mut visible = self.jobs.iter().enumerate().filter(|(_, job)| !job.hidden);
        match spec {
            "" | "%" | "+" => visible.last().map(|(index, _)| index),
            "-" => {
                let all: Vec<usize> = visible.map(|(index, _)| index).collect();
                all.len()
                    .checked_sub(2)
                    .or(all.len().checked_sub(1))
                    .and_then(|at| all.get(at).copied())
            }
            spec => match (spec.parse::<u32>(), spec.strip_prefix('?')) {
                (Ok(number), _) => visible
                    .find(|(_, job)| job.number == number)
                    .map(|(index, _)| index),
                (_, Some(part)) => visible
                    .find(|(_, job)| job.text.contains(part))
                    .map(|(index, _)| index),
                _ => visible
                    .find(|(_, job)| job.text.starts_with(spec))
                    .map(|(index, _)| index),
            },
        }
    }

    pub fn position(&self, pid: u32) -> Option<usize> {
        (self.own..self.jobs.len()).find(|index| self.jobs[*index].pid == pid)
    }
}

impl Shell {
    /// Starts a list in the background and gives the status of having done so.
    pub fn start_background(&mut self, and_or: &AndOr, text: &str) -> i32 {
        let mut pipes = Pipes::default();
        let single = match and_or.first.commands.as_slice() {
            [command]
                if and_or.rest.is_empty()
                    && !and_or.first.negated
                    && and_or.first.timed.is_none() =>
            {
                Some(command)
            }
            _ => None,
        };
        let child = match single {
            Some(command) => self.start_async(command, &mut pipes),
            None => {
                let saved = self.enter_subshell();
                self.null(0, belljar_sys::descriptions::How::READ);
                let child = self.ignoring_keys(|shell| {
                    shell.spawn_shell(&Code::AndOr(and_or.clone()), &mut pipes)
                });
                self.leave_subshell(saved);
                child
            }
        };
        pipes.defer();
        self.jobs.remember_ended_hidden();
        match child {
            Ok(child) => {
                let pid = self.jobs.add(child, text);
                self.state.last_background = Some(pid);
                0
            }
            Err(status) => {
                // The fork of a real shell would have worked; what it runs would have failed.
                let pid = 0x4000_0000 + u32::try_from(self.jobs.ended.len()).unwrap_or(0);
                self.jobs.ended.push((pid, status));
                self.state.last_background = Some(pid);
                0
            }
        }
    }

    /// Waits for one process. None if a trap has to run first.
    pub fn wait_job(&mut self, index: usize) -> Option<i32> {
        loop {
            let job = self.jobs.jobs.get_mut(index)?;
            let end = match job.poll() {
                Some(end) => Some(end),
                None => job.child.wait_or_signal(),
            };
            if let Some(end) = end {
                return Some(self.jobs.finish(index, end));
            }
            self.collect_signals();
            if self.has_pending_trap() {
                return None;
            }
        }
    }

    /// The status of a process that has ended before.
    pub fn ended_status(&mut self, pid: u32) -> Option<i32> {
        self.jobs
            .ended
            .iter()
            .find(|(known, _)| *known == pid)
            .map(|(_, status)| *status)
    }

    /// Waits for the next of these to end: its process id and status. None if there is nothing to
    /// wait for, or a trap has to run first.
    pub fn wait_any(&mut self, only: &[u32]) -> Option<(u32, i32)> {
        loop {
            let wanted: Vec<usize> = (self.jobs.own..self.jobs.jobs.len())
                .filter(|index| {
                    let job = &self.jobs.jobs[*index];
                    !job.hidden && (only.is_empty() || only.contains(&job.pid))
                })
                .collect();
            if wanted.is_empty() {
                return None;
            }
            for index in &wanted {
                if let Some(end) = self.jobs.jobs[*index].poll() {
                    let pid = self.jobs.jobs[*index].pid;
                    return Some((pid, self.jobs.finish(*index, end)));
                }
            }
            let events: Vec<Event> = wanted
                .iter()
                .map(|index| self.jobs.jobs[*index].child.event())
                .collect();
            clock::wait(&events.iter().collect::<Vec<_>>());
            drop(events);
            self.collect_signals();
            if self.has_pending_trap() {
                return None;
            }
        }
    }
}

impl Jobs {
    /// Lets go of process substitutions that have ended.
    fn remember_ended_hidden(&mut self) {
        let mut index = self.own;
        while index < self.jobs.len() {
            if self.jobs[index].hidden && self.jobs[index].poll().is_some() {
                self.jobs.remove(index);
            } else {
                index += 1;
            }
        }
    }
}
