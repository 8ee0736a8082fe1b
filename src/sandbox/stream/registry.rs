//! All streams of one engine, whose they are, and when they go.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use super::made::{Made, Role};
use super::{Kind, Stream, StreamFilter, StreamInfo, StreamOptions, Watch, in_use, lock};
use crate::clock::{Clock, Timestamp};
use crate::id::{OrgId, StreamId};
use crate::process::{PipeReader, Spool};
use crate::sandbox::error::{Repr, SandboxError};

/// Streams that an organisation may have made and not given to a sandbox.
const MADE_PER_ORG: usize = 1000;
/// Bytes that an organisation may have appended to its streams.
const DATA_PER_ORG: u64 = 1 << 30;

/// All streams of one [`Belljar`](crate::sandbox::Belljar).
#[derive(Debug)]
pub(crate) struct Streams {
    folder: Option<PathBuf>,
    limit: u64,
    table: Mutex<Table>,
    /// Output of before a restart that belongs to nothing that is there, and when it goes.
    left: Mutex<Vec<(StreamId, Instant)>>,
}

#[derive(Debug, Default)]
struct Table {
    streams: HashMap<StreamId, Entry>,
    /// Those that callers have made.
    made: HashMap<OrgId, HashSet<StreamId>>,
}

#[derive(Debug)]
struct Entry {
    stream: Stream,
    /// How many uses by sandboxes have not been given back.
    users: u32,
    /// Whether it can be routed to again when it has ended.
    keep: bool,
}

impl Table {
    fn take(&mut self, id: &StreamId) -> Option<Entry> {
        let entry = self.streams.remove(id)?;
        if let Some(org) = &entry.stream.org
            && let Some(made) = self.made.get_mut(org)
        {
            made.remove(id);
            if made.is_empty() {
                self.made.remove(org);
            }
        }
        Some(entry)
    }

    /// Those that `org` has made, with the number of their users.
    fn made_by<'a>(
        &'a self,
        org: &OrgId,
    ) -> impl Iterator<Item = (&'a StreamId, &'a Arc<Made>, u32)> {
        let ids = self.made.get(org).into_iter().flatten();
        ids.filter_map(|id| match self.streams.get(id) {
            Some(Entry {
                stream:
                    Stream {
                        kind: Kind::Made(made),
                        ..
                    },
                users,
                ..
            }) => Some((id, made, *users)),
            _ => None,
        })
    }
}

impl Streams {
    /// Streams whose output is kept below `folder`, or in memory.
    pub(crate) fn new(folder: Option<PathBuf>, limit: u64) -> Self {
        Self {
            folder,
            limit,
            table: Mutex::default(),
            left: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }

    /// How many there are, without those that are on disk only.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.lock().streams.len()).unwrap_or(u64::MAX)
    }

