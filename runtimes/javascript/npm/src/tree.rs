//! Which package lies in which node_modules.

use crate::name;
use crate::overrides::Overrides;
use crate::package::{Package, Source};
use crate::spec::Spec;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A node of a tree; valid for the tree it came from.
pub(crate) type Id = usize;

/// The project itself.
pub(crate) const ROOT: Id = 0;

/// How far up an override looks for the packages it names.
const MAX_CHAIN: usize = 256;

/// Why a package wants another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Optional,
    Peer,
    OptionalPeer,
}

impl Kind {
    pub(crate) fn is_peer(self) -> bool {
        matches!(self, Self::Peer | Self::OptionalPeer)
    }

    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalPeer)
    }
}

/// One dependency of one node.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) spec: Spec,
    /// Where a `file:` leads.
    pub(crate) local: Option<PathBuf>,
}

impl Edge {
    /// Whether a package, installed under the edge's name, is what the edge wants.
    pub(crate) fn accepts(&self, package: &Package) -> bool {
        match &self.spec {
            Spec::Range { range, .. } => {
                Some(package.name.as_str()) == self.spec.package(&self.name)
                    && (self.spec.is_any()
                        || package
                            .parsed_version()
                            .is_some_and(|version| range.matches(&version)))
            }
            // What carries a tag changes; what came from the registry once carried it.
            Spec::Tag { .. } => {
                Some(package.name.as_str()) == self.spec.package(&self.name)
                    && matches!(package.source, Source::Registry(_))
            }
            Spec::Folder(_) => {
                matches!(&package.source, Source::Folder(_, at) if Some(at) == self.local.as_ref())
            }
            Spec::Tarball(_) => {
                matches!(&package.source, Source::Tarball(_, at) if Some(at) == self.local.as_ref())
            }
            Spec::Link(_) => {
                matches!(&package.source, Source::Link(_, at) if Some(at) == self.local.as_ref())
            }
            Spec::Unsupported { .. } => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The folder's name, which is an alias or the package's own.
    pub(crate) name: String,
    pub(crate) parent: Option<Id>,
    pub(crate) children: BTreeMap<String, Id>,
    pub(crate) package: Rc<Package>,
    pub(crate) edges: Rc<[Edge]>,
    /// For whom it was placed.
    requirer: Option<Id>,
    alive: bool,
}

/// All nodes. A removed one keeps its number.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    overrides: Rc<Overrides>,
}

impl Tree {
    pub(crate) fn new(project: Package, folder: &Path, overrides: Overrides) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            overrides: Rc::new(overrides),
        };
        let source = Source::Folder(String::new(), folder.to_owned());
        let package = Rc::new(Package { source, ..project });
        tree.nodes.push(Node {
            name: String::new(),
            parent: None,
            children: BTreeMap::new(),
            edges: Rc::new([]),
            package: Rc::clone(&package),
            requirer: None,
            alive: true,
        });
        let edges = tree.edges_of(&package, None);
        tree.node_mut(ROOT).edges = edges.into();
        tree
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "nodes are never taken out, so an id stays valid"
    )]
    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "nodes are never taken out, so an id stays valid"
    )]
    fn node_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id]
    }

    pub(crate) fn is_alive(&self, id: Id) -> bool {
        self.node(id).alive
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The dependencies of a package that is (or would be) wanted by `requirer`.
    pub(crate) fn edges_of(&self, package: &Package, requirer: Option<Id>) -> Vec<Edge> {
        let base = match &package.source {
            Source::Folder(_, at) => Some(at.as_path()),
            // What is linked looks after itself.
            Source::Link(..) => return Vec::new(),
            Source::Registry(_) | Source::Tarball(..) => None,
        };
        let mut chain = Vec::new();
        if let Some(requirer) = requirer.filter(|_| !self.overrides.is_empty()) {
            self.requirers(requirer, &mut chain);
            chain.push(package);
        }
        let mut edges: Vec<Edge> = Vec::new();
        let mut add = |name: &str, text: &str, kind: Kind| {
            if edges.iter().any(|edge| edge.name == name) {
                return;
            }
            if package.bundled.iter().any(|bundled| bundled == name) && base.is_none() {
                return;
            }
            let mut spec = Spec::parse(text);
            let mut root = base;
            if let Some(to) = self.overrides.apply(&chain, name, &spec) {
                spec = Spec::parse(to);
                root = self.project_folder();
            }
            let local = match &spec {
                Spec::Folder(path) | Spec::Tarball(path) | Spec::Link(path) => {
                    root.map(|base| normal(&base.join(path)))
                }
                _ => None,
            };
            edges.push(Edge {
                name: name.to_owned(),
                kind,
                spec,
                local,
            });
        };
        for (name, text) in &package.optional_dependencies {
            add(name, text, Kind::Optional);
        }
        for (name, text) in &package.dependencies {
            add(name, text, Kind::Normal);
        }
        if requirer.is_none() {
            for (name, text) in &package.dev_dependencies {
                add(name, text, Kind::Dev);
            }
        }
        for (name, text) in &package.all_peers() {
            let optional = package.optional_peers.contains(name);
            let kind = if optional {
                Kind::OptionalPeer
            } else {
                Kind::Peer
            };
            add(name, text, kind);
        }
        edges.sort_by_cached_key(|edge| name::sort_key(&edge.name));
        edges
    }

    pub(crate) fn project_folder(&self) -> Option<&Path> {
        match &self.nodes.first()?.package.source {
            Source::Folder(_, at) => Some(at),
            _ => None,
        }
    }

    /// The packages through which a node came to be, outermost first, without the project.
    fn requirers<'a>(&'a self, id: Id, chain: &mut Vec<&'a Package>) {
        let mut at = Some(id);
        while let Some(id) = at.filter(|id| *id != ROOT && chain.len() < MAX_CHAIN) {
            chain.push(&self.node(id).package);
            at = self.node(id).requirer;
        }
        chain.reverse();
    }

    /// Adds a package in the node_modules of `parent`, where none of that name is.
    pub(crate) fn add(&mut self, parent: Id, name: &str, package: Rc<Package>, requirer: Id) -> Id {
        let id = self.nodes.len();
        let edges = self.edges_of(&package, Some(requirer)).into();
        self.nodes.push(Node {
            name: name.to_owned(),
            parent: Some(parent),
            children: BTreeMap::new(),
            package,
            edges,
            requirer: Some(requirer),
            alive: true,
        });
        self.node_mut(parent).children.insert(name.to_owned(), id);
        id
    }

    /// Removes a node and everything below it.
    pub(crate) fn remove(&mut self, id: Id) {
        let Some(parent) = self.node(id).parent else {
            return;
        };
        let name = self.node(id).name.clone();
        self.node_mut(parent).children.remove(&name);
        for id in self.subtree(id) {
            self.node_mut(id).alive = false;
        }
    }

    /// A node and all below it, parents first.
    pub(crate) fn subtree(&self, id: Id) -> Vec<Id> {
        let mut found = vec![id];
        let mut at = 0;
        while let Some(id) = found.get(at) {
            found.extend(self.node(*id).children.values());
            at += 1;
        }
        found
    }

    /// A node, its parent, and so on up to the project.
    pub(crate) fn ancestry(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(id), |id| self.node(*id).parent)
    }

    pub(crate) fn depth(&self, id: Id) -> usize {
        self.ancestry(id).count() - 1
    }

    pub(crate) fn is_below(&self, id: Id, above: Id) -> bool {
        id != above && self.ancestry(id).any(|id| id == above)
    }

    /// What Node finds under a name from inside a package.
    pub(crate) fn resolve(&self, from: Id, name: &str) -> Option<Id> {
        self.ancestry(from)
            .find_map(|id| self.node(id).children.get(name).copied())
    }

    /// What an edge leads to. A peer is looked for beside the package, not in it.
    pub(crate) fn target(&self, from: Id, edge: &Edge) -> Option<Id> {
        let start = match self.node(from).parent {
            Some(parent) if edge.kind.is_peer() => parent,
            _ => from,
        };
        self.resolve(start, &edge.name)
    }

    pub(crate) fn edge(&self, from: Id, name: &str) -> Option<&Edge> {
        self.node(from).edges.iter().find(|edge| edge.name == name)
    }

    /// The edges that lead to a node and are content with it.
    pub(crate) fn dependents(&self, id: Id) -> Vec<(Id, Edge)> {
        let node = self.node(id);
        let Some(parent) = node.parent else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut left = vec![parent];
        while let Some(from) = left.pop() {
            for edge in self.node(from).edges.iter() {
                if edge.name == node.name
                    && self.target(from, edge) == Some(id)
                    && edge.accepts(&node.package)
                {
                    found.push((from, edge.clone()));
                }
            }
            left.extend(self.node(from).children.values());
        }
        found
    }

    /// The path of a node's folder below the project's: `node_modules/a/node_modules/b`.
    pub(crate) fn location(&self, id: Id) -> String {
        let mut names: Vec<&str> = self
            .ancestry(id)
            .filter(|id| *id != ROOT)
            .map(|id| self.node(id).name.as_str())
            .collect();
        names.reverse();
        names
            .iter()
            .map(|name| format!("node_modules/{name}"))
            .collect::<Vec<_>>()
            .join("/")
    }

    /// Whom to name when something about a node's dependency is wrong; empty for the project.
    pub(crate) fn label(&self, id: Id) -> String {
        if id == ROOT {
            String::new()
        } else {
            self.node(id).package.label()
        }
    }

    /// Every node that is reached from the project along edges for which `follow` says so, the
    /// project included.
    pub(crate) fn reachable(&self, follow: impl Fn(Id, &Edge) -> bool) -> Vec<bool> {
        let mut seen = vec![false; self.nodes.len()];
        let mut left = vec![ROOT];
        while let Some(id) = left.pop() {
            let Some(mark) = seen.get_mut(id) else {
                continue;
            };
            if std::mem::replace(mark, true) {
                continue;
            }
            for edge in self.node(id).edges.iter() {
                if follow(id, edge)
                    && let Some(to) = self.target(id, edge)
                {
                    left.push(to);
                }
            }
        }
        seen
    }

    /// Removes what nobody needs.
    pub(crate) fn prune(&mut self) {
        loop {
            let reachable = self.reachable(|_, _| true);
            let extra: Vec<Id> = (0..self.nodes.len())
                .filter(|id| self.is_alive(*id) && reachable.get(*id) == Some(&false))
                .collect();
            let mut removed = false;
            for id in extra {
                // What lies below may still be needed by nobody but itself: then it is in the list.
                if self.is_alive(id) {
                    self.remove(id);
                    removed = true;
                }
            }
            if !removed {
                return;
            }
        }
    }

    /// All nodes but the project, in the order of their places.
    pub(crate) fn sorted(&self) -> Vec<Id> {
        let mut ids = self.subtree(ROOT);
        ids.remove(0);
        ids.sort_by_cached_key(|id| name::sort_key(&self.location(*id)));
        ids
    }
}

