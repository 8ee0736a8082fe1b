//! What the command lines call: install, add, remove.

use crate::archive::Limits;
use crate::error::Error;
use crate::install::{self, Context, Omit, bins, remove_any};
use crate::lock::{self, Found, Style};
use crate::name;
use crate::overrides::Overrides;
use crate::package::{Package, Source};
use crate::place::Rules;
use crate::platform::Platform;
use crate::project::{Group, Project};
use crate::registry::{Registry, System};
use crate::report::{Change, Report};
use crate::resolve::Cache;
use crate::semver::Version;
use crate::spec::{Request, Spec};
use crate::tree::{Tree, normal};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How an installation is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose lock file is written, and whose habits are kept.
    pub style: Style,
    /// Which packages are for this machine.
    pub platform: Platform,
    /// The version of node that `engines` is compared with, if at all.
    pub node_version: Option<String>,
    /// Requests under way at once.
    pub concurrency: usize,
    /// What is not installed.
    pub omit: Omit,
    /// The lock file has to exist and to be right already (`--frozen-lockfile`, `npm ci`).
    pub frozen: bool,
    /// node_modules is removed first (`npm ci`).
    pub clean: bool,
    /// Installs what is already there as well (`--force`).
    pub force: bool,
    /// The lock file is not looked at (`bun update`): everything is as new as its range allows.
    pub refresh: bool,
    /// Only package.json and the lock file are written (`--lockfile-only`).
    pub lockfile_only: bool,
    /// Whether package.json and the lock file are written (`--no-save`).
    pub save: bool,
    /// `add` writes the version itself instead of a range (`--exact`).
    pub exact: bool,
    /// Where links to programs are made as well (`--global`, with the folder of global packages as
    /// the project).
    pub global_bins: Option<PathBuf>,
    /// What a tarball may become.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            style: Style::default(),
            platform: Platform::default(),
            node_version: None,
            // Enough to hide the latency of a registry; each tarball is in memory as a whole.
            concurrency: 16,
            omit: Omit::default(),
            frozen: false,
            clean: false,
            force: false,
            refresh: false,
            lockfile_only: false,
            save: true,
            exact: false,
            global_bins: None,
            limits: Limits::default(),
        }
    }
}

/// Installs packages for one project.
pub struct Installer<'a> {
    folder: PathBuf,
    registry: &'a dyn Registry,
    system: &'a dyn System,
    options: Options,
}

