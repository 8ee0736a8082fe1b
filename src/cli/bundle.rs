//! Files of this machine as tar.gz archives, which is how the API takes and gives many or large ones.
//!
//! An archive is never whole in memory: it is made, or unpacked, on a thread of its own while it is sent
//! or received, and a short queue keeps either side from running ahead.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Buf, Bytes};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use futures::StreamExt;
use tar::{Archive, EntryType, Header};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::client::Pieces;
use super::exit::CliError;
use super::progress::Bar;
use super::streams::Aside;
use super::table::visible;

/// What is sent at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Pieces that wait to be sent.
const QUEUED: usize = 4;

/// The deepest directory that is copied.
const DEEPEST: usize = 256;

/// What one archive holds, before compression, of more than one file: a server takes at most 1 GiB of
/// archive and 200,000 entries, and puts all of it aside before it writes any of it.
const ARCHIVE_BYTES: u64 = 512 << 20;
const ARCHIVE_ENTRIES: usize = 50_000;

/// What is at one path of this machine.
#[derive(Debug)]
pub(super) struct Entry {
    path: PathBuf,
    /// What it is called in the archive.
    name: String,
    metadata: Metadata,
}

impl Entry {
    fn size(&self) -> u64 {
        if self.metadata.is_file() {
            self.metadata.len()
        } else {
            0
        }
    }
}

/// What is at `from`, under `name`, with all that is below it; a link at the top is followed, those
/// below are copied as links.
///
/// # Errors
/// [`CliError::ReadFile`], and [`CliError::Usage`] for names that no sandbox has and what is nested too
/// deeply.
pub(super) async fn entries(from: &Path, name: &str) -> Result<Vec<Entry>, CliError> {
    let (from, name) = (from.to_owned(), name.to_owned());
    let walking = tokio::task::spawn_blocking(move || walk(&from, &name));
    walking.await.map_err(panicked)?
}

fn panicked(error: tokio::task::JoinError) -> CliError {
    CliError::Threads {
        source: io::Error::other(error),
    }
}

fn walk(from: &Path, name: &str) -> Result<Vec<Entry>, CliError> {
    let mut found = Vec::new();
    let mut left = vec![(from.to_owned(), name.to_owned(), 0_usize)];
    while let Some((path, name, depth)) = left.pop() {
        let metadata = match depth {
            0 => std::fs::metadata(&path),
            _ => std::fs::symlink_metadata(&path),
        };
        let metadata = metadata.map_err(|source| unreadable(&path, source))?;
        if metadata.is_dir() {
            if depth == DEEPEST {
                return Err(CliError::Usage(format!("{} is too deep", path.display())));
            }
            for entry in std::fs::read_dir(&path).map_err(|source| unreadable(&path, source))? {
                let entry = entry.map_err(|source| unreadable(&path, source))?;
                let file_name = entry.file_name();
                let Some(file_name) = file_name.to_str() else {
                    let path = entry.path();
                    return Err(CliError::Usage(format!("{} is not UTF-8", path.display())));
                };
                let below = match name.as_str() {
                    "" => file_name.to_owned(),
                    name => format!("{name}/{file_name}"),
                };
                left.push((entry.path(), below, depth + 1));
            }
        }
        found.push(Entry {
            path,
            name,
            metadata,
        });
    }
    Ok(found)
}

/// Bytes of all files.
pub(super) fn bytes_of(entries: &[Entry]) -> u64 {
    entries.iter().map(Entry::size).sum()
}

/// Entries in parts, each of which is a small enough archive, or a single file.
pub(super) fn parts(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut bytes = 0_u64;
    for entry in entries {
        let full = bytes.saturating_add(entry.size()) > ARCHIVE_BYTES;
        if !part.is_empty() && (full || part.len() == ARCHIVE_ENTRIES) {
            parts.push(std::mem::take(&mut part));
            bytes = 0;
        }
        bytes = bytes.saturating_add(entry.size());
        part.push(entry);
    }
    parts.push(part);
    parts
}

