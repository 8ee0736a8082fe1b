//! The exposed ports of sandboxes: requests that are for a guest's server and not for us.
//!
//! They are known by their `Host`, `{id}.{domain}` below [`ApiOptions::port_domain`] or `localhost`, or else by their
//! path, `/port/{id}/…`. Whoever knows the id may ask; no key is needed. What the guest answers is
//! hostile to whoever visits it: below a domain each sandbox is an origin of its own, and by path, where
//! all share ours, browsers are told to keep it apart from everything ([`isolate`]).
//!
//! Nothing is buffered, compressed, retried or kept; a connection serves one request. Upgrades, such as
//! to WebSocket, become a connection of bytes.

use std::str::FromStr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::uri::{Authority, PathAndQuery};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version};
use axum::response::Response;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use crate::api::auth;
use crate::api::error::ApiError;
use crate::api::params::host;
use crate::api::state::{ApiOptions, ApiState, Phase};
use crate::id::PortId;

/// What is said of these requests where calls have their path in the table.
pub(crate) const ROUTE: &str = "/port/{id}";

/// What a page under our own origin may do: everything that does not need the origin.
const ISOLATED: &str = "sandbox allow-downloads allow-forms allow-modals allow-pointer-lock \
    allow-popups allow-popups-to-escape-sandbox allow-presentation allow-scripts";

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Headers that hold for a whole origin.
const OF_THE_ORIGIN: [HeaderName; 6] = [
    HeaderName::from_static("alt-svc"),
    HeaderName::from_static("clear-site-data"),
    HeaderName::from_static("nel"),
    HeaderName::from_static("report-to"),
    HeaderName::from_static("service-worker-allowed"),
    header::STRICT_TRANSPORT_SECURITY,
];

/// Headers about the connection and not about what goes over it (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    KEEP_ALIVE,
    PROXY_CONNECTION,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Which port a request is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    id: PortId,
    /// The path under which the guest's paths are; none if it has a host's name to itself.
    mount: Option<String>,
    /// What the guest is asked for.
    asked: PathAndQuery,
}

impl Target {
    /// None if a request is one of ours.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap, options: &ApiOptions) -> Option<Self> {
        let domains = [options.port_domain.as_deref(), Some("localhost")];
        let host = host(uri, headers).and_then(|host| Authority::from_str(host).ok());
        let id = host.and_then(|host| {
            let mut domains = domains.into_iter().flatten();
            domains.find_map(|domain| below(host.host(), domain))
        });
        match id {
            Some(id) => Some(Self {
                id,
                mount: None,
                asked: uri.path_and_query().cloned().unwrap_or(ROOT),
            }),
            None => Self::of_path(uri, options.path_prefix.as_deref().unwrap_or_default()),
        }
    }

    fn of_path(uri: &Uri, prefix: &str) -> Option<Self> {
        let prefix = prefix.trim_matches('/');
        let whole = uri.path();
        let ours = match whole.strip_prefix('/')?.strip_prefix(prefix) {
            Some(rest) if !prefix.is_empty() && rest.starts_with('/') => rest,
            _ => whole,
        };
        let named = ours.strip_prefix("/port/")?;
        let (id, asked) = named.split_at(named.find('/').unwrap_or(named.len()));
        let id = PortId::parse(id).ok()?;
        let mount = whole.strip_suffix(asked)?.to_owned();
        let mut asked = if asked.is_empty() { "/" } else { asked }.to_owned();
        if let Some(query) = uri.query() {
            asked.push('?');
            asked.push_str(query);
        }
        Some(Self {
            id,
            mount: Some(mount),
            asked: PathAndQuery::try_from(asked).ok()?,
        })
    }

    /// Where a browser has to go first, so that what a page calls `style.css` is below the page.
    fn with_slash(&self, request: &Request) -> Option<String> {
        let mount = self.mount.as_deref()?;
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        let for_reading = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        let bare = request.uri().path() == mount;
        (bare && reads && for_reading).then(|| format!("{mount}{}", self.asked))
    }
}

const ROOT: PathAndQuery = PathAndQuery::from_static("/");

