//! Archives of a sandbox's directories: out as they are at one moment, and in.
//!
//! Nothing is ever in memory as a whole. What goes out is read from the saved tree, so a program that
//! goes on writing does not show in it, and a slow reader holds nobody up. What comes in is put aside
//! on disk first and gone through twice: all of it is checked before any of it is written.

mod pack;
mod plan;
mod unpack;
mod zip;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use self::plan::Plan;
use super::error::{Repr, SandboxError};
use super::handle::Sandbox;
use crate::vfs::{EntryKind, GuestPath, Vfs, WORKSPACE};

/// The most bytes that an archive has, as it comes in.
const MAX_ARCHIVE: u64 = 1 << 30;

/// The form of an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveFormat {
    /// A tar archive compressed with gzip.
    #[default]
    TarGz,
    /// A zip archive.
    Zip,
}

impl ArchiveFormat {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::TarGz, Self::Zip];

    /// Its name: `tar.gz` or `zip`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let all = Self::ALL.iter().copied();
        all.into_iter().find(|format| format.as_str() == name)
    }

    /// The one of an archive that begins like this.
    fn of(start: [u8; 2]) -> Option<Self> {
        match start {
            [0x1f, 0x8b] => Some(Self::TarGz),
            [b'P', b'K'] => Some(Self::Zip),
            _ => None,
        }
    }
}

fn resolve(path: Option<&str>) -> Result<GuestPath, SandboxError> {
    let path = path.filter(|path| !path.is_empty()).unwrap_or(WORKSPACE);
    let workspace = GuestPath::parse(WORKSPACE, &GuestPath::root())?;
    Ok(GuestPath::parse(path, &workspace)?)
}

impl Sandbox {
    /// Writes a directory with all in it as an archive, or a single file; the workspace without a
    /// path. Names in it are relative to the directory. Devices are left out. Dropping the future does
    /// not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) and others of the path, before anything is
    /// written, and what writing gives.
    pub async fn download_archive(
        &self,
        path: Option<&str>,
        format: ArchiveFormat,
        to: impl Write + Send + 'static,
    ) -> Result<(), SandboxError> {
        let path = resolve(path)?;
        let pack = move |vfs: &Vfs| pack::pack(vfs, &path, format, to);
        self.inner.with_saved(pack).await
    }

    /// Unpacks an archive into a directory, which is made if it is not there; the workspace without a
    /// path. What is there already stays, but for files and links of the same names. Without a format
    /// it is told by how the archive begins. Everything is checked before anything is written. Returns
    /// how many entries it has. Dropping the future does not stop it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](super::ErrorKind::InvalidArgument) for what is no such archive,
    /// or leads out of the directory, through a link, or to a device;
    /// [`ErrorKind::LimitExceeded`](super::ErrorKind::LimitExceeded) for one that is too large, or
    /// larger than the sandbox's disk. Only if that is used up on the way is a part of it written, and
    /// the text says so.
    pub async fn upload_archive(
        &self,
        path: Option<&str>,
        format: Option<ArchiveFormat>,
        from: impl Read + Send + 'static,
    ) -> Result<u64, SandboxError> {
        let path = resolve(path)?;
        let data = Arc::clone(&self.inner.shared.data);
        let taking = self.inner.blocking(move || take(data.path(), from, format));
        let (file, format) = taking.await?;
        self.unpack(path, file, format).await
    }

    /// Unpacks an archive that was taken before into the workspace; as [`Sandbox::upload_archive`].
    pub(super) async fn upload_taken(&self, taken: &Taken) -> Result<u64, SandboxError> {
        let file = taken.0.try_clone().map_err(Repr::Data)?;
        let format = format_of(&file, None)?;
        self.unpack(resolve(None)?, file, format).await
    }

    async fn unpack(
        &self,
        path: GuestPath,
        mut file: File,
        format: ArchiveFormat,
    ) -> Result<u64, SandboxError> {
        let store = self.inner.shared.store.clone();
        let unpack = move |vfs: &Vfs| {
            // What is written is in the files, or garbage, when this is over.
            let _writing = store.writing();
            let mut plan = Plan::new(vfs, path);
            unpack::each(&mut file, format, &mut |item, content| {
                plan.check(item, content)
            })?;
            plan.fits()?;
            unpack::each(&mut file, format, &mut |item, content| {
                plan.write(item, content)
            })?;
            plan.finish()
        };
        self.inner.change_files(unpack).await
    }
}

/// An archive that was taken to be unpacked later, by one at a time.
#[derive(Debug)]
pub(super) struct Taken(File);

impl Taken {
    /// Takes an archive to a file without a name in `folder`.
    pub(super) fn new(folder: &Path, from: impl Read) -> Result<Self, SandboxError> {
        take(folder, from, None).map(|(file, _)| Self(file))
    }
}

/// Takes an archive to a file without a name in `folder`, and looks at what it is.
fn take(
    folder: &Path,
    from: impl Read,
    format: Option<ArchiveFormat>,
) -> Result<(File, ArchiveFormat), SandboxError> {
    let file = put_aside(tempfile::tempfile_in(folder).map_err(Repr::Data)?, from)?;
    let format = format_of(&file, format)?;
    Ok((file, format))
}

/// Copies an archive to a file.
fn put_aside(mut file: File, from: impl Read) -> Result<File, SandboxError> {
    let copied = io::copy(&mut from.take(MAX_ARCHIVE + 1), &mut file);
    let size = copied.map_err(|source| invalid(format!("it cannot be read: {source}")))?;
    if size > MAX_ARCHIVE {
        return Err(too_large("bytes as it comes in", MAX_ARCHIVE));
    }
    Ok(file)
}

/// What it is said to be, if it looks like that.
fn format_of(file: &File, said: Option<ArchiveFormat>) -> Result<ArchiveFormat, SandboxError> {
    let mut file = file;
    let mut start = [0; 2];
    let begin = file.seek(SeekFrom::Start(0));
    let found = begin
        .and_then(|_| file.read_exact(&mut start))
        .ok()
        .and_then(|()| ArchiveFormat::of(start));
    match (found, said) {
        (Some(found), Some(said)) if found != said => Err(invalid(format!(
            "it is {}, not {}",
            found.as_str(),
            said.as_str()
        ))),
        (Some(found), _) => Ok(found),
        (None, _) => Err(invalid("it is neither a tar.gz nor a zip archive")),
    }
}

fn invalid(reason: impl Into<String>) -> SandboxError {
    SandboxError::invalid("archive", reason)
}

fn too_large(what: &'static str, limit: u64) -> SandboxError {
    Repr::ArchiveTooLarge { what, limit }.into()
}

/// A name as error messages show it.
fn shown(name: &str) -> String {
    const MOST: usize = 200;
    let short: String = name.chars().take(MOST).collect();
    format!("{short:?}")
}
