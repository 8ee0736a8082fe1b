//! Decides which package goes into which node_modules, as npm does (its library is Arborist).
//!
//! Packages are taken level by level and by name, so the result depends on nothing but the project
//! and the registry. Each dependency that is not met goes as high up as it can without taking away
//! what somebody else finds there; a package that is already there and in the range is shared.
//! Peers go beside the package that wants them, and are looked at before it is placed.
//!
//! All of it is synchronous. What is not known yet is noted in `missing`, and the whole is done again
//! once it is: see `resolve`.

mod check;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::name;
use crate::package::{Package, Source};
use crate::report::Warning;
use crate::spec::Spec;
use crate::tree::{Edge, Id, Kind, ROOT, Tree};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// More packages than any project has; a registry that invents dependencies without end stops here.
const MAX_NODES: usize = 50_000;

/// Packages inside each other; a path of more would be longer than file systems allow.
const MAX_DEPTH: usize = 128;

/// Looks at nodes; each is looked at a few times.
const MAX_STEPS: usize = 500_000;

/// Rounds after which packages that push each other around have to stop.
const MAX_ROUNDS: usize = 100;

/// Where packages come from while they are placed.
pub(crate) trait Candidates {
    /// The package to take for an edge, which also satisfies `also`.
    fn pick(&self, edge: &Edge, also: &[&Spec], by: &str) -> Pick;
}

/// An answer of [`Candidates`].
pub(crate) enum Pick {
    Found(Rc<Package>),
    /// There is none, and why.
    Failed(Error),
    /// It takes a document that is not here yet.
    Unknown(String),
}

/// How packages are placed.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Peers of the project's own dependencies that exclude each other are an error (npm) rather
    /// than a warning (Bun).
    pub(crate) strict_peers: bool,
    /// What the project's own dependencies must become, whatever is there.
    pub(crate) forced: BTreeMap<String, Rc<Package>>,
}

/// Placement under way.
pub(crate) struct Placer<'a, C> {
    tree: Tree,
    candidates: &'a C,
    rules: &'a Rules,
    queue: BTreeSet<(usize, SortKey, Id)>,
    seen: HashSet<Id>,
    /// Optional edges that lead nowhere.
    failed: HashSet<(Id, String)>,
    missing: RefCell<BTreeSet<String>>,
    warnings: Vec<Warning>,
}

type SortKey = (Vec<u8>, Vec<u8>);

/// What came of it.
pub(crate) enum Placed {
    Done(Tree, Vec<Warning>),
    /// Documents to fetch before it is tried again.
    Missing(BTreeSet<String>),
}

/// Completes a tree that has at least the project in it.
pub(crate) fn place<C: Candidates>(
    tree: Tree,
    candidates: &C,
    rules: &Rules,
) -> Result<Placed, Error> {
    let mut placer = Placer {
        tree,
        candidates,
        rules,
        queue: BTreeSet::new(),
        seen: HashSet::new(),
        failed: HashSet::new(),
        missing: RefCell::default(),
        warnings: Vec::new(),
    };
    placer.tree.prune();
    placer.push(ROOT);
    placer.run()?;
    let missing = placer.missing.into_inner();
    if !missing.is_empty() {
        return Ok(Placed::Missing(missing));
    }
    placer.tree.prune();
    Ok(Placed::Done(placer.tree, placer.warnings))
}

