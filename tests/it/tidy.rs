//! The rules of this repository that the compiler cannot check.
//!
//! ARCHITECTURE.md says which module may know which, and what is absent where; these tests read the
//! sources and hold them to it. A rule that has to change is changed here and in ARCHITECTURE.md in
//! one commit. A failure names the file, the line and what to do instead.

mod source;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use source::{Kind, NamedPath, Token};
use table::{FOREIGN, LEAVES, MODULES, RULES, Rule};

/// One Rust file of the package.
struct Source {
    /// Relative to the package, with `/` between the parts.
    name: String,
    text: String,
    tokens: Vec<Token>,
    paths: Vec<NamedPath>,
}

impl Source {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Self::new(&relative(path), &text)
    }

    fn new(name: &str, text: &str) -> Self {
        let tokens = source::tokens(text);
        let paths = source::paths(&tokens);
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            tokens,
            paths,
        }
    }

    /// Its path inside `src` without the extension, or `None` for files elsewhere.
    fn in_src(&self) -> Option<&str> {
        self.name.strip_prefix("src/")?.strip_suffix(".rs")
    }

    /// The top module it belongs to; `lib` and `main` for the roots.
    fn module(&self) -> Option<&str> {
        Some(self.in_src()?.split('/').next().unwrap_or_default())
    }

    fn is_within(&self, part: &str) -> bool {
        self.in_src().is_some_and(|file| {
            file.strip_prefix(part)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    fn is_test(&self) -> bool {
        self.name.starts_with("tests/")
            || self.name.ends_with("/tests.rs")
            || self.name.contains("/tests/")
    }

    /// The part of this package that `path` names, counted from the crate's root.
    fn resolve<'a>(&self, path: &'a NamedPath) -> Option<&'a [String]> {
        let first = path.segments.first()?;
        if first == "crate" {
            return path.segments.get(1..);
        }
        let supers = path
            .segments
            .iter()
            .take_while(|segment| *segment == "super")
            .count();
        let depth = match self.in_src()? {
            "lib" | "main" => 0,
            file => file.split('/').count(),
        };
        (supers > 0 && supers == depth + path.inline_depth)
            .then(|| path.segments.get(supers..))
            .flatten()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn relative(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    inside.to_string_lossy().replace('\\', "/")
}

/// All files below `folder`, without what is made by tools.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if ![".git", "target", "node_modules", "dist"].contains(&name.as_str()) {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        files(&root().join(folder), &mut found);
    }
    found
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| Source::read(path))
        .collect()
}

/// Fails with every problem at once, one a line.
#[track_caller]
fn report(rule: &str, problems: &[String]) {
    assert!(problems.is_empty(), "{rule}\n  {}\n", problems.join("\n  "));
}

