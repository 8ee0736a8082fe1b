//! Streams that callers make before it is known what for.
//!
//! The first use decides: input of a process, output of commands, or data that callers append.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use super::{StreamClosed, in_use, lock};
use crate::clock::Timestamp;
use crate::id::StreamId;
use crate::process::{PipeReader, PipeWriter, Spool, pipe};
use crate::sandbox::error::{Repr, SandboxError};
use crate::sandbox::records::Direction;

/// How long a stream is kept if nothing is said: 30 days.
const DEFAULT_TTL: Duration = Duration::from_secs(30 * 24 * 3600);
/// The shortest and the longest time that can be asked for; what is outside is brought inside.
const MIN_TTL: Duration = Duration::from_secs(60);
const MAX_TTL: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long one that nobody used is kept if nothing is said: whoever made it has forgotten it.
const UNUSED_TTL: Duration = Duration::from_secs(3600);

/// How a stream is made.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StreamOptions {
    /// A name, for lists. Need not be unique.
    pub name: String,
    /// Whatever its maker wants to find again.
    pub metadata: BTreeMap<String, String>,
    /// What type its readers are told; `None` is bytes.
    pub content_type: Option<String>,
    /// How long it is kept, brought into 60 s to 90 days; zero is for ever. `None` is 30 days, or an
    /// hour if it is not used.
    pub ttl: Option<Duration>,
}

impl StreamOptions {
    /// A stream of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// What is known of a stream that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamInfo {
    /// Its id.
    pub id: StreamId,
    /// As it was made.
    pub name: String,
    /// As it was made.
    pub metadata: BTreeMap<String, String>,
    /// As it was made.
    pub content_type: Option<String>,
    /// Bytes that can be read of it.
    pub size: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it goes away; `None` is never by itself.
    pub expires_at: Option<Timestamp>,
}

/// What a list of streams is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamSort {
    /// When it was made.
    #[default]
    Created,
    /// Its name.
    Name,
    /// How much is in it.
    Size,
}

/// Which streams a list has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StreamFilter {
    /// Of this name only.
    pub name: Option<String>,
    /// Only those whose metadata have all of these.
    pub metadata: BTreeMap<String, String>,
    /// How they are sorted. Default: by creation.
    pub sort: StreamSort,
    /// In which direction. Default: descending.
    pub direction: Direction,
    /// At most so many. Default: 100.
    pub limit: u32,
    /// Without the first so many.
    pub offset: u32,
}

impl Default for StreamFilter {
    fn default() -> Self {
        Self {
            name: None,
            metadata: BTreeMap::new(),
            sort: StreamSort::Created,
            direction: Direction::Desc,
            limit: 100,
            offset: 0,
        }
    }
}

impl StreamFilter {
    pub(super) fn matches(&self, info: &StreamInfo) -> bool {
        let has = |(name, value)| info.metadata.get(name) == Some(value);
        self.name.as_ref().is_none_or(|name| *name == info.name) && self.metadata.iter().all(has)
    }

    /// The page of `all`.
    pub(super) fn page(&self, mut all: Vec<StreamInfo>) -> Vec<StreamInfo> {
        all.sort_by(|a, b| {
            let order = match self.sort {
                StreamSort::Created => a.created_at.cmp(&b.created_at),
                StreamSort::Name => a.name.cmp(&b.name),
                StreamSort::Size => a.size.cmp(&b.size),
            };
            // Ids, so that pages of equal ones fit together.
            let order = order.then_with(|| a.id.as_str().cmp(b.id.as_str()));
            match self.direction {
                Direction::Asc => order,
                Direction::Desc => order.reverse(),
            }
        });
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(self.limit).unwrap_or(usize::MAX);
        all.into_iter().skip(skip).take(take).collect()
    }
}

/// What it is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Unused,
    Input,
    Output,
    Data,
}

/// The shared state of one.
#[derive(Debug)]
pub(super) struct Made {
    options: StreamOptions,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    role: Mutex<Role>,
    writer: PipeWriter,
    /// Until a process takes it.
    reader: Mutex<Option<PipeReader>>,
    spool: Arc<Spool>,
}

