//! Keys: who a request comes from, and how much they may ask.
//!
//! A presented key is looked up by its digest, so the time of a look-up says nothing about stored keys.
//! Known keys are cached, since no request that carries one should wait for the records:
//!
//! - A cache younger than [`FRESH`] is used as it is. One that is older but not older than
//!   [`MAX_AGE`] is used too, while one request has it read again in the background.
//! - Beyond that, and for an unknown key (at most once per [`FRESH`], so that guessing does not load
//!   the records), requests wait for one common read. No lock that others need is held meanwhile.
//!
//! So [`MAX_AGE`] is how long a revoked key may still be accepted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::api::error::ApiError;
use crate::api::params::Params;
use crate::api::rate::Rates;
use crate::api::state::ApiState;
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{KeyId, OrgId};
use crate::sandbox::records::{Change, KeyLimits, RecordsError};
use crate::sandbox::{Ledger, NewKey};

/// Up to this age the cache is used without reading it again.
const FRESH: Duration = Duration::from_secs(1);

/// The oldest cache that is used.
const MAX_AGE: Duration = Duration::from_secs(2);

/// How exactly the last use of a key is kept.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// The header of command line clients that says for which organisation a request is.
const ORG_HEADER: &str = "x-agentuity-orgid";

/// Who a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The organisation of the key.
    pub(crate) org: OrgId,
    /// Its name, which list rows show.
    pub(crate) org_name: Arc<str>,
    /// The key.
    pub(crate) key: KeyId,
    /// What its holder may ask.
    pub(crate) limits: KeyLimits,
}

impl Caller {
    /// The largest body that is read from them, where `most` is read from anybody.
    pub(crate) fn body_limit(&self, most: usize) -> usize {
        let own = self.limits.body.map(|size| size.bytes());
        own.and_then(|own| usize::try_from(own).ok())
            .map_or(most, |own| own.min(most))
    }
}

/// The cache of known keys.
#[derive(Debug)]
pub(crate) struct Keys {
    ledger: Ledger,
    cache: RwLock<Arc<Cache>>,
    /// Held by the one that reads the records. Nobody else waits for it who can go on without.
    reading: Arc<tokio::sync::Mutex<()>>,
    /// Tokens of keys that are limited.
    rates: Rates,
}

#[derive(Debug)]
struct Cache {
    callers: HashMap<Digest, Known>,
    read_at: Instant,
}

#[derive(Clone, Debug)]
struct Known {
    caller: Caller,
    /// Milliseconds since the epoch at which a use was last written.
    touched: Arc<AtomicI64>,
}

impl Keys {
    /// Reads the keys.
    pub(crate) async fn load(ledger: Ledger) -> Result<Self, RecordsError> {
        let cache = Cache::read(&ledger, None).await?;
        Ok(Self {
            ledger,
            cache: RwLock::new(Arc::new(cache)),
            reading: Arc::default(),
            rates: Rates::default(),
        })
    }

