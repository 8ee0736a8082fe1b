//! Compressed streams: gzip, bzip2, xz, zstd.

pub(crate) mod tool;

use std::io::{self, Read, Write};

use flate2::{Compression, GzBuilder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Codec {
    /// By how a file begins.
    pub(crate) fn detect(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// By the end of a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let ends = |all: &[&str]| all.iter().any(|it| name.ends_with(it));
        if ends(&[".gz", ".tgz", ".taz"]) {
            Some(Self::Gzip)
        } else if ends(&[".bz2", ".tbz", ".tbz2", ".tb2", ".tz2"]) {
            Some(Self::Bzip2)
        } else if ends(&[".xz", ".txz"]) {
            Some(Self::Xz)
        } else if ends(&[".zst", ".tzst"]) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    pub(crate) fn decoder<'r>(self, input: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(input)),
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(input)),
            Self::Xz => Box::new(lzma_rust2::XzReader::new(input, true)),
            Self::Zstd => Box::new(ZstdFrames {
                input: Some(io::BufReader::new(input)),
                frame: None,
            }),
        })
    }

    /// `level` is 1 to 9.
    pub(crate) fn encoder<'w>(
        self,
        out: impl Write + 'w,
        level: u32,
        name: Option<&str>,
        time: u32,
    ) -> io::Result<Encoder<'w>> {
        let out: Box<dyn Write + 'w> = Box::new(out);
        Ok(match self {
            Self::Gzip => {
                let mut builder = GzBuilder::new().mtime(time).operating_system(3);
                if let Some(name) = name {
                    builder = builder.filename(name);
                }
                Encoder::Gzip(builder.write(out, Compression::new(level)))
            }
            Self::Bzip2 => Encoder::Bzip2(bzip2::write::BzEncoder::new(
                out,
                bzip2::Compression::new(level),
            )),
            Self::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(level);
                Encoder::Xz(Box::new(lzma_rust2::XzWriter::new(out, options)?))
            }
            Self::Zstd => Encoder::Zstd(Vec::new(), out),
        })
    }
}

pub(crate) enum Encoder<'w> {
    Gzip(flate2::write::GzEncoder<Box<dyn Write + 'w>>),
    Bzip2(bzip2::write::BzEncoder<Box<dyn Write + 'w>>),
    Xz(Box<lzma_rust2::XzWriter<Box<dyn Write + 'w>>>),
    /// Compressed at the end: the encoder reads, it is not written to.
    Zstd(Vec<u8>, Box<dyn Write + 'w>),
}

impl Encoder<'_> {
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Gzip(it) => it.finish()?.flush(),
            Self::Bzip2(it) => it.finish()?.flush(),
            Self::Xz(it) => it.finish()?.flush(),
            Self::Zstd(bytes, mut out) => {
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                out.write_all(&ruzstd::encoding::compress_to_vec(bytes.as_slice(), level))?;
                out.flush()
            }
        }
    }
}

impl Write for Encoder<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(it) => it.write(bytes),
            Self::Bzip2(it) => it.write(bytes),
            Self::Xz(it) => it.write(bytes),
            Self::Zstd(all, _) => {
                all.extend_from_slice(bytes);
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Frame<R> =
    ruzstd::decoding::StreamingDecoder<io::BufReader<R>, ruzstd::decoding::FrameDecoder>;

/// The frames of a zstd file, one after the other.
struct ZstdFrames<R: Read> {
    input: Option<io::BufReader<R>>,
    frame: Option<Frame<R>>,
}

impl<R: Read> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::io::BufRead;
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
            }
            if let Some(frame) = self.frame.take() {
                self.input = Some(frame.into_inner());
            }
            let Some(mut input) = self.input.take() else {
                return Ok(0);
            };
            if input.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = ruzstd::decoding::StreamingDecoder::new(input);
            self.frame = Some(frame.map_err(|error| io::Error::other(error.to_string()))?);
        }
    }
}
