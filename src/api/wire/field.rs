//! Fields that are checked while a body is parsed.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::http::uri::Authority;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::api::error::ApiError;
use crate::id::{PortId, SnapshotId, StreamId};
use crate::units::{ByteSize, Millicores, parse_duration};

/// A size: a Kubernetes quantity, or a bare JSON number of MiB, which older samples use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) ByteSize);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizeVisitor;

        impl Visitor<'_> for SizeVisitor {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as \"256Mi\", or a whole number of MiB")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
                ByteSize::parse(text).map(Size).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, mebibytes: u64) -> Result<Size, E> {
                Ok(Size(ByteSize::mib(mebibytes)))
            }
        }

        deserializer.deserialize_any(SizeVisitor)
    }
}

/// An amount of cpu, as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Cpu(pub(crate) Millicores);

/// A duration, as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_duration(&text).map(Self).map_err(de::Error::custom)
    }
}

/// Bytes, as padded base64 of the standard alphabet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base64(pub(crate) Bytes);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64Visitor;

        impl Visitor<'_> for Base64Visitor {
            type Value = Base64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string of padded base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64, E> {
                STANDARD
                    .decode(text)
                    .map(|bytes| Base64(Bytes::from(bytes)))
                    .map_err(|error| E::custom(format_args!("not padded base64: {error}")))
            }
        }

        deserializer.deserialize_str(Base64Visitor)
    }
}

/// Where an output goes or an input comes from: nowhere, or a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StreamRef {
    /// The text `ignore`.
    Ignore,
    /// An existing stream.
    Stream(StreamId),
}

impl<'de> Deserialize<'de> for StreamRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "ignore" {
            return Ok(Self::Ignore);
        }
        StreamId::parse(&text)
            .map(Self::Stream)
            .map_err(|error| de::Error::custom(format_args!("{error}, nor \"ignore\"")))
    }
}

/// A JSON object. What serde derives for a struct also reads an array as the fields in order, which
/// no client means.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// Checks a program's arguments: at least a program, and no NUL, which ends a C string.
pub(crate) fn argv(name: &str, argv: &[String]) -> Result<(), ApiError> {
    match argv.first() {
        None => {
            return Err(ApiError::invalid(format!(
                "{name} is empty: it must name a program"
            )));
        }
        Some(program) if program.is_empty() => {
            return Err(ApiError::invalid(format!(
                "{name}[0] is empty: it must name a program"
            )));
        }
        Some(_) => {}
    }
    match argv.iter().position(|argument| argument.contains('\0')) {
        Some(index) => Err(ApiError::invalid(format!(
            "{name}[{index}] contains a NUL character"
        ))),
        None => Ok(()),
    }
}

/// Checks the names of environment variables.
pub(crate) fn env_names<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<(), ApiError> {
    for name in names {
        if name.is_empty() {
            return Err(ApiError::invalid("env has a variable without a name"));
        }
        if name.contains(['=', '\0']) {
            return Err(ApiError::invalid(format!(
                "env variable name {name:?} contains = or a NUL character"
            )));
        }
    }
    Ok(())
}

/// Checks one environment variable's value.
pub(crate) fn env_value(name: &str, value: &str) -> Result<(), ApiError> {
    if value.contains('\0') {
        return Err(ApiError::invalid(format!(
            "env.{name} contains a NUL character"
        )));
    }
    Ok(())
}

/// Checks a whole environment.
pub(crate) fn env(env: &BTreeMap<String, String>) -> Result<(), ApiError> {
    env_names(env.keys())?;
    env.iter()
        .try_for_each(|(name, value)| env_value(name, value))
}

/// Checks a guest path as far as a request can be checked; what it may reach is the sandbox's rule.
pub(crate) fn path(name: &str, path: &str) -> Result<(), ApiError> {
    if path.is_empty() {
        return Err(ApiError::invalid(format!("{name} is empty")));
    }
    if path.contains('\0') {
        return Err(ApiError::invalid(format!(
            "{name} contains a NUL character"
        )));
    }
    Ok(())
}

/// The absolute URL under which clients reach this server. The published client uses stream URLs
/// as they are, so a relative one would give silently empty output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    base: String,
    port_domain: Option<String>,
}

impl BaseUrl {
    /// A base as configured; a trailing slash is dropped.
    pub(crate) fn configured(url: &str) -> Self {
        Self {
            base: url.trim_end_matches('/').to_owned(),
            port_domain: None,
        }
    }

    /// A base from a request's `Host`. `None` if that is not a host.
    pub(crate) fn of_host(host: &str, prefix: Option<&str>) -> Option<Self> {
        // Parsed rather than copied: it comes from the client and goes into answers.
        let authority = Authority::try_from(host).ok()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let prefix = prefix.unwrap_or_default().trim_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        Some(Self {
            base: format!("http://{authority}{slash}{prefix}"),
            port_domain: None,
        })
    }

    /// With the domain below which exposed ports are.
    pub(crate) fn port_domain(mut self, domain: Option<&str>) -> Self {
        self.port_domain = domain.map(str::to_owned);
        self
    }

    /// The URL of an exposed port. Its id is the capability: the URL is fetched without a key.
    pub(crate) fn port(&self, id: &PortId) -> String {
        match (&self.port_domain, self.base.split_once("://")) {
            (Some(domain), Some((scheme, _))) => format!("{scheme}://{id}.{domain}"),
            _ => format!("{}/port/{id}", self.base),
        }
    }

    /// The URL of a stream. Its id is the capability: the URL is fetched without a key.
    pub(crate) fn stream(&self, id: &StreamId) -> String {
        format!("{}/stream/{id}", self.base)
    }

    /// The URL of a snapshot's archive. It is fetched with a key, as everything else is.
    pub(crate) fn snapshot_archive(&self, id: &SnapshotId) -> String {
        format!("{}/sandbox/snapshots/{id}/export", self.base)
    }
}

#[cfg(test)]
mod tests;
