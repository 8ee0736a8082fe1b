//! Entries of a sandbox's event log.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::sandbox::records::EventRecord;

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EventsData {
    events: Vec<EventData>,
}

impl EventsData {
    pub(crate) fn new(records: Vec<EventRecord>) -> Self {
        Self {
            events: records.into_iter().map(EventData::from).collect(),
        }
    }
}

/// One event.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventData {
    event_id: String,
    sandbox_id: String,
    r#type: String,
    /// An object even when empty: the client refuses `null`.
    event: Map<String, Value>,
    created_at: String,
}

impl From<EventRecord> for EventData {
    fn from(record: EventRecord) -> Self {
        Self {
            event_id: record.id.to_string(),
            sandbox_id: record.sandbox_id.to_string(),
            r#type: record.kind,
            event: record.data,
            created_at: record.created_at.to_string(),
        }
    }
}
