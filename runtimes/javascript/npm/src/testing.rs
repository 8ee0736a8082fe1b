//! A registry in memory, for tests.

use crate::error::{Error, FetchError};
use crate::installer::{Installer, Options};
use crate::lock::Style;
use crate::registry::{Registry, System, TarballRequest};
use crate::report::Report;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Where the tarballs of the registry are said to be.
const ADDRESS: &str = "memory:";

/// Packages and what was asked for them.
#[derive(Default)]
pub(crate) struct Memory {
    documents: BTreeMap<String, Value>,
    tarballs: BTreeMap<String, Vec<u8>>,
    pub(crate) asked: RefCell<Vec<String>>,
    /// Packages whose tarballs cannot be had.
    pub(crate) broken: RefCell<BTreeSet<String>>,
    pub(crate) now: RefCell<(usize, usize)>,
}

impl Memory {
    /// A registry of packages, each `name@version` with the fields of its package.json.
    pub(crate) fn new(packages: &[(&str, Value)]) -> Self {
        let mut memory = Self::default();
        for (label, fields) in packages {
            memory.publish(label, fields, &[]);
        }
        memory
    }

    /// Adds a version, which becomes `latest` unless it leads up to a release.
    pub(crate) fn publish(&mut self, label: &str, fields: &Value, files: &[(&str, &str)]) {
        let (name, version) = label.rsplit_once('@').expect("name@version");
        let mut manifest = fields.as_object().cloned().unwrap_or_default();
        manifest.insert("name".into(), json!(name));
        manifest.insert("version".into(), json!(version));
        let mut all = vec![("package.json", Value::Object(manifest.clone()).to_string())];
        all.push(("index.js", format!("module.exports = '{label}'\n")));
        all.extend(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
        let tarball = tarball(&all);
        let address = format!("{ADDRESS}{label}.tgz");
        manifest.insert(
            "dist".into(),
            json!({"tarball": address, "integrity": crate::integrity::sha512(&tarball)}),
        );
        self.tarballs.insert(label.to_owned(), tarball);
        let document = self
            .documents
            .entry(name.to_owned())
            .or_insert_with(|| json!({"name": name, "dist-tags": {}, "versions": {}}));
        document["versions"][version] = Value::Object(manifest);
        if !version.contains('-') {
            document["dist-tags"]["latest"] = json!(version);
        }
    }

    /// Changes what the registry says about a version.
    pub(crate) fn amend(&mut self, label: &str, change: impl FnOnce(&mut Map<String, Value>)) {
        let (name, version) = label.rsplit_once('@').expect("name@version");
        let document = self.documents.get_mut(name).expect("published");
        change(
            document["versions"][version]
                .as_object_mut()
                .expect("a version"),
        );
    }

    pub(crate) fn set_tarball(&mut self, label: &str, bytes: Vec<u8>) {
        self.tarballs.insert(label.to_owned(), bytes);
    }

    /// What was asked for since the last time, sorted.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.borrow_mut());
        asked.sort();
        asked
    }
}

pub(crate) fn tarball(files: &[(&str, String)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, format!("package/{path}"), text.as_bytes())
            .expect("an entry");
    }
    builder
        .into_inner()
        .and_then(GzEncoder::finish)
        .expect("a tarball")
}

impl Registry for Memory {
    fn metadata<'a>(&'a self, name: &'a str) -> LocalBoxFuture<'a, Result<Vec<u8>, FetchError>> {
        async move {
            self.asked.borrow_mut().push(name.to_owned());
            self.now.borrow_mut().0 += 1;
            let most = {
                let (now, most) = *self.now.borrow();
                most.max(now)
            };
            self.now.borrow_mut().1 = most;
            // Others get their turn, as they do with a real one.
            yield_now().await;
            self.now.borrow_mut().0 -= 1;
            let document = self.documents.get(name).ok_or(FetchError::NotFound)?;
            Ok(document.to_string().into_bytes())
        }
        .boxed_local()
    }

