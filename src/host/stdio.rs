//! Standard streams of a guest, as `wasi:io` streams.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult,
};

use super::filesystem::StreamFailure;
use crate::process::{Action, Control, Description, Fail, Read, Signal};

/// What a guest did sent a signal to itself that ends it: not an instruction more is run.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it was ended by a signal to itself")]
pub(super) struct EndedBySignal(pub(super) Signal);

/// What a failed write means for the guest that made it.
pub(super) fn write_failed(control: &Control, fail: Fail) -> StreamError {
    match fail {
        Fail::Errno(errno) => {
            StreamError::LastOperationFailed(wasmtime::Error::new(StreamFailure(errno)))
        }
        Fail::BrokenPipe if control.action(Signal::Pipe) == Action::Default => {
            StreamError::Trap(wasmtime::Error::new(EndedBySignal(Signal::Pipe)))
        }
        Fail::BrokenPipe => {
            control.send(Signal::Pipe);
            StreamError::Closed
        }
    }
}

/// A description as an input stream. All streams that a guest opens of it share one position, as
/// WASI demands of standard input.
#[derive(Clone)]
pub(super) struct GuestInput {
    description: Description,
    control: Arc<Control>,
}

impl GuestInput {
    pub(super) fn new(description: Description, control: Arc<Control>) -> Self {
        Self {
            description,
            control,
        }
    }

    /// A stream of it.
    pub(super) fn stream(&self) -> DynInputStream {
        Box::new(self.clone())
    }
}

impl IsTerminal for GuestInput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for GuestInput {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        // Only preview 3 asks for this, and the engine does not offer it.
        Box::new(tokio::io::empty())
    }

    fn p2_stream(&self) -> DynInputStream {
        self.stream()
    }
}

#[async_trait]
impl Pollable for GuestInput {
    async fn ready(&mut self) {
        tokio::select! {
            () = self.description.ready() => {}
            () = self.control.pending() => {}
        }
    }
}

#[async_trait]
impl InputStream for GuestInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        match self.description.try_read(size) {
            Ok(Read::Bytes(bytes)) => Ok(bytes),
            Ok(Read::End) => Err(StreamError::Closed),
            // A read that would have to wait fails, so that the guest looks for its signals.
            Ok(Read::Wait) if self.control.has_pending() => Err(StreamError::LastOperationFailed(
                wasmtime::Error::msg("interrupted by a signal"),
            )),
            Ok(Read::Wait) => Ok(Bytes::new()),
            Err(fail) => Err(write_failed(&self.control, fail)),
        }
    }
}

/// A description as an output stream.
#[derive(Clone)]
pub(super) struct GuestOutput {
    description: Description,
    control: Arc<Control>,
}

impl GuestOutput {
    pub(super) fn new(description: Description, control: Arc<Control>) -> Self {
        Self {
            description,
            control,
        }
    }

    /// A stream of it.
    pub(super) fn stream(&self) -> DynOutputStream {
        Box::new(self.clone())
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only preview 3 asks for this, and the engine does not offer it.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> DynOutputStream {
        self.stream()
    }
}

#[async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {
        self.description.ready().await;
    }
}

#[async_trait]
impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let written = self.description.write_allowed(bytes);
        written.map_err(|fail| write_failed(&self.control, fail))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let room = self.description.room();
        room.map_err(|fail| write_failed(&self.control, fail))
    }
}
