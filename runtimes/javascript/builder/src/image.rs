//! Runs the guest's `wizer-initialize` and keeps its memory. The guest gets its sources on standard
//! input, a clock that stands still and a fixed sequence in place of random bytes; it can write
//! messages. Nothing else of WASI is there then.

use std::io::{Read, Write};

use anyhow::{Context, Result, anyhow};
use wasmtime::{
    Caller, Config, Engine, Extern, ExternType, Instance, Linker, Module, Store, Trap, Val,
};
use wasmtime_wizer::{InstanceState, SnapshotVal, Wizer};

/// What the guest sees.
struct World {
    input: std::io::Cursor<Vec<u8>>,
    seed: u8,
}

struct Initialized {
    store: Store<World>,
    instance: Instance,
}

impl InstanceState for Initialized {
    async fn global_get(&mut self, name: &str, _: wasmparser::ValType) -> SnapshotVal {
        let global = self
            .instance
            .get_global(&mut self.store, name)
            .expect("wizer has added it");
        match global.get(&mut self.store) {
            Val::I32(value) => SnapshotVal::I32(value),
            Val::I64(value) => SnapshotVal::I64(value),
            Val::F32(value) => SnapshotVal::F32(value),
            Val::F64(value) => SnapshotVal::F64(value),
            Val::V128(value) => SnapshotVal::V128(value.as_u128()),
            _ => unreachable!("no references in globals"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self
            .instance
            .get_memory(&mut self.store, name)
            .expect("wizer has added it");
        contents(memory.data(&self.store));
    }
}

/// Makes the module that begins where the initialisation has ended.
pub fn make(module: &[u8], input: Vec<u8>) -> Result<Vec<u8>> {
    let mut wizer = Wizer::new();
    wizer.init_func("wizer-initialize");
    let (context, instrumented) = wizer
        .instrument(module)
        .map_err(|error| anyhow!("{error:?}"))?;
    let mut config = Config::new();
    config.max_wasm_stack(16 << 20).async_stack_size(20 << 20);
    let engine = Engine::new(&config).map_err(|error| anyhow!("{error:?}"))?;
    let compiled = Module::new(&engine, &instrumented).map_err(|error| anyhow!("{error:?}"))?;
    let linker = linker(&engine, &compiled)?;
    let mut store = Store::new(
        &engine,
        World {
            input: std::io::Cursor::new(input),
            seed: 0,
        },
    );
    let instance = linker
        .instantiate(&mut store, &compiled)
        .map_err(|error| anyhow!("{error:?}"))?;
    let initialize = instance
        .get_typed_func::<(), ()>(&mut store, "wizer-initialize")
        .map_err(|error| anyhow!("{error:?}"))?;
    initialize
        .call(&mut store, ())
        .map_err(|error| anyhow!("{error:?}"))
        .context("the guest's initialisation failed")?;
    let mut initialized = Initialized { store, instance };
    futures::executor::block_on(wizer.snapshot(&context, &mut initialized))
        .map_err(|error| anyhow!("{error:?}"))
}

/// The bytes of the guest at an address that it has given.
fn bytes<'a>(
    caller: &'a mut Caller<'_, World>,
    at: i32,
    length: i32,
) -> wasmtime::Result<(&'a mut [u8], &'a mut World)> {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return Err(Trap::MemoryOutOfBounds.into());
    };
    let (data, world) = memory.data_and_store_mut(caller);
    let start = usize::try_from(at.cast_unsigned())?;
    let end = start + usize::try_from(length.cast_unsigned())?;
    let bytes = data.get_mut(start..end).ok_or(Trap::MemoryOutOfBounds)?;
    Ok((bytes, world))
}

