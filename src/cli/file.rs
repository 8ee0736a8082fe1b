//! `--file HOST:GUEST`: which file of this machine goes where in the sandbox.

use std::path::{Path, PathBuf};

use super::exit::CliError;
use crate::FileWrite;

/// One file to copy in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileArg {
    host: PathBuf,
    guest: String,
}

impl FileArg {
    /// Splits at the last colon, so that a drive letter stays with the host's path. Without a guest
    /// path the file keeps its name and goes into the sandbox's home.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not HOST:GUEST");
        let drive_only = |at: usize| at == 1 && text.starts_with(|c: char| c.is_ascii_alphabetic());
        let (host, guest) = match text.rfind(':') {
            Some(at) if !(cfg!(windows) && drive_only(at)) => {
                let (host, guest) = text.split_at(at);
                (Path::new(host), guest.trim_start_matches(':').to_owned())
            }
            _ => {
                let host = Path::new(text);
                let name = host.file_name().ok_or_else(wrong)?;
                (host, name.to_str().ok_or_else(wrong)?.to_owned())
            }
        };
        if host.as_os_str().is_empty() || guest.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            host: host.to_owned(),
            guest,
        })
    }

    /// Reads it.
    pub(crate) fn read(&self) -> Result<FileWrite, CliError> {
        let content = std::fs::read(&self.host).map_err(|source| CliError::ReadFile {
            path: self.host.clone(),
            source,
        })?;
        Ok(FileWrite {
            path: self.guest.clone(),
            content: content.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_guest_are_split_at_the_last_colon() {
        for (text, host, guest) in [
            ("a.py:b.py", "a.py", "b.py"),
            ("dir/a.py:/tmp/x", "dir/a.py", "/tmp/x"),
            ("dir/a.py", "dir/a.py", "a.py"),
            ("C:\\dir\\a.py:b.py", "C:\\dir\\a.py", "b.py"),
        ] {
            let parsed = FileArg::parse(text).unwrap();
            assert_eq!(
                (parsed.host.as_path(), parsed.guest.as_str()),
                (Path::new(host), guest)
            );
        }
        for text in ["", ":x", "x:", "/"] {
            assert!(FileArg::parse(text).is_err(), "{text}");
        }
    }
}
