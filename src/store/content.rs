//! Contents of files: one blob up to a chunk's size, a list of chunks above it.

use std::io::{self, Read};
use std::sync::OnceLock;

use super::Store;
use super::error::StoreError;
use crate::digest::Digest;

/// How much of a large content one blob holds, in bytes.
pub(crate) const CHUNK: u64 = 1 << 20;

/// The digest that stands for a chunk of zeros in a chunk list.
const HOLE: [u8; 32] = [0; 32];

/// The content of a file: a blob if `size` is at most [`CHUNK`], a chunk list above. Equal contents
/// are equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Content {
    /// In bytes.
    pub size: u64,
    /// Of the blob or the chunk list.
    pub digest: Digest,
}

impl Content {
    /// The content of an empty file, which is stored nowhere.
    pub(crate) const EMPTY: Self = Self {
        size: 0,
        // The published digest of nothing.
        digest: Digest::from_bytes([
            0xaf, 0x13, 0x49, 0xb9, 0xf5, 0xf9, 0xa1, 0xa6, 0xa0, 0x40, 0x4d, 0xea, 0x36, 0xdc,
            0xc9, 0x49, 0x9b, 0xcb, 0x25, 0xc9, 0xad, 0xc1, 0x12, 0xb7, 0xcc, 0x9a, 0x93, 0xca,
            0xe4, 0x1f, 0x32, 0x62,
        ]),
    };

    /// Whether it is stored as a chunk list.
    pub(crate) fn is_chunked(&self) -> bool {
        self.size > CHUNK
    }
}

/// The size of chunk `index` of a content of `size` bytes; zero past its end.
fn chunk_len(size: u64, index: u64) -> u64 {
    index
        .checked_mul(CHUNK)
        .map_or(0, |start| size.saturating_sub(start).min(CHUNK))
}

/// The digest of a whole chunk of zeros, or of the rest of one.
fn zeros_digest(len: u64) -> Digest {
    static WHOLE: OnceLock<Digest> = OnceLock::new();
    let compute = || {
        let zeros = io::repeat(0).take(len);
        // Zeros can always be read; a digest that nothing has would only cost a blob.
        Digest::of_reader(zeros).unwrap_or(Digest::from_bytes(HOLE))
    };
    if len == CHUNK {
        *WHOLE.get_or_init(compute)
    } else {
        compute()
    }
}

/// Reads up to a chunk into `chunk`.
fn fill(reader: &mut dyn Read, chunk: &mut Vec<u8>) -> Result<(), StoreError> {
    chunk.clear();
    reader
        .take(CHUNK)
        .read_to_end(chunk)
        .map_err(|source| StoreError::Input { source })?;
    Ok(())
}

fn is_zero(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<64>();
    blocks.iter().all(|block| *block == [0; 64]) && rest.iter().all(|byte| *byte == 0)
}

impl Store {
    /// Stores everything that `reader` gives until its end, holding two chunks at most.
    ///
    /// # Errors
    /// [`Input`](StoreError::Input) if the reader fails, or that the host's filesystem refuses.
    pub(crate) fn put_content(&self, reader: &mut dyn Read) -> Result<Content, StoreError> {
        let _writing = self.writing();
        let mut chunk = Vec::new();
        fill(reader, &mut chunk)?;
        if chunk.is_empty() {
            return Ok(Content::EMPTY);
        }
        let mut next = Vec::new();
        if chunk.len() as u64 == CHUNK {
            fill(reader, &mut next)?;
        }
        if next.is_empty() {
            return Ok(Content {
                size: chunk.len() as u64,
                digest: self.put(&chunk)?,
            });
        }
        let mut size = 0_u64;
        let mut list = Vec::new();
        while !chunk.is_empty() {
            size += chunk.len() as u64;
            if is_zero(&chunk) {
                list.extend_from_slice(&HOLE);
            } else {
                list.extend_from_slice(self.put(&chunk)?.as_bytes());
            }
            std::mem::swap(&mut chunk, &mut next);
            fill(reader, &mut next)?;
        }
        Ok(Content {
            size,
            digest: self.put(&list)?,
        })
    }

