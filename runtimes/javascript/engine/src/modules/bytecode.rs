//! Compiled code of installed packages, kept from one process to the next: one file for each outermost
//! `node_modules`, `.cache/belljar/bytecode`, written when a process ends that has compiled something
//! new. An entry counts as long as its file has the same size and modification time.
//!
//! Whoever changes that file changes what programs of their own sandbox run, as they do by changing
//! the packages themselves.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rquickjs::{Ctx, Error, Function, Result, Value, qjs};
use serde::{Deserialize, Serialize};

use super::source::Format;

/// Other engines, other code: the layout of this file and QuickJS's own version.
const MAGIC: &[u8; 16] = b"belljar-qjs-0.1\n";
/// A package folder keeps no more than this, in bytes.
const MOST: u64 = 128 << 20;
/// An index beyond this is none.
const MOST_INDEX: u64 = 16 << 20;

/// What is known of one file.
#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    size: u64,
    modified: u64,
    module: bool,
    /// Names that it imports, by specifier.
    imports: Vec<(String, Vec<String>)>,
    /// Where its code is, from the end of the index, and how long it is.
    at: u64,
    length: u64,
}

/// The cache of one `node_modules`.
struct Pack {
    path: PathBuf,
    file: Option<File>,
    /// Where code begins in the file.
    base: u64,
    entries: HashMap<String, Entry>,
    fresh: HashMap<String, (Entry, Vec<u8>)>,
}

thread_local! {
    static PACKS: RefCell<HashMap<PathBuf, Pack>> = RefCell::new(HashMap::new());
}

/// Compiled code of a file.
pub struct Compiled {
    pub format: Format,
    pub imports: Vec<(String, Vec<String>)>,
    pub code: Vec<u8>,
}

/// What tells one content of a file from another, as far as it can be told without reading it.
#[derive(Clone, Copy)]
pub struct Stamp {
    size: u64,
    modified: u64,
}

/// The outermost `node_modules` around a file.
fn folder(path: &str) -> Option<&Path> {
    let end = path.find("/node_modules/")? + "/node_modules".len();
    path.get(..end).map(Path::new)
}

fn stamp(path: &str) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let modified = u64::try_from(modified.as_nanos()).ok()?;
    Some(Stamp {
        size: metadata.len(),
        modified,
    })
}

impl Pack {
    fn open(folder: &Path) -> Self {
        let path = folder.join(".cache/belljar/bytecode");
        let mut pack = Self {
            path,
            file: None,
            base: 0,
            entries: HashMap::new(),
            fresh: HashMap::new(),
        };
        // What cannot be read is as good as none: it is written anew.
        let _unreadable = pack.read();
        pack
    }

    fn read(&mut self) -> Option<()> {
        let mut file = File::open(&self.path).ok()?;
        let mut head = [0; 24];
        file.read_exact(&mut head).ok()?;
        let (magic, length) = head.split_at(16);
        let length = u64::from_le_bytes(length.try_into().ok()?);
        if magic != MAGIC || length > MOST_INDEX {
            return None;
        }
        let mut index = vec![0; usize::try_from(length).ok()?];
        file.read_exact(&mut index).ok()?;
        self.entries = serde_json::from_slice(&index).ok()?;
        self.base = 24 + length;
        self.file = Some(file);
        Some(())
    }

    fn code(&mut self, entry: &Entry) -> Option<Vec<u8>> {
        if entry.length > MOST {
            return None;
        }
        let file = self.file.as_mut()?;
        file.seek(SeekFrom::Start(self.base.checked_add(entry.at)?))
            .ok()?;
        let mut code = vec![0; usize::try_from(entry.length).ok()?];
        file.read_exact(&mut code).ok()?;
        Some(code)
    }

    /// Writes what there was and what is new, beside it first.
    fn write(&mut self) -> std::io::Result<()> {
        let old = std::mem::take(&mut self.entries);
        let mut all: Vec<(String, Entry, Vec<u8>)> = Vec::new();
        let mut total = 0;
        for (path, (entry, code)) in std::mem::take(&mut self.fresh) {
            total += entry.length;
            all.push((path, entry, code));
        }
        for (path, entry) in old {
            if all.iter().any(|(other, ..)| *other == path) || total + entry.length > MOST {
                continue;
            }
            if let Some(code) = self.code(&entry) {
                total += entry.length;
                all.push((path, entry, code));
            }
        }
        let mut at = 0;
        let mut index = HashMap::new();
        for (path, entry, code) in &mut all {
            entry.at = at;
            entry.length = code.len() as u64;
            at += entry.length;
            index.insert(&*path, &*entry);
        }
        let index = serde_json::to_vec(&index).map_err(std::io::Error::other)?;
        let folder = self.path.parent().ok_or(std::io::ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        let partial = self
            .path
            .with_extension(format!("{}", belljar_sys::process::pid()));
        let mut file = File::create(&partial)?;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&(index.len() as u64).to_le_bytes());
        head.extend_from_slice(&index);
        for (.., code) in &all {
            head.extend_from_slice(code);
        }
        let written = file
            .write_all(&head)
            .and_then(|()| fs::rename(&partial, &self.path));
        if written.is_err() {
            let _gone = fs::remove_file(&partial);
        }
        written
    }
}

