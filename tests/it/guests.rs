//! What the tests of the library share: an engine in a folder of its own, Python as a command, a
//! conversation with a running program, and waiting that ends.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use belljar::{
    Belljar, BelljarOptions, Command, Execution, ExecutionId, ExecutionStatus, Output, OutputMode,
    OutputReader, Sandbox, SandboxFilter, SandboxOptions, SandboxRecord, Stats, Stdin, StdinWriter,
};
use bytes::Bytes;
use tempfile::TempDir;

use crate::support::{PYTHON, cache_dir, data_dir};

/// Longer than anything takes on a busy machine: whoever waits for this long waits for ever.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// An engine in a folder of its own, with Python installed and loaded.
#[derive(Debug)]
pub(crate) struct Opened {
    belljar: Belljar,
    data: TempDir,
}

impl Opened {
    pub(crate) async fn new() -> Self {
        Self::with(|options| options).await
    }

    /// With other options than the defaults.
    pub(crate) async fn with(change: impl FnOnce(BelljarOptions) -> BelljarOptions) -> Self {
        let data = data_dir();
        let options = BelljarOptions::at(data.path()).cache_dir(cache_dir());
        let belljar = Belljar::open(change(options)).await.unwrap();
        belljar.install_runtime(PYTHON).await.unwrap();
        Self { belljar, data }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// The host's folder behind the root of a sandbox.
    pub(crate) fn root_of(&self, sandbox: &Sandbox) -> PathBuf {
        self.data().join("sandboxes").join(sandbox.id().as_str())
    }

    /// A new sandbox.
    pub(crate) async fn fresh(&self) -> Sandbox {
        self.create(options()).await.unwrap()
    }

    /// Runs Python code in a sandbox of its own.
    pub(crate) async fn python(&self, code: &str) -> Ended {
        let run = self.run(options(), python(code));
        within(code, run).await.unwrap().into()
    }

    /// The records of all sandboxes, also of deleted ones.
    pub(crate) async fn all(&self) -> Vec<SandboxRecord> {
        let mut filter = SandboxFilter::default();
        filter.limit = 1000;
        let (mut all, _) = self.sandboxes(filter.clone()).await.unwrap();
        filter.deleted_only = true;
        all.extend(self.sandboxes(filter).await.unwrap().0);
        all
    }
}

impl Deref for Opened {
    type Target = Belljar;

    fn deref(&self) -> &Belljar {
        &self.belljar
    }
}

/// A sandbox of Python with nothing special.
pub(crate) fn options() -> SandboxOptions {
    SandboxOptions::new(PYTHON)
}

/// Python code as a command.
pub(crate) fn python(code: &str) -> Command {
    Command::new(["python3", "-c", code])
}

/// How an execution ended, with all it wrote.
pub(crate) struct Ended {
    pub(crate) status: ExecutionStatus,
    pub(crate) exit_code: Option<i32>,
    pub(crate) error: Option<String>,
    pub(crate) truncated: bool,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    pub(crate) stats: Option<Stats>,
}

impl Ended {
    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Checks that it ended by itself with this exit code and output.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, stdout: &str) {
        assert_eq!(self.status, ExecutionStatus::Completed, "{self:#?}");
        assert_eq!(
            (self.exit_code, self.text().as_str()),
            (Some(code), stdout),
            "{self:#?}"
        );
    }

    #[track_caller]
    pub(crate) fn stats(&self) -> &Stats {
        self.stats.as_ref().expect("it was started")
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A flood would hide what is wrong.
        let start = |text: &str| -> String { text.chars().take(2_000).collect() };
        f.debug_struct("Ended")
            .field("status", &self.status)
            .field("exit_code", &self.exit_code)
            .field("error", &self.error)
            .field("truncated", &self.truncated)
            .field("stdout", &start(&self.text()))
            .field("stderr", &start(&self.stderr))
            .field("stats", &self.stats)
            .finish()
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            status: output.status,
            exit_code: Some(output.exit_code),
            error: None,
            truncated: output.truncated,
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            stats: output.stats,
        }
    }
}

