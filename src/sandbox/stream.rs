//! Streams by id: captured output to read, standard input to write.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::BoxStream;

use super::execution::WatchGuard;
use crate::clock::Clock;
use crate::id::{OrgId, StreamId};
use crate::process::{PipeReader, PipeWriter, Spool, pipe};

/// The reading side of a stream has gone away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the process that read this stream has ended")]
pub struct StreamClosed;

/// Reads a stream of output from its first byte, live, to its end.
///
/// Also a [`futures::Stream`] of chunks. Dropping it loses nothing of a captured stream.
pub struct OutputReader {
    chunks: BoxStream<'static, io::Result<Bytes>>,
    /// Counts as somebody waiting for the execution.
    _watch: Option<WatchGuard>,
}

impl OutputReader {
    pub(crate) fn of_spool(spool: &Arc<Spool>, watch: Option<WatchGuard>) -> Self {
        let chunks = futures::stream::unfold(spool.reader(), |mut reader| async move {
            reader.next().await.map(|chunk| (chunk, reader))
        });
        Self {
            chunks: Box::pin(chunks),
            _watch: watch,
        }
    }

    pub(crate) fn of_pipe(reader: PipeReader) -> Self {
        let chunks = futures::stream::unfold(reader, |reader| async move {
            reader.next().await.map(|chunk| (Ok(chunk), reader))
        });
        Self {
            chunks: Box::pin(chunks),
            _watch: None,
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            chunks: Box::pin(futures::stream::empty()),
            _watch: None,
        }
    }

    /// The next bytes; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// What the disk says, if kept output cannot be read back.
    pub async fn next(&mut self) -> Option<io::Result<Bytes>> {
        std::future::poll_fn(|cx| self.chunks.as_mut().poll_next(cx)).await
    }

    /// Everything to the end.
    ///
    /// # Errors
    /// As [`OutputReader::next`].
    pub async fn read_to_end(mut self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(chunk) = self.next().await {
            all.extend_from_slice(&chunk?);
        }
        Ok(all)
    }
}

impl futures::Stream for OutputReader {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.as_mut().poll_next(cx)
    }
}

impl std::fmt::Debug for OutputReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutputReader").finish_non_exhaustive()
    }
}

/// A stream found by its id. The id is the permission to use it.
#[derive(Clone, Debug)]
pub struct Stream {
    /// `None` for output found on disk, which nothing is routed to any more.
    org: Option<OrgId>,
    kind: Kind,
    watch: Option<Arc<dyn Watch>>,
}

/// What counts the readers of an execution's output.
pub(crate) trait Watch: Send + Sync + std::fmt::Debug {
    fn watch(&self) -> WatchGuard;
}

#[derive(Clone, Debug)]
enum Kind {
    Output(Arc<Spool>),
    Input(Arc<InputStream>),
}

#[derive(Debug)]
struct InputStream {
    writer: PipeWriter,
    /// Until a process takes it.
    reader: Mutex<Option<PipeReader>>,
}

impl Stream {
    /// Whether it is one to write to.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self.kind, Kind::Input(_))
    }

    /// Reads it from its first byte; an input stream cannot be read and is empty.
    #[must_use]
    pub fn reader(&self) -> OutputReader {
        match &self.kind {
            Kind::Output(spool) => {
                OutputReader::of_spool(spool, self.watch.as_ref().map(|watch| watch.watch()))
            }
            Kind::Input(_) => OutputReader::empty(),
        }
    }

    /// Writes all of `bytes`, waiting while the reading process does not read.
    ///
    /// # Errors
    /// [`StreamClosed`] if that process has ended, or for an output stream.
    pub async fn write(&self, bytes: Bytes) -> Result<(), StreamClosed> {
        match &self.kind {
            Kind::Input(input) => input
                .writer
                .write_all(bytes)
                .await
                .map_err(|_| StreamClosed),
            Kind::Output(_) => Err(StreamClosed),
        }
    }

    /// Ends an input stream: the process sees the end of its standard input.
    pub fn finish(&self) {
        if let Kind::Input(input) = &self.kind {
            input.writer.finish();
        }
    }

    /// Resolves when the process reading an input stream has gone away.
    pub async fn closed(&self) {
        match &self.kind {
            Kind::Input(input) => input.writer.closed().await,
            Kind::Output(_) => {}
        }
    }
}

