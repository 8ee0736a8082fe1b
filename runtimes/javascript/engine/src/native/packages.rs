//! `native:packages`: the installer (`belljar-npm`) behind the command lines, with the registry that
//! the host lends (`belljar:registry`).

use std::io;
use std::path::{Path, PathBuf};

use belljar_npm::{
    FetchError, Group, Installer, Omit, Options, Platform, Progress, Registry, Report, Style,
    System, TarballRequest,
};
use futures::future::{FutureExt, LocalBoxFuture};
use serde::Deserialize;

mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "belljar:registry/installer",
        generate_all,
    });
}

use bindings::belljar::registry::npm;

/// What is read of a document at a time: as much as the host gives.
const PART: u32 = 1 << 20;

/// What the command line asks for, as JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Settings {
    directory: PathBuf,
    add: Vec<String>,
    remove: Vec<String>,
    dev: bool,
    optional: bool,
    peer: bool,
    exact: bool,
    frozen: bool,
    clean: bool,
    force: bool,
    refresh: bool,
    production: bool,
    omit: Vec<String>,
    save: bool,
    lockfile_only: bool,
    lockfile: String,
    node_version: Option<String>,
    global_bins: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            directory: PathBuf::from("."),
            add: Vec::new(),
            remove: Vec::new(),
            dev: false,
            optional: false,
            peer: false,
            exact: false,
            frozen: false,
            clean: false,
            force: false,
            refresh: false,
            production: false,
            omit: Vec::new(),
            save: true,
            lockfile_only: false,
            lockfile: "bun".to_owned(),
            node_version: None,
            global_bins: None,
        }
    }
}

impl Settings {
    fn options(&self) -> Options {
        let omitted = |name: &str| self.omit.iter().any(|omit| omit == name);
        Options {
            style: if self.lockfile == "npm" {
                Style::Npm
            } else {
                Style::Bun
            },
            platform: Platform::default(),
            node_version: self.node_version.clone(),
            omit: Omit {
                dev: self.production || omitted("dev"),
                optional: omitted("optional"),
                peer: omitted("peer"),
            },
            frozen: self.frozen,
            clean: self.clean,
            force: self.force,
            refresh: self.refresh,
            lockfile_only: self.lockfile_only,
            save: self.save,
            exact: self.exact,
            global_bins: self.global_bins.clone(),
            ..Options::default()
        }
    }

    fn group(&self) -> Option<Group> {
        if self.dev {
            Some(Group::Dev)
        } else if self.optional {
            Some(Group::Optional)
        } else if self.peer {
            Some(Group::Peer)
        } else {
            None
        }
    }
}

/// The registry behind the host's door.
struct Door;

async fn document(request: npm::Request) -> Result<Vec<u8>, FetchError> {
    let mut document = Vec::new();
    loop {
        let pollable = super::pollable(request.subscribe().take_handle());
        wstd::runtime::AsyncPollable::new(pollable).wait_for().await;
        match request.read(PART) {
            Ok(part) if part.is_empty() => return Ok(document),
            Ok(part) => document.extend_from_slice(&part),
            Err(npm::Problem::Interrupted) => {}
            Err(npm::Problem::NotFound) => return Err(FetchError::NotFound),
            Err(npm::Problem::Refused(status)) => return Err(FetchError::Status(status)),
            Err(npm::Problem::Denied(why) | npm::Problem::Unreachable(why)) => {
                return Err(FetchError::Unreachable(why));
            }
            Err(npm::Problem::InvalidName(why)) => return Err(FetchError::Unreachable(why)),
            Err(npm::Problem::TooLarge) => {
                return Err(FetchError::Unreachable(
                    "the document is too large".to_owned(),
                ));
            }
            Err(npm::Problem::Integrity(found)) => {
                let text = format!("Integrity check failed: the archive has {found}");
                return Err(FetchError::Unreachable(text));
            }
        }
    }
}

impl Registry for Door {
    fn metadata<'a>(&'a self, name: &'a str) -> LocalBoxFuture<'a, Result<Vec<u8>, FetchError>> {
        document(npm::metadata(name)).boxed_local()
    }

    fn tarball<'a>(
        &'a self,
        request: TarballRequest<'a>,
    ) -> LocalBoxFuture<'a, Result<Vec<u8>, FetchError>> {
        let TarballRequest {
            name,
            version,
            url,
            integrity,
        } = request;
        let request = npm::tarball(
            name,
            version,
            url.unwrap_or_default(),
            integrity.unwrap_or_default(),
        );
        document(request).boxed_local()
    }
}

