//! SHA-256 digests of contents: computed once, kept.
//!
//! The API names files by SHA-256, the store by blake3. What has been computed is appended to one
//! file:
//!
//! ```text
//! file   = "BJF" version record*          version = 1 byte: 1
//! record = digest size sha256 checksum    32, 8 (little-endian), 32 and 8 bytes
//! ```
//!
//! The checksum is the first 8 bytes of the blake3 digest of what precedes it in the record. A
//! record that does not carry its checksum is no record, a torn one at the end is cut off; a lost
//! fact is computed again. A file of another version is replaced.
//!
//! In memory is an index, 16 bytes or so for each fact. A collection rewrites the file without the
//! facts about contents that are gone.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::{MutexGuard, PoisonError};

use cap_std::fs::OpenOptions;
use sha2::{Digest as _, Sha256};

use super::Store;
use super::blob::create_temporary;
use super::content::{Content, content_error};
use super::error::StoreError;
use crate::digest::Digest;

const NAME: &str = "sha256";
const HEADER: &[u8; 4] = b"BJF\x01";
/// Bytes of a record, and of its part before the checksum.
const RECORD: usize = 80;
const CHECKED: usize = 72;

/// The file of facts, open, with its index.
pub(super) struct Facts {
    file: File,
    /// By the first 8 bytes of the content's digest: where its record is.
    index: HashMap<u64, u64>,
    /// Where the next record goes.
    end: u64,
}

/// The start of a digest, which is as good as random.
fn key(content: &Content) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *content.digest.as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

fn encode(content: &Content, sha256: &[u8; 32]) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    let parts = content
        .digest
        .as_bytes()
        .iter()
        .chain(&content.size.to_le_bytes())
        .chain(sha256)
        .copied()
        .collect::<Vec<u8>>();
    let checksum = Digest::of(&parts);
    for (to, from) in record
        .iter_mut()
        .zip(parts.iter().chain(checksum.as_bytes()))
    {
        *to = *from;
    }
    record
}

fn decode(record: &[u8; RECORD]) -> Option<(Content, [u8; 32])> {
    let (digest, rest) = record.split_first_chunk::<32>()?;
    let (size, rest) = rest.split_first_chunk::<8>()?;
    let (sha256, checksum) = rest.split_first_chunk::<32>()?;
    let expected = Digest::of(record.get(..CHECKED)?);
    if !expected.as_bytes().starts_with(checksum) {
        return None;
    }
    let content = Content {
        size: u64::from_le_bytes(*size),
        digest: Digest::from_bytes(*digest),
    };
    Some((content, *sha256))
}

impl Facts {
    /// Reads `file` from its start and cuts off what is torn.
    fn load(mut file: File) -> io::Result<Self> {
        let mut index = HashMap::new();
        let mut end = 0;
        let mut reader = io::BufReader::with_capacity(64 * 1024, &file);
        let mut header = [0; HEADER.len()];
        match reader.read_exact(&mut header) {
            Ok(()) if header == *HEADER => {
                end = HEADER.len() as u64;
                let mut record = [0; RECORD];
                loop {
                    match reader.read_exact(&mut record) {
                        Ok(()) => {}
                        Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                        Err(error) => return Err(error),
                    }
                    if let Some((content, _)) = decode(&record) {
                        index.insert(key(&content), end);
                    }
                    end += RECORD as u64;
                }
            }
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        drop(reader);
        file.set_len(end)?;
        if end == 0 {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(HEADER)?;
            end = HEADER.len() as u64;
        }
        Ok(Self { file, index, end })
    }

    fn record_at(&mut self, at: u64) -> io::Result<Option<(Content, [u8; 32])>> {
        let mut record = [0; RECORD];
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut record)?;
        Ok(decode(&record))
    }

    fn find(&mut self, content: &Content) -> io::Result<Option<[u8; 32]>> {
        let Some(at) = self.index.get(&key(content)).copied() else {
            return Ok(None);
        };
        let found = self.record_at(at)?;
        Ok(found.and_then(|(of, sha256)| (of == *content).then_some(sha256)))
    }

    fn add(&mut self, content: &Content, sha256: &[u8; 32]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&encode(content, sha256))?;
        self.index.insert(key(content), self.end);
        self.end += RECORD as u64;
        Ok(())
    }
}

impl Store {
    /// The SHA-256 digest of a content, from the facts or else computed from the content and kept.
    ///
    /// # Errors
    /// As [`get`](Self::get) of the content's chunks, or that the host's filesystem refuses.
    pub(crate) fn sha256(&self, content: &Content) -> Result<[u8; 32], StoreError> {
        let failed = |source| self.io("keeping SHA-256 digests", NAME, source);
        if content.size > 0
            && let Some(known) = self
                .with_facts(|facts| facts.find(content))
                .map_err(failed)?
        {
            return Ok(known);
        }
        let mut hasher = Sha256::new();
        let mut reader = self.read_content(content);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = reader.read(&mut buffer).map_err(content_error)?;
            match buffer.get(..count) {
                None | Some([]) => break,
                Some(read) => hasher.update(read),
            }
        }
        let sha256 = hasher.finalize().into();
        if content.size > 0 {
            self.with_facts(|facts| facts.add(content, &sha256))
                .map_err(failed)?;
        }
        Ok(sha256)
    }

    fn facts(&self) -> MutexGuard<'_, Option<Facts>> {
        self.inner
            .facts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn with_facts<T>(&self, work: impl FnOnce(&mut Facts) -> io::Result<T>) -> io::Result<T> {
        let mut facts = self.facts();
        let loaded = match facts.take() {
            Some(facts) => facts,
            None => self.open_facts()?,
        };
        work(facts.insert(loaded))
    }

    fn open_facts(&self) -> io::Result<Facts> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        let file = self.inner.root.open_with(NAME, &options)?;
        Facts::load(file.into_std())
    }

    /// Rewrites the facts without those about contents that are neither here nor in the parent any
    /// more.
    pub(super) fn forget_facts(&self) -> Result<(), StoreError> {
        let mut facts = self.facts();
        let rewritten = || -> io::Result<()> {
            let mut old = match facts.take() {
                Some(facts) => facts,
                None if !self.inner.root.try_exists(NAME)? => return Ok(()),
                None => self.open_facts()?,
            };
            let mut places: Vec<u64> = old.index.values().copied().collect();
            places.sort_unstable();
            let (temporary, file) = create_temporary(&self.inner.tmp)?;
            let mut out = io::BufWriter::new(file.into_std());
            out.write_all(HEADER)?;
            for at in places {
                if let Some((content, sha256)) = old.record_at(at)?
                    && self.contains(content.digest)
                {
                    out.write_all(&encode(&content, &sha256))?;
                }
            }
            out.into_inner().map_err(io::IntoInnerError::into_error)?;
            // Closed first: an open file cannot be replaced everywhere.
            drop(old);
            self.inner.tmp.rename(temporary, &self.inner.root, NAME)
        };
        let mut rewritten = rewritten;
        rewritten().map_err(|source| self.io("keeping SHA-256 digests", NAME, source))
    }
}

#[cfg(test)]
mod tests;
