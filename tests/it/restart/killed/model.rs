//! What the clients of a server were promised, and what they asked for without an answer.
//!
//! Of everything there is a set of what may be: an answer leaves one element, a call that is under way
//! adds one. What is found after a restart must be in the set, and is then all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use belljar::{ExecutionId, JobId, SnapshotId, StreamId};

/// The directories that files are in.
pub(super) const FOLDERS: [&str; 4] = ["a", "b", "c", "d"];
/// The files in each of them.
pub(super) const FILES: [&str; 3] = ["one", "two", "three"];
/// The variables of a sandbox's environment.
pub(super) const VARIABLES: [&str; 2] = ["A", "B"];

/// What each variable may be; of others, and of those that are not here, there is none.
pub(super) type Env = BTreeMap<&'static str, BTreeSet<Option<String>>>;

/// The content of a file, known by what it is made with: numbered records with the same mark, so that
/// a mixture of two is never like a third.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Content {
    pub(super) mark: u32,
    pub(super) len: usize,
}

impl Content {
    pub(super) fn bytes(self) -> Vec<u8> {
        let mut text = String::with_capacity(self.len + 16);
        for index in 0.. {
            if text.len() >= self.len {
                break;
            }
            write!(text, "{:08x}{index:08x}", self.mark).unwrap();
        }
        text.truncate(self.len);
        text.into_bytes()
    }

    /// Python code that has it in `content`.
    pub(super) fn code(self) -> String {
        format!(
            "content = ''.join('{:08x}%08x' % i for i in range({}))[:{}]",
            self.mark,
            self.len.div_ceil(16),
            self.len
        )
    }
}

/// What may be under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Absent,
    Folder,
    File(Content),
    /// A program was writing this: it is there as far as it came.
    Begun(Content),
}

/// What may be under each path. Under others there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(BTreeMap<String, BTreeSet<Node>>);

impl Tree {
    pub(super) fn at(&self, path: &str) -> BTreeSet<Node> {
        let known = self.0.get(path).cloned();
        known.unwrap_or_else(|| BTreeSet::from([Node::Absent]))
    }

    /// This may be there, too.
    pub(super) fn may(&mut self, path: &str, node: Node) {
        let mut nodes = self.at(path);
        nodes.insert(node);
        self.0.insert(path.to_owned(), nodes);
    }

    /// This is there.
    pub(super) fn is(&mut self, path: &str, node: Node) {
        self.0.insert(path.to_owned(), BTreeSet::from([node]));
    }

    /// What of this is under a path where `found` was: `None` if it cannot be.
    pub(super) fn matching(&self, path: &str, found: Option<&Found>) -> Option<Node> {
        let nodes = self.at(path);
        let fits = |node: &Node| match (*node, found) {
            (Node::Absent, None) | (Node::Folder, Some(Found::Folder)) => Some(*node),
            (Node::File(content), Some(Found::File(bytes))) => {
                (content.len == bytes.len() && content.bytes() == *bytes).then_some(*node)
            }
            (Node::Begun(content), Some(Found::File(bytes))) => {
                let there = Content {
                    len: bytes.len(),
                    ..content
                };
                content
                    .bytes()
                    .starts_with(bytes)
                    .then_some(Node::File(there))
            }
            _ => None,
        };
        nodes.iter().find_map(fits)
    }
}

/// What was found under a path.
#[derive(PartialEq, Eq)]
pub(super) enum Found {
    Folder,
    File(Vec<u8>),
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder => f.write_str("a folder"),
            Self::File(bytes) => {
                let start = String::from_utf8_lossy(&bytes[..bytes.len().min(32)]);
                write!(f, "{} bytes, {start:?}", bytes.len())
            }
        }
    }
}

/// Whether something that was made, or deleted, is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum There {
    Yes,
    Maybe,
}

/// What a sandbox may be after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Life {
    Idle,
    Paused,
    Gone,
}

#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    pub(super) there: There,
    pub(super) tree: Tree,
}

#[derive(Clone, Debug)]
pub(super) struct Execution {
    pub(super) id: ExecutionId,
    pub(super) stdout: StreamId,
    pub(super) output: String,
    /// Its end was answered.
    pub(super) ended: bool,
    /// The file that it writes.
    pub(super) path: String,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: JobId,
    /// It is to be stopped, and does not end by itself.
    pub(super) stopped: bool,
    /// Its end was answered.
    pub(super) ended: bool,
    /// The file that it writes.
    pub(super) path: String,
    pub(super) content: Content,
}

