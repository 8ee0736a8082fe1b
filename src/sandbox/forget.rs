//! Records of sandboxes that ended long ago go, or the file that they are in would grow for ever.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::belljar::Shared;
use super::error::SandboxError;
use super::records::{Change, Direction, Records, RecordsError, SandboxFilter, SandboxSort};
use crate::clock::Timestamp;
use crate::id::SandboxId;

/// How often old ones are looked for; they are days old.
const PERIOD: Duration = Duration::from_secs(600);
/// Sandboxes that are forgotten at once: everybody who waits for the records waits for it.
const BATCH: u32 = 100;

/// What is to be forgotten, and when it was looked for.
#[derive(Debug)]
pub(super) struct Forgetter {
    age: Option<Duration>,
    last: Mutex<Option<Timestamp>>,
}

impl Forgetter {
    /// Forgets what ended so long ago; `None` is never.
    pub(super) fn new(age: Option<Duration>) -> Self {
        Self {
            age,
            last: Mutex::default(),
        }
    }

    /// The age of what is to be forgotten, if it is time to look for it.
    fn due(&self, now: Timestamp) -> Option<Duration> {
        let age = self.age?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let just = |last: Timestamp| last <= now && now.since(last) < PERIOD.min(age);
        if last.is_some_and(just) {
            return None;
        }
        *last = Some(now);
        Some(age)
    }

    /// There is more: nobody waits for the next time.
    fn again(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Shared {
    /// Forgets some of the sandboxes that ended too long ago, behind everybody's back, if it is time to.
    pub(super) fn forget_old(self: &Arc<Self>) {
        let Some(age) = self.forgetter.due(self.clock.now()) else {
            return;
        };
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            match shared.forget(age).await {
                Ok(count) if count >= BATCH as usize => shared.forgetter.again(),
                Ok(_) => {}
                Err(error) => {
                    let error = super::error::chain(&error);
                    tracing::warn!(error, "ended sandboxes are not forgotten");
                }
            }
        });
    }

    async fn forget(&self, age: Duration) -> Result<usize, SandboxError> {
        let now = self.clock.now();
        // Their output is still to be read: those are forgotten when it has gone.
        let kept: HashSet<SandboxId> = self.sandboxes().keys().cloned().collect();
        let forgetting = self.ledger.transact(move |records| {
            let mut old = ended_before(records, false, now, age)?;
            old.extend(ended_before(records, true, now, age)?);
            old.retain(|id| !kept.contains(id));
            let changes: Vec<Change> = old.into_iter().map(Change::PurgeSandbox).collect();
            records.apply(&changes)?;
            Ok(changes.len())
        });
        let count = forgetting.await?;
        if count > 0 {
            tracing::info!(count, "ended sandboxes are forgotten");
        }
        Ok(count)
    }
}

/// The oldest of the sandboxes that have ended and did not change for so long.
fn ended_before(
    records: &mut dyn Records,
    deleted_only: bool,
    now: Timestamp,
    age: Duration,
) -> Result<Vec<SandboxId>, RecordsError> {
    let filter = SandboxFilter {
        live: Some(false),
        deleted_only,
        sort: SandboxSort::Updated,
        direction: Direction::Asc,
        limit: BATCH,
        ..SandboxFilter::default()
    };
    let (page, _) = records.sandboxes(&filter)?;
    let old = |time: Timestamp| time.checked_add(age).is_some_and(|end| end <= now);
    let old = page.into_iter().filter(|record| old(record.updated_at));
    Ok(old.map(|record| record.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_time_at_the_start_and_now_and_then() {
        let minutes =
            |minutes: u64| Timestamp::EPOCH.checked_add(Duration::from_secs(60 * minutes));
        let at = |time| minutes(time).unwrap();
        let age = Duration::from_secs(24 * 60 * 60);
        let forgetter = Forgetter::new(Some(age));
        assert_eq!(forgetter.due(at(100)), Some(age));
        assert_eq!(forgetter.due(at(109)), None);
        assert_eq!(forgetter.due(at(110)), Some(age));
        // A clock that was set back does not keep it from its work.
        assert_eq!(forgetter.due(at(50)), Some(age));
        assert_eq!(forgetter.due(at(51)), None);
        forgetter.again();
        assert_eq!(forgetter.due(at(51)), Some(age));
        assert_eq!(Forgetter::new(None).due(at(100)), None);
    }
}
