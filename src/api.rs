//! The HTTP API: requests in, answers out.
//!
//! Speaks the Agentuity Sandbox API so that its published TypeScript client works unmodified. The
//! rules that a naive server gets wrong (no `204`, no `null` for an absent field, absolute stream
//! URLs, polls answered at the moment a process exits, …) are written beside the code that keeps
//! them.
//!
//! [`router()`] is pure: it binds no port and starts no task, so it can be mounted in any axum
//! program or called in a test without a socket. [`serve()`] puts it on a listener.
//!
//! What this module does not know: how a sandbox works (it calls [`crate::Belljar`] and nothing
//! below it), where records are kept, and how a process is started. Wire types (`wire`) never
//! leave it, and [`error`](self) is the only place where an error becomes a status.
//!
//! Invariants: every answer carries `x-session-id`, which is also the request's id in the log;
//! every failure is JSON with `success`, `code` and `message`; an object of another organisation
//! is indistinguishable from one that does not exist.

mod archives;
mod auth;
mod body;
mod builds;
mod checkpoints;
mod cloud;
mod creation;
mod diff;
mod env;
mod error;
mod events;
mod executions;
mod files;
mod jobs;
mod lifecycle;
mod metrics;
mod openapi;
mod operations;
mod params;
mod poll;
mod ports;
mod rate;
mod router;
mod routes;
mod runtimes;
mod sandboxes;
mod serve;
mod session;
mod snapshots;
mod state;
mod stream;
mod trace;
mod transfer;
mod wire;

pub use metrics::metrics_router;
pub use router::{local_router, router};
pub use serve::serve;
pub use state::{ApiOptions, ApiState, TypedErrors};
