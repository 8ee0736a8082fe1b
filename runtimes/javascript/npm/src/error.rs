//! What can go wrong, and what is told about it.

use std::path::{Path, PathBuf};

/// What a [`crate::Registry`] answers instead of a document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The registry has no such document.
    #[error("404")]
    NotFound,
    /// The registry refused.
    #[error("{0}")]
    Status(u16),
    /// The registry could not be asked.
    #[error("{0}")]
    Unreachable(String),
}

/// Why an installation did not happen.
///
/// Messages are worded as Bun words them where it has one, so that a command line prints them
/// behind `error: `.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The project has no package.json.
    #[error("could not find a package.json file to install from in {}", .folder.display())]
    NoManifest {
        /// The project's folder.
        folder: PathBuf,
    },
    /// A package.json that cannot be used.
    #[error("{}: {reason}", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What was typed, or stands in a package.json, is no dependency.
    #[error("unrecognised dependency format: {spec}")]
    Unrecognised {
        /// The text.
        spec: String,
    },
    /// A dependency of a kind that is not supported here.
    #[error("{} failed to resolve: {reason}{}", specifier(.name, .spec), required_by(.by))]
    Unsupported {
        /// The dependency's name, if it has one yet.
        name: String,
        /// What was asked for.
        spec: String,
        /// Which kind it is.
        reason: &'static str,
        /// Who requires it; empty when it is the project.
        by: String,
    },
    /// The registry does not know the package.
    #[error("package \"{name}\" not found - 404{}", required_by(.by))]
    PackageNotFound {
        /// The package.
        name: String,
        /// Who requires it; empty when it is the project.
        by: String,
    },
    /// No version is in the range.
    #[error(
        "No version matching \"{spec}\" found for specifier \"{name}\" (but package exists){}",
        required_by(.by)
    )]
    NoVersion {
        /// The package.
        name: String,
        /// The range.
        spec: String,
        /// Who requires it; empty when it is the project.
        by: String,
    },
    /// The package has no such tag.
    #[error("Package \"{name}\" with tag \"{tag}\" not found, but package exists{}", required_by(.by))]
    NoTag {
        /// The package.
        name: String,
        /// The tag.
        tag: String,
        /// Who requires it; empty when it is the project.
        by: String,
    },
    /// The registry could not be asked, or refused.
    #[error("could not fetch {what}: {source}{}", required_by(.by))]
    Fetch {
        /// The package, with its version when it is a tarball.
        what: String,
        /// Who requires it; empty when it is the project.
        by: String,
        /// What the registry answered.
        source: FetchError,
    },
    /// The registry's document about a package cannot be used.
    #[error("the registry's metadata of {name} is unusable: {reason}")]
    Metadata {
        /// The package.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What was downloaded is not what it should be.
    #[error("Integrity check failed for {package}: expected {expected}, got {found}")]
    Integrity {
        /// Name and version.
        package: String,
        /// The digest that was promised.
        expected: String,
        /// The digest of what came.
        found: String,
    },
    /// A digest that cannot be read.
    #[error("{package} has an integrity that cannot be checked: {integrity}")]
    UnreadableIntegrity {
        /// Name and version.
        package: String,
        /// The text.
        integrity: String,
    },
    /// The tarball is damaged, or says something that is refused.
    #[error("could not unpack {package}: {reason}")]
    Archive {
        /// Name and version.
        package: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder or tarball that a `file:` dependency names does not exist.
    #[error("package.json not found for \"{spec}\" dependency \"{name}\"")]
    NoLocalPackage {
        /// The dependency's name.
        name: String,
        /// The path as it was written.
        spec: String,
    },
    /// A required package is for other platforms only.
    #[error(
        "{package} is not for this platform ({platform}): it wants {wanted}{}",
        required_by(.by)
    )]
    Platform {
        /// Name and version.
        package: String,
        /// What this is.
        platform: String,
        /// What the package says.
        wanted: String,
        /// Who requires it; empty when it is the project.
        by: String,
    },
    /// Peer dependencies that exclude each other.
    #[error("unable to resolve dependency tree: {by} wants peer {name}@{spec}, found {found}")]
    PeerConflict {
        /// The peer.
        name: String,
        /// The range wanted.
        spec: String,
        /// Who wants it.
        by: String,
        /// What is installed or wanted by others.
        found: String,
    },
    /// An override that differs from what the project itself asks for.
    #[error("Override for {name}@{wanted} conflicts with direct dependency")]
    OverrideConflict {
        /// The package.
        name: String,
        /// What the project's dependency says.
        wanted: String,
    },
    /// An override that cannot be read.
    #[error("the override of {name} is not valid: {reason}")]
    Override {
        /// The package.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The lock file would change and must not.
    #[error("lockfile had changes, but lockfile is frozen: {changes}")]
    Frozen {
        /// What does not agree.
        changes: String,
    },
    /// There is no lock file and there must be one.
    #[error("the installation needs an existing {file}")]
    NoLock {
        /// The lock file's name.
        file: &'static str,
    },
    /// A lock file that cannot be read.
    #[error("{}: {reason}", .path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// More of something than is ever real.
    #[error("too much: {what} (the limit is {limit})")]
    Limit {
        /// What there is too much of.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// The file system refused.
    #[error("{doing} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What it answered.
        source: std::io::Error,
    },
}

fn specifier(name: &str, spec: &str) -> String {
    if name.is_empty() {
        spec.to_owned()
    } else {
        format!("{name}@{spec}")
    }
}

fn required_by(by: &str) -> String {
    if by.is_empty() {
        String::new()
    } else {
        format!(" (required by {by})")
    }
}

/// Adds the file and the deed to an error of the file system.
pub(crate) trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io {
            doing,
            path: path.to_owned(),
            source,
        })
    }
}
