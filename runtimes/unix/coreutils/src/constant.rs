//! `true` and `false`.

use crate::options::{Outcome, TOOL, Tool};

const TRUE: Tool = Tool {
    usage: &["[ignored command line arguments]", "OPTION"],
    about: "Exit with a status code indicating success.",
    ..TOOL
};

const FALSE: Tool = Tool {
    usage: &["[ignored command line arguments]", "OPTION"],
    about: "Exit with a status code indicating failure.",
    ..TOOL
};

fn end(tool: &Tool, args: &[String], code: u8) -> Outcome {
    if args.len() == 2 && matches!(args[1].as_str(), "--help" | "--version") {
        // Anything else is ignored.
        return tool.parse(args).map(|_| code).or(Ok(code));
    }
    Ok(code)
}

pub(crate) fn yes(args: &[String]) -> Outcome {
    end(&TRUE, args, 0)
}

pub(crate) fn no(args: &[String]) -> Outcome {
    end(&FALSE, args, 1)
}
