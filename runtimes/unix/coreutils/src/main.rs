//! The core Unix tools as one program: the name that it is called by says which one it is.
//!
//! What is the same on every system comes from the uutils project (`uutils.rs`). What needs
//! permission bits, owners, processes or signals, which WASI does not have, is ours, and so is what
//! shell scripts start in loops: it has to begin at once.

mod accounts;
mod ask;
mod b3sum;
mod backup;
mod blocks;
mod bre;
mod cat;
mod chmod;
mod constant;
mod copy;
mod cp;
mod cut;
mod date;
mod dates;
mod dd;
mod devices;
mod df;
mod du;
mod echo;
mod env;
mod expr;
mod head;
mod identity;
mod kill;
mod links;
mod ls;
mod make;
mod modes;
mod mv;
mod names;
mod nl;
mod numbers;
mod options;
mod paths;
mod patterns;
mod printf;
mod quoting;
mod report;
mod rm;
mod run;
mod runners;
mod seq;
mod sort;
mod stat;
mod streams;
mod tac;
mod tail;
mod targets;
mod test;
mod timeout;
mod times;
mod tr;
mod uutils;
mod wc;

use options::{Exit, Outcome};

/// Every name; the builder makes a link of each.
const NAMES: &str = include_str!("../names.txt");

type Main = fn(&[String]) -> Outcome;

/// Our own tool of a name, and whether it needs to know the working directory.
fn own(name: &str) -> Option<(Main, bool)> {
    let main: Main = match name {
        // These take paths from `PWD`, or none at all: nothing to be set up.
        "true" => return Some((constant::yes, false)),
        "false" => return Some((constant::no, false)),
        "echo" => return Some((echo::main, false)),
        "printf" => return Some((printf::main, false)),
        "test" | "[" => return Some((test::main, false)),
        "expr" => return Some((expr::main, false)),
        "basename" => return Some((names::basename, false)),
        "dirname" => return Some((names::dirname, false)),
        "cat" => return Some((cat::cat, false)),
        "head" => return Some((head::main, false)),
        "tac" => return Some((tac::main, false)),
        "tail" => return Some((tail::main, false)),
        "wc" => return Some((wc::main, false)),
        "tr" => return Some((tr::main, false)),
        "cut" => return Some((cut::main, false)),
        "rev" => return Some((cat::rev, false)),
        "tee" => return Some((cat::tee, false)),
        "yes" => return Some((cat::yes, false)),
        "seq" => return Some((seq::main, false)),
        "sleep" => return Some((timeout::sleep, false)),
        "pwd" => return Some((names::pwd, false)),
        "printenv" => return Some((env::printenv, false)),
        "kill" => return Some((kill::main, false)),
        "id" => return Some((identity::id, false)),
        "whoami" | "logname" => return Some((identity::whoami, false)),
        "groups" => return Some((identity::groups, false)),
        "users" | "who" => return Some((identity::users, false)),
        "hostname" => return Some((identity::hostname, false)),
        "hostid" => return Some((identity::hostid, false)),
        "uname" => return Some((identity::uname, false)),
        "arch" => return Some((identity::arch, false)),
        "nproc" => return Some((identity::nproc, false)),
        "tty" => return Some((identity::tty, false)),
        "date" => return Some((date::date, false)),
        "b3sum" => b3sum::main,
        "chgrp" | "chown" => chmod::chown,
        "chmod" => chmod::chmod,
        "cp" => cp::cp,
        "dd" => dd::main,
        "df" => df::main,
        "dir" | "ls" | "vdir" => ls::main,
        "du" => du::main,
        "env" => env::env,
        "install" => cp::install,
        "link" => links::link,
        "ln" => links::ln,
        "mkdir" => make::mkdir,
        "mkfifo" | "mknod" => make::special,
        "mktemp" => make::mktemp,
        "mv" => mv::main,
        "nice" => runners::nice,
        "nl" => nl::main,
        "nohup" => runners::nohup,
        "readlink" => links::readlink,
        "realpath" => links::realpath,
        "rm" => rm::main,
        "rmdir" => rm::rmdir,
        "sort" => sort::main,
        "stat" => stat::main,
        "stdbuf" => runners::stdbuf,
        "sync" => date::sync,
        "timeout" => timeout::timeout,
        "touch" => date::touch,
        "unlink" => links::unlink,
        _ => return None,
    };
    Some((main, true))
}

fn main() {
    let mut args = belljar_sys::args();
    let mut name = base_name(&args);
    if name == "coreutils" && !args.is_empty() {
        args.remove(0);
        name = base_name(&args);
    }
    let code = run(&name, args);
    belljar_sys::process::exit(code)
}

fn base_name(args: &[String]) -> String {
    args.first().map_or("", |name| names::base(name)).to_owned()
}

fn run(name: &str, args: Vec<String>) -> u8 {
    if let Some((main, needs_directory)) = own(name) {
        report::set_name(name);
        if needs_directory {
            belljar_sys::start();
        }
        return match main(&args) {
            Ok(code) | Err(Exit(code)) => code,
        };
    }
    report::set_name("coreutils");
    match name {
        "" | "--help" => {
            let text = "Usage: coreutils NAME [ARGUMENT]...\n\nNames:\n";
            report::output(&format!("{text}{NAMES}"));
            u8::from(name.is_empty())
        }
        "--list" => {
            report::output(NAMES);
            0
        }
        "--version" => {
            report::output(concat!("coreutils (Belljar) ", env!("CARGO_PKG_VERSION"), "\n"));
            0
        }
        _ => {
            belljar_sys::start();
            let mut args = args;
            if let Some(first) = args.first_mut() {
                name.clone_into(first);
            }
            match uutils::run(name, args) {
                Some(code) => code,
                None => {
                    report::say!("unknown program {}", quoting::locale(name));
                    1
                }
            }
        }
    }
}

/// `std::process::exit` ends here, which some of the tools call: WASI's own end of a process knows
/// success and failure only. (The C library's `exit` calls it; that one shares an object with the
/// end of `main` and cannot be replaced.)
#[cfg(target_os = "wasi")]
#[unsafe(export_name = "_Exit")]
extern "C" fn end_of_process(code: i32) -> ! {
    belljar_sys::process::exit_now(u8::try_from(code & 0xff).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_tool() {
        let names: Vec<_> = NAMES.lines().collect();
        assert!(names.is_sorted(), "names.txt is not in order");
        for name in names {
            assert!(own(name).is_some() != uutils::knows(name), "{name}");
        }
    }
}
