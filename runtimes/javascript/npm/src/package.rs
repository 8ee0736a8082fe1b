//! What the installer knows of one version of a package.

use crate::name;
use crate::semver::Version;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A name and what is asked for it, in the order they were written.
pub type Dependencies = IndexMap<String, String>;

/// More dependencies of one package than any has; a hostile list ends here.
pub(crate) const MAX_DEPENDENCIES: usize = 5_000;

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The registry; the tarball's address if it is known.
    Registry(Option<String>),
    /// A folder, copied; its path as written and where it is.
    Folder(String, PathBuf),
    /// A tarball; its path as written and where it is.
    Tarball(String, PathBuf),
    /// A folder, linked; its path as written and where it is.
    Link(String, PathBuf),
}

/// The programs of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bins {
    /// None.
    #[default]
    None,
    /// One, named as the package.
    Single(String),
    /// Names and files.
    Named(BTreeMap<String, String>),
    /// All files of a folder.
    Folder(String),
}

/// One version of a package.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Its own name, which is not where it is installed if that is an alias.
    pub name: String,
    /// Its version; empty for a folder that says none.
    pub version: String,
    /// Where it comes from.
    pub source: Source,
    /// The digest of its tarball, if it has one.
    pub integrity: Option<String>,
    /// What it needs.
    pub dependencies: Dependencies,
    /// What its development needs: the project's own only.
    pub dev_dependencies: Dependencies,
    /// What it can do without.
    pub optional_dependencies: Dependencies,
    /// What it expects beside it.
    pub peer_dependencies: Dependencies,
    /// Which of those it can do without.
    pub optional_peers: Vec<String>,
    /// What its tarball brings along.
    pub bundled: Vec<String>,
    /// Its programs.
    pub bins: Bins,
    /// Where it runs.
    pub os: Vec<String>,
    /// Where it runs.
    pub cpu: Vec<String>,
    /// Where it runs.
    pub libc: Vec<String>,
    /// Whether it wants to run something when it is installed.
    pub has_install_script: bool,
    /// Why nobody should use it any more.
    pub deprecated: Option<String>,
    /// What else the lock file of npm repeats: engines, licence, funding.
    pub notes: BTreeMap<String, Value>,
}

impl Default for Source {
    fn default() -> Self {
        Self::Registry(None)
    }
}

impl Package {
    /// Reads a package.json, or what a registry or a lock file says in its form.
    ///
    /// `None` is a document that is no object. Fields of the wrong kind are left out, as npm leaves
    /// them out: the registry is full of them.
    pub fn from_manifest(document: &Value) -> Option<Self> {
        let fields = document.as_object()?;
        let text = |key: &str| {
            fields
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let mut package = Self {
            name: text("name"),
            version: text("version"),
            dependencies: dependencies(fields.get("dependencies")),
            dev_dependencies: dependencies(fields.get("devDependencies")),
            optional_dependencies: dependencies(fields.get("optionalDependencies")),
            peer_dependencies: dependencies(fields.get("peerDependencies")),
            os: strings(fields.get("os")),
            cpu: strings(fields.get("cpu")),
            libc: strings(fields.get("libc")),
            ..Self::default()
        };
        if let Some(Value::Object(meta)) = fields.get("peerDependenciesMeta") {
            for (peer, about) in meta {
                if about.get("optional") != Some(&Value::Bool(true)) || !name::is_valid(peer) {
                    continue;
                }
                package.optional_peers.push(peer.clone());
            }
        }
        package.bins = bins(fields.get("bin"));
        if package.bins == Bins::None
            && let Some(folder) = fields.get("directories").and_then(|all| all.get("bin"))
            && let Some(folder) = folder.as_str()
        {
            package.bins = Bins::Folder(folder.to_owned());
        }
        package.bundled = ["bundleDependencies", "bundledDependencies"]
            .iter()
            .find_map(|key| fields.get(*key))
            .map(|bundled| match bundled {
                Value::Bool(true) => package.dependencies.keys().cloned().collect(),
                other => strings(Some(other)),
            })
            .unwrap_or_default();
        // What is optional is not also required, whatever else says so.
        let Self {
            dependencies,
            optional_dependencies,
            ..
        } = &mut package;
        dependencies.retain(|name, _| !optional_dependencies.contains_key(name));
        package.has_install_script = fields.get("hasInstallScript") == Some(&Value::Bool(true))
            || !install_scripts(document).is_empty();
        package.deprecated = match fields.get("deprecated") {
            Some(Value::String(why)) if !why.is_empty() => Some(why.clone()),
            Some(Value::Bool(true)) => Some("deprecated".to_owned()),
            _ => None,
        };
        for key in ["engines", "license", "funding"] {
            match fields.get(key) {
                Some(Value::Null) | None => {}
                Some(value) if key == "funding" => {
                    package.notes.insert(key.to_owned(), funding(value));
                }
                Some(value) => {
                    package.notes.insert(key.to_owned(), value.clone());
                }
            }
        }
        Some(package)
    }

    /// What it expects beside it, with those that only have notes: any version of them will do.
    pub fn all_peers(&self) -> Dependencies {
        let mut peers = self.peer_dependencies.clone();
        for name in &self.optional_peers {
            peers.entry(name.clone()).or_insert_with(|| "*".to_owned());
        }
        peers
    }

    /// Its version, if it has a proper one.
    pub fn parsed_version(&self) -> Option<Version> {
        Version::parse(&self.version)
    }

    /// Name and version, for messages.
    pub fn label(&self) -> String {
        match &self.source {
            Source::Registry(_) => format!("{}@{}", self.name, self.version),
            Source::Folder(path, _) | Source::Tarball(path, _) | Source::Link(path, _) => {
                format!("{}@{path}", self.name)
            }
        }
    }

    /// The programs and the files they are, relative to the package's folder. Those whose names or
    /// paths lead elsewhere are left out. A folder of programs is not listed: see [`Bins::Folder`].
    pub fn programs(&self, installed_as: &str) -> Vec<(String, String)> {
        let named = match &self.bins {
            Bins::None | Bins::Folder(_) => return Vec::new(),
            // It carries the package's own name, even where that is installed under another.
            Bins::Single(file) => {
                let own = if self.name.is_empty() {
                    installed_as
                } else {
                    &self.name
                };
                vec![(name::base(own).to_owned(), file.clone())]
            }
            Bins::Named(all) => all
                .iter()
                .map(|(program, file)| (name::base(program).to_owned(), file.clone()))
                .collect(),
        };
        named
            .into_iter()
            .filter_map(|(program, file)| Some((program, inner_path(&file)?)))
            .filter(|(program, _)| name::is_valid_bin(program))
            .collect()
    }
}

/// The path without `.` and empty components, if it stays below where it starts.
pub(crate) fn inner_path(path: &str) -> Option<String> {
    if path.contains(['\0', '\\']) {
        return None;
    }
    let mut kept = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => kept.push(part),
        }
    }
    (!kept.is_empty() && path.len() < 4_096).then(|| kept.join("/"))
}

