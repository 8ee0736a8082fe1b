//! The client against registries on this machine that behave well, badly and not at all.

mod server;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use sha2::Digest as _;

use self::server::{Reply, Server};
use super::client::{Client, Limits};
use super::config::Config;
use crate::clock::{ManualClock, Timestamp};
use crate::registry::{Asked, Content, Error, Registry};

struct Case {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    config: Config,
}

impl Case {
    fn new(server: &Server) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::new(Timestamp::from_millis(1_700_000_000_000))),
            config: Config::new(server.url(""))
                .set("fetch-retry-mintimeout", "1")
                .set("fetch-timeout", "5000"),
        }
    }

    fn set(mut self, key: &str, value: &str) -> Self {
        self.config = self.config.set(key, value);
        self
    }

    /// Another process would see the same folder.
    fn client(&self) -> Client {
        let limits = Limits {
            metadata: 10_000,
            tarball: 100_000,
        };
        let clock = Arc::<ManualClock>::clone(&self.clock);
        Client::with(self.config.clone(), self.folder.path(), clock, limits)
    }
}

fn read(content: &Content) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let part = content.read_at(all.len() as u64, 1000).unwrap();
        if part.is_empty() {
            assert_eq!(all.len() as u64, content.size());
            return all;
        }
        all.extend_from_slice(&part);
    }
}

fn integrity(bytes: &[u8]) -> String {
    let digest = sha2::Sha512::digest(bytes);
    let digest = base64::engine::general_purpose::STANDARD.encode(digest);
    format!("sha512-{digest}")
}

const ZOD: &[u8] = b"not really an archive, but who looks";

async fn get_zod(client: &Client, server: &Server) -> Result<Vec<u8>, Error> {
    let url = server.url("zod/-/zod-1.0.0.tgz");
    let content = client.tarball("zod", "1.0.0", &url, &integrity(ZOD)).await;
    content.map(|content| read(&content))
}

