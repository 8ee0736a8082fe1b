//! Which registry, which proxy, and settings that are wrong.

use super::*;

fn values(pairs: &[(&str, &str)]) -> Values {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]))
        .collect()
}

fn settings(pairs: &[(&str, &str)]) -> Result<Settings, Error> {
    Settings::from_values(&values(pairs), "http://default.example/npm")
}

fn proxy(pairs: &[(&str, &str)], url: &str) -> Option<String> {
    let proxies = proxies(&values(pairs)).unwrap();
    let proxy = proxies.of(&Url::parse(url).unwrap());
    proxy.map(|proxy| proxy.to_string())
}

#[test]
fn a_scope_can_have_a_registry_of_its_own() {
    let settings = settings(&[("@acme:registry", "https://acme.example")]).unwrap();
    assert_eq!(
        settings.base("zod").url.as_str(),
        "http://default.example/npm/"
    );
    assert_eq!(
        settings.base("@other/zod").url.as_str(),
        "http://default.example/npm/"
    );
    let base = settings.base("@acme/zod");
    assert_eq!(base.url.as_str(), "https://acme.example/");
    assert!(!base.is_default);
}

#[test]
fn credentials_in_an_address_are_sent_but_not_shown() {
    let settings = settings(&[("@acme:registry", "https://me:s3cret@acme.example/")]).unwrap();
    let base = settings.base("@acme/zod");
    assert_eq!(base.url.as_str(), "https://acme.example/");
    // me:s3cret
    let header = settings.credentials.of(&base.url).unwrap();
    assert_eq!(header, "Basic bWU6czNjcmV0");
    assert!(!format!("{settings:?}").contains("bWU6"));
}

#[test]
fn wrong_settings_are_named() {
    for (key, value) in [
        ("@acme:registry", "acme.example"),
        ("@acme:registry", "ftp://acme.example"),
        ("fetch-timeout", "soon"),
        ("fetch-retries", "-1"),
        ("proxy", "http://"),
        ("cafile", "/nonexistent/ca.pem"),
        ("//acme.example/:certfile", "x"),
    ] {
        let error = settings(&[(key, value)]).unwrap_err();
        assert!(error.to_string().contains(key), "{key}: {error}");
    }
}

#[test]
fn numbers() {
    let settings = settings(&[
        ("fetch-timeout", "0"),
        ("fetch-retries", "5"),
        ("fetch-retry-mintimeout", "100"),
        ("fetch-retry-factor", "3"),
    ])
    .unwrap();
    assert_eq!(settings.fetch_timeout, MAX_FETCH_TIMEOUT);
    assert_eq!(settings.retries.most, 5);
    assert_eq!(settings.retries.wait(2), Duration::from_millis(900));
    assert_eq!(settings.retries.wait(40), RETRY_MAX);
}

#[test]
fn proxies_as_npm_chooses_them() {
    let https = "https://a.example/";
    let http = "http://a.example/";
    assert_eq!(proxy(&[], https), None);
    let env = [
        ("env:https_proxy", "http://s/"),
        ("env:http_proxy", "http://p/"),
    ];
    assert_eq!(proxy(&env, https).unwrap(), "http://s/");
    assert_eq!(proxy(&env, http).unwrap(), "http://s/");
    assert_eq!(proxy(&env[1..], https), None);
    assert_eq!(proxy(&env[1..], http).unwrap(), "http://p/");
    let set = [("proxy", "me:pw@q:3128"), ("env:https_proxy", "http://s/")];
    assert_eq!(proxy(&set, https).unwrap(), "http://me:pw@q:3128/");
    assert_eq!(proxy(&[("proxy", "false")], https), None);
    let both = [("proxy", "http://q/"), ("https-proxy", "http://r/")];
    assert_eq!(proxy(&both, http).unwrap(), "http://r/");
}

#[test]
fn some_hosts_have_no_proxy() {
    let through = |except: &str, host: &str| {
        let pairs = [("proxy", "http://q/"), ("noproxy", except)];
        proxy(&pairs, &format!("http://{host}/")).is_some()
    };
    assert!(!through("localhost", "localhost:4873"));
    assert!(!through("x, .acme.example", "npm.acme.example"));
    assert!(!through("acme.example", "acme.example"));
    assert!(!through("*.acme.example", "npm.acme.example"));
    assert!(!through("*", "any.example"));
    assert!(!through("127.0.0.1", "127.0.0.1"));
    assert!(through("acme.example", "notacme.example"));
    assert!(through("npm.acme.example", "acme.example"));
    assert!(through("", "a.example"));
    assert!(through(",", "a.example"));
}
