//! `native:process`: the process itself, its standard streams and its signals.

/// The module.
#[rquickjs::module]
pub mod native_module {
    use std::io;
    use std::path::Path;

    use belljar_sys::{posix, process, signals};
    use rquickjs::{Array, BigInt, Ctx, Exception, IntoJs, Object, Result, TypedArray, Value, qjs};
    use wasip2::clocks::monotonic_clock;

    use crate::native::errno::Errno;
    use crate::native::files::{self, Open, Stream};

    /// Fewer pages than these are no memory to speak of.
    const ROOM: usize = 64;

    thread_local! {
        /// Zero before it is first needed.
        static RANDOM: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
    }

    /// A standard stream, unless it is closed.
    fn with_stream<R>(number: usize, with: impl FnOnce(&Stream) -> R) -> Option<R> {
        match files::get(i32::try_from(number).ok()?).as_deref() {
            Ok(Open::Stream(stream)) => Some(with(stream)),
            _ => None,
        }
    }

    /// Hands the engine the functions that it calls.
    #[rquickjs::function]
    pub fn hooks<'js>(ctx: Ctx<'js>, functions: Object<'js>) -> Result<()> {
        crate::hooks::set(&ctx, &functions)
    }

    /// Runs all microtasks.
    #[rquickjs::function]
    #[qjs(rename = "runMicrotasks")]
    pub fn run_microtasks(ctx: Ctx<'_>) {
        while ctx.execute_pending_job() {}
    }

    #[rquickjs::function]
    pub fn arguments() -> Vec<String> {
        belljar_sys::args()
    }

    /// Names and values in turn.
    #[rquickjs::function]
    pub fn environment() -> Vec<String> {
        wasip2::cli::environment::get_environment()
            .into_iter()
            .flat_map(|(name, value)| [name, value])
            .collect()
    }

    #[rquickjs::function]
    pub fn cwd(ctx: Ctx<'_>) -> Result<String> {
        match std::env::current_dir() {
            Ok(path) => Ok(path.to_string_lossy().into_owned()),
            Err(error) => Err(Exception::throw_message(&ctx, &error.to_string())),
        }
    }

    /// Null, or the code of the error.
    #[rquickjs::function]
    pub fn chdir(path: String) -> Option<&'static str> {
        match std::env::set_current_dir(Path::new(&path)) {
            Ok(()) => None,
            Err(error) => Some(match error.kind() {
                io::ErrorKind::NotFound => "ENOENT",
                io::ErrorKind::NotADirectory => "ENOTDIR",
                io::ErrorKind::PermissionDenied => "EACCES",
                _ => "EINVAL",
            }),
        }
    }

    /// Ends the process.
    #[rquickjs::function]
    pub fn exit(code: u8) {
        crate::modules::bytecode::save();
        process::exit(code)
    }

    /// Writes all of it to a standard stream; null, or the code of the error.
    #[rquickjs::function]
    pub fn write<'js>(number: usize, data: Value<'js>) -> Result<Option<&'static str>> {
        let written = if let Some(text) = data.as_string() {
            let text = text.to_string()?;
            with_stream(number, |stream| stream.write(text.as_bytes()))
        } else {
            let bytes = TypedArray::<u8>::from_value(data)?;
            // SAFETY: written before anything else runs.
            let bytes = unsafe { bytes.as_bytes() }.unwrap_or_default();
            with_stream(number, |stream| stream.write(bytes))
        };
        let written = written.unwrap_or(Err(Errno::BADF));
        Ok(written.err().map(Errno::name))
    }

    /// Reads from standard input without letting anything else run; null at the end.
    #[rquickjs::function]
    #[qjs(rename = "readSync")]
    pub fn read_sync<'js>(ctx: Ctx<'js>, max: usize) -> Result<Option<TypedArray<'js, u8>>> {
        match with_stream(0, |stream| stream.read(max)).unwrap_or(Ok(Vec::new())) {
            Ok(bytes) if bytes.is_empty() => Ok(None),
            Ok(bytes) => TypedArray::new(ctx, bytes).map(Some),
            Err(errno) => Err(Exception::throw_message(&ctx, errno.name())),
        }
    }

    #[rquickjs::function]
    #[qjs(rename = "isTerminal")]
    pub fn is_terminal(number: usize) -> bool {
        with_stream(number, Stream::is_terminal).unwrap_or(false)
    }

    /// Columns and rows; null without a terminal.
    #[rquickjs::function]
    #[qjs(rename = "terminalSize")]
    pub fn terminal_size() -> Option<Vec<u16>> {
        posix::terminal_size().map(|(columns, rows)| vec![columns, rows])
    }

    #[rquickjs::function]
    pub fn hrtime(ctx: Ctx<'_>) -> Result<BigInt<'_>> {
        BigInt::from_u64(ctx, monotonic_clock::now())
    }

    /// Milliseconds of a clock that never goes back.
    #[rquickjs::function]
    pub fn now() -> f64 {
        monotonic_clock::now() as f64 / 1e6
    }

    /// Waits without letting anything else run.
    #[rquickjs::function]
    pub fn sleep(milliseconds: f64) {
        let duration = std::time::Duration::try_from_secs_f64(milliseconds / 1e3);
        std::thread::sleep(duration.unwrap_or_default());
    }

    /// What a signal does from now on: "default", "ignore" or "catch".
    #[rquickjs::function]
    #[qjs(rename = "onSignal")]
    pub fn on_signal(signal: u8, action: String) {
        signals::set(
            signal,
            match action.as_str() {
                "ignore" => signals::Action::Ignore,
                "catch" => signals::Action::Catch,
                _ => signals::Action::Default,
            },
        );
    }

    /// Sends a signal; null, or the code of the error.
    #[rquickjs::function]
    pub fn kill(pid: i32, signal: u8) -> Option<&'static str> {
        process::kill(pid, signal)
            .err()
            .map(|error| match error.kind() {
                io::ErrorKind::NotFound => "ESRCH",
                _ => "EINVAL",
            })
    }

    /// Process id, parent's, user, group.
    #[rquickjs::function]
    pub fn identity<'js>(ctx: Ctx<'js>) -> Result<Value<'js>> {
        let identity = Array::new(ctx.clone())?;
        identity.set(0, process::pid())?;
        identity.set(1, process::parent())?;
        identity.set(2, posix::uid())?;
        identity.set(3, posix::gid())?;
        identity.into_js(&ctx)
    }

    #[rquickjs::function]
    pub fn umask(mask: Option<u32>) -> u32 {
        mask.map_or_else(posix::umask, posix::set_umask)
    }

    #[rquickjs::function]
    #[qjs(rename = "userName")]
    pub fn user_name() -> String {
        posix::user_name()
    }

    /// Memory of the engine: what has been taken, what is in use, objects, buffers.
    #[rquickjs::function]
    #[qjs(rename = "memoryUsage")]
    pub fn memory_usage(ctx: Ctx<'_>) -> Vec<f64> {
        let mut usage = std::mem::MaybeUninit::uninit();
        // SAFETY: the call fills the structure; the runtime is that of the context, which is alive.
        let usage = unsafe {
            let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
            qjs::JS_ComputeMemoryUsage(runtime, usage.as_mut_ptr());
            usage.assume_init()
        };
        let pages = core::arch::wasm32::memory_size(0);
        vec![
            pages as f64 * 65536.0,
            usage.malloc_size as f64,
            usage.memory_used_size as f64,
            usage.binary_object_size as f64,
        ]
    }

    /// Whether the memory is at its limit. (It grows if not: for the end of a process.)
    #[rquickjs::function]
    #[qjs(rename = "isMemoryFull")]
    pub fn is_memory_full() -> bool {
        core::arch::wasm32::memory_grow(0, ROOM) == usize::MAX
    }

    /// `Math.random`. The engine's own begins with a seed of the image, the same in every process.
    #[rquickjs::function]
    pub fn random() -> Result<f64> {
        // xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators").
        let mut state = RANDOM.get();
        if state == 0 {
            let mut seed = [0; 8];
            getrandom::fill(&mut seed).map_err(|_| rquickjs::Error::Unknown)?;
            // Zero is the one state that leads nowhere.
            state = u64::from_le_bytes(seed) | 1;
        }
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        RANDOM.set(state);
        let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        Ok(bits as f64 / (1_u64 << 53) as f64)
    }

    /// Forgets the state of `random`: to be called when the image is complete.
    #[rquickjs::function]
    #[qjs(rename = "forgetRandom")]
    pub fn forget_random() {
        RANDOM.set(0);
    }

    /// Collects what only cycles hold.
    #[rquickjs::function]
    pub fn collect(ctx: Ctx<'_>) {
        ctx.run_gc();
    }
}
