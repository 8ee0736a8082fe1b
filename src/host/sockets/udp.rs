//! `wasi:sockets/udp`.

use std::collections::VecDeque;
use std::net::SocketAddr;

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::network::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Network,
};
use wasmtime_wasi::p2::bindings::sockets::udp::{
    self, HostIncomingDatagramStream, HostOutgoingDatagramStream, HostUdpSocket, IncomingDatagram,
    IncomingDatagramStream, OutgoingDatagram, OutgoingDatagramStream,
};
use wasmtime_wasi::p2::bindings::sockets::udp_create_socket::{self, Host as _};
use wasmtime_wasi::p2::{DynPollable, SocketResult, UdpSocket};

use super::tuning::UdpTuning;
use super::{Local, SocketsView, again, at_once, family_of, to_wasi, valid_remote};
use crate::net::{Family, Route, SocketPlace, Transport};

/// Peers outside that a socket hears. Beyond that the one that was spoken to longest ago is forgotten,
/// as a router's table of translations does.
const MAX_PEERS: usize = 256;

/// What we know of a UDP socket.
pub(super) struct Udp {
    family: Family,
    /// Where the guest has bound it.
    local: Option<Local>,
    /// Which side it is on.
    outside: bool,
    /// What it is on the other side; nothing if it cannot get there.
    other: Option<Other>,
    /// The only one it exchanges datagrams with, as the guest knows it.
    connected: Option<SocketAddr>,
    /// Whom it has sent something to outside. Nobody else is heard: it is not a server there.
    peers: VecDeque<SocketAddr>,
    tuning: UdpTuning,
    incoming: Option<u32>,
    outgoing: Option<u32>,
    _place: SocketPlace,
}

/// The host socket on the side where a socket is not, made when it is bound: the call that finds out
/// which side is wanted cannot wait for one.
struct Other {
    socket: UdpSocket,
    bound: bool,
    streams: Option<(IncomingDatagramStream, OutgoingDatagramStream)>,
    place: SocketPlace,
}

impl Udp {
    fn spoke_to(&mut self, peer: SocketAddr) {
        if self.peers.back() == Some(&peer) {
            return;
        }
        self.peers.retain(|known| *known != peer);
        if self.peers.len() == MAX_PEERS {
            self.peers.pop_front();
        }
        self.peers.push_back(peer);
    }
}

impl std::fmt::Debug for Udp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Udp")
            .field("local", &self.local)
            .field("outside", &self.outside)
            .field("connected", &self.connected)
            .finish_non_exhaustive()
    }
}

