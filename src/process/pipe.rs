//! A bounded pipe of bytes with one reading and one writing end.
//!
//! The writer waits when the pipe is full and fails once the reader is gone; the reader sees the
//! end once the writer is gone. Nothing is lost and no more than the capacity is held.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use crate::limits::Charge;

/// Bytes a pipe holds: Linux's own default.
pub(crate) const PIPE_CAPACITY: usize = 64 << 10;
/// Bytes that can be written in one piece, as POSIX names it.
const PIPE_BUF: usize = 4 << 10;
/// Writes below this size are put together: a pipe full of single bytes must not take a hundred
/// times its capacity.
const SMALL: usize = 4 << 10;

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Bytes>,
    /// What was written in small pieces, after the chunks.
    tail: BytesMut,
    held: usize,
    written: u64,
    writer_gone: bool,
    reader_gone: bool,
}

impl State {
    /// What is in it from its beginning, in one piece. There must be something.
    fn first(&mut self) -> &mut Bytes {
        if self.chunks.is_empty() {
            let tail = self.tail.split().freeze();
            self.chunks.push_back(tail);
        }
        self.chunks
            .front_mut()
            .expect("one was put there if there was none")
    }

    fn take(&mut self, max: usize) -> Bytes {
        let first = self.first();
        let taken = first.split_to(max.min(first.len()));
        if first.is_empty() {
            self.chunks.pop_front();
        }
        self.held = self.held.saturating_sub(taken.len());
        taken
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
    /// What its capacity is charged to, where a guest made it.
    _charge: Option<Charge>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until<T>(&self, condition: impl Fn(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(value) = condition(&mut self.lock()) {
                return value;
            }
            changed.await;
        }
    }
}

/// Makes a pipe of [`PIPE_CAPACITY`].
pub(crate) fn pipe() -> (PipeWriter, PipeReader) {
    charged_pipe(None)
}

/// As [`pipe`]; the charge for its capacity is given back when both ends are gone.
pub(crate) fn charged_pipe(charge: Option<Charge>) -> (PipeWriter, PipeReader) {
    let shared = Arc::new(Shared {
        _charge: charge,
        ..Shared::default()
    });
    (
        PipeWriter {
            shared: Arc::clone(&shared),
        },
        PipeReader { shared },
    )
}

/// The other end is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other end of the pipe is closed")]
pub(crate) struct Closed;

/// The writing end; dropping it is the end of the stream.
#[derive(Debug)]
pub(crate) struct PipeWriter {
    shared: Arc<Shared>,
}

impl PipeWriter {
    /// Bytes that can be pushed now.
    pub(crate) fn room(&self) -> Result<usize, Closed> {
        let state = self.shared.lock();
        if state.reader_gone || state.writer_gone {
            return Err(Closed);
        }
        Ok(PIPE_CAPACITY.saturating_sub(state.held))
    }

    /// Pushes bytes that [`PipeWriter::room`] has promised to fit.
    pub(crate) fn push(&self, bytes: Bytes) -> Result<(), Closed> {
        if bytes.is_empty() {
            return Ok(());
        }
        {
            let mut state = self.shared.lock();
            if state.reader_gone || state.writer_gone {
                return Err(Closed);
            }
            state.held += bytes.len();
            state.written += bytes.len() as u64;
            if bytes.len() < SMALL {
                state.tail.extend_from_slice(&bytes);
            } else {
                let tail = state.tail.split().freeze();
                state
                    .chunks
                    .extend([tail, bytes].into_iter().filter(|b| !b.is_empty()));
            }
        }
        self.shared.changed.notify_waiters();
        Ok(())
    }

    /// Bytes that went in so far.
    pub(crate) fn written(&self) -> u64 {
        self.shared.lock().written
    }

    /// Resolves when there is room for [`PIPE_BUF`] bytes, or the reader is gone. As on Linux: whoever
    /// waits for this and then writes that much does not wait again.
    pub(crate) async fn ready(&self) {
        let room = |state: &State| state.held + PIPE_BUF <= PIPE_CAPACITY;
        self.shared
            .until(|state| (state.reader_gone || room(state)).then_some(()))
            .await;
    }

    /// Writes all of `bytes`, waiting for room as needed.
    ///
    /// # Errors
    /// [`Closed`] if the reader goes away; a part may have been read by then.
    pub(crate) async fn write_all(&self, mut bytes: Bytes) -> Result<(), Closed> {
        while !bytes.is_empty() {
            self.ready().await;
            let room = self.room()?;
            let part = bytes.split_to(room.min(bytes.len()));
            self.push(part)?;
        }
        Ok(())
    }

