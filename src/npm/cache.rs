//! Documents of the registry on disk.
//!
//! ```text
//! npm-v1/content/<algorithm>/<2 digits>/<digest>   an archive or a list of versions, by its digest
//! npm-v1/index/<2 digits>/<digest>                 which content answers an address, and since when
//! npm-v1/new/                                      what is being written
//! ```
//!
//! Files appear by rename, so that several processes can share the folder and a crash leaves no half
//! of one. Content is verified each time it is handed out; what is damaged is taken away and fetched
//! again. The times of files say when they were last used: when there is too much, the oldest go.
//!
//! Everything here blocks.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::integrity::{Algorithm, Hasher, Sum};
use crate::clock::{Clock, Timestamp};
use crate::registry::{Content, Error, ReadAt};

const LAYOUT: &str = "npm-v1";

/// Some hundred large packages, or thousands of usual ones.
pub(super) const DEFAULT_LIMIT: u64 = 2 << 30;

/// No download takes longer; what is older was left by a process that died.
const LEFT_BEHIND: Duration = Duration::from_secs(4 * 3600);

/// A folder of documents.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    limit: u64,
    /// Bytes that may still be written before the folder is looked through.
    allowance: AtomicU64,
    /// One at a time looks through it.
    sweeping: Mutex<()>,
}

/// What an address was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The address, for who reads the file.
    pub(super) url: String,
    /// When, in milliseconds since 1970.
    pub(super) asked: i64,
    /// The blake3 digest of the document.
    pub(super) content: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
}

impl Cache {
    pub(super) fn new(folder: &Path, clock: Arc<dyn Clock>, limit: u64) -> Self {
        Self {
            folder: folder.join(LAYOUT),
            clock,
            limit,
            // Nobody knows yet what is there.
            allowance: AtomicU64::new(0),
            sweeping: Mutex::new(()),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The document with this digest, if it is there and really has it.
    pub(super) fn content(&self, sum: &Sum) -> Option<Content> {
        let path = self.content_path(sum);
        let mut file = File::open(&path).ok()?;
        let mut hasher = sum.algorithm.hasher();
        let size = match feed(&mut file, &mut hasher) {
            Ok(size) if hasher.finish() == *sum => size,
            Ok(_) => {
                tracing::warn!(%sum, "a document in the cache of npm packages is damaged; fetching it again");
                remove(&path);
                return None;
            }
            Err(error) => {
                tracing::warn!(%sum, %error, "a document in the cache of npm packages cannot be read");
                return None;
            }
        };
        self.used_now(&path);
        Some(Content::new(size, Stored { path }))
    }

    /// What this address was answered with the last time, if that is known.
    pub(super) fn answer(&self, key: &str) -> Option<Answer> {
        let path = self.index_path(key);
        let text = fs::read(&path).ok()?;
        match serde_json::from_slice(&text) {
            Ok(answer) => {
                self.used_now(&path);
                Some(answer)
            }
            Err(_) => {
                remove(&path);
                None
            }
        }
    }

    /// Remembers what an address was answered with.
    pub(super) fn remember(&self, key: &str, answer: &Answer) -> Result<(), Error> {
        let mut new = self.begin(Algorithm::Blake3)?;
        let text = serde_json::to_vec(answer).map_err(|error| failed(&error))?;
        new.write(&text)?;
        self.appear(new.file, &self.index_path(key), text.len() as u64)
    }

    /// A new document, of which a digest will be made.
    pub(super) fn begin(&self, algorithm: Algorithm) -> Result<New, Error> {
        let folder = self.folder.join("new");
        create_private(&folder).map_err(|error| failed(&error))?;
        let file = tempfile::Builder::new().prefix("new-").tempfile_in(&folder);
        Ok(New {
            file: file.map_err(|error| failed(&error))?,
            hasher: algorithm.hasher(),
            size: 0,
        })
    }

    /// Keeps a document that is all there under its digest.
    pub(super) fn keep(&self, new: Finished) -> Result<Content, Error> {
        let path = self.content_path(&new.sum);
        self.appear(new.file, &path, new.size)?;
        Ok(Content::new(new.size, Stored { path }))
    }

    fn appear(&self, file: NamedTempFile, path: &Path, size: u64) -> Result<(), Error> {
        if let Some(folder) = path.parent() {
            create_private(folder).map_err(|error| failed(&error))?;
        }
        // Not synced: after a crash of the machine a damaged file is noticed by its digest.
        file.persist(path).map_err(|error| failed(&error.error))?;
        self.used_now(path);
        let left = |left: u64| Some(left.saturating_sub(size.max(1)));
        // The closure never answers none, so neither does this.
        let before = self
            .allowance
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, left);
        if before.is_ok_and(|before| before <= size) {
            self.sweep(path);
        }
        Ok(())
    }

    /// Takes away what was not used for longest, until there is room again; not `spare`.
    fn sweep(&self, spare: &Path) {
        let Ok(_alone) = self.sweeping.try_lock() else {
            return;
        };
        let now = time(self.clock.now());
        for (path, used, _) in files(&self.folder.join("new"), 1) {
            if now.duration_since(used).is_ok_and(|age| age > LEFT_BEHIND) {
                remove(&path);
            }
        }
        let mut all = files(&self.folder.join("content"), 3);
        all.extend(files(&self.folder.join("index"), 2));
        let mut total = all
            .iter()
            .fold(0, |sum: u64, (_, _, size)| sum.saturating_add(*size));
        if total > self.limit {
            all.sort_by_key(|(_, used, _)| *used);
            // Room for a while, or every new document would have all looked through.
            let goal = self.limit - self.limit / 8;
            for (path, _, size) in all.iter().filter(|(path, ..)| path != spare) {
                if total <= goal {
                    break;
                }
                remove(path);
                total -= size;
            }
        }
        // Other processes write, too: look again before all of the room is used.
        let room = self.limit.saturating_sub(total) / 2;
        self.allowance
            .store(room.max(self.limit / 16), Ordering::Release);
    }

    fn used_now(&self, path: &Path) {
        let now = time(self.clock.now());
        // It may be gone by now, and then it does not matter.
        if let Ok(file) = File::options().append(true).open(path) {
            let _marked = file.set_modified(now);
        }
    }

    fn content_path(&self, sum: &Sum) -> PathBuf {
        let folder = self.folder.join("content").join(sum.algorithm.name());
        below(&folder, &sum.hex())
    }

    fn index_path(&self, key: &str) -> PathBuf {
        let name = blake3::hash(key.as_bytes()).to_hex();
        below(&self.folder.join("index"), &name)
    }

    #[cfg(test)]
    pub(super) fn path_of(&self, sum: &Sum) -> PathBuf {
        self.content_path(sum)
    }
}

/// A document that is being written; gone when it is dropped.
pub(super) struct New {
    file: NamedTempFile,
    hasher: Hasher,
    size: u64,
}

impl New {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hasher.update(bytes);
        self.size = self.size.saturating_add(bytes.len() as u64);
        self.file.write_all(bytes).map_err(|error| failed(&error))
    }

    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn finish(self) -> Finished {
        Finished {
            file: self.file,
            sum: self.hasher.finish(),
            size: self.size,
        }
    }
}

