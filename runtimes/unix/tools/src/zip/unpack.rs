//! `unzip`.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use zip::CompressionMethod;

use super::{Archive, matches, open, percent};
use crate::calendar;
use crate::files;
use crate::os;
use crate::report;
use crate::stream;

#[derive(Default)]
struct Settings {
    list: bool,
    verbose: bool,
    names_only: bool,
    test: bool,
    to_stdout: bool,
    overwrite: bool,
    never: bool,
    quiet: u8,
    junk: bool,
    folder: Option<String>,
    exclude: Vec<String>,
    wanted: Vec<String>,
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let mut settings = Settings::default();
    let mut archive = None;
    let mut words = arguments.iter();
    let mut excluding = false;
    while let Some(word) = words.next() {
        if word.len() < 2 || !word.starts_with('-') {
            match (excluding, &archive) {
                (true, _) => settings.exclude.push(word.clone()),
                (false, None) => archive = Some(word.clone()),
                (false, Some(_)) => settings.wanted.push(word.clone()),
            }
            continue;
        }
        excluding = false;
        for (at, letter) in word.char_indices().skip(1) {
            match letter {
                'l' => settings.list = true,
                'v' => settings.verbose = true,
                'Z' => settings.names_only = true,
                '1' => settings.names_only = true,
                't' => settings.test = true,
                'p' | 'c' => settings.to_stdout = true,
                'o' => settings.overwrite = true,
                'n' => settings.never = true,
                'q' => settings.quiet += 1,
                'j' => settings.junk = true,
                'x' => excluding = true,
                'd' => {
                    let after = &word[at + 1..];
                    settings.folder = if after.is_empty() {
                        words.next().cloned()
                    } else {
                        Some(after.to_owned())
                    };
                    break;
                }
                'a' | 'b' | 'u' | 'f' | 'L' | 'C' | 'K' | 'X' | 'D' | ':' => {}
                other => {
                    report::line(&format!("unzip: option -{other} is not supported"));
                    return 10;
                }
            }
        }
    }
    let Some(archive) = archive else {
        report::line("Usage: unzip [-lvtpoqnj] file[.zip] [list] [-x xlist] [-d exdir]");
        return 10;
    };
    let path = [archive.clone(), format!("{archive}.zip")]
        .into_iter()
        .find(|it| os::stat(it).is_ok_and(|it| it.is_file()));
    let Some(path) = path else {
        report::line(&format!(
            "unzip:  cannot find or open {archive}, {archive}.zip or {archive}.ZIP."
        ));
        return 9;
    };
    let opened = match open(&path) {
        Ok(opened) => opened,
        Err(_) => {
            report::line(&format!(
                "  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it \
                 constitutes one disk of a multi-part archive.  In the\n  latter case the central directory and \
                 zipfile comment will be found on\n  the last disk(s) of this archive.\n\
                 unzip:  cannot find zipfile directory in one of {path} or\n        {path}.zip, and cannot find \
                 {path}.ZIP, period."
            ));
            return 9;
        }
    };
    let mut out = stream::stdout();
    let code = settings
        .archive(&path, opened, &mut out)
        .unwrap_or_else(|message| {
            let _checked_at_the_end = out.flush();
            report::line(&format!("unzip: {message}"));
            3
        });
    stream::finish("unzip", &mut out, code, 50)
}

/// Totals of a list.
#[derive(Default)]
struct Totals {
    files: u64,
    plain: u64,
    packed: u64,
}

