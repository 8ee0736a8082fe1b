//! The tools that come from the uutils project, unmodified.

use std::ffi::OsString;
use std::vec::IntoIter;

type Main = fn(IntoIter<OsString>) -> i32;

/// By name.
const TOOLS: [(&str, Main); 33] = [
    ("b2sum", uu_b2sum::uumain),
    ("base32", uu_base32::uumain),
    ("base64", uu_base64::uumain),
    ("basenc", uu_basenc::uumain),
    ("cksum", uu_cksum::uumain),
    ("comm", uu_comm::uumain),
    ("csplit", uu_csplit::uumain),
    ("dircolors", uu_dircolors::uumain),
    ("expand", uu_expand::uumain),
    ("factor", uu_factor::uumain),
    ("fmt", uu_fmt::uumain),
    ("fold", uu_fold::uumain),
    ("join", uu_join::uumain),
    ("md5sum", uu_md5sum::uumain),
    ("numfmt", uu_numfmt::uumain),
    ("od", uu_od::uumain),
    ("paste", uu_paste::uumain),
    ("pathchk", uu_pathchk::uumain),
    ("pr", uu_pr::uumain),
    ("ptx", uu_ptx::uumain),
    ("sha1sum", uu_sha1sum::uumain),
    ("sha224sum", uu_sha224sum::uumain),
    ("sha256sum", uu_sha256sum::uumain),
    ("sha384sum", uu_sha384sum::uumain),
    ("sha512sum", uu_sha512sum::uumain),
    ("shred", uu_shred::uumain),
    ("shuf", uu_shuf::uumain),
    ("split", uu_split::uumain),
    ("sum", uu_sum::uumain),
    ("truncate", uu_truncate::uumain),
    ("tsort", uu_tsort::uumain),
    ("unexpand", uu_unexpand::uumain),
    ("uniq", uu_uniq::uumain),
];

#[cfg(test)]
pub(crate) fn knows(name: &str) -> bool {
    TOOLS.iter().any(|(known, _)| *known == name)
}

/// Runs one, with its name as the first argument.
pub(crate) fn run(name: &str, args: Vec<String>) -> Option<u8> {
    let (_, main) = TOOLS.iter().find(|(known, _)| *known == name)?;
    Some(call(name, *main, args))
}

pub(crate) fn call(name: &str, main: Main, args: Vec<String>) -> u8 {
    if let Err(error) = uucore::locale::setup_localization(name) {
        eprintln!("{name}: no messages: {error}");
        return 1;
    }
    let code = main(understood(name, args).into_iter());
    u8::try_from(code & 0xff).unwrap_or(1)
}

/// Arguments as the parser of uutils has to get them to understand what GNU's does.
fn understood(name: &str, args: Vec<String>) -> Vec<OsString> {
    let mut changed: Vec<OsString> = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            changed.push(arg.into());
            break;
        }
        let letters = arg.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        if let Some(letters) = letters {
            let flags = match name {
                "paste" => "sz",
                "fold" => "bs",
                _ => "",
            };
            let rest = letters.trim_start_matches(|letter| flags.contains(letter));
            // A digit is the width of fold, even behind other letters.
            if name == "fold" && rest.starts_with(|letter: char| letter.is_ascii_digit()) {
                let flags = &letters[..letters.len() - rest.len()];
                changed.extend((!flags.is_empty()).then(|| format!("-{flags}").into()));
                changed.push(format!("-w{rest}").into());
                continue;
            }
            // Of a value behind a letter, that parser takes a first `=` away.
            let mut value = rest.chars();
            if value.next().is_some_and(|letter| letter.is_ascii_alphabetic())
                && value.as_str().starts_with('=')
            {
                let start = arg.len() - value.as_str().len();
                changed.push(format!("{}={}", &arg[..start], &arg[start..]).into());
                continue;
            }
        }
        changed.push(arg.into());
    }
    changed.extend(args.map(OsString::from));
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_mean_what_they_mean_to_gnu() {
        let changed = |name: &str, arg: &str| understood(name, vec![name.to_owned(), arg.to_owned()])[1..].to_vec();
        assert_eq!(changed("fold", "-b4"), ["-b", "-w4"]);
        assert_eq!(changed("fold", "-sw4"), ["-sw4"]);
        assert_eq!(changed("paste", "-sd="), ["-sd=="]);
        assert_eq!(changed("join", "-t=x"), ["-t==x"]);
        assert_eq!(changed("join", "--a=x"), ["--a=x"]);
    }
}
