//! The JavaScript that goes into the image: names and texts, each after its length in four bytes,
//! little-endian. (`engine/src/modules/builtin.rs` reads it.)

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Collects `layer/modules.txt` and `library`.
pub fn make(root: &Path, package: &Path) -> Result<Vec<u8>> {
    let mut modules = BTreeMap::new();
    let table = fs::read_to_string(root.join("layer/modules.txt"))?;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (name, file) = line
            .split_once(char::is_whitespace)
            .with_context(|| format!("layer/modules.txt: {line}"))?;
        let path = package.join(file.trim());
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        modules.insert(name.to_owned(), text);
    }
    collect(&root.join("library"), "belljar:", &mut modules)?;
    // Ours take the place of the package's, and may stand on them.
    let ours: Vec<String> = modules
        .keys()
        .filter_map(|name| name.strip_prefix("belljar:node/"))
        .map(|name| format!("node:{name}"))
        .collect();
    for name in ours {
        if let Some(text) = modules.remove(&name) {
            modules.insert(format!("layer:{}", name.replacen(':', "/", 1)), text);
        }
    }
    let mut bundle = Vec::new();
    for (name, text) in &modules {
        for part in [name, text] {
            let length = u32::try_from(part.len())?;
            bundle.extend_from_slice(&length.to_le_bytes());
            bundle.extend_from_slice(part.as_bytes());
        }
    }
    Ok(bundle)
}

fn collect(folder: &Path, prefix: &str, modules: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().context("a file name in UTF-8")?;
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), modules)?;
        } else {
            let stem = name.strip_suffix(".js");
            ensure!(
                stem.is_some(),
                "library has only .js files, and not {}",
                path.display()
            );
            let text = fs::read_to_string(&path)?;
            modules.insert(format!("{prefix}{}", stem.unwrap_or(name)), text);
        }
    }
    Ok(())
}
