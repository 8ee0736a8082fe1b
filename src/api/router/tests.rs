//! Paths as clients join them.

use super::*;

fn path(text: &str, prefix: Option<&str>) -> String {
    let uri: Uri = text.parse().unwrap();
    normalized(&uri, prefix).unwrap_or(uri).to_string()
}

#[test]
fn slashes_collapse_and_the_query_stays() {
    assert_eq!(path("//sandbox", None), "/sandbox");
    assert_eq!(
        path("/sandbox///sbx_1//execute/?a=//b", None),
        "/sandbox/sbx_1/execute?a=//b"
    );
    assert_eq!(path("/", None), "/");
    assert_eq!(path("//", None), "/");
    assert_eq!(path("http://host//sandbox/", None), "http://host/sandbox");
    // An encoded slash is part of a segment.
    assert_eq!(path("/a//%2F", None), "/a/%2F");
}

#[test]
fn what_needs_no_change_is_not_touched() {
    for text in ["/sandbox", "/", "/sandbox?path=//", "*"] {
        assert!(normalized(&text.parse().unwrap(), None).is_none(), "{text}");
    }
}

#[test]
fn a_prefix_is_taken_off_once_and_only_as_whole_segments() {
    for prefix in ["/api/v1", "api/v1", "/api/v1/"] {
        assert_eq!(path("/api/v1/sandbox?x=1", Some(prefix)), "/sandbox?x=1");
        assert_eq!(path("/api//v1//sandbox", Some(prefix)), "/sandbox");
        assert_eq!(path("/api/v1", Some(prefix)), "/");
        assert_eq!(path("/api/v1/api/v1/x", Some(prefix)), "/api/v1/x");
        assert_eq!(path("/api/v10/sandbox", Some(prefix)), "/api/v10/sandbox");
        assert_eq!(path("/sandbox", Some(prefix)), "/sandbox");
    }
}

#[test]
fn a_streams_id_is_not_logged() {
    assert_eq!(loggable("/stream/stream_secret"), "/stream/…");
    assert_eq!(loggable("/sandbox/sbx_1"), "/sandbox/sbx_1");
}
