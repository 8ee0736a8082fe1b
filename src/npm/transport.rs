//! One document over HTTP: proxies, redirections, time limits, and trying again.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Proxy, Response, StatusCode, Url};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::cache::{Answer, Cache, Finished, New};
use super::integrity::Algorithm;
use super::settings::{Base, Settings};
use crate::registry::{Asked, Error};

/// Requests on their way in the whole process. npm has 15: enough to keep a connection to anywhere
/// full, too few to be a burden on a registry whatever guests do.
static AT_ONCE: Semaphore = Semaphore::const_new(16);

/// As browsers' `fetch` gives up after 20, npm too; a registry needs one or two.
const MAX_REDIRECTIONS: u32 = 5;

/// How long a registry may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long nothing may come while an answer is on its way.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// A registry that asks to be left alone for longer is one that does not answer.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The way to all registries of a configuration.
#[derive(Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    pub(super) settings: Settings,
}

/// What to get.
pub(super) struct Get<'a> {
    pub(super) asked: &'a Asked,
    pub(super) base: &'a Base,
    pub(super) url: &'a Url,
    pub(super) kind: Kind,
    /// What is there already, and need not be sent again if it is still so.
    pub(super) known: Option<&'a Answer>,
    pub(super) algorithm: Algorithm,
    pub(super) limit: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Metadata,
    Tarball,
}

impl Kind {
    const fn accept(self) -> &'static str {
        match self {
            // The short form has what an installation needs, at a tenth of the size; who does not
            // know it, answers with the long one.
            Self::Metadata => {
                "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
            }
            Self::Tarball => "*/*",
        }
    }
}

/// What came.
pub(super) enum Got {
    New {
        document: Finished,
        etag: Option<String>,
        last_modified: Option<String>,
    },
    NotModified,
}

