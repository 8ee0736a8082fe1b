//! What one sandbox may ask of a registry, and how much at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Semaphore;

use super::{Asked, Content, Error, Registry};

/// Documents that one sandbox has on their way at a time; others wait. Fewer than the client gets for
/// all sandboxes together, so that one cannot keep the others out.
const AT_ONCE: usize = 12;

/// Whether, and where, the processes of a sandbox get packages. Clones are of the same sandbox.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// They do not: why, for people to read.
    Denied(&'static str),
    /// From there.
    Allowed(Arc<Source>),
}

/// A registry, and the places of one sandbox at it.
#[derive(Debug)]
pub(crate) struct Source {
    registry: Arc<dyn Registry>,
    places: Semaphore,
    outage: AtomicBool,
}

/// What a guest asks for.
#[derive(Debug)]
pub(crate) enum Question {
    Metadata {
        name: String,
    },
    Tarball {
        name: String,
        version: String,
        url: String,
        integrity: String,
    },
}

impl Access {
    /// From `registry`, for one sandbox.
    pub(crate) fn to(registry: Arc<dyn Registry>) -> Self {
        Self::Allowed(Source::new(registry))
    }
}

impl Source {
    pub(crate) fn new(registry: Arc<dyn Registry>) -> Arc<Self> {
        Arc::new(Self {
            registry,
            places: Semaphore::new(AT_ONCE),
            outage: AtomicBool::new(false),
        })
    }

    /// Gets a document, when it is this sandbox's turn.
    pub(crate) async fn get(&self, question: &Question) -> Result<Content, Error> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(Error::Unreachable {
                asked: question.asked(),
                host: "none".to_owned(),
                reason: "the sandbox is ending".to_owned(),
            });
        };
        let got = match question {
            Question::Metadata { name } => self.registry.metadata(name).await,
            Question::Tarball {
                name,
                version,
                url,
                integrity,
            } => self.registry.tarball(name, version, url, integrity).await,
        };
        if got.as_ref().is_err_and(Error::is_of_host) {
            self.outage.store(true, Ordering::Relaxed);
        }
        got
    }

    /// Whether something did not come for a reason that is not the guest's.
    pub(crate) fn had_outage(&self) -> bool {
        self.outage.load(Ordering::Relaxed)
    }
}

impl Question {
    fn asked(&self) -> Asked {
        match self {
            Self::Metadata { name } => Asked::Metadata { name: name.clone() },
            Self::Tarball { name, version, .. } => Asked::Tarball {
                name: name.clone(),
                version: version.clone(),
            },
        }
    }
}