#[tokio::test]
async fn documents_and_what_is_asked() {
    let server = Server::start(|request| match request.path.as_str() {
        "/zod" => Reply::json(r#"{"name":"zod"}"#),
        "/@acme%2fthing" => Reply::json(r#"{"name":"@acme/thing"}"#),
        "/zod/-/zod-1.0.0.tgz" => Reply::ok(ZOD),
        _ => Reply::status(404),
    })
    .await;
    let case = Case::new(&server);
    let client = case.client();
    let zod = client.metadata("zod").await.unwrap();
    assert_eq!(read(&zod), br#"{"name":"zod"}"#);
    let thing = client.metadata("@acme/thing").await.unwrap();
    assert_eq!(read(&thing), br#"{"name":"@acme/thing"}"#);
    assert_eq!(get_zod(&client, &server).await.unwrap(), ZOD);
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|request| request.method == "GET"));
    assert!(
        seen[0]
            .header("accept")
            .contains("application/vnd.npm.install-v1+json")
    );
    assert_eq!(seen[0].header("accept-encoding"), "gzip");
    assert_eq!(seen[2].header("accept-encoding"), "identity");
    assert!(
        seen.iter()
            .all(|request| request.header("authorization").is_empty())
    );
}

#[tokio::test]
async fn nothing_is_asked_about_names_that_are_none() {
    let server = Server::start(|_| Reply::status(500)).await;
    let client = Case::new(&server).client();
    let url = server.url("x/-/x-1.0.0.tgz");
    for name in ["../x", "", "..", "@a/../b", "x?y", "-/whoami", "a\r\nb"] {
        let error = client.metadata(name).await.unwrap_err();
        assert!(
            matches!(error, Error::InvalidName { .. }),
            "{name:?}: {error}"
        );
        let error = client
            .tarball(name, "1.0.0", &url, &integrity(b""))
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::InvalidName { .. }),
            "{name:?}: {error}"
        );
    }
    for (version, address, integrity) in [
        ("../1", url.as_str(), integrity(b"").as_str()),
        (
            "1.0.0",
            "http://elsewhere.example:1/y/-/y-1.0.0.tgz",
            &integrity(b""),
        ),
        ("1.0.0", &server.url("-/whoami"), &integrity(b"")),
        ("1.0.0", url.as_str(), ""),
        ("1.0.0", url.as_str(), "md5-AAAA"),
    ] {
        let error = client
            .tarball("x", version, address, integrity)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn credentials_go_where_they_belong() {
    let scope = Server::start(|_| Reply::json("{}")).await;
    let server = Server::start(|_| Reply::json("{}")).await;
    let case = Case::new(&server)
        .set("@acme:registry", &scope.url("npm"))
        .set(&format!("//{}/npm/:_authToken", scope.host()), "s3cret");
    let client = case.client();
    client.metadata("zod").await.unwrap();
    client.metadata("@acme/thing").await.unwrap();
    assert_eq!(server.seen()[0].header("authorization"), "");
    assert_eq!(scope.seen()[0].path, "/npm/@acme%2fthing");
    assert_eq!(scope.seen()[0].header("authorization"), "Bearer s3cret");

    // The files of a registry can be at another path of the same host.
    let url = scope.url("files/thing-1.0.0.tgz");
    let body = client
        .tarball("@acme/thing", "1.0.0", &url, &integrity(b"{}"))
        .await;
    assert_eq!(read(&body.unwrap()), b"{}");
    assert_eq!(scope.seen()[1].header("authorization"), "Bearer s3cret");

    // A scope's packages are nowhere else.
    let url = "http://elsewhere.example/thing/-/thing-1.0.0.tgz";
    let error = client
        .tarball("@acme/thing", "1.0.0", url, &integrity(b"{}"))
        .await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("elsewhere.example") && !error.contains("s3cret"),
        "{error}"
    );
}

#[tokio::test]
async fn archives_of_the_default_registry_are_got_from_its_mirror() {
    let server = Server::start(|_| Reply::ok(ZOD)).await;
    let case = Case::new(&server).set("registry", &server.url("mirror"));
    let url = "https://public.example/zod/-/zod-1.0.0.tgz";
    let content = case
        .client()
        .tarball("zod", "1.0.0", url, &integrity(ZOD))
        .await;
    assert_eq!(read(&content.unwrap()), ZOD);
    assert_eq!(server.seen()[0].path, "/mirror/zod/-/zod-1.0.0.tgz");
}

#[tokio::test]
async fn a_redirection_elsewhere_takes_no_secrets_along() {
    let other = Server::start(|request| match request.path.as_str() {
        "/back" => Reply::ok(ZOD),
        _ => Reply::ok(b"?"),
    })
    .await;
    let target = other.url("back");
    let server = Server::start(move |request| match request.path.as_str() {
        "/zod/-/zod-1.0.0.tgz" => Reply::redirect("/here"),
        "/here" => Reply::redirect(&target),
        _ => Reply::status(404),
    })
    .await;
    let case = Case::new(&server)
        .set(&format!("//{}/:_authToken", server.host()), "s3cret")
        .set(&format!("//{}/:_authToken", other.host()), "of another");
    assert_eq!(get_zod(&case.client(), &server).await.unwrap(), ZOD);
    let secrets: Vec<_> = server
        .seen()
        .iter()
        .map(|one| one.header("authorization"))
        .collect();
    assert_eq!(secrets, ["Bearer s3cret", "Bearer s3cret"]);
    assert_eq!(other.seen()[0].header("authorization"), "");
}

#[tokio::test]
async fn redirections_end() {
    let server = Server::start(|_| Reply::redirect("/again")).await;
    let error = Case::new(&server)
        .client()
        .metadata("zod")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("redirections"), "{error}");
    assert_eq!(server.seen().len(), 6);
    for target in ["ftp://x/", "file:///etc/passwd", "http://"] {
        let server = Server::start(move |_| Reply::redirect(target)).await;
        let error = Case::new(&server)
            .client()
            .metadata("zod")
            .await
            .unwrap_err();
        assert!(error.to_string().contains("it redirects"), "{error}");
    }
}