/// Sends entries as an archive: `send` is given its bytes. What cannot be read here is told before what
/// comes of sending only a part.
///
/// # Errors
/// [`CliError::ReadFile`], and what `send` fails with.
pub(super) async fn send<T>(
    entries: Vec<Entry>,
    bar: &Bar,
    send: impl AsyncFnOnce(Pieces) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let (sender, receiver) = mpsc::channel(QUEUED);
    let bar = bar.clone();
    let packing = tokio::task::spawn_blocking(move || {
        let to = PieceWriter {
            sender: sender.clone(),
        };
        let packed = pack(&entries, &bar, to);
        if packed.is_err() {
            // Without it the archive would only end early. Nobody listens after a refusal.
            drop(sender.blocking_send(Err(io::Error::other("the archive is not whole"))));
        }
        packed
    });
    let pieces = futures::stream::unfold(receiver, |mut receiver| async move {
        Some((receiver.recv().await?, receiver))
    });
    let sent = send(Box::pin(pieces)).await;
    match packing.await {
        Ok(Err(Stopped::Here(error))) => Err(error),
        Ok(Ok(()) | Err(Stopped::There)) => sent,
        Err(error) => Err(panicked(error)),
    }
}

/// Why an archive was not made.
enum Stopped {
    /// Something cannot be read.
    Here(CliError),
    /// Nobody wants the rest.
    There,
}

impl From<io::Error> for Stopped {
    fn from(_: io::Error) -> Self {
        Self::There
    }
}

fn pack(entries: &[Entry], bar: &Bar, to: PieceWriter) -> Result<(), Stopped> {
    let here = |entry: &Entry, source| Stopped::Here(unreadable(&entry.path, source));
    let to = GzEncoder::new(
        BufWriter::with_capacity(PIECE_BYTES, to),
        Compression::fast(),
    );
    let mut archive = tar::Builder::new(to);
    for entry in entries {
        let metadata = &entry.metadata;
        let kind = metadata.file_type();
        let mut header = Header::new_gnu();
        header.set_mode(mode_of(metadata));
        header.set_mtime(seconds(metadata));
        if kind.is_file() {
            bar.on(entry.path.display().to_string());
            let file = File::open(&entry.path).map_err(|source| here(entry, source))?;
            header.set_size(metadata.len());
            let mut content = Exactly {
                file,
                left: metadata.len(),
                failed: None,
                bar,
            };
            let appended = archive.append_data(&mut header, &entry.name, &mut content);
            if let Some(source) = content.failed {
                return Err(here(entry, source));
            }
            appended?;
        } else if kind.is_dir() {
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            let name = format!("{}/", entry.name);
            // The directory itself, where it has no name, needs no entry.
            if !entry.name.is_empty() {
                archive.append_data(&mut header, name, io::empty())?;
            }
        } else if kind.is_symlink() {
            let target = std::fs::read_link(&entry.path).map_err(|source| here(entry, source))?;
            let Some(target) = target.to_str() else {
                bar.say(left_out(&entry.path.display().to_string()));
                continue;
            };
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            let target = if cfg!(windows) {
                target.replace('\\', "/")
            } else {
                target.to_owned()
            };
            archive.append_link(&mut header, &entry.name, target)?;
        } else {
            bar.say(left_out(&entry.path.display().to_string()));
        }
    }
    archive
        .into_inner()?
        .finish()?
        .into_inner()
        .map_err(|error| Stopped::from(error.into_error()))?;
    Ok(())
}

fn left_out(what: &str) -> String {
    format!("left out {}", visible(what))
}

fn unreadable(path: &Path, source: io::Error) -> CliError {
    CliError::ReadFile {
        path: path.to_owned(),
        source,
    }
}

#[cfg(unix)]
fn mode_of(metadata: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

#[cfg(not(unix))]
fn mode_of(metadata: &Metadata) -> u32 {
    if metadata.is_dir() { 0o755 } else { 0o644 }
}

fn seconds(metadata: &Metadata) -> u64 {
    let modified = metadata.modified().ok();
    let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_secs())
}

/// As many bytes of a file as it had when it was looked at: one that grows is cut, one that shrinks is
/// an error, since the archive has said already how many there are.
struct Exactly<'a> {
    file: File,
    left: u64,
    failed: Option<io::Error>,
    bar: &'a Bar,
}