impl Settings {
    fn archive(&self, path: &str, mut archive: Archive, out: &mut dyn Write) -> Result<u8, String> {
        let unwritten = |error: io::Error| report::text(&error);
        if !self.names_only && !self.to_stdout && (self.quiet == 0 || (self.list && self.quiet < 2))
        {
            writeln!(out, "Archive:  {path}").map_err(unwritten)?;
        }
        if !archive.comment().is_empty() && self.quiet == 0 && !self.names_only && !self.to_stdout {
            writeln!(out, "{}", String::from_utf8_lossy(archive.comment())).map_err(unwritten)?;
        }
        let listing = self.list || self.verbose;
        if listing && self.quiet < 2 {
            let head = if self.verbose {
                " Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n\
                 --------  ------  ------- ---- ---------- ----- --------  ----"
            } else {
                "  Length      Date    Time    Name\n---------  ---------- -----   ----"
            };
            writeln!(out, "{head}").map_err(unwritten)?;
        }
        let mut totals = Totals::default();
        let mut found = vec![false; self.wanted.len()];
        let mut code = 0;
        let mut answer = if self.overwrite {
            Answer::All
        } else if self.never {
            Answer::None
        } else {
            Answer::Ask
        };
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).map_err(|error| error.to_string())?;
            let name = file.name().map_err(|error| error.to_string())?.into_owned();
            let mut wanted = self.wanted.is_empty();
            for (pattern, found) in self.wanted.iter().zip(&mut found) {
                if matches(std::slice::from_ref(pattern), &name) {
                    *found = true;
                    wanted = true;
                }
            }
            if !wanted || matches(&self.exclude, &name) {
                continue;
            }
            if self.names_only {
                writeln!(out, "{name}").map_err(unwritten)?;
                continue;
            }
            if listing {
                totals.files += 1;
                totals.plain += file.size();
                totals.packed += file.compressed_size();
                let text = self.line(&file, &name);
                writeln!(out, "{text}").map_err(unwritten)?;
                continue;
            }
            if file.encrypted() {
                out.flush().map_err(unwritten)?;
                report::line(&format!("   skipping: {name}  unable to get password"));
                code = 82;
                continue;
            }
            if self.test {
                let result = io::copy(&mut file, &mut io::sink());
                let verdict = if result.is_ok() { "OK" } else { "bad CRC" };
                if self.quiet == 0 {
                    writeln!(out, "    testing: {name:<22}   {verdict}").map_err(unwritten)?;
                }
                if result.is_err() {
                    code = 2;
                }
                continue;
            }
            if self.to_stdout {
                io::copy(&mut file, out)
                    .map_err(|error| format!("{name}: {}", report::text(&error)))?;
                continue;
            }
            code = code.max(self.extract(&mut file, &name, out, &mut answer)?);
        }
        if listing && self.quiet < 2 {
            let plural = if totals.files == 1 { "" } else { "s" };
            let Totals {
                files,
                plain,
                packed,
            } = totals;
            let text = if self.verbose {
                format!(
                    "--------          -------  ---                            -------\n{plain:>8}         {packed:>8} {:>3}%                            {files} file{plural}",
                    percent(plain, packed)
                )
            } else {
                format!(
                    "---------                     -------\n{plain:>9}                     {files} file{plural}"
                )
            };
            writeln!(out, "{text}").map_err(unwritten)?;
        }
        if self.test && code == 0 && self.quiet < 2 {
            writeln!(out, "No errors detected in compressed data of {path}.").map_err(unwritten)?;
        }
        for (pattern, found) in self.wanted.iter().zip(found) {
            if !found {
                out.flush().map_err(unwritten)?;
                report::line(&format!("caution: filename not matched:  {pattern}"));
                code = code.max(11);
            }
        }
        Ok(code)
    }

    fn line<R: Read>(&self, file: &zip::read::ZipFile<'_, R>, name: &str) -> String {
        let date = file.last_modified().unwrap_or_default();
        let date = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}",
            date.year(),
            date.month(),
            date.day(),
            date.hour(),
            date.minute()
        );
        if !self.verbose {
            return format!("{:>9}  {date}   {name}", file.size());
        }
        let method = match file.compression() {
            CompressionMethod::Stored => "Stored",
            CompressionMethod::Deflated => "Defl:N",
            _ => "Unk:??",
        };
        format!(
            "{:>8}  {method} {:>8} {:>3}% {date} {:08x}  {name}",
            file.size(),
            file.compressed_size(),
            percent(file.size(), file.compressed_size()),
            file.crc32()
        )
    }

    fn extract<R: Read>(
        &self,
        file: &mut zip::read::ZipFile<'_, R>,
        name: &str,
        out: &mut dyn Write,
        answer: &mut Answer,
    ) -> Result<u8, String> {
        let unwritten = |error: io::Error| report::text(&error);
        let warn = |out: &mut dyn Write, message: &str| -> Result<u8, String> {
            out.flush().map_err(unwritten)?;
            report::line(message);
            Ok(1)
        };
        let Some(mut inside) = files::inside(&name.replace('\\', "/")) else {
            return warn(
                out,
                &format!("warning:  skipped \"../\" path component(s) in {name}"),
            );
        };
        let directory = name.ends_with('/');
        if self.junk {
            if directory {
                return Ok(0);
            }
            inside = inside.rsplit('/').next().unwrap_or("").to_owned();
        }
        if inside.is_empty() {
            return Ok(0);
        }
        let folder = self.folder.as_deref().unwrap_or("").trim_end_matches('/');
        let path = if folder.is_empty() {
            inside
        } else {
            format!("{folder}/{inside}")
        };
        let failed = |error: io::Error| format!("cannot create {path}: {}", report::text(&error));
        if directory {
            if !Path::new(&path).is_dir() {
                fs::create_dir_all(&path).map_err(failed)?;
                if self.quiet == 0 {
                    writeln!(out, "   creating: {path}/").map_err(unwritten)?;
                }
            }
            return Ok(0);
        }
        if let Some(parent) = Path::new(&path).parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        if os::lstat(&path).is_ok() {
            out.flush().map_err(unwritten)?;
            if !answer.replaces(&path) {
                return Ok(0);
            }
            fs::remove_file(&path).map_err(failed)?;
        }
        if self.quiet == 0 {
            let verb = match file.compression() {
                CompressionMethod::Stored => " extracting",
                _ => "  inflating",
            };
            writeln!(out, "{verb}: {path:<22}  ").map_err(unwritten)?;
        }
        if file.is_symlink() {
            let mut target = String::new();
            file.read_to_string(&mut target).map_err(failed)?;
            // What is written later must not leave the directory through it.
            if target.starts_with('/') || files::inside(&target).is_none() {
                return warn(
                    out,
                    &format!("warning:  skipped link {path} that leads out of the directory"),
                );
            }
            files::symlink(&target, &path).map_err(failed)?;
            return Ok(0);
        }
        let mut target = File::create(&path).map_err(failed)?;
        if let Err(error) = io::copy(file, &mut target) {
            return warn(out, &format!("{path}:  bad data: {}", report::text(&error))).map(|_| 2);
        }
        if let Some(date) = file.last_modified() {
            let parts = [
                i64::from(date.year()),
                i64::from(date.month()),
                i64::from(date.day()),
                i64::from(date.hour()),
                i64::from(date.minute()),
                i64::from(date.second()),
            ];
            let nanos = calendar::seconds_from(parts).saturating_mul(1_000_000_000);
            // A time that cannot be set is no reason to fail.
            let _unset = target.set_modified(files::time(nanos));
        }
        drop(target);
        if let Some(mode) = file.unix_mode().filter(|it| it & 0o777 != 0) {
            os::chmod(&path, mode & 0o777).map_err(failed)?;
        }
        Ok(0)
    }
}

/// Whether files that are there are replaced.
enum Answer {
    Ask,
    All,
    None,
}

impl Answer {
    fn replaces(&mut self, path: &str) -> bool {
        loop {
            match self {
                Self::All => return true,
                Self::None => return false,
                Self::Ask => {}
            }
            let question = format!("replace {path}? [y]es, [n]o, [A]ll, [N]one, [r]ename: ");
            let _lost = io::stderr().write_all(question.as_bytes());
            let mut answer = String::new();
            if !io::stdin()
                .lock()
                .read_line(&mut answer)
                .is_ok_and(|it| it > 0)
            {
                report::line(" NULL\n(EOF or read error, treating as \"[N]one\" ...)");
                *self = Self::None;
                return false;
            }
            match answer.trim() {
                "y" | "Y" => return true,
                "n" => return false,
                "A" => *self = Self::All,
                "N" => *self = Self::None,
                other => report::line(&format!("error:  invalid response [{other}]")),
            }
        }
    }
}
