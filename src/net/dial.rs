//! Connections to a sandbox's own ports.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpSocket, TcpStream};

use super::access::{Access, SocketPlace};
use super::loopback::{Family, Transport};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    /// The guest has not bound the port, or does not accept.
    #[error("nothing answers")]
    Refused(#[source] Option<io::Error>),
    /// The sandbox, or all of them together, have too many sockets.
    #[error("too many sockets")]
    TooMany,
}

impl Access {
    /// Connects to a TCP port of the sandbox, as a program in it would: by IPv4, else by IPv6.
    pub(crate) async fn dial(&self, port: u16) -> Result<(TcpStream, SocketPlace), DialError> {
        let loopback = self.loopback();
        let found = [Family::V4, Family::V6]
            .into_iter()
            .find_map(|family| loopback.find(Transport::Tcp, family, port));
        let port = found.ok_or(DialError::Refused(None))?;
        let place = self.socket().ok_or(DialError::TooMany)?;
        let home = IpAddr::V4(loopback.home());
        let connected = connect_from(Some(home), SocketAddr::new(home, port)).await;
        let stream = connected.map_err(|error| DialError::Refused(Some(error)))?;
        Ok((stream, place))
    }
}

/// Connects to `to`, from the address `from` if there is one: the servers of a sandbox hear nobody but
/// its own address.
pub(crate) async fn connect_from(from: Option<IpAddr>, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = match to {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if let Some(home) = from {
        socket.bind(SocketAddr::new(home, 0))?;
    }
    socket.connect(to).await
}
