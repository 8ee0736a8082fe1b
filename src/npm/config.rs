//! npm's configuration: where its settings come from.
//!
//! As npm has it, the weakest first: global files, the user's file, the environment; over all of
//! them what was set here. Read once, when the first package is asked for.

mod ini;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::registry::Error;

/// How long npm may take to say which registry it would use. It takes half a second.
const ASK_TIMEOUT: Duration = Duration::from_secs(20);

/// A file of settings is a page of text; this is no place for anything else.
const MAX_FILE: u64 = 1 << 20;

/// Settings by name; those that are lists have several values.
pub(super) type Values = BTreeMap<String, Vec<String>>;

/// Where packages come from, and how: settings by the names that npm gives them.
///
/// ```
/// # #[cfg(feature = "registry")] {
/// use belljar::packages::NpmConfig;
///
/// let config = NpmConfig::new("http://localhost:4873")
///     .set("@acme:registry", "https://packages.acme.example")
///     .set("//packages.acme.example/:_authToken", "secret");
/// # let _ = config;
/// # }
/// ```
///
/// Known are `registry`, `@SCOPE:registry`, `//HOST/PATH/:_authToken`, `…:_auth`, `…:username` with
/// `…:_password`, `ca`, `cafile`, `strict-ssl`, `proxy`, `https-proxy`, `noproxy`,
/// `replace-registry-host`, `fetch-timeout`, `fetch-retries`, `fetch-retry-factor`,
/// `fetch-retry-mintimeout` and `fetch-retry-maxtimeout`.
#[derive(Clone)]
pub struct Config {
    host: Option<Host>,
    set: Values,
}

impl Config {
    /// Only this registry, and what [`set`](Self::set) adds: nothing of the host is looked at.
    #[must_use]
    pub fn new(registry: impl Into<String>) -> Self {
        let config = Self {
            host: None,
            set: Values::new(),
        };
        config.set("registry", registry)
    }

    /// What npm itself would use on this host for a user with this environment: its files, the
    /// variables `npm_config_*`, the proxies of the environment. Where no registry is set, the `npm`
    /// of the environment's `PATH` is asked for its own.
    ///
    /// Nothing is read before it is needed.
    #[must_use]
    pub fn of_host(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self {
            host: Some(Host {
                environment: environment.into_iter().collect(),
            }),
            set: Values::new(),
        }
    }

    /// Sets one of npm's settings, over all other sources.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set.insert(key.into(), vec![value.into()]);
        self
    }

    /// All that is set. Reads files: not for a thread that serves requests.
    pub(super) fn values(&self) -> Result<Values, Error> {
        let mut values = Values::new();
        if let Some(host) = &self.host {
            host.read(&mut values)?;
        }
        values.extend(self.set.clone());
        Ok(values)
    }

    /// The registry that npm uses where none is set.
    pub(super) async fn ask_npm(&self) -> Result<String, Error> {
        let answer = match &self.host {
            None => Err("there is none among the settings".to_owned()),
            Some(host) => host.ask_npm().await,
        };
        answer.map_err(|reason| Error::NoRegistry { reason })
    }
}

impl std::fmt::Debug for Config {
    /// Names only: values can be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("of_host", &self.host.is_some())
            .field("set", &self.set.keys())
            .finish()
    }
}

#[derive(Clone)]
struct Host {
    environment: BTreeMap<OsString, OsString>,
}

impl Host {
    fn read(&self, values: &mut Values) -> Result<(), Error> {
        for file in self.global_files() {
            self.read_file(&file, values)?;
        }
        if let Some(file) = self.user_file() {
            self.read_file(&file, values)?;
        }
        self.read_environment(values);
        Ok(())
    }

    /// The weakest first.
    fn global_files(&self) -> Vec<PathBuf> {
        if let Some(file) = self.setting("globalconfig") {
            return vec![file.into()];
        }
        let prefix = self.setting("prefix").or_else(|| self.variable("PREFIX"));
        if let Some(prefix) = prefix {
            return vec![Path::new(prefix).join("etc/npmrc")];
        }
        if cfg!(windows) {
            let data = self.variable("APPDATA").map(Path::new);
            return data
                .map(|data| data.join("npm/etc/npmrc"))
                .into_iter()
                .collect();
        }
        ["/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc"]
            .map(PathBuf::from)
            .into()
    }

