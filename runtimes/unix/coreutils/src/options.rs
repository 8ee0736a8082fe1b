//! Command lines as GNU's `getopt_long` reads them, with its messages.

use crate::report;

/// The exit code of a tool that has said all there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

/// How a tool ends.
pub(crate) type Outcome = Result<u8, Exit>;

#[derive(Clone, Copy, Debug)]
enum Takes {
    Nothing,
    Value(&'static str),
    /// In the long form only.
    Maybe(&'static str),
    /// Behind the letter as well.
    Attached(&'static str),
}

/// An option. Its key is its long name, or its letter if it has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opt {
    short: &'static str,
    long: &'static str,
    takes: Takes,
    help: &'static str,
}

/// One without a value.
pub(crate) const fn flag(short: &'static str, long: &'static str, help: &'static str) -> Opt {
    Opt {
        short,
        long,
        takes: Takes::Nothing,
        help,
    }
}

/// One with a value.
pub(crate) const fn value(
    short: &'static str,
    long: &'static str,
    what: &'static str,
    help: &'static str,
) -> Opt {
    Opt {
        short,
        long,
        takes: Takes::Value(what),
        help,
    }
}

/// One whose value may be left out: `--color[=WHEN]`.
pub(crate) const fn maybe(
    short: &'static str,
    long: &'static str,
    what: &'static str,
    help: &'static str,
) -> Opt {
    Opt {
        short,
        long,
        takes: Takes::Maybe(what),
        help,
    }
}

/// One whose value may be left out, and may follow the letter at once: `-Iseconds`.
pub(crate) const fn attached(
    short: &'static str,
    long: &'static str,
    what: &'static str,
    help: &'static str,
) -> Opt {
    Opt {
        short,
        long,
        takes: Takes::Attached(what),
        help,
    }
}

impl Opt {
    fn key(&self) -> &'static str {
        if self.long.is_empty() {
            self.short
        } else {
            self.long
        }
    }
}

/// What a tool understands.
pub(crate) struct Tool {
    /// Lines of usage, without the name.
    pub(crate) usage: &'static [&'static str],
    pub(crate) about: &'static str,
    pub(crate) options: &'static [Opt],
    /// The exit code when they are used wrongly.
    pub(crate) misuse: u8,
    /// Options end at the first operand, as for tools that run another one.
    pub(crate) stops: bool,
}

/// A tool with what most have.
pub(crate) const TOOL: Tool = Tool {
    usage: &["[OPTION]..."],
    about: "",
    options: &[],
    misuse: 1,
    stops: false,
};

/// A command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// In the order in which they were given.
    pub(crate) options: Vec<(&'static str, Option<String>)>,
    pub(crate) operands: Vec<String>,
}

impl Line {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == key)
    }

    /// The value that was given last.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let last = self.options.iter().rfind(|(known, _)| *known == key)?;
        last.1.as_deref()
    }

    /// Which of these was given last.
    pub(crate) fn last_of(&self, keys: &[&str]) -> Option<&'static str> {
        let last = self.options.iter().rfind(|(known, _)| keys.contains(known))?;
        Some(last.0)
    }
}

/// Why a command line means nothing; or that all is done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misuse {
    Wrong(String),
    Help,
    Version,
}

impl Tool {
    /// Reads arguments, the first of which is the name. Says what is wrong with them.
    pub(crate) fn parse(&self, args: &[String]) -> Result<Line, Exit> {
        match self.read(args.get(1..).unwrap_or_default()) {
            Ok(line) => Ok(line),
            Err(Misuse::Wrong(message)) => Err(self.wrong(&message)),
            Err(Misuse::Help) => {
                report::output(&self.help());
                Err(Exit(0))
            }
            Err(Misuse::Version) => {
                let version = env!("CARGO_PKG_VERSION");
                report::output(&format!("{} (Belljar coreutils) {version}\n", report::name()));
                Err(Exit(0))
            }
        }
    }

