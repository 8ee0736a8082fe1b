//! What takes several steps: directories with all that is above or below them, paths without links,
//! copies.

use belljar_sys::posix;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags,
};

use super::errno::Errno;
use super::files::{self, CHUNK, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY, follow, place, with_root};

/// Mode of a new directory that every program gets that does not ask for another.
const DIRECTORY_MODE: u32 = 0o777;
/// Links that a path may lead through, as on Linux.
const MAX_LINKS: usize = 40;
/// Bytes that a path may have, as on Linux.
const PATH_MAX: usize = 4096;

/// Makes a directory.
pub fn make(path: &str, mode: u32) -> Result<(), Errno> {
    let place = place(path)?;
    with_root(|root| root.create_directory_at(&place))?;
    if mode & 0o7777 != DIRECTORY_MODE {
        posix::chmod(&format!("/{place}"), mode & 0o7777 & !posix::umask())?;
    }
    Ok(())
}

/// Makes a directory and those above it that are missing, and gives the uppermost one that was made.
pub fn make_all(path: &str, mode: u32) -> Result<Option<String>, Errno> {
    let trimmed = path.trim_end_matches('/');
    let path = if trimmed.is_empty() { path } else { trimmed };
    let mut todo = vec![path.to_owned()];
    let mut made = None;
    // The one whose parent was just made: if it is still said to be missing, it always will be.
    let mut retried = false;
    while let Some(next) = todo.last() {
        match make(next, mode) {
            Ok(()) => {
                if made.is_none() {
                    made = Some(next.clone());
                }
                todo.pop();
                retried = true;
            }
            Err(Errno::EXIST) | Err(Errno::ISDIR) => {
                let place = place(next)?;
                let found = with_root(|root| root.stat_at(follow(true), &place));
                if !found.is_ok_and(|found| found.type_ == DescriptorType::Directory) {
                    let last = todo.len() == 1;
                    return Err(if last { Errno::EXIST } else { Errno::NOTDIR });
                }
                todo.pop();
                retried = true;
            }
            Err(Errno::NOENT) if !retried => {
                let (parent, _) = next
                    .trim_end_matches('/')
                    .rsplit_once('/')
                    .unwrap_or_default();
                let parent = parent.trim_end_matches('/');
                if parent.is_empty() {
                    return Err(Errno::NOENT);
                }
                let parent = parent.to_owned();
                todo.push(parent);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(made)
}

/// Removes a file, or a directory with all that is in it. Links are removed and not followed.
pub fn remove_all(path: &str) -> Result<(), Errno> {
    /// A directory that is being emptied.
    struct Level {
        directory: Descriptor,
        /// Its name in the one above.
        name: String,
        left: Vec<(String, DescriptorType)>,
    }
    let place = place(path)?;
    let place = place.trim_end_matches('/');
    let found = with_root(|root| root.stat_at(follow(false), place))?;
    if found.type_ != DescriptorType::Directory {
        return with_root(|root| root.unlink_file_at(place));
    }
    let open = |directory: &Descriptor, name: &str| {
        let access = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
        directory.open_at(follow(false), name, OpenFlags::DIRECTORY, access)
    };
    let directory = with_root(|root| open(root, place))?;
    let left = entries(&directory)?;
    let mut levels = vec![Level {
        directory,
        name: place.to_owned(),
        left,
    }];
    while let Some(level) = levels.last_mut() {
        match level.left.pop() {
            Some((name, DescriptorType::Directory)) => {
                let directory = open(&level.directory, &name)?;
                let left = entries(&directory)?;
                levels.push(Level {
                    directory,
                    name,
                    left,
                });
            }
            Some((name, _)) => level.directory.unlink_file_at(&name)?,
            None => {
                let name = std::mem::take(&mut level.name);
                levels.pop();
                match levels.last() {
                    Some(above) => above.directory.remove_directory_at(&name)?,
                    None => with_root(|root| root.remove_directory_at(&name))?,
                }
            }
        }
    }
    Ok(())
}

/// What is in a directory.
pub fn entries(directory: &Descriptor) -> Result<Vec<(String, DescriptorType)>, ErrorCode> {
    let stream = directory.read_directory()?;
    let mut entries = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        entries.push((entry.name, entry.type_));
    }
    Ok(entries)
}

/// The absolute path of something that exists, without links and dots.
/// With an error comes the part of the path that has met it.
pub fn real(path: &str) -> Result<String, (Errno, String)> {
    let path = files::absolute(path).map_err(|errno| (errno, path.to_owned()))?;
    // What is still to be walked, the next name last.
    let mut todo: Vec<String> = names(&path);
    let mut done = String::new();
    let mut links = 0;
    while let Some(name) = todo.pop() {
        if name == ".." {
            done.truncate(done.rfind('/').unwrap_or(0));
            continue;
        }
        let before = done.len();
        done.push('/');
        done.push_str(&name);
        if done.len() > PATH_MAX {
            return Err((Errno::NAMETOOLONG, path));
        }
        match with_root(|root| root.readlink_at(&done[1..])) {
            Ok(target) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err((Errno::LOOP, path));
                }
                done.truncate(if target.starts_with('/') { 0 } else { before });
                todo.extend(names(&target));
            }
            // It is there and no link.
            Err(Errno::INVAL) => {}
            Err(errno) => return Err((errno, done)),
        }
    }
    if done.is_empty() {
        done.push('/');
    }
    Ok(done)
}

/// The names of a path, the first one last.
fn names(path: &str) -> Vec<String> {
    let names = path
        .split('/')
        .filter(|name| !name.is_empty() && *name != ".");
    names.rev().map(str::to_owned).collect()
}

/// Copies what is in a file, and its mode.
pub fn copy(from: &str, to: &str, exclusive: bool) -> Result<(), Errno> {
    let (from, to) = (place(from)?, place(to)?);
    let source = files::open_at(&from, 0, 0)?;
    let stat = posix::stat(&format!("/{from}"))?;
    if stat.mode & 0o170_000 == 0o040_000 {
        return Err(Errno::ISDIR);
    }
    let there = with_root(|root| root.metadata_hash_at(follow(true), &to));
    if let Ok(there) = there {
        if exclusive {
            return Err(Errno::EXIST);
        }
        let here = source.metadata_hash()?;
        // Nothing to do, and truncating it first would lose what is in it.
        if (there.lower, there.upper) == (here.lower, here.upper) {
            return Ok(());
        }
    }
    let mut flags = O_WRONLY | O_CREAT | O_TRUNC;
    if exclusive {
        flags |= O_EXCL;
    }
    let target = files::open_at(&to, flags, 0o666)?;
    let mut offset = 0;
    loop {
        let (bytes, _) = source.read(CHUNK, offset)?;
        if bytes.is_empty() {
            break;
        }
        files::write_at(&target, &bytes, offset)?;
        offset += bytes.len() as u64;
        if (bytes.len() as u64) < CHUNK {
            break;
        }
    }
    posix::chmod(&format!("/{to}"), stat.mode & 0o7777)?;
    Ok(())
}
