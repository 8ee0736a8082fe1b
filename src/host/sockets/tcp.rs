//! `wasi:sockets/tcp`.

use std::net::SocketAddr;

use async_trait::async_trait;
use bytes::Bytes;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::network::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Network,
};
use wasmtime_wasi::p2::bindings::sockets::tcp::{self, HostTcpSocket, ShutdownType};
use wasmtime_wasi::p2::bindings::sockets::tcp_create_socket::{self, Host as _};
use wasmtime_wasi::p2::pipe::ClosedOutputStream;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, OutputStream, Pollable, SocketResult,
    StreamResult, TcpSocket,
};

use super::tuning::TcpTuning;
use super::{Local, SocketsView, again, at_once, family_of, to_wasi, valid_remote};
use crate::net::{Access, Family, Route, SocketPlace, Transport};

/// What we know of a TCP socket.
#[derive(Debug)]
pub(super) struct Tcp {
    family: Family,
    /// Where the guest has bound it, or where it connects from on its loopback.
    local: Option<Local>,
    /// Of one that was accepted: the port is its listener's.
    accepted: Option<SocketAddr>,
    /// The other end, as the guest knows it, if that is on its loopback.
    peer: Option<SocketAddr>,
    /// Whether it has gone outside.
    outside: bool,
    tuning: TcpTuning,
    _place: SocketPlace,
}

impl Tcp {
    fn new(family: Family, place: SocketPlace) -> Self {
        Self {
            family,
            local: None,
            accepted: None,
            peer: None,
            outside: false,
            tuning: TcpTuning::default(),
            _place: place,
        }
    }

    /// Whether it has begun to connect, or is one end of a connection.
    fn is_connecting(&self) -> bool {
        self.outside || self.peer.is_some()
    }
}

impl SocketsView<'_> {
    fn tcp(&mut self, this: &Resource<TcpSocket>) -> SocketResult<&mut Tcp> {
        let found = self.sockets.tcp.get_mut(&this.rep());
        Ok(found.ok_or(ErrorCode::InvalidState)?)
    }

    /// Puts a fresh host socket in the place of one.
    fn replace_tcp(&mut self, this: &Resource<TcpSocket>, family: Family) -> SocketResult<()> {
        let fresh = self.inner.create_tcp_socket(to_wasi(family))?;
        let fresh = self.table().delete(fresh)?;
        *self.table().get_mut(this)? = fresh;
        let found = self.sockets.tcp.get(&this.rep());
        let socket = found.ok_or(ErrorCode::InvalidState)?;
        socket.tuning.apply(&mut self.inner, this)
    }

    /// Binds a socket to the loopback, to `address` of the guest.
    fn bind_tcp(&mut self, this: &Resource<TcpSocket>, address: SocketAddr) -> SocketResult<()> {
        let family = self.tcp(this)?.family;
        let (bound, address) = self.claim(Transport::Tcp, family, address)?;
        if family == Family::V6 {
            self.replace_tcp(this, Family::V4)?;
        }
        let home = self.home(0)?;
        let network = self.network()?;
        let done = at_once(self.inner.start_bind(again(this), again(&network), home));
        self.close(network)?;
        done?;
        let host = HostTcpSocket::local_address(&mut self.inner, again(this))?;
        bound.settle(SocketAddr::from(host).port());
        self.tcp(this)?.local = Some(Local {
            address,
            _bound: bound,
        });
        Ok(())
    }

    fn connect_outside(
        &mut self,
        this: &Resource<TcpSocket>,
        network: Resource<Network>,
        remote: SocketAddr,
    ) -> SocketResult<()> {
        let socket = self.tcp(this)?;
        let family = socket.family;
        if socket.local.take().is_some() {
            // Which address and port of the host it goes out from is the host's choice, also if it is
            // bound to the loopback: that is what wasi-libc makes of "any address".
            self.replace_tcp(this, family)?;
        }
        self.inner
            .start_connect(again(this), network, remote.into())?;
        self.tcp(this)?.outside = true;
        Ok(())
    }

    fn connect_loopback(
        &mut self,
        this: &Resource<TcpSocket>,
        network: Resource<Network>,
        remote: SocketAddr,
    ) -> SocketResult<()> {
        let Some(host) = self.behind(Transport::Tcp, remote)? else {
            return Err(ErrorCode::ConnectionRefused.into());
        };
        if self.tcp(this)?.local.is_none() {
            let family = self.tcp(this)?.family;
            self.bind_tcp(this, SocketAddr::new(family.loopback(), 0))?;
            self.inner.finish_bind(again(this))?;
        }
        self.inner
            .start_connect(again(this), network, host.into())?;
        let seen = if remote.ip().is_unspecified() {
            SocketAddr::new(Family::of(remote.ip()).loopback(), remote.port())
        } else {
            remote
        };
        self.tcp(this)?.peer = Some(seen);
        Ok(())
    }
}

