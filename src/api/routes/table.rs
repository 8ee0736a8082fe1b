//! The table itself.

use std::fmt::Display;

use axum::http::Method;
use axum::routing::{delete, get, patch, post, put};

use super::{Kind, Output, Route};
use crate::api::wire::build::{BeginBody, BegunData, FinishBody, UploadedData};
use crate::api::wire::checkpoint::{CheckpointBody, CheckpointData, CheckpointsData};
use crate::api::wire::create::CreateBody;
use crate::api::wire::diff::DiffData;
use crate::api::wire::event::EventsData;
use crate::api::wire::execution::{ExecuteAnswer, ExecuteBody, ExecutionData, ExecutionsData};
use crate::api::wire::file::{ListData, PathBody, WriteBody, WrittenData};
use crate::api::wire::job::{JobBody, JobData, JobsData};
use crate::api::wire::lifecycle::{ForkBody, PauseAnswer};
use crate::api::wire::runtime::RuntimesData;
use crate::api::wire::sandbox::{
    CliSandboxesData, CreateData, ResolveData, SandboxData, SandboxesData, StatusData,
};
use crate::api::wire::schema;
use crate::api::wire::snapshot::{LineageData, SnapshotBody, SnapshotData, SnapshotsData, TagBody};
use crate::api::wire::stats::ServicesData;
use crate::api::wire::stream::{
    InfoData, ListBody, ListData as StreamsData, StreamBody, StreamData,
};
use crate::api::{
    archives, builds, checkpoints, cloud, creation, diff, env, events, executions, files, jobs,
    lifecycle, openapi, operations, runtimes, sandboxes, snapshots, stream, transfer,
};
use crate::sandbox::ArchiveFormat;
use crate::sandbox::records::{Direction, SandboxMode, SandboxSort, SandboxStatus, SnapshotSort};

/// All calls.
pub(crate) fn all() -> Vec<Route> {
    let mut routes = sandboxes();
    routes.extend(executions());
    routes.extend(jobs());
    routes.extend(checkpoints());
    routes.extend(snapshots());
    routes.extend(files());
    routes.extend(streams());
    routes.extend(operations());
    routes
}

fn words<T: Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

const DIRECTION: Kind = Kind::Word(|| words(Direction::ALL));
const STATUS: Kind = Kind::Word(|| words(SandboxStatus::ALL));
const FORMAT: Kind = Kind::Word(|| {
    let names = ArchiveFormat::ALL.iter().map(|one| one.as_str().to_owned());
    names.collect()
});
const MODE: Kind = Kind::Word(|| words(SandboxMode::ALL));

/// What a list of sandboxes is filtered by.
fn filtered(route: Route) -> Route {
    route
        .query("name", Kind::Text)
        .query("mode", MODE)
        .query("projectId", Kind::Text)
        .query("snapshotId", Kind::Text)
        .query("status", STATUS)
        .query("live", Kind::Flag)
        .query("deletedOnly", Kind::Flag)
        .query("sort", Kind::Word(|| words(SandboxSort::ALL)))
        .query("direction", DIRECTION)
        .paged()
}

