//! The registry's document about a package: its versions and tags.
//!
//! Such a document may be megabytes of thousands of versions, of which one is wanted. Only the
//! names of the versions are read at first; each version stays text until it is asked for.

use crate::error::Error;
use crate::name;
use crate::package::{Package, Source};
use crate::semver::{Range, Version};
use crate::spec::Spec;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range as Span;
use std::rc::Rc;

/// Packages with a release a day for years have some ten thousand.
const MAX_VERSIONS: usize = 200_000;

/// A package's versions, as the registry lists them.
#[derive(Debug)]
pub struct Packument {
    name: String,
    document: Vec<u8>,
    tags: BTreeMap<String, String>,
    versions: HashMap<String, Span<usize>>,
    /// Newest first.
    sorted: Vec<(Version, String)>,
    read: RefCell<HashMap<String, Rc<Package>>>,
}

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(default, rename = "dist-tags")]
    tags: BTreeMap<String, Value>,
    #[serde(default, borrow)]
    versions: HashMap<std::borrow::Cow<'a, str>, &'a RawValue>,
}

impl Packument {
    /// Reads the outline of a document.
    pub fn read(name: &str, document: Vec<u8>) -> Result<Self, Error> {
        let unusable = |reason: String| Error::Metadata {
            name: name.to_owned(),
            reason,
        };
        let outline: Outline<'_> =
            serde_json::from_slice(&document).map_err(|error| unusable(error.to_string()))?;
        if outline.versions.len() > MAX_VERSIONS {
            return Err(Error::Limit {
                what: format!("versions of {name}"),
                limit: MAX_VERSIONS as u64,
            });
        }
        let start = document.as_ptr() as usize;
        let mut versions = HashMap::new();
        let mut sorted = Vec::new();
        for (text, raw) in &outline.versions {
            // A version that is none could never be asked for, and would be part of a path.
            let Some(version) = Version::parse(text) else {
                continue;
            };
            let at = (raw.get().as_ptr() as usize).wrapping_sub(start);
            versions.insert(text.to_string(), at..at.saturating_add(raw.get().len()));
            sorted.push((version, text.to_string()));
        }
        sorted.sort_by(|a, b| b.cmp(a));
        let tags = outline
            .tags
            .into_iter()
            .filter_map(|(tag, version)| Some((tag, version.as_str()?.to_owned())))
            .collect();
        Ok(Self {
            name: name.to_owned(),
            tags,
            versions,
            sorted,
            document,
            read: RefCell::default(),
        })
    }

    /// The version that carries a tag.
    pub fn tag(&self, tag: &str) -> Option<&str> {
        let version = self.tags.get(tag)?;
        self.versions
            .contains_key(version)
            .then_some(version.as_str())
    }

    /// The version that is installed for a dependency.
    ///
    /// As npm and Bun choose: `latest` if it is in the range, or else the highest that is, those that
    /// are deprecated last. With several specs, one that satisfies all.
    pub fn pick(&self, specs: &[&Spec]) -> Result<Option<Rc<Package>>, Error> {
        let mut ranges: Vec<&Range> = Vec::new();
        for spec in specs {
            match spec {
                Spec::Range { range, .. } => ranges.push(range),
                Spec::Tag { tag, .. } => {
                    let Some(version) = self.tag(tag) else {
                        return Ok(None);
                    };
                    return self.version(version).map(Some);
                }
                _ => return Ok(None),
            }
        }
        let fits = |version: &Version| ranges.iter().all(|range| range.matches(version));
        let latest = self.tag("latest");
        if let Some(text) = latest
            && (specs.iter().all(|spec| spec.is_any())
                || Version::parse(text).is_some_and(|version| fits(&version)))
        {
            return self.version(text).map(Some);
        }
        let mut deprecated = None;
        for (version, text) in &self.sorted {
            if fits(version) {
                let package = self.version(text)?;
                if package.deprecated.is_none() {
                    return Ok(Some(package));
                }
                deprecated.get_or_insert(package);
            }
        }
        Ok(deprecated)
    }

