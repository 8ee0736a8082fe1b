//! Forking: a second sandbox that begins with the present files of a first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::create::{Making, take_back};
use super::disk::Forked;
use super::error::SandboxError;
use super::event::{EventKind, event};
use super::handle::{Inner, Sandbox};
use super::name;
use super::records::{Change, RecordsError, SandboxMode, SandboxRecord, SandboxStatus};
use super::run::refused;
use super::state::Step;
use super::validate;
use crate::id::{PortId, SandboxId};

/// What a fork is made with. Limits, network, timeouts, runtime and organisation are those of the
/// sandbox it is a fork of.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ForkOptions {
    /// A name for people. Default: none.
    pub name: Option<String>,
    /// A description for people. Default: none.
    pub description: Option<String>,
    /// Arbitrary data of the caller. Default: that of the first.
    pub metadata: Option<Map<String, Value>>,
    /// Environment on top of that of the first. Default: nothing.
    pub env: BTreeMap<String, String>,
}

impl ForkOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names it. Default: no name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Describes it. Default: no description.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Replaces the caller's data. Default: that of the first.
    #[must_use]
    pub fn metadata(mut self, data: Map<String, Value>) -> Self {
        self.metadata = Some(data);
        self
    }

    /// Sets an environment variable, over one of the first. Default: those of the first.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }
}

impl Inner {
    /// Makes the fork, idle; the future says whether it is recorded.
    async fn fork(
        &self,
        options: ForkOptions,
    ) -> Result<
        (
            Arc<Self>,
            impl Future<Output = Result<(), RecordsError>> + Send + use<>,
        ),
        SandboxError,
    > {
        let _entered = self.enter_as_it_is().await?;
        let place = self.shared.place()?;
        let forked = match self.disk.live() {
            Some(vfs) => match self.disk.fork_saved(&vfs) {
                Some(forked) => forked,
                None => {
                    let disk = Arc::clone(&self.disk);
                    self.blocking(move || disk.fork(&vfs)).await?
                }
            },
            None => {
                let (root, pin) = self.present().await?;
                Forked {
                    root,
                    pin,
                    vfs: None,
                }
            }
        };
        let shared = Arc::clone(&self.shared);
        let record = self.record_of_fork(options, &forked);
        let fork = Arc::new(Self::new(shared, record, Some(place)));
        if let Some(vfs) = forked.vfs {
            // It was made a moment ago and has not ended.
            let _live = fork.disk.set_live(vfs);
        }
        if let Some(ready) = self.ready() {
            fork.hold(ready);
        }
        // Its files are in use from here on, by what a collection sees.
        self.shared.add(&fork);
        drop(forked.pin);
        fork.take_step(Step::Ready, |_| {})
            .map_err(|refusal| refused(&fork, refusal))?;
        let now = self.shared.clock.now();
        let created = [
            ("runtime", json!(fork.record().runtime)),
            ("forkedFrom", json!(self.id)),
        ];
        let events = [
            event(&fork.id, EventKind::Create, now, created),
            event(&fork.id, EventKind::Started, now, []),
            event(
                &self.id,
                EventKind::Fork,
                now,
                [("sandboxId", json!(fork.id))],
            ),
        ];
        // All or nothing, and before whatever happens to it next.
        let recorded = fork.while_as_it_is(|record| {
            let mut changes = vec![Change::PutSandbox(Box::new(record.clone()))];
            changes.extend(events.map(Change::AddEvent));
            self.shared.ledger.begin(changes)
        });
        self.touch();
        Ok((fork, recorded))
    }

    fn record_of_fork(&self, options: ForkOptions, forked: &Forked) -> SandboxRecord {
        let now = self.shared.clock.now();
        let first = self.record();
        let mut env = first.env;
        env.extend(options.env);
        SandboxRecord {
            id: SandboxId::generate(),
            status: SandboxStatus::Creating,
            mode: SandboxMode::Interactive,
            name: options.name,
            description: options.description,
            metadata: options.metadata.or(first.metadata),
            env,
            forked_from: Some(first.id),
            origin: Some(forked.root),
            saved: false,
            temporary: false,
            parent_checkpoint: None,
            command: None,
            created_at: now,
            updated_at: now,
            paused_at: None,
            terminates_at: None,
            ended_at: None,
            executions: 0,
            exit_code: None,
            execution_id: None,
            stdout: None,
            stderr: None,
            cpu_time_ms: 0,
            memory_byte_seconds: 0,
            network_egress_bytes: 0,
            // Who owns it, what it may do, and what its files began as.
            org: first.org,
            project_id: first.project_id,
            runtime: first.runtime,
            snapshot: first.snapshot,
            base: first.base,
            runtime_root: first.runtime_root,
            programs: first.programs,
            resources: first.resources,
            // Another sandbox, another address.
            port_id: first.port_id.map(|_| PortId::generate()),
            network: first.network,
            timeouts: first.timeouts,
            dependencies: first.dependencies,
            packages: first.packages,
            scopes: first.scopes,
        }
    }
}

impl Sandbox {
    /// Makes another sandbox that begins with the files that this one has now, in a time that does
    /// not depend on how many they are. Also while a command runs (its processes are not forked), and
    /// of a paused sandbox, which stays paused. The two never see each other's changes. Checkpoints
    /// and executions are not copied; a fork of a one-shot sandbox is interactive. Once this has
    /// returned, the fork survives a crash. Dropping the future ends the fork, too.
    ///
    /// # Errors
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) if it has ended,
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) when there are too many
    /// sandboxes, [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for options that
    /// can never work.
    pub async fn fork(&self, options: ForkOptions) -> Result<Self, SandboxError> {
        validate::env(options.env.iter())?;
        name::check_text("name", options.name.as_deref())?;
        name::check_text("description", options.description.as_deref())?;
        let (fork, recorded) = self.inner.fork(options).await?;
        let made = Arc::clone(&fork);
        let making = async move {
            if let Err(error) = recorded.await {
                take_back(&made).await;
                return Err(error.into());
            }
            Ok(())
        };
        Making::new(&fork, making).await?;
        Ok(Self::new(fork))
    }
}
