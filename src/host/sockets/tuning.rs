//! What a guest has set on a socket, so that it holds for the host socket that replaces it.

use wasmtime::component::Resource;
use wasmtime_wasi::p2::SocketResult;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::udp::HostUdpSocket;
use wasmtime_wasi::p2::{TcpSocket, UdpSocket};
use wasmtime_wasi::sockets::WasiSocketsCtxView;

use super::again;

/// What was set on a TCP socket.
#[derive(Debug, Default)]
pub(super) struct TcpTuning {
    pub(super) backlog: Option<u64>,
    pub(super) keep_alive: Option<bool>,
    pub(super) idle_time: Option<u64>,
    pub(super) interval: Option<u64>,
    pub(super) count: Option<u32>,
    pub(super) hop_limit: Option<u8>,
    pub(super) receive_buffer: Option<u64>,
    pub(super) send_buffer: Option<u64>,
}

impl TcpTuning {
    pub(super) fn apply(
        &self,
        inner: &mut WasiSocketsCtxView<'_>,
        socket: &Resource<TcpSocket>,
    ) -> SocketResult<()> {
        if let Some(value) = self.backlog {
            inner.set_listen_backlog_size(again(socket), value)?;
        }
        if let Some(value) = self.keep_alive {
            inner.set_keep_alive_enabled(again(socket), value)?;
        }
        if let Some(value) = self.idle_time {
            inner.set_keep_alive_idle_time(again(socket), value)?;
        }
        if let Some(value) = self.interval {
            inner.set_keep_alive_interval(again(socket), value)?;
        }
        if let Some(value) = self.count {
            inner.set_keep_alive_count(again(socket), value)?;
        }
        if let Some(value) = self.hop_limit {
            inner.set_hop_limit(again(socket), value)?;
        }
        if let Some(value) = self.receive_buffer {
            HostTcpSocket::set_receive_buffer_size(inner, again(socket), value)?;
        }
        if let Some(value) = self.send_buffer {
            HostTcpSocket::set_send_buffer_size(inner, again(socket), value)?;
        }
        Ok(())
    }
}

/// What was set on a UDP socket.
#[derive(Debug, Default)]
pub(super) struct UdpTuning {
    pub(super) hop_limit: Option<u8>,
    pub(super) receive_buffer: Option<u64>,
    pub(super) send_buffer: Option<u64>,
}

impl UdpTuning {
    pub(super) fn apply(
        &self,
        inner: &mut WasiSocketsCtxView<'_>,
        socket: &Resource<UdpSocket>,
    ) -> SocketResult<()> {
        if let Some(value) = self.hop_limit {
            inner.set_unicast_hop_limit(again(socket), value)?;
        }
        if let Some(value) = self.receive_buffer {
            HostUdpSocket::set_receive_buffer_size(inner, again(socket), value)?;
        }
        if let Some(value) = self.send_buffer {
            HostUdpSocket::set_send_buffer_size(inner, again(socket), value)?;
        }
        Ok(())
    }
}
