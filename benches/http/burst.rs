//! A sandbox and its first command, as public benchmarks of sandboxes have it: from the call that
//! creates to the output of the command, 100 at once. Each destroys its sandbox when it has been timed,
//! which the others feel.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::calls::{Api, text};
use crate::common::samples::Samples;
use crate::common::table::{Table, ms};
use crate::{ARGS, RUNTIME, common};

const AT_ONCE: usize = 100;
const ALONE: usize = 50;
const TURNS: usize = 6;
/// Against one alone, for each core.
const MOST: f64 = 10.0;

pub(crate) async fn table(api: &Api) {
    // Connections are opened, threads and slots made.
    at_once(api).await;
    let (mut alone, mut burst) = (Samples::default(), Samples::default());
    let (mut created, mut whole) = (Samples::default(), Samples::default());
    for _ in 0..common::rounds(TURNS) {
        for _ in 0..ALONE {
            alone.add(once(api).await.1);
        }
        let started = Instant::now();
        for (create, all) in at_once(api).await {
            created.add(create);
            burst.add(all);
        }
        whole.since(started);
    }

    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = f64::from(u32::try_from(cores).unwrap_or(1));
    let mut table = Table::default();
    let (ours, theirs) = (burst.percentile(50), alone.percentile(50));
    let case = format!("create and first command, {AT_ONCE} at once: p50, against one alone");
    table.compare(&case, ours, theirs, None);
    let each = ours.as_secs_f64() / theirs.as_secs_f64() / cores;
    let verdict = if each < MOST { "met" } else { "NOT MET" };
    let goal = format!("under {MOST}x: {verdict}");
    table.text("the same for each core", &format!("{each:.2}x"), &goal);
    for percent in [1, 95, 100] {
        let case = format!("the same: p{percent}");
        let (ours, theirs) = (burst.percentile(percent), alone.percentile(percent));
        table.compare(&case, ours, theirs, None);
    }
    table.duration("created: p50", created.percentile(50), None);
    let best = whole.min() / u32::try_from(AT_ONCE).unwrap_or(1);
    table.text(
        "sandboxes a second, destroyed: best turn",
        &format!("{:.0}", 1.0 / best.as_secs_f64()),
        &format!("one every {}", ms(best)),
    );
    table.print(&format!(
        "Burst of {AT_ONCE} ({} turns, {} in all, none failed)",
        whole.len(),
        burst.len()
    ));
}

async fn at_once(api: &Api) -> Vec<(Duration, Duration)> {
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let api = api.clone();
        tasks.spawn(async move { once(&api).await });
    }
    tasks.join_all().await
}

/// How long until the sandbox was created, and until its first command had ended.
async fn once(api: &Api) -> (Duration, Duration) {
    let started = Instant::now();
    let sandbox = api.post("/sandbox", &json!({ "runtime": RUNTIME })).await;
    let sandbox = text(&sandbox, "sandboxId");
    let created = started.elapsed();
    let path = format!("/sandbox/{sandbox}/execute");
    let execution = api.post(&path, &json!({ "command": ARGS })).await;
    assert_eq!(api.output(&execution).await.0, "1\n");
    let ended = started.elapsed();
    api.destroy(sandbox).await;
    (created, ended)
}
