//! The client of a registry of npm packages: HTTP, the host's npm configuration, a cache on disk.
//!
//! Everything that comes in from a guest (names, addresses, digests) or from the registry is checked
//! here; what is handed out has the digest that was asked for. It knows nothing of guests.

mod address;
mod cache;
mod client;
mod config;
mod credentials;
mod flight;
mod integrity;
mod settings;
mod tls;
mod transport;

pub use client::Client;
pub use config::Config;

#[cfg(test)]
mod tests;
