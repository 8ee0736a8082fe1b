//! `GET /openapi.json`: the API as an OpenAPI 3.1 document, made from the table of calls and from the
//! types that requests and answers are read into and written from.

use std::sync::OnceLock;

use axum::http::StatusCode;
use axum::response::Response;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::api::error;
use crate::api::routes::{self, Access, Input, Kind, Output, Parameter, Route};
use crate::api::wire::schema;

/// Where the document keeps its schemas.
const SCHEMAS: &str = "/components/schemas";

/// The document; it never changes while the program runs.
pub(crate) async fn get() -> Response {
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_string().into_bytes());
    error::json(StatusCode::OK, text.clone())
}

/// Makes the document.
pub(crate) fn document() -> Value {
    let settings = || {
        let mut settings = SchemaSettings::draft2020_12();
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
        settings
    };
    let mut requests = settings().for_deserialize().into_generator();
    let mut answers = settings().for_serialize().into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::all() {
        let call = operation(&route, &mut requests, &mut answers);
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(route.method.as_str().to_ascii_lowercase(), call);
        }
    }
    let mut schemas = requests.take_definitions(true);
    schemas.append(&mut answers.take_definitions(true));
    schemas.insert("Failure".to_owned(), schema::failure());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Belljar",
            "description": "Sandboxes for code that nobody has reviewed.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(
    route: &Route,
    requests: &mut SchemaGenerator,
    answers: &mut SchemaGenerator,
) -> Value {
    let in_path = route.path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string", "minLength": 1 },
        }))
    });
    let parameters: Vec<Value> = in_path.chain(route.query.iter().map(parameter)).collect();
    let mut call = json!({
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses(route, answers),
        "security": match route.access {
            Access::Key => json!([{ "key": [] }]),
            Access::Public => json!([]),
        },
    });
    let body = match route.input {
        Input::None => None,
        Input::Json(of) => Some(json!({ "application/json": { "schema": of(requests) } })),
        Input::Bytes => Some(json!({
            "application/octet-stream": { "schema": { "type": "string", "format": "binary" } },
        })),
    };
    if let (Some(content), Some(call)) = (body, call.as_object_mut()) {
        call.insert("requestBody".to_owned(), json!({ "content": content }));
    }
    call
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number(least) => json!({ "type": "integer", "minimum": least }),
        Kind::Duration => json!({ "type": "string", "examples": ["30s"] }),
        Kind::Word(all) => json!({ "type": "string", "enum": all() }),
    };
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "schema": schema,
    })
}

fn responses(route: &Route, answers: &mut SchemaGenerator) -> Value {
    let failure = json!({ "$ref": "#/components/schemas/Failure" });
    let content = match route.output {
        Output::Json(of) => json!({ "application/json": { "schema": of(answers) } }),
        // The status line is out before it is known whether this ends well.
        Output::Held(of) => json!({
            "application/json": { "schema": { "anyOf": [of(answers), failure] } },
        }),
        Output::Bytes(kind) => json!({ kind: {} }),
    };
    let failed = |description: &str| {
        json!({
            "description": description,
            "content": { "application/json": { "schema": failure } },
        })
    };
    let mut all = Map::new();
    let answer = json!({ "description": route.summary, "content": content });
    all.insert(route.status.as_str().to_owned(), answer);
    if route.access == Access::Key {
        all.insert("401".to_owned(), failed("No key, or one that is not known"));
        all.insert(
            "403".to_owned(),
            failed("The key is another organisation's"),
        );
        all.insert(
            "429".to_owned(),
            failed("More than the key may ask, or than there is room for"),
        );
    }
    if !route.in_drain || route.path == "/readyz" {
        all.insert(
            "503".to_owned(),
            failed("Not now: starting or shutting down"),
        );
    }
    if route.path.contains('{') {
        all.insert("404".to_owned(), failed("There is no such thing"));
    }
    all.insert("default".to_owned(), failed("Any other failure"));
    Value::from(all)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_has_an_entry_and_a_name_of_its_own() {
        let document = document();
        let mut names = BTreeSet::new();
        for route in routes::all() {
            let method = route.method.as_str().to_ascii_lowercase();
            let entry = &document["paths"][route.path][method.as_str()];
            assert_eq!(entry["operationId"], route.name, "{method} {}", route.path);
            assert!(names.insert(route.name), "{} is there twice", route.name);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut left = vec![&document];
        while let Some(value) = left.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(target)) = fields.get("$ref") {
                        let found = document.pointer(target.trim_start_matches('#'));
                        assert!(found.is_some(), "{target}");
                    }
                    left.extend(fields.values());
                }
                Value::Array(items) => left.extend(items),
                _ => {}
            }
        }
    }
}
