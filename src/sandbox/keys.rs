//! API keys: made, listed, revoked.
//!
//! A key is a text `bj_…` of 192 random bits, bound to an organisation. Only the digest of the text is
//! kept, so a key is shown once and never again. These are methods of [`Ledger`] as well as of
//! [`Belljar`], since keys are records and nothing else: whoever has the records may make one, also
//! beside a running server, which notices within two seconds.

use getrandom::fill;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError};
use super::ledger::Ledger;
use super::records::{Change, KeyLimits, KeyRecord, OrgRecord};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{KeyId, OrgId};

/// What every key begins with, so that a leaked one can be recognised.
const PREFIX: &str = "bj_";

/// Random bytes of a key. A multiple of three, so that its text needs no padding.
const KEY_BYTES: usize = 24;

/// The longest name of a key or of an organisation, in characters.
const MAX_NAME_CHARS: usize = 254;

/// What a key is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyOptions {
    /// The name of its organisation, which is made if there is none.
    pub org: String,
    /// A name for people.
    pub name: String,
    /// What its holder may ask of a server. Default: as the server has it for all keys.
    pub limits: KeyLimits,
}

impl KeyOptions {
    /// A key called `name` for the organisation called `org`, without limits of its own.
    #[must_use]
    pub fn new(org: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            org: org.into(),
            name: name.into(),
            limits: KeyLimits::default(),
        }
    }

    /// Limits what its holder may ask of a server.
    #[must_use]
    pub fn limits(mut self, limits: KeyLimits) -> Self {
        self.limits = limits;
        self
    }

    fn check(&self) -> Result<(), SandboxError> {
        for (field, text) in [("org", &self.org), ("name", &self.name)] {
            let length = text.chars().count();
            if !(1..=MAX_NAME_CHARS).contains(&length) || text.chars().any(char::is_control) {
                return Err(invalid(format!(
                    "{field} has {length} characters; it must have 1 to {MAX_NAME_CHARS}, and no \
                     control characters"
                )));
            }
        }
        let counts = [
            ("requests per second", self.limits.requests_per_second),
            ("burst", self.limits.burst),
        ];
        match counts.iter().find(|(_, count)| *count == Some(0)) {
            Some((what, _)) => Err(invalid(format!(
                "a limit of 0 {what} would refuse every request; it must be at least 1"
            ))),
            None => Ok(()),
        }
    }
}

/// A key that has just been made. Its text is kept nowhere else.
#[derive(Clone)]
pub struct NewKey {
    text: String,
    /// What is kept of it.
    pub record: KeyRecord,
}

impl NewKey {
    /// Whether a text looks like a key, known or not: such are not to be passed on.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The key itself: what a client sends.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

// By hand: a key must not get into a log.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

impl Belljar {
    /// Makes a key. Servers on the same records accept it within a second.
    ///
    /// # Errors
    /// If the options are not usable, if the system has no random numbers, or if the records cannot be
    /// read or written.
    pub async fn create_key(&self, options: KeyOptions) -> Result<NewKey, SandboxError> {
        self.ledger().create_key(options, self.clock().now()).await
    }

    /// All keys, oldest first, also revoked ones; with `org` those of one organisation.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn list_keys(&self, org: Option<&OrgId>) -> Result<Vec<KeyRecord>, SandboxError> {
        self.ledger().list_keys(org).await
    }

    /// Revokes a key, and gives its record. Servers on the same records refuse it within two seconds.
    /// A key that is revoked already stays so.
    ///
    /// # Errors
    /// If there is no such key, or if the records cannot be read or written.
    pub async fn revoke_key(&self, id: &KeyId) -> Result<KeyRecord, SandboxError> {
        self.ledger().revoke_key(id, self.clock().now()).await
    }
}

impl Ledger {
    /// As [`Belljar::create_key`], made at `now`.
    ///
    /// # Errors
    /// As there.
    pub async fn create_key(
        &self,
        options: KeyOptions,
        now: Timestamp,
    ) -> Result<NewKey, SandboxError> {
        options.check()?;
        let text = key_text()?;
        let digest = Digest::of(text.as_bytes());
        let KeyOptions { org, name, limits } = options;
        let record = self
            .transact(move |records| {
                // Adding and looking rather than looking and adding: two programs that make the first
                // key of an organisation at once make one organisation.
                records.apply(&[Change::AddOrg(OrgRecord {
                    id: OrgId::generate(),
                    name: org.clone(),
                    created_at: now,
                })])?;
                let orgs = records.orgs()?;
                let Some(owner) = orgs.into_iter().find(|record| record.name == org) else {
                    return Ok(None);
                };
                let record = KeyRecord {
                    id: KeyId::generate(),
                    org: owner.id,
                    name,
                    digest,
                    created_at: now,
                    last_used: None,
                    revoked: None,
                    limits,
                };
                records.apply(&[Change::PutKey(record.clone())])?;
                Ok(Some(record))
            })
            .await?;
        // Only if somebody renamed the organisation between two lines above.
        let record = record.ok_or_else(|| invalid("the organisation was renamed meanwhile"))?;
        Ok(NewKey { text, record })
    }