/// The port whose id stands before a domain, whose own port does not matter.
fn below(host: &str, domain: &str) -> Option<PortId> {
    let (id, above) = host.split_once('.')?;
    // First, since it is what no other request has.
    let id = PortId::parse(&id.to_ascii_lowercase()).ok()?;
    let domain = Authority::from_str(domain).ok()?;
    above.eq_ignore_ascii_case(domain.host()).then_some(id)
}

/// Asks the guest, and answers what it answers.
pub(crate) async fn forward(
    state: &ApiState,
    target: Target,
    mut request: Request,
) -> Result<Response, ApiError> {
    if *request.method() == Method::CONNECT {
        return Err(ApiError::method_not_allowed(request.method(), ROUTE));
    }
    if let Some(slash) = target.with_slash(&request) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        let location = HeaderValue::try_from(slash).map_err(|error| ApiError::internal(&error))?;
        response.headers_mut().insert(header::LOCATION, location);
        return Ok(response);
    }
    let sandbox = state.belljar().exposed(&target.id)?;
    tracing::Span::current().record("sandbox", sandbox.id().as_str());
    let connection = sandbox.connect().await?;
    let (mut sender, driver) = http1::handshake(TokioIo::new(connection))
        .await
        .map_err(|error| silent(&error))?;
    // Ends with the answer's last byte, or with whoever does not want it any more.
    tokio::spawn(async move {
        if let Err(error) = driver.with_upgrades().await {
            tracing::debug!(%error, "a connection to an exposed port broke");
        }
    });

    let visitor = hyper::upgrade::on(&mut request);
    let host = host(request.uri(), request.headers()).map(str::to_owned);
    let upgrade = outgoing(&mut request, &target, host.as_deref(), state.options());
    let mut answer = sender
        .send_request(request)
        .await
        .map_err(|error| silent(&error))?;
    let switched = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    let guest = switched.then(|| hyper::upgrade::on(&mut answer));
    let protocol = answer.headers().get(header::UPGRADE).cloned();
    let (mut parts, body) = answer.into_parts();
    strip(&mut parts.headers);
    isolate(&mut parts.headers, target.mount.as_deref(), host.as_deref());
    let Some(guest) = guest else {
        return Ok(Response::from_parts(parts, Body::new(body)));
    };
    let (Some(protocol), Some(_)) = (protocol, upgrade) else {
        return Err(ApiError::bad_gateway(
            "the program on the port switches to a protocol that was not asked for",
        ));
    };
    let end = state.reached(Phase::Draining);
    tokio::spawn(async move {
        let joined = async {
            let (visitor, guest) = tokio::try_join!(visitor, guest)?;
            let (mut visitor, mut guest) = (TokioIo::new(visitor), TokioIo::new(guest));
            // That one of them is gone is how these connections end.
            let _ended = tokio::io::copy_bidirectional(&mut visitor, &mut guest).await;
            Ok::<_, hyper::Error>(())
        };
        tokio::select! {
            joined = joined => if let Err(error) = joined {
                tracing::debug!(%error, "a connection to an exposed port was not upgraded");
            },
            () = end => {}
        }
    });
    let upgrade = HeaderValue::from_static("upgrade");
    parts.headers.insert(header::CONNECTION, upgrade);
    parts.headers.insert(header::UPGRADE, protocol);
    Ok(Response::from_parts(parts, Body::empty()))
}

fn silent(error: &hyper::Error) -> ApiError {
    ApiError::bad_gateway(format!(
        "the program on the port does not answer in HTTP: {error}"
    ))
}

