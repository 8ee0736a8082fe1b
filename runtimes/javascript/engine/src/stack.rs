//! What the stack protector of clang calls. The engine's C is compiled with it for a side effect: each
//! function takes some of the stack in linear memory, so that the check of that stack (`STACK`) also
//! bounds recursion whose frames are otherwise on the host's stack alone, as the parser's are.

/// The value that a function finds again before it returns. What a guest overwrites is its own.
#[unsafe(no_mangle)]
pub static __stack_chk_guard: usize = 0x00b1_7e11;

/// A function did not find it.
#[unsafe(no_mangle)]
pub extern "C" fn __stack_chk_fail() -> ! {
    std::process::abort()
}
