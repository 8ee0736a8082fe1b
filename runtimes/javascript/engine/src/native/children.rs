//! `native:children`: what `node:child_process`, `Bun.spawn` and the shell stand on.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use belljar_sys::clock::Event;
use belljar_sys::descriptions::How;
use belljar_sys::process::{Child, Command, End, SpawnError};
use belljar_sys::{Description, signals};
use futures::channel::oneshot;
use rquickjs::{Array, ArrayBuffer, Ctx, IntoJs, Object, Value};
use wasip2::clocks::monotonic_clock;
use wasip2::io::poll::{self, Pollable};
use wstd::runtime::AsyncPollable;

use super::errno::Errno;
use super::files::{self, pollable};

pub use super::files::kept_signals;

/// What stands for a description in a list of those of a child; anything else is a number of ours.
const IGNORE: i32 = -1;
/// A pipe that the child reads from.
const TO_CHILD: i32 = -2;
/// A pipe that the child writes to.
const FROM_CHILD: i32 = -3;
/// Nothing at this number.
const NOTHING: i32 = -4;

/// Most that a program is given as input without a pipe that has to be filled.
const AT_ONCE: usize = 16 << 20;
/// What a pipe takes that is said to be ready.
const PIPE_BUF: usize = 4 << 10;
const READ: usize = 64 << 10;

/// A child whose end nobody has been told of.
struct Running {
    child: Child,
    ended: OnceCell<AsyncPollable>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

thread_local! {
    static RUNNING: RefCell<BTreeMap<u32, Rc<Running>>> = const { RefCell::new(BTreeMap::new()) };
}

fn running(pid: u32) -> Option<Rc<Running>> {
    RUNNING.with_borrow(|running| running.get(&pid).cloned())
}

/// Exit code, signal, and CPU time in nanoseconds.
fn ended<'js>(ctx: &Ctx<'js>, child: &Child, end: End) -> rquickjs::Result<Array<'js>> {
    let (code, signal) = match end {
        End::Exited(code) => (Some(code), None),
        End::Signaled(signal) => (None, Some(signal)),
    };
    let array = Array::new(ctx.clone())?;
    for (at, value) in [code, signal].into_iter().enumerate() {
        match value {
            Some(value) => array.set(at, value)?,
            None => array.set(at, Value::new_null(ctx.clone()))?,
        }
    }
    array.set(2, child.cpu_time() as f64)?;
    Ok(array)
}

/// The end of this process for each pipe that a child is started with, by number.
type Ends = Vec<Option<Description>>;

/// What was asked for, and our ends of its pipes.
fn command(spec: &Object<'_>) -> rquickjs::Result<Result<(Command, Ends), Errno>> {
    let pairs: Vec<String> = spec.get("env")?;
    let env = pairs
        .iter()
        .filter_map(|pair| {
            // A name may begin with what separates it, as on Windows.
            let (at, _) = pair
                .char_indices()
                .skip(1)
                .find(|(_, letter)| *letter == '=')?;
            Some((pair[..at].to_owned(), pair[at + 1..].to_owned()))
        })
        .collect();
    let mut command = Command {
        program: spec.get("file")?,
        argv: spec.get("args")?,
        env,
        cwd: spec.get("cwd")?,
        descriptions: Vec::new(),
        new_group: spec.get("detached")?,
    };
    let stdio: Vec<i32> = spec.get("stdio")?;
    let mut ends = Ends::new();
    for (number, wanted) in (0u32..).zip(stdio) {
        if wanted == NOTHING {
            ends.push(None);
            continue;
        }
        match description(wanted) {
            Ok((description, end)) => {
                command.descriptions.push((number, description));
                ends.push(end);
            }
            // As with any number that is not open, except that nobody would be surprised by one of
            // the standard ones.
            Err(Errno::BADF) if number < 3 && wanted == number.cast_signed() => ends.push(None),
            Err(errno) => return Ok(Err(errno)),
        }
    }
    Ok(Ok((command, ends)))
}

