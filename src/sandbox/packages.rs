//! npm packages: who may get some, and those that a sandbox is created with.
//!
//! The host installs nothing itself. It runs the runtime's own `bun add` in the new sandbox, as it would
//! any program, but lets that one ask the registry even where the network is off.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::belljar::Shared;
use super::error::{Repr, SandboxError};
use super::handle::Inner;
use super::options::Command;
use super::records::ExecutionStatus;
use super::run::{self, Connected};
use crate::process::{Output, Spool};
use crate::registry::{Access, PackageSpec, Source};
use crate::runtime::{CATALOG, Manifest};
use crate::vfs::{Errno, WORKSPACE};

/// What installs, by its own path: the sandbox's `PATH` is its creator's business.
const INSTALLER: &str = "/usr/bin/bun";
/// The program that runtimes which take npm packages have.
const INSTALLER_NAME: &str = "bun";

/// Where programs find packages, wherever they are themselves: Node looks into `node_modules` of every
/// folder above a program, and this is above all.
const FOUND_AT: &str = "node_modules";

/// Packages that can be asked for at once; what they depend on does not count.
const MAX_PACKAGES: usize = 64;

/// How long an installation may take: less than calls wait for a sandbox that is being created.
const TIMEOUT: Duration = Duration::from_secs(300);

/// What is kept of an installation's output.
const OUTPUT_LIMIT: u64 = 256 << 10;
/// What is said of it when it fails: its last lines, and not more than so many bytes.
const SAID_LINES: usize = 10;
const SAID_BYTES: usize = 2000;

const NETWORK_OFF: &str =
    "the network is off in this sandbox: create it with network.enabled to install packages";
/// Said where there is none.
pub(crate) const NO_REGISTRY: &str = "there is no npm registry here: whoever runs Belljar as a library can set \
     one with `BelljarOptions::registry` (feature `registry`)";

/// What the processes of a sandbox may ask the registry for.
pub(crate) fn access(shared: &Shared, network: bool) -> Access {
    match &shared.registry {
        _ if !network => Access::Denied(NETWORK_OFF),
        None => Access::Denied(NO_REGISTRY),
        Some(registry) => Access::to(Arc::clone(registry)),
    }
}

/// Whether these packages can be asked for in a sandbox of this runtime.
pub(crate) fn check(packages: &[String], manifest: &Manifest) -> Result<(), SandboxError> {
    let invalid = |reason: String| Err(SandboxError::invalid("packages", reason));
    if packages.is_empty() {
        return Ok(());
    }
    if packages.len() > MAX_PACKAGES {
        return invalid(format!(
            "{} are more than the limit of {MAX_PACKAGES}",
            packages.len()
        ));
    }
    for package in packages {
        if let Err(error) = PackageSpec::parse(package) {
            return invalid(error.to_string());
        }
    }
    if takes_packages(manifest) {
        return Ok(());
    }
    let others: Vec<&str> = CATALOG
        .iter()
        .filter(|manifest| takes_packages(manifest))
        .map(|manifest| manifest.name)
        .collect();
    invalid(if others.is_empty() {
        format!("{} takes no npm packages", manifest.name)
    } else {
        format!(
            "{} takes no npm packages; these runtimes do: {}",
            manifest.name,
            others.join(", ")
        )
    })
}

fn takes_packages(manifest: &Manifest) -> bool {
    manifest.names.contains(&INSTALLER_NAME)
}

/// Installs what a sandbox that is being created asks for.
pub(crate) async fn install(sandbox: &Arc<Inner>) -> Result<(), SandboxError> {
    let packages = sandbox.record().packages;
    if packages.is_empty() {
        return Ok(());
    }
    let Some(registry) = &sandbox.shared.registry else {
        return Err(SandboxError::invalid("packages", NO_REGISTRY));
    };
    let source = Source::new(Arc::clone(registry));
    let target = global_folder(&sandbox.record().env);
    // Now, so that it is saved with what is installed.
    match sandbox
        .filesystem()
        .await?
        .root()
        .symlink(&target, FOUND_AT)
    {
        // Of the snapshot that it begins with, or among the files it was created with.
        Ok(()) | Err(Errno::Exist) => {}
        Err(errno) => {
            let reason = format!("the link /{FOUND_AT} cannot be made: {errno}");
            return Err(SandboxError::invalid("packages", reason));
        }
    }
    let argv = [INSTALLER, "add", "--global"].map(str::to_owned);
    let argv = argv.into_iter().chain(packages.iter().cloned());
    let command = Command::new(argv).timeout(TIMEOUT);
    let said = Spool::stamped(None, OUTPUT_LIMIT, None);
    let output = Output::Spool(Arc::clone(&said));
    let process = Connected::aside(command, output, Access::Allowed(Arc::clone(&source)))?;
    let (outcome, _) = run::carry_out(sandbox, process, &sandbox.installation, || false).await;
    if outcome.status == ExecutionStatus::Completed && outcome.exit_code == 0 {
        return Ok(());
    }
    Err(Repr::Packages {
        packages: packages.join(", "),
        code: outcome.exit_code,
        said: last_lines(&String::from_utf8_lossy(&contents(&said).await)),
        outage: source.had_outage(),
    }
    .into())
}

