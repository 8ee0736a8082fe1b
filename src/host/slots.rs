//! Places for processes: as many as the instance pool has.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::process::LaunchError;

/// How long a process that another one starts waits for a place. All places may be taken by
/// processes that wait for their children: without an end of patience they would wait for ever.
const PATIENCE: Duration = Duration::from_secs(5);

/// Engines with fewer places keep none for children.
const FEW: usize = 16;

/// The places of one engine.
pub(super) struct Slots {
    all: Arc<Semaphore>,
    /// Of those, what processes may take that no other process has started: the rest is for their
    /// children, so that a rush of new commands does not starve the ones that are at work.
    first: Arc<Semaphore>,
}

/// A place, given back when dropped.
pub(super) struct Permit {
    _all: OwnedSemaphorePermit,
    _first: Option<OwnedSemaphorePermit>,
}

impl Slots {
    pub(super) fn new(processes: u32) -> Self {
        let all = usize::try_from(processes).unwrap_or(usize::MAX);
        let all = all.min(Semaphore::MAX_PERMITS);
        // Of a handful there is nothing to keep.
        let kept = if all < FEW { 0 } else { all / 4 };
        Self {
            all: Arc::new(Semaphore::new(all)),
            first: Arc::new(Semaphore::new(all - kept)),
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// [`LaunchError::NoSlot`] for a nested process that has waited for long enough.
    pub(super) async fn take(&self, nested: bool) -> Result<Permit, LaunchError> {
        let closed = |error: tokio::sync::AcquireError| LaunchError::Engine(error.into());
        if nested {
            let all = Arc::clone(&self.all).acquire_owned();
            let all = tokio::time::timeout(PATIENCE, all).await;
            return Ok(Permit {
                _all: all.map_err(|_| LaunchError::NoSlot)?.map_err(closed)?,
                _first: None,
            });
        }
        let first = Arc::clone(&self.first).acquire_owned().await;
        let first = first.map_err(closed)?;
        let all = Arc::clone(&self.all).acquire_owned().await;
        Ok(Permit {
            _all: all.map_err(closed)?,
            _first: Some(first),
        })
    }

    /// Up to `wanted` places that are free at this moment.
    pub(super) fn free(&self, wanted: u32) -> Vec<Permit> {
        let take = |_| {
            let all = Arc::clone(&self.all).try_acquire_owned().ok()?;
            Some(Permit {
                _all: all,
                _first: None,
            })
        };
        (0..wanted).map_while(take).collect()
    }
}
