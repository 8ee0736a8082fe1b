//! How calls must end, as the condition of a surprise.

use std::fmt::Write as _;

use super::{Call, Handle, RESULT, descriptor_bits};
use crate::host::filesystem::bindings::wasi::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode,
};

/// The call failed.
const FAILED: &str = "(i32.load8_u (i32.const 64))";

impl Call<'_> {
    /// The call is a surprise if `surprise` is not 0.
    fn unless(self, surprise: &str) {
        let step = self.script.steps.len();
        writeln!(
            self.script.body,
            "{}(if {surprise} (then (return (call $surprise (i32.const {step}) (i32.const {})))))",
            self.text, self.payload,
        )
        .unwrap();
    }

    /// It succeeds.
    pub(in super::super) fn ok(self) {
        self.unless(FAILED);
    }

    /// It may end in any way.
    pub(in super::super) fn either(self) {
        self.unless("(i32.const 0)");
    }

    /// It succeeds with a handle.
    pub(in super::super) fn handle(self) -> Handle {
        let handle = Handle(self.script.handles);
        let Self {
            script,
            text,
            payload,
        } = self;
        script.handles += 1;
        let again = Call {
            script: &mut *script,
            text,
            payload,
        };
        again.unless(FAILED);
        let value = format!("(i32.load (i32.const {}))", RESULT + 4);
        writeln!(script.body, "(local.set $h{} {value})", handle.0).unwrap();
        handle
    }

    /// It fails with this code.
    pub(in super::super) fn fails(self, code: ErrorCode) {
        let payload = RESULT + self.payload;
        self.unless(&format!(
            "(i32.or (i32.ne {FAILED} (i32.const 1))
                     (i32.ne (i32.load8_u (i32.const {payload})) (i32.const {})))",
            code as u8
        ));
    }

    /// A stream's operation fails, for this reason of the filesystem.
    pub(in super::super) fn fails_inside(self, code: ErrorCode) {
        self.unless(&format!(
            "(block $no (result i32)
               (drop (br_if $no (i32.const 1) (i32.ne {FAILED} (i32.const 1))))
               (drop (br_if $no (i32.const 1) (i32.load8_u (i32.const {}))))
               (call $filesystem-error-code (i32.load (i32.const {})) (i32.const 96))
               (drop (br_if $no (i32.const 1) (i32.eqz (i32.load8_u (i32.const 96)))))
               (i32.ne (i32.load8_u (i32.const 97)) (i32.const {})))",
            RESULT + 4,
            RESULT + 8,
            code as u8
        ));
    }

    /// A stream's operation finds it at its end.
    pub(in super::super) fn closed(self) {
        self.unless(&format!(
            "(i32.or (i32.ne {FAILED} (i32.const 1))
                     (i32.ne (i32.load8_u (i32.const {})) (i32.const 1)))",
            RESULT + 4
        ));
    }

    /// It succeeds with these bytes, or this text.
    pub(in super::super) fn gives(self, bytes: &[u8]) {
        let wanted = self.script.bytes(bytes);
        self.unless(&format!(
            "(if (result i32) {FAILED} (then (i32.const 1)) (else
               (call $differ (i32.load (i32.const {})) (i32.load (i32.const {})) {wanted})))",
            RESULT + 4,
            RESULT + 8
        ));
    }

    /// A listing's next entry has this name; `None` at the end.
    pub(in super::super) fn gives_name(self, name: Option<&str>) {
        let wanted = self.script.bytes(name.unwrap_or_default().as_bytes());
        let there = u8::from(name.is_some());
        let differ = format!(
            "(call $differ (i32.load (i32.const {})) (i32.load (i32.const {})) {wanted})",
            RESULT + 12,
            RESULT + 16
        );
        let differ = if there == 1 { &differ } else { "(i32.const 0)" };
        self.unless(&format!(
            "(block $no (result i32)
               (drop (br_if $no (i32.const 1) {FAILED}))
               (drop (br_if $no (i32.const 1) (i32.ne (i32.load8_u (i32.const {})) (i32.const {there}))))
               {differ})",
            RESULT + 4,
        ));
    }

    /// It succeeds with this number of bytes.
    pub(in super::super) fn gives_count(self, count: u64) {
        self.unless(&format!(
            "(i32.or {FAILED} (i64.ne (i64.load (i32.const {})) (i64.const {count})))",
            RESULT + 8
        ));
    }

    /// It succeeds with these flags.
    pub(in super::super) fn gives_flags(self, flags: DescriptorFlags) {
        self.unless(&format!(
            "(i32.or {FAILED} (i32.ne (i32.load8_u (i32.const {})) (i32.const {})))",
            RESULT + 1,
            descriptor_bits(flags)
        ));
    }

    /// It succeeds with attributes that have this type, size and number of links.
    pub(in super::super) fn gives_stat(self, kind: DescriptorType, size: u64, links: u64) {
        self.unless(&format!(
            "(i32.or {FAILED} (i32.or
               (i32.ne (i32.load8_u (i32.const {})) (i32.const {})) (i32.or
               (i64.ne (i64.load (i32.const {})) (i64.const {links}))
               (i64.ne (i64.load (i32.const {})) (i64.const {size})))))",
            RESULT + 8,
            kind as u8,
            RESULT + 16,
            RESULT + 24,
        ));
    }
}
