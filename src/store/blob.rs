//! Objects as files: putting, getting, positioned reads, temporaries.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use cap_std::fs::{Dir, OpenOptions};

use super::error::StoreError;
use super::{Inner, Store};
use crate::digest::Digest;

/// How old a temporary must be to count as left behind: no object takes that long to write.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Objects kept open for reading, of the whole store: file descriptors are the host's, and guests
/// decide how many files they read.
const KEPT_OPEN: usize = 64;

/// Makes the names of this process's temporaries differ.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// An open object for positioned reads, which are *not* compared with its digest.
#[derive(Debug)]
pub(crate) struct BlobFile {
    file: File,
    len: u64,
}

impl BlobFile {
    /// Reads at `offset` (bytes) without moving anything shared; fewer bytes than asked for only at
    /// the end.
    ///
    /// # Errors
    /// What the host says.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        if offset >= self.len {
            // The host refuses offsets that no file has.
            return Ok(0);
        }
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(done as u64);
            match read_once(&self.file, rest, at) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Its size in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}

#[cfg(unix)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// `ab/<62 digits>`: where an object is below `blobs`.
pub(super) fn object_path(digest: Digest) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut path = String::with_capacity(65);
    for (at, byte) in digest.as_bytes().iter().enumerate() {
        if at == 1 {
            path.push('/');
        }
        for nibble in [byte >> 4, byte & 15] {
            path.push(
                DIGITS
                    .get(usize::from(nibble))
                    .copied()
                    .map_or('0', char::from),
            );
        }
    }
    path
}

impl Inner {
    /// The size in bytes of an object that is here.
    pub(super) fn len_here(&self, digest: Digest) -> io::Result<Option<u64>> {
        match self.blobs.metadata(object_path(digest)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes `bytes` aside and renames them to `digest`'s place.
    fn write_object(&self, digest: Digest, bytes: &[u8]) -> io::Result<()> {
        let (name, mut file) = create_temporary(&self.tmp)?;
        let written = file
            .write_all(bytes)
            .and_then(|()| if self.sync { file.sync_all() } else { Ok(()) });
        drop(file);
        let placed = written.and_then(|()| {
            self.in_fan_out(digest, |path| self.tmp.rename(&name, &self.blobs, path))
        });
        placed.or_else(|error| {
            // Nothing more can be done about a temporary that stays; opening removes it some day.
            self.tmp.remove_file(&name).ok();
            // Where an open file cannot be replaced, someone else has put the same object.
            match self.len_here(digest) {
                Ok(Some(len)) if len == bytes.len() as u64 => Ok(()),
                _ => Err(error),
            }
        })
    }

    /// Does `work` with the path of an object, making its folder if that is what is missing.
    pub(super) fn in_fan_out(
        &self,
        digest: Digest,
        work: impl Fn(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = object_path(digest);
        match work(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = path.split('/').next().unwrap_or_default();
                match self.blobs.create_dir(folder) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
                    _ => work(&path),
                }
            }
            result => result,
        }
    }
}

/// A new file in `tmp` with its name.
pub(super) fn create_temporary(tmp: &Dir) -> io::Result<(String, cap_std::fs::File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        match tmp.open_with(&name, &options) {
            // A process that had our number long ago left it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Ok(file) => return Ok((name, file)),
            Err(error) => return Err(error),
        }
    }
}

