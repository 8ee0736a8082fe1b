//! Documents that are kept, damaged, and too many.

use super::*;
use crate::clock::ManualClock;

struct Case {
    _folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    cache: Cache,
}

fn case(limit: u64) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_700_000_000_000)));
    let cache = Cache::new(folder.path(), Arc::<ManualClock>::clone(&clock), limit);
    Case {
        _folder: folder,
        clock,
        cache,
    }
}

impl Case {
    fn keep(&self, bytes: &[u8]) -> Sum {
        let mut new = self.cache.begin(Algorithm::Sha512).unwrap();
        for part in bytes.chunks(7) {
            new.write(part).unwrap();
        }
        let new = new.finish();
        let sum = new.sum.clone();
        assert_eq!(read(&self.cache.keep(new).unwrap()), bytes);
        sum
    }

    fn has(&self, sum: &Sum) -> bool {
        self.cache.path_of(sum).exists()
    }
}

fn read(content: &Content) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let part = content.read_at(all.len() as u64, 5).unwrap();
        if part.is_empty() {
            return all;
        }
        all.extend_from_slice(&part);
    }
}

#[test]
fn what_is_kept_is_found_by_its_digest() {
    let case = case(DEFAULT_LIMIT);
    let sum = case.keep(b"an archive of some kind");
    let content = case.cache.content(&sum).unwrap();
    assert_eq!(content.size(), 23);
    assert_eq!(read(&content), b"an archive of some kind");
    let other = Algorithm::Sha512.hasher().finish();
    assert!(case.cache.content(&other).is_none());
}

#[test]
fn what_is_damaged_is_not_there() {
    let case = case(DEFAULT_LIMIT);
    let sum = case.keep(b"an archive of some kind");
    for damage in [&b"an archive of other kind"[..], b"an archive", b""] {
        fs::write(case.cache.path_of(&sum), damage).unwrap();
        assert!(case.cache.content(&sum).is_none());
        assert!(!case.has(&sum));
    }
    case.keep(b"an archive of some kind");
    assert!(case.cache.content(&sum).is_some());
}

#[test]
fn reading_what_has_been_removed_is_an_error() {
    let case = case(DEFAULT_LIMIT);
    let sum = case.keep(b"an archive of some kind");
    let content = case.cache.content(&sum).unwrap();
    fs::remove_file(case.cache.path_of(&sum)).unwrap();
    assert!(matches!(content.read_at(0, 1), Err(Error::Cache { .. })));
}

#[test]
fn answers_are_remembered() {
    let case = case(DEFAULT_LIMIT);
    assert_eq!(case.cache.answer("a"), None);
    let answer = Answer {
        url: "http://x/zod".to_owned(),
        asked: 5,
        content: "00".to_owned(),
        etag: Some("\"1\"".to_owned()),
        last_modified: None,
    };
    case.cache.remember("a", &answer).unwrap();
    assert_eq!(case.cache.answer("a"), Some(answer));
    assert_eq!(case.cache.answer("b"), None);
    fs::write(case.cache.index_path("a"), "{").unwrap();
    assert_eq!(case.cache.answer("a"), None);
    assert!(!case.cache.index_path("a").exists());
}

#[test]
fn the_least_used_goes_when_there_is_too_much() {
    let case = case(10_000);
    let mut sums = Vec::new();
    for number in 0..9_u8 {
        sums.push(case.keep(&[number; 1000]));
        case.clock.advance(Duration::from_secs(1));
    }
    assert!(sums.iter().all(|sum| case.has(sum)));
    // The oldest is used again.
    assert!(case.cache.content(&sums[0]).is_some());
    case.clock.advance(Duration::from_secs(1));
    for number in 10..14_u8 {
        sums.push(case.keep(&[number; 1000]));
        case.clock.advance(Duration::from_secs(1));
    }
    assert!(case.has(&sums[0]));
    assert!(!case.has(&sums[1]));
    assert!(case.has(sums.last().unwrap()));
    let left = sums.iter().filter(|sum| case.has(sum)).count();
    assert!((6..=10).contains(&left), "{left}");
}

#[test]
fn one_that_is_larger_than_the_cache_is_handed_out_all_the_same() {
    let case = case(100);
    let sum = case.keep(&[1; 1000]);
    assert!(case.has(&sum));
    case.keep(&[2; 1000]);
    assert!(!case.has(&sum));
}

#[test]
fn what_a_dead_process_left_is_swept_away() {
    let case = case(DEFAULT_LIMIT);
    let new = case.cache.begin(Algorithm::Sha512).unwrap();
    let (_, path) = new.file.keep().unwrap();
    File::options()
        .append(true)
        .open(&path)
        .unwrap()
        .set_modified(time(case.clock.now()))
        .unwrap();
    case.cache.sweep(Path::new(""));
    assert!(path.exists());
    case.clock.advance(LEFT_BEHIND * 2);
    case.cache.sweep(Path::new(""));
    assert!(!path.exists());
}

#[test]
fn the_ends_of_a_document() {
    let case = case(DEFAULT_LIMIT);
    let ends = |bytes: &[u8]| {
        let mut new = case.cache.begin(Algorithm::Blake3).unwrap();
        new.write(bytes).unwrap();
        new.finish().ends().unwrap()
    };
    assert_eq!(ends(b" {\"a\":1} \n"), Some((b'{', b'}')));
    assert_eq!(ends(b"<"), Some((b'<', b'<')));
    assert_eq!(ends(b" \n"), None);
    assert_eq!(ends(b""), None);
    let long = format!("{{{}}}", " ".repeat(10_000));
    assert_eq!(ends(long.as_bytes()), Some((b'{', b'}')));
}
