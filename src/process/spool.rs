//! Retained output with live readers.
//!
//! A spool keeps what a process writes, from byte 0, so that a reader may come at any time: before
//! the process starts, while it runs, or after it ended. The first bytes are held in memory, the
//! rest in a file, up to a limit; having more than that is marked.
//!
//! What exceeds the limit goes through a *window* to the readers that are there: each gets all of it,
//! and while the slowest has not, the process waits. Without a reader it is dropped. A reader counts
//! from its first read to its end, so one that nobody reads from holds nobody up. One that comes when
//! something was let go of already gets what is kept, and then the end with the process's.
//!
//! Durability: none by itself. [`Spool::persist`] moves everything to the file.

use std::collections::{HashMap, VecDeque};
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
/// Bytes beyond the limit that wait for readers.
const WINDOW_BYTES: usize = 256 << 10;
/// Most bytes that are taken at once where nobody waits.
const WRITE_PERMIT: usize = 256 << 10;

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
    /// Bytes beyond `length` that a reader has not had yet.
    window: VecDeque<u8>,
    /// Where the window begins, counted from byte 0; beyond `length` once something was let go of.
    window_start: u64,
    /// Where the readers are for whom the window is.
    readers: HashMap<u64, u64>,
    next_reader: u64,
    truncated: bool,
    closed: bool,
    /// Those who will each close it; it is closed by the last.
    writers: u32,
    /// Everything is in the file, which is not open.
    parked: bool,
    failed: bool,
    discarded: bool,
    /// A line was begun and not ended.
    in_line: bool,
}

impl State {
    /// Drops what all readers of the window have had: everything, if there are none.
    fn let_go(&mut self) {
        let end = self.window_start.saturating_add(self.window.len() as u64);
        let needed = self.readers.values().copied().min().unwrap_or(end);
        let had = needed.clamp(self.window_start, end) - self.window_start;
        let had = usize::try_from(had).unwrap_or(self.window.len());
        drop(self.window.drain(..had.min(self.window.len())));
        self.window_start += had as u64;
        if self.window.is_empty() && self.readers.is_empty() {
            self.window = VecDeque::new();
        }
    }

    /// Where a reader at `position` finds something beyond what is kept.
    fn beyond(&self, position: u64, most: usize) -> Bytes {
        let Some(skipped) = position.checked_sub(self.window_start) else {
            return Bytes::new();
        };
        let (front, back) = self.window.as_slices();
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        // A piece that is in one place; the rest comes with the next read.
        let piece = match front.get(skipped..) {
            Some(piece) if !piece.is_empty() => piece,
            _ => back
                .get(skipped.saturating_sub(front.len())..)
                .unwrap_or_default(),
        };
        Bytes::copy_from_slice(piece.get(..most).unwrap_or(piece))
    }
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

    /// Appends all of `bytes`, whether there is room or not. A failing disk is logged; what it should
    /// have kept is dropped without readers.
    pub(crate) fn append(&self, bytes: &[u8]) {
        self.put(&mut self.lock(), bytes);
        self.changed.notify_waiters();
    }

    /// Appends what there is room for; tells how many bytes.
    pub(crate) fn offer(&self, bytes: &[u8]) -> usize {
        let taken = {
            let mut state = self.lock();
            let taken = bytes.len().min(self.room_in(&state));
            self.put(&mut state, bytes.get(..taken).unwrap_or_default());
            taken
        };
        self.changed.notify_waiters();
        taken
    }

    /// Bytes that can be appended now without going ahead of the readers.
    pub(crate) fn room(&self) -> usize {
        self.room_in(&self.lock())
    }

