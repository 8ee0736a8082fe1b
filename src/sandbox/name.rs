//! What snapshots, tags and checkpoints may be called (wire-api §2.5), and names for those that were
//! given none.

use super::error::SandboxError;

/// Longest name or tag, in bytes.
const MAX_NAME_BYTES: usize = 128;
/// Descriptions and messages, in bytes.
const MAX_TEXT_BYTES: usize = 4096;

/// The tag of a snapshot that was given none, and the one that a name without a tag means.
pub(crate) const LATEST: &str = "latest";

/// For made-up names. Short, inoffensive and told apart on the telephone.
const QUALITIES: [&str; 32] = [
    "amber", "bold", "brisk", "calm", "clear", "crisp", "early", "fair", "fresh", "gentle", "glad",
    "golden", "green", "happy", "ivory", "keen", "kind", "light", "lucid", "mellow", "neat",
    "noble", "plain", "proud", "quick", "quiet", "ready", "silver", "smart", "sunny", "swift",
    "warm",
];
const THINGS: [&str; 32] = [
    "acorn", "badger", "beacon", "birch", "bridge", "brook", "cedar", "cliff", "comet", "delta",
    "falcon", "fern", "finch", "garden", "harbor", "heron", "island", "lantern", "maple", "meadow",
    "orchard", "otter", "pebble", "pine", "raven", "reef", "river", "robin", "summit", "thistle",
    "valley", "willow",
];
/// Characters at the end of a made-up name: enough that two are hardly ever the same.
const SUFFIX: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A snapshot's name: 1 to 128 of letters, digits, `_` and `-`.
pub(crate) fn check_snapshot(name: &str) -> Result<(), SandboxError> {
    let good = (1..=MAX_NAME_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if good {
        return Ok(());
    }
    Err(SandboxError::invalid(
        "name",
        format!(
            "{:?} is not 1 to {MAX_NAME_BYTES} letters, digits, _ and -",
            quoted(name)
        ),
    ))
}

/// A tag: 1 to 128 of letters, digits, `.`, `_` and `-`, the first a letter or digit.
pub(crate) fn check_tag(tag: &str) -> Result<(), SandboxError> {
    let good = (1..=MAX_NAME_BYTES).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphanumeric())
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if good {
        return Ok(());
    }
    Err(SandboxError::invalid(
        "tag",
        format!(
            "{:?} is not 1 to {MAX_NAME_BYTES} letters, digits, ., _ and -, beginning with a letter \
             or digit",
            quoted(tag)
        ),
    ))
}

/// A checkpoint's name: 1 to 128 bytes of anything that can be seen, but neither a slash nor what
/// would be taken for an id.
pub(crate) fn check_checkpoint(name: &str) -> Result<(), SandboxError> {
    let invalid = |reason: String| Err(SandboxError::invalid("name", reason));
    if !(1..=MAX_NAME_BYTES).contains(&name.len()) {
        return invalid(format!(
            "it has {} bytes; a checkpoint's name has 1 to {MAX_NAME_BYTES}",
            name.len()
        ));
    }
    if name.contains(|c: char| c.is_control() || c == '/') || name.trim() != name {
        return invalid(format!(
            "{name:?} contains a slash or a control character, or begins or ends with a space"
        ));
    }
    if name.starts_with(crate::id::CheckpointId::PREFIX) {
        return invalid(format!("{name:?} looks like the id of a checkpoint"));
    }
    Ok(())
}

/// A description or message.
pub(crate) fn check_text(what: &'static str, text: Option<&str>) -> Result<(), SandboxError> {
    match text {
        Some(text) if text.len() > MAX_TEXT_BYTES => Err(SandboxError::invalid(
            what,
            format!("it is longer than {MAX_TEXT_BYTES} bytes"),
        )),
        _ => Ok(()),
    }
}

/// A name that nobody thought of, such as `calm-otter-7f3k2`.
///
/// # Panics
/// If the operating system has no random generator, as for ids.
pub(crate) fn made_up() -> String {
    let mut bytes = [0_u8; 7];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    let [quality, thing, rest @ ..] = bytes;
    let pick = |words: [&'static str; 32], byte: u8| {
        words
            .get(usize::from(byte & 31))
            .copied()
            .unwrap_or("plain")
    };
    let suffix: String = rest
        .iter()
        .map(|byte| char::from(SUFFIX.get(usize::from(byte & 31)).copied().unwrap_or(b'0')))
        .collect();
    format!(
        "{}-{}-{suffix}",
        pick(QUALITIES, quality),
        pick(THINGS, thing)
    )
}

/// As much of a refused text as an error repeats.
fn quoted(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_snapshots_are_letters_digits_dashes_and_underscores() {
        let long = "x".repeat(128);
        for name in ["a", "A-9_", "-", "_", "latest", &long] {
            assert!(check_snapshot(name).is_ok(), "{name}");
        }
        let longer = "x".repeat(129);
        for name in [
            "", " ", "a b", "a.b", "a:b", "@a", "a/b", "é", "a\0", &longer,
        ] {
            let error = check_snapshot(name).unwrap_err().to_string();
            assert!(error.starts_with("name: "), "{error}");
        }
    }

    #[test]
    fn tags_may_have_dots_but_begin_with_a_letter_or_digit() {
        for tag in ["v1.0", "1", "latest", "a_b-c."] {
            assert!(check_tag(tag).is_ok(), "{tag}");
        }
        for tag in ["", ".1", "-a", "_a", "a:b", "a b", "ü", &"x".repeat(129)] {
            let error = check_tag(tag).unwrap_err().to_string();
            assert!(error.starts_with("tag: "), "{error}");
        }
    }

    #[test]
    fn names_of_checkpoints_are_anything_readable() {
        for name in ["before-upgrade", "vor dem Umbau", "é", "v1.0:x"] {
            assert!(check_checkpoint(name).is_ok(), "{name}");
        }
        let bad = ["", " a", "a ", "a/b", "a\nb", "ckpt_x", &"x".repeat(129)];
        for name in bad {
            assert!(check_checkpoint(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_refused_text_is_quoted_shortened() {
        let error = check_snapshot(&"é".repeat(100_000)).unwrap_err();
        assert!(error.to_string().len() < 400);
    }

    #[test]
    fn made_up_names_are_names_and_differ() {
        let names: HashSet<String> = (0..500).map(|_| made_up()).collect();
        assert_eq!(names.len(), 500);
        for name in &names {
            assert!(check_snapshot(name).is_ok(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_name_needs_no_quoting_in_a_reference(name in "\\PC{0,12}") {
            if check_snapshot(&name).is_ok() {
                prop_assert!(!name.contains([':', '@', '/', ' ']));
            }
            if check_tag(&name).is_ok() {
                prop_assert!(!name.contains([':', '@', '/', ' ']));
            }
        }
    }
}
