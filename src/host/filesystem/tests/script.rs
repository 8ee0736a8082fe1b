//! Guests as lists of calls with the outcomes expected, made into one core module.
//!
//! The module makes the calls in order and ends with 0. At the first that goes another way it
//! writes four bytes to standard output: the call's number, whether it failed, and with what.

mod outcome;

use std::fmt::Write as _;

use crate::host::filesystem::bindings::wasi::filesystem::types::{
    DescriptorFlags, ErrorCode, OpenFlags,
};

/// Where results are returned to.
const RESULT: u32 = 64;
/// Where the bytes of paths and contents are.
const DATA: u32 = 4096;
/// Where the host puts lists; from here on again with each call.
const HEAP: u32 = 1 << 20;

/// A local variable of the guest that holds a handle.
#[derive(Clone, Copy)]
pub(super) struct Handle(usize);

/// The preopened directory.
pub(super) const ROOT: Handle = Handle(0);

/// A guest in the making.
pub(super) struct Script {
    body: String,
    data: Vec<u8>,
    handles: usize,
    steps: Vec<String>,
}

/// A call, until it is said how it must end.
#[must_use]
pub(super) struct Call<'a> {
    script: &'a mut Script,
    text: String,
    /// Where the payload of the result begins.
    payload: u32,
}

impl Script {
    pub(super) fn new() -> Self {
        let mut script = Self {
            body: String::new(),
            data: Vec::new(),
            handles: 1,
            steps: Vec::new(),
        };
        script.body.push_str(
            "(call $get-directories (i32.const 64))
             (local.set $h0 (i32.load (i32.load (i32.const 64))))\n",
        );
        script
    }

    fn bytes(&mut self, bytes: &[u8]) -> String {
        let at = DATA as usize + self.data.len();
        self.data.extend_from_slice(bytes);
        assert!(DATA as usize + self.data.len() < HEAP as usize);
        format!("(i32.const {at}) (i32.const {})", bytes.len())
    }

