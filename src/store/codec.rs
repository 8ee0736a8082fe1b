//! The encodings of trees and roots, version 1.
//!
//! ```text
//! tree     = "BJT" version entry*                 entries in strictly ascending order of name bytes
//! entry    = text(name) mode mtime node           mode and mtime of a link are zero
//! node     = 0 content                            regular file
//!          | 1 digest totals                      directory
//!          | 2 text(target)                       symbolic link
//!          | 3 device                             0 null, 1 zero, 2 random, 3 stdin, 4 stdout, 5 stderr
//!          | 4 number(group)                      name of a hard-linked file
//! root     = "BJR" version mode mtime digest totals number(next group) group*
//! group    = number(group) mode mtime content number(links)      strictly ascending, below next group
//! content  = number(size) digest                  no digest if the size is zero
//! totals   = number(bytes) number(files) number(nodes)
//! text     = number(length) bytes                 UTF-8
//! number   = LEB128, unsigned, 64 bits, as short as possible
//! version  = 1 byte: 1
//! mode     = 2 bytes, little-endian, at most 0o7777
//! mtime    = 8 bytes, little-endian, two's complement: nanoseconds since the epoch
//! digest   = 32 bytes
//! ```
//!
//! Names have 1 to 255 bytes without `/` and NUL and are neither `.` nor `..`; targets have 1 to
//! 4096 bytes without NUL. There is one encoding of a value: what is longer than needed, out of
//! order, or followed by anything is refused, so an accepted object encodes to the same bytes.
//! Every byte sequence is either accepted or refused; none panics or makes us allocate more than a
//! small multiple of its length.

use super::content::Content;
use super::tree::{Device, Entry, LinkGroup, Node, Root, Totals, Tree};
use crate::digest::Digest;

/// The version of both encodings.
pub(super) const VERSION: u8 = 1;
/// The most bytes a name has (`NAME_MAX` of POSIX's usual hosts).
pub(crate) const MAX_NAME: usize = 255;
/// The most bytes a symbolic link's target has.
pub(crate) const MAX_TARGET: usize = 4096;
/// The permission bits.
pub(super) const MODE_BITS: u16 = 0o7777;

const TREE_MAGIC: &[u8; 3] = b"BJT";
const ROOT_MAGIC: &[u8; 3] = b"BJR";

/// Why bytes are not a tree or root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not the encoding of anything.
    Malformed(&'static str),
    /// Of a version that we do not know.
    Version(u8),
}

impl From<&'static str> for Fault {
    fn from(reason: &'static str) -> Self {
        Self::Malformed(reason)
    }
}

/// What is wrong with `name` as a directory entry's.
pub(super) fn name_fault(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("a name is empty"),
        "." | ".." => Some("a name is . or .."),
        _ if name.len() > MAX_NAME => Some("a name is longer than 255 bytes"),
        _ if name.contains('/') => Some("a name contains a slash"),
        _ if name.contains('\0') => Some("a name contains NUL"),
        _ => None,
    }
}

/// What is wrong with `target` as a symbolic link's.
pub(super) fn target_fault(target: &str) -> Option<&'static str> {
    match target {
        "" => Some("a symbolic link's target is empty"),
        _ if target.len() > MAX_TARGET => {
            Some("a symbolic link's target is longer than 4096 bytes")
        }
        _ if target.contains('\0') => Some("a symbolic link's target contains NUL"),
        _ => None,
    }
}

fn entry_fault(entry: &Entry, previous: Option<&Entry>) -> Option<&'static str> {
    if let Some(fault) = name_fault(&entry.name) {
        return Some(fault);
    }
    if previous.is_some_and(|previous| previous.name.as_bytes() >= entry.name.as_bytes()) {
        return Some("names are out of order");
    }
    if entry.mode > MODE_BITS {
        return Some("a mode has more than the permission bits");
    }
    match &entry.node {
        Node::Symlink(target) => target_fault(target),
        Node::Link(_) if entry.mode != 0 || entry.mtime != 0 => {
            Some("a link has attributes of its own")
        }
        _ => None,
    }
}