fn description(wanted: i32) -> Result<(Description, Option<Description>), Errno> {
    match wanted {
        IGNORE => {
            let how = How {
                read: true,
                write: true,
                ..How::default()
            };
            Ok((Description::open("/dev/null", how, 0)?, None))
        }
        TO_CHILD => {
            let (reader, writer) = Description::pipe()?;
            Ok((reader, Some(writer)))
        }
        FROM_CHILD => {
            let (reader, writer) = Description::pipe()?;
            Ok((writer, Some(reader)))
        }
        number => Ok((files::to_hand_on(number)?, None)),
    }
}

fn start(command: &Command) -> Result<Child, Errno> {
    // What is ignored here stays ignored in a child, which expects to be ended by a broken pipe.
    let before = signals::set(signals::PIPE, signals::Action::Default);
    let started = command.spawn();
    signals::set(signals::PIPE, before);
    started.map_err(|error| match error {
        SpawnError::NotFound => Errno::NOENT,
        SpawnError::PermissionDenied | SpawnError::IsDirectory => Errno::ACCES,
        SpawnError::NotExecutable(_) => Errno::NOEXEC,
        SpawnError::Limit(_) => Errno::AGAIN,
        SpawnError::Memory => Errno::NOMEM,
        SpawnError::Invalid(why) if why.starts_with("Argument list") => Errno::BIG,
        SpawnError::Invalid(_) => Errno::INVAL,
    })
}

fn kill(pid: i32, signal: u8) -> i32 {
    match belljar_sys::process::kill(pid, signal) {
        Ok(()) => 0,
        // As POSIX has it, a child is there until its parent has been told of its end.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let known = u32::try_from(pid).ok().and_then(running);
            known.map_or(-Errno::SRCH.0, |_| 0)
        }
        Err(_) => -Errno::INVAL.0,
    }
}

/// A pipe that a child writes to, until its end.
struct Capture {
    number: usize,
    from: Description,
    ready: Pollable,
}

/// How long a child may run, and how much it may write.
struct Bounds {
    /// On the monotonic clock.
    deadline: Option<u64>,
    signal: u8,
    output: f64,
}

/// What has come of a child that was waited for.
struct Outcome {
    end: End,
    error: Option<Errno>,
    /// By number.
    output: BTreeMap<usize, Vec<u8>>,
}

/// Feeds a child and collects what it writes, until it has ended and its pipes are closed.
fn attend(child: &Child, ends: Ends, input: Option<&[u8]>, bounds: &Bounds) -> Outcome {
    let mut writer = None;
    let mut captures = Vec::new();
    let mut output = BTreeMap::new();
    for (number, end) in ends.into_iter().enumerate() {
        match (number, end) {
            (_, None) => {}
            (0, Some(end)) => {
                if let Some(input) = input {
                    let ready = pollable(end.event());
                    writer = Some((end, ready, input));
                }
            }
            (_, Some(from)) => {
                output.insert(number, Vec::new());
                captures.push(Capture {
                    number,
                    ready: pollable(from.event()),
                    from,
                });
            }
        }
    }
    let exit = pollable(child.event());
    let mut error = None;
    let mut killed = false;
    loop {
        let end = child.try_wait();
        if let Some(end) = end
            && captures.is_empty()
        {
            return Outcome { end, error, output };
        }
        let now = monotonic_clock::now();
        let late = bounds.deadline.is_some_and(|deadline| now >= deadline);
        if late && error.is_none() {
            error = Some(Errno::TIMEDOUT);
        }
        let timer = match (bounds.deadline, error) {
            (Some(deadline), None) => Some(pollable(Event::after(Duration::from_nanos(
                deadline.saturating_sub(now),
            )))),
            _ => None,
        };
        if error.is_some() && !killed {
            // What it writes from now on is of no interest; its end is.
            kill(
                i32::try_from(child.pid()).unwrap_or(i32::MAX),
                bounds.signal,
            );
            captures.clear();
            writer = None;
            killed = true;
            continue;
        }
        let mut waited: Vec<&Pollable> = captures.iter().map(|capture| &capture.ready).collect();
        if end.is_none() {
            waited.push(&exit);
        }
        waited.extend(writer.as_ref().map(|(_, ready, _)| ready));
        waited.extend(timer.as_ref());
        poll::poll(&waited);
        // They end every wait, and there is no loop that would take them.
        files::keep_signals();
        if let Some((to, ready, left)) = &mut writer
            && ready.ready()
        {
            let part = &left[..left.len().min(PIPE_BUF)];
            match to.write_some(part) {
                Ok(written) => *left = &left[written..],
                // Nobody reads it, which is no error of whoever has written.
                Err(_) => *left = &[],
            }
        }
        if writer.as_ref().is_some_and(|(_, _, left)| left.is_empty()) {
            writer = None;
        }
        captures.retain(|capture| {
            if !capture.ready.ready() {
                return true;
            }
            match capture.from.read_some(READ) {
                Ok(bytes) if bytes.is_empty() => false,
                Ok(mut bytes) => {
                    let all = output.entry(capture.number).or_default();
                    if (all.len() + bytes.len()) as f64 > bounds.output {
                        bytes.truncate((bounds.output as usize).saturating_sub(all.len()));
                        error = Some(Errno::NOBUFS);
                    }
                    if all.try_reserve(bytes.len()).is_err() {
                        error = Some(Errno::NOMEM);
                        return true;
                    }
                    all.extend_from_slice(&bytes);
                    true
                }
                Err(error) => error.kind() == io::ErrorKind::Interrupted,
            }
        });
    }
}

