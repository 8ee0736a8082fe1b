//! `ps`: what a sandbox knows of its processes. All of them are shown whatever is asked for: there are
//! no other users and no terminals.

use super::{command, name};
use crate::calendar;
use crate::os::{self, Process};
use crate::report;

/// A column: its header, and whether it is set to the right.
struct Column {
    key: String,
    header: String,
    width: usize,
    right: bool,
}

pub(crate) fn run(called: &str, arguments: &[String]) -> u8 {
    let mut formats: Vec<String> = Vec::new();
    let mut pids: Option<Vec<u32>> = None;
    let mut parents: Option<Vec<u32>> = None;
    let mut names: Option<Vec<String>> = None;
    let mut preset = "pid,tty,time,cmd";
    let mut headers = true;
    let mut sort = None;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut next = |attached: &str| {
            if attached.is_empty() {
                rest.next().cloned().unwrap_or_default()
            } else {
                attached.to_owned()
            }
        };
        let numbers = |text: &str| -> Vec<u32> {
            text.split([',', ' '])
                .filter_map(|it| it.parse().ok())
                .collect()
        };
        if let Some(long) = word.strip_prefix("--") {
            let (key, value) = long.split_once('=').unwrap_or((long, ""));
            match key {
                "no-headers" | "no-heading" | "noheaders" => headers = false,
                "sort" => sort = Some(next(value)),
                "pid" => pids = Some(numbers(&next(value))),
                "ppid" => parents = Some(numbers(&next(value))),
                "format" => formats.push(next(value)),
                "forest" | "headers" | "cols" | "columns" | "width" => {}
                "help" => {
                    println!("Usage: ps [-e] [-f] [aux] [-o FORMAT] [-p PIDS] [--sort KEY]");
                    return 0;
                }
                _ => {
                    report::say(called, &format!("error: unknown gnu long option --{key}"));
                    return 1;
                }
            }
            continue;
        }
        let letters = word.strip_prefix('-');
        let bsd = letters.is_none();
        let letters = letters.unwrap_or(word);
        if bsd && letters.bytes().all(|it| it.is_ascii_digit() || it == b',') {
            pids.get_or_insert_default().extend(numbers(letters));
            continue;
        }
        let mut characters = letters.char_indices();
        while let Some((at, letter)) = characters.next() {
            let after = &letters[at + letter.len_utf8()..];
            match letter {
                'o' | 'O' => {
                    formats.push(next(after));
                    break;
                }
                'p' => {
                    pids.get_or_insert_default().extend(numbers(&next(after)));
                    break;
                }
                'C' => {
                    let text = next(after);
                    names = Some(text.split(',').map(str::to_owned).collect());
                    break;
                }
                'u' if bsd => preset = "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,time,command",
                'U' | 'u' | 'g' | 'G' | 't' | 's' if !bsd => {
                    next(after);
                    break;
                }
                'f' if !bsd => preset = "uid_name,pid,ppid,c,stime,tty,time,cmd_full",
                'F' => preset = "uid_name,pid,ppid,c,stime,tty,time,cmd_full",
                'l' => preset = "f,s,uid,pid,ppid,c,pri,ni,sz,tty,time,cmd",
                'j' => preset = "pid,pgid,sid,tty,time,cmd",
                'h' => headers = false,
                'e' | 'A' | 'a' | 'x' | 'd' | 'w' | 'r' | 'f' | 'H' | 'N' | 'T' | 'L' | 'm'
                | 'c' | 'n' | 'S' | 'y' => {}
                _ => {
                    report::say(called, "error: unsupported option (BSD syntax)");
                    return 1;
                }
            }
        }
    }
    let format = if formats.is_empty() {
        preset.to_owned()
    } else {
        formats.join(",")
    };
    let Some(columns) = columns(&format, !formats.is_empty()) else {
        report::say(
            called,
            &format!("error: unknown user-defined format specifier \"{format}\""),
        );
        return 1;
    };
    let mut all = os::processes();
    all.retain(|it| {
        pids.as_ref().is_none_or(|pids| pids.contains(&it.pid))
            && parents
                .as_ref()
                .is_none_or(|parents| parents.contains(&it.parent))
            && names
                .as_ref()
                .is_none_or(|names| names.iter().any(|wanted| wanted == name(it)))
    });
    if let Some(sort) = sort {
        let key = sort.trim_start_matches(['+', '-']);
        let number = |it: &Process| match key {
            "rss" | "%mem" | "pmem" | "vsz" => it.memory,
            "time" | "cputime" | "%cpu" | "pcpu" => it.cpu_time,
            "start_time" | "lstart" | "start" => u64::try_from(it.started).unwrap_or(0),
            "ppid" => u64::from(it.parent),
            _ => u64::from(it.pid),
        };
        all.sort_by_key(number);
        if sort.starts_with('-') {
            all.reverse();
        }
    }
    print(columns, &all, headers);
    u8::from(all.is_empty())
}

