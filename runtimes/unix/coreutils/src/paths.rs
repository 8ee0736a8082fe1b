//! Paths made canonical: `readlink -f`, `realpath`, `pwd -P`.

use std::collections::VecDeque;
use std::io;

use belljar_sys::posix::{self, S_IFDIR, S_IFLNK, S_IFMT};

use rustix::io::Errno;

use crate::streams::absolute;

/// What need not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Nothing,
    Last,
    Anything,
}

/// As many links as Linux follows.
const MOST_LINKS: u32 = 40;

/// The path without links, dots and doubled slashes.
pub(crate) fn canonical(path: &str, missing: Missing) -> io::Result<String> {
    if path.is_empty() {
        return Err(Errno::NOENT.into());
    }
    resolve(&absolute(path), missing, true)
}

/// The path without dots and doubled slashes, links kept.
pub(crate) fn normal(path: &str) -> String {
    let mut done: Vec<&str> = Vec::new();
    let path = absolute(path);
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                done.pop();
            }
            part => done.push(part),
        }
    }
    format!("/{}", done.join("/"))
}

fn resolve(path: &str, missing: Missing, follow: bool) -> io::Result<String> {
    let mut done = String::new();
    let mut todo: VecDeque<String> = path.split('/').map(str::to_owned).collect();
    let directory_wanted = path.ends_with('/') || path.ends_with("/.");
    let mut links = 0;
    while let Some(part) = todo.pop_front() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                done.truncate(done.rfind('/').unwrap_or(0));
                continue;
            }
            _ => {}
        }
        let length = done.len();
        done.push('/');
        done.push_str(&part);
        let last = todo.iter().all(|part| part.is_empty() || part == ".");
        match posix::lstat(&done) {
            Ok(found) if found.mode & S_IFMT == S_IFLNK && follow => {
                links += 1;
                if links > MOST_LINKS {
                    if missing == Missing::Anything {
                        continue;
                    }
                    return Err(Errno::LOOP.into());
                }
                let target = std::fs::read_link(&done)?;
                let target = target.to_string_lossy();
                done.truncate(if target.starts_with('/') { 0 } else { length });
                for part in target.split('/').rev() {
                    todo.push_front(part.to_owned());
                }
            }
            Ok(found) => {
                let directory = found.mode & S_IFMT == S_IFDIR;
                if !directory && (!last || directory_wanted) && missing != Missing::Anything {
                    return Err(Errno::NOTDIR.into());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match missing {
                Missing::Anything => {}
                Missing::Last if last => {}
                _ => return Err(error),
            },
            Err(_) if missing == Missing::Anything => {}
            Err(error) => return Err(error),
        }
    }
    if done.is_empty() {
        done.push('/');
    }
    Ok(done)
}

/// The way to `path` from the directory `base`; both without links.
pub(crate) fn relative(path: &str, base: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (path, base) = (parts(path), parts(base));
    let common = path.iter().zip(&base).take_while(|(left, right)| left == right).count();
    let mut way = vec!["..".to_owned(); base.len() - common];
    way.extend(path.into_iter().skip(common));
    if way.is_empty() {
        return ".".to_owned();
    }
    way.join("/")
}

/// A path in a directory.
pub(crate) fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        return name.to_owned();
    }
    if directory.ends_with('/') {
        return format!("{directory}{name}");
    }
    format!("{directory}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_paths() {
        for (path, base, way) in [
            ("/a/b", "/a", "b"),
            ("/a", "/a/b", ".."),
            ("/a/c", "/a/b", "../c"),
            ("/", "/a", ".."),
            ("/a", "/a", "."),
        ] {
            assert_eq!(relative(path, base), way);
        }
        assert_eq!(normal("/a/./b//../c/"), "/a/c");
    }
}
