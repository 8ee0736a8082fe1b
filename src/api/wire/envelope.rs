//! The frames around an answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::api::error::{ApiError, json};

/// `{"success":true,"data":…}`.
#[derive(Debug, Serialize)]
pub(crate) struct Success<T> {
    success: bool,
    data: T,
}

impl<T: Serialize> Success<T> {
    /// An answer of `data` with status 200.
    pub(crate) fn ok(data: T) -> Response {
        match Self::to_json(data) {
            Ok(bytes) => json(StatusCode::OK, bytes),
            Err(error) => error.into_response(),
        }
    }

    /// An answer of `data` with status 201.
    pub(crate) fn created(data: T) -> Response {
        match Self::to_json(data) {
            Ok(bytes) => json(StatusCode::CREATED, bytes),
            Err(error) => error.into_response(),
        }
    }

    /// The envelope as bytes.
    pub(crate) fn to_json(data: T) -> Result<Vec<u8>, ApiError> {
        flat(&Self {
            success: true,
            data,
        })
    }
}

/// A success whose fields stand beside `success`, as bytes.
pub(crate) fn flat<T: Serialize>(value: &T) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(value).map_err(|error| ApiError::internal(&error))
}

/// `{"success":true}`. Never 204: an empty answer is an error to the published client.
pub(crate) fn done() -> Response {
    json(StatusCode::OK, br#"{"success":true}"#.to_vec())
}

/// `{"success":true,"found":…}`.
pub(crate) fn found(found: bool) -> Response {
    let text = if found {
        r#"{"success":true,"found":true}"#
    } else {
        r#"{"success":true,"found":false}"#
    };
    json(StatusCode::OK, text.as_bytes().to_vec())
}

/// `{"success":false,"code":…,"message":…}`.
#[derive(Debug, Serialize)]
pub(crate) struct Failure<'a> {
    success: bool,
    code: &'a str,
    message: &'a str,
}

impl<'a> Failure<'a> {
    pub(crate) fn new(code: &'a str, message: &'a str) -> Self {
        Self {
            success: false,
            code,
            message,
        }
    }

    /// The failure as bytes.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Two strings and a boolean always encode.
        serde_json::to_vec(self).unwrap_or_else(|_| br#"{"success":false}"#.to_vec())
    }
}
