//! What unpacking and packing a directory needs: no link on the way is followed, and contents come and
//! go in pieces.

use std::io::{self, Read};

use super::content::INLINE;
use super::errno::Errno;
use super::error::FsError;
use super::handle::{Handle, SetTime};
use super::inode::{Kind, Stat};
use super::resolve::Follow;
use super::{GuestPath, Vfs};

/// Mode of directories made on the way to something.
const DIR_MODE: u16 = 0o755;

impl Vfs {
    /// Opens a file to read it in pieces.
    ///
    /// # Errors
    /// [`FsError::IsADirectory`], and what opening gives.
    pub(crate) fn open_file(&self, path: &GuestPath) -> Result<Handle, FsError> {
        self.open_read(path)
            .map_err(|errno| FsError::of(path, errno))
    }

    /// What is known of what `path` leads to; `None` if there is nothing.
    ///
    /// # Errors
    /// Those of the path.
    pub(crate) fn look(&self, path: &GuestPath, follow: Follow) -> Result<Option<Stat>, FsError> {
        match self.host().stat_at(path.relative(), follow) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NoEnt) => Ok(None),
            Err(errno) => Err(FsError::of(path, errno)),
        }
    }

    /// Makes a directory where there is none; one that is there stays as it is.
    ///
    /// # Errors
    /// [`FsError::NotADirectory`] for anything else, links too.
    pub(crate) fn place_dir(&self, path: &GuestPath) -> Result<(), FsError> {
        match self.look(path, Follow::No)?.map(|stat| stat.kind) {
            None => self
                .host()
                .create_dir(path.relative(), DIR_MODE)
                .map_err(|errno| FsError::of(path, errno)),
            Some(Kind::Directory) => Ok(()),
            Some(_) => Err(FsError::NotADirectory {
                path: path.to_string(),
            }),
        }
    }

    /// Writes a whole file of `size` bytes; what was there is replaced, a link itself and not what it
    /// leads to.
    ///
    /// # Errors
    /// [`FsError::IsADirectory`], [`FsError::NoSpace`], what reading gives, and others of the path.
    pub(crate) fn place_file(
        &self,
        path: &GuestPath,
        from: &mut dyn Read,
        size: u64,
    ) -> Result<(), FsError> {
        self.make_way(path)?;
        let failed = |errno| FsError::of(path, errno);
        // A collection must not take what is put before the file has it.
        let _writing = self.io().store.writing();
        if size > INLINE {
            let content = self.io().store.put_content(&mut from.take(size))?;
            return self.put(path, &[], Some(content)).map_err(failed);
        }
        let mut bytes = Vec::new();
        let read = from.take(size).read_to_end(&mut bytes);
        read.map_err(|source| crate::store::StoreError::Input { source })?;
        self.put(path, &bytes, None).map_err(failed)
    }

    /// Makes a symbolic link; as [`Vfs::place_file`].
    ///
    /// # Errors
    /// As [`Vfs::place_file`].
    pub(crate) fn place_symlink(&self, path: &GuestPath, target: &str) -> Result<(), FsError> {
        self.make_way(path)?;
        self.unlink_any(path)?;
        self.host()
            .symlink(target, path.relative())
            .map_err(|errno| FsError::of(path, errno))
    }

    /// Gives the file at `old` another name; as [`Vfs::place_file`].
    ///
    /// # Errors
    /// As [`Vfs::place_file`].
    pub(crate) fn place_link(&self, old: &GuestPath, path: &GuestPath) -> Result<(), FsError> {
        self.make_way(path)?;
        self.unlink_any(path)?;
        let root = self.host();
        root.link(old.relative(), Follow::No, &root, path.relative())
            .map_err(|errno| FsError::of(path, errno))
    }

    /// Sets mode bits and the time of last change, in nanoseconds since the Unix epoch.
    ///
    /// # Errors
    /// Those of the path.
    pub(crate) fn set_attributes(
        &self,
        path: &GuestPath,
        mode: u16,
        mtime: i64,
    ) -> Result<(), FsError> {
        let root = self.host();
        root.set_mode_at(path.relative(), Follow::No, mode)
            .and_then(|()| {
                let time = SetTime::At(mtime);
                root.set_times_at(path.relative(), Follow::No, SetTime::Keep, time)
            })
            .map_err(|errno| FsError::of(path, errno))
    }

    /// Out of the way with a link, or a directory in it is an error.
    fn make_way(&self, path: &GuestPath) -> Result<(), FsError> {
        match self.look(path, Follow::No)?.map(|stat| stat.kind) {
            Some(Kind::Directory) => Err(FsError::IsADirectory {
                path: path.to_string(),
            }),
            Some(Kind::Symlink | Kind::Device(_)) => self.unlink_any(path),
            Some(Kind::File) | None => Ok(()),
        }
    }

    fn unlink_any(&self, path: &GuestPath) -> Result<(), FsError> {
        match self.host().unlink(path.relative()) {
            Ok(()) | Err(Errno::NoEnt) => Ok(()),
            Err(errno) => Err(FsError::of(path, errno)),
        }
    }
}

/// Reads a file from its beginning to its end.
#[derive(Debug)]
pub(crate) struct FileReader {
    file: Handle,
    position: u64,
}

impl FileReader {
    pub(crate) fn new(file: Handle) -> Self {
        Self { file, position: 0 }
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self
            .file
            .read(buffer.len(), self.position)
            .map_err(|errno| io::Error::other(errno.to_string()))?;
        let count = bytes.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        self.position += count as u64;
        Ok(count)
    }
}
