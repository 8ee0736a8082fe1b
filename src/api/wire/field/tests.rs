//! Fields and bodies as clients send them.

use serde_json::{Value, json};

use super::*;
use crate::api::wire::create::{CreateBody, Creation};
use crate::api::wire::execution::ExecuteBody;
use crate::id::OrgId;
use crate::sandbox::{OutputMode, Stdin};

fn create(body: Value) -> Creation {
    let body: CreateBody = serde_json::from_value(body).unwrap();
    body.into_creation(OrgId::parse("org_1").unwrap()).unwrap()
}

#[test]
fn sizes_are_quantities_or_whole_mebibytes() {
    let size = |value: Value| serde_json::from_value::<Size>(value).map(|size| size.0);
    assert_eq!(size(json!("256Mi")).unwrap(), ByteSize::mib(256));
    assert_eq!(size(json!(512)).unwrap(), ByteSize::mib(512));
    for wrong in [
        json!("12Q"),
        json!(-1),
        json!(1.5),
        json!(true),
        json!(null),
        json!({}),
    ] {
        assert!(size(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn base64_is_padded_and_standard() {
    let bytes = |text: &str| serde_json::from_value::<Base64>(json!(text)).map(|bytes| bytes.0);
    assert_eq!(bytes("").unwrap(), "");
    assert_eq!(bytes("+/+/").unwrap().as_ref(), [0xfb, 0xff, 0xbf]);
    for wrong in ["YQ", "YQ=", "-_-_", "Y Q==", "YQ==\n", "YR==", "é"] {
        assert!(bytes(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn objects_are_not_arrays() {
    type Body = Object<CreateBody>;
    assert!(serde_json::from_str::<Body>("{}").is_ok());
    for wrong in ["[]", "[null]", "null", "1", "\"\""] {
        assert!(serde_json::from_str::<Body>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_create_body_becomes_options() {
    let creation = create(json!({
        "name": "n",
        "resources": { "memory": "256Mi", "cpu": "0.5" },
        "network": { "enabled": true, "port": 3000 },
        "timeout": { "execution": "30s", "paused": "0" },
        "files": [{ "path": "a", "content": "YQ==" }],
        "command": { "exec": ["x"], "files": [{ "path": "b", "content": "" }] },
        "stream": { "stdin": "stream_in", "stdout": "ignore", "stderr": "stream_err" },
        "unknown": { "ignored": true },
    }));
    let options = creation.options;
    assert_eq!(options.runtime, "python:3.14");
    assert_eq!(options.resources.memory, Some(ByteSize::mib(256)));
    assert_eq!(options.resources.cpu.map(Millicores::get), Some(500));
    assert!(options.network.enabled);
    assert_eq!(options.network.port, Some(3000));
    assert_eq!(options.timeouts.execution, Some(Duration::from_secs(30)));
    assert_eq!(options.timeouts.paused, Some(Duration::ZERO));
    assert_eq!(options.timeouts.idle, None);
    let paths: Vec<&str> = options
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["a", "b"]);
    let command = options.command.unwrap();
    assert!(matches!(&command.stdin, Stdin::Stream(id) if id.as_str() == "stream_in"));
    assert!(matches!(command.stdout, OutputMode::Discard));
    assert!(matches!(&command.stderr, OutputMode::Route(id) if id.as_str() == "stream_err"));
    assert!(!command.timestamps);
    assert!(creation.first.is_none());
}

#[test]
fn an_interactive_command_is_the_first_and_not_the_only_one() {
    let body = json!({ "command": { "exec": ["x"], "mode": "interactive" } });
    let creation = create(body);
    assert!(creation.options.command.is_none());
    assert_eq!(creation.first.unwrap().argv, ["x"]);
}

#[test]
fn a_snapshot_stands_alone() {
    assert_eq!(
        create(json!({ "snapshot": "s" }))
            .options
            .snapshot
            .as_deref(),
        Some("s")
    );
    for more in [
        json!({"snapshot": "s", "runtime": "r"}),
        json!({"snapshot": "s", "runtimeId": "srt_1"}),
    ] {
        let body: CreateBody = serde_json::from_value(more).unwrap();
        assert!(body.into_creation(OrgId::parse("org_1").unwrap()).is_err());
    }
}

#[test]
fn ignore_is_the_only_word_for_a_stream() {
    let of = |text: &str| serde_json::from_value::<StreamRef>(json!(text));
    assert_eq!(of("ignore").unwrap(), StreamRef::Ignore);
    assert!(matches!(of("stream_1").unwrap(), StreamRef::Stream(_)));
    assert!(of("Ignore").unwrap_err().to_string().contains("\"ignore\""));
}

#[test]
fn an_execute_body_names_the_stream_of_its_input() {
    let body: ExecuteBody =
        serde_json::from_value(json!({"command": ["x"], "stream": {"stdin": "stream_1"}})).unwrap();
    let command = body.into_command().unwrap();
    assert!(matches!(command.stdin, Stdin::Stream(id) if id.as_str() == "stream_1"));
    assert_eq!(command.timeout, None);
}

#[test]
fn a_base_url_is_made_from_a_host_and_nothing_else() {
    let id = StreamId::parse("stream_1").unwrap();
    let url = |host, prefix| BaseUrl::of_host(host, prefix).map(|base| base.stream(&id));
    assert_eq!(url("h:1", None).unwrap(), "http://h:1/stream/stream_1");
    assert_eq!(
        url("[::1]:80", Some("/a/b/")).unwrap(),
        "http://[::1]:80/a/b/stream/stream_1"
    );
    for wrong in ["", "/", "h/p", "u@h", "h h", "http://h", "h\"", "h?x"] {
        assert!(url(wrong, None).is_none(), "{wrong}");
    }
    let base = BaseUrl::configured("https://x/y//");
    assert_eq!(base.stream(&id), "https://x/y/stream/stream_1");
}