fn columns(format: &str, own: bool) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for part in format.split([',', ' ']).filter(|it| !it.is_empty()) {
        let (key, header) = match part.split_once('=') {
            Some((key, header)) => (key, Some(header)),
            None => (part, None),
        };
        let (default, right) = match key {
            "pid" => ("PID", true),
            "ppid" => ("PPID", true),
            "pgid" | "pgrp" => ("PGID", true),
            "sid" | "sess" => ("SID", true),
            "uid" | "euid" => ("UID", true),
            "uid_name" => ("UID", false),
            "user" | "euser" | "ruser" | "uname" => ("USER", false),
            "group" => ("GROUP", false),
            "tty" | "tt" | "tname" => ("TTY", false),
            "time" | "cputime" => ("TIME", true),
            "etime" => ("ELAPSED", true),
            "etimes" => ("ELAPSED", true),
            "cmd" if own => ("CMD", false),
            "cmd" | "cmd_full" => ("CMD", false),
            "comm" | "ucmd" | "ucomm" => ("COMMAND", false),
            "args" | "command" => ("COMMAND", false),
            "stat" | "state" => ("STAT", false),
            "s" => ("S", false),
            "f" => ("F", true),
            "c" => ("C", true),
            "pri" => ("PRI", true),
            "ni" | "nice" => ("NI", true),
            "sz" => ("SZ", true),
            "%cpu" | "pcpu" => ("%CPU", true),
            "%mem" | "pmem" => ("%MEM", true),
            "vsz" | "vsize" => ("VSZ", true),
            "rss" | "rsz" => ("RSS", true),
            "start" | "stime" | "start_time" => ("START", true),
            "lstart" => ("STARTED", true),
            "nlwp" | "thcount" => ("NLWP", true),
            _ => return None,
        };
        let header = header.unwrap_or(if key == "stime" { "STIME" } else { default });
        let own_cmd = own && key == "cmd";
        columns.push(Column {
            key: if own_cmd {
                "command".into()
            } else {
                key.to_owned()
            },
            header: header.to_owned(),
            width: match key {
                "user" | "uid_name" | "tty" | "tt" | "time" => 8,
                "pid" | "ppid" | "pgid" => 7,
                _ => 0,
            },
            right,
        });
    }
    Some(columns)
}

fn print(mut columns: Vec<Column>, all: &[Process], headers: bool) {
    let user = os::user_name();
    let now = calendar::now() / 1_000_000_000;
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|process| {
            columns
                .iter()
                .map(|it| value(&it.key, process, &user, now))
                .collect()
        })
        .collect();
    let last = columns.len().saturating_sub(1);
    for (at, column) in columns.iter_mut().enumerate() {
        let widest = rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(String::len)
            .max();
        column.width = column.width.max(widest.unwrap_or(0));
        if headers {
            column.width = column.width.max(column.header.len());
        }
        if at == last && !column.right {
            column.width = 0;
        }
    }
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (at, (cell, column)) in cells.iter().zip(&columns).enumerate() {
            if at > 0 {
                line.push(' ');
            }
            let width = column.width;
            if column.right {
                line.push_str(&format!("{cell:>width$}"));
            } else {
                line.push_str(&format!("{cell:<width$}"));
            }
        }
        println!("{}", line.trim_end());
    };
    if headers && columns.iter().any(|it| !it.header.is_empty()) {
        let titles: Vec<String> = columns.iter().map(|it| it.header.clone()).collect();
        line(&titles);
    }
    for row in &rows {
        line(row);
    }
}

/// What a column shows; `-` where there is no such thing in a sandbox.
fn value(key: &str, process: &Process, user: &str, now: i64) -> String {
    let seconds = process.cpu_time / 1_000_000_000;
    let age = u64::try_from(now - process.started).unwrap_or(0);
    let clock = |it: u64| format!("{:02}:{:02}:{:02}", it / 3600, it / 60 % 60, it % 60);
    match key {
        "pid" => process.pid.to_string(),
        "ppid" => process.parent.to_string(),
        "pgid" | "pgrp" | "sid" | "sess" => process.group.to_string(),
        "uid" | "euid" => os::uid().to_string(),
        "user" | "uid_name" | "euser" | "ruser" | "uname" | "group" => user.to_owned(),
        "tty" | "tt" | "tname" => "?".into(),
        "time" | "cputime" => clock(seconds),
        "etime" if age >= 3600 => clock(age),
        "etime" => format!("{:02}:{:02}", age / 60, age % 60),
        "etimes" => age.to_string(),
        "cmd" | "comm" | "ucmd" | "ucomm" => name(process).to_owned(),
        "args" | "command" | "cmd_full" => command(process),
        "stat" | "state" | "s" => "S".into(),
        "%cpu" | "pcpu" => {
            let busy = process.cpu_time as f64 / 1e9;
            format!("{:.1}", busy / (age.max(1) as f64) * 100.0)
        }
        "c" => (seconds * 100 / age.max(1)).min(99).to_string(),
        "vsz" | "vsize" | "rss" | "rsz" => (process.memory / 1024).to_string(),
        "sz" => (process.memory / 4096).to_string(),
        "start" | "stime" | "start_time" => calendar::format("%H:%M", process.started),
        "lstart" => calendar::format("%c", process.started),
        "nlwp" | "thcount" => "1".into(),
        "ni" | "nice" | "f" => "0".into(),
        _ => "-".into(),
    }
}
