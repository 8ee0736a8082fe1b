//! Functions that JavaScript of the image calls: `native:NAME`.

pub mod children;
mod errno;
mod files;
pub mod fs;
pub mod hash;
pub mod modules;
pub mod os;
pub mod packages;
pub mod process;
pub mod realm;
mod trees;

use belljar_layer::builtin as layer;
use rquickjs::{Ctx, Module, Result, module::Declared};

/// Declares the native module of that name under its full name.
pub fn declare<'js>(
    ctx: &Ctx<'js>,
    full: &str,
    name: &str,
) -> Option<Result<Module<'js, Declared>>> {
    macro_rules! natives {
        ($($wanted:literal => $definition:path,)*) => {
            match name {
                $($wanted => Some(Module::declare_def::<$definition, _>(ctx.clone(), full)),)*
                _ => None,
            }
        };
    }
    natives! {
        "base64" => layer::base64::js_native_module,
        "children" => children::js_native_module,
        "dgram" => layer::dgram::js_native_module,
        "dns" => layer::dns::js_native_module,
        "encoding" => layer::encoding::js_native_module,
        "fs" => fs::js_native_module,
        "hash" => hash::js_native_module,
        "http" => layer::http::js_native_module,
        "internal/binding/util" => os::js_binding,
        "intl" => layer::intl::js_native_module,
        "modules" => modules::js_native_module,
        "net" => layer::net::js_native_module,
        "node_http" => layer::node_http::js_native_module,
        "os" => os::js_system,
        "packages" => packages::js_native_module,
        "perf_hooks" => os::js_clock,
        "process" => process::js_native_module,
        "string_decoder" => layer::string_decoder::js_native_module,
        "url" => layer::url::js_native_module,
        "v8" => os::js_heap,
        "web_crypto" => layer::web_crypto::js_native_module,
        "zlib" => layer::zlib::js_native_module,
    }
}

/// Something to wait for, for the event loop, from what other bindings of the same interface made.
/// `handle` is that of a `wasi:io/poll.pollable` whose owner has given it up.
fn pollable(handle: u32) -> wasip2::io::poll::Pollable {
    // SAFETY: an index of the table that the host keeps of this resource; nobody else drops it.
    unsafe { wasip2::io::poll::Pollable::from_handle(handle) }
}
