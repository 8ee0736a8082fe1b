//! Snapshots as archives, out and in. Not part of the published client.
//!
//! The engine writes and reads archives on threads for blocking work; a short queue connects those to
//! the connection, so that neither side runs ahead and no archive is ever in memory as a whole. An
//! archive that is cut off, by either side, is an error for the other and never a shorter archive.

use std::future::Future;
use std::io::{self, BufWriter, Read, Write};
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::{Buf, Bytes};
use futures::StreamExt;
use tokio::sync::mpsc;

use crate::api::auth::Caller;
use crate::api::body::{discard, pieces};
use crate::api::error::ApiError;
use crate::api::files::bytes_of;
use crate::api::params::{Params, PathId};
use crate::api::snapshots::data;
use crate::api::state::{ApiState, Phase};
use crate::api::wire::envelope::Success;
use crate::id::{OrgId, SnapshotId};
use crate::sandbox::{SandboxError, SnapshotOptions};

/// What is written goes out in pieces of this size; tar itself writes blocks of 512 bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// Pieces between the two sides: with the one being made and the one being sent, what an export
/// holds in memory.
const QUEUED: usize = 4;

/// What is read of an archive that was refused, so that its sender sees the answer, ...
const DISCARD_BYTES: usize = 64 * 1024 * 1024;

/// ... and for how long.
const DISCARD_TIME: Duration = Duration::from_secs(10);

/// `GET /sandbox/snapshots/{snapshot}/export`: a tar archive.
pub(crate) async fn export(
    State(state): State<ApiState>,
    caller: Caller,
    PathId(id): PathId<SnapshotId>,
) -> Result<Response, ApiError> {
    let record = state.snapshot(&caller, &id).await?;
    let belljar = state.belljar().clone();
    let body = sent(&state, |to| async move {
        belljar.export_snapshot(&id, to).await
    })
    .await?;
    let mut response = bytes_of("application/x-tar", body);
    // Names and tags are letters, digits and -._ so they need no quoting.
    let tag = record.tag.as_deref().unwrap_or(record.id.as_str());
    let file = format!("attachment; filename=\"{}-{tag}.tar\"", record.name);
    if let Ok(value) = HeaderValue::from_str(&file) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Where an archive is written to.
pub(crate) type ArchiveWriter = BufWriter<PieceWriter>;

/// An answer's body out of what `write` writes. An error before the first byte is one; a later one cuts
/// the answer off.
pub(crate) async fn sent<F>(
    state: &ApiState,
    write: impl FnOnce(ArchiveWriter) -> F,
) -> Result<Body, ApiError>
where
    F: Future<Output = Result<(), SandboxError>> + Send + 'static,
{
    let (sender, pieces) = mpsc::channel(QUEUED);
    let to = BufWriter::with_capacity(PIECE_BYTES, PieceWriter { sender });
    let mut export = Export {
        pieces,
        writing: Some(Box::pin(write(to))),
        failed: None,
    };
    // Until there is something to send, a failure still has a status of its own.
    let first = match export.next().await {
        Some(Err(error)) => return Err(error.into()),
        Some(Ok(piece)) => piece,
        None => Bytes::new(),
    };
    let cut = Box::pin(state.reached(Phase::Cut));
    let rest = futures::stream::unfold(Some((export, cut)), |state| async move {
        let (mut export, mut cut) = state?;
        tokio::select! {
            biased;
            piece = export.next() => match piece? {
                Ok(piece) => Some((Ok(piece), Some((export, cut)))),
                Err(error) => {
                    // Logged here: the status line is out, so the client only sees the connection end.
                    drop(ApiError::internal(&error));
                    Some((Err(io::Error::other("the rest could not be written")), None))
                }
            },
            () = &mut cut => Some((Err(io::Error::other("the server is closing")), None)),
        }
    });
    let first = futures::stream::once(std::future::ready(Ok(first)));
    Ok(Body::from_stream(first.chain(rest)))
}

/// The engine's side of an export.
type Writing = Pin<Box<dyn Future<Output = Result<(), SandboxError>> + Send>>;

/// An archive being written. Dropping it ends the writing at its next piece.
struct Export {
    pieces: mpsc::Receiver<Bytes>,
    /// Until it is done.
    writing: Option<Writing>,
    failed: Option<SandboxError>,
}

impl Export {
    /// The next piece; `None` is the end of a whole archive.
    async fn next(&mut self) -> Option<Result<Bytes, SandboxError>> {
        while let Some(writing) = &mut self.writing {
            tokio::select! {
                biased;
                Some(piece) = self.pieces.recv() => return Some(Ok(piece)),
                written = writing => {
                    self.writing = None;
                    self.failed = written.err();
                }
            }
        }
        match self.pieces.recv().await {
            Some(piece) => Some(Ok(piece)),
            None => self.failed.take().map(Err),
        }
    }
}

/// Hands what is written to the connection. To be used on a thread that may block.
#[derive(Debug)]
pub(crate) struct PieceWriter {
    sender: mpsc::Sender<Bytes>,
}

impl Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A large write is not one large piece: that would be in memory twice.
        let part = bytes.get(..PIECE_BYTES).unwrap_or(bytes);
        if part.is_empty() {
            return Ok(0);
        }
        self.sender
            .blocking_send(Bytes::copy_from_slice(part))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `POST /sandbox/snapshots/import`: the body is an archive as `export` gives it, as it is or
/// compressed with zstd; the query says what the snapshot is called.
pub(crate) async fn import(
    State(state): State<ApiState>,
    caller: Caller,
    params: Params,
    request: Request,
) -> Result<Response, ApiError> {
    let options = options(&params, caller.org.clone())?;
    let belljar = state.belljar().clone();
    let import = |from| async move { belljar.import_snapshot(from, options).await };
    let imported = received(&state, request, import).await?;
    let data = data(&state, &caller, imported).await?;
    Ok(Success::created(data))
}

/// What `read` makes of a request's body. A body that is cut off is an error, whatever it made of it.
pub(crate) async fn received<T, F>(
    state: &ApiState,
    request: Request,
    read: impl FnOnce(PieceReader) -> F,
) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, SandboxError>>,
{
    let (sender, pieces_in) = mpsc::channel(QUEUED);
    let reader = PieceReader {
        pieces: pieces_in,
        current: Bytes::new(),
        ended: false,
    };
    let reading = read(reader);
    let feeding = feed(pieces(request.into_body()), sender);
    let (made, fed) = tokio::select! {
        both = async { tokio::join!(reading, feeding) } => both,
        () = state.reached(Phase::Cut) => return Err(ApiError::closing()),
    };
    if fed == Fed::CutOff {
        return Err(ApiError::invalid("the request body was cut off"));
    }
    Ok(made?)
}

fn options(params: &Params, org: OrgId) -> Result<SnapshotOptions, ApiError> {
    let text = |name| params.text(name).map(str::to_owned);
    let mut options = SnapshotOptions::new()
        .public(params.flag("public")?.unwrap_or(false))
        .org(org);
    options.name = text("name");
    options.tag = text("tag");
    options.description = text("description");
    options.message = text("message");
    Ok(options)
}

/// What became of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fed {
    /// It was handed over, as far as it was wanted.
    Whole,
    /// The client went away in the middle of it.
    CutOff,
}

