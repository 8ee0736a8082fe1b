//! The HTTP API, called as a router without a socket where that is possible.
//!
//! What the published client makes of the answers is tested with the client itself (`sdk.rs`); here
//! is what it cannot show: answers byte by byte, other organisations, settings of the server, and
//! connections that end at a bad moment.

mod answers;
mod api;
mod archives;
mod builds;
mod delivery;
mod document;
mod isolation;
mod jobs;
mod kept;
mod operations;
mod polls;
mod ports;
mod settings;
mod streams;
mod transfer;

pub(crate) use api::Api;
