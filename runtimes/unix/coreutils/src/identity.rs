//! Who and where: `id`, `whoami`, `groups`, `logname`, `users`, `who`, `hostname`, `hostid`,
//! `uname`, `arch`, `nproc`, `tty`.

use std::fs;

use belljar_sys::{Description, posix};

use crate::accounts::{Accounts, User};
use crate::options::{Outcome, TOOL, Tool, flag, value};
use crate::quoting::locale;
use crate::report::say;
use crate::streams::{Output, put};

fn print(text: &str) -> Outcome {
    let mut out = Output::new();
    out.put_str(text)?;
    out.flush()?;
    Ok(0)
}

const ID: Tool = Tool {
    usage: &["[OPTION]... [USER]..."],
    about: "Print user and group information for each USER, or for the current user.",
    options: &[
        flag("a", "", "ignore, for compatibility with other versions"),
        flag("Z", "context", "print only the security context of the process"),
        flag("g", "group", "print only the effective group ID"),
        flag("G", "groups", "print all group IDs"),
        flag("n", "name", "print a name instead of a number, for -ugG"),
        flag("r", "real", "print the real ID instead of the effective ID, with -ugG"),
        flag("u", "user", "print only the effective user ID"),
        flag("z", "zero", "delimit entries with NUL characters, not whitespace"),
    ],
    ..TOOL
};

pub(crate) fn id(args: &[String]) -> Outcome {
    let line = ID.parse(args)?;
    if line.has("context") {
        say!("--context (-Z) works only on an SELinux-enabled kernel");
        return Ok(1);
    }
    let what: Vec<_> = ["user", "group", "groups"].into_iter().filter(|key| line.has(key)).collect();
    if what.len() > 1 {
        say!("cannot print \"only\" of more than one choice");
        return Ok(1);
    }
    let what = what.first().copied();
    let (names, zero) = (line.has("name"), line.has("zero"));
    if what.is_none() && (names || line.has("real")) {
        say!("cannot print only names or real IDs in default format");
        return Ok(1);
    }
    if what.is_none() && zero {
        say!("option --zero not permitted in default format");
        return Ok(1);
    }
    let mut accounts = Accounts::load();
    let mut users = Vec::new();
    let mut code = 0;
    if line.operands.is_empty() {
        users.push(current(&accounts));
    }
    for name in &line.operands {
        let by_number = || {
            let number: u32 = name.strip_prefix('+').unwrap_or(name).parse().ok()?;
            accounts.users.iter().find(|user| user.uid == number)
        };
        match accounts.user_named(name).or_else(by_number) {
            Some(user) => users.push(user.clone()),
            None => {
                say!("{}: no such user", locale(name));
                code = 1;
            }
        }
    }
    let end = if zero { '\0' } else { '\n' };
    let mut out = Output::new();
    for user in users {
        let groups = accounts.groups_of(&user);
        let text = match what {
            Some("user") if names => user.name.clone(),
            Some("user") => user.uid.to_string(),
            Some("group") if names => accounts.group(user.gid),
            Some("group") => user.gid.to_string(),
            Some(_) => {
                let shown: Vec<_> = groups
                    .iter()
                    .map(|&gid| if names { accounts.group(gid) } else { gid.to_string() })
                    .collect();
                shown.join(if zero { "\0" } else { " " })
            }
            None => {
                let both = |gid: &u32| format!("{gid}({})", accounts.group(*gid));
                let groups: Vec<_> = groups.iter().map(both).collect();
                let gid = both(&user.gid);
                let name = accounts.user(user.uid);
                format!("uid={}({name}) gid={gid} groups={}", user.uid, groups.join(","))
            }
        };
        put!(out, "{text}{end}")?;
    }
    out.flush()?;
    Ok(code)
}

fn current(accounts: &Accounts) -> User {
    let uid = posix::uid();
    let found = accounts.users.iter().find(|user| user.uid == uid);
    found.cloned().unwrap_or_else(|| User {
        name: posix::user_name(),
        uid,
        gid: posix::gid(),
    })
}

