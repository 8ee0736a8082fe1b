//! The registry as guests are given it: cached, each document fetched once however many ask.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::address;
use super::cache::{Answer, Cache, DEFAULT_LIMIT};
use super::config::Config;
use super::flight::Flights;
use super::integrity::{Algorithm, Integrity, Sum};
use super::settings::{Base, Settings};
use super::transport::{Get, Got, Kind, Transport, place};
use crate::clock::{Clock, SystemClock};
use crate::registry::{Asked, Content, Error, Registry, check_name, check_version};

/// How long an answer about a package's versions is good without asking again, as npm's registry
/// says of its own.
const FRESH: Duration = Duration::from_secs(300);

/// Packages with thousands of versions have 10 MiB; a bound for what a registry can have us store.
const MAX_METADATA: u64 = 64 << 20;
/// The largest packages on npm have some 100 MiB.
const MAX_TARBALL: u64 = 256 << 20;

/// A client of npm registries.
#[derive(Debug)]
pub struct Client {
    config: Config,
    cache: Arc<Cache>,
    /// Made when it is first needed: the configuration is files, and perhaps npm's answer.
    transport: OnceCell<Transport>,
    flights: Flights<Result<Content, Error>>,
    limits: Limits,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) metadata: u64,
    pub(super) tarball: u64,
}

impl Client {
    /// A client that keeps what it gets below `folder`, at most about 2 GiB. Processes may share the
    /// folder. Nothing is read or written yet.
    #[must_use]
    pub fn new(config: Config, folder: impl Into<PathBuf>) -> Self {
        Self::with(
            config,
            &folder.into(),
            Arc::new(SystemClock),
            Limits::default(),
        )
    }

    pub(super) fn with(
        config: Config,
        folder: &Path,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        Self {
            config,
            cache: Arc::new(Cache::new(folder, clock, DEFAULT_LIMIT)),
            transport: OnceCell::new(),
            flights: Flights::default(),
            limits,
        }
    }

    async fn transport(&self) -> Result<&Transport, Error> {
        self.transport
            .get_or_try_init(|| async { Transport::new(Settings::of(&self.config).await?) })
            .await
    }

