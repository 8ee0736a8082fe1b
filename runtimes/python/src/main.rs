//! Builds `dist/python.wasm.zst`, the guest of the runtime `python:3.14`.
//!
//! Takes CPython, its standard library and wasi-libc, all built for WASI, from the data files of the
//! published crate `componentize-py` (whose code is not compiled), links them with our three `.wat`
//! libraries to one component of the world `belljar:process/program`, and appends the files of the runtime's tree.
//! Same inputs, same bytes.

mod interpose;
mod source;
mod tree;

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use wit_component::{Linker, StringEncoding, embed_component_metadata};

/// Our own libraries: the name each is linked by, its source, and its world.
const OURS: [(&str, &str, &str); 3] = [
    ("libbelljar.so", "glue.wat", "belljar:process/program"),
    (
        "libbelljar-processes.so",
        "src/processes.wat",
        "belljar:python/library",
    ),
    (
        "libbelljar-permissions.so",
        "src/permissions.wat",
        "belljar:python/library",
    ),
];

/// The world of those of our libraries that leave the exports of `program` to `glue.wat`.
const LIBRARY_WORLD: &str = "
    package belljar:python;
    world library {
        import belljar:process/signals@0.1.0;
        import belljar:process/descriptions@0.1.0;
        import belljar:process/children@0.1.0;
        import belljar:posix/files@0.1.0;
        import belljar:posix/identity@0.1.0;
    }
";

/// The libraries that libpython needs, in the order in which symbols are resolved.
const LIBRARIES: [&str; 5] = [
    "libpython3.14.so",
    "libc.so",
    "libwasi-emulated-signal.so",
    "libwasi-emulated-getpid.so",
    "libwasi-emulated-process-clocks.so",
];

/// Name of the custom section that holds the runtime's files as a tar archive.
const TREE_SECTION: &str = "belljar.tree";

fn main() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = source::data_folder(here)?;

    let mut component = link(here, &data)?;
    let tree = tree::archive(
        &source::decompressed(&data, "python-lib.tar")?,
        &here.join("app"),
    )?;
    tree::append_section(&mut component, TREE_SECTION, &tree);

    let packed = zstd::bulk::compress(&component, 22).context("compress the guest")?;
    let dist = here.join("dist");
    fs::create_dir_all(&dist)?;
    fs::write(dist.join("python.wasm.zst"), &packed)?;
    let manifest = serde_json::json!({
        "name": "python:3.14",
        "version": source::python_version(&data)?,
        "digest": blake3::hash(&component).to_hex().as_str(),
        "size": component.len(),
        "sources": source::digest(here)?,
    });
    fs::write(dist.join("manifest.json"), format!("{manifest:#}\n"))?;
    println!(
        "component {} bytes, of which tree {}; compressed {}",
        component.len(),
        tree.len(),
        packed.len()
    );
    Ok(())
}

/// Links everything to one component that has not run yet.
fn link(here: &Path, data: &Path) -> Result<Vec<u8>> {
    let mut linker = Linker::default().validate(true).use_built_in_libdl(true);
    for (name, source, world) in OURS {
        linker = linker
            .library(name, &glue(here, source, world)?, false)
            .with_context(|| format!("add {source}"))?;
    }
    for name in LIBRARIES {
        let mut library = source::decompressed(data, name)?;
        if name == "libpython3.14.so" {
            library = interpose::adapt(&library)?;
        }
        linker = linker
            .library(name, &library, false)
            .with_context(|| format!("add {name}"))?;
    }
    linker.encode().context("link the libraries")
}

/// Assembles one of our libraries and attaches its world.
fn glue(here: &Path, source: &str, world: &str) -> Result<Vec<u8>> {
    let mut module =
        wat::parse_file(here.join(source)).with_context(|| format!("assemble {source}"))?;
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve
        .push_dir(here.join("../../wit"))
        .context("read the WIT")?;
    let library = resolve.push_str("library.wit", LIBRARY_WORLD)?;
    let world = resolve.select_world(&[package, library], Some(world))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ensure!(!module.is_empty(), "empty glue");
    Ok(module)
}
