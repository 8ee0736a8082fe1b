//! Accounts and quotas that several parts of a sandbox share.
//!
//! The types here are plain atomic counters: charging never blocks, never waits and never overflows, so
//! they may be used from guest threads and from host functions alike. Neither knows what it counts.

pub(crate) mod cpu;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of memory charged against one limit: the linear memories, tables, pipes and cached file
/// contents of one sandbox.
///
/// `used` never exceeds `limit`. Whoever charges must release the same amount once.
#[derive(Debug)]
pub(crate) struct MemoryAccount {
    limit: u64,
    used: AtomicU64,
}

impl MemoryAccount {
    /// An empty account of at most `limit` bytes.
    pub(crate) const fn new(limit: u64) -> Self {
        Self {
            limit,
            used: AtomicU64::new(0),
        }
    }

    /// Charges `bytes` if they fit, all or nothing; false if they do not.
    #[must_use]
    pub(crate) fn try_charge(&self, bytes: u64) -> bool {
        let charge = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= self.limit);
        self.used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, charge)
            .is_ok()
    }

    /// Gives back `bytes` charged before. Releasing more than is charged is a bug in the caller; the
    /// account then stays at zero rather than allowing everything.
    pub(crate) fn release(&self, bytes: u64) {
        let release = |used: u64| Some(used.saturating_sub(bytes));
        // The closure never answers none, so neither does this.
        if let Ok(before) = self
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, release)
        {
            debug_assert!(before >= bytes, "released {bytes} bytes of {before}");
        }
    }

    /// Bytes charged now.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Acquire)
    }

    /// The most bytes that can be charged.
    pub(crate) const fn limit(&self) -> u64 {
        self.limit
    }
}

/// Bytes of a [`MemoryAccount`], given back when dropped.
#[derive(Debug)]
#[must_use = "dropping the charge gives the bytes back"]
pub(crate) struct Charge {
    account: Arc<MemoryAccount>,
    bytes: u64,
}

impl Charge {
    /// Charges `bytes` to `account`; none if they do not fit.
    pub(crate) fn take(account: &Arc<MemoryAccount>, bytes: u64) -> Option<Self> {
        account.try_charge(bytes).then(|| Self {
            account: Arc::clone(account),
            bytes,
        })
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.account.release(self.bytes);
    }
}

/// At most so many of something at a time: processes, open files, pipes, sockets.
#[derive(Debug)]
pub(crate) struct Counter {
    limit: u64,
    in_use: AtomicU64,
}

impl Counter {
    /// Nothing in use, at most `limit` at a time.
    pub(crate) const fn new(limit: u64) -> Self {
        Self {
            limit,
            in_use: AtomicU64::new(0),
        }
    }

    /// Takes one, until the guard is dropped; none if all are in use. Never waits.
    pub(crate) fn try_acquire(self: &Arc<Self>) -> Option<CounterGuard> {
        let take = |in_use: u64| (in_use < self.limit).then(|| in_use.saturating_add(1));
        self.in_use
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, take)
            .ok()
            .map(|_| CounterGuard(Arc::clone(self)))
    }

    /// How many are in use.
    pub(crate) fn in_use(&self) -> u64 {
        self.in_use.load(Ordering::Acquire)
    }
}

/// One unit of a [`Counter`], given back when dropped.
#[derive(Debug)]
#[must_use = "dropping the guard gives the unit back"]
pub(crate) struct CounterGuard(Arc<Counter>);

impl Drop for CounterGuard {
    fn drop(&mut self) {
        // One guard, one unit: cannot go below zero.
        self.0.in_use.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_account_charges_up_to_its_limit() {
        let account = MemoryAccount::new(100);
        assert!(account.try_charge(60));
        assert!(account.try_charge(40));
        assert!(account.try_charge(0));
        assert!(!account.try_charge(1));
        account.release(50);
        assert_eq!((account.used(), account.limit()), (50, 100));
        assert!(account.try_charge(50));
    }

    #[test]
    fn a_charge_that_would_overflow_is_refused() {
        let account = MemoryAccount::new(u64::MAX);
        assert!(account.try_charge(u64::MAX));
        assert!(!account.try_charge(1));
        assert_eq!(account.used(), u64::MAX);
    }

    #[test]
    fn charges_from_many_threads_never_exceed_the_limit() {
        let account = MemoryAccount::new(1_000);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        if account.try_charge(300) {
                            assert!(account.used() <= 1_000);
                            account.release(300);
                        }
                    }
                });
            }
        });
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn a_counter_gives_back_when_the_guard_is_dropped() {
        let counter = Arc::new(Counter::new(2));
        let first = counter.try_acquire();
        let second = counter.try_acquire();
        assert!(first.is_some() && second.is_some());
        assert!(counter.try_acquire().is_none());
        drop(first);
        assert_eq!(counter.in_use(), 1);
        assert!(counter.try_acquire().is_some());
        drop(second);
        assert_eq!(counter.in_use(), 0);
        assert!(Arc::new(Counter::new(0)).try_acquire().is_none());
    }

    proptest! {
        #[test]
        fn an_account_equals_a_plain_sum(limit in any::<u64>(), charges in proptest::collection::vec((any::<u64>(), 0_u32..64, any::<bool>()), 0..100)) {
            let account = MemoryAccount::new(limit);
            let mut held: Vec<u64> = Vec::new();
            for (bytes, shift, release) in charges {
                let bytes = bytes >> shift;
                if release {
                    if let Some(bytes) = held.pop() {
                        account.release(bytes);
                    }
                } else {
                    let sum = held.iter().map(|b| u128::from(*b)).sum::<u128>() + u128::from(bytes);
                    let fits = sum <= u128::from(limit);
                    prop_assert_eq!(account.try_charge(bytes), fits);
                    if fits {
                        held.push(bytes);
                    }
                }
                prop_assert_eq!(account.used(), held.iter().sum::<u64>());
            }
        }
    }
}
