//! Makes the crate `target/layer`; see `../layer/README.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Makes or renews it. Files that are the same stay as they are, so cargo need not compile them again.
pub fn make(root: &Path, package: &Path) -> Result<()> {
    let ours = root.join("layer");
    let out = root.join("target/layer");
    let builtin = out.join("src/builtin");
    fs::create_dir_all(&builtin)?;
    renew(&ours.join("Cargo.toml"), &out.join("Cargo.toml"))?;
    renew(&ours.join("lib.rs"), &out.join("src/lib.rs"))?;
    renew(&ours.join("wrappers.rs"), &out.join("src/wrappers.rs"))?;
    let natives = fs::read_to_string(ours.join("natives.txt"))?;
    let mut modules = String::new();
    for name in natives.lines() {
        renew(
            &package.join(format!("{name}.rs")),
            &builtin.join(format!("{name}.rs")),
        )?;
        modules.push_str(&format!("pub mod {name};\n"));
    }
    write(&builtin.join("mod.rs"), modules.as_bytes())?;
    // The Rust files name their JavaScript, which is not used from there.
    for entry in fs::read_dir(package)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "js") {
            let name = path.file_name().context("a name")?;
            renew(&path, &builtin.join(name))?;
        }
    }
    Ok(())
}

fn renew(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("read {}", from.display()))?;
    write(to, &bytes)
}

fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(to, bytes).with_context(|| format!("write {}", to.display()))
}
