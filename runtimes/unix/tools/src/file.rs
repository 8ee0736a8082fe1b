//! `file`: what a file is, by how it begins.

use std::fs;
use std::io::Read;

use crate::options::{self, Syntax, Value};
use crate::os;
use crate::report;
use crate::stream;

const SYNTAX: Syntax = Syntax {
    short: "biLhF:f:zsr0kNp",
    long: &[
        ("brief", Value::None, "b"),
        ("mime", Value::None, "i"),
        ("mime-type", Value::None, "type"),
        ("mime-encoding", Value::None, "encoding"),
        ("dereference", Value::None, "L"),
        ("no-dereference", Value::None, "h"),
        ("separator", Value::Required, "F"),
        ("files-from", Value::Required, "f"),
    ],
    ordered: false,
};

/// What something is: in words, its MIME type, its encoding.
struct Kind {
    words: String,
    mime: &'static str,
    charset: &'static str,
}

impl Kind {
    fn of(words: impl Into<String>, mime: &'static str, charset: &'static str) -> Self {
        Self {
            words: words.into(),
            mime,
            charset,
        }
    }

    fn binary(words: impl Into<String>, mime: &'static str) -> Self {
        Self::of(words, mime, "binary")
    }
}

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("file", &message);
            return 1;
        }
    };
    let mut files = Vec::new();
    if let Some(list) = parsed.value("f") {
        match stream::read(list) {
            Ok(text) => files.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned)),
            Err(error) => {
                report::say(
                    "file",
                    &format!("Cannot open `{list}' ({}).", report::text(&error)),
                );
                return 1;
            }
        }
    }
    files.extend(parsed.operands.iter().cloned());
    if files.is_empty() {
        report::line("Usage: file [-bLi] [--mime-type] [-F separator] [-f namefile] [file ...]");
        return 1;
    }
    let separator = parsed.value("F").unwrap_or(":");
    let widest = files.iter().map(|it| it.chars().count()).max().unwrap_or(0);
    for path in &files {
        let kind = look(path, parsed.has("L"));
        let text = if parsed.has("type") {
            kind.mime.to_owned()
        } else if parsed.has("encoding") {
            kind.charset.to_owned()
        } else if parsed.has("i") {
            format!("{}; charset={}", kind.mime, kind.charset)
        } else {
            kind.words
        };
        if parsed.has("b") {
            println!("{text}");
        } else {
            let shown = if path == "-" { "/dev/stdin" } else { path };
            let pad = " ".repeat(widest.saturating_sub(shown.chars().count()));
            println!("{shown}{separator}{pad} {text}");
        }
    }
    0
}

fn look(path: &str, follow: bool) -> Kind {
    if path != "-" {
        let found = if follow {
            os::stat(path)
        } else {
            os::lstat(path)
        };
        let stat = match found {
            Ok(stat) => stat,
            Err(error) => {
                let text = report::text(&error);
                return Kind::binary(format!("cannot open `{path}' ({text})"), "cannot open");
            }
        };
        match stat.kind() {
            os::S_IFDIR => return Kind::binary("directory", "inode/directory"),
            os::S_IFLNK => {
                let target = fs::read_link(path).unwrap_or_default();
                let broken = if os::stat(path).is_err() {
                    "broken "
                } else {
                    ""
                };
                let words = format!("{broken}symbolic link to {}", target.display());
                return Kind::binary(words, "inode/symlink");
            }
            os::S_IFCHR => return Kind::binary("character special", "inode/chardevice"),
            os::S_IFIFO => return Kind::binary("fifo (named pipe)", "inode/fifo"),
            _ => {}
        }
    }
    let mut start = Vec::new();
    // What is behind the first MiB does not change what a file is said to be.
    let read = stream::open(path).and_then(|it| it.take(1 << 20).read_to_end(&mut start));
    match read {
        Ok(_) => content(&start),
        Err(error) => {
            let text = report::text(&error);
            Kind::binary(format!("cannot open `{path}' ({text})"), "cannot open")
        }
    }
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|it| it.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}

fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .and_then(|it| it.try_into().ok())
        .map_or(0, u16::from_le_bytes)
}

fn content(bytes: &[u8]) -> Kind {
    if bytes.is_empty() {
        return Kind::binary("empty", "inode/x-empty");
    }
    if let Some(kind) = magic(bytes) {
        return kind;
    }
    text(bytes).unwrap_or_else(|| Kind::binary("data", "application/octet-stream"))
}

