//! One file, exercised at random against bytes in memory, as the tool `fsx` does: reads, writes,
//! cuts and extensions over the limits between contents in memory (32 KiB), slots and chunks
//! (1 MiB), with commits, forks and sealing in between.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::operations::{Origin, bytes, cases};
use super::{CREATE, Fixture, Follow, Handle, OpenFlags, RW, Vfs, empty_root};

/// Longest the file becomes.
const LONGEST: u64 = 4 << 20;
/// Longest single read or write.
const MOST: u64 = 100_000;

/// The file, what should be in it, and the filesystem it is in.
struct Exerciser {
    origin: Origin,
    vfs: Vfs,
    file: Option<Handle>,
    expected: Vec<u8>,
    /// Forks that were left behind with what they hold.
    left: Vec<(Vfs, Vec<u8>)>,
    random: TestRng,
    longest: u64,
    done: Vec<String>,
}

impl Exerciser {
    fn new(fixture: &Fixture, random: TestRng, longest: u64) -> Self {
        let origin = Origin::new(&fixture.store, empty_root(&fixture.store), (16 << 20, 10));
        Self {
            vfs: origin.open(origin.empty),
            origin,
            file: None,
            expected: Vec::new(),
            left: Vec::new(),
            random,
            longest,
            done: Vec::new(),
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        u64::from(self.random.next_u32()) % bound.max(1)
    }

    /// A position, often one where something changes.
    fn position(&mut self, longest: u64) -> u64 {
        let near = match self.below(6) {
            0 => 32 << 10,
            1 => 1 << 20,
            2 => self.expected.len() as u64,
            3 => 4096,
            _ => return self.below(longest),
        };
        (near + self.below(64)).saturating_sub(32).min(longest)
    }

    fn file(&mut self) -> &Handle {
        let vfs = &self.vfs;
        self.file
            .get_or_insert_with(|| vfs.root().open("f", Follow::No, CREATE, RW).unwrap())
    }

    fn step(&mut self) {
        let at = self.position(self.longest);
        let len = bytes(self.below(MOST).min(self.longest - at));
        let what = self.below(100);
        self.done.push(format!("{what} at {at} len {len}"));
        match what {
            0..35 => {
                let start = self.expected.len().min(bytes(at));
                let end = self.expected.len().min(start + len);
                let found = self.file().read(len, at).unwrap();
                assert!(found == self.expected[start..end], "{:#?}", self.done);
            }
            35..62 => self.write(at, len),
            62..70 => {
                let data =
                    self.data(len.min(bytes(self.longest).saturating_sub(self.expected.len())));
                assert_eq!(self.file().append(&data).unwrap(), data.len());
                self.expected.extend(data);
            }
            70..84 => {
                self.file().set_size(at).unwrap();
                self.expected.resize(bytes(at), 0);
            }
            84..90 => {
                // A hole, over what was there: as programs make one without a call for it.
                let end = (self.expected.len() as u64).max(at);
                self.file().set_size(at).unwrap();
                self.file().set_size(end).unwrap();
                self.expected.resize(bytes(at), 0);
                self.expected.resize(bytes(end), 0);
            }
            90..94 => drop(self.vfs.commit().unwrap()),
            94..96 => self.file = None,
            96..97 => {
                self.file = None;
                assert!(self.vfs.seal().unwrap());
            }
            97..98 => {
                self.file = None;
                let root = self.vfs.commit().unwrap();
                self.vfs = self.origin.open(root);
            }
            _ => self.fork(),
        }
        assert_eq!(self.file().stat().unwrap().size, self.expected.len() as u64);
        assert_eq!(
            self.vfs.usage().0.bytes,
            self.expected.len() as u64,
            "{:#?}",
            self.done
        );
    }

    fn data(&mut self, len: usize) -> Vec<u8> {
        // Zeros at times: they are holes in disguise.
        let mut word: u32 = if self.below(6) == 0 {
            0
        } else {
            self.random.next_u32() | 1
        };
        let mut data = vec![0; len];
        for byte in &mut data {
            *byte = word.to_be_bytes()[0];
            word = word.wrapping_mul(747_796_405);
        }
        data
    }

    fn write(&mut self, at: u64, len: usize) {
        let data = self.data(len);
        assert_eq!(self.file().write(&data, at).unwrap(), len);
        if len > 0 {
            let (at, end) = (bytes(at), bytes(at) + len);
            self.expected.resize(self.expected.len().max(end), 0);
            self.expected[at..end].copy_from_slice(&data);
        }
    }

    fn fork(&mut self) {
        let mut other = self.vfs.fork();
        if self.below(2) == 0 {
            self.file = None;
            std::mem::swap(&mut other, &mut self.vfs);
        }
        if self.left.len() == 4 {
            let oldest = self.left.remove(0);
            check(&oldest.0, &oldest.1);
        }
        self.left.push((other, self.expected.clone()));
    }

    /// What is there at the end, live and stored, here and in what was left behind; and equal
    /// contents are one content, whatever they went through.
    fn finish(mut self) {
        self.file();
        self.file = None;
        self.left.push((self.vfs, self.expected));
        for (vfs, expected) in self.left {
            check(&vfs, &expected);
            let root = vfs.commit().unwrap();
            check(&self.origin.open(root), &expected);
            check(&vfs, &expected);
            let content = self.origin.store.put_content(&mut &expected[..]).unwrap();
            let tree = self.origin.store.root(root).unwrap().tree;
            let tree = self.origin.store.tree(tree).unwrap();
            if let Some(entry) = tree.get("f") {
                assert_eq!(entry.node, crate::store::Node::File(content));
            }
        }
    }
}

fn check(vfs: &Vfs, expected: &[u8]) {
    let root = vfs.root();
    match root.open("f", Follow::No, OpenFlags::default(), RW) {
        Ok(file) => assert!(file.read(16 << 20, 0).unwrap() == expected),
        // A fork from before it was made.
        Err(_) => assert!(expected.is_empty()),
    }
}

#[test]
fn a_file_is_what_was_written_to_it() {
    for (seed, longest) in [(1, LONGEST), (2, LONGEST), (3, 100_000), (4, 1_100_000)] {
        let fixture = Fixture::new();
        let seed = [seed; 32];
        let random = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
        let mut exerciser = Exerciser::new(&fixture, random, longest);
        for _ in 0..1000 {
            exerciser.step();
        }
        exerciser.finish();
    }
}

/// Short runs with seeds of their own, as many as `PROPTEST_CASES` asks for.
#[test]
fn short_runs_with_random_seeds_end_well() {
    let config = Config {
        failure_persistence: None,
        ..cases(20)
    };
    let mut runner = TestRunner::new(config);
    let strategy = (
        any::<[u8; 32]>(),
        prop_oneof![Just(40_000u64), Just(70_000), Just(2_200_000)],
    );
    let run = |(seed, longest): ([u8; 32], u64)| {
        let fixture = Fixture::new();
        let random = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
        let mut exerciser = Exerciser::new(&fixture, random, longest);
        for _ in 0..60 {
            exerciser.step();
        }
        exerciser.finish();
        Ok(())
    };
    runner.run(&strategy, run).unwrap();
}
