//! Functions of our JavaScript that the engine calls.

use std::cell::RefCell;

use rquickjs::{Ctx, Function, Object, Persistent, Result};

/// What `internal/boot.js` hands over.
pub struct Hooks {
    /// `start()`: reads arguments and environment, runs what the command line asks for.
    start: Persistent<Function<'static>>,
    /// `turn()`: runs what is due; milliseconds until the next timer that keeps the process alive,
    /// or a negative number. See `internal/loop.js`.
    turn: Persistent<Function<'static>>,
    /// `uncaught(error)`: an exception that nobody caught.
    uncaught: Persistent<Function<'static>>,
    /// `signal(number)`.
    signal: Persistent<Function<'static>>,
    /// `finish()`: nothing is left to do; true if that has started something.
    finish: Persistent<Function<'static>>,
    /// `rejected(promise, reason, handled)`.
    rejected: Persistent<Function<'static>>,
    /// `meta(meta, name, path)`: fills `import.meta`.
    meta: Persistent<Function<'static>>,
}

thread_local! {
    static HOOKS: RefCell<Option<Hooks>> = const { RefCell::new(None) };
}

/// Which one.
#[derive(Clone, Copy, Debug)]
pub enum Hook {
    Start,
    Turn,
    Uncaught,
    Signal,
    Finish,
    Rejected,
    Meta,
}

/// Keeps the functions.
pub fn set<'js>(ctx: &Ctx<'js>, from: &Object<'js>) -> Result<()> {
    let save = |name: &str| -> Result<Persistent<Function<'static>>> {
        let function: Function<'js> = from.get(name)?;
        Ok(Persistent::save(ctx, function))
    };
    let hooks = Hooks {
        start: save("start")?,
        turn: save("turn")?,
        uncaught: save("uncaught")?,
        signal: save("signal")?,
        finish: save("finish")?,
        rejected: save("rejected")?,
        meta: save("meta")?,
    };
    HOOKS.with_borrow_mut(|kept| *kept = Some(hooks));
    Ok(())
}

/// One of them; none before `internal/boot.js` has run.
pub fn get<'js>(ctx: &Ctx<'js>, hook: Hook) -> Option<Function<'js>> {
    let function = HOOKS.with_borrow(|kept| {
        let hooks = kept.as_ref()?;
        Some(match hook {
            Hook::Start => hooks.start.clone(),
            Hook::Turn => hooks.turn.clone(),
            Hook::Uncaught => hooks.uncaught.clone(),
            Hook::Signal => hooks.signal.clone(),
            Hook::Finish => hooks.finish.clone(),
            Hook::Rejected => hooks.rejected.clone(),
            Hook::Meta => hooks.meta.clone(),
        })
    })?;
    function.restore(ctx).ok()
}

/// Fills the `import.meta` of a module.
pub fn fill_meta<'js>(ctx: &Ctx<'js>, meta: &Object<'js>, name: &str, path: &str) -> Result<()> {
    match get(ctx, Hook::Meta) {
        Some(hook) => hook.call((meta.clone(), name, path)),
        None => Ok(()),
    }
}
