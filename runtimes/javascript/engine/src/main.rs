//! `bun`, `node` and `npm` in a sandbox: QuickJS-NG, an event loop on WASI's pollables, a module loader,
//! and Node's modules, made once into an image that every process starts from.

mod engine;
mod event_loop;
mod hooks;
mod image;
mod modules;
mod native;
mod stack;

fn main() {
    belljar_sys::start();
    belljar_layer::reseed();
    let code = wstd::runtime::block_on(event_loop::run(engine::take()));
    belljar_sys::process::exit(code)
}
