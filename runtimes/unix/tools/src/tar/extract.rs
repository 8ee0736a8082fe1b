//! `-t` and `-x`.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use tar::{Archive, EntryType, Header};

use super::compare;
use super::{Detail, Mode, Operand, Settings};
use crate::calendar;
use crate::compression::Codec;
use crate::files;
use crate::modes;
use crate::os;
use crate::report;
use crate::stream::{self, Out};

struct Run<'s> {
    settings: &'s Settings,
    out: Out,
    /// Names that are asked for, and whether something had them.
    wanted: Vec<(String, bool)>,
    folder: PathBuf,
    failed: bool,
    /// Something that is compared is not as it is in the archive.
    differs: bool,
    slash_told: bool,
    /// Modes and times of directories, set at the end: what is made in them changes their time.
    directories: Vec<(PathBuf, u32, u64)>,
}

pub(super) fn run(settings: &Settings, operands: &[Operand]) -> Result<u8, String> {
    let failed =
        |error: &io::Error| format!("{}: Cannot open: {}", settings.archive, report::text(error));
    let input: Box<dyn Read> = if settings.archive == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(&settings.archive).map_err(|error| failed(&error))?)
    };
    let mut input = BufReader::with_capacity(1 << 16, input);
    let start = input.fill_buf().map_err(|error| failed(&error))?;
    let found = Codec::detect(start);
    if start.is_empty() {
        return Err("This does not look like a tar archive".into());
    }
    if let (Some(wanted), None) = (settings.codec, found) {
        report::line(&format!(
            "\n{}: not in {} format",
            program(wanted),
            program(wanted)
        ));
        return Err("Child returned status 1".into());
    }
    // What it is says more than what it is called.
    let input: Box<dyn Read> = match found {
        Some(codec) => codec.decoder(input).map_err(|error| failed(&error))?,
        None => Box::new(input),
    };
    let mut run = Run {
        settings,
        out: stream::stdout(),
        wanted: Vec::new(),
        folder: PathBuf::new(),
        failed: false,
        differs: false,
        slash_told: false,
        directories: Vec::new(),
    };
    for operand in operands {
        match operand {
            Operand::Directory(folder) => {
                run.folder = run.folder.join(folder);
                if settings.mode == Mode::Extract && !run.folder.is_dir() {
                    return Err(format!("{folder}: Cannot open: No such file or directory"));
                }
            }
            Operand::File(name) => run.wanted.push((name.clone(), false)),
        }
    }
    run.members(input)?;
    run.finish_directories();
    for (name, found) in &run.wanted {
        if !found {
            report::say("tar", &format!("{name}: Not found in archive"));
            run.failed = true;
        }
    }
    let mut code = u8::from(run.differs);
    if run.failed {
        report::say("tar", "Exiting with failure status due to previous errors");
        code = 2;
    }
    Ok(stream::finish("tar", &mut run.out, code, 2))
}

fn program(codec: Codec) -> &'static str {
    match codec {
        Codec::Gzip => "gzip",
        Codec::Bzip2 => "bzip2",
        Codec::Xz => "xz",
        Codec::Zstd => "zstd",
    }
}

