//! Bodies and answers of the stream service, which has snake case and no envelopes.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::api::error::ApiError;
use crate::api::wire::field::BaseUrl;
use crate::sandbox::records::Direction;
use crate::sandbox::{StreamFilter, StreamInfo, StreamOptions, StreamSort};

/// The longest name of a stream, in characters.
const MAX_NAME_CHARS: usize = 254;
/// The most entries and bytes that metadata have.
const MAX_METADATA: usize = 64;
const MAX_METADATA_BYTES: usize = 16 << 10;
/// The longest content type, in bytes.
const MAX_TYPE_BYTES: usize = 255;
/// The most streams of one list.
const MAX_LIMIT: u32 = 1000;

/// The body of a stream's creation.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StreamBody {
    name: String,
    metadata: Option<BTreeMap<String, String>>,
    headers: Option<BTreeMap<String, String>>,
    /// Seconds; `null` is for ever, which is not the same as absent.
    #[serde(default, deserialize_with = "present")]
    ttl: Option<Option<f64>>,
}

/// A field that is there, be it `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl StreamBody {
    /// Checks everything.
    pub(crate) fn into_options(self) -> Result<StreamOptions, ApiError> {
        let length = self.name.chars().count();
        if !(1..=MAX_NAME_CHARS).contains(&length) {
            return Err(ApiError::invalid(format!(
                "name has {length} characters; a stream's name has 1 to {MAX_NAME_CHARS}"
            )));
        }
        let mut options = StreamOptions::named(self.name);
        options.metadata = checked(self.metadata.unwrap_or_default())?;
        options.content_type = content_type(self.headers.unwrap_or_default())?;
        options.ttl = self
            .ttl
            .map(|ttl| seconds(ttl.unwrap_or(0.0)))
            .transpose()?;
        Ok(options)
    }
}

fn checked(metadata: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    let bytes: usize = metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if metadata.len() > MAX_METADATA || bytes > MAX_METADATA_BYTES {
        return Err(ApiError::invalid(format!(
            "metadata have {} entries of {bytes} bytes; the limits are {MAX_METADATA} and {MAX_METADATA_BYTES}",
            metadata.len()
        )));
    }
    Ok(metadata)
}

/// The content type, the one header that means something.
fn content_type(headers: BTreeMap<String, String>) -> Result<Option<String>, ApiError> {
    let is_type = |name: &str| name.eq_ignore_ascii_case("content-type");
    let found = headers.into_iter().find(|(name, _)| is_type(name));
    let Some((_, value)) = found else {
        return Ok(None);
    };
    let printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !printable || value.is_empty() || value.len() > MAX_TYPE_BYTES || !value.contains('/') {
        let shown: String = value.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "headers.content-type is {shown:?}; it must be a media type such as text/plain"
        )));
    }
    Ok(Some(value))
}

fn seconds(ttl: f64) -> Result<Duration, ApiError> {
    Duration::try_from_secs_f64(ttl).map_err(|_| {
        ApiError::invalid(format!(
            "ttl is {ttl}; it must be a number of seconds, 0 or null for ever"
        ))
    })
}

/// The answer to a stream's creation: without an envelope, unlike every other answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StreamData {
    pub(crate) id: String,
}

/// The body of a list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ListBody {
    name: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    limit: Option<u32>,
    offset: Option<u32>,
    sort: Option<String>,
    direction: Option<String>,
}

impl ListBody {
    pub(crate) fn into_filter(self) -> Result<StreamFilter, ApiError> {
        let mut filter = StreamFilter {
            name: self.name,
            metadata: self.metadata.unwrap_or_default(),
            offset: self.offset.unwrap_or(0),
            ..StreamFilter::default()
        };
        if let Some(limit) = self.limit {
            if !(1..=MAX_LIMIT).contains(&limit) {
                return Err(ApiError::invalid(format!(
                    "limit is {limit}; it must be 1 to {MAX_LIMIT}"
                )));
            }
            filter.limit = limit;
        }
        if let Some(sort) = &self.sort {
            filter.sort = match sort.as_str() {
                "name" => StreamSort::Name,
                "size" => StreamSort::Size,
                // What is not counted here: nothing else is known of a stream's use.
                "created" | "updated" | "count" | "lastUsed" => StreamSort::Created,
                other => {
                    let shown: String = other.chars().take(80).collect();
                    return Err(ApiError::invalid(format!(
                        "sort is {shown:?}; it must be one of name, created, updated, size, count, lastUsed"
                    )));
                }
            };
        }
        if let Some(direction) = &self.direction {
            filter.direction = Direction::parse(direction)
                .ok_or_else(|| ApiError::invalid("direction must be asc or desc"))?;
        }
        Ok(filter)
    }
}

/// What is known of a stream.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InfoData {
    id: String,
    name: String,
    metadata: BTreeMap<String, String>,
    url: String,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

impl InfoData {
    pub(crate) fn new(info: StreamInfo, base: &BaseUrl) -> Self {
        Self {
            url: base.stream(&info.id),
            id: info.id.to_string(),
            name: info.name,
            metadata: info.metadata,
            size_bytes: info.size,
            expires_at: info.expires_at.map(|at| at.to_string()),
        }
    }
}

/// A page of streams.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ListData {
    success: bool,
    streams: Vec<InfoData>,
    total: u64,
}

impl ListData {
    pub(crate) fn new(infos: Vec<StreamInfo>, total: u64, base: &BaseUrl) -> Self {
        let streams = infos.into_iter().map(|info| InfoData::new(info, base));
        Self {
            success: true,
            streams: streams.collect(),
            total,
        }
    }
}