/// What is written to a connection with the outside, which is counted.
struct Outgoing {
    inner: DynOutputStream,
    access: Access,
}

#[async_trait]
impl Pollable for Outgoing {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[async_trait]
impl OutputStream for Outgoing {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let len = bytes.len();
        self.inner.write(bytes)?;
        self.access.sent(len);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

impl tcp_create_socket::Host for SocketsView<'_> {
    fn create_tcp_socket(&mut self, family: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        let place = self.place()?;
        let socket = self.inner.create_tcp_socket(family)?;
        let known = Tcp::new(family_of(family), place);
        self.sockets.tcp.insert(socket.rep(), known);
        Ok(socket)
    }
}

impl tcp::Host for SocketsView<'_> {}

impl HostTcpSocket for SocketsView<'_> {
    async fn start_bind(
        &mut self,
        this: Resource<TcpSocket>,
        network: Resource<Network>,
        local: IpSocketAddress,
    ) -> SocketResult<()> {
        // Having it is the permission to bind.
        self.table().get(&network)?;
        let socket = self.tcp(&this)?;
        if socket.local.is_some() || socket.accepted.is_some() || socket.is_connecting() {
            return Err(ErrorCode::InvalidState.into());
        }
        self.bind_tcp(&this, local.into())
    }

    fn finish_bind(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        self.inner.finish_bind(this)
    }

    fn start_connect(
        &mut self,
        this: Resource<TcpSocket>,
        network: Resource<Network>,
        remote: IpSocketAddress,
    ) -> SocketResult<()> {
        let remote = SocketAddr::from(remote);
        let socket = self.tcp(&this)?;
        if socket.accepted.is_some() || socket.is_connecting() {
            return Err(ErrorCode::InvalidState.into());
        }
        let family = socket.family;
        valid_remote(remote, family)?;
        match self.route(remote)? {
            Route::Loopback => self.connect_loopback(&this, network, remote),
            Route::Outside => self.connect_outside(&this, network, remote),
            Route::Denied => Err(ErrorCode::AccessDenied.into()),
        }
    }

    fn finish_connect(
        &mut self,
        this: Resource<TcpSocket>,
    ) -> SocketResult<(Resource<DynInputStream>, Resource<DynOutputStream>)> {
        let outside = self.tcp(&this)?.outside;
        let (input, output) = self.inner.finish_connect(this)?;
        if outside {
            let access = self.sockets.access()?.clone();
            let stream = self.table().get_mut(&output)?;
            let inner = std::mem::replace(stream, Box::new(ClosedOutputStream));
            *stream = Box::new(Outgoing { inner, access });
        }
        Ok((input, output))
    }

    async fn start_listen(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        self.inner.start_listen(this).await
    }

    fn finish_listen(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        self.inner.finish_listen(this)
    }

    fn accept(
        &mut self,
        this: Resource<TcpSocket>,
    ) -> SocketResult<(
        Resource<TcpSocket>,
        Resource<DynInputStream>,
        Resource<DynOutputStream>,
    )> {
        let listener = self.tcp(&this)?;
        let family = listener.family;
        let local = listener.local.as_ref().ok_or(ErrorCode::InvalidState)?;
        let port = local.address.port();
        // Taken first: who has no place for it leaves it waiting.
        let place = self.place()?;
        let (socket, input, output) = self.inner.accept(this)?;
        let mut known = Tcp::new(family, place);
        known.accepted = Some(SocketAddr::new(family.loopback(), port));
        // It may be gone again already.
        if let Ok(host) = HostTcpSocket::remote_address(&mut self.inner, again(&socket)) {
            known.peer = Some(self.seen(Transport::Tcp, family, host.into())?);
        }
        self.sockets.tcp.insert(socket.rep(), known);
        Ok((socket, input, output))
    }

    fn local_address(&mut self, this: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        let socket = self.tcp(&this)?;
        let (family, outside) = (socket.family, socket.outside);
        let bound = socket.local.as_ref().map(|local| local.address);
        if let Some(address) = socket.accepted.or(bound) {
            return Ok(address.into());
        }
        let host = SocketAddr::from(HostTcpSocket::local_address(&mut self.inner, this)?);
        debug_assert!(outside, "{host}");
        // Which addresses the host has is not for guests to know.
        Ok(SocketAddr::new(family.unspecified(), host.port()).into())
    }

