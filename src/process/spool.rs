//! Retained output with live readers.
//!
//! A spool keeps what a process writes, from byte 0, so that a reader may come at any time: before
//! the process starts, while it runs, or after it ended. The first bytes are held in memory, the
//! rest in a file; what exceeds the limit is dropped and marked.
//!
//! Durability: none by itself. [`Spool::persist`] moves everything to the file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::clock::Clock;

/// Bytes held in memory before a file is made: most commands print less.
const MEMORY_BYTES: usize = 64 << 10;
/// Most bytes handed to a reader at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Retained output of one stream of one process.
#[derive(Debug)]
pub(crate) struct Spool {
    state: Mutex<State>,
    changed: Notify,
    limit: u64,
    path: Option<PathBuf>,
    /// Where the time comes from that each line begins with, if it does.
    stamps: Option<Arc<dyn Clock>>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes `[0, memory.len())` while there is no file.
    memory: Vec<u8>,
    /// Holds everything once it exists.
    file: Option<Arc<File>>,
    length: u64,
    written: u64,
    truncated: bool,
    closed: bool,
    failed: bool,
    discarded: bool,
    /// A line was begun and not ended.
    in_line: bool,
}

impl Spool {
    /// As [`Spool::stamped`], without stamps.
    #[cfg(test)]
    pub(crate) fn new(path: Option<PathBuf>, limit: u64) -> Arc<Self> {
        Self::stamped(path, limit, None)
    }

    /// A spool that retains at most `limit` bytes; beyond 64 KiB in a file at `path`. Without a
    /// path everything is held in memory. With a clock, each line begins with the time it was
    /// begun at and a space.
    pub(crate) fn stamped(
        path: Option<PathBuf>,
        limit: u64,
        stamps: Option<Arc<dyn Clock>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            stamps,
            state: Mutex::default(),
            changed: Notify::new(),
            limit,
            path,
        })
    }

    /// A closed spool over what an earlier process of this server left at `path`.
    pub(crate) fn reopen(path: PathBuf, limit: u64) -> Arc<Self> {
        let file = File::open(&path).ok();
        let length = file
            .as_ref()
            .and_then(|file| file.metadata().ok())
            .map_or(0, |metadata| metadata.len());
        Arc::new(Self {
            state: Mutex::new(State {
                file: file.map(Arc::new),
                length,
                written: length,
                closed: true,
                ..State::default()
            }),
            changed: Notify::new(),
            limit,
            path: Some(path),
            stamps: None,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends. Never blocks on readers; a failing disk truncates the output and is logged.
    pub(crate) fn append(&self, bytes: &[u8]) {
        {
            let mut state = self.lock();
            if state.closed {
                return;
            }
            state.written += bytes.len() as u64;
            let stamped;
            let bytes = match &self.stamps {
                Some(clock) => {
                    stamped = stamp(bytes, &mut state.in_line, &**clock);
                    &stamped
                }
                None => bytes,
            };
            let room = usize::try_from(self.limit - state.length).unwrap_or(usize::MAX);
            let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            if kept.len() < bytes.len() {
                state.truncated = true;
            }
            if kept.is_empty() || state.failed {
                return;
            }
            if let Err(error) = self.keep(&mut state, kept) {
                tracing::error!(%error, "output cannot be kept; it is truncated");
                state.failed = true;
                state.truncated = true;
                return;
            }
            state.length += kept.len() as u64;
        }
        self.changed.notify_waiters();
    }

    fn keep(&self, state: &mut State, bytes: &[u8]) -> io::Result<()> {
        if state.file.is_none() {
            if self.path.is_none() || state.memory.len() + bytes.len() <= MEMORY_BYTES {
                state.memory.extend_from_slice(bytes);
                return Ok(());
            }
            self.spill(state)?;
        }
        match &state.file {
            Some(file) => (&**file).write_all(bytes),
            None => Ok(()),
        }
    }

    /// Moves what is in memory to the file.
    fn spill(&self, state: &mut State) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Aside, and put in place whole: who finds the file after a crash takes it for all there was.
        let aside = path.with_extension("new");
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&aside)?;
        file.write_all(&state.memory)?;
        fs::rename(&aside, path)?;
        state.file = Some(Arc::new(file));
        state.memory = Vec::new();
        Ok(())
    }

    /// Puts everything into the file, which exists then even if there was no output. Without a
    /// path, or after [`Spool::discard`], nothing happens. Blocking.
    pub(crate) fn persist(&self) -> io::Result<()> {
        let mut state = self.lock();
        if state.file.is_none() && !state.discarded {
            self.spill(&mut state)?;
        }
        Ok(())
    }

    /// Drops all output and its file, for good. Readers see the end. Blocking.
    pub(crate) fn discard(&self) {
        let mut state = self.lock();
        state.discarded = true;
        state.closed = true;
        state.length = 0;
        state.memory = Vec::new();
        if state.file.take().is_some()
            && let Some(path) = &self.path
            && let Err(error) = fs::remove_file(path)
        {
            tracing::error!(%error, path = %path.display(), "output is not removed");
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The end of the stream: readers that have everything see it.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_waiters();
    }

    /// Whether some of it is in a file.
    pub(crate) fn has_file(&self) -> bool {
        self.lock().file.is_some()
    }

    /// Whether output was dropped because of the limit.
    pub(crate) fn truncated(&self) -> bool {
        self.lock().truncated
    }

    /// Bytes the process has written, kept or not.
    pub(crate) fn written(&self) -> u64 {
        self.lock().written
    }

    /// A reader from byte 0.
    pub(crate) fn reader(self: &Arc<Self>) -> SpoolReader {
        SpoolReader {
            spool: Arc::clone(self),
            position: 0,
        }
    }
}

/// Puts the time before each line that begins in `bytes`.
fn stamp(bytes: &[u8], in_line: &mut bool, clock: &dyn Clock) -> Vec<u8> {
    let now = clock.now();
    let mut stamped = Vec::with_capacity(bytes.len() + 32);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if !*in_line {
            stamped.extend_from_slice(format!("{now} ").as_bytes());
        }
        stamped.extend_from_slice(line);
        *in_line = !line.ends_with(b"\n");
    }
    stamped
}

