//! `wasi:sockets/ip-name-lookup`.

use std::net::IpAddr;
use std::task::{Context, Poll, Waker};

use futures::future::BoxFuture;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress, Network};
use wasmtime_wasi::p2::{Pollable, subscribe};

use super::SocketsView;
use crate::host::guest::Guest;
use crate::net::NameError;

/// The addresses of a name, when they are there.
pub(super) enum Addresses {
    Asked(BoxFuture<'static, Result<Vec<IpAddr>, NameError>>),
    Known(std::vec::IntoIter<IpAddr>),
    Failed(NameError),
}

impl Addresses {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Self::Asked(asked) = self {
            *self = match std::task::ready!(asked.as_mut().poll(context)) {
                Ok(addresses) => Self::Known(addresses.into_iter()),
                Err(error) => Self::Failed(error),
            };
        }
        Poll::Ready(())
    }
}

#[async_trait::async_trait]
impl Pollable for Addresses {
    async fn ready(&mut self) {
        std::future::poll_fn(|context| self.poll(context)).await;
    }
}

/// Links it. By hand, since wasmtime-wasi's looks names up by itself, as many at once as a guest likes,
/// and its other interfaces, which this one needs, are not made for bindings of others.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut names = linker.instance("wasi:sockets/ip-name-lookup@0.2.0")?;
    names.resource(
        "resolve-address-stream",
        ResourceType::host::<Addresses>(),
        |mut store, stream| {
            let stream = Resource::<Addresses>::new_own(stream);
            store.data_mut().table.delete(stream)?;
            Ok(())
        },
    )?;
    names.func_wrap(
        "resolve-addresses",
        |mut store, (network, name): (Resource<Network>, String)| {
            Ok((resolve(&mut store.data_mut().net(), &network, &name)?,))
        },
    )?;
    names.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store, (stream,): (Resource<Addresses>,)| {
            Ok((next(store.data_mut().table.get_mut(&stream)?),))
        },
    )?;
    names.func_wrap(
        "[method]resolve-address-stream.subscribe",
        |mut store, (stream,): (Resource<Addresses>,)| {
            Ok((subscribe(&mut store.data_mut().table, stream)?,))
        },
    )
}

fn resolve(
    view: &mut SocketsView<'_>,
    network: &Resource<Network>,
    name: &str,
) -> wasmtime::Result<Result<Resource<Addresses>, ErrorCode>> {
    // Having it is the permission to ask.
    view.table().get(network)?;
    let Some(access) = &view.sockets.access else {
        return Ok(Err(ErrorCode::AccessDenied));
    };
    match access.resolve(name) {
        Ok(asked) => Ok(Ok(view.table().push(Addresses::Asked(asked))?)),
        Err(error) => Ok(Err(code(error))),
    }
}

fn next(stream: &mut Addresses) -> Result<Option<IpAddress>, ErrorCode> {
    // Whoever waits for it leaves a waker of its own.
    let mut context = Context::from_waker(Waker::noop());
    let _pending = stream.poll(&mut context);
    match stream {
        Addresses::Asked(_) => Err(ErrorCode::WouldBlock),
        Addresses::Known(addresses) => Ok(addresses.next().map(IpAddress::from)),
        Addresses::Failed(error) => Err(code(*error)),
    }
}

fn code(error: NameError) -> ErrorCode {
    match error {
        NameError::Denied => ErrorCode::AccessDenied,
        NameError::Invalid => ErrorCode::InvalidArgument,
        NameError::Unknown => ErrorCode::NameUnresolvable,
        NameError::TimedOut => ErrorCode::TemporaryResolverFailure,
    }
}
