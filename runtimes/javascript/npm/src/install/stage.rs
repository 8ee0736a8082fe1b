//! Fetches, checks and unpacks what is missing, many at once, beside where it will go.

use super::{Context, copy};
use crate::archive;
use crate::error::{At as _, Error};
use crate::graph;
use crate::integrity::{self, Check};
use crate::package::{Package, Source};
use crate::registry::TarballRequest;
use crate::report::{Progress, Report, Warning};
use crate::tree::{Id, Tree};
use futures::StreamExt as _;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Packages that wait to be moved to their places.
#[derive(Default)]
pub(super) struct Staged {
    pub(super) folders: HashMap<Id, PathBuf>,
    /// Digests of tarballs for which the registry gave none.
    pub(super) digests: Vec<(Id, String)>,
}

/// One tarball and all places it goes to.
struct Job {
    package: Rc<Package>,
    places: Vec<(Id, PathBuf)>,
}

struct Done {
    places: Vec<(Id, PathBuf)>,
    digest: Option<String>,
    skipped: u64,
}

pub(super) async fn all(
    context: &Context<'_>,
    tree: &Tree,
    skip: &mut [bool],
    wanted: &[Id],
    staging: &Path,
    report: &mut Report,
) -> Result<Staged, Error> {
    let mut staged = Staged::default();
    let mut jobs: BTreeMap<(String, String), Job> = BTreeMap::new();
    for (count, id) in wanted.iter().enumerate() {
        let package = &tree.node(*id).package;
        let folder = staging.join(format!("new-{count}"));
        match &package.source {
            Source::Link(_, at) => {
                let text = link_text(&context.place(tree, *id), at);
                let linked = context.system.symlink(&text, &folder);
                linked.at("linking", &folder)?;
                staged.folders.insert(*id, folder);
            }
            Source::Folder(_, at) => {
                copy::copy(at, &folder, context.limits)?;
                staged.folders.insert(*id, folder);
            }
            Source::Registry(_) | Source::Tarball(..) => {
                jobs.entry((
                    package.label(),
                    package.integrity.clone().unwrap_or_default(),
                ))
                .or_insert_with(|| Job {
                    package: Rc::clone(package),
                    places: Vec::new(),
                })
                .places
                .push((*id, folder));
            }
        }
    }
    context
        .system
        .progress(Progress::Fetching { count: jobs.len() });
    report.fetched += jobs
        .values()
        .filter(|job| crate::resolve::is_remote(&job.package))
        .count();
    let mut running = futures::stream::iter(jobs.into_values())
        .map(|job| async {
            let outcome = fetch(context, tree, &job).await;
            (job, outcome)
        })
        .buffer_unordered(context.concurrency.max(1));
    while let Some((job, outcome)) = running.next().await {
        let package = &job.package;
        match outcome {
            Ok(done) => {
                if done.skipped > 0 {
                    report.warnings.push(Warning::SkippedEntries {
                        package: package.label(),
                        count: done.skipped,
                    });
                }
                for (id, folder) in done.places {
                    if let Some(digest) = &done.digest {
                        staged.digests.push((id, digest.clone()));
                    }
                    staged.folders.insert(id, folder);
                }
                context.system.progress(Progress::Unpacked {
                    name: &package.name,
                    version: &package.version,
                });
            }
            Err(error) => {
                for (id, _) in &job.places {
                    // Something optional is left out, with all that require it.
                    let Some(lost) = graph::optional_set(tree, *id) else {
                        return Err(error);
                    };
                    for lost in lost.into_iter().flat_map(|id| tree.subtree(id)) {
                        if let Some(mark) = skip.get_mut(lost) {
                            *mark = true;
                        }
                    }
                }
                report.warnings.push(Warning::OptionalFailed {
                    name: package.name.clone(),
                    reason: error.to_string(),
                });
            }
        }
    }
    Ok(staged)
}

async fn fetch(context: &Context<'_>, tree: &Tree, job: &Job) -> Result<Done, Error> {
    let package = &job.package;
    let label = package.label();
    let bytes = match &package.source {
        Source::Registry(url) => {
            let request = TarballRequest {
                name: &package.name,
                version: &package.version,
                url: url.as_deref(),
                integrity: package.integrity.as_deref(),
            };
            context
                .registry
                .tarball(request)
                .await
                .map_err(|source| Error::Fetch {
                    what: label.clone(),
                    by: required_by(tree, job),
                    source,
                })?
        }
        Source::Tarball(_, at) => fs::read(at).at("reading", at)?,
        Source::Folder(..) | Source::Link(..) => Vec::new(),
    };
    let mut digest = None;
    match &package.integrity {
        None => digest = Some(integrity::sha512(&bytes)),
        Some(promised) => match integrity::check(promised, &bytes) {
            Check::Right => {}
            Check::Wrong { expected, found } => {
                return Err(Error::Integrity {
                    package: label,
                    expected,
                    found,
                });
            }
            Check::Unreadable => {
                return Err(Error::UnreadableIntegrity {
                    package: label,
                    integrity: promised.clone(),
                });
            }
        },
    }
    let mut skipped = 0;
    for (_, folder) in &job.places {
        fs::create_dir_all(folder).at("creating", folder)?;
        let unpacked =
            archive::unpack(&bytes, folder, context.limits).map_err(|reason| Error::Archive {
                package: label.clone(),
                reason,
            })?;
        skipped = unpacked.skipped;
        for program in unpacked.programs {
            let program = folder.join(program);
            context
                .system
                .make_executable(&program)
                .at("making executable", &program)?;
        }
    }
    Ok(Done {
        places: job.places.clone(),
        digest,
        skipped,
    })
}

fn required_by(tree: &Tree, job: &Job) -> String {
    job.places
        .first()
        .and_then(|(id, _)| {
            let dependents = tree.dependents(*id);
            dependents.first().map(|(from, _)| tree.label(*from))
        })
        .unwrap_or_default()
}

/// The text of a link at `place` that leads to `target`.
pub(super) fn link_text(place: &Path, target: &Path) -> PathBuf {
    let folder = place.parent().unwrap_or(place);
    PathBuf::from(crate::lock::relative(folder, target))
}
