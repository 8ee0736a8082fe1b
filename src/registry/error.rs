//! Why a registry did not give what was asked for.

use std::fmt;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The list of a package's versions.
    Metadata {
        /// The package.
        name: String,
    },
    /// The archive of one version.
    Tarball {
        /// The package.
        name: String,
        /// The version.
        version: String,
    },
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata { name } => f.write_str(name),
            Self::Tarball { name, version } => write!(f, "{name}@{version}"),
        }
    }
}

/// Why there is no answer. Never contains credentials.
///
/// It can be cloned, since all who wait for one document at the same time get the same answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a name that a package can have; nothing was asked.
    #[error("{name:?} is not the name of an npm package: {reason}")]
    InvalidName {
        /// The name, cut off if it is long.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not a version, an integrity or an address of an archive; nothing was asked.
    #[error("{asked}: {reason}")]
    InvalidRequest {
        /// What was asked for.
        asked: Asked,
        /// What is wrong.
        reason: String,
    },
    /// It is not known which registry to ask.
    #[error(
        "no npm registry is configured ({reason}): set `registry=…` in ~/.npmrc, or the environment \
         variable npm_config_registry"
    )]
    NoRegistry {
        /// Why npm did not say which, either.
        reason: String,
    },
    /// The npm configuration of the host cannot be used.
    #[error("the host's npm configuration: {key}: {reason}")]
    Configuration {
        /// The setting, or the file.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The registry has no such package or version.
    #[error("{asked} is not in the npm registry at {host}")]
    NotFound {
        /// What was asked for.
        asked: Asked,
        /// Where.
        host: String,
    },
    /// The registry refuses, or cannot, and says so.
    #[error("{asked}: the npm registry at {host} answered with status {status}{}", hint(*.status))]
    Refused {
        /// What was asked for.
        asked: Asked,
        /// Whom.
        host: String,
        /// The HTTP status of the answer.
        status: u16,
    },
    /// There was no answer, or none that is one.
    #[error("{asked}: cannot get it from the npm registry at {host}: {reason}")]
    Unreachable {
        /// What was asked for.
        asked: Asked,
        /// Whom.
        host: String,
        /// What happened.
        reason: String,
    },
    /// The answer is larger than we take.
    #[error("{asked}: the answer of the npm registry is larger than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        asked: Asked,
        /// How much we take.
        limit: u64,
    },
    /// The archive is not the one that the metadata promises.
    #[error("{asked}: integrity check failed: wanted {wanted}, got {got}")]
    Integrity {
        /// What was asked for.
        asked: Asked,
        /// The digests that it might have had.
        wanted: String,
        /// The digest it has.
        got: String,
    },
    /// The folder in which packages are kept does not work.
    #[error("the cache of npm packages: {reason}")]
    Cache {
        /// What happened.
        reason: String,
    },
}

impl Error {
    /// Whether the registry or the host is to blame, not what was asked for.
    pub(crate) const fn is_of_host(&self) -> bool {
        match self {
            Self::NoRegistry { .. }
            | Self::Configuration { .. }
            | Self::Unreachable { .. }
            | Self::Cache { .. } => true,
            // Credentials, too many requests, a broken server.
            Self::Refused { status, .. } => matches!(status, 401 | 403 | 407 | 429 | 500..),
            Self::InvalidName { .. }
            | Self::InvalidRequest { .. }
            | Self::NotFound { .. }
            | Self::TooLarge { .. }
            | Self::Integrity { .. } => false,
        }
    }
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => " (see the credentials in the host's npm configuration)",
        407 => " (see the proxy in the host's npm configuration)",
        429 => " (too many requests)",
        _ => "",
    }
}