#[tokio::test]
async fn a_proxy_is_used_and_told_who_we_are() {
    let proxy = Server::start(|_| Reply::json("{}")).await;
    let server = Server::start(|_| Reply::json("{}")).await;
    let address = format!("http://me:pw@{}", proxy.host());
    let case = Case::new(&server)
        .set("registry", "http://registry.invalid/")
        .set("@acme:registry", &server.url(""))
        .set("noproxy", "127.0.0.1")
        .set("proxy", &address);
    let client = case.client();
    client.metadata("zod").await.unwrap();
    client.metadata("@acme/thing").await.unwrap();
    let seen = proxy.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, "http://registry.invalid/zod");
    // me:pw
    assert_eq!(seen[0].header("proxy-authorization"), "Basic bWU6cHc=");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_an_error_without_its_password() {
    let server = Server::start(|_| Reply::json("{}")).await;
    let case = Case::new(&server).set("proxy", "http://me:s3cret@127.0.0.1:1");
    let error = case.client().metadata("zod").await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(matches!(error, Error::Unreachable { .. }), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn what_is_not_the_promised_archive_is_not_handed_out() {
    let server = Server::start(|_| Reply::ok(b"something else")).await;
    let case = Case::new(&server);
    let client = case.client();
    for _ in 0..2 {
        let error = get_zod(&client, &server).await.unwrap_err();
        assert!(matches!(error, Error::Integrity { .. }), "{error}");
        assert!(error.to_string().contains("zod@1.0.0"), "{error}");
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn old_archives_have_another_digest() {
    let server = Server::start(|_| Reply::ok(b"hello world")).await;
    let url = server.url("zod/-/zod-1.0.0.tgz");
    let client = Case::new(&server).client();
    let sum = "sha1-Kq5sNclPz7QV2+lfQIuc6R7oRu0=";
    let content = client.tarball("zod", "1.0.0", &url, sum).await.unwrap();
    assert_eq!(read(&content), b"hello world");
}

#[tokio::test]
async fn what_the_registry_refuses() {
    let server = Server::start(|request| match request.path.as_str() {
        "/forbidden" => Reply::status(403),
        "/odd" => Reply::status(204),
        _ => Reply::status(404),
    })
    .await;
    let client = Case::new(&server).client();
    let host = server.host();
    let error = client.metadata("none").await.unwrap_err();
    let asked = Asked::Metadata {
        name: "none".to_owned(),
    };
    assert_eq!(error, Error::NotFound { asked, host });
    let error = client.metadata("forbidden").await.unwrap_err();
    assert!(
        matches!(error, Error::Refused { status: 403, .. }),
        "{error}"
    );
    let error = client.metadata("odd").await.unwrap_err();
    assert!(
        matches!(error, Error::Refused { status: 204, .. }),
        "{error}"
    );
    // None of them is tried again.
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn passing_trouble_is_overcome() {
    let mut count = 0;
    let server = Server::start(move |_| {
        count += 1;
        match count {
            1 => Reply::status(503),
            2 => Reply::Truncated,
            _ => Reply::ok(ZOD),
        }
    })
    .await;
    assert_eq!(
        get_zod(&Case::new(&server).client(), &server)
            .await
            .unwrap(),
        ZOD
    );
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn lasting_trouble_is_an_error() {
    let server = Server::start(|_| Reply::status(502)).await;
    let error = get_zod(&Case::new(&server).client(), &server)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Refused { status: 502, .. }),
        "{error}"
    );
    assert_eq!(server.seen().len(), 3);

    let server = Server::start(|_| Reply::Truncated).await;
    let error = get_zod(&Case::new(&server).client(), &server)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("broke off"), "{error}");
    assert_eq!(server.seen().len(), 3);

    let server = Server::start(|_| Reply::ok(b"<html>log in first</html>")).await;
    let error = Case::new(&server)
        .client()
        .metadata("zod")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("JSON"), "{error}");

    let gone = Server::start(|_| Reply::status(404)).await;
    let case = Case::new(&gone);
    gone.stop().await;
    let error = case.client().metadata("zod").await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_given_up() {
    let server = Server::start(|_| Reply::Silence).await;
    let case = Case::new(&server)
        .set("fetch-timeout", "100")
        .set("fetch-retries", "1");
    let error = case.client().metadata("zod").await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert_eq!(server.seen().len(), 2);

    // Bytes that trickle in keep a connection alive, but not for ever.
    let server = Server::start(|_| Reply::Trickle).await;
    let case = Case::new(&server)
        .set("fetch-timeout", "300")
        .set("fetch-retries", "0");
    let error = case.client().metadata("zod").await.unwrap_err();
    assert!(error.to_string().contains("longer than"), "{error}");
}

#[tokio::test]
async fn what_is_too_large_is_not_taken() {
    for reply in [
        Reply::ok(&[b'x'; 100_001]),
        Reply::Chunked(vec![b'x'; 100_001]),
        // Small on its way.
        Reply::Gzip(vec![b' '; 100_001]),
    ] {
        let server = Server::start(move |_| reply.clone()).await;
        let client = Case::new(&server).client();
        let error = get_zod(&client, &server).await.unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { limit: 100_000, .. }),
            "{error}"
        );
        let error = client.metadata("zod").await.unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { limit: 10_000, .. }),
            "{error}"
        );
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn compressed_metadata() {
    let server = Server::start(|_| Reply::Gzip(br#"{"name":"zod"}"#.to_vec())).await;
    let case = Case::new(&server);
    let content = case.client().metadata("zod").await.unwrap();
    assert_eq!(read(&content), br#"{"name":"zod"}"#);
}

#[tokio::test]
async fn metadata_is_good_for_five_minutes_and_then_asked_for_again() {
    let mut version = 1;
    let server = Server::start(move |request| {
        if request.header("if-none-match") == "\"1\"" && version == 1 {
            version = 2;
            assert_eq!(request.header("if-modified-since"), "yesterday");
            return Reply::status(304);
        }
        Reply::Tagged(
            format!(r#"{{"version":{version}}}"#),
            format!("\"{version}\""),
        )
    })
    .await;
    let case = Case::new(&server);
    let get = || async { read(&case.client().metadata("zod").await.unwrap()) };
    assert_eq!(get().await, br#"{"version":1}"#);
    case.clock.advance(Duration::from_secs(299));
    assert_eq!(get().await, br#"{"version":1}"#);
    assert_eq!(server.seen().len(), 1);
    case.clock.advance(Duration::from_secs(1));
    assert_eq!(get().await, br#"{"version":1}"#);
    assert_eq!(server.seen().len(), 2);
    case.clock.advance(Duration::from_secs(299));
    assert_eq!(get().await, br#"{"version":1}"#);
    assert_eq!(server.seen().len(), 2);
    case.clock.advance(Duration::from_secs(1));
    assert_eq!(get().await, br#"{"version":2}"#);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn what_was_true_is_used_while_the_registry_is_away() {
    let mut count = 0;
    let server = Server::start(move |_| {
        count += 1;
        if count == 1 {
            Reply::json("{}")
        } else {
            Reply::status(500)
        }
    })
    .await;
    let case = Case::new(&server).set("fetch-retries", "0");
    assert_eq!(read(&case.client().metadata("zod").await.unwrap()), b"{}");
    case.clock.advance(Duration::from_secs(600));
    assert_eq!(read(&case.client().metadata("zod").await.unwrap()), b"{}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn metadata_is_kept_for_the_one_who_asked() {
    let server = Server::start(|request| {
        Reply::json(&format!("{{{:?}:1}}", request.header("authorization")))
    })
    .await;
    let case = Case::new(&server);
    let open = read(&case.client().metadata("zod").await.unwrap());
    let case = case.set(&format!("//{}/:_authToken", server.host()), "s3cret");
    assert_ne!(read(&case.client().metadata("zod").await.unwrap()), open);
}

#[tokio::test]
async fn many_who_want_one_archive_cause_one_request() {
    let server = Server::start(|_| Reply::Slow(ZOD.to_vec())).await;
    let client = Case::new(&server).client();
    let all = futures::future::join_all((0..20).map(|_| get_zod(&client, &server))).await;
    assert!(all.iter().all(|one| one.as_deref() == Ok(ZOD)));
    assert_eq!(server.seen().len(), 1);
    assert_eq!(get_zod(&client, &server).await.unwrap(), ZOD);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn no_more_than_sixteen_requests_are_on_their_way() {
    let server = Server::start(|_| Reply::Slow(b"{}".to_vec())).await;
    let client = Case::new(&server).client();
    let names: Vec<String> = (0..40).map(|number| format!("package-{number}")).collect();
    let all = futures::future::join_all(names.iter().map(|name| client.metadata(name))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(server.seen().len(), 40);
    let most = server.most_at_once();
    assert!((2..=16).contains(&most), "{most}");
}

#[tokio::test]
async fn a_damaged_archive_is_fetched_again() {
    let server = Server::start(|request| match request.path.as_str() {
        "/zod" => Reply::json("{}"),
        _ => Reply::ok(ZOD),
    })
    .await;
    let case = Case::new(&server);
    let client = case.client();
    assert_eq!(get_zod(&client, &server).await.unwrap(), ZOD);
    client.metadata("zod").await.unwrap();
    let mut folders = vec![case.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                std::fs::write(path, "damage").unwrap();
            }
        }
    }
    assert_eq!(get_zod(&client, &server).await.unwrap(), ZOD);
    assert_eq!(read(&client.metadata("zod").await.unwrap()), b"{}");
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn two_clients_share_a_folder() {
    let server = Server::start(|_| Reply::Slow(ZOD.to_vec())).await;
    let case = Case::new(&server);
    let (one, other) = (case.client(), case.client());
    let (first, second) = tokio::join!(get_zod(&one, &server), get_zod(&other, &server));
    assert_eq!(
        (first.unwrap().as_slice(), second.unwrap().as_slice()),
        (ZOD, ZOD)
    );
    assert_eq!(get_zod(&case.client(), &server).await.unwrap(), ZOD);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn wrong_settings_are_an_error_each_time() {
    let server = Server::start(|_| Reply::json("{}")).await;
    let client = Case::new(&server).set("fetch-timeout", "soon").client();
    for _ in 0..2 {
        let error = client.metadata("zod").await.unwrap_err();
        assert!(matches!(error, Error::Configuration { .. }), "{error}");
    }
    let client = Client::new(Config::new(""), tempfile::tempdir().unwrap().path());
    let error = client.metadata("zod").await.unwrap_err();
    assert!(error.to_string().contains("npm_config_registry"), "{error}");
}
