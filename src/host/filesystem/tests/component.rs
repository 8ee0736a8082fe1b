//! Makes components of core modules in text: a fresh machine has no toolchain for more.
//!
//! Also used by `benches/filesystem.rs`, so it names nothing of this crate.

use std::error::Error;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What guests of tests may import, and what they export.
const WORLD: &str = "
    package belljar:test;
    world guest {
        import wasi:cli/stdout@0.2.0;
        import wasi:filesystem/types@0.2.0;
        import wasi:filesystem/preopens@0.2.0;
        import wasi:io/streams@0.2.0;
        export exec: func() -> s32;
    }
    world runtime {
        include guest;
        export initialize: func() -> s32;
    }
    world installer {
        include guest;
        import wasi:io/poll@0.2.0;
        import belljar:registry/npm@0.1.0;
    }";

/// A component of a core module in text, which exports `memory`, `cabi_realloc` and what the world
/// `world` does.
pub(crate) fn component(world: &str, text: &str) -> Vec<u8> {
    encode(world, text).expect("the guest is well formed")
}

fn encode(world: &str, text: &str) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut module = wat::parse_str(text)?;
    let mut resolve = Resolve::default();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit"))?;
    let package = resolve.push_str("guest.wit", WORLD)?;
    let world = resolve.select_world(&[package], Some(world))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    let mut encoder = ComponentEncoder::default().validate(true).module(&module)?;
    Ok(encoder.encode()?)
}
