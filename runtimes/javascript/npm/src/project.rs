//! The project's package.json: read, changed and written as its author laid it out.

use crate::error::{At as _, Error};
use crate::name;
use crate::package::Package;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Serializer, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// A list of dependencies in package.json.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// What the program needs.
    Normal,
    /// What its development needs.
    Dev,
    /// What it can do without.
    Optional,
    /// What it expects its user to have.
    Peer,
}

impl Group {
    /// All of them, in the order in which a name is looked for.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Dev, Self::Optional, Self::Peer];

    /// The key in package.json.
    pub fn key(self) -> &'static str {
        match self {
            Self::Normal => "dependencies",
            Self::Dev => "devDependencies",
            Self::Optional => "optionalDependencies",
            Self::Peer => "peerDependencies",
        }
    }
}

/// A package.json that can be changed and written back.
#[derive(Clone, Debug)]
pub struct Project {
    folder: PathBuf,
    fields: Map<String, Value>,
    original: Option<String>,
    indent: String,
    newline: &'static str,
    ends_with_newline: bool,
}

impl Project {
    /// Reads the package.json of a folder.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("package.json");
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(folder, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NoManifest {
                folder: folder.to_owned(),
            }),
            Err(error) => Err(error).at("reading", &path),
        }
    }

    /// A project that has no package.json yet; one is written when it is saved.
    pub fn empty(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            fields: Map::new(),
            original: None,
            indent: "  ".to_owned(),
            newline: "\n",
            ends_with_newline: false,
        }
    }

    fn parse(folder: &Path, text: &str) -> Result<Self, Error> {
        let path = folder.join("package.json");
        let body = text.trim_start_matches('\u{feff}');
        let bad = |reason: String| Error::Manifest {
            path: path.clone(),
            reason,
        };
        // An empty file is what `touch` makes, and Bun and npm take it for `{}`.
        let value = if body.trim().is_empty() {
            Value::Object(Map::new())
        } else {
            serde_json::from_str(body).map_err(|error| bad(error.to_string()))?
        };
        let Value::Object(fields) = value else {
            return Err(bad("it is no object".to_owned()));
        };
        for group in Group::ALL {
            match fields.get(group.key()) {
                None | Some(Value::Null) => {}
                Some(Value::Object(all)) if all.values().all(Value::is_string) => {}
                Some(_) => {
                    return Err(bad(format!(
                        "{} expects a map of specifiers, e.g. \"{}\": {{ \"bun\": \"latest\" }}",
                        group.key(),
                        group.key()
                    )));
                }
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            fields,
            indent: indent_of(body).unwrap_or_else(|| "  ".to_owned()),
            newline: if body.contains("\r\n") { "\r\n" } else { "\n" },
            ends_with_newline: body.ends_with('\n'),
            original: Some(text.to_owned()),
        })
    }

    /// The project's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A field.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.fields.get(key)
    }

    /// Sets a field; a new one comes last.
    pub fn set_field(&mut self, key: &str, value: Value) {
        self.fields.insert(key.to_owned(), value);
    }

    /// The project as a package.
    pub fn package(&self) -> Package {
        Package::from_manifest(&Value::Object(self.fields.clone())).unwrap_or_default()
    }

    /// What a group asks for a name.
    pub fn wanted(&self, group: Group, name: &str) -> Option<&str> {
        self.fields.get(group.key())?.get(name)?.as_str()
    }

    /// The group that has a name.
    pub fn group_of(&self, name: &str) -> Option<Group> {
        Group::ALL
            .into_iter()
            .find(|group| self.wanted(*group, name).is_some())
    }

    /// Puts a dependency into a group and takes it out of the others. Names are kept sorted, as all
    /// package managers keep them.
    pub fn set(&mut self, group: Group, name: &str, spec: &str) {
        for other in Group::ALL {
            // A peer is commonly developed with.
            let keeps = matches!(
                (group, other),
                (Group::Dev, Group::Peer) | (Group::Peer, Group::Dev)
            );
            if other != group && !keeps {
                self.remove_from(other, name);
            }
        }
        let list = self
            .fields
            .entry(group.key())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(list) = list {
            list.insert(name.to_owned(), Value::String(spec.to_owned()));
            let mut sorted: Vec<_> = std::mem::take(list).into_iter().collect();
            sorted.sort_by_cached_key(|(name, _)| name::sort_key(name));
            list.extend(sorted);
        } else {
            *list = serde_json::json!({ name: spec });
        }
    }

    /// Takes a dependency out of all groups; whether it was in one.
    pub fn remove(&mut self, name: &str) -> bool {
        let mut removed = false;
        for group in Group::ALL {
            removed |= self.remove_from(group, name);
        }
        if let Some(Value::Object(meta)) = self.fields.get_mut("peerDependenciesMeta") {
            meta.shift_remove(name);
        }
        removed
    }

    fn remove_from(&mut self, group: Group, name: &str) -> bool {
        let Some(Value::Object(list)) = self.fields.get_mut(group.key()) else {
            return false;
        };
        let removed = list.shift_remove(name).is_some();
        if removed && list.is_empty() {
            self.fields.shift_remove(group.key());
        }
        removed
    }

    /// The text as it would be written.
    pub fn text(&self) -> String {
        let mut text = self.pretty(&Value::Object(self.fields.clone()));
        if !self.ends_with_newline {
            text.truncate(text.trim_end().len());
        }
        text
    }

    /// A document laid out as this package.json is, with a line's end at its end.
    pub(crate) fn pretty(&self, value: &Value) -> String {
        let mut out = Vec::new();
        let formatter = PrettyFormatter::with_indent(self.indent.as_bytes());
        let mut serializer = Serializer::with_formatter(&mut out, formatter);
        let written = serde::Serialize::serialize(value, &mut serializer);
        debug_assert!(written.is_ok(), "JSON values can be written to memory");
        let mut text = String::from_utf8_lossy(&out).into_owned();
        text.push('\n');
        if self.newline == "\r\n" {
            text = text.replace('\n', "\r\n");
        }
        text
    }

    /// Writes the file if anything in it changed; whether it did.
    pub fn save(&mut self) -> Result<bool, Error> {
        if let Some(original) = &self.original
            && Self::parse(&self.folder, original).is_ok_and(|before| before.fields == self.fields)
        {
            return Ok(false);
        }
        let path = self.folder.join("package.json");
        let text = self.text();
        write_whole(&path, text.as_bytes())?;
        self.original = Some(text);
        Ok(true)
    }
}

