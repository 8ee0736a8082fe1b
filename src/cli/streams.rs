//! Bytes between the API and this machine's files and streams, a piece at a time.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::StreamExt;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::client::Pieces;
use super::exit::CliError;

/// What is read at once: a pipe's capacity.
const PIECE_BYTES: usize = 64 * 1024;

/// What a reader gives, as it comes.
pub(super) fn pieces(from: impl AsyncRead + Unpin + Send + 'static) -> Pieces {
    Box::pin(futures::stream::unfold(from, |mut from| async move {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        match from.read_buf(&mut piece).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(Bytes::from(piece)), from)),
            Err(error) => Some((Err(error), from)),
        }
    }))
}

/// A file to read, and how many bytes it has; `-` is stdin, which has none that are known.
///
/// # Errors
/// [`CliError::ReadFile`] if it cannot be opened.
pub(super) async fn input(file: &Path) -> Result<(Pieces, Option<u64>), CliError> {
    if file == Path::new("-") {
        return Ok((pieces(tokio::io::stdin()), None));
    }
    let failed = |source| CliError::ReadFile {
        path: file.to_owned(),
        source,
    };
    let opened = tokio::fs::File::open(file).await.map_err(failed)?;
    let metadata = opened.metadata().await.map_err(failed)?;
    Ok((
        pieces(opened),
        Some(metadata.len()).filter(|_| metadata.is_file()),
    ))
}

/// Writes bytes as they come, and says how many that were.
///
/// # Errors
/// [`CliError::CutOff`] if they end before their end, [`CliError::WriteOutput`] if they cannot be written.
pub(super) async fn pour(
    mut pieces: Pieces,
    mut to: impl AsyncWrite + Unpin,
) -> Result<u64, CliError> {
    let failed = |source| CliError::WriteOutput { source };
    let mut written = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|source| CliError::CutOff { source })?;
        to.write_all(&piece).await.map_err(failed)?;
        to.flush().await.map_err(failed)?;
        written += piece.len() as u64;
    }
    Ok(written)
}

/// A file on its way: it is written aside and takes its name when it is whole, so that what is cut off
/// replaces nothing.
#[derive(Debug)]
pub(super) struct Aside {
    file: NamedTempFile,
    to: PathBuf,
}

impl Aside {
    /// Begins one with these permissions, as far as the user's umask lets them be; its owner can use it
    /// in any case.
    ///
    /// # Errors
    /// [`CliError::WriteFile`] if its folder cannot be written to.
    pub(super) fn begin(to: &Path, mode: u32) -> Result<Self, CliError> {
        let folder = match to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = made_in(folder, mode);
        Ok(Self {
            file: file.map_err(|source| unwritable(to, source))?,
            to: to.to_owned(),
        })
    }

    /// Writes what comes next. Blocks: a command has nothing better to do meanwhile.
    ///
    /// # Errors
    /// [`CliError::WriteFile`], such as of a full disk.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        io::Write::write_all(&mut self.file, bytes).map_err(|source| unwritable(&self.to, source))
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// [`CliError::WriteFile`] if something is there that cannot be replaced.
    pub(super) fn finish(self) -> Result<(), CliError> {
        let Self { file, to } = self;
        match file.persist(&to) {
            Ok(_) => Ok(()),
            Err(error) => Err(unwritable(&to, error.error)),
        }
    }
}

#[cfg(unix)]
fn made_in(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode & 0o777 | 0o600);
    tempfile::Builder::new()
        .permissions(permissions)
        .tempfile_in(folder)
}

#[cfg(not(unix))]
fn made_in(folder: &Path, _mode: u32) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder)
}

fn unwritable(path: &Path, source: io::Error) -> CliError {
    CliError::WriteFile {
        path: path.to_owned(),
        source,
    }
}

/// Writes a file of bytes as they come.
///
/// # Errors
/// As [`pour`], and [`CliError::WriteFile`].
pub(super) async fn save(mut pieces: Pieces, to: &Path) -> Result<(), CliError> {
    let mut aside = Aside::begin(to, 0o666)?;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|source| CliError::CutOff { source })?;
        aside.write(&piece)?;
    }
    aside.finish()
}
