//! What guests see of files: each test is a guest of a few calls, see `script`.

mod advisories;
pub(in crate::host) mod component;
mod devices;
mod files;
mod limits;
mod names;
mod script;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempDir;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine as Wasmtime, Store as WasmStore};

use self::component::component;
use self::script::Script;
use crate::clock::SystemClock;
use crate::engine::{Engine, EngineOptions, Metering};
use crate::host::guest::Guest;
use crate::host::{Host, link};
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::process::{Control, Ended, ExitStatus, Input, Launch, LaunchSpec, Output, Spool};
use crate::store::{Device, Entry, Node, Root, Store, StoreOptions, Tree};
use crate::vfs::{ProgramFile, Usage, Vfs, VfsOptions};

use super::bindings::wasi::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, OpenFlags,
};

const READ: DescriptorFlags = DescriptorFlags::READ;
const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
const CREATE: OpenFlags = OpenFlags::CREATE;

fn plain() -> OpenFlags {
    OpenFlags::empty()
}

fn both() -> DescriptorFlags {
    READ | WRITE
}

/// A host, and a filesystem that has `/dev`, for any number of guests one after the other.
struct Fixture {
    _folder: TempDir,
    host: Host,
    store: Store,
    vfs: Vfs,
    stdin: Bytes,
}

impl Fixture {
    fn new() -> Self {
        Self::with(Usage {
            bytes: 1 << 20,
            nodes: 1000,
        })
    }

    fn with(quota: Usage) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = EngineOptions::new(Metering::Epoch);
        options.max_processes = 1;
        options.guest_threads = 1;
        let engine = Engine::new(&options, folder.path()).unwrap();
        let (store, vfs) = filesystem(folder.path(), quota);
        Self {
            host: Host::new(engine, 1).unwrap(),
            _folder: folder,
            store,
            vfs,
            stdin: Bytes::new(),
        }
    }

    /// Runs the guest with all rights; gives what it wrote to standard output.
    #[track_caller]
    fn run(&self, script: &Script) -> Vec<u8> {
        let bytes = component("guest", &script.text());
        let content = self.store.put_content(&mut &bytes[..]).unwrap();
        let stdout = Spool::new(None, 1 << 20);
        let spec = LaunchSpec {
            program: ProgramFile::new(&self.store, content),
            argv: vec!["guest".into()],
            env: Vec::new(),
            cwd: "/".into(),
            vfs: self.vfs.clone(),
            descriptions: BTreeMap::from([
                (0, Input::Bytes(self.stdin.clone()).into()),
                (1, Output::Spool(Arc::clone(&stdout)).into()),
            ]),
            memory: Arc::new(MemoryAccount::new(16 << 20)),
            cpu: Arc::new(CpuAccount::new(None)),
            fuel: None,
            control: Arc::new(Control::default()),
            usage: Arc::default(),
            process: None,
            network: crate::net::Access::alone(),
            packages: crate::registry::Access::Denied("not in this test"),
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        let ended = Ended::new(move |result| drop(tell.send(result)));
        let completion = runtime().block_on(async {
            self.host.launch(spec, ended).await.unwrap();
            told.await.unwrap().unwrap()
        });
        judge(script, &completion.status, contents(&stdout))
    }

    /// Runs the guest as one that initialises: it may look, but not change anything.
    #[track_caller]
    fn look(&self, script: &Script) {
        let said = Spool::new(None, 1 << 20);
        let output = Output::Spool(Arc::clone(&said));
        let guest = Guest::initializing(self.vfs.clone(), &[], output);
        let mut config = Config::new();
        config.wasm_component_model(true);
        let engine = Wasmtime::new(&config).unwrap();
        let component = Component::new(&engine, component("guest", &script.text())).unwrap();
        let mut linker = Linker::new(&engine);
        link::wasi(&mut linker).unwrap();
        let mut store = WasmStore::new(&engine, guest);
        let code = runtime().block_on(async {
            let instance = linker.instantiate_async(&mut store, &component).await?;
            let exec = instance.get_typed_func::<(), (i32,)>(&mut store, "exec")?;
            exec.call_async(&mut store, ()).await
        });
        let status = match code {
            Ok((code,)) => ExitStatus::Code(u8::try_from(code).unwrap()),
            Err(error) => ExitStatus::Trapped(format!("{error:?}")),
        };
        judge(script, &status, contents(&said));
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn contents(spool: &Arc<Spool>) -> Vec<u8> {
    spool.close();
    let mut reader = spool.reader();
    let mut contents = Vec::new();
    runtime().block_on(async {
        while let Some(bytes) = reader.next().await {
            contents.extend_from_slice(&bytes.unwrap());
        }
    });
    contents
}

/// Panics with the step that went another way than the script says.
#[track_caller]
fn judge(script: &Script, status: &ExitStatus, stdout: Vec<u8>) -> Vec<u8> {
    if *status == ExitStatus::Code(0) {
        return stdout;
    }
    match stdout.last_chunk::<4>() {
        Some(&[low, high, failed, code]) => panic!(
            "{}: {} {code}",
            script.step(u16::from_le_bytes([low, high])),
            if failed == 0 { "ok" } else { "error-code" },
        ),
        None => panic!("{status:?}"),
    }
}

/// A filesystem in a store in `folder`, with nothing but devices.
pub(in crate::host) fn filesystem(folder: &Path, quota: Usage) -> (Store, Vfs) {
    let store = Store::open(folder, StoreOptions::default()).unwrap();
    let options = VfsOptions {
        quota,
        base: None,
        programs: Arc::new([]),
        clock: Arc::new(SystemClock),
    };
    let vfs = Vfs::open(&store, root(&store), options).unwrap();
    (store, vfs)
}

/// A tree with nothing but `/dev` and the devices in it.
fn root(store: &Store) -> crate::digest::Digest {
    let entry = |name: &str, mode, node| Entry {
        name: name.into(),
        mode,
        mtime: 0,
        node,
    };
    let devices = [
        ("null", Device::Null),
        ("random", Device::Random),
        ("stderr", Device::Stderr),
        ("stdin", Device::Stdin),
        ("stdout", Device::Stdout),
        ("zero", Device::Zero),
    ];
    let dev = Tree {
        entries: devices
            .map(|(name, device)| entry(name, 0o666, Node::Device(device)))
            .into(),
    };
    let totals = dev.totals();
    let tree = store.put_tree(&dev).unwrap();
    let top = Tree {
        entries: vec![entry("dev", 0o755, Node::Directory { tree, totals })],
    };
    let root = Root {
        mode: 0o755,
        mtime: 0,
        tree: store.put_tree(&top).unwrap(),
        totals: top.totals(),
        links: Vec::new(),
        next_group: 1,
    };
    store.put_root(&root).unwrap()
}
