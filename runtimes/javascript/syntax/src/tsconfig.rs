//! `tsconfig.json` and `jsconfig.json`: what of them matters when programs run.

use serde_json::{Map, Value};

use crate::{Jsx, JsxRuntime, Options};

/// The parts of a configuration file that say how sources are prepared and found. What the file does
/// not say is `None`, so that a file can be laid over the ones that it extends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TsConfig {
    /// The files that it extends, in order: later ones count before earlier ones. Paths are relative
    /// to the file's folder if they start with `.`, and may be names of packages' files.
    pub extends: Vec<String>,
    pub jsx: Option<JsxMode>,
    pub jsx_factory: Option<String>,
    pub jsx_fragment_factory: Option<String>,
    pub jsx_import_source: Option<String>,
    /// As it is written: relative to the file's folder.
    pub base_url: Option<String>,
    /// Patterns with their targets, in order; these are relative to the base URL, or else to the
    /// file's folder.
    pub paths: Option<Vec<(String, Vec<String>)>>,
    pub verbatim_module_syntax: Option<bool>,
    pub experimental_decorators: Option<bool>,
    pub emit_decorator_metadata: Option<bool>,
    pub use_define_for_class_fields: Option<bool>,
    /// The language version in lower case, such as `es2022`: it decides on
    /// `useDefineForClassFields` where that is not given.
    pub target: Option<String>,
}

/// The values of `jsx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsxMode {
    /// `react`: the classic runtime.
    React,
    /// `react-jsx` and `react-jsxdev`: the automatic runtime.
    Automatic,
    /// `preserve` and `react-native`, which leave it to others: here, the automatic runtime.
    Preserve,
}

/// Why a configuration file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TsConfigError {
    /// It is not JSON with comments.
    #[error("{message} at line {line}, column {column}")]
    Syntax {
        message: String,
        line: usize,
        column: usize,
    },
    /// A value is of the wrong type.
    #[error("`{name}` must be {expected}")]
    Type {
        name: &'static str,
        expected: &'static str,
    },
}

impl TsConfig {
    /// Reads a configuration file's text.
    ///
    /// # Errors
    ///
    /// When it is not JSON with comments and trailing commas, or a value has the wrong type.
    pub fn parse(text: &str) -> Result<Self, TsConfigError> {
        let mut json = text.trim_start_matches('\u{feff}').to_owned();
        let syntax = |message: String, line, column| TsConfigError::Syntax {
            message,
            line,
            column,
        };
        json_strip_comments::strip(&mut json).map_err(|error| syntax(error.to_string(), 1, 1))?;
        // An empty file is an empty configuration, as for TypeScript.
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(&json).map_err(|error| {
            let message = error.to_string();
            let message = message
                .split(" at line")
                .next()
                .unwrap_or_default()
                .to_owned();
            syntax(message, error.line(), error.column())
        })?;
        let Value::Object(top) = value else {
            return Err(TsConfigError::Type {
                name: "tsconfig.json",
                expected: "an object",
            });
        };
        let mut config = Self {
            extends: extends(&top)?,
            ..Self::default()
        };
        let options = match top.get("compilerOptions") {
            None | Some(Value::Null) => return Ok(config),
            Some(Value::Object(options)) => options,
            Some(_) => {
                return Err(TsConfigError::Type {
                    name: "compilerOptions",
                    expected: "an object",
                });
            }
        };
        config.jsx = match string(options, "jsx")?.as_deref() {
            None => None,
            Some("react") => Some(JsxMode::React),
            Some("react-jsx" | "react-jsxdev") => Some(JsxMode::Automatic),
            Some("preserve" | "react-native") => Some(JsxMode::Preserve),
            Some(_) => {
                return Err(TsConfigError::Type {
                    name: "jsx",
                    expected: "\"preserve\", \"react\", \"react-native\", \"react-jsx\" or \"react-jsxdev\"",
                });
            }
        };
        config.jsx_factory = name(options, "jsxFactory")?;
        config.jsx_fragment_factory = name(options, "jsxFragmentFactory")?;
        config.jsx_import_source = string(options, "jsxImportSource")?;
        config.base_url = string(options, "baseUrl")?;
        config.paths = paths(options)?;
        config.verbatim_module_syntax = boolean(options, "verbatimModuleSyntax")?;
        config.experimental_decorators = boolean(options, "experimentalDecorators")?;
        config.emit_decorator_metadata = boolean(options, "emitDecoratorMetadata")?;
        config.use_define_for_class_fields = boolean(options, "useDefineForClassFields")?;
        config.target = string(options, "target")?.map(|target| target.to_lowercase());
        // The options of TypeScript 4 that `verbatimModuleSyntax` replaced.
        if config.verbatim_module_syntax.is_none()
            && (boolean(options, "preserveValueImports")? == Some(true))
        {
            config.verbatim_module_syntax = Some(true);
        }
        Ok(config)
    }