fn sandboxes() -> Vec<Route> {
    let g = Method::GET;
    vec![
        Route::new(
            Method::POST,
            "/sandbox",
            "createSandbox",
            "Create a sandbox, with a command also run it",
            post(creation::create),
        )
        .takes::<CreateBody>()
        .creates::<CreateData>(),
        filtered(Route::new(
            g.clone(),
            "/sandbox",
            "listSandboxes",
            "List sandboxes",
            get(sandboxes::list),
        ))
        .gives::<SandboxesData>(),
        Route::new(
            g.clone(),
            "/sandbox/{id}",
            "getSandbox",
            "Describe a sandbox",
            get(sandboxes::get),
        )
        .query("includeDeleted", Kind::Flag)
        .query("waitForStatus", Kind::Text)
        .query("waitMs", Kind::Number(0))
        .holds::<SandboxData>(),
        Route::new(
            g.clone(),
            "/sandbox/status/{id}",
            "getSandboxStatus",
            "The status of a sandbox, at once or when it is one of those waited for",
            get(sandboxes::status),
        )
        .query("waitForStatus", Kind::Text)
        .query("waitMs", Kind::Number(0))
        .holds::<StatusData>(),
        Route::new(
            Method::DELETE,
            "/sandbox/{id}",
            "destroySandbox",
            "End a sandbox and everything in it",
            delete(sandboxes::destroy),
        )
        .in_drain(),
        Route::new(
            Method::POST,
            "/sandbox/{id}/pause",
            "pauseSandbox",
            "Pause a sandbox: it keeps its files and takes no memory",
            post(lifecycle::pause),
        )
        .answers(Output::Json(schema::plain::<PauseAnswer>)),
        Route::new(
            Method::POST,
            "/sandbox/{id}/resume",
            "resumeSandbox",
            "Resume a paused sandbox",
            post(lifecycle::resume),
        ),
        Route::new(
            Method::POST,
            "/sandbox/{id}/fork",
            "forkSandbox",
            "Make a second sandbox with the present files of a first",
            post(creation::fork),
        )
        .takes::<ForkBody>()
        .creates::<CreateData>(),
        Route::new(
            Method::PATCH,
            "/sandbox/env/{id}",
            "setEnvironment",
            "Set variables of a sandbox, or take them away with null",
            patch(env::set),
        )
        .takes::<env::EnvBody>()
        .gives::<env::EnvData>(),
        Route::new(
            g.clone(),
            "/sandbox/sandboxes/{id}/events",
            "listEvents",
            "What happened to a sandbox",
            get(events::list),
        )
        .query("limit", Kind::Number(1))
        .query("direction", DIRECTION)
        .gives::<EventsData>(),
        Route::new(
            g.clone(),
            "/sandbox/diff",
            "diff",
            "What changed between two sandboxes, checkpoints, snapshots or runtimes",
            get(diff::get),
        )
        .parameter("from", Kind::Text, true)
        .parameter("to", Kind::Text, true)
        .query("limit", Kind::Number(1))
        .gives::<DiffData>(),
        Route::new(
            g.clone(),
            "/sandbox/runtimes",
            "listRuntimes",
            "What sandboxes can be made from",
            get(runtimes::list),
        )
        .query("sort", Kind::Word(|| words(&["name", "created"])))
        .query("direction", DIRECTION)
        .paged()
        .gives::<RuntimesData>(),
        filtered(Route::new(
            g.clone(),
            "/cli/sandbox",
            "listSandboxesForCli",
            "List sandboxes as command line clients expect it",
            get(cloud::list),
        ))
        .gives::<CliSandboxesData>(),
        Route::new(
            g,
            "/cli/sandbox/{id}",
            "resolveSandbox",
            "Where a sandbox is and whose",
            get(cloud::resolve),
        )
        .gives::<ResolveData>(),
        Route::new(
            Method::GET,
            "/services/stats/{org}",
            "getStatistics",
            "How many sandboxes an organisation has and what they took",
            get(cloud::stats),
        )
        .query("service", Kind::Text)
        .query("start", Kind::Text)
        .query("end", Kind::Text)
        .gives::<ServicesData>(),
    ]
}

fn executions() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/sandbox/{id}/execute",
            "execute",
            "Start a command",
            post(executions::execute),
        )
        .takes::<ExecuteBody>()
        .answers(Output::Json(schema::plain::<ExecuteAnswer>)),
        Route::new(
            Method::GET,
            "/sandbox/execution/{id}",
            "getExecution",
            "An execution, at once or when it has ended",
            get(executions::get),
        )
        .query("wait", Kind::Duration)
        .holds::<ExecutionData>(),
        Route::new(
            Method::POST,
            "/sandbox/execution/{id}/cancel",
            "cancelExecution",
            "End an execution",
            post(executions::cancel),
        )
        .in_drain()
        .gives::<ExecutionData>(),
        Route::new(
            Method::GET,
            "/sandbox/sandboxes/{id}/executions",
            "listExecutions",
            "The executions of a sandbox, newest first",
            get(executions::list),
        )
        .query("limit", Kind::Number(1))
        .gives::<ExecutionsData>(),
    ]
}

fn jobs() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/sandbox/sandboxes/{id}/jobs",
            "createJob",
            "Start a command in the background",
            post(jobs::create),
        )
        .takes::<JobBody>()
        .creates::<JobData>(),
        Route::new(
            Method::GET,
            "/sandbox/sandboxes/{id}/jobs",
            "listJobs",
            "The jobs of a sandbox, newest first",
            get(jobs::list),
        )
        .query("limit", Kind::Number(1))
        .gives::<JobsData>(),
        Route::new(
            Method::GET,
            "/sandbox/sandboxes/{id}/jobs/{job}",
            "getJob",
            "A job",
            get(jobs::get),
        )
        .gives::<JobData>(),
        Route::new(
            Method::DELETE,
            "/sandbox/sandboxes/{id}/jobs/{job}",
            "stopJob",
            "Stop a job",
            delete(jobs::stop),
        )
        .query("force", Kind::Flag)
        .in_drain()
        .gives::<JobData>(),
    ]
}

