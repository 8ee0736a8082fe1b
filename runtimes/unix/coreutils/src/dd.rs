//! `dd`.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::Instant;

use belljar_sys::Description;

use crate::numbers;
use crate::options::{Exit, Outcome, TOOL, Tool};
use crate::quoting::{always, locale};
use crate::report::{self, say};
use crate::streams::{absolute, write_all};

const DD: Tool = Tool {
    usage: &["[OPERAND]...", "OPTION"],
    about: "Copy a file, converting and formatting according to the operands:\n\
        \x20 bs=BYTES ibs=BYTES obs=BYTES cbs=BYTES count=N skip=N seek=N if=FILE of=FILE\n\
        \x20 conv=CONVS (lcase ucase swab sync notrunc noerror excl nocreat fsync fdatasync\n\
        \x20   block unblock sparse) iflag=FLAGS oflag=FLAGS (append count_bytes skip_bytes\n\
        \x20   seek_bytes fullblock directory) status=LEVEL (none noxfer progress)",
    ..TOOL
};

enum Source {
    Stream(Description),
    File(File),
}

enum Sink {
    Stream(Description),
    File(File),
}

#[derive(Default)]
struct Settings {
    input: Option<String>,
    output: Option<String>,
    input_block: usize,
    output_block: usize,
    conversion_block: usize,
    /// A single size for both: short blocks are written short.
    same_block: bool,
    count: Option<u64>,
    skip: u64,
    seek: u64,
    conversions: Vec<String>,
    input_flags: Vec<String>,
    output_flags: Vec<String>,
    status: String,
}

impl Settings {
    fn converts(&self, word: &str) -> bool {
        self.conversions.iter().any(|known| known == word)
    }
}

#[derive(Default)]
struct Totals {
    full_in: u64,
    part_in: u64,
    full_out: u64,
    part_out: u64,
    bytes: u64,
}

pub(crate) fn main(args: &[String]) -> Outcome {
    let line = DD.parse(args)?;
    let settings = settings(&line.operands)?;
    let source = Source::open(&settings)?;
    let sink = Sink::open(&settings)?;
    let start = Instant::now();
    let mut totals = Totals::default();
    let result = copy(&settings, source, sink, &mut totals);
    if settings.status != "none" {
        let Totals { full_in, part_in, full_out, part_out, .. } = totals;
        report::raw(&format!(
            "{full_in}+{part_in} records in\n{full_out}+{part_out} records out\n"
        ));
        if settings.status != "noxfer" {
            report::raw(&summary(totals.bytes, start.elapsed().as_secs_f64()));
        }
    }
    result.map(|()| 0)
}

fn summary(bytes: u64, seconds: f64) -> String {
    let word = if bytes == 1 { "byte" } else { "bytes" };
    let mut sizes = String::new();
    // Sizes in words only where they say more than the number.
    if bytes >= 1000 {
        sizes.push_str(&format!(" ({}", decimal(bytes as f64, 1000.0)));
        if bytes >= 1024 {
            sizes.push_str(&format!(", {}", decimal(bytes as f64, 1024.0)));
        }
        sizes.push(')');
    }
    let time = numbers::float(seconds, 'g', numbers::Flags::default(), 0, Some(6));
    let rate = decimal(bytes as f64 / seconds.max(1e-9), 1000.0);
    format!("{bytes} {word}{sizes} copied, {time} s, {rate}/s\n")
}

fn decimal(value: f64, base: f64) -> String {
    let units = if base > 1000.0 { ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] } else { ["B", "kB", "MB", "GB", "TB", "PB"] };
    let mut value = value;
    let mut unit = 0;
    while value >= base && unit + 1 < units.len() {
        value /= base;
        unit += 1;
    }
    if unit > 0 && value < 9.95 || unit == 0 && value.fract() != 0.0 {
        return format!("{value:.1} {}", units[unit]);
    }
    format!("{value:.0} {}", units[unit])
}

