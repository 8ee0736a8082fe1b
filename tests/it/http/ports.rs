//! The exposed port of a sandbox: requests that its own server answers.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};
use belljar::api::ApiOptions;
use belljar::{ErrorKind, PortId, SandboxId};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::api::{Answer, Api, eventually, python, text};
use crate::support::PYTHON;

/// A server that says what it was asked, and does what hostile ones do.
const SERVER: &str = r#"
import socket
server = socket.create_server(("127.0.0.1", 3000))
def head(client):
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return None, b""
        data += more
    return data.split(b"\r\n\r\n", 1)
def answer(client, body, status="200 OK", extra=""):
    client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body)
while True:
    client, _ = server.accept()
    asked, body = head(client)
    if asked is None:
        client.close()
        continue
    path = asked.split(b" ")[1].decode()
    if path == "/move":
        answer(client, b"", "302 Found", "Location: /there\r\nSet-Cookie: a=1; Domain=belljar.test; Path=/\r\n"
            "Strict-Transport-Security: max-age=1\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n")
    elif path == "/large":
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(48):
            client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        client.sendall(b"0\r\n\r\n")
    elif path == "/count":
        length = int([l for l in asked.lower().split(b"\r\n") if l.startswith(b"content-length:")][0].split(b":")[1])
        while len(body) < length:
            body += client.recv(65536)
        answer(client, str(len(body)).encode())
    elif path == "/broken":
        client.sendall(b"nonsense\r\n\r\n")
    elif path == "/switch":
        client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        while (data := client.recv(65536)):
            client.sendall(data.upper())
    elif path != "/silent":
        answer(client, asked)
    client.close()
"#;

/// A sandbox that exposes port 3000; what is known of it.
async fn exposed(api: &Api) -> Value {
    let body = json!({ "runtime": PYTHON, "network": { "port": 3000 } });
    let id = text(&api.post("/sandbox", &body).await.data()["sandboxId"]);
    api.get(&format!("/sandbox/{id}")).await.data()
}

/// The path of its port, with a server behind it that answers.
async fn served(api: &Api) -> (String, String) {
    let data = exposed(api).await;
    let sandbox = text(&data["sandboxId"]);
    let path = format!("/port/{}", text(&data["identifier"]));
    let job = json!({ "command": python(SERVER) });
    let jobs = format!("/sandbox/sandboxes/{sandbox}/jobs");
    api.post(&jobs, &job).await.data();
    eventually("a server on the port", || async {
        let answer = api.get(&path).await;
        (answer.status == 200).then_some(())
    })
    .await;
    (sandbox, path)
}

/// Asks as somebody who has no key.
async fn visit(api: &Api, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().append(name, value);
    }
    api.answer(request).await
}