fn magic(bytes: &[u8]) -> Option<Kind> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |from: usize, magic: &[u8]| bytes.get(from..from + magic.len()) == Some(magic);
    Some(if starts(b"\x7fELF") {
        elf(bytes)
    } else if starts(b"\0asm") {
        let component = bytes.get(6) == Some(&1);
        let words = if component {
            "WebAssembly (wasm) binary component".to_owned()
        } else {
            format!(
                "WebAssembly (wasm) binary module version {:#x} (MVP)",
                bytes.get(4).unwrap_or(&1)
            )
        };
        Kind::binary(words, "application/wasm")
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        let depth = bytes.get(24).unwrap_or(&8);
        let color = match bytes.get(25) {
            Some(0) => "grayscale",
            Some(2) => "/color RGB",
            Some(3) => "colormap",
            Some(4) => "gray+alpha",
            _ => "/color RGBA",
        };
        let interlaced = if bytes.get(28) == Some(&1) {
            "interlaced"
        } else {
            "non-interlaced"
        };
        let space = if color.starts_with('/') { "" } else { " " };
        let words = format!(
            "PNG image data, {} x {}, {depth}-bit{space}{color}, {interlaced}",
            be32(bytes, 16),
            be32(bytes, 20)
        );
        Kind::binary(words, "image/png")
    } else if starts(b"\xff\xd8\xff") {
        Kind::binary("JPEG image data", "image/jpeg")
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        let version = String::from_utf8_lossy(&bytes[3..6]).into_owned();
        let words = format!(
            "GIF image data, version {version}, {} x {}",
            le16(bytes, 6),
            le16(bytes, 8)
        );
        Kind::binary(words, "image/gif")
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Kind::binary("RIFF (little-endian) data, Web/P image", "image/webp")
    } else if starts(b"RIFF") && at(8, b"WAVE") {
        Kind::binary("RIFF (little-endian) data, WAVE audio", "audio/x-wav")
    } else if starts(b"BM") && bytes.len() > 26 && bytes.get(14) == Some(&40) {
        Kind::binary("PC bitmap, Windows 3.x format", "image/bmp")
    } else if starts(b"%PDF-") {
        let version: String = bytes[5..]
            .iter()
            .take(3)
            .map(|it| char::from(*it))
            .collect();
        Kind::binary(
            format!("PDF document, version {version}"),
            "application/pdf",
        )
    } else if starts(b"PK\x03\x04") {
        zip(bytes)
    } else if starts(b"PK\x05\x06") {
        Kind::binary("Zip archive data (empty)", "application/zip")
    } else if starts(b"\x1f\x8b") {
        gzip(bytes)
    } else if starts(b"BZh") {
        let level = char::from(*bytes.get(3).unwrap_or(&b'9'));
        Kind::binary(
            format!("bzip2 compressed data, block size = {level}00k"),
            "application/x-bzip2",
        )
    } else if starts(b"\xfd7zXZ\0") {
        Kind::binary("XZ compressed data, checksum CRC64", "application/x-xz")
    } else if starts(b"\x28\xb5\x2f\xfd") {
        Kind::binary(
            "Zstandard compressed data (v0.8+), Dictionary ID: None",
            "application/zstd",
        )
    } else if starts(b"7z\xbc\xaf\x27\x1c") {
        Kind::binary(
            "7-zip archive data, version 0.4",
            "application/x-7z-compressed",
        )
    } else if at(257, b"ustar\x0000") {
        Kind::binary("POSIX tar archive", "application/x-tar")
    } else if at(257, b"ustar  \0") {
        Kind::binary("POSIX tar archive (GNU)", "application/x-tar")
    } else if starts(b"SQLite format 3\0") {
        Kind::binary("SQLite 3.x database", "application/vnd.sqlite3")
    } else if starts(b"!<arch>\n") {
        Kind::binary("current ar archive", "application/x-archive")
    } else if starts(b"ID3") || starts(b"\xff\xfb") {
        Kind::binary("Audio file with ID3 version 2", "audio/mpeg")
    } else if starts(b"OggS") {
        Kind::binary("Ogg data", "application/ogg")
    } else if at(4, b"ftyp") {
        Kind::binary("ISO Media", "video/mp4")
    } else if starts(b"MZ") {
        Kind::binary("MS-DOS executable", "application/x-dosexec")
    } else if starts(b"\xca\xfe\xba\xbe") {
        Kind::binary("compiled Java class data", "application/x-java-applet")
    } else {
        return None;
    })
}

