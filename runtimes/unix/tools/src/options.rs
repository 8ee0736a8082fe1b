//! Command line options the way `getopt_long` of GNU understands them.

/// Whether an option has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    None,
    Required,
    /// Only with `=`.
    Optional,
}

/// A long option: its name, whether it has a value, and the key it is known by afterwards (the short
/// option that means the same, if there is one).
pub(crate) type Long = (&'static str, Value, &'static str);

pub(crate) struct Syntax {
    /// As for `getopt`: a letter each, `:` after those with a value, `::` if the value is optional.
    pub(crate) short: &'static str,
    pub(crate) long: &'static [Long],
    /// The first operand ends the options.
    pub(crate) ordered: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// Key and value, in their order. The value is empty if there is none.
    pub(crate) options: Vec<(&'static str, Option<String>)>,
    pub(crate) operands: Vec<String>,
}

impl Syntax {
    /// The options among `arguments` (the program's name not being one of them).
    pub(crate) fn parse(&self, arguments: &[String]) -> Result<Parsed, String> {
        let mut parsed = Parsed::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                parsed.operands.extend(rest.cloned());
                break;
            }
            if let Some(long) = argument.strip_prefix("--") {
                self.long(long, &mut rest, &mut parsed)?;
            } else if argument.len() > 1 && argument.starts_with('-') {
                self.cluster(&argument[1..], &mut rest, &mut parsed)?;
            } else {
                parsed.operands.push(argument.clone());
                if self.ordered {
                    parsed.operands.extend(rest.cloned());
                    break;
                }
            }
        }
        Ok(parsed)
    }

    fn long<'a>(
        &self,
        argument: &str,
        rest: &mut impl Iterator<Item = &'a String>,
        parsed: &mut Parsed,
    ) -> Result<(), String> {
        let (name, given) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument, None),
        };
        let exact = self.long.iter().find(|it| it.0 == name);
        let found = match exact {
            Some(found) => found,
            None => {
                let mut candidates = self.long.iter().filter(|it| it.0.starts_with(name));
                let Some(found) = candidates.next() else {
                    return Err(format!("unrecognized option '--{name}'"));
                };
                if candidates.any(|it| it.2 != found.2) {
                    return Err(format!("option '--{name}' is ambiguous"));
                }
                found
            }
        };
        let value = match (found.1, given) {
            (Value::None, Some(_)) => {
                return Err(format!("option '--{}' doesn't allow an argument", found.0));
            }
            (Value::Required, None) => Some(
                rest.next()
                    .cloned()
                    .ok_or_else(|| format!("option '--{}' requires an argument", found.0))?,
            ),
            (_, given) => given,
        };
        parsed.options.push((found.2, value));
        Ok(())
    }

    fn cluster<'a>(
        &self,
        cluster: &str,
        rest: &mut impl Iterator<Item = &'a String>,
        parsed: &mut Parsed,
    ) -> Result<(), String> {
        for (at, letter) in cluster.char_indices() {
            let known = self.short.find(letter).filter(|_| letter != ':');
            let Some(known) = known else {
                return Err(format!("invalid option -- '{letter}'"));
            };
            let next = known + letter.len_utf8();
            let key = &self.short[known..next];
            let colons = self.short[next..]
                .chars()
                .take_while(|it| *it == ':')
                .count();
            let after = &cluster[at + letter.len_utf8()..];
            if colons == 0 {
                parsed.options.push((key, None));
                continue;
            }
            let value = if !after.is_empty() {
                Some(after.to_owned())
            } else if colons == 1 {
                let missing = || format!("option requires an argument -- '{letter}'");
                Some(rest.next().cloned().ok_or_else(missing)?)
            } else {
                None
            };
            parsed.options.push((key, value));
            break;
        }
        Ok(())
    }
}

impl Parsed {
    /// Whether an option was given.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.options.iter().any(|it| it.0 == key)
    }

    /// The value of an option, as it was given last.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let last = self.options.iter().rev().find(|it| it.0 == key)?;
        last.1.as_deref()
    }
}

/// Says what is wrong with the options, as GNU's programs do.
pub(crate) fn complain(name: &str, message: &str) {
    crate::report::say(name, message);
    crate::report::line(&format!("Try '{name} --help' for more information."));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNTAX: Syntax = Syntax {
        short: "ab:c::",
        long: &[
            ("all", Value::None, "a"),
            ("color", Value::Optional, "color"),
        ],
        ordered: false,
    };

    fn parse(arguments: &[&str]) -> Result<Parsed, String> {
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        SYNTAX.parse(&arguments)
    }

    #[test]
    fn clusters_values_and_operands() {
        let parsed = parse(&["-abx", "op", "-c", "--al", "--color=x", "--", "-a"]).unwrap();
        let keys: Vec<_> = parsed.options.iter().map(|it| it.0).collect();
        assert_eq!(keys, ["a", "b", "c", "a", "color"]);
        assert_eq!(parsed.value("b"), Some("x"));
        assert_eq!(parsed.value("color"), Some("x"));
        assert_eq!(parsed.operands, ["op", "-a"]);
        assert!(parse(&["-x"]).is_err());
        assert!(parse(&["-b"]).is_err());
    }
}
