//! What crosses the network: the API's JSON and its conversion from and to the engine's types.
//!
//! Rules of the published client that every type here keeps: an absent optional field is omitted,
//! never `null` (the client's validation throws), except where a field's comment says that the
//! client requires it to be present; unknown fields of a request are ignored; timestamps are RFC
//! 3339 with milliseconds. Units, base64 and enumerations are checked while a body is parsed, so
//! the error names the field and the position.

pub(crate) mod build;
pub(crate) mod checkpoint;
pub(crate) mod create;
pub(crate) mod diff;
pub(crate) mod envelope;
pub(crate) mod event;
pub(crate) mod execution;
pub(crate) mod field;
pub(crate) mod file;
pub(crate) mod job;
pub(crate) mod lifecycle;
pub(crate) mod runtime;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod snapshot;
pub(crate) mod stats;
pub(crate) mod stream;