/// Why one attempt failed.
enum Failure {
    /// Another one would, too.
    Final(Error),
    /// Another one may not; after this time, if the registry says so.
    Passing(Error, Option<Duration>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl Transport {
    pub(super) fn new(settings: Settings) -> Result<Self, Error> {
        let proxies = settings.proxies.clone();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(settings.tls.client()?)
            // This one instead of what the environment says.
            .proxy(Proxy::custom(move |url| proxies.of(url)))
            // Followed here: reqwest would follow them everywhere.
            .redirect(reqwest::redirect::Policy::none())
            .gzip(true)
            .http1_only()
            .user_agent(concat!("belljar/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT.min(settings.fetch_timeout))
            .read_timeout(READ_TIMEOUT.min(settings.fetch_timeout))
            .build();
        match http {
            Ok(http) => Ok(Self { http, settings }),
            Err(error) => Err(Error::Configuration {
                key: "all of it".to_owned(),
                reason: describe(&error.without_url()),
            }),
        }
    }

    /// Gets a document, trying again where that can help.
    pub(super) async fn get(&self, get: &Get<'_>, cache: &Cache) -> Result<Got, Error> {
        let mut attempt = 0;
        loop {
            let failure = {
                let Ok(_place) = AT_ONCE.acquire().await else {
                    return Err(unreachable(get, "the process is ending"));
                };
                match timeout(self.settings.fetch_timeout, self.attempt(get, cache)).await {
                    Ok(Ok(got)) => return Ok(got),
                    Ok(Err(failure)) => failure,
                    Err(_) => {
                        let limit = self.settings.fetch_timeout;
                        let reason = format!("it took longer than {limit:?}");
                        Failure::Passing(unreachable(get, reason), None)
                    }
                }
            };
            let (error, after) = match failure {
                Failure::Passing(error, after) if attempt < self.settings.retries.most => {
                    (error, after)
                }
                Failure::Final(error) | Failure::Passing(error, _) => return Err(error),
            };
            let wait = self.settings.retries.wait(attempt);
            let wait = after.map_or(wait, |after| after.max(wait).min(MAX_RETRY_AFTER));
            tracing::debug!(%error, ?wait, "trying again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, get: &Get<'_>, cache: &Cache) -> Result<Got, Failure> {
        let mut url = get.url.clone();
        let mut trusted = true;
        for _ in 0..=MAX_REDIRECTIONS {
            trusted = trusted && url.origin() == get.base.url.origin();
            let request = self
                .http
                .get(url.clone())
                .headers(self.headers(get, &url, trusted));
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => {
                    let error = unreachable_at(get, &url, describe(&error));
                    return Err(Failure::Passing(error, None));
                }
            };
            let status = response.status();
            if let Some(target) = redirection(&response) {
                url = follow(get, &url, target)?;
            } else if status == StatusCode::NOT_MODIFIED && get.known.is_some() {
                return Ok(Got::NotModified);
            } else if status == StatusCode::OK {
                return receive(get, &url, response, cache).await;
            } else {
                return Err(refusal(get, &url, &response));
            }
        }
        Err(unreachable(get, format!("more than {MAX_REDIRECTIONS} redirections")).into())
    }

    fn headers(&self, get: &Get<'_>, url: &Url, trusted: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(get.kind.accept()));
        if get.kind == Kind::Tarball {
            // It is compressed.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if let Some(known) = get.known {
            let mut put = |name: HeaderName, value: Option<&str>| {
                if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
                    headers.insert(name, value);
                }
            };
            put(IF_NONE_MATCH, known.etag.as_deref());
            put(IF_MODIFIED_SINCE, known.last_modified.as_deref());
        }
        let secret = self.credentials(get.base, url).filter(|_| trusted);
        if let Some(Ok(mut secret)) = secret.map(HeaderValue::from_str) {
            secret.set_sensitive(true);
            headers.insert(AUTHORIZATION, secret);
        }
        headers
    }

    /// Those of the address itself, or of the registry, which may be at another path there.
    pub(super) fn credentials(&self, base: &Base, url: &Url) -> Option<&str> {
        let credentials = &self.settings.credentials;
        credentials.of(url).or_else(|| credentials.of(&base.url))
    }
}

fn redirection(response: &Response) -> Option<&HeaderValue> {
    let is = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    is.then(|| response.headers().get(LOCATION)).flatten()
}

fn follow(get: &Get<'_>, from: &Url, to: &HeaderValue) -> Result<Url, Error> {
    let target = to.to_str().ok().and_then(|to| from.join(to).ok());
    let Some(mut target) = target else {
        return Err(unreachable_at(
            get,
            from,
            "it redirects to what is no address",
        ));
    };
    let same_or_safer = match target.scheme() {
        "https" => true,
        "http" => from.scheme() == "http",
        _ => false,
    };
    if !same_or_safer {
        let scheme = target.scheme();
        return Err(unreachable_at(
            get,
            from,
            format!("it redirects from {} to {scheme}", from.scheme()),
        ));
    }
    // Neither fails for an address that has a host.
    let _name_removed = target.set_username("");
    let _password_removed = target.set_password(None);
    Ok(target)
}

async fn receive(
    get: &Get<'_>,
    url: &Url,
    mut response: Response,
    cache: &Cache,
) -> Result<Got, Failure> {
    let too_large = || Error::TooLarge {
        asked: get.asked.clone(),
        limit: get.limit,
    };
    if response
        .content_length()
        .is_some_and(|length| length > get.limit)
    {
        return Err(too_large().into());
    }
    let etag = text(response.headers(), &ETAG);
    let last_modified = text(response.headers(), &LAST_MODIFIED);
    let mut new: New = cache.begin(get.algorithm)?;
    loop {
        match response.chunk().await {
            Ok(None) => break,
            Ok(Some(bytes)) => {
                if new.size().saturating_add(bytes.len() as u64) > get.limit {
                    return Err(too_large().into());
                }
                new.write(&bytes)?;
            }
            Err(error) => {
                let error = unreachable_at(get, url, describe(&error));
                return Err(Failure::Passing(error, None));
            }
        }
    }
    let mut document = new.finish();
    if get.kind == Kind::Metadata {
        // A page of a proxy that wants a password, or the first half of an answer.
        let ends = document.ends().map_err(|error| Error::Cache {
            reason: error.to_string(),
        })?;
        if ends != Some((b'{', b'}')) {
            let error = unreachable_at(get, url, "its answer is not a JSON document");
            return Err(Failure::Passing(error, None));
        }
    }
    Ok(Got::New {
        document,
        etag,
        last_modified,
    })
}

fn refusal(get: &Get<'_>, url: &Url, response: &Response) -> Failure {
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        return Failure::Final(Error::NotFound {
            asked: get.asked.clone(),
            host: place(url),
        });
    }
    let error = Error::Refused {
        asked: get.asked.clone(),
        host: place(url),
        status: status.as_u16(),
    };
    if status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
    {
        let after = text(response.headers(), &RETRY_AFTER);
        let after = after.and_then(|after| after.trim().parse().ok());
        return Failure::Passing(error, after.map(Duration::from_secs));
    }
    Failure::Final(error)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn unreachable(get: &Get<'_>, reason: impl Into<String>) -> Error {
    unreachable_at(get, get.url, reason)
}

fn unreachable_at(get: &Get<'_>, url: &Url, reason: impl Into<String>) -> Error {
    Error::Unreachable {
        asked: get.asked.clone(),
        host: place(url),
        reason: reason.into(),
    }
}

/// Host and port of an address; neither its path nor its query, which can be signed.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What happened, from the deepest cause: what is above it only says that something failed, and where.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.source().is_none() {
        return "the request failed".to_owned();
    }
    let what = if error.is_connect() {
        "no connection"
    } else {
        "the answer broke off"
    };
    format!("{what}: {cause}")
}