fn elf(bytes: &[u8]) -> Kind {
    let bits = if bytes.get(4) == Some(&2) {
        "64-bit"
    } else {
        "32-bit"
    };
    let little = bytes.get(5) != Some(&2);
    let order = if little { "LSB" } else { "MSB" };
    let half = |at| {
        if little {
            le16(bytes, at)
        } else {
            le16(bytes, at).swap_bytes()
        }
    };
    let (kind, mime) = match half(16) {
        1 => ("relocatable", "application/x-object"),
        2 => ("executable", "application/x-executable"),
        3 => ("pie executable", "application/x-pie-executable"),
        4 => ("core file", "application/x-coredump"),
        _ => ("unknown type", "application/octet-stream"),
    };
    let machine = match half(18) {
        3 => "Intel 80386",
        40 => "ARM",
        62 => "x86-64",
        183 => "ARM aarch64",
        243 => "UCB RISC-V",
        _ => "unknown architecture",
    };
    Kind::binary(
        format!("ELF {bits} {order} {kind}, {machine}, version 1 (SYSV)"),
        mime,
    )
}

fn zip(bytes: &[u8]) -> Kind {
    let name_length = usize::from(le16(bytes, 26));
    let name = bytes.get(30..30 + name_length).unwrap_or(&[]);
    let body = bytes.get(30 + name_length..).unwrap_or(&[]);
    if name == b"mimetype" && body.starts_with(b"application/epub+zip") {
        return Kind::binary("EPUB document", "application/epub+zip");
    }
    let has = |part: &[u8]| memchr::memmem::find(bytes, part).is_some();
    if name == b"[Content_Types].xml" || name == b"_rels/.rels" {
        if has(b"word/") {
            return Kind::binary(
                "Microsoft Word 2007+",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            );
        }
        if has(b"xl/") {
            return Kind::binary(
                "Microsoft Excel 2007+",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            );
        }
        if has(b"ppt/") {
            return Kind::binary(
                "Microsoft PowerPoint 2007+",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            );
        }
        return Kind::binary("Microsoft OOXML", "application/octet-stream");
    }
    if name.starts_with(b"META-INF/") {
        return Kind::binary("Java archive data (JAR)", "application/java-archive");
    }
    let version = f64::from(le16(bytes, 4) & 0xff) / 10.0;
    let method = match le16(bytes, 8) {
        0 => "store",
        8 => "deflate",
        12 => "bzip2",
        _ => "unknown",
    };
    Kind::binary(
        format!("Zip archive data, at least v{version:.1} to extract, compression method={method}"),
        "application/zip",
    )
}

fn gzip(bytes: &[u8]) -> Kind {
    let mut words = "gzip compressed data".to_owned();
    if bytes.get(3).is_some_and(|it| it & 8 != 0) {
        let name: String = bytes[10..]
            .iter()
            .take_while(|it| **it != 0)
            .map(|it| char::from(*it))
            .collect();
        words.push_str(&format!(", was \"{name}\""));
    }
    let time = bytes
        .get(4..8)
        .and_then(|it| it.try_into().ok())
        .map_or(0, u32::from_le_bytes);
    if time != 0 {
        words.push_str(&format!(
            ", last modified: {}",
            crate::calendar::format("%c", time.into())
        ));
    }
    match bytes.get(8) {
        Some(2) => words.push_str(", max compression"),
        Some(4) => words.push_str(", max speed"),
        _ => {}
    }
    words.push_str(match bytes.get(9) {
        Some(0) => ", from FAT filesystem (MS-DOS, OS/2, NT)",
        Some(3) => ", from Unix",
        _ => "",
    });
    if bytes.len() < 1 << 20
        && let Some(size) = bytes.last_chunk::<4>()
    {
        words.push_str(&format!(
            ", original size modulo 2^32 {}",
            u32::from_le_bytes(*size)
        ));
    }
    Kind::binary(words, "application/gzip")
}

