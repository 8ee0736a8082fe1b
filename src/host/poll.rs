//! `wasi:io/poll`, with waits that a signal ends early, as `EINTR` does on POSIX.

use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::io::poll;

use super::guest::Guest;
use crate::process::Control;

/// Links it.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    poll::add_to_linker::<Guest, Poll>(linker, |guest| PollView {
        table: &mut guest.table,
        control: Arc::clone(&guest.control),
    })
}

struct Poll;

impl HasData for Poll {
    type Data<'a> = PollView<'a>;
}

struct PollView<'a> {
    table: &'a mut ResourceTable,
    control: Arc<Control>,
}

impl poll::Host for PollView<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let control = Arc::clone(&self.control);
        tokio::select! {
            biased;
            ready = poll::Host::poll(self.table, pollables) => ready,
            // WASI wants at least one index: the first is as good as any, since a guest must
            // expect that what was reported ready is not.
            () = control.interrupt() => Ok(vec![0]),
        }
    }
}

impl poll::HostPollable for PollView<'_> {
    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        let control = Arc::clone(&self.control);
        tokio::select! {
            biased;
            done = poll::HostPollable::block(self.table, pollable) => done,
            () = control.interrupt() => Ok(()),
        }
    }

    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        poll::HostPollable::ready(self.table, pollable).await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::HostPollable::drop(self.table, pollable)
    }
}