    fn path(&self, id: &StreamId) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(id.as_str()))
    }

    /// Makes a stream of `org`.
    ///
    /// # Errors
    /// If that has too many which no sandbox uses.
    pub(crate) fn create(
        &self,
        org: &OrgId,
        options: StreamOptions,
        now: Timestamp,
    ) -> Result<StreamId, SandboxError> {
        let id = StreamId::generate();
        let spool = Spool::stamped(self.path(&id), self.limit, None);
        let made = Arc::new(Made::new(options, now, spool));
        let mut table = self.lock();
        let unused = table.made_by(org).filter(|(.., users)| *users == 0).count();
        if unused >= MADE_PER_ORG {
            return Err(Repr::Limit {
                limit: "the number of streams that no sandbox uses",
                value: MADE_PER_ORG as u64,
                advice: "delete some and try again",
            }
            .into());
        }
        let of_org = table.made.entry(org.clone()).or_default();
        of_org.insert(id.clone());
        let stream = Stream {
            id: id.clone(),
            org: Some(org.clone()),
            kind: Kind::Made(made),
            watch: None,
        };
        let entry = Entry {
            stream,
            users: 0,
            keep: true,
        };
        table.streams.insert(id.clone(), entry);
        Ok(id)
    }

    /// The streams that `org` has made, and how many match before paging.
    pub(crate) fn list(&self, org: &OrgId, filter: &StreamFilter) -> (Vec<StreamInfo>, u64) {
        let all: Vec<StreamInfo> = {
            let table = self.lock();
            let infos = table.made_by(org).map(|(id, made, _)| made.info(id));
            infos.filter(|info| filter.matches(info)).collect()
        };
        let total = all.len() as u64;
        (filter.page(all), total)
    }

    /// Appends to a stream that was made. Blocking.
    pub(crate) fn append(&self, stream: &Stream, bytes: &[u8]) -> Result<(), SandboxError> {
        let Stream {
            id,
            org: Some(org),
            kind: Kind::Made(made),
            ..
        } = stream
        else {
            return Err(in_use(&stream.id, "is the output of a command"));
        };
        let data: u64 = self
            .lock()
            .made_by(org)
            .map(|(_, made, _)| made.data())
            .sum();
        if data.saturating_add(bytes.len() as u64) > DATA_PER_ORG {
            return Err(Repr::Limit {
                limit: "the size of an organisation's streams in bytes",
                value: DATA_PER_ORG,
                advice: "delete some and try again",
            }
            .into());
        }
        made.append(id, bytes, self.limit)
    }

    /// Forgets a stream that was made. Blocking.
    ///
    /// # Errors
    /// If a sandbox uses it.
    pub(crate) fn delete(&self, stream: &Stream) -> Result<(), SandboxError> {
        let taken = {
            let mut table = self.lock();
            match table.streams.get(&stream.id) {
                Some(entry) if entry.users > 0 => {
                    return Err(in_use(&stream.id, "belongs to a sandbox and goes with it"));
                }
                Some(_) => table.take(&stream.id),
                None => None,
            }
        };
        match taken {
            Some(entry) => entry.discard(),
            None => self.remove_file(&stream.id),
        }
        Ok(())
    }

    /// Takes the reading end of a stream of `org` as input; once. The sandbox owns it then.
    pub(crate) fn take_input(&self, id: &StreamId, org: &OrgId) -> Option<PipeReader> {
        let mut table = self.lock();
        let entry = table.streams.get_mut(id)?;
        match &entry.stream.kind {
            Kind::Made(made) if entry.stream.org.as_ref() == Some(org) => {
                let reader = made.take_reader()?;
                entry.users += 1;
                Some(reader)
            }
            _ => None,
        }
    }

    /// Opens the spool behind an output stream of `org`, new or used before. A caller may give one id
    /// for several outputs, at the same time or one after the other: they then share it. `None` if the
    /// id is another organisation's, or in use as something else. `watch` counts its readers. With
    /// `stamps` each line of a new one begins with its time. The sandbox owns it then.
    pub(crate) fn create_output(
        &self,
        id: &StreamId,
        org: &OrgId,
        keep: bool,
        watch: Option<Arc<dyn Watch>>,
        stamps: Option<Arc<dyn Clock>>,
    ) -> Option<Arc<Spool>> {
        let mut table = self.lock();
        if let Some(entry) = table.streams.get_mut(id) {
            if entry.stream.org.as_ref() != Some(org) {
                return None;
            }
            let spool = match &entry.stream.kind {
                Kind::Output(spool) => Arc::clone(spool),
                // Clients make all their streams in the same way; the first use decides what one
                // is for (wire-api §3.2).
                Kind::Made(made) if made.become_(Role::Output) => Arc::clone(made.spool()),
                Kind::Made(_) => return None,
            };
            if let Err(error) = spool.open() {
                tracing::error!(%error, stream = %id, "kept output cannot be continued");
                return None;
            }
            entry.users += 1;
            entry.stream.watch = watch;
            return Some(spool);
        }
        let path = self.path(id);
        if path.as_ref().is_some_and(|path| path.exists()) {
            return None;
        }
        let spool = Spool::stamped(path, self.limit, stamps);
        spool.open().ok()?;
        let stream = Stream {
            id: id.clone(),
            org: Some(org.clone()),
            kind: Kind::Output(Arc::clone(&spool)),
            watch,
        };
        let entry = Entry {
            stream,
            users: 1,
            keep,
        };
        table.streams.insert(id.clone(), entry);
        Some(spool)
    }

    /// Undoes [`Streams::create_output`] for a command that will not be.
    pub(crate) fn undo_output(&self, id: &StreamId) {
        let mut table = self.lock();
        let Some(entry) = table.streams.get_mut(id) else {
            return;
        };
        entry.users = entry.users.saturating_sub(1);
        let unused = entry.users == 0;
        match &entry.stream.kind {
            Kind::Output(spool) => {
                spool.close();
                if unused {
                    // It has written nothing, so there is no file.
                    table.take(id);
                }
            }
            Kind::Made(made) => {
                made.spool().close();
                if unused {
                    made.forget_role();
                }
            }
        }
    }

    /// The stream of an id. Output of before a restart is found on disk.
    pub(crate) fn find(&self, id: &StreamId) -> Option<Stream> {
        if let Some(entry) = self.lock().streams.get(id) {
            return Some(entry.stream.clone());
        }
        let path = self.path(id).filter(|path| path.exists())?;
        Some(Stream {
            id: id.clone(),
            org: None,
            kind: Kind::Output(Spool::reopen(path, self.limit)),
            watch: None,
        })
    }

    /// Moves an ended output to disk, from where it is found again. Blocking.
    pub(crate) fn settle(&self, id: &StreamId) {
        let Some(spool) = self.lock().streams.get(id).and_then(Entry::output) else {
            return;
        };
        if let Err(error) = spool.persist() {
            tracing::error!(%error, stream = %id, "output stays in memory");
            return;
        }
        let mut table = self.lock();
        match table.streams.get(id) {
            // Routed to again meanwhile.
            Some(_) if !spool.is_closed() => {}
            Some(entry) if entry.keep => spool.park(),
            Some(_) => drop(table.take(id)),
            None => {}
        }
    }

    /// Whether removing a stream has to touch the disk.
    pub(crate) fn is_on_disk(&self, id: &StreamId) -> bool {
        match self.lock().streams.get(id) {
            Some(entry) => entry.spool().has_file(),
            None => true,
        }
    }

    /// One use by a sandbox is over: forgets the stream with the last, and removes what was kept of
    /// it. Blocking.
    pub(crate) fn remove(&self, id: &StreamId) {
        let taken = {
            let mut table = self.lock();
            if let Some(entry) = table.streams.get_mut(id) {
                entry.users = entry.users.saturating_sub(1);
                if entry.users > 0 {
                    return;
                }
            }
            table.take(id)
        };
        match taken {
            Some(entry) => entry.discard(),
            None => self.remove_file(id),
        }
    }

    fn remove_file(&self, id: &StreamId) {
        if let Some(path) = self.path(id)
            && let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, stream = %id, "output is not removed");
        }
    }

    /// The ids of all output that an earlier server has left. What it did not get to put in place is
    /// removed. Blocking.
    pub(crate) fn left_on_disk(&self) -> io::Result<HashSet<StreamId>> {
        let mut left = HashSet::new();
        let Some(folder) = &self.folder else {
            return Ok(left);
        };
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                continue;
            };
            if let Ok(id) = StreamId::parse(name) {
                left.insert(id);
            } else if let Some(begun) = name.strip_suffix(".new")
                && StreamId::parse(begun).is_ok()
                && let Err(error) = std::fs::remove_file(entry.path())
            {
                tracing::warn!(%error, file = name, "begun output is not removed");
            }
        }
        Ok(left)
    }

    /// Lets output that belongs to nothing be read until `when`.
    pub(crate) fn leave_until(&self, ids: impl IntoIterator<Item = StreamId>, when: Instant) {
        lock(&self.left).extend(ids.into_iter().map(|id| (id, when)));
    }

    /// Takes streams whose time is over out of the table; what is given has to be called where
    /// blocking is allowed.
    pub(crate) fn expire(
        self: &Arc<Self>,
        now: Timestamp,
        instant: Instant,
    ) -> Option<impl FnOnce() + Send + 'static> {
        let over: Vec<Entry> = {
            let mut table = self.lock();
            let orgs = table.made.keys();
            let over = orgs.flat_map(|org| {
                let made = table.made_by(org);
                made.filter(|(_, made, users)| *users == 0 && made.is_over(now))
            });
            let over: Vec<StreamId> = over.map(|(id, ..)| id.clone()).collect();
            over.iter().filter_map(|id| table.take(id)).collect()
        };
        let left: Vec<StreamId> = {
            let mut left = lock(&self.left);
            let over = left.extract_if(.., |(_, when)| *when <= instant);
            over.map(|(id, _)| id).collect()
        };
        let this = Arc::clone(self);
        (!over.is_empty() || !left.is_empty()).then_some(move || {
            over.into_iter().for_each(Entry::discard);
            left.iter().for_each(|id| this.remove_file(id));
        })
    }
}

impl Entry {
    fn spool(&self) -> &Arc<Spool> {
        match &self.stream.kind {
            Kind::Output(spool) => spool,
            Kind::Made(made) => made.spool(),
        }
    }

    /// The spool of an output.
    fn output(&self) -> Option<Arc<Spool>> {
        match &self.stream.kind {
            Kind::Output(spool) => Some(Arc::clone(spool)),
            Kind::Made(made) if made.may_be_input() => None,
            Kind::Made(made) => Some(Arc::clone(made.spool())),
        }
    }

    fn discard(self) {
        self.spool().discard();
    }
}