/// What kind of text it is; none if it is no text.
fn text(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Some(Kind::of("Unicode text, UTF-16", "text/plain", "utf-16"));
    }
    // A character may be cut off at the end of what was read.
    let valid = match std::str::from_utf8(bytes) {
        Ok(valid) => Some(valid),
        Err(error) if error.error_len().is_none() && bytes.len() == 1 << 20 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    };
    let control = |it: &u8| matches!(it, 0..=6 | 14..=26 | 28..=31 | 127);
    if bytes.iter().any(control) {
        return None;
    }
    let (encoding, charset) = match valid {
        Some(valid) if valid.is_ascii() => ("ASCII text", "us-ascii"),
        Some(valid) if valid.starts_with('\u{feff}') => {
            ("Unicode text, UTF-8 (with BOM) text", "utf-8")
        }
        Some(_) => ("Unicode text, UTF-8 text", "utf-8"),
        None if bytes.iter().all(|it| !matches!(it, 0x80..=0x9f)) => {
            ("ISO-8859 text", "iso-8859-1")
        }
        None => ("Non-ISO extended-ASCII text", "unknown-8bit"),
    };
    let text = valid.unwrap_or("");
    let trimmed = text.trim_start();
    let (kind, mime) = if let Some(line) = text.strip_prefix("#!") {
        script(line.lines().next().unwrap_or(""))
    } else if (trimmed.starts_with('{') || trimmed.starts_with('['))
        && jaq_json::read::parse_single(text.as_bytes()).is_ok()
    {
        return Some(Kind::of("JSON text data", "application/json", charset));
    } else if trimmed.starts_with("<?xml") {
        let svg = text.contains("<svg");
        if svg {
            (
                Some("SVG Scalable Vector Graphics image".to_owned()),
                "image/svg+xml",
            )
        } else {
            (Some("XML 1.0 document".to_owned()), "text/xml")
        }
    } else if trimmed
        .get(..14)
        .is_some_and(|it| it.eq_ignore_ascii_case("<!doctype html"))
        || trimmed
            .get(..5)
            .is_some_and(|it| it.eq_ignore_ascii_case("<html"))
    {
        (Some("HTML document".to_owned()), "text/html")
    } else if text.starts_with("-----BEGIN ") {
        (Some("PEM certificate".to_owned()), "text/plain")
    } else if (text.contains("#include <") || text.contains("int main(")) && text.contains(';') {
        (Some("C source".to_owned()), "text/x-c")
    } else if text
        .lines()
        .any(|it| it.starts_with("import ") || it.starts_with("from "))
        && text
            .lines()
            .any(|it| it.starts_with("def ") || it.starts_with("class "))
    {
        (Some("Python script".to_owned()), "text/x-script.python")
    } else {
        (None, "text/plain")
    };
    let mut words = match kind {
        Some(kind) => format!("{kind}, {encoding}"),
        None => encoding.to_owned(),
    };
    if mime.starts_with("text/x-shell") || mime.ends_with("python") && text.starts_with("#!") {
        words = words.replace(
            &format!(", {encoding}"),
            &format!(", {encoding} executable"),
        );
    }
    let longest = bytes
        .split(|it| *it == b'\n')
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0);
    if longest > 300 {
        words.push_str(&format!(", with very long lines ({longest})"));
    }
    let crlf = memchr::memmem::find(bytes, b"\r\n").is_some();
    if crlf {
        words.push_str(", with CRLF line terminators");
    } else if !bytes.contains(&b'\n') {
        words.push_str(if bytes.contains(&b'\r') {
            ", with CR line terminators"
        } else {
            ", with no line terminators"
        });
    }
    if bytes.contains(&27) {
        words.push_str(", with escape sequences");
    }
    Some(Kind::of(words, mime, charset))
}

fn script(line: &str) -> (Option<String>, &'static str) {
    let line = line.trim();
    let program = match line.split_once("env ") {
        Some((_, rest)) => rest
            .split_whitespace()
            .find(|it| !it.starts_with('-'))
            .unwrap_or(""),
        None => line.split_whitespace().next().unwrap_or(""),
    };
    let base = program.rsplit('/').next().unwrap_or(program);
    match base {
        "sh" | "dash" => (Some("POSIX shell script".into()), "text/x-shellscript"),
        "bash" => (
            Some("Bourne-Again shell script".into()),
            "text/x-shellscript",
        ),
        _ if base.starts_with("python") => (Some("Python script".into()), "text/x-script.python"),
        "node" => (Some("Node.js script".into()), "application/javascript"),
        "perl" => (Some("Perl script".into()), "text/x-perl"),
        "ruby" => (Some("Ruby script".into()), "text/x-ruby"),
        _ => (Some(format!("a {line} script")), "text/plain"),
    }
}
