//! What an installation did, for whoever prints it.

use std::fmt;

/// A thing that is told and stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A package's author wants nobody to use it any more.
    Deprecated {
        /// Name and version.
        package: String,
        /// Why.
        message: String,
    },
    /// A package wants another version of the engine.
    Engine {
        /// Name and version.
        package: String,
        /// What it wants.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// A peer that is not what is expected.
    IncorrectPeer {
        /// Who expects it.
        by: String,
        /// The peer.
        name: String,
        /// What is expected.
        spec: String,
        /// What is there; empty for nothing.
        found: String,
    },
    /// Something optional that could not be had.
    OptionalFailed {
        /// The package.
        name: String,
        /// Why.
        reason: String,
    },
    /// Links and devices in a tarball that were passed over.
    SkippedEntries {
        /// Name and version.
        package: String,
        /// How many.
        count: u64,
    },
    /// A lock file that could not be used.
    LockIgnored {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deprecated { package, message } => {
                write!(out, "deprecated {package}: {message}")
            }
            Self::Engine {
                package,
                wanted,
                found,
            } => write!(out, "{package} wants node {wanted}, this is {found}"),
            Self::IncorrectPeer {
                by,
                name,
                spec,
                found,
            } => {
                let found = if found.is_empty() { name } else { found };
                write!(out, "incorrect peer dependency \"{found}\"")?;
                let by = if by.is_empty() { "the project" } else { by };
                write!(out, " ({by} wants {name}@{spec})")
            }
            Self::OptionalFailed { name, reason } => {
                write!(out, "optional dependency \"{name}\" was left out: {reason}")
            }
            Self::SkippedEntries { package, count } => {
                write!(out, "{package}: {count} links or devices were left out")
            }
            Self::LockIgnored { reason } => write!(out, "Ignoring lockfile: {reason}"),
        }
    }
}

/// A package that was installed, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name it is installed under.
    pub name: String,
    /// Its own name, where that differs (an alias).
    pub package: String,
    /// Its version; for a local package, its path.
    pub version: String,
    /// The version that was there before, if another was.
    pub previous: Option<String>,
    /// The folder below the project's.
    pub location: String,
    /// Whether the project itself asks for it.
    pub direct: bool,
    /// What `latest` is, if it is newer and known.
    pub latest: Option<String>,
    /// The names of its programs.
    pub programs: Vec<String>,
}

/// Scripts of a package that were not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Name and version.
    pub package: String,
    /// Their names (`postinstall`).
    pub scripts: Vec<String>,
}

/// What an installation did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The packages that `add` was asked for, in that order, installed now or before.
    pub requested: Vec<Change>,
    /// Packages that were not there.
    pub added: Vec<Change>,
    /// Packages that were there in another version.
    pub updated: Vec<Change>,
    /// Packages that are gone.
    pub removed: Vec<Change>,
    /// Names that `remove` was asked for and that the project does not have.
    pub missing: Vec<String>,
    /// Packages that were already there.
    pub unchanged: usize,
    /// Optional packages that are for other platforms.
    pub skipped: usize,
    /// Different packages of the project, those that are for other platforms included.
    pub packages: usize,
    /// Documents and tarballs that were fetched.
    pub fetched: usize,
    /// Whether package.json was written.
    pub manifest_saved: bool,
    /// What became of the lock file.
    pub lock: LockChange,
    /// Install scripts, which never run.
    pub blocked: Vec<Blocked>,
    /// What else is to be told.
    pub warnings: Vec<Warning>,
}

impl Report {
    /// Packages that were written: new ones and other versions.
    pub fn installed(&self) -> usize {
        self.added.len() + self.updated.len()
    }

    /// Whether nothing in node_modules had to change.
    pub fn is_unchanged(&self) -> bool {
        self.installed() == 0 && self.removed.is_empty()
    }
}

/// What became of the lock file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockChange {
    /// It is as it was, or there is none.
    #[default]
    None,
    /// It was written.
    Saved,
    /// It was deleted, because nothing is left to lock.
    Deleted,
}

/// A step of an installation, told while it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The metadata of a package has come.
    Resolved {
        /// The package.
        name: &'a str,
    },
    /// So many tarballs will be fetched.
    Fetching {
        /// How many.
        count: usize,
    },
    /// A package was fetched, checked and unpacked.
    Unpacked {
        /// The package.
        name: &'a str,
        /// Its version.
        version: &'a str,
    },
}
