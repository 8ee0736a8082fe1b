//! Which requests are a guest's, and what is changed of them.

use super::*;

const ID: &str = "port-0123456789abcdefghjkmnpqrs";

fn target(uri: &str, host: &str, prefix: Option<&str>) -> Option<(Option<String>, String)> {
    let options = ApiOptions {
        port_domain: Some("apps.example.com:8443".to_owned()),
        path_prefix: prefix.map(str::to_owned),
        ..ApiOptions::default()
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, host.parse().unwrap());
    let target = Target::of(&uri.parse().unwrap(), &headers, &options)?;
    assert_eq!(target.id.as_str(), ID);
    Some((target.mount, target.asked.to_string()))
}

#[test]
fn a_path_is_told_from_calls_and_leaves_the_rest_as_it_is() {
    let at = |uri: &str, prefix| target(uri, "belljar.test", prefix);
    let mount = Some(format!("/port/{ID}"));
    for (rest, asked) in [
        ("", "/"),
        ("/", "/"),
        ("/a//b/?x=%2F&y=//", "/a//b/?x=%2F&y=//"),
        ("?x=1", "/?x=1"),
        ("/port/port-1", "/port/port-1"),
    ] {
        let found = at(&format!("/port/{ID}{rest}"), None);
        assert_eq!(found, Some((mount.clone(), asked.to_owned())), "{rest}");
    }
    let below = Some(format!("/api/v1/port/{ID}"));
    for prefix in ["/api/v1", "api/v1/"] {
        let found = at(&format!("/api/v1/port/{ID}/x"), Some(prefix));
        assert_eq!(found, Some((below.clone(), "/x".to_owned())), "{prefix}");
        let bare = at(&format!("/port/{ID}/x"), Some(prefix));
        assert_eq!(bare, Some((mount.clone(), "/x".to_owned())), "{prefix}");
    }
    for uri in [
        "/port",
        "/port/",
        "/port/x",
        "/port/port-",
        "/port/port-a%20b",
        "/sandbox",
        "*",
    ] {
        assert_eq!(at(uri, None), None, "{uri}");
    }
    assert_eq!(at(&format!("/api/v10/port/{ID}"), Some("/api/v1")), None);
}

#[test]
fn a_host_below_the_domain_or_localhost_is_a_guests() {
    for host in [
        format!("{ID}.apps.example.com"),
        format!("{ID}.APPS.example.com:8443"),
        format!("{}.apps.example.com:80", ID.to_ascii_uppercase()),
        format!("{ID}.localhost:7070"),
    ] {
        let found = target("/port/x//?q", &host, None);
        assert_eq!(found, Some((None, "/port/x//?q".to_owned())), "{host}");
    }
    let absolute = format!("http://{ID}.localhost/a");
    assert_eq!(
        target(&absolute, "belljar.test", None),
        Some((None, "/a".to_owned()))
    );
    for host in [
        "apps.example.com".to_owned(),
        format!("{ID}.example.com"),
        format!("x.{ID}.apps.example.com"),
        format!("{ID}.apps.example.com.evil.test"),
        "www.apps.example.com".to_owned(),
    ] {
        assert_eq!(target("/", &host, None), None, "{host}");
    }
}

#[test]
fn a_cookie_stays_with_its_guest() {
    let own = |cookie: &str, mount| {
        let cookie = own_cookie(&cookie.parse().unwrap(), mount).unwrap();
        cookie.to_str().unwrap().to_owned()
    };
    let cookie = "domain=path; Domain=example.com; Path=/; DOMAIN = .x; Secure; path";
    assert_eq!(
        own(cookie, Some("/port/p")),
        "domain=path; Secure; Path=/port/p"
    );
    assert_eq!(own(cookie, None), "domain=path; Path=/; Secure; path");
    assert_eq!(own("a=1", None), "a=1");
}

#[test]
fn a_redirection_to_the_guests_root_stays_below_its_mount() {
    let moved = |location: &str| {
        let location = below_mount(&location.parse().unwrap(), "/port/p", Some("host:1"))?;
        Some(location.to_str().unwrap().to_owned())
    };
    for (location, expected) in [
        ("/a?b#c", Some("/port/p/a?b#c")),
        ("http://host:1/a", Some("/port/p/a")),
        ("https://HOST:1", Some("/port/p/")),
        ("http://host:1?b", Some("/port/p/?b")),
        ("//elsewhere/a", None),
        ("https://elsewhere/a", None),
        ("a/b", None),
        ("?b", None),
    ] {
        assert_eq!(moved(location).as_deref(), expected, "{location}");
    }
}

#[test]
fn what_is_about_the_connection_ends_with_it() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("connection", "keep-alive, X-Mine"),
        ("connection", "Upgrade"),
        ("x-mine", "1"),
        ("upgrade", "h2c"),
        ("te", "trailers"),
        ("transfer-encoding", "chunked"),
        ("accept", "*/*"),
    ] {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    assert!(asks_to_upgrade(&headers));
    strip(&mut headers);
    assert_eq!(headers.keys().collect::<Vec<_>>(), [header::ACCEPT]);
    assert!(!asks_to_upgrade(&headers));
}
