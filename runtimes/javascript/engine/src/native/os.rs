//! What the layer's modules ask about the system: `native:os`, `native:perf_hooks`, `native:v8`, and
//! the inside of proxies and promises for `util.inspect`.

/// `native:os`.
#[rquickjs::module(rename = "camelCase")]
pub mod system {
    #[rquickjs::function]
    pub fn arch() -> &'static str {
        "wasm32"
    }

    #[rquickjs::function]
    pub fn available_parallelism() -> u32 {
        belljar_sys::posix::processors()
    }

    #[rquickjs::function]
    pub fn endianness() -> &'static str {
        "LE"
    }

    #[rquickjs::function]
    pub fn platform() -> &'static str {
        "linux"
    }

    #[rquickjs::function]
    pub fn release() -> &'static str {
        "6.0.0-belljar"
    }

    #[rquickjs::function]
    pub fn type_() -> &'static str {
        "Linux"
    }

    #[rquickjs::function]
    pub fn hostname() -> String {
        belljar_sys::posix::hostname()
    }

    #[rquickjs::function]
    pub fn homedir() -> String {
        std::env::var("HOME").unwrap_or_else(|_| "/home/agentuity".to_owned())
    }

    #[rquickjs::function]
    pub fn machine() -> &'static str {
        "wasm32"
    }

    #[rquickjs::function]
    pub fn uptime() -> f64 {
        wasip2::clocks::monotonic_clock::now() as f64 / 1e9
    }

    #[rquickjs::function]
    pub fn version() -> &'static str {
        "Belljar"
    }
}

/// `native:perf_hooks`.
#[rquickjs::module]
pub mod clock {
    use std::cell::Cell;
    use std::time::{SystemTime, UNIX_EPOCH};

    thread_local! {
        /// Wall time in milliseconds and monotonic time in nanoseconds when the process began.
        static ORIGIN: Cell<Option<(f64, u64)>> = const { Cell::new(None) };
    }

    fn origin() -> (f64, u64) {
        ORIGIN.get().unwrap_or_else(|| {
            let wall = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            let now = (
                wall.as_secs_f64() * 1e3,
                wasip2::clocks::monotonic_clock::now(),
            );
            ORIGIN.set(Some(now));
            now
        })
    }

    /// Begins the time line of the process.
    #[rquickjs::function]
    pub fn begin() {
        ORIGIN.set(None);
        origin();
    }

    #[rquickjs::function]
    pub fn time_origin() -> f64 {
        origin().0
    }

    #[rquickjs::function]
    pub fn monotonic_now() -> f64 {
        wasip2::clocks::monotonic_clock::now().saturating_sub(origin().1) as f64 / 1e6
    }
}

/// `native:v8`.
#[rquickjs::module(rename = "camelCase")]
pub mod heap {
    /// In bytes: what a linear memory can hold.
    #[rquickjs::function]
    pub fn heap_size_limit() -> i64 {
        1 << 32
    }
}

/// `native:internal/binding/util`.
#[rquickjs::module(rename = "camelCase")]
pub mod binding {
    use std::cell::RefCell;
    use std::collections::HashSet;

    use rquickjs::promise::PromiseState;
    use rquickjs::{Array, Ctx, Promise, Result, Value, qjs};

    thread_local! {
        static WARNED: RefCell<HashSet<String>> = RefCell::new(HashSet::new());
    }

    fn owned<'js>(ctx: &Ctx<'js>, raw: qjs::JSValue) -> Value<'js> {
        // SAFETY: the value is a new reference of this context, an exception or not.
        unsafe {
            if qjs::JS_IsException(raw) {
                ctx.catch();
                return Value::new_null(ctx.clone());
            }
            Value::from_raw(ctx.clone(), raw)
        }
    }

    /// `[target, handler]` of a proxy, or its target alone; undefined for anything else.
    #[rquickjs::function]
    pub fn get_proxy_details<'js>(
        ctx: Ctx<'js>,
        value: Value<'js>,
        full: Option<bool>,
    ) -> Result<Value<'js>> {
        // SAFETY: the value is alive.
        if !unsafe { qjs::JS_IsProxy(value.as_raw()) } {
            return Ok(Value::new_undefined(ctx));
        }
        // SAFETY: it is a proxy of this context's runtime; both calls give new references.
        let (target, handler) = unsafe {
            let raw = ctx.as_raw().as_ptr();
            (
                owned(&ctx, qjs::JS_GetProxyTarget(raw, value.as_raw())),
                owned(&ctx, qjs::JS_GetProxyHandler(raw, value.as_raw())),
            )
        };
        if !full.unwrap_or(true) {
            return Ok(target);
        }
        let both = Array::new(ctx)?;
        both.set(0, target)?;
        both.set(1, handler)?;
        Ok(both.into_value())
    }

    /// `[state, result]` of a promise; 0 pending, 1 fulfilled, 2 rejected.
    #[rquickjs::function]
    pub fn get_promise_details<'js>(ctx: Ctx<'js>, promise: Promise<'js>) -> Result<Value<'js>> {
        let (state, result) = match promise.state() {
            PromiseState::Pending => (0, Value::new_undefined(ctx.clone())),
            PromiseState::Resolved => (
                1,
                match promise.result::<Value<'js>>() {
                    Some(Ok(value)) => value,
                    _ => Value::new_undefined(ctx.clone()),
                },
            ),
            PromiseState::Rejected => {
                let _thrown = promise.result::<Value<'js>>();
                (2, ctx.catch())
            }
        };
        let details = Array::new(ctx)?;
        details.set(0, state)?;
        details.set(1, result)?;
        Ok(details.into_value())
    }

    #[rquickjs::function]
    pub fn package_deprecation_warning_seen(key: String) -> bool {
        WARNED.with_borrow(|warned| warned.contains(&key))
    }

    #[rquickjs::function]
    pub fn mark_package_deprecation_warning_seen(key: String) {
        WARNED.with_borrow_mut(|warned| warned.insert(key));
    }
}
