//! `kill -9` at any moment: every promise holds, and the store is whole.
//!
//! A round is: start the server on the folder of the round before, let some clients do everything at
//! once, kill it, and look into the folder with the library. `BELLJAR_KILL_ROUNDS` is how many there are
//! in all tests here together, `BELLJAR_KILL_SEED` what they begin with. (A seed repeats the calls and
//! the delays, but not the machine's moods.)

mod check;
mod load;
mod model;
mod more;
mod op;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use reqwest::Method;

use super::open;
use super::server::Server;
use crate::guests::within;
use crate::support::data_dir;
use load::{Load, Shared};
use model::{Random, World};

/// Rounds in all tests here together.
const ROUNDS: u64 = 80;
/// Tests, each with its part of them.
const TESTS: u64 = 2;
/// Rounds on one folder.
const IN_A_FOLDER: u64 = 20;
const SEED: u64 = 20_261_123;
const CLIENTS: usize = 3;
/// The most calls that the clients have begun when the server is killed, whatever time they take.
const CALLS: usize = 40;
/// The longest that they have for that: some calls wait for others.
const LONGEST: Duration = Duration::from_millis(600);
/// The longest between the last of them and the end, in microseconds.
const LATEST: usize = 5_000;
/// The longest that a server has which is killed while it starts, in microseconds.
const STARTING: usize = 150_000;
const COLLECTING: [(&str, &str); 2] = [
    ("BELLJAR_GC_INTERVAL", "3ms"),
    ("BELLJAR_LOG", "belljar::sandbox::collector=info"),
];
/// From how many rounds on each of these is to have happened, on a busy machine, too.
const MANY: u64 = 100;
const OFTEN: [&str; 15] = [
    "build",
    "collection",
    "create from a snapshot",
    "checkpoint",
    "download",
    "environment",
    "execute",
    "fork",
    "job",
    "one-shot",
    "pause",
    "snapshot",
    "stop a job",
    "upload",
    "write",
];

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_random_points() {
    rounds(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_other_random_points() {
    rounds(1).await;
}

#[expect(
    clippy::print_stderr,
    reason = "whoever looks into a failure needs the folder"
)]
async fn rounds(test: u64) {
    let mut left = number("BELLJAR_KILL_ROUNDS", ROUNDS).div_ceil(TESTS);
    let seed = number("BELLJAR_KILL_SEED", SEED);
    let mut random = Random(seed ^ (test << 32));
    let (all, mut calls) = (left, BTreeMap::<String, [u64; 2]>::new());
    while left > 0 {
        let rounds = left.min(IN_A_FOLDER);
        let data = data_dir();
        let world = Shared::default();
        for round in 0..rounds {
            let one = AssertUnwindSafe(one_round(data.path(), &world, &mut random));
            if let Err(panic) = one.catch_unwind().await {
                // Whoever looks into it wants the folder.
                let folder = data.keep();
                let stderr = std::fs::read_to_string(folder.join("stderr"));
                let mut said = stderr.unwrap_or_default();
                said.truncate(10_000);
                eprintln!(
                    "BELLJAR_KILL_SEED={seed}, round {round} with {left} left of test {test}, in {}; \
                     the server said: {said}",
                    folder.display()
                );
                resume_unwind(panic);
            }
            left -= 1;
        }
        for (kind, [made, answered]) in std::mem::take(&mut world.lock().unwrap().calls) {
            let [all_made, all_answered] = calls.entry(kind).or_default();
            *all_made += made;
            *all_answered += answered;
        }
    }
    // Or it would show nothing.
    for kind in OFTEN {
        let answered = calls.get(kind).map_or(0, |[_, answered]| *answered);
        assert!(all < MANY || answered > 0, "{kind}: {calls:#?}");
    }
}

async fn one_round(data: &Path, world: &Shared, random: &mut Random) {
    let server = Server::spawn(data, &COLLECTING);
    if random.one_in(10) {
        pause(random, STARTING).await;
        server.kill();
    } else {
        let server = server.ready(data).await;
        if !random.one_in(10) {
            warm(&server, world).await;
        }
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let load = Load {
                    number,
                    client: server.client(),
                    world: Arc::clone(world),
                    random: Random(random.next()),
                };
                tokio::spawn(load.run())
            })
            .collect();
        // Counted in calls, so that as much happens on a busy machine.
        let enough = world.lock().unwrap().calls() + 1 + random.below(CALLS) as u64;
        let begun = async {
            while world.lock().unwrap().calls() < enough {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        drop(tokio::time::timeout(LONGEST, begun).await);
        pause(random, LATEST).await;
        server.kill();
        for ended in within("the clients have noticed", join_all(clients)).await {
            ended.unwrap_or_else(|error| resume_unwind(error.into_panic()));
        }
    }
    let stderr = std::fs::read_to_string(data.join("stderr")).unwrap();
    for _ in stderr.matches("garbage collected") {
        let mut world = world.lock().unwrap();
        world.made("collection");
        world.answered("collection");
    }
    let belljar = open(data).await;
    let mut known = std::mem::take(&mut *world.lock().unwrap());
    check::everything(&belljar, &mut known, random, data).await;
    *world.lock().unwrap() = known;
    belljar.close().await;
}

/// Waits for at most so many microseconds.
async fn pause(random: &mut Random, longest: usize) {
    let time = 1 + random.below(longest) as u64;
    tokio::time::sleep(Duration::from_micros(time)).await;
}

/// Waits until the runtime is loaded: before that everything waits for it.
async fn warm(server: &Server, world: &Mutex<World>) {
    let some = world.lock().unwrap().sandboxes.keys().next().cloned();
    if let Some(id) = some {
        let path = format!("/fs/list/{id}");
        let (status, answer) = server
            .client()
            .call(Method::GET, &path, None)
            .await
            .unwrap();
        assert_eq!(status, 200, "{answer}");
        world.lock().unwrap().sandbox(&id).is(model::Life::Idle);
    }
}
