//! The engine through its public interface, as an embedder uses it.

mod checkpoints;
mod commands;
mod endings;
mod escapes;
mod files;
mod forks;
mod jobs;
mod leftovers;
mod limits;
mod lives;
mod made;
mod parallel;
mod pauses;
mod recovery;
mod refusals;
mod signals;
mod snapshots;
mod streams;
mod trees;