/// Where Bun installs globally: below `$BUN_INSTALL`, or `.bun` in the home folder.
fn global_folder(env: &BTreeMap<String, String>) -> String {
    let below_home = || {
        let home = env.get("HOME").map_or(WORKSPACE, String::as_str);
        format!("{home}/.bun")
    };
    let folder = env.get("BUN_INSTALL").cloned().unwrap_or_else(below_home);
    format!("{folder}/install/global/node_modules")
}

async fn contents(spool: &Arc<Spool>) -> Vec<u8> {
    spool.close();
    let mut reader = spool.reader();
    let mut contents = Vec::new();
    while let Some(Ok(bytes)) = reader.next().await {
        contents.extend_from_slice(&bytes);
    }
    contents
}

/// The last lines of what a program said, without what moves a terminal's cursor.
fn last_lines(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .map(|line| plain(line).trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .take(SAID_LINES)
        .collect();
    lines.reverse();
    let said = lines.join("\n");
    let start = said.len().saturating_sub(SAID_BYTES);
    let start = (start..said.len()).find(|at| said.is_char_boundary(*at));
    said.get(start.unwrap_or(0)..)
        .unwrap_or_default()
        .to_owned()
}

/// A line without control characters and ANSI sequences (ECMA-48: `ESC [`, parameters, one letter).
fn plain(line: &str) -> String {
    let mut characters = line.chars();
    let mut plain = String::with_capacity(line.len());
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            if characters.next() == Some('[') {
                let _final = characters.find(|part| ('@'..='~').contains(part));
            }
        } else if !character.is_control() || character == '\t' {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_failure_is_its_end_as_text() {
        let text = (0..20).fold(String::new(), |text, line| format!("{text}line {line}\n\n"));
        let said = last_lines(&text);
        assert!(said.starts_with("line 10\n") && said.ends_with("line 19"));
        assert_eq!(
            last_lines("\u{1b}[31merror\u{1b}[0m: no\u{7}\r\n"),
            "error: no"
        );
        assert_eq!(last_lines("\u{1b}["), "");
        assert_eq!(last_lines(""), "");
        let long = last_lines(&"ä".repeat(3000));
        assert!(long.len() <= SAID_BYTES && long.starts_with('ä'));
    }

    #[test]
    fn where_global_packages_are() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            global_folder(
                &pairs
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            )
        };
        assert_eq!(of(&[]), "/home/agentuity/.bun/install/global/node_modules");
        assert_eq!(
            of(&[("HOME", "/tmp")]),
            "/tmp/.bun/install/global/node_modules"
        );
        let both = [("HOME", "/tmp"), ("BUN_INSTALL", "/opt/bun")];
        assert_eq!(of(&both), "/opt/bun/install/global/node_modules");
    }

    #[test]
    fn packages_that_cannot_be_asked_for() {
        let python = Manifest::find("python:3.14").unwrap();
        let refused = |packages: &[&str]| {
            let packages: Vec<String> = packages.iter().map(|one| (*one).to_owned()).collect();
            check(&packages, python).unwrap_err().to_string()
        };
        assert!(check(&[], python).is_ok());
        assert!(refused(&["zod"]).contains("python:3.14 takes no npm packages"));
        assert!(refused(&["zod", "../x"]).contains("../x"));
        assert!(refused(&["zod@file:/etc"]).contains("version"));
        assert!(refused(&["--help"]).contains("hyphen"));
        assert!(refused(&["x"; 65]).contains("64"));
    }

    #[test]
    fn runtimes_that_have_the_installer_take_packages() {
        for manifest in CATALOG.iter().filter(|manifest| takes_packages(manifest)) {
            assert!(
                check(
                    &["zod@^3".to_owned(), "@hono/node-server".to_owned()],
                    manifest
                )
                .is_ok()
            );
        }
    }
}
