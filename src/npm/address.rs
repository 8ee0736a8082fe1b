//! Where an archive may be fetched from.
//!
//! A guest says the address, as it has read it in the metadata; requests carry the host's
//! credentials. So it must lead to the registry that the package belongs to, and to something that can
//! be an archive of this package there, not to what else the registry offers to those who are
//! logged in.

use reqwest::Url;

use super::settings::{Base, ReplaceHost};

/// The address of a package's metadata.
pub(super) fn of_metadata(base: &Base, name: &str) -> Result<Url, String> {
    // Checked before: apart from the slash, nothing in a name means anything in an address.
    let path = name.replace('/', "%2f");
    let url = base.url.join(&format!("./{path}"));
    url.map_err(|error| error.to_string())
}

/// The address of an archive, or why it may not be fetched.
pub(super) fn of_tarball(
    base: &Base,
    replace: &ReplaceHost,
    name: &str,
    version: &str,
    said: &str,
) -> Result<Url, String> {
    let mut url = Url::parse(said).map_err(|error| format!("its address is none: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "its address is not http or https but {}",
            url.scheme()
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address has credentials in it".to_owned());
    }
    url.set_fragment(None);
    if url.origin() != base.url.origin() {
        move_to(base, replace, &mut url)?;
    }
    if !is_of_package(base, &url, name, version) {
        return Err("its address is not that of an archive of this package".to_owned());
    }
    Ok(url)
}

/// Puts the registry's host in place of another one, as npm does with the lines of a lock file.
fn move_to(base: &Base, replace: &ReplaceHost, url: &mut Url) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let may = match replace {
        // The same host by another scheme or port is still that host's business.
        _ if Some(host.as_str()) == base.url.host_str() => *replace != ReplaceHost::Never,
        ReplaceHost::OfDefault => base.is_default,
        ReplaceHost::Always => true,
        ReplaceHost::Never => false,
        ReplaceHost::Host(replaced) => *replaced == host,
    };
    let registry = base.url.host_str().unwrap_or_default();
    if !may {
        return Err(format!(
            "its address is at {host}, but its registry is {registry}"
        ));
    }
    let path = url.path().to_owned();
    let query = url.query().map(str::to_owned);
    *url = base.url.clone();
    if path.starts_with(base.url.path()) {
        url.set_path(&path);
    } else {
        let path = path.trim_start_matches('/');
        url.set_path(&format!("{}{path}", base.url.path()));
    }
    url.set_query(query.as_deref());
    Ok(())
}

/// Whether a part of the path is the package's name or a file that is called by it, and none of it is
/// npm's own interface (`/-/whoami`, `/-/npm/v1/tokens`).
fn is_of_package(base: &Base, url: &Url, name: &str, version: &str) -> bool {
    let bare = name.rsplit('/').next().unwrap_or(name);
    let within = url.path().strip_prefix(base.url.path());
    let path = decode(within.unwrap_or_else(|| url.path().trim_start_matches('/')));
    let Ok(path) = String::from_utf8(path) else {
        return false;
    };
    let file = format!("{bare}-{version}");
    let mut parts = path.split(['/', '\\']);
    if parts.clone().next() == Some("-")
        || parts.clone().any(|part| matches!(part, "" | "." | ".."))
    {
        return false;
    }
    parts.any(|part| {
        // Some registries put the version into a path in small letters.
        part.eq_ignore_ascii_case(bare)
            || part
                .get(..file.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(&file))
    })
}

/// Undoes percent encoding.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut done = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digit = |byte: Option<u8>| {
            char::from(byte?)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                done.push(high * 16 + low);
                bytes = ahead;
            }
            _ => done.push(byte),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str, is_default: bool) -> Base {
        Base {
            url: Url::parse(url).unwrap(),
            is_default,
        }
    }

    fn zod(base: &Base, replace: &ReplaceHost, said: &str) -> Option<String> {
        let url = of_tarball(base, replace, "zod", "1.2.3", said);
        url.ok().map(|url| url.to_string())
    }

    #[test]
    fn metadata() {
        let base = base("http://x/npm/", true);
        let of = |name| of_metadata(&base, name).unwrap().to_string();
        assert_eq!(of("zod"), "http://x/npm/zod");
        assert_eq!(of("@a/b"), "http://x/npm/@a%2fb");
    }

    #[test]
    fn archives_of_the_registry_itself() {
        let base = base("https://x.example/npm/", true);
        for said in [
            "https://x.example/npm/zod/-/zod-1.2.3.tgz",
            "https://x.example/npm/download/zod/1.2.3/0123abcd",
            "https://x.example/files/zod-1.2.3.tgz",
            "https://x.example/api/v4/projects/7/packages/npm/zod/-/zod-1.2.3.tgz",
            "https://x.example/npm/zod/-/zod-1.2.3.tgz?cache=0",
        ] {
            assert_eq!(zod(&base, &ReplaceHost::Never, said).unwrap(), said);
        }
        let url = of_tarball(
            &base,
            &ReplaceHost::Never,
            "@a/b",
            "1.0.0",
            "https://x.example/npm/@a%2fb/-/b-1.0.0.tgz",
        );
        assert!(url.is_ok());
    }

    #[test]
    fn what_is_no_archive_of_the_package() {
        let base = base("https://x.example/npm/", true);
        for said in [
            "https://x.example/npm/-/whoami",
            "https://x.example/npm/-/zod",
            "https://x.example/npm/%2d/zod",
            "https://x.example/npm/zod/..%2f-/zod",
            "https://x.example/npm/zod/../-/zod",
            "https://x.example/npm//-/zod",
            "https://x.example/npm/-/npm/v1/tokens",
            "https://x.example/npm/lodash/-/lodash-1.2.3.tgz",
            "https://x.example/admin",
            "https://x.example/npm/",
            "https://me:pw@x.example/npm/zod/-/zod-1.2.3.tgz",
            "ftp://x.example/npm/zod/-/zod-1.2.3.tgz",
            "file:///zod/zod-1.2.3.tgz",
            "zod-1.2.3.tgz",
            "",
        ] {
            assert_eq!(zod(&base, &ReplaceHost::Always, said), None, "{said}");
        }
    }

    #[test]
    fn another_host_is_replaced_or_refused() {
        let said = "https://public.example/zod/-/zod-1.2.3.tgz";
        let there = Some("http://mirror:4873/npm/zod/-/zod-1.2.3.tgz".to_owned());
        let default = base("http://mirror:4873/npm/", true);
        let scoped = base("http://mirror:4873/npm/", false);
        assert_eq!(zod(&default, &ReplaceHost::OfDefault, said), there);
        assert_eq!(zod(&scoped, &ReplaceHost::OfDefault, said), None);
        assert_eq!(zod(&scoped, &ReplaceHost::Always, said), there);
        assert_eq!(zod(&default, &ReplaceHost::Never, said), None);
        let host = ReplaceHost::Host("public.example".to_owned());
        assert_eq!(zod(&scoped, &host, said), there);
        let host = ReplaceHost::Host("other.example".to_owned());
        assert_eq!(zod(&scoped, &host, said), None);
        // The path is there already; the scheme is the registry's.
        let said = "https://mirror/npm/zod/-/zod-1.2.3.tgz";
        assert_eq!(zod(&scoped, &ReplaceHost::OfDefault, said), there);
    }

    #[test]
    fn percent_encoding() {
        assert_eq!(decode("a%2Fb%2fc"), b"a/b/c");
        assert_eq!(decode("100%"), b"100%");
        assert_eq!(decode("%4"), b"%4");
        assert_eq!(decode("%zz%41"), b"%zzA");
    }
}
