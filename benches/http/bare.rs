//! What a call is compared with: an axum handler that answers the same bytes and does nothing else, in
//! a process of its own as the server is.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::routing::post;
use axum::serve::ListenerExt;

/// What makes this program the bare server instead of the bench; its value is the answer.
const VARIABLE: &str = "BELLJAR_BENCH_ANSWER";

/// The answer to serve, if this process is to be a bare server.
pub(crate) fn asked_for() -> Option<Bytes> {
    std::env::var(VARIABLE).ok().map(Bytes::from)
}

/// Answers every request with `answer` until it is killed. Says where on its output.
#[expect(clippy::print_stdout, reason = "its parent reads it")]
pub(crate) async fn serve(answer: Bytes) {
    let respond = |status: StatusCode| {
        move |body: Bytes| async move {
            // A client waits until what it sends is read.
            drop(body);
            (status, [(header::CONTENT_TYPE, "application/json")], answer)
        }
    };
    let handler = post(respond.clone()(StatusCode::CREATED)).get(respond(StatusCode::OK));
    let router = Router::new().fallback(handler);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    let listener = listener.tap_io(|connection| {
        connection.set_nodelay(true).expect("a TCP connection");
    });
    axum::serve(listener, router).await.expect("it serves");
}

/// A bare server, killed when dropped.
#[derive(Debug)]
pub(crate) struct Bare {
    child: Child,
    pub(crate) url: String,
}

impl Bare {
    /// Starts one that answers with `answer`.
    pub(crate) fn start(answer: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .env(VARIABLE, answer)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = child.stdout.take().expect("it is piped");
        let mut url = String::new();
        BufReader::new(output)
            .read_line(&mut url)
            .expect("it says where it is");
        Self {
            child,
            url: url.trim().to_owned(),
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