/// A document that is all there.
pub(super) struct Finished {
    file: NamedTempFile,
    pub(super) sum: Sum,
    pub(super) size: u64,
}

impl Finished {
    /// Its first and its last byte that is not white space.
    pub(super) fn ends(&mut self) -> io::Result<Option<(u8, u8)>> {
        /// More white space than that is at no end of a document.
        const ENOUGH: u64 = 4096;
        let file = self.file.as_file_mut();
        let mut part = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        Read::take(&mut *file, ENOUGH).read_to_end(&mut part)?;
        let first = part
            .iter()
            .copied()
            .find(|byte| !byte.is_ascii_whitespace());
        part.clear();
        file.seek(SeekFrom::Start(self.size.saturating_sub(ENOUGH)))?;
        Read::take(&mut *file, ENOUGH).read_to_end(&mut part)?;
        let last = part
            .iter()
            .rev()
            .copied()
            .find(|byte| !byte.is_ascii_whitespace());
        Ok(first.zip(last))
    }
}

/// A document in the cache. It holds no open file: a guest can have thousands of them.
struct Stored {
    path: PathBuf,
}

impl ReadAt for Stored {
    fn read_at(&self, offset: u64, max: usize) -> Result<Bytes, Error> {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(max as u64).read_to_end(&mut bytes)?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(bytes)
        };
        read().map(Bytes::from).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Cache {
                reason: "a document was removed before all of it was read".to_owned(),
            },
            _ => failed(&error),
        })
    }
}

fn feed(file: &mut File, hasher: &mut Hasher) -> io::Result<u64> {
    let mut size = 0;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(read) => {
                hasher.update(buffer.get(..read).unwrap_or_default());
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// All files `depth` folders down, with when they were used and how large they are.
fn files(folder: &Path, depth: u32) -> Vec<(PathBuf, SystemTime, u64)> {
    let mut folders = vec![folder.to_owned()];
    for _ in 1..depth {
        let entries = folders
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten();
        folders = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
    }
    let entries = folders
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten();
    let files = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let metadata = entry.metadata().ok()?;
        Some((entry.path(), metadata.modified().ok()?, metadata.len()))
    });
    files.collect()
}

fn below(folder: &Path, name: &str) -> PathBuf {
    let (head, tail) = name.split_at_checked(2).unwrap_or((name, ""));
    folder.join(head).join(tail)
}

fn time(timestamp: Timestamp) -> SystemTime {
    let millis = u64::try_from(timestamp.as_millis()).unwrap_or(0);
    UNIX_EPOCH + Duration::from_millis(millis)
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "cannot remove a file of the cache of npm packages");
        }
        _ => {}
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Cache {
        reason: error.to_string(),
    }
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    // Private packages are nobody else's business.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests;
