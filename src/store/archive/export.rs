//! Writing an archive.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::Arc;

use tar::{EntryType, Header};

use super::{
    ArchiveMeta, DEVICE_KEY, LINK_KEY, MAX_PATH, MAX_RECORDS, NEXT_GROUP_KEY, PROGRAMS_KEY,
    RUNTIME_KEY, VERSION, VERSION_KEY, quoted,
};
use crate::digest::Digest;
use crate::store::content::{Content, content_error};
use crate::store::tree::{Device, Entry, Node, Root, Tree};
use crate::store::{Store, StoreError};

const OWNER: u64 = 1000;
const OWNER_NAME: &str = "agentuity";
const BLOCK: usize = 512;
/// The most that 11 octal digits hold.
const MAX_OCTAL: u64 = 0o777_7777_7777;

/// Writes the filesystem of root `digest` as an archive. Equal arguments give equal bytes.
///
/// # Errors
/// [`Output`](StoreError::Output) if the writer fails, [`Archive`](StoreError::Archive) for what no
/// archive holds (a path above 4096 bytes, half a million programs), and as [`Store::tree`]. What
/// was written until then is not an archive.
pub(crate) fn export(
    store: &Store,
    digest: Digest,
    meta: &ArchiveMeta,
    out: &mut dyn Write,
) -> Result<(), StoreError> {
    let root = store.root(digest)?;
    let mut export = Export {
        store,
        digest,
        root: &root,
        written: HashMap::new(),
        out,
    };
    export.global(meta)?;
    export.member(&Member {
        path: "./",
        kind: EntryType::Directory,
        mode: root.mode,
        mtime: root.mtime,
        ..Member::default()
    })?;
    export.tree(store.tree(root.tree)?)?;
    export.write(&[0; 2 * BLOCK])
}

/// An entry of the archive.
struct Member<'a> {
    path: &'a str,
    kind: EntryType,
    mode: u16,
    mtime: i64,
    size: u64,
    target: &'a str,
    device: (u32, u32),
    ours: Option<(&'static str, String)>,
}

impl Default for Member<'_> {
    fn default() -> Self {
        Self {
            path: "",
            kind: EntryType::Regular,
            mode: 0,
            mtime: 0,
            size: 0,
            target: "",
            device: (0, 0),
            ours: None,
        }
    }
}

struct Export<'a> {
    store: &'a Store,
    digest: Digest,
    root: &'a Root,
    /// Link groups whose file is in the archive, with its path.
    written: HashMap<u64, String>,
    out: &'a mut dyn Write,
}

