//! Archives from and to files, pipes and the terminal's streams.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::exit::CliError;
use crate::{Belljar, SnapshotId};

/// What is read of an archive at once.
const READ_BYTES: usize = 256 * 1024;

/// Opens an archive to read; `-` is stdin.
pub(super) fn open(file: &Path) -> Result<Box<dyn Read + Send>, CliError> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let opened = File::open(file).map_err(|source| CliError::ReadFile {
        path: file.to_owned(),
        source,
    })?;
    Ok(Box::new(BufReader::with_capacity(READ_BYTES, opened)))
}

/// Writes a snapshot to a file, or to stdout if that is not a terminal.
pub(super) async fn export(
    belljar: &Belljar,
    id: &SnapshotId,
    file: Option<&Path>,
) -> Result<(), CliError> {
    match file {
        Some(file) if file != Path::new("-") => to_file(belljar, id, file).await,
        _ if io::stdout().is_terminal() => Err(CliError::ArchiveToTerminal),
        _ => {
            let failed = |source| CliError::WriteFile {
                path: "stdout".into(),
                source,
            };
            write(belljar, id, io::stdout(), failed).await?;
            io::stdout().flush().map_err(failed)
        }
    }
}

/// Writes aside and renames, so that the file is whole or not there.
async fn to_file(belljar: &Belljar, id: &SnapshotId, file: &Path) -> Result<(), CliError> {
    let failed = |source| CliError::WriteFile {
        path: file.to_owned(),
        source,
    };
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    // Not buffered: what is lost when a buffer is dropped is not heard of.
    let to = aside.as_file().try_clone().map_err(failed)?;
    write(belljar, id, to, failed).await?;
    aside.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Writes a snapshot. What our own output fails with is told from what the library fails with: a
/// reader that has seen enough, or a full disk, is not a fault of the store.
async fn write(
    belljar: &Belljar,
    id: &SnapshotId,
    to: impl Write + Send + 'static,
    failed: impl FnOnce(io::Error) -> CliError,
) -> Result<(), CliError> {
    let noted = Arc::new(Mutex::new(None));
    let to = Noting {
        to,
        failure: Arc::clone(&noted),
    };
    let written = belljar.export_snapshot(id, to).await;
    let failure = noted.lock().unwrap_or_else(PoisonError::into_inner).take();
    match failure {
        Some(kind) => Err(failed(io::Error::from(kind))),
        None => Ok(written?),
    }
}

/// A writer that remembers how it failed.
struct Noting<W> {
    to: W,
    failure: Arc<Mutex<Option<io::ErrorKind>>>,
}

impl<W> Noting<W> {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            *failure = Some(error.kind());
        }
        result
    }
}

impl<W: Write> Write for Noting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.to.flush();
        self.note(flushed)
    }
}
