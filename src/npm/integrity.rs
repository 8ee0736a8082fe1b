//! Subresource Integrity, as npm's metadata has it: `sha512-` and the digest in base64.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

/// How a digest is made; the strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Algorithm {
    /// All that packages from before 2017 have.
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    /// What we call our own files by.
    Blake3,
}

impl Algorithm {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Blake3 => "blake3",
        }
    }

    const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn hasher(self) -> Hasher {
        match self {
            Self::Sha1 => Hasher::Sha1(sha1::Sha1::new()),
            Self::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
            Self::Sha384 => Hasher::Sha384(sha2::Sha384::new()),
            Self::Sha512 => Hasher::Sha512(sha2::Sha512::new()),
            Self::Blake3 => Hasher::Blake3(Box::default()),
        }
    }
}

/// A digest being made.
pub(super) enum Hasher {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha384(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
            Self::Blake3(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    pub(super) fn finish(self) -> Sum {
        let (algorithm, bytes) = match self {
            Self::Sha1(hasher) => (Algorithm::Sha1, hasher.finalize().to_vec()),
            Self::Sha256(hasher) => (Algorithm::Sha256, hasher.finalize().to_vec()),
            Self::Sha384(hasher) => (Algorithm::Sha384, hasher.finalize().to_vec()),
            Self::Sha512(hasher) => (Algorithm::Sha512, hasher.finalize().to_vec()),
            Self::Blake3(hasher) => (Algorithm::Blake3, hasher.finalize().as_bytes().to_vec()),
        };
        Sum { algorithm, bytes }
    }
}

/// A digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Sum {
    pub(super) algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl Sum {
    pub(super) fn hex(&self) -> String {
        let mut hex = String::with_capacity(self.bytes.len() * 2);
        for byte in &self.bytes {
            // Writing to a string does not fail.
            let _written = write!(hex, "{byte:02x}");
        }
        hex
    }

    pub(super) fn from_hex(algorithm: Algorithm, hex: &str) -> Option<Self> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let pair = |pair: &[u8]| match pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        };
        let bytes: Vec<u8> = hex.as_bytes().chunks(2).map(pair).collect::<Option<_>>()?;
        (bytes.len() == algorithm.length()).then_some(Self { algorithm, bytes })
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}-{}",
            self.algorithm.name(),
            STANDARD.encode(&self.bytes)
        )
    }
}

/// The digests that something may have: one of them, all of the strongest kind that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Integrity(Vec<Sum>);

impl Integrity {
    /// Reads what the metadata says; none if it names no digest that we know how to make.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut sums: Vec<Sum> = text.split_ascii_whitespace().filter_map(sum).collect();
        let strongest = sums.iter().map(|sum| sum.algorithm).max()?;
        sums.retain(|sum| sum.algorithm == strongest);
        sums.dedup();
        Some(Self(sums))
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.0
            .first()
            .map_or(Algorithm::Sha512, |sum| sum.algorithm)
    }

    pub(super) fn accepts(&self, sum: &Sum) -> bool {
        self.0.contains(sum)
    }

    pub(super) fn sums(&self) -> &[Sum] {
        &self.0
    }
}

impl std::fmt::Display for Integrity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, sum) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str(" or ")?;
            }
            write!(f, "{sum}")?;
        }
        Ok(())
    }
}

fn sum(text: &str) -> Option<Sum> {
    let (name, rest) = text.split_once('-')?;
    let algorithm = [
        Algorithm::Sha1,
        Algorithm::Sha256,
        Algorithm::Sha384,
        Algorithm::Sha512,
    ]
    .into_iter()
    .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))?;
    // Options may follow a question mark.
    let digest = rest.split('?').next().unwrap_or_default();
    let bytes = STANDARD.decode(digest).ok()?;
    (bytes.len() == algorithm.length()).then_some(Sum { algorithm, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(algorithm: Algorithm) -> Sum {
        let mut hasher = algorithm.hasher();
        hasher.update(b"hello");
        hasher.update(b" world");
        hasher.finish()
    }

    #[test]
    fn digests_of_all_kinds() {
        let sha1 = made(Algorithm::Sha1);
        assert_eq!(sha1.hex(), "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed");
        assert_eq!(sha1.to_string(), "sha1-Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
        for algorithm in [
            Algorithm::Sha1,
            Algorithm::Sha256,
            Algorithm::Sha384,
            Algorithm::Sha512,
        ] {
            let sum = made(algorithm);
            let integrity = Integrity::parse(&sum.to_string()).unwrap();
            assert!(integrity.accepts(&sum));
            assert_eq!(Sum::from_hex(algorithm, &sum.hex()), Some(sum));
        }
        let blake = made(Algorithm::Blake3);
        assert_eq!(blake.hex(), blake3::hash(b"hello world").to_hex().as_str());
    }

    #[test]
    fn the_strongest_counts() {
        let weak = made(Algorithm::Sha1);
        let strong = made(Algorithm::Sha512);
        let integrity = Integrity::parse(&format!(" {weak}\n{strong}?x ")).unwrap();
        assert!(integrity.accepts(&strong));
        assert!(!integrity.accepts(&weak));
        assert_eq!(integrity.algorithm(), Algorithm::Sha512);
    }

    #[test]
    fn any_of_one_kind_will_do() {
        let mut other = made(Algorithm::Sha256);
        other.bytes.reverse();
        let sum = made(Algorithm::Sha256);
        let integrity = Integrity::parse(&format!("{other} {sum}")).unwrap();
        assert!(integrity.accepts(&sum) && integrity.accepts(&other));
    }

    #[test]
    fn what_names_no_digest() {
        for text in [
            "",
            "sha512",
            "sha512-",
            "sha512-AAAA",
            "md5-AAAAAAAAAAAAAAAAAAAAAA==",
            "sha1-%",
        ] {
            assert_eq!(Integrity::parse(text), None, "{text}");
        }
        assert_eq!(Sum::from_hex(Algorithm::Sha1, "zz"), None);
    }
}
