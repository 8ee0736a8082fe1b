//! Reading a source file: its language by its name, its format by Node's rules, types and JSX taken out.

use std::io;
use std::path::Path;

use rquickjs::{Ctx, Error, Exception};

use super::resolve::is_node;

/// What a file is evaluated as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Module,
    CommonJs,
    Json,
    Text,
    /// TOML, YAML, or JSON with comments, of which Bun makes a value.
    Data,
}

/// A file made ready.
pub struct Loaded {
    pub format: Format,
    pub code: String,
}

/// Why a file cannot be used.
pub enum Unreadable {
    Io(io::Error),
    /// Where it is wrong: the message, and the position as `line:column`.
    Syntax {
        message: String,
        line: u32,
        column: u32,
        text: String,
    },
}

/// Reads a file and makes it ready. `wanted` is the type that an import's attributes name.
///
/// # Errors
/// If it cannot be read, or is no program.
pub fn read(path: &str, wanted: Option<&str>) -> Result<Loaded, Unreadable> {
    let bytes = std::fs::read(path).map_err(Unreadable::Io)?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    read_source(path, text, wanted, None)
}

/// Makes a text ready that stands for a file of that name.
pub fn read_source(
    path: &str,
    text: String,
    wanted: Option<&str>,
    format: Option<Format>,
) -> Result<Loaded, Unreadable> {
    let extension = Path::new(path)
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or("");
    match (wanted, extension) {
        (Some("toml" | "yaml" | "jsonc"), _) | (None, "toml" | "yaml" | "yml" | "jsonc")
            if !is_node() =>
        {
            return Ok(Loaded {
                format: Format::Data,
                code: text,
            });
        }
        (Some("json"), _) | (None, "json" | "jsonc") => {
            return Ok(Loaded {
                format: Format::Json,
                code: text,
            });
        }
        (Some("text"), _) | (None, "txt" | "text" | "html" | "css" | "md" | "sql") => {
            return Ok(Loaded {
                format: Format::Text,
                code: text,
            });
        }
        _ => {}
    }
    crate::modules::prepare::prepare(path, extension, text, format)
}

impl Unreadable {
    /// Throws it.
    pub fn throw(self, ctx: &Ctx<'_>, path: &str) -> Error {
        match self {
            Self::Io(error) => {
                let message = format!("Cannot read {path}: {error}");
                Exception::throw_message(ctx, &message)
            }
            Self::Syntax {
                message,
                line,
                column,
                text,
            } => {
                let constructor: Result<rquickjs::Function<'_>, _> =
                    ctx.globals().get("SyntaxError");
                let made = constructor.and_then(|constructor| {
                    let error: rquickjs::Object<'_> =
                        rquickjs::function::Constructor::from_value(constructor.into_value())?
                            .construct((message.as_str(),))?;
                    error.set("fileName", path)?;
                    error.set("lineNumber", line)?;
                    error.set("columnNumber", column)?;
                    error.set("sourceLine", text)?;
                    error.set("stack", format!("    at {path}:{line}:{column}\n"))?;
                    Ok(error)
                });
                match made {
                    Ok(error) => ctx.throw(error.into_value()),
                    Err(error) => error,
                }
            }
        }
    }
}