impl SocketsView<'_> {
    fn udp(&mut self, socket: u32) -> SocketResult<&mut Udp> {
        let found = self.sockets.udp.get_mut(&socket);
        Ok(found.ok_or(ErrorCode::InvalidState)?)
    }

    /// The socket that a stream belongs to.
    fn owner(&self, stream: u32) -> SocketResult<u32> {
        let found = self.sockets.streams.get(&stream).copied();
        Ok(found.ok_or(ErrorCode::InvalidState)?)
    }

    /// A host socket that no guest knows.
    async fn fresh_udp(&mut self, family: Family) -> SocketResult<UdpSocket> {
        let fresh = self.inner.create_udp_socket(to_wasi(family)).await?;
        Ok(self.table().delete(fresh)?)
    }

    /// Binds the host socket `this` to `address` of the host, and tells the port it got.
    fn bind_host(
        &mut self,
        this: &Resource<UdpSocket>,
        address: IpSocketAddress,
    ) -> SocketResult<u16> {
        let network = self.network()?;
        let done = at_once(self.inner.start_bind(again(this), again(&network), address));
        self.close(network)?;
        done?;
        let host = HostUdpSocket::local_address(&mut self.inner, again(this))?;
        Ok(SocketAddr::from(host).port())
    }

    /// Binds a socket to the loopback, to `address` of the guest.
    async fn bind_udp(
        &mut self,
        this: &Resource<UdpSocket>,
        address: SocketAddr,
    ) -> SocketResult<()> {
        let family = self.udp(this.rep())?.family;
        let (bound, address) = self.claim(Transport::Udp, family, address)?;
        // Also from the loopback's address: that is what wasi-libc makes of "any address".
        let may_leave = self.sockets.access()?.enabled();
        let place = if may_leave { Some(self.place()?) } else { None };
        let mut other = None;
        if family == Family::V6 {
            let home = self.fresh_udp(Family::V4).await?;
            other = Some(std::mem::replace(self.table().get_mut(this)?, home));
        } else if may_leave {
            other = Some(self.fresh_udp(family).await?);
        }
        let Some(known) = self.sockets.udp.get_mut(&this.rep()) else {
            return Err(ErrorCode::InvalidState.into());
        };
        known.tuning.apply(&mut self.inner, this)?;
        known.other = other.zip(place).map(|(socket, place)| Other {
            socket,
            bound: false,
            streams: None,
            place,
        });
        let home = self.home(0)?;
        let host = self.bind_host(this, home)?;
        bound.settle(host);
        self.udp(this.rep())?.local = Some(Local {
            address,
            _bound: bound,
        });
        Ok(())
    }

    /// Gets a bound socket to the side that `outside` says, with its streams if it has any.
    fn turn(&mut self, socket: u32, outside: bool) -> SocketResult<()> {
        let known = self.udp(socket)?;
        if known.outside == outside {
            return Ok(());
        }
        let family = known.family;
        let streams = known.incoming.zip(known.outgoing);
        if streams.is_none() && (known.incoming.is_some() || known.outgoing.is_some()) {
            // A socket without one of its streams can be given no other.
            return Err(ErrorCode::InvalidState.into());
        }
        let other = known.other.take().ok_or(ErrorCode::RemoteUnreachable)?;
        let Other {
            socket: fresh,
            bound,
            streams: mut kept,
            place,
        } = other;
        let fresh = self.table().push(fresh)?;
        if let Some(known) = self.sockets.udp.get(&socket) {
            known.tuning.apply(&mut self.inner, &fresh)?;
        }
        if !bound {
            let any = SocketAddr::new(family.unspecified(), 0);
            self.bind_host(&fresh, any.into())?;
            self.inner.finish_bind(again(&fresh))?;
        }
        if let Some((incoming, outgoing)) = streams {
            let (new_in, new_out) = match kept.take() {
                Some(kept) => kept,
                None => {
                    let (new_in, new_out) = at_once(self.inner.stream(again(&fresh), None))?;
                    let table = self.table();
                    (table.delete(new_in)?, table.delete(new_out)?)
                }
            };
            let incoming = Resource::<IncomingDatagramStream>::new_borrow(incoming);
            let outgoing = Resource::<OutgoingDatagramStream>::new_borrow(outgoing);
            let table = self.table();
            kept = Some((
                std::mem::replace(table.get_mut(&incoming)?, new_in),
                std::mem::replace(table.get_mut(&outgoing)?, new_out),
            ));
        }
        let fresh = self.table().delete(fresh)?;
        let this = Resource::<UdpSocket>::new_borrow(socket);
        let before = std::mem::replace(self.table().get_mut(&this)?, fresh);
        let known = self.udp(socket)?;
        known.outside = outside;
        known.other = Some(Other {
            socket: before,
            bound: true,
            streams: kept,
            place,
        });
        Ok(())
    }

    /// Sends one datagram, or none if it has to be tried again.
    fn send_one(
        &mut self,
        outgoing: &Resource<OutgoingDatagramStream>,
        datagram: OutgoingDatagram,
    ) -> SocketResult<u64> {
        let socket = self.owner(outgoing.rep())?;
        let known = self.udp(socket)?;
        let (family, connected) = (known.family, known.connected);
        let given = datagram.remote_address.map(SocketAddr::from);
        let remote = match (given, connected) {
            (Some(given), Some(connected)) if given != connected => None,
            (given, connected) => given.or(connected),
        };
        let remote = remote.ok_or(ErrorCode::InvalidArgument)?;
        valid_remote(remote, family)?;
        let route = self.route(remote)?;
        if route == Route::Denied {
            return Err(ErrorCode::AccessDenied.into());
        }
        let outside = route == Route::Outside;
        if self.udp(socket)?.outside != outside {
            self.turn(socket, outside)?;
            // The permission that the guest has is one of the other side.
            if self.inner.check_send(again(outgoing))? == 0 {
                return Ok(0);
            }
        }
        let remote_address = if outside {
            self.udp(socket)?.spoke_to(remote);
            // A connected host socket knows where to.
            given.map(IpSocketAddress::from)
        } else {
            match self.behind(Transport::Udp, remote)? {
                Some(host) => Some(host.into()),
                // Nobody is there: lost, as on any network.
                None => return Ok(1),
            }
        };
        let datagram = OutgoingDatagram {
            data: datagram.data,
            remote_address,
        };
        let len = datagram.data.len();
        let sent = self.inner.send(again(outgoing), vec![datagram])?;
        if outside && sent > 0 {
            self.sockets.access()?.sent(len);
        }
        Ok(sent)
    }

    /// A stream is gone, and so is what it was on the other side.
    fn forget_stream(&mut self, stream: u32) {
        if let Some(owner) = self.sockets.streams.remove(&stream)
            && let Some(known) = self.sockets.udp.get_mut(&owner)
        {
            known.incoming.take_if(|incoming| *incoming == stream);
            known.outgoing.take_if(|outgoing| *outgoing == stream);
            if let Some(other) = &mut known.other {
                other.streams = None;
            }
        }
    }
}

