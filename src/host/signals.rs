//! `belljar:process/signals` and `belljar:process/lifecycle`; see `wit/process.wit`.

use wasmtime::component::{Linker, WasmList};
use wasmtime::{AsContext, StoreContextMut};
use wasmtime_wasi::I32Exit;

use super::guest::Guest;
use super::process::signals as wit;
use crate::engine::watch::WatchedWord;
use crate::process::{Action, Signal};

pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut signals = linker.instance("belljar:process/signals@0.1.0")?;
    signals.func_wrap("take", |store: StoreContextMut<'_, Guest>, (): ()| {
        let signal = store.data().control.take();
        Ok((signal.map_or(0, |signal| signal.number()),))
    })?;
    signals.func_wrap("watch", watch)?;
    signals.func_wrap("set", set)?;
    let mut lifecycle = linker.instance("belljar:process/lifecycle@0.1.0")?;
    lifecycle.func_wrap(
        "exit",
        |_: StoreContextMut<'_, Guest>, (status,): (u8,)| -> wasmtime::Result<()> {
            Err(I32Exit(i32::from(status)).into())
        },
    )?;
    Ok(())
}

fn watch(
    mut store: StoreContextMut<'_, Guest>,
    (word, mask): (WasmList<u8>, u32),
) -> wasmtime::Result<()> {
    let lent = if word.len() == 0 {
        None
    } else {
        let lent = WatchedWord::lend(store.as_context(), word, mask);
        if lent.is_none() {
            wasmtime::bail!("signals.watch needs one aligned word of four bytes");
        }
        lent
    };
    store.data().control.catch_all();
    store.data_mut().watch = lent;
    tell(&mut store);
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what the linker calls with"
)]
fn set(
    store: StoreContextMut<'_, Guest>,
    (signal, action): (u8, wit::Action),
) -> wasmtime::Result<(wit::Action,)> {
    let Some(signal) = Signal::from_number(signal) else {
        return Ok((wit::Action::Default,));
    };
    let action = match action {
        wit::Action::Default => Action::Default,
        wit::Action::Ignore => Action::Ignore,
        wit::Action::Catch => Action::Catch,
    };
    let before = match store.data().control.set(signal, action) {
        Action::Default => wit::Action::Default,
        Action::Ignore => wit::Action::Ignore,
        Action::Catch => wit::Action::Catch,
    };
    Ok((before,))
}

/// Sets the watched word if a signal is pending.
pub(super) fn tell(store: &mut StoreContextMut<'_, Guest>) {
    if !store.data().control.has_pending() {
        return;
    }
    if let Some(word) = store.data_mut().watch.take() {
        word.set(store.as_context());
        store.data_mut().watch = Some(word);
    }
}