fn link_fault(link: &LinkGroup, previous: Option<&LinkGroup>, next: u64) -> Option<&'static str> {
    if previous.is_some_and(|previous| previous.group >= link.group) {
        Some("link groups are out of order")
    } else if link.group >= next {
        Some("a link group is above the next one")
    } else if link.mode > MODE_BITS {
        Some("a mode has more than the permission bits")
    } else if link.nlink == 0 {
        Some("a link group has no names")
    } else {
        None
    }
}

/// The canonical bytes of `tree`, or what is wrong with it.
pub(super) fn encode_tree(tree: &Tree) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(4 + tree.entries.len() * 64);
    out.extend_from_slice(TREE_MAGIC);
    out.push(VERSION);
    let mut previous = None;
    for entry in &tree.entries {
        if let Some(fault) = entry_fault(entry, previous) {
            return Err(fault);
        }
        previous = Some(entry);
        put_text(&mut out, &entry.name);
        out.extend_from_slice(&entry.mode.to_le_bytes());
        out.extend_from_slice(&entry.mtime.to_le_bytes());
        match &entry.node {
            Node::File(content) => {
                out.push(0);
                put_content(&mut out, content)?;
            }
            Node::Directory { tree, totals } => {
                out.push(1);
                out.extend_from_slice(tree.as_bytes());
                put_totals(&mut out, totals);
            }
            Node::Symlink(target) => {
                out.push(2);
                put_text(&mut out, target);
            }
            Node::Device(device) => out.extend_from_slice(&[3, device_number(*device)]),
            Node::Link(group) => {
                out.push(4);
                put_number(&mut out, *group);
            }
        }
    }
    Ok(out)
}

/// The tree whose canonical encoding `bytes` is.
pub(super) fn decode_tree(bytes: &[u8]) -> Result<Tree, Fault> {
    let mut input = Input::open(bytes, TREE_MAGIC)?;
    let mut entries: Vec<Entry> = Vec::new();
    while !input.is_empty() {
        let entry = Entry {
            name: input.text()?.into(),
            mode: input.mode()?,
            mtime: input.mtime()?,
            node: input.node()?,
        };
        if let Some(fault) = entry_fault(&entry, entries.last()) {
            return Err(Fault::Malformed(fault));
        }
        entries.push(entry);
    }
    entries.shrink_to_fit();
    Ok(Tree { entries })
}

/// The canonical bytes of `root`, or what is wrong with it.
pub(super) fn encode_root(root: &Root) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(80 + root.links.len() * 64);
    out.extend_from_slice(ROOT_MAGIC);
    out.push(VERSION);
    if root.mode > MODE_BITS {
        return Err("a mode has more than the permission bits");
    }
    out.extend_from_slice(&root.mode.to_le_bytes());
    out.extend_from_slice(&root.mtime.to_le_bytes());
    out.extend_from_slice(root.tree.as_bytes());
    put_totals(&mut out, &root.totals);
    put_number(&mut out, root.next_group);
    let mut previous = None;
    for link in &root.links {
        if let Some(fault) = link_fault(link, previous, root.next_group) {
            return Err(fault);
        }
        previous = Some(link);
        put_number(&mut out, link.group);
        out.extend_from_slice(&link.mode.to_le_bytes());
        out.extend_from_slice(&link.mtime.to_le_bytes());
        put_content(&mut out, &link.content)?;
        put_number(&mut out, u64::from(link.nlink));
    }
    Ok(out)
}