    fn tarball<'a>(
        &'a self,
        request: TarballRequest<'a>,
    ) -> LocalBoxFuture<'a, Result<Vec<u8>, FetchError>> {
        async move {
            let label = format!("{}@{}", request.name, request.version);
            self.asked.borrow_mut().push(label.clone());
            yield_now().await;
            if self.broken.borrow().contains(&label) {
                return Err(FetchError::Unreachable("connection reset".into()));
            }
            self.tarballs
                .get(&label)
                .cloned()
                .ok_or(FetchError::NotFound)
        }
        .boxed_local()
    }
}

async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// The machine's own links; what was made executable is noted.
#[derive(Default)]
pub(crate) struct Here {
    pub(crate) executable: RefCell<Vec<PathBuf>>,
}

impl System for Here {
    #[cfg(unix)]
    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()> {
        std::os::unix::fs::symlink(target, link)
    }

    #[cfg(not(unix))]
    fn symlink(&self, _target: &Path, _link: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn make_executable(&self, path: &Path) -> io::Result<()> {
        fs::metadata(path)?;
        self.executable.borrow_mut().push(path.to_owned());
        Ok(())
    }
}

/// A project in a folder of its own.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    pub(crate) registry: Memory,
    pub(crate) system: Here,
    pub(crate) options: Options,
}

impl Sandbox {
    pub(crate) fn new(registry: Memory, manifest: &Value) -> Self {
        let sandbox = Self {
            folder: tempfile::tempdir().expect("a folder"),
            registry,
            system: Here::default(),
            options: Options::default(),
        };
        sandbox.write("package.json", &manifest.to_string());
        sandbox
    }

    pub(crate) fn npm(mut self) -> Self {
        self.options.style = Style::Npm;
        self
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub(crate) fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        let mut file = fs::File::create(path).expect("created");
        file.write_all(text.as_bytes()).expect("written");
    }

    pub(crate) fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap_or_else(|error| format!("{below}: {error}"))
    }

    fn installer(&self) -> Installer<'_> {
        Installer::new(
            self.folder.path(),
            &self.registry,
            &self.system,
            self.options.clone(),
        )
    }

    pub(crate) fn install(&self) -> Result<Report, Error> {
        futures::executor::block_on(self.installer().install())
    }

    pub(crate) fn add(&self, arguments: &[&str]) -> Result<Report, Error> {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        futures::executor::block_on(self.installer().add(&arguments, None))
    }

    pub(crate) fn remove(&self, names: &[&str]) -> Result<Report, Error> {
        let names: Vec<String> = names.iter().map(|text| (*text).to_owned()).collect();
        futures::executor::block_on(self.installer().remove(&names))
    }

    /// What is installed, as `a`, `a/b@2.0.0`: places below node_modules and versions.
    pub(crate) fn installed(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.path("node_modules"), "", &mut found);
        found.sort();
        found
    }
}

fn collect(modules: &Path, above: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(modules) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().into_string().expect("a name");
        if name.starts_with('.') {
            continue;
        }
        if name.starts_with('@') {
            for scoped in fs::read_dir(entry.path())
                .expect("listed")
                .filter_map(Result::ok)
            {
                let scoped = scoped.file_name().into_string().expect("a name");
                one(modules, above, &format!("{name}/{scoped}"), found);
            }
        } else {
            one(modules, above, &name, found);
        }
    }
}

fn one(modules: &Path, above: &str, name: &str, found: &mut Vec<String>) {
    let folder = modules.join(name);
    let manifest: Value = fs::read(folder.join("package.json"))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default();
    let version = manifest["version"].as_str().unwrap_or("?");
    found.push(format!("{above}{name}@{version}"));
    collect(
        &folder.join("node_modules"),
        &format!("{above}{name}/"),
        found,
    );
}
