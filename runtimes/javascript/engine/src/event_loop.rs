//! The event loop. One turn of it: what native operations have brought, then what our JavaScript
//! says is due (`internal/loop.js`: ticks, microtasks, timers, immediates), then signals; when nothing
//! is, it waits for whichever comes first.

use std::pin::pin;
use std::task::Poll;

use rquickjs::{CatchResultExt, Ctx};
use wasip2::clocks::monotonic_clock;
use wstd::runtime::AsyncPollable;

use crate::engine::{Engine, describe};
use crate::hooks::{self, Hook};

/// What a turn has left.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    /// More to do at once.
    Again,
    /// A timer in so many nanoseconds.
    Timer(u64),
    /// Nothing that is waited for by a timer.
    Nothing,
}

/// Runs the program and gives its exit code. (It usually ends in `process.exit`, which does not come
/// back.)
pub async fn run(engine: Engine) -> u8 {
    call(&engine, Hook::Start).await;
    loop {
        let progress = drain(&engine).await;
        signals(&engine).await;
        let next = turn(&engine).await;
        if progress || next == Next::Again {
            continue;
        }
        // The turn may have begun native operations: they must be polled once before waiting.
        if drain(&engine).await {
            continue;
        }
        let pending = engine.runtime.is_job_pending().await;
        match next {
            Next::Again => {}
            Next::Nothing if !pending => {
                if !call(&engine, Hook::Finish).await {
                    // `finish` ends the process; it comes back only if that has failed.
                    return 0;
                }
            }
            Next::Nothing => wait(&engine, None).await,
            Next::Timer(nanoseconds) => wait(&engine, Some(nanoseconds)).await,
        }
    }
}

/// Runs jobs and native operations that can go on; whether there were any.
async fn drain(engine: &Engine) -> bool {
    let mut progress = false;
    loop {
        match engine.runtime.execute_pending_job().await {
            Ok(true) => progress = true,
            Ok(false) => return progress,
            Err(_) => {
                progress = true;
                // The exception is the context's pending one.
                engine
                    .context
                    .with(|ctx| {
                        let error = ctx.catch();
                        uncaught(&ctx, error);
                    })
                    .await;
            }
        }
    }
}

/// Waits for a native operation, the timer, or a signal.
async fn wait(engine: &Engine, nanoseconds: Option<u64>) {
    let mut timer = nanoseconds.map(|nanoseconds| {
        let pollable = AsyncPollable::new(monotonic_clock::subscribe_duration(nanoseconds));
        Box::pin(async move { pollable.wait_for().await })
    });
    let mut woken = false;
    std::future::poll_fn(|context| {
        if let Some(timer) = &mut timer
            && timer.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(());
        }
        // Polls what is pending, so that its wakers are this task's.
        let job = pin!(engine.runtime.execute_pending_job());
        match job.poll(context) {
            Poll::Ready(Ok(false)) | Poll::Pending if !woken => {
                woken = true;
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    })
    .await;
}

/// Hands pending signals to the program.
async fn signals(engine: &Engine) {
    // What came while a child was waited for without this loop, and what is pending now.
    let mut kept = crate::native::children::kept_signals().into_iter();
    while let Some(signal) = kept.next().or_else(belljar_sys::signals::take) {
        engine
            .context
            .with(|ctx| {
                if let Some(hook) = hooks::get(&ctx, Hook::Signal)
                    && hook.call::<_, ()>((signal,)).is_err()
                {
                    let error = ctx.catch();
                    uncaught(&ctx, error);
                }
            })
            .await;
    }
}

/// One turn of our JavaScript.
async fn turn(engine: &Engine) -> Next {
    engine
        .context
        .with(|ctx| {
            let Some(hook) = hooks::get(&ctx, Hook::Turn) else {
                return Next::Nothing;
            };
            match hook.call::<_, f64>(()) {
                Ok(milliseconds) if milliseconds < 0.0 => Next::Nothing,
                Ok(milliseconds) if milliseconds == 0.0 => Next::Again,
                // A timer is never early.
                Ok(milliseconds) => Next::Timer((milliseconds * 1e6) as u64),
                Err(_) => {
                    let error = ctx.catch();
                    uncaught(&ctx, error);
                    Next::Again
                }
            }
        })
        .await
}

/// Calls a hook without arguments; whether it says that there is more to do.
async fn call(engine: &Engine, which: Hook) -> bool {
    engine
        .context
        .with(|ctx| {
            let Some(hook) = hooks::get(&ctx, which) else {
                return false;
            };
            match hook.call::<_, Option<bool>>(()) {
                Ok(more) => more.unwrap_or(false),
                Err(_) => {
                    let error = ctx.catch();
                    uncaught(&ctx, error);
                    true
                }
            }
        })
        .await
}

/// Tells the program of an exception that nobody caught, which usually ends it.
fn uncaught<'js>(ctx: &Ctx<'js>, error: rquickjs::Value<'js>) {
    let Some(hook) = hooks::get(ctx, Hook::Uncaught) else {
        return;
    };
    if let Err(error) = hook.call::<_, ()>((error,)).catch(ctx) {
        // The reporter itself has failed, as it does when memory has run out.
        eprintln!("error: {}", describe(ctx, error));
        belljar_sys::process::exit(1);
    }
}
