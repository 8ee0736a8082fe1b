//! `descriptor.write`, from the guest's memory straight into the file.
//!
//! The generated bindings would copy what is written into a buffer of the host first.

use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, WasmList};

use super::Descriptor;
use super::bindings::wasi::filesystem::types::ErrorCode;
use super::error::Failure;
use super::types::positioned;
use crate::host::guest::Guest;

/// The interface, by the version of `wit/deps`: the linker gives it to all that is compatible.
const TYPES: &str = "wasi:filesystem/types@0.2.0";

type Written = Result<u64, ErrorCode>;

/// Takes the place of the generated one.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.func_wrap("[method]descriptor.write", write)
}

fn write(
    mut store: StoreContextMut<'_, Guest>,
    (descriptor, buffer, offset): (Resource<Descriptor>, WasmList<u8>, u64),
) -> wasmtime::Result<(Written,)> {
    let view = store.data_mut().files();
    // Shared, since the guest's memory is borrowed from where the table is.
    let handle = view
        .descriptor(&descriptor)
        .and_then(|descriptor| Ok(Arc::clone(positioned(descriptor)?)));
    let written = handle.and_then(|handle| Ok(handle.write(buffer.as_le_slice(&store), offset)?));
    match written {
        Ok(written) => Ok((Ok(written as u64),)),
        Err(Failure::Code(code)) => Ok((Err(code),)),
        Err(Failure::Bug(error)) => Err(error),
    }
}
