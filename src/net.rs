//! What a sandbox may do on the network: a loopback of its own, and a policy for the rest.
//!
//! A sandbox's loopback is a table of ports ([`loopback`]): which port of the guest is which port of
//! the host. What is not in the table is not there, whoever listens on it outside, so that every
//! sandbox has all ports to itself and reaches nobody else's. That needs no network access.
//!
//! Everything else is decided by [`policy`], on addresses alone and as late as possible: whoever
//! connects does so to the very address that was checked.
//!
//! Neither knows that guests are WebAssembly, nor opens a socket for them. What is outside reaches the
//! ports of a sandbox through [`dial`] alone.

mod access;
pub(crate) mod dial;
mod loopback;
mod names;
mod policy;

pub(crate) use access::{Access, Route, Shared, SocketPlace};
pub(crate) use dial::DialError;
pub(crate) use loopback::{Bound, Family, Transport};
pub(crate) use names::NameError;
pub(crate) use policy::Policy;
