//! What `run` and `exec` have in common, wherever the program runs: its output as it comes, Ctrl-C for
//! the program first and its end second, its exit code for ours.

use std::future::Future;
use std::io;
use std::pin::pin;

use tokio::io::AsyncWrite;

use super::client::Pieces;
use super::exit::{self, CliError, by_signal};
use super::interrupt::Interrupts;
use super::streams::pour;
use crate::Signal;

/// A program that runs somewhere.
pub(super) trait Program {
    /// What is known of it when it has ended.
    type Record;

    /// Carries its output until there is no more, and says how many bytes that were.
    fn output(&self) -> impl Future<Output = Result<u64, CliError>>;

    /// Waits until it has ended.
    fn end(&self) -> impl Future<Output = Result<Self::Record, CliError>>;

    /// Passes a signal on, as far as that is possible.
    fn signal(&self, signal: Signal) -> impl Future<Output = Result<(), CliError>>;

    /// Its exit code; an ended program always has one.
    fn exit_code(record: &Self::Record) -> Option<i64>;
}

/// How it went.
pub(super) enum Attended<R> {
    /// The program has ended, and all that it wrote is where it belongs.
    Ended {
        record: R,
        /// The exit code for the command.
        code: u8,
        /// Bytes of output.
        delivered: u64,
    },
    /// The user did not want to wait for that, which is this exit code.
    GivenUp(u8),
}

impl<R> Attended<R> {
    /// The exit code for the command.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Ended { code, .. } | Self::GivenUp(code) => *code,
        }
    }
}

/// Carries output and signals until the program has ended.
///
/// # Errors
/// What the program's calls fail with, and what is wrong with our own output.
pub(super) async fn attend<P: Program>(
    program: &P,
    interrupts: &mut Interrupts,
) -> Result<Attended<P::Record>, CliError> {
    let mut output = pin!(program.output());
    let mut end = pin!(program.end());
    let mut delivered = None;
    let mut already: Option<Signal> = None;
    let record = loop {
        tokio::select! {
            record = &mut end => break record?,
            done = &mut output, if delivered.is_none() => delivered = Some(done),
            signal = interrupts.next() => match already {
                None => {
                    program.signal(signal).await?;
                    already = Some(signal);
                }
                Some(first) => {
                    program.signal(Signal::Kill).await?;
                    return Ok(Attended::GivenUp(by_signal(first)));
                }
            },
        }
    };
    // What the program wrote is ours to deliver, but not against the user's will.
    let delivered = match delivered {
        Some(delivered) => delivered,
        None => tokio::select! {
            delivered = output => delivered,
            signal = interrupts.next() => return Ok(Attended::GivenUp(by_signal(signal))),
        },
    };
    // A program's status is one byte.
    let code = P::exit_code(&record).and_then(|code| u8::try_from(code).ok());
    Ok(Attended::Ended {
        record,
        code: code.unwrap_or(exit::INTERNAL),
        delivered: delivered?,
    })
}

/// Copies output of a program to ours; `None` if ours is closed, which is no error: whoever closed it has
/// seen enough, and the program is to learn of it.
///
/// # Errors
/// As [`pour`].
pub(super) async fn deliver(
    pieces: Pieces,
    to: impl AsyncWrite + Unpin,
) -> Result<Option<u64>, CliError> {
    match pour(pieces, to).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(CliError::WriteOutput { source }) if source.kind() == io::ErrorKind::BrokenPipe => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