    /// Lays this file over one that it extends. The caller has made the base URL and the targets of
    /// paths of both absolute.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            extends: self.extends,
            jsx: self.jsx.or(base.jsx),
            jsx_factory: self.jsx_factory.or(base.jsx_factory),
            jsx_fragment_factory: self.jsx_fragment_factory.or(base.jsx_fragment_factory),
            jsx_import_source: self.jsx_import_source.or(base.jsx_import_source),
            base_url: self.base_url.or(base.base_url),
            paths: self.paths.or(base.paths),
            verbatim_module_syntax: self.verbatim_module_syntax.or(base.verbatim_module_syntax),
            experimental_decorators: self
                .experimental_decorators
                .or(base.experimental_decorators),
            emit_decorator_metadata: self
                .emit_decorator_metadata
                .or(base.emit_decorator_metadata),
            use_define_for_class_fields: self
                .use_define_for_class_fields
                .or(base.use_define_for_class_fields),
            target: self.target.or(base.target),
        }
    }

    /// Sets what a source's preparation depends on.
    pub fn apply(&self, options: &mut Options) {
        let defaults = Jsx::default();
        options.jsx = Jsx {
            runtime: match self.jsx {
                Some(JsxMode::React) => JsxRuntime::Classic,
                Some(JsxMode::Automatic | JsxMode::Preserve) => JsxRuntime::Automatic,
                // A factory without a mode is meant to be called.
                None if self.jsx_factory.is_some() => JsxRuntime::Classic,
                None => defaults.runtime,
            },
            factory: self.jsx_factory.clone().unwrap_or(defaults.factory),
            fragment: self
                .jsx_fragment_factory
                .clone()
                .unwrap_or(defaults.fragment),
            import_source: self
                .jsx_import_source
                .clone()
                .unwrap_or(defaults.import_source),
        };
        options.verbatim_module_syntax = self.verbatim_module_syntax.unwrap_or(false);
        options.experimental_decorators = self.experimental_decorators.unwrap_or(false);
        options.emit_decorator_metadata = self.emit_decorator_metadata.unwrap_or(false);
        options.use_define_for_class_fields =
            self.use_define_for_class_fields.unwrap_or_else(|| {
                // True from ES2022 on; a program that names no target means the newest.
                self.target.as_deref().is_none_or(|target| {
                    let year = target
                        .strip_prefix("es")
                        .and_then(|year| year.parse::<u32>().ok());
                    target == "esnext" || year.is_some_and(|year| year >= 2022)
                })
            });
    }

    /// Where a specifier may be found by `paths` and the base URL: paths to try in order, relative as
    /// the targets are. Empty if nothing applies: the specifier is resolved as usual.
    ///
    /// Of several patterns that match, the one without `*` counts, else the one with the longest text
    /// before its `*`, as for TypeScript.
    #[must_use]
    pub fn candidates(&self, specifier: &str) -> Vec<String> {
        if specifier.starts_with("./")
            || specifier.starts_with("../")
            || specifier.starts_with('/')
            || matches!(specifier, "." | "..")
        {
            return Vec::new();
        }
        let mut best: Option<(usize, &str, &[String])> = None;
        for (pattern, targets) in self.paths.iter().flatten() {
            if pattern == specifier {
                return targets.clone();
            }
            let Some((before, after)) = pattern.split_once('*') else {
                continue;
            };
            let matched = specifier
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after));
            if let Some(matched) = matched
                && best.is_none_or(|(length, ..)| before.len() > length)
            {
                best = Some((before.len(), matched, targets));
            }
        }
        if let Some((_, matched, targets)) = best {
            return targets
                .iter()
                .map(|target| target.replacen('*', matched, 1))
                .collect();
        }
        match &self.base_url {
            Some(base) => vec![format!("{}/{specifier}", base.trim_end_matches('/'))],
            None => Vec::new(),
        }
    }
}

fn string(
    options: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<String>, TsConfigError> {
    match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(value)) => Ok(Some(value.clone())),
        Some(_) => Err(TsConfigError::Type {
            name,
            expected: "a string",
        }),
    }
}

/// A string that becomes part of the code: it must be a name, or names joined by dots.
fn name(options: &Map<String, Value>, name: &'static str) -> Result<Option<String>, TsConfigError> {
    let value = string(options, name)?;
    match &value {
        Some(text) if !crate::rewrite::is_member_path(text) && text != "null" => {
            Err(TsConfigError::Type {
                name,
                expected: "a name",
            })
        }
        _ => Ok(value),
    }
}

