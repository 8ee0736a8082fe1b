//! `tsconfig.json`, as far as it decides what TypeScript and JSX become. (Its `paths` are the
//! resolver's.)

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use belljar_syntax::Options;
use belljar_syntax::tsconfig::TsConfig;

use super::resolve::{Kind, resolve};

/// How many files one may extend in turn.
const MOST_EXTENDED: usize = 16;

thread_local! {
    /// By the folder of the file that holds for it.
    static CONFIGS: RefCell<HashMap<PathBuf, Option<TsConfig>>> = RefCell::new(HashMap::new());
}

/// Applies the configuration that holds for a file: that of the nearest folder above which has one.
/// Packages have their own ways, and are not asked.
pub fn apply(path: &str, options: &mut Options) {
    if path.contains("/node_modules/") {
        return;
    }
    for folder in Path::new(path).ancestors().skip(1) {
        let found = CONFIGS.with_borrow(|configs| configs.get(folder).cloned());
        let found = found.unwrap_or_else(|| {
            let found = ["tsconfig.json", "jsconfig.json"]
                .iter()
                .find_map(|name| read(&folder.join(name), MOST_EXTENDED));
            CONFIGS.with_borrow_mut(|configs| configs.insert(folder.to_owned(), found.clone()));
            found
        });
        if let Some(config) = found {
            config.apply(options);
            return;
        }
    }
}

/// Reads a file and what it extends. One that cannot be read or understood is as none: the program
/// that it is for says more than its editor's settings.
fn read(path: &Path, extended: usize) -> Option<TsConfig> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut config = TsConfig::parse(&text).ok()?;
    for wanted in std::mem::take(&mut config.extends).into_iter().rev() {
        if extended == 0 {
            break;
        }
        if let Some(base) = base_of(path, &wanted).and_then(|path| read(&path, extended - 1)) {
            config = config.over(base);
        }
    }
    Some(config)
}

/// The file that one names under `extends`.
fn base_of(path: &Path, wanted: &str) -> Option<PathBuf> {
    if wanted.starts_with(['.', '/']) {
        let base = path.parent()?.join(wanted);
        let with_extension = PathBuf::from(format!("{}.json", base.display()));
        return Some(if base.is_file() { base } else { with_extension });
    }
    let path = path.to_str()?;
    let tries = [
        wanted.to_owned(),
        format!("{wanted}.json"),
        format!("{wanted}/tsconfig.json"),
    ];
    let found = tries
        .iter()
        .find_map(|wanted| resolve(path, wanted, Kind::Require).ok())?;
    Some(found.into())
}