/// A sandbox for one command, which reads what the client sends and says how much it was.
#[derive(Clone, Debug)]
pub(super) struct Oneshot {
    pub(super) id: String,
    pub(super) execution: ExecutionId,
    pub(super) stdin: StreamId,
    pub(super) stdout: StreamId,
    pub(super) output: String,
    /// Its end was answered.
    pub(super) ended: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    /// Only one client at a time works with it.
    pub(super) client: usize,
    pub(super) lives: BTreeSet<Life>,
    /// The files are one of these; more than one while it is brought back to a checkpoint.
    pub(super) trees: Vec<Tree>,
    pub(super) checkpoints: BTreeMap<String, Checkpoint>,
    pub(super) executions: Vec<Execution>,
    pub(super) jobs: Vec<Job>,
    pub(super) env: Env,
}

impl Sandbox {
    pub(super) fn new(client: usize, tree: Tree) -> Self {
        Self {
            client,
            lives: BTreeSet::from([Life::Idle]),
            trees: vec![tree],
            checkpoints: BTreeMap::new(),
            executions: Vec::new(),
            jobs: Vec::new(),
            env: Env::new(),
        }
    }

    /// What a variable may be.
    pub(super) fn variable(&mut self, name: &'static str) -> &mut BTreeSet<Option<String>> {
        let unset = || BTreeSet::from([None]);
        self.env.entry(name).or_insert_with(unset)
    }

    pub(super) fn is(&mut self, life: Life) {
        self.lives = BTreeSet::from([life]);
    }

    /// Changes what may be in it.
    pub(super) fn change(&mut self, change: impl Fn(&mut Tree)) {
        self.trees.iter_mut().for_each(change);
    }

    /// What may be in it now. (Nobody asks while it is brought back to a checkpoint.)
    pub(super) fn tree(&self) -> Tree {
        assert_eq!(self.trees.len(), 1);
        self.trees[0].clone()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) client: usize,
    pub(super) there: There,
    pub(super) tags: BTreeSet<Option<String>>,
    pub(super) tree: Tree,
}

/// Something new that was asked for, by the token that it was given as a name or description.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) client: usize,
    pub(super) tree: Tree,
    /// The environment of a fork.
    pub(super) env: Env,
    /// The tag of a snapshot.
    pub(super) tag: Option<String>,
}

impl Asked {
    /// What it is, when it is a sandbox.
    pub(super) fn sandbox(self) -> Sandbox {
        Sandbox {
            env: self.env,
            ..Sandbox::new(self.client, self.tree)
        }
    }

    /// What it is, when it is a snapshot.
    pub(super) fn snapshot(self) -> Snapshot {
        Snapshot {
            client: self.client,
            there: There::Yes,
            tags: [self.tag].into(),
            tree: self.tree,
        }
    }
}

/// Everything that there may be in one data folder.
#[derive(Debug, Default)]
pub(super) struct World {
    /// By their ids.
    pub(super) sandboxes: BTreeMap<String, Sandbox>,
    pub(super) snapshots: BTreeMap<SnapshotId, Snapshot>,
    /// What was asked for and not answered.
    pub(super) asked: BTreeMap<String, Asked>,
    /// Since the last restart.
    pub(super) oneshots: Vec<Oneshot>,
    /// Sandboxes that are gone for good.
    pub(super) gone: Vec<String>,
    /// How many calls of each kind were made, and how many of those were answered.
    pub(super) calls: BTreeMap<String, [u64; 2]>,
    next: u32,
}

impl World {
    /// Counts a call that was made.
    pub(super) fn made(&mut self, kind: &str) {
        self.calls.entry(kind.to_owned()).or_default()[0] += 1;
    }

    /// Counts a call that was answered.
    pub(super) fn answered(&mut self, kind: &str) {
        self.calls.entry(kind.to_owned()).or_default()[1] += 1;
    }

    /// How many calls were made.
    pub(super) fn calls(&self) -> u64 {
        self.calls.values().map(|[made, _]| made).sum()
    }

    /// A number that was not there before.
    pub(super) fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(super) fn sandbox(&mut self, id: &str) -> &mut Sandbox {
        self.sandboxes.get_mut(id).expect("its client knows it")
    }

    /// The sandboxes of a client that are there.
    pub(super) fn of(&self, client: usize) -> Vec<String> {
        let of = self.sandboxes.iter().filter(|(_, one)| {
            one.client == client && !one.lives.contains(&Life::Gone) && one.trees.len() == 1
        });
        of.map(|(id, _)| id.clone()).collect()
    }
}

/// Random numbers that are the same every time: `SplitMix64`.
#[derive(Clone, Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())].clone())
    }
}
