//! What a rewritten file needs and does not declare: put in front of its first line.

use oxc::ast::ast::Program;

use super::Rewriter;
use crate::{Format, Import, JsxRuntime};

/// What is needed.
#[derive(Default)]
pub(super) struct Prelude {
    /// Local names of the JSX runtime's functions, by their names there.
    jsx: Vec<(&'static str, String)>,
    /// The local name of the function that takes the key out of the properties.
    keyed: Option<String>,
    /// The local name of `require` in an ES module.
    require: Option<String>,
    /// Declarations of helpers.
    helpers: Vec<String>,
}

impl Prelude {
    /// The local name of a function of the JSX runtime.
    pub(super) fn jsx(&mut self, name: &'static str, source: &str) -> String {
        if let Some((_, local)) = self.jsx.iter().find(|(known, _)| *known == name) {
            return local.clone();
        }
        let local = unused(source, &format!("_{name}"));
        self.jsx.push((name, local.clone()));
        local
    }

    /// The local name of the function that takes the key out of the properties.
    pub(super) fn keyed(&mut self, source: &str) -> String {
        self.keyed
            .get_or_insert_with(|| unused(source, "_keyed"))
            .clone()
    }

    /// The local name of `require` in an ES module.
    pub(super) fn require(&mut self, source: &str) -> String {
        self.require
            .get_or_insert_with(|| unused(source, "_require"))
            .clone()
    }

    /// Adds a declaration, once.
    pub(super) fn helper(&mut self, code: String) {
        if !self.helpers.contains(&code) {
            self.helpers.push(code);
        }
    }
}

/// A name that does not occur in a source.
pub(super) fn unused(source: &str, name: &str) -> String {
    let mut name = name.to_owned();
    while memchr::memmem::find(source.as_bytes(), name.as_bytes()).is_some() {
        name.push('$');
    }
    name
}

impl<'a> Rewriter<'a, '_> {
    /// Writes the prelude, and puts the modules that it imports before the others.
    pub(super) fn finish_prelude(&mut self, program: &Program<'a>, imports: &mut Vec<Import>) {
        let prelude = std::mem::take(&mut self.prelude);
        let mut code = String::new();
        let mut first = Vec::new();
        let module = self.format == Format::Module;
        let source = self.jsx.import_source.clone();
        // `createElement` is in the package itself.
        let (elements, runtime): (Vec<_>, Vec<_>) = prelude
            .jsx
            .into_iter()
            .partition(|(name, _)| *name == "createElement");
        for (names, specifier) in [
            (runtime, format!("{source}/jsx-runtime")),
            (elements, source),
        ] {
            if names.is_empty() {
                continue;
            }
            let quoted = serde_json::Value::from(specifier.as_str());
            let list = |between: &str| {
                let pairs = names
                    .iter()
                    .map(|(name, local)| format!("{name}{between}{local}"));
                pairs.collect::<Vec<_>>().join(", ")
            };
            if module {
                code.push_str(&format!("import {{ {} }} from {quoted}; ", list(" as ")));
                first.push(Import {
                    specifier,
                    names: names.iter().map(|(name, _)| (*name).to_owned()).collect(),
                    ..Import::default()
                });
            } else {
                code.push_str(&format!("const {{ {} }} = require({quoted}); ", list(": ")));
            }
        }
        if let Some(require) = &prelude.require {
            let create = unused(self.source, "_createRequire");
            code.push_str(&format!(
                "import {{ createRequire as {create} }} from \"node:module\"; \
                 const {require} = {create}(import.meta.url); "
            ));
            first.push(Import {
                specifier: "node:module".to_owned(),
                names: vec!["createRequire".to_owned()],
                ..Import::default()
            });
        }
        if let Some(keyed) = &prelude.keyed {
            code.push_str(&format!(
                "const {keyed} = (f, t, {{ key, ...p }}) => f(t, p, key); "
            ));
        }
        for helper in &prelude.helpers {
            code.push_str(helper);
            code.push(' ');
        }
        if code.is_empty() {
            return;
        }
        first.append(imports);
        *imports = first;
        let at = match (program.directives.last(), &program.hashbang) {
            (Some(directive), _) => {
                code.insert(0, ';');
                directive.span.end
            }
            (None, Some(hashbang)) => {
                let rest = self
                    .source
                    .get(hashbang.span.end as usize..)
                    .unwrap_or_default();
                let line_end = rest
                    .find(|c| !crate::edits::is_line_end(c))
                    .unwrap_or(rest.len());
                // One line end only: the lines after it stay where they are.
                let line_end = line_end.min(if rest.starts_with("\r\n") { 2 } else { 1 });
                hashbang.span.end + super::to_u32(line_end)
            }
            (None, None) if self.source.starts_with('\u{feff}') => 3,
            (None, None) => 0,
        };
        self.edits.insert_first(at, code);
    }

    /// Whether JSX is rewritten for the classic runtime.
    pub(super) fn is_classic(&self) -> bool {
        self.jsx.runtime == JsxRuntime::Classic
    }
}
