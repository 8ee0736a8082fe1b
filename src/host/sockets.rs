//! `wasi:sockets`: wasmtime-wasi's, with the sandbox's own loopback and the policy in front of it.
//!
//! Every guest socket is a host socket on one of two *sides*: on the sandbox's loopback, which is
//! where it is put when it is bound, or outside, which is where it goes when it first connects or
//! sends there. To change sides it is replaced, unseen by the guest, by another host socket. Addresses
//! are the guest's in all that it sees: those of its loopback are translated by `net::loopback`, those
//! of the host outside are not shown.
//!
//! What a side may exchange packets with is checked again where wasmtime-wasi makes system calls
//! ([`check`]).

mod names;
mod tcp;
mod tuning;
mod udp;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use futures::FutureExt;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p2::bindings::sockets as wasi;
use wasmtime_wasi::p2::bindings::sockets::network::{
    ErrorCode, IpAddressFamily, IpSocketAddress, LinkOptions, Network,
};
use wasmtime_wasi::p2::{SocketError, SocketResult};
use wasmtime_wasi::sockets::{SocketAddrUse, WasiSockets, WasiSocketsCtxView, WasiSocketsView};

use super::guest::Guest;
use crate::net::{Access, Bound, Family, Route, SocketPlace, Transport};

/// Links it.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let l = linker;
    let options = LinkOptions::default();
    wasi::network::add_to_linker::<Guest, WasiSockets>(l, &options, Guest::sockets)?;
    wasi::instance_network::add_to_linker::<Guest, WasiSockets>(l, Guest::sockets)?;
    wasi::tcp::add_to_linker::<Guest, HasSockets>(l, Guest::net)?;
    wasi::tcp_create_socket::add_to_linker::<Guest, HasSockets>(l, Guest::net)?;
    wasi::udp::add_to_linker::<Guest, HasSockets>(l, Guest::net)?;
    wasi::udp_create_socket::add_to_linker::<Guest, HasSockets>(l, Guest::net)?;
    names::add_to_linker(l)
}

struct HasSockets;

impl HasData for HasSockets {
    type Data<'a> = SocketsView<'a>;
}

/// The sockets of one process, by their numbers in its table.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// `None` is for what initialises or never runs: it can make none.
    access: Option<Access>,
    tcp: HashMap<u32, tcp::Tcp>,
    udp: HashMap<u32, udp::Udp>,
    /// The sockets that streams of datagrams belong to.
    streams: HashMap<u32, u32>,
}

/// [`Sockets`], for the time of a call.
pub(super) struct SocketsView<'a> {
    sockets: &'a mut Sockets,
    inner: WasiSocketsCtxView<'a>,
}

impl Sockets {
    pub(super) fn new(access: Option<Access>) -> Self {
        Self {
            access,
            ..Self::default()
        }
    }

    pub(super) fn view<'a>(&'a mut self, inner: WasiSocketsCtxView<'a>) -> SocketsView<'a> {
        SocketsView {
            sockets: self,
            inner,
        }
    }

    fn access(&self) -> SocketResult<&Access> {
        Ok(self.access.as_ref().ok_or(ErrorCode::AccessDenied)?)
    }
}

/// Has every address checked that wasmtime-wasi is about to use.
pub(super) fn check(wasi: &mut WasiCtxBuilder, access: Option<&Access>) {
    let Some(access) = access.cloned() else {
        wasi.allow_tcp(false).allow_udp(false);
        return;
    };
    // Names are resolved by `net::names`.
    wasi.allow_tcp(true)
        .allow_udp(true)
        .allow_ip_name_lookup(false);
    wasi.socket_addr_check(move |address, purpose| {
        let allowed = allows(&access, address, purpose);
        Box::pin(std::future::ready(allowed))
    });
}

fn allows(access: &Access, address: SocketAddr, purpose: SocketAddrUse) -> bool {
    let ip = address.ip();
    let home = || ip == IpAddr::V4(access.loopback().home());
    match purpose {
        // Only on its way out is a socket bound to nothing in particular, and to no port.
        SocketAddrUse::TcpBind | SocketAddrUse::UdpBind => {
            home() || (ip.is_unspecified() && address.port() == 0)
        }
        SocketAddrUse::TcpListen | SocketAddrUse::TcpAccept => home(),
        SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
            home() || (!ip.is_loopback() && access.route(ip) == Route::Outside)
        }
    }
}

/// Where a guest has bound a socket.
#[derive(Debug)]
struct Local {
    /// As the guest knows it.
    address: SocketAddr,
    _bound: Bound,
}