/// What `file` imports against the table.
fn import_problems(file: &Source) -> Vec<String> {
    let module = match file.module() {
        Some(module) if !["lib", "main"].contains(&module) => module,
        _ => return Vec::new(),
    };
    let mut allowed: Vec<&str> = vec![module];
    if let Some((_, imports)) = MODULES.iter().find(|(name, _)| *name == module) {
        allowed.extend(LEAVES.iter().map(|(name, _)| name));
        allowed.extend(*imports);
    } else if let Some((_, imports)) = LEAVES.iter().find(|(name, _)| *name == module) {
        allowed.extend(*imports);
    } else {
        return vec![format!("{}: `{module}` has no row in the table", file.name)];
    }
    let fits = |target: &str| {
        allowed.iter().any(|part| {
            let rest = target.strip_prefix(part);
            *part == "*" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    file.paths
        .iter()
        .filter_map(|path| Some((path.line, file.resolve(path)?.join("::"))))
        .filter(|(_, target)| !target.is_empty() && !fits(target))
        .map(|(line, target)| format!("{}:{line}: crate::{target}", file.name))
        .collect()
}

/// Which restricted names `file` uses outside their places.
fn name_problems(file: &Source) -> Vec<String> {
    let mut problems = Vec::new();
    for path in &file.paths {
        for rule in RULES.iter().filter(|rule| (rule.applies)(path)) {
            let excused = rule.tests_may && (file.is_test() || path.inline_depth > 0);
            if !excused && !rule.allowed.iter().any(|part| file.is_within(part)) {
                let Rule { name, instead, .. } = rule;
                let allowed = rule.allowed.join(", ");
                problems.push(format!(
                    "{}:{}: {name} (allowed in {allowed}): {instead}",
                    file.name, path.line
                ));
            }
        }
    }
    problems
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let problems: Vec<_> = sources(&["src"]).iter().flat_map(import_problems).collect();
    report(
        "a module imports what its row of the table (tests/it/tidy/table.rs, ARCHITECTURE.md) does \
         not list; move the code, or pass the value in through a trait of the lower module:",
        &problems,
    );
}

#[test]
fn restricted_names_stay_where_they_belong() {
    let problems: Vec<_> = sources(&["src"]).iter().flat_map(name_problems).collect();
    report("a restricted name is used outside its place:", &problems);
}

#[test]
fn the_rules_find_what_they_are_for() {
    let imports = |name: &str, text: &str| import_problems(&Source::new(name, text)).len();
    assert_eq!(
        imports("src/vfs/path.rs", "use crate::store::Tree; use super::Vfs;"),
        0
    );
    assert_eq!(
        imports(
            "src/vfs/path.rs",
            "use crate::{units::X, engine::{self, Engine}};"
        ),
        2
    );
    assert_eq!(
        imports("src/vfs/path.rs", "fn f() { super::super::sandbox::g() }"),
        1
    );
    assert_eq!(
        imports(
            "src/vfs/path.rs",
            "mod tests { use super::super::super::api::A; }"
        ),
        1
    );
    assert_eq!(imports("src/units.rs", "use crate::digest::Digest;"), 1);
    assert_eq!(
        imports("src/db.rs", "use crate::sandbox::records::Records;"),
        0
    );
    assert_eq!(imports("src/db.rs", "use crate::sandbox::Sandbox;"), 1);
    assert_eq!(imports("src/newcomer.rs", ""), 1);

    let names = |name: &str, text: &str| name_problems(&Source::new(name, text)).len();
    assert_eq!(names("src/vfs.rs", "use std::fs; // std::env::var"), 0);
    assert_eq!(
        names(
            "src/net.rs",
            "use std::{env, fs::File}; fn f() { println!(\"\") }"
        ),
        3
    );
    assert_eq!(
        names("src/net.rs", "const OS: &str = std::env::consts::OS;"),
        0
    );
    assert_eq!(names("src/net.rs", "mod tests { use std::fs; }"), 0);
    assert_eq!(
        names("src/net.rs", "unsafe { wasmtime::f(SystemTime::now()) }"),
        3
    );
    assert_eq!(
        names(
            "src/engine/pool.rs",
            "use wasmtime::Store; unsafe fn f() {}"
        ),
        1
    );
}

#[test]
fn features_are_asked_for_in_the_roots_only() {
    let mut problems = Vec::new();
    for file in sources(&["src"]) {
        if ["src/lib.rs", "src/main.rs"].contains(&file.name.as_str()) {
            continue;
        }
        for pair in file.tokens.windows(2) {
            if let [name, equals] = pair
                && name.kind == Kind::Ident("feature".to_owned())
                && equals.kind == Kind::Punct('=')
            {
                problems.push(format!("{}:{}", file.name, name.line));
            }
        }
    }
    report("`cfg(feature = …)` outside lib.rs and main.rs:", &problems);
}

#[test]
fn lints_are_expected_not_allowed() {
    let mut problems = Vec::new();
    // Not the benches: what they share is dead code in some of them and alive in others.
    for file in sources(&["src", "tests", "examples"]) {
        for triple in file.tokens.windows(3) {
            if let [open, name, paren] = triple
                && open.kind == Kind::Punct('[')
                && name.kind == Kind::Ident("allow".to_owned())
                && paren.kind == Kind::Punct('(')
            {
                problems.push(format!("{}:{}", file.name, name.line));
            }
        }
    }
    report(
        "write `#[expect(lint, reason = \"…\")]` instead of `#[allow(…)]`:",
        &problems,
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut problems = Vec::new();
    for file in sources(&["src", "tests/it", "benches", "examples"]) {
        let first = file
            .text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//!")) {
            problems.push(file.name);
        }
    }
    report(
        "a file starts with `//!`: what it is for, what it does not know:",
        &problems,
    );
}

#[test]
fn files_stay_short() {
    const MOST_LINES: usize = 800;
    let mut problems = Vec::new();
    for file in sources(&["src", "tests", "benches", "examples"]) {
        let lines = file.text.lines().count();
        if lines > MOST_LINES {
            problems.push(format!("{}: {lines} lines", file.name));
        }
    }
    report(
        "split by operation or resource what is longer than 800 lines:",
        &problems,
    );
}

#[test]
fn modules_are_files_with_telling_names() {
    let mut problems = Vec::new();
    for file in sources(&["src", "tests/it"]) {
        let stem = file
            .name
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs");
        match stem {
            "mod" => problems.push(format!("{}: write `foo.rs` beside `foo/`", file.name)),
            "util" | "utils" | "helper" | "helpers" | "common" | "misc" => {
                problems.push(format!("{}: name it for what it does", file.name));
            }
            _ => {}
        }
    }
    report("file names:", &problems);
}

#[test]
fn every_file_is_declared() {
    let mut problems = Vec::new();
    let all = sources(&["src", "tests/it"]);
    for file in &all {
        if ["src/lib.rs", "src/main.rs", "tests/it/main.rs"].contains(&file.name.as_str()) {
            continue;
        }
        let path = Path::new(&file.name);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = path
            .parent()
            .map(|folder| folder.to_string_lossy().replace('\\', "/"))
            .unwrap_or_default();
        let parents = match folder.as_str() {
            "src" => vec!["src/lib.rs".to_owned(), "src/main.rs".to_owned()],
            "tests/it" => vec!["tests/it/main.rs".to_owned()],
            deeper => vec![format!("{deeper}.rs")],
        };
        let declared = all
            .iter()
            .filter(|other| parents.contains(&other.name))
            .any(|other| {
                source::declared_modules(&other.tokens)
                    .iter()
                    .any(|name| *name == stem)
            });
        if !declared {
            problems.push(format!(
                "{} (expected `mod {stem};` in {})",
                file.name,
                parents.join(" or ")
            ));
        }
    }
    report("a file that no `mod` names is never compiled:", &problems);
}

#[test]
fn architecture_describes_every_module() {
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut problems = Vec::new();
    for (name, _) in LEAVES.iter().chain(MODULES) {
        if !architecture.contains(&format!("`{name}`")) {
            problems.push((*name).to_owned());
        }
    }
    report("ARCHITECTURE.md's code map does not mention:", &problems);
}

#[test]
fn the_minimum_rust_is_the_same_everywhere() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let minimum = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .map(|value| value.trim_matches('"'))
        .expect("Cargo.toml names the minimum Rust");
    let workflow = fs::read_to_string(root().join(".github/workflows/ci.yml")).unwrap();
    assert!(
        workflow.contains(&format!("MINIMUM_RUST: \"{minimum}\"")),
        "ci.yml: not {minimum}"
    );
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("Rust {minimum}")),
        "README.md: not Rust {minimum}"
    );
}

#[test]
fn no_registry_host_or_machine_path_is_written_down() {
    let mut found = Vec::new();
    files(root(), &mut found);
    let mut problems = Vec::new();
    for path in found {
        // Cargo writes its registry's name into every lock file.
        if path.file_name().is_some_and(|name| name == "Cargo.lock") {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            if let Some(foreign) = FOREIGN.iter().find(|foreign| line.contains(**foreign)) {
                problems.push(format!("{}:{}: {foreign}", relative(&path), index + 1));
            }
        }
    }
    report(
        "names of package registries' hosts or of places on one machine:",
        &problems,
    );
}
