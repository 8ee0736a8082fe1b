//! `overrides` of npm and Bun and `resolutions` of Yarn: what the project decides for packages it
//! does not depend on itself.

use crate::error::Error;
use crate::name;
use crate::package::Package;
use crate::project::{Group, Project};
use crate::semver::{Range, Version};
use crate::spec::{Spec, split_at_version};
use serde_json::Value;

/// Nesting of rules, and rules. Both are written by people.
const MAX_DEPTH: usize = 20;
const MAX_RULES: usize = 10_000;

/// All rules of a project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    /// Packages among whose dependants the rule counts, outermost first.
    within: Vec<Selector>,
    of: Selector,
    to: String,
}

#[derive(Clone, Debug)]
struct Selector {
    name: String,
    range: Option<Range>,
}

impl Selector {
    fn parse(key: &str) -> Option<Self> {
        let (name, range) = split_at_version(key);
        if !name::is_valid(name) {
            return None;
        }
        let range = match range {
            None | Some("") => None,
            Some(text) => Some(Range::parse(text)?),
        };
        Some(Self {
            name: name.to_owned(),
            range,
        })
    }

    fn is(&self, package: &Package) -> bool {
        self.name == package.name
            && self.range.as_ref().is_none_or(|range| {
                Version::parse(&package.version).is_some_and(|version| range.matches(&version))
            })
    }
}

impl Overrides {
    /// Reads them from package.json.
    pub(crate) fn read(project: &Project) -> Result<Self, Error> {
        let mut rules = Vec::new();
        if let Some(Value::Object(fields)) = project.field("overrides") {
            for (key, value) in fields {
                nested(project, &[], key, value, &mut rules)?;
            }
        }
        if let Some(Value::Object(fields)) = project.field("resolutions") {
            for (key, value) in fields {
                let bad = |reason: &str| bad(key, reason);
                let bare = key.replace("**/", "");
                let names = name::split_path(bare.trim_end_matches("/**"));
                // `name@npm:range` names a version as Yarn 2 writes it.
                let plain = key.replace("@npm:", "@");
                let mut selectors = match names {
                    Some(names) => names.into_iter().map(Selector::parse).collect(),
                    None => Some(vec![
                        Selector::parse(&plain).ok_or_else(|| bad("it names no package"))?,
                    ]),
                }
                .ok_or_else(|| bad("it names no package"))?;
                let to = value.as_str().ok_or_else(|| bad("it is no text"))?;
                if let Some(of) = selectors.pop() {
                    let to = to.to_owned();
                    rules.push(Rule {
                        within: selectors,
                        of,
                        to,
                    });
                }
            }
        }
        // The narrowest rule wins, and of equal ones the first.
        rules.sort_by_key(|rule| std::cmp::Reverse((rule.within.len(), rule.of.range.is_some())));
        Ok(Self { rules })
    }

    /// What replaces `spec` for `name`, asked for by the last of `chain`, which starts at the
    /// project's own dependency.
    pub(crate) fn apply(&self, chain: &[&Package], name: &str, spec: &Spec) -> Option<&str> {
        self.rules
            .iter()
            .find(|rule| {
                rule.of.name == name
                    && match (&rule.of.range, spec) {
                        (None, _) => true,
                        (Some(rule), Spec::Range { range, .. }) => rule.intersects(range),
                        (Some(_), _) => false,
                    }
                    && is_within(&rule.within, chain)
            })
            .map(|rule| rule.to.as_str())
    }