    /// Stores a content of more than [`CHUNK`] bytes from chunks that are stored; `None` is a hole.
    /// A chunk that is all zeros is made a hole.
    ///
    /// # Errors
    /// [`Invalid`](StoreError::Invalid) if the number of chunks is not that of the size, or that
    /// the host's filesystem refuses.
    pub(crate) fn put_chunks(
        &self,
        size: u64,
        chunks: &[Option<Digest>],
    ) -> Result<Content, StoreError> {
        let invalid = |reason| StoreError::Invalid {
            what: "chunk list",
            reason,
        };
        if size <= CHUNK {
            return Err(invalid("a content of one chunk has no list"));
        }
        if chunks.len() as u64 != size.div_ceil(CHUNK) {
            return Err(invalid("the number of chunks is not that of the size"));
        }
        let mut list = Vec::with_capacity(chunks.len() * HOLE.len());
        for (index, chunk) in chunks.iter().enumerate() {
            let zeros = || zeros_digest(chunk_len(size, index as u64));
            let stored = chunk.filter(|digest| *digest != zeros());
            list.extend_from_slice(&stored.map_or(HOLE, |digest| *digest.as_bytes()));
        }
        Ok(Content {
            size,
            digest: self.put(&list)?,
        })
    }

    /// The chunks of a content: one digest for every [`CHUNK`] bytes, `None` for a hole. None at
    /// all for the empty content, one for a single blob.
    ///
    /// # Errors
    /// As [`get`](Self::get), and [`Malformed`](StoreError::Malformed) if the list is not one for
    /// that size.
    pub(crate) fn chunks(&self, content: &Content) -> Result<Vec<Option<Digest>>, StoreError> {
        if content.size == 0 {
            return Ok(Vec::new());
        }
        if !content.is_chunked() {
            return Ok(vec![Some(content.digest)]);
        }
        let len = content.size.div_ceil(CHUNK).saturating_mul(32);
        let list = self.get(content.digest, len)?;
        let (digests, rest) = list.as_chunks::<32>();
        if list.len() as u64 != len || !rest.is_empty() {
            return Err(StoreError::Malformed {
                digest: content.digest,
                reason: "the chunk list is not one for its size",
            });
        }
        let chunk = |digest: &[u8; 32]| (*digest != HOLE).then(|| Digest::from_bytes(*digest));
        Ok(digests.iter().map(chunk).collect())
    }

    /// Reads a content from its start, verified chunk by chunk, holding one chunk.
    pub(crate) fn read_content(&self, content: &Content) -> ContentReader {
        ContentReader {
            store: self.clone(),
            content: *content,
            chunks: None,
            next: 0,
            chunk: Vec::new(),
            at: 0,
            zeros: 0,
        }
    }
}

/// What a [`ContentReader`]'s error is.
pub(super) fn content_error(error: io::Error) -> StoreError {
    error
        .downcast()
        .unwrap_or_else(|source| StoreError::Input { source })
}

/// A content being read. Its errors carry a [`StoreError`].
#[derive(Debug)]
pub(crate) struct ContentReader {
    store: Store,
    content: Content,
    /// Loaded at the first read.
    chunks: Option<Vec<Option<Digest>>>,
    /// The next chunk to load.
    next: usize,
    /// The chunk that is being handed out, up to `at` already.
    chunk: Vec<u8>,
    at: usize,
    /// What is left of the hole that is being handed out.
    zeros: u64,
}

impl ContentReader {
    /// Loads the next chunk; `false` at the end.
    fn advance(&mut self) -> Result<bool, StoreError> {
        let chunks = match &self.chunks {
            Some(chunks) => chunks,
            None => self.chunks.insert(self.store.chunks(&self.content)?),
        };
        let Some(chunk) = chunks.get(self.next) else {
            return Ok(false);
        };
        let len = chunk_len(self.content.size, self.next as u64);
        self.chunk.clear();
        self.at = 0;
        match chunk {
            None => self.zeros = len,
            Some(digest) => {
                self.chunk = self.store.get(*digest, len)?;
                if self.chunk.len() as u64 != len {
                    return Err(StoreError::Malformed {
                        digest: self.content.digest,
                        reason: "a chunk is not of its size",
                    });
                }
            }
        }
        self.next += 1;
        Ok(true)
    }
}

impl Read for ContentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.zeros > 0 {
                let count = usize::try_from(self.zeros)
                    .unwrap_or(usize::MAX)
                    .min(buffer.len());
                buffer.iter_mut().take(count).for_each(|byte| *byte = 0);
                self.zeros -= count as u64;
                return Ok(count);
            }
            let mut rest = self.chunk.get(self.at..).unwrap_or_default();
            if !rest.is_empty() {
                let count = rest.read(buffer)?;
                self.at += count;
                return Ok(count);
            }
            if !self.advance().map_err(io::Error::other)? {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
