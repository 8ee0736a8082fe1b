//! Packages of this machine: folders and tarballs that a `file:` names.

use crate::archive::{self, Limits};
use crate::integrity;
use crate::package::{Package, Source};
use crate::spec::Spec;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Reads the package at `path`. An empty reason is one that is not there.
pub(crate) fn read(spec: &Spec, path: &Path) -> Result<Package, String> {
    match spec {
        Spec::Folder(written) => {
            let mut package = manifest_of(path)?;
            package.source = Source::Folder(written.clone(), path.to_owned());
            Ok(package)
        }
        Spec::Link(written) => {
            let mut package = manifest_of(path)?;
            package.source = Source::Link(written.clone(), path.to_owned());
            Ok(package)
        }
        Spec::Tarball(written) => {
            let bytes = fs::read(path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => String::new(),
                _ => error.to_string(),
            })?;
            let manifest = archive::manifest(&bytes, Limits::default())?;
            let mut package = parse(&manifest)?;
            package.source = Source::Tarball(written.clone(), path.to_owned());
            package.integrity = Some(integrity::sha512(&bytes));
            Ok(package)
        }
        _ => Err(String::new()),
    }
}

fn manifest_of(folder: &Path) -> Result<Package, String> {
    match fs::read(folder.join("package.json")) {
        Ok(text) => parse(&text),
        Err(_) => Err(String::new()),
    }
}

fn parse(text: &[u8]) -> Result<Package, String> {
    let document: Value =
        serde_json::from_slice(text).map_err(|error| format!("package.json: {error}"))?;
    Package::from_manifest(&document).ok_or_else(|| "package.json is no object".to_owned())
}
