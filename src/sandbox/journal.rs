//! The log of a sandbox's committed roots: which tree its files are after a restart.
//!
//! # Durability
//!
//! What [`append`](Journal::append) returned `Ok` for is there after the death of the process at any
//! moment (`kill -9`): a frame is one write. A frame that was being written then is dropped. After
//! the death of the machine the last frames may be missing or zeros (nothing here is synced), which is
//! dropped likewise; anything else is damage, reported with the frame it is in, and never guessed at.
//!
//! # Format, version 1
//!
//! The file is `<sandboxes>/<id>/journal`; without one nothing was ever committed. Numbers are little
//! endian, `check` is the beginning of a blake3 digest.
//!
//! ```text
//! header, 32 bytes: magic "belljar journal\n", version u32, zero u32,
//!                   check[8] of the 24 bytes before
//! frame, 72 bytes:  number u64, root[32], previous[16], check[16] of the 56 bytes before
//! ```
//!
//! `previous` is the `check` of the frame before, of the first frame the header's digest; frames are
//! numbered without gaps. So a frame that was lost, repeated or put elsewhere is noticed. Beyond 64
//! KiB the file is written anew with its last frame only, aside, and renamed.
//!
//! No file stays open: there may be more sandboxes than a process may have files.

use std::io;
use std::sync::Arc;

use cap_std::fs::{Dir, OpenOptions};

use crate::digest::Digest;
use crate::id::SandboxId;

const MAGIC: &[u8; 16] = b"belljar journal\n";
const VERSION: u32 = 1;
const HEADER: usize = 32;
const FRAME: usize = 72;
/// Beyond this many bytes the file is written anew with its last frame only.
const COMPACT_BYTES: u64 = 64 << 10;
/// The largest file that is read: far beyond what compaction lets one become. Bounds the memory that
/// a file put there by somebody else can take.
const MAX_BYTES: u64 = 4 << 20;

const FILE: &str = "journal";
/// A journal being written anew. One that is found is of a process that died over it.
const ASIDE: &str = "journal.new";

/// A journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// The file is damaged: not at its end, where a crash may leave it so.
    #[error("the journal of sandbox {sandbox} is damaged at {place}: {reason}")]
    Damaged {
        /// Whose it is.
        sandbox: SandboxId,
        /// Where: `the header`, or a frame by its place in the file, counted from 1.
        place: String,
        /// What is wrong there.
        reason: &'static str,
    },
    /// The file was written by a newer Belljar.
    #[error("the journal of sandbox {sandbox} has version {found}; this Belljar reads {VERSION}")]
    Newer {
        /// Whose it is.
        sandbox: SandboxId,
        /// The version it has.
        found: u32,
    },
    /// The host's filesystem failed.
    #[error("{what} the journal of sandbox {sandbox} failed")]
    Io {
        /// What was being done.
        what: &'static str,
        /// Whose it is.
        sandbox: SandboxId,
        /// How it failed.
        #[source]
        source: io::Error,
    },
}

type Check = [u8; 16];

/// One sandbox's journal. Blocking; its caller makes sure that one thread uses it at a time.
#[derive(Debug)]
pub(crate) struct Journal {
    /// Where all sandboxes have their folders.
    folders: Arc<Dir>,
    sandbox: SandboxId,
    end: End,
    /// Nothing is to be written any more: the sandbox is gone, or somebody else's.
    closed: bool,
}

/// Where the next frame goes and what it follows.
#[derive(Clone, Copy, Debug)]
struct End {
    /// Bytes that are good; 0 if there is no file yet.
    len: u64,
    number: u64,
    check: Check,
    root: Option<Digest>,
}

impl End {
    const fn empty(check: Check) -> Self {
        Self {
            len: 0,
            number: 0,
            check,
            root: None,
        }
    }
}

impl Journal {
    /// The journal of a sandbox that has none yet. Touches nothing.
    pub(crate) fn new(folders: Arc<Dir>, sandbox: SandboxId) -> Self {
        Self {
            folders,
            sandbox,
            end: End::empty(start()),
            closed: false,
        }
    }

