//! From what the project asks for to a tree: fetches documents, many at once, and places packages.

use crate::error::{Error, FetchError};
use crate::local;
use crate::name;
use crate::package::{Package, Source};
use crate::packument::Packument;
use crate::place::{Candidates, Pick, Placed, Rules, place};
use crate::registry::{Registry, System};
use crate::report::{Progress, Warning};
use crate::spec::Spec;
use crate::tree::{Edge, Kind, ROOT, Tree, normal};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::path::Path;
use std::rc::Rc;

/// Rounds of placing and fetching: each one knows more, and a handful is usual.
const MAX_ROUNDS: usize = 1_000;

/// Packages that are looked at. A registry that invents names without end stops here.
const MAX_DOCUMENTS: usize = 20_000;

/// Documents of the registry and packages of this machine, each asked for once.
pub(crate) struct Cache<'a> {
    registry: &'a dyn Registry,
    system: &'a dyn System,
    concurrency: usize,
    documents: RefCell<HashMap<String, Result<Rc<Packument>, Failure>>>,
    locals: RefCell<HashMap<std::path::PathBuf, Result<Rc<Package>, String>>>,
    fetched: Cell<usize>,
}

/// A failed request, which may have to be told several times.
#[derive(Clone, Debug)]
enum Failure {
    NotFound,
    Status(u16),
    Unreachable(String),
    Unusable(String),
}

impl<'a> Cache<'a> {
    pub(crate) fn new(
        registry: &'a dyn Registry,
        system: &'a dyn System,
        concurrency: usize,
    ) -> Self {
        Self {
            registry,
            system,
            concurrency: concurrency.max(1),
            documents: RefCell::default(),
            locals: RefCell::default(),
            fetched: Cell::new(0),
        }
    }

    pub(crate) fn fetched(&self) -> usize {
        self.fetched.get()
    }

    /// What `latest` is, if the document was needed.
    pub(crate) fn latest(&self, name: &str) -> Option<String> {
        match self.documents.borrow().get(name)? {
            Ok(packument) => packument.tag("latest").map(str::to_owned),
            Err(_) => None,
        }
    }

    /// The package that a request of `add` means.
    pub(crate) async fn request(
        &self,
        name: &str,
        spec: &Spec,
        folder: &Path,
    ) -> Result<Rc<Package>, Error> {
        let local = match spec {
            Spec::Folder(path) | Spec::Tarball(path) | Spec::Link(path) => {
                Some(normal(&folder.join(path)))
            }
            _ => None,
        };
        let edge = Edge {
            name: name.to_owned(),
            kind: Kind::Normal,
            spec: spec.clone(),
            local,
        };
        if let Some(package) = spec.package(name) {
            self.fetch(&[package.to_owned()].into()).await?;
        }
        match self.pick(&edge, &[], "") {
            Pick::Found(package) => Ok(package),
            Pick::Failed(error) => Err(error),
            Pick::Unknown(name) => Err(Error::PackageNotFound {
                name,
                by: String::new(),
            }),
        }
    }

    /// Fetches the documents of packages that will be asked for.
    pub(crate) async fn prefetch(&self, names: &BTreeSet<String>) -> Result<(), Error> {
        self.fetch(names).await
    }

    /// Completes a tree. `tree` may have packages of a lock file in it.
    pub(crate) async fn resolve(
        &self,
        tree: &Tree,
        rules: &Rules,
    ) -> Result<(Tree, Vec<Warning>), Error> {
        let edges = tree.node(ROOT).edges.to_vec();
        let open: Vec<Edge> = edges
            .into_iter()
            .filter(|edge| edge.kind != Kind::OptionalPeer)
            .filter(|edge| {
                tree.target(ROOT, edge)
                    .is_none_or(|to| !edge.accepts(&tree.node(to).package))
            })
            .collect();
        self.crawl(tree, open).await?;
        for _ in 0..MAX_ROUNDS {
            match place(tree.clone(), self, rules)? {
                Placed::Done(tree, warnings) => return Ok((tree, warnings)),
                Placed::Missing(names) => {
                    self.fetch(&names).await?;
                }
            }
        }
        Err(Error::Limit {
            what: "rounds of fetching metadata".to_owned(),
            limit: MAX_ROUNDS as u64,
        })
    }

