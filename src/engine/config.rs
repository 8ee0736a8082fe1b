//! Every knob of wasmtime that we turn, and why.

use std::num::NonZeroUsize;
use std::time::Duration;

use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy,
    WasmFeatures,
};

use crate::units::ByteSize;

/// Period of the epoch, hence the granularity of CPU limits, cancellation of spinning guests and
/// fairness between them. 10 ms keeps the cost of yielding below 0.1 % of a core.
const TICK: Duration = Duration::from_millis(10);

/// Period of the epoch tick.
pub(crate) const fn clock_tick() -> Duration {
    TICK
}

/// Stack that wasm code may use, of which only what is touched is memory. CPython's parser and JSON
/// decoder recurse deeply: 1000 Python frames that call through C need about 1.5 MiB of native stack.
/// JavaScript calls go 10,000 deep, beside which its parsers need 40 MiB. The guests have their own checks
/// below this; crossing this limit is a trap of the guest, never of the host.
const WASM_STACK_BYTES: usize = 48 << 20;
/// Stack of a guest's fiber: wasm's share plus what host functions need above it.
const FIBER_STACK_BYTES: usize = WASM_STACK_BYTES + (2 << 20);

/// Core instances in one component: CPython, libc and their shims are a dozen.
const CORE_INSTANCES_PER_COMPONENT: u32 = 40;
/// Tables in one component, with the same reasoning.
const TABLES_PER_COMPONENT: u32 = 8;
/// Elements of one table. CPython's function table has about 10,000. Bounds the host memory a
/// guest takes with `table.grow` to 320 KiB a table.
const TABLE_ELEMENTS: usize = 40_000;
/// Host memory for the runtime data of one component or core instance.
const INSTANCE_BYTES: usize = 4 << 20;

/// How the execution of a guest is measured and bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metering {
    /// Epoch ticks only: time limits, cancellation and CPU shares. The default.
    Epoch,
    /// Epoch ticks and an exact instruction budget. Guests run 1.4 to 2 times slower.
    Fuel,
}

/// What an engine is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EngineOptions {
    /// How guests are metered.
    pub(crate) metering: Metering,
    /// Processes that can be alive at once. Each reserves address space (4 GiB), not memory.
    pub(crate) max_processes: u32,
    /// The most linear memory that one process may have, whatever its sandbox's limit says.
    pub(crate) max_memory: ByteSize,
    /// Threads that guests run on.
    pub(crate) guest_threads: usize,
}

impl EngineOptions {
    /// Defaults for this machine: as many guest threads as cores, 512 processes.
    pub(crate) fn new(metering: Metering) -> Self {
        Self {
            metering,
            max_processes: 512,
            max_memory: ByteSize::mib(4096),
            guest_threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    pub(super) fn to_wasmtime(self) -> Config {
        let mut config = Config::new();
        config
            // Cranelift: ahead-of-time, optimising, the only tier-1 compiler of wasmtime.
            .strategy(Strategy::Cranelift)
            .cranelift_opt_level(OptLevel::Speed)
            .parallel_compilation(true)
            // Every program is a component; calls into it may wait on the host.
            .wasm_component_model(true)
            // Preview 3 concurrency is not offered: less state in each store, faster calls.
            .concurrency_support(false)
            // A spinning guest is interrupted at loop headers and function entries.
            .epoch_interruption(true)
            .consume_fuel(self.metering == Metering::Fuel)
            .max_wasm_stack(WASM_STACK_BYTES)
            .async_stack_size(FIBER_STACK_BYTES)
            // Stacks are not shared between guests' secrets: a fresh fiber's stack is unmapped or
            // zeroed by the pool between uses; zeroing again on each allocation buys nothing.
            .async_stack_zeroing(false)
            // Linear memories start as copy-on-write maps of the program's image: start-up cost
            // is the pages a guest touches, not the 30 MiB it is made of.
            .memory_init_cow(true)
            .memory_guaranteed_dense_image_size(128 << 20)
            // 32-bit memories get 4 GiB of address space and guard pages: no bounds checks in
            // compiled code, and a memory never moves.
            .memory_reservation(4 << 30)
            .memory_may_move(false)
            .memory_guard_size(32 << 20)
            .guard_before_linear_memory(true)
            // Backtraces name the guest's functions in our logs when it traps; source positions
            // and debug info are not worth their size.
            .wasm_backtrace_max_frames(NonZeroUsize::new(16))
            .generate_address_map(false)
            .debug_info(false)
            // Proposals that no runtime of ours uses are off: less to go wrong.
            .wasm_features(
                WasmFeatures::THREADS
                    | WasmFeatures::SHARED_EVERYTHING_THREADS
                    | WasmFeatures::MEMORY64
                    | WasmFeatures::RELAXED_SIMD
                    | WasmFeatures::TAIL_CALL
                    | WasmFeatures::FUNCTION_REFERENCES
                    | WasmFeatures::GC
                    | WasmFeatures::EXCEPTIONS
                    | WasmFeatures::LEGACY_EXCEPTIONS
                    | WasmFeatures::STACK_SWITCHING
                    | WasmFeatures::WIDE_ARITHMETIC
                    | WasmFeatures::CUSTOM_PAGE_SIZES
                    | WasmFeatures::MEMORY_CONTROL,
                false,
            )
            .allocation_strategy(InstanceAllocationStrategy::Pooling(self.pool()));
        config
    }

    /// Slots are made once and reset between guests. Totals follow from the number of processes,
    /// so that a process that may start never fails for want of a slot.
    fn pool(self) -> PoolingAllocationConfig {
        let processes = self.max_processes;
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(processes)
            .total_core_instances(processes.saturating_mul(CORE_INSTANCES_PER_COMPONENT))
            .total_memories(processes.saturating_mul(2))
            .total_tables(processes.saturating_mul(TABLES_PER_COMPONENT))
            .total_stacks(processes)
            .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
            .max_memories_per_component(2)
            .max_tables_per_component(TABLES_PER_COMPONENT)
            .max_memories_per_module(1)
            .max_tables_per_module(2)
            .max_component_instance_size(INSTANCE_BYTES)
            .max_core_instance_size(INSTANCE_BYTES)
            .table_elements(TABLE_ELEMENTS)
            .max_memory_size(usize::try_from(self.max_memory.bytes()).unwrap_or(usize::MAX))
            // A warm slot keeps its memory image mapped: the next process of the same program
            // starts without a single mmap.
            .max_unused_warm_slots(64)
            // What a small guest dirtied is copied back from the image instead of being unmapped:
            // the next one takes no page faults for it. Bounded, since warm slots keep it.
            .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
            .table_keep_resident(TABLE_ELEMENTS * size_of::<usize>())
            .async_stack_keep_resident(64 << 10)
            // Linux 6.7 and newer: reset exactly the pages that were written.
            .pagemap_scan(Enabled::Auto);
        pool
    }
}

/// Memory of a warm slot that stays resident between guests; see [`EngineOptions::pool`].
const KEEP_RESIDENT_BYTES: usize = 8 << 20;