/// What JavaScript is told of a child that was waited for.
fn report<'js>(ctx: &Ctx<'js>, pid: u32, outcome: Outcome) -> rquickjs::Result<Object<'js>> {
    let result = Object::new(ctx.clone())?;
    result.set("pid", pid)?;
    let (code, signal) = match outcome.end {
        End::Exited(code) => (Some(code), None),
        End::Signaled(signal) => (None, Some(signal)),
    };
    let or_null = |value: Option<u8>| match value {
        Some(value) => value.into_js(ctx),
        None => Ok(Value::new_null(ctx.clone())),
    };
    result.set("status", or_null(code)?)?;
    result.set("signal", or_null(signal)?)?;
    result.set("error", outcome.error.map_or(0, |errno| -errno.0))?;
    let output = Array::new(ctx.clone())?;
    for (number, bytes) in outcome.output {
        output.set(number, ArrayBuffer::new(ctx.clone(), bytes)?)?;
    }
    result.set("output", output)?;
    Ok(result)
}

#[rquickjs::module]
pub mod native_module {
    use std::cell::{OnceCell, RefCell};
    use std::rc::Rc;

    use belljar_sys::Description;
    use rquickjs::{Array, Ctx, Object, TypedArray, Value};
    use wasip2::clocks::monotonic_clock;
    use wstd::runtime::AsyncPollable;

    use super::super::files::{self, Open, Stream, pollable};

    /// Starts a child: `{ file, args, env, cwd, detached, stdio }` with strings `NAME=value` in `env`
    /// and, for every description, a number of ours or one of those of this module. Gives its number
    /// and those of our ends of its pipes, or an error's number below zero.
    #[rquickjs::function]
    pub fn spawn<'js>(ctx: Ctx<'js>, spec: Object<'js>) -> rquickjs::Result<Object<'js>> {
        let result = Object::new(ctx.clone())?;
        let (command, ends) = match super::command(&spec)? {
            Ok(both) => both,
            Err(errno) => {
                result.set("error", -errno.0)?;
                return Ok(result);
            }
        };
        let child = match super::start(&command) {
            Ok(child) => child,
            Err(errno) => {
                result.set("error", -errno.0)?;
                return Ok(result);
            }
        };
        // The child has its own ends now; with ours it would never see that a pipe is closed.
        drop(command);
        let pid = child.pid();
        let running = super::Running {
            child,
            ended: OnceCell::new(),
            waiting: RefCell::new(Vec::new()),
        };
        super::RUNNING.with_borrow_mut(|all| all.insert(pid, Rc::new(running)));
        let pipes = Array::new(ctx.clone())?;
        for (number, end) in ends.into_iter().enumerate() {
            match end {
                Some(end) => {
                    let fd = files::insert(Open::Stream(Stream::new(end, None)));
                    pipes.set(number, fd)?;
                }
                None => pipes.set(number, Value::new_null(ctx.clone()))?,
            }
        }
        result.set("error", 0)?;
        result.set("pid", pid)?;
        result.set("pipes", pipes)?;
        Ok(result)
    }

