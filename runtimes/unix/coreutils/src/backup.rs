//! Backups of what is overwritten, as `--backup` makes them.

use std::fs;

use belljar_sys::posix;

use crate::names::{base, directory};
use crate::options::{Exit, Line, Tool, choose};
use crate::quoting::always;

/// How the copies are named.
#[derive(Clone, Debug)]
pub(crate) struct Backup {
    control: Control,
    suffix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Simple,
    Numbered,
    Existing,
}

impl Backup {
    /// What a command line asks for: `--backup`, `-b`, `-S`.
    pub(crate) fn of(tool: &Tool, line: &Line) -> Result<Option<Self>, Exit> {
        if !line.has("backup") && !line.has("b") && !line.has("suffix") {
            return Ok(None);
        }
        let environment = std::env::var("VERSION_CONTROL").ok().filter(|value| !value.is_empty());
        let given = line.value("backup").map(str::to_owned).or(environment);
        let control = match given {
            None => Control::Existing,
            Some(given) => {
                let words = [
                    "none", "off", "simple", "never", "existing", "nil", "numbered", "t",
                ];
                match choose(tool, "backup type", &given, &words)? {
                    "none" | "off" => return Ok(None),
                    "simple" | "never" => Control::Simple,
                    "existing" | "nil" => Control::Existing,
                    _ => Control::Numbered,
                }
            }
        };
        let environment = std::env::var("SIMPLE_BACKUP_SUFFIX").ok();
        let suffix = line.value("suffix").map(str::to_owned).or(environment);
        let suffix = suffix.filter(|suffix| !suffix.is_empty() && !suffix.contains('/'));
        Ok(Some(Self {
            control,
            suffix: suffix.unwrap_or_else(|| "~".to_owned()),
        }))
    }

    /// What the backup of `path` is called.
    pub(crate) fn name(&self, path: &str) -> String {
        let highest = match self.control {
            Control::Simple => None,
            Control::Numbered => Some(highest(path).unwrap_or(0)),
            Control::Existing => highest(path),
        };
        match highest {
            Some(highest) => format!("{path}.~{}~", highest + 1),
            None => format!("{path}{}", self.suffix),
        }
    }

    /// Whether `source` would be overwritten by the backup of `path`.
    pub(crate) fn destroys(&self, source: &str, path: &str) -> bool {
        let name = self.name(path);
        match (posix::stat(source), posix::stat(&name)) {
            (Ok(source), Ok(backup)) => {
                (source.device, source.inode) == (backup.device, backup.inode)
            }
            _ => false,
        }
    }
}

/// The highest number that a backup of `path` has.
fn highest(path: &str) -> Option<u64> {
    let prefix = format!("{}.~", base(path));
    let entries = fs::read_dir(directory(path)).ok()?;
    entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let number = name.to_str()?.strip_prefix(&prefix)?.strip_suffix('~')?;
            number.parse().ok()
        })
        .max()
}

/// How `--verbose` tells of a backup.
pub(crate) fn note(name: Option<&str>) -> String {
    name.map_or(String::new(), |name| format!(" (backup: {})", always(name)))
}
