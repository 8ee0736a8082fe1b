//! The units that `du` and `df` count in.

use crate::numbers;
use crate::options::{Exit, Line, Tool};
use crate::quoting::locale;
use crate::report::say;

/// How bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes(u64, &'static str),
    Human(u64),
}

impl Unit {
    pub(crate) fn show(self, bytes: u64) -> String {
        match self {
            Self::Bytes(unit, suffix) => format!("{}{suffix}", bytes.div_ceil(unit)),
            Self::Human(base) => numbers::human(bytes, base),
        }
    }
}

pub(crate) fn unit(tool: &Tool, line: &Line) -> Result<Unit, Exit> {
    const KEYS: [&str; 6] = ["human-readable", "si", "block-size", "k", "m", "bytes"];
    let given = match line.last_of(&KEYS) {
        None => match std::env::var("POSIXLY_CORRECT") {
            Ok(_) => return Ok(Unit::Bytes(512, "")),
            Err(_) => return Ok(Unit::Bytes(1024, "")),
        },
        Some("human-readable") => return Ok(Unit::Human(1024)),
        Some("si") => return Ok(Unit::Human(1000)),
        Some("k") => return Ok(Unit::Bytes(1024, "")),
        Some("m") => return Ok(Unit::Bytes(1 << 20, "")),
        Some("bytes") => return Ok(Unit::Bytes(1, "")),
        Some(_) => line.value("block-size").unwrap_or_default(),
    };
    match given {
        "human-readable" => return Ok(Unit::Human(1024)),
        "si" => return Ok(Unit::Human(1000)),
        _ => {}
    }
    let suffixes = ["K", "M", "G", "T", "P", "E", "kB", "MB", "GB", "TB", "PB", "EB"];
    let suffix = suffixes.into_iter().find(|suffix| suffix.eq_ignore_ascii_case(given));
    match numbers::size(given) {
        Ok(unit) if unit > 0 => Ok(Unit::Bytes(unit, suffix.unwrap_or(""))),
        _ => {
            say!("invalid --block-size argument {}", locale(given));
            Err(Exit(tool.misuse))
        }
    }
}
