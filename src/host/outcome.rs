//! What the end of a guest's call means.

use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

use crate::process::ExitStatus;

/// Sorts how `exec` ended. `refused` tells whether the process was ever refused memory.
pub(super) fn exit_status(result: wasmtime::Result<i32>, refused: bool) -> ExitStatus {
    let error = match result {
        Ok(code) => return ExitStatus::Code(code_of(code)),
        Err(error) => error,
    };
    if let Some(I32Exit(code)) = error.downcast_ref::<I32Exit>() {
        return ExitStatus::Code(code_of(*code));
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => ExitStatus::OutOfFuel,
        // What a program does that cannot go on without memory: abort, or run into nothing.
        Some(Trap::UnreachableCodeReached | Trap::MemoryOutOfBounds | Trap::AllocationTooLarge)
            if refused =>
        {
            ExitStatus::OutOfMemory
        }
        Some(trap) => ExitStatus::Trapped(trap.to_string()),
        None => ExitStatus::Trapped(error.root_cause().to_string()),
    }
}

/// The low byte, as `exit(3)` passes it on.
fn code_of(code: i32) -> u8 {
    code.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_status() {
        let trap = |trap: Trap| -> wasmtime::Result<i32> { Err(trap.into()) };
        assert_eq!(exit_status(Ok(3), false), ExitStatus::Code(3));
        assert_eq!(exit_status(Ok(256), false), ExitStatus::Code(0));
        assert_eq!(exit_status(Ok(-1), false), ExitStatus::Code(255));
        assert_eq!(
            exit_status(Err(I32Exit(7).into()), true),
            ExitStatus::Code(7)
        );
        assert_eq!(
            exit_status(trap(Trap::OutOfFuel), true),
            ExitStatus::OutOfFuel
        );
        assert_eq!(
            exit_status(trap(Trap::UnreachableCodeReached), true),
            ExitStatus::OutOfMemory
        );
        assert!(matches!(
            exit_status(trap(Trap::UnreachableCodeReached), false),
            ExitStatus::Trapped(_)
        ));
        assert!(matches!(
            exit_status(trap(Trap::StackOverflow), true),
            ExitStatus::Trapped(_)
        ));
    }
}
