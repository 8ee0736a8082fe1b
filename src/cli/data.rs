//! Where the command keeps its data, and how it opens the library there.
//!
//! One Belljar at a time has a data folder. So a command that works on one refuses while a server has
//! it, and says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::packages::{NpmConfig, NpmRegistry};
use crate::records::{OrgRecord, SqliteRecords};
use crate::{Belljar, BelljarOptions, ErrorKind, OrgId, SandboxError};
use clap::Args;

use super::exit::CliError;
use super::progress::Reporter;
use super::settings::{self, LogFormat, Settings};

/// The file of records in the data folder.
const RECORDS_FILE: &str = "belljar.db";

/// Options that every subcommand takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct DataArgs {
    /// Folder for records, sandboxes and runtimes [default: the platform's data folder]
    #[arg(long, value_name = "DIR", env = "BELLJAR_DATA", global = true)]
    #[arg(hide_env_values = true)]
    data: Option<PathBuf>,
    /// Folder for runtimes and compiled code [default: `cache` in the data folder]
    #[arg(long, value_name = "DIR", env = "BELLJAR_CACHE", global = true)]
    #[arg(hide_env_values = true)]
    cache: Option<PathBuf>,
    /// Configuration file (TOML) with settings that neither flags nor the environment give
    #[arg(long, value_name = "FILE", env = "BELLJAR_CONFIG", global = true)]
    #[arg(hide_env_values = true)]
    config: Option<PathBuf>,
    /// What to log on stderr, such as debug or belljar::engine=trace,warn [default: error; info for
    /// serve]
    #[arg(long, value_name = "FILTER", env = "BELLJAR_LOG", global = true)]
    #[arg(hide_env_values = true)]
    pub(super) log: Option<String>,
    /// How to write the log [default: text]
    #[arg(long, value_name = "FORMAT", env = "BELLJAR_LOG_FORMAT", global = true)]
    #[arg(hide_env_values = true, hide_possible_values = true)]
    pub(super) log_format: Option<LogFormat>,
}

impl DataArgs {
    /// Reads the configuration file, if one is named, and takes over what is not given otherwise; its
    /// settings of the server are the answer.
    ///
    /// # Errors
    /// [`CliError::Config`] if the file cannot be used.
    pub(crate) fn configure(&mut self) -> Result<Settings, CliError> {
        let file = match &self.config {
            Some(path) => settings::File::read(path)?,
            None => settings::File::default(),
        };
        self.data = self.data.take().or(file.data);
        self.cache = self.cache.take().or(file.cache);
        self.log = self.log.take().or(file.log);
        self.log_format = self.log_format.or(file.log_format);
        Ok(file.serve)
    }

    /// The data folder.
    ///
    /// # Errors
    /// [`CliError::NoDataFolder`] if neither an option nor the platform names one.
    pub(crate) fn folder(&self) -> Result<PathBuf, CliError> {
        match &self.data {
            Some(folder) => Ok(folder.clone()),
            None => Ok(platform_folder()
                .ok_or(CliError::NoDataFolder)?
                .join("belljar")),
        }
    }

    /// The cache folder.
    ///
    /// # Errors
    /// As [`DataArgs::folder`].
    pub(crate) fn cache_folder(&self) -> Result<PathBuf, CliError> {
        match &self.cache {
            Some(folder) => Ok(folder.clone()),
            None => Ok(self.folder()?.join("cache")),
        }
    }

    /// Opens the library on the data folder, which is made if it is not there.
    ///
    /// # Errors
    /// As [`DataArgs::folder`], and if the folder cannot be used or is in use.
    pub(crate) async fn open(&self) -> Result<Belljar, CliError> {
        self.open_with(|options| options).await
    }

    /// As [`DataArgs::open`], with other options than the defaults.
    ///
    /// # Errors
    /// As [`DataArgs::open`].
    pub(crate) async fn open_with(
        &self,
        change: impl FnOnce(BelljarOptions) -> BelljarOptions,
    ) -> Result<Belljar, CliError> {
        let records = self.records(true)?;
        let options = self.at_folder()?.records(Box::new(records));
        Belljar::open(change(options))
            .await
            .map_err(|source| match source.kind() {
                // Nothing else is unavailable before there is a Belljar.
                ErrorKind::Unavailable => CliError::DataInUse { source },
                _ => CliError::Sandbox(source),
            })
    }

