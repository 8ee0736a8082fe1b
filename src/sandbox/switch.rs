//! What a command is controlled by from outside, from before it starts until after its end.

use std::sync::{Arc, OnceLock, Weak};

use crate::process::{Control, Session, Signal};

/// The switch of one execution or job. Using it once the command has ended has no effect.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    control: Arc<Control>,
    /// Its processes, once there are any.
    session: OnceLock<Weak<Session>>,
}

impl Switch {
    /// What its first process is started with.
    pub(crate) fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// From now on signals reach the processes of `session`. Once: a command has one session.
    pub(crate) fn connect(&self, session: &Arc<Session>) {
        drop(self.session.set(Arc::downgrade(session)));
    }

    /// Sends its program a signal, and those that this has started without a group of their own, as
    /// a terminal does.
    pub(crate) fn signal(&self, signal: Signal) {
        match self.session.get().and_then(Weak::upgrade) {
            Some(session) if session.signal_first_group(signal) => {}
            // It has not started yet.
            _ => self.control.send(signal),
        }
    }

    /// Ends it, whatever it does.
    pub(crate) fn kill(&self) {
        self.control.kill();
    }

    /// Resolves when it must end, whether it has started or not.
    pub(crate) async fn fatal(&self) -> Signal {
        self.control.fatal().await
    }
}
