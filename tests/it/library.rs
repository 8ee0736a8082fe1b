//! The engine through its public interface, as an embedder uses it.

mod commands;
mod endings;
mod escapes;
mod files;
mod limits;
mod lives;
mod parallel;
mod refusals;
mod signals;
mod streams;
