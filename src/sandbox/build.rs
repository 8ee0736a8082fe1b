//! Snapshots that are built from an archive instead of a sandbox: begun, filled, finished.
//!
//! What is begun is in memory only, and the archive beside the data: after a restart a build begins
//! again. A build is finished in a sandbox of its own, as a caller would do it: its packages are
//! installed, the archive is unpacked, the snapshot is taken, and the sandbox is destroyed.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};

use super::belljar::Belljar;
use super::bundle::Taken;
use super::diff::SnapshotFile;
use super::error::{Repr, SandboxError};
use super::options::SandboxOptions;
use super::records::{SnapshotFilter, SnapshotRecord};
use super::runtimes::Runtimes;
use super::snapshot::{SnapshotOptions, check, not_found};
use super::validate;
use crate::clock::Timestamp;
use crate::id::{OrgId, SnapshotId};
use crate::vfs::WORKSPACE;

/// Builds that an organisation may have begun and not finished. Each holds an archive.
const MAX_BUILDS: usize = 8;
/// How long one that was begun waits to be finished.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);
/// Variables that a snapshot may bring.
const MAX_ENV: usize = 1000;
/// Bytes of a content hash: it is compared, not looked into.
const MAX_HASH: usize = 256;

/// What a build begins with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildOptions {
    /// The runtime that the snapshot is of.
    pub runtime: String,
    /// Name, tag, texts, whether it is public, and whose it is.
    pub snapshot: SnapshotOptions,
    /// What the caller says of its content: with the same text nothing has to be built again.
    pub content_hash: Option<String>,
    /// Builds in any case.
    pub force: bool,
}

impl BuildOptions {
    /// A build for a runtime, with the defaults of a snapshot.
    #[must_use]
    pub fn new(runtime: impl Into<String>) -> Self {
        Self {
            runtime: runtime.into(),
            ..Self::default()
        }
    }
}

/// What became of beginning one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BuildStart {
    /// It is begun; the snapshot will have this id.
    Begun(SnapshotId),
    /// There is a snapshot with that content hash.
    Unchanged(Box<SnapshotRecord>),
}

/// What a build ends with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BuildContent {
    /// The files that must be there, below the workspace; nothing is compared if there are none.
    pub files: Vec<BuildFile>,
    /// npm packages to install.
    pub packages: Vec<String>,
    /// Refused if there are any: there are no packages of an operating system.
    pub dependencies: Vec<String>,
    /// Environment of the sandboxes that are made from it.
    pub env: BTreeMap<String, String>,
    /// Data of the caller to keep with it.
    pub metadata: Map<String, Value>,
}

/// A file as its builder saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildFile {
    /// Its path, absolute or in the workspace.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content in hexadecimal.
    pub sha256: String,
}

impl BuildFile {
    /// A file of that path, size in bytes, and SHA-256 in hexadecimal.
    #[must_use]
    pub fn new(path: impl Into<String>, size: u64, sha256: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            size,
            sha256: sha256.into(),
        }
    }
}

#[derive(Debug)]
struct Build {
    options: BuildOptions,
    org: OrgId,
    begun_at: Timestamp,
    archive: Option<Arc<Taken>>,
    /// Somebody finishes it.
    finishing: bool,
}

/// Builds that were begun and not finished.
#[derive(Debug, Default)]
pub(crate) struct Builds(Mutex<HashMap<SnapshotId, Build>>);

impl Builds {
    fn lock(&self) -> MutexGuard<'_, HashMap<SnapshotId, Build>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the one of an organisation that nobody finishes.
    fn with<T>(
        &self,
        org: &OrgId,
        id: &SnapshotId,
        change: impl FnOnce(&mut Build) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        let mut builds = self.lock();
        match builds.get_mut(id).filter(|build| build.org == *org) {
            Some(build) if build.finishing => Err(SandboxError::invalid(
                "snapshot",
                format!("the build of {id} is being finished"),
            )),
            Some(build) => change(build),
            None => Err(not_found(id.as_str())),
        }
    }
}

