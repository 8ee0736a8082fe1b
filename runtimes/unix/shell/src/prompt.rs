//! `${x@P}`, and the `PS4` of `set -x`.

use crate::state::Shell;
use crate::syntax::words::{self, Context};

impl Shell {
    /// Text with the backslash sequences of prompts and then its expansions replaced.
    pub fn prompt(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('a') => out.push('\u{7}'),
                Some('e') => out.push('\u{1b}'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('u') => out.push_str(&belljar_sys::posix::user_name()),
                Some('h') => {
                    let name = belljar_sys::posix::hostname();
                    out.push_str(name.split('.').next().unwrap_or(&name));
                }
                Some('H') => out.push_str(&belljar_sys::posix::hostname()),
                Some('s') => {
                    let zero = self.state.zero.to_string();
                    out.push_str(zero.rsplit('/').next().unwrap_or(&zero));
                }
                Some('v') => out.push_str("5.2"),
                Some('V') => out.push_str("5.2.15"),
                Some('w' | 'W') => {
                    let home = self.value_of("HOME").unwrap_or_default();
                    let cwd = self.state.cwd.to_string();
                    match cwd.strip_prefix(&home) {
                        Some(rest)
                            if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) =>
                        {
                            out.push('~');
                            out.push_str(rest);
                        }
                        _ => out.push_str(&cwd),
                    }
                }
                Some('$') => out.push(if belljar_sys::posix::uid() == 0 {
                    '#'
                } else {
                    '$'
                }),
                Some('j') => out.push_str(&self.jobs.visible().count().to_string()),
                Some('\\') => out.push('\\'),
                Some('[' | ']') => {}
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            }
        }
        self.prompt_expanded(&out)
    }

    /// Text with its expansions replaced, as between double quotes.
    pub fn prompt_expanded(&mut self, text: &str) -> String {
        if !text.contains(['$', '`', '\\']) {
            return text.to_owned();
        }
        let options = self.parse_options();
        let status = self.state.status;
        let word = words::parse(text, Context::Here, self.state.line, &options);
        let expanded = word.ok().and_then(|word| self.expand_text(&word).ok());
        self.state.status = status;
        expanded.unwrap_or_else(|| text.to_owned())
    }
}
