//! Settings of the server: one table for flags, environment and configuration file.
//!
//! What a flag says counts, else the environment variable, else the file, else the default. The struct
//! below is all there is to say about a setting: clap makes its flag, variable and help of it, serde its
//! key in the file, and the README's table is tested against it (below).

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Deserializer};

use super::exit::CliError;
use crate::api::{ApiOptions, TypedErrors};
use crate::{BelljarOptions, ByteSize};

/// The largest configuration file that is read.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// For programs, one object a line
    Json,
}

/// As [`TypedErrors`], for the command line and the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TypedErrorsArg {
    /// With their HTTP status
    Off,
    /// As 200 with "success": false, so that it throws SandboxNotFoundError and its relatives
    Sdk,
}

/// Everything that may stand in the configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct File {
    pub(crate) data: Option<PathBuf>,
    pub(crate) cache: Option<PathBuf>,
    pub(crate) log: Option<String>,
    pub(crate) log_format: Option<LogFormat>,
    /// Settings of `belljar serve`.
    pub(crate) serve: Settings,
}

impl File {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`CliError::Config`] if it cannot be read, or says something that cannot be.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let failed = |reason: String| CliError::Config {
            path: path.to_owned(),
            reason,
        };
        let read = || {
            use std::io::Read;
            let mut text = String::new();
            let file = std::fs::File::open(path)?;
            file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
            Ok::<_, std::io::Error>(text)
        };
        let text = read().map_err(|error| failed(error.to_string()))?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(failed(format!("it is larger than {MAX_FILE_BYTES} bytes")));
        }
        // toml shows the line and what is wrong with it.
        toml::from_str(&text).map_err(|error| failed(error.to_string().trim_end().to_owned()))
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parsed = crate::units::parse_duration(&text).map_err(serde::de::Error::custom)?;
    Ok(Some(parsed))
}

fn parse_duration(text: &str) -> Result<Duration, crate::UnitError> {
    crate::units::parse_duration(text)
}

fn parse_size(text: &str) -> Result<ByteSize, crate::UnitError> {
    ByteSize::parse(text)
}