/// Makes a request to us one to the guest; gives the protocol that it asks to go over to.
fn outgoing(
    request: &mut Request,
    target: &Target,
    host: Option<&str>,
    options: &ApiOptions,
) -> Option<HeaderValue> {
    *request.version_mut() = Version::HTTP_11;
    *request.uri_mut() = Uri::from(target.asked.clone());
    let headers = request.headers_mut();
    let upgrade = asks_to_upgrade(headers)
        .then(|| headers.get(header::UPGRADE).cloned())
        .flatten();
    strip(headers);
    // Answered by our side, as soon as the body is wanted.
    headers.remove(header::EXPECT);
    if auth::has_key(headers) {
        headers.remove(header::AUTHORIZATION);
    }
    if let Some(protocol) = &upgrade {
        let upgrade = HeaderValue::from_static("upgrade");
        headers.insert(header::CONNECTION, upgrade);
        headers.insert(header::UPGRADE, protocol.clone());
    }
    let host = host.and_then(|host| HeaderValue::from_str(host).ok());
    let host = host.unwrap_or(HeaderValue::from_static("localhost"));
    headers.insert(FORWARDED_HOST, host.clone());
    headers.insert(header::HOST, host);
    // A proxy before us knows better.
    if !headers.contains_key(FORWARDED_PROTO) {
        let url = options.public_url.as_deref().unwrap_or_default();
        let secure = url.starts_with("https:");
        let scheme = HeaderValue::from_static(if secure { "https" } else { "http" });
        headers.insert(FORWARDED_PROTO, scheme);
    }
    headers.remove(FORWARDED_PREFIX);
    let mount = target.mount.as_deref();
    if let Some(mount) = mount.and_then(|mount| HeaderValue::from_str(mount).ok()) {
        headers.insert(FORWARDED_PREFIX, mount);
    }
    upgrade
}

/// The words of a header that is a list.
fn words(value: &HeaderValue) -> impl Iterator<Item = &str> {
    let text = value.to_str().unwrap_or_default();
    text.split(',').map(str::trim)
}

fn asks_to_upgrade(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(header::CONNECTION).iter().flat_map(words);
    all.any(|word| word.eq_ignore_ascii_case("upgrade"))
}

/// Removes what is about the connection, and what that says is.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(words)
        .filter_map(|word| HeaderName::from_str(word).ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Keeps what a guest answers from what is not its own: the cookies of its siblings, and, `mount` being
/// where it is below our own origin, that origin.
fn isolate(headers: &mut HeaderMap, mount: Option<&str>, host: Option<&str>) {
    let cookies: Vec<HeaderValue> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|cookie| own_cookie(cookie, mount))
        .collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    let Some(mount) = mount else {
        return;
    };
    for name in OF_THE_ORIGIN {
        headers.remove(name);
    }
    let policy = HeaderValue::from_static(ISOLATED);
    // Beside the guest's own: all of them count.
    headers.append(header::CONTENT_SECURITY_POLICY, policy);
    if let Some(location) = headers.get(header::LOCATION)
        && let Some(moved) = below_mount(location, mount, host)
    {
        headers.insert(header::LOCATION, moved);
    }
}

/// A cookie that goes back to nobody but the guest that has set it.
fn own_cookie(cookie: &HeaderValue, mount: Option<&str>) -> Option<HeaderValue> {
    let text = std::str::from_utf8(cookie.as_bytes()).ok()?;
    let is_of = |attribute: &str, name: &str| {
        let found = attribute.split('=').next().unwrap_or_default();
        found.trim().eq_ignore_ascii_case(name)
    };
    let mut kept: Vec<&str> = Vec::new();
    for (place, attribute) in text.split(';').enumerate() {
        let replaced = is_of(attribute, "domain") || (mount.is_some() && is_of(attribute, "path"));
        if place == 0 || !replaced {
            kept.push(attribute);
        }
    }
    let mut own = kept.join(";");
    if let Some(mount) = mount {
        own.push_str("; Path=");
        own.push_str(mount);
    }
    HeaderValue::from_str(&own).ok()
}

/// Where a redirection leads that the guest sees from its own root. None if it leads elsewhere, or is
/// relative.
fn below_mount(location: &HeaderValue, mount: &str, host: Option<&str>) -> Option<HeaderValue> {
    let text = location.to_str().ok()?;
    let path = if text.starts_with('/') && !text.starts_with("//") {
        text
    } else {
        let (_, rest) = text.split_once("://")?;
        let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if !host?.eq_ignore_ascii_case(authority) {
            return None;
        }
        rest.strip_prefix(authority)?
    };
    let slash = if path.starts_with('/') { "" } else { "/" };
    HeaderValue::from_str(&format!("{mount}{slash}{path}")).ok()
}

#[cfg(test)]
mod tests;
