//! Tests of the journal: cut at every byte, every byte spoilt, frames lost and moved.

use std::fs;
use std::path::PathBuf;

use cap_std::ambient_authority;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

struct Place {
    folder: TempDir,
    dir: Arc<Dir>,
    id: SandboxId,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        Self {
            folder,
            dir: Arc::new(dir),
            id: SandboxId::parse("sbx_x").unwrap(),
        }
    }

    fn fresh(&self) -> Journal {
        Journal::new(Arc::clone(&self.dir), self.id.clone())
    }

    fn open(&self) -> Result<Journal, JournalError> {
        Journal::open(Arc::clone(&self.dir), self.id.clone())
    }

    fn last(&self) -> Option<Digest> {
        self.open().unwrap().last()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("sbx_x").join(FILE)
    }

    /// The bytes of a journal with `count` frames.
    fn filled(&self, count: u64) -> Vec<u8> {
        let mut journal = self.fresh();
        (1..=count).for_each(|n| journal.append(root(n)).unwrap());
        fs::read(self.file()).unwrap()
    }

    fn put(&self, bytes: &[u8]) {
        fs::create_dir_all(self.folder.path().join("sbx_x")).unwrap();
        fs::write(self.file(), bytes).unwrap();
    }
}

fn root(n: u64) -> Digest {
    Digest::of(&n.to_le_bytes())
}

/// How many whole frames there are before byte `at`.
fn before(at: usize) -> u64 {
    (at.saturating_sub(HEADER) / FRAME) as u64
}

fn some_root(n: u64) -> Option<Digest> {
    (n > 0).then(|| root(n))
}

#[test]
fn the_last_root_is_there_after_reopening() {
    let place = Place::new();
    assert_eq!(place.last(), None);
    assert!(!place.folder.path().join("sbx_x").exists());
    let mut journal = place.fresh();
    for n in 1..=5 {
        journal.append(root(n)).unwrap();
        assert_eq!(journal.last(), Some(root(n)));
        assert_eq!(place.last(), Some(root(n)));
    }
    let mut journal = place.open().unwrap();
    journal.append(root(6)).unwrap();
    assert_eq!(place.last(), Some(root(6)));
    assert_eq!(fs::read(place.file()).unwrap().len(), HEADER + 6 * FRAME);
}

#[test]
fn the_same_root_again_is_not_written() {
    let place = Place::new();
    let mut journal = place.fresh();
    for n in [1, 1, 2, 2, 1] {
        journal.append(root(n)).unwrap();
    }
    assert_eq!(fs::read(place.file()).unwrap().len(), HEADER + 3 * FRAME);
    assert_eq!(place.last(), Some(root(1)));
}

#[test]
fn cut_anywhere_it_ends_with_the_last_whole_frame_and_goes_on_from_there() {
    let place = Place::new();
    let bytes = place.filled(4);
    for at in 0..=bytes.len() {
        place.put(&bytes[..at]);
        let mut journal = place.open().unwrap_or_else(|error| panic!("{at}: {error}"));
        assert_eq!(journal.last(), some_root(before(at)), "{at}");
        journal.append(root(99)).unwrap();
        assert_eq!(place.last(), Some(root(99)), "{at}");
    }
}

#[test]
fn any_spoilt_byte_is_noticed_and_only_the_last_frame_is_dropped() {
    let place = Place::new();
    let bytes = place.filled(4);
    let last = bytes.len() - FRAME;
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut bad = bytes.clone();
            bad[at] ^= bit;
            place.put(&bad);
            match place.open() {
                Ok(journal) => {
                    assert!(at >= last, "{at}");
                    assert_eq!(journal.last(), Some(root(3)), "{at}");
                    assert_eq!(fs::read(place.file()).unwrap(), bytes[..last], "{at}");
                }
                Err(error) => {
                    assert!(at < last, "{at}: {error}");
                    let text = error.to_string();
                    let expected = match at.checked_sub(HEADER) {
                        None => "the header".to_owned(),
                        Some(at) => format!("frame {} of 4", at / FRAME + 1),
                    };
                    assert!(text.contains(&expected), "{at}: {text}");
                    // Left as it is, for whoever looks into it.
                    assert_eq!(fs::read(place.file()).unwrap(), bad, "{at}");
                }
            }
        }
    }
}

#[test]
fn frames_lost_repeated_or_exchanged_are_damage() {
    let place = Place::new();
    let bytes = place.filled(5);
    let (header, frames) = bytes.split_at(HEADER);
    let frames: Vec<&[u8]> = frames.chunks(FRAME).collect();
    for order in [
        vec![0, 2, 3, 4],
        vec![1, 2, 3],
        vec![0, 1, 1, 2],
        vec![0, 2, 1, 3],
        vec![0, 0],
        vec![4],
    ] {
        let mut bad = header.to_vec();
        order.iter().for_each(|&n| bad.extend_from_slice(frames[n]));
        place.put(&bad);
        let error = place.open().unwrap_err().to_string();
        assert!(error.contains("frame "), "{order:?}: {error}");
    }
}