    /// Works on the cache, which blocks.
    async fn cached<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Cache) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let cache = Arc::clone(&self.cache);
        match tokio::task::spawn_blocking(move || work(&cache)).await {
            Ok(done) => done,
            Err(error) => Err(Error::Cache {
                reason: error.to_string(),
            }),
        }
    }

    async fn versions(
        &self,
        transport: &Transport,
        wanted: &Versions<'_>,
    ) -> Result<Content, Error> {
        let key = wanted.key.to_owned();
        let known = self
            .cached(move |cache| {
                let known = cache.answer(&key).and_then(|answer| {
                    let sum = Sum::from_hex(Algorithm::Blake3, &answer.content)?;
                    Some((answer, cache.content(&sum)?))
                });
                Ok(known)
            })
            .await?;
        let now = self.cache.now().as_millis();
        if let Some((answer, content)) = &known {
            let age = now
                .checked_sub(answer.asked)
                .and_then(|age| u64::try_from(age).ok());
            if age.is_some_and(|age| Duration::from_millis(age) < FRESH) {
                return Ok(content.clone());
            }
        }
        let get = Get {
            asked: &wanted.asked,
            base: wanted.base,
            url: &wanted.url,
            kind: Kind::Metadata,
            known: known.as_ref().map(|(answer, _)| answer),
            algorithm: Algorithm::Blake3,
            limit: self.limits.metadata,
        };
        let got = transport.get(&get, &self.cache).await;
        let key = wanted.key.to_owned();
        match (got, known) {
            (
                Ok(Got::New {
                    document,
                    etag,
                    last_modified,
                }),
                _,
            ) => {
                let answer = Answer {
                    url: wanted.url.to_string(),
                    asked: now,
                    content: document.sum.hex(),
                    etag,
                    last_modified,
                };
                self.cached(move |cache| {
                    let content = cache.keep(document)?;
                    cache.remember(&key, &answer)?;
                    Ok(content)
                })
                .await
            }
            (Ok(Got::NotModified), Some((answer, content))) => {
                let answer = Answer {
                    asked: now,
                    ..answer
                };
                self.cached(move |cache| cache.remember(&key, &answer))
                    .await?;
                Ok(content)
            }
            (Ok(Got::NotModified), None) => Err(Error::Unreachable {
                asked: wanted.asked.clone(),
                host: place(&wanted.url),
                reason: "it says that nothing has changed, unasked".to_owned(),
            }),
            // As npm does: what was true is better than nothing.
            (Err(error), Some((_, content))) if is_outage(&error) => {
                tracing::warn!(%error, "using what the npm registry said before");
                Ok(content)
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn archive(&self, transport: &Transport, wanted: &Archive<'_>) -> Result<Content, Error> {
        let sums = wanted.integrity.sums().to_vec();
        let known = self
            .cached(move |cache| Ok(sums.iter().find_map(|sum| cache.content(sum))))
            .await?;
        if let Some(content) = known {
            return Ok(content);
        }
        let get = Get {
            asked: &wanted.asked,
            base: wanted.base,
            url: &wanted.url,
            kind: Kind::Tarball,
            known: None,
            algorithm: wanted.integrity.algorithm(),
            limit: self.limits.tarball,
        };
        match transport.get(&get, &self.cache).await? {
            Got::New { document, .. } if wanted.integrity.accepts(&document.sum) => {
                self.cached(move |cache| cache.keep(document)).await
            }
            Got::New { document, .. } => Err(Error::Integrity {
                asked: wanted.asked.clone(),
                wanted: wanted.integrity.to_string(),
                got: format!("{} ({} bytes)", document.sum, document.size),
            }),
            Got::NotModified => Err(Error::Unreachable {
                asked: wanted.asked.clone(),
                host: place(&wanted.url),
                reason: "it says that nothing has changed, unasked".to_owned(),
            }),
        }
    }
}

/// Metadata that is wanted.
struct Versions<'a> {
    asked: Asked,
    base: &'a Base,
    url: reqwest::Url,
    key: &'a str,
}

/// An archive that is wanted.
struct Archive<'a> {
    asked: Asked,
    base: &'a Base,
    url: reqwest::Url,
    integrity: Integrity,
}

#[async_trait::async_trait]
impl Registry for Client {
    async fn metadata(&self, name: &str) -> Result<Content, Error> {
        check_name(name)?;
        let transport = self.transport().await?;
        let base = transport.settings.base(name);
        let asked = Asked::Metadata {
            name: name.to_owned(),
        };
        let url = address::of_metadata(base, name).map_err(|reason| Error::InvalidRequest {
            asked: asked.clone(),
            reason,
        })?;
        // Others may see other packages: what they were told is not for us.
        let secret = transport.credentials(base, &url).unwrap_or_default();
        let key = format!("{url}\n{}", blake3::hash(secret.as_bytes()).to_hex());
        let wanted = Versions {
            asked,
            base,
            url,
            key: &key,
        };
        self.flights
            .join(&key, self.versions(transport, &wanted))
            .await
    }

    async fn tarball(
        &self,
        name: &str,
        version: &str,
        url: &str,
        integrity: &str,
    ) -> Result<Content, Error> {
        check_name(name)?;
        check_version(name, version)?;
        let asked = Asked::Tarball {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        let invalid = |reason: String| Error::InvalidRequest {
            asked: asked.clone(),
            reason,
        };
        let integrity = Integrity::parse(integrity).ok_or_else(|| {
            invalid("the registry says no digest of it that could be checked".to_owned())
        })?;
        let transport = self.transport().await?;
        let settings = &transport.settings;
        let base = settings.base(name);
        let url = address::of_tarball(base, &settings.replace_host, name, version, url);
        let url = url.map_err(invalid)?;
        let key = format!("{url}\n{integrity}");
        let wanted = Archive {
            asked,
            base,
            url,
            integrity,
        };
        self.flights
            .join(&key, self.archive(transport, &wanted))
            .await
    }
}

/// Whether it may be over soon.
const fn is_outage(error: &Error) -> bool {
    match error {
        Error::Unreachable { .. } => true,
        Error::Refused { status, .. } => *status >= 500 || *status == 429,
        _ => false,
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            metadata: MAX_METADATA,
            tarball: MAX_TARBALL,
        }
    }
}
