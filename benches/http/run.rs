//! A run in a sandbox of its own: the library, and the same over HTTP.

use std::time::{Duration, Instant};

use belljar::{Belljar, Command, SandboxOptions};
use serde_json::json;

use crate::calls::Api;
use crate::common::samples::Samples;
use crate::common::table::Table;
use crate::server::Server;
use crate::{ARGS, RUNTIME, WARM_UP, common};

const ROUNDS: usize = 300;
const STARTS: usize = 20;

pub(crate) async fn table(belljar: &Belljar, api: &Api) {
    let mut ready = Samples::default();
    for _ in 0..common::rounds(STARTS) {
        let (server, started) = Server::start();
        ready.add(started);
        drop(server);
    }
    for _ in 0..WARM_UP {
        once_library(belljar).await;
        once_http(api).await;
    }
    let (mut library, mut http) = (Samples::default(), Samples::default());
    for _ in 0..common::rounds(ROUNDS) {
        let started = Instant::now();
        once_library(belljar).await;
        library.since(started);

        let started = Instant::now();
        once_http(api).await;
        http.since(started);
    }

    let mut table = Table::default();
    for percent in [50, 99] {
        let (ours, direct) = (http.percentile(percent), library.percentile(percent));
        table.duration(&format!("library: p{percent}"), direct, None);
        table.duration(&format!("HTTP, keep-alive: p{percent}"), ours, None);
        let most = (percent == 50).then_some(Duration::from_micros(1500));
        table.duration(
            &format!("added: p{percent}"),
            ours.saturating_sub(direct),
            most,
        );
    }
    let most = Some(Duration::from_millis(100));
    table.duration("server, start to ready: p50", ready.percentile(50), most);
    table.print(&format!(
        "Over HTTP ({} rounds, {} starts)",
        http.len(),
        ready.len()
    ));
}

async fn once_library(belljar: &Belljar) {
    let options = SandboxOptions::new(RUNTIME);
    let output = belljar
        .run(options, Command::new(ARGS))
        .await
        .expect("it runs");
    assert_eq!(
        (output.exit_code, output.stdout.as_slice()),
        (0, &b"1\n"[..])
    );
}

pub(crate) async fn once_http(api: &Api) {
    let body = json!({
        "runtime": RUNTIME,
        "command": { "exec": ARGS, "mode": "oneshot" },
    });
    let created = api.post("/sandbox", &body).await;
    assert_eq!(api.output(&created).await.0, "1\n");
}