#[test]
fn a_tail_of_zeros_is_dropped_however_long() {
    let place = Place::new();
    let mut bytes = place.filled(2);
    for count in [1, FRAME, FRAME + 1, 5 * FRAME] {
        let good = bytes.len();
        bytes.resize(good + count, 0);
        place.put(&bytes);
        assert_eq!(place.last(), Some(root(2)), "{count}");
        assert_eq!(fs::read(place.file()).unwrap().len(), good);
        bytes.truncate(good);
    }
    // Zeros with something behind them are no tail.
    bytes.resize(bytes.len() + 3 * FRAME, 0);
    bytes.push(1);
    place.put(&bytes);
    assert!(place.open().is_err());
}

#[test]
fn two_bad_frames_at_the_end_are_damage() {
    let place = Place::new();
    let mut bytes = place.filled(4);
    let len = bytes.len();
    bytes[len - 1] ^= 1;
    bytes[len - FRAME - 1] ^= 1;
    place.put(&bytes);
    assert!(
        place
            .open()
            .unwrap_err()
            .to_string()
            .contains("frame 3 of 4")
    );
}

#[test]
fn a_long_journal_is_written_anew() {
    let place = Place::new();
    let mut journal = place.fresh();
    let mut shrunk = 0;
    let mut len = 0;
    for n in 1..3000 {
        journal.append(root(n)).unwrap();
        let now = fs::metadata(place.file()).unwrap().len();
        shrunk += u64::from(now < len);
        len = now;
        assert!(now <= COMPACT_BYTES + FRAME as u64);
    }
    assert!(shrunk >= 3, "{shrunk}");
    assert_eq!(place.last(), Some(root(2999)));
    assert!(!place.file().with_file_name(ASIDE).exists());
    // The one aside of a process that died over it is in nobody's way.
    fs::write(place.file().with_file_name(ASIDE), "half").unwrap();
    let mut journal = place.open().unwrap();
    for n in 3000..4000 {
        journal.append(root(n)).unwrap();
    }
    assert_eq!(place.last(), Some(root(3999)));
}

#[test]
fn a_newer_version_is_refused_as_such() {
    let place = Place::new();
    let mut bytes = place.filled(1);
    bytes[16..20].copy_from_slice(&2_u32.to_le_bytes());
    let check = blake3::hash(&bytes[..24]);
    bytes[24..32].copy_from_slice(&check.as_bytes()[..8]);
    place.put(&bytes);
    assert!(matches!(
        place.open(),
        Err(JournalError::Newer { found: 2, .. })
    ));
}

#[test]
fn a_removed_journal_is_not_written_again() {
    let place = Place::new();
    let mut journal = place.fresh();
    journal.remove().unwrap();
    journal.append(root(1)).unwrap_err();
    assert!(!place.folder.path().join("sbx_x").exists());
    let place = Place::new();
    let mut journal = place.fresh();
    journal.append(root(1)).unwrap();
    journal.remove().unwrap();
    assert!(!place.folder.path().join("sbx_x").exists());
    journal.append(root(2)).unwrap_err();
    assert_eq!(journal.last(), Some(root(1)));
    journal.remove().unwrap();
}

#[test]
fn a_huge_file_is_not_read() {
    let place = Place::new();
    place.put(b"");
    fs::File::options()
        .write(true)
        .open(place.file())
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    assert!(
        place
            .open()
            .unwrap_err()
            .to_string()
            .contains("larger than any")
    );
}

#[test]
fn the_format_is_as_written_down() {
    let place = Place::new();
    let bytes = place.filled(1);
    assert_eq!(bytes.len(), 104);
    assert_eq!(&bytes[..20], b"belljar journal\n\x01\0\0\0");
    assert_eq!(bytes[32..40], 1_u64.to_le_bytes());
    assert_eq!(bytes[40..72], *root(1).as_bytes());
    assert_eq!(bytes[72..88], blake3::hash(&bytes[..32]).as_bytes()[..16]);
    assert_eq!(
        bytes[88..104],
        blake3::hash(&bytes[32..88]).as_bytes()[..16]
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_read_what_was_not_written(
        count in 0..6_u64,
        cut in 0..500_usize,
        junk in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let place = Place::new();
        let mut bytes = if count == 0 { Vec::new() } else { place.filled(count) };
        bytes.truncate(cut);
        bytes.extend(junk);
        place.put(&bytes);
        if let Ok(journal) = place.open() {
            let read = journal.last();
            prop_assert!((0..=count).any(|n| read == some_root(n)));
        }
    }
}