/// Replaces a file at once, so that a reader sees the old one or the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    // A link is written through: the file it names is what the user keeps.
    if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        return fs::write(path, bytes).at("writing", path);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".belljar-new");
    let beside = path.with_file_name(name);
    fs::write(&beside, bytes).at("writing", &beside)?;
    fs::rename(&beside, path).at("writing", path)
}

/// The blanks before the first key.
fn indent_of(text: &str) -> Option<String> {
    let line = text.lines().skip(1).find(|line| !line.trim().is_empty())?;
    let end = line.find(|c| c != ' ' && c != '\t')?;
    let indent = line.get(..end)?;
    (!indent.is_empty()).then(|| indent.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Project, Error> {
        Project::parse(Path::new("/p"), text)
    }

    #[test]
    fn a_change_keeps_the_layout() {
        let text = "{\n\t\"name\": \"x\",\n\t\"dependencies\": {\n\t\t\"b\": \"1\"\n\t},\n\t\"z\": 1.50,\n\t\"a\": []\n}\n";
        let mut project = parse(text).expect("read");
        project.set(Group::Normal, "a", "^2.0.0");
        assert_eq!(
            project.text(),
            "{\n\t\"name\": \"x\",\n\t\"dependencies\": {\n\t\t\"a\": \"^2.0.0\",\n\t\t\"b\": \"1\"\n\t},\n\t\"z\": 1.5,\n\t\"a\": []\n}\n"
        );
        assert!(project.remove("a"));
        assert!(project.remove("b"));
        assert!(!project.remove("b"));
        assert_eq!(project.field("dependencies"), None);
    }

    #[test]
    fn a_dependency_is_in_one_group() {
        let mut project =
            parse("{\"dependencies\":{\"a\":\"1\"},\"peerDependencies\":{\"a\":\"1\"}}")
                .expect("read");
        project.set(Group::Dev, "a", "2");
        assert_eq!(project.wanted(Group::Normal, "a"), None);
        assert_eq!(project.wanted(Group::Dev, "a"), Some("2"));
        assert_eq!(project.wanted(Group::Peer, "a"), Some("1"));
        assert_eq!(project.group_of("a"), Some(Group::Dev));
    }

    #[test]
    fn what_is_no_manifest_says_where() {
        for text in [
            "{",
            "[]",
            "{\"dependencies\":{\"zod\":1}}",
            "{\"devDependencies\":[]}",
        ] {
            let error = parse(text).expect_err("refused").to_string();
            assert!(error.starts_with("/p/package.json: "), "{error}");
        }
        assert!(parse("").is_ok());
        assert!(parse("\u{feff}{}").is_ok());
    }

    #[test]
    fn only_a_change_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("package.json");
        fs::write(&path, "{ \"name\" :\"x\"}").expect("written");
        let mut project = Project::read(folder.path()).expect("read");
        assert!(!project.save().expect("saved"));
        project.set(Group::Normal, "a", "1");
        assert!(project.save().expect("saved"));
        let text = fs::read_to_string(&path).expect("read");
        assert_eq!(
            text,
            "{\n  \"name\": \"x\",\n  \"dependencies\": {\n    \"a\": \"1\"\n  }\n}"
        );
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
