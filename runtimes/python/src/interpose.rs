//! Changes to libpython: puts our glue between it and some functions of libc, and makes the
//! destruction of deeply nested objects stop in time.

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, Function, FunctionSection, Instruction,
    reencode::{self, Reencode, utils},
};
use wasmparser::{ExternalKind, Payload, TypeRef};

/// Functions that libpython imports and that we provide under another name. `glue.wat`: the waits
/// that a signal interrupts, the clocks that count from the start of the process, and the end of the
/// process, which has to carry an exit status. `src/permissions.wat`, from `stat` on: files with their
/// permission bits, and who and where the process is.
const RENAMED: [(&str, &str); 24] = [
    ("_exit", "belljar_exit_now"),
    ("exit", "belljar_exit"),
    ("clock", "belljar_clock"),
    ("times", "belljar_times"),
    ("read", "belljar_read"),
    ("write", "belljar_write"),
    ("poll", "belljar_poll"),
    ("select", "belljar_select"),
    ("clock_nanosleep", "belljar_clock_nanosleep"),
    ("accept4", "belljar_accept4"),
    ("connect", "belljar_connect"),
    ("recv", "belljar_recv"),
    ("recvfrom", "belljar_recvfrom"),
    ("stat", "belljar_stat"),
    ("lstat", "belljar_lstat"),
    ("fstat", "belljar_fstat"),
    ("fstatat", "belljar_fstatat"),
    ("access", "belljar_access"),
    ("faccessat", "belljar_faccessat"),
    ("mkdir", "belljar_mkdir"),
    ("open", "belljar_open"),
    ("getpid", "belljar_getpid"),
    ("gethostname", "belljar_gethostname"),
    ("uname", "belljar_uname"),
];

/// Bytes of the stack in linear memory that each nested deallocation takes.
///
/// CPython measures depth by that stack and puts off destroying what is nested too deeply. But
/// most deallocators keep nothing there, so the engine's own stack, which it cannot see, would run
/// out first: a chain of 50 000 objects would trap. With this many bytes per level, the 1 MiB of
/// the one ends before the several MiB of the other.
const STACK_PER_DEALLOCATION: i32 = 256;

/// Returns the library with these changes and everything else as it was.
pub(crate) fn adapt(library: &[u8]) -> Result<Vec<u8>> {
    let mut adapted = wasm_encoder::Module::new();
    Adapt {
        deallocate: Deallocate::find(library)?,
    }
    .parse_core_module(&mut adapted, wasmparser::Parser::new(0), library)
    .map_err(|error| anyhow::anyhow!("adapt libpython: {error}"))?;
    Ok(adapted.finish())
}

/// Indices that have to do with `_Py_Dealloc`.
struct Deallocate {
    /// Its position among the functions that the library defines, and its type.
    position: u32,
    signature: u32,
    /// The index that its original body gets, at the end.
    moved_to: u32,
    /// The global `__stack_pointer`.
    stack_pointer: u32,
}

impl Deallocate {
    fn find(library: &[u8]) -> Result<Self> {
        let (mut imported, mut globals) = (0, 0);
        let (mut stack_pointer, mut index) = (None, None);
        let mut signatures = Vec::new();
        for payload in wasmparser::Parser::new(0).parse_all(library) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(_) => imported += 1,
                            TypeRef::Global(_) => {
                                if import.name == "__stack_pointer" {
                                    stack_pointer = Some(globals);
                                }
                                globals += 1;
                            }
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for signature in section {
                        signatures.push(signature?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.name == "_Py_Dealloc" && export.kind == ExternalKind::Func {
                            index = Some(export.index);
                        }
                    }
                }
                _ => {}
            }
        }
        let index: u32 = index.context("libpython does not export _Py_Dealloc")?;
        let position = index - imported;
        Ok(Self {
            position,
            signature: *signatures
                .get(position as usize)
                .context("_Py_Dealloc is not defined in libpython")?,
            moved_to: imported + u32::try_from(signatures.len())?,
            stack_pointer: stack_pointer.context("libpython has no stack pointer")?,
        })
    }

    /// What stands in its place: takes stack, calls the original, gives the stack back.
    fn wrapper(&self) -> Function {
        let mut body = Function::new([]);
        body.instructions()
            .global_get(self.stack_pointer)
            .i32_const(STACK_PER_DEALLOCATION)
            .i32_sub()
            .global_set(self.stack_pointer)
            .local_get(0)
            .call(self.moved_to)
            .global_get(self.stack_pointer)
            .i32_const(STACK_PER_DEALLOCATION)
            .i32_add()
            .global_set(self.stack_pointer)
            .end();
        body
    }
}

struct Adapt {
    deallocate: Deallocate,
}

type Outcome = Result<(), reencode::Error<std::convert::Infallible>>;

impl Reencode for Adapt {
    type Error = std::convert::Infallible;

    fn parse_imports(
        &mut self,
        section: &mut wasm_encoder::ImportSection,
        mut imports: wasmparser::Imports<'_>,
    ) -> Outcome {
        if let wasmparser::Imports::Single(_, import) = &mut imports
            && import.module == "env"
            && let Some((_, ours)) = RENAMED.iter().find(|(theirs, _)| *theirs == import.name)
        {
            import.name = ours;
        }
        utils::parse_imports(self, section, imports)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Outcome {
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.deallocate.signature);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Outcome {
        let mut original = None;
        for (position, body) in section.into_iter().enumerate() {
            let body = body?;
            if u32::try_from(position).is_ok_and(|position| position == self.deallocate.position) {
                code.function(&self.deallocate.wrapper());
                original = Some(body);
            } else {
                self.parse_function_body(code, body)?;
            }
        }
        match original {
            Some(body) => self.parse_function_body(code, body),
            // Keeps the two sections of equal length; cannot be reached, see Deallocate::find.
            None => {
                code.function(Function::new([]).instruction(&Instruction::End));
                Ok(())
            }
        }
    }
}