/// The sandbox's files, and where progress is told.
struct Sandbox<F: Fn(String)> {
    told: F,
}

impl<F: Fn(String)> System for Sandbox<F> {
    fn symlink(&self, target: &Path, link: &Path) -> io::Result<()> {
        #[allow(
            deprecated,
            reason = "the only one there is for WASI on the stable compiler"
        )]
        let linked = std::fs::soft_link(target, link);
        linked
    }

    fn make_executable(&self, path: &Path) -> io::Result<()> {
        belljar_sys::posix::chmod(&path.to_string_lossy(), 0o755)
    }

    fn progress(&self, progress: Progress<'_>) {
        (self.told)(format!("{progress:?}"));
    }
}

/// As `command/install.js` reads it.
fn report(report: &Report) -> serde_json::Value {
    let changes = |changes: &[belljar_npm::Change]| -> serde_json::Value {
        changes
            .iter()
            .map(|change| {
                serde_json::json!({
                    "name": change.name,
                    "package": change.package,
                    "version": change.version,
                    "previous": change.previous,
                    "location": change.location,
                    "direct": change.direct,
                    "latest": change.latest,
                    "bins": change.programs,
                })
            })
            .collect()
    };
    let mut added: Vec<_> = report.added.clone();
    added.extend(report.updated.iter().cloned());
    let direct: Vec<_> = if report.requested.is_empty() {
        added
            .iter()
            .filter(|change| change.direct)
            .cloned()
            .collect()
    } else {
        report.requested.clone()
    };
    serde_json::json!({
        "added": changes(&added),
        "updated": changes(&report.updated),
        "removed": changes(&report.removed),
        "direct": changes(&direct),
        "missing": report.missing,
        "unchanged": report.unchanged,
        "skipped": report.skipped,
        "packages": report.packages,
        "manifestSaved": report.manifest_saved,
        "lockfile": format!("{:?}", report.lock),
        "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "blockedScripts": report.blocked.iter().map(|blocked| &blocked.package).collect::<Vec<_>>(),
    })
}

async fn install(settings: Settings, told: impl Fn(String)) -> Result<String, String> {
    let door = Door;
    let sandbox = Sandbox { told };
    let installer = Installer::new(&settings.directory, &door, &sandbox, settings.options());
    let done = if !settings.add.is_empty() {
        installer.add(&settings.add, settings.group()).await
    } else if !settings.remove.is_empty() {
        installer.remove(&settings.remove).await
    } else {
        installer.install().await
    };
    match done {
        Ok(done) => Ok(report(&done).to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// The module.
#[rquickjs::module]
pub mod native_module {
    use rquickjs::{Ctx, Exception, Function, Result};

    /// Installs; gives the report as JSON. What is rejected has a message to print.
    #[rquickjs::function]
    pub async fn install<'js>(
        ctx: Ctx<'js>,
        settings: String,
        told: Option<Function<'js>>,
    ) -> Result<String> {
        let settings = serde_json::from_str(&settings)
            .map_err(|error| Exception::throw_type(&ctx, &error.to_string()))?;
        let done = super::install(settings, |step| {
            if let Some(told) = &told {
                // What cannot be told is not worth failing for.
                let _told = told.call::<_, ()>((step,));
            }
        })
        .await;
        done.map_err(|message| Exception::throw_message(&ctx, &message))
    }

    /// The main program of an installed package, or the one of that name; null if it has none.
    #[rquickjs::function]
    #[qjs(rename = "findProgram")]
    pub fn find_program(
        folder: String,
        package: String,
        program: Option<String>,
    ) -> Option<String> {
        belljar_npm::find_program(folder.as_ref(), &package, program.as_deref())
            .map(|path| path.to_string_lossy().into_owned())
    }

    /// Whether a version satisfies a range.
    #[rquickjs::function]
    pub fn satisfies(version: String, range: String) -> bool {
        super::satisfies(&version, &range)
    }

    /// Compares two versions: negative, 0 or positive; null if either is none.
    #[rquickjs::function]
    pub fn compare(left: String, right: String) -> Option<i32> {
        super::compare(&left, &right)
    }
}

fn satisfies(version: &str, range: &str) -> bool {
    use belljar_npm::semver::{Range, Version};
    match (Version::parse(version), Range::parse(range)) {
        (Some(version), Some(range)) => range.matches(&version),
        _ => false,
    }
}

fn compare(left: &str, right: &str) -> Option<i32> {
    use belljar_npm::semver::Version;
    Some(Version::parse(left)?.cmp(&Version::parse(right)?) as i32)
}
