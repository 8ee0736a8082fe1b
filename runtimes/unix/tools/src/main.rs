//! Unix tools in one program: the name that it is called by says which one it is.

mod accounts;
mod awk;
mod bc;
mod calendar;
mod cmp;
mod column;
mod compression;
mod diff;
mod file;
mod files;
mod find;
mod getent;
mod glob;
mod grep;
mod jq;
mod modes;
mod network;
mod options;
mod os;
mod pager;
mod patch;
mod posix_regex;
mod processes;
mod report;
mod sed;
mod stream;
mod strings;
mod tar;
mod tree;
mod which;
mod xargs;
mod xxd;
mod zip;

/// A tool is given its name and its arguments and gives its exit code.
type Tool = fn(&str, &[String]) -> u8;

/// All names, with what `--help` says first.
const TOOLS: &[(&str, Tool, &str)] = &[
    (
        "awk",
        awk::run,
        "[-F fs] [-v var=value] 'program' [file ...]",
    ),
    ("bc", bc::run, "[-l] [file ...]"),
    ("bunzip2", compression::tool::run, "[OPTION]... [FILE]..."),
    ("bzcat", compression::tool::run, "[OPTION]... [FILE]..."),
    ("bzip2", compression::tool::run, "[OPTION]... [FILE]..."),
    ("clear", pager::clear, ""),
    ("cmp", cmp::run, "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]"),
    (
        "column",
        column::run,
        "[-t] [-s separators] [-o separator] [file ...]",
    ),
    ("curl", network::curl, "[options...] <url>"),
    ("diff", diff::run, "[OPTION]... FILES"),
    ("egrep", grep::run, "[OPTION]... PATTERNS [FILE]..."),
    ("fgrep", grep::run, "[OPTION]... PATTERNS [FILE]..."),
    ("file", file::run, "[-bLi] [--mime-type] [file ...]"),
    ("find", find::run, "[-H] [-L] [-P] [path...] [expression]"),
    (
        "gawk",
        awk::run,
        "[-F fs] [-v var=value] 'program' [file ...]",
    ),
    ("getent", getent::run, "database [key ...]"),
    ("grep", grep::run, "[OPTION]... PATTERNS [FILE]..."),
    ("gunzip", compression::tool::run, "[OPTION]... [FILE]..."),
    ("gzip", compression::tool::run, "[OPTION]... [FILE]..."),
    ("jq", jq::run, "[OPTIONS] FILTER [FILES...]"),
    ("less", pager::run, "[options] [file ...]"),
    ("more", pager::run, "[options] [file ...]"),
    ("patch", patch::run, "[OPTION]... [ORIGFILE [PATCHFILE]]"),
    ("pgrep", processes::grep, "[options] <pattern>"),
    ("pidof", processes::pidof, "[options] [program-name]..."),
    ("pkill", processes::grep, "[options] <pattern>"),
    ("ps", processes::ps, "[options]"),
    (
        "sed",
        sed::run,
        "[OPTION]... {script-only-if-no-other-script} [input-file]...",
    ),
    ("strings", strings::run, "[option(s)] [file(s)]"),
    ("tar", tar::run, "[OPTION...] [FILE]..."),
    (
        "tree",
        tree::run,
        "[-adfipsFhrt] [-L level] [-P pattern] [-I pattern] [directory ...]",
    ),
    ("unxz", compression::tool::run, "[OPTION]... [FILE]..."),
    (
        "unzip",
        zip::unzip,
        "[-lvtpoqnj] file[.zip] [list] [-x xlist] [-d exdir]",
    ),
    ("unzstd", compression::tool::run, "[OPTION]... [FILE]..."),
    ("wget", network::wget, "[OPTION]... [URL]..."),
    ("which", which::run, "[-a] [-s] name..."),
    ("xargs", xargs::run, "[OPTION]... COMMAND [INITIAL-ARGS]..."),
    ("xxd", xxd::run, "[options] [infile [outfile]]"),
    ("xz", compression::tool::run, "[OPTION]... [FILE]..."),
    ("xzcat", compression::tool::run, "[OPTION]... [FILE]..."),
    ("zcat", compression::tool::run, "[OPTION]... [FILE]..."),
    ("zip", zip::zip, "[-options] zipfile list..."),
    ("zstd", compression::tool::run, "[OPTION]... [FILE]..."),
    ("zstdcat", compression::tool::run, "[OPTION]... [FILE]..."),
];

/// The names that the builder makes links from.
const NAMES: &str = include_str!("../names.txt");

/// What `--version` says.
fn version(name: &str) -> String {
    format!("{name} (Belljar tools) {}", env!("CARGO_PKG_VERSION"))
}

fn main() {
    os::start();
    let mut arguments = os::arguments().into_iter();
    let called = arguments.next().unwrap_or_default();
    let mut name = called.rsplit('/').next().unwrap_or(&called).to_owned();
    if !TOOLS.iter().any(|it| it.0 == name) {
        match arguments.next() {
            Some(given) => name = given,
            None => {
                report::line("Usage: tools NAME [ARGUMENT]...");
                print!("{NAMES}");
                os::exit(2);
            }
        }
    }
    let arguments: Vec<String> = arguments.collect();
    let Some((name, tool, usage)) = TOOLS.iter().find(|it| it.0 == name) else {
        report::say("tools", &format!("{name}: no such tool"));
        os::exit(127);
    };
    let code = match arguments.first().map(String::as_str) {
        Some("--help") if arguments.len() == 1 => {
            println!("Usage: {name} {usage}");
            0
        }
        Some("--version") if arguments.len() == 1 => {
            println!("{}", version(name));
            0
        }
        _ => tool(name, &arguments),
    };
    os::exit(code)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_those_of_the_tools() {
        let tools: Vec<&str> = super::TOOLS.iter().map(|it| it.0).collect();
        let names: Vec<&str> = super::NAMES.lines().collect();
        assert_eq!(tools, names);
        assert!(names.is_sorted());
    }
}
