//! The records themselves: plain data that serialises.
//!
//! Their JSON form is what the SQLite file holds, so it is an on-disk format: a new field needs a
//! default for records written before it, and a field is never given another meaning. A new variant
//! of an enum, which an older build could not read, needs a new schema version (`db/schema.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{
    CheckpointId, EventId, ExecutionId, KeyId, OrgId, PortId, SandboxId, SnapshotId, StreamId,
};
use crate::units::{ByteSize, Millicores};

/// Defines an enum whose variants have one spelling each, in the API, in JSON and in SQL.
macro_rules! text_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every variant, in the order of definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// How it is spelled in the API and in stored records.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what [`as_str`](Self::as_str) writes; none for any other text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&text, &[$($text),*]))
            }
        }
    };
}
pub(super) use text_enum;

text_enum! {
    /// Where a sandbox is in its life (wire-api §2.1).
    pub enum SandboxStatus {
        /// Being made; not usable yet.
        Creating = "creating",
        /// Usable, nothing runs.
        Idle = "idle",
        /// An execution runs.
        Running = "running",
        /// Paused with its processes.
        Paused = "paused",
        /// On its way to terminated.
        Stopping = "stopping",
        /// Only its disk is kept; it comes back when it is used.
        Suspended = "suspended",
        /// Ended as asked for.
        Terminated = "terminated",
        /// Ended by an error.
        Failed = "failed",
        /// Ended and hidden from lists.
        Deleted = "deleted",
    }
}

impl SandboxStatus {
    /// Whether the sandbox has not ended: neither terminated, failed nor deleted.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Terminated | Self::Failed | Self::Deleted)
    }
}

text_enum! {
    /// How a sandbox is used.
    pub enum SandboxMode {
        /// Runs one command, given when it is created, and ends.
        Oneshot = "oneshot",
        /// Runs commands until it is destroyed.
        Interactive = "interactive",
    }
}

text_enum! {
    /// Where an execution is in its life (wire-api §2.2).
    pub enum ExecutionStatus {
        /// Accepted, not started.
        Queued = "queued",
        /// Its process runs.
        Running = "running",
        /// Its process ended by itself, with whatever exit code.
        Completed = "completed",
        /// Could not be started, or was ended by a limit other than time.
        Failed = "failed",
        /// Ended because its time was over.
        Timeout = "timeout",
        /// Ended because that was asked for.
        Cancelled = "cancelled",
    }
}

impl ExecutionStatus {
    /// Whether the execution has ended.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// The limits a sandbox was given. None is the default of its runtime or of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// Memory of all its processes together.
    pub memory: Option<ByteSize>,
    /// Cpu of all its processes together.
    pub cpu: Option<Millicores>,
    /// Size of its private files.
    pub disk: Option<ByteSize>,
}

/// What a sandbox may do on the network. Default: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// Whether outbound connections are allowed.
    pub enabled: bool,
    /// The guest's port that is reachable from outside.
    pub port: Option<u16>,
}

/// How long a sandbox may do what. None is not set (the server's default), zero is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timeouts {
    /// Unused, before it is ended.
    pub idle: Option<Duration>,
    /// One execution.
    pub execution: Option<Duration>,
    /// Paused, before it is ended.
    pub paused: Option<Duration>,
}