impl Run<'_> {
    fn complain(&mut self, path: &str, what: &str, error: &io::Error) {
        report::say(
            "tar",
            &format!("{path}: Cannot {what}: {}", report::text(error)),
        );
        self.failed = true;
    }

    fn members(&mut self, input: Box<dyn Read>) -> Result<(), String> {
        let unreadable = |error: io::Error| {
            let text = report::text(&error);
            if text.contains("numeric field") || text.contains("cksum") || text.contains("checksum")
            {
                "This does not look like a tar archive".to_owned()
            } else if error.kind() == io::ErrorKind::UnexpectedEof
                || text.contains("EOF")
                || text.contains("failed to read entire block")
            {
                "Unexpected EOF in archive".to_owned()
            } else {
                text
            }
        };
        let mut archive = Archive::new(input);
        let entries = archive.entries().map_err(unreadable)?;
        for entry in entries {
            let mut entry = entry.map_err(unreadable)?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if !self.is_wanted(&name) || self.settings.select.is_excluded(&name) {
                continue;
            }
            let target = entry.link_name_bytes();
            let target = target.map(|it| PathBuf::from(String::from_utf8_lossy(&it).into_owned()));
            let header = entry.header().clone();
            if header.entry_type().is_pax_global_extensions() {
                continue;
            }
            if self.settings.mode == Mode::List {
                let detail = self.settings.detail(0);
                let mut text = line(&name, &header, target.as_deref(), detail);
                text.push('\n');
                let _checked_at_the_end = self.out.write_all(text.as_bytes());
                continue;
            }
            let Some(path) = self.destination(&name) else {
                continue;
            };
            if self.settings.mode == Mode::Compare {
                if self.settings.verbose > 0 {
                    let text = line(&name, &header, target.as_deref(), self.settings.detail(1));
                    let _checked_at_the_end = writeln!(self.out, "{text}");
                }
                let at = target.as_deref();
                let linked = match at {
                    Some(at) if header.entry_type() == EntryType::Link => {
                        self.destination(&at.to_string_lossy())
                    }
                    other => other.map(Path::to_owned),
                };
                let found = compare::member(&path, &header, linked.as_deref(), &mut entry);
                for difference in found.map_err(unreadable)? {
                    self.differs = true;
                    let _checked_at_the_end = writeln!(self.out, "{name}: {difference}");
                }
                continue;
            }
            if self.settings.verbose > 0 {
                let detail = self.settings.detail(1);
                let mut text = line(&name, &header, target.as_deref(), detail);
                text.push('\n');
                if self.settings.to_stdout {
                    report::line(text.trim_end());
                } else {
                    let _checked_at_the_end = self.out.write_all(text.as_bytes());
                }
            }
            if self.settings.to_stdout {
                if header.entry_type().is_file() {
                    io::copy(&mut entry, &mut self.out).map_err(unreadable)?;
                }
                continue;
            }
            self.member(&name, &path, &header, target.as_deref(), &mut entry)
                .map_err(unreadable)?;
        }
        Ok(())
    }

    fn is_wanted(&mut self, name: &str) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        let mut any = false;
        for (wanted, found) in &mut self.wanted {
            if self.settings.select.names(wanted, name) {
                *found = true;
                any = true;
            }
        }
        any
    }

    /// Where a member goes; none if it goes nowhere.
    fn destination(&mut self, name: &str) -> Option<PathBuf> {
        if self.settings.absolute && self.settings.strip == 0 {
            return Some(self.folder.join(name));
        }
        if name.starts_with('/') && !self.slash_told {
            self.slash_told = true;
            report::say("tar", "Removing leading `/' from member names");
        }
        let Some(inside) = files::inside(name) else {
            report::say("tar", &format!("{name}: Member name contains '..'"));
            self.failed = true;
            return None;
        };
        let stripped: Vec<&str> = inside.split('/').skip(self.settings.strip).collect();
        let stripped = stripped.join("/");
        if stripped.is_empty() && self.settings.strip > 0 {
            return None;
        }
        let path = if stripped.is_empty() {
            self.folder.join(".")
        } else {
            self.folder.join(&stripped)
        };
        // Through a link that an archive has made before it could write anywhere.
        let mut upper = PathBuf::from(&stripped);
        while upper.pop() && !upper.as_os_str().is_empty() {
            let at = self.folder.join(&upper).to_string_lossy().into_owned();
            if os::lstat(&at).is_ok_and(|it| it.is_link()) && leads_out(&self.folder, &at) {
                report::say(
                    "tar",
                    &format!("{name}: Cannot open: a link leads out of the directory"),
                );
                self.failed = true;
                return None;
            }
        }
        Some(path)
    }

    /// Makes a file of a member. An error is one of reading the archive.
    fn member(
        &mut self,
        name: &str,
        path: &Path,
        header: &Header,
        target: Option<&Path>,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        let shown = path.to_string_lossy().into_owned();
        let kind = header.entry_type();
        let mode = header.mode().unwrap_or(0o644) & 0o7777;
        if let Some(parent) = path.parent()
            && !parent.as_os_str().is_empty()
            && let Err(error) = fs::create_dir_all(parent)
        {
            self.complain(name, "mkdir", &error);
            return Ok(());
        }
        if kind == EntryType::Directory {
            match fs::create_dir(path) {
                Ok(()) => {}
                Err(_) if path.is_dir() => {}
                Err(error) => {
                    self.complain(name, "mkdir", &error);
                    return Ok(());
                }
            }
            let time = header.mtime().unwrap_or(0);
            self.directories.push((path.to_owned(), mode, time));
            return Ok(());
        }
        if os::lstat(&shown).is_ok() {
            if self.settings.skip {
                return Ok(());
            }
            if self.settings.keep {
                self.complain(name, "open", &io::Error::other("File exists"));
                return Ok(());
            }
            // Written anew, not through a link that is there.
            let _not_there = fs::remove_file(path);
        }
        let made = match kind {
            EntryType::Symlink => {
                let target = target
                    .map(|it| it.to_string_lossy().into_owned())
                    .unwrap_or_default();
                files::symlink(&target, &shown)
            }
            EntryType::Link => {
                let target = target
                    .map(|it| it.to_string_lossy().into_owned())
                    .unwrap_or_default();
                match self.destination(&target) {
                    Some(source) => os::hard_link(&source, path),
                    None => return Ok(()),
                }
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                return self.file(name, path, mode, header.mtime().unwrap_or(0), content);
            }
            other => {
                let code = char::from(other.as_byte());
                report::say(
                    "tar",
                    &format!("{name}: Unknown file type '{code}', skipped"),
                );
                self.failed = true;
                return Ok(());
            }
        };
        if let Err(error) = made {
            self.complain(name, "create link", &error);
        }
        Ok(())
    }

    fn file(
        &mut self,
        name: &str,
        path: &Path,
        mode: u32,
        time: u64,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        let mut file = match File::create(path) {
            Ok(file) => file,
            Err(error) => {
                self.complain(name, "open", &error);
                return Ok(());
            }
        };
        let mut block = vec![0; 1 << 16];
        loop {
            let read = content.read(&mut block)?;
            if read == 0 {
                break;
            }
            if let Err(error) = file.write_all(&block[..read]) {
                self.complain(name, "write", &error);
                return Ok(());
            }
        }
        if !self.settings.touch {
            let seconds = i64::try_from(time).unwrap_or(0);
            let time = files::time(seconds.saturating_mul(1_000_000_000));
            if let Err(error) = file.set_modified(time) {
                self.complain(name, "utime", &error);
            }
        }
        drop(file);
        let mode = self.allowed(mode);
        if let Err(error) = os::chmod(&path.to_string_lossy(), mode) {
            self.complain(name, "change mode", &error);
        }
        Ok(())
    }

    /// What of a mode is given to a file.
    fn allowed(&self, mode: u32) -> u32 {
        if self.settings.permissions || os::uid() == 0 {
            return mode;
        }
        mode & 0o777 & !os::umask()
    }

    fn finish_directories(&mut self) {
        for (path, mode, time) in std::mem::take(&mut self.directories).into_iter().rev() {
            if !self.settings.touch
                && let Ok(file) = File::open(&path)
            {
                let seconds = i64::try_from(time).unwrap_or(0);
                // Not every system lets a directory's time be set this way.
                let _unset = file.set_modified(files::time(seconds.saturating_mul(1_000_000_000)));
            }
            let mode = self.allowed(mode);
            if let Err(error) = os::chmod(&path.to_string_lossy(), mode) {
                self.complain(&path.to_string_lossy(), "change mode", &error);
            }
        }
    }
}

