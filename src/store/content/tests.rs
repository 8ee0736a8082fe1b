//! Contents: forms, holes, streaming.

use proptest::prelude::*;

use super::*;
use crate::store::tests::{empty, host_path};

const MIB: usize = 1 << 20;

fn read(store: &Store, content: &Content) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.read_content(content).read_to_end(&mut bytes).unwrap();
    bytes
}

/// `len` bytes with a marker where `marks` say; zeros elsewhere.
fn sparse(len: usize, marks: &[usize]) -> Vec<u8> {
    let mut bytes = vec![0; len];
    for mark in marks {
        if let Some(byte) = bytes.get_mut(*mark) {
            *byte = 7;
        }
    }
    bytes
}

#[test]
fn the_form_follows_from_the_size() {
    let (_folder, store) = empty();
    assert_eq!(Content::EMPTY.digest, Digest::of(b""));
    assert_eq!(store.put_content(&mut io::empty()).unwrap(), Content::EMPTY);
    assert!(!store.contains(Content::EMPTY.digest));
    assert_eq!(store.chunks(&Content::EMPTY).unwrap(), []);
    for len in [1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 5] {
        let bytes = sparse(len, &[0, len - 1]);
        let content = store.put_content(&mut bytes.as_slice()).unwrap();
        assert_eq!(content.size, len as u64);
        assert_eq!(content.is_chunked(), len > MIB);
        assert_eq!(content.digest == Digest::of(&bytes), len <= MIB);
        assert_eq!(store.chunks(&content).unwrap().len(), len.div_ceil(MIB));
        assert_eq!(read(&store, &content), bytes);
    }
}

#[test]
fn chunks_of_zeros_are_holes() {
    let (_folder, store) = empty();
    let bytes = sparse(3 * MIB + 5, &[MIB + 1]);
    let content = store.put_content(&mut bytes.as_slice()).unwrap();
    let chunks = store.chunks(&content).unwrap();
    let holes: Vec<_> = chunks.iter().map(Option::is_none).collect();
    assert_eq!(holes, [true, false, true, true]);
    assert_eq!(read(&store, &content), bytes);
    assert_eq!(store.put_chunks(content.size, &chunks).unwrap(), content);
    // From chunks that were not recognised as zeros.
    let whole = store.put(&vec![0; MIB]).unwrap();
    let rest = store.put(&[0; 5]).unwrap();
    let unaware = [Some(whole), chunks[1], Some(whole), Some(rest)];
    assert_eq!(store.put_chunks(content.size, &unaware).unwrap(), content);
    // A single blob of zeros stays one.
    let zeros = store.put_content(&mut [0; 5].as_slice()).unwrap();
    assert_eq!(store.chunks(&zeros).unwrap(), [Some(rest)]);
}

#[test]
fn chunk_lists_of_another_length_are_refused() {
    let (_folder, store) = empty();
    assert!(store.put_chunks(CHUNK, &[None]).is_err());
    assert!(store.put_chunks(CHUNK + 1, &[None]).is_err());
    let content = store.put_chunks(CHUNK + 1, &[None, None]).unwrap();
    let longer = Content {
        size: 3 * CHUNK,
        ..content
    };
    assert!(matches!(
        store.chunks(&longer),
        Err(StoreError::Malformed { .. })
    ));
    let most = Content {
        size: u64::MAX,
        ..content
    };
    assert!(store.chunks(&most).is_err());
    assert!(store.read_content(&most).read(&mut [0; 9]).is_err());
}

#[test]
fn a_large_hole_is_read_without_memory() {
    let (_folder, store) = empty();
    let size = 1 << 40;
    let chunks = vec![None; 1 << 20];
    let content = store.put_chunks(size, &chunks).unwrap();
    let mut reader = store.read_content(&content);
    let mut buffer = vec![1; 3 * MIB];
    reader.read_exact(&mut buffer).unwrap();
    assert!(is_zero(&buffer));
}

#[test]
fn a_damaged_chunk_is_an_error_where_it_is() {
    let (folder, store) = empty();
    let bytes = sparse(2 * MIB, &[0, MIB + 1]);
    let content = store.put_content(&mut bytes.as_slice()).unwrap();
    let second = store.chunks(&content).unwrap()[1].unwrap();
    std::fs::write(host_path(&folder, second), b"short").unwrap();
    let mut reader = store.read_content(&content);
    let mut first = vec![0; MIB];
    reader.read_exact(&mut first).unwrap();
    let error = content_error(reader.read(&mut first).unwrap_err());
    assert!(matches!(error, StoreError::Damaged { digest } if digest == second));
}

#[test]
fn a_failing_reader_is_an_input_error() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("broken"))
        }
    }
    let (_folder, store) = empty();
    assert!(matches!(
        store.put_content(&mut Broken),
        Err(StoreError::Input { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_put_is_read(
        len in 0..3 * MIB + 9, marks in prop::collection::vec(0..3 * MIB, 0..4),
        step in 1..2 * MIB,
    ) {
        let (_folder, store) = empty();
        let bytes = sparse(len, &marks);
        let content = store.put_content(&mut bytes.as_slice()).unwrap();
        let mut reader = store.read_content(&content);
        let mut got = Vec::new();
        let mut buffer = vec![9; step];
        loop {
            let count = reader.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            got.extend_from_slice(&buffer[..count]);
        }
        prop_assert!(got == bytes);
    }
}
