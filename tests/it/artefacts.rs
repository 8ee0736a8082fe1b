//! Guest artefacts are rebuilt when their sources change, and only then.

use std::fs;
use std::path::{Path, PathBuf};

/// Everything below `folder`, named as the builder names it.
fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let file_name = entry.file_name().into_string().unwrap();
        if file_name == "__pycache__" {
            continue;
        }
        let name = format!("{name}/{file_name}");
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &name, files);
        } else {
            files.push((name, entry.path()));
        }
    }
}

/// The digest that a builder (`runtimes/*/src/source.rs`) writes into its manifest.
fn digest_of_sources(root: &Path, folders: &[&str], single: &[&str]) -> String {
    let mut files = Vec::new();
    for folder in folders {
        collect(&root.join(folder), folder, &mut files);
    }
    for file in single {
        files.push(((*file).to_owned(), root.join(file)));
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for (name, path) in files {
        // A checkout may have changed the line ends.
        let mut content = fs::read(path).unwrap();
        content.retain(|byte| *byte != b'\r');
        hasher.update(format!("{name}\0{}\0", content.len()).as_bytes());
        hasher.update(&content);
    }
    hasher.finalize().to_hex().to_string()
}

fn up_to_date(runtime: &str, folders: &[&str], files: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("runtimes")
        .join(runtime);
    let manifest = fs::read_to_string(root.join("dist/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(
        manifest["sources"],
        digest_of_sources(&root, folders, files),
        "rebuild it: `cargo run` in runtimes/{runtime}, then commit dist/"
    );
}

#[test]
fn the_python_artefact_is_built_from_the_sources_beside_it() {
    let folders = ["app", "src", "../../wit"];
    up_to_date(
        "python",
        &folders,
        &["Cargo.lock", "Cargo.toml", "glue.wat"],
    );
}

#[test]
fn the_unix_artefacts_are_built_from_the_sources_beside_them() {
    let folders = [
        "coreutils",
        "shell",
        "src",
        "sys",
        "toolchain",
        "tools",
        "../../wit",
    ];
    up_to_date("unix", &folders, &["Cargo.lock", "Cargo.toml"]);
}

#[test]
fn the_javascript_artefact_is_built_from_the_sources_beside_it() {
    let folders = [
        "builder/src",
        "engine",
        "layer",
        "library",
        "npm",
        "syntax",
        "toolchain",
        "../unix/sys",
        "../unix/toolchain",
        "../../wit",
    ];
    let files = [
        "Cargo.lock",
        "Cargo.toml",
        "builder/Cargo.lock",
        "builder/Cargo.toml",
    ];
    up_to_date("javascript", &folders, &files);
}