    /// Resolves when there is room for something.
    pub(crate) async fn ready(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.room() > 0 {
                return;
            }
            changed.await;
        }
    }

    fn room_in(&self, state: &State) -> usize {
        // What is written after the end is dropped; nobody waits for that.
        if state.readers.is_empty() || state.closed {
            return WRITE_PERMIT;
        }
        let window = WINDOW_BYTES.saturating_sub(state.window.len());
        usize::try_from(self.to_keep(state))
            .unwrap_or(usize::MAX)
            .saturating_add(window)
            .min(WRITE_PERMIT)
    }

    /// Bytes that will still be kept.
    fn to_keep(&self, state: &State) -> u64 {
        if state.failed || state.truncated {
            0
        } else {
            self.limit.saturating_sub(state.length)
        }
    }

    fn put(&self, state: &mut State, bytes: &[u8]) {
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
        let room = usize::try_from(self.to_keep(state)).unwrap_or(usize::MAX);
        let (mut kept, mut beyond) = bytes.split_at(room.min(bytes.len()));
        if !kept.is_empty()
            && let Err(error) = self.keep(state, kept)
        {
            tracing::error!(%error, "output cannot be kept; it is truncated");
            state.failed = true;
            (kept, beyond) = (&[], bytes);
        }
        state.length += kept.len() as u64;
        if !state.truncated {
            state.window_start = state.length;
        }
        if beyond.is_empty() {
            return;
        }
        state.truncated = true;
        state.window.extend(beyond);
        state.let_go();
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
        // Its folder is not made: where it is gone, output would bring it back for ever.
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
        if state.file.is_none() && !state.discarded && !state.parked {
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
        state.window = VecDeque::new();
        let parked = std::mem::take(&mut state.parked);
        if (state.file.take().is_some() || parked)
            && let Some(path) = &self.path
            && let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, path = %path.display(), "output is not removed");
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// One more will write, and close. What was closed goes on where it ended.
    ///
    /// # Errors
    /// What opening the file again gives.
    pub(crate) fn open(&self) -> io::Result<()> {
        let mut state = self.lock();
        if state.parked
            && let Some(path) = &self.path
        {
            let file = File::options().read(true).append(true).open(path)?;
            state.file = Some(Arc::new(file));
            state.parked = false;
        }
        state.writers += 1;
        state.closed = state.discarded;
        Ok(())
    }

    /// The end of the stream, if no other writer is left: readers that have everything see it.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.writers = state.writers.saturating_sub(1);
        state.closed |= state.writers == 0;
        drop(state);
        self.changed.notify_waiters();
    }

    /// As if it had never been opened, if nothing was written.
    pub(crate) fn reopen_empty(&self) {
        let mut state = self.lock();
        if state.written == 0 && state.writers == 0 {
            state.closed = state.discarded;
        }
    }

    /// Whether it has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Lets go of the file of an ended output that was persisted; it is opened again when needed.
    pub(crate) fn park(&self) {
        let mut state = self.lock();
        if state.closed && self.path.is_some() && state.file.take().is_some() {
            state.parked = true;
        }
    }

    /// Bytes that are kept.
    pub(crate) fn length(&self) -> u64 {
        self.lock().length
    }

    /// Whether some of it is in a file.
    pub(crate) fn has_file(&self) -> bool {
        let state = self.lock();
        state.file.is_some() || state.parked
    }

    /// Whether not all output is kept, because of the limit.
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
            place: None,
            file: None,
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
    /// Its key among the readers, from its first read on.
    place: Option<u64>,
    /// The file of a spool that has let go of its own.
    file: Option<Arc<File>>,
}

/// What a reader finds at its position.
enum Found {
    Bytes(Bytes),
    InFile(Arc<File>, usize),
    Parked,
    End,
    Nothing,
}

impl SpoolReader {
    /// The next bytes, at most 64 KiB; `None` at the end. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        self.enter();
        loop {
            let spool = Arc::clone(&self.spool);
            let changed = spool.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.find() {
                Found::Bytes(bytes) => {
                    self.moved(bytes.len());
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
                            self.moved(bytes.len());
                            Ok(bytes)
                        }
                        Ok(Err(error)) => Err(error),
                        Err(error) => Err(io::Error::other(error)),
                    });
                }
                Found::Parked => {
                    let path = spool.path.clone().unwrap_or_default();
                    let open = tokio::task::spawn_blocking(move || File::open(path));
                    match open.await.map_err(io::Error::other).flatten() {
                        Ok(file) => self.file = Some(Arc::new(file)),
                        Err(error) => return Some(Err(error)),
                    }
                }
                Found::End => return None,
                Found::Nothing => changed.await,
            }
        }
    }

    /// From now on nothing is let go of that it has not had, unless that has happened.
    fn enter(&mut self) {
        if self.place.is_some() {
            return;
        }
        let mut state = self.spool.lock();
        if state.closed && !state.truncated || state.window_start > state.length {
            return;
        }
        let place = state.next_reader;
        state.next_reader += 1;
        state.readers.insert(place, self.position);
        self.place = Some(place);
    }

    fn moved(&mut self, by: usize) {
        self.position += by as u64;
        let Some(place) = self.place else {
            return;
        };
        let mut state = self.spool.lock();
        state.readers.insert(place, self.position);
        let held_up = !state.window.is_empty();
        state.let_go();
        drop(state);
        if held_up {
            self.spool.changed.notify_waiters();
        }
    }

    fn find(&self) -> Found {
        let state = self.spool.lock();
        let available = state.length.saturating_sub(self.position);
        if available == 0 {
            let beyond = match self.place {
                Some(_) => state.beyond(self.position, CHUNK_BYTES),
                None => Bytes::new(),
            };
            if !beyond.is_empty() {
                return Found::Bytes(beyond);
            }
            return if state.closed {
                Found::End
            } else {
                Found::Nothing
            };
        }
        let length = usize::try_from(available)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        if let Some(file) = state.file.as_ref().or(self.file.as_ref()) {
            return Found::InFile(Arc::clone(file), length);
        }
        if state.parked {
            return Found::Parked;
        }
        let start = usize::try_from(self.position).unwrap_or(usize::MAX);
        match state.memory.get(start..start.saturating_add(length)) {
            Some(bytes) => Found::Bytes(Bytes::copy_from_slice(bytes)),
            None => Found::End,
        }
    }
}

impl Drop for SpoolReader {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let mut state = self.spool.lock();
            state.readers.remove(&place);
            state.let_go();
            drop(state);
            self.spool.changed.notify_waiters();
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
mod tests;
