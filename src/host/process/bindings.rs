//! The Rust side of `belljar:process` and `belljar:posix`, made from `wit/`.
wasmtime::component::bindgen!({
    path: "wit",
    world: "belljar:process/tools",
    imports: {
        "belljar:process/descriptions.[method]description.read": async | trappable,
        "belljar:process/descriptions.[method]description.read-until": async | trappable,
        "belljar:process/descriptions.[method]description.write": async | trappable,
        "belljar:process/children.[method]child.wait": async | trappable,
        "belljar:process/children.spawn": async | trappable,
        default: trappable,
    },
    with: {
        "wasi:io": wasmtime_wasi::p2::bindings::io,
        "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        "wasi:filesystem": crate::host::filesystem::bindings::wasi::filesystem,
        "belljar:process/descriptions.description": crate::host::process::OpenDescription,
        "belljar:process/children.child": crate::host::process::children::Child,
    },
    require_store_data_send: true,
});