    /// One version.
    pub fn version(&self, version: &str) -> Result<Rc<Package>, Error> {
        if let Some(package) = self.read.borrow().get(version) {
            return Ok(Rc::clone(package));
        }
        let package = Rc::new(self.parse(version).map_err(|reason| Error::Metadata {
            name: format!("{}@{version}", self.name),
            reason,
        })?);
        self.read
            .borrow_mut()
            .insert(version.to_owned(), Rc::clone(&package));
        Ok(package)
    }

    fn parse(&self, version: &str) -> Result<Package, String> {
        let text = self
            .versions
            .get(version)
            .and_then(|span| self.document.get(span.clone()))
            .ok_or("there is no such version")?;
        let document: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let mut package = Package::from_manifest(&document).ok_or("it is no object")?;
        // The registry decides what a version is called, not what its author wrote into it.
        package.name.clone_from(&self.name);
        package.version = version.to_owned();
        let dist = document.get("dist");
        let field = |key: &str| dist.and_then(|dist| dist.get(key)).and_then(Value::as_str);
        package.source = Source::Registry(field("tarball").map(str::to_owned));
        package.integrity = field("integrity")
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .or_else(|| field("shasum").and_then(crate::integrity::from_hex_sha1));
        Ok(package)
    }

    /// Whether the document is about this package: names are checked before they are asked for.
    pub fn is_for(&self, name: &str) -> bool {
        self.name == name && name::is_valid(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn packument(document: &Value) -> Packument {
        Packument::read("a", document.to_string().into_bytes()).expect("a packument")
    }

    fn pick(packument: &Packument, spec: &str) -> Option<String> {
        packument
            .pick(&[&Spec::parse(spec)])
            .expect("usable")
            .map(|package| package.version.clone())
    }

    #[test]
    fn latest_wins_where_it_fits() {
        let packument = packument(&json!({
            "dist-tags": {"latest": "1.2.0", "next": "2.0.0-beta.1", "gone": "9.9.9"},
            "versions": {
                "1.0.0": {}, "1.2.0": {}, "1.3.0": {}, "0.9.0": {"deprecated": "no"}, "0.8.0": {},
                "2.0.0-beta.1": {}, "nonsense": {}, "../../x": {},
            },
        }));
        assert_eq!(pick(&packument, "^1"), Some("1.2.0".into()));
        assert_eq!(pick(&packument, ">1.2.0"), Some("1.3.0".into()));
        assert_eq!(pick(&packument, "<1"), Some("0.8.0".into()));
        assert_eq!(pick(&packument, "~0.9"), Some("0.9.0".into()));
        assert_eq!(pick(&packument, "next"), Some("2.0.0-beta.1".into()));
        assert_eq!(pick(&packument, "2"), None);
        assert_eq!(pick(&packument, "gone"), None);
        assert_eq!(pick(&packument, "*"), Some("1.2.0".into()));
    }

    #[test]
    fn a_version_brings_its_digest_and_address() {
        let packument = packument(&json!({"versions": {
            "1.0.0": {"name": "evil", "version": "9.9.9", "dist": {"tarball": "t", "integrity": "sha512-x"}},
            "0.1.0": {"dist": {"shasum": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}},
        }}));
        let package = packument.version("1.0.0").expect("a version");
        assert_eq!(
            (package.name.as_str(), package.version.as_str()),
            ("a", "1.0.0")
        );
        assert_eq!(package.integrity.as_deref(), Some("sha512-x"));
        assert_eq!(package.source, Source::Registry(Some("t".into())));
        let old = packument.version("0.1.0").expect("a version");
        assert_eq!(
            old.integrity.as_deref(),
            Some("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=")
        );
    }

    proptest! {
        #[test]
        fn no_document_panics(text in "\\PC*", version in "[0-9a-z.\"{}-]{0,12}", body in "[0-9a-z.\"{}:,\\[\\] -]{0,30}") {
            for document in [text, format!("{{\"versions\":{{\"{version}\":{body}}}}}"),
                format!("{{\"versions\":{{\"1.0.0\":{{\"dependencies\":{body}}}}}}}")]
            {
                if let Ok(packument) = Packument::read("a", document.into_bytes()) {
                    let _: Result<_, _> = packument.pick(&[&Spec::parse("*")]);
                }
            }
        }
    }
}