const GROUPS: Tool = Tool {
    usage: &["[OPTION]... [USERNAME]..."],
    about: "Print group memberships for each USERNAME or, if none, for the current process.",
    ..TOOL
};

pub(crate) fn groups(args: &[String]) -> Outcome {
    let line = GROUPS.parse(args)?;
    let accounts = Accounts::load();
    let names = |user: &User| {
        let groups = accounts.groups_of(user);
        let names: Vec<_> = groups.iter().map(|&gid| accounts.group(gid)).collect();
        names.join(" ")
    };
    if line.operands.is_empty() {
        return print(&format!("{}\n", names(&current(&accounts))));
    }
    let mut out = Output::new();
    let mut code = 0;
    for name in &line.operands {
        match accounts.user_named(name) {
            Some(user) => put!(out, "{name} : {}\n", names(user))?,
            None => {
                say!("{}: no such user", locale(name));
                code = 1;
            }
        }
    }
    out.flush()?;
    Ok(code)
}

/// Refuses operands.
fn alone(tool: &Tool, args: &[String]) -> Result<crate::options::Line, crate::options::Exit> {
    let line = tool.parse(args)?;
    match line.operands.first() {
        Some(extra) => Err(tool.extra_operand(extra)),
        None => Ok(line),
    }
}

const WHOAMI: Tool = Tool {
    about: "Print the user name associated with the current effective user ID.",
    ..TOOL
};

/// `whoami` and `logname`.
pub(crate) fn whoami(args: &[String]) -> Outcome {
    alone(&WHOAMI, args)?;
    print(&format!("{}\n", posix::user_name()))
}

const USERS: Tool = Tool {
    usage: &["[OPTION]... [FILE]"],
    about: "Print who is currently logged in. Nobody logs in to a sandbox.",
    ..TOOL
};

/// `users` and `who`: there are no logins, as on a system whose list of them is empty.
pub(crate) fn users(args: &[String]) -> Outcome {
    USERS.parse(args)?;
    Ok(0)
}

const HOSTNAME: Tool = Tool {
    usage: &["[OPTION]..."],
    about: "Print the name of the host.",
    options: &[
        flag("f", "fqdn", "the long host name"),
        flag("", "long", "the same as --fqdn"),
        flag("s", "short", "the host name up to the first dot"),
        flag("d", "domain", "the DNS domain name"),
    ],
    ..TOOL
};

pub(crate) fn hostname(args: &[String]) -> Outcome {
    let line = HOSTNAME.parse(args)?;
    if !line.operands.is_empty() {
        say!("you must be root to change the host name");
        return Ok(1);
    }
    let name = posix::hostname();
    let (short, domain) = name.split_once('.').unwrap_or((&name, ""));
    let shown = match line.last_of(&["short", "domain"]) {
        Some("short") => short,
        Some(_) => domain,
        None => &name,
    };
    print(&format!("{shown}\n"))
}

const HOSTID: Tool = Tool {
    about: "Print the numeric identifier (in hexadecimal) for the current host.",
    ..TOOL
};

/// As `gethostid` has it: made of the address that `/etc/hosts` gives the host.
pub(crate) fn hostid(args: &[String]) -> Outcome {
    alone(&HOSTID, args)?;
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    let name = posix::hostname();
    let address = hosts.lines().find_map(|line| {
        let line = line.split('#').next()?;
        let mut words = line.split_whitespace();
        let address: std::net::Ipv4Addr = words.next()?.parse().ok()?;
        words.any(|word| word == name).then_some(address)
    });
    let [a, b, c, d] = address.map_or([0; 4], |address| address.octets());
    print(&format!("{b:02x}{a:02x}{d:02x}{c:02x}\n"))
}

