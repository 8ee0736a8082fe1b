//! The machine's own Python and Node, started by fork and exec.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// An interpreter that is a real program.
#[derive(Clone, Debug)]
pub(crate) struct Native {
    path: PathBuf,
    version: String,
}

impl Native {
    /// `python3`.
    pub(crate) fn python() -> Option<Self> {
        Self::find(["python3", "python3.exe"])
    }

    /// `node`.
    pub(crate) fn node() -> Option<Self> {
        Self::find(["node", "node.exe"])
    }

    /// The one in `/usr/bin`, or the first on PATH that is no script: a version manager's shim is
    /// ten times slower than the interpreter it starts, and comparing with it would flatter us.
    fn find(names: [&str; 2]) -> Option<Self> {
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(PathBuf::from("/usr/bin"))
            .chain(std::env::split_paths(&on_path))
            .flat_map(|folder| names.map(|name| folder.join(name)))
            .find(|path| is_program(path))?;
        let output = Command::new(&path).arg("--version").output().ok()?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Some(Self { path, version })
    }

    /// Path and version, for the table's head.
    pub(crate) fn describe(&self) -> String {
        format!("{} ({})", self.path.display(), self.version)
    }

    /// The program, for others to start.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs it to its end and gives back its standard output.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Vec<u8> {
        self.run_in(Path::new("."), args)
    }

    /// The same in a folder.
    pub(crate) fn run_in<S: AsRef<OsStr>>(
        &self,
        folder: &Path,
        args: impl IntoIterator<Item = S>,
    ) -> Vec<u8> {
        let output = Command::new(&self.path)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{self:?} failed: {output:?}");
        output.stdout
    }

    /// Starts it with piped streams.
    pub(crate) fn start<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Child {
        let mut command = Command::new(&self.path);
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command.spawn().expect("it starts")
    }
}

/// Whether the file begins as an executable of a current platform does (ELF, Mach-O, PE).
fn is_program(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    let magic: [&[u8]; 4] = [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ"];
    read.is_ok() && magic.iter().any(|magic| start.starts_with(magic))
}
