//! What one sandbox may do, and how much of it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use tokio::sync::Semaphore;

use super::loopback::{Homes, Loopback};
use super::names::{self, ALL_LOOKUPS, Name, NameError, SANDBOX_LOOKUPS};
use super::policy::Policy;
use crate::limits::{Counter, CounterGuard};

/// Sockets that one sandbox may have at a time, connections of `wasi:http` included. Each is a file
/// descriptor of the host.
const SANDBOX_SOCKETS: u64 = 128;

/// What all sandboxes of an engine share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    policy: Policy,
    homes: Arc<Homes>,
    sockets: Arc<Counter>,
    lookups: Arc<Semaphore>,
}

impl Shared {
    /// `policy` is for the sandboxes that have network access, `sockets` for all of them together.
    pub(crate) fn new(policy: Policy, sockets: u64) -> Self {
        Self {
            policy,
            homes: Arc::default(),
            sockets: Arc::new(Counter::new(sockets)),
            lookups: Arc::new(Semaphore::new(ALL_LOOKUPS)),
        }
    }
}

/// What a sandbox may do on the network, and its loopback. Clones are of the same sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    shared: Shared,
    outbound: Option<Policy>,
    loopback: Arc<Loopback>,
    sockets: Arc<Counter>,
    lookups: Arc<Semaphore>,
    /// Bytes sent outside that nobody has taken note of.
    sent: Arc<AtomicU64>,
}

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To the sandbox itself.
    Loopback,
    /// Into the world.
    Outside,
    /// Nowhere.
    Denied,
}

/// A place for one socket, given back when dropped.
#[derive(Debug)]
#[must_use = "dropping it gives the place back"]
pub(crate) struct SocketPlace {
    _of_sandbox: CounterGuard,
    _of_all: CounterGuard,
}

impl Access {
    /// Of a new sandbox. Its loopback works in any case: it is nobody else's business.
    pub(crate) fn new(shared: &Shared, enabled: bool) -> Self {
        Self {
            outbound: enabled.then_some(shared.policy),
            loopback: Loopback::new(Arc::clone(&shared.homes)),
            sockets: Arc::new(Counter::new(SANDBOX_SOCKETS)),
            lookups: Arc::new(Semaphore::new(SANDBOX_LOOKUPS)),
            sent: Arc::default(),
            shared: shared.clone(),
        }
    }

    /// Of a sandbox that shares nothing and reaches nothing but itself.
    #[cfg(test)]
    pub(crate) fn alone() -> Self {
        Self::new(&Shared::new(Policy::default(), u64::MAX), false)
    }

    /// Whether it may reach anything outside, what is known as `network.enabled`.
    pub(crate) fn enabled(&self) -> bool {
        self.outbound.is_some()
    }

    /// The sandbox's loopback.
    pub(crate) fn loopback(&self) -> &Arc<Loopback> {
        &self.loopback
    }

    /// Where `address` leads. As on Linux, the unspecified address is the machine itself.
    pub(crate) fn route(&self, address: IpAddr) -> Route {
        let address = address.to_canonical();
        if address.is_loopback() || address.is_unspecified() {
            return Route::Loopback;
        }
        match self.outbound {
            Some(policy) if policy.permits(address) => Route::Outside,
            Some(_) | None => Route::Denied,
        }
    }

    /// A place for one more socket; none if the sandbox or all of them together have too many.
    pub(crate) fn socket(&self) -> Option<SocketPlace> {
        Some(SocketPlace {
            _of_sandbox: self.sockets.try_acquire()?,
            _of_all: self.shared.sockets.try_acquire()?,
        })
    }

    /// Counts bytes that leave the sandbox for the outside. What is said on its loopback does not.
    pub(crate) fn sent(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes left it since this was asked last.
    pub(crate) fn take_sent(&self) -> u64 {
        self.sent.swap(0, Ordering::Relaxed)
    }

    /// How many sockets the sandbox has.
    pub(crate) fn sockets_in_use(&self) -> u64 {
        self.sockets.in_use()
    }

    /// The addresses of `name`, in the order in which they should be tried.
    pub(crate) fn resolve(
        &self,
        name: &str,
    ) -> Result<BoxFuture<'static, Result<Vec<IpAddr>, NameError>>, NameError> {
        match names::parse(name)? {
            Name::Known(addresses) => Ok(Box::pin(std::future::ready(Ok(addresses)))),
            Name::Domain(_) if !self.enabled() => Err(NameError::Denied),
            Name::Domain(domain) => {
                let own = Arc::clone(&self.lookups);
                let all = Arc::clone(&self.shared.lookups);
                Ok(Box::pin(names::ask(domain, own, all)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(enabled: bool) -> Access {
        Access::new(&Shared::new(Policy::default(), 200), enabled)
    }

    fn route(enabled: bool, address: &str) -> Route {
        access(enabled).route(address.parse().unwrap())
    }

    #[test]
    fn a_sandbox_reaches_itself_and_with_the_network_the_world() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "0.0.0.0",
            "::",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(route(false, address), Route::Loopback, "{address}");
            assert_eq!(route(true, address), Route::Loopback, "{address}");
        }
        for address in ["1.1.1.1", "2606:4700:4700::1111"] {
            assert_eq!(route(false, address), Route::Denied, "{address}");
            assert_eq!(route(true, address), Route::Outside, "{address}");
        }
        for address in ["10.0.0.1", "169.254.169.254", "fe80::1", "224.0.0.1"] {
            assert_eq!(route(false, address), Route::Denied, "{address}");
            assert_eq!(route(true, address), Route::Denied, "{address}");
        }
    }

    #[test]
    fn sockets_are_counted_for_the_sandbox_and_for_all() {
        let shared = Shared::new(Policy::default(), 200);
        let (first, second) = (Access::new(&shared, false), Access::new(&shared, true));
        let places: Vec<_> = std::iter::from_fn(|| first.socket()).collect();
        assert_eq!(places.len(), 128);
        // A clone is the same sandbox.
        assert!(first.clone().socket().is_none());
        let others: Vec<_> = std::iter::from_fn(|| second.socket()).collect();
        assert_eq!(others.len(), 72);
        drop(places);
        assert!(first.socket().is_some() && second.socket().is_some());
    }

    #[tokio::test]
    async fn without_the_network_only_what_needs_no_lookup_resolves() {
        let off = access(false);
        assert_eq!(off.resolve("localhost").unwrap().await.unwrap().len(), 2);
        assert_eq!(off.resolve("1.2.3.4").unwrap().await.unwrap().len(), 1);
        assert_eq!(off.resolve("example.com").err().unwrap(), NameError::Denied);
        assert_eq!(off.resolve("a b").err().unwrap(), NameError::Invalid);
    }
}