impl udp_create_socket::Host for SocketsView<'_> {
    async fn create_udp_socket(
        &mut self,
        family: IpAddressFamily,
    ) -> SocketResult<Resource<UdpSocket>> {
        let place = self.place()?;
        let socket = self.inner.create_udp_socket(family).await?;
        let known = Udp {
            family: family_of(family),
            local: None,
            outside: false,
            other: None,
            connected: None,
            peers: VecDeque::new(),
            tuning: UdpTuning::default(),
            incoming: None,
            outgoing: None,
            _place: place,
        };
        self.sockets.udp.insert(socket.rep(), known);
        Ok(socket)
    }
}

impl udp::Host for SocketsView<'_> {}

impl HostUdpSocket for SocketsView<'_> {
    async fn start_bind(
        &mut self,
        this: Resource<UdpSocket>,
        network: Resource<Network>,
        local: IpSocketAddress,
    ) -> SocketResult<()> {
        // Having it is the permission to bind.
        self.table().get(&network)?;
        if self.udp(this.rep())?.local.is_some() {
            return Err(ErrorCode::InvalidState.into());
        }
        self.bind_udp(&this, local.into()).await
    }

    fn finish_bind(&mut self, this: Resource<UdpSocket>) -> SocketResult<()> {
        self.inner.finish_bind(this)
    }

    async fn stream(
        &mut self,
        this: Resource<UdpSocket>,
        remote: Option<IpSocketAddress>,
    ) -> SocketResult<(
        Resource<IncomingDatagramStream>,
        Resource<OutgoingDatagramStream>,
    )> {
        let socket = this.rep();
        let remote = remote.map(SocketAddr::from);
        let known = self.udp(socket)?;
        let family = known.family;
        if known.local.is_none() {
            return Err(ErrorCode::InvalidState.into());
        }
        let in_use = known.incoming.is_some() || known.outgoing.is_some();
        // Streams that were dropped a moment ago have tasks that end when they are next scheduled, and
        // hold the socket until then.
        tokio::task::yield_now().await;
        let mut host = None;
        if let Some(remote) = remote {
            valid_remote(remote, family)?;
            let route = self.route(remote)?;
            // With streams that are still there this traps below, as WASI says.
            match route {
                Route::Denied => return Err(ErrorCode::AccessDenied.into()),
                Route::Outside if !in_use => {
                    self.turn(socket, true)?;
                    self.udp(socket)?.spoke_to(remote);
                    host = Some(remote.into());
                }
                // Not connected on the host: who will be behind the port may not be there yet.
                Route::Loopback if !in_use => self.turn(socket, false)?,
                Route::Outside | Route::Loopback => {}
            }
        }
        let (incoming, outgoing) = self.inner.stream(this, host).await?;
        let known = self.udp(socket)?;
        known.connected = remote;
        known.incoming = Some(incoming.rep());
        known.outgoing = Some(outgoing.rep());
        self.sockets.streams.insert(incoming.rep(), socket);
        self.sockets.streams.insert(outgoing.rep(), socket);
        Ok((incoming, outgoing))
    }

    fn local_address(&mut self, this: Resource<UdpSocket>) -> SocketResult<IpSocketAddress> {
        let known = self.udp(this.rep())?;
        // The host's own addresses are not for guests to know, wherever it sends from.
        let local = known.local.as_ref().ok_or(ErrorCode::InvalidState)?;
        Ok(local.address.into())
    }

    fn remote_address(&mut self, this: Resource<UdpSocket>) -> SocketResult<IpSocketAddress> {
        let connected = self.udp(this.rep())?.connected;
        Ok(connected.ok_or(ErrorCode::InvalidState)?.into())
    }

    fn address_family(&mut self, this: Resource<UdpSocket>) -> wasmtime::Result<IpAddressFamily> {
        match self.sockets.udp.get(&this.rep()) {
            Some(known) => Ok(to_wasi(known.family)),
            None => HostUdpSocket::address_family(&mut self.inner, this),
        }
    }

    fn unicast_hop_limit(&mut self, this: Resource<UdpSocket>) -> SocketResult<u8> {
        self.inner.unicast_hop_limit(this)
    }

    fn set_unicast_hop_limit(&mut self, this: Resource<UdpSocket>, value: u8) -> SocketResult<()> {
        self.inner.set_unicast_hop_limit(again(&this), value)?;
        self.udp(this.rep())?.tuning.hop_limit = Some(value);
        Ok(())
    }

    fn receive_buffer_size(&mut self, this: Resource<UdpSocket>) -> SocketResult<u64> {
        HostUdpSocket::receive_buffer_size(&mut self.inner, this)
    }

    fn set_receive_buffer_size(
        &mut self,
        this: Resource<UdpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        HostUdpSocket::set_receive_buffer_size(&mut self.inner, again(&this), value)?;
        self.udp(this.rep())?.tuning.receive_buffer = Some(value);
        Ok(())
    }

    fn send_buffer_size(&mut self, this: Resource<UdpSocket>) -> SocketResult<u64> {
        HostUdpSocket::send_buffer_size(&mut self.inner, this)
    }

    fn set_send_buffer_size(&mut self, this: Resource<UdpSocket>, value: u64) -> SocketResult<()> {
        HostUdpSocket::set_send_buffer_size(&mut self.inner, again(&this), value)?;
        self.udp(this.rep())?.tuning.send_buffer = Some(value);
        Ok(())
    }

    fn subscribe(&mut self, this: Resource<UdpSocket>) -> wasmtime::Result<Resource<DynPollable>> {
        HostUdpSocket::subscribe(&mut self.inner, this)
    }

    fn drop(&mut self, this: Resource<UdpSocket>) -> wasmtime::Result<()> {
        // Its port first: see `Bound`.
        self.sockets.udp.remove(&this.rep());
        HostUdpSocket::drop(&mut self.inner, this)
    }
}

