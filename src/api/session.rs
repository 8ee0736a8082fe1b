//! The id of one request, sent as `x-session-id` and written in the log.

use axum::http::{HeaderName, HeaderValue};

/// The response header that carries the id; the published client copies it into its errors.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-session-id");

/// The id of one request.
#[derive(Clone, Debug)]
pub(crate) struct SessionId(String);

impl SessionId {
    /// A fresh id. Should the operating system give no random bytes, the id is `sess_unknown`:
    /// answering the request matters more than naming it.
    pub(crate) fn generate() -> Self {
        let mut bytes = [0_u8; 16];
        if getrandom::fill(&mut bytes).is_err() {
            return Self("sess_unknown".to_owned());
        }
        let number = u128::from_le_bytes(bytes);
        Self(format!("sess_{number:032x}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a header's value.
    pub(crate) fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("sess_unknown"))
    }
}
