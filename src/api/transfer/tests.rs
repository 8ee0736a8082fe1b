//! The two ends of the queue.

use super::*;

fn reader(pieces: Vec<Piece>) -> PieceReader {
    let (sender, receiver) = mpsc::channel(16);
    for piece in pieces {
        sender.try_send(piece).unwrap();
    }
    PieceReader {
        pieces: receiver,
        current: Bytes::new(),
        ended: false,
    }
}

#[test]
fn pieces_are_read_in_order_and_end_where_the_body_ended() {
    let bytes = |text: &'static str| Piece::Bytes(Bytes::from_static(text.as_bytes()));
    let mut whole = reader(vec![bytes("ab"), bytes(""), bytes("cde"), Piece::End]);
    let mut text = String::new();
    whole.read_to_string(&mut text).unwrap();
    assert_eq!(text, "abcde");
    assert_eq!(whole.read(&mut [0; 4]).unwrap(), 0);
}

#[test]
fn a_body_that_was_cut_off_is_an_error_and_not_an_end() {
    let mut cut = reader(vec![Piece::Bytes(Bytes::from_static(b"ab"))]);
    let error = cut.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_large_write_becomes_several_pieces_and_a_lost_connection_an_error() {
    let (sender, mut receiver) = mpsc::channel(4);
    let mut writer = PieceWriter { sender };
    writer.write_all(&vec![7; 2 * PIECE_BYTES + 1]).unwrap();
    let sizes: Vec<usize> = std::iter::from_fn(|| receiver.try_recv().ok())
        .map(|piece| piece.len())
        .collect();
    assert_eq!(sizes, [PIECE_BYTES, PIECE_BYTES, 1]);
    drop(receiver);
    let error = writer.write(b"x").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

/// An export of `pieces` that ends with `result`.
fn export(pieces: Vec<&'static [u8]>, result: Result<(), SandboxError>) -> Export {
    let (sender, receiver) = mpsc::channel(1);
    Export {
        pieces: receiver,
        writing: Some(Box::pin(async move {
            for piece in pieces {
                sender.send(Bytes::from_static(piece)).await.unwrap();
            }
            result
        })),
        failed: None,
    }
}

#[tokio::test]
async fn an_export_ends_after_its_last_piece() {
    let mut whole = export(vec![b"a", b"b", b"c"], Ok(()));
    let mut text = Vec::new();
    while let Some(piece) = whole.next().await {
        text.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(text, b"abc");
    assert!(whole.next().await.is_none());
}

#[tokio::test]
async fn an_export_that_fails_gives_what_was_written_and_then_the_failure() {
    let mut failing = export(vec![b"a"], Err(SandboxError::invalid("it", "broke")));
    assert_eq!(failing.next().await.unwrap().unwrap(), b"a".as_slice());
    assert!(failing.next().await.unwrap().is_err());
    assert!(failing.next().await.is_none());
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_thrown_away() {
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let body = Body::from(vec![0; 1000]).into_data_stream();
    assert_eq!(feed(body, sender).await, Fed::Whole);
    let broken = futures::stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("x"))]);
    let (sender, _receiver) = mpsc::channel(2);
    let body = Body::from_stream(broken).into_data_stream();
    assert_eq!(feed(body, sender).await, Fed::CutOff);
}
