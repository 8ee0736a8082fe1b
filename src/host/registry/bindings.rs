//! The Rust side of `belljar:registry`, made from `wit/`.
wasmtime::component::bindgen!({
    path: "wit",
    world: "belljar:registry/installer",
    imports: {
        "belljar:registry/npm.[method]request.read": async | trappable,
        default: trappable,
    },
    with: {
        "wasi:io": wasmtime_wasi::p2::bindings::io,
        "belljar:registry/npm.request": crate::host::registry::Pending,
    },
    require_store_data_send: true,
});
