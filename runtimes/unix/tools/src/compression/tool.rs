//! `gzip`, `bzip2`, `xz`, `zstd` and what they are called when they decompress.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};

use super::Codec;
use crate::options::{self, Syntax, Value};
use crate::os;
use crate::report;
use crate::stream;

const SYNTAX: Syntax = Syntax {
    short: "123456789acdfhklnNqrS:tT:vzZVeoD:",
    long: &[
        ("stdout", Value::None, "c"),
        ("to-stdout", Value::None, "c"),
        ("decompress", Value::None, "d"),
        ("uncompress", Value::None, "d"),
        ("compress", Value::None, "z"),
        ("force", Value::None, "f"),
        ("keep", Value::None, "k"),
        ("list", Value::None, "l"),
        ("no-name", Value::None, "n"),
        ("name", Value::None, "N"),
        ("quiet", Value::None, "q"),
        ("recursive", Value::None, "r"),
        ("suffix", Value::Required, "S"),
        ("test", Value::None, "t"),
        ("threads", Value::Required, "T"),
        ("verbose", Value::None, "v"),
        ("fast", Value::None, "1"),
        ("best", Value::None, "9"),
        ("extreme", Value::None, "e"),
        ("rm", Value::None, "rm"),
        ("rsyncable", Value::None, "rsyncable"),
    ],
    ordered: false,
};

struct Settings {
    name: String,
    codec: Codec,
    suffix: String,
    level: u32,
    decompress: bool,
    stdout: bool,
    force: bool,
    keep: bool,
    list: bool,
    test: bool,
    verbose: bool,
    quiet: bool,
    recursive: bool,
    with_name: bool,
    output: Option<String>,
}

pub(crate) fn run(name: &str, arguments: &[String]) -> u8 {
    let (codec, suffix) = match name {
        "gzip" | "gunzip" | "zcat" => (Codec::Gzip, ".gz"),
        "bzip2" | "bunzip2" | "bzcat" => (Codec::Bzip2, ".bz2"),
        "xz" | "unxz" | "xzcat" => (Codec::Xz, ".xz"),
        _ => (Codec::Zstd, ".zst"),
    };
    let mut words = arguments.to_vec();
    let mut output = None;
    // What zstd has beyond the others: `-o FILE` and levels of two digits.
    if codec == Codec::Zstd
        && let Some(at) = words.iter().position(|it| it == "-o")
    {
        words.remove(at);
        if at < words.len() {
            output = Some(words.remove(at));
        }
    }
    let parsed = match SYNTAX.parse(&words) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain(name, &message);
            return 1;
        }
    };
    let mut settings = Settings {
        name: name.to_owned(),
        codec,
        suffix: suffix.to_owned(),
        level: match codec {
            Codec::Bzip2 => 9,
            _ => 6,
        },
        decompress: name.starts_with("un")
            || name.starts_with("gun")
            || name.starts_with("bun")
            || name.ends_with("cat"),
        stdout: name.ends_with("cat"),
        force: false,
        // zstd keeps its input unless told otherwise.
        keep: codec == Codec::Zstd,
        list: false,
        test: false,
        verbose: false,
        quiet: false,
        recursive: false,
        with_name: true,
        output,
    };
    for (key, value) in &parsed.options {
        match *key {
            "c" => settings.stdout = true,
            "d" => settings.decompress = true,
            "z" => settings.decompress = false,
            "f" => settings.force = true,
            "k" => settings.keep = true,
            "rm" => settings.keep = false,
            "l" => settings.list = true,
            "t" => settings.test = true,
            "v" => settings.verbose = true,
            "q" => settings.quiet = true,
            "r" => settings.recursive = true,
            "n" => settings.with_name = false,
            "S" => {
                let suffix = value.as_deref().unwrap_or("");
                settings.suffix = format!(".{}", suffix.trim_start_matches('.'));
            }
            digit if digit.as_bytes()[0].is_ascii_digit() => {
                settings.level = digit.parse().unwrap_or(6);
            }
            _ => {}
        }
    }
    let mut files = parsed.operands;
    if files.is_empty() {
        files.push("-".into());
    }
    let mut code = 0;
    if settings.list && !settings.quiet {
        println!("         compressed        uncompressed  ratio uncompressed_name");
    }
    while !files.is_empty() {
        let file = files.remove(0);
        if file != "-" && os::stat(&file).is_ok_and(|it| it.is_dir()) {
            if settings.recursive {
                let entries = fs::read_dir(&file).into_iter().flatten().flatten();
                let mut inner: Vec<String> = entries
                    .map(|it| {
                        format!(
                            "{}/{}",
                            file.trim_end_matches('/'),
                            it.file_name().to_string_lossy()
                        )
                    })
                    .collect();
                inner.append(&mut files);
                files = inner;
            } else {
                report::say(name, &format!("{file} is a directory -- ignored"));
                code = code.max(2);
            }
            continue;
        }
        code = code.max(settings.file(&file));
    }
    // A warning is 2, trouble is 1 and counts more.
    if code == 3 { 1 } else { code }
}

