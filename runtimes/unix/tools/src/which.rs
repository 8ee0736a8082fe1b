//! `which`.

use crate::options::{self, Syntax, Value};
use crate::os;

const SYNTAX: Syntax = Syntax {
    short: "as",
    long: &[("all", Value::None, "a"), ("silent", Value::None, "s")],
    ordered: false,
};

pub(crate) fn run(_name: &str, arguments: &[String]) -> u8 {
    let parsed = match SYNTAX.parse(arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            options::complain("which", &message);
            return 2;
        }
    };
    let path = std::env::var("PATH").unwrap_or_default();
    let mut code = u8::from(parsed.operands.is_empty());
    for name in &parsed.operands {
        let candidates: Vec<String> = if name.contains('/') {
            vec![name.clone()]
        } else {
            let folder = |it: &str| {
                if it.is_empty() {
                    ".".to_owned()
                } else {
                    it.to_owned()
                }
            };
            path.split(':')
                .map(|it| format!("{}/{name}", folder(it)))
                .collect()
        };
        let runs = |it: &&String| {
            os::stat(it).is_ok_and(|stat| stat.is_file()) && os::access(it, 1).is_ok()
        };
        let mut found = candidates.iter().filter(runs).peekable();
        if found.peek().is_none() {
            code = 1;
        }
        if !parsed.has("s") {
            let most = if parsed.has("a") { usize::MAX } else { 1 };
            for path in found.take(most) {
                println!("{path}");
            }
        }
    }
    code
}
