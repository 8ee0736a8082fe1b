//! Programs that run another one in their place.

use std::io;

use belljar_sys::process::{self, Child, Command, End};
use belljar_sys::signals::{self, Action};

use crate::report::say;

/// Signals that are passed on to the program that runs in our place.
const PASSED: [u8; 7] = [
    signals::HUP,
    signals::INT,
    signals::QUIT,
    signals::USR1,
    signals::USR2,
    signals::ALRM,
    signals::TERM,
];

/// Catches what is passed on, except what is ignored.
pub(crate) fn catch_signals() {
    for signal in PASSED {
        if signals::set(signal, Action::Catch) == Action::Ignore {
            signals::set(signal, Action::Ignore);
        }
    }
}

/// Starts the program, waits for its end, and ends in the same way.
///
/// If it cannot be started, that is said of `blame`.
///
/// There is no `exec`: this process stays, passes signals on and has the program's exit code.
pub(crate) fn in_our_place(command: &Command, blame: &str) -> u8 {
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            say!("{blame}: {error}");
            return error.code();
        }
    };
    catch_signals();
    let end = wait(&child);
    finish(end)
}

/// Waits for the end of a child and passes signals on to it.
fn wait(child: &Child) -> End {
    loop {
        if let Some(end) = child.wait_or_signal() {
            return end;
        }
        while let Some(signal) = signals::take() {
            send(child, signal);
        }
    }
}

fn send(child: &Child, signal: u8) {
    if let Ok(pid) = i32::try_from(child.pid()) {
        // It may have ended in the meantime.
        let _gone: io::Result<()> = process::kill(pid, signal);
    }
}

/// Ends this process by the signal that ended the program; gives its exit code otherwise.
pub(crate) fn finish(end: End) -> u8 {
    if let End::Signaled(signal) = end {
        signals::set(signal, Action::Default);
        if let Ok(own) = i32::try_from(process::pid()) {
            // If it does not end us, the code says the same.
            let _alive: io::Result<()> = process::kill(own, signal);
        }
    }
    end.code()
}
