//! Durations of one operation, and what is said about them.

use std::time::{Duration, Instant};

/// Durations in the order they were measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// Adds what has passed since `started`.
    pub(crate) fn since(&mut self, started: Instant) {
        self.0.push(started.elapsed());
    }

    /// Adds a duration.
    pub(crate) fn add(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Nearest-rank percentile; zero if there are none.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    /// The smallest: what the operation takes when nothing disturbs it.
    pub(crate) fn min(&self) -> Duration {
        self.0.iter().min().copied().unwrap_or_default()
    }

    /// Their sum.
    pub(crate) fn total(&self) -> Duration {
        self.0.iter().sum()
    }
}
