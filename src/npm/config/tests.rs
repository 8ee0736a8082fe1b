//! Which source goes over which.

use super::*;

fn of(pairs: &[(&str, &str)]) -> Config {
    let pairs = pairs.iter();
    Config::of_host(pairs.map(|(name, value)| (OsString::from(name), OsString::from(value))))
}

fn value(values: &Values, key: &str) -> Option<String> {
    values.get(key).map(|all| all.join("|"))
}

#[test]
fn the_environment_goes_over_the_user_s_file_and_that_over_the_global_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("etc")).unwrap();
    std::fs::write(
        folder.path().join("etc/npmrc"),
        "registry=http://global/\nfetch-retries=1\nproxy=http://p/\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join(".npmrc"),
        "registry=http://user/\nfetch-retries=2\n//user/:_authToken=${SECRET}\n",
    )
    .unwrap();
    let home = folder.path().to_str().unwrap();
    let config = of(&[
        ("HOME", home),
        ("PREFIX", home),
        ("SECRET", "s3cret"),
        ("NPM_CONFIG_FETCH_RETRIES", "3"),
        ("npm_config_@acme:registry", "http://acme/"),
        ("npm_config_//host/:_authToken", "mixedCase"),
        ("npm_config_empty", ""),
        ("https_proxy", "http://env/"),
    ])
    .set("strict-ssl", "false");
    let values = config.values().unwrap();
    let value = |key| value(&values, key);
    assert_eq!(value("registry").unwrap(), "http://user/");
    assert_eq!(value("fetch-retries").unwrap(), "3");
    assert_eq!(value("proxy").unwrap(), "http://p/");
    assert_eq!(value("//user/:_authToken").unwrap(), "s3cret");
    assert_eq!(value("@acme:registry").unwrap(), "http://acme/");
    assert_eq!(value("//host/:_authToken").unwrap(), "mixedCase");
    assert_eq!(value("env:https_proxy").unwrap(), "http://env/");
    assert_eq!(value("strict-ssl").unwrap(), "false");
    assert_eq!(value("empty"), None);
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn where_files_are_can_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("u"), "a=user\n").unwrap();
    std::fs::write(path("g"), "a=global\nb=global\n").unwrap();
    let values = of(&[
        ("npm_config_userconfig", &path("u")),
        ("npm_config_globalconfig", &path("g")),
    ])
    .values()
    .unwrap();
    assert_eq!(value(&values, "a").unwrap(), "user");
    assert_eq!(value(&values, "b").unwrap(), "global");
}

#[test]
fn a_file_that_is_none_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let error = of(&[
        ("npm_config_userconfig", path),
        ("npm_config_globalconfig", "/nonexistent"),
    ])
    .values()
    .unwrap_err();
    assert!(error.to_string().contains(path), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn npm_is_asked_where_no_registry_is_set() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let npm = folder.path().join("npm");
    let script = |text: &str| {
        std::fs::write(&npm, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&npm, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let path = folder.path().to_str().unwrap();
    let config = of(&[("PATH", path), ("ANSWER", "http://asked/")]);

    script(r#"test "$*" = "config get registry" && echo "$ANSWER""#);
    assert_eq!(config.ask_npm().await.unwrap(), "http://asked/");

    script("echo undefined");
    let error = config.ask_npm().await.unwrap_err();
    assert!(error.to_string().contains("npm_config_registry"), "{error}");

    let error = of(&[("PATH", "/nonexistent")]).ask_npm().await.unwrap_err();
    assert!(error.to_string().contains("no npm to ask"), "{error}");
}
