//! An HTTP server of few words: what it was asked is remembered, what it answers is a function's
//! business. It speaks HTTP itself, since half of what it has to answer is wrong.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }
}

#[derive(Debug, Clone)]
pub(super) enum Reply {
    Ok(Vec<u8>),
    Status(u16),
    Redirect(String),
    /// A body, and its entity tag.
    Tagged(String, String),
    Gzip(Vec<u8>),
    /// Without saying how long it is.
    Chunked(Vec<u8>),
    /// After a while.
    Slow(Vec<u8>),
    /// Half of what was announced.
    Truncated,
    /// A byte now and then.
    Trickle,
    /// Never.
    Silence,
}

impl Reply {
    pub(super) fn ok(body: &[u8]) -> Self {
        Self::Ok(body.to_vec())
    }

    pub(super) fn json(body: &str) -> Self {
        Self::ok(body.as_bytes())
    }

    pub(super) const fn status(status: u16) -> Self {
        Self::Status(status)
    }

    pub(super) fn redirect(to: &str) -> Self {
        Self::Redirect(to.to_owned())
    }
}

type Answer = Box<dyn FnMut(&Request) -> Reply + Send>;

struct Shared {
    answer: Mutex<Answer>,
    seen: Mutex<Vec<Request>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

pub(super) struct Server {
    port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(answer: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            answer: Mutex::new(Box::new(answer)),
            seen: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let task = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                // Connections end with the server.
                let mut all = tokio::task::JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    all.spawn(serve(stream, Arc::clone(&shared)));
                }
            }
        });
        Self { port, shared, task }
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.host())
    }

    pub(super) fn seen(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }

    pub(super) async fn stop(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Some(request) = read(&mut reader).await {
        let now = shared.now.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most.fetch_max(now, Ordering::SeqCst);
        let reply = (shared.answer.lock().unwrap())(&request);
        shared.seen.lock().unwrap().push(request);
        let done = write(&mut writer, reply).await;
        shared.now.fetch_sub(1, Ordering::SeqCst);
        if done != Some(()) {
            return;
        }
    }
}

async fn read(reader: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            return Some(Request {
                method,
                path,
                headers,
            });
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// Writes an answer; none if the connection is of no more use.
async fn write(writer: &mut (impl AsyncWriteExt + Unpin), reply: Reply) -> Option<()> {
    let head = |status: u16, headers: &str, length: usize| {
        format!("HTTP/1.1 {status} Said\r\n{headers}content-length: {length}\r\n\r\n")
    };
    let (head, body) = match reply {
        Reply::Ok(body) => (head(200, "", body.len()), body),
        Reply::Status(status @ (204 | 304)) => {
            (format!("HTTP/1.1 {status} Said\r\n\r\n"), Vec::new())
        }
        Reply::Status(status) => (head(status, "", 0), Vec::new()),
        Reply::Redirect(to) => (head(302, &format!("location: {to}\r\n"), 0), Vec::new()),
        Reply::Tagged(body, tag) => {
            let headers = format!("etag: {tag}\r\nlast-modified: yesterday\r\n");
            (head(200, &headers, body.len()), body.into_bytes())
        }
        Reply::Gzip(body) => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(&body).unwrap();
            let body = gzip.finish().unwrap();
            (head(200, "content-encoding: gzip\r\n", body.len()), body)
        }
        Reply::Chunked(body) => {
            let mut chunk = format!("{:x}\r\n", body.len()).into_bytes();
            chunk.extend_from_slice(&body);
            chunk.extend_from_slice(b"\r\n0\r\n\r\n");
            let head = "HTTP/1.1 200 Said\r\ntransfer-encoding: chunked\r\n\r\n";
            (head.to_owned(), chunk)
        }
        Reply::Slow(body) => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            (head(200, "", body.len()), body)
        }
        Reply::Truncated => {
            writer.write_all(head(200, "", 10).as_bytes()).await.ok()?;
            writer.write_all(b"12345").await.ok()?;
            return None;
        }
        Reply::Trickle => {
            writer
                .write_all(head(200, "", 1000).as_bytes())
                .await
                .ok()?;
            loop {
                writer.write_all(b" ").await.ok()?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Reply::Silence => std::future::pending().await,
    };
    writer.write_all(head.as_bytes()).await.ok()?;
    writer.write_all(&body).await.ok()
}
