//! `POST /sandbox` alone. A sandbox is recorded before it is answered for.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::bare::Bare;
use crate::calls::{Api, text};
use crate::common::samples::Samples;
use crate::common::table::Table;
use crate::{RUNTIME, WARM_UP, common};

const ROUNDS: usize = 400;

pub(crate) async fn table(api: &Api) {
    let body = json!({ "runtime": RUNTIME });
    let create = async |api: &Api| api.text(Method::POST, "/sandbox", Some(&body)).await;
    let bare = Bare::start(&create(api).await);
    let bare = api.at(&bare.url);
    let mut made = Vec::new();
    for _ in 0..WARM_UP {
        create(&bare).await;
        made.push(create(api).await);
    }
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..common::rounds(ROUNDS) {
        let started = Instant::now();
        create(&bare).await;
        theirs.since(started);

        let started = Instant::now();
        made.push(create(api).await);
        ours.since(started);
    }
    // Not in between, where its last steps would slow what follows it.
    for answer in &made {
        let answer: Value = serde_json::from_str(answer).expect("JSON");
        api.destroy(text(&answer["data"], "sandboxId")).await;
    }

    let mut table = Table::default();
    for (name, ours, theirs) in [
        ("p50", ours.percentile(50), theirs.percentile(50)),
        ("p99", ours.percentile(99), theirs.percentile(99)),
        ("fastest", ours.min(), theirs.min()),
    ] {
        table.compare(&format!("POST /sandbox: {name}"), ours, theirs, None);
        let most = (name == "p50").then_some(Duration::from_millis(1));
        let added = ours.saturating_sub(theirs);
        table.duration(&format!("added: {name}"), added, most);
    }
    table.print(&format!(
        "Creating over HTTP against a bare axum handler ({} rounds)",
        ours.len()
    ));
}
