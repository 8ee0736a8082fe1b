//! How much slower Python computes in a sandbox: with time limits only, and with a fuel budget.
//!
//! `cargo bench --bench cpu`. The same script (`benches/cpu/mix.py`) runs natively, in a sandbox and
//! in a sandbox with fuel, in turn; of each benchmark the best time counts.
#![expect(
    clippy::indexing_slicing,
    reason = "a bench that finds nothing there may panic"
)]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use belljar::{Belljar, BelljarOptions, Command, SandboxOptions};

use common::native::Native;
use common::table::Table;

const MIX: &str = include_str!("cpu/mix.py");
const TURNS: usize = 5;
/// More than the mix uses, so that it is counted but never stops.
const FUEL: u64 = 1 << 50;

/// Best time of each benchmark.
type Times = BTreeMap<String, Duration>;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let native = Native::python().expect("a native python3 to compare with");
        let options = BelljarOptions::in_memory(common::cache_dir());
        let belljar = Belljar::open(options).await.expect("it opens");
        let (mut theirs, mut epoch, mut fuel) = (Times::new(), Times::new(), Times::new());
        for _ in 0..common::rounds(TURNS) {
            keep_best(&mut theirs, &native.run(["-c", MIX]));
            keep_best(&mut epoch, &sandboxed(&belljar, None).await);
            keep_best(&mut fuel, &sandboxed(&belljar, Some(FUEL)).await);
        }
        belljar.close().await;

        let mut table = Table::default();
        for (case, ours) in [("", &epoch), (", with fuel", &fuel)] {
            for (name, time) in ours {
                table.compare(&format!("{name}{case}"), *time, theirs[name], None);
            }
            let factor = geometric_mean(ours, &theirs);
            table.text(
                &format!("geometric mean{case}"),
                &format!("{factor:.2}x"),
                "",
            );
        }
        table.print(&format!("CPU-bound Python against {}", native.describe()));
    });
}

async fn sandboxed(belljar: &Belljar, fuel: Option<u64>) -> Vec<u8> {
    let mut command = Command::new(["python3", "-c", MIX]);
    command.fuel = fuel;
    let output = belljar
        .run(SandboxOptions::new("python:3.14"), command)
        .await
        .expect("it runs");
    assert_eq!(
        output.exit_code,
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn keep_best(best: &mut Times, json: &[u8]) {
    let times: BTreeMap<String, u64> = serde_json::from_slice(json).expect("the mix prints JSON");
    for (name, nanoseconds) in times {
        let time = Duration::from_nanos(nanoseconds);
        best.entry(name)
            .and_modify(|best| *best = time.min(*best))
            .or_insert(time);
    }
}

fn geometric_mean(ours: &Times, theirs: &Times) -> f64 {
    let logarithms = ours
        .iter()
        .map(|(name, time)| (time.as_secs_f64() / theirs[name].as_secs_f64()).ln());
    let count = f64::from(u32::try_from(ours.len()).unwrap_or(1));
    (logarithms.sum::<f64>() / count).exp()
}
