//! What the server adds to what the library does, how long it takes to be ready, and what clients
//! wait for.
//!
//! `cargo bench --bench http`. Names after it choose parts:
//!
//! - `run`: the library and the real `belljar serve`, over a loopback connection that is kept alive,
//!   in turn; the client does what the published one does: create with a command, then read both
//!   streams and wait for the exit, all at once. And how long a server takes to be ready.
//! - `create`, `status`: one call each, against a bare axum handler in a process of its own.
//! - `burst`: a sandbox and its first command, 100 at once, against one after the other.
//! - `client`: `run` of the published client in node, against node starting a native Python. Needs
//!   node and the npm registry, and says so where they are not to be had.
#![expect(
    clippy::indexing_slicing,
    reason = "a bench that finds nothing there may panic"
)]

mod common;

#[path = "http/bare.rs"]
mod bare;
#[path = "http/burst.rs"]
mod burst;
#[path = "http/calls.rs"]
mod calls;
#[path = "http/client.rs"]
mod client;
#[path = "http/create.rs"]
mod create;
#[path = "http/run.rs"]
mod run;
#[path = "http/server.rs"]
mod server;
#[path = "http/status.rs"]
mod status;

use belljar::{Belljar, BelljarOptions};

use calls::Api;
use server::Server;

const RUNTIME: &str = "python:3.14";
const ARGS: [&str; 3] = ["python3", "-c", "print(1)"];
const WARM_UP: usize = 20;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        if let Some(answer) = bare::asked_for() {
            return bare::serve(answer).await;
        }
        let options = BelljarOptions::in_memory(common::cache_dir());
        let belljar = Belljar::open(options).await.expect("it opens");
        // The server finds it then.
        belljar.install_runtime(RUNTIME).await.expect("it installs");
        // Nothing is encrypted here, but reqwest wants to know how it would be.
        drop(rustls::crypto::ring::default_provider().install_default());
        let (server, _) = Server::start();
        let api = Api::new(&server);
        for _ in 0..WARM_UP {
            run::once_http(&api).await;
        }
        if common::chosen("run") {
            run::table(&belljar, &api).await;
        }
        if common::chosen("create") {
            create::table(&api).await;
        }
        if common::chosen("status") {
            status::table(&api, &server).await;
        }
        if common::chosen("burst") {
            burst::table(&api).await;
        }
        if common::chosen("client") {
            client::table(&server);
        }
        belljar.close().await;
    });
}
