//! One request over one connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::http::uri::Scheme;
use hyper::http::{Request, Response, Uri};
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::connect::{Connection, connect};
use crate::net::Access;

/// How long a connection may take, TLS and the lookup of the name included, whatever the guest asks for.
/// It occupies one of the sandbox's sockets meanwhile.
const CONNECT_PATIENCE: Duration = Duration::from_secs(30);

/// Sends the requests of one process.
#[derive(Debug)]
pub(super) struct Sender {
    access: Option<Access>,
}

impl Sender {
    pub(super) fn new(access: Option<Access>) -> Self {
        Self { access }
    }
}

type Sent = (Response<WasiBody>, Later);
type Later = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Sender {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Later,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let access = self.access.clone();
        Box::new(async move {
            let access = access.ok_or(Error::HttpRequestDenied)?;
            send(&access, request, options.unwrap_or_default()).await
        })
    }

    // The defaults log all that a guest can make fail as warnings.

    fn p2_error_from_hyper(&mut self, error: &hyper::Error) -> ErrorCode {
        if error.is_incomplete_message() || error.is_body_write_aborted() || error.is_closed() {
            ErrorCode::ConnectionTerminated
        } else {
            ErrorCode::HttpProtocolError
        }
    }

    fn p2_error_from_connect(&mut self, error: &std::io::Error) -> ErrorCode {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::TimedOut => ErrorCode::ConnectionTimeout,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                ErrorCode::DestinationUnavailable
            }
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
                ErrorCode::ConnectionTerminated
            }
            _ => ErrorCode::ConnectionRefused,
        }
    }

    fn p2_error_from_tls(&mut self, error: &std::io::Error) -> ErrorCode {
        let cause = error.get_ref().and_then(|e| e.downcast_ref());
        match cause {
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
                ErrorCode::TlsCertificateError
            }
            _ => ErrorCode::TlsProtocolError,
        }
    }
}

async fn send(
    access: &Access,
    mut request: Request<WasiBody>,
    options: RequestOptions,
) -> Result<Sent, Error> {
    let uri = request.uri();
    let secure = uri.scheme() == Some(&Scheme::HTTPS);
    let host = uri.host().ok_or(Error::HttpRequestUriInvalid)?.to_owned();
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let patience = options.connect_timeout.unwrap_or(CONNECT_PATIENCE);
    let connected = tokio::time::timeout(
        patience.min(CONNECT_PATIENCE),
        connect(access, &host, port, secure),
    );
    let Connection { stream, place } = connected.await.map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Driven by a task of its own, which ends with the response.
    let driven = wasmtime_wasi::runtime::spawn(async move {
        let _place = place;
        connection.await.map_err(Error::from)
    });

    // Only proxies are told scheme and authority; the latter is the header `host`.
    let target = uri_path(request.uri());
    *request.uri_mut() = target.ok_or(Error::HttpRequestUriInvalid)?;
    let answered = sender.send_request(request);
    let response = match options.first_byte_timeout {
        Some(patience) => tokio::time::timeout(patience, answered)
            .await
            .map_err(|_| Error::ConnectionReadTimeout)?,
        None => answered.await,
    }?;
    let response = response.map(|body| match options.between_bytes_timeout {
        Some(patience) => Impatient::new(body, patience).boxed_unsync(),
        None => body.map_err(Error::from).boxed_unsync(),
    });
    let later: Later = Box::new(driven);
    Ok((response, later))
}

fn uri_path(uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Uri::builder().path_and_query(path).build().ok()
}

/// A body whose sender may not pause for longer than the guest has said.
struct Impatient {
    body: Incoming,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
}

impl Impatient {
    fn new(body: Incoming, patience: Duration) -> Self {
        Self {
            body,
            patience,
            deadline: Box::pin(tokio::time::sleep(patience)),
        }
    }
}

impl Body for Impatient {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let next = Instant::now().checked_add(self.patience);
            if let Some(next) = next {
                self.deadline.as_mut().reset(next);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