    fn remote_address(&mut self, this: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        let known = self.tcp(&this)?;
        let (peer, connected) = (known.peer, known.is_connecting());
        match HostTcpSocket::remote_address(&mut self.inner, this) {
            Ok(host) => Ok(peer.map_or(host, IpSocketAddress::from)),
            // The other end is gone. For the C library this cannot be a wrong state, and it aborts.
            Err(_) if connected => Err(ErrorCode::ConnectionReset.into()),
            Err(error) => Err(error),
        }
    }

    fn is_listening(&mut self, this: Resource<TcpSocket>) -> wasmtime::Result<bool> {
        self.inner.is_listening(this)
    }

    fn address_family(&mut self, this: Resource<TcpSocket>) -> wasmtime::Result<IpAddressFamily> {
        match self.sockets.tcp.get(&this.rep()) {
            Some(socket) => Ok(to_wasi(socket.family)),
            None => HostTcpSocket::address_family(&mut self.inner, this),
        }
    }

    fn set_listen_backlog_size(
        &mut self,
        this: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        self.inner.set_listen_backlog_size(again(&this), value)?;
        self.tcp(&this)?.tuning.backlog = Some(value);
        Ok(())
    }

    fn keep_alive_enabled(&mut self, this: Resource<TcpSocket>) -> SocketResult<bool> {
        self.inner.keep_alive_enabled(this)
    }

    fn set_keep_alive_enabled(
        &mut self,
        this: Resource<TcpSocket>,
        value: bool,
    ) -> SocketResult<()> {
        self.inner.set_keep_alive_enabled(again(&this), value)?;
        self.tcp(&this)?.tuning.keep_alive = Some(value);
        Ok(())
    }

    fn keep_alive_idle_time(&mut self, this: Resource<TcpSocket>) -> SocketResult<u64> {
        self.inner.keep_alive_idle_time(this)
    }

    fn set_keep_alive_idle_time(
        &mut self,
        this: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        self.inner.set_keep_alive_idle_time(again(&this), value)?;
        self.tcp(&this)?.tuning.idle_time = Some(value);
        Ok(())
    }

    fn keep_alive_interval(&mut self, this: Resource<TcpSocket>) -> SocketResult<u64> {
        self.inner.keep_alive_interval(this)
    }

    fn set_keep_alive_interval(
        &mut self,
        this: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        self.inner.set_keep_alive_interval(again(&this), value)?;
        self.tcp(&this)?.tuning.interval = Some(value);
        Ok(())
    }

    fn keep_alive_count(&mut self, this: Resource<TcpSocket>) -> SocketResult<u32> {
        self.inner.keep_alive_count(this)
    }

    fn set_keep_alive_count(&mut self, this: Resource<TcpSocket>, value: u32) -> SocketResult<()> {
        self.inner.set_keep_alive_count(again(&this), value)?;
        self.tcp(&this)?.tuning.count = Some(value);
        Ok(())
    }

    fn hop_limit(&mut self, this: Resource<TcpSocket>) -> SocketResult<u8> {
        self.inner.hop_limit(this)
    }

    fn set_hop_limit(&mut self, this: Resource<TcpSocket>, value: u8) -> SocketResult<()> {
        self.inner.set_hop_limit(again(&this), value)?;
        self.tcp(&this)?.tuning.hop_limit = Some(value);
        Ok(())
    }

    fn receive_buffer_size(&mut self, this: Resource<TcpSocket>) -> SocketResult<u64> {
        HostTcpSocket::receive_buffer_size(&mut self.inner, this)
    }

    fn set_receive_buffer_size(
        &mut self,
        this: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        HostTcpSocket::set_receive_buffer_size(&mut self.inner, again(&this), value)?;
        self.tcp(&this)?.tuning.receive_buffer = Some(value);
        Ok(())
    }

    fn send_buffer_size(&mut self, this: Resource<TcpSocket>) -> SocketResult<u64> {
        HostTcpSocket::send_buffer_size(&mut self.inner, this)
    }

    fn set_send_buffer_size(&mut self, this: Resource<TcpSocket>, value: u64) -> SocketResult<()> {
        HostTcpSocket::set_send_buffer_size(&mut self.inner, again(&this), value)?;
        self.tcp(&this)?.tuning.send_buffer = Some(value);
        Ok(())
    }

    fn subscribe(&mut self, this: Resource<TcpSocket>) -> wasmtime::Result<Resource<DynPollable>> {
        HostTcpSocket::subscribe(&mut self.inner, this)
    }

    fn shutdown(&mut self, this: Resource<TcpSocket>, how: ShutdownType) -> SocketResult<()> {
        self.inner.shutdown(this, how)
    }

    fn drop(&mut self, this: Resource<TcpSocket>) -> wasmtime::Result<()> {
        // Its port first: see `Bound`.
        self.sockets.tcp.remove(&this.rep());
        HostTcpSocket::drop(&mut self.inner, this)
    }
}