    /// The tokens of keys.
    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Whom a key belongs to; `None` if it is not known or revoked.
    pub(crate) async fn caller(
        self: &Arc<Self>,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Caller>, RecordsError> {
        let digest = Digest::of(key.as_bytes());
        let cache = self.cache();
        let age = cache.read_at.elapsed();
        let found = match cache.callers.get(&digest) {
            found if age < FRESH => found.cloned(),
            Some(known) if age < MAX_AGE => {
                self.read_behind();
                Some(known.clone())
            }
            _ => self.read_again().await?.callers.get(&digest).cloned(),
        };
        Ok(found.map(|known| {
            self.touch(&known, now);
            known.caller
        }))
    }

    fn cache(&self) -> Arc<Cache> {
        Arc::clone(&self.cache.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for the records, together with everybody else who does.
    async fn read_again(&self) -> Result<Arc<Cache>, RecordsError> {
        let _reading = self.reading.lock().await;
        let present = self.cache();
        // Somebody has read them while this waited.
        if present.read_at.elapsed() < FRESH {
            return Ok(present);
        }
        self.read_now(&present).await
    }

    /// Reads the records; `reading` is held.
    async fn read_now(&self, present: &Cache) -> Result<Arc<Cache>, RecordsError> {
        let read = Arc::new(Cache::read(&self.ledger, Some(present)).await?);
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        self.rates.keep(|key| {
            let mut known = read.callers.values();
            known.any(|known| known.caller.key == *key)
        });
        Ok(read)
    }

    /// Has the records read, unless somebody does already, and does not wait.
    fn read_behind(self: &Arc<Self>) {
        let Ok(reading) = Arc::clone(&self.reading).try_lock_owned() else {
            return;
        };
        let keys = Arc::clone(self);
        // It ends by itself as soon as the records have answered.
        tokio::spawn(async move {
            let _reading = reading;
            if let Err(error) = keys.read_now(&keys.cache()).await {
                tracing::error!(%error, "cannot read the keys");
            }
        });
    }

    /// Writes that a key was used, once a minute, without waiting.
    fn touch(&self, known: &Known, now: Timestamp) {
        let before = Timestamp::from_millis(known.touched.load(Ordering::Relaxed));
        if now.since(before) >= TOUCH_EVERY {
            known.touched.store(now.as_millis(), Ordering::Relaxed);
            let touch = Change::TouchKey(known.caller.key.clone(), now);
            self.ledger.write(vec![touch]);
        }
    }
}

impl Cache {
    async fn read(ledger: &Ledger, before: Option<&Self>) -> Result<Self, RecordsError> {
        // Before the read: what is written during it must count as not yet seen.
        let read_at = Instant::now();
        let (orgs, keys) = ledger
            .read(|records| Ok((records.orgs()?, records.keys()?)))
            .await?;
        let names: HashMap<OrgId, Arc<str>> = orgs
            .into_iter()
            .map(|org| (org.id, Arc::from(org.name)))
            .collect();
        let callers = keys
            .into_iter()
            .filter(|key| key.revoked.is_none())
            .map(|key| {
                let org_name = names
                    .get(&key.org)
                    .cloned()
                    .unwrap_or_else(|| Arc::from(key.org.as_str()));
                let touched = before
                    .and_then(|cache| cache.callers.get(&key.digest))
                    .map_or_else(
                        || {
                            Arc::new(AtomicI64::new(
                                key.last_used.map_or(0, Timestamp::as_millis),
                            ))
                        },
                        |known| Arc::clone(&known.touched),
                    );
                let caller = Caller {
                    org: key.org,
                    org_name,
                    key: key.id,
                    limits: key.limits,
                };
                (key.digest, Known { caller, touched })
            })
            .collect();
        Ok(Self { callers, read_at })
    }
}

/// Middleware of every call that needs a key: finds the caller and leaves it for the handler. With the
/// state comes whether the call's answer may be held back.
pub(crate) async fn require_key(
    State((state, may_be_held)): State<(ApiState, bool)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    // Put there by `local_router` only: nothing that comes over a connection has extensions.
    if request.extensions().get::<Caller>().is_some() {
        return Ok(next.run(request).await);
    }
    let key = bearer(request.headers())?;
    let caller = state
        .keys()
        .caller(key, state.belljar().clock().now())
        .await
        .map_err(|error| ApiError::internal(&error))?
        .ok_or_else(|| ApiError::unauthorized("the API key is not known"))?;
    check_org(&caller, &request)?;
    if !(may_be_held && waits(&request)?) {
        let rate = state.options().rate(&caller.limits);
        state
            .keys()
            .rates()
            .take(&caller.key, rate, Instant::now())
            .map_err(ApiError::too_many)?;
    }
    request = limited(request, &caller, state.options().body_limit)?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Whether a request, of a call whose answer may be held back, only waits for something. Such polls are
/// not counted: `run()` of the published client holds two of them and asks again as soon as one is
/// answered, and it takes a refused one for the end of the run.
fn waits(request: &Request) -> Result<bool, ApiError> {
    let params = Params::of(request.uri())?;
    Ok(params.text("wait").is_some() || params.text("waitForStatus").is_some())
}

/// Refuses a body that is announced as larger than the key allows, and cuts off one that becomes so.
/// Streams are not whole in memory at any time, and have no limit but the rate at which they are read.
fn limited(request: Request, caller: &Caller, most: usize) -> Result<Request, ApiError> {
    if caller.limits.body.is_none() || request.uri().path().starts_with("/stream/") {
        return Ok(request);
    }
    let limit = caller.body_limit(most);
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(ApiError::too_large(limit));
    }
    Ok(request.map(|body| Body::new(http_body_util::Limited::new(body, limit))))
}

/// The key of an `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(|| ApiError::unauthorized("no API key: send Authorization: Bearer <key>"))?;
    value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            ApiError::unauthorized("the Authorization header is not of the form Bearer <key>")
        })
}

/// Whether there is what looks like a key of ours, which is nobody else's business.
pub(crate) fn has_key(headers: &HeaderMap) -> bool {
    bearer(headers).is_ok_and(NewKey::looks_like)
}

/// A request that names an organisation must name the key's.
fn check_org(caller: &Caller, request: &Request) -> Result<(), ApiError> {
    let params = Params::of(request.uri())?;
    let named = match params.text("orgId") {
        Some(org) => Some(org),
        None => request
            .headers()
            .get(ORG_HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|org| !org.is_empty()),
    };
    match named {
        Some(org) if org != caller.org.as_str() => Err(ApiError::forbidden(format!(
            "this key belongs to organization {}, not to the one the request names",
            caller.org
        ))),
        _ => Ok(()),
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        // Absent only if a route was added without `require_key`: refuse rather than serve.
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(ApiError::internal_text)
    }
}
