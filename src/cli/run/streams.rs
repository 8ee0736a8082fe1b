//! The three streams between the guest and our own.

use std::io;

use crate::{Execution, OutputReader, StdinWriter};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::{JoinError, JoinHandle};

/// Bytes read from our stdin at once: a pipe's capacity.
const CHUNK: usize = 64 << 10;

/// Tasks that copy; dropped, they stop.
#[derive(Debug)]
pub(super) struct Streams {
    stdin: Option<JoinHandle<()>>,
    stdout: JoinHandle<io::Result<u64>>,
    stderr: JoinHandle<io::Result<u64>>,
}

impl Streams {
    /// Starts copying.
    pub(super) fn connect(execution: &Execution) -> Self {
        Self {
            stdin: execution
                .stdin()
                .map(|to| tokio::spawn(feed(tokio::io::stdin(), to))),
            stdout: tokio::spawn(drain(execution.stdout(), tokio::io::stdout())),
            stderr: tokio::spawn(drain(execution.stderr(), tokio::io::stderr())),
        }
    }

    /// Waits until all that the program wrote has been written to ours, and says how many bytes that
    /// were; the program has ended.
    pub(super) async fn finish(mut self) -> io::Result<u64> {
        let stdout = joined((&mut self.stdout).await);
        let stderr = joined((&mut self.stderr).await);
        Ok(stdout? + stderr?)
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        if let Some(stdin) = &self.stdin {
            stdin.abort();
        }
        self.stdout.abort();
        self.stderr.abort();
    }
}

fn joined(task: Result<io::Result<u64>, JoinError>) -> io::Result<u64> {
    task.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Copies our input to the guest, a piece at a time and only when there is room for it.
async fn feed(mut from: impl AsyncRead + Unpin, to: StdinWriter) {
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = tokio::select! {
            read = from.read_buf(&mut chunk) => read,
            () = to.closed() => return,
        };
        match read {
            Ok(0) => break,
            Ok(_) => {
                if to.write(Bytes::from(chunk)).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::debug!(%error, "standard input cannot be read; the guest sees its end");
                break;
            }
        }
    }
    to.finish();
}

/// Copies the guest's output to ours. When ours is closed, the guest's is, too: it learns of it at
/// its next write, as behind any pipe.
async fn drain(mut from: OutputReader, mut to: impl AsyncWrite + Unpin) -> io::Result<u64> {
    let mut delivered = 0;
    while let Some(bytes) = from.next().await {
        let bytes = bytes?;
        let written = async {
            to.write_all(&bytes).await?;
            to.flush().await
        };
        match written.await {
            Ok(()) => delivered += bytes.len() as u64,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(error),
        }
    }
    Ok(delivered)
}