    /// Says that the tool is used wrongly.
    pub(crate) fn wrong(&self, message: &str) -> Exit {
        let name = report::name();
        report::raw(&format!(
            "{name}: {message}\nTry '{name} --help' for more information.\n"
        ));
        Exit(self.misuse)
    }

    /// Says that there are no operands, or that there is one too many.
    pub(crate) fn missing_operand(&self) -> Exit {
        self.wrong("missing operand")
    }

    pub(crate) fn extra_operand(&self, operand: &str) -> Exit {
        self.wrong(&format!("extra operand {}", crate::quoting::locale(operand)))
    }

    pub(crate) fn read(&self, args: &[String]) -> Result<Line, Misuse> {
        let mut line = Line::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--" {
                line.operands.extend(args.cloned());
                break;
            }
            if let Some(long) = arg.strip_prefix("--") {
                let (name, given) = match long.split_once('=') {
                    Some((name, given)) => (name, Some(given.to_owned())),
                    None => (long, None),
                };
                let option = self.long(name)?;
                let name = option.long;
                let given = match (option.takes, given) {
                    (Takes::Nothing, Some(_)) => {
                        return Err(Misuse::Wrong(format!(
                            "option '--{name}' doesn't allow an argument"
                        )));
                    }
                    (Takes::Value(_), None) => Some(args.next().cloned().ok_or_else(|| {
                        Misuse::Wrong(format!("option '--{name}' requires an argument"))
                    })?),
                    (_, given) => given,
                };
                line.options.push((option.key(), given));
            } else if arg.len() > 1 && arg.starts_with('-') {
                let mut letters = arg.char_indices().skip(1);
                while let Some((at, letter)) = letters.next() {
                    let mut buffer = [0; 4];
                    let letter: &str = letter.encode_utf8(&mut buffer);
                    let option = self
                        .options
                        .iter()
                        .find(|option| option.short == letter)
                        .ok_or_else(|| Misuse::Wrong(format!("invalid option -- '{letter}'")))?;
                    let rest = &arg[at + letter.len()..];
                    let given = match option.takes {
                        Takes::Nothing | Takes::Maybe(_) => None,
                        _ if !rest.is_empty() => Some(rest.to_owned()),
                        Takes::Attached(_) => None,
                        Takes::Value(_) => Some(args.next().cloned().ok_or_else(|| {
                            Misuse::Wrong(format!("option requires an argument -- '{letter}'"))
                        })?),
                    };
                    line.options.push((option.key(), given));
                    if !matches!(option.takes, Takes::Nothing | Takes::Maybe(_)) {
                        break;
                    }
                }
            } else {
                line.operands.push(arg.clone());
                if self.stops {
                    line.operands.extend(args.cloned());
                    break;
                }
            }
        }
        Ok(line)
    }

    fn long(&self, name: &str) -> Result<&Opt, Misuse> {
        const HELP: Opt = flag("", "help", "display this help and exit");
        const VERSION: Opt = flag("", "version", "output version information and exit");
        let known = || {
            let own = self.options.iter().filter(|option| !option.long.is_empty());
            own.chain([&HELP, &VERSION])
        };
        let exact = known().find(|option| option.long == name);
        let found = match exact {
            Some(option) => option,
            None => {
                let candidates: Vec<_> =
                    known().filter(|option| option.long.starts_with(name)).collect();
                match candidates.as_slice() {
                    [] => return Err(Misuse::Wrong(format!("unrecognized option '--{name}'"))),
                    [option] => *option,
                    several => {
                        let names: Vec<_> = several
                            .iter()
                            .map(|option| format!("'--{}'", option.long))
                            .collect();
                        return Err(Misuse::Wrong(format!(
                            "option '--{name}' is ambiguous; possibilities: {}",
                            names.join(" ")
                        )));
                    }
                }
            }
        };
        let own = self.options.iter().any(|option| option.long == found.long);
        match found.long {
            "help" if !own => Err(Misuse::Help),
            "version" if !own => Err(Misuse::Version),
            _ => Ok(found),
        }
    }

    fn help(&self) -> String {
        let name = report::name();
        let mut text = String::new();
        for (index, usage) in self.usage.iter().enumerate() {
            let word = if index == 0 { "Usage:" } else { "  or: " };
            text.push_str(&format!("{word} {name} {usage}\n"));
        }
        text.push_str(self.about);
        text.push_str("\n\n");
        for option in self.options {
            let mut left = match (option.short, option.long) {
                (short, "") => format!("  -{short}"),
                ("", long) => format!("      --{long}"),
                (short, long) => format!("  -{short}, --{long}"),
            };
            match (option.takes, option.long) {
                (Takes::Nothing, _) => {}
                (Takes::Value(what), "") => left.push_str(&format!(" {what}")),
                (Takes::Value(what), _) => left.push_str(&format!("={what}")),
                (Takes::Maybe(what) | Takes::Attached(what), _) => left.push_str(&format!("[={what}]")),
            }
            text.push_str(&format!("{left:<28} {}\n", option.help));
        }
        text.push_str("      --help                 display this help and exit\n");
        text.push_str("      --version              output version information and exit\n");
        text
    }
}

