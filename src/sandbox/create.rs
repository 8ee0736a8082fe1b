//! Making sandboxes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use futures::future::BoxFuture;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError, chain};
use super::event::{EventKind, event};
use super::handle::{Inner, Sandbox};
use super::options::{Command, FileWrite, SandboxOptions};
use super::records::{Change, SandboxMode, SandboxRecord, SandboxStatus};
use super::run::{self, Prepared};
use super::runtimes::Runtimes;
use super::state::Step;
use super::validate;
use crate::id::SandboxId;

impl Belljar {
    /// Makes a sandbox; with a command in the options it is one-shot and starts it. Returns as
    /// soon as it exists: if its runtime has to be installed first, it is `creating` for a while.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for an unknown runtime,
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for options that can
    /// never work, [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) when there are
    /// too many sandboxes.
    pub async fn create(&self, mut options: SandboxOptions) -> Result<Sandbox, SandboxError> {
        let manifest = Runtimes::manifest(&options.runtime)?;
        validate::sandbox(&options, manifest)?;
        if self.shared.closing.load(Ordering::Acquire) {
            return Err(Repr::Closing.into());
        }
        let Some(place) = self.shared.places.try_acquire() else {
            return Err(Repr::Limit {
                limit: "the number of sandboxes",
                value: self.shared.places.in_use(),
                advice: "destroy some and try again",
            }
            .into());
        };
        let command = options.command.take();
        let files = std::mem::take(&mut options.files);
        let record = self.record_of(options, manifest.name, command.as_ref());
        let inner = Arc::new(Inner::new(Arc::clone(&self.shared), record, Some(place)));

        let prepared = match command {
            Some(command) => Some(run::prepare(&inner, command)?),
            None => None,
        };
        let mut changes = Vec::new();
        let record = inner.update(|record| {
            if let Some(prepared) = &prepared {
                let execution = prepared.running.record();
                record.executions = 1;
                record.execution_id = Some(execution.id.clone());
                record.stdout = execution.stdout.clone();
                record.stderr = execution.stderr.clone();
                changes.push(Change::PutExecution(Box::new(execution)));
            }
        });
        if let Some(prepared) = &prepared {
            inner.set_current(Arc::clone(&prepared.running));
            self.shared.remember(&prepared.running);
        }
        changes.push(Change::AddEvent(event(
            &inner.id,
            EventKind::Create,
            record.created_at,
            [("runtime", record.runtime.clone().into())],
        )));
        self.shared
            .sandboxes()
            .insert(inner.id.clone(), Arc::clone(&inner));
        let ready = self.shared.runtimes.ready(manifest).is_some();
        let making = make(Arc::clone(&inner), changes, files, prepared, ready);
        Making {
            inner: &inner,
            rest: Some(Box::pin(making)),
        }
        .await?;
        Ok(Sandbox::new(inner))
    }

    fn record_of(
        &self,
        options: SandboxOptions,
        runtime: &str,
        command: Option<&Command>,
    ) -> SandboxRecord {
        let now = self.shared.clock.now();
        SandboxRecord {
            id: SandboxId::generate(),
            org: options
                .org
                .unwrap_or_else(|| self.shared.default_org.clone()),
            status: SandboxStatus::Creating,
            mode: match command {
                Some(_) => SandboxMode::Oneshot,
                None => SandboxMode::Interactive,
            },
            name: options.name,
            description: options.description,
            project_id: options.project_id,
            runtime: runtime.to_owned(),
            resources: options.resources,
            env: options.env,
            network: options.network,
            timeouts: options.timeouts,
            command: command.map(|command| command.argv.clone()),
            metadata: options.metadata,
            dependencies: options.dependencies,
            packages: options.packages,
            scopes: options.scopes,
            created_at: now,
            updated_at: now,
            ended_at: None,
            executions: 0,
            exit_code: None,
            execution_id: None,
            stdout: None,
            stderr: None,
            cpu_time_ms: 0,
            memory_byte_seconds: 0,
            network_egress_bytes: 0,
        }
    }
}

/// Records a new sandbox and sets it up; waits for the latter if its runtime is `ready`.
async fn make(
    inner: Arc<Inner>,
    changes: Vec<Change>,
    files: Vec<FileWrite>,
    prepared: Option<Prepared>,
    ready: bool,
) -> Result<(), SandboxError> {
    inner.shared.ledger.write(changes);
    let interactive = prepared.is_none();
    let set_up = set_up(Arc::clone(&inner), files, prepared);
    if ready {
        set_up.await;
    } else {
        tokio::spawn(set_up);
    }
    // A one-shot sandbox does not outlive a crash anyway; any other is there once its creation
    // was answered.
    if interactive {
        inner
            .recorded()
            .await
            .inspect_err(|error| inner.fail(error))?;
    }
    Ok(())
}

/// The rest of a creation. Given up half-way, it ends behind everybody's back and the sandbox with
/// it: nobody knows of it, and half-made it would stay for ever.
struct Making<'a> {
    inner: &'a Arc<Inner>,
    rest: Option<BoxFuture<'static, Result<(), SandboxError>>>,
}

impl Future for Making<'_> {
    type Output = Result<(), SandboxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(rest) = &mut self.rest else {
            return Poll::Pending;
        };
        let made = std::task::ready!(rest.as_mut().poll(cx));
        self.rest = None;
        Poll::Ready(made)
    }
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        if let Some(rest) = self.rest.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let inner = Arc::clone(self.inner);
            runtime.spawn(async move {
                // What went wrong is recorded, and nobody is left to be told.
                let (_made, ()) = futures::future::join(rest, inner.stop(true)).await;
            });
        }
    }
}

/// Makes the sandbox usable, or fails it. The files of the options are written first.
async fn set_up(inner: Arc<Inner>, files: Vec<FileWrite>, prepared: Option<Prepared>) {
    let made = async {
        inner.filesystem().await?;
        if !files.is_empty() {
            inner.write_files(files).await?;
        }
        Ok::<_, SandboxError>(())
    };
    if let Err(error) = made.await {
        inner.fail(&error);
        if let Some(prepared) = prepared {
            run::give_up(&inner, prepared, &chain(&error));
        }
        return;
    }
    let now = inner.shared.clock.now();
    match inner.take_step(Step::Ready, |_| {}) {
        Ok(_) => {
            inner.shared.ledger.write(vec![Change::AddEvent(event(
                &inner.id,
                EventKind::Started,
                now,
                [],
            ))]);
            if let Some(prepared) = prepared {
                inner.start(prepared);
            }
        }
        // Destroyed meanwhile, perhaps before its files were made.
        Err(_) => {
            inner.remove_files();
            if let Some(prepared) = prepared {
                run::give_up(&inner, prepared, "the sandbox was destroyed");
            }
        }
    }
}
