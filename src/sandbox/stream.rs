//! Streams by id: captured output to read, standard input to write.

mod made;
mod registry;

pub use made::{StreamFilter, StreamInfo, StreamOptions, StreamSort};
pub(crate) use registry::Streams;

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::BoxStream;

use self::made::Made;
use super::error::{Repr, SandboxError};
use super::execution::WatchGuard;
use crate::id::{OrgId, StreamId};
use crate::process::{PipeReader, Spool};

/// The reading side of a stream has gone away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the process that read this stream has ended")]
pub struct StreamClosed;

/// Reads a stream of output from its first byte, live, to its end.
///
/// Also a [`futures::Stream`] of chunks. Dropping it loses nothing of a captured stream. From its first
/// read on it gets all that is written, also beyond the limit of what is kept: the process waits for it.
/// One that is read from and then no more, and not dropped, so holds the process up for ever.
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

/// A stream found by its id. The id is the permission to read it.
#[derive(Clone, Debug)]
pub struct Stream {
    id: StreamId,
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
    /// Made for a command's output.
    Output(Arc<Spool>),
    /// Made by a caller, for whatever it is used for first.
    Made(Arc<Made>),
}

impl Stream {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &StreamId {
        &self.id
    }

    /// Whose it is; `None` for output of before a restart.
    #[must_use]
    pub fn org(&self) -> Option<&OrgId> {
        self.org.as_ref()
    }

    /// Whether it is, or may still become, a process's input.
    #[must_use]
    pub fn is_input(&self) -> bool {
        match &self.kind {
            Kind::Output(_) => false,
            Kind::Made(made) => made.may_be_input(),
        }
    }

    /// What is known of a stream made with [`Belljar::create_stream`](super::Belljar::create_stream);
    /// `None` for a command's own output.
    #[must_use]
    pub fn info(&self) -> Option<StreamInfo> {
        match &self.kind {
            Kind::Output(_) => None,
            Kind::Made(made) => Some(made.info(&self.id)),
        }
    }

    /// Reads it from its first byte. Of one that was made and not used yet, it waits for what will be
    /// written; an input stream cannot be read and is empty.
    #[must_use]
    pub fn reader(&self) -> OutputReader {
        let spool = match &self.kind {
            Kind::Output(spool) => spool,
            Kind::Made(made) => made.spool(),
        };
        OutputReader::of_spool(spool, self.watch.as_ref().map(|watch| watch.watch()))
    }

    /// Writes all of `bytes` to a process's input, waiting while that process does not read.
    ///
    /// # Errors
    /// [`StreamClosed`] if that process has ended, or for what is no input stream.
    pub async fn write(&self, bytes: Bytes) -> Result<(), StreamClosed> {
        match &self.kind {
            Kind::Made(made) => made.write(bytes).await,
            Kind::Output(_) => Err(StreamClosed),
        }
    }

    /// Ends an input stream: the process sees the end of its standard input.
    pub fn finish(&self) {
        if let Kind::Made(made) = &self.kind {
            made.finish();
        }
    }

    /// Resolves when the process reading an input stream has gone away, at once for others.
    pub async fn closed(&self) {
        if let Kind::Made(made) = &self.kind {
            made.closed().await;
        }
    }

    /// Ends a stream that was appended to. One that has ended stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](super::ErrorKind::Conflict) for one that a command reads or writes.
    pub fn complete(&self) -> Result<(), SandboxError> {
        match &self.kind {
            Kind::Made(made) => made.complete(&self.id),
            Kind::Output(_) => Err(in_use(&self.id, "is the output of a command")),
        }
    }
}

fn in_use(id: &StreamId, what: &'static str) -> SandboxError {
    Repr::StreamUse {
        id: id.clone(),
        what,
    }
    .into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
