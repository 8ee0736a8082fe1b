//! Who we are at which address.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

use super::config::Values;
use crate::registry::Error;

/// What to send in `Authorization`, by the part of an address that npm's settings name:
/// `//HOST[:PORT]/PATH/`.
#[derive(Default, Clone)]
pub(super) struct Credentials(BTreeMap<String, String>);

impl Credentials {
    pub(super) fn from_values(values: &Values) -> Result<Self, Error> {
        let mut found = BTreeMap::new();
        let value = |place: &str, name: &str| {
            let value = values.get(&format!("{place}:{name}"))?.last()?.as_str();
            (!value.is_empty()).then_some(value)
        };
        let places = values.keys().filter_map(|key| {
            let (place, _) = key.rsplit_once(':')?;
            place.starts_with("//").then_some(place)
        });
        for place in places {
            // The order is npm's.
            let header = if let Some(token) = value(place, "_authToken") {
                format!("Bearer {token}")
            } else if let Some(auth) = value(place, "_auth") {
                format!("Basic {auth}")
            } else if let (Some(name), Some(password)) =
                (value(place, "username"), value(place, "_password"))
            {
                let password = STANDARD
                    .decode(password)
                    .map_err(|_| Error::Configuration {
                        key: format!("{place}:_password"),
                        reason: "it is not base64".to_owned(),
                    })?;
                basic(name, &password)
            } else {
                continue;
            };
            if reqwest::header::HeaderValue::from_str(&header).is_err() {
                return Err(Error::Configuration {
                    key: place.to_owned(),
                    reason: "the credentials contain characters that cannot be sent".to_owned(),
                });
            }
            found.insert(place.to_owned(), header);
        }
        Ok(Self(found))
    }

    /// Takes name and password out of an address, to be sent to where it leads.
    pub(super) fn take_from(&mut self, url: &mut Url) {
        if url.username().is_empty() && url.password().is_none() {
            return;
        }
        let decode = |text: &str| super::address::decode(text);
        let header = basic(
            &String::from_utf8_lossy(&decode(url.username())),
            &decode(url.password().unwrap_or_default()),
        );
        // Neither fails for an address that has a host.
        let _name_removed = url.set_username("");
        let _password_removed = url.set_password(None);
        self.0.entry(place(url)).or_insert(header);
    }

    /// What to send with a request for `url`: of the longest part of it that is named.
    pub(super) fn of(&self, url: &Url) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let place = place(url);
        let mut rest = place.as_str();
        while rest.len() > 2 {
            if let Some(header) = self.0.get(rest) {
                return Some(header);
            }
            // Both `//host/path/` and `//host/path` are written.
            rest = match rest.strip_suffix('/') {
                Some(shorter) => shorter,
                None => rest.get(..=rest.rfind('/')?)?,
            };
        }
        None
    }
}

fn basic(name: &str, password: &[u8]) -> String {
    let pair = [name.as_bytes(), b":", password].concat();
    format!("Basic {}", STANDARD.encode(pair))
}

fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url
        .port()
        .map_or_else(String::new, |port| format!(":{port}"));
    format!("//{host}{port}{}", url.path())
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)], url: &str) -> Option<String> {
        let values = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]))
            .collect();
        let credentials = Credentials::from_values(&values).unwrap();
        credentials.of(&Url::parse(url).unwrap()).map(str::to_owned)
    }

    #[test]
    fn they_go_to_the_place_they_are_for() {
        let token = [("//npm.example/team/:_authToken", "t")];
        let bearer = Some("Bearer t".to_owned());
        assert_eq!(of(&token, "https://npm.example/team/zod"), bearer);
        assert_eq!(
            of(&token, "https://npm.example/team/zod/-/zod-1.tgz"),
            bearer
        );
        assert_eq!(of(&token, "https://npm.example/teams/zod"), None);
        assert_eq!(of(&token, "https://npm.example/zod"), None);
        assert_eq!(of(&token, "https://npm.example:8080/team/zod"), None);
        assert_eq!(of(&token, "https://evil.example/team/zod"), None);
        let bare = [("//npm.example:_authToken", "t")];
        assert_eq!(of(&bare, "https://npm.example/zod"), bearer);
        let port = [("//localhost:4873/:_authToken", "t")];
        assert_eq!(of(&port, "http://localhost:4873/zod"), bearer);
        assert_eq!(of(&port, "http://localhost/zod"), None);
    }

    #[test]
    fn the_longest_place_counts() {
        let pairs = [
            ("//x/:_authToken", "short"),
            ("//x/a/b/:_authToken", "long"),
        ];
        assert_eq!(of(&pairs, "http://x/a/b/c").unwrap(), "Bearer long");
        assert_eq!(of(&pairs, "http://x/a/c").unwrap(), "Bearer short");
    }

    #[test]
    fn their_kinds() {
        assert_eq!(
            of(&[("//x/:_auth", "bWU6cHc=")], "http://x/").unwrap(),
            "Basic bWU6cHc="
        );
        let pair = [("//x/:username", "me"), ("//x/:_password", "cHc=")];
        assert_eq!(of(&pair, "http://x/").unwrap(), "Basic bWU6cHc=");
        assert_eq!(of(&pair[..1], "http://x/"), None);
        let both = [("//x/:_auth", "bWU6cHc="), ("//x/:_authToken", "t")];
        assert_eq!(of(&both, "http://x/").unwrap(), "Bearer t");
    }

    #[test]
    fn what_cannot_be_sent_is_an_error_without_the_secret() {
        for (key, value) in [("//x/:_authToken", "a\nb"), ("//x/:_password", "%%%")] {
            let mut values = Values::new();
            values.insert(key.to_owned(), vec![value.to_owned()]);
            values.insert("//x/:username".to_owned(), vec!["me".to_owned()]);
            let error = Credentials::from_values(&values).unwrap_err().to_string();
            assert!(error.contains("//x/") && !error.contains(value), "{error}");
        }
    }
}