    /// Reads what an earlier process left, and cuts off a frame that it did not finish.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] for anything that no crash leaves behind; the file is then as it was.
    pub(crate) fn open(folders: Arc<Dir>, sandbox: SandboxId) -> Result<Self, JournalError> {
        let mut this = Self::new(folders, sandbox);
        let file = this.path(FILE);
        let len = match this.folders.metadata(&file) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(this),
            Err(source) => return Err(this.io("reading", source)),
        };
        if len > MAX_BYTES {
            return Err(this.damaged("its size", "it is larger than any journal"));
        }
        let bytes = this.folders.read(&file);
        let bytes = bytes.map_err(|source| this.io("reading", source))?;
        this.end = this.recover(&bytes)?;
        if this.end.len < bytes.len() as u64 {
            tracing::warn!(
                sandbox = %this.sandbox,
                bytes = bytes.len() as u64 - this.end.len,
                "the unfinished end of a journal is dropped"
            );
            this.truncate()
                .map_err(|source| this.io("truncating", source))?;
        }
        Ok(this)
    }

    /// The root that was committed last, if any was.
    pub(crate) fn last(&self) -> Option<Digest> {
        self.end.root
    }

    /// Adds a root. One that is the last already is not added again.
    ///
    /// # Errors
    /// [`JournalError::Io`]; the last root is then the one before.
    pub(crate) fn append(&mut self, root: Digest) -> Result<(), JournalError> {
        if self.end.root == Some(root) {
            return Ok(());
        }
        let next = if self.closed {
            Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the sandbox is gone, or its Belljar closed",
            ))
        } else if self.end.len == 0 || self.end.len >= COMPACT_BYTES {
            self.rewrite(root)
        } else {
            self.extend(root)
        };
        self.end = next.map_err(|source| self.io("writing", source))?;
        Ok(())
    }

    /// Removes everything the sandbox has on disk; nothing is written any more.
    ///
    /// # Errors
    /// [`JournalError::Io`] if something is left.
    pub(crate) fn remove(&mut self) -> Result<(), JournalError> {
        self.closed = true;
        match self.folders.remove_dir_all(self.sandbox.as_str()) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(self.io("removing", source))
            }
            _ => Ok(()),
        }
    }

    /// Nothing is written any more; what is there stays.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// Writes one frame behind the last good one. (If that fails half-way, the next one goes to the
    /// same place.)
    fn extend(&self, root: Digest) -> io::Result<End> {
        use std::io::{Seek, SeekFrom, Write};
        let number = self.end.number.saturating_add(1);
        let frame = frame(number, root, &self.end.check);
        let mut options = OpenOptions::new();
        let mut file = self
            .folders
            .open_with(self.path(FILE), options.write(true))?;
        file.seek(SeekFrom::Start(self.end.len))?;
        file.write_all(&frame)?;
        Ok(End {
            len: self.end.len + FRAME as u64,
            number,
            check: check_of(&frame),
            root: Some(root),
        })
    }

    /// Writes a file with one frame, aside, and puts it in place.
    fn rewrite(&self, root: Digest) -> io::Result<End> {
        let number = self.end.number.saturating_add(1);
        let frame = frame(number, root, &start());
        let mut bytes = header().to_vec();
        bytes.extend_from_slice(&frame);
        let aside = self.path(ASIDE);
        match self.folders.write(&aside, &bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.end.len == 0 => {
                self.folders.create_dir_all(self.sandbox.as_str())?;
                self.folders.write(&aside, &bytes)?;
            }
            written => written?,
        }
        self.folders
            .rename(&aside, &self.folders, self.path(FILE))?;
        Ok(End {
            len: bytes.len() as u64,
            number,
            check: check_of(&frame),
            root: Some(root),
        })
    }

    fn truncate(&self) -> io::Result<()> {
        if self.end.len == 0 {
            return self.folders.remove_file(self.path(FILE));
        }
        let mut options = OpenOptions::new();
        let file = self
            .folders
            .open_with(self.path(FILE), options.write(true))?;
        file.set_len(self.end.len)
    }

    /// Reads a whole file.
    fn recover(&self, bytes: &[u8]) -> Result<End, JournalError> {
        let header = header();
        let Some((found, frames)) = bytes.split_at_checked(HEADER) else {
            // A file is renamed into place whole; only a dead machine leaves less of it.
            if header.starts_with(bytes) || bytes.iter().all(|byte| *byte == 0) {
                return Ok(End::empty(start()));
            }
            return Err(self.damaged("the header", "it is cut off and not what it should be"));
        };
        if found != header {
            return Err(self.bad_header(found));
        }
        let (frames, rest) = frames.as_chunks::<FRAME>();
        let mut end = End::empty(start());
        end.len = HEADER as u64;
        for (index, frame) in frames.iter().enumerate() {
            match read(frame, &end) {
                Ok(next) => end = next,
                Err(reason) => {
                    self.only_the_end(index, frames, rest, reason)?;
                    break;
                }
            }
        }
        if end.root.is_none() {
            end.len = 0;
        }
        Ok(end)
    }

    /// Whether the bad frame at `index` may be what a crash left: it is the last, or there are only
    /// zeros from it on.
    fn only_the_end(
        &self,
        index: usize,
        frames: &[[u8; FRAME]],
        rest: &[u8],
        reason: &'static str,
    ) -> Result<(), JournalError> {
        let from = frames.get(index..).unwrap_or_default();
        let zeros = from.iter().flatten().chain(rest).all(|byte| *byte == 0);
        // A frame that is whole was not torn, whatever else is wrong with it.
        let whole = from.first().is_some_and(is_whole);
        let torn = from.len() == 1 && rest.is_empty() && !whole;
        if zeros || torn {
            return Ok(());
        }
        Err(self.damaged(&format!("frame {} of {}", index + 1, frames.len()), reason))
    }

    fn bad_header(&self, found: &[u8]) -> JournalError {
        let version = found.get(16..20).and_then(|b| b.try_into().ok());
        let version = version.map_or(0, u32::from_le_bytes);
        let whole = found
            .split_at_checked(24)
            .is_some_and(|(body, check)| blake3::hash(body).as_bytes().starts_with(check));
        if found.starts_with(MAGIC) && whole && version > VERSION {
            return JournalError::Newer {
                sandbox: self.sandbox.clone(),
                found: version,
            };
        }
        self.damaged("the header", "it is not what it should be")
    }

    fn damaged(&self, place: &str, reason: &'static str) -> JournalError {
        JournalError::Damaged {
            sandbox: self.sandbox.clone(),
            place: place.to_owned(),
            reason,
        }
    }

    fn io(&self, what: &'static str, source: io::Error) -> JournalError {
        JournalError::Io {
            what,
            sandbox: self.sandbox.clone(),
            source,
        }
    }

    fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.sandbox)
    }
}