/// A sandbox, alive or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SandboxRecord {
    /// Its id.
    pub id: SandboxId,
    /// Who owns it.
    pub org: OrgId,
    /// Where it is in its life.
    pub status: SandboxStatus,
    /// How it is used.
    pub mode: SandboxMode,
    /// A name for people; need not be unique.
    #[serde(default)]
    pub name: Option<String>,
    /// A description for people.
    #[serde(default)]
    pub description: Option<String>,
    /// The project it belongs to, as the client named it.
    #[serde(default)]
    pub project_id: Option<String>,
    /// The runtime's name, such as `python:3.14`.
    pub runtime: String,
    /// The snapshot it was made from.
    #[serde(default)]
    pub snapshot: Option<SnapshotId>,
    /// The sandbox it is a fork of.
    #[serde(default)]
    pub forked_from: Option<SandboxId>,
    /// The root of the tree it began as; none until that is known.
    #[serde(default)]
    pub origin: Option<Digest>,
    /// The root of the tree that its disk limit does not count: what it began as or, for a fork, what
    /// the first of the line began as.
    #[serde(default)]
    pub base: Option<Digest>,
    /// The root of the tree that its runtime brings.
    #[serde(default)]
    pub runtime_root: Option<Digest>,
    /// Whether its files were ever saved: if so, it has a journal.
    #[serde(default)]
    pub saved: bool,
    /// Whether it is for one piece of work of this server, such as the build of a snapshot: nothing of
    /// it is kept, and a restart does not bring it back.
    #[serde(default)]
    pub temporary: bool,
    /// Which contents may be executed as programs; empty until that is known.
    #[serde(default)]
    pub programs: Vec<Digest>,
    /// The checkpoint that its files were last saved as or brought back to.
    #[serde(default)]
    pub parent_checkpoint: Option<CheckpointId>,
    /// Its limits.
    #[serde(default)]
    pub resources: Resources,
    /// Its environment variables. May hold secrets: never logged.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What it may do on the network.
    #[serde(default)]
    pub network: Network,
    /// What its exposed port is known as, if it exposes one.
    #[serde(default)]
    pub port_id: Option<PortId>,
    /// How long it may do what.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// The command it was created with.
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// What the client wants to remember about it.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// System packages asked for.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Language packages asked for.
    #[serde(default)]
    pub packages: Vec<String>,
    /// What it may use of the platform, such as `services:read`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When this record last changed.
    pub updated_at: Timestamp,
    /// When it was paused, if it is.
    #[serde(default)]
    pub paused_at: Option<Timestamp>,
    /// When its paused timeout is over, if it is paused and has one.
    #[serde(default)]
    pub terminates_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// How many executions it has had.
    #[serde(default)]
    pub executions: u64,
    /// The exit code it ended with.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// The execution of its one command (one-shot only).
    #[serde(default)]
    pub execution_id: Option<ExecutionId>,
    /// Standard output of its one command (one-shot only).
    #[serde(default)]
    pub stdout: Option<StreamId>,
    /// Standard error of its one command (one-shot only).
    #[serde(default)]
    pub stderr: Option<StreamId>,
    /// Cpu time used by all its processes, in milliseconds.
    #[serde(default)]
    pub cpu_time_ms: u64,
    /// Memory held over time, in bytes times seconds.
    #[serde(default)]
    pub memory_byte_seconds: u64,
    /// Bytes sent to the outside.
    #[serde(default)]
    pub network_egress_bytes: u64,
}

/// An execution of a command in a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionRecord {
    /// Its id.
    pub id: ExecutionId,
    /// Where it runs. Never changes.
    pub sandbox_id: SandboxId,
    /// Who owns it.
    pub org: OrgId,
    /// What was executed: `exec` for a command.
    pub kind: String,
    /// The command and its arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// Where it is in its life.
    pub status: ExecutionStatus,
    /// How its process ended; set with every terminal status.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its process started.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// How long it ran, in milliseconds.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// Why it failed, for people.
    #[serde(default)]
    pub error: Option<String>,
    /// Its standard output, unless that is thrown away.
    #[serde(default)]
    pub stdout: Option<StreamId>,
    /// Its standard error, unless that is thrown away.
    #[serde(default)]
    pub stderr: Option<StreamId>,
    /// Whether output was lost because there was too much of it.
    #[serde(default)]
    pub output_truncated: bool,
    /// Whether its sandbox was paused and was resumed for it.
    #[serde(default)]
    pub auto_resumed: bool,
}

/// Something that happened to a sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Its id.
    pub id: EventId,
    /// Whom it happened to.
    pub sandbox_id: SandboxId,
    /// What happened: `create`, `lifecycle:started`, ...
    pub kind: String,
    /// Details, depending on the kind.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// When it happened.
    pub created_at: Timestamp,
}

/// An organisation: the owner of sandboxes and keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgRecord {
    /// Its id.
    pub id: OrgId,
    /// Its name for people.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// An API key. The key itself is shown once, when it is made, and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Its id, which is not the key.
    pub id: KeyId,
    /// On whose behalf it acts.
    pub org: OrgId,
    /// Its name for people.
    pub name: String,
    /// The digest of the key's text.
    pub digest: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a request last came with it, to about a minute; `None` is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Timestamp>,
    /// Since when it is refused; `None` is not revoked. A revoked key stays listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
    /// What its holder may ask of a server.
    #[serde(default)]
    pub limits: KeyLimits,
}

impl KeyRecord {
    /// Notes a use; an earlier one than is known changes nothing.
    pub(crate) fn touch(&mut self, at: Timestamp) {
        self.last_used = self.last_used.max(Some(at));
    }

    /// Revokes it; it stays revoked since the first time.
    pub(crate) fn revoke(&mut self, at: Timestamp) {
        self.revoked.get_or_insert(at);
    }
}

/// Limits of one key. What is absent is as the server has it for all keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyLimits {
    /// Requests per second, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// Requests at once, above that average: how many a key that was idle may send at one moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// The largest request body. A larger one than the server reads from anybody has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<ByteSize>,
}
