//! npm's settings, understood: which registry a package is in, who we are there, how to reach it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use super::config::{Config, Values};
use super::credentials::Credentials;
use super::tls::Tls;
use crate::registry::Error;

/// npm's own: five minutes for one answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(300);
/// More than an hour, and "no limit", are an hour: every wait of ours ends.
const MAX_FETCH_TIMEOUT: Duration = Duration::from_secs(3600);
/// npm's own.
const FETCH_RETRIES: u32 = 2;
const MAX_FETCH_RETRIES: u32 = 10;
/// npm begins with ten seconds: too long for somebody who waits for a sandbox.
const RETRY_MIN: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(60);
const RETRY_FACTOR: u32 = 10;

/// All settings that we know.
#[derive(Debug)]
pub(super) struct Settings {
    default: Base,
    scopes: BTreeMap<String, Base>,
    pub(super) credentials: Credentials,
    pub(super) proxies: Proxies,
    pub(super) tls: Tls,
    pub(super) replace_host: ReplaceHost,
    pub(super) fetch_timeout: Duration,
    pub(super) retries: Retries,
}

/// A registry: an address whose path ends with a slash, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) url: Url,
    /// Not that of a scope.
    pub(super) is_default: bool,
}

/// npm's `replace-registry-host`: whether archives that the metadata says are on another host are
/// got from the configured registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReplaceHost {
    /// npm: those of the public registry. A mirror hands out the public one's metadata, so what the
    /// default registry says is elsewhere, is looked for in it.
    OfDefault,
    Always,
    Never,
    /// Those that are on this host.
    Host(String),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Retries {
    pub(super) most: u32,
    factor: u32,
    least_wait: Duration,
    most_wait: Duration,
}

impl Retries {
    /// How long to wait after the failure of attempt `number`, counted from 0.
    pub(super) fn wait(&self, number: u32) -> Duration {
        let times = self.factor.saturating_pow(number);
        self.least_wait.saturating_mul(times).min(self.most_wait)
    }
}

/// Through which proxy an address is reached: as npm's `@npmcli/agent` decides it.
#[derive(Clone, Default)]
pub(super) struct Proxies {
    /// Set for npm: for everything.
    set: Option<Url>,
    env_https: Option<Url>,
    env_http: Option<Url>,
    /// Suffixes of host names, in parts.
    except: Vec<Vec<String>>,
}

impl std::fmt::Debug for Proxies {
    /// A proxy's address may have a password in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxies").finish_non_exhaustive()
    }
}

impl Proxies {
    pub(super) fn of(&self, url: &Url) -> Option<Url> {
        let host = url.host_str()?;
        let parts: Vec<&str> = host.rsplit('.').collect();
        let excepted = self.except.iter().any(|suffix| {
            suffix.len() <= parts.len()
                && suffix.iter().zip(&parts).all(|(one, other)| one == other)
        });
        if excepted {
            return None;
        }
        let from_environment = match url.scheme() {
            "https" => self.env_https.as_ref(),
            _ => self.env_https.as_ref().or(self.env_http.as_ref()),
        };
        self.set.as_ref().or(from_environment).cloned()
    }
}

impl Settings {
    /// Reads what is configured. Files (`cafile`) are read here, too.
    pub(super) async fn of(config: &Config) -> Result<Self, Error> {
        let values = {
            let config = config.clone();
            blocking(move || config.values()).await?
        };
        let registry = match text(&values, "registry") {
            Some(registry) => registry.to_owned(),
            None => config.ask_npm().await?,
        };
        blocking(move || Self::from_values(&values, &registry)).await
    }

    fn from_values(values: &Values, registry: &str) -> Result<Self, Error> {
        let mut credentials = Credentials::from_values(values)?;
        let mut base = |key: &str, address: &str, is_default: bool| -> Result<Base, Error> {
            let mut url = address_of(key, address)?;
            if !matches!(url.scheme(), "http" | "https") {
                return Err(wrong(key, "it is not an http or https address"));
            }
            url.set_query(None);
            url.set_fragment(None);
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            credentials.take_from(&mut url);
            Ok(Base { url, is_default })
        };
        let default = base("registry", registry, true)?;
        let mut scopes = BTreeMap::new();
        for (key, value) in values {
            if let (Some(scope), Some(address)) = (key.strip_suffix(":registry"), value.last())
                && scope.starts_with('@')
            {
                let scoped = base(key, address, false)?;
                // The same one, said twice.
                let is_default = scoped.url == default.url;
                scopes.insert(
                    scope.to_owned(),
                    Base {
                        is_default,
                        ..scoped
                    },
                );
            }
        }
        Ok(Self {
            default,
            scopes,
            credentials,
            proxies: proxies(values)?,
            tls: tls(values)?,
            replace_host: match text(values, "replace-registry-host") {
                None => ReplaceHost::OfDefault,
                Some("always") => ReplaceHost::Always,
                Some("never") => ReplaceHost::Never,
                // npm's name for the public registry.
                Some(word) if !word.contains(['.', ':']) => ReplaceHost::OfDefault,
                Some(host) => ReplaceHost::Host(
                    Url::parse(host)
                        .ok()
                        .and_then(|url| url.host_str().map(str::to_owned))
                        .unwrap_or_else(|| host.to_owned()),
                ),
            },
            fetch_timeout: match number(values, "fetch-timeout")? {
                None => FETCH_TIMEOUT,
                Some(0) => MAX_FETCH_TIMEOUT,
                Some(millis) => Duration::from_millis(millis).min(MAX_FETCH_TIMEOUT),
            },
            retries: Retries {
                most: count(values, "fetch-retries", FETCH_RETRIES)?.min(MAX_FETCH_RETRIES),
                factor: count(values, "fetch-retry-factor", RETRY_FACTOR)?.max(1),
                least_wait: number(values, "fetch-retry-mintimeout")?
                    .map_or(RETRY_MIN, Duration::from_millis),
                most_wait: number(values, "fetch-retry-maxtimeout")?
                    .map_or(RETRY_MAX, Duration::from_millis)
                    .min(RETRY_MAX),
            },
        })
    }

