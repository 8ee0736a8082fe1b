//! Schemas of fields that are checked by code of their own, and of the frames around answers.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::api::wire::field::{Base64, Cpu, Object, Size, Span, StreamRef};
use crate::sandbox::records::SandboxMode;

/// A schema for a type that is read from a text or a number by its own rules.
macro_rules! by_hand {
    ($type:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

by_hand!(Size, "Size", {
    "description": "A size as a Kubernetes quantity, or a whole number of MiB.",
    "examples": ["256Mi", 256],
    "anyOf": [
        { "type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|Ti|k|M|G|T)?$" },
        { "type": "integer", "minimum": 0 },
    ],
});
by_hand!(Cpu, "Cpu", {
    "description": "A share of CPU time: 1000m, or 1, is one core.",
    "examples": ["500m"],
    "type": "string",
});
by_hand!(Span, "Duration", {
    "description": "A duration.",
    "examples": ["1h30m", "250ms", "0s"],
    "type": "string",
});
by_hand!(Base64, "Base64", {
    "description": "Bytes, as padded base64 of the standard alphabet.",
    "type": "string",
    "contentEncoding": "base64",
});
by_hand!(StreamRef, "StreamReference", {
    "description": "The id of a stream, or `ignore`.",
    "examples": ["ignore"],
    "type": "string",
});

impl<T: JsonSchema> JsonSchema for Object<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The schema of a sandbox's mode.
pub(crate) fn mode(_: &mut SchemaGenerator) -> Schema {
    let all: Vec<Value> = SandboxMode::ALL
        .iter()
        .map(|mode| mode.to_string().into())
        .collect();
    json_schema!({ "type": "string", "enum": all })
}

/// The schema of a tag that must be given, if only as `null`.
pub(crate) fn tag(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"] })
}

/// `{"success":true,"data":…}`.
pub(crate) fn enveloped<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let data = generator.subschema_for::<T>();
    json_schema!({
        "type": "object",
        "properties": { "success": { "const": true }, "data": data },
        "required": ["success", "data"],
    })
}

/// A type as it is, without an envelope.
pub(crate) fn plain<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// `{"success":true}`.
pub(crate) fn done(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": { "success": { "const": true } },
        "required": ["success"],
    })
}

/// `{"success":true,"found":…}`.
pub(crate) fn found(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": { "success": { "const": true }, "found": { "type": "boolean" } },
        "required": ["success", "found"],
    })
}

/// What every failure is.
pub(crate) fn failure() -> Value {
    serde_json::json!({
        "type": "object",
        "description": "A failure: a code for programs and a message for people.",
        "properties": {
            "success": { "const": false },
            "code": { "type": "string" },
            "message": { "type": "string" },
        },
        "required": ["success", "code", "message"],
    })
}
