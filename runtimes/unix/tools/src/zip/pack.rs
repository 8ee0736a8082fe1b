//! `zip`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{matches, open, percent};
use crate::calendar::Date;
use crate::os::{self, Stat};
use crate::report;

#[derive(Default)]
struct Settings {
    recursive: bool,
    quiet: bool,
    junk: bool,
    delete: bool,
    move_in: bool,
    update: bool,
    links: bool,
    no_directories: bool,
    level: Option<i64>,
    exclude: Vec<String>,
    include: Vec<String>,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let mut settings = Settings::default();
    let mut operands: Vec<String> = Vec::new();
    let mut words = arguments.iter().peekable();
    let mut only_operands = false;
    while let Some(word) = words.next() {
        if only_operands || word == "-" || !word.starts_with('-') {
            operands.push(word.clone());
            continue;
        }
        let mut list = |all: &mut Vec<String>, first: &str| {
            if !first.is_empty() {
                all.push(first.to_owned());
            }
            while let Some(pattern) = words.next_if(|it| !it.starts_with('-')) {
                if pattern == "@" {
                    break;
                }
                all.push(pattern.clone());
            }
        };
        match word.as_str() {
            "--" => only_operands = true,
            "--exclude" => list(&mut settings.exclude, ""),
            "--include" => list(&mut settings.include, ""),
            "--recurse-paths" => settings.recursive = true,
            "--quiet" => settings.quiet = true,
            "--junk-paths" => settings.junk = true,
            "--symlinks" => settings.links = true,
            "-@" => {
                let mut names = String::new();
                let _nothing = io::stdin().lock().read_to_string(&mut names);
                operands.extend(names.lines().map(str::to_owned));
            }
            _ => {
                for (at, letter) in word.char_indices().skip(1) {
                    match letter {
                        'r' => settings.recursive = true,
                        'q' => settings.quiet = true,
                        'j' => settings.junk = true,
                        'd' => settings.delete = true,
                        'm' => settings.move_in = true,
                        'u' | 'f' => settings.update = true,
                        'y' => settings.links = true,
                        'D' => settings.no_directories = true,
                        '0'..='9' => settings.level = letter.to_digit(10).map(i64::from),
                        'v' | 'X' | 'g' | 'o' | 'T' | 'k' | 'l' | 'S' => {}
                        'x' | 'i' => {
                            let all = if letter == 'x' {
                                &mut settings.exclude
                            } else {
                                &mut settings.include
                            };
                            list(all, &word[at + 1..]);
                            break;
                        }
                        other => {
                            report::line(&format!(
                                "\nzip error: Invalid command arguments (short option '{other}' not supported)"
                            ));
                            return 16;
                        }
                    }
                }
            }
        }
    }
    let Some((archive, files)) = operands.split_first() else {
        report::line("zip error: Nothing to do! (no archive is named)");
        return 16;
    };
    let name = archive.rsplit('/').next().unwrap_or(archive);
    let path = if archive == "-" || name.contains('.') {
        archive.clone()
    } else {
        format!("{archive}.zip")
    };
    match settings.pack(&path, files) {
        Ok(code) => code,
        Err(message) => {
            report::line(&format!("\nzip error: {message}"));
            15
        }
    }
}

/// A file that goes into the archive.
struct Member {
    path: String,
    stat: Stat,
}