fn header() -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    let (body, check) = bytes.split_at_mut(24);
    let version = VERSION.to_le_bytes();
    let filled = MAGIC.iter().chain(&version).copied();
    body.iter_mut()
        .zip(filled)
        .for_each(|(to, from)| *to = from);
    let digest = blake3::hash(body);
    check
        .iter_mut()
        .zip(digest.as_bytes())
        .for_each(|(to, from)| *to = *from);
    bytes
}

/// What the first frame follows.
fn start() -> Check {
    check(&header())
}

fn frame(number: u64, root: Digest, previous: &Check) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    let body = number.to_le_bytes();
    let body = body.iter().chain(root.as_bytes()).chain(previous).copied();
    frame.iter_mut().zip(body).for_each(|(to, from)| *to = from);
    let (body, end) = frame.split_at_mut(FRAME - size_of::<Check>());
    end.copy_from_slice(&check(body));
    frame
}

/// Where the journal ends with this frame, or what is wrong with it.
fn read(frame: &[u8; FRAME], end: &End) -> Result<End, &'static str> {
    if !is_whole(frame) {
        return Err("its checksum is wrong");
    }
    let number = frame.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
    let root = frame.get(8..40).and_then(|bytes| bytes.try_into().ok());
    let (Some(root), Some(previous)) = (root, frame.get(40..56)) else {
        return Err("it is too short");
    };
    if previous != end.check {
        return Err("it does not follow the frame before it");
    }
    // The first one goes on from the file that this one replaced.
    if end.root.is_some() && end.number.checked_add(1) != Some(number) {
        return Err("its number does not follow");
    }
    Ok(End {
        len: end.len + FRAME as u64,
        number,
        check: check_of(frame),
        root: Some(Digest::from_bytes(root)),
    })
}

fn is_whole(frame: &[u8; FRAME]) -> bool {
    let (body, _) = frame.split_at(FRAME - size_of::<Check>());
    check(body) == check_of(frame)
}

fn check_of(frame: &[u8; FRAME]) -> Check {
    frame.last_chunk().copied().unwrap_or_default()
}

fn check(bytes: &[u8]) -> Check {
    let digest = blake3::hash(bytes);
    digest.as_bytes().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
