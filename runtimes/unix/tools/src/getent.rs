//! `getent`.

use std::fs;

use crate::report;

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let Some((database, keys)) = arguments.split_first() else {
        report::line("getent: wrong number of arguments");
        return 1;
    };
    let file = match database.as_str() {
        "passwd" => "/etc/passwd",
        "group" => "/etc/group",
        "hosts" | "ahosts" | "ahostsv4" => "/etc/hosts",
        "services" => "/etc/services",
        "protocols" => "/etc/protocols",
        "networks" => "/etc/networks",
        "shadow" | "gshadow" => return 2,
        other => {
            report::line(&format!("Unknown database: {other}"));
            return 1;
        }
    };
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines = text
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with('#'));
    let colons = matches!(database.as_str(), "passwd" | "group");
    let fields = |line: &str| -> Vec<String> {
        if colons {
            line.split(':').map(str::to_owned).collect()
        } else {
            let line = line.split('#').next().unwrap_or("");
            line.split_whitespace().map(str::to_owned).collect()
        }
    };
    let show = |line: &str| {
        if colons {
            println!("{line}");
        } else {
            let all = fields(line);
            let (first, rest) = all.split_at(1.min(all.len()));
            println!("{:<15} {}", first.concat(), rest.join(" "));
        }
    };
    if keys.is_empty() {
        lines.for_each(show);
        return 0;
    }
    let mut code = 0;
    for key in keys {
        let found = lines.clone().find(|line| {
            let all = fields(line);
            if colons {
                all.first() == Some(key) || all.get(2) == Some(key)
            } else {
                all.contains(key)
            }
        });
        match found {
            Some(line) => show(line),
            None => code = 2,
        }
    }
    code
}