    /// Exit code, signal and CPU time of a child when it has ended; nothing if `stop_waiting` was
    /// called, or somebody has been told of its end before.
    #[rquickjs::function]
    pub async fn wait(ctx: Ctx<'_>, pid: u32) -> rquickjs::Result<Option<Array<'_>>> {
        let Some(running) = super::running(pid) else {
            return Ok(None);
        };
        let ended = running
            .ended
            .get_or_init(|| AsyncPollable::new(pollable(running.child.event())));
        if !files::interruptible(&running.waiting, ended.wait_for()).await {
            return Ok(None);
        }
        try_wait(ctx, pid)
    }

    /// As `wait`, without waiting.
    #[rquickjs::function]
    #[qjs(rename = "tryWait")]
    pub fn try_wait(ctx: Ctx<'_>, pid: u32) -> rquickjs::Result<Option<Array<'_>>> {
        let Some(running) = super::running(pid) else {
            return Ok(None);
        };
        let Some(end) = running.child.try_wait() else {
            return Ok(None);
        };
        super::RUNNING.with_borrow_mut(|all| all.remove(&pid));
        super::ended(&ctx, &running.child, end).map(Some)
    }

    #[rquickjs::function]
    #[qjs(rename = "stopWaiting")]
    pub fn stop_waiting(pid: u32) {
        if let Some(running) = super::running(pid) {
            running.waiting.borrow_mut().clear();
        }
    }

    /// Sends a signal; 0, or an error's number below zero.
    #[rquickjs::function]
    pub fn kill(pid: i32, signal: u8) -> i32 {
        super::kill(pid, signal)
    }

    /// Starts a child as `spawn`, gives it input, waits for its end and for that of what it writes.
    /// The time is in milliseconds, none if it is 0.
    #[rquickjs::function]
    #[qjs(rename = "runSync")]
    pub fn run_sync<'js>(
        ctx: Ctx<'js>,
        spec: Object<'js>,
        input: Option<TypedArray<'js, u8>>,
        timeout: f64,
        signal: u8,
        most: f64,
    ) -> rquickjs::Result<Object<'js>> {
        let result = Object::new(ctx.clone())?;
        let (mut command, mut ends) = match super::command(&spec)? {
            Ok(both) => both,
            Err(errno) => {
                result.set("error", -errno.0)?;
                return Ok(result);
            }
        };
        // SAFETY: nothing of JavaScript runs before this is done with them.
        let mut input = input.as_ref().and_then(|input| unsafe { input.as_bytes() });
        if let Some(bytes) = input
            && bytes.len() <= super::AT_ONCE
            && ends.first().is_some_and(Option::is_some)
            && let Ok(description) = Description::bytes(bytes)
        {
            command.descriptions[0].1 = description;
            ends[0] = None;
            input = None;
        }
        let bounds = super::Bounds {
            deadline: (timeout > 0.0)
                .then(|| monotonic_clock::now().saturating_add((timeout * 1e6) as u64)),
            signal,
            output: most,
        };
        let child = match super::start(&command) {
            Ok(child) => child,
            Err(errno) => {
                result.set("error", -errno.0)?;
                return Ok(result);
            }
        };
        drop(command);
        let outcome = super::attend(&child, ends, input, &bounds);
        super::report(&ctx, child.pid(), outcome)
    }
}
