//! The life cycle of a sandbox, as a pure function.
//!
//! Everything that changes a sandbox's status asks [`next`]; nothing else decides. It knows no
//! clock, no guest and no store, so the whole machine is tested as a table.

use super::records::{SandboxMode, SandboxStatus};

/// What happens to a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Its runtime and filesystem are there.
    Ready,
    /// An execution begins.
    Start,
    /// The running execution has ended.
    Finish,
    /// Somebody wants it out of memory.
    Pause,
    /// Somebody wants it back.
    Resume,
    /// Somebody, or a timeout, wants it gone.
    Stop,
    /// It is gone because somebody destroyed it.
    Destroyed,
    /// It is gone because its time was over.
    Expired,
    /// It cannot go on.
    Fail,
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not ready yet; waiting helps.
    Creating,
    /// An execution runs; waiting helps.
    Busy,
    /// It has ended or is ending; nothing helps.
    Ended,
    /// The step makes no sense here.
    Impossible,
}

/// The status after `step`, or why it cannot be taken.
pub(crate) fn next(
    status: SandboxStatus,
    mode: SandboxMode,
    step: Step,
) -> Result<SandboxStatus, Refusal> {
    use SandboxMode::{Interactive, Oneshot};
    use SandboxStatus::{
        Creating, Deleted, Failed, Idle, Paused, Running, Stopping, Suspended, Terminated,
    };
    match (status, step) {
        (Creating, Step::Ready) => Ok(match mode {
            Interactive => Idle,
            // A one-shot sandbox is never seen idle: clients would poll it for ever
            // (wire-api, fact 13).
            Oneshot => Running,
        }),
        (Idle, Step::Start) => Ok(Running),
        (Creating, Step::Start) => Err(Refusal::Creating),
        (Running, Step::Start) => Err(Refusal::Busy),
        (Running, Step::Finish) => Ok(match mode {
            Interactive => Idle,
            Oneshot => Terminated,
        }),
        (Idle, Step::Pause) => Ok(Paused),
        (Creating, Step::Pause | Step::Resume) => Err(Refusal::Creating),
        // What runs cannot be written out.
        (Running, Step::Pause) => Err(Refusal::Busy),
        (Paused | Suspended, Step::Resume) => match mode {
            Interactive => Ok(Idle),
            // Nothing pauses a one-shot sandbox.
            Oneshot => Err(Refusal::Impossible),
        },
        // The execution of a sandbox being stopped ends, too; the stop decides what follows.
        (Stopping, Step::Finish) => Ok(Stopping),
        (Creating | Idle | Running | Paused | Suspended, Step::Stop) => Ok(Stopping),
        (Creating | Idle | Running | Paused | Suspended | Stopping, Step::Fail) => Ok(Failed),
        (Stopping, Step::Destroyed) => Ok(Deleted),
        (Stopping, Step::Expired) => Ok(Terminated),
        // What has ended can still be destroyed: it leaves the lists.
        (Terminated | Failed, Step::Destroyed) => Ok(Deleted),
        (
            Terminated | Failed | Deleted | Stopping,
            Step::Start | Step::Stop | Step::Pause | Step::Resume,
        ) => Err(Refusal::Ended),
        _ => Err(Refusal::Impossible),
    }
}

/// Whether a job may begin, or why not. Jobs run beside executions and change no status.
pub(crate) fn admits_jobs(status: SandboxStatus) -> Result<(), Refusal> {
    match status {
        SandboxStatus::Idle | SandboxStatus::Running => Ok(()),
        SandboxStatus::Creating => Err(Refusal::Creating),
        // It has to be resumed first.
        SandboxStatus::Paused | SandboxStatus::Suspended => Err(Refusal::Impossible),
        SandboxStatus::Stopping
        | SandboxStatus::Terminated
        | SandboxStatus::Failed
        | SandboxStatus::Deleted => Err(Refusal::Ended),
    }
}

#[cfg(test)]
mod tests {
    use SandboxMode::{Interactive, Oneshot};
    use SandboxStatus::{
        Creating, Deleted, Failed, Idle, Paused, Running, Stopping, Suspended, Terminated,
    };

    use super::*;

    const STEPS: [Step; 9] = [
        Step::Ready,
        Step::Start,
        Step::Finish,
        Step::Pause,
        Step::Resume,
        Step::Stop,
        Step::Destroyed,
        Step::Expired,
        Step::Fail,
    ];

