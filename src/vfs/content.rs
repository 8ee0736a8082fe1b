//! The contents of a regular file: small ones in memory, larger ones as chunks.
//!
//! A chunk is a hole, a blob of the store, or a slot of the scratch file, so that a small change of
//! a large file copies one chunk at most. Bytes of a chunk beyond its data read as zeros. A slot is
//! written in place unless a fork shares it.

use std::io;
use std::sync::Arc;

use super::arena::{Arena, Slot};
use super::errno::Errno;
use crate::digest::Digest;
use crate::store::{CHUNK, Content, Store, StoreError};

/// Up to this many bytes a private file is kept in memory.
pub(super) const INLINE: u64 = 32 << 10;
/// Longest file, whatever the quota: bounds the list of chunks to 1 Mi entries.
pub(super) const MAX_SIZE: u64 = 1 << 40;

/// Where contents come from and go to.
#[derive(Clone, Debug)]
pub(super) struct Io {
    pub(super) store: Store,
    pub(super) arena: Arc<Arena>,
}

/// One chunk of a file.
#[derive(Clone, Debug)]
pub(super) enum Chunk {
    Hole,
    Stored {
        blob: Digest,
        /// Bytes of it that count.
        len: u32,
        /// Whether these are all it has.
        whole: bool,
    },
    Slot {
        slot: Arc<Slot>,
        len: u32,
    },
}

#[derive(Clone, Debug)]
enum Form {
    /// As the store has it, not looked into yet.
    Stored,
    Inline(Arc<Vec<u8>>),
    Chunks(Arc<Vec<Chunk>>),
}

/// The contents of one file.
#[derive(Clone, Debug)]
pub(super) struct FileData {
    size: u64,
    /// What the store has it as, unless it has changed since.
    stored: Option<Content>,
    form: Form,
}

/// What a read needs, gathered under the filesystem's lock and carried out without it.
#[derive(Debug)]
pub(super) enum Plan {
    Done(Vec<u8>),
    Pieces(usize, Vec<Piece>),
}

/// A range of a buffer and where its bytes are; what is in no piece is zeros.
#[derive(Debug)]
pub(super) struct Piece {
    at: usize,
    len: usize,
    offset: u32,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Blob(Digest),
    Slot(Arc<Slot>),
}

fn chunk_of(offset: u64) -> (usize, u32) {
    // A file has at most 2^20 chunks of 2^20 bytes.
    let index = usize::try_from(offset / CHUNK).unwrap_or(usize::MAX);
    (index, u32::try_from(offset % CHUNK).unwrap_or(0))
}

fn chunks_for(size: u64) -> usize {
    usize::try_from(size.div_ceil(CHUNK)).unwrap_or(usize::MAX)
}

fn host(error: &io::Error) -> Errno {
    tracing::error!(%error, "private file contents cannot be read or written");
    if error.kind() == io::ErrorKind::StorageFull {
        Errno::NoSpc
    } else {
        Errno::Io
    }
}

pub(super) fn stored(error: &StoreError) -> Errno {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(%error, cause, "the store failed");
    Errno::Io
}

impl FileData {
    pub(super) fn empty() -> Self {
        Self {
            size: 0,
            stored: None,
            form: Form::Inline(Arc::default()),
        }
    }

