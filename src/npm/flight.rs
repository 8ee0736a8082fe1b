//! Who asks for what somebody else is just getting, waits for that and gets the same answer.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

type Slot<T> = Arc<AsyncMutex<Option<T>>>;

/// What is on its way, by what it is.
#[derive(Debug)]
pub(super) struct Flights<T>(Mutex<HashMap<String, Slot<T>>>);

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Flights<T> {
    /// Does `work`, unless somebody does it already. If whoever does it is dropped, the next one
    /// who waits takes over.
    pub(super) async fn join(&self, key: &str, work: impl Future<Output = T>) -> T {
        let slot = Arc::clone(self.lock().entry(key.to_owned()).or_default());
        let waiter = Waiter {
            flights: self,
            key,
            slot: Some(Arc::clone(&slot)),
        };
        let mut answer = slot.lock_owned().await;
        if let Some(answer) = &*answer {
            return answer.clone();
        }
        let done = work.await;
        *answer = Some(done.clone());
        // Whoever asks from now on, asks anew.
        waiter.forget();
        done
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Slot<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits; the last who leaves without an answer takes the slot away.
struct Waiter<'a, T: Clone> {
    flights: &'a Flights<T>,
    key: &'a str,
    slot: Option<Slot<T>>,
}

impl<T: Clone> Waiter<'_, T> {
    fn is_current(&self, flights: &HashMap<String, Slot<T>>) -> bool {
        let current = flights.get(self.key).zip(self.slot.as_ref());
        current.is_some_and(|(current, own)| Arc::ptr_eq(current, own))
    }

    fn forget(&self) {
        let mut flights = self.flights.lock();
        if self.is_current(&flights) {
            flights.remove(self.key);
        }
    }
}

impl<T: Clone> Drop for Waiter<'_, T> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        let is_current = self.is_current(&flights);
        // Before the lock is let go: of two who leave at once, one has to be the last.
        self.slot = None;
        if is_current
            && flights
                .get(self.key)
                .is_some_and(|slot| Arc::strong_count(slot) == 1)
        {
            flights.remove(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_works_for_all_who_wait() {
        let flights = Flights::default();
        let count = AtomicU32::new(0);
        let work = || async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            count.fetch_add(1, Ordering::SeqCst)
        };
        let all = futures::future::join_all((0..5).map(|_| flights.join("a", work()))).await;
        assert_eq!(all, [0; 5]);
        assert_eq!(flights.join("a", work()).await, 1);
        assert_eq!(flights.join("b", work()).await, 2);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn another_takes_over_from_one_who_leaves() {
        let flights = Arc::new(Flights::default());
        let stuck = tokio::spawn({
            let flights = Arc::clone(&flights);
            async move { flights.join("a", std::future::pending::<u32>()).await }
        });
        tokio::task::yield_now().await;
        let second = tokio::spawn({
            let flights = Arc::clone(&flights);
            async move { flights.join("a", async { 7 }).await }
        });
        tokio::task::yield_now().await;
        stuck.abort();
        assert_eq!(second.await.unwrap(), 7);
        assert!(flights.lock().is_empty());

        let alone = flights.join("b", std::future::pending::<u32>());
        assert!(
            tokio::time::timeout(Duration::from_millis(1), alone)
                .await
                .is_err()
        );
        assert!(flights.lock().is_empty());
    }
}
