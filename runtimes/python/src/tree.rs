//! The files of the runtime: the standard library and our own Python sources, as a tar archive.

use std::{fs, io::Read, path::Path};

use anyhow::{Context, Result, bail};

/// Where the standard library is in the sandbox.
const LIBRARY: &str = "usr/lib/python3.14";

/// Parts of the standard library that are left out, by the first component of their path.
const LEFT_OUT: [&str; 8] = [
    "config-3.14-wasm32-wasi",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "test",
    "tkinter",
    "turtle.py",
    "turtledemo",
];

/// Folders that are left out wherever they are.
const LEFT_OUT_ANYWHERE: [&str; 3] = ["__pycache__", "test", "tests"];

/// Picks from the standard library's archive what a sandbox needs and adds our sources.
pub(crate) fn archive(library: &[u8], app: &Path) -> Result<Vec<u8>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(library).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path()?.to_string_lossy().into_owned();
        let path = path.trim_start_matches("./");
        let mut parts = path.split('/');
        if parts.next().is_none_or(|first| LEFT_OUT.contains(&first))
            || path
                .split('/')
                .any(|part| LEFT_OUT_ANYWHERE.contains(&part))
        {
            continue;
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.push((format!("{LIBRARY}/{path}"), content));
    }
    // What we add to the standard library itself: modules that this build of CPython lacks.
    for (folder, place) in [
        (app.to_path_buf(), format!("{LIBRARY}/_belljar")),
        (app.join("library"), LIBRARY.to_owned()),
    ] {
        for entry in fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().context("file name")?;
            if name.ends_with(".py") {
                files.push((format!("{place}/{name}"), fs::read(entry.path())?));
            }
        }
    }
    files.sort();
    if files.len() < 500 {
        bail!(
            "only {} files in the standard library's archive",
            files.len()
        );
    }

    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        builder.append_data(&mut header, &path, content.as_slice())?;
    }
    Ok(builder.into_inner()?)
}

/// Appends a custom section, which WebAssembly engines skip.
pub(crate) fn append_section(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    use wasm_encoder::{ComponentSection, CustomSection};
    CustomSection {
        name: name.into(),
        data: data.into(),
    }
    .append_to_component(component);
}