    fn user_file(&self) -> Option<PathBuf> {
        match self.setting("userconfig") {
            Some(file) => Some(file.into()),
            None => Some(self.home()?.join(".npmrc")),
        }
    }

    fn home(&self) -> Option<&Path> {
        let home = self
            .variable("HOME")
            .or_else(|| self.variable("USERPROFILE"));
        home.filter(|home| !home.is_empty()).map(Path::new)
    }

    fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
    }

    /// A variable that is text; others have nothing to do with us.
    fn text(&self, name: &str) -> Option<&str> {
        self.variable(name).and_then(OsStr::to_str)
    }

    /// What says where the files are can be in the environment only.
    fn setting(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .iter()
            .find(|(variable, value)| {
                !value.is_empty()
                    && variable
                        .to_str()
                        .and_then(setting_of_variable)
                        .is_some_and(|setting| setting == name)
            })
            .map(|(_, value)| value.as_os_str())
    }

    fn read_file(&self, path: &Path, values: &mut Values) -> Result<(), Error> {
        let failed = |reason: String| Error::Configuration {
            key: path.display().to_string(),
            reason,
        };
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error.to_string())),
        };
        if !metadata.is_file() || metadata.len() > MAX_FILE {
            return Err(failed("it is not a file of settings".to_owned()));
        }
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8_lossy(&bytes);
        values.extend(ini::parse(&text, |name| self.text(name)));
        Ok(())
    }

    fn read_environment(&self, values: &mut Values) {
        let pairs = || {
            let texts = self.environment.iter();
            texts.filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
        };
        // The weakest of all, and with names of their own, since npm's own settings go before.
        for (name, value) in pairs().filter(|(_, value)| !value.is_empty()) {
            let lower = name.to_ascii_lowercase();
            if ["http_proxy", "https_proxy", "no_proxy", "proxy"].contains(&lower.as_str()) {
                values.insert(format!("env:{lower}"), vec![value.to_owned()]);
            }
            if name == "NODE_EXTRA_CA_CERTS" {
                values.insert("env:node_extra_ca_certs".to_owned(), vec![value.to_owned()]);
            }
        }
        for (name, value) in pairs().filter(|(_, value)| !value.is_empty()) {
            if let Some(setting) = setting_of_variable(name) {
                let parts = value.split("\n\n").map(str::to_owned).collect();
                values.insert(setting, parts);
            }
        }
    }

    async fn ask_npm(&self) -> Result<String, String> {
        let mut npm = tokio::process::Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        npm.args(["config", "get", "registry"])
            .env_clear()
            .envs(&self.environment)
            // It must not meddle with what else it finds to do.
            .env("npm_config_update_notifier", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        // Not the settings of whatever project the server was started in.
        if let Some(home) = self.home() {
            npm.current_dir(home);
        }
        let output = match tokio::time::timeout(ASK_TIMEOUT, npm.output()).await {
            Err(_) => return Err("npm does not answer".to_owned()),
            Ok(Err(error)) => return Err(format!("no npm to ask: {error}")),
            Ok(Ok(output)) => output,
        };
        let answer = String::from_utf8_lossy(&output.stdout);
        let answer = answer.trim();
        if output.status.success() && answer.starts_with("http") {
            Ok(answer.to_owned())
        } else {
            Err("npm does not say one".to_owned())
        }
    }
}

/// `npm_config_fetch_timeout` is `fetch-timeout`, `npm_config_//host/:_authToken` stays as it is.
fn setting_of_variable(name: &str) -> Option<String> {
    const PREFIX: &str = "npm_config_";
    let head = name.get(..PREFIX.len())?;
    let rest = name.get(PREFIX.len()..).filter(|rest| !rest.is_empty())?;
    if !head.eq_ignore_ascii_case(PREFIX) {
        return None;
    }
    if rest.starts_with("//") {
        return Some(rest.to_owned());
    }
    let (first, others) = rest.split_at(rest.chars().next()?.len_utf8());
    Some(format!("{first}{}", others.replace('_', "-")).to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
