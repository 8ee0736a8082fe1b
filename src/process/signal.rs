//! Signals, by POSIX's names and Linux's numbers.

/// A signal that can be sent to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Signal {
    /// `SIGHUP`.
    Hangup,
    /// `SIGINT`: what Ctrl-C sends. A program may handle it; Python raises `KeyboardInterrupt`.
    Interrupt,
    /// `SIGQUIT`.
    Quit,
    /// `SIGABRT`: how a program that does what WebAssembly forbids ends.
    Abort,
    /// `SIGKILL`: ends the program at its next loop or call, whatever it does.
    Kill,
    /// `SIGUSR1`.
    User1,
    /// `SIGUSR2`.
    User2,
    /// `SIGPIPE`: what a write to a pipe that nobody reads sends to the writer.
    Pipe,
    /// `SIGALRM`.
    Alarm,
    /// `SIGTERM`: a request to end. A program may handle it.
    Terminate,
    /// `SIGCHLD`: a child has ended. Does nothing by default.
    Child,
    /// `SIGCONT`. Does nothing by default, since nothing is ever stopped.
    Continue,
    /// `SIGXCPU`: how a program that has used up its instruction budget ends.
    CpuLimit,
}

impl Signal {
    /// All of them.
    pub(super) const ALL: [Self; 13] = [
        Self::Hangup,
        Self::Interrupt,
        Self::Quit,
        Self::Abort,
        Self::Kill,
        Self::User1,
        Self::User2,
        Self::Pipe,
        Self::Alarm,
        Self::Terminate,
        Self::Child,
        Self::Continue,
        Self::CpuLimit,
    ];

    /// The number, as on Linux.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Quit => 3,
            Self::Abort => 6,
            Self::Kill => 9,
            Self::User1 => 10,
            Self::User2 => 12,
            Self::Pipe => 13,
            Self::Alarm => 14,
            Self::Terminate => 15,
            Self::Child => 17,
            Self::Continue => 18,
            Self::CpuLimit => 24,
        }
    }

    /// The signal with this number, if it is one of these.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|signal| signal.number() == number)
    }

    /// Whether it does nothing to a process that has not said otherwise.
    pub(super) const fn is_ignored_by_default(self) -> bool {
        matches!(self, Self::Child | Self::Continue)
    }
}

/// What a signal does to a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Action {
    /// It ends it, or does nothing if that is the signal's default.
    #[default]
    Default,
    /// Nothing.
    Ignore,
    /// It becomes pending.
    Catch,
}
