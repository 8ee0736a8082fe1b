//! Bodies of the stream service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::error::ApiError;

/// The longest name of a stream, in characters.
const MAX_NAME_CHARS: usize = 254;

/// The body of a stream's creation. `metadata`, `headers` and `ttl` are accepted and ignored: a
/// stream lives as long as the sandbox that uses it.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StreamBody {
    name: String,
}

impl StreamBody {
    /// Checks the name, which is of no use to us but is part of the API.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let length = self.name.chars().count();
        if (1..=MAX_NAME_CHARS).contains(&length) {
            Ok(())
        } else {
            Err(ApiError::invalid(format!(
                "name has {length} characters; a stream's name has 1 to {MAX_NAME_CHARS}"
            )))
        }
    }
}

/// The answer to a stream's creation: without an envelope, unlike every other answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StreamData {
    pub(crate) id: String,
}
