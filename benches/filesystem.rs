//! What files cost a guest, against the same guest on wasmtime-wasi with a directory of the host.
//!
//! `cargo bench --bench filesystem`. Names after it choose parts: `storm`, `streams`, `positions`.
//!
//! wasmtime-wasi is measured twice: as it is by default, with file calls on threads of their own,
//! and allowed to make them where the guest runs, as our calls are made. The goals are against the
//! faster of the two. Both sides make a fresh process in each round and nothing is compiled.

mod common;
#[path = "../src/host/filesystem/tests/component.rs"]
mod component;

use std::time::{Duration, Instant};

use belljar::{Belljar, BelljarOptions};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use common::samples::Samples;
use common::table::Table;

/// What every guest begins with.
const IMPORTS: &str = include_str!("../src/host/filesystem/tests/imports.wat");

struct Case {
    name: &'static str,
    title: &'static str,
    guest: &'static str,
    rounds: usize,
    /// The most that ours may take, as a part of theirs.
    goal: f64,
}

const CASES: [Case; 3] = [
    Case {
        name: "storm",
        title: "create, stat, readdir, rename, unlink 10,000 files",
        guest: include_str!("filesystem/storm.wat"),
        rounds: 5,
        goal: 0.33,
    },
    Case {
        name: "streams",
        title: "write and read 256 MiB by 64 KiB, streams",
        guest: include_str!("filesystem/streams.wat"),
        rounds: 7,
        goal: 1.0,
    },
    Case {
        name: "positions",
        title: "write and read 256 MiB by 64 KiB, positions",
        guest: include_str!("filesystem/positions.wat"),
        rounds: 7,
        goal: 1.0,
    },
];

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let belljar = Belljar::open(BelljarOptions::in_memory(common::cache_dir()))
            .await
            .expect("it opens");
        let theirs = Theirs::new();
        let mut table = Table::default();
        for case in CASES.iter().filter(|case| common::chosen(case.name)) {
            measure(case, &belljar, &theirs, &mut table).await;
        }
        table.print("A guest's files against wasmtime-wasi with a directory of the host");
        belljar.close().await;
    });
}

async fn measure(case: &Case, belljar: &Belljar, theirs: &Theirs, table: &mut Table) {
    let bytes = component::component("guest", &format!("(module {IMPORTS} {})", case.guest));
    let compiled = Component::new(&theirs.engine, &bytes).expect("it compiles");
    let (mut ours, mut default, mut blocking) =
        (Samples::default(), Samples::default(), Samples::default());
    // Once unmeasured, and then turn by turn.
    for round in 0..=common::rounds(case.rounds) {
        let times = (
            run_ours(belljar, &bytes).await,
            theirs.run(&compiled, false).await,
            theirs.run(&compiled, true).await,
        );
        if round > 0 {
            ours.add(times.0);
            default.add(times.1);
            blocking.add(times.2);
        }
    }
    let (ours, default, blocking) = (
        ours.percentile(50),
        default.percentile(50),
        blocking.percentile(50),
    );
    table.compare(case.title, ours, default.min(blocking), Some(case.goal));
    table.compare("  against its default", ours, default, None);
    table.compare("  against it with blocking allowed", ours, blocking, None);
}

/// One process on an empty filesystem of ours.
async fn run_ours(belljar: &Belljar, component: &[u8]) -> Duration {
    let started = Instant::now();
    let output = belljar.run_component(component).await.expect("it runs");
    let took = started.elapsed();
    assert_eq!(
        output.exit_code,
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

/// Plain wasmtime with wasmtime-wasi.
struct Theirs {
    engine: Engine,
    linker: Linker<State>,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl Theirs {
    fn new() -> Self {
        let mut config = Config::new();
        config.wasm_component_model(true);
        let engine = Engine::new(&config).expect("an engine");
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).expect("it links");
        Self { engine, linker }
    }

    /// One process on an empty directory.
    async fn run(&self, component: &Component, blocking: bool) -> Duration {
        let folder = tempfile::tempdir().expect("a directory");
        let started = Instant::now();
        let mut wasi = WasiCtxBuilder::new();
        wasi.allow_blocking_current_thread(blocking)
            .preopened_dir(folder.path(), "/", FsPerms::ReadWrite)
            .expect("it opens");
        let state = State {
            wasi: wasi.build(),
            table: ResourceTable::new(),
        };
        let mut store = Store::new(&self.engine, state);
        let linker = &self.linker;
        let instance = linker.instantiate_async(&mut store, component).await;
        let instance = instance.expect("it starts");
        let exec = instance.get_typed_func::<(), (i32,)>(&mut store, "exec");
        let (code,) = exec
            .expect("it has `exec`")
            .call_async(&mut store, ())
            .await
            .expect("it runs");
        drop(store);
        let took = started.elapsed();
        assert_eq!(code, 0);
        took
    }
}