impl Export<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.out
            .write_all(bytes)
            .map_err(|source| StoreError::Output { source })
    }

    fn global(&mut self, meta: &ArchiveMeta) -> Result<(), StoreError> {
        let programs: Vec<String> = meta.programs.iter().map(Digest::to_hex).collect();
        let mut records = Vec::new();
        push_record(&mut records, VERSION_KEY, &VERSION.to_string());
        push_record(&mut records, RUNTIME_KEY, &meta.runtime);
        push_record(&mut records, PROGRAMS_KEY, &programs.join(","));
        push_record(
            &mut records,
            NEXT_GROUP_KEY,
            &self.root.next_group.to_string(),
        );
        if records.len() as u64 > MAX_RECORDS {
            return Err(StoreError::Archive {
                entry: String::new(),
                reason: "there are too many programs",
            });
        }
        self.records(EntryType::XGlobalHeader, "pax_global_header", &records)
    }

    fn tree(&mut self, top: Arc<Tree>) -> Result<(), StoreError> {
        let mut path = String::new();
        // Directories from the top down, with the next entry and the length of their paths.
        let mut pending = vec![(top, 0, 0)];
        while let Some((tree, next, len)) = pending.last_mut() {
            path.truncate(*len);
            let Some(entry) = tree.entries.get(*next).cloned() else {
                pending.pop();
                continue;
            };
            *next += 1;
            path.push_str(&entry.name);
            if path.len() >= MAX_PATH {
                return Err(StoreError::Archive {
                    entry: quoted(&path),
                    reason: "the path is longer than 4096 bytes",
                });
            }
            if let Node::Directory { tree, .. } = &entry.node {
                path.push('/');
                self.member(&Member {
                    path: &path,
                    kind: EntryType::Directory,
                    mode: entry.mode,
                    mtime: entry.mtime,
                    ..Member::default()
                })?;
                let len = path.len();
                pending.push((self.store.tree(*tree)?, 0, len));
            } else {
                self.entry(&path, &entry)?;
            }
        }
        Ok(())
    }

    /// Anything but a directory.
    fn entry(&mut self, path: &str, entry: &Entry) -> Result<(), StoreError> {
        let member = Member {
            path,
            mode: entry.mode,
            mtime: entry.mtime,
            ..Member::default()
        };
        match &entry.node {
            Node::File(content) => self.file(member, content),
            Node::Link(group) => self.link(path, *group),
            Node::Symlink(target) => self.member(&Member {
                kind: EntryType::Symlink,
                target,
                ..member
            }),
            Node::Device(device) => {
                let (numbers, name) = match device {
                    Device::Null => ((1, 3), None),
                    Device::Zero => ((1, 5), None),
                    Device::Random => ((1, 9), None),
                    Device::Stdin => ((1, 3), Some("stdin")),
                    Device::Stdout => ((1, 3), Some("stdout")),
                    Device::Stderr => ((1, 3), Some("stderr")),
                };
                self.member(&Member {
                    kind: EntryType::Char,
                    device: numbers,
                    ours: name.map(|name| (DEVICE_KEY, name.to_owned())),
                    ..member
                })
            }
            Node::Directory { .. } => Ok(()),
        }
    }

    fn link(&mut self, path: &str, group: u64) -> Result<(), StoreError> {
        let link = *self.root.link(group).ok_or(StoreError::Malformed {
            digest: self.digest,
            reason: "it lacks the group of a hard-linked file",
        })?;
        let member = Member {
            path,
            mode: link.mode,
            mtime: link.mtime,
            ..Member::default()
        };
        if let Some(first) = self.written.get(&group).cloned() {
            return self.member(&Member {
                kind: EntryType::Link,
                target: &first,
                ..member
            });
        }
        self.written.insert(group, path.to_owned());
        let ours = Some((LINK_KEY, group.to_string()));
        self.file(Member { ours, ..member }, &link.content)
    }

    fn file(&mut self, member: Member<'_>, content: &Content) -> Result<(), StoreError> {
        let size = content.size;
        self.member(&Member { size, ..member })?;
        let mut reader = self.store.read_content(content);
        let mut buffer = vec![0; usize::try_from(size.min(64 * 1024)).unwrap_or_default()];
        loop {
            let count = reader.read(&mut buffer).map_err(content_error)?;
            match buffer.get(..count) {
                None | Some([]) => break,
                Some(read) => self.write(read)?,
            }
        }
        self.pad(size)
    }

    fn pad(&mut self, size: u64) -> Result<(), StoreError> {
        let rest = size.next_multiple_of(BLOCK as u64) - size;
        let zeros = [0; BLOCK];
        let padding = usize::try_from(rest)
            .ok()
            .and_then(|rest| zeros.get(..rest));
        self.write(padding.unwrap_or_default())
    }

    /// The headers of an entry.
    fn member(&mut self, member: &Member<'_>) -> Result<(), StoreError> {
        let (seconds, fraction) = seconds(member.mtime);
        let whole = u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds <= MAX_OCTAL && fraction == 0);
        let mut records = Vec::new();
        for (key, text) in [("path", member.path), ("linkpath", member.target)] {
            if text.len() > 100 || !text.is_ascii() {
                push_record(&mut records, key, text);
            }
        }
        if member.size > MAX_OCTAL {
            push_record(&mut records, "size", &member.size.to_string());
        }
        if whole.is_none() {
            push_record(&mut records, "mtime", &decimal(member.mtime));
        }
        if let Some((key, value)) = &member.ours {
            push_record(&mut records, key, value);
        }
        if !records.is_empty() {
            self.records(EntryType::XHeader, "PaxHeaders/entry", &records)?;
        }
        let time = u64::try_from(seconds).unwrap_or(0).min(MAX_OCTAL);
        let header = header(member, time)?;
        self.write(header.as_bytes())
    }

    /// An extended header.
    fn records(&mut self, kind: EntryType, name: &str, records: &[u8]) -> Result<(), StoreError> {
        let size = records.len() as u64;
        let header = header(
            &Member {
                path: name,
                kind,
                mode: 0o644,
                size,
                ..Member::default()
            },
            0,
        )?;
        self.write(header.as_bytes())?;
        self.write(records)?;
        self.pad(size)
    }
}

fn header(member: &Member<'_>, time: u64) -> Result<Header, StoreError> {
    let mut header = Header::new_ustar();
    let old = header.as_old_mut();
    for (field, text) in [
        (&mut old.name, member.path),
        (&mut old.linkname, member.target),
    ] {
        // What is cut off is in an extended header.
        let end = text.floor_char_boundary(field.len());
        for (to, from) in field.iter_mut().zip(text.bytes().take(end)) {
            *to = from;
        }
    }
    header.set_entry_type(member.kind);
    header.set_mode(u32::from(member.mode));
    header.set_size(member.size);
    header.set_mtime(time);
    header.set_uid(OWNER);
    header.set_gid(OWNER);
    let (major, minor) = member.device;
    header
        .set_username(OWNER_NAME)
        .and_then(|()| header.set_groupname(OWNER_NAME))
        .and_then(|()| header.set_device_major(major))
        .and_then(|()| header.set_device_minor(minor))
        .map_err(|source| StoreError::Output { source })?;
    header.set_cksum();
    Ok(header)
}

const SECOND: i64 = 1_000_000_000;

/// Seconds, rounded down, and nanoseconds of a time.
fn seconds(mtime: i64) -> (i64, i64) {
    (mtime.div_euclid(SECOND), mtime.rem_euclid(SECOND))
}

/// A time in seconds, with as many digits as it has.
fn decimal(mtime: i64) -> String {
    let sign = if mtime < 0 { "-" } else { "" };
    let (whole, fraction) = {
        let (second, size) = (SECOND.unsigned_abs(), mtime.unsigned_abs());
        (size / second, size % second)
    };
    if fraction == 0 {
        format!("{sign}{whole}")
    } else {
        let digits = format!("{fraction:09}");
        format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// `<length> <key>=<value>\n`, where the length counts itself.
pub(super) fn push_record(records: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut len = rest + 1;
    while len != rest + len.to_string().len() {
        len = rest + len.to_string().len();
    }
    records.extend_from_slice(format!("{len} {key}={value}\n").as_bytes());
}
