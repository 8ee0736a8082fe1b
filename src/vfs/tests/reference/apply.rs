//! Each operation on the model.

use std::collections::BTreeMap;

use super::super::operations::{Op, Subject, Value, bytes, pattern};
use super::super::{Errno, Follow};
use super::{Model, Node};

impl Subject for Model {
    fn apply(&mut self, op: &Op) -> Result<Value, Errno> {
        let slot_of = |slot: &usize| self.slots[*slot];
        match op {
            Op::Open {
                from,
                path,
                follow,
                flags,
                access,
                slot,
            } => {
                let follow = if flags.exclusive { Follow::No } else { *follow };
                let place = self.at(*from, path, follow)?;
                let ino = self.open(&place, *flags, *access)?;
                let old = self.slots[*slot].replace((ino, *access));
                if let Some((old, _)) = old {
                    self.reap(old);
                }
            }
            Op::Close(slot) => self.close(*slot),
            Op::Read(slot, len, at) => {
                let Some((ino, access)) = slot_of(slot) else {
                    return Ok(Value::Skipped);
                };
                if !access.read {
                    return Err(Errno::BadF);
                }
                let Node::File(all) = &self.inodes[&ino].node else {
                    return Err(Errno::IsDir);
                };
                let start = all.len().min(bytes(*at));
                let end = all.len().min(start + len);
                return Ok(Value::Bytes(all[start..end].to_vec()));
            }
            Op::Write(slot, len, at, byte) => {
                return self.write(*slot, Some(*at), &pattern(*len, *byte));
            }
            Op::Append(slot, len, byte) => return self.write(*slot, None, &pattern(*len, *byte)),
            Op::SetSize(slot, size) => {
                let Some((ino, access)) = slot_of(slot) else {
                    return Ok(Value::Skipped);
                };
                let Node::File(old) = &self.inodes[&ino].node else {
                    return Err(Errno::Inval);
                };
                if !access.write {
                    return Err(Errno::Inval);
                }
                if size.saturating_sub(old.len() as u64) > self.room() {
                    return Err(Errno::NoSpc);
                }
                let mut new = old.clone();
                new.resize(bytes(*size), 0);
                self.set_contents(ino, new);
            }
            Op::Stat(slot) => {
                let Some((ino, _)) = slot_of(slot) else {
                    return Ok(Value::Skipped);
                };
                return Ok(Value::Stat(self.stat(ino)));
            }
            Op::SetTimes(slot, atime, mtime) => {
                let Some((ino, _)) = slot_of(slot) else {
                    return Ok(Value::Skipped);
                };
                self.set_times(ino, *atime, *mtime);
            }
            Op::List(slot) => {
                return match slot_of(slot) {
                    Some((ino, access)) if self.is_dir(ino) => {
                        if access.read {
                            self.listing(ino)
                        } else {
                            Err(Errno::BadF)
                        }
                    }
                    _ => Ok(Value::Skipped),
                };
            }
            Op::MakeDir(from, path, mode) => {
                let place = self.at(*from, path, Follow::No)?;
                if place.ino.is_some() {
                    return Err(Errno::Exist);
                }
                self.add(&place, Node::Directory(BTreeMap::new()), *mode)?;
            }
            Op::RemoveDir(from, path) => {
                let place = self.at(*from, path, Follow::No)?;
                let ino = place.ino.ok_or(Errno::NoEnt)?;
                let name = place.leaf?;
                self.may(place.dir, 2)?;
                if !self.names(ino)?.is_empty() {
                    return Err(Errno::NotEmpty);
                }
                self.drop_name(place.dir, &name);
            }
            Op::Unlink(from, path) => {
                let place = self.at(*from, path, Follow::No)?;
                let ino = place.ino.ok_or(Errno::NoEnt)?;
                let name = place.leaf.clone().map_err(|_| Errno::IsDir)?;
                self.may(place.dir, 2)?;
                if self.is_dir(ino) {
                    return Err(Errno::IsDir);
                }
                place.found(self)?;
                self.drop_name(place.dir, &name);
            }
            Op::Rename(from, old, to, new) => {
                let old = self.at(*from, old, Follow::No)?;
                self.rename(&old, &self.at(*to, new, Follow::No)?)?;
            }
            Op::Link(from, old, follow, to, new) => {
                let old = self.at(*from, old, *follow)?;
                self.link(&old, &self.at(*to, new, Follow::No)?)?;
            }
            Op::Symlink(target, from, path) => {
                let place = self.at(*from, path, Follow::No)?;
                if place.ino.is_some() {
                    return Err(Errno::Exist);
                }
                if place.slash {
                    return Err(Errno::NoEnt);
                }
                self.add(&place, Node::Symlink(target.clone()), 0o777)?;
            }
            Op::ReadLink(from, path) => {
                let ino = self.at(*from, path, Follow::No)?.found(self)?;
                let Node::Symlink(target) = &self.inodes[&ino].node else {
                    return Err(Errno::Inval);
                };
                return Ok(Value::Text(target.clone()));
            }
            Op::StatAt(from, path, follow) => {
                let ino = self.at(*from, path, *follow)?.found(self)?;
                return Ok(Value::Stat(self.stat(ino)));
            }
            Op::SetTimesAt(from, path, follow, atime, mtime) => {
                let ino = self.at(*from, path, *follow)?.found(self)?;
                self.set_times(ino, *atime, *mtime);
            }
            Op::SetModeAt(from, path, follow, mode) => {
                let ino = self.at(*from, path, *follow)?.found(self)?;
                let now = self.now;
                let inode = self.get(ino);
                inode.mode = mode & 0o7777;
                inode.times[2] = now;
            }
            Op::Commit | Op::Fork(_) => {}
            Op::Seal => {
                let nothing_open = self.slots.iter().all(Option::is_none);
                if nothing_open {
                    self.forget_times();
                }
                return Ok(Value::Flag(nothing_open));
            }
            Op::Reopen => {
                *self = self.forked();
                self.forget_times();
            }
        }
        Ok(Value::Done)
    }
}
