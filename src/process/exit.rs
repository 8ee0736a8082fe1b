//! How a process ended.

use super::signal::Signal;

/// How a process ended. Whatever a guest does is one of these values, never an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// It ended by itself with this status.
    Code(u8),
    /// A signal ended it.
    Signaled(Signal),
    /// It did something WebAssembly forbids; the text names what.
    Trapped(String),
    /// It died of a refused allocation.
    OutOfMemory,
    /// It used up its instruction budget.
    OutOfFuel,
}

impl ExitStatus {
    /// The status as a shell shows it: 128 + n for signal n; a trap counts as `SIGABRT`, running
    /// out of memory as `SIGKILL` (as the Linux OOM killer does it).
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Code(code) => i32::from(*code),
            Self::Signaled(signal) => 128 + i32::from(signal.number()),
            Self::Trapped(_) => 128 + 6,
            Self::OutOfMemory => 128 + 9,
            Self::OutOfFuel => 128 + 24,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_a_shell() {
        for (status, code) in [
            (ExitStatus::Code(0), 0),
            (ExitStatus::Code(255), 255),
            (ExitStatus::Signaled(Signal::Interrupt), 130),
            (ExitStatus::Signaled(Signal::Kill), 137),
            (ExitStatus::Signaled(Signal::Terminate), 143),
            (ExitStatus::OutOfMemory, 137),
            (ExitStatus::Trapped("unreachable".into()), 134),
            (ExitStatus::OutOfFuel, 152),
        ] {
            assert_eq!(status.code(), code, "{status:?}");
        }
    }
}
