//! Where modules come from: our own, in the image, and files.

mod builtin;
pub mod bytecode;
mod config;
mod load;
mod prepare;
mod resolve;
mod source;

pub use builtin::{Sources, names, public};
pub use load::FileLoader;
pub use prepare::exports;
pub use resolve::{FileResolver, Kind, as_node, resolve};
pub use source::{Format, Loaded, read, read_source};
