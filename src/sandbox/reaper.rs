//! What happens to sandboxes by the passing of time alone.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::belljar::Shared;
use super::event::{EventKind, event};
use super::handle::Inner;
use super::records::Change;

/// How often deadlines are looked at; they are minutes.
const PERIOD: Duration = Duration::from_millis(500);
const SHORTEST: Duration = Duration::from_millis(1);
/// How long nothing happens in a sandbox before its files leave memory.
const REST: Duration = Duration::from_secs(5);

/// Ends sandboxes that were idle or paused for too long, puts the files of idle ones to rest, and
/// forgets those that ended long ago. Ends with the last handle to the engine.
pub(crate) async fn reap(shared: Weak<Shared>) {
    let Some(period) = shared.upgrade().map(|shared| shared.collector.period()) else {
        return;
    };
    // Who wants garbage collected more often than this is looked after as often.
    let period = period.clamp(SHORTEST, PERIOD);
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let now = Instant::now();
        let all: Vec<Arc<Inner>> = shared.sandboxes().values().cloned().collect();
        for inner in all {
            if inner
                .idle_deadline()
                .is_some_and(|deadline| deadline <= now)
            {
                idle_timeout(&inner).await;
            } else if inner
                .paused_deadline()
                .is_some_and(|deadline| deadline <= shared.clock.now())
            {
                paused_timeout(&inner).await;
            } else if inner.rests_since(REST) && inner.first_rest() {
                rest(&inner);
            } else if inner
                .ended_at()
                .is_some_and(|ended| ended + shared.grace <= now)
            {
                purge(&inner);
            }
        }
        if let Some(discard) = shared.streams.expire(shared.clock.now(), now) {
            shared.runtimes.engine().spawn_blocking(discard);
        }
        shared.forget_ended();
        shared.forget_old();
        shared.collect_if_due();
    }
}

async fn idle_timeout(inner: &Arc<Inner>) {
    let now = inner.shared.clock.now();
    inner.shared.ledger.write(vec![Change::AddEvent(event(
        &inner.id,
        EventKind::IdleTimeout,
        now,
        [],
    ))]);
    inner.stop(false).await;
}

async fn paused_timeout(inner: &Arc<Inner>) {
    let now = inner.shared.clock.now();
    inner.note(EventKind::PausedTimeout, now, []);
    inner.stop(false).await;
}

/// Frees the memory that the files of an idle sandbox take, behind everybody's back.
fn rest(inner: &Arc<Inner>) {
    let Some(vfs) = inner.disk.live() else {
        return;
    };
    let inner = Arc::clone(inner);
    let engine = inner.shared.runtimes.engine().clone();
    engine.spawn_blocking(move || {
        if let Err(error) = inner.disk.rest(&vfs) {
            // They stay in memory, and are saved with whatever comes next.
            let error = super::error::chain(&error);
            tracing::warn!(sandbox = %inner.id, error, "the files of an idle sandbox are not saved");
        }
    });
}

/// Forgets an ended sandbox and removes its output. Its records stay.
pub(crate) fn purge(inner: &Arc<Inner>) {
    let shared = &inner.shared;
    shared.remove(inner);
    let (on_disk, in_memory): (Vec<_>, Vec<_>) = inner
        .streams()
        .into_iter()
        .partition(|id| shared.streams.is_on_disk(id));
    for id in &in_memory {
        shared.streams.remove(id);
    }
    if !on_disk.is_empty() {
        let again = Arc::clone(shared);
        shared.runtimes.engine().spawn_blocking(move || {
            for id in &on_disk {
                again.streams.remove(id);
            }
        });
    }
}
