//! The integration tests: one binary, a module per area, because linking it is slow.

mod artefacts;
mod cli;
mod guests;
mod hostile;
mod http;
mod library;
mod python;
mod python_cases;
mod restart;
mod sdk;
mod support;
mod tidy;