/// Runs a command to its end.
pub(crate) async fn run(sandbox: &Sandbox, command: Command) -> Ended {
    let execution = sandbox.execute(command).await.unwrap();
    finish(&execution).await
}

/// Waits for the end of an execution and reads what it has written.
pub(crate) async fn finish(execution: &Execution) -> Ended {
    let (stdout, stderr) = (execution.stdout(), execution.stderr());
    let all = async {
        let both = futures::future::join(stdout.read_to_end(), stderr.read_to_end());
        let (stdout, stderr) = both.await;
        (execution.wait().await, stdout.unwrap(), stderr.unwrap())
    };
    let (record, stdout, stderr) = within("the end of an execution", all).await;
    Ended {
        status: record.status,
        exit_code: record.exit_code,
        error: record.error,
        truncated: record.output_truncated,
        stdout,
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        stats: execution.stats(),
    }
}

/// What `future` gives, or a panic that says what has not come to pass.
#[track_caller]
pub(crate) fn within<T>(what: &str, future: impl Future<Output = T>) -> impl Future<Output = T> {
    let message = format!("not within {PATIENCE:?}: {what}");
    async move {
        match tokio::time::timeout(PATIENCE, future).await {
            Ok(value) => value,
            Err(_) => panic!("{message}"),
        }
    }
}

/// Asks again and again until the answer is yes: for what happens behind everybody's back.
pub(crate) async fn eventually(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    within(what, async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// A running program that one talks with, line by line.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) execution: Execution,
    pub(crate) stdin: StdinWriter,
    stdout: OutputReader,
    held: Vec<u8>,
}

impl Live {
    /// Starts a command with its input piped.
    pub(crate) async fn start(sandbox: &Sandbox, command: Command) -> Self {
        let execution = sandbox.execute(command.stdin(Stdin::Pipe)).await.unwrap();
        Self {
            stdin: execution.stdin().expect("input is piped"),
            stdout: execution.stdout(),
            held: Vec::new(),
            execution,
        }
    }

    /// Starts Python code and waits until it runs.
    pub(crate) async fn ready(sandbox: &Sandbox, code: &str) -> Self {
        Self::ready_with(sandbox, code, |command| command).await
    }

    /// As [`Live::ready`], with something special about the command.
    pub(crate) async fn ready_with(
        sandbox: &Sandbox,
        code: &str,
        change: impl FnOnce(Command) -> Command,
    ) -> Self {
        let code = format!("print('ready', flush=True)\n{code}");
        let mut live = Self::start(sandbox, change(python(&code))).await;
        assert_eq!(live.line().await.as_deref(), Some("ready"), "{code}");
        live
    }

    /// The next line it prints, without its end; `None` at the end of its output.
    pub(crate) async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
                let rest = self.held.split_off(end + 1);
                let line = std::mem::replace(&mut self.held, rest);
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            match within("a line of output", self.stdout.next()).await {
                Some(chunk) => self.held.extend_from_slice(&chunk.unwrap()),
                None => {
                    assert!(self.held.is_empty(), "{:?}", self.held);
                    return None;
                }
            }
        }
    }

    /// Says something to it.
    pub(crate) async fn say(&self, text: &'static str) {
        let said = self.stdin.write(Bytes::from_static(text.as_bytes()));
        within("the program reads", said).await.unwrap();
    }

    /// Lets it go on with nobody who waits for it.
    pub(crate) fn detach(self) -> (ExecutionId, StdinWriter) {
        // Whoever reads its output waits for it, too.
        drop(self.stdout);
        let id = self.execution.id().clone();
        self.execution.detach();
        (id, self.stdin)
    }

    /// Waits for its end; the output has all of it.
    pub(crate) async fn finish(self) -> Ended {
        finish(&self.execution).await
    }
}

/// Captures standard error, and does something else with standard output.
pub(crate) fn stdout_as(mut command: Command, mode: OutputMode) -> Command {
    command.stdout = mode;
    command
}
