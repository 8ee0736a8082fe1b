//! Where the command keeps its data, and how it opens the library there.

use std::path::PathBuf;

use crate::BelljarOptions;
use clap::Args;

use super::exit::CliError;
use super::progress::Reporter;

/// Options that every subcommand takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Folders")]
pub(crate) struct DataArgs {
    /// Folder for records, sandboxes and runtimes [default: the platform's data folder]
    #[arg(long, value_name = "DIR", env = "BELLJAR_DATA", global = true)]
    #[arg(hide_env_values = true)]
    data: Option<PathBuf>,
    /// Folder for runtimes and compiled code [default: `cache` in the data folder]
    #[arg(long, value_name = "DIR", env = "BELLJAR_CACHE", global = true)]
    #[arg(hide_env_values = true)]
    cache: Option<PathBuf>,
}

impl DataArgs {
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

    /// Options for a library whose records survive, and which shows installations on stderr.
    ///
    /// # Errors
    /// As [`DataArgs::folder`].
    pub(crate) fn at_folder(&self) -> Result<BelljarOptions, CliError> {
        let options = BelljarOptions::at(self.folder()?).cache_dir(self.cache_folder()?);
        Ok(with_progress(options))
    }

    /// Options for a library that is gone when the command ends; runtimes and compiled code are
    /// shared all the same.
    ///
    /// # Errors
    /// As [`DataArgs::folder`].
    pub(crate) fn in_memory(&self) -> Result<BelljarOptions, CliError> {
        Ok(with_progress(BelljarOptions::in_memory(
            self.cache_folder()?,
        )))
    }
}

fn with_progress(options: BelljarOptions) -> BelljarOptions {
    let reporter = Reporter::new();
    options.progress(move |progress| reporter.report(progress))
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