    /// Fetches what will most likely be needed, without waiting for one level to be complete before
    /// the next begins. What it misses, the rounds of `resolve` find.
    async fn crawl(&self, tree: &Tree, start: Vec<Edge>) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let mut waiting: VecDeque<Edge> = start.into();
        let mut asked: HashMap<String, Vec<Edge>> = HashMap::new();
        let mut running = FuturesUnordered::new();
        loop {
            while let Some(edge) = waiting.pop_front() {
                let Some(name) = edge.spec.package(&edge.name) else {
                    if let Pick::Found(package) = self.pick(&edge, &[], "") {
                        let label = (package.label(), String::new());
                        if seen.insert(label) {
                            waiting.extend(follow(tree, &package));
                        }
                    }
                    continue;
                };
                if !seen.insert((name.to_owned(), edge.spec.to_string())) {
                    continue;
                }
                let known = self.documents.borrow().contains_key(name);
                if known {
                    if let Pick::Found(package) = self.pick(&edge, &[], "") {
                        waiting.extend(follow(tree, &package));
                    }
                } else if let Some(edges) = asked.get_mut(name) {
                    edges.push(edge);
                } else if running.len() < self.concurrency {
                    let name = name.to_owned();
                    asked.insert(name.clone(), vec![edge]);
                    running.push(self.fetch_one(name));
                } else {
                    // It is looked at again when one has come.
                    seen.remove(&(name.to_owned(), edge.spec.to_string()));
                    waiting.push_front(edge);
                    break;
                }
            }
            let Some(name) = running.next().await else {
                return Ok(());
            };
            self.bound()?;
            for edge in asked.remove(&name).unwrap_or_default() {
                if let Pick::Found(package) = self.pick(&edge, &[], "") {
                    waiting.extend(follow(tree, &package));
                }
            }
        }
    }

    /// Fetches documents that are not here yet.
    async fn fetch(&self, names: &BTreeSet<String>) -> Result<(), Error> {
        let wanted: Vec<String> = {
            let documents = self.documents.borrow();
            names
                .iter()
                .filter(|name| !documents.contains_key(*name))
                .cloned()
                .collect()
        };
        futures::stream::iter(wanted)
            .map(|name| self.fetch_one(name))
            .buffer_unordered(self.concurrency)
            .for_each(|_| std::future::ready(()))
            .await;
        self.bound()
    }

    fn bound(&self) -> Result<(), Error> {
        if self.documents.borrow().len() > MAX_DOCUMENTS {
            return Err(Error::Limit {
                what: "packages to look at".to_owned(),
                limit: MAX_DOCUMENTS as u64,
            });
        }
        Ok(())
    }

    async fn fetch_one(&self, name: String) -> String {
        let document = if name::is_valid(&name) {
            self.fetched.set(self.fetched.get() + 1);
            match self.registry.metadata(&name).await {
                Ok(bytes) => Packument::read(&name, bytes)
                    .map(Rc::new)
                    .map_err(|error| Failure::Unusable(error.to_string())),
                Err(FetchError::NotFound) => Err(Failure::NotFound),
                Err(FetchError::Status(status)) => Err(Failure::Status(status)),
                Err(FetchError::Unreachable(why)) => Err(Failure::Unreachable(why)),
            }
        } else {
            Err(Failure::NotFound)
        };
        self.system.progress(Progress::Resolved { name: &name });
        self.documents.borrow_mut().insert(name.clone(), document);
        name
    }

    fn pick_local(&self, edge: &Edge, by: &str) -> Pick {
        let Some(path) = &edge.local else {
            // A package of the registry has no business with files of this machine.
            return Pick::Failed(Error::Unsupported {
                name: edge.name.clone(),
                spec: edge.spec.to_string(),
                reason: "only the project may depend on local packages",
                by: by.to_owned(),
            });
        };
        let package = self
            .locals
            .borrow_mut()
            .entry(path.clone())
            .or_insert_with(|| local::read(&edge.spec, path).map(Rc::new))
            .clone();
        match package {
            Ok(package) => Pick::Found(package),
            Err(reason) if reason.is_empty() => Pick::Failed(Error::NoLocalPackage {
                name: edge.name.clone(),
                spec: edge.spec.to_string(),
            }),
            Err(reason) => Pick::Failed(Error::Archive {
                package: format!("{}@{}", edge.name, edge.spec),
                reason,
            }),
        }
    }
}

