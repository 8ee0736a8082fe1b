//! Files as programs.

use std::io::{self, Read};

use bytes::Bytes;

use super::Vfs;
use super::errno::Errno;
use super::error::FsError;
use super::inode::{Body, Kind};
use super::path::GuestPath;
use crate::digest::Digest;
use crate::store::{Content, Store};

/// How much of a file tells what it is.
const START: usize = 256;
/// What WebAssembly begins with, modules and components alike.
const MAGIC: &[u8] = b"\0asm";
/// Largest program that a guest may bring: bounds what compiling it takes.
const MAX_UPLOAD_BYTES: u64 = 32 << 20;
/// Before the bytes of a guest's own program when they are hashed: their digest must never be that
/// of something in the store.
const UPLOAD_DOMAIN: &[u8] = b"belljar uploaded program\0";

/// A program: a file that holds WebAssembly, known by its content.
#[derive(Clone, Debug)]
pub(crate) struct ProgramFile {
    /// Stands for its content, everywhere and always.
    pub(crate) digest: Digest,
    /// Whether it is none of an installed runtime.
    pub(crate) uploaded: bool,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Stored(Content, Store),
    Private(Bytes),
}

impl ProgramFile {
    /// A program that the store has.
    pub(crate) fn new(store: &Store, content: Content) -> Self {
        Self {
            digest: content.digest,
            uploaded: false,
            source: Source::Stored(content, store.clone()),
        }
    }

    /// A program that is nowhere but in memory.
    fn private(bytes: Bytes) -> Self {
        let digest = Digest::of(&[UPLOAD_DOMAIN, &bytes].concat());
        Self {
            digest,
            uploaded: true,
            source: Source::Private(bytes),
        }
    }

    /// Its bytes, verified. Blocks.
    ///
    /// # Errors
    /// If the store does not have it, or not whole.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        match &self.source {
            Source::Private(bytes) => Ok(bytes.to_vec()),
            Source::Stored(content, store) => {
                let mut bytes = Vec::new();
                store.read_content(content).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}

/// What a path turned out to name when asked for a program.
#[derive(Clone, Debug)]
pub(crate) enum Executable {
    /// A program of an installed runtime.
    Installed(ProgramFile),
    /// WebAssembly that the sandbox has from elsewhere.
    Uploaded(ProgramFile),
    /// Something else, with its first bytes.
    Other(Vec<u8>),
}

impl Vfs {
    /// Finds out what executing `path` would run.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsADirectory`], [`FsError::PermissionDenied`] for a file
    /// that is not executable, [`FsError::TooLarge`] for WebAssembly of more than 32 MiB that is not
    /// installed.
    pub(crate) fn executable(&self, path: &GuestPath) -> Result<Executable, FsError> {
        let failed = |errno| FsError::of(path, errno);
        let file = self.open_read(path).map_err(failed)?;
        let stat = file.stat().map_err(failed)?;
        if stat.mode & 0o100 == 0 || stat.kind != Kind::File {
            return Err(failed(Errno::Access));
        }
        let content = {
            let state = self.lock();
            let inode = state.inode(file.ino).map_err(failed)?;
            match &inode.body {
                Body::File(data) => data.stored().cloned(),
                _ => None,
            }
        };
        let stored = |content| ProgramFile::new(&self.io().store, content);
        if let Some(content) = &content
            && self.inner.programs.contains(&content.digest)
        {
            return Ok(Executable::Installed(stored(*content)));
        }
        let start = file.read(START, 0).map_err(failed)?;
        if !start.starts_with(MAGIC) {
            return Ok(Executable::Other(start));
        }
        if stat.size > MAX_UPLOAD_BYTES {
            return Err(FsError::TooLarge {
                path: path.to_string(),
                size: stat.size,
                limit: MAX_UPLOAD_BYTES,
            });
        }
        let program = match content {
            Some(content) => ProgramFile {
                uploaded: true,
                ..stored(content)
            },
            None => {
                let size = usize::try_from(stat.size).unwrap_or(usize::MAX);
                ProgramFile::private(file.read(size, 0).map_err(failed)?.into())
            }
        };
        Ok(Executable::Uploaded(program))
    }
}
