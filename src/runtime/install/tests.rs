//! Taking artefacts apart. Whole installations are tested through the library.

use super::*;

fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    [&[id][..], &leb(contents.len()), contents].concat()
}

fn custom(name: &str, payload: &[u8]) -> Vec<u8> {
    section(0, &[&leb(name.len()), name.as_bytes(), payload].concat())
}

const PREAMBLE: &[u8] = b"\0asm\x0d\0\x01\0";

#[test]
fn the_tree_is_taken_out_and_all_else_is_kept() {
    let tree = vec![7; 300];
    let before = section(1, &[1, 2, 3]);
    let after = [custom("other", b"x"), section(2, &[4; 200])].concat();
    let artefact = [PREAMBLE, &before, &custom(TREE_SECTION, &tree), &after].concat();
    let (component, found) = split_tree(&artefact).unwrap();
    assert_eq!(found, Some(&tree[..]));
    assert_eq!(component, [PREAMBLE, &before, &after].concat());
}

#[test]
fn damaged_artefacts_are_refused_wherever_they_are_cut() {
    let artefact = [
        PREAMBLE,
        &section(1, &[0; 200]),
        &custom(TREE_SECTION, b"tar"),
    ]
    .concat();
    assert!(matches!(split_tree(&artefact), Ok((_, Some(b"tar")))));
    for length in 0..artefact.len() {
        // Between two sections it looks whole, but has no tree.
        let cut = split_tree(&artefact[..length]);
        assert!(matches!(cut, Err(_) | Ok((_, None))), "cut at {length}");
    }
}