/// Trouble, which counts more than a warning.
const TROUBLE: u8 = 3;

impl Settings {
    fn complain(&self, path: &str, what: &str) -> u8 {
        report::say(&self.name, &format!("{path}: {what}"));
        TROUBLE
    }

    fn file(&self, path: &str) -> u8 {
        if path == "-" {
            let input: Box<dyn Read> = Box::new(io::stdin().lock());
            return self.stream("stdin", input);
        }
        let mut path = path.to_owned();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => {
                // `gunzip a` means `a.gz`.
                let longer = format!("{path}{}", self.suffix);
                match (self.decompress, File::open(&longer)) {
                    (true, Ok(file)) => {
                        path = longer;
                        file
                    }
                    _ => return self.complain(&path, &report::text(&error)),
                }
            }
        };
        let input: Box<dyn Read> = Box::new(file);
        if self.list {
            return self.list(&path, input);
        }
        if self.test || self.stdout {
            return self.stream(&path, input);
        }
        let target = match (&self.output, self.decompress) {
            (Some(output), _) => output.clone(),
            (None, true) => match self.stripped(&path) {
                Some(target) => target,
                None => {
                    if !self.quiet {
                        report::say(&self.name, &format!("{path}: unknown suffix -- ignored"));
                    }
                    return 2;
                }
            },
            (None, false) if path.ends_with(&self.suffix) && !self.force => {
                let suffix = &self.suffix;
                report::say(
                    &self.name,
                    &format!("{path} already has {suffix} suffix -- unchanged"),
                );
                return 0;
            }
            (None, false) => format!("{path}{}", self.suffix),
        };
        self.replace(&path, &target, input)
    }

    fn stripped(&self, path: &str) -> Option<String> {
        if let Some(base) = path.strip_suffix(&self.suffix) {
            return Some(base.to_owned()).filter(|it| !it.is_empty() && !it.ends_with('/'));
        }
        let (short, long): (&[&str], &str) = match self.codec {
            Codec::Gzip => (&[".tgz", ".taz"], ".tar"),
            Codec::Bzip2 => (&[".tbz", ".tbz2"], ".tar"),
            Codec::Xz => (&[".txz"], ".tar"),
            Codec::Zstd => (&[".tzst"], ".tar"),
        };
        let base = short.iter().find_map(|it| path.strip_suffix(it))?;
        Some(format!("{base}{long}"))
    }

    /// To standard output, or nowhere with `-t`.
    fn stream(&self, path: &str, input: Box<dyn Read>) -> u8 {
        if self.list {
            return self.list(path, input);
        }
        let mut out = stream::stdout();
        let result = if self.test {
            self.decode(input, &mut io::sink())
        } else if self.decompress {
            self.decode(input, &mut out)
        } else {
            self.encode(input, &mut out, None, 0).map(|_| 0)
        };
        let result = result.and_then(|_| out.flush());
        match result {
            Ok(()) => {
                if self.test && self.verbose {
                    report::line(&format!("{path}:\t OK"));
                }
                0
            }
            Err(error) => self.complain(path, &self.words(&error)),
        }
    }

    /// What is wrong with data, as the programs call it.
    fn words(&self, error: &io::Error) -> String {
        match (self.codec, error.kind()) {
            (Codec::Gzip, io::ErrorKind::InvalidInput) if error.to_string().contains("header") => {
                "not in gzip format".into()
            }
            (Codec::Gzip, io::ErrorKind::UnexpectedEof) => "unexpected end of file".into(),
            (Codec::Gzip, io::ErrorKind::InvalidInput) if error.to_string().contains("corrupt") => {
                "invalid compressed data--format violated".into()
            }
            (Codec::Xz, io::ErrorKind::UnexpectedEof) => "Unexpected end of input".into(),
            _ => report::text(error),
        }
    }

    fn decode(&self, input: Box<dyn Read>, out: &mut dyn Write) -> io::Result<u64> {
        let mut input = BufReader::with_capacity(1 << 16, input);
        // What is not compressed passes through `zcat -f`.
        let start = io::BufRead::fill_buf(&mut input)?;
        let found = Codec::detect(start);
        if found.is_none() && self.force && self.stdout {
            return io::copy(&mut input, out);
        }
        if start.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if found != Some(self.codec) {
            let what = match self.codec {
                Codec::Gzip => "not in gzip format",
                Codec::Bzip2 => "not a bzip2 file.",
                Codec::Xz => "File format not recognized",
                Codec::Zstd => "unsupported format",
            };
            return Err(io::Error::other(what));
        }
        let mut decoder = self.codec.decoder(input)?;
        let mut block = vec![0; 1 << 16];
        let mut total = 0;
        loop {
            let read = decoder.read(&mut block)?;
            if read == 0 {
                return Ok(total);
            }
            total += read as u64;
            out.write_all(&block[..read])?;
        }
    }

    fn encode(
        &self,
        mut input: Box<dyn Read>,
        out: &mut dyn Write,
        name: Option<&str>,
        time: u32,
    ) -> io::Result<u64> {
        let mut encoder = self.codec.encoder(out, self.level, name, time)?;
        let mut block = vec![0; 1 << 16];
        let mut total = 0;
        loop {
            match input.read(&mut block) {
                Ok(0) => break,
                Ok(read) => {
                    total += read as u64;
                    encoder.write_all(&block[..read])?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        encoder.finish()?;
        Ok(total)
    }

    /// Makes a file of another one, which goes then.
    fn replace(&self, path: &str, target: &str, input: Box<dyn Read>) -> u8 {
        if os::lstat(target).is_ok() && !self.force {
            let code = self.complain(target, "already exists; not overwritten");
            // For gzip this is a warning.
            return if self.codec == Codec::Gzip { 2 } else { code };
        }
        let stat = match os::stat(path) {
            Ok(stat) => stat,
            Err(error) => return self.complain(path, &report::text(&error)),
        };
        let file = match File::create(target) {
            Ok(file) => file,
            Err(error) => return self.complain(target, &report::text(&error)),
        };
        let mut out = BufWriter::with_capacity(1 << 16, &file);
        let result = if self.decompress {
            self.decode(input, &mut out)
        } else {
            let name = path.rsplit('/').next().filter(|_| self.with_name);
            let time = if self.with_name {
                stat.modified / 1_000_000_000
            } else {
                0
            };
            self.encode(input, &mut out, name, u32::try_from(time).unwrap_or(0))
        };
        let result = result.and_then(|total| out.flush().map(|()| total));
        drop(out);
        let total = match result {
            Ok(total) => total,
            Err(error) => {
                // Half of a file is none.
                let _gone = fs::remove_file(target);
                return self.complain(path, &self.words(&error));
            }
        };
        // The new file is what the old one was; failing at that is no reason to fail.
        let _time = file.set_modified(crate::files::time(stat.modified));
        let _mode = os::chmod(target, stat.mode & 0o7777);
        drop(file);
        if self.verbose {
            let after = os::stat(target).map_or(0, |it| it.size);
            let (plain, packed) = if self.decompress {
                (total, stat.size)
            } else {
                (total, after)
            };
            let verb = if self.keep {
                "created"
            } else {
                "replaced with"
            };
            report::line(&format!(
                "{path}:\t{:>5} -- {verb} {target}",
                ratio(plain, packed)
            ));
        }
        if self.keep {
            return 0;
        }
        match fs::remove_file(path) {
            Ok(()) => 0,
            Err(error) => self.complain(path, &report::text(&error)),
        }
    }

    fn list(&self, path: &str, input: Box<dyn Read>) -> u8 {
        let packed = os::stat(path).map_or(0, |it| it.size);
        match self.decode(input, &mut io::sink()) {
            Ok(plain) => {
                let name = self.stripped(path).unwrap_or_else(|| path.to_owned());
                println!(
                    "{packed:>19} {plain:>19} {:>6} {name}",
                    ratio(plain, packed)
                );
                0
            }
            Err(error) => self.complain(path, &self.words(&error)),
        }
    }
}

/// How much was saved.
fn ratio(plain: u64, packed: u64) -> String {
    if plain == 0 {
        return "0.0%".into();
    }
    format!("{:.1}%", 100.0 * (1.0 - packed as f64 / plain as f64))
}
