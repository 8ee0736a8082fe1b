//! Connections, to addresses that may be connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wasmtime_wasi_http::Error;

use crate::net::dial::connect_from;
use crate::net::{Access, Family, NameError, Route, SocketPlace, Transport};

/// How long the next address waits for the one before (RFC 8305 has 250 ms).
const HEAD_START: Duration = Duration::from_millis(250);

/// A connection, and its place among the sandbox's sockets.
pub(super) struct Connection {
    pub(super) stream: Box<dyn Stream>,
    pub(super) place: SocketPlace,
}

/// What HTTP is spoken over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection whose bytes are counted as sent, if it leads outside.
struct Counted {
    stream: TcpStream,
    access: Option<Access>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        if let Some(access) = &self.access {
            access.sent(written);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Connects to `host`, a name or an address as it is in a URL.
pub(super) async fn connect(
    access: &Access,
    host: &str,
    port: u16,
    secure: bool,
) -> Result<Connection, Error> {
    let place = access.socket().ok_or(Error::ConnectionLimitReached)?;
    let asked = access.resolve(host).map_err(unresolved)?;
    let addresses = asked.await.map_err(unresolved)?;
    let (stream, outside) = to_any(access, &addresses, port).await?;
    // Requests are written in one go.
    let _slower = stream.set_nodelay(true);
    let stream = Counted {
        stream,
        access: outside.then(|| access.clone()),
    };
    let stream: Box<dyn Stream> = if secure {
        Box::new(encrypt(stream, host).await?)
    } else {
        Box::new(stream)
    };
    Ok(Connection { stream, place })
}

fn unresolved(error: NameError) -> Error {
    match error {
        NameError::Denied => Error::HttpRequestDenied,
        NameError::Invalid => Error::HttpRequestUriInvalid,
        NameError::Unknown => Error::DnsError {
            rcode: None,
            info_code: None,
        },
        NameError::TimedOut => Error::DnsTimeout,
    }
}

/// Connects to the first of the addresses that answers, of those that may be connected to.
/// Also tells whether that is outside.
async fn to_any(
    access: &Access,
    addresses: &[IpAddr],
    port: u16,
) -> Result<(TcpStream, bool), Error> {
    let mut last = if access.enabled() {
        Error::DestinationIpProhibited
    } else {
        Error::HttpRequestDenied
    };
    let mut waiting = Vec::new();
    for address in addresses {
        let remote = SocketAddr::new(*address, port);
        match access.route(*address) {
            Route::Denied => {}
            Route::Outside => waiting.push((None, remote)),
            Route::Loopback => {
                let loopback = access.loopback();
                let family = Family::of(*address);
                match loopback.find(Transport::Tcp, family, port) {
                    Some(port) => {
                        let home = IpAddr::V4(loopback.home());
                        waiting.push((Some(home), SocketAddr::new(home, port)));
                    }
                    None => last = Error::ConnectionRefused,
                }
            }
        }
    }
    let mut waiting = waiting.into_iter();
    let mut trying = FuturesUnordered::new();
    loop {
        match waiting.next() {
            Some((from, to)) => trying.push(async move {
                let stream = connect_from(from, to).await?;
                Ok::<_, io::Error>((stream, from.is_none()))
            }),
            None if trying.is_empty() => return Err(last),
            None => {}
        }
        let more = waiting.len() > 0;
        tokio::select! {
            Some(tried) = trying.next() => match tried {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Error::Connect(error),
            },
            () = tokio::time::sleep(HEAD_START), if more => {}
        }
    }
}

async fn encrypt(
    stream: Counted,
    host: &str,
) -> Result<tokio_rustls::client::TlsStream<Counted>, Error> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(bare.to_owned()).map_err(|_| Error::HttpRequestUriInvalid)?;
    let connector = TlsConnector::from(configuration()?);
    connector.connect(name, stream).await.map_err(Error::Tls)
}

/// Trusts what the host trusts. Made once, and complained of once: reading the host's certificates takes
/// milliseconds.
fn configuration() -> Result<Arc<ClientConfig>, Error> {
    static MADE: OnceLock<Option<Arc<ClientConfig>>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let made = make();
        if let Err(error) = &made {
            tracing::error!(%error, "the host's certificates cannot be used: guests have no TLS");
        }
        made.ok()
    });
    made.clone().ok_or(Error::ConfigurationError)
}

fn make() -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut made = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    made.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(made))
}