impl Store {
    /// Stores `bytes`. Storing what is there already costs one look at the file's length; a file
    /// of another length is what a crash of the machine left, and is written again.
    ///
    /// # Errors
    /// If the host's filesystem refuses.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        self.put_known(digest, bytes)?;
        Ok(digest)
    }

    /// [`put`](Self::put) for a caller that knows the digest.
    pub(super) fn put_known(&self, digest: Digest, bytes: &[u8]) -> Result<(), StoreError> {
        let _writing = self.writing();
        self.inner.guards.note(digest);
        let inner = &self.inner;
        let put = inner.len_here(digest).and_then(|len| {
            if len == Some(bytes.len() as u64) {
                return Ok(());
            }
            inner.write_object(digest, bytes)
        });
        put.map_err(|source| self.object_io("writing an object", digest, source))
    }

    /// Whether an object is here or in the parent. It says nothing about what a collection is about
    /// to do: only an object reachable from a root in use, or put by an unfinished
    /// [`writing`](Self::writing), stays.
    pub(crate) fn contains(&self, digest: Digest) -> bool {
        self.contains_here(digest) || self.parent().is_some_and(|parent| parent.contains(digest))
    }

    pub(super) fn contains_here(&self, digest: Digest) -> bool {
        matches!(self.inner.len_here(digest), Ok(Some(_)))
    }

    /// The bytes of an object of at most `max` bytes, compared with its digest.
    ///
    /// # Errors
    /// [`Missing`](StoreError::Missing), [`Damaged`](StoreError::Damaged),
    /// [`TooLarge`](StoreError::TooLarge), or that the host's filesystem refuses.
    pub(crate) fn get(&self, digest: Digest, max: u64) -> Result<Vec<u8>, StoreError> {
        let BlobFile { file, len } = self.open_anew(digest)?;
        if len > max {
            return Err(StoreError::TooLarge {
                digest,
                size: len,
                limit: max,
            });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        file.take(len)
            .read_to_end(&mut bytes)
            .map_err(|source| self.object_io("reading an object", digest, source))?;
        if Digest::of(&bytes) != digest {
            return Err(StoreError::Damaged { digest });
        }
        Ok(bytes)
    }

    /// Opens an object for positioned reads, which are not verified. Those opened last are kept open:
    /// the next read of a file nearly always wants the same one.
    ///
    /// # Errors
    /// [`Missing`](StoreError::Missing), or that the host's filesystem refuses.
    pub(crate) fn open_blob(&self, digest: Digest) -> Result<Arc<BlobFile>, StoreError> {
        let lock = || {
            let open = self.inner.open.lock();
            open.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((_, blob)) = lock().iter().find(|(known, _)| *known == digest) {
            return Ok(Arc::clone(blob));
        }
        let blob = Arc::new(self.open_anew(digest)?);
        let mut open = lock();
        open.push_front((digest, Arc::clone(&blob)));
        open.truncate(KEPT_OPEN);
        Ok(blob)
    }

    fn open_anew(&self, digest: Digest) -> Result<BlobFile, StoreError> {
        let opened = self.inner.blobs.open(object_path(digest)).and_then(|file| {
            let file = file.into_std();
            let len = file.metadata()?.len();
            Ok(BlobFile { file, len })
        });
        match (opened, self.parent()) {
            (Ok(blob), _) => Ok(blob),
            (Err(error), parent) if error.kind() == ErrorKind::NotFound => match parent {
                Some(parent) => parent.open_anew(digest),
                None => Err(StoreError::Missing { digest }),
            },
            (Err(source), _) => Err(self.object_io("opening an object", digest, source)),
        }
    }

    pub(super) fn object_io(
        &self,
        what: &'static str,
        digest: Digest,
        source: io::Error,
    ) -> StoreError {
        self.io(what, &format!("blobs/{}", object_path(digest)), source)
    }

    /// Removes what processes that ended long ago left in `tmp`. Ages are told by the filesystem's
    /// own clock, which need not agree with ours.
    pub(super) fn remove_stale_temporaries(&self) -> io::Result<()> {
        let tmp = &self.inner.tmp;
        let names: Vec<_> = tmp
            .entries()?
            .filter_map(|entry| Some(entry.ok()?.file_name()))
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        let (probe, file) = create_temporary(tmp)?;
        let now = file.metadata().and_then(|metadata| metadata.modified());
        drop(file);
        tmp.remove_file(probe)?;
        let now = now?;
        for name in names {
            // What cannot be looked at or removed has just gone, or is not ours to remove.
            let age = tmp
                .metadata(&name)
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|modified| now.duration_since(modified).ok());
            if age.is_some_and(|age| age > STALE) {
                tmp.remove_file(&name).ok();
            }
        }
        Ok(())
    }
}