fn settings(operands: &[String]) -> Result<Settings, Exit> {
    let mut settings = Settings {
        input_block: 512,
        output_block: 512,
        ..Settings::default()
    };
    let (mut count, mut skip, mut seek) = (None, None, None);
    for operand in operands {
        let Some((key, given)) = operand.split_once('=') else {
            return Err(DD.wrong(&format!("unrecognized operand {}", locale(operand))));
        };
        let block = || -> Result<usize, Exit> {
            let size = number(given)?.0;
            match usize::try_from(size) {
                Ok(size) if size > 0 && size <= 1 << 30 => Ok(size),
                _ => {
                    say!("invalid number: {}", locale(given));
                    Err(Exit(1))
                }
            }
        };
        let words = || given.split(',').map(str::to_owned).collect::<Vec<_>>();
        match key {
            "if" => settings.input = Some(given.to_owned()),
            "of" => settings.output = Some(given.to_owned()),
            "bs" => {
                settings.input_block = block()?;
                settings.output_block = settings.input_block;
                settings.same_block = true;
            }
            "ibs" if !settings.same_block => settings.input_block = block()?,
            "obs" if !settings.same_block => settings.output_block = block()?,
            "ibs" | "obs" => {}
            "cbs" => settings.conversion_block = block()?,
            "count" => count = Some(number(given)?),
            "skip" | "iseek" => skip = Some(number(given)?),
            "seek" | "oseek" => seek = Some(number(given)?),
            "conv" => settings.conversions.extend(words()),
            "iflag" => settings.input_flags.extend(words()),
            "oflag" => settings.output_flags.extend(words()),
            "status" => given.clone_into(&mut settings.status),
            _ => return Err(DD.wrong(&format!("unrecognized operand {}", locale(operand)))),
        }
    }
    const CONVERSIONS: [&str; 14] = [
        "lcase", "ucase", "swab", "sync", "notrunc", "noerror", "excl", "nocreat", "fsync", "fdatasync",
        "block", "unblock", "sparse", "",
    ];
    for word in &settings.conversions {
        if matches!(word.as_str(), "ascii" | "ebcdic" | "ibm") {
            say!("conv={word} is not supported");
            return Err(Exit(1));
        }
        if !CONVERSIONS.contains(&word.as_str()) {
            return Err(DD.wrong(&format!("invalid conversion: {}", locale(word))));
        }
    }
    const FLAGS: [&str; 16] = [
        "append", "direct", "directory", "dsync", "sync", "fullblock", "nonblock", "noatime", "nocache",
        "noctty", "nofollow", "count_bytes", "skip_bytes", "seek_bytes", "binary", "text",
    ];
    for (word, which) in settings
        .input_flags
        .iter()
        .map(|word| (word, "input"))
        .chain(settings.output_flags.iter().map(|word| (word, "output")))
    {
        if !FLAGS.contains(&word.as_str()) {
            return Err(DD.wrong(&format!("invalid {which} flag: {}", locale(word))));
        }
    }
    if !matches!(settings.status.as_str(), "" | "none" | "noxfer" | "progress") {
        return Err(DD.wrong(&format!("invalid status level: {}", locale(&settings.status))));
    }
    let flag = |flags: &[String], word: &str| flags.iter().any(|known| known == word);
    let in_bytes = |value: (u64, bool), block: usize, flag: bool| {
        if flag || value.1 { value.0 } else { value.0.saturating_mul(block as u64) }
    };
    settings.skip = skip.map_or(0, |value| {
        in_bytes(value, settings.input_block, flag(&settings.input_flags, "skip_bytes"))
    });
    settings.seek = seek.map_or(0, |value| {
        in_bytes(value, settings.output_block, flag(&settings.output_flags, "seek_bytes"))
    });
    if let Some(value) = count {
        if flag(&settings.input_flags, "count_bytes") || value.1 {
            settings.input_flags.push("count_bytes".to_owned());
        }
        settings.count = Some(value.0);
    }
    Ok(settings)
}

/// A number with suffixes and products: `2x512`, `1M`; whether it counts bytes (`8B`).
fn number(text: &str) -> Result<(u64, bool), Exit> {
    let mut product: u64 = 1;
    let mut bytes = false;
    for factor in text.split('x') {
        let (factor, counts) = match factor.strip_suffix('B') {
            Some(rest) if rest.ends_with(|c: char| c.is_ascii_digit()) => (rest, true),
            _ => (factor, false),
        };
        bytes |= counts;
        let value = if factor.starts_with(|c: char| c.is_ascii_digit()) { numbers::size(factor).ok() } else { None };
        match value.and_then(|value| product.checked_mul(value)) {
            Some(value) => product = value,
            None => {
                say!("invalid number: {}", locale(text));
                return Err(Exit(1));
            }
        }
    }
    Ok((product, bytes))
}

