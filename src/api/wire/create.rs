//! The body of `POST /sandbox`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::error::ApiError;
use crate::api::wire::field::{self, Cpu, Object, Size, Span, StreamRef};
use crate::api::wire::file::{self, FileBody};
use crate::api::wire::schema;
use crate::id::{OrgId, RuntimeId};
use crate::sandbox::records::{Network, Resources, SandboxMode, Timeouts};
use crate::sandbox::{Command, OutputMode, SandboxOptions, Stdin};

/// Used when a request names neither a runtime nor a snapshot: the client's `create()` without
/// options sends `{}`.
const DEFAULT_RUNTIME: &str = "python:3.14";

/// The ports a sandbox may expose: none that needs privileges anywhere.
const PORTS: std::ops::RangeInclusive<u32> = 1024..=65535;

/// All fields are optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CreateBody {
    runtime: Option<String>,
    runtime_id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    project_id: Option<String>,
    resources: Option<Object<ResourcesBody>>,
    env: Option<BTreeMap<String, String>>,
    network: Option<Object<NetworkBody>>,
    stream: Option<Object<StreamBody>>,
    timeout: Option<Object<TimeoutBody>>,
    command: Option<Object<CommandBody>>,
    files: Option<Vec<Object<FileBody>>>,
    snapshot: Option<String>,
    dependencies: Option<Vec<String>>,
    packages: Option<Vec<String>>,
    metadata: Option<Map<String, Value>>,
    scopes: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ResourcesBody {
    memory: Option<Size>,
    cpu: Option<Cpu>,
    disk: Option<Size>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NetworkBody {
    enabled: Option<bool>,
    port: Option<u32>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct TimeoutBody {
    idle: Option<Span>,
    execution: Option<Span>,
    paused: Option<Span>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct CommandBody {
    exec: Vec<String>,
    #[serde(default)]
    #[schemars(schema_with = "schema::mode")]
    mode: Option<SandboxMode>,
    #[serde(default)]
    files: Option<Vec<Object<FileBody>>>,
}

/// Where a command's input comes from and its outputs go.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct StreamBody {
    stdin: Option<StreamRef>,
    stdout: Option<StreamRef>,
    stderr: Option<StreamRef>,
    /// Off unless asked for: users expect the program's own text.
    timestamps: Option<bool>,
}

impl StreamBody {
    /// Applies the outputs to a command.
    fn outputs(self, mut command: Command) -> Command {
        if let Some(stdout) = self.stdout {
            command.stdout = stdout.into();
        }
        if let Some(stderr) = self.stderr {
            command.stderr = stderr.into();
        }
        command.timestamps = self.timestamps.unwrap_or(false);
        command
    }

    /// Applies the input and the outputs to a command.
    pub(crate) fn apply(mut self, command: Command) -> Command {
        let command = match self.stdin.take() {
            Some(StreamRef::Stream(id)) => command.stdin(Stdin::Stream(id)),
            Some(StreamRef::Ignore) | None => command,
        };
        self.outputs(command)
    }
}

impl From<StreamRef> for OutputMode {
    fn from(stream: StreamRef) -> Self {
        match stream {
            StreamRef::Ignore => Self::Discard,
            StreamRef::Stream(id) => Self::Route(id),
        }
    }
}

/// What a create request asks for.
#[derive(Debug)]
pub(crate) struct Creation {
    /// The sandbox; with a command when it is a one-shot.
    pub(crate) options: SandboxOptions,
    /// The first command of an interactive sandbox (`mode` `interactive`).
    pub(crate) first: Option<Command>,
}

impl CreateBody {
    /// Checks the body and converts it, for a sandbox of `org`.
    pub(crate) fn into_creation(self, org: OrgId) -> Result<Creation, ApiError> {
        let mut options = self.base()?;
        options.org = Some(org);
        options.name = self.name;
        options.description = self.description;
        options.project_id = self.project_id;
        options.metadata = self.metadata;
        options.dependencies = self.dependencies.unwrap_or_default();
        options.packages = self.packages.unwrap_or_default();
        options.scopes = self.scopes.unwrap_or_default();
        if let Some(Object(resources)) = self.resources {
            options.resources = Resources {
                memory: resources.memory.map(|size| size.0),
                cpu: resources.cpu.map(|cpu| cpu.0),
                disk: resources.disk.map(|size| size.0),
            };
        }
        if let Some(Object(network)) = self.network {
            options.network = network.checked()?;
        }
        if let Some(Object(timeout)) = self.timeout {
            options.timeouts = Timeouts {
                idle: timeout.idle.map(|span| span.0),
                execution: timeout.execution.map(|span| span.0),
                paused: timeout.paused.map(|span| span.0),
            };
        }
        let env = self.env.unwrap_or_default();
        field::env(&env)?;
        options.env = env;
        options.files = file::writes("files", self.files.unwrap_or_default())?;
        let mut first = None;
        if let Some(Object(body)) = self.command {
            field::argv("command.exec", &body.exec)?;
            options.files.extend(file::writes(
                "command.files",
                body.files.unwrap_or_default(),
            )?);
            let command = self
                .stream
                .unwrap_or_default()
                .0
                .apply(Command::new(body.exec));
            match body.mode.unwrap_or(SandboxMode::Oneshot) {
                SandboxMode::Oneshot => options = options.command(command),
                SandboxMode::Interactive => first = Some(command),
            }
        }
        Ok(Creation { options, first })
    }

    /// The options of the runtime or snapshot that the body names.
    fn base(&self) -> Result<SandboxOptions, ApiError> {
        // Either says it all; the engine takes a name or an id.
        let runtime = match (&self.runtime, &self.runtime_id) {
            (Some(name), Some(id)) if RuntimeId::of_name(name).as_str() != id => {
                return Err(ApiError::invalid(format!(
                    "runtimeId {id:?} is not the id of runtime {name:?}; give one of the two"
                )));
            }
            (name, id) => name.as_ref().or(id.as_ref()),
        };
        if runtime.is_some() && self.snapshot.is_some() {
            return Err(ApiError::invalid(
                "snapshot and runtime (or runtimeId) are both given; a snapshot includes its runtime",
            ));
        }
        match &self.snapshot {
            None => Ok(SandboxOptions::new(
                runtime.map_or(DEFAULT_RUNTIME, String::as_str),
            )),
            Some(reference) if reference.is_empty() => Err(ApiError::invalid(
                "snapshot is empty: it must be an id, a tag or a name",
            )),
            Some(reference) => Ok(SandboxOptions::from_snapshot(reference)),
        }
    }
}

impl NetworkBody {
    fn checked(self) -> Result<Network, ApiError> {
        let port = match self.port {
            None => None,
            Some(port) => Some(
                u16::try_from(port)
                    .ok()
                    .filter(|_| PORTS.contains(&port))
                    .ok_or_else(|| {
                        ApiError::invalid(format!(
                            "network.port is {port}; it must be from {} to {}",
                            PORTS.start(),
                            PORTS.end()
                        ))
                    })?,
            ),
        };
        Ok(Network {
            enabled: self.enabled.unwrap_or(false),
            port,
        })
    }
}