/// Lets go of a build that is not finished after all.
struct Finishing<'a> {
    builds: &'a Builds,
    id: &'a SnapshotId,
}

impl Drop for Finishing<'_> {
    fn drop(&mut self) {
        if let Some(build) = self.builds.lock().get_mut(self.id) {
            build.finishing = false;
        }
    }
}

impl Belljar {
    /// Begins to build a snapshot, unless there is one with the same content hash, name and runtime. An
    /// archive comes next ([`Belljar::upload_build`]), then the end ([`Belljar::finish_build`]); what is
    /// not finished after an hour, or by a restart, is forgotten.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for an unknown runtime,
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for a name, tag or text that
    /// cannot be, [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) if the organisation has
    /// too many begun.
    pub async fn begin_build(&self, options: BuildOptions) -> Result<BuildStart, SandboxError> {
        check(&options.snapshot)?;
        let manifest = Runtimes::manifest(&options.runtime)?;
        let hash = options.content_hash.as_deref();
        if hash.is_some_and(|hash| hash.len() > MAX_HASH) {
            return Err(SandboxError::invalid(
                "contentHash",
                format!("it has more than {MAX_HASH} bytes"),
            ));
        }
        let org = options.snapshot.org.clone();
        let org = org.unwrap_or_else(|| self.shared.default_org.clone());
        if let Some(hash) = hash.filter(|_| !options.force)
            && let Some(same) = self
                .built_before(&org, manifest.name, hash, &options.snapshot)
                .await?
        {
            return Ok(BuildStart::Unchanged(Box::new(same)));
        }
        let now = self.shared.clock.now();
        let id = SnapshotId::generate();
        let mut builds = self.shared.builds.lock();
        builds.retain(|_, build| build.finishing || now.since(build.begun_at) < MAX_AGE);
        if builds.values().filter(|build| build.org == org).count() >= MAX_BUILDS {
            return Err(Repr::Limit {
                limit: "the number of snapshots being built",
                value: MAX_BUILDS as u64,
                advice: "finish some, or wait an hour",
            }
            .into());
        }
        let build = Build {
            options,
            org,
            begun_at: now,
            archive: None,
            finishing: false,
        };
        builds.insert(id.clone(), build);
        Ok(BuildStart::Begun(id))
    }

    async fn built_before(
        &self,
        org: &OrgId,
        runtime: &str,
        hash: &str,
        wanted: &SnapshotOptions,
    ) -> Result<Option<SnapshotRecord>, SandboxError> {
        let mut filter = SnapshotFilter {
            org: Some(org.clone()),
            name: wanted.name.clone(),
            ..SnapshotFilter::default()
        };
        loop {
            let (page, total) = self.snapshots(&filter).await?;
            filter.offset = filter.offset.saturating_add(filter.limit);
            let same = page.into_iter().find(|record| {
                record.content_hash.as_deref() == Some(hash) && record.runtime == runtime
            });
            if same.is_some() || u64::from(filter.offset) >= total {
                return Ok(same);
            }
        }
    }

