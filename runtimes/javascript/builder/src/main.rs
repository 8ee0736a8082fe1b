//! Builds `../dist`: JavaScript for sandboxes as a component.
//!
//! Makes the crate `target/layer` from the published package `wasm-rquickjs`, compiles the guest for
//! WASI preview 1, runs it once so that all JavaScript of its own is evaluated, keeps its memory as its
//! image, makes a component of that with the published adapter, and writes it compressed with a
//! manifest. Same sources and same toolchain, same bytes.
//!
//! `cargo run` does all of it. `cargo run -- image MODULE COMPONENT` and `cargo run -- dist MODULE` do
//! what is left with a guest that is compiled already.

mod bundle;
mod image;
mod layer;
mod package;
mod source;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wit_component::ComponentEncoder;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("a folder above this one")?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => build(root, &root.join("dist")),
        ["layer"] => layer::make(root, &package::folder(root)?),
        ["image", module, component] => {
            let module = fs::read(module).with_context(|| format!("read {module}"))?;
            fs::write(component, make_component(root, &module)?)?;
            Ok(())
        }
        ["dist", module] => {
            let module = fs::read(module).with_context(|| format!("read {module}"))?;
            write(root, &module, &root.join("dist"))
        }
        [out] if !out.starts_with('-') => build(root, Path::new(out)),
        _ => bail!(
            "usage: cargo run [-- OUT | -- layer | -- image MODULE COMPONENT | -- dist MODULE]"
        ),
    }
}

/// All of it.
fn build(root: &Path, out: &Path) -> Result<()> {
    layer::make(root, &package::folder(root)?)?;
    let mut build = Command::new(root.join("toolchain/cargo"));
    build.args([
        "build",
        "--locked",
        "--profile",
        "quick",
        "-p",
        "belljar-javascript",
    ]);
    // What cargo sets for this program is not meant for the guest.
    for name in [
        "CARGO",
        "RUSTC",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTUP_TOOLCHAIN",
    ] {
        build.env_remove(name);
    }
    // The engine's own build would download a compiler.
    build.env("RQUICKJS_SYS_NO_WASI_SDK", "1");
    let status = build.status().context("run toolchain/cargo")?;
    ensure!(status.success(), "the guest does not build");

    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let module = target.join("wasm32-wasip1/quick/belljar-javascript.wasm");
    let module = fs::read(&module).with_context(|| format!("read {}", module.display()))?;
    write(root, &module, out)
}

/// Makes the artefact and its manifest from the guest's module.
fn write(root: &Path, module: &[u8], out: &Path) -> Result<()> {
    let component = make_component(root, module)?;
    let packed = zstd::bulk::compress(&component, 22)?;
    fs::create_dir_all(out)?;
    fs::write(out.join("javascript.wasm.zst"), &packed)?;
    println!(
        "javascript: {} bytes, compressed {}",
        component.len(),
        packed.len()
    );
    let manifest = serde_json::json!({
        "sources": source::digest(root)?,
        "toolchain": toolchain()?,
        "version": version(root)?,
        "digest": blake3::hash(&component).to_hex().as_str(),
        "size": component.len(),
    });
    fs::write(out.join("manifest.json"), format!("{manifest:#}\n"))?;
    Ok(())
}

/// The version of Bun's interfaces that is followed, as the command line says it.
fn version(root: &Path) -> Result<String> {
    let text = fs::read_to_string(root.join("library/command/version.js"))?;
    let version = text
        .split("BUN_VERSION = '")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    Ok(version
        .context("BUN_VERSION in library/command/version.js")?
        .to_owned())
}

fn make_component(root: &Path, module: &[u8]) -> Result<Vec<u8>> {
    let bundle = bundle::make(root, &package::folder(root)?)?;
    let module = image::make(module, bundle)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        )?
        .encode()
        .context("make a component")
}

/// The compiler that made the guest, as it calls itself.
fn toolchain() -> Result<String> {
    let installed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output();
    let ordinary = installed
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("wasm32-wasip1"));
    let rustc = if ordinary { "rustc" } else { "/usr/bin/rustc" };
    let output = Command::new(rustc)
        .arg("--version")
        .env_remove("RUSTUP_TOOLCHAIN")
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
