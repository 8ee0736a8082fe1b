//! The Rust side of `wasi:filesystem`, made from `wit/`.
wasmtime::component::bindgen!({
    path: "wit",
    world: "wasi:filesystem/imports",
    imports: { default: trappable },
    trappable_error_type: {
        "wasi:filesystem/types.error-code" => crate::host::filesystem::error::Failure,
    },
    with: {
        "wasi:io": wasmtime_wasi::p2::bindings::io,
        "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        "wasi:filesystem/types.descriptor": crate::host::filesystem::Descriptor,
        "wasi:filesystem/types.directory-entry-stream":
            crate::host::filesystem::DirectoryEntryStream,
    },
    require_store_data_send: true,
});
