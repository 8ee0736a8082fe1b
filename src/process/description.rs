//! Open file descriptions: what processes read from and write to, and hand to their children.
//!
//! As in POSIX, a description is shared by all who have it, position and all, and is closed when
//! the last of them lets go: the last writer of a pipe gone is the end for its reader, the last
//! reader gone makes writing fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::launch::{Input, Output};
use super::pipe::{PipeReader, PipeWriter, charged_pipe};
use super::spool::Spool;
use crate::limits::{Charge, MemoryAccount};
use crate::vfs::{Errno, Handle};

/// Most bytes that one read gives, whatever is asked for: bounds what a guest can make the host
/// allocate.
pub(crate) const MAX_READ: usize = 256 << 10;
/// Most bytes that are taken at once by what never waits.
const WRITE_PERMIT: usize = 256 << 10;
/// How far a search for a delimiter looks at a time.
const SEARCH: usize = 4 << 10;

/// An open file description. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Description(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    /// Gives nothing and takes everything.
    Null,
    /// Gives what is left of these bytes.
    Bytes {
        left: Mutex<Bytes>,
        _charge: Option<Charge>,
    },
    Reader(PipeReader),
    Writer(Arc<PipeWriter>),
    Spool(Arc<Spool>),
    File {
        handle: Handle,
        position: Mutex<u64>,
        append: bool,
    },
}

/// Why an operation on a description fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fail {
    /// As the filesystem says.
    Errno(Errno),
    /// `EPIPE`: nobody reads any more.
    BrokenPipe,
}

/// What a read that does not wait finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// At least one byte.
    Bytes(Bytes),
    /// The end.
    End,
    /// Nothing yet.
    Wait,
}

impl Description {
    /// Gives nothing and takes everything.
    pub(crate) fn null() -> Self {
        Self::of(Kind::Null)
    }

    /// Gives these bytes; what they take is charged.
    pub(crate) fn bytes(bytes: Bytes, charge: Charge) -> Self {
        Self::of(Kind::Bytes {
            left: Mutex::new(bytes),
            _charge: Some(charge),
        })
    }

    /// A file, from its beginning, or always at its end.
    pub(crate) fn file(handle: Handle, append: bool) -> Self {
        Self::of(Kind::File {
            handle,
            position: Mutex::default(),
            append,
        })
    }

    /// The reading end and the writing end of a pipe, charged to `memory`; none if it has no room.
    pub(crate) fn pipe(memory: &Arc<MemoryAccount>) -> Option<(Self, Self)> {
        let charge = Charge::take(memory, super::pipe::PIPE_CAPACITY as u64)?;
        let (writer, reader) = charged_pipe(Some(charge));
        Some((
            Self::of(Kind::Reader(reader)),
            Self::of(Kind::Writer(Arc::new(writer))),
        ))
    }

    fn of(kind: Kind) -> Self {
        Self(Arc::new(kind))
    }

    /// Whether both are the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The file behind it, if there is one.
    pub(crate) fn handle(&self) -> Option<&Handle> {
        match &*self.0 {
            Kind::File { handle, .. } => Some(handle),
            _ => None,
        }
    }

    /// Whether bytes go through it from one process to another.
    pub(crate) fn is_pipe(&self) -> bool {
        !matches!(&*self.0, Kind::Null | Kind::File { .. })
    }

    /// Whether it can be read at all.
    pub(crate) fn is_readable(&self) -> bool {
        match &*self.0 {
            Kind::Null | Kind::Bytes { .. } | Kind::Reader(_) => true,
            Kind::Writer(_) | Kind::Spool(_) => false,
            Kind::File { handle, .. } => handle.access().read,
        }
    }

    /// Whether it can be written at all.
    pub(crate) fn is_writable(&self) -> bool {
        match &*self.0 {
            Kind::Null | Kind::Writer(_) | Kind::Spool(_) => true,
            Kind::Bytes { .. } | Kind::Reader(_) => false,
            Kind::File { handle, .. } => handle.access().write,
        }
    }

    /// Reads at most `max` bytes without waiting.
    pub(crate) fn try_read(&self, max: usize) -> Result<Read, Fail> {
        let max = max.min(MAX_READ);
        if max == 0 {
            return Ok(Read::Bytes(Bytes::new()));
        }
        match &*self.0 {
            Kind::Null => Ok(Read::End),
            Kind::Bytes { left: bytes, .. } => {
                let mut bytes = lock(bytes);
                let taken = bytes.len().min(max);
                Ok(some(bytes.split_to(taken)))
            }
            Kind::Reader(reader) => Ok(match reader.pull(max) {
                Ok(bytes) if bytes.is_empty() => Read::Wait,
                Ok(bytes) => Read::Bytes(bytes),
                Err(_) => Read::End,
            }),
            Kind::File {
                handle, position, ..
            } => {
                let mut position = lock(position);
                let bytes = handle.read(max, *position).map_err(Fail::Errno)?;
                *position = position.saturating_add(bytes.len() as u64);
                Ok(some(bytes.into()))
            }
            Kind::Writer(_) | Kind::Spool(_) => Err(Fail::Errno(Errno::BadF)),
        }
    }

