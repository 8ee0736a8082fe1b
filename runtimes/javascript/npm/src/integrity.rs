//! Digests of tarballs, as Subresource Integrity writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Digest as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    const ALL: [(&'static str, Self, usize); 4] = [
        ("sha1", Self::Sha1, 20),
        ("sha256", Self::Sha256, 32),
        ("sha384", Self::Sha384, 48),
        ("sha512", Self::Sha512, 64),
    ];

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

/// The outcome of a check.
#[derive(Debug, PartialEq, Eq)]
pub enum Check {
    /// The bytes are what was promised.
    Right,
    /// They are not: what was promised and what they are.
    Wrong {
        /// The promise.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// The promise cannot be read.
    Unreadable,
}

/// Compares bytes with the strongest of the digests given.
pub fn check(integrity: &str, bytes: &[u8]) -> Check {
    let mut promised: Vec<(Algorithm, Vec<u8>)> = Vec::new();
    for word in integrity.split_whitespace() {
        // Options behind a question mark mean nothing.
        let word = word.split_once('?').map_or(word, |(word, _)| word);
        let Some((name, encoded)) = word.split_once('-') else {
            continue;
        };
        let known = Algorithm::ALL.iter().find(|(known, ..)| *known == name);
        if let Some((_, algorithm, length)) = known
            && let Ok(digest) = STANDARD.decode(encoded)
            && digest.len() == *length
        {
            promised.push((*algorithm, digest));
        }
    }
    let Some(strongest) = promised.iter().map(|(algorithm, _)| *algorithm).max() else {
        return Check::Unreadable;
    };
    let found = strongest.digest(bytes);
    promised.retain(|(algorithm, _)| *algorithm == strongest);
    // Several digests of one kind are alternatives.
    if promised.iter().any(|(_, digest)| *digest == found) {
        return Check::Right;
    }
    let write = |digest: &[u8]| format!("{}-{}", strongest.name(), STANDARD.encode(digest));
    Check::Wrong {
        expected: promised
            .iter()
            .map(|(_, digest)| write(digest))
            .collect::<Vec<_>>()
            .join(" "),
        found: write(&found),
    }
}

/// The digest that is written into lock files.
pub fn sha512(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(sha2::Sha512::digest(bytes)))
}

/// The old field `shasum` in the new form.
pub(crate) fn from_hex_sha1(hex: &str) -> Option<String> {
    if hex.len() != 40 || !hex.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..20)
        .map(|index| {
            let digits = hex.get(index * 2..index * 2 + 2)?;
            u8::from_str_radix(digits, 16).ok()
        })
        .collect();
    Some(format!("sha1-{}", STANDARD.encode(bytes?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_digest_counts() {
        let right = sha512(b"abc");
        let weak = "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
        assert_eq!(check(&right, b"abc"), Check::Right);
        assert_eq!(check(weak, b"abc"), Check::Right);
        assert_eq!(check(&format!("{weak} {right}"), b"abc"), Check::Right);
        assert_eq!(
            check(&format!("{right} {}", sha512(b"x")), b"abc"),
            Check::Right
        );
        // A right weak digest does not excuse a wrong strong one.
        let both = format!("{weak} {}", sha512(b"x"));
        assert!(matches!(check(&both, b"abc"), Check::Wrong { .. }));
    }

    #[test]
    fn what_cannot_be_checked_is_not_accepted() {
        for text in [
            "",
            "sha512-",
            "sha512-!!",
            "md5-abc",
            "sha512-YWJj",
            "nonsense",
        ] {
            assert_eq!(check(text, b"abc"), Check::Unreadable, "{text}");
        }
        assert_eq!(from_hex_sha1("zz"), None);
        assert_eq!(from_hex_sha1(&"é".repeat(20)), None);
    }
}