impl Settings {
    fn pack(&self, path: &str, files: &[String]) -> Result<u8, String> {
        let mut code = 0;
        let mut members: BTreeMap<String, Member> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        if !self.delete {
            for file in files {
                code = code.max(self.collect(file, path, &mut members, &mut order));
            }
        }
        let exists = path != "-" && os::stat(path).is_ok();
        if self.delete && !exists {
            return Err(format!("Zip file structure invalid ({path})"));
        }
        if members.is_empty() && !self.delete {
            println!("\nzip error: Nothing to do! ({path})");
            return Ok(12);
        }
        if path == "-" {
            let writer = self.write(
                ZipWriter::new(Cursor::new(Vec::new())),
                None,
                files,
                &members,
                &order,
            )?;
            let bytes = writer.0.into_inner();
            let mut out = io::stdout().lock();
            out.write_all(&bytes)
                .and_then(|()| out.flush())
                .map_err(|error| report::text(&error))?;
            return Ok(code);
        }
        let temporary = format!("{path}.{}.tmp", os::pid());
        let file = File::create(&temporary).map_err(|error| {
            format!(
                "Could not create output file ({temporary}): {}",
                report::text(&error)
            )
        })?;
        let old = if exists {
            Some(
                open(path)
                    .map_err(|error| format!("Zip file structure invalid ({path}): {error}"))?,
            )
        } else {
            None
        };
        let result = self.write(ZipWriter::new(file), old, files, &members, &order);
        let (_, changes) = match result {
            Ok(done) => done,
            Err(error) => {
                let _gone = fs::remove_file(&temporary);
                return Err(error);
            }
        };
        if self.delete && changes.is_empty() {
            let _gone = fs::remove_file(&temporary);
            report::line(&format!("\nzip error: Nothing to do! ({path})"));
            return Ok(12);
        }
        fs::rename(&temporary, path).map_err(|error| report::text(&error))?;
        self.tell(path, &changes);
        if self.move_in {
            for member in members.values() {
                let _kept = if member.stat.is_dir() {
                    fs::remove_dir(&member.path)
                } else {
                    fs::remove_file(&member.path)
                };
            }
        }
        Ok(code)
    }

