//! `-c`, `-r` and `-u`.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};

use super::{Mode, Operand, Settings};
use crate::accounts;
use crate::compression::Codec;
use crate::modes;
use crate::os::{self, Stat};
use crate::report;
use crate::stream;

struct Run<'s, W: Write> {
    settings: &'s Settings,
    builder: Builder<W>,
    failed: bool,
    /// Files with several names, by where they are, and the first of these names.
    links: HashMap<(u64, u64), String>,
    users: HashMap<u32, String>,
    groups: HashMap<u32, String>,
    slash_told: bool,
    /// Times of the members that an archive has already (`-u`).
    known: HashMap<String, u64>,
    folder: PathBuf,
}

pub(super) fn run(settings: &Settings, operands: &[Operand]) -> Result<u8, String> {
    if !operands.iter().any(|it| matches!(it, Operand::File(_))) && settings.mode == Mode::Create {
        return Err("Cowardly refusing to create an empty archive".into());
    }
    let failed = |error: io::Error| {
        format!(
            "{}: Cannot open: {}",
            settings.archive,
            report::text(&error)
        )
    };
    if settings.mode != Mode::Create {
        if settings.codec.is_some() {
            return Err("Cannot update compressed archives".into());
        }
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&settings.archive)
            .map_err(failed)?;
        let known = end_of_members(&mut file).map_err(failed)?;
        return write(settings, operands, file, known);
    }
    let out: Box<dyn Write> = if settings.archive == "-" {
        Box::new(stream::stdout())
    } else {
        let file = File::create(&settings.archive).map_err(failed)?;
        Box::new(io::BufWriter::with_capacity(1 << 16, file))
    };
    match settings.codec {
        None => write(settings, operands, out, HashMap::new()),
        Some(codec) => {
            let level = if codec == Codec::Bzip2 { 9 } else { 6 };
            let mut encoder = codec.encoder(out, level, None, 0).map_err(failed)?;
            let code = write(settings, operands, &mut encoder, HashMap::new())?;
            encoder.finish().map_err(failed)?;
            Ok(code)
        }
    }
}

/// Finds where an archive's members end, which is where more are to be written.
fn end_of_members(file: &mut File) -> io::Result<HashMap<String, u64>> {
    let mut known = HashMap::new();
    let mut end = 0;
    {
        let mut archive = tar::Archive::new(&mut *file);
        for entry in archive.entries()? {
            let entry = entry?;
            let time = entry.header().mtime().unwrap_or(0);
            known.insert(
                String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
                time,
            );
            end = entry.raw_file_position() + entry.size().div_ceil(512) * 512;
        }
    }
    file.seek(SeekFrom::Start(end))?;
    file.set_len(end)?;
    Ok(known)
}

fn write(
    settings: &Settings,
    operands: &[Operand],
    out: impl Write,
    known: HashMap<String, u64>,
) -> Result<u8, String> {
    let mut run = Run {
        settings,
        builder: Builder::new(out),
        failed: false,
        links: HashMap::new(),
        users: HashMap::new(),
        groups: HashMap::new(),
        slash_told: false,
        known,
        folder: PathBuf::new(),
    };
    let unwritten = |error: io::Error| {
        format!(
            "{}: Cannot write: {}",
            settings.archive,
            report::text(&error)
        )
    };
    for operand in operands {
        match operand {
            Operand::Directory(folder) => {
                run.folder = run.folder.join(folder);
                if !run.folder.is_dir() {
                    return Err(format!("{folder}: Cannot open: No such file or directory"));
                }
            }
            Operand::File(path) => run.tree(path).map_err(unwritten)?,
        }
    }
    run.builder.finish().map_err(unwritten)?;
    let failed = run.failed;
    let mut out = run.builder.into_inner().map_err(unwritten)?;
    out.flush().map_err(unwritten)?;
    if failed {
        report::say("tar", "Exiting with failure status due to previous errors");
        return Ok(2);
    }
    Ok(0)
}

