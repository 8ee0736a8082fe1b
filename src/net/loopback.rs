//! The loopback of one sandbox: a table of its ports.
//!
//! A guest's port is a port of the host that the operating system has chosen, on an address of
//! 127.0.0.0/8 that was drawn for the sandbox where the host has such addresses (Linux and Windows;
//! on macOS it is 127.0.0.1 for all). Guests name their own ports only, so that
//! - two sandboxes can have the same port, whatever the host has there;
//! - a port that the sandbox has not bound itself does not exist for it.
//!
//! Both families of a guest are IPv4 on the host, with ports apart. What is bound to `::` also answers
//! on 127.0.0.1, unless something else is bound there: as on Linux, and unlike WASI, where nothing
//! could ask for it.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Where ports are looked for that a guest leaves to us (RFC 6335).
const EPHEMERAL: std::ops::RangeInclusive<u16> = 49152..=65535;
/// Addresses that are tried before a sandbox has to make do with 127.0.0.1.
const DRAWS: usize = 16;

/// What a port is a port of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

/// What a guest's socket was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    /// That of an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// Its address of the guest's own machine.
    pub(crate) fn loopback(self) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::LOCALHOST.into(),
            Self::V6 => Ipv6Addr::LOCALHOST.into(),
        }
    }

    /// Its address of no interface in particular.
    pub(crate) fn unspecified(self) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::UNSPECIFIED.into(),
            Self::V6 => Ipv6Addr::UNSPECIFIED.into(),
        }
    }
}

/// Addresses that sandboxes have, so that no two have one.
#[derive(Debug, Default)]
pub(super) struct Homes(Mutex<HashSet<Ipv4Addr>>);

impl Homes {
    fn draw(&self) -> Ipv4Addr {
        for _ in 0..DRAWS {
            let mut random = [0; 3];
            if getrandom::fill(&mut random).is_err() {
                break;
            }
            let [b, c, d] = random;
            let address = Ipv4Addr::new(127, b, c, d);
            // Hosts have services of their own in 127.0.0.0/16, such as resolvers.
            let usable = b != 0 && !(b == 255 && c == 255 && d == 255);
            if usable && is_there(address) && self.lock().insert(address) {
                return address;
            }
        }
        Ipv4Addr::LOCALHOST
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Ipv4Addr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this machine has the address.
fn is_there(address: Ipv4Addr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

/// The loopback of a sandbox.
#[derive(Debug)]
pub(crate) struct Loopback {
    homes: Arc<Homes>,
    home: OnceLock<Ipv4Addr>,
    ports: Mutex<Ports>,
}

#[derive(Debug, Default)]
struct Ports {
    taken: HashMap<(Transport, Family, u16), Port>,
    /// The guest's port by the host's.
    back: HashMap<(Transport, u16), u16>,
    /// The last one given to a guest that left it to us.
    last: u16,
}

#[derive(Clone, Copy, Debug)]
struct Port {
    /// The host's, once there is one.
    host: Option<u16>,
    /// Whether it answers to both families.
    dual: bool,
}

impl Loopback {
    /// One without any port. It takes an address when it first needs one.
    pub(super) fn new(homes: Arc<Homes>) -> Arc<Self> {
        Arc::new(Self {
            homes,
            home: OnceLock::new(),
            ports: Mutex::default(),
        })
    }

    /// Its address on the host.
    pub(crate) fn home(&self) -> Ipv4Addr {
        *self.home.get_or_init(|| self.homes.draw())
    }

    /// Takes a port of the guest, 0 being any; none if it is taken. `dual` is for `::`.
    pub(crate) fn claim(
        self: &Arc<Self>,
        transport: Transport,
        family: Family,
        port: u16,
        dual: bool,
    ) -> Option<Bound> {
        let mut ports = self.lock();
        let port = match port {
            0 => ports.any(transport, family)?,
            port => port,
        };
        let key = (transport, family, port);
        if ports.taken.contains_key(&key) {
            return None;
        }
        ports.taken.insert(key, Port { host: None, dual });
        drop(ports);
        Some(Bound {
            loopback: Arc::clone(self),
            transport,
            family,
            port,
        })
    }

    /// The host's port behind a port that the guest connects or sends to.
    pub(crate) fn find(&self, transport: Transport, family: Family, port: u16) -> Option<u16> {
        let ports = self.lock();
        let exact = ports.taken.get(&(transport, family, port));
        let found = match (exact, family) {
            (Some(found), _) => Some(found),
            (None, Family::V4) => ports
                .taken
                .get(&(transport, Family::V6, port))
                .filter(|port| port.dual),
            (None, Family::V6) => None,
        };
        found?.host
    }

    /// The guest's port behind a port of the host; the host's own if the guest has closed it, which
    /// is then only shown.
    pub(crate) fn guest_port(&self, transport: Transport, host: u16) -> u16 {
        let ports = self.lock();
        ports.back.get(&(transport, host)).copied().unwrap_or(host)
    }

    fn lock(&self) -> MutexGuard<'_, Ports> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        if let Some(home) = self.home.get() {
            self.homes.lock().remove(home);
        }
    }
}

impl Ports {
    fn any(&mut self, transport: Transport, family: Family) -> Option<u16> {
        for _ in EPHEMERAL {
            self.last = match self.last.checked_add(1) {
                Some(next) if EPHEMERAL.contains(&next) => next,
                _ => *EPHEMERAL.start(),
            };
            if !self.taken.contains_key(&(transport, family, self.last)) {
                return Some(self.last);
            }
        }
        None
    }
}

/// A port that a guest has, given back when dropped: before the host's socket is closed, or whoever
/// gets the host's port next would be reached through it.
#[derive(Debug)]
#[must_use = "dropping it gives the port back"]
pub(crate) struct Bound {
    loopback: Arc<Loopback>,
    transport: Transport,
    family: Family,
    port: u16,
}

impl Bound {
    /// The guest's port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Says which port of the host it is. Said once.
    pub(crate) fn settle(&self, host: u16) {
        let mut ports = self.loopback.lock();
        if let Some(port) = ports.taken.get_mut(&self.key()) {
            port.host = Some(host);
        }
        ports.back.insert((self.transport, host), self.port);
    }

    fn key(&self) -> (Transport, Family, u16) {
        (self.transport, self.family, self.port)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let mut ports = self.loopback.lock();
        let host = ports.taken.remove(&self.key()).and_then(|port| port.host);
        if let Some(host) = host {
            ports.back.remove(&(self.transport, host));
        }
    }
}

#[cfg(test)]
mod tests;