/// The dependencies whose documents will be needed, but for those that something at the top of the
/// tree satisfies already.
fn follow(tree: &Tree, package: &Package) -> Vec<Edge> {
    tree.edges_of(package, Some(ROOT))
        .into_iter()
        .filter(|edge| edge.kind != Kind::OptionalPeer)
        .filter(|edge| {
            tree.resolve(ROOT, &edge.name)
                .is_none_or(|to| !edge.accepts(&tree.node(to).package))
        })
        .collect()
}

impl Candidates for Cache<'_> {
    fn pick(&self, edge: &Edge, also: &[&Spec], by: &str) -> Pick {
        let (name, spec) = (edge.name.clone(), edge.spec.to_string());
        let by = by.to_owned();
        let package = match &edge.spec {
            Spec::Unsupported { text, reason } => {
                return Pick::Failed(Error::Unsupported {
                    name,
                    spec: text.clone(),
                    reason,
                    by,
                });
            }
            Spec::Folder(_) | Spec::Tarball(_) | Spec::Link(_) => {
                return self.pick_local(edge, &by);
            }
            Spec::Range { .. } | Spec::Tag { .. } => edge.spec.package(&edge.name),
        };
        let Some(package) = package else {
            return Pick::Failed(Error::Unrecognised { spec });
        };
        let documents = self.documents.borrow();
        let packument = match documents.get(package) {
            None => return Pick::Unknown(package.to_owned()),
            Some(Ok(packument)) => packument,
            Some(Err(failure)) => {
                let what = package.to_owned();
                return Pick::Failed(match failure {
                    Failure::NotFound => Error::PackageNotFound { name: what, by },
                    Failure::Status(status) => Error::Fetch {
                        what,
                        by,
                        source: FetchError::Status(*status),
                    },
                    Failure::Unreachable(why) => Error::Fetch {
                        what,
                        by,
                        source: FetchError::Unreachable(why.clone()),
                    },
                    Failure::Unusable(reason) => Error::Metadata {
                        name: what,
                        reason: reason.clone(),
                    },
                });
            }
        };
        // What belongs to another package under the same name is no constraint that can be met.
        if also
            .iter()
            .any(|spec| spec.package(&edge.name) != Some(package))
        {
            return Pick::Failed(no_version(package, &edge.spec, by));
        }
        let mut specs = vec![&edge.spec];
        specs.extend(also);
        // A tag names one version, which the others have to accept.
        let tag = specs
            .iter()
            .position(|spec| matches!(spec, Spec::Tag { .. }));
        if let Some(at) = tag {
            specs.swap(0, at);
        }
        match packument.pick(&specs) {
            Ok(Some(package)) => Pick::Found(package),
            Ok(None) => Pick::Failed(no_version(package, &edge.spec, by)),
            Err(error) => Pick::Failed(error),
        }
    }
}

fn no_version(name: &str, spec: &Spec, by: String) -> Error {
    let name = name.to_owned();
    match spec {
        Spec::Tag { tag, .. } => Error::NoTag {
            name,
            tag: tag.clone(),
            by,
        },
        Spec::Range { text, .. } => Error::NoVersion {
            name,
            spec: text.clone(),
            by,
        },
        other => Error::NoVersion {
            name,
            spec: other.to_string(),
            by,
        },
    }
}

/// Whether a package came from the registry.
pub(crate) fn is_remote(package: &Package) -> bool {
    matches!(package.source, Source::Registry(_))
}