impl<W: Write> Run<'_, W> {
    fn complain(&mut self, path: &str, error: &io::Error, what: &str) {
        report::say(
            "tar",
            &format!("{path}: Cannot {what}: {}", report::text(error)),
        );
        self.failed = true;
    }

    /// Adds a file, or a directory and all below it. An error is one of writing the archive.
    fn tree(&mut self, root: &str) -> io::Result<()> {
        let mut todo = vec![root.to_owned()];
        while let Some(path) = todo.pop() {
            if self.settings.select.is_excluded(&path) {
                continue;
            }
            let full = self.folder.join(&path).to_string_lossy().into_owned();
            let found = if self.settings.dereference {
                os::stat(&full)
            } else {
                os::lstat(&full)
            };
            let stat = match found {
                Ok(stat) => stat,
                Err(error) => {
                    self.complain(&path, &error, "stat");
                    continue;
                }
            };
            if same_file(&self.settings.archive, &stat) {
                report::say("tar", &format!("{path}: file is the archive; not dumped"));
                continue;
            }
            if self.settings.mode == Mode::Update {
                let time = u64::try_from(stat.modified / 1_000_000_000).unwrap_or(0);
                let name = self.member(&path, stat.is_dir());
                if self.known.get(&name).is_some_and(|known| *known >= time) && !stat.is_dir() {
                    continue;
                }
            }
            self.add(&path, &full, &stat)?;
            if !stat.is_dir() || !self.settings.recursion {
                continue;
            }
            match fs::read_dir(&full) {
                Ok(entries) => {
                    let mut names: Vec<String> = entries
                        .flatten()
                        .map(|it| it.file_name().to_string_lossy().into_owned())
                        .collect();
                    if self.settings.sorted {
                        names.sort();
                    }
                    let folder = path.trim_end_matches('/');
                    let folder = if folder.is_empty() { "" } else { folder };
                    todo.extend(names.into_iter().rev().map(|it| format!("{folder}/{it}")));
                }
                Err(error) => self.complain(&path, &error, "open"),
            }
        }
        Ok(())
    }

    /// The name in the archive.
    fn member(&mut self, path: &str, directory: bool) -> String {
        let mut name = path;
        if !self.settings.absolute && name.starts_with('/') {
            if !self.slash_told {
                self.slash_told = true;
                report::say("tar", "Removing leading `/' from member names");
            }
            name = name.trim_start_matches('/');
        }
        let name = if name.is_empty() { "." } else { name };
        if directory && !name.ends_with('/') {
            format!("{name}/")
        } else {
            name.to_owned()
        }
    }

    fn add(&mut self, path: &str, full: &str, stat: &Stat) -> io::Result<()> {
        let name = self.member(path, stat.is_dir());
        let mut header = self.header(stat);
        if stat.is_dir() {
            header.set_entry_type(EntryType::Directory);
            self.told(&name, &header, None);
            return self.append(&mut header, &name, io::empty());
        }
        if stat.is_link() {
            let target = match fs::read_link(full) {
                Ok(target) => target,
                Err(error) => {
                    self.complain(path, &error, "readlink");
                    return Ok(());
                }
            };
            header.set_entry_type(EntryType::Symlink);
            self.told(&name, &header, Some(&target));
            return self.append_link(&mut header, &name, &target);
        }
        if !stat.is_file() {
            report::say("tar", &format!("{path}: file ignored"));
            return Ok(());
        }
        if stat.links > 1 {
            if let Some(first) = self.links.get(&(stat.device, stat.inode)) {
                let first = PathBuf::from(first);
                header.set_entry_type(EntryType::Link);
                self.told(&name, &header, Some(&first));
                return self.append_link(&mut header, &name, &first);
            }
            self.links.insert((stat.device, stat.inode), name.clone());
        }
        let file = match File::open(full) {
            Ok(file) => file,
            Err(error) => {
                self.complain(path, &error, "open");
                return Ok(());
            }
        };
        header.set_size(stat.size);
        self.told(&name, &header, None);
        // A file that shrinks meanwhile is filled up: its size has been written already.
        let content = file.take(stat.size).chain(io::repeat(0)).take(stat.size);
        self.append(&mut header, &name, content)?;
        if self.settings.remove {
            let _kept = fs::remove_file(full);
        }
        Ok(())
    }

    /// Adds a member under exactly this name: the crate would take `./` away and refuses `..`.
    fn append(&mut self, header: &mut Header, name: &str, content: impl Read) -> io::Result<()> {
        let length = header.as_old().name.len();
        self.long(EntryType::GNULongName, name, length)?;
        fill(&mut header.as_old_mut().name, name);
        header.set_cksum();
        self.builder.append(header, content)
    }

    fn append_link(&mut self, header: &mut Header, name: &str, target: &Path) -> io::Result<()> {
        let target = target.to_string_lossy();
        let length = header.as_old().linkname.len();
        self.long(EntryType::GNULongLink, &target, length)?;
        fill(&mut header.as_old_mut().linkname, &target);
        self.append(header, name, io::empty())
    }

    /// A name that its field has no room for goes before the member, as one of its own.
    fn long(&mut self, kind: EntryType, name: &str, length: usize) -> io::Result<()> {
        if name.len() <= length {
            return Ok(());
        }
        let mut header = Header::new_gnu();
        fill(&mut header.as_old_mut().name, "././@LongLink");
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(name.len() as u64 + 1);
        header.set_entry_type(kind);
        header.set_cksum();
        self.builder
            .append(&header, name.as_bytes().chain(b"\0".as_slice()))
    }

    fn header(&mut self, stat: &Stat) -> Header {
        let settings = self.settings;
        let mut header = Header::new_gnu();
        header.set_size(0);
        let mut mode = stat.mode & 0o7777;
        if let Some(change) = &settings.member_mode {
            mode = modes::apply(change, mode, stat.is_dir()).unwrap_or(mode);
        }
        header.set_mode(mode);
        let seconds = u64::try_from(stat.modified.div_euclid(1_000_000_000)).unwrap_or(0);
        header.set_mtime(settings.time.unwrap_or(seconds));
        let user = self
            .users
            .entry(stat.uid)
            .or_insert_with(|| accounts::user_name(stat.uid).unwrap_or_default());
        let group = self
            .groups
            .entry(stat.gid)
            .or_insert_with(|| accounts::group_name(stat.gid).unwrap_or_default());
        let (user, uid) = settings
            .owner
            .clone()
            .unwrap_or((user.clone(), stat.uid.into()));
        let (group, gid) = settings
            .group
            .clone()
            .unwrap_or((group.clone(), stat.gid.into()));
        header.set_uid(uid);
        header.set_gid(gid);
        if !settings.numeric {
            // A name that is too long is left out: the number is there.
            let _too_long = header.set_username(&user);
            let _too_long = header.set_groupname(&group);
        }
        header.set_entry_type(EntryType::Regular);
        header
    }

    fn told(&self, name: &str, header: &Header, target: Option<&Path>) {
        if self.settings.verbose == 0 {
            return;
        }
        let line = super::extract::line(name, header, target, self.settings.detail(1));
        // The archive itself may go to standard output.
        if self.settings.archive == "-" {
            report::line(&line);
        } else {
            println!("{line}");
        }
    }
}

/// Puts as much of a name into a field as fits.
fn fill(field: &mut [u8], name: &str) {
    for (to, from) in field.iter_mut().zip(name.bytes()) {
        *to = from;
    }
}

fn same_file(archive: &str, stat: &Stat) -> bool {
    archive != "-" && stat.is_file() && os::stat(archive).is_ok_and(|it| it.same(stat))
}