/// All streams of one [`Belljar`](super::Belljar).
#[derive(Debug)]
pub(crate) struct Streams {
    folder: Option<PathBuf>,
    limit: u64,
    streams: Mutex<HashMap<StreamId, Stream>>,
}

impl Streams {
    /// Streams whose output is kept below `folder`, or in memory.
    pub(crate) fn new(folder: Option<PathBuf>, limit: u64) -> Self {
        Self {
            folder,
            limit,
            streams: Mutex::default(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<StreamId, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, id: &StreamId) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(id.as_str()))
    }

    /// Makes an input stream.
    pub(crate) fn create_input(&self, org: OrgId) -> StreamId {
        let id = StreamId::generate();
        let (writer, reader) = pipe();
        let input = InputStream {
            writer,
            reader: Mutex::new(Some(reader)),
        };
        self.lock().insert(
            id.clone(),
            Stream {
                org: Some(org),
                kind: Kind::Input(Arc::new(input)),
                watch: None,
            },
        );
        id
    }

    /// Takes the reading end of an input stream of `org`; once.
    pub(crate) fn take_input(&self, id: &StreamId, org: &OrgId) -> Option<PipeReader> {
        let streams = self.lock();
        let stream = streams.get(id)?;
        match &stream.kind {
            Kind::Input(input) if stream.org.as_ref() == Some(org) => input
                .reader
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
            _ => None,
        }
    }

    /// Makes the spool behind an output stream of `org`. A caller may give one id for several
    /// outputs: they then share it. `None` if the id is another organisation's, or in use as an
    /// input. `watch` counts its readers. With `stamps` each line of a new one begins with its time.
    pub(crate) fn create_output(
        &self,
        id: &StreamId,
        org: &OrgId,
        watch: Option<Arc<dyn Watch>>,
        stamps: Option<Arc<dyn Clock>>,
    ) -> Option<Arc<Spool>> {
        let mut streams = self.lock();
        if let Some(stream) = streams.get(id) {
            if stream.org.as_ref() != Some(org) {
                return None;
            }
            match &stream.kind {
                Kind::Output(spool) => return Some(Arc::clone(spool)),
                // Clients make all their streams in the same way; the first use decides what one
                // is for (wire-api §3.2). Taking the reader ends its time as an input.
                Kind::Input(input) => {
                    let reader = input.reader.lock();
                    reader.unwrap_or_else(PoisonError::into_inner).take()?;
                }
            }
        }
        let path = self.path(id);
        if path.as_ref().is_some_and(|path| path.exists()) {
            return None;
        }
        let spool = Spool::stamped(path, self.limit, stamps);
        streams.insert(
            id.clone(),
            Stream {
                org: Some(org.clone()),
                kind: Kind::Output(Arc::clone(&spool)),
                watch,
            },
        );
        Some(spool)
    }

    /// How many there are, without those that are on disk only.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.lock().len()).unwrap_or(u64::MAX)
    }

    /// The stream of an id. Output of before a restart is found on disk.
    pub(crate) fn find(&self, id: &StreamId) -> Option<Stream> {
        if let Some(stream) = self.lock().get(id) {
            return Some(stream.clone());
        }
        let path = self.path(id).filter(|path| path.exists())?;
        Some(Stream {
            org: None,
            kind: Kind::Output(Spool::reopen(path, self.limit)),
            watch: None,
        })
    }

    /// Moves an ended output to disk, from where it is found again. Blocking.
    pub(crate) fn settle(&self, id: &StreamId) {
        let spool = match self.lock().get(id) {
            Some(Stream {
                kind: Kind::Output(spool),
                ..
            }) => Arc::clone(spool),
            _ => return,
        };
        match spool.persist() {
            Ok(()) => {
                self.lock().remove(id);
            }
            Err(error) => tracing::error!(%error, stream = %id, "output stays in memory"),
        }
    }

    /// Whether removing a stream has to touch the disk.
    pub(crate) fn is_on_disk(&self, id: &StreamId) -> bool {
        match self.lock().get(id) {
            Some(Stream {
                kind: Kind::Output(spool),
                ..
            }) => spool.has_file(),
            Some(_) => false,
            None => true,
        }
    }

    /// Forgets a stream and removes what was kept of it. Blocking.
    pub(crate) fn remove(&self, id: &StreamId) {
        if let Some(stream) = self.lock().remove(id) {
            if let Kind::Output(spool) = stream.kind {
                spool.discard();
            }
            return;
        }
        if let Some(path) = self.path(id)
            && let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, stream = %id, "output is not removed");
        }
    }
}
