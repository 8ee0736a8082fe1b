//! Files in requests and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::error::ApiError;
use crate::api::wire::field::{self, Base64, Object};
use crate::sandbox::{FileEntry, FileWrite};

/// A file to write.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct FileBody {
    path: String,
    content: Base64,
}

/// The body of a write.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct WriteBody {
    pub(crate) files: Vec<Object<FileBody>>,
}

/// The answer to a write.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WrittenData {
    pub(crate) files_written: u64,
}

/// The body of `rm`, and with `recursive` of `mkdir` and `rmdir`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PathBody {
    path: String,
    #[serde(default)]
    pub(crate) recursive: bool,
}

impl PathBody {
    /// The path, checked.
    pub(crate) fn path(&self) -> Result<&str, ApiError> {
        field::path("path", &self.path)?;
        Ok(&self.path)
    }
}

/// Converts the files of a body; `name` is the field they came in.
pub(crate) fn writes(name: &str, files: Vec<Object<FileBody>>) -> Result<Vec<FileWrite>, ApiError> {
    files
        .into_iter()
        .enumerate()
        .map(|(index, Object(file))| {
            field::path(&format!("{name}[{index}].path"), &file.path)?;
            Ok(FileWrite {
                path: file.path,
                content: file.content.0,
            })
        })
        .collect()
}

/// The entries of a directory.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ListData {
    files: Vec<EntryData>,
}

impl ListData {
    pub(crate) fn new(entries: Vec<FileEntry>) -> Self {
        Self {
            files: entries.into_iter().map(EntryData::from).collect(),
        }
    }
}

/// One entry; `path` is relative to the listed directory.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryData {
    path: String,
    size: u64,
    is_dir: bool,
    is_symlink: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    link_target: Option<String>,
    /// Octal text such as `0644`.
    mode: String,
    mod_time: String,
}

impl From<FileEntry> for EntryData {
    fn from(entry: FileEntry) -> Self {
        Self {
            path: entry.path,
            size: entry.size,
            is_dir: entry.is_dir,
            is_symlink: entry.is_symlink,
            link_target: entry.link_target,
            mode: format!("{:04o}", entry.mode & 0o7777),
            mod_time: entry.modified.to_string(),
        }
    }
}
