//! Shares of a CPU.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::units::Millicores;

/// What a sandbox may run ahead of its share before it is slowed, in running time. Separate from
/// the refill, so that a short command is never slowed at all.
const BURST: Duration = Duration::from_millis(100);

/// A sandbox's share of CPU time: a token bucket refilled at its millicores.
#[derive(Debug)]
pub(crate) struct CpuAccount {
    share: Option<Millicores>,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// Running time available, in nanoseconds; negative when in debt.
    tokens: i128,
    refilled: Instant,
    used: Duration,
}

impl CpuAccount {
    /// An account of `share`; `None` means no limit.
    pub(crate) fn new(share: Option<Millicores>) -> Self {
        Self {
            share,
            bucket: Mutex::new(Bucket {
                tokens: BURST.as_nanos().try_into().unwrap_or(i128::MAX),
                refilled: Instant::now(),
                used: Duration::ZERO,
            }),
        }
    }

    /// Running time charged so far.
    pub(crate) fn used(&self) -> Duration {
        self.lock().used
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Charges running time.
    pub(crate) fn charge(&self, ran: Duration) {
        let mut bucket = self.lock();
        bucket.used += ran;
        bucket.tokens -= i128::try_from(ran.as_nanos()).unwrap_or(i128::MAX);
    }

    /// How long to wait before running on; zero if there is time to spend. A wait lasts until
    /// `ahead` can be run again: fewer, longer pauses cost less than many short ones.
    pub(crate) fn wait(&self, now: Instant, ahead: Duration) -> Duration {
        let Some(share) = self.share else {
            return Duration::ZERO;
        };
        let millicores = i128::from(share.get());
        let mut bucket = self.lock();
        let passed = now.saturating_duration_since(bucket.refilled);
        bucket.refilled = now;
        let earned = i128::try_from(passed.as_nanos()).unwrap_or(i128::MAX) * millicores / 1000;
        let burst = i128::try_from(BURST.as_nanos()).unwrap_or(i128::MAX);
        bucket.tokens = (bucket.tokens + earned).min(burst);
        if bucket.tokens >= 0 {
            return Duration::ZERO;
        }
        let ahead = i128::try_from(ahead.as_nanos()).unwrap_or(0);
        let nanos = (ahead - bucket.tokens) * 1000 / millicores.max(1);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(10);

    #[test]
    fn within_the_burst_nothing_waits() {
        let account = CpuAccount::new(Some(Millicores::parse("100m").unwrap()));
        account.charge(BURST / 2);
        assert_eq!(account.wait(Instant::now(), TICK), Duration::ZERO);
        assert_eq!(account.used(), BURST / 2);
    }

    #[test]
    fn a_debt_is_paid_off_at_the_share() {
        let account = CpuAccount::new(Some(Millicores::parse("500m").unwrap()));
        let now = Instant::now();
        account.charge(BURST + Duration::from_millis(40));
        let wait = account.wait(now, TICK);
        // 40 ms of debt and one tick ahead, at half a core: about 100 ms.
        assert!(wait > Duration::from_millis(90), "{wait:?}");
        assert!(wait <= Duration::from_millis(101), "{wait:?}");
        assert_eq!(account.wait(now + wait, TICK), Duration::ZERO);
    }

    #[test]
    fn without_a_share_there_is_no_wait() {
        let account = CpuAccount::new(None);
        account.charge(Duration::from_secs(3600));
        assert_eq!(account.wait(Instant::now(), TICK), Duration::ZERO);
    }
}