    /// A direct dependency that asks for something else than the override of its name: npm refuses
    /// that.
    pub(crate) fn conflict(&self, project: &Project) -> Option<Error> {
        self.rules
            .iter()
            .filter(|rule| rule.within.is_empty() && rule.of.range.is_none())
            .find_map(|rule| {
                let wanted = Group::ALL
                    .into_iter()
                    .filter(|group| *group != Group::Peer)
                    .find_map(|group| project.wanted(group, &rule.of.name))?;
                (wanted != rule.to).then(|| Error::OverrideConflict {
                    name: rule.of.name.clone(),
                    wanted: wanted.to_owned(),
                })
            })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

fn is_within(within: &[Selector], chain: &[&Package]) -> bool {
    let mut chain = chain.iter();
    within
        .iter()
        .all(|selector| chain.any(|package| selector.is(package)))
}

fn bad(key: &str, reason: &str) -> Error {
    Error::Override {
        name: key.to_owned(),
        reason: reason.to_owned(),
    }
}

fn nested(
    project: &Project,
    within: &[Selector],
    key: &str,
    value: &Value,
    rules: &mut Vec<Rule>,
) -> Result<(), Error> {
    if within.len() >= MAX_DEPTH || rules.len() >= MAX_RULES {
        return Err(bad(key, "there are too many"));
    }
    let of = Selector::parse(key).ok_or_else(|| bad(key, "it names no package"))?;
    match value {
        Value::String(to) => {
            let to = match to.strip_prefix('$') {
                Some(direct) => Group::ALL
                    .into_iter()
                    .find_map(|group| project.wanted(group, direct))
                    .ok_or_else(|| bad(key, &format!("{to} is no direct dependency")))?
                    .to_owned(),
                // Nothing is any version, as everywhere.
                None if to.is_empty() => "*".to_owned(),
                None => to.clone(),
            };
            rules.push(Rule {
                within: within.to_vec(),
                of,
                to,
            });
            Ok(())
        }
        Value::Object(fields) => {
            let mut below = within.to_vec();
            below.push(of);
            for (key_below, value) in fields {
                if key_below == "." {
                    nested(project, within, key, value, rules)?;
                } else {
                    nested(project, &below, key_below, value, rules)?;
                }
            }
            Ok(())
        }
        _ => Err(bad(key, "it is neither a text nor an object")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn project(text: &str) -> Project {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("package.json"), text).expect("written");
        Project::read(folder.path()).expect("read")
    }

    fn package(name: &str, version: &str) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            ..Package::default()
        }
    }

    #[test]
    fn the_narrowest_rule_wins() {
        let overrides = Overrides::read(&project(
            r#"{"dependencies": {"d": "^4"},
                "overrides": {"a": "1", "b": {".": "2", "a": "3"}, "c@^1": "1.5.0", "e": "$d"},
                "resolutions": {"**/f": "6", "@s/g/h": "7"}}"#,
        ))
        .expect("read");
        let (b, g, x) = (
            package("b", "2.0.0"),
            package("@s/g", "1.0.0"),
            package("x", "1.0.0"),
        );
        let apply = |chain: &[&Package], name: &str, spec: &str| {
            overrides
                .apply(chain, name, &Spec::parse(spec))
                .map(str::to_owned)
        };
        assert_eq!(apply(&[], "a", "^9").as_deref(), Some("1"));
        assert_eq!(apply(&[&x, &b, &x], "a", "^9").as_deref(), Some("3"));
        assert_eq!(apply(&[], "b", "^9").as_deref(), Some("2"));
        assert_eq!(apply(&[&x], "c", "^1.2").as_deref(), Some("1.5.0"));
        assert_eq!(apply(&[&x], "c", "^2").as_deref(), None);
        assert_eq!(apply(&[&x], "e", "^2").as_deref(), Some("^4"));
        assert_eq!(apply(&[&x], "f", "*").as_deref(), Some("6"));
        assert_eq!(apply(&[&x], "h", "*").as_deref(), None);
        assert_eq!(apply(&[&g], "h", "*").as_deref(), Some("7"));
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        for text in [
            r#"{"overrides": {"../x": "1"}}"#,
            r#"{"overrides": {"a": 1}}"#,
            r#"{"overrides": {"a": "$b"}}"#,
            r#"{"resolutions": {"a": {}}}"#,
        ] {
            assert!(Overrides::read(&project(text)).is_err(), "{text}");
        }
    }
}
