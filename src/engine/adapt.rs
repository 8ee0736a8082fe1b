//! WASI preview 1 modules as components.
//!
//! Most compilers still make modules for preview 1. The published adapter turns one into a component
//! for preview 2, which is all that the host implements. One import is redirected: the adapter can
//! only say success or failure at `proc_exit`, so that one goes to `belljar:process/lifecycle`.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{EntityType, ImportSection};
use wasmparser::{Parser, Payload, TypeRef};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Part of what compiled code depends on: other adapters make other components.
pub(super) const VERSION: &str = "preview1-adapter-48";

/// What a module begins with; a component has another version.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const LIFECYCLE: &str = "belljar:process/lifecycle@0.1.0";
/// As in `wit/process.wit`.
const WORLD: &str = "
    package belljar:process@0.1.0;
    interface lifecycle { exit: func(status: u8); }
    world exits { import lifecycle; }";

/// Whether `program` is a module, and not a component.
pub(super) fn is_module(program: &[u8]) -> bool {
    program.starts_with(MODULE)
}

/// The component that a module for preview 1 becomes.
///
/// # Errors
/// In words, for what is no such module.
pub(super) fn componentize(module: &[u8]) -> wasmtime::Result<Vec<u8>> {
    wasmparser::validate(module).map_err(refused)?;
    let mut module = redirect_exit(module)?;
    let mut resolve = Resolve::default();
    let package = resolve.push_str("lifecycle.wit", WORLD).map_err(refused)?;
    let world = resolve
        .select_world(&[package], Some("exits"))
        .map_err(refused)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(refused)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .map_err(refused)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        )
        .map_err(refused)?
        .encode()
        .map_err(refused)
}

fn refused(reason: impl std::fmt::Display) -> wasmtime::Error {
    wasmtime::Error::msg(format!("not a module for WASI: {reason:#}"))
}

/// The same module with `proc_exit` imported from [`LIFECYCLE`].
fn redirect_exit(module: &[u8]) -> wasmtime::Result<Vec<u8>> {
    // Reencoding keeps everything else as it is, and is not needed for what never exits.
    if !imports_exit(module)? {
        return Ok(module.to_vec());
    }
    let mut redirected = wasm_encoder::Module::new();
    Redirect
        .parse_core_module(&mut redirected, Parser::new(0), module)
        .map_err(refused)?;
    Ok(redirected.finish())
}

fn imports_exit(module: &[u8]) -> wasmtime::Result<bool> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload.map_err(refused)? {
            for import in section.into_imports() {
                let import = import.map_err(refused)?;
                if is_exit(import.module, import.name, import.ty) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

fn is_exit(module: &str, name: &str, ty: TypeRef) -> bool {
    module == WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME
        && name == "proc_exit"
        && matches!(ty, TypeRef::Func(_))
}

struct Redirect;

impl Reencode for Redirect {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error<Self::Error>> {
        for import in section.into_imports() {
            let import = import?;
            let ty: EntityType = self.entity_type(import.ty)?;
            if is_exit(import.module, import.name, import.ty) {
                imports.import(LIFECYCLE, "exit", ty);
            } else {
                imports.import(import.module, import.name, ty);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_for_preview_1_becomes_a_component() {
        let module = wat::parse_str(
            r#"(module
                (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1)
                (func (export "_start") (call $exit (i32.const 7))))"#,
        )
        .unwrap();
        assert!(is_module(&module));
        let component = componentize(&module).unwrap();
        assert!(!is_module(&component));
        let text = String::from_utf8_lossy(&component).into_owned();
        assert!(text.contains(LIFECYCLE), "proc_exit is redirected");
    }

    #[test]
    fn what_is_no_module_for_preview_1_is_refused_with_a_reason() {
        for text in [
            r#"(module (import "env" "f" (func)) (func (export "_start")))"#,
            "(module)",
        ] {
            let module = wat::parse_str(text).unwrap();
            let error = componentize(&module).unwrap_err();
            assert!(error.to_string().starts_with("not a module"), "{error}");
        }
        assert!(componentize(b"\0asm\x01\0\0\0garbage").is_err());
    }
}
