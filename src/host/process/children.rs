//! `belljar:process/children`.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::component::Resource;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::View;
use super::bindings::belljar::process::children::{
    Command, End, Host, HostChild, KillError, Process, SpawnError,
};
use crate::host::stdio::EndedBySignal;
use crate::process::{self, ExitStatus, LaunchError, Request, Signal, StartError};
use crate::vfs::GuestPath;

/// Numbers that a child can be started with something under.
const MAX_NUMBER: u32 = 1023;

/// A process that a guest has started: the resource `child`.
#[expect(unreachable_pub, reason = "the bindings re-export it")]
#[derive(Clone)]
pub struct Child(Arc<process::Process>);

impl Child {
    fn end(&self) -> Option<End> {
        self.0.status().map(|status| match status {
            ExitStatus::Code(code) => End::Exited(code),
            ExitStatus::Signaled(signal) => End::Signaled(signal.number()),
            ExitStatus::Trapped(_) => End::Signaled(Signal::Abort.number()),
            // As the Linux OOM killer does it.
            ExitStatus::OutOfMemory => End::Signaled(Signal::Kill.number()),
            ExitStatus::OutOfFuel => End::Signaled(Signal::CpuLimit.number()),
        })
    }
}

#[async_trait]
impl Pollable for Child {
    async fn ready(&mut self) {
        self.0.ended().await;
    }
}

impl HostChild for View<'_> {
    fn pid(&mut self, this: Resource<Child>) -> wasmtime::Result<u32> {
        Ok(self.table().get(&this)?.0.pid)
    }

    async fn wait(&mut self, this: Resource<Child>) -> wasmtime::Result<Option<End>> {
        let child = self.table().get(&this)?.clone();
        let control = Arc::clone(&self.0.control);
        tokio::select! {
            biased;
            () = child.0.ended() => Ok(child.end()),
            () = control.pending() => Ok(None),
        }
    }

    fn try_wait(&mut self, this: Resource<Child>) -> wasmtime::Result<Option<End>> {
        Ok(self.table().get(&this)?.end())
    }

    fn subscribe(&mut self, this: Resource<Child>) -> wasmtime::Result<Resource<DynPollable>> {
        let child = self.table().get(&this)?.clone();
        let child = self.table().push(child)?;
        subscribe(self.table(), child)
    }

    fn cpu_time(&mut self, this: Resource<Child>) -> wasmtime::Result<u64> {
        let cpu = self.table().get(&this)?.0.usage.cpu();
        Ok(nanos(cpu))
    }

    fn drop(&mut self, this: Resource<Child>) -> wasmtime::Result<()> {
        self.table().delete(this)?;
        Ok(())
    }
}