impl std::fmt::Debug for Installer<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Installer")
            .field("folder", &self.folder)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<'a> Installer<'a> {
    /// An installer for the project in `folder`, an absolute path.
    pub fn new(
        folder: &Path,
        registry: &'a dyn Registry,
        system: &'a dyn System,
        options: Options,
    ) -> Self {
        Self {
            folder: normal(folder),
            registry,
            system,
            options,
        }
    }

    /// Installs what package.json asks for.
    pub async fn install(&self) -> Result<Report, Error> {
        let cache = self.cache();
        let project = Project::read(&self.folder)?;
        self.run(&cache, project, BTreeMap::new(), &[]).await
    }

    /// Adds dependencies (`zod`, `zod@4`, `z@npm:zod`, `./folder`) and installs. Without a group, one
    /// that is already in a group stays there.
    pub async fn add(&self, arguments: &[String], group: Option<Group>) -> Result<Report, Error> {
        let cache = self.cache();
        let mut project = match Project::read(&self.folder) {
            Err(Error::NoManifest { .. }) => Project::empty(&self.folder),
            other => other?,
        };
        let mut requests = Vec::new();
        for argument in arguments {
            let request = Request::parse(argument).ok_or_else(|| Error::Unrecognised {
                spec: argument.clone(),
            })?;
            requests.push(request);
        }
        let names: BTreeSet<String> = requests
            .iter()
            .filter_map(|request| {
                let name = request.name.as_deref()?;
                request.spec.package(name).map(str::to_owned)
            })
            .collect();
        cache.prefetch(&names).await?;
        let mut forced = BTreeMap::new();
        let mut added = Vec::new();
        for request in &requests {
            let named = request.name.clone().unwrap_or_default();
            let package = cache.request(&named, &request.spec, &self.folder).await?;
            let name = match &request.name {
                Some(name) => name.clone(),
                None => package.name.clone(),
            };
            if !name::is_valid(&name) {
                return Err(Error::Unrecognised {
                    spec: request.text.clone().unwrap_or(name),
                });
            }
            let spec = self.saved(&name, request, &package);
            let group = group
                .or_else(|| project.group_of(&name))
                .unwrap_or(Group::Normal);
            project.set(group, &name, &spec);
            forced.insert(name.clone(), package);
            added.push(name);
        }
        self.run(&cache, project, forced, &added).await
    }

    /// Removes dependencies and what only they needed.
    pub async fn remove(&self, names: &[String]) -> Result<Report, Error> {
        let cache = self.cache();
        let mut project = Project::read(&self.folder)?;
        let mut missing = Vec::new();
        for name in names {
            if !project.remove(name) {
                missing.push(name.clone());
            }
        }
        let mut report = self.run(&cache, project, BTreeMap::new(), &[]).await?;
        report.missing = missing;
        Ok(report)
    }

    fn cache(&self) -> Cache<'a> {
        Cache::new(self.registry, self.system, self.options.concurrency)
    }

    async fn run(
        &self,
        cache: &Cache<'_>,
        mut project: Project,
        forced: BTreeMap<String, Rc<Package>>,
        added: &[String],
    ) -> Result<Report, Error> {
        let options = &self.options;
        self.refuse_workspaces(&project)?;
        let mut report = Report::default();
        let overrides = Overrides::read(&project)?;
        if options.style == Style::Npm
            && let Some(conflict) = overrides.conflict(&project)
        {
            return Err(conflict);
        }
        let mut warnings = Vec::new();
        let found = lock::read(&self.folder, options.style, options.frozen, &mut warnings)?;
        if options.frozen && !found.as_ref().is_some_and(|found| found.own) {
            return Err(Error::NoLock {
                file: options.style.file(),
            });
        }
        let mut tree = Tree::new(project.package(), &self.folder, overrides);
        if let Some(found) = found.as_ref().filter(|_| !options.refresh) {
            lock::graft(&mut tree, &found.locked);
        }
        let rules = Rules {
            strict_peers: options.style == Style::Npm,
            forced,
        };
        let (mut tree, placing) = cache.resolve(&tree, &rules).await?;
        report.warnings = warnings;
        report.warnings.extend(placing);
        if let Some(found) = found.as_ref().filter(|_| options.frozen) {
            let changes = lock::changes(found, &project, &tree);
            if !changes.is_empty() {
                return Err(Error::Frozen {
                    changes: changes.join("; "),
                });
            }
        }
        self.write_modules(&mut tree, found.as_ref(), added, cache, &mut report)
            .await?;
        if options.save {
            if !options.frozen {
                report.lock = lock::write(options.style, &project, &tree, found.as_ref())?;
            }
            report.manifest_saved = project.save()?;
        }
        report.fetched += cache.fetched();
        Ok(report)
    }

    async fn write_modules(
        &self,
        tree: &mut Tree,
        found: Option<&Found>,
        added: &[String],
        cache: &Cache<'_>,
        report: &mut Report,
    ) -> Result<(), Error> {
        let options = &self.options;
        let context = Context {
            registry: self.registry,
            system: self.system,
            folder: &self.folder,
            style: options.style,
            platform: &options.platform,
            node_version: options.node_version.as_deref(),
            omit: options.omit,
            concurrency: options.concurrency,
            limits: options.limits,
            force: options.force,
        };
        let packages: BTreeSet<String> = tree
            .sorted()
            .into_iter()
            .map(|id| tree.node(id).package.label())
            .collect();
        report.packages = packages.len();
        let mut skip = install::skipped(&context, tree)?;
        if !options.lockfile_only {
            if options.clean {
                remove_any(&self.folder.join("node_modules"))?;
            }
            install::apply(&context, tree, &mut skip, found, report).await?;
            if let Some(folder) = &options.global_bins {
                bins::link_global(&context, tree, folder)?;
            }
            if options.style == Style::Npm && self.folder.join("node_modules").is_dir() {
                lock::write_hidden(&self.folder, tree, &skip)?;
            }
        }
        for name in added {
            report
                .requested
                .extend(install::current(&context, tree, name));
        }
        let changes = report
            .added
            .iter_mut()
            .chain(&mut report.updated)
            .chain(&mut report.requested);
        for change in changes.filter(|change| change.direct) {
            change.latest = newer(cache.latest(&change.package), change);
        }
        Ok(())
    }

    /// What `add` writes into package.json.
    fn saved(&self, name: &str, request: &Request, package: &Package) -> String {
        let npm = self.options.style == Style::Npm;
        let exact = self.options.exact;
        let version = &package.version;
        let caret = if exact {
            version.clone()
        } else {
            format!("^{version}")
        };
        let aliased = |range: &str| {
            if package.name == name {
                range.to_owned()
            } else {
                format!("npm:{}@{range}", package.name)
            }
        };
        match &request.spec {
            Spec::Folder(_) | Spec::Tarball(_) if npm => match &package.source {
                Source::Folder(_, at) | Source::Tarball(_, at) => {
                    format!("file:{}", lock::relative(&self.folder, at))
                }
                _ => request.text.clone().unwrap_or_default(),
            },
            Spec::Folder(_) | Spec::Tarball(_) | Spec::Link(_) | Spec::Unsupported { .. } => {
                request.text.clone().unwrap_or_default()
            }
            // npm keeps what was typed only if the caret would allow less.
            Spec::Range { range, text, .. } if npm => {
                let is_version = Version::parse(text).is_some();
                let within = package
                    .parsed_version()
                    .is_some_and(|version| range.contains_caret_of(&version));
                aliased(if is_version || within { &caret } else { text })
            }
            Spec::Tag { .. } => aliased(&caret),
            // Bun keeps what was typed, but for an alias that names no version.
            Spec::Range { alias, .. } => match &request.text {
                Some(text) if !(exact || alias.is_some() && request.spec.is_any()) => text.clone(),
                _ => aliased(&caret),
            },
        }
    }

    fn refuse_workspaces(&self, project: &Project) -> Result<(), Error> {
        let has = match project.field("workspaces") {
            None | Some(Value::Null) => false,
            Some(Value::Array(all)) => !all.is_empty(),
            Some(_) => true,
        };
        if !has {
            return Ok(());
        }
        Err(Error::Manifest {
            path: self.folder.join("package.json"),
            reason: "workspaces are not supported".to_owned(),
        })
    }
}

fn newer(latest: Option<String>, change: &Change) -> Option<String> {
    let latest = latest?;
    let (new, old) = (Version::parse(&latest)?, Version::parse(&change.version)?);
    (new > old).then_some(latest)
}