const UNAME: Tool = Tool {
    about: "Print certain system information. With no OPTION, same as -s.",
    options: &[
        flag("a", "all", "print all information, except omit -p and -i if unknown"),
        flag("s", "kernel-name", "print the kernel name"),
        flag("n", "nodename", "print the network node hostname"),
        flag("r", "kernel-release", "print the kernel release"),
        flag("v", "kernel-version", "print the kernel version"),
        flag("m", "machine", "print the machine hardware name"),
        flag("p", "processor", "print the processor type (non-portable)"),
        flag("i", "hardware-platform", "print the hardware platform (non-portable)"),
        flag("o", "operating-system", "print the operating system"),
        flag("", "sysname", "the same as --kernel-name"),
        flag("", "release", "the same as --kernel-release"),
    ],
    ..TOOL
};

const MACHINE: &str = "wasm32";

/// What the system is to programs that ask is a Linux: they do so to choose GNU's tools.
pub(crate) fn uname(args: &[String]) -> Outcome {
    let line = alone(&UNAME, args)?;
    let all = line.has("all");
    let node = posix::hostname();
    let mut words: Vec<&str> = Vec::new();
    let fields = [
        ("kernel-name", "Linux"),
        ("nodename", node.as_str()),
        ("kernel-release", concat!(env!("CARGO_PKG_VERSION"), "-belljar")),
        ("kernel-version", "#1 Belljar WebAssembly sandbox"),
        ("machine", MACHINE),
        ("processor", "unknown"),
        ("hardware-platform", "unknown"),
        ("operating-system", "GNU/Linux"),
    ];
    for (key, text) in fields {
        let alias = match key {
            "kernel-name" => "sysname",
            "kernel-release" => "release",
            _ => key,
        };
        if line.has(key) || line.has(alias) || all && text != "unknown" {
            words.push(text);
        }
    }
    if words.is_empty() {
        words.push("Linux");
    }
    print(&format!("{}\n", words.join(" ")))
}

const ARCH: Tool = Tool {
    about: "Print machine architecture.",
    ..TOOL
};

pub(crate) fn arch(args: &[String]) -> Outcome {
    alone(&ARCH, args)?;
    print(&format!("{MACHINE}\n"))
}

const NPROC: Tool = Tool {
    about: "Print the number of processing units available to the current process.",
    options: &[
        flag("", "all", "print the number of installed processors"),
        value("", "ignore", "N", "if possible, exclude N processing units"),
    ],
    ..TOOL
};

pub(crate) fn nproc(args: &[String]) -> Outcome {
    let line = alone(&NPROC, args)?;
    let ignored = match line.value("ignore") {
        None => 0,
        Some(text) => match text.trim_start().parse::<u64>() {
            Ok(number) => number,
            Err(_) => {
                say!("invalid number: {}", locale(text));
                return Ok(1);
            }
        },
    };
    let mut count = u64::from(posix::processors());
    if !line.has("all") {
        let variable = |name: &str| -> Option<u64> {
            let text = std::env::var(name).ok()?;
            text.split(',').next()?.trim().parse().ok().filter(|number| *number > 0)
        };
        if let Some(threads) = variable("OMP_NUM_THREADS") {
            count = threads;
        }
        if let Some(limit) = variable("OMP_THREAD_LIMIT") {
            count = count.min(limit);
        }
    }
    print(&format!("{}\n", count.saturating_sub(ignored).max(1)))
}

const TTY: Tool = Tool {
    about: "Print the file name of the terminal connected to standard input.",
    options: &[
        flag("s", "silent", "print nothing, only return an exit status"),
        flag("", "quiet", "the same as --silent"),
    ],
    misuse: 2,
    ..TOOL
};

pub(crate) fn tty(args: &[String]) -> Outcome {
    let line = alone(&TTY, args)?;
    let terminal = Description::inherited(0).is_some_and(|input| input.is_terminal());
    if !line.has("silent") && !line.has("quiet") {
        print(if terminal { "/dev/tty\n" } else { "not a tty\n" })?;
    }
    Ok(u8::from(!terminal))
}
