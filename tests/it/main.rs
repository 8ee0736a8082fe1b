//! The integration tests: one binary, a module per area, because linking it is slow.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for; also in what tests share"
)]

mod artefacts;
mod cli;
mod guests;
mod hostile;
mod http;
mod installing;
mod javascript;
mod library;
mod network;
mod packages;
mod processes;
mod python;
mod python_cases;
mod restart;
mod schemathesis;
mod scripts;
mod sdk;
mod soak;
mod support;
mod test262;
mod tidy;