/// The scripts that an installation would run.
pub fn install_scripts(document: &Value) -> Vec<String> {
    let Some(Value::Object(scripts)) = document.get("scripts") else {
        return Vec::new();
    };
    ["preinstall", "install", "postinstall"]
        .iter()
        .filter(|name| {
            scripts
                .get(**name)
                .and_then(Value::as_str)
                .is_some_and(|script| !script.is_empty())
        })
        .map(|name| (*name).to_owned())
        .collect()
}

fn dependencies(field: Option<&Value>) -> Dependencies {
    let Some(Value::Object(fields)) = field else {
        return Dependencies::new();
    };
    fields
        .iter()
        .filter(|(name, _)| name::is_valid(name))
        .filter_map(|(name, spec)| Some((name.clone(), spec.as_str()?.to_owned())))
        .take(MAX_DEPENDENCIES)
        .collect()
}

/// Addresses become objects, as npm has it.
fn funding(value: &Value) -> Value {
    match value {
        Value::String(url) => serde_json::json!({ "url": url }),
        Value::Array(all) => all.iter().map(funding).collect(),
        other => other.clone(),
    }
}

/// A list of texts, which some write as one text.
fn strings(field: Option<&Value>) -> Vec<String> {
    match field {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(|one| Some(one.as_str()?.to_owned()))
            .take(MAX_DEPENDENCIES)
            .collect(),
        _ => Vec::new(),
    }
}

fn bins(field: Option<&Value>) -> Bins {
    match field {
        Some(Value::String(file)) if !file.is_empty() => Bins::Single(file.clone()),
        Some(Value::Object(all)) => {
            let named: BTreeMap<_, _> = all
                .iter()
                .filter_map(|(name, file)| Some((name.clone(), file.as_str()?.to_owned())))
                .take(MAX_DEPENDENCIES)
                .collect();
            if named.is_empty() {
                Bins::None
            } else {
                Bins::Named(named)
            }
        }
        _ => Bins::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_of_the_wrong_kind_are_left_out() {
        let package = Package::from_manifest(&json!({
            "name": "a", "version": 3, "dependencies": {"b": "1", "../c": "1", "d": 4},
            "optionalDependencies": ["x"], "bin": {"ok": "x.js", "../up": "y.js", "z": "../../z", "n": 3},
            "os": "linux", "cpu": [1, "x64"], "peerDependenciesMeta": {"p": {"optional": true}},
        }))
        .expect("a package");
        assert_eq!(package.version, "");
        assert_eq!(package.dependencies.keys().collect::<Vec<_>>(), ["b"]);
        assert_eq!(package.all_peers().get("p").map(String::as_str), Some("*"));
        assert_eq!(package.cpu, ["x64"]);
        // `../up` loses its path, as npm has it.
        assert_eq!(
            package.programs("a"),
            [
                ("up".to_owned(), "y.js".to_owned()),
                ("ok".to_owned(), "x.js".to_owned())
            ]
        );
        assert!(Package::from_manifest(&json!([])).is_none());
    }

    #[test]
    fn a_single_program_is_named_as_the_package() {
        let package = Package::from_manifest(&json!({"name": "@s/tool", "bin": "./cli.js"}))
            .expect("a package");
        assert_eq!(
            package.programs("other"),
            [("tool".to_owned(), "cli.js".to_owned())]
        );
    }

    #[test]
    fn what_is_optional_is_not_required() {
        let package = Package::from_manifest(&json!({
            "dependencies": {"a": "1", "b": "1"}, "optionalDependencies": {"b": "1"},
        }))
        .expect("a package");
        assert_eq!(package.dependencies.len(), 1);
    }
}