impl<C: Candidates> Placer<'_, C> {
    fn push(&mut self, id: Id) {
        let key = name::sort_key(&self.tree.location(id));
        self.queue.insert((self.tree.depth(id), key, id));
    }

    /// Looks at a node again.
    fn push_again(&mut self, id: Id) {
        self.seen.remove(&id);
        self.push(id);
    }

    fn run(&mut self) -> Result<(), Error> {
        let mut steps = 0;
        for _ in 0..MAX_ROUNDS {
            while let Some((_, _, id)) = self.queue.pop_first() {
                steps += 1;
                if steps > MAX_STEPS {
                    return Err(limit("steps to place packages", MAX_STEPS));
                }
                if self.tree.is_alive(id) && self.seen.insert(id) {
                    self.step(id)?;
                }
            }
            // What was placed late may have changed what was found early.
            let unmet: Vec<Id> = self
                .tree
                .subtree(ROOT)
                .into_iter()
                .filter(|id| !self.problems(*id).is_empty())
                .collect();
            if unmet.is_empty() || !self.missing.borrow().is_empty() {
                return Ok(());
            }
            for id in unmet {
                self.push_again(id);
            }
        }
        Err(limit("rounds to place packages", MAX_ROUNDS))
    }

    /// The edges of a node that are not met.
    fn problems(&self, id: Id) -> Vec<Edge> {
        self.tree
            .node(id)
            .edges
            .iter()
            .filter(|edge| self.is_problem(id, edge))
            .cloned()
            .collect()
    }

    fn is_problem(&self, id: Id, edge: &Edge) -> bool {
        if self.failed.contains(&(id, edge.name.clone())) {
            return false;
        }
        let Some(to) = self.tree.target(id, edge) else {
            return edge.kind != Kind::OptionalPeer;
        };
        let package = &self.tree.node(to).package;
        if let Some(forced) = self.forced(id, edge) {
            return !(forced.name == package.name
                && forced.version == package.version
                && forced.source == package.source);
        }
        edge.kind != Kind::OptionalPeer && !edge.accepts(package)
    }

    fn forced(&self, from: Id, edge: &Edge) -> Option<&Rc<Package>> {
        (from == ROOT)
            .then(|| self.rules.forced.get(&edge.name))
            .flatten()
    }

    fn step(&mut self, id: Id) -> Result<(), Error> {
        let edges: Vec<Edge> = self.tree.node(id).edges.to_vec();
        let problems: Vec<Edge> = self.problems(id);
        for edge in &edges {
            if let Some(to) = self.tree.target(id, edge)
                && !self.seen.contains(&to)
            {
                self.push(to);
            }
        }
        for edge in problems {
            // A package placed a moment ago may have brought it, or have pushed this one out.
            if self.tree.is_alive(id) && self.is_problem(id, &edge) {
                self.meet(id, &edge, 0)?;
            }
        }
        Ok(())
    }

    /// Finds a package for an edge and places it.
    fn meet(&mut self, from: Id, edge: &Edge, depth: usize) -> Result<(), Error> {
        let package = match self.choose(from, edge) {
            Pick::Found(package) => package,
            Pick::Unknown(name) => {
                self.missing.get_mut().insert(name);
                return Ok(());
            }
            Pick::Failed(_) if self.is_contested(from, edge) => {
                return self.peer_conflict(from, edge);
            }
            Pick::Failed(error) => return self.give_up(from, edge, error),
        };
        self.place_edge(from, edge, &package, depth)
    }

    /// The package for an edge. A peer takes what those beside it want as well, if one satisfies all.
    fn choose(&self, from: Id, edge: &Edge) -> Pick {
        let by = self.tree.label(from);
        if let Some(forced) = self.forced(from, edge) {
            return Pick::Found(Rc::clone(forced));
        }
        if edge.kind.is_peer()
            && let Some(parent) = self.tree.node(from).parent
        {
            return self.choose_peer(parent, edge, &by);
        }
        self.candidates.pick(edge, &[], &by)
    }

    /// The package for a peer that is looked for from `beside` upwards.
    fn choose_peer(&self, beside: Id, edge: &Edge, by: &str) -> Pick {
        if beside == ROOT
            && let Some(forced) = self.rules.forced.get(&edge.name)
            && edge.accepts(forced)
        {
            return Pick::Found(Rc::clone(forced));
        }
        let Some(own) = self.tree.edge(beside, &edge.name) else {
            return self.candidates.pick(edge, &[], by);
        };
        self.candidates.pick(edge, &[&own.spec], by)
    }

    /// Whether somebody asks for the peer beside a package, and for something else.
    fn is_contested(&self, from: Id, edge: &Edge) -> bool {
        let beside = self.tree.node(from).parent;
        edge.kind.is_peer() && beside.is_some_and(|id| self.tree.edge(id, &edge.name).is_some())
    }

    fn place_edge(
        &mut self,
        from: Id,
        edge: &Edge,
        package: &Rc<Package>,
        depth: usize,
    ) -> Result<(), Error> {
        if self.tree.len() > MAX_NODES {
            return Err(limit("packages", MAX_NODES));
        }
        if self.tree.depth(from) > MAX_DEPTH {
            return Err(limit("packages inside each other", MAX_DEPTH));
        }
        let request = check::Request {
            from: Some(from),
            start: match self.tree.node(from).parent {
                Some(parent) if edge.kind.is_peer() => parent,
                _ => from,
            },
            edge,
            package,
            explicit: self.forced(from, edge).is_some(),
        };
        let mut best = None;
        let mut alone = None;
        for target in self.tree.ancestry(request.start) {
            // A package is not placed inside one that expects it beside itself.
            let expected = self.tree.edge(target, &edge.name);
            if target != ROOT && expected.is_some_and(|edge| edge.kind.is_peer()) {
                continue;
            }
            let verdict = self.verdict(&request, target, 0);
            if verdict.alone != check::Place::Conflict {
                alone = Some((target, verdict.alone));
            }
            if verdict.place == check::Place::Conflict {
                break;
            }
            best = Some((target, verdict.place));
        }
        let (target, how) = match best.or(alone) {
            Some(found) => found,
            // The project's, or this very package's, own node_modules is always there to take it.
            None if !edge.kind.is_peer() => (request.start, check::Place::Replace),
            None => return self.peer_conflict(from, edge),
        };
        if how == check::Place::Keep {
            return Ok(());
        }
        let id = self.put(target, from, edge, package);
        if depth < check::MAX_DEPTH {
            for peer in self.problems(id) {
                if peer.kind == Kind::Peer && self.tree.is_alive(id) && self.is_problem(id, &peer) {
                    self.meet(id, &peer, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// Puts a package into a node_modules, in place of what is there.
    fn put(&mut self, target: Id, from: Id, edge: &Edge, package: &Rc<Package>) -> Id {
        if let Some(current) = self.tree.node(target).children.get(&edge.name).copied() {
            for (dependent, _) in self.tree.dependents(current) {
                self.push_again(dependent);
            }
            self.tree.remove(current);
            self.tree.prune_except(from);
        }
        let package = self.unless_endless(target, package);
        let id = self.tree.add(target, &edge.name, package, from);
        self.share(id);
        self.push(id);
        id
    }

    /// A link to the package itself if it is to be placed inside a copy of it: of two packages that
    /// need each other in two versions, there would be no end.
    fn unless_endless(&self, target: Id, package: &Rc<Package>) -> Rc<Package> {
        let above = self.tree.ancestry(target).find(|id| {
            let other = &self.tree.node(*id).package;
            *id != ROOT
                && other.name == package.name
                && other.version == package.version
                && other.source == package.source
        });
        let place = above.and_then(|id| {
            let below = self.tree.location(id);
            Some((self.tree.project_folder()?.join(&below), below))
        });
        match place {
            Some((at, below)) => Rc::new(Package {
                source: Source::Link(below, at),
                ..Package::clone(package)
            }),
            None => Rc::clone(package),
        }
    }

    /// Removes copies further down that the new one makes needless.
    fn share(&mut self, id: Id) {
        let node = self.tree.node(id);
        let Some(parent) = node.parent else { return };
        let copies: Vec<Id> = self
            .tree
            .subtree(parent)
            .into_iter()
            .filter(|other| *other != id && self.tree.node(*other).name == node.name)
            .filter(|other| !self.tree.is_below(*other, id))
            .collect();
        for copy in copies {
            if !self.tree.is_alive(copy) {
                continue;
            }
            let (old, new) = (&self.tree.node(copy).package, &self.tree.node(id).package);
            let above = self.tree.node(copy).parent.and_then(|parent| {
                self.tree.ancestry(parent).skip(1).find_map(|above| {
                    self.tree
                        .node(above)
                        .children
                        .get(&self.tree.node(id).name)
                        .copied()
                })
            });
            let same =
                old.name == new.name && old.version == new.version && old.source == new.source;
            let newer = same
                || (new.parsed_version() >= old.parsed_version()
                    && self
                        .tree
                        .dependents(copy)
                        .iter()
                        .all(|(_, edge)| edge.accepts(new)));
            if above == Some(id) && newer {
                self.tree.remove(copy);
            }
        }
    }

    /// A dependency that cannot be had: an error, unless something optional is lost with it.
    fn give_up(&mut self, from: Id, edge: &Edge, error: Error) -> Result<(), Error> {
        if edge.kind.is_optional() {
            self.warnings.push(Warning::OptionalFailed {
                name: edge.name.clone(),
                reason: error.to_string(),
            });
            self.failed.insert((from, edge.name.clone()));
            return Ok(());
        }
        let Some(lost) = crate::graph::optional_set(&self.tree, from) else {
            return Err(error);
        };
        self.warnings.push(Warning::OptionalFailed {
            name: self.tree.node(from).name.clone(),
            reason: error.to_string(),
        });
        for id in lost {
            for (dependent, edge) in self.tree.dependents(id) {
                self.failed.insert((dependent, edge.name));
            }
            self.tree.remove(id);
        }
        Ok(())
    }

    /// Whether the project itself asks for a package, or for one that brings it as a peer.
    fn is_direct(&self, id: Id) -> bool {
        let mut found = vec![id];
        let mut at = 0;
        while let Some(id) = found.get(at).copied() {
            at += 1;
            for (dependent, edge) in self.tree.dependents(id) {
                if dependent == ROOT {
                    return true;
                }
                if edge.kind.is_peer() && !found.contains(&dependent) {
                    found.push(dependent);
                }
            }
        }
        false
    }

    fn peer_conflict(&mut self, from: Id, edge: &Edge) -> Result<(), Error> {
        let found = match self.tree.target(from, edge) {
            Some(to) => self.tree.node(to).package.label(),
            // It is placed after this.
            None => self
                .tree
                .node(from)
                .parent
                .map_or_else(String::new, |beside| {
                    let own = self.tree.edge(beside, &edge.name);
                    match own.map(|own| self.candidates.pick(own, &[], "")) {
                        Some(Pick::Found(package)) => package.label(),
                        _ => String::new(),
                    }
                }),
        };
        let mine = self.is_direct(from);
        self.failed.insert((from, edge.name.clone()));
        if self.rules.strict_peers && mine {
            return Err(Error::PeerConflict {
                name: edge.name.clone(),
                spec: edge.spec.to_string(),
                by: self.tree.label(from),
                found,
            });
        }
        self.warnings.push(Warning::IncorrectPeer {
            by: self.tree.label(from),
            name: edge.name.clone(),
            spec: edge.spec.to_string(),
            found,
        });
        Ok(())
    }
}

fn limit(what: &str, limit: usize) -> Error {
    Error::Limit {
        what: what.to_owned(),
        limit: limit as u64,
    }
}
