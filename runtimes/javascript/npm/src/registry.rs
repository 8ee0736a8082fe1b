//! The doors: what the installer needs of the world and does not do itself.

use crate::error::FetchError;
use crate::report::Progress;
use futures::future::LocalBoxFuture;
use std::io;
use std::path::Path;

/// A tarball to fetch.
#[derive(Clone, Copy, Debug)]
pub struct TarballRequest<'a> {
    /// The package's own name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its address, if the registry or the lock file named one. It comes from outside: whoever
    /// fetches it decides whether it may.
    pub url: Option<&'a str>,
    /// The digest, if one is known; a cache may go by it. The bytes are checked here.
    pub integrity: Option<&'a str>,
}

/// A package registry.
///
/// The installer has several requests under way at once, all on one thread.
pub trait Registry {
    /// The document about a package: the short form
    /// (`application/vnd.npm.install-v1+json`) or the long one.
    fn metadata<'a>(&'a self, name: &'a str) -> LocalBoxFuture<'a, Result<Vec<u8>, FetchError>>;

    /// A tarball.
    fn tarball<'a>(
        &'a self,
        request: TarballRequest<'a>,
    ) -> LocalBoxFuture<'a, Result<Vec<u8>, FetchError>>;
}

/// What the standard library of a guest cannot do to files, and where progress is told.
pub trait System {
    /// Makes `link` a symbolic link whose text is `target`.
    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()>;

    /// Lets a file be executed (mode 755).
    fn make_executable(&self, path: &Path) -> io::Result<()>;

    /// Tells how far an installation is.
    fn progress(&self, progress: Progress<'_>) {
        let _: Progress<'_> = progress;
    }
}