/// A call that wasmtime-wasi declares as one that may wait, and that never does for the addresses
/// we give it.
fn at_once<T>(call: impl Future<Output = SocketResult<T>>) -> SocketResult<T> {
    let done = call.now_or_never();
    done.unwrap_or_else(|| Err(ErrorCode::Unknown.into()))
}

/// Another handle to what `this` is one to.
fn again<T: 'static>(this: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(this.rep())
}

fn family_of(family: IpAddressFamily) -> Family {
    match family {
        IpAddressFamily::Ipv4 => Family::V4,
        IpAddressFamily::Ipv6 => Family::V6,
    }
}

fn to_wasi(family: Family) -> IpAddressFamily {
    match family {
        Family::V4 => IpAddressFamily::Ipv4,
        Family::V6 => IpAddressFamily::Ipv6,
    }
}

/// Refuses remote addresses that no socket of `family` can have, as WASI says.
fn valid_remote(address: SocketAddr, family: Family) -> Result<(), ErrorCode> {
    // Mapped addresses are a matter of dual-stack sockets, which WASI does not have.
    let mapped = matches!(address.ip(), IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    if Family::of(address.ip()) != family || mapped || address.port() == 0 {
        return Err(ErrorCode::InvalidArgument);
    }
    Ok(())
}

impl SocketsView<'_> {
    fn place(&self) -> SocketResult<SocketPlace> {
        let place = self.sockets.access()?.socket();
        Ok(place.ok_or(ErrorCode::NewSocketLimit)?)
    }

    /// Our address on the host, for a socket of the loopback.
    fn home(&self, port: u16) -> SocketResult<IpSocketAddress> {
        let home = self.sockets.access()?.loopback().home();
        Ok(SocketAddr::new(home.into(), port).into())
    }

    /// Takes a port of the guest for what is to be bound to `address`.
    fn claim(
        &self,
        transport: Transport,
        family: Family,
        address: SocketAddr,
    ) -> SocketResult<(Bound, SocketAddr)> {
        let ip = address.ip();
        let mapped = matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
        if Family::of(ip) != family || mapped || ip.is_multicast() {
            return Err(ErrorCode::InvalidArgument.into());
        }
        if !ip.is_loopback() && !ip.is_unspecified() {
            return Err(ErrorCode::AddressNotBindable.into());
        }
        let dual = family == Family::V6 && ip.is_unspecified();
        let loopback = self.sockets.access()?.loopback();
        let bound = loopback
            .claim(transport, family, address.port(), dual)
            .ok_or(ErrorCode::AddressInUse)?;
        let address = SocketAddr::new(ip, bound.port());
        Ok((bound, address))
    }

    /// The host's address behind an address of the guest's loopback.
    fn behind(&self, transport: Transport, remote: SocketAddr) -> SocketResult<Option<SocketAddr>> {
        let loopback = self.sockets.access()?.loopback();
        let found = loopback.find(transport, Family::of(remote.ip()), remote.port());
        Ok(found.map(|port| SocketAddr::new(loopback.home().into(), port)))
    }

    /// The guest's address for one of the host on its loopback.
    fn seen(
        &self,
        transport: Transport,
        family: Family,
        host: SocketAddr,
    ) -> SocketResult<SocketAddr> {
        let port = self.sockets.access()?.loopback();
        let port = port.guest_port(transport, host.port());
        Ok(SocketAddr::new(family.loopback(), port))
    }

    fn route(&self, address: SocketAddr) -> SocketResult<Route> {
        Ok(self.sockets.access()?.route(address.ip()))
    }

    fn table(&mut self) -> &mut ResourceTable {
        self.inner.table
    }

    /// A handle of our own to the network, as calls of the inner host want one.
    fn network(&mut self) -> SocketResult<Resource<Network>> {
        use wasi::instance_network::Host;
        let network = self.inner.instance_network();
        network.map_err(SocketError::trap)
    }

    fn close(&mut self, network: Resource<Network>) -> SocketResult<()> {
        self.table().delete(network)?;
        Ok(())
    }
}

impl Guest {
    /// Its sockets, for the time of a call.
    fn net(&mut self) -> SocketsView<'_> {
        let (sockets, inner) = self.sockets_and_wasi();
        sockets.view(inner)
    }
}

// The interfaces above want them for their errors.
impl wasi::network::Host for SocketsView<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        self.inner.convert_error_code(error)
    }

    fn network_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        self.inner.network_error_code(error)
    }
}

impl wasi::network::HostNetwork for SocketsView<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        self.inner.drop(network)
    }
}

impl std::fmt::Debug for SocketsView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SocketsView").field(&self.sockets).finish()
    }
}
