//! When garbage is collected without being asked for.
//!
//! Everything that leaves garbage behind adds to one number, roughly the objects that nothing refers
//! to any more. The reaper looks at it; no request ever waits for a collection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::belljar::Shared;
use super::error::chain;

/// A sandbox or snapshot that is gone may have left anything.
pub(crate) const REMOVED: u64 = ENOUGH;
/// A save leaves the directories on the way to what changed, and what it was.
pub(crate) const SAVED: u64 = 4;
/// From here on a collection is worth reading the whole store's list, unless whoever opened the engine
/// says how often there is to be one.
const ENOUGH: u64 = 10_000;
/// Between two collections.
const PERIOD: Duration = Duration::from_secs(300);

/// See the module.
#[derive(Debug)]
pub(crate) struct Collector {
    period: Duration,
    enough: u64,
    waste: AtomicU64,
    running: AtomicBool,
    next: std::sync::Mutex<Instant>,
}

impl Collector {
    /// Collects no more often than `every`, if there is anything to collect; by default every few
    /// minutes, if there is much.
    pub(super) fn new(every: Option<Duration>) -> Self {
        let period = every.unwrap_or(PERIOD);
        Self {
            period,
            enough: if every.is_some() { 1 } else { ENOUGH },
            waste: AtomicU64::new(0),
            running: AtomicBool::new(false),
            next: std::sync::Mutex::new(after(Instant::now(), period)),
        }
    }

    /// Between two collections.
    pub(super) fn period(&self) -> Duration {
        self.period
    }

    fn add(&self, waste: u64) {
        self.waste.fetch_add(waste, Ordering::Relaxed);
    }

    /// Whether one is due now; if so, the next one is not for a while.
    fn take_turn(&self, now: Instant) -> bool {
        let mut next = self
            .next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.waste.load(Ordering::Relaxed) < self.enough
            || now < *next
            || self.running.swap(true, Ordering::AcqRel)
        {
            return false;
        }
        self.waste.store(0, Ordering::Relaxed);
        *next = after(now, self.period);
        true
    }

    fn done(&self) {
        self.running.store(false, Ordering::Release);
    }
}

/// So long after a moment; a period that is longer than time goes is a day.
fn after(now: Instant, period: Duration) -> Instant {
    let day = Duration::from_secs(24 * 60 * 60);
    now.checked_add(period).unwrap_or_else(|| now + day)
}

impl Shared {
    /// Notes that something is no longer needed.
    pub(crate) fn add_waste(&self, waste: u64) {
        self.collector.add(waste);
    }

    /// Starts a collection if one is due.
    pub(super) fn collect_if_due(self: &Arc<Self>) {
        if !self.collector.take_turn(Instant::now()) {
            return;
        }
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            match shared.collect_garbage().await {
                Ok(report) => tracing::info!(
                    removed = report.removed,
                    freed = report.freed.bytes(),
                    kept = report.kept,
                    "garbage collected"
                ),
                Err(error) => tracing::warn!(error = chain(&error), "garbage is not collected"),
            }
            shared.collector.done();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_for_waste_for_its_period_and_for_the_one_before() {
        let collector = Collector::new(None);
        let start = Instant::now();
        let later = |n: u32| start + PERIOD * n + Duration::from_secs(1);
        assert!(!collector.take_turn(later(1)));
        collector.add(REMOVED);
        assert!(!collector.take_turn(start));
        assert!(collector.take_turn(later(1)));
        collector.add(REMOVED);
        assert!(!collector.take_turn(later(3)), "still running");
        collector.done();
        assert!(!collector.take_turn(later(1)));
        assert!(collector.take_turn(later(3)));
        collector.done();
        assert!(!collector.take_turn(later(9)), "nothing is left");
        (0..ENOUGH).for_each(|_| collector.add(SAVED));
        assert!(collector.take_turn(later(9)));
    }

    #[test]
    fn told_how_often_it_waits_for_anything_at_all() {
        let every = Duration::from_millis(1);
        let collector = Collector::new(Some(every));
        let later = Instant::now() + PERIOD;
        assert!(!collector.take_turn(later), "there is nothing");
        collector.add(1);
        assert!(collector.take_turn(later));
        collector.done();
        collector.add(1);
        assert!(!collector.take_turn(later), "too soon");
        assert!(collector.take_turn(later + every));
        collector.done();
        let never = Collector::new(Some(Duration::MAX));
        never.add(u64::MAX);
        assert!(!never.take_turn(later));
    }
}
