//! `belljar:process` and `belljar:posix` over [`crate::process`] and [`crate::vfs`]; see
//! `wit/process.wit` and `wit/deps/posix`. Signals are in [`super::signals`].

mod bindings;
mod children;
mod descriptions;
mod posix;

use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};

use self::bindings::belljar;
pub(super) use self::bindings::belljar::process::signals;
use super::filesystem::bindings::wasi::filesystem::types::ErrorCode;
use super::guest::Guest;
use crate::process::{Description, Process};

/// A description that a guest has a handle of: the resource `description`.
#[expect(unreachable_pub, reason = "the bindings re-export it")]
pub struct OpenDescription(Description);

/// What of a process is needed for these interfaces, for the time of a call: all of it.
struct HasProcess;

impl HasData for HasProcess {
    type Data<'a> = View<'a>;
}

/// See [`HasProcess`].
struct View<'a>(&'a mut Guest);

/// Links them.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    belljar::process::descriptions::add_to_linker::<Guest, HasProcess>(linker, view)?;
    belljar::process::children::add_to_linker::<Guest, HasProcess>(linker, view)?;
    belljar::posix::files::add_to_linker::<Guest, HasProcess>(linker, view)?;
    belljar::posix::identity::add_to_linker::<Guest, HasProcess>(linker, view)
}

fn view(guest: &mut Guest) -> View<'_> {
    View(guest)
}

impl View<'_> {
    fn table(&mut self) -> &mut ResourceTable {
        &mut self.0.table
    }

    /// A description that the guest has a handle of. It has no others: anything else is a bug and
    /// ends it.
    fn description(&self, handle: &Resource<OpenDescription>) -> wasmtime::Result<Description> {
        Ok(self.0.table.get(handle)?.0.clone())
    }

    /// A new handle; that there is no room for more is the guest's to deal with.
    fn push(&mut self, description: Description) -> Result<Resource<OpenDescription>, ErrorCode> {
        let pushed = self.0.table.push(OpenDescription(description));
        pushed.map_err(|_| ErrorCode::InsufficientMemory)
    }

    fn process(&self) -> Option<Arc<Process>> {
        self.0.process.clone()
    }
}