    fn call(&mut self, name: &str, step: &str, payload: u32, operands: &str) -> Call<'_> {
        self.steps.push(format!("{name} {step}"));
        let text = format!(
            "(global.set $heap (i32.const {HEAP}))
             (call ${name} {operands} (i32.const {RESULT}))\n"
        );
        Call {
            script: self,
            text,
            payload,
        }
    }

    /// A call whose operands are a descriptor and a path.
    fn at(&mut self, name: &str, directory: Handle, path: &str, payload: u32) -> Call<'_> {
        let operands = format!("{} {}", directory.get(), self.bytes(path.as_bytes()));
        self.call(name, &format!("{path:?}"), payload, &operands)
    }

    fn paths(
        &mut self,
        name: &str,
        (from, old): (Handle, &str),
        (into, new): (Handle, &str),
    ) -> Call<'_> {
        let flags = if name == "link-at" {
            "(i32.const 0)"
        } else {
            ""
        };
        let operands = format!(
            "{} {flags} {} {} {}",
            from.get(),
            self.bytes(old.as_bytes()),
            into.get(),
            self.bytes(new.as_bytes())
        );
        self.call(name, &format!("{old:?} to {new:?}"), 1, &operands)
    }

    pub(super) fn open(
        &mut self,
        directory: Handle,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Call<'_> {
        self.open_link(1, directory, path, open, flags)
    }

    /// Opens without following a link.
    pub(super) fn open_itself(
        &mut self,
        directory: Handle,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Call<'_> {
        self.open_link(0, directory, path, open, flags)
    }

    fn open_link(
        &mut self,
        follow: u32,
        directory: Handle,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Call<'_> {
        let operands = format!(
            "{} (i32.const {follow}) {} (i32.const {}) (i32.const {})",
            directory.get(),
            self.bytes(path.as_bytes()),
            open_bits(open),
            descriptor_bits(flags),
        );
        self.call("open-at", &format!("{path:?}"), 4, &operands)
    }

    pub(super) fn create_directory(&mut self, directory: Handle, path: &str) -> Call<'_> {
        self.at("create-directory-at", directory, path, 1)
    }

    pub(super) fn remove_directory(&mut self, directory: Handle, path: &str) -> Call<'_> {
        self.at("remove-directory-at", directory, path, 1)
    }

    pub(super) fn unlink(&mut self, directory: Handle, path: &str) -> Call<'_> {
        self.at("unlink-file-at", directory, path, 1)
    }

    pub(super) fn read_link(&mut self, directory: Handle, path: &str) -> Call<'_> {
        self.at("readlink-at", directory, path, 4)
    }

    pub(super) fn symlink(&mut self, directory: Handle, target: &str, path: &str) -> Call<'_> {
        let target_bytes = self.bytes(target.as_bytes());
        let path_bytes = self.bytes(path.as_bytes());
        let operands = format!("{} {target_bytes} {path_bytes}", directory.get());
        self.call(
            "symlink-at",
            &format!("{path:?} -> {target:?}"),
            1,
            &operands,
        )
    }

    pub(super) fn rename(&mut self, from: (Handle, &str), to: (Handle, &str)) -> Call<'_> {
        self.paths("rename-at", from, to)
    }

    pub(super) fn link(&mut self, from: (Handle, &str), to: (Handle, &str)) -> Call<'_> {
        self.paths("link-at", from, to)
    }

    /// `follow` is whether a link at the end is followed.
    pub(super) fn stat(&mut self, directory: Handle, path: &str, follow: bool) -> Call<'_> {
        let operands = format!(
            "{} (i32.const {}) {}",
            directory.get(),
            u32::from(follow),
            self.bytes(path.as_bytes())
        );
        self.call("stat-at", &format!("{path:?}"), 8, &operands)
    }

    pub(super) fn stat_open(&mut self, file: Handle) -> Call<'_> {
        self.call("stat", "", 8, &file.get())
    }

    /// Sets both times to a second and nanoseconds after 1970.
    pub(super) fn set_times(&mut self, file: Handle, seconds: u64, nanos: u32) -> Call<'_> {
        let time = format!("(i32.const 2) (i64.const {seconds}) (i32.const {nanos})");
        let operands = format!("{} {time} {time}", file.get());
        self.call("set-times", "", 1, &operands)
    }

    /// As [`Self::set_times`], by path, following links.
    pub(super) fn set_times_at(&mut self, directory: Handle, path: &str) -> Call<'_> {
        let now = "(i32.const 1) (i64.const 0) (i32.const 0)";
        let path_bytes = self.bytes(path.as_bytes());
        let operands = format!("{} (i32.const 1) {path_bytes} {now} {now}", directory.get());
        self.call("set-times-at", &format!("{path:?}"), 1, &operands)
    }

    pub(super) fn set_size(&mut self, file: Handle, size: u64) -> Call<'_> {
        let operands = format!("{} (i64.const {size})", file.get());
        self.call("set-size", &size.to_string(), 1, &operands)
    }

    pub(super) fn get_flags(&mut self, file: Handle) -> Call<'_> {
        self.call("get-flags", "", 1, &file.get())
    }

    pub(super) fn sync(&mut self, file: Handle) -> Call<'_> {
        self.call("sync", "", 1, &file.get())
    }

    pub(super) fn advise(&mut self, file: Handle, offset: u64, length: u64) -> Call<'_> {
        let operands = format!(
            "{} (i64.const {}) (i64.const {}) (i32.const 1)",
            file.get(),
            offset.cast_signed(),
            length.cast_signed()
        );
        self.call("advise", "", 1, &operands)
    }

    pub(super) fn write(&mut self, file: Handle, bytes: &[u8], offset: u64) -> Call<'_> {
        let bytes = self.bytes(bytes);
        let operands = format!(
            "{} {bytes} (i64.const {})",
            file.get(),
            offset.cast_signed()
        );
        self.call("write", &format!("at {offset}"), 8, &operands)
    }

    pub(super) fn read(&mut self, file: Handle, length: u64, offset: u64) -> Call<'_> {
        let operands = format!(
            "{} (i64.const {}) (i64.const {})",
            file.get(),
            length.cast_signed(),
            offset.cast_signed()
        );
        self.call("read", &format!("{length} at {offset}"), 4, &operands)
    }

    pub(super) fn read_directory(&mut self, directory: Handle) -> Call<'_> {
        self.call("read-directory", "", 4, &directory.get())
    }

    pub(super) fn next_entry(&mut self, listing: Handle) -> Call<'_> {
        self.call("read-directory-entry", "", 4, &listing.get())
    }

    pub(super) fn read_stream(&mut self, file: Handle, offset: u64) -> Call<'_> {
        let operands = format!("{} (i64.const {offset})", file.get());
        self.call("read-via-stream", "", 4, &operands)
    }

    pub(super) fn write_stream(&mut self, file: Handle, offset: u64) -> Call<'_> {
        let operands = format!("{} (i64.const {offset})", file.get());
        self.call("write-via-stream", "", 4, &operands)
    }

    pub(super) fn append_stream(&mut self, file: Handle) -> Call<'_> {
        self.call("append-via-stream", "", 4, &file.get())
    }

    /// Reads from a stream; its failure is that of the stream, not a code.
    pub(super) fn pull(&mut self, stream: Handle, length: u64) -> Call<'_> {
        let operands = format!("{} (i64.const {length})", stream.get());
        self.call("blocking-read", &length.to_string(), 4, &operands)
    }

    /// Writes into a stream; see [`Call::fails_inside`].
    pub(super) fn push(&mut self, stream: Handle, bytes: &[u8]) -> Call<'_> {
        let operands = format!("{} {}", stream.get(), self.bytes(bytes));
        self.call("blocking-write-and-flush", "", 4, &operands)
    }

    pub(super) fn drop_descriptor(&mut self, file: Handle) {
        writeln!(self.body, "(call $drop-descriptor {})", file.get()).unwrap();
    }

    /// Opens the root again and again, `times` times, keeping all open; the first of them that
    /// fails must fail like this.
    pub(super) fn open_until(&mut self, times: u32, code: ErrorCode) {
        self.steps.push("open-at again and again".into());
        let step = self.steps.len();
        let dot = self.bytes(b".");
        writeln!(
            self.body,
            "(local.set $n (i32.const {times}))
             (block $done (loop $next
               (call $open-at (local.get $h0) (i32.const 0) {dot} (i32.const 0) (i32.const 1) (i32.const {RESULT}))
               (br_if $done (i32.load8_u (i32.const {RESULT})))
               (local.set $last (i32.load (i32.const {})))
               (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
             (if (i32.or (i32.eqz (i32.load8_u (i32.const {RESULT})))
                         (i32.ne (i32.load8_u (i32.const {})) (i32.const {})))
               (then (return (call $surprise (i32.const {step}) (i32.const 4)))))
             (call $drop-descriptor (local.get $last))",
            RESULT + 4,
            RESULT + 4,
            code as u8,
        )
        .unwrap();
    }

    /// The module, in text.
    pub(super) fn text(&self) -> String {
        let locals: String = (0..self.handles)
            .map(|index| format!("(local $h{index} i32)"))
            .collect();
        let data: String = self.data.iter().fold(String::new(), |mut text, byte| {
            write!(text, "\\{byte:02x}").unwrap();
            text
        });
        let imports = include_str!("imports.wat");
        format!(
            "(module {imports}
               (data (i32.const {DATA}) \"{data}\")
               (func (export \"exec\") (result i32) {locals} (local $n i32) (local $last i32)
                 {}
                 (i32.const 0)))",
            self.body
        )
    }

    /// What a step was, by the number that the guest gave.
    pub(super) fn step(&self, number: u16) -> &str {
        &self.steps[usize::from(number) - 1]
    }
}

impl Handle {
    fn get(self) -> String {
        format!("(local.get $h{})", self.0)
    }
}

/// Flags as the canonical ABI has them: in the order of the WIT, from the lowest bit on.
fn descriptor_bits(flags: DescriptorFlags) -> u32 {
    [
        DescriptorFlags::READ,
        DescriptorFlags::WRITE,
        DescriptorFlags::FILE_INTEGRITY_SYNC,
        DescriptorFlags::DATA_INTEGRITY_SYNC,
        DescriptorFlags::REQUESTED_WRITE_SYNC,
        DescriptorFlags::MUTATE_DIRECTORY,
    ]
    .into_iter()
    .enumerate()
    .map(|(bit, flag)| u32::from(flags.contains(flag)) << bit)
    .sum()
}

/// As [`descriptor_bits`].
fn open_bits(flags: OpenFlags) -> u32 {
    [
        OpenFlags::CREATE,
        OpenFlags::DIRECTORY,
        OpenFlags::EXCLUSIVE,
        OpenFlags::TRUNCATE,
    ]
    .into_iter()
    .enumerate()
    .map(|(bit, flag)| u32::from(flags.contains(flag)) << bit)
    .sum()
}
