//! The table of calls as a router, and what every request goes through.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use futures::future::Either;
use tracing::Instrument;

use crate::api::auth::{Caller, require_key};
use crate::api::error::{ApiError, CallShape};
use crate::api::ports::{self, Target};
use crate::api::routes::{self, Access, Output};
use crate::api::session::{self, SessionId};
use crate::api::state::{ApiState, Phase};
use crate::api::trace::Traced;
use crate::id::{ExecutionId, KeyId, OrgId, SandboxId};
use crate::sandbox::records::KeyLimits;

/// The target of the one line that the log has for each request.
const ACCESS: &str = "belljar::access";

/// The API as a router: pure, it binds nothing and starts nothing. Mount it in an axum program or
/// give it to [`serve()`](crate::api::serve()).
pub fn router(state: ApiState) -> Router {
    let mut calls = Router::new();
    for route in routes::all() {
        // From the outside: what it is called, whether there is time for it, who asks.
        let mut handler = route.handler;
        if route.access == Access::Key {
            let held = matches!(route.output, Output::Held(_));
            handler = handler.route_layer(from_fn_with_state((state.clone(), held), require_key));
        }
        if !route.in_drain {
            handler = handler.route_layer(from_fn_with_state(state.clone(), unless_draining));
        }
        calls = calls.route(route.path, handler.route_layer(from_fn(name)));
    }
    let all = calls
        .fallback(no_route)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state.clone());
    // The rewriting of paths has to come before routing, so the routes are the fallback of a router
    // that has none.
    Router::new()
        .fallback_service(all)
        .layer(from_fn_with_state(state, outermost))
}

/// As [`router`], for a program that asks itself: every request is one of `org`, and none needs a key.
/// Not to be put on a listener.
pub fn local_router(state: ApiState, org: OrgId) -> Router {
    let caller = Caller {
        org_name: Arc::from(org.as_str()),
        org,
        key: KeyId::generate(),
        limits: KeyLimits::default(),
    };
    router(state).layer(from_fn(move |mut request: Request, next: Next| {
        request.extensions_mut().insert(caller.clone());
        next.run(request)
    }))
}

/// The path of a call in the table, on its answer: for the outermost layer, which is outside of routing.
#[derive(Clone, Debug)]
struct Named(Arc<str>);

/// Notes which call this is and on what, for the log and the numbers.
async fn name(
    path: MatchedPath,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let traced = request.extensions().get::<Traced>();
    if let Some(traced) = traced {
        traced.is_for(request.method(), path.as_str());
    }
    let note = |field: &str, value: &str| {
        tracing::Span::current().record(field, value);
        traced.map(|traced| traced.span().record(field, value));
    };
    // The handler says what is wrong with a path that cannot be read.
    if let Ok(params) = &params {
        for (_, value) in params {
            if SandboxId::parse(value).is_ok() {
                note("sandbox", value);
            } else if ExecutionId::parse(value).is_ok() {
                note("execution", value);
            }
        }
    }
    let mut response = next.run(request).await;
    response
        .extensions_mut()
        .insert(Named(path.as_str().into()));
    response
}

/// Refuses what would begin something while the server shuts down.
async fn unless_draining(
    State(state): State<ApiState>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if state.phase() > Phase::Serving {
        return Err(ApiError::draining(state.options().grace));
    }
    Ok(next.run(request).await)
}

async fn no_route(method: Method, uri: Uri) -> ApiError {
    if method == Method::POST && uri.path() == "/" {
        return ApiError::no_route("POST / is no call; the base of the stream service is /stream");
    }
    let path: String = uri.path().chars().take(80).collect();
    ApiError::no_route(format!("no call has the path {path}"))
}

async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    ApiError::method_not_allowed(&method, uri.path())
}

/// Around every request: its id, its log span, the path as the routes know it, the last resort
/// against a panic, and failures in the form that the published client can tell apart.
async fn outermost(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let session = SessionId::generate();
    let options = state.options();
    let port = Target::of(request.uri(), request.headers(), options);
    let is_port = port.is_some();
    // What a guest is asked for is its own business.
    if !is_port && let Some(uri) = normalized(request.uri(), options.path_prefix.as_deref()) {
        *request.uri_mut() = uri;
    }
    let shape = CallShape::of(
        request.method(),
        request.uri().path(),
        request.headers().get(header::USER_AGENT),
    );
    let method = request.method().clone();
    let traced = Traced::new(&method, request.headers(), &session);
    // On at every level: an error's line without the session could not be found again.
    let span = traced.span().in_scope(|| {
        tracing::error_span!(
            "request",
            session = session.as_str(),
            method = %request.method(),
            path = if is_port { ports::ROUTE } else { loggable(request.uri().path()) },
            sandbox = tracing::field::Empty,
            execution = tracing::field::Empty,
        )
    });
    let begun = Instant::now();
    request.extensions_mut().insert(session.clone());
    request.extensions_mut().insert(traced.clone());
    let answer = match port {
        Some(port) => Either::Left(async {
            traced.is_for(request.method(), ports::ROUTE);
            let mut response = ports::forward(&state, port, request).await.into_response();
            response.extensions_mut().insert(Named(ports::ROUTE.into()));
            response
        }),
        None => Either::Right(next.run(request)),
    };
    let answered = AssertUnwindSafe(answer).catch_unwind();
    let mut response = async {
        match answered.await {
            Ok(response) => response,
            Err(_) => {
                tracing::error!(session = session.as_str(), "a request handler panicked");
                ApiError::internal_text().into_response()
            }
        }
    }
    .instrument(span.clone())
    .await;
    traced.end(response.status());
    let named = response.extensions().get::<Named>();
    let route = named.map_or("none", |Named(path)| &**path);
    let took = begun.elapsed();
    span.in_scope(|| {
        tracing::info!(
            target: ACCESS,
            route,
            status = response.status().as_u16(),
            duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    });
    state
        .requests()
        .count(route, &method, response.status(), took);
    // Whoever asks a guest expects HTTP.
    if !is_port
        && let Some(error) = response.extensions().get::<ApiError>()
        && let Some(typed) = error.typed(options.typed_errors, &shape)
    {
        response = typed;
    }
    response
        .headers_mut()
        .insert(session::HEADER, session.to_header());
    response
}

/// A path that may be logged: a stream's id gives access to its content.
fn loggable(path: &str) -> &str {
    if path.starts_with("/stream/") {
        "/stream/…"
    } else {
        path
    }
}

/// The URL without the configured prefix, repeated slashes (the client joins its base and a path by
/// concatenation) and a slash at the end. `None` if that changes nothing.
fn normalized(uri: &Uri, prefix: Option<&str>) -> Option<Uri> {
    let path = uri.path();
    let clean = !path.contains("//") && (path.len() == 1 || !path.ends_with('/'));
    let prefix = prefix.unwrap_or_default().trim_matches('/');
    if clean && prefix.is_empty() {
        return None;
    }
    let wanted: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    let mut segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if segments.starts_with(&wanted) {
        segments.drain(..wanted.len());
    }
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let text = format!("/{}{query}", segments.join("/"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests;
