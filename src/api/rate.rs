//! How often a key may ask: a bucket of tokens for each.
//!
//! A request takes a token; tokens come back at the key's rate, up to its burst. A key that is not
//! limited has no bucket.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::id::KeyId;

/// Requests per second, and how many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// At least 1.
    pub(crate) per_second: u32,
    /// At least 1.
    pub(crate) burst: u32,
}

/// The buckets of all limited keys.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    buckets: Mutex<HashMap<KeyId, Bucket>>,
}

/// Counts in nanoseconds: a token is what one second is divided by the rate.
#[derive(Debug)]
struct Bucket {
    rate: Rate,
    /// When the bucket would be full, if nobody asked again.
    full_at: Instant,
}

impl Rates {
    /// Takes a token of `key` at `now`.
    ///
    /// # Errors
    /// How long to wait for the next one, if there is none.
    pub(crate) fn take(
        &self,
        key: &KeyId,
        rate: Option<Rate>,
        now: Instant,
    ) -> Result<(), Duration> {
        let Some(rate) = rate else { return Ok(()) };
        let token = Duration::from_secs(1) / rate.per_second.max(1);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = match buckets.get_mut(key) {
            Some(bucket) if bucket.rate == rate => bucket,
            // New, or with other limits than before.
            _ => {
                let full_at = now;
                buckets.insert(key.clone(), Bucket { rate, full_at });
                match buckets.get_mut(key) {
                    Some(bucket) => bucket,
                    None => return Ok(()),
                }
            }
        };
        let full_at = bucket.full_at.max(now) + token;
        let most = token * rate.burst.max(1);
        match full_at.saturating_duration_since(now).checked_sub(most) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                bucket.full_at = full_at;
                Ok(())
            }
        }
    }

    /// Forgets the buckets of keys for which `known` says no.
    pub(crate) fn keep(&self, known: impl Fn(&KeyId) -> bool) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|key, _| known(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_served_and_then_the_rate() {
        let rates = Rates::default();
        let key = KeyId::parse("key_a").unwrap();
        let rate = Some(Rate {
            per_second: 10,
            burst: 3,
        });
        let start = Instant::now();
        for _ in 0..3 {
            rates.take(&key, rate, start).unwrap();
        }
        let wait = rates.take(&key, rate, start).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        // Being refused costs nothing.
        rates.take(&key, rate, start + wait).unwrap();
        rates.take(&key, rate, start + wait).unwrap_err();
        // Another key has its own, and what was not used does not add up beyond the burst.
        rates
            .take(&KeyId::parse("key_b").unwrap(), rate, start)
            .unwrap();
        let later = start + Duration::from_secs(3600);
        for _ in 0..3 {
            rates.take(&key, rate, later).unwrap();
        }
        rates.take(&key, rate, later).unwrap_err();
        rates.take(&key, None, later).unwrap();
    }

    #[test]
    fn other_limits_and_forgotten_keys_begin_with_a_full_bucket() {
        let rates = Rates::default();
        let key = KeyId::parse("key_a").unwrap();
        let now = Instant::now();
        let rate = |burst| {
            Some(Rate {
                per_second: 1,
                burst,
            })
        };
        rates.take(&key, rate(1), now).unwrap();
        rates.take(&key, rate(1), now).unwrap_err();
        rates.take(&key, rate(2), now).unwrap();
        rates.keep(|_| false);
        rates.take(&key, rate(1), now).unwrap();
    }
}