impl Source {
    fn open(settings: &Settings) -> Result<Self, Exit> {
        let Some(path) = &settings.input else {
            return Description::inherited(0).map(Self::Stream).ok_or_else(|| {
                say!("error reading 'standard input': Bad file descriptor");
                Exit(1)
            });
        };
        File::open(absolute(path)).map(Self::File).map_err(|error| {
            report::failure(format_args!("failed to open {}", always(path)), &error);
            Exit(1)
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = match self {
                Self::Stream(stream) => stream.read(buffer),
                Self::File(file) => file.read(buffer),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn skip(&mut self, mut bytes: u64) -> io::Result<()> {
        if let Self::File(file) = self
            && file.seek(SeekFrom::Current(i64::try_from(bytes).unwrap_or(i64::MAX))).is_ok()
        {
            return Ok(());
        }
        let mut buffer = vec![0; 1 << 16];
        while bytes > 0 {
            let most = usize::try_from(bytes).unwrap_or(usize::MAX).min(buffer.len());
            match self.read(&mut buffer[..most])? {
                0 => return Ok(()),
                read => bytes -= read as u64,
            }
        }
        Ok(())
    }
}

impl Sink {
    fn open(settings: &Settings) -> Result<Self, Exit> {
        let Some(path) = &settings.output else {
            return Description::inherited(1).map(Self::Stream).ok_or_else(|| {
                say!("error writing 'standard output': Bad file descriptor");
                Exit(1)
            });
        };
        let append = settings.output_flags.iter().any(|flag| flag == "append");
        let truncates = !settings.converts("notrunc") && !append;
        let mut options = OpenOptions::new();
        options.write(true).append(append);
        options.create(!settings.converts("nocreat"));
        options.create_new(settings.converts("excl"));
        options.truncate(truncates && settings.seek == 0);
        let opened = options.open(absolute(path)).and_then(|mut file| {
            if settings.seek > 0 {
                if truncates {
                    file.set_len(settings.seek)?;
                }
                file.seek(SeekFrom::Start(settings.seek))?;
            }
            Ok(file)
        });
        opened.map(Self::File).map_err(|error| {
            report::failure(format_args!("failed to open {}", always(path)), &error);
            Exit(1)
        })
    }

    fn write(&mut self, bytes: &[u8], sparse: bool) -> io::Result<()> {
        match self {
            Self::Stream(stream) => write_all(stream, bytes),
            Self::File(file) if sparse && bytes.iter().all(|byte| *byte == 0) => {
                let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                file.seek(SeekFrom::Current(length)).map(drop)
            }
            Self::File(file) => file.write_all(bytes),
        }
    }
}

fn copy(
    settings: &Settings,
    mut source: Source,
    mut sink: Sink,
    totals: &mut Totals,
) -> Result<(), Exit> {
    let in_name = settings.input.clone().unwrap_or_else(|| "standard input".to_owned());
    let out_name = settings.output.clone().unwrap_or_else(|| "standard output".to_owned());
    let reading = |error: &io::Error| {
        report::failure(format_args!("error reading {}", always(&in_name)), error);
        Exit(1)
    };
    source.skip(settings.skip).map_err(|error| reading(&error))?;
    let by_bytes = settings.input_flags.iter().any(|flag| flag == "count_bytes");
    let full = settings.input_flags.iter().any(|flag| flag == "fullblock");
    let reblocks = !settings.same_block || !settings.conversions.iter().all(|word| plain(word));
    let sparse = settings.converts("sparse");
    let mut buffer = vec![0; settings.input_block];
    let mut waiting: Vec<u8> = Vec::new();
    let mut converter = Converter::default();
    let write = |sink: &mut Sink, bytes: &[u8], totals: &mut Totals| -> Result<(), Exit> {
        if bytes.is_empty() {
            return Ok(());
        }
        if let Err(error) = sink.write(bytes, sparse) {
            report::failure(format_args!("error writing {}", always(&out_name)), &error);
            return Err(Exit(1));
        }
        totals.bytes += bytes.len() as u64;
        if bytes.len() == settings.output_block {
            totals.full_out += 1;
        } else {
            totals.part_out += 1;
        }
        Ok(())
    };
    let mut left_bytes = if by_bytes { settings.count } else { None };
    loop {
        let done = totals.full_in + totals.part_in;
        if !by_bytes && settings.count.is_some_and(|count| done >= count) || left_bytes == Some(0) {
            break;
        }
        let most = left_bytes.map_or(buffer.len(), |left| {
            usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len())
        });
        let mut length = 0;
        loop {
            match source.read(&mut buffer[length..most]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if settings.converts("noerror") => {
                    reading(&error);
                    break;
                }
                Err(error) => {
                    write(&mut sink, &waiting, totals)?;
                    return Err(reading(&error));
                }
            }
            if !full || length == most {
                break;
            }
        }
        if length == 0 {
            break;
        }
        if let Some(left) = &mut left_bytes {
            *left -= length as u64;
        }
        if length == settings.input_block {
            totals.full_in += 1;
        } else {
            totals.part_in += 1;
        }
        if length < settings.input_block && settings.converts("sync") {
            let blocks = settings.converts("block") || settings.converts("unblock");
            buffer[length..].fill(if blocks { b' ' } else { 0 });
            length = settings.input_block;
        }
        let converted = converter.convert(&buffer[..length], settings);
        if !reblocks {
            write(&mut sink, &converted, totals)?;
            continue;
        }
        waiting.extend_from_slice(&converted);
        while waiting.len() >= settings.output_block {
            let rest = waiting.split_off(settings.output_block);
            write(&mut sink, &waiting, totals)?;
            waiting = rest;
        }
    }
    waiting.extend(converter.finish(settings));
    while waiting.len() > settings.output_block {
        let rest = waiting.split_off(settings.output_block);
        write(&mut sink, &waiting, totals)?;
        waiting = rest;
    }
    write(&mut sink, &waiting, totals)?;
    if let Sink::File(file) = &mut sink {
        if sparse {
            // What was skipped at the end still counts.
            let end = file.stream_position().and_then(|end| file.set_len(end));
            end.map_err(|error| reading(&error))?;
        }
        if settings.converts("fsync") || settings.converts("fdatasync") {
            // Nothing is lost that is not on a disk: the host says so or not.
            let _synced = file.sync_all();
        }
    }
    Ok(())
}

/// Whether a conversion leaves blocks as they are.
fn plain(word: &str) -> bool {
    !matches!(word, "block" | "unblock" | "swab")
}

/// What a conversion has to remember between blocks.
#[derive(Default)]
struct Converter {
    odd: Option<u8>,
    column: usize,
    spaces: usize,
}

impl Converter {
    fn convert(&mut self, bytes: &[u8], settings: &Settings) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if settings.converts("swab") {
            let mut all = Vec::with_capacity(bytes.len() + 1);
            all.extend(self.odd.take());
            all.extend(bytes);
            if all.len() % 2 == 1 {
                self.odd = all.pop();
            }
            all.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.reverse());
            bytes = all;
        }
        if settings.converts("lcase") {
            bytes.make_ascii_lowercase();
        }
        if settings.converts("ucase") {
            bytes.make_ascii_uppercase();
        }
        let width = settings.conversion_block;
        if width > 0 && settings.converts("block") {
            let mut out = Vec::new();
            for byte in bytes {
                if byte == b'\n' {
                    out.resize(out.len() + width.saturating_sub(self.column), b' ');
                    self.column = 0;
                    continue;
                }
                if self.column < width {
                    out.push(byte);
                }
                self.column += 1;
            }
            return out;
        }
        if width > 0 && settings.converts("unblock") {
            let mut out = Vec::new();
            for byte in bytes {
                if self.column == width {
                    out.push(b'\n');
                    (self.column, self.spaces) = (0, 0);
                }
                self.column += 1;
                if byte == b' ' {
                    self.spaces += 1;
                    continue;
                }
                out.resize(out.len() + std::mem::take(&mut self.spaces), b' ');
                out.push(byte);
            }
            return out;
        }
        bytes
    }

    fn finish(&mut self, settings: &Settings) -> Vec<u8> {
        let mut out: Vec<u8> = self.odd.take().into_iter().collect();
        let width = settings.conversion_block;
        if width > 0 && self.column > 0 {
            if settings.converts("block") {
                out.resize(width.saturating_sub(self.column), b' ');
            } else if settings.converts("unblock") {
                out.push(b'\n');
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_multiply() {
        assert_eq!(number("2x512"), Ok((1024, false)));
        assert_eq!(number("1M"), Ok((1 << 20, false)));
        assert_eq!(number("8B"), Ok((8, true)));
        assert_eq!(number("1kB"), Ok((1000, false)));
    }

    #[test]
    fn summaries_read_as_by_gnu() {
        assert_eq!(summary(5, 1.0), "5 bytes copied, 1 s, 5 B/s\n");
        assert_eq!(summary(1024, 0.5), "1024 bytes (1.0 kB, 1.0 KiB) copied, 0.5 s, 2.0 kB/s\n");
    }
}
