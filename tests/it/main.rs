//! The integration tests: one binary, a module per area, because linking it is slow.

mod cli;
mod support;
mod tidy;
