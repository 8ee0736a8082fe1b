//! `wasi:http` for guests: wasmtime-wasi-http, over connections of our own.
//!
//! A name is resolved as those of sockets are, each of its addresses is judged, and the connection is
//! made to the very address that was. The sandbox's own servers are reached on its loopback, with or
//! without network access.
//!
//! Where Belljar is built without the feature `http`, `no_http` takes the place of this module.

mod connect;
mod send;

use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime_wasi_http::p2::bindings::LinkOptions;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtx, WasiHttpCtxView};

use crate::net::Access;
use send::Sender;

/// The state of one process.
#[derive(Debug)]
pub(crate) struct Http {
    context: WasiHttpCtx,
    sender: Sender,
}

/// [`Http`], for the time of a call.
pub(crate) type View<'a> = WasiHttpCtxView<'a>;

impl Http {
    /// `None` is for what initialises or never runs: it reaches nothing.
    pub(crate) fn new(access: Option<Access>) -> Self {
        Self {
            context: WasiHttpCtx::new(),
            sender: Sender::new(access),
        }
    }

    pub(crate) fn view<'a>(&'a mut self, table: &'a mut ResourceTable) -> View<'a> {
        WasiHttpCtxView {
            hooks: &mut self.sender,
            table,
            ctx: &mut self.context,
        }
    }
}

/// Links it.
pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> View<'_>,
) -> wasmtime::Result<()> {
    let options = LinkOptions::default();
    outgoing_handler::add_to_linker::<T, WasiHttp>(linker, view)?;
    types::add_to_linker::<T, WasiHttp>(linker, &options.into(), view)
}

/// Links a program.
pub(crate) fn link<T: 'static>(
    linker: &Linker<T>,
    component: &Component,
) -> wasmtime::Result<InstancePre<T>> {
    linker.instantiate_pre(component)
}
