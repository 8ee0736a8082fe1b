//! Questions about a finished tree: what is needed by whom, and how badly.

use crate::tree::{Edge, Id, Kind, ROOT, Tree};

/// In which sense a package is needed, as npm's lock file says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// Only for development.
    pub(crate) dev: bool,
    /// Only by something optional.
    pub(crate) optional: bool,
    /// For development by one, by something optional by another.
    pub(crate) dev_optional: bool,
    /// Only as a peer.
    pub(crate) peer: bool,
}

/// The flags of all nodes.
pub(crate) fn flags(tree: &Tree) -> Vec<Flags> {
    let dev = |id: Id, edge: &Edge| id == ROOT && edge.kind == Kind::Dev;
    let without_dev = tree.reachable(|id, edge| !dev(id, edge));
    let without_optional = tree.reachable(|_, edge| !edge.kind.is_optional());
    let without_both = tree.reachable(|id, edge| !dev(id, edge) && !edge.kind.is_optional());
    let without_peer = tree.reachable(|_, edge| !edge.kind.is_peer());
    (0..tree.len())
        .map(|id| {
            let lacks = |reachable: &[bool]| reachable.get(id) != Some(&true);
            let (dev, optional) = (lacks(&without_dev), lacks(&without_optional));
            Flags {
                dev,
                optional,
                dev_optional: !dev && !optional && lacks(&without_both),
                peer: lacks(&without_peer),
            }
        })
        .collect()
}

/// The nodes that are lost with one that cannot be installed: itself and all that require it, up to
/// where something optional begins. `None` if the project itself requires it.
pub(crate) fn optional_set(tree: &Tree, id: Id) -> Option<Vec<Id>> {
    let mut set = vec![id];
    let mut at = 0;
    while let Some(id) = set.get(at).copied() {
        at += 1;
        if id == ROOT {
            return None;
        }
        for (from, edge) in tree.dependents(id) {
            if !edge.kind.is_optional() && !set.contains(&from) {
                set.push(from);
            }
        }
    }
    Some(set)
}
