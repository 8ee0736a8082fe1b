//! The port of a sandbox that is reachable from outside.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::belljar::Belljar;
use super::error::{Repr, SandboxError};
use super::handle::{Inner, Sandbox};
use super::run::refused;
use super::state::Refusal;
use crate::id::PortId;
use crate::net::{DialError, SocketPlace};

/// A connection to the port that a sandbox exposes. It counts as one of the sandbox's sockets, as
/// activity when it begins and when it ends, and what is read from it as sent by the sandbox.
#[derive(Debug)]
pub struct PortConnection {
    stream: TcpStream,
    inner: Arc<Inner>,
    _place: SocketPlace,
}

impl Belljar {
    /// The sandbox that exposes a port as `id`. Whoever knows the id may connect to the port.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub fn exposed(&self, id: &PortId) -> Result<Sandbox, SandboxError> {
        let behind = self.shared.behind(id);
        let inner = behind.ok_or_else(|| Repr::PortNotFound { id: id.clone() })?;
        Ok(Sandbox::new(inner))
    }
}

impl Sandbox {
    /// Connects to the port that it exposes ([`Network::port`](super::records::Network)), from outside.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`](super::ErrorKind::Unreachable) while no program of it listens there,
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) if it has ended,
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) if it exposes none,
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) when it has too many sockets.
    pub async fn connect(&self) -> Result<PortConnection, SandboxError> {
        let inner = &self.inner;
        let record = inner.record();
        let no_port = || Repr::NoPort {
            id: record.id.clone(),
        };
        let port = record.network.port.ok_or_else(no_port)?;
        if !record.status.is_live() {
            return Err(refused(inner, Refusal::Ended));
        }
        let dialled = inner.network.dial(port).await;
        let (stream, place) = dialled.map_err(|error| match error {
            DialError::Refused(error) => {
                tracing::debug!(sandbox = %record.id, port, ?error, "nothing answers");
                Repr::PortClosed {
                    port,
                    status: record.status,
                }
            }
            DialError::TooMany => Repr::Limit {
                limit: "the number of sockets",
                value: inner.network.sockets_in_use(),
                advice: "close some connections and try again",
            },
        })?;
        inner.touch();
        Ok(PortConnection {
            stream,
            inner: Arc::clone(inner),
            _place: place,
        })
    }
}

impl Drop for PortConnection {
    fn drop(&mut self) {
        self.inner.touch();
    }
}

impl AsyncRead for PortConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.inner.network.sent(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PortConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