fn boolean(
    options: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<bool>, TsConfigError> {
    match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(TsConfigError::Type {
            name,
            expected: "true or false",
        }),
    }
}

fn extends(top: &Map<String, Value>) -> Result<Vec<String>, TsConfigError> {
    let wrong = || TsConfigError::Type {
        name: "extends",
        expected: "a string or a list of strings",
    };
    match top.get("extends") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(path)) => Ok(vec![path.clone()]),
        Some(Value::Array(paths)) => paths
            .iter()
            .map(|path| path.as_str().map(ToOwned::to_owned).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

type Paths = Option<Vec<(String, Vec<String>)>>;

fn paths(options: &Map<String, Value>) -> Result<Paths, TsConfigError> {
    let wrong = || TsConfigError::Type {
        name: "paths",
        expected: "an object of lists of strings",
    };
    let map = match options.get("paths") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(wrong()),
    };
    let mut paths = Vec::new();
    for (pattern, targets) in map {
        let targets = targets.as_array().ok_or_else(wrong)?;
        let targets: Option<Vec<String>> = targets
            .iter()
            .map(|target| target.as_str().map(ToOwned::to_owned))
            .collect();
        paths.push((pattern.clone(), targets.ok_or_else(wrong)?));
    }
    Ok(Some(paths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn reads_json_with_comments() {
        let config = TsConfig::parse(
            r#"{
              // a comment, with a "string"
              "extends": ["./base.json", "@tsconfig/node20/tsconfig.json"], /* another */
              "compilerOptions": {
                "jsx": "react", "jsxFactory": "h", "jsxFragmentFactory": "Fragment",
                "baseUrl": "./src", "paths": { "@/*": ["./src/*", "https://x//y"], "z": ["./z.ts"], },
                "target": "ES2020", "strict": true, "lib": ["dom"],
              },
              "include": ["**/*.ts",],
            }"#,
        )
        .unwrap();
        assert_eq!(
            config.extends,
            ["./base.json", "@tsconfig/node20/tsconfig.json"]
        );
        assert_eq!(config.jsx, Some(JsxMode::React));
        assert_eq!(config.base_url.as_deref(), Some("./src"));
        let mut options = Options::new("x.tsx", Language::Tsx);
        config.apply(&mut options);
        assert_eq!(options.jsx.runtime, JsxRuntime::Classic);
        assert_eq!(options.jsx.factory, "h");
        assert!(!options.use_define_for_class_fields);
        assert_eq!(
            TsConfig::parse(" // nothing\n").unwrap(),
            TsConfig::default()
        );
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |text| TsConfig::parse(text).unwrap_err().to_string();
        assert_eq!(error("{\n  \"a\": }"), "expected value at line 2, column 8");
        assert_eq!(error("[]"), "`tsconfig.json` must be an object");
        assert_eq!(
            error(r#"{"compilerOptions": {"paths": {"a": "b"}}}"#),
            "`paths` must be an object of lists of strings"
        );
        assert_eq!(
            error(r#"{"compilerOptions": {"jsxFactory": "a()"}}"#),
            "`jsxFactory` must be a name"
        );
    }

    #[test]
    fn matches_paths_as_typescript_does() {
        let config = TsConfig::parse(
            r#"{ "compilerOptions": { "paths": {
                "*": ["any/*"], "@/*": ["src/*", "lib/*"], "@/deep/*": ["deep/*"],
                "exact": ["exact.ts"], "a*z": ["m-*"] } } }"#,
        )
        .unwrap();
        assert_eq!(config.candidates("@/x/y"), ["src/x/y", "lib/x/y"]);
        assert_eq!(config.candidates("@/deep/y"), ["deep/y"]);
        assert_eq!(config.candidates("exact"), ["exact.ts"]);
        assert_eq!(config.candidates("abcz"), ["m-bc"]);
        assert_eq!(config.candidates("other"), ["any/other"]);
        assert!(config.candidates("./x").is_empty());
        let base = TsConfig {
            base_url: Some("/p/src/".to_owned()),
            ..TsConfig::default()
        };
        assert_eq!(base.candidates("x/y"), ["/p/src/x/y"]);
        assert!(TsConfig::default().candidates("x").is_empty());
    }

    #[test]
    fn lays_files_over_one_another() {
        let base =
            TsConfig::parse(r#"{"compilerOptions": {"jsx": "react-jsx", "target": "es2022"}}"#)
                .unwrap();
        let own =
            TsConfig::parse(r#"{"extends": "x", "compilerOptions": {"jsx": "react"}}"#).unwrap();
        let both = own.over(base);
        assert_eq!(both.jsx, Some(JsxMode::React));
        assert_eq!(both.target.as_deref(), Some("es2022"));
    }
}
