//! The engine of this process: made while the image is made, taken when the process starts.

use std::cell::RefCell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rquickjs::{AsyncContext, AsyncRuntime, CatchResultExt, CaughtError, Ctx, Module};

use crate::hooks::{self, Hook};
use crate::modules::{FileLoader, FileResolver, Sources};

/// Stack for JavaScript, in bytes of the stack in linear memory (`build.rs` asks for more): calls of a
/// small function go 10,000 deep, as they do in node. Beyond this is a RangeError. The stack that the
/// host gives is used beside it, some ten bytes for each of these at most (by the parser); what comes to
/// its end first is a trap.
const STACK: usize = 2816 << 10;
/// Collections begin when this much has been allocated on top of the image.
const GC_HEADROOM: usize = 16 * 1024 * 1024;

/// A runtime with its one context.
#[derive(Clone)]
pub struct Engine {
    pub runtime: AsyncRuntime,
    pub context: AsyncContext,
}

thread_local! {
    static PREPARED: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// Runs a future that never waits for anything outside.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing to wait for while the image is made"),
    }
}

/// Makes it and evaluates our own JavaScript.
///
/// # Panics
/// If that throws: the builder prints why.
pub fn prepare(sources: Sources) {
    let engine = at_once(async {
        let runtime = AsyncRuntime::new().expect("a runtime");
        runtime.set_max_stack_size(STACK).await;
        // The image is collected once, at the end.
        runtime.set_gc_threshold(usize::MAX).await;
        runtime.set_loader(FileResolver, FileLoader).await;
        runtime
            .set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, handled| {
                if let Some(hook) = hooks::get(&ctx, Hook::Rejected)
                    && hook.call::<_, ()>((promise, reason, handled)).is_err()
                {
                    ctx.catch();
                }
            })))
            .await;
        let context = AsyncContext::full(&runtime).await.expect("a context");
        Engine { runtime, context }
    });
    sources.keep();
    at_once(engine.context.async_with(async |ctx| {
        let evaluated = Module::import(&ctx, "belljar:internal/boot").catch(&ctx);
        let finished = evaluated.and_then(|promise| promise.finish::<()>().catch(&ctx));
        if let Err(error) = finished {
            panic!("internal/boot: {}", describe(&ctx, error));
        }
        while ctx.execute_pending_job() {}
        ctx.run_gc();
    }));
    at_once(async {
        let used = engine.runtime.memory_usage().await.malloc_size;
        let used = usize::try_from(used).unwrap_or(0);
        engine.runtime.set_gc_threshold(used + GC_HEADROOM).await;
    });
    PREPARED.with_borrow_mut(|kept| *kept = Some(engine));
}

/// The prepared one.
///
/// # Panics
/// If there is none: the module was not pre-initialised.
pub fn take() -> Engine {
    let engine = PREPARED.with_borrow(Clone::clone);
    engine.expect("the builder pre-initialises this module")
}

/// What was thrown, with its stack.
pub fn describe<'js>(_ctx: &Ctx<'js>, error: CaughtError<'js>) -> String {
    match error {
        CaughtError::Exception(exception) => {
            let message = exception.message().unwrap_or_default();
            let stack = exception.stack().unwrap_or_default();
            format!("{message}\n{stack}")
        }
        CaughtError::Value(value) => format!("{value:?}"),
        CaughtError::Error(error) => error.to_string(),
    }
}