    pub(super) fn of(content: Content) -> Self {
        Self {
            size: content.size,
            stored: Some(content),
            form: Form::Stored,
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// What the store has it as, unless it has changed since.
    pub(super) fn stored(&self) -> Option<&Content> {
        self.stored.as_ref()
    }

    /// The store has it as `content` now. Contents in the scratch file are not needed any more;
    /// those in memory are kept unless `drop_inline`.
    pub(super) fn settle(&mut self, content: Content, drop_inline: bool) {
        if drop_inline || matches!(self.form, Form::Chunks(_)) {
            self.form = Form::Stored;
        }
        self.stored = Some(content);
    }

    /// Bytes of memory its contents take.
    pub(super) fn inline(&self) -> u64 {
        match &self.form {
            Form::Inline(bytes) => bytes.len() as u64,
            Form::Stored | Form::Chunks(_) => 0,
        }
    }

    /// Calls `visit` with everything of the store that it needs.
    pub(super) fn for_each_blob(&self, store: &Store, visit: &mut dyn FnMut(Digest)) {
        if let Some(content) = &self.stored
            && content.size > 0
        {
            visit(content.digest);
        }
        match (&self.form, &self.stored) {
            (Form::Chunks(chunks), _) => {
                for chunk in chunks.iter() {
                    if let Chunk::Stored { blob, .. } = chunk {
                        visit(*blob);
                    }
                }
            }
            (Form::Stored, Some(content)) if content.size > CHUNK => {
                // What cannot be read cannot be kept from a collection either.
                for blob in store.chunks(content).into_iter().flatten().flatten() {
                    visit(blob);
                }
            }
            _ => {}
        }
    }

    /// What reading up to `len` bytes at `offset` takes.
    pub(super) fn plan(&mut self, io: &Io, offset: u64, len: usize) -> Result<Plan, Errno> {
        let left = self.size.saturating_sub(offset);
        let len = usize::try_from(left).map_or(len, |left| left.min(len));
        if len == 0 {
            return Ok(Plan::Done(Vec::new()));
        }
        if let Form::Inline(bytes) = &self.form {
            // Inline contents are as long as the file.
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            let range = bytes.get(start..start.saturating_add(len));
            return Ok(Plan::Done(range.unwrap_or_default().to_vec()));
        }
        let chunks = self.chunks(io)?;
        let mut pieces = Vec::new();
        let (mut at, mut offset) = (0, offset);
        while at < len {
            let (index, start) = chunk_of(offset);
            let room = (CHUNK - u64::from(start)).min((len - at) as u64);
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            let (source, have) = match chunks.get(index) {
                None | Some(Chunk::Hole) => (None, 0),
                Some(Chunk::Stored { blob, len, .. }) => (Some(Source::Blob(*blob)), *len),
                Some(Chunk::Slot { slot, len }) => (Some(Source::Slot(Arc::clone(slot))), *len),
            };
            let have = have.saturating_sub(start) as usize;
            if let Some(source) = source.filter(|_| have > 0) {
                pieces.push(Piece {
                    at,
                    len: have.min(room),
                    offset: start,
                    source,
                });
            }
            at += room;
            offset += room as u64;
        }
        Ok(Plan::Pieces(len, pieces))
    }

    /// The chunks, loaded if they were not.
    fn chunks(&mut self, io: &Io) -> Result<&mut Arc<Vec<Chunk>>, Errno> {
        let made = match (&self.form, &self.stored) {
            (Form::Chunks(_), _) => None,
            (Form::Inline(bytes), _) => {
                let mut chunks = Vec::new();
                if !bytes.is_empty() {
                    let slot = io
                        .arena
                        .allocate(bytes.len() as u64)
                        .map_err(|e| host(&e))?;
                    slot.write(bytes, 0).map_err(|e| host(&e))?;
                    chunks.push(Chunk::Slot {
                        slot: Arc::new(slot),
                        len: u32::try_from(bytes.len()).unwrap_or(0),
                    });
                }
                Some(chunks)
            }
            (Form::Stored, None) => Some(Vec::new()),
            (Form::Stored, Some(content)) => {
                let digests = io.store.chunks(content).map_err(|e| stored(&e))?;
                let whole = |index: usize| {
                    let start = (index as u64).saturating_mul(CHUNK);
                    u32::try_from(content.size.saturating_sub(start).min(CHUNK)).unwrap_or(0)
                };
                let chunk = |(index, digest): (usize, Option<Digest>)| match digest {
                    None => Chunk::Hole,
                    Some(blob) => Chunk::Stored {
                        blob,
                        len: whole(index),
                        whole: true,
                    },
                };
                Some(digests.into_iter().enumerate().map(chunk).collect())
            }
        };
        if let Some(made) = made {
            self.form = Form::Chunks(Arc::new(made));
        }
        match &mut self.form {
            Form::Chunks(chunks) => Ok(chunks),
            // Set above.
            Form::Stored | Form::Inline(_) => Err(Errno::Io),
        }
    }

    /// Writes `data` at `offset`, filling a gap before it with zeros. `inline` allows keeping the
    /// contents in memory if they are small. The caller has seen to the quota.
    pub(super) fn write(
        &mut self,
        io: &Io,
        offset: u64,
        data: &[u8],
        inline: bool,
    ) -> Result<(), Errno> {
        if data.is_empty() {
            return Ok(());
        }
        let end = offset.saturating_add(data.len() as u64);
        let size = self.size.max(end);
        if inline && size <= INLINE {
            self.bytes(io)?;
            self.stored = None;
            let bytes = self.bytes(io)?;
            let (start, end) = (to_len(offset), to_len(end));
            if bytes.len() < end {
                if bytes.len() == start {
                    bytes.extend_from_slice(data);
                    self.changed(size);
                    return Ok(());
                }
                bytes.resize(end, 0);
            }
            if let Some(range) = bytes.get_mut(start..end) {
                range.copy_from_slice(data);
            }
            self.changed(size);
            return Ok(());
        }
        let large = size >= CHUNK;
        self.chunks(io)?;
        // From here on it is not what the store has, also if a write fails half-way.
        self.stored = None;
        let chunks = Arc::make_mut(self.chunks(io)?);
        let (mut rest, mut offset) = (data, offset);
        while !rest.is_empty() {
            let (index, start) = chunk_of(offset);
            let room = to_len(CHUNK) - start as usize;
            let (now, later) = rest.split_at(room.min(rest.len()));
            if chunks.len() <= index {
                chunks.resize(index + 1, Chunk::Hole);
            }
            if let Some(chunk) = chunks.get_mut(index) {
                chunk.write(io, start, now, large)?;
            }
            rest = later;
            offset += now.len() as u64;
        }
        self.changed(size);
        Ok(())
    }

    /// Cuts the file or extends it with zeros.
    pub(super) fn set_size(&mut self, io: &Io, size: u64, inline: bool) -> Result<(), Errno> {
        if size == self.size {
            return Ok(());
        }
        if size == 0 {
            self.form = Form::Inline(Arc::default());
        } else if inline && size <= INLINE && self.size <= INLINE {
            self.bytes(io)?.resize(to_len(size), 0);
        } else {
            let cut = size < self.size;
            self.chunks(io)?;
            self.stored = None;
            let chunks = Arc::make_mut(self.chunks(io)?);
            chunks.truncate(chunks_for(size));
            let (last, len) = chunk_of(size);
            if cut
                && len > 0
                && let Some(chunk) = chunks.get_mut(last)
            {
                chunk.cut(len);
            }
        }
        self.changed(size);
        Ok(())
    }

    fn changed(&mut self, size: u64) {
        self.size = size;
        self.stored = None;
    }

    /// The contents as bytes in memory; only for small ones.
    fn bytes(&mut self, io: &Io) -> Result<&mut Vec<u8>, Errno> {
        if !matches!(self.form, Form::Inline(_)) {
            let plan = self.plan(io, 0, to_len(self.size))?;
            let bytes = plan.carry_out(io)?;
            self.form = Form::Inline(Arc::new(bytes));
        }
        match &mut self.form {
            Form::Inline(bytes) => Ok(Arc::make_mut(bytes)),
            // Set above.
            Form::Stored | Form::Chunks(_) => Err(Errno::Io),
        }
    }

    /// Puts the contents into the store.
    pub(super) fn store(&self, io: &Io) -> Result<Content, Errno> {
        if let Some(content) = &self.stored {
            return Ok(*content);
        }
        if self.size == 0 {
            return Ok(Content::EMPTY);
        }
        let put = |bytes: &[u8]| io.store.put(bytes).map_err(|e| stored(&e));
        let chunks = match &self.form {
            Form::Inline(bytes) => {
                let digest = put(bytes)?;
                return Ok(Content {
                    size: self.size,
                    digest,
                });
            }
            Form::Chunks(chunks) => chunks.as_slice(),
            Form::Stored => &[],
        };
        let mut digests = Vec::with_capacity(chunks_for(self.size));
        for index in 0..chunks_for(self.size) {
            let start = (index as u64).saturating_mul(CHUNK);
            let wanted = (self.size - start).min(CHUNK);
            let digest = match chunks.get(index) {
                None | Some(Chunk::Hole) if self.size > CHUNK => None,
                Some(Chunk::Stored { blob, len, whole }) if *whole && u64::from(*len) == wanted => {
                    Some(*blob)
                }
                chunk => {
                    let mut bytes = vec![0; to_len(wanted)];
                    if let Some(chunk) = chunk {
                        chunk.read(io, &mut bytes)?;
                    }
                    let zeros = self.size > CHUNK && is_zero(&bytes);
                    if zeros { None } else { Some(put(&bytes)?) }
                }
            };
            digests.push(digest);
        }
        if self.size > CHUNK {
            let content = io.store.put_chunks(self.size, &digests);
            return content.map_err(|e| stored(&e));
        }
        match digests.first().copied().flatten() {
            Some(digest) => Ok(Content {
                size: self.size,
                digest,
            }),
            None => Ok(Content::EMPTY),
        }
    }
}

fn to_len(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Whether all bytes are zero, a word at a time.
fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<16>();
    words.iter().all(|word| u128::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}

impl Chunk {
    /// Reads from the chunk's beginning what it has; the rest of `buffer` stays as it is.
    fn read(&self, io: &Io, buffer: &mut [u8]) -> Result<(), Errno> {
        match self {
            Self::Hole => Ok(()),
            Self::Stored { blob, len, .. } => {
                let len = (*len as usize).min(buffer.len());
                let buffer = buffer.get_mut(..len).unwrap_or_default();
                read_blob(io, *blob, buffer, 0)
            }
            Self::Slot { slot, len } => {
                let len = (*len as usize).min(buffer.len());
                let buffer = buffer.get_mut(..len).unwrap_or_default();
                slot.read(buffer, 0).map_err(|e| host(&e))
            }
        }
    }

    /// Writes into the chunk; `start` and the data's end are within it. `large` tells that the file
    /// will most likely fill it.
    fn write(&mut self, io: &Io, start: u32, data: &[u8], large: bool) -> Result<(), Errno> {
        let end = start.saturating_add(u32::try_from(data.len()).unwrap_or(u32::MAX));
        if let Self::Slot { slot, len } = self
            && slot.capacity() >= end
            && let Some(own) = Arc::get_mut(slot)
        {
            if start > *len {
                let gap = vec![0; (start - *len) as usize];
                own.write(&gap, *len).map_err(|e| host(&e))?;
            }
            own.write(data, start).map_err(|e| host(&e))?;
            *len = end.max(*len);
            return Ok(());
        }
        let have = match self {
            Self::Hole => 0,
            Self::Stored { len, .. } | Self::Slot { len, .. } => *len,
        };
        let len = end.max(have);
        let size = if large { CHUNK } else { u64::from(len) };
        let slot = io.arena.allocate(size).map_err(|e| host(&e))?;
        if start == 0 && end >= have {
            slot.write(data, 0).map_err(|e| host(&e))?;
        } else {
            // What was there, zeros up to the data, and the data.
            let mut bytes = vec![0; len as usize];
            self.read(io, &mut bytes)?;
            if let Some(range) = bytes.get_mut(start as usize..end as usize) {
                range.copy_from_slice(data);
            }
            slot.write(&bytes, 0).map_err(|e| host(&e))?;
        }
        *self = Self::Slot {
            slot: Arc::new(slot),
            len,
        };
        Ok(())
    }

    fn cut(&mut self, to: u32) {
        match self {
            Self::Hole => {}
            Self::Stored { len, whole, .. } => {
                *whole &= *len <= to;
                *len = to.min(*len);
            }
            Self::Slot { len, .. } => *len = to.min(*len),
        }
    }
}

fn read_blob(io: &Io, blob: Digest, buffer: &mut [u8], offset: u64) -> Result<(), Errno> {
    let file = io.store.open_blob(blob).map_err(|e| stored(&e))?;
    let read = file.read_at(buffer, offset).map_err(|e| host(&e))?;
    // What is read whole is verified; a part cannot be.
    let whole = offset == 0 && buffer.len() as u64 == file.len();
    if read < buffer.len() || (whole && Digest::of(buffer) != blob) {
        tracing::error!(%blob, "a blob is not what it was when it was stored");
        return Err(Errno::Io);
    }
    Ok(())
}

impl Plan {
    /// Reads what was planned. Needs no lock.
    pub(super) fn carry_out(self, io: &Io) -> Result<Vec<u8>, Errno> {
        let (len, pieces) = match self {
            Self::Done(bytes) => return Ok(bytes),
            Self::Pieces(len, pieces) => (len, pieces),
        };
        let mut buffer = vec![0; len];
        for piece in pieces {
            let range = buffer.get_mut(piece.at..piece.at + piece.len);
            let range = range.unwrap_or_default();
            match piece.source {
                Source::Blob(blob) => read_blob(io, blob, range, piece.offset.into())?,
                Source::Slot(slot) => slot.read(range, piece.offset).map_err(|e| host(&e))?,
            }
        }
        Ok(buffer)
    }
}
