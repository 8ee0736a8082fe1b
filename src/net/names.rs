//! Names to addresses, as the host resolves them.
//!
//! The host's resolver blocks, for as long as it likes and cannot be stopped, so that lookups have
//! places: a few of each sandbox, and a bound over all of them. The others wait. A place is given back
//! when the resolver has really returned, whether somebody still waits for it or not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Semaphore;
use url::Host;

/// Lookups that run at once for one sandbox. Each occupies a thread.
pub(super) const SANDBOX_LOOKUPS: usize = 4;
/// Lookups that run at once over all sandboxes: less than half of the threads that an engine has for
/// blocking work, which files need, too.
pub(super) const ALL_LOOKUPS: usize = 12;
/// How long a lookup may take, waiting for its turn included: resolvers give up after 10 to 30 s.
const PATIENCE: Duration = Duration::from_secs(30);
/// Addresses of one name that are kept; a name server may send thousands.
const MAX_ADDRESSES: usize = 64;

/// Why a name has no address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum NameError {
    /// The sandbox may look up no names.
    #[error("network access is off")]
    Denied,
    /// It is not a host name.
    #[error("it is not a host name")]
    Invalid,
    /// The host's resolver knows nothing of it.
    #[error("it has no address")]
    Unknown,
    /// No answer in time.
    #[error("the name servers do not answer in time")]
    TimedOut,
}

/// What a name is before anybody is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// These addresses, without asking.
    Known(Vec<IpAddr>),
    /// A name to ask for.
    Domain(String),
}

/// Takes a name or an address as text.
pub(super) fn parse(text: &str) -> Result<Name, NameError> {
    // `Host` knows IPv6 in brackets only.
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok(Name::Known(vec![address.into()]));
    }
    match Host::parse(text).map_err(|_| NameError::Invalid)? {
        Host::Ipv4(address) => Ok(Name::Known(vec![address.into()])),
        Host::Ipv6(address) => Ok(Name::Known(vec![address.into()])),
        Host::Domain(domain) => Ok(if is_localhost(&domain) {
            Name::Known(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
        } else {
            Name::Domain(domain)
        }),
    }
}

/// RFC 6761: these are never asked for.
fn is_localhost(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    domain == "localhost" || domain.ends_with(".localhost")
}

/// Asks the host for the addresses of a domain.
pub(super) async fn ask(
    domain: String,
    own: Arc<Semaphore>,
    all: Arc<Semaphore>,
) -> Result<Vec<IpAddr>, NameError> {
    let asked = async {
        // The sandbox's own first, or those that wait for it would hold places that others need.
        let own = own.acquire_owned().await;
        let all = all.acquire_owned().await;
        let lookup = tokio::task::spawn_blocking(move || {
            let _places = (own, all);
            let found = (domain.as_str(), 0).to_socket_addrs()?;
            let mut addresses = Vec::new();
            for address in found.take(MAX_ADDRESSES) {
                let address = address.ip().to_canonical();
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            Ok::<_, std::io::Error>(addresses)
        });
        match lookup.await {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            _ => Err(NameError::Unknown),
        }
    };
    let answer = tokio::time::timeout(PATIENCE, asked).await;
    answer.unwrap_or(Err(NameError::TimedOut))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Vec<String> {
        match parse(text).unwrap() {
            Name::Known(addresses) => addresses.iter().map(ToString::to_string).collect(),
            Name::Domain(domain) => panic!("{domain}"),
        }
    }

    #[test]
    fn addresses_are_themselves_however_they_are_written() {
        assert_eq!(known("1.2.3.4"), ["1.2.3.4"]);
        assert_eq!(known("::1"), ["::1"]);
        assert_eq!(known("[2001:db8::1]"), ["2001:db8::1"]);
        // As browsers and the C library read them, so that no other reading is possible later.
        assert_eq!(known("0x7f.1"), ["127.0.0.1"]);
        assert_eq!(known("2130706433"), ["127.0.0.1"]);
    }

    #[test]
    fn localhost_is_the_sandbox_itself() {
        for name in ["localhost", "LOCALHOST", "localhost.", "a.b.localhost"] {
            assert_eq!(known(name), ["127.0.0.1", "::1"], "{name}");
        }
        for name in ["localhost.example", "notlocalhost"] {
            assert_eq!(parse(name), Ok(Name::Domain(name.to_owned())));
        }
    }

    #[test]
    fn names_become_ascii_or_are_refused() {
        let ascii = Name::Domain("xn--bcher-kva.example".to_owned());
        assert_eq!(parse("Bücher.example"), Ok(ascii));
        for name in ["", "a b", "a/b", "a\0b", "a:80", "256.256.256.256"] {
            assert_eq!(parse(name), Err(NameError::Invalid), "{name:?}");
        }
    }
}
