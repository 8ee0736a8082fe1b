//! File names from patterns.

use belljar_sys::posix;

use super::pattern::{self, Pattern};
use crate::state::Shell;
use crate::text;

/// How many directories `**` goes down: a bound for the stack.
const MAX_DEPTH: usize = 100;

enum Component {
    /// No pattern.
    Name(String),
    Pattern(Pattern),
    /// `**`
    Any,
}

impl Shell {
    /// The files that text of which parts are quoted matches, in order.
    pub fn glob(&mut self, parts: &[(String, bool)]) -> Vec<String> {
        let extglob = self.state.shopt.extglob;
        let mut components: Vec<Vec<(String, bool)>> = vec![Vec::new()];
        for (text, quoted) in parts {
            let mut depth = 0_usize;
            let mut start = 0;
            for (at, c) in text.char_indices() {
                match c {
                    '(' if extglob && !quoted => depth += 1,
                    ')' if extglob && !quoted => depth = depth.saturating_sub(1),
                    '/' if depth == 0 => {
                        push(&mut components, &text[start..at], *quoted);
                        components.push(Vec::new());
                        start = at + 1;
                    }
                    _ => {}
                }
            }
            push(&mut components, &text[start..], *quoted);
        }
        let mut compiled = Vec::new();
        for component in &components {
            let is_pattern = component
                .iter()
                .any(|(text, quoted)| !quoted && pattern::is_pattern(text, extglob));
            let whole: String = component.iter().map(|(text, _)| text.as_str()).collect();
            let plain = component.iter().all(|(_, quoted)| !quoted);
            compiled.push(if !is_pattern {
                Component::Name(whole)
            } else if plain && whole == "**" && self.state.shopt.globstar {
                Component::Any
            } else {
                let parts = component
                    .iter()
                    .map(|(text, quoted)| (text.as_str(), *quoted));
                Component::Pattern(Pattern::new(parts, extglob, self.state.shopt.nocaseglob))
            });
        }
        let mut found = Vec::new();
        let (start, rest) = match compiled.split_first() {
            Some((Component::Name(first), rest)) if first.is_empty() && !rest.is_empty() => {
                ("/".to_owned(), rest)
            }
            _ => (String::new(), compiled.as_slice()),
        };
        self.walk(&start, rest, &mut found, 0);
        found.sort_by(|left, right| compare(left, right));
        found.dedup();
        found
    }

    fn walk(&self, base: &str, components: &[Component], found: &mut Vec<String>, depth: usize) {
        let Some((first, rest)) = components.split_first() else {
            return;
        };
        match first {
            Component::Name(name) => {
                let path = format!("{base}{name}");
                if rest.is_empty() {
                    let exists = if name.is_empty() {
                        self.is_directory(base)
                    } else {
                        posix::lstat(&self.absolute(&text::outside(&path))).is_ok()
                    };
                    if exists {
                        found.push(path);
                    }
                } else {
                    self.walk(&format!("{path}/"), rest, found, depth);
                }
            }
            Component::Pattern(pattern) => {
                for (name, _) in self.entries(base, pattern.starts_with_dot()) {
                    if pattern.matches(&name) {
                        self.found(base, &name, rest, found, depth);
                    }
                }
            }
            Component::Any => {
                if rest.is_empty() {
                    if !base.is_empty() {
                        found.push(base.to_owned());
                    }
                    self.descend(base, found, depth);
                    return;
                }
                self.walk(base, rest, found, depth);
                if depth >= MAX_DEPTH {
                    return;
                }
                for (name, directory) in self.entries(base, false) {
                    if directory {
                        self.walk(&format!("{base}{name}/"), components, found, depth + 1);
                    }
                }
            }
        }
    }

    fn found(
        &self,
        base: &str,
        name: &str,
        rest: &[Component],
        found: &mut Vec<String>,
        depth: usize,
    ) {
        if rest.is_empty() {
            found.push(format!("{base}{name}"));
            return;
        }
        let path = format!("{base}{name}/");
        if self.is_directory(&path) {
            self.walk(&path, rest, found, depth);
        }
    }

    fn descend(&self, base: &str, found: &mut Vec<String>, depth: usize) {
        for (name, directory) in self.entries(base, false) {
            found.push(format!("{base}{name}"));
            if directory && depth < MAX_DEPTH {
                self.descend(&format!("{base}{name}/"), found, depth + 1);
            }
        }
    }

    fn is_directory(&self, path: &str) -> bool {
        let path = if path.is_empty() { "." } else { path };
        posix::stat(&self.absolute(&text::outside(path)))
            .is_ok_and(|stat| stat.mode & posix::S_IFMT == posix::S_IFDIR)
    }

    /// Names in a directory, and whether they are directories (not through links).
    fn entries(&self, base: &str, dots: bool) -> Vec<(String, bool)> {
        let path = if base.is_empty() {
            self.state.cwd.to_string()
        } else {
            self.absolute(&text::outside(base))
        };
        let mut all = Vec::new();
        if dots {
            all.push((".".to_owned(), true));
            all.push(("..".to_owned(), true));
        }
        let Ok(entries) = std::fs::read_dir(path) else {
            return all;
        };
        let dots = dots || self.state.shopt.dotglob;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if dots || !name.starts_with('.') {
                let directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                all.push((name, directory));
            }
        }
        all
    }
}

fn push(components: &mut [Vec<(String, bool)>], text: &str, quoted: bool) {
    if let Some(last) = components.last_mut()
        && !text.is_empty()
    {
        last.push((text.to_owned(), quoted));
    }
}

/// The order in which names are listed: by their bytes.
fn compare(left: &str, right: &str) -> std::cmp::Ordering {
    left.as_bytes().cmp(right.as_bytes())
}
