//! Reading and writing open files as `wasi:io` streams.
//!
//! A stream is always ready: each operation does its work at once. An operation that failed does
//! not close its stream, so that a guest that ran out of space can free some and go on.

use std::sync::Arc;

use bytes::Bytes;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::error::StreamFailure;
use super::{MAX_READ, Slot};
use crate::vfs::{Errno, Handle};

/// Most bytes that a guest may write at once: bounds what one call can make the host copy.
const WRITE_PERMIT: usize = 256 << 10;

/// Reads a file from a position on.
pub(super) struct FileInput {
    handle: Arc<Handle>,
    position: u64,
    _slot: Slot,
}

impl FileInput {
    pub(super) fn new(handle: Arc<Handle>, position: u64, slot: Slot) -> Self {
        Self {
            handle,
            position,
            _slot: slot,
        }
    }
}

#[async_trait]
impl Pollable for FileInput {
    async fn ready(&mut self) {}
}

#[async_trait]
impl InputStream for FileInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            return Ok(Bytes::new());
        }
        let read = self.handle.read(size.min(MAX_READ), self.position);
        let bytes = read.map_err(failed)?;
        if bytes.is_empty() {
            return Err(StreamError::Closed);
        }
        self.position = self.position.saturating_add(bytes.len() as u64);
        Ok(bytes.into())
    }
}

/// Where the next write goes.
enum Place {
    At(u64),
    End,
}

/// Writes a file from a position on, or always at its end.
pub(super) struct FileOutput {
    handle: Arc<Handle>,
    place: Place,
    _slot: Slot,
}

impl FileOutput {
    pub(super) fn write_at(handle: Arc<Handle>, position: u64, slot: Slot) -> Self {
        Self {
            handle,
            place: Place::At(position),
            _slot: slot,
        }
    }

    pub(super) fn append(handle: Arc<Handle>, slot: Slot) -> Self {
        Self {
            handle,
            place: Place::End,
            _slot: slot,
        }
    }
}

#[async_trait]
impl Pollable for FileOutput {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for FileOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut rest: &[u8] = &bytes;
        while !rest.is_empty() {
            let written = match &mut self.place {
                Place::At(position) => {
                    let written = self.handle.write(rest, *position).map_err(failed)?;
                    *position = position.saturating_add(written as u64);
                    written
                }
                Place::End => self.handle.append(rest).map_err(failed)?,
            };
            match rest.get(written..) {
                Some(next) if written > 0 => rest = next,
                _ => return Err(failed(Errno::Io)),
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_PERMIT)
    }
}

fn failed(errno: Errno) -> StreamError {
    StreamError::LastOperationFailed(wasmtime::Error::new(StreamFailure(errno)))
}
