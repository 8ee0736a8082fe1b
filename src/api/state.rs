//! What every handler shares: the engine, the settings, the keys and the closing signal.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use crate::api::auth::{Caller, Keys};
use crate::api::error::ApiError;
use crate::api::metrics::Requests;
use crate::api::params::PathJob;
use crate::api::rate::Rate;
use crate::api::wire::snapshot::{Bases, Owners};
use crate::id::{ExecutionId, SandboxId, SnapshotId};
use crate::sandbox::records::{
    ExecutionRecord, JobRecord, KeyLimits, Records, SandboxRecord, SnapshotRecord, Timeouts,
};
use crate::sandbox::{Belljar, ErrorKind, Sandbox, SandboxError};

/// The largest request body that is read. Files travel as base64 inside JSON, so this bounds what
/// one call can make the server hold in memory.
const BODY_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// How long one long poll is held at most. The client asks for five minutes, but node gives up on
/// a silent connection after five, and proxies sooner; it asks again at once.
const POLL_HOLD: Duration = Duration::from_secs(60);

/// How often a held poll sends a space, so that no proxy takes it for dead.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// How long open output streams may go on after shutdown was asked for.
const DRAIN: Duration = Duration::from_secs(5);

/// How long running executions may go on after shutdown was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// How failures that the published client has classes for are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TypedErrors {
    /// With their HTTP status, always. The default: it is what every other client expects.
    #[default]
    Off,
    /// To the published client (recognised by its `User-Agent`) as `200` with `success: false`,
    /// because only then does it throw `SandboxNotFoundError` and its relatives.
    Sdk,
}

/// Settings of the HTTP API.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiOptions {
    /// The URL under which clients reach this server, without a trailing slash. Default: made
    /// from each request's `Host` header, with `http`.
    pub public_url: Option<String>,
    /// How typed failures are sent. Default: [`TypedErrors::Off`].
    pub typed_errors: TypedErrors,
    /// The domain below which exposed ports have names of their own, such as `apps.example.com`, with a
    /// port if clients need one; all names below it must lead to this server. Default: none, and their
    /// URLs are below the server's own, as `/port/{id}`.
    pub port_domain: Option<String>,
    /// A path prefix such as `/api/v1`, removed from a request's path when it is there.
    pub path_prefix: Option<String>,
    /// The largest request body in bytes. Default: 64 MiB.
    pub body_limit: usize,
    /// The longest hold of one long poll. Default: 60 s.
    pub poll_hold: Duration,
    /// The interval of a held poll's heartbeat. Default: 12 s.
    pub heartbeat: Duration,
    /// How long output streams may go on after running work has ended or was given up at shutdown.
    /// Default: 5 s.
    pub drain: Duration,
    /// How long running executions may go on after shutdown was asked for. Default: 10 s.
    pub grace: Duration,
    /// Requests per second of each key that has no limit of its own. Default: no limit.
    pub requests_per_second: Option<u32>,
    /// How many requests such a key may send at once. Default: as many as in two seconds.
    pub burst: Option<u32>,
    /// Timeouts of sandboxes that are created without. Default: none.
    pub default_timeouts: Timeouts,
}

impl ApiOptions {
    /// How often a key with these limits may ask.
    pub(crate) fn rate(&self, own: &KeyLimits) -> Option<Rate> {
        let per_second = own.requests_per_second.or(self.requests_per_second)?;
        let burst = own.burst.or(self.burst);
        Some(Rate {
            per_second,
            burst: burst.unwrap_or(per_second.saturating_mul(2)),
        })
    }
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            public_url: None,
            typed_errors: TypedErrors::Off,
            port_domain: None,
            path_prefix: None,
            body_limit: BODY_LIMIT_BYTES,
            poll_hold: POLL_HOLD,
            heartbeat: HEARTBEAT,
            drain: DRAIN,
            grace: GRACE,
            requests_per_second: None,
            burst: None,
            default_timeouts: Timeouts::default(),
        }
    }
}

/// How far the server's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Requests are served.
    Serving,
    /// New work is refused; what runs goes on, and whoever waits for it.
    Refusing,
    /// Held polls answer with the current state; output streams go on.
    Draining,
    /// Output streams are cut.
    Cut,
}

/// What the router needs to answer; cheap to clone, every clone is the same server.
#[derive(Clone, Debug)]
pub struct ApiState {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    belljar: Belljar,
    options: ApiOptions,
    keys: Arc<Keys>,
    phase: watch::Sender<Phase>,
    ready: AtomicBool,
    requests: Requests,
}