    /// Resolves when the reader is gone.
    pub(crate) async fn closed(&self) {
        self.shared
            .until(|state| state.reader_gone.then_some(()))
            .await;
    }

    /// Ends the stream without dropping this end.
    pub(crate) fn finish(&self) {
        self.shared.lock().writer_gone = true;
        self.shared.changed.notify_waiters();
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The reading end; dropping it makes writes fail.
#[derive(Debug)]
pub(crate) struct PipeReader {
    shared: Arc<Shared>,
}

impl PipeReader {
    /// Takes what is there, at most `max` bytes; empty if nothing is yet.
    ///
    /// # Errors
    /// [`Closed`] at the end of the stream.
    pub(crate) fn pull(&self, max: usize) -> Result<Bytes, Closed> {
        let taken = {
            let mut state = self.shared.lock();
            if state.held == 0 {
                return if state.writer_gone {
                    Err(Closed)
                } else {
                    Ok(Bytes::new())
                };
            }
            state.take(max)
        };
        self.shared.changed.notify_waiters();
        Ok(taken)
    }

    /// As [`PipeReader::pull`], but nothing beyond the next `delimiter`.
    ///
    /// # Errors
    /// [`Closed`] at the end of the stream.
    pub(crate) fn pull_until(&self, delimiter: u8, max: usize) -> Result<Bytes, Closed> {
        let at = {
            let mut state = self.shared.lock();
            let held = state.held;
            let first = (held > 0).then(|| state.first());
            first.and_then(|first| first.iter().position(|byte| *byte == delimiter))
        };
        self.pull(at.map_or(max, |at| max.min(at + 1)))
    }

    /// Something to wait on without holding on to the reader.
    pub(crate) fn watch(&self) -> PipeWatch {
        PipeWatch {
            shared: Arc::clone(&self.shared),
        }
    }

    /// The next bytes; `None` at the end of the stream.
    pub(crate) async fn next(&self) -> Option<Bytes> {
        loop {
            self.watch().ready().await;
            match self.pull(PIPE_CAPACITY) {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Some(bytes),
                Err(Closed) => return None,
            }
        }
    }
}

/// Waits on a pipe's reading end; see [`PipeReader::watch`].
#[derive(Debug)]
pub(crate) struct PipeWatch {
    shared: Arc<Shared>,
}

impl PipeWatch {
    /// Resolves when there is something to pull or the end was reached.
    pub(crate) async fn ready(&self) {
        self.shared
            .until(|state| (state.writer_gone || state.held > 0).then_some(()))
            .await;
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.reader_gone = true;
        state.chunks.clear();
        state.tail.clear();
        state.held = 0;
        drop(state);
        self.shared.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_reader_holds_the_writer_back_and_gets_everything() {
        let (writer, reader) = pipe();
        let sent: Vec<u8> = (0..1_000_000u32).map(|i| i.to_le_bytes()[0]).collect();
        let expected = sent.clone();
        let writing = tokio::spawn(async move { writer.write_all(Bytes::from(sent)).await });
        let mut got = Vec::new();
        while let Some(bytes) = reader.next().await {
            assert!(reader.shared.lock().held <= PIPE_CAPACITY);
            got.extend_from_slice(&bytes);
        }
        assert_eq!(got, expected);
        writing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_gone_reader_fails_the_writer() {
        let (writer, reader) = pipe();
        let full = Bytes::from(vec![0; PIPE_CAPACITY + 1]);
        let writing = tokio::spawn(async move { writer.write_all(full).await });
        assert_eq!(reader.next().await.unwrap().len(), PIPE_CAPACITY);
        drop(reader);
        // The last byte either fitted before the reader went, or failed.
        let _ = writing.await.unwrap();
        let (writer, reader) = pipe();
        drop(reader);
        assert_eq!(writer.room(), Err(Closed));
        assert_eq!(writer.push(Bytes::from_static(b"x")), Err(Closed));
        writer.closed().await;
    }

    #[tokio::test]
    async fn a_gone_writer_is_the_end_after_what_was_written() {
        let (writer, reader) = pipe();
        writer.push(Bytes::from_static(b"ab")).unwrap();
        drop(writer);
        assert_eq!(reader.pull(1).unwrap(), Bytes::from_static(b"a"));
        assert_eq!(reader.next().await.unwrap(), Bytes::from_static(b"b"));
        assert_eq!(reader.next().await, None);
        assert_eq!(reader.pull(1), Err(Closed));
    }
}