/// The root whose canonical encoding `bytes` is.
pub(super) fn decode_root(bytes: &[u8]) -> Result<Root, Fault> {
    let mut input = Input::open(bytes, ROOT_MAGIC)?;
    let mut root = Root {
        mode: input.mode()?,
        mtime: input.mtime()?,
        tree: input.digest()?,
        totals: input.totals()?,
        links: Vec::new(),
        next_group: input.number()?,
    };
    if root.mode > MODE_BITS {
        return Err(Fault::Malformed("a mode has more than the permission bits"));
    }
    while !input.is_empty() {
        let link = LinkGroup {
            group: input.number()?,
            mode: input.mode()?,
            mtime: input.mtime()?,
            content: input.content()?,
            nlink: u32::try_from(input.number()?).map_err(|_| "a link count is too large")?,
        };
        if let Some(fault) = link_fault(&link, root.links.last(), root.next_group) {
            return Err(Fault::Malformed(fault));
        }
        root.links.push(link);
    }
    Ok(root)
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn put_content(out: &mut Vec<u8>, content: &Content) -> Result<(), &'static str> {
    put_number(out, content.size);
    if content.size > 0 {
        out.extend_from_slice(content.digest.as_bytes());
    } else if *content != Content::EMPTY {
        return Err("an empty content has another digest than nothing");
    }
    Ok(())
}

fn put_totals(out: &mut Vec<u8>, totals: &Totals) {
    for number in [totals.bytes, totals.files, totals.nodes] {
        put_number(out, number);
    }
}

fn device_number(device: Device) -> u8 {
    match device {
        Device::Null => 0,
        Device::Zero => 1,
        Device::Random => 2,
        Device::Stdin => 3,
        Device::Stdout => 4,
        Device::Stderr => 5,
    }
}

/// What is left to decode.
struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn open(bytes: &'a [u8], magic: &[u8; 3]) -> Result<Self, Fault> {
        let rest = bytes
            .strip_prefix(magic)
            .ok_or("it does not begin as one does")?;
        match rest.split_first() {
            Some((&VERSION, rest)) => Ok(Self { rest }),
            Some((&other, _)) => Err(Fault::Version(other)),
            None => Err(Fault::Malformed("it ends early")),
        }
    }

    fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("it ends early")?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or("it ends early")?;
        self.rest = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && byte > 1 {
                return Err(Fault::Malformed("a number is too large"));
            }
            number |= bits << shift;
            if byte < 0x80 {
                return if byte == 0 && shift > 0 {
                    Err(Fault::Malformed("a number is longer than needed"))
                } else {
                    Ok(number)
                };
            }
        }
        Err(Fault::Malformed("a number is too large"))
    }

    fn text(&mut self) -> Result<&'a str, Fault> {
        let count = usize::try_from(self.number()?).map_err(|_| "it ends early")?;
        Ok(str::from_utf8(self.bytes(count)?).map_err(|_| "a text is not UTF-8")?)
    }

    fn mode(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    fn mtime(&mut self) -> Result<i64, Fault> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    fn digest(&mut self) -> Result<Digest, Fault> {
        Ok(Digest::from_bytes(self.array()?))
    }

    fn totals(&mut self) -> Result<Totals, Fault> {
        Ok(Totals {
            bytes: self.number()?,
            files: self.number()?,
            nodes: self.number()?,
        })
    }

    fn content(&mut self) -> Result<Content, Fault> {
        match self.number()? {
            0 => Ok(Content::EMPTY),
            size => Ok(Content {
                size,
                digest: self.digest()?,
            }),
        }
    }

    fn node(&mut self) -> Result<Node, Fault> {
        let [kind] = self.array()?;
        Ok(match kind {
            0 => Node::File(self.content()?),
            1 => Node::Directory {
                tree: self.digest()?,
                totals: self.totals()?,
            },
            2 => Node::Symlink(self.text()?.into()),
            3 => Node::Device(self.device()?),
            4 => Node::Link(self.number()?),
            _ => return Err(Fault::Malformed("an entry is of an unknown kind")),
        })
    }

    fn device(&mut self) -> Result<Device, Fault> {
        let [number] = self.array()?;
        Ok(match number {
            0 => Device::Null,
            1 => Device::Zero,
            2 => Device::Random,
            3 => Device::Stdin,
            4 => Device::Stdout,
            5 => Device::Stderr,
            _ => return Err(Fault::Malformed("a device is of an unknown kind")),
        })
    }
}

#[cfg(test)]
mod tests;