    /// Takes the files of a build: a `tar.gz` archive of what goes into the workspace. A second one takes
    /// the place of the first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) for a build that was not begun by `org`,
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for what is no archive,
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) for one that is too large.
    pub async fn upload_build(
        &self,
        org: &OrgId,
        id: &SnapshotId,
        from: impl Read + Send + 'static,
    ) -> Result<(), SandboxError> {
        self.shared.builds.with(org, id, |_| Ok(()))?;
        let data = Arc::clone(&self.shared.data);
        let taking = self.shared.blocking(move || Taken::new(data.path(), from));
        let taken = taking.await?;
        self.shared.builds.with(org, id, |build| {
            build.archive = Some(Arc::new(taken));
            Ok(())
        })
    }

    /// Finishes a build: the snapshot is there when this returns. If it fails, the build can be finished
    /// again, also with another archive. Dropping the future does not stop it.
    ///
    /// # Errors
    /// As [`Belljar::create`] and [`Sandbox::upload_archive`](super::Sandbox::upload_archive), and
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) if a file is not as `content`
    /// says.
    pub async fn finish_build(
        &self,
        org: &OrgId,
        id: &SnapshotId,
        content: BuildContent,
    ) -> Result<SnapshotRecord, SandboxError> {
        if content.env.len() > MAX_ENV {
            return Err(SandboxError::invalid(
                "env",
                format!("{} variables are more than {MAX_ENV}", content.env.len()),
            ));
        }
        let (this, org, id) = (self.clone(), org.clone(), id.clone());
        let finishing = tokio::spawn(async move { this.finish(&org, &id, content).await });
        finishing.await.map_err(Repr::Task)?
    }

    async fn finish(
        &self,
        org: &OrgId,
        id: &SnapshotId,
        content: BuildContent,
    ) -> Result<SnapshotRecord, SandboxError> {
        let (options, archive) = self.shared.builds.with(org, id, |build| {
            if build.archive.is_none() && !content.files.is_empty() {
                return Err(SandboxError::invalid(
                    "files",
                    "their archive was not uploaded",
                ));
            }
            build.finishing = true;
            Ok((build.options.clone(), build.archive.clone()))
        })?;
        let builds = &self.shared.builds;
        let held = Finishing { builds, id };
        let mut sandbox = SandboxOptions::new(options.runtime.as_str());
        sandbox.org = Some(org.clone());
        sandbox.name = Some(format!("build-{id}"));
        // Nobody would finish it after a restart, which knows nothing of the build.
        sandbox.temporary = true;
        sandbox.env.clone_from(&content.env);
        sandbox.packages.clone_from(&content.packages);
        sandbox.dependencies.clone_from(&content.dependencies);
        validate::sandbox(&sandbox, Runtimes::manifest(&options.runtime)?)?;
        let sandbox = self.create(sandbox).await?;
        let made = async {
            if let Some(archive) = archive {
                sandbox.upload_taken(&archive).await?;
            }
            if !content.files.is_empty() {
                compare(&content.files, &sandbox.files_of_its_own().await?)?;
            }
            let mut kept = options.snapshot.clone();
            kept.id = Some(id.clone());
            kept.env = content.env;
            kept.content_hash = options.content_hash;
            if !content.metadata.is_empty() {
                let data = kept.user_metadata.get_or_insert_default();
                data.extend(content.metadata);
            }
            sandbox.create_snapshot(kept).await
        };
        let made = made.await;
        // Whatever came of it; that it stays is no reason to lose the snapshot.
        if let Err(error) = sandbox.destroy().await {
            tracing::warn!(sandbox = %sandbox.id(), %error, "the sandbox of a build stays");
        }
        drop(held);
        let made = made?;
        self.shared.builds.lock().remove(id);
        Ok(made)
    }
}

/// Whether the files are those that were said to be there.
fn compare(wanted: &[BuildFile], there: &[SnapshotFile]) -> Result<(), SandboxError> {
    let there: HashMap<&str, &SnapshotFile> = there
        .iter()
        .map(|file| (file.path.as_str(), file))
        .collect();
    for file in wanted {
        let relative = file.path.trim_start_matches("./");
        let path = if relative.starts_with('/') {
            relative.to_owned()
        } else {
            format!("{WORKSPACE}/{relative}")
        };
        let wrong = match there.get(path.as_str()) {
            None => "it is not in the archive".to_owned(),
            Some(found) if found.size != file.size => {
                format!("it has {} bytes and not {}", found.size, file.size)
            }
            Some(found) if !found.sha256.eq_ignore_ascii_case(&file.sha256) => {
                format!("its SHA-256 is {}", found.sha256)
            }
            Some(_) => continue,
        };
        let shown: String = file.path.chars().take(200).collect();
        return Err(SandboxError::invalid("files", format!("{shown}: {wrong}")));
    }
    Ok(())
}
