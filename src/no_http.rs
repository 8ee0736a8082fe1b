//! Stands in for `wasi:http` where Belljar is built without the feature `http`.
//!
//! Programs that import it start all the same: most make no request. One that does is ended, with the
//! reason.

use std::marker::PhantomData;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{
    Component, InstancePre, Linker, LinkerInstance, ResourceTable, ResourceType,
};

use crate::net::Access;

/// The state of one process: nothing.
#[derive(Debug)]
pub(crate) struct Http;

/// [`Http`], for the time of a call.
#[derive(Debug)]
pub(crate) struct View<'a>(PhantomData<&'a ()>);

/// What all resources of the interface are: there is never one.
struct Nothing;

#[derive(Debug, thiserror::Error)]
#[error("wasi:http is not there: Belljar was built without the feature `http`")]
struct Absent;

impl Http {
    pub(crate) fn new(_access: Option<Access>) -> Self {
        Self
    }

    pub(crate) fn view<'a>(&'a mut self, _table: &'a mut ResourceTable) -> View<'a> {
        View(PhantomData)
    }
}

/// Links nothing: what would have to be there depends on the program.
pub(crate) fn add_to_linker<T: Send + 'static>(
    _linker: &mut Linker<T>,
    _view: fn(&mut T) -> View<'_>,
) -> wasmtime::Result<()> {
    Ok(())
}

/// Links a program; what it wants of `wasi:http` ends it when it is called.
pub(crate) fn link<T: 'static>(
    linker: &Linker<T>,
    component: &Component,
) -> wasmtime::Result<InstancePre<T>> {
    let engine = linker.engine();
    let mut wanted = None;
    for (name, item) in component.component_type().imports(engine) {
        if let ("wasi:http", ComponentItem::ComponentInstance(instance)) =
            (name.split('/').next().unwrap_or_default(), &item.ty)
        {
            let linker = wanted.get_or_insert_with(|| linker.clone());
            let mut interface = linker.instance(name)?;
            for (name, item) in instance.exports(engine) {
                define(&mut interface, name, &item.ty)?;
            }
        }
    }
    wanted.as_ref().unwrap_or(linker).instantiate_pre(component)
}

fn define<T: 'static>(
    interface: &mut LinkerInstance<'_, T>,
    name: &str,
    item: &ComponentItem,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            interface.func_new(name, |_, _, _, _| Err(Absent.into()))
        }
        ComponentItem::Resource(_) => {
            interface.resource(name, ResourceType::host::<Nothing>(), |_, _| Ok(()))
        }
        _ => Ok(()),
    }
}
