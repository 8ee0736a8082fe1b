//! `getopts`.

use crate::execute::simple::Expanded;
use crate::state::{Run, Shell};

pub fn run(shell: &mut Shell, expanded: &Expanded) -> Run {
    let mut argv = &expanded.argv[1..];
    if argv.first().is_some_and(|first| first == "--") {
        argv = &argv[1..];
    }
    let [specification, name, rest @ ..] = argv else {
        shell.write_error("getopts: usage: getopts optstring name [arg ...]\n");
        return Ok(2);
    };
    let arguments = if rest.is_empty() {
        shell.state.positional.to_vec()
    } else {
        rest.to_vec()
    };
    let silent = specification.starts_with(':');
    let (mut index, mut offset) = shell.state.getopts;
    index = index.max(1);
    shell.state.variables.remove("OPTARG");
    let argument = arguments.get(index - 1).map(String::as_str).unwrap_or("");
    if offset == 0 {
        if argument == "--" {
            return finish(shell, name, index + 1);
        }
        if !argument.starts_with('-') || argument == "-" {
            return finish(shell, name, index);
        }
        offset = 1;
    }
    let Some(letter) = argument.get(offset..).and_then(|rest| rest.chars().next()) else {
        return finish(shell, name, index);
    };
    let after = offset + letter.len_utf8();
    let place = if letter == ':' {
        None
    } else {
        specification.find(letter)
    };
    let takes =
        place.is_some_and(|place| specification[place + letter.len_utf8()..].starts_with(':'));
    let (mut next_index, mut next_offset) = if after >= argument.len() {
        (index + 1, 0)
    } else {
        (index, after)
    };
    let mut found = letter.to_string();
    if place.is_none() {
        found = "?".to_owned();
        if silent {
            shell.assign("OPTARG", letter.to_string(), false)?;
        } else if shell.value_of("OPTERR").as_deref() != Some("0") {
            let zero = shell.state.zero.to_string();
            shell.write_error(&format!("{zero}: illegal option -- {letter}\n"));
        }
    } else if takes {
        next_offset = 0;
        if after < argument.len() {
            let value = argument[after..].to_owned();
            next_index = index + 1;
            shell.assign("OPTARG", value, false)?;
        } else if let Some(value) = arguments.get(index) {
            let value = value.clone();
            next_index = index + 2;
            shell.assign("OPTARG", value, false)?;
        } else {
            next_index = index + 1;
            if silent {
                found = ":".to_owned();
                shell.assign("OPTARG", letter.to_string(), false)?;
            } else {
                found = "?".to_owned();
                if shell.value_of("OPTERR").as_deref() != Some("0") {
                    let zero = shell.state.zero.to_string();
                    shell.write_error(&format!(
                        "{zero}: option requires an argument -- {letter}\n"
                    ));
                }
            }
        }
    }
    shell.assign("OPTIND", next_index.to_string(), false)?;
    shell.state.getopts = (next_index, next_offset);
    if !crate::syntax::tokens::is_name(name) {
        shell.complain("getopts", format_args!("`{name}': not a valid identifier"));
        return Ok(1);
    }
    shell.assign(name, found, false)?;
    Ok(0)
}

fn finish(shell: &mut Shell, name: &str, index: usize) -> Run {
    shell.assign("OPTIND", index.to_string(), false)?;
    shell.state.getopts = (index, 0);
    if crate::syntax::tokens::is_name(name) {
        shell.assign(name, "?".to_owned(), false)?;
    }
    Ok(1)
}