impl Made {
    pub(super) fn new(options: StreamOptions, now: Timestamp, spool: Arc<Spool>) -> Self {
        let expires_at = match options.ttl {
            Some(Duration::ZERO) => None,
            Some(ttl) => now.checked_add(ttl.clamp(MIN_TTL, MAX_TTL)),
            None => now.checked_add(DEFAULT_TTL),
        };
        let (writer, reader) = pipe();
        Self {
            options,
            created_at: now,
            expires_at,
            role: Mutex::new(Role::Unused),
            writer,
            reader: Mutex::new(Some(reader)),
            spool,
        }
    }

    pub(super) fn info(&self, id: &StreamId) -> StreamInfo {
        StreamInfo {
            id: id.clone(),
            name: self.options.name.clone(),
            metadata: self.options.metadata.clone(),
            content_type: self.options.content_type.clone(),
            size: self.spool.length(),
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }

    pub(super) fn spool(&self) -> &Arc<Spool> {
        &self.spool
    }

    /// Whether its time is over, if nobody uses it.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        let forgotten = || {
            let unused = self.options.ttl.is_none() && *lock(&self.role) == Role::Unused;
            let over = self.created_at.checked_add(UNUSED_TTL);
            unused && over.is_some_and(|over| over <= now)
        };
        self.expires_at.is_some_and(|at| at <= now) || forgotten()
    }

    /// Bytes that callers have put into it.
    pub(super) fn data(&self) -> u64 {
        match *lock(&self.role) {
            Role::Data => self.spool.length(),
            Role::Unused | Role::Input | Role::Output => 0,
        }
    }

    pub(super) fn may_be_input(&self) -> bool {
        matches!(*lock(&self.role), Role::Unused | Role::Input)
    }

    /// Makes it `wanted` if it is not something else already.
    pub(super) fn become_(&self, wanted: Role) -> bool {
        let mut role = lock(&self.role);
        if *role == Role::Unused {
            *role = wanted;
            if wanted == Role::Input {
                // Nothing of it can be read; whoever waits for that sees the end.
                self.spool.close();
            }
        }
        *role == wanted
    }

    /// As if it had never been used, if nothing came of it.
    pub(super) fn forget_role(&self) {
        let mut role = lock(&self.role);
        if *role == Role::Output && self.spool.length() == 0 {
            *role = Role::Unused;
            self.spool.reopen_empty();
        }
    }

    /// Takes the reading end; once.
    pub(super) fn take_reader(&self) -> Option<PipeReader> {
        if !self.become_(Role::Input) {
            return None;
        }
        lock(&self.reader).take()
    }

    pub(super) async fn write(&self, bytes: Bytes) -> Result<(), StreamClosed> {
        if !self.become_(Role::Input) {
            return Err(StreamClosed);
        }
        self.writer.write_all(bytes).await.map_err(|_| StreamClosed)
    }

    pub(super) fn finish(&self) {
        if self.become_(Role::Input) {
            self.writer.finish();
        }
    }

    pub(super) async fn closed(&self) {
        if self.may_be_input() {
            self.writer.closed().await;
        }
    }

    /// Appends all of `bytes` or nothing; at most `limit` bytes are in it then.
    pub(super) fn append(
        &self,
        id: &StreamId,
        bytes: &[u8],
        limit: u64,
    ) -> Result<(), SandboxError> {
        if !self.become_(Role::Data) {
            return Err(in_use(id, "is used by a command and cannot be appended to"));
        }
        // One after the other, so that what was checked still holds.
        let _role = lock(&self.role);
        if self.spool.is_closed() {
            return Err(in_use(id, "has been completed and cannot be appended to"));
        }
        let size = self.spool.length().saturating_add(bytes.len() as u64);
        if size > limit {
            return Err(Repr::StreamTooLarge {
                id: id.clone(),
                size,
                limit,
            }
            .into());
        }
        self.spool.append(bytes);
        Ok(())
    }

    pub(super) fn complete(&self, id: &StreamId) -> Result<(), SandboxError> {
        if !self.become_(Role::Data) {
            return Err(in_use(id, "is used by a command, which ends it"));
        }
        self.spool.close();
        Ok(())
    }
}
