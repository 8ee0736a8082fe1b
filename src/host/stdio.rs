//! Standard streams of a guest, as `wasi:io` streams.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult,
};

use crate::process::{Control, Input, Output};

/// Most bytes that a guest may write at once: bounds what one call can make the host copy.
const WRITE_PERMIT: usize = 64 << 10;
/// Most bytes that a guest gets in one read, whatever it asks for.
const MAX_READ: usize = 64 << 10;

/// Standard input. All streams a guest opens of it share one position, as WASI demands.
#[derive(Clone)]
pub(super) struct GuestInput {
    input: Arc<Mutex<Input>>,
    control: Arc<Control>,
}

impl GuestInput {
    pub(super) fn new(input: Input, control: Arc<Control>) -> Self {
        Self {
            input: Arc::new(Mutex::new(input)),
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
        let pipe = match &mut *self.input.lock().unwrap_or_else(PoisonError::into_inner) {
            Input::Pipe(reader) => reader.watch(),
            Input::Empty | Input::Bytes(_) => return,
        };
        tokio::select! {
            () = pipe.ready() => {}
            () = self.control.pending() => {}
        }
    }
}

#[async_trait]
impl InputStream for GuestInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let size = size.min(MAX_READ);
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *input {
            Input::Empty => Err(StreamError::Closed),
            Input::Bytes(bytes) if bytes.is_empty() => Err(StreamError::Closed),
            Input::Bytes(bytes) => Ok(bytes.split_to(size.min(bytes.len()))),
            Input::Pipe(reader) => match reader.pull(size) {
                // A read that would have to wait fails, so that the guest looks for its signals.
                Ok(bytes) if bytes.is_empty() && size > 0 && self.control.has_pending() => {
                    Err(StreamError::LastOperationFailed(wasmtime::Error::msg(
                        "interrupted by a signal",
                    )))
                }
                Ok(bytes) => Ok(bytes),
                Err(_) => Err(StreamError::Closed),
            },
        }
    }
}

/// Standard output or error.
#[derive(Clone)]
pub(super) struct GuestOutput {
    output: Output,
}

impl GuestOutput {
    pub(super) fn new(output: Output) -> Self {
        Self { output }
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
        if let Output::Pipe(writer) = &self.output {
            writer.ready().await;
        }
    }
}

#[async_trait]
impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        match &self.output {
            Output::Discard => Ok(()),
            Output::Spool(spool) => {
                spool.append(&bytes);
                Ok(())
            }
            Output::Pipe(writer) => writer.push(bytes).map_err(|_| StreamError::Closed),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        match &self.output {
            Output::Discard | Output::Spool(_) => Ok(WRITE_PERMIT),
            Output::Pipe(writer) => writer.room().map_err(|_| StreamError::Closed),
        }
    }
}