    /// As [`Belljar::list_keys`].
    ///
    /// # Errors
    /// As there.
    pub async fn list_keys(&self, org: Option<&OrgId>) -> Result<Vec<KeyRecord>, SandboxError> {
        let mut keys = self.read(|records| records.keys()).await?;
        if let Some(org) = org {
            keys.retain(|key| key.org == *org);
        }
        Ok(keys)
    }

    /// As [`Belljar::revoke_key`], revoked at `now`.
    ///
    /// # Errors
    /// As there.
    pub async fn revoke_key(&self, id: &KeyId, now: Timestamp) -> Result<KeyRecord, SandboxError> {
        let wanted = id.clone();
        let found = self
            .transact(move |records| {
                records.apply(&[Change::RevokeKey(wanted.clone(), now)])?;
                let keys = records.keys()?;
                Ok(keys.into_iter().find(|key| key.id == wanted))
            })
            .await?;
        Ok(found.ok_or_else(|| Repr::KeyNotFound { id: id.clone() })?)
    }
}

fn invalid(reason: impl Into<String>) -> SandboxError {
    SandboxError::invalid("key", reason)
}

/// The text of a new key.
fn key_text() -> Result<String, SandboxError> {
    let mut bytes = [0_u8; KEY_BYTES];
    fill(&mut bytes).map_err(|error| Repr::Data(std::io::Error::other(error.to_string())))?;
    let mut text = PREFIX.to_owned();
    for group in bytes.chunks_exact(3) {
        let number = group
            .iter()
            .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        for shift in [18, 12, 6, 0] {
            text.push(letter((number >> shift) & 63));
        }
    }
    Ok(text)
}

/// The letters of base64 for URLs.
fn letter(value: u32) -> char {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    usize::try_from(value)
        .ok()
        .and_then(|index| LETTERS.get(index))
        .map_or('_', |byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::error::ErrorKind;
    use crate::sandbox::records::MemoryRecords;

    fn ledger() -> Ledger {
        Ledger::start(Box::new(MemoryRecords::new()))
    }

    #[tokio::test]
    async fn keys_made_at_once_for_a_new_organisation_share_it() {
        let ledger = ledger();
        let make = |n: usize| {
            let ledger = ledger.clone();
            async move {
                let options = KeyOptions::new("acme", format!("key {n}"));
                ledger.create_key(options, Timestamp::EPOCH).await.unwrap()
            }
        };
        let made = futures::future::join_all((0..20).map(make)).await;
        let orgs = ledger.read(|records| records.orgs()).await.unwrap();
        assert_eq!(orgs.len(), 1);
        let org = orgs.first().map(|org| &org.id);
        assert!(made.iter().all(|key| Some(&key.record.org) == org));
        assert_eq!(ledger.list_keys(org).await.unwrap().len(), 20);
        assert!(
            ledger
                .list_keys(Some(&OrgId::generate()))
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[tokio::test]
    async fn a_key_is_shown_once_and_revoked_once() {
        let ledger = ledger();
        let at = Timestamp::from_millis;
        let key = ledger
            .create_key(KeyOptions::new("a", "b"), at(1))
            .await
            .unwrap();
        assert_eq!(key.text().len(), PREFIX.len() + 32);
        assert!(!format!("{key:?}").contains(key.text()));
        assert_eq!(key.record.digest, Digest::of(key.text().as_bytes()));
        let id = &key.record.id;
        assert_eq!(
            ledger.revoke_key(id, at(2)).await.unwrap().revoked,
            Some(at(2))
        );
        assert_eq!(
            ledger.revoke_key(id, at(3)).await.unwrap().revoked,
            Some(at(2))
        );
        let unknown = ledger
            .revoke_key(&KeyId::generate(), at(2))
            .await
            .unwrap_err();
        assert_eq!(unknown.code(), "KEY_NOT_FOUND");
    }

    #[tokio::test]
    async fn what_cannot_be_a_key_changes_nothing() {
        let ledger = ledger();
        let zero = KeyLimits {
            burst: Some(0),
            ..KeyLimits::default()
        };
        for options in [
            KeyOptions::new("", "b"),
            KeyOptions::new("a", "x".repeat(300)),
            KeyOptions::new("a\n", "b"),
            KeyOptions::new("a", "b").limits(zero),
        ] {
            let refused = ledger
                .create_key(options, Timestamp::EPOCH)
                .await
                .unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
        }
        assert!(
            ledger
                .read(|records| records.orgs())
                .await
                .unwrap()
                .is_empty()
        );
    }
}
