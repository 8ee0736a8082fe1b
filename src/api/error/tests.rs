//! What leaves the server when something fails.

use axum::body::to_bytes;
use serde_json::{Value, json};

use super::*;

async fn body(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn a_failure_is_an_envelope_without_nulls() {
    let (status, json) = body(ApiError::invalid("no").into_response()).await;
    assert_eq!(status, 400);
    let expected = json!({"success": false, "code": "INVALID_ARGUMENT", "message": "no"});
    assert_eq!(json, expected);
}

#[tokio::test]
async fn a_fault_of_ours_says_nothing_about_itself() {
    let secret = std::io::Error::other("/secret/path is broken");
    let (status, json) = body(ApiError::internal(&secret).into_response()).await;
    assert_eq!((status, &json["code"]), (500, &json!("INTERNAL")));
    assert!(!json.to_string().contains("secret"), "{json}");
}

#[test]
fn limits_and_pauses_say_when_to_try_again_and_keys_how_to_send_them() {
    let busy = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "many");
    assert_eq!(busy.into_response().headers()[header::RETRY_AFTER], "1");
    let unknown = ApiError::unauthorized("who?").into_response();
    assert_eq!(unknown.headers()[header::WWW_AUTHENTICATE], "Bearer");
}

#[test]
fn execute_uses_404_and_409_for_their_one_meaning_only() {
    let of = |status, code| {
        ApiError::new(status, code, "")
            .for_execute()
            .status
            .as_u16()
    };
    assert_eq!(of(StatusCode::NOT_FOUND, "SANDBOX_NOT_FOUND"), 404);
    assert_eq!(of(StatusCode::NOT_FOUND, "FILE_NOT_FOUND"), 400);
    assert_eq!(of(StatusCode::CONFLICT, "SANDBOX_BUSY"), 409);
    assert_eq!(of(StatusCode::CONFLICT, "CONFLICT"), 400);
    assert_eq!(of(StatusCode::GONE, "SANDBOX_TERMINATED"), 410);
}

#[test]
fn only_the_clients_own_codes_become_200_and_never_where_bytes_are_wanted() {
    let agent = HeaderValue::from_static("Agentuity SDK/dev");
    let typed = |method: Method, path: &str, agent: Option<&HeaderValue>, code| {
        let shape = CallShape::of(&method, path, agent);
        let error = ApiError::new(StatusCode::NOT_FOUND, code, "");
        error.typed(TypedErrors::Sdk, &shape).is_some()
    };
    let (sdk, missing) = (Some(&agent), "SANDBOX_NOT_FOUND");
    assert!(typed(Method::GET, "/sandbox/sbx_1", sdk, missing));
    assert!(typed(Method::POST, "/fs/sbx_1", sdk, missing));
    assert!(typed(Method::GET, "/fs/list/sbx_1", sdk, missing));
    assert!(!typed(Method::GET, "/sandbox/sbx_1", None, missing));
    assert!(!typed(
        Method::GET,
        "/sandbox/sbx_1",
        sdk,
        "RUNTIME_NOT_FOUND"
    ));
    assert!(!typed(Method::GET, "/fs/sbx_1", sdk, missing));
    assert!(!typed(Method::GET, "/fs/download/sbx_1", sdk, missing));
    assert!(!typed(Method::GET, "/stream/stream_1", sdk, missing));
    assert!(!typed(Method::POST, "/sandbox/sbx_1/execute", sdk, missing));
    let other = HeaderValue::from_static("curl/8");
    assert!(!typed(Method::GET, "/sandbox/sbx_1", Some(&other), missing));
    let shape = CallShape::of(&Method::GET, "/sandbox/sbx_1", sdk);
    let error = ApiError::sandbox_not_found("sbx_1");
    assert!(error.typed(TypedErrors::Off, &shape).is_none());
}

#[test]
fn a_long_id_comes_back_shortened() {
    let error = ApiError::sandbox_not_found(&"x".repeat(10_000));
    assert!(error.message.len() < 200);
}

#[test]
fn a_chain_of_causes_is_one_line() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot start")]
    struct Outer(#[source] std::io::Error);
    let error = Outer(std::io::Error::other("no room"));
    assert_eq!(Chain(&error).to_string(), "cannot start: no room");
}