    /// Every step from every status of an interactive sandbox; the columns are [`STEPS`].
    #[test]
    fn the_table_of_an_interactive_sandbox() {
        use Refusal::{Busy, Creating as NotYet, Ended, Impossible as No};
        let table: [(SandboxStatus, [Result<SandboxStatus, Refusal>; 9]); 9] = [
            (
                Creating,
                [
                    Ok(Idle),
                    Err(NotYet),
                    Err(No),
                    Err(NotYet),
                    Err(NotYet),
                    Ok(Stopping),
                    Err(No),
                    Err(No),
                    Ok(Failed),
                ],
            ),
            (
                Idle,
                [
                    Err(No),
                    Ok(Running),
                    Err(No),
                    Ok(Paused),
                    Err(No),
                    Ok(Stopping),
                    Err(No),
                    Err(No),
                    Ok(Failed),
                ],
            ),
            (
                Running,
                [
                    Err(No),
                    Err(Busy),
                    Ok(Idle),
                    Err(Busy),
                    Err(No),
                    Ok(Stopping),
                    Err(No),
                    Err(No),
                    Ok(Failed),
                ],
            ),
            (
                Paused,
                [
                    Err(No),
                    Err(No),
                    Err(No),
                    Err(No),
                    Ok(Idle),
                    Ok(Stopping),
                    Err(No),
                    Err(No),
                    Ok(Failed),
                ],
            ),
            (
                Suspended,
                [
                    Err(No),
                    Err(No),
                    Err(No),
                    Err(No),
                    Ok(Idle),
                    Ok(Stopping),
                    Err(No),
                    Err(No),
                    Ok(Failed),
                ],
            ),
            (
                Stopping,
                [
                    Err(No),
                    Err(Ended),
                    Ok(Stopping),
                    Err(Ended),
                    Err(Ended),
                    Err(Ended),
                    Ok(Deleted),
                    Ok(Terminated),
                    Ok(Failed),
                ],
            ),
            (
                Terminated,
                [
                    Err(No),
                    Err(Ended),
                    Err(No),
                    Err(Ended),
                    Err(Ended),
                    Err(Ended),
                    Ok(Deleted),
                    Err(No),
                    Err(No),
                ],
            ),
            (
                Failed,
                [
                    Err(No),
                    Err(Ended),
                    Err(No),
                    Err(Ended),
                    Err(Ended),
                    Err(Ended),
                    Ok(Deleted),
                    Err(No),
                    Err(No),
                ],
            ),
            (
                Deleted,
                [
                    Err(No),
                    Err(Ended),
                    Err(No),
                    Err(Ended),
                    Err(Ended),
                    Err(Ended),
                    Err(No),
                    Err(No),
                    Err(No),
                ],
            ),
        ];
        for (status, row) in table {
            for (step, expected) in STEPS.into_iter().zip(row) {
                assert_eq!(
                    next(status, Interactive, step),
                    expected,
                    "{status} {step:?}"
                );
            }
        }
    }

    #[test]
    fn a_oneshot_sandbox_is_never_idle() {
        for &status in SandboxStatus::ALL.iter().filter(|status| **status != Idle) {
            for step in STEPS {
                assert_ne!(next(status, Oneshot, step), Ok(Idle), "{status} {step:?}");
            }
        }
        assert_eq!(next(Creating, Oneshot, Step::Ready), Ok(Running));
        assert_eq!(next(Running, Oneshot, Step::Finish), Ok(Terminated));
    }

    #[test]
    fn only_an_idle_sandbox_is_paused_and_only_a_paused_one_resumed() {
        for &status in SandboxStatus::ALL {
            let paused = next(status, Interactive, Step::Pause);
            assert_eq!(paused.is_ok(), status == Idle, "{status}");
            let resumed = next(status, Interactive, Step::Resume);
            assert_eq!(
                resumed.is_ok(),
                [Paused, Suspended].contains(&status),
                "{status}"
            );
            assert!(next(status, Oneshot, Step::Resume).is_err(), "{status}");
        }
    }

    #[test]
    fn a_job_begins_where_an_execution_could_or_beside_one() {
        for &status in SandboxStatus::ALL {
            let beside = match next(status, Interactive, Step::Start) {
                Ok(_) | Err(Refusal::Busy) => Ok(()),
                Err(refusal) => Err(refusal),
            };
            assert_eq!(admits_jobs(status), beside, "{status}");
        }
    }

    #[test]
    fn nothing_leaves_an_ended_state_but_deletion() {
        for status in [Terminated, Failed, Deleted] {
            for step in STEPS {
                let after = next(status, Interactive, step);
                assert!(after.is_err() || after == Ok(Deleted), "{status} {step:?}");
            }
        }
    }
}