fn body(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn whoever_knows_the_url_asks_the_guest() {
    let api = Api::open().await;
    let (_, path) = served(&api).await;
    let headers = [
        ("host", "belljar.test"),
        ("x-mine", "1"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("x-forwarded-prefix", "/elsewhere"),
    ];
    let answer = visit(&api, &format!("{path}//a/?q=//"), &headers).await;
    assert_eq!(answer.status, 200);
    let asked = body(&answer).to_ascii_lowercase();
    assert!(asked.starts_with("get //a/?q=// http/1.1\r\n"), "{asked}");
    let mut lines: Vec<&str> = asked.split("\r\n").skip(1).collect();
    lines.sort_unstable();
    let expected = [
        "host: belljar.test".to_owned(),
        "x-forwarded-host: belljar.test".to_owned(),
        format!("x-forwarded-prefix: {path}"),
        "x-forwarded-proto: http".to_owned(),
        "x-mine: 1".to_owned(),
    ];
    assert_eq!(lines, expected);
    assert!(answer.headers.contains_key("x-session-id"));
    // Below our own origin nothing of the page is ours.
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox ") && !policy.contains("same-origin"));
    // A browser has to know where the page is.
    let answer = visit(&api, &path, &[("accept", "text/html,*/*")]).await;
    assert_eq!(answer.status, 308);
    assert_eq!(answer.headers["location"], format!("{path}/"));
}

#[tokio::test]
async fn a_key_is_not_shown_to_the_guest_and_other_credentials_are() {
    let api = Api::open().await;
    let (_, path) = served(&api).await;
    let asked = body(&api.get(&path).await).to_ascii_lowercase();
    assert!(!asked.contains("authorization"), "{asked}");
    let own = [("authorization", "Bearer its-own")];
    let asked = body(&visit(&api, &path, &own).await).to_ascii_lowercase();
    assert!(asked.contains("authorization: bearer its-own"), "{asked}");
}

#[tokio::test]
async fn a_name_of_its_own_needs_no_mount() {
    let mut options = ApiOptions::default();
    options.port_domain = Some("apps.example.com".to_owned());
    options.public_url = Some("https://belljar.example.com".to_owned());
    let api = Api::with(options).await;
    let (sandbox, path) = served(&api).await;
    let identifier = path.rsplit('/').next().unwrap();
    let data = api.get(&format!("/sandbox/{sandbox}")).await.data();
    let host = format!("{identifier}.apps.example.com");
    assert_eq!(data["url"], format!("https://{host}"));
    // A path of ours is a path of the guest's there.
    let answer = visit(&api, "/healthz", &[("host", &host)]).await;
    let asked = body(&answer).to_ascii_lowercase();
    assert!(asked.starts_with("get /healthz http/1.1\r\n"), "{asked}");
    assert!(asked.contains("x-forwarded-proto: https"), "{asked}");
    assert!(!answer.headers.contains_key("content-security-policy"));
    let moved = visit(&api, "/move", &[("host", &host)]).await;
    assert_eq!(moved.headers["location"], "/there");
    assert_eq!(moved.headers["set-cookie"], "a=1; Path=/");
}

#[tokio::test]
async fn what_a_guest_answers_stays_below_its_path() {
    let api = Api::open().await;
    let (_, path) = served(&api).await;
    let moved = visit(&api, &format!("{path}/move"), &[]).await;
    assert_eq!(moved.status, 302);
    assert_eq!(moved.headers["location"], format!("{path}/there"));
    assert_eq!(moved.headers["set-cookie"], format!("a=1; Path={path}"));
    for name in ["strict-transport-security", "x-hop", "connection"] {
        assert!(!moved.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn bodies_go_through_whole_in_both_directions() {
    let api = Api::open().await;
    let (_, path) = served(&api).await;
    let large = visit(&api, &format!("{path}/large"), &[]).await;
    assert_eq!(large.body.len(), 48 * 65536);
    let sent = Body::from(vec![b'y'; 3_000_000]);
    let request = api.request(&Method::POST, &format!("{path}/count"), sent);
    assert_eq!(body(&api.answer(request).await), "3000000");
}

#[tokio::test]
async fn a_guest_that_does_not_answer_is_a_bad_gateway() {
    let api = Api::open().await;
    let (_, path) = served(&api).await;
    for broken in ["/broken", "/silent"] {
        let answer = api.get(&format!("{path}{broken}")).await;
        let message = answer.failure(502, "BAD_GATEWAY");
        assert!(message.contains("does not answer in HTTP"), "{message}");
    }
    let message = api.get(&format!("{path}/switch")).await;
    message.failure(502, "BAD_GATEWAY");
    let request = api.request(&Method::CONNECT, &path, Body::empty());
    let refused = api.answer(request).await;
    refused.failure(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn a_port_is_there_while_a_program_listens() {
    let api = Api::open().await;
    let data = exposed(&api).await;
    let (id, port) = (text(&data["sandboxId"]), text(&data["identifier"]));
    let path = format!("/port/{port}");
    let message = api.get(&path).await.failure(502, "PORT_CLOSED");
    assert_eq!(
        message,
        "nothing answers on port 3000 of this sandbox, which is idle"
    );
    api.post(&format!("/sandbox/{id}/pause"), &json!({}))
        .await
        .json();
    let message = api.get(&path).await.failure(502, "PORT_CLOSED");
    assert!(message.contains("which is paused"), "{message}");
    api.delete(&format!("/sandbox/{id}")).await.data();
    api.get(&path).await.failure(410, "SANDBOX_TERMINATED");
    let data = api.get(&format!("/sandbox/{id}?includeDeleted=true")).await;
    assert_eq!(data.data().get("url"), None);

    // The id of a sandbox is none of its port, nor does one lead to a port that is not exposed.
    let id = api.sandbox().await;
    for unknown in [id.replace("sbx_", "port-"), PortId::generate().to_string()] {
        let answer = visit(&api, &format!("/port/{unknown}/"), &[]).await;
        answer.failure(404, "PORT_NOT_FOUND");
    }
    let sandbox = api
        .belljar
        .sandbox(&SandboxId::parse(&id).unwrap())
        .unwrap();
    let error = sandbox.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn a_connection_is_upgraded_and_closed_from_either_side() {
    let api = Api::open().await;
    let (sandbox, path) = served(&api).await;
    let server = api.serve().await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let connect = async || {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let asked = format!(
            "GET {path}/switch HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
        );
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert!(head.contains("upgrade: echo\r\n"), "{head}");
        stream
    };
    let mut stream = connect().await;
    for said in ["one", "two"] {
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut heard = [0; 3];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, *said.to_ascii_uppercase().as_bytes());
    }
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);

    let mut stream = connect().await;
    api.delete(&format!("/sandbox/{sandbox}")).await.data();
    // Cut off or ended, but not left open.
    assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn visitors_cannot_take_more_sockets_than_the_sandbox_has() {
    let api = Api::open().await;
    let (sandbox, path) = served(&api).await;
    let id = SandboxId::parse(&sandbox).unwrap();
    let sandbox = api.belljar.sandbox(&id).unwrap();
    let mut open = Vec::new();
    let error = loop {
        match sandbox.connect().await {
            Ok(connection) => open.push(connection),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(open.len() < 128, "{}", open.len());
    api.get(&path).await.failure(429, "RATE_LIMITED");
    drop(open);
    eventually("an answer", || async {
        (api.get(&path).await.status == 200).then_some(())
    })
    .await;
}
