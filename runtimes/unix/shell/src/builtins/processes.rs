//! `jobs`, `wait`, `kill`, `disown`.

use belljar_sys::process;

use crate::execute::simple::Expanded;
use crate::jobs::Job;
use crate::state::{Run, Shell};
use crate::traps;

pub fn jobs(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(
        argv,
        "lnprsx",
        "jobs [-lnprs] [jobspec ...] or jobs -x command [args]",
    ) {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let (long, pids, running, stopped) = (
        flags.has('l'),
        flags.has('p'),
        flags.has('r'),
        flags.has('s'),
    );
    let mut only = Vec::new();
    let mut status = 0;
    for spec in &argv[flags.operands..] {
        let found = match spec.parse::<u32>() {
            Ok(pid) => shell.jobs.position(pid),
            Err(_) => shell.jobs.find(spec),
        };
        match found {
            Some(index) => only.push(shell.jobs.jobs[index].number),
            None => {
                shell.complain("jobs", format_args!("{spec}: no such job"));
                status = 1;
            }
        }
    }
    if argv.len() > flags.operands && only.is_empty() {
        return Ok(status);
    }
    let mut text = String::new();
    let numbers: Vec<u32> = shell.jobs.visible().map(|job| job.number).collect();
    let count = numbers.len();
    for (index, job) in shell.jobs.visible().enumerate() {
        if !only.is_empty() && !only.contains(&job.number) {
            continue;
        }
        let state = job.state();
        if running && state != "Running" || stopped {
            continue;
        }
        if pids {
            text.push_str(&format!("{}\n", job.pid));
            continue;
        }
        let mark = match count - index {
            1 => '+',
            2 => '-',
            _ => ' ',
        };
        text.push_str(&line(job, &state, mark, long));
    }
    shell.print(&text);
    shell.jobs.forget_ended();
    Ok(status)
}

fn line(job: &Job, state: &str, mark: char, long: bool) -> String {
    let pid = if long {
        format!("{} ", job.pid)
    } else {
        String::new()
    };
    let end = if state == "Running" { " &" } else { "" };
    format!(
        "[{}]{mark}  {pid}{state:<24}{}{end}\n",
        job.number, job.text
    )
}

pub fn wait(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "fnp:", "wait [-fn] [-p var] [id ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    let variable = flags.value('p').map(str::to_owned);
    let operands = &argv[flags.operands..];
    if flags.has('n') {
        let mut pids = Vec::new();
        for operand in operands {
            match pid_of(shell, operand) {
                Ok(pid) => pids.push(pid),
                Err(status) => return Ok(status),
            }
        }
        if !operands.is_empty() {
            // One that has been waited for already counts.
            for pid in &pids {
                if shell.jobs.position(*pid).is_none()
                    && let Some(status) = shell.ended_status(*pid)
                {
                    return Ok(status);
                }
            }
        }
        return match shell.wait_any(&pids) {
            Some((pid, status)) => {
                if let Some(name) = variable {
                    shell.assign_named(&name, pid.to_string())?;
                }
                Ok(status)
            }
            None => interrupted(shell).map(|status| status.unwrap_or(127)),
        };
    }
    if operands.is_empty() {
        while let Some(at) = shell.jobs.first() {
            if shell.wait_job(at).is_none()
                && let Some(status) = interrupted(shell)?
            {
                return Ok(status);
            }
        }
        return Ok(0);
    }
    let mut status = 0;
    for operand in operands {
        let pid = match pid_of(shell, operand) {
            Ok(pid) => pid,
            Err(code) => {
                status = code;
                continue;
            }
        };
        status = match shell.jobs.position(pid) {
            Some(index) => match shell.wait_job(index) {
                Some(status) => status,
                None => match interrupted(shell)? {
                    Some(status) => return Ok(status),
                    None => 127,
                },
            },
            None => match shell.ended_status(pid) {
                Some(status) => status,
                None => {
                    shell.complain(
                        "wait",
                        format_args!("pid {operand} is not a child of this shell"),
                    );
                    127
                }
            },
        };
        if let Some(name) = &variable {
            shell.assign_named(name, pid.to_string())?;
        }
    }
    Ok(status)
}

/// The status after a trap has run in place of waiting on, if that is what happened.
fn interrupted(shell: &mut Shell) -> Run<Option<i32>> {
    let signal = shell
        .pending
        .iter()
        .find(|signal| shell.state.traps.contains_key(signal))
        .copied();
    shell.run_pending_traps()?;
    Ok(signal.map(|signal| 128 + i32::from(signal)))
}

fn pid_of(shell: &mut Shell, operand: &str) -> Result<u32, i32> {
    if operand.starts_with('%') {
        return match shell.jobs.find(operand) {
            Some(index) => Ok(shell.jobs.jobs[index].pid),
            None => {
                shell.complain("wait", format_args!("{operand}: no such job"));
                Err(127)
            }
        };
    }
    operand.parse::<u32>().map_err(|_| {
        shell.complain(
            "wait",
            format_args!("`{operand}': not a pid or valid job spec"),
        );
        1
    })
}

/// `kill -l`
pub fn list_signals(shell: &mut Shell) {
    let mut text = String::new();
    let mut column = 0;
    for number in 1..=31 {
        let Some(name) = traps::name(number) else {
            continue;
        };
        text.push_str(&format!("{number:2}) SIG{name}"));
        column += 1;
        text.push(if column % 5 == 0 { '\n' } else { '\t' });
    }
    if !text.ends_with('\n') {
        text.pop();
        text.push('\n');
    }
    shell.print(&text);
}

pub fn kill(shell: &mut Shell, expanded: &Expanded) -> Run {
    const USAGE: &str = "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
    let mut operands = &expanded.argv[1..];
    let mut signal = 15;
    if let Some((first, rest)) = operands.split_first() {
        match first.as_str() {
            "-l" | "-L" => return list(shell, rest),
            "-s" | "-n" => {
                let Some((name, rest)) = rest.split_first() else {
                    shell.complain("kill", format_args!("{first}: option requires an argument"));
                    return Ok(1);
                };
                let Some(number) = signal_number(name) else {
                    shell.complain("kill", format_args!("{name}: invalid signal specification"));
                    return Ok(1);
                };
                signal = number;
                operands = rest;
            }
            "--" => operands = rest,
            first if first.len() > 1 && first.starts_with('-') => {
                let Some(number) = signal_number(&first[1..]) else {
                    shell.complain(
                        "kill",
                        format_args!("{}: invalid signal specification", &first[1..]),
                    );
                    return Ok(1);
                };
                signal = number;
                operands = rest;
            }
            _ => {}
        }
    }
    if operands.first().is_some_and(|first| first == "--") {
        operands = &operands[1..];
    }
    if operands.is_empty() {
        shell.write_error(USAGE);
        return Ok(2);
    }
    let mut status = 0;
    for operand in operands {
        let pid = if operand.starts_with('%') {
            match shell.jobs.find(operand) {
                Some(index) => i64::from(shell.jobs.jobs[index].pid),
                None => {
                    shell.complain("kill", format_args!("{operand}: no such job"));
                    status = 1;
                    continue;
                }
            }
        } else {
            match operand.parse::<i64>() {
                Ok(pid) => pid,
                Err(_) => {
                    shell.complain(
                        "kill",
                        format_args!("{operand}: arguments must be process or job IDs"),
                    );
                    status = 1;
                    continue;
                }
            }
        };
        // What is to be written must be, before a signal to itself.
        let sent = i32::try_from(pid)
            .ok()
            .map(|pid| process::kill(pid, signal));
        if !matches!(sent, Some(Ok(()))) {
            let known = u32::try_from(pid)
                .ok()
                .is_some_and(|pid| shell.jobs.position(pid).is_some());
            if !known || signal == 0 {
                shell.complain("kill", format_args!("({pid}) - No such process"));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn signal_number(text: &str) -> Option<u8> {
    if text == "0" || text.eq_ignore_ascii_case("EXIT") {
        return Some(0);
    }
    traps::number(text).filter(|number| *number <= 64)
}

fn list(shell: &mut Shell, operands: &[String]) -> Run {
    if operands.is_empty() {
        list_signals(shell);
        return Ok(0);
    }
    let mut status = 0;
    for operand in operands {
        let text = match operand.parse::<u16>() {
            Ok(number) => {
                let number = if number > 128 { number - 128 } else { number };
                u8::try_from(number)
                    .ok()
                    .and_then(|number| {
                        if number == 0 {
                            Some("EXIT")
                        } else {
                            traps::name(number)
                        }
                    })
                    .map(str::to_owned)
            }
            Err(_) => traps::number(operand)
                .filter(|number| *number <= 64)
                .map(|number| number.to_string()),
        };
        match text {
            Some(text) => shell.print(&format!("{text}\n")),
            None => {
                shell.complain(
                    "kill",
                    format_args!("{operand}: invalid signal specification"),
                );
                status = 1;
            }
        }
    }
    Ok(status)
}

pub fn disown(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "arh", "disown [-h] [-ar] [jobspec ... | pid ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    if flags.has('h') {
        return Ok(0);
    }
    let operands = &argv[flags.operands..];
    if operands.is_empty() {
        if flags.has('a') || flags.has('r') {
            shell.jobs.jobs.retain(|job| job.number == 0);
            return Ok(0);
        }
        match shell.jobs.find("%%") {
            Some(index) => {
                shell.jobs.jobs.remove(index);
                return Ok(0);
            }
            None => {
                shell.complain("disown", "current: no such job");
                return Ok(1);
            }
        }
    }
    let mut status = 0;
    for operand in operands {
        let found = match operand.parse::<u32>() {
            Ok(pid) => shell.jobs.position(pid),
            Err(_) => shell.jobs.find(operand),
        };
        match found {
            Some(index) => {
                shell.jobs.jobs.remove(index);
            }
            None => {
                shell.complain("disown", format_args!("{operand}: no such job"));
                status = 1;
            }
        }
    }
    Ok(status)
}

pub fn no_job_control(shell: &mut Shell, expanded: &Expanded) -> Run {
    shell.complain(&expanded.argv[0], "no job control");
    Ok(1)
}
