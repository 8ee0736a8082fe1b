//! The integration tests: one binary, a module per area, because linking it is slow.

mod cli;
mod http;
mod sdk;
mod support;
mod tidy;