    /// Reads without waiting, up to and with the next `delimiter` and nothing beyond it. May give a
    /// part of what comes before it.
    pub(crate) fn try_read_until(&self, delimiter: u8, max: usize) -> Result<Read, Fail> {
        let max = max.min(MAX_READ);
        let find = |bytes: &[u8]| bytes.iter().position(|byte| *byte == delimiter);
        match &*self.0 {
            Kind::Bytes { left: bytes, .. } => {
                let mut bytes = lock(bytes);
                let upto = find(&bytes).map_or(bytes.len(), |at| at + 1);
                Ok(some(bytes.split_to(upto.min(max))))
            }
            Kind::Reader(reader) => Ok(match reader.pull_until(delimiter, max) {
                Ok(bytes) if bytes.is_empty() => Read::Wait,
                Ok(bytes) => Read::Bytes(bytes),
                Err(_) => Read::End,
            }),
            Kind::File {
                handle, position, ..
            } => {
                let mut position = lock(position);
                let read = handle.read(max.min(SEARCH), *position);
                let mut bytes = Bytes::from(read.map_err(Fail::Errno)?);
                if let Some(at) = find(&bytes) {
                    bytes.truncate(at + 1);
                }
                *position = position.saturating_add(bytes.len() as u64);
                Ok(some(bytes))
            }
            Kind::Null | Kind::Writer(_) | Kind::Spool(_) => self.try_read(max),
        }
    }

    /// Bytes that can be written now without waiting.
    pub(crate) fn room(&self) -> Result<usize, Fail> {
        match &*self.0 {
            Kind::Null => Ok(WRITE_PERMIT),
            Kind::Spool(spool) => Ok(spool.room()),
            Kind::File { handle, .. } if handle.access().write => Ok(WRITE_PERMIT),
            Kind::Writer(writer) => writer.room().map_err(|_| Fail::BrokenPipe),
            Kind::File { .. } | Kind::Bytes { .. } | Kind::Reader(_) => {
                Err(Fail::Errno(Errno::BadF))
            }
        }
    }

    /// Writes without waiting and tells how many bytes: as many as there is room for.
    pub(crate) fn try_write(&self, mut bytes: Bytes) -> Result<usize, Fail> {
        bytes.truncate(self.room()?);
        let length = bytes.len();
        match &*self.0 {
            Kind::Null => Ok(length),
            Kind::Spool(spool) => Ok(spool.offer(&bytes)),
            Kind::Writer(writer) => match writer.push(bytes) {
                Ok(()) => Ok(length),
                Err(_) => Err(Fail::BrokenPipe),
            },
            Kind::File {
                handle,
                position,
                append,
            } => {
                let mut position = lock(position);
                let written = if *append {
                    handle.append(&bytes)
                } else {
                    handle.write(&bytes, *position)
                };
                let written = written.map_err(Fail::Errno)?;
                *position = position.saturating_add(written as u64);
                Ok(written)
            }
            Kind::Bytes { .. } | Kind::Reader(_) => Err(Fail::Errno(Errno::BadF)),
        }
    }

    /// Writes all of what [`Description::room`] has allowed. If another writer has taken the room in
    /// between, a pipe or spool holds more than its capacity for a moment.
    pub(crate) fn write_allowed(&self, mut bytes: Bytes) -> Result<(), Fail> {
        match &*self.0 {
            Kind::Writer(writer) => return writer.push(bytes).map_err(|_| Fail::BrokenPipe),
            Kind::Spool(spool) => {
                spool.append(&bytes);
                return Ok(());
            }
            Kind::Null | Kind::Bytes { .. } | Kind::Reader(_) | Kind::File { .. } => {}
        }
        while !bytes.is_empty() {
            let written = self.try_write(bytes.clone())?;
            if written == 0 {
                return Err(Fail::Errno(Errno::Io));
            }
            drop(bytes.split_to(written));
        }
        Ok(())
    }

    /// Resolves when a read, or a write of a byte, would not wait.
    pub(crate) async fn ready(&self) {
        match &*self.0 {
            Kind::Reader(reader) => reader.watch().ready().await,
            Kind::Writer(writer) => writer.ready().await,
            Kind::Spool(spool) => spool.ready().await,
            Kind::Null | Kind::Bytes { .. } | Kind::File { .. } => {}
        }
    }
}

