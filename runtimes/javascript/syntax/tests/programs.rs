//! Every program of `programs/` is prepared, and each of its words that is still there stands on the
//! line on which it stood. What the programs print is compared with TypeScript's output by
//! `differential.mjs`.

use std::{collections::HashMap, fs, path::Path};

use belljar_syntax::{JsxRuntime, Language, Options, prepare};

fn programs() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut programs: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    programs.sort();
    assert!(programs.len() > 10);
    programs
}

fn options(name: &str, source: &str) -> Options {
    let mut options = Options::new(name, Language::of_path(name).unwrap());
    let flags = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// prepare: "));
    for flag in flags.unwrap_or_default().split(' ') {
        match flag {
            "--legacy" => options.experimental_decorators = true,
            "--metadata" => options.emit_decorator_metadata = true,
            "--assign" => options.use_define_for_class_fields = false,
            "--verbatim" => options.verbatim_module_syntax = true,
            "--classic" => options.jsx.runtime = JsxRuntime::Classic,
            _ => assert!(flag.is_empty(), "{flag}"),
        }
    }
    options
}

/// Words with their places: line, column in UTF-16 units.
fn words(text: &str) -> HashMap<String, Vec<(usize, usize)>> {
    let mut words: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for (line, text) in text.lines().enumerate() {
        let mut column = 0;
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != '$') {
            let name =
                word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
            if name.starts_with(|c: char| c.is_alphabetic()) {
                words
                    .entry(name.to_owned())
                    .or_default()
                    .push((line, column));
            }
            column += word.encode_utf16().count();
        }
    }
    words
}

#[test]
fn words_stay_on_their_lines() {
    for (name, source) in programs() {
        let options = options(&name, &source);
        let prepared = prepare(&source, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let code = &prepared.code;
        assert_eq!(code.lines().count(), source.lines().count(), "{name}");
        let before = words(&source);
        for (word, places) in words(code) {
            // What the classic runtime's calls begin with.
            let factory = name.ends_with(".tsx")
                && matches!(
                    word.as_str(),
                    "React" | "createElement" | "Fragment" | "h" | "Frag"
                );
            let (Some(old), false) = (before.get(&word), factory) else {
                continue;
            };
            // The decorators of parameters go to the start of the member or the end of the class.
            let line = source.lines().nth(old[0].0).unwrap_or_default();
            if line.contains("(@") || matches!(word.as_str(), "as" | "default" | "export") {
                continue;
            }
            let lines: Vec<usize> = old.iter().map(|place| place.0).collect();
            // A word that stands on one line has one place to be; helpers are on the first.
            if lines.iter().all(|line| *line == lines[0]) {
                for (line, _) in places {
                    assert!(
                        line == lines[0] || line == 0,
                        "{name}: {word} moved to line {}",
                        line + 1
                    );
                }
            }
        }
    }
}

#[test]
fn columns_stay_where_only_types_go() {
    for (name, source) in programs() {
        if !matches!(name.as_str(), "asi.ts" | "elision.ts" | "verbatim.ts") {
            continue;
        }
        let options = options(&name, &source);
        let prepared = prepare(&source, &options).unwrap();
        let before = words(&source);
        for (word, places) in words(&prepared.code) {
            let (Some(old), true) = (before.get(&word), word != "const") else {
                continue;
            };
            for place in places {
                // A namespace's object and what it exports are written anew.
                // A parenthesis had to be added, a namespace is written anew.
                let line = source.lines().nth(place.0).unwrap_or_default();
                if line.contains("<any>{}") || line.starts_with("namespace ") {
                    continue;
                }
                assert!(old.contains(&place), "{name}: {word} at {place:?}");
            }
        }
    }
}
