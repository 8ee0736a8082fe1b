//! `zip` and `unzip`.

mod pack;
mod unpack;

pub(crate) use pack::run as zip;
pub(crate) use unpack::run as unzip;

use std::fs::File;
use std::io::BufReader;

use zip::ZipArchive;

use crate::glob::{self, Rules};
use crate::report;

type Archive = ZipArchive<BufReader<File>>;

fn open(path: &str) -> Result<Archive, String> {
    let file = File::open(path).map_err(|error| report::text(&error))?;
    ZipArchive::new(BufReader::with_capacity(1 << 16, file)).map_err(|error| error.to_string())
}

fn matches(patterns: &[String], name: &str) -> bool {
    patterns
        .iter()
        .any(|it| glob::matches(it, name, Rules::default()))
}

fn percent(plain: u64, packed: u64) -> u64 {
    if plain == 0 {
        return 0;
    }
    let saved = 100.0 * (1.0 - packed as f64 / plain as f64);
    saved.max(0.0).round() as u64
}
