//! Keys: who a request comes from.
//!
//! A key is a text `bj_…` of 192 random bits. Only its digest is stored, and a presented key is
//! looked up by its digest, so the time of a look-up says nothing about stored keys. Known keys are
//! cached; the cache is read again when an unknown key comes (at most once a second, so that
//! guessing does not load the records) and when it is older than [`MAX_AGE`], which is how long a
//! deleted key may still be accepted.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::api::error::ApiError;
use crate::api::params::Params;
use crate::api::state::ApiState;
use crate::digest::Digest;
use crate::id::{KeyId, OrgId};
use crate::sandbox::records::{Change, KeyRecord, OrgRecord, RecordsError};
use crate::sandbox::{Belljar, Ledger, SandboxError};

/// What every key begins with, so that a leaked one can be recognised.
const PREFIX: &str = "bj_";

/// Random bytes of a key.
const KEY_BYTES: usize = 24;

/// The oldest cache that is used.
const MAX_AGE: Duration = Duration::from_secs(30);

/// The least time between two reads of the records because of unknown keys.
const MIN_AGE: Duration = Duration::from_secs(1);

/// The header of command line clients that says for which organisation a request is.
const ORG_HEADER: &str = "x-agentuity-orgid";

/// Who a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The organisation of the key.
    pub(crate) org: OrgId,
    /// Its name, which list rows show.
    pub(crate) org_name: Arc<str>,
}

/// The cache of known keys.
#[derive(Debug)]
pub(crate) struct Keys {
    ledger: Ledger,
    /// Held across a read of the records, so that many requests with unknown keys read once.
    cache: tokio::sync::RwLock<Cache>,
}

#[derive(Debug)]
struct Cache {
    callers: HashMap<Digest, Caller>,
    read_at: Instant,
}

impl Keys {
    /// Reads the keys.
    pub(crate) async fn load(ledger: Ledger) -> Result<Self, RecordsError> {
        let cache = Cache::read(&ledger).await?;
        Ok(Self {
            ledger,
            cache: tokio::sync::RwLock::new(cache),
        })
    }

    /// Whom a key belongs to; `None` if it is not known.
    pub(crate) async fn caller(&self, key: &str) -> Result<Option<Caller>, RecordsError> {
        let digest = Digest::of(key.as_bytes());
        {
            let cache = self.cache.read().await;
            if cache.read_at.elapsed() < MAX_AGE
                && let Some(caller) = cache.callers.get(&digest)
            {
                return Ok(Some(caller.clone()));
            }
        }
        let mut cache = self.cache.write().await;
        let known = cache.callers.contains_key(&digest);
        let fresh_enough = if known { MAX_AGE } else { MIN_AGE };
        if cache.read_at.elapsed() >= fresh_enough {
            *cache = Cache::read(&self.ledger).await?;
        }
        Ok(cache.callers.get(&digest).cloned())
    }
}

impl Cache {
    async fn read(ledger: &Ledger) -> Result<Self, RecordsError> {
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
            .map(|key| {
                let org_name = names
                    .get(&key.org)
                    .cloned()
                    .unwrap_or_else(|| Arc::from(key.org.as_str()));
                let caller = Caller {
                    org: key.org,
                    org_name,
                };
                (key.digest, caller)
            })
            .collect();
        Ok(Self { callers, read_at })
    }
}

/// Makes a key for the organisation called `org`, which is created if there is none.
///
/// Returns the key's text, which is not stored and cannot be shown again, and the organisation's
/// id. The key is usable at once by the servers of this process, and within a second by others on
/// the same records.
///
/// # Errors
/// When the records cannot be read or written.
///
/// # Panics
/// If the operating system has no random generator; there is no safe way on.
pub async fn create_key(
    belljar: &Belljar,
    org: &str,
    name: &str,
) -> Result<(String, OrgId), SandboxError> {
    let mut bytes = [0_u8; KEY_BYTES];
    getrandom::fill(&mut bytes).expect("the operating system has a random generator");
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let ledger = belljar.ledger();
    let now = belljar.clock().now();
    let orgs = ledger.read(|records| records.orgs()).await?;
    let mut changes = Vec::with_capacity(2);
    let org_id = match orgs.into_iter().find(|record| record.name == org) {
        Some(record) => record.id,
        None => {
            let id = OrgId::generate();
            changes.push(Change::PutOrg(OrgRecord {
                id: id.clone(),
                name: org.to_owned(),
                created_at: now,
            }));
            id
        }
    };
    changes.push(Change::PutKey(KeyRecord {
        id: KeyId::generate(),
        org: org_id.clone(),
        name: name.to_owned(),
        digest: Digest::of(text.as_bytes()),
        created_at: now,
    }));
    ledger.commit(changes).await?;
    Ok((text, org_id))
}

/// Middleware of every call that needs a key: finds the caller and leaves it for the handler.
pub(crate) async fn require_key(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let key = bearer(request.headers())?;
    let caller = state
        .keys()
        .caller(key)
        .await
        .map_err(|error| ApiError::internal(&error))?
        .ok_or_else(|| ApiError::unauthorized("the API key is not known"))?;
    check_org(&caller, &request)?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
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