fn checkpoints() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/sandbox/checkpoints/{id}",
            "listCheckpoints",
            "The checkpoints of a sandbox, oldest first",
            get(checkpoints::list),
        )
        .gives::<CheckpointsData>(),
        Route::new(
            Method::POST,
            "/sandbox/{id}/checkpoint",
            "createCheckpoint",
            "Save the files of a sandbox under a name",
            post(checkpoints::create),
        )
        .takes::<CheckpointBody>()
        .creates::<CheckpointData>(),
        Route::new(
            Method::DELETE,
            "/sandbox/{id}/checkpoint/{checkpoint}",
            "deleteCheckpoint",
            "Forget a checkpoint",
            delete(checkpoints::delete),
        ),
        Route::new(
            Method::POST,
            "/sandbox/{id}/checkpoint/{checkpoint}/restore",
            "restoreCheckpoint",
            "Bring the files of a sandbox back to what they were",
            post(checkpoints::restore),
        ),
    ]
}

fn snapshots() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/sandbox/{id}/snapshot",
            "createSnapshot",
            "Keep the files of a sandbox for others to begin with",
            post(snapshots::create),
        )
        .takes::<SnapshotBody>()
        .creates::<SnapshotData>(),
        Route::new(
            Method::GET,
            "/sandbox/snapshots",
            "listSnapshots",
            "List snapshots",
            get(snapshots::list),
        )
        .query("sandboxId", Kind::Text)
        .query("sort", Kind::Word(|| words(SnapshotSort::ALL)))
        .query("direction", DIRECTION)
        .paged()
        .gives::<SnapshotsData>(),
        Route::new(
            Method::GET,
            "/sandbox/snapshots/lineage",
            "getLineage",
            "A snapshot and what it comes from, newest first",
            get(snapshots::lineage),
        )
        .query("snapshot", Kind::Text)
        .query("name", Kind::Text)
        .query("tag", Kind::Text)
        .query("limit", Kind::Number(1))
        .gives::<LineageData>(),
        Route::new(
            Method::GET,
            "/sandbox/snapshots/public",
            "listPublicSnapshots",
            "List the snapshots that everybody may use",
            get(snapshots::public_list),
        )
        .public()
        .paged()
        .gives::<SnapshotsData>(),
        Route::new(
            Method::GET,
            "/sandbox/snapshots/public/{reference}",
            "getPublicSnapshot",
            "Describe a snapshot that everybody may use",
            get(snapshots::public_get),
        )
        .public()
        .gives::<SnapshotData>(),
        Route::new(
            Method::POST,
            "/sandbox/snapshots/import",
            "importSnapshot",
            "Make a snapshot of an archive",
            post(transfer::import),
        )
        .query("name", Kind::Text)
        .query("tag", Kind::Text)
        .query("description", Kind::Text)
        .query("message", Kind::Text)
        .query("public", Kind::Flag)
        .takes_bytes()
        .creates::<SnapshotData>(),
        Route::new(
            Method::GET,
            "/sandbox/snapshots/{snapshot}",
            "getSnapshot",
            "Describe a snapshot and its files",
            get(snapshots::get),
        )
        .gives::<SnapshotData>(),
        Route::new(
            Method::PATCH,
            "/sandbox/snapshots/{snapshot}",
            "tagSnapshot",
            "Give a snapshot a tag, or take it away with null",
            patch(snapshots::tag),
        )
        .takes::<TagBody>()
        .gives::<SnapshotData>(),
        Route::new(
            Method::DELETE,
            "/sandbox/snapshots/{snapshot}",
            "deleteSnapshot",
            "Delete a snapshot; sandboxes made from it stay",
            delete(snapshots::delete),
        ),
        Route::new(
            Method::GET,
            "/sandbox/snapshots/{snapshot}/export",
            "exportSnapshot",
            "The files of a snapshot as an archive",
            get(transfer::export),
        )
        .answers(Output::Bytes("application/x-tar")),
        Route::new(
            Method::POST,
            "/sandbox/snapshots/build",
            "beginBuild",
            "Begin to build a snapshot from an archive",
            post(builds::begin),
        )
        .takes::<BeginBody>()
        .gives::<BegunData>(),
        Route::new(
            Method::PUT,
            "/sandbox/snapshots/{snapshot}/upload",
            "uploadBuild",
            "Upload the archive of a snapshot that is being built",
            put(builds::upload),
        )
        .takes_bytes()
        .gives::<UploadedData>(),
        Route::new(
            Method::POST,
            "/sandbox/snapshots/{snapshot}/finalize",
            "finishBuild",
            "Make the snapshot of what was uploaded",
            post(builds::finish),
        )
        .takes::<FinishBody>()
        .gives::<SnapshotData>(),
    ]
}