    /// Opens the records of the data folder, which a server may have open as well. With `make` the
    /// folder and the file are made if they are not there.
    ///
    /// # Errors
    /// As [`DataArgs::folder`], [`CliError::NoData`] if there is nothing and nothing is to be made, and
    /// if the records cannot be opened.
    pub(crate) fn records(&self, make: bool) -> Result<SqliteRecords, CliError> {
        let folder = self.folder()?;
        let file = folder.join(RECORDS_FILE);
        if !make && !file.is_file() {
            return Err(CliError::NoData { folder });
        }
        std::fs::create_dir_all(&folder)
            .map_err(|source| CliError::DataFolder { folder, source })?;
        Ok(SqliteRecords::open(file).map_err(SandboxError::from)?)
    }

    /// Whether anything was ever kept in the data folder.
    ///
    /// # Errors
    /// As [`DataArgs::folder`], and [`CliError::NoData`] if nothing was.
    pub(crate) fn exists(&self) -> Result<(), CliError> {
        let folder = self.folder()?;
        if folder.join(RECORDS_FILE).is_file() {
            Ok(())
        } else {
            Err(CliError::NoData { folder })
        }
    }

    /// Opens the library on a data folder that something was kept in, lets `work` use it, and closes
    /// it.
    ///
    /// # Errors
    /// As [`DataArgs::open`], [`CliError::NoData`] if nothing was ever kept there, and what `work`
    /// fails with.
    pub(crate) async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&Belljar) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        self.exists()?;
        let belljar = self.open().await?;
        let result = work(&belljar).await;
        belljar.close().await;
        result
    }

    /// Options for a library whose records survive, and which shows installations on stderr.
    ///
    /// # Errors
    /// As [`DataArgs::folder`].
    fn at_folder(&self) -> Result<BelljarOptions, CliError> {
        let cache = self.cache_folder()?;
        let options = BelljarOptions::at(self.folder()?).cache_dir(&cache);
        Ok(with_defaults(options, &cache))
    }

    /// Options for a library that is gone when the command ends; runtimes and compiled code are
    /// shared all the same.
    ///
    /// # Errors
    /// As [`DataArgs::folder`].
    pub(crate) fn in_memory(&self) -> Result<BelljarOptions, CliError> {
        let cache = self.cache_folder()?;
        Ok(with_defaults(BelljarOptions::in_memory(&cache), &cache))
    }
}

/// The organisation that `--org` names by id or name; without it the first there is.
///
/// # Errors
/// [`CliError::UnknownOrg`] if there is none of this name, or more than one.
pub(super) async fn org(belljar: &Belljar, named: Option<&str>) -> Result<OrgId, CliError> {
    let Some(named) = named else {
        return Ok(belljar.default_org().clone());
    };
    let orgs = belljar.ledger().read(|records| records.orgs()).await;
    one_org(&orgs.map_err(SandboxError::from)?, named)
}

/// The one of `orgs` that has this id or name.
///
/// # Errors
/// [`CliError::UnknownOrg`] if there is none, or more than one.
pub(super) fn one_org(orgs: &[OrgRecord], named: &str) -> Result<OrgId, CliError> {
    let mut found = orgs
        .iter()
        .filter(|org| org.id.as_str() == named || org.name == named);
    match (found.next(), found.next()) {
        (Some(org), None) => Ok(org.id.clone()),
        _ => Err(CliError::UnknownOrg {
            name: named.to_owned(),
            orgs: orgs
                .iter()
                .map(|org| format!("{} ({})", org.name, org.id))
                .collect(),
        }),
    }
}

/// What the command adds: installations are shown, and npm packages come from where this user's npm
/// gets them.
fn with_defaults(options: BelljarOptions, cache: &Path) -> BelljarOptions {
    let reporter = Reporter::new();
    let npm = NpmConfig::of_host(std::env::vars_os());
    options
        .progress(move |progress| reporter.report(progress))
        .registry(Arc::new(NpmRegistry::new(npm, cache.join("packages"))))
}

#[cfg(target_os = "macos")]
fn platform_folder() -> Option<PathBuf> {
    Some(
        std::env::home_dir()?
            .join("Library")
            .join("Application Support"),
    )
}

#[cfg(windows)]
fn platform_folder() -> Option<PathBuf> {
    absolute("LOCALAPPDATA")
}

#[cfg(not(any(target_os = "macos", windows)))]
fn platform_folder() -> Option<PathBuf> {
    // The XDG base directory specification: a relative path is to be ignored.
    absolute("XDG_DATA_HOME").or_else(|| Some(std::env::home_dir()?.join(".local").join("share")))
}

#[cfg(not(target_os = "macos"))]
fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
}
