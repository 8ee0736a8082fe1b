//! `GET /sandbox/status/{id}` of a sandbox that is alive: what clients ask again and again.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::bare::Bare;
use crate::calls::{Api, text};
use crate::common::samples::Samples;
use crate::common::table::Table;
use crate::server::Server;
use crate::{RUNTIME, WARM_UP, common};

const ROUNDS: usize = 5000;
const MOST: Duration = Duration::from_micros(200);

pub(crate) async fn table(api: &Api, server: &Server) {
    let created = api.post("/sandbox", &json!({ "runtime": RUNTIME })).await;
    let sandbox = text(&created, "sandboxId");
    let path = format!("/sandbox/status/{sandbox}");
    let poll = async |api: &Api| api.text(Method::GET, &path, None).await;
    let bare = Bare::start(&poll(api).await);
    let bare = api.at(&bare.url);
    for _ in 0..WARM_UP {
        assert_eq!(poll(&bare).await, poll(api).await);
    }
    let (count_before, sum_before) = counted(api, server).await;
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..common::rounds(ROUNDS) {
        let started = Instant::now();
        poll(&bare).await;
        theirs.since(started);

        let started = Instant::now();
        poll(api).await;
        ours.since(started);
    }
    let (count, sum) = counted(api, server).await;
    api.destroy(sandbox).await;

    let mut table = Table::default();
    for (name, ours, theirs) in [
        ("p50", ours.percentile(50), theirs.percentile(50)),
        ("p99", ours.percentile(99), theirs.percentile(99)),
        ("fastest", ours.min(), theirs.min()),
    ] {
        table.compare(
            &format!("GET /sandbox/status/…: {name}"),
            ours,
            theirs,
            None,
        );
        let most = (name == "p50").then_some(MOST);
        let added = ours.saturating_sub(theirs);
        table.duration(&format!("added: {name}"), added, most);
    }
    let mean = (sum - sum_before) / (count - count_before);
    let case = "in the server, of its numbers: mean";
    table.duration(case, Duration::from_secs_f64(mean), Some(MOST));
    table.print(&format!(
        "Status polls against a bare axum handler ({} rounds)",
        ours.len()
    ));
}

/// How many polls the server has counted, and how many seconds it was busy with them.
async fn counted(api: &Api, server: &Server) -> (f64, f64) {
    const LABELS: &str = "{route=\"/sandbox/status/{id}\",method=\"GET\",status=\"200\"} ";
    let text = api.read(&server.metrics).await;
    let number = |name: &str| -> f64 {
        let start = format!("belljar_http_request_duration_seconds_{name}{LABELS}");
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        let line = line.unwrap_or_else(|| panic!("no {start} in {text}"));
        line.parse().expect("a number")
    };
    (number("count"), number("sum"))
}
