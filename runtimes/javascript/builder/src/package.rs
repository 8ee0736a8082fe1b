//! Where cargo has unpacked the package that the layer is made from.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Its folder of built-in modules.
pub fn folder(root: &Path) -> Result<PathBuf> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root.join("builder"))
        .output()
        .context("run cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "wasm-rquickjs")
        .and_then(|package| package["manifest_path"].as_str())
        .context("wasm-rquickjs is not among the dependencies")?;
    let folder = Path::new(manifest).parent().context("a folder")?;
    Ok(folder.join("skeleton/src/builtin"))
}