/// Finds what has been compiled of a file of an installed package. The stamp of the file comes with
/// it, for [`keep`]; none if it is no such file.
pub fn find(path: &str) -> (Option<Stamp>, Option<Compiled>) {
    let Some(folder) = folder(path) else {
        return (None, None);
    };
    let Some(stamp) = stamp(path) else {
        return (None, None);
    };
    let compiled = PACKS.with_borrow_mut(|packs| {
        let pack = packs
            .entry(folder.to_owned())
            .or_insert_with(|| Pack::open(folder));
        let entry = pack.entries.get(path)?.clone();
        if entry.size != stamp.size || entry.modified != stamp.modified {
            return None;
        }
        let code = pack.code(&entry)?;
        let format = if entry.module {
            Format::Module
        } else {
            Format::CommonJs
        };
        Some(Compiled {
            format,
            imports: entry.imports,
            code,
        })
    });
    (Some(stamp), compiled)
}

/// Remembers compiled code.
pub fn keep(path: &str, stamp: Stamp, compiled: Compiled) {
    let Some(folder) = folder(path) else {
        return;
    };
    PACKS.with_borrow_mut(|packs| {
        let Some(pack) = packs.get_mut(folder) else {
            return;
        };
        let entry = Entry {
            size: stamp.size,
            modified: stamp.modified,
            module: compiled.format == Format::Module,
            imports: compiled.imports,
            at: 0,
            length: compiled.code.len() as u64,
        };
        pack.fresh.insert(path.to_owned(), (entry, compiled.code));
    });
}

/// Writes what is new. Failing costs nothing but time later.
pub fn save() {
    PACKS.with_borrow_mut(|packs| {
        for pack in packs.values_mut().filter(|pack| !pack.fresh.is_empty()) {
            let _failed = pack.write();
        }
    });
}

/// The code of a compiled function or module.
pub fn write(ctx: &Ctx<'_>, value: qjs::JSValue) -> Option<Vec<u8>> {
    let mut length = 0;
    // SAFETY: the value is alive; what comes back is memory of the engine, of that length, or null.
    unsafe {
        let raw = ctx.as_raw().as_ptr();
        let flags = qjs::JS_WRITE_OBJ_BYTECODE;
        let code = qjs::JS_WriteObject(raw, &raw mut length, value, flags as i32);
        if code.is_null() {
            ctx.catch();
            return None;
        }
        let bytes = std::slice::from_raw_parts(code, usize::try_from(length).ok()?).to_vec();
        qjs::js_free(raw, code.cast());
        Some(bytes)
    }
}

/// Makes a script's function of its code, by running the script.
pub fn run<'js, T: rquickjs::FromJs<'js>>(ctx: &Ctx<'js>, code: &[u8]) -> Result<T> {
    // SAFETY: the engine checks the version of the code, and the code is the sandbox's own: see above.
    // Reading gives a new reference, which evaluating takes.
    let value = unsafe {
        let raw = ctx.as_raw().as_ptr();
        let flags = qjs::JS_READ_OBJ_BYTECODE;
        let read = qjs::JS_ReadObject(raw, code.as_ptr(), code.len() as qjs::size_t, flags as i32);
        if qjs::JS_IsException(read) {
            return Err(Error::Exception);
        }
        let value = qjs::JS_EvalFunction(raw, read);
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Value::from_raw(ctx.clone(), value)
    };
    T::from_js(ctx, value)
}

/// Compiles a script, and gives its code and what it evaluates to: the function around a module.
pub fn compile_function<'js>(
    ctx: &Ctx<'js>,
    code: &str,
    filename: &str,
) -> Result<(Function<'js>, Option<Vec<u8>>)> {
    let source = std::ffi::CString::new(code)?;
    let filename = std::ffi::CString::new(filename)?;
    // SAFETY: both strings end in NUL and outlive the call; the compiled script is a new reference,
    // which evaluating takes.
    let (value, bytes) = unsafe {
        let raw = ctx.as_raw().as_ptr();
        let flags = qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
        let length = source.as_bytes().len() as qjs::size_t;
        let compiled = qjs::JS_Eval(
            raw,
            source.as_ptr(),
            length,
            filename.as_ptr(),
            flags as i32,
        );
        if qjs::JS_IsException(compiled) {
            return Err(Error::Exception);
        }
        let bytes = write(ctx, compiled);
        let value = qjs::JS_EvalFunction(raw, compiled);
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        (Value::from_raw(ctx.clone(), value), bytes)
    };
    Ok((rquickjs::FromJs::from_js(ctx, value)?, bytes))
}

/// Compiles a script and lets go of it.
pub fn check(ctx: &Ctx<'_>, code: &str, filename: &str) -> Result<()> {
    let source = std::ffi::CString::new(code)?;
    let filename = std::ffi::CString::new(filename)?;
    // SAFETY: as in `compile_function`.
    unsafe {
        let raw = ctx.as_raw().as_ptr();
        let flags = qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
        let length = source.as_bytes().len() as qjs::size_t;
        let compiled = qjs::JS_Eval(
            raw,
            source.as_ptr(),
            length,
            filename.as_ptr(),
            flags as i32,
        );
        if qjs::JS_IsException(compiled) {
            return Err(Error::Exception);
        }
        qjs::JS_FreeValue(raw, compiled);
    }
    Ok(())
}
