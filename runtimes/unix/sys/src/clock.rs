//! Waiting for whichever comes first.

use std::time::Duration;

use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::io::poll;
use crate::descriptions::Description;
use crate::process::Child;

/// Something that can be waited for.
pub struct Event(pub(crate) poll::Pollable);

impl Event {
    /// After this time.
    pub fn after(duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(monotonic_clock::subscribe_duration(nanos))
    }

    /// A read or write would not wait.
    pub fn ready(description: &Description) -> Self {
        description.event()
    }

    /// The process has ended.
    pub fn ended(child: &Child) -> Self {
        child.event()
    }

    /// The handle of its `wasi:io/poll.pollable`, which is the caller's from now on: for programs that
    /// have bindings of their own to wait with.
    pub fn into_handle(self) -> u32 {
        self.0.take_handle()
    }
}

/// Waits until at least one of them has happened and gives the positions of those that have. Comes
/// back early, with a position that means nothing, when a signal is pending: look at the condition
/// again.
pub fn wait(events: &[&Event]) -> Vec<usize> {
    let pollables: Vec<_> = events.iter().map(|event| &event.0).collect();
    if pollables.is_empty() {
        return Vec::new();
    }
    let ready = poll::poll(&pollables);
    ready.into_iter().map(|index| index as usize).collect()
}