impl Host for View<'_> {
    async fn spawn(
        &mut self,
        command: Command,
    ) -> wasmtime::Result<Result<Resource<Child>, SpawnError>> {
        let request = match self.request(command)? {
            Ok(request) => request,
            Err(error) => return Ok(Err(error)),
        };
        let Some(parent) = self.process() else {
            return Ok(Err(SpawnError::Limit(
                "this program cannot start others".to_owned(),
            )));
        };
        let Some(session) = parent.session() else {
            return Ok(Err(SpawnError::Limit("the execution is ending".to_owned())));
        };
        match session.start(Some(&parent), request).await {
            Ok(child) => {
                let child = self.table().push(Child(child));
                // Its parent lost count of its handles: it runs on, and nobody waits for it.
                Ok(child.map_err(|_| SpawnError::Memory))
            }
            Err(error) => Ok(Err(refusal(error))),
        }
    }

    fn kill(&mut self, pid: i32, signal: u8) -> wasmtime::Result<Result<(), KillError>> {
        let signal = match signal {
            0 => None,
            number => match Signal::from_number(number) {
                Some(signal) => Some(signal),
                None => return Ok(Err(KillError::Invalid)),
            },
        };
        let found = self.process().is_some_and(|process| {
            let session = process.session();
            session.is_some_and(|session| session.signal(&process, pid, signal))
        });
        // POSIX: a signal to oneself has had its effect when `kill` returns.
        if let Some(signal) = self.0.control.must_end() {
            return Err(wasmtime::Error::new(EndedBySignal(signal)));
        }
        Ok(if found {
            Ok(())
        } else {
            Err(KillError::NoSuchProcess)
        })
    }

    fn pid(&mut self) -> wasmtime::Result<u32> {
        Ok(self.0.process.as_ref().map_or(1, |process| process.pid))
    }

    fn parent(&mut self) -> wasmtime::Result<u32> {
        Ok(self.0.process.as_ref().map_or(0, |process| process.parent))
    }

    fn group(&mut self) -> wasmtime::Result<u32> {
        Ok(self.0.process.as_ref().map_or(1, |process| process.group))
    }

    fn processes(&mut self) -> wasmtime::Result<Vec<Process>> {
        let session = self.process().and_then(|process| process.session());
        let living = session.map_or_else(Vec::new, |session| session.processes());
        let line = |process: Arc<process::Process>| Process {
            pid: process.pid,
            parent: process.parent,
            group: process.group,
            argv: process.argv.clone(),
            started: process.started,
            cpu_time: nanos(process.usage.cpu()),
            memory: process.usage.memory(),
        };
        Ok(living.into_iter().map(line).collect())
    }
}

impl View<'_> {
    /// What a guest asks for, checked.
    fn request(&self, command: Command) -> wasmtime::Result<Result<Request, SpawnError>> {
        let invalid = |why: String| Ok(Err(SpawnError::Invalid(why)));
        let nul = |text: &String| text.contains('\0');
        let pairs = command.env.iter().flat_map(|(name, value)| [name, value]);
        if command.argv.iter().chain(pairs).any(nul) {
            return invalid("an argument or variable contains a NUL character".to_owned());
        }
        let cwd = match GuestPath::parse(&command.cwd, &GuestPath::root()) {
            Ok(cwd) => cwd,
            Err(error) => return invalid(error.to_string()),
        };
        let mut descriptions = BTreeMap::new();
        for number in 0..=2 {
            if let Some(inherited) = self.0.descriptions.get(&number) {
                descriptions.insert(number, inherited.clone());
            }
        }
        for (number, handle) in &command.descriptions {
            if *number > MAX_NUMBER {
                return invalid(format!(
                    "{number} is no number of a description: they go up to {MAX_NUMBER}"
                ));
            }
            descriptions.insert(*number, self.description(handle)?);
        }
        Ok(Ok(Request {
            program: command.program,
            argv: command.argv,
            env: command.env,
            cwd,
            descriptions,
            new_group: command.new_group,
            umask: command.umask,
            control: None,
        }))
    }
}

/// What a guest is told.
fn refusal(error: StartError) -> SpawnError {
    match error {
        StartError::NotFound { .. } => SpawnError::NotFound,
        StartError::PermissionDenied { .. } => SpawnError::PermissionDenied,
        StartError::IsADirectory { .. } => SpawnError::IsDirectory,
        StartError::NotExecutable { reason, .. } => SpawnError::NotExecutable(reason),
        StartError::TooBig { .. } => SpawnError::Invalid("Argument list too long".to_owned()),
        StartError::TooMany { .. } | StartError::Ending { .. } => {
            SpawnError::Limit("Resource temporarily unavailable".to_owned())
        }
        StartError::Lost { .. } => SpawnError::NotExecutable("Input/output error".to_owned()),
        StartError::Launch { source, .. } => match source {
            LaunchError::NotEnoughMemory { .. } => SpawnError::Memory,
            LaunchError::NotAProgram { reason } => SpawnError::NotExecutable(reason),
            LaunchError::NoSlot => SpawnError::Limit("Resource temporarily unavailable".to_owned()),
            LaunchError::Engine(error) => {
                tracing::error!(error, "a process cannot be started");
                SpawnError::NotExecutable("Input/output error".to_owned())
            }
        },
    }
}

fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
