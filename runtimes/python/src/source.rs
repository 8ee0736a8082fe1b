//! Where the inputs come from.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// The folder of the package that carries CPython for WASI, as fetched by cargo.
pub(crate) fn data_folder(here: &Path) -> Result<PathBuf> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(here)
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
        .find(|package| package["name"] == "componentize-py")
        .and_then(|package| package["manifest_path"].as_str())
        .context("componentize-py is not among the dependencies")?;
    Ok(Path::new(manifest)
        .parent()
        .context("a manifest without a folder")?
        .to_path_buf())
}

/// The content of the data file `name`, which is stored as `name.zst`.
pub(crate) fn decompressed(data: &Path, name: &str) -> Result<Vec<u8>> {
    let path = data.join(format!("{name}.zst"));
    let file = fs::File::open(&path).with_context(|| format!("open {}", path.display()))?;
    zstd::decode_all(file).with_context(|| format!("decompress {name}"))
}

/// CPython's version, as the library itself says it.
pub(crate) fn python_version(data: &Path) -> Result<String> {
    let library = decompressed(data, "libpython3.14.so")?;
    let start = library
        .windows(5)
        .zip(1..)
        .filter(|(window, _)| *window == b"\x003.14")
        .find_map(|(_, start)| {
            let text = library.get(start..)?;
            let text = text.get(..text.iter().position(|&byte| byte == 0)?)?;
            let text = std::str::from_utf8(text).ok()?;
            let mut parts = text.split('.');
            (parts.clone().count() == 3 && parts.all(|part| part.parse::<u32>().is_ok()))
                .then(|| text.to_owned())
        });
    start.context("libpython does not contain its version")
}

/// Digest of everything that decides what the guest is: our sources and the versions of the rest.
///
/// A test compares it with the manifest to notice a `dist/` that is out of date.
pub(crate) fn digest(here: &Path) -> Result<String> {
    let mut files = Vec::new();
    for folder in ["app", "src", "../../wit"] {
        collect(&here.join(folder), folder, &mut files)?;
    }
    for file in ["Cargo.lock", "Cargo.toml", "glue.wat"] {
        files.push((file.to_owned(), here.join(file)));
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for (name, path) in files {
        let content = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        // A checkout may have changed the line ends.
        let content: Vec<u8> = content.into_iter().filter(|&byte| byte != b'\r').collect();
        hasher.update(format!("{name}\0{}\0", content.len()).as_bytes());
        hasher.update(&content);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let entry = entry?;
        let file_name = entry.file_name().into_string().ok().context("file name")?;
        if file_name == "__pycache__" {
            continue;
        }
        let name = format!("{name}/{file_name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &name, files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