/// Reads a spool from its start, following it live.
#[derive(Debug)]
pub(crate) struct SpoolReader {
    spool: Arc<Spool>,
    position: u64,
}

/// What a reader finds at its position.
enum Found {
    Bytes(Bytes),
    InFile(Arc<File>, usize),
    End,
    Nothing,
}

impl SpoolReader {
    /// The next bytes, at most 64 KiB; `None` at the end. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        loop {
            let spool = Arc::clone(&self.spool);
            let changed = spool.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.find() {
                Found::Bytes(bytes) => {
                    self.position += bytes.len() as u64;
                    return Some(Ok(bytes));
                }
                Found::InFile(file, length) => {
                    let position = self.position;
                    // A read of the page cache, but on a cold file it may wait for the disk.
                    let read = tokio::task::spawn_blocking(move || {
                        let mut buffer = vec![0; length];
                        read_exact_at(&file, &mut buffer, position).map(|()| Bytes::from(buffer))
                    });
                    return Some(match read.await {
                        Ok(Ok(bytes)) => {
                            self.position += bytes.len() as u64;
                            Ok(bytes)
                        }
                        Ok(Err(error)) => Err(error),
                        Err(error) => Err(io::Error::other(error)),
                    });
                }
                Found::End => return None,
                Found::Nothing => changed.await,
            }
        }
    }

    fn find(&self) -> Found {
        let state = self.spool.lock();
        let available = state.length.saturating_sub(self.position);
        if available == 0 {
            return if state.closed {
                Found::End
            } else {
                Found::Nothing
            };
        }
        let length = usize::try_from(available)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        if let Some(file) = &state.file {
            return Found::InFile(Arc::clone(file), length);
        }
        let start = usize::try_from(self.position).unwrap_or(usize::MAX);
        match state.memory.get(start..start.saturating_add(length)) {
            Some(bytes) => Found::Bytes(Bytes::copy_from_slice(bytes)),
            None => Found::End,
        }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, position)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut position: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !buffer.is_empty() {
        match file.seek_read(buffer, position)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = buffer.get_mut(read..).unwrap_or_default();
                position += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::{ManualClock, Timestamp};

    async fn read_all(mut reader: SpoolReader) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(bytes) = reader.next().await {
            all.extend_from_slice(&bytes.unwrap());
        }
        all
    }

    #[tokio::test]
    async fn readers_before_during_and_after_see_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(Some(folder.path().join("x/out")), u64::MAX);
        let early = tokio::spawn(read_all(spool.reader()));
        let mut expected = Vec::new();
        for i in 0..100u8 {
            let block = vec![i; 3000];
            spool.append(&block);
            expected.extend_from_slice(&block);
            if i == 50 {
                tokio::task::yield_now().await;
            }
        }
        let during = tokio::spawn(read_all(spool.reader()));
        spool.close();
        assert_eq!(early.await.unwrap(), expected);
        assert_eq!(during.await.unwrap(), expected);
        assert_eq!(read_all(spool.reader()).await, expected);
        assert!(!spool.truncated());
    }

    #[tokio::test]
    async fn the_limit_truncates_and_says_so() {
        let spool = Spool::new(None, 10);
        spool.append(b"12345678");
        assert!(!spool.truncated());
        spool.append(b"abcdef");
        spool.append(b"more");
        spool.close();
        assert!(spool.truncated());
        assert_eq!(spool.written(), 18);
        assert_eq!(read_all(spool.reader()).await, b"12345678ab");
    }

    #[tokio::test]
    async fn each_line_is_stamped_once_however_it_is_written() {
        let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
        let spool = Spool::stamped(None, 1000, Some(clock.clone()));
        spool.append(b"one\ntw");
        clock.advance(Duration::from_secs(1));
        spool.append(b"o\n");
        spool.append(b"");
        spool.append(b"three");
        spool.close();
        let expected = "1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:00.000Z two\n\
                        1970-01-01T00:00:01.000Z three";
        assert_eq!(read_all(spool.reader()).await, expected.as_bytes());
        assert_eq!(spool.written(), 13);
    }

    #[tokio::test]
    async fn a_persisted_spool_can_be_reopened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let spool = Spool::new(Some(path.clone()), 100);
        spool.append(b"short");
        assert!(!path.exists());
        spool.persist().unwrap();
        spool.append(b" and more");
        spool.close();
        let again = Spool::reopen(path, 100);
        assert_eq!(read_all(again.reader()).await, b"short and more");
        spool.discard();
        assert!(!folder.path().join("out").exists());
        spool.persist().unwrap();
        assert!(!folder.path().join("out").exists());
        let gone = Spool::reopen(folder.path().join("never"), 100);
        assert_eq!(read_all(gone.reader()).await, b"");
    }
}