impl Read for Exactly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let length = buffer.len().min(most);
        let read = self.file.read(buffer.get_mut(..length).unwrap_or_default());
        match read {
            Ok(0) if length > 0 => {
                self.failed = Some(io::Error::other("it became shorter while it was read"));
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Ok(read) => {
                self.left = self.left.saturating_sub(read as u64);
                self.bar.add(read as u64);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}

/// Hands what is written to whoever sends it.
struct PieceWriter {
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = bytes.get(..PIECE_BYTES).unwrap_or(bytes);
        let sent = self.sender.blocking_send(Ok(Bytes::copy_from_slice(part)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where an archive is unpacked to.
#[derive(Debug)]
pub(super) enum Target {
    /// All of it, below a directory.
    Directory(PathBuf),
    /// The one file that it has.
    File(PathBuf),
}

/// Unpacks an archive, and says how many files that were. Its names are a guest's choice: none leads out
/// of the directory, and nothing is made but files and directories.
///
/// # Errors
/// [`CliError::CutOff`] for what is no whole archive, [`CliError::WriteFile`].
pub(super) async fn unpack(pieces: Pieces, to: Target, bar: &Bar) -> Result<u64, CliError> {
    let bar = bar.clone();
    let given_up = GivenUp::default();
    let from = PieceReader {
        pieces,
        current: Bytes::new(),
        runtime: Handle::current(),
        given_up: Arc::clone(&given_up.0),
    };
    let unpacking = tokio::task::spawn_blocking(move || unpack_all(from, &to, &bar));
    unpacking.await.map_err(panicked)?
}

/// Tells the thread that unpacks, when it is dropped, to remove what it has begun to write.
#[derive(Default)]
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn unpack_all(from: impl Read, to: &Target, bar: &Bar) -> Result<u64, CliError> {
    let cut_off = |source| CliError::CutOff { source };
    let mut archive = Archive::new(MultiGzDecoder::new(from));
    let mut files = 0;
    if let Target::Directory(folder) = to {
        make_dir(folder)?;
    }
    for entry in archive.entries().map_err(cut_off)? {
        let mut entry = entry.map_err(cut_off)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        let path = match to {
            Target::File(path) => Some(path.clone()),
            Target::Directory(folder) => below(folder, &name),
        };
        match path {
            Some(path) if kind.is_file() => {
                bar.on(visible(&name));
                let mode = entry.header().mode().unwrap_or(0o644);
                let mut aside = Aside::begin(&path, mode)?;
                let mut buffer = vec![0; PIECE_BYTES];
                loop {
                    let read = entry.read(&mut buffer).map_err(cut_off)?;
                    if read == 0 {
                        break;
                    }
                    bar.add(read as u64);
                    aside.write(buffer.get(..read).unwrap_or_default())?;
                }
                aside.finish()?;
                files += 1;
            }
            Some(path) if kind.is_dir() => make_dir(&path)?,
            _ => bar.say(left_out(&name)),
        }
    }
    // What is behind the end of the archive belongs to it: without that it was cut off.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(cut_off)?;
    if files != 1 && matches!(to, Target::File(_)) {
        return Err(cut_off(io::Error::other(
            "the archive does not have one file",
        )));
    }
    Ok(files)
}

fn make_dir(path: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(path).map_err(|source| CliError::WriteFile {
        path: path.to_owned(),
        source,
    })
}

/// Where a name of an archive leads, if that is below `folder`.
fn below(folder: &Path, name: &str) -> Option<PathBuf> {
    // A colon begins a stream of another file on Windows, a backslash separates.
    if cfg!(windows) && name.contains([':', '\\']) {
        return None;
    }
    let mut path = folder.to_owned();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Reads what the API gives, on a thread that may block.
struct PieceReader {
    pieces: Pieces,
    current: Bytes,
    runtime: Handle,
    given_up: Arc<AtomicBool>,
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            if self.given_up.load(Ordering::Relaxed) {
                return Err(io::Error::other("nobody waits for it"));
            }
            match self.runtime.block_on(self.pieces.next()) {
                Some(piece) => self.current = piece?,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        let to = buffer.get_mut(..length).unwrap_or_default();
        self.current.copy_to_slice(to);
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