    /// What was done with each member. The sizes are known when all is written.
    fn tell(&self, path: &str, changes: &[(String, &'static str)]) {
        if self.quiet {
            return;
        }
        let Ok(mut archive) = open(path) else {
            return;
        };
        for (name, what) in changes {
            if *what == "deleting" {
                println!("deleting: {name}");
                continue;
            }
            let Ok(file) = archive.by_name(name) else {
                continue;
            };
            let indent = if *what == "adding" { "  " } else { "" };
            let how = if file.compression() == CompressionMethod::Stored {
                "stored"
            } else {
                "deflated"
            };
            println!(
                "{indent}{what}: {name} ({how} {}%)",
                percent(file.size(), file.compressed_size())
            );
        }
    }

    fn collect(
        &self,
        root: &str,
        archive: &str,
        members: &mut BTreeMap<String, Member>,
        order: &mut Vec<String>,
    ) -> u8 {
        let mut todo = vec![root.trim_end_matches('/').to_owned()];
        let mut code = 0;
        while let Some(path) = todo.pop() {
            let path = if path.is_empty() {
                "/".to_owned()
            } else {
                path
            };
            let found = if self.links {
                os::lstat(&path)
            } else {
                os::stat(&path)
            };
            let found = if path == "-" && root == "-" {
                Ok(standard_input())
            } else {
                found
            };
            let Ok(stat) = found else {
                if !self.quiet || path == root {
                    println!("\tzip warning: name not matched: {path}");
                }
                code = 0;
                continue;
            };
            if stat.is_file() && os::stat(archive).is_ok_and(|it| it.same(&stat)) {
                continue;
            }
            let mut name = path.trim_start_matches('/').to_owned();
            while let Some(rest) = name.strip_prefix("./") {
                name = rest.to_owned();
            }
            if self.junk {
                name = name.rsplit('/').next().unwrap_or("").to_owned();
            }
            if stat.is_dir() {
                if self.recursive {
                    let entries = fs::read_dir(&path).into_iter().flatten().flatten();
                    let mut names: Vec<String> = entries
                        .map(|it| {
                            format!(
                                "{}/{}",
                                path.trim_end_matches('/'),
                                it.file_name().to_string_lossy()
                            )
                        })
                        .collect();
                    names.reverse();
                    todo.append(&mut names);
                }
                name.push('/');
            }
            let skipped = name.is_empty()
                || name == "./"
                || name.contains("../")
                || (stat.is_dir() && (self.no_directories || self.junk))
                || matches(&self.exclude, &name)
                || (!self.include.is_empty() && !matches(&self.include, &name));
            if !skipped
                && members
                    .insert(name.clone(), Member { path, stat })
                    .is_none()
            {
                order.push(name);
            }
        }
        code
    }

    fn write<W: Write + Seek>(
        &self,
        mut writer: ZipWriter<W>,
        old: Option<super::Archive>,
        patterns: &[String],
        members: &BTreeMap<String, Member>,
        order: &[String],
    ) -> Result<(W, Vec<(String, &'static str)>), String> {
        let broken = |error: zip::result::ZipError| error.to_string();
        let mut changes = Vec::new();
        let mut known = Vec::new();
        if let Some(mut old) = old {
            for index in 0..old.len() {
                let file = old.by_index_raw(index).map_err(broken)?;
                let name = file.name().map_err(broken)?.into_owned();
                if self.delete && (matches(patterns, &name) || patterns.contains(&name)) {
                    changes.push((name, "deleting"));
                    continue;
                }
                if members.contains_key(&name) {
                    known.push(name);
                    continue;
                }
                writer.raw_copy_file(file).map_err(broken)?;
            }
        }
        for name in order {
            let Some(member) = members.get(name) else {
                continue;
            };
            self.member(&mut writer, name, member)?;
            let what = if known.contains(name) {
                "updating"
            } else {
                "adding"
            };
            changes.push((name.clone(), what));
        }
        let out = writer.finish().map_err(broken)?;
        Ok((out, changes))
    }

    fn member<W: Write + Seek>(
        &self,
        writer: &mut ZipWriter<W>,
        name: &str,
        member: &Member,
    ) -> Result<(), String> {
        let broken = |error: zip::result::ZipError| error.to_string();
        let date = Date::of(member.stat.modified.div_euclid(1_000_000_000));
        let part = |it: i64| u8::try_from(it).unwrap_or(0);
        let year = u16::try_from(date.year).unwrap_or(1980);
        let time = DateTime::from_date_and_time(
            year,
            part(date.month),
            part(date.day),
            part(date.hour),
            part(date.minute),
            part(date.second),
        );
        let mut options = SimpleFileOptions::default()
            .unix_permissions(member.stat.mode & 0o7777)
            .last_modified_time(time.unwrap_or_default());
        if member.stat.is_dir() {
            return writer
                .add_directory(name, options.compression_method(CompressionMethod::Stored))
                .map_err(broken);
        }
        if member.stat.is_link() {
            let target = fs::read_link(&member.path).map_err(|error| report::text(&error))?;
            return writer
                .add_symlink(name, target.to_string_lossy(), options)
                .map_err(broken);
        }
        let unreadable = |error: io::Error| format!("{}: {}", member.path, report::text(&error));
        let mut file: Box<dyn Read> = if member.path == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(&member.path).map_err(unreadable)?)
        };
        let mut start = Vec::new();
        (&mut file)
            .take(1 << 20)
            .read_to_end(&mut start)
            .map_err(unreadable)?;
        let store = self.level == Some(0) || !shrinks(&start);
        options = if store {
            options.compression_method(CompressionMethod::Stored)
        } else {
            options
                .compression_method(CompressionMethod::Deflated)
                .compression_level(self.level)
        };
        options = options.large_file(member.stat.size > u32::MAX.into());
        writer.start_file(name, options).map_err(broken)?;
        io::copy(&mut start.as_slice().chain(file), writer).map_err(unreadable)?;
        Ok(())
    }
}

/// What is archived of standard input: a file that only its owner may use, made now.
fn standard_input() -> Stat {
    let now = crate::calendar::now();
    Stat {
        device: 0,
        inode: 0,
        mode: os::S_IFREG | 0o600,
        links: 1,
        uid: 0,
        gid: 0,
        size: 0,
        blocks: 0,
        accessed: now,
        modified: now,
        changed: now,
    }
}

/// Whether something gets smaller by deflating it, as far as its first MiB can tell.
fn shrinks(bytes: &[u8]) -> bool {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(bytes);
    written.is_ok() && encoder.finish().is_ok_and(|it| it.len() < bytes.len())
}