/// Hands a body over piece by piece, no faster than it is read.
async fn feed(mut body: BodyDataStream, sender: mpsc::Sender<Piece>) -> Fed {
    loop {
        let piece = tokio::select! {
            biased;
            () = sender.closed() => break,
            piece = body.next() => piece,
        };
        let piece = match piece {
            Some(Ok(bytes)) => Piece::Bytes(bytes),
            Some(Err(_)) => return Fed::CutOff,
            None => Piece::End,
        };
        let is_end = matches!(piece, Piece::End);
        if sender.send(piece).await.is_err() {
            break;
        }
        if is_end {
            return Fed::Whole;
        }
    }
    // Nobody reads any more: it was refused, or there is something behind the archive's end.
    let rest = discard(body, DISCARD_BYTES);
    drop(tokio::time::timeout(DISCARD_TIME, rest).await);
    Fed::Whole
}

/// A part of a body, or its end. Without the end it was cut off.
#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    End,
}

/// Reads what the connection gives. To be used on a thread that may block.
#[derive(Debug)]
pub(crate) struct PieceReader {
    pieces: mpsc::Receiver<Piece>,
    current: Bytes,
    ended: bool,
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            if self.ended {
                return Ok(0);
            }
            match self.pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => self.current = bytes,
                Some(Piece::End) => self.ended = true,
                None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(
            buffer
                .get_mut(..length)
                .ok_or(io::ErrorKind::InvalidInput)?,
        );
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