/// Whether what is at a path is really somewhere else than in the folder.
fn leads_out(folder: &Path, path: &str) -> bool {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    match (fs::canonicalize(folder), fs::canonicalize(path)) {
        (Ok(folder), Ok(path)) => !path.starts_with(folder),
        _ => true,
    }
}

/// A line of a list.
pub(super) fn line(name: &str, header: &Header, target: Option<&Path>, detail: Detail) -> String {
    if detail == Detail::Name {
        return name.to_owned();
    }
    let kind = match header.entry_type() {
        EntryType::Directory => os::S_IFDIR,
        EntryType::Symlink => os::S_IFLNK,
        EntryType::Char => os::S_IFCHR,
        EntryType::Block => os::S_IFBLK,
        EntryType::Fifo => os::S_IFIFO,
        _ => os::S_IFREG,
    };
    let mut mode = modes::text(kind | header.mode().unwrap_or(0) & 0o7777);
    let link = match (header.entry_type(), target) {
        (EntryType::Symlink, Some(target)) => format!(" -> {}", target.display()),
        (EntryType::Link, Some(target)) => {
            mode.replace_range(..1, "h");
            format!(" link to {}", target.display())
        }
        _ => String::new(),
    };
    let account = |name: Result<Option<&str>, std::str::Utf8Error>, number: io::Result<u64>| {
        let name = name
            .ok()
            .flatten()
            .filter(|it| !it.is_empty())
            .map(str::to_owned);
        name.unwrap_or_else(|| number.unwrap_or(0).to_string())
    };
    let owner = format!(
        "{}/{}",
        account(header.username(), header.uid()),
        account(header.groupname(), header.gid())
    );
    let size = header.entry_size().unwrap_or(0).to_string();
    let time = i64::try_from(header.mtime().unwrap_or(0)).unwrap_or(0);
    let form = match detail {
        Detail::Full => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M",
    };
    let date = calendar::format(form, time);
    // GNU's lets the columns grow: 19 for owner and size together.
    let width = 19_usize.saturating_sub(owner.len() + 1).max(size.len());
    format!("{mode} {owner} {size:>width$} {date} {name}{link}")
}