/// Declares the settings, each as an option, and how one source of them gives way to another.
macro_rules! settings {
    ($($(#[$attribute:meta])* $name:ident: $type:ty,)*) => {
        /// What a server is told, from one source.
        #[derive(Args, Clone, Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct Settings {
            $($(#[$attribute])* pub(crate) $name: Option<$type>,)*
        }

        impl Settings {
            /// What they are called.
            #[cfg(test)]
            const KEYS: &'static [&'static str] = &[$(stringify!($name)),*];

            /// These, and what they do not say as `others` say it.
            pub(crate) fn or(self, others: Self) -> Self {
                Self { $($name: self.$name.or(others.$name),)* }
            }
        }
    };
}

settings! {
    /// Where to listen; port 0 is any free one [default: 127.0.0.1:7070]
    #[arg(long, value_name = "HOST:PORT", env = "BELLJAR_LISTEN", hide_env_values = true)]
    listen: String,
    /// Where to serve the numbers for Prometheus at /metrics, without a key: an address that only
    /// whoever runs the server reaches [default: nowhere]
    #[arg(long, value_name = "HOST:PORT", env = "BELLJAR_METRICS", hide_env_values = true)]
    metrics: String,
    /// The OpenTelemetry collector that traces are sent to, the base URL of its OTLP over HTTP such as
    /// http://127.0.0.1:4318 [default: none]
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    otlp_endpoint: String,
    /// The URL under which clients reach the server [default: the one they connect to]
    #[arg(long, value_name = "URL", env = "BELLJAR_PUBLIC_URL", hide_env_values = true)]
    public_url: String,
    /// The domain below which exposed ports have names of their own; all of them must lead to the
    /// server [default: none, they are at /port/ID of the server]
    #[arg(long, value_name = "DOMAIN", env = "BELLJAR_PORT_DOMAIN", hide_env_values = true)]
    port_domain: String,
    /// A path before all others, such as /api/v1, that a proxy leaves in [default: none]
    #[arg(long, value_name = "PATH", env = "BELLJAR_PATH_PREFIX", hide_env_values = true)]
    path_prefix: String,
    /// How failures that the TypeScript client has classes for are sent to it [default: off]
    #[arg(long, value_name = "HOW", env = "BELLJAR_TYPED_ERRORS", hide_env_values = true)]
    typed_errors: TypedErrorsArg,
    /// The largest request body; files travel in it [default: 64Mi]
    #[arg(long, value_name = "SIZE", env = "BELLJAR_BODY_LIMIT", hide_env_values = true)]
    #[arg(value_parser = parse_size)]
    body_limit: ByteSize,
    /// The longest hold of one long poll [default: 60s]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_POLL_HOLD", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    poll_hold: Duration,
    /// Requests per second of each key that has no limit of its own [default: no limit]
    #[arg(long, value_name = "N", env = "BELLJAR_RATE", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Requests at once of such a key [default: as many as in two seconds]
    #[arg(long, value_name = "N", env = "BELLJAR_BURST", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    burst: u32,
    /// How long running executions may go on when the server is asked to end [default: 10s]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_GRACE", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    grace: Duration,
    /// How long output may still be read after that [default: 5s]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_DRAIN", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    drain: Duration,
    /// Sandboxes that may exist at once [default: 10000]
    #[arg(long, value_name = "N", env = "BELLJAR_MAX_SANDBOXES", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    max_sandboxes: u64,
    /// Processes that may be alive at once over all sandboxes [default: 512]
    #[arg(long, value_name = "N", env = "BELLJAR_MAX_PROCESSES", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    max_processes: u32,
    /// Memory of a sandbox that asks for none [default: 512Mi]
    #[arg(long, value_name = "SIZE", env = "BELLJAR_DEFAULT_MEMORY", hide_env_values = true)]
    #[arg(value_parser = parse_size)]
    default_memory: ByteSize,
    /// Output that is kept of each stream; the rest is dropped and marked [default: 16Mi]
    #[arg(long, value_name = "SIZE", env = "BELLJAR_OUTPUT_LIMIT", hide_env_values = true)]
    #[arg(value_parser = parse_size)]
    output_limit: ByteSize,
    /// How long ended sandboxes and their output stay readable [default: 10m]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_RETENTION", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    retention: Duration,
    /// How long what is recorded of ended sandboxes is kept; 0s is for ever [default: 720h]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_FORGET_AFTER", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    forget_after: Duration,
    /// Idle timeout of a sandbox that asks for none [default: never]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_DEFAULT_IDLE_TIMEOUT", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    default_idle_timeout: Duration,
    /// Execution timeout of a sandbox that asks for none [default: never]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_DEFAULT_EXECUTION_TIMEOUT", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    default_execution_timeout: Duration,
    /// Paused timeout of a sandbox that asks for none [default: never]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_DEFAULT_PAUSED_TIMEOUT", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    default_paused_timeout: Duration,
    /// Let sandboxes with network access reach private networks, too [default: false]
    #[arg(long, value_name = "BOOL", env = "BELLJAR_PRIVATE_NETWORKS", hide_env_values = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new(), hide_possible_values = true)]
    private_networks: bool,
    /// Let sandboxes run WebAssembly that did not come with their runtime, such as uploaded files
    /// [default: false]
    #[arg(long, value_name = "BOOL", env = "BELLJAR_UPLOADED_PROGRAMS", hide_env_values = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new(), hide_possible_values = true)]
    uploaded_programs: bool,
    /// How long there is at least between two collections of garbage [default: 5m, if there is much
    /// to collect]
    #[arg(long, value_name = "DURATION", env = "BELLJAR_GC_INTERVAL", hide_env_values = true)]
    #[arg(value_parser = parse_duration)]
    #[serde(deserialize_with = "duration")]
    gc_interval: Duration,
}

impl Settings {
    /// Where to listen.
    pub(crate) fn address(&self) -> &str {
        self.listen.as_deref().unwrap_or("127.0.0.1:7070")
    }

    /// The engine's part.
    pub(crate) fn engine(&self, mut options: BelljarOptions) -> BelljarOptions {
        options = options
            .uploaded_programs(self.uploaded_programs.unwrap_or(false))
            .private_networks(self.private_networks.unwrap_or(false));
        if let Some(processes) = self.max_processes {
            options = options.max_processes(processes);
        }
        if let Some(period) = self.gc_interval {
            options = options.collect_every(period);
        }
        if let Some(age) = self.forget_after {
            options = options.forget_after(age);
        }
        options.max_sandboxes = self.max_sandboxes.unwrap_or(options.max_sandboxes);
        options.default_memory = self.default_memory.unwrap_or(options.default_memory);
        options.output_limit = self.output_limit.unwrap_or(options.output_limit);
        options.grace = self.retention.unwrap_or(options.grace);
        options
    }

    /// The API's part.
    pub(crate) fn api(&self) -> ApiOptions {
        let mut options = ApiOptions::default();
        options.public_url.clone_from(&self.public_url);
        options.port_domain.clone_from(&self.port_domain);
        options.path_prefix.clone_from(&self.path_prefix);
        options.typed_errors = match self.typed_errors {
            None | Some(TypedErrorsArg::Off) => TypedErrors::Off,
            Some(TypedErrorsArg::Sdk) => TypedErrors::Sdk,
        };
        if let Some(limit) = self.body_limit {
            options.body_limit = usize::try_from(limit.bytes()).unwrap_or(usize::MAX);
        }
        options.poll_hold = self.poll_hold.unwrap_or(options.poll_hold);
        options.grace = self.grace.unwrap_or(options.grace);
        options.drain = self.drain.unwrap_or(options.drain);
        options.requests_per_second = self.rate;
        options.burst = self.burst;
        options.default_timeouts.idle = self.default_idle_timeout;
        options.default_timeouts.execution = self.default_execution_timeout;
        options.default_timeouts.paused = self.default_paused_timeout;
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_flags_say() {
        let text = "data = '/x'\nlog-format = 'json'\n[serve]\nlisten = 'a:1'\ngrace = '3s'\n\
                    body-limit = '1Mi'\nrate = 5\nforget-after = '0s'\nprivate-networks = true\ntyped-errors = 'sdk'";
        let file: File = toml::from_str(text).unwrap();
        let flags = Settings {
            listen: Some("b:2".into()),
            ..Settings::default()
        };
        let all = flags.or(file.serve);
        assert_eq!(all.address(), "b:2");
        let api = all.api();
        assert_eq!(
            (api.grace, api.body_limit),
            (Duration::from_secs(3), 1 << 20)
        );
        assert_eq!(api.requests_per_second, Some(5));
        assert_eq!(api.typed_errors, TypedErrors::Sdk);
        let engine = all.engine(BelljarOptions::in_memory("c"));
        assert!(engine.private_networks);
        assert_eq!(engine.forget_after, None);
    }

    /// Compares the README's table with the settings; `BELLJAR_BLESS=1` writes it.
    #[test]
    fn the_readme_has_every_setting() {
        const BEGIN: &str = "<!-- settings, written by a test -->\n";
        const END: &str = "<!-- end of settings -->";
        let grammar = <super::super::args::Cli as clap::CommandFactory>::command();
        let serve = grammar.find_subcommand("serve").unwrap();
        let mut table =
            "| flag | environment | in the file | meaning |\n|---|---|---|---|\n".to_owned();
        let names: Vec<&str> = Settings::KEYS.to_vec();
        for (argument, section) in grammar
            .get_arguments()
            .map(|argument| (argument, ""))
            .chain(serve.get_arguments().map(|argument| (argument, "serve.")))
        {
            let (Some(flag), Some(env)) = (argument.get_long(), argument.get_env()) else {
                continue;
            };
            assert!(section.is_empty() || names.contains(&argument.get_id().as_str()));
            let key = match flag {
                "config" => String::new(),
                flag => format!("`{section}{flag}`"),
            };
            let help = argument.get_help().unwrap().to_string();
            table += &format!(
                "| `--{flag}` | `{}` | {key} | {help} |\n",
                env.to_str().unwrap()
            );
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let readme = std::fs::read_to_string(&file)
            .unwrap()
            .replace("\r\n", "\n");
        let (before, rest) = readme.split_once(BEGIN).unwrap();
        let (found, after) = rest.split_once(END).unwrap();
        if std::env::var_os("BELLJAR_BLESS").is_some() {
            std::fs::write(&file, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
            return;
        }
        assert_eq!(found, table);
    }

    #[test]
    fn what_a_file_cannot_say_is_refused_with_its_place() {
        for text in [
            "[serve]\nlisten = 5",
            "[serve]\nlisen = 'x'",
            "colour = 1",
            "[serve]\ngrace = '5'",
        ] {
            let error = toml::from_str::<File>(text).unwrap_err().to_string();
            assert!(error.contains("line"), "{error}");
        }
    }
}