    /// The registry in which a package is.
    pub(super) fn base(&self, name: &str) -> &Base {
        name.split_once('/')
            .and_then(|(scope, _)| self.scopes.get(scope))
            .unwrap_or(&self.default)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Configuration {
            key: "all of it".to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn wrong(key: &str, reason: impl Into<String>) -> Error {
    Error::Configuration {
        key: key.to_owned(),
        reason: reason.into(),
    }
}

/// A setting's value; npm's `null` and an empty one are none.
fn text<'a>(values: &'a Values, key: &str) -> Option<&'a str> {
    let value = values.get(key)?.last()?.trim();
    (!value.is_empty() && value != "null" && value != "undefined").then_some(value)
}

fn number(values: &Values, key: &str) -> Result<Option<u64>, Error> {
    text(values, key)
        .map(|value| {
            let number = value.parse();
            number.map_err(|_| wrong(key, format!("{value:?} is not a number")))
        })
        .transpose()
}

fn count(values: &Values, key: &str, default: u32) -> Result<u32, Error> {
    Ok(number(values, key)?.map_or(default, |number| u32::try_from(number).unwrap_or(u32::MAX)))
}

/// An address, of which errors do not show more than that it is wrong: it can have a password.
fn address_of(key: &str, address: &str) -> Result<Url, Error> {
    Url::parse(address).map_err(|error| wrong(key, format!("it is not an address: {error}")))
}

fn proxies(values: &Values) -> Result<Proxies, Error> {
    let address = |key: &str| -> Result<Option<Url>, Error> {
        let Some(address) = text(values, key).filter(|value| *value != "false") else {
            return Ok(None);
        };
        // `localhost:3128` is written as often as `http://localhost:3128`, and would be an address of
        // the scheme `localhost`.
        let address = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        address_of(key.trim_start_matches("env:"), &address).map(Some)
    };
    let set = match address("https-proxy")? {
        None => address("proxy")?,
        some => some,
    };
    let env_http = match address("env:http_proxy")? {
        None => address("env:proxy")?,
        some => some,
    };
    let noproxy = values.get("noproxy").or_else(|| values.get("env:no_proxy"));
    let except = noproxy
        .into_iter()
        .flatten()
        .flat_map(|list| list.split(','));
    let except = except.map(str::trim).map(|suffix| {
        let parts = suffix
            .split('.')
            .filter(|part| !part.is_empty() && *part != "*");
        let mut parts: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        parts.reverse();
        (suffix == "*", parts)
    });
    Ok(Proxies {
        set,
        env_https: address("env:https_proxy")?,
        env_http,
        // Of nothing, every name is a part: that is what `*` means.
        except: except
            .filter(|(all, parts)| *all || !parts.is_empty())
            .map(|(_, parts)| parts)
            .collect(),
    })
}

fn tls(values: &Values) -> Result<Tls, Error> {
    let read = |key: &str, path: &str| {
        std::fs::read(Path::new(path)).map_err(|error| wrong(key, format!("{path}: {error}")))
    };
    for (key, _) in values.iter().filter(|(_, value)| !value.is_empty()) {
        if key.ends_with(":certfile") || key == "cert" && text(values, key).is_some() {
            return Err(wrong(key, "client certificates are not supported"));
        }
    }
    let mut only = Vec::new();
    for ca in values.get("ca").into_iter().flatten() {
        if !matches!(ca.as_str(), "" | "null") {
            // Written in one line, with `\n` for its ends.
            only.push(("ca".to_owned(), ca.replace("\\n", "\n").into_bytes()));
        }
    }
    if only.is_empty()
        && let Some(path) = text(values, "cafile")
    {
        only.push(("cafile".to_owned(), read("cafile", path)?));
    }
    let mut also = Vec::new();
    if let Some(path) = text(values, "env:node_extra_ca_certs") {
        also.push((
            "NODE_EXTRA_CA_CERTS".to_owned(),
            read("NODE_EXTRA_CA_CERTS", path)?,
        ));
    }
    Ok(Tls {
        only,
        also,
        strict: text(values, "strict-ssl") != Some("false"),
    })
}

#[cfg(test)]
mod tests;