/// The path without `.` and `..`, without asking the file system.
pub(crate) fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

impl Tree {
    /// Removes what nobody needs any more while packages are still being placed for `working`: it
    /// and what it lies in stay.
    pub(crate) fn prune_except(&mut self, working: Id) {
        let reachable = self.reachable(|_, _| true);
        let extra: Vec<Id> = (0..self.len())
            .filter(|id| self.is_alive(*id) && reachable.get(*id) == Some(&false))
            .filter(|id| *id != working && !self.is_below(working, *id))
            .collect();
        for id in extra {
            if self.is_alive(id) {
                self.remove(id);
            }
        }
    }
}

impl Tree {
    /// Finds out through whom each node is needed, where that was not known when it was added, and
    /// what the overrides make of its dependencies then.
    pub(crate) fn settle_requirers(&mut self) {
        if self.overrides.is_empty() {
            return;
        }
        let mut seen = vec![false; self.len()];
        let mut order = vec![ROOT];
        let mut at = 0;
        while let Some(id) = order.get(at).copied() {
            at += 1;
            let edges = Rc::clone(&self.node(id).edges);
            for edge in edges.iter() {
                let Some(to) = self.target(id, edge).filter(|to| *to != ROOT) else {
                    continue;
                };
                if seen.get(to) == Some(&false) {
                    if let Some(mark) = seen.get_mut(to) {
                        *mark = true;
                    }
                    self.node_mut(to).requirer = Some(id);
                    let package = Rc::clone(&self.node(to).package);
                    self.node_mut(to).edges = self.edges_of(&package, Some(id)).into();
                    order.push(to);
                }
            }
        }
    }
}

impl Tree {
    /// Notes the digest of a package that came without one.
    pub(crate) fn set_integrity(&mut self, id: Id, integrity: &str) {
        let package = crate::install::with_integrity(&self.node(id).package, integrity);
        self.node_mut(id).package = package;
    }
}
