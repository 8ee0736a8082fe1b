//! Whether a package can go into a node_modules (Arborist's `CanPlaceDep`).

use super::{Candidates, Pick, Placer};
use crate::package::Package;
use crate::tree::{Edge, Id, Kind, ROOT};
use std::rc::Rc;

/// How far peers of peers are followed.
pub(super) const MAX_DEPTH: usize = 16;

/// What placing would mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Somebody would lose what they need.
    Conflict,
    /// The place is free.
    Ok,
    /// What is there will do.
    Keep,
    /// What is there makes room.
    Replace,
}

/// What is to be placed.
pub(super) struct Request<'a> {
    /// Who wants it; nobody yet, for the peer of something that is not placed.
    pub(super) from: Option<Id>,
    /// The deepest place it can go.
    pub(super) start: Id,
    pub(super) edge: &'a Edge,
    pub(super) package: &'a Rc<Package>,
    /// Whether exactly this package was asked for.
    pub(super) explicit: bool,
}

/// The verdict about one place, with its peers and without.
pub(super) struct Verdict {
    pub(super) place: Place,
    pub(super) alone: Place,
}

impl Verdict {
    fn both(place: Place) -> Self {
        Self {
            place,
            alone: place,
        }
    }
}

impl<C: Candidates> Placer<'_, C> {
    pub(super) fn verdict(&self, request: &Request<'_>, target: Id, depth: usize) -> Verdict {
        let Request { edge, package, .. } = request;
        if let Some(own) = self.tree.edge(target, &edge.name) {
            if own.kind.is_peer() && target != ROOT {
                return Verdict::both(Place::Conflict);
            }
            if !own.accepts(package) {
                return Verdict::both(Place::Conflict);
            }
        }
        match self.tree.node(target).children.get(&edge.name).copied() {
            Some(current) => self.occupied(request, target, current, depth),
            None => self.free(request, target, depth),
        }
    }

    fn occupied(&self, request: &Request<'_>, target: Id, current: Id, depth: usize) -> Verdict {
        let Request { edge, package, .. } = request;
        let there = &self.tree.node(current).package;
        let accepted = edge.accepts(there);
        let same = there.name == package.name
            && there.version == package.version
            && there.source == package.source;
        if same && accepted {
            let keep = if request.explicit {
                Place::Replace
            } else {
                Place::Keep
            };
            return Verdict::both(keep);
        }
        let newer = match (package.parsed_version(), there.parsed_version()) {
            (Some(new), Some(old)) => new >= old,
            _ => true,
        };
        if newer && self.can_replace(current, package) {
            let verdict = self.with_peers(request, target, Place::Replace, depth);
            if verdict.place != Place::Conflict {
                return verdict;
            }
        }
        if accepted && !request.explicit {
            return Verdict::both(Place::Keep);
        }
        // It could go deeper than this: then what is here stays.
        let deepest = self
            .tree
            .ancestry(request.start)
            .find(|id| {
                self.tree
                    .edge(*id, &edge.name)
                    .is_none_or(|edge| !edge.kind.is_peer())
            })
            .unwrap_or(ROOT);
        if target != deepest {
            return Verdict::both(Place::Conflict);
        }
        if !edge.kind.is_peer() {
            return if request.from == Some(target) {
                self.with_peers(request, target, Place::Replace, depth)
            } else {
                Verdict::both(Place::Conflict)
            };
        }
        // A peer can go nowhere else. What is here makes room if those who found it here can all
        // have their own copy further down, or are content with this one.
        let makes_room =
            self.tree.dependents(current).iter().all(|(from, edge)| {
                edge.accepts(package) || (*from != target && !edge.kind.is_peer())
            });
        if makes_room {
            self.with_peers(request, target, Place::Replace, depth)
        } else {
            Verdict::both(Place::Conflict)
        }
    }

    fn free(&self, request: &Request<'_>, target: Id, depth: usize) -> Verdict {
        let Request { edge, package, .. } = request;
        // Those below who now find the name further up would find this one.
        if request.from != Some(target)
            && let Some(current) = self.tree.resolve(target, &edge.name)
        {
            let taken_away =
                self.tree.dependents(current).iter().any(|(from, edge)| {
                    self.tree.is_below(*from, target) && !edge.accepts(package)
                });
            if taken_away {
                return Verdict::both(Place::Conflict);
            }
        }
        self.with_peers(request, target, Place::Ok, depth)
    }

    fn can_replace(&self, current: Id, package: &Package) -> bool {
        self.tree
            .dependents(current)
            .iter()
            .all(|(_, edge)| edge.accepts(package))
    }

    /// The verdict if the peers of the package have a place there, too.
    fn with_peers(&self, request: &Request<'_>, target: Id, place: Place, depth: usize) -> Verdict {
        let placed = Verdict::both(place);
        if request.package.peer_dependencies.is_empty() || depth >= MAX_DEPTH {
            return placed;
        }
        let requirer = request.from.or(Some(target));
        for peer in self.tree.edges_of(request.package, requirer) {
            if peer.kind != Kind::Peer || peer.name == request.edge.name {
                continue;
            }
            if let Some(found) = self.tree.resolve(target, &peer.name)
                && peer.accepts(&self.tree.node(found).package)
            {
                continue;
            }
            let package = match self.choose_peer(target, &peer, &request.package.label()) {
                Pick::Found(package) => package,
                Pick::Unknown(name) => {
                    self.missing.borrow_mut().insert(name);
                    continue;
                }
                // The project asks for something else. (Of a package that does so, its own wish counts
                // more than what its dependency expects.)
                Pick::Failed(_) if target == ROOT && self.tree.edge(ROOT, &peer.name).is_some() => {
                    return Verdict {
                        place: Place::Conflict,
                        alone: place,
                    };
                }
                // That is told when the peer itself is looked for.
                Pick::Failed(_) => continue,
            };
            let inner = Request {
                from: None,
                start: target,
                edge: &peer,
                package: &package,
                explicit: false,
            };
            if self.verdict(&inner, target, depth + 1).place == Place::Conflict {
                return Verdict {
                    place: Place::Conflict,
                    alone: place,
                };
            }
        }
        placed
    }
}
