//! The package installer of the JavaScript runtime: what is behind `bun add`, `bun install`,
//! `bun remove`, `npm install`, `npm ci` and `bunx`.
//!
//! It runs inside the sandbox, on one thread, without a network of its own. What it needs of the
//! world comes through two traits: a [`Registry`] that fetches documents and tarballs, and a
//! [`System`] for what the standard library cannot do there. Files it writes itself.
//!
//! ```no_run
//! # async fn f(registry: &dyn belljar_npm::Registry, system: &dyn belljar_npm::System)
//! #     -> Result<(), belljar_npm::Error> {
//! use belljar_npm::{Installer, Options};
//!
//! let installer = Installer::new("/app".as_ref(), registry, system, Options::default());
//! let report = installer.add(&["zod@^4".to_owned()], None).await?;
//! for change in &report.requested {
//!     println!("installed {}@{}", change.name, change.version);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The way of a package: [`spec`] reads what is asked for, [`packument`] chooses a version among
//! those there are ([`semver`]), `place` decides in which node_modules it goes, `install` fetches it,
//! compares it with its digest ([`integrity`]), unpacks it ([`archive`]) and moves it there; `lock`
//! writes down what was chosen.
//!
//! Everything that a registry, a tarball or a lock file says is taken for hostile.

pub mod archive;
mod error;
mod graph;
mod install;
mod installer;
pub mod integrity;
mod local;
mod lock;
pub mod name;
mod overrides;
pub mod package;
pub mod packument;
mod place;
mod platform;
mod project;
mod registry;
mod report;
mod resolve;
pub mod semver;
pub mod spec;
#[cfg(test)]
mod testing;
mod tree;

pub use archive::Limits;
pub use error::{Error, FetchError};
pub use install::Omit;
pub use install::bins::find_program;
pub use installer::{Installer, Options};
pub use lock::Style;
pub use platform::Platform;
pub use project::{Group, Project};
pub use registry::{Registry, System, TarballRequest};
pub use report::{Blocked, Change, LockChange, Progress, Report, Warning};