impl HostIncomingDatagramStream for SocketsView<'_> {
    fn receive(
        &mut self,
        this: Resource<IncomingDatagramStream>,
        max_results: u64,
    ) -> SocketResult<Vec<IncomingDatagram>> {
        let socket = self.owner(this.rep())?;
        let all = self.inner.receive(this, max_results)?;
        let known = self.udp(socket)?;
        let (family, outside, connected) = (known.family, known.outside, known.connected);
        let mut heard = Vec::with_capacity(all.len());
        for mut datagram in all {
            let host = SocketAddr::from(datagram.remote_address);
            let from = if outside {
                host
            } else {
                self.seen(Transport::Udp, family, host)?
            };
            let expected = if outside {
                self.udp(socket)?.peers.contains(&from)
            } else {
                connected.is_none_or(|connected| connected == from)
            };
            if expected {
                datagram.remote_address = from.into();
                heard.push(datagram);
            }
        }
        Ok(heard)
    }

    fn subscribe(
        &mut self,
        this: Resource<IncomingDatagramStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        HostIncomingDatagramStream::subscribe(&mut self.inner, this)
    }

    fn drop(&mut self, this: Resource<IncomingDatagramStream>) -> wasmtime::Result<()> {
        self.forget_stream(this.rep());
        HostIncomingDatagramStream::drop(&mut self.inner, this)
    }
}

impl HostOutgoingDatagramStream for SocketsView<'_> {
    fn check_send(&mut self, this: Resource<OutgoingDatagramStream>) -> SocketResult<u64> {
        self.inner.check_send(this)
    }

    fn send(
        &mut self,
        this: Resource<OutgoingDatagramStream>,
        datagrams: Vec<OutgoingDatagram>,
    ) -> SocketResult<u64> {
        // One at a time, as WASI allows: each may go to another side.
        match datagrams.into_iter().next() {
            Some(first) => self.send_one(&this, first),
            None => Ok(0),
        }
    }

    fn subscribe(
        &mut self,
        this: Resource<OutgoingDatagramStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        HostOutgoingDatagramStream::subscribe(&mut self.inner, this)
    }

    async fn drop(&mut self, this: Resource<OutgoingDatagramStream>) -> wasmtime::Result<()> {
        self.forget_stream(this.rep());
        HostOutgoingDatagramStream::drop(&mut self.inner, this).await
    }
}