fn files() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/fs/{id}",
            "writeFiles",
            "Write files",
            post(files::write),
        )
        .takes::<WriteBody>()
        .gives::<WrittenData>(),
        Route::new(
            Method::GET,
            "/fs/{id}",
            "readFile",
            "Read a file",
            get(files::read),
        )
        .parameter("path", Kind::Text, true)
        .answers(Output::Bytes("application/octet-stream")),
        Route::new(
            Method::GET,
            "/fs/list/{id}",
            "listFiles",
            "List a directory",
            get(files::list),
        )
        .query("path", Kind::Text)
        .gives::<ListData>(),
        Route::new(
            Method::GET,
            "/fs/download/{id}",
            "downloadArchive",
            "A directory as an archive",
            get(archives::download),
        )
        .query("path", Kind::Text)
        .query("format", FORMAT)
        .answers(Output::Bytes("application/gzip")),
        Route::new(
            Method::POST,
            "/fs/upload/{id}",
            "uploadArchive",
            "Unpack an archive into a directory",
            post(archives::upload),
        )
        .query("path", Kind::Text)
        .query("format", FORMAT)
        .takes_bytes(),
        Route::new(
            Method::POST,
            "/fs/mkdir/{id}",
            "makeDirectory",
            "Make a directory",
            post(files::make_dir),
        )
        .takes::<PathBody>(),
        Route::new(
            Method::POST,
            "/fs/rm/{id}",
            "removeFile",
            "Remove a file",
            post(files::remove_file),
        )
        .takes::<PathBody>()
        .answers(Output::Json(schema::found)),
        Route::new(
            Method::POST,
            "/fs/rmdir/{id}",
            "removeDirectory",
            "Remove a directory",
            post(files::remove_dir),
        )
        .takes::<PathBody>()
        .answers(Output::Json(schema::found)),
    ]
}

fn streams() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/stream",
            "createStream",
            "Make a stream for a program's input or output",
            post(stream::create),
        )
        .takes::<StreamBody>()
        .answers(Output::Json(schema::plain::<StreamData>)),
        // A stream's id is a capability: the published client fetches its URL without a key. Writing
        // needs one.
        Route::new(
            Method::GET,
            "/stream/{id}",
            "readStream",
            "Read a stream from its beginning to its end",
            get(stream::read),
        )
        .public()
        .answers(Output::Bytes("application/octet-stream")),
        Route::new(
            Method::PUT,
            "/stream/{id}",
            "writeStream",
            "Write a program's input; the end of the body is its end",
            put(stream::write),
        )
        .takes_bytes()
        .in_drain(),
        Route::new(
            Method::DELETE,
            "/stream/{id}",
            "deleteStream",
            "Forget a stream",
            delete(stream::delete),
        )
        .in_drain(),
        Route::new(
            Method::POST,
            "/stream/list",
            "listStreams",
            "The streams that were made here",
            post(stream::list),
        )
        .takes::<ListBody>()
        .answers(Output::Json(schema::plain::<StreamsData>)),
        Route::new(
            Method::POST,
            "/stream/{id}/append",
            "appendToStream",
            "Write a part of a stream",
            post(stream::append),
        )
        .takes_bytes()
        .in_drain(),
        Route::new(
            Method::POST,
            "/stream/{id}/complete",
            "completeStream",
            "End a stream",
            post(stream::complete),
        )
        .in_drain(),
        Route::new(
            Method::POST,
            "/stream/{id}/info",
            "describeStream",
            "Describe a stream",
            post(stream::info),
        )
        .in_drain()
        .answers(Output::Json(schema::plain::<InfoData>)),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/health",
            "health",
            "Whether the server runs, and its version",
            get(operations::health),
        )
        .public()
        .gives::<operations::HealthData>(),
        Route::new(
            Method::GET,
            "/healthz",
            "healthz",
            "Whether the server runs, for whatever restarts it",
            get(operations::health),
        )
        .public()
        .gives::<operations::HealthData>(),
        Route::new(
            Method::GET,
            "/readyz",
            "readyz",
            "Whether the server takes new work, for whatever sends it some",
            get(operations::ready),
        )
        .public()
        .gives::<operations::HealthData>(),
        Route::new(
            Method::GET,
            "/openapi.json",
            "openapi",
            "This document",
            get(openapi::get),
        )
        .public()
        .answers(Output::Bytes("application/json")),
    ]
}