impl From<Input> for Description {
    fn from(input: Input) -> Self {
        Self::of(match input {
            Input::Empty => Kind::Null,
            Input::Bytes(bytes) => Kind::Bytes {
                left: Mutex::new(bytes),
                _charge: None,
            },
            Input::Pipe(reader) => Kind::Reader(reader),
        })
    }
}

impl From<Output> for Description {
    fn from(output: Output) -> Self {
        Self::of(match output {
            Output::Discard => Kind::Null,
            Output::Spool(spool) => Kind::Spool(spool),
            Output::Pipe(writer) => Kind::Writer(writer),
        })
    }
}

fn some(bytes: Bytes) -> Read {
    if bytes.is_empty() {
        Read::End
    } else {
        Read::Bytes(bytes)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::{Access, Follow, OpenFlags, fixture};

    fn memory(limit: u64) -> Arc<MemoryAccount> {
        Arc::new(MemoryAccount::new(limit))
    }

    fn bytes(text: &'static str) -> Read {
        Read::Bytes(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn a_pipe_is_charged_until_both_ends_are_gone() {
        let memory = memory(100 << 10);
        let (reader, writer) = Description::pipe(&memory).unwrap();
        assert!(Description::pipe(&memory).is_none());
        assert_eq!(reader.try_read(10), Ok(Read::Wait));
        assert_eq!(writer.try_write(Bytes::from_static(b"ab\ncd")), Ok(5));
        assert_eq!(reader.try_read_until(b'\n', 10), Ok(bytes("ab\n")));
        assert_eq!(reader.try_read_until(b'\n', 1), Ok(bytes("c")));
        let other = writer.clone();
        drop(writer);
        assert_eq!(reader.try_read(10), Ok(bytes("d")));
        assert_eq!(reader.try_read(10), Ok(Read::Wait));
        drop(other);
        assert_eq!(reader.try_read(10), Ok(Read::End));
        drop(reader);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_pipe_takes_what_fits_and_fails_without_reader() {
        let (reader, writer) = Description::pipe(&memory(1 << 20)).unwrap();
        let big = Bytes::from(vec![7; 100 << 10]);
        assert_eq!(writer.try_write(big), Ok(64 << 10));
        assert_eq!(writer.try_write(Bytes::from_static(b"x")), Ok(0));
        drop(reader);
        assert_eq!(writer.room(), Err(Fail::BrokenPipe));
        assert_eq!(
            writer.try_write(Bytes::from_static(b"x")),
            Err(Fail::BrokenPipe)
        );
    }

    #[test]
    fn many_small_writes_take_no_more_than_their_bytes_and_come_out_in_order() {
        let (reader, writer) = Description::pipe(&memory(1 << 20)).unwrap();
        let mut expected = Vec::new();
        for i in 0..2000u32 {
            let piece = vec![i.to_le_bytes()[0]; if i % 97 == 0 { 5000 } else { 3 }];
            let written = writer.try_write(Bytes::from(piece.clone())).unwrap();
            expected.extend_from_slice(&piece[..written]);
            if i % 11 == 0
                && let Ok(Read::Bytes(some)) = reader.try_read(1000)
            {
                assert_eq!(some, expected[..some.len()]);
                expected.drain(..some.len());
            }
        }
        drop(writer);
        while let Ok(Read::Bytes(some)) = reader.try_read(777) {
            assert_eq!(some, expected[..some.len()]);
            expected.drain(..some.len());
        }
        assert!(expected.is_empty());
    }

    #[test]
    fn clones_of_a_file_share_its_position() {
        let fixture = fixture::Fixture::new();
        let root = fixture.vfs.root();
        let open = |append: bool| {
            let flags = OpenFlags {
                create: true,
                ..OpenFlags::default()
            };
            let access = Access {
                read: true,
                write: true,
            };
            let handle = root.open("file", Follow::Yes, flags, access).unwrap();
            Description::file(handle, append)
        };
        let one = open(false);
        let same = one.clone();
        assert_eq!(one.try_write(Bytes::from_static(b"one\n")), Ok(4));
        assert_eq!(same.try_write(Bytes::from_static(b"two\n")), Ok(4));
        let appending = open(true);
        assert_eq!(appending.try_write(Bytes::from_static(b"three")), Ok(5));
        let reading = open(false);
        assert_eq!(reading.try_read_until(b'\n', 100), Ok(bytes("one\n")));
        assert_eq!(reading.clone().try_read(4), Ok(bytes("two\n")));
        assert_eq!(reading.try_read_until(b'\n', 100), Ok(bytes("three")));
        assert_eq!(reading.try_read_until(b'\n', 100), Ok(Read::End));
        assert!(one.same(&same) && !one.same(&reading));
    }
}
