//! Which addresses outside of a sandbox its programs may exchange anything with.
//!
//! A pure function of the address. Names play no part: they are resolved first, and then every
//! address is judged by itself, so that a name that points inside gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is allowed beside the public internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Networks that are private to whoever runs the server (RFC 1918, RFC 4193, RFC 6598, and those
    /// that are reserved for documentation and benchmarks).
    pub(crate) private: bool,
}

/// What an address is good for, from a sandbox's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    /// Never: the host itself, its link, no single host, or nothing that is routed.
    Special,
}

impl Policy {
    /// Whether `address` may be connected to, sent to and received from.
    pub(crate) fn permits(self, address: IpAddr) -> bool {
        match kind(address) {
            Kind::Public => true,
            Kind::Private => self.private,
            Kind::Special => false,
        }
    }
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => match embedded(v6) {
            // It is reached through the IPv4 address in it, so it is only as good as that.
            Some(v4) => kind_v4(v4),
            None => kind_v6(v6),
        },
    }
}

/// The blocks of the IANA registry of special-purpose IPv4 addresses.
fn kind_v4(address: Ipv4Addr) -> Kind {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        // RFC 1918, and RFC 6598 between a provider and its customers.
        (10, _, _) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Kind::Private,
        // Documentation and benchmarking: nobody's in public, so whoever has them uses them as private.
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) => Kind::Private,
        // "This network", loopback, link-local: also where clouds have their metadata services.
        (0 | 127, _, _) | (169, 254, _) => Kind::Special,
        // Protocol assignments.
        (192, 0, 0) => Kind::Special,
        // The anycast relays of 6to4 (RFC 7526: not to be used).
        (192, 88, 99) => Kind::Special,
        // Multicast, reserved, broadcast.
        (224..=255, _, _) => Kind::Special,
        _ => Kind::Public,
    }
}

/// Of IPv6 only 2000::/3 is given out, so that everything else is special without being named:
/// unspecified, loopback, IPv4-compatible, link-local, site-local, multicast, discard-only.
fn kind_v6(address: Ipv6Addr) -> Kind {
    let [a, b, ..] = address.segments();
    match (a, b) {
        // Unique local addresses; benchmarking and documentation as above.
        (0xfc00..=0xfdff, _) | (0x2001, 2 | 0x0db8) | (0x3fff, 0..=0x0fff) => Kind::Private,
        // ORCHID; Teredo is judged by `embedded`.
        (0x2001, 0x10..=0x2f) => Kind::Special,
        (0x2000..=0x3fff, _) => Kind::Public,
        _ => Kind::Special,
    }
}

/// The IPv4 address that packets to `address` end up at, for the forms that are made of one.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        // IPv4-mapped, and the translated form of RFC 2765.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            Some(v4(high, low))
        }
        // NAT64 with the well-known prefix of RFC 6052. Where the address is in the local ones of RFC
        // 8215 is the operator's choice, so that those are not permitted at all.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        // 6to4, RFC 3056.
        [0x2002, high, low, ..] => Some(v4(high, low)),
        // Teredo, RFC 4380: the client's address is there inverted.
        [0x2001, 0, _, _, _, _, high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
