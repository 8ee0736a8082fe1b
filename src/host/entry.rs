//! Where a program is entered.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, Instance};
use wasmtime::{Engine, Store};

use super::guest::Guest;
use super::launch::Halt;

/// What a runtime's program exports; see `wit/process.wit`.
const EXEC: &str = "exec";
/// What a command exports, in any version of WASI 0.2.
const RUN: &str = "wasi:cli/run@0.2.";

/// The function that runs a process.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// `exec: func() -> s32`.
    Exec(ComponentExportIndex),
    /// `run: func() -> result` of `wasi:cli/run`.
    Run(ComponentExportIndex),
}

impl Entry {
    /// That of a component, if it has one.
    pub(super) fn of(component: &Component, engine: &Engine) -> Option<Self> {
        if let Some(exec) = component.get_export_index(None, EXEC) {
            return Some(Self::Exec(exec));
        }
        let ty = component.component_type();
        let (name, _) = ty.exports(engine).find(|(name, item)| {
            name.starts_with(RUN) && matches!(item.ty, ComponentItem::ComponentInstance(_))
        })?;
        let run = component.get_export_index(None, name)?;
        component.get_export_index(Some(&run), "run").map(Self::Run)
    }

    /// Calls it and gives the exit code.
    pub(super) async fn call(
        self,
        instance: &Instance,
        store: &mut Store<Guest>,
    ) -> Result<i32, Halt> {
        match self {
            Self::Exec(exec) => {
                let exec = instance.get_typed_func::<(), (i32,)>(&mut *store, exec);
                let exec = exec.map_err(Halt::Entry)?;
                let (code,) = exec.call_async(store, ()).await.map_err(Halt::Call)?;
                Ok(code)
            }
            Self::Run(run) => {
                let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut *store, run);
                let run = run.map_err(Halt::Entry)?;
                let (ended,) = run.call_async(store, ()).await.map_err(Halt::Call)?;
                Ok(i32::from(ended.is_err()))
            }
        }
    }
}
