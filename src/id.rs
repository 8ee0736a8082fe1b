//! Typed identifiers: a sandbox id cannot be passed where an execution id is meant.
//!
//! An id is a fixed prefix that names its kind (`sbx_`, `exec_`, ...) followed by one to 64
//! characters of `[A-Za-z0-9_]`, so it goes into a URL path, a file name on any host, or a log line
//! without quoting (wire-api §1.1). Ids made here carry 128 bits from the operating system's
//! generator: stream ids are capabilities (wire-api §0, fact 8) and must not be guessable.
//!
//! This module does not know what the ids name, nor whether such a thing exists.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most characters after the prefix. Ids made here have 26; the rest is room for ids given by
/// an embedder. Bounds what a client can make the server store and repeat in messages.
const MAX_BODY_CHARS: usize = 64;

/// How much of a refused text an error repeats. The text comes from a client and can be megabytes.
const MAX_QUOTED_CHARS: usize = 80;

/// Crockford's base 32 in lower case: letters that are easily confused (`i l o u`) are left out.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not an id of the form {prefix}… (letters, digits and _ after the prefix)")]
#[non_exhaustive]
pub struct IdError {
    /// The text that was refused, shortened.
    pub value: String,
    /// What an id of this kind begins with.
    pub prefix: &'static str,
}

/// Defines one kind of id.
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        ///
        /// Cloning copies a pointer, not the text.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id with 128 random bits.
            ///
            /// # Panics
            /// If the operating system has no random generator; there is no safe way on.
            #[must_use]
            pub fn generate() -> Self {
                Self(random_id($prefix))
            }

            /// Reads an id.
            ///
            /// # Errors
            #[doc = concat!("If the text is not `", $prefix, "` and 1 to 64 of `[A-Za-z0-9_]`.")]
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check($prefix, text).map(|()| Self(Arc::from(text)))
            }

            /// The id as text, with its prefix.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

typed_id!(
    /// Names a sandbox.
    SandboxId, "sbx_");
typed_id!(
    /// Names one execution of a command in a sandbox.
    ExecutionId, "exec_");
typed_id!(
    /// Names a command that runs in the background of a sandbox.
    JobId, "job_");
typed_id!(
    /// Names a runtime of the catalogue.
    RuntimeId, "srt_");
typed_id!(
    /// Names an output or input stream. Whoever knows it may use the stream.
    StreamId, "stream_");
typed_id!(
    /// Names a snapshot: a tree that outlives the sandbox it was taken of.
    SnapshotId, "snp_");
typed_id!(
    /// Names a checkpoint: a tree that a sandbox can go back to.
    CheckpointId, "ckpt_");
typed_id!(
    /// Names an entry of a sandbox's event log.
    EventId, "evt_");
typed_id!(
    /// Names an organisation, the owner of sandboxes and keys.
    OrgId, "org_");
typed_id!(
    /// Names the exposed port of a sandbox: a DNS label, so that it can be part of a host's name.
    /// Whoever knows it may connect to the port.
    PortId, "port-");
typed_id!(
    /// Names an API key. It is not the key and gives no access.
    KeyId, "key_");

impl RuntimeId {
    /// The id of the runtime called `name`: the same name has the same id on every machine, so that
    /// clients may keep it.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let digest = blake3::hash(name.as_bytes());
        let mut bits = [0_u8; 16];
        bits.iter_mut()
            .zip(digest.as_bytes())
            .for_each(|(to, from)| *to = *from);
        Self(spell(Self::PREFIX, bits))
    }
}

/// An id with 128 bits from the operating system's generator.
fn random_id(prefix: &str) -> Arc<str> {
    let mut bits = [0_u8; 16];
    getrandom::fill(&mut bits).expect("the operating system gives random bytes");
    spell(prefix, bits)
}

/// The prefix and 26 characters of five bits each, most significant first.
fn spell(prefix: &str, bits: [u8; 16]) -> Arc<str> {
    let value = u128::from_be_bytes(bits);
    let mut text = String::with_capacity(prefix.len() + 26);
    text.push_str(prefix);
    for place in (0..26).rev() {
        let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
        text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
    }
    Arc::from(text)
}

/// Whether `text` is an id that begins with `prefix`.
fn check(prefix: &'static str, text: &str) -> Result<(), IdError> {
    let good = text.strip_prefix(prefix).is_some_and(|body| {
        (1..=MAX_BODY_CHARS).contains(&body.len())
            && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    if good {
        Ok(())
    } else {
        Err(IdError {
            value: text.chars().take(MAX_QUOTED_CHARS).collect(),
            prefix,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn generated_ids_have_their_prefix_and_26_characters() {
        let id = SandboxId::generate();
        let body = id.as_str().strip_prefix("sbx_").unwrap();
        assert_eq!(body.len(), 26);
        assert!(
            body.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        );
    }

    #[test]
    fn generated_ids_differ() {
        let ids: HashSet<_> = (0..1000).map(|_| ExecutionId::generate()).collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn every_bit_is_spelled() {
        let all: HashSet<_> = (0..128)
            .map(|bit| spell("x_", (1_u128 << bit).to_be_bytes()))
            .collect();
        assert_eq!(all.len(), 128);
        assert_eq!(&*spell("x_", [0; 16]), "x_00000000000000000000000000");
        assert_eq!(&*spell("x_", [255; 16]), "x_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn ids_of_another_kind_or_with_other_characters_are_refused() {
        let long = format!("sbx_{}", "a".repeat(65));
        for text in [
            "", "sbx_", "sbx", "exec_abc", "SBX_abc", "sbx_a b", "sbx_a/b", "sbx_é", "sbx_a\0",
            " sbx_a", &long,
        ] {
            assert!(SandboxId::parse(text).is_err(), "{text:?}");
        }
        for text in ["sbx_a", "sbx_A_9", "sbx__", &long[..68]] {
            assert_eq!(SandboxId::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_refused_text_is_quoted_shortened() {
        let error = SandboxId::parse(&"é".repeat(1_000_000)).unwrap_err();
        assert_eq!(error.value.chars().count(), MAX_QUOTED_CHARS);
        assert!(error.to_string().contains("sbx_"));
    }

    #[test]
    fn a_runtime_has_the_same_id_for_ever() {
        let id = RuntimeId::of_name("python:3.14");
        assert_eq!(id, RuntimeId::of_name("python:3.14"));
        assert_ne!(id, RuntimeId::of_name("python:3.13"));
        assert!(RuntimeId::parse(id.as_str()).is_ok());
    }

    #[test]
    fn deserializing_validates() {
        assert!(serde_json::from_str::<OrgId>("\"org_dev\"").is_ok());
        assert!(serde_json::from_str::<OrgId>("\"key_dev\"").is_err());
        assert!(serde_json::from_str::<OrgId>("7").is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            if let Ok(id) = SandboxId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn what_is_displayed_parses_to_the_same(body in "[A-Za-z0-9_]{1,64}") {
            let id = StreamId::parse(&format!("stream_{body}")).unwrap();
            let shown = format!("{id}");
            prop_assert_eq!(StreamId::parse(&shown).unwrap(), id.clone());
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<StreamId>(&json).unwrap(), id);
        }
    }
}
