//! Builds `dist/`: the shell and the Unix tools as components.
//!
//! Compiles the guests for WASI preview 1 (`toolchain/cargo`), turns each into a component with the
//! published adapter, and writes it compressed with a manifest. Same sources and same toolchain, same
//! bytes.

mod source;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wit_component::ComponentEncoder;

/// Guests: package, and the name of the artefact.
const GUESTS: [(&str, &str); 3] = [
    ("belljar-shell", "sh"),
    ("belljar-coreutils", "coreutils"),
    ("belljar-tools", "tools"),
];

fn main() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Another folder than `dist` can be named.
    let out = std::env::args()
        .nth(1)
        .map_or_else(|| here.join("dist"), Into::into);
    fs::create_dir_all(&out)?;

    let mut build = Command::new(here.join("toolchain/cargo"));
    build.args(["build", "--locked", "--release"]);
    for (package, _) in GUESTS {
        build.args(["-p", package]);
    }
    // What cargo sets for this program is not meant for the guests.
    for name in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        build.env_remove(name);
    }
    let status = build.status().context("run toolchain/cargo")?;
    ensure!(status.success(), "the guests do not build");

    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| here.join("target"), Into::into);
    let mut artefacts = serde_json::Map::new();
    for (package, name) in GUESTS {
        let module = target.join(format!("wasm32-wasip1/release/{package}.wasm"));
        let module = fs::read(&module).with_context(|| format!("read {}", module.display()))?;
        let component = ComponentEncoder::default()
            .validate(true)
            .module(&module)?
            .adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            )?
            .encode()
            .with_context(|| format!("make a component of {package}"))?;
        let packed = zstd::bulk::compress(&component, 22)?;
        fs::write(out.join(format!("{name}.wasm.zst")), &packed)?;
        println!("{name}: {} bytes, compressed {}", component.len(), packed.len());
        artefacts.insert(
            name.to_owned(),
            serde_json::json!({
                "digest": blake3::hash(&component).to_hex().as_str(),
                "size": component.len(),
            }),
        );
    }
    let manifest = serde_json::json!({
        "sources": source::digest(here)?,
        "toolchain": toolchain()?,
        "artefacts": artefacts,
    });
    fs::write(out.join("manifest.json"), format!("{manifest:#}\n"))?;
    Ok(())
}

/// The compiler that made the guests, as it calls itself.
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
