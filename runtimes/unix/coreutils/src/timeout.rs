//! `timeout` and `sleep`.

use std::time::{Duration, Instant};

use belljar_sys::clock::{self, Event};
use belljar_sys::process::{self, Child, Command, End};
use belljar_sys::signals;

use crate::options::{Outcome, TOOL, Tool, flag, value};
use crate::quoting::locale;
use crate::report::say;
use crate::streams::absolute;

/// A time as a number with a suffix: `1.5`, `2m`, `infinity`. None for no time at all.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, factor) = match text.as_bytes().last()? {
        b's' => (&text[..text.len() - 1], 1.0),
        b'm' => (&text[..text.len() - 1], 60.0),
        b'h' => (&text[..text.len() - 1], 3600.0),
        b'd' => (&text[..text.len() - 1], 86400.0),
        _ => (text, 1.0),
    };
    let (value, used) = crate::printf::read_float(number);
    if used == 0 || used != number.len() || value.is_nan() || value < 0.0 {
        return None;
    }
    // What is longer than the clock counts is forever.
    Some(Duration::try_from_secs_f64(value * factor).unwrap_or(Duration::MAX))
}

const SLEEP: Tool = Tool {
    usage: &["NUMBER[SUFFIX]..."],
    about: "Pause for NUMBER seconds, or minutes, hours or days with the SUFFIX m, h or d.",
    ..TOOL
};

pub(crate) fn sleep(args: &[String]) -> Outcome {
    let line = SLEEP.parse(args)?;
    if line.operands.is_empty() {
        return Err(SLEEP.missing_operand());
    }
    let mut total = Duration::ZERO;
    let mut wrong = false;
    for text in &line.operands {
        match duration(text) {
            Some(time) => total = total.saturating_add(time),
            None => {
                say!("invalid time interval {}", locale(text));
                wrong = true;
            }
        }
    }
    if wrong {
        let name = crate::report::name();
        crate::report::raw(&format!("Try '{name} --help' for more information.\n"));
        return Ok(1);
    }
    pause(total);
    Ok(0)
}

/// Waits; a signal that does not end the process does not shorten it.
pub(crate) fn pause(time: Duration) {
    let start = Instant::now();
    loop {
        let left = time.saturating_sub(start.elapsed());
        if left.is_zero() {
            return;
        }
        clock::wait(&[&Event::after(left)]);
    }
}

const TIMEOUT: Tool = Tool {
    usage: &["[OPTION] DURATION COMMAND [ARG]..."],
    about: "Start COMMAND, and kill it if still running after DURATION.",
    options: &[
        flag("", "preserve-status", "exit with the status of COMMAND, even when it times out"),
        flag("", "foreground", "leave COMMAND in the process group of its parent"),
        value("k", "kill-after", "DURATION", "also send a KILL signal this long after the first"),
        value("s", "signal", "SIGNAL", "the signal to be sent on timeout"),
        flag("v", "verbose", "diagnose to stderr any signal sent upon timeout"),
    ],
    misuse: 125,
    stops: true,
};

pub(crate) fn timeout(args: &[String]) -> Outcome {
    let line = TIMEOUT.parse(args)?;
    let interval = |text: &str| {
        duration(text)
            .ok_or_else(|| TIMEOUT.wrong(&format!("invalid time interval {}", locale(text))))
    };
    let kill_after = line.value("kill-after").map(interval).transpose()?;
    let signal = match line.value("signal") {
        None => signals::TERM,
        Some(name) => match signals::parse(name) {
            Some(signal) => signal,
            None => return Err(TIMEOUT.wrong(&format!("{}: invalid signal", locale(name)))),
        },
    };
    let Some(([time], words)) = line.operands.split_first_chunk().filter(|(_, words)| !words.is_empty())
    else {
        // GNU's says no more either.
        let name = crate::report::name();
        crate::report::raw(&format!("Try '{name} --help' for more information.\n"));
        return Ok(125);
    };
    let time = interval(time)?;
    let foreground = line.has("foreground");
    let mut command = Command::new(words.to_vec());
    if command.program.contains('/') {
        command.program = absolute(&command.program);
    }
    command.new_group = !foreground;
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            say!("failed to run command {}: {error}", locale(&words[0]));
            return Ok(error.code());
        }
    };
    crate::run::catch_signals();
    let watch = Watch {
        child,
        group: !foreground,
        verbose: line.has("verbose"),
        program: command.program,
    };
    let forever = |time: Duration| if time.is_zero() { Duration::MAX } else { time };
    let mut timed_out = false;
    let mut end = watch.until(forever(time));
    if end.is_none() {
        timed_out = true;
        watch.send(signal);
        if let Some(after) = kill_after {
            end = watch.until(forever(after));
            if end.is_none() {
                watch.send(signals::KILL);
            }
        }
    }
    let end = match end {
        Some(end) => end,
        None => watch.until(Duration::MAX).unwrap_or(End::Exited(125)),
    };
    let killed = end == End::Signaled(signals::KILL);
    if timed_out && !line.has("preserve-status") && !killed {
        return Ok(124);
    }
    if timed_out && !(killed && !foreground) {
        return Ok(end.code());
    }
    Ok(crate::run::finish(end))
}

struct Watch {
    child: Child,
    group: bool,
    verbose: bool,
    program: String,
}

impl Watch {
    /// Waits for the end for at most so long, passing signals on.
    fn until(&self, time: Duration) -> Option<End> {
        let start = Instant::now();
        loop {
            if let Some(end) = self.child.try_wait() {
                return Some(end);
            }
            let left = time.saturating_sub(start.elapsed());
            if left.is_zero() {
                return None;
            }
            clock::wait(&[&Event::ended(&self.child), &Event::after(left)]);
            while let Some(signal) = signals::take() {
                self.kill(signal);
            }
        }
    }

    fn send(&self, signal: u8) {
        if self.verbose {
            let name = signals::NAMES.iter().find(|(number, _)| *number == signal);
            let name = name.map_or("0", |(_, name)| name);
            say!("sending signal {name} to command {}", locale(&self.program));
        }
        self.kill(signal);
        if signal != signals::KILL && signal != signals::CONT {
            self.kill(signals::CONT);
        }
    }

    fn kill(&self, signal: u8) {
        if let Ok(pid) = i32::try_from(self.child.pid()) {
            // They may have ended in the meantime.
            let _gone = process::kill(if self.group { -pid } else { pid }, signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_suffixes() {
        for (text, seconds) in [("1", 1.0), ("0.5", 0.5), ("2m", 120.0), ("1e1h", 36000.0)] {
            assert_eq!(duration(text), Some(Duration::from_secs_f64(seconds)));
        }
        assert_eq!(duration("infinity"), Some(Duration::MAX));
        for text in ["", "x", "1x", "-1", "1ms", "s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