impl ApiState {
    /// Prepares the API over an engine: reads the keys.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub async fn open(belljar: Belljar, options: ApiOptions) -> Result<Self, SandboxError> {
        let keys = Keys::load(belljar.ledger().clone()).await?;
        let (phase, _) = watch::channel(Phase::Serving);
        Ok(Self {
            inner: Arc::new(Inner {
                belljar,
                options,
                keys: Arc::new(keys),
                phase,
                ready: AtomicBool::new(true),
                requests: Requests::default(),
            }),
        })
    }

    /// Says whether the server is ready for work, which `/readyz` repeats; it serves whatever comes all
    /// the same. It is, until it is told otherwise.
    pub fn set_ready(&self, ready: bool) {
        self.inner.ready.store(ready, Ordering::Release);
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.inner.ready.load(Ordering::Acquire)
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> &Requests {
        &self.inner.requests
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.inner.phase.borrow()
    }

    pub(crate) fn belljar(&self) -> &Belljar {
        &self.inner.belljar
    }

    pub(crate) fn options(&self) -> &ApiOptions {
        &self.inner.options
    }

    pub(crate) fn keys(&self) -> &Arc<Keys> {
        &self.inner.keys
    }

    /// Moves to a later phase; never back.
    pub(crate) fn enter(&self, phase: Phase) {
        self.inner.phase.send_if_modified(|current| {
            let later = phase > *current;
            if later {
                *current = phase;
            }
            later
        });
    }

    /// Resolves when the server has reached `phase` (at once when it already has).
    pub(crate) fn reached(&self, phase: Phase) -> impl Future<Output = ()> + Send + 'static {
        let mut receiver = self.inner.phase.subscribe();
        async move {
            if receiver.wait_for(|now| *now >= phase).await.is_err() {
                // The server is gone altogether; nothing waits for this any more.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The record of a sandbox of the caller's organisation, ended or not.
    pub(crate) async fn sandbox_record(
        &self,
        caller: &Caller,
        id: &SandboxId,
    ) -> Result<SandboxRecord, ApiError> {
        let record = self.belljar().sandbox_record(id).await?;
        if record.org == caller.org {
            Ok(record)
        } else {
            Err(ApiError::sandbox_not_found(id.as_str()))
        }
    }

    /// A sandbox of the caller's organisation that can be worked with.
    pub(crate) async fn sandbox(
        &self,
        caller: &Caller,
        id: &SandboxId,
    ) -> Result<Sandbox, ApiError> {
        match self.belljar().sandbox(id) {
            Ok(sandbox) if sandbox.record().org == caller.org => Ok(sandbox),
            Ok(_) => Err(ApiError::sandbox_not_found(id.as_str())),
            Err(error) => {
                // An ended sandbox of somebody else must look like one that never was.
                let record = self.sandbox_record(caller, id).await?;
                // Known, but so long gone that there is no handle to it.
                match error.kind() {
                    ErrorKind::NotFound => Err(ApiError::gone(id.as_str(), record.status.as_str())),
                    _ => Err(error.into()),
                }
            }
        }
    }

    /// The record of a snapshot that the caller may use: one of its organisation, or a public one.
    pub(crate) async fn snapshot(
        &self,
        caller: &Caller,
        id: &SnapshotId,
    ) -> Result<SnapshotRecord, ApiError> {
        match self.belljar().snapshot(id).await {
            Ok(record) if record.public || record.org == caller.org => Ok(record),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            // One of others that is private must look like one that never was.
            Ok(_) | Err(_) => Err(ApiError::snapshot_not_found(id.as_str())),
        }
    }

    /// The record of a snapshot that the caller may change.
    pub(crate) async fn own_snapshot(
        &self,
        caller: &Caller,
        id: &SnapshotId,
    ) -> Result<SnapshotRecord, ApiError> {
        let record = self.snapshot(caller, id).await?;
        if record.org == caller.org {
            return Ok(record);
        }
        Err(ApiError::forbidden(format!(
            "snapshot {id} belongs to another organization"
        )))
    }

    /// What answers show of the organisations.
    pub(crate) async fn owners(&self) -> Result<Owners, ApiError> {
        let orgs = self.belljar().ledger().read(|records| records.orgs()).await;
        Ok(Owners::new(orgs.map_err(SandboxError::from)?))
    }

    /// What answers show of the snapshots that `sandboxes` were made from, deleted ones too.
    pub(crate) async fn bases(&self, sandboxes: &[SandboxRecord]) -> Result<Bases, ApiError> {
        let snapshots = sandboxes.iter().filter_map(|one| one.snapshot.clone());
        let wanted: BTreeSet<SnapshotId> = snapshots.collect();
        if wanted.is_empty() {
            return Ok(Bases::default());
        }
        let read = move |records: &mut dyn Records| {
            let mut found = Vec::with_capacity(wanted.len());
            for id in &wanted {
                found.extend(records.snapshot(id)?);
            }
            Ok(Bases::new(found, Owners::new(records.orgs()?)))
        };
        let bases = self.belljar().ledger().read(read).await;
        Ok(bases.map_err(SandboxError::from)?)
    }

    /// The record of an execution of the caller's organisation.
    pub(crate) async fn execution(
        &self,
        caller: &Caller,
        id: &ExecutionId,
    ) -> Result<ExecutionRecord, ApiError> {
        let record = self.belljar().execution(id).await?;
        if record.org == caller.org {
            Ok(record)
        } else {
            Err(ApiError::execution_not_found(id.as_str()))
        }
    }

    /// The record of a job of a sandbox of the caller's organisation.
    pub(crate) async fn job(&self, caller: &Caller, path: &PathJob) -> Result<JobRecord, ApiError> {
        self.sandbox_record(caller, &path.sandbox).await?;
        let record = self.belljar().job(&path.job).await?;
        if record.sandbox_id == path.sandbox {
            Ok(record)
        } else {
            Err(ApiError::job_not_found(path.job.as_str()))
        }
    }
}
