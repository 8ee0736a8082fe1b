//! Charges what an instance allocates to its sandbox's memory account.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::ResourceLimiter;

use crate::limits::MemoryAccount;

/// Core instances, memories and tables in one store. A program of ours needs about forty; the
/// bound stops a component that instantiates modules without end.
const MAX_INSTANCES: usize = 1_000;
/// See [`MAX_INSTANCES`].
const MAX_TABLES: usize = 100;
/// See [`MAX_INSTANCES`].
const MAX_MEMORIES: usize = 100;
/// Host memory that one table element takes.
const TABLE_ELEMENT_BYTES: u64 = size_of::<usize>() as u64;

/// The [`ResourceLimiter`] of one process. Refuses growth beyond the account and gives everything
/// back when the process is gone.
#[derive(Debug)]
pub(crate) struct AccountLimiter {
    account: Arc<MemoryAccount>,
    charged: u64,
    peak: u64,
    refused: bool,
    /// What it has now, for whoever looks from outside.
    now: Arc<AtomicU64>,
}

impl AccountLimiter {
    pub(crate) fn new(account: Arc<MemoryAccount>, now: Arc<AtomicU64>) -> Self {
        Self {
            account,
            charged: 0,
            peak: 0,
            refused: false,
            now,
        }
    }

    /// Whether this process was ever refused memory.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    /// The most bytes this process had charged.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    fn grow(&mut self, bytes: u64) -> bool {
        if !self.account.try_charge(bytes) {
            self.refused = true;
            return false;
        }
        self.charged += bytes;
        self.peak = self.peak.max(self.charged);
        self.now.store(self.charged, Ordering::Relaxed);
        true
    }
}

impl ResourceLimiter for AccountLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow(desired.saturating_sub(current) as u64))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let elements = desired.saturating_sub(current) as u64;
        Ok(self.grow(elements.saturating_mul(TABLE_ELEMENT_BYTES)))
    }

    fn instances(&self) -> usize {
        MAX_INSTANCES
    }

    fn tables(&self) -> usize {
        MAX_TABLES
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES
    }
}

impl Drop for AccountLimiter {
    fn drop(&mut self) {
        self.account.release(self.charged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_beyond_the_account_is_refused_and_everything_is_given_back() {
        let account = Arc::new(MemoryAccount::new(1 << 20));
        let mut limiter = AccountLimiter::new(Arc::clone(&account), Arc::default());
        assert!(limiter.memory_growing(0, 1 << 19, None).unwrap());
        assert!(!limiter.memory_growing(1 << 19, 2 << 20, None).unwrap());
        assert!(limiter.refused());
        assert!(!limiter.table_growing(0, 1 << 20, None).unwrap());
        assert_eq!(limiter.peak(), 1 << 19);
        drop(limiter);
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn two_processes_share_one_account() {
        let account = Arc::new(MemoryAccount::new(100));
        let mut first = AccountLimiter::new(Arc::clone(&account), Arc::default());
        let mut second = AccountLimiter::new(Arc::clone(&account), Arc::default());
        assert!(first.memory_growing(0, 60, None).unwrap());
        assert!(!second.memory_growing(0, 60, None).unwrap());
        drop(first);
        assert!(second.memory_growing(0, 60, None).unwrap());
    }
}