fn word(caller: &mut Caller<'_, World>, at: i32) -> wasmtime::Result<i32> {
    let (bytes, _) = bytes(caller, at, 4)?;
    Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn set_word(caller: &mut Caller<'_, World>, at: i32, value: i32) -> wasmtime::Result<()> {
    bytes(caller, at, 4)?
        .0
        .copy_from_slice(&value.to_le_bytes());
    Ok(())
}

/// Preview 1's `errno` for a descriptor that is none.
const BADF: i32 = 8;

fn linker(engine: &Engine, module: &Module) -> Result<Linker<World>> {
    let mut linker = Linker::new(engine);
    let wasi = "wasi_snapshot_preview1";
    type C<'a> = Caller<'a, World>;
    (|| -> wasmtime::Result<()> {
        linker.func_wrap(
            wasi,
            "fd_read",
            |mut c: C<'_>, fd: i32, vectors: i32, count: i32, read: i32| {
                if fd != 0 {
                    return Ok(BADF);
                }
                let mut total = 0;
                for index in 0..count {
                    let at = word(&mut c, vectors + index * 8)?;
                    let length = word(&mut c, vectors + index * 8 + 4)?;
                    let (buffer, world) = bytes(&mut c, at, length)?;
                    total += i32::try_from(world.input.read(buffer)?)?;
                }
                set_word(&mut c, read, total)?;
                wasmtime::Result::Ok(0)
            },
        )?;
        linker.func_wrap(
            wasi,
            "fd_write",
            |mut c: C<'_>, fd: i32, vectors: i32, count: i32, written: i32| {
                if fd != 1 && fd != 2 {
                    return Ok(BADF);
                }
                let mut total = 0;
                for index in 0..count {
                    let at = word(&mut c, vectors + index * 8)?;
                    let length = word(&mut c, vectors + index * 8 + 4)?;
                    std::io::stderr().write_all(bytes(&mut c, at, length)?.0)?;
                    total += length;
                }
                set_word(&mut c, written, total)?;
                wasmtime::Result::Ok(0)
            },
        )?;
        linker.func_wrap(
            wasi,
            "clock_time_get",
            |mut c: C<'_>, _: i32, _: i64, at: i32| {
                bytes(&mut c, at, 8)?
                    .0
                    .copy_from_slice(&1_000_000_000_u64.to_le_bytes());
                wasmtime::Result::Ok(0)
            },
        )?;
        linker.func_wrap(wasi, "random_get", |mut c: C<'_>, at: i32, length: i32| {
            let (buffer, world) = bytes(&mut c, at, length)?;
            for byte in buffer {
                world.seed = world.seed.wrapping_mul(5).wrapping_add(113);
                *byte = world.seed;
            }
            wasmtime::Result::Ok(0)
        })?;
        for name in ["environ_sizes_get", "args_sizes_get"] {
            linker.func_wrap(wasi, name, |mut c: C<'_>, count: i32, size: i32| {
                set_word(&mut c, count, 0)?;
                set_word(&mut c, size, 0)?;
                wasmtime::Result::Ok(0)
            })?;
        }
        for name in ["environ_get", "args_get"] {
            linker.func_wrap(wasi, name, |_: i32, _: i32| 0)?;
        }
        for name in ["fd_prestat_get", "fd_filestat_get", "fd_fdstat_get"] {
            linker.func_wrap(wasi, name, |_: i32, _: i32| BADF)?;
        }
        linker.func_wrap(wasi, "fd_seek", |_: i32, _: i64, _: i32, _: i32| BADF)?;
        Ok(())
    })()
    .map_err(|error| anyhow!("{error:?}"))?;
    // Clocks of WASI 0.2 are read by timers of our own JavaScript.
    for import in module.imports() {
        let ExternType::Func(kind) = import.ty() else {
            continue;
        };
        let (from, name) = (import.module().to_owned(), import.name().to_owned());
        if from == wasi && linker_has(&linker, engine, &from, &name) {
            continue;
        }
        let still = from.starts_with("wasi:clocks/") && (name == "now" || name == "resolution");
        let label = format!("{from} {name}");
        linker
            .func_new(&from, &name, kind, move |_, _, results| {
                match results {
                    [result] if still => *result = Val::I64(1_000_000_000),
                    [] if label.contains("[resource-drop]") => {}
                    _ => {
                        let text = format!("{label} is not there while the image is made");
                        return Err(wasmtime::Error::msg(text));
                    }
                }
                Ok(())
            })
            .map_err(|error| anyhow!("{error:?}"))?;
    }
    Ok(linker)
}

fn linker_has(linker: &Linker<World>, engine: &Engine, module: &str, name: &str) -> bool {
    let mut store = Store::new(
        engine,
        World {
            input: std::io::Cursor::new(Vec::new()),
            seed: 0,
        },
    );
    linker.get(&mut store, module, name).is_ok()
}
