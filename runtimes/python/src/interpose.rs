//! Puts our glue between libpython and some functions of libc.

use anyhow::Result;
use wasm_encoder::reencode::{self, Reencode};

/// Functions that libpython imports and that `glue.wat` provides under another name: the waits that
/// a signal interrupts, the clocks that count from the start of the process, and the end of the
/// process, which has to carry an exit status.
const RENAMED: [(&str, &str); 12] = [
    ("_exit", "belljar_exit"),
    ("exit", "belljar_exit"),
    ("clock", "belljar_clock"),
    ("times", "belljar_times"),
    ("read", "belljar_read"),
    ("poll", "belljar_poll"),
    ("select", "belljar_select"),
    ("clock_nanosleep", "belljar_clock_nanosleep"),
    ("accept4", "belljar_accept4"),
    ("connect", "belljar_connect"),
    ("recv", "belljar_recv"),
    ("recvfrom", "belljar_recvfrom"),
];

struct Rename;

impl Reencode for Rename {
    type Error = std::convert::Infallible;

    fn parse_import(
        &mut self,
        imports: &mut wasm_encoder::ImportSection,
        mut import: wasmparser::Import<'_>,
    ) -> Result<(), reencode::Error<Self::Error>> {
        if import.module == "env"
            && let Some((_, ours)) = RENAMED.iter().find(|(theirs, _)| *theirs == import.name)
        {
            import.name = ours;
        }
        reencode::utils::parse_import(self, imports, import)
    }
}

/// Returns the module with those imports renamed and everything else as it was.
pub(crate) fn rename_imports(module: &[u8]) -> Result<Vec<u8>> {
    let mut renamed = wasm_encoder::Module::new();
    Rename
        .parse_core_module(&mut renamed, wasmparser::Parser::new(0), module)
        .map_err(|error| anyhow::anyhow!("rename imports: {error}"))?;
    Ok(renamed.finish())
}