/// Finds what `given` means among words, of which it may be the beginning; says what there is if
/// it means nothing. Words that mean the same stand together, with commas between them; the first
/// of them is the answer.
pub(crate) fn choose<'a>(
    tool: &Tool,
    option: &str,
    given: &str,
    words: &[&'a str],
) -> Result<&'a str, Exit> {
    let all = || words.iter().flat_map(|group| group.split(',').map(move |word| (word, group)));
    let first = |group: &'a str| group.split(',').next().unwrap_or(group);
    if let Some((_, group)) = all().find(|(word, _)| *word == given) {
        return Ok(first(group));
    }
    let mut groups: Vec<_> = all()
        .filter(|(word, _)| word.starts_with(given))
        .map(|(_, group)| *group)
        .collect();
    groups.dedup();
    let what = match groups.as_slice() {
        [group] if !given.is_empty() => return Ok(first(group)),
        [_, _, ..] => "ambiguous",
        _ => "invalid",
    };
    let quoted = |text: &str| crate::quoting::locale(text);
    let mut message = format!(
        "{what} argument {} for {}\nValid arguments are:",
        quoted(given),
        quoted(option)
    );
    for group in words {
        let group: Vec<_> = group.split(',').map(quoted).collect();
        message.push_str(&format!("\n  - {}", group.join(", ")));
    }
    let Exit(_) = tool.wrong(&message);
    Err(Exit(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Tool = Tool {
        options: &[
            flag("a", "all", ""),
            flag("", "almost", ""),
            value("w", "width", "N", ""),
            maybe("", "color", "WHEN", ""),
        ],
        ..TOOL
    };

    fn read(args: &[&str]) -> Result<Line, Misuse> {
        let args: Vec<_> = args.iter().map(|&arg| arg.to_owned()).collect();
        SAMPLE.read(&args)
    }

    #[test]
    fn options_may_follow_operands_and_be_joined() {
        let line = read(&["x", "-aw5", "--color", "y", "--", "-a"]).unwrap();
        assert_eq!(
            line.options,
            [("all", None), ("width", Some("5".into())), ("color", None)]
        );
        assert_eq!(line.operands, ["x", "y", "-a"]);
    }

    #[test]
    fn long_options_may_be_shortened() {
        assert_eq!(read(&["--wid=3"]).unwrap().value("width"), Some("3"));
        let wrong = |message: &str| Err(Misuse::Wrong(message.to_owned()));
        assert_eq!(
            read(&["--al"]),
            wrong("option '--al' is ambiguous; possibilities: '--all' '--almost'")
        );
        assert_eq!(read(&["--zzz"]), wrong("unrecognized option '--zzz'"));
        assert_eq!(read(&["-z"]), wrong("invalid option -- 'z'"));
        assert_eq!(read(&["-w"]), wrong("option requires an argument -- 'w'"));
        assert_eq!(read(&["--help"]), Err(Misuse::Help));
    }
}
