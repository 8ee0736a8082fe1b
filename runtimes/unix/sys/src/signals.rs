//! Signals sent to this process.

use crate::bindings::belljar::process::signals as wit;

pub const HUP: u8 = 1;
pub const INT: u8 = 2;
pub const QUIT: u8 = 3;
pub const KILL: u8 = 9;
pub const USR1: u8 = 10;
pub const USR2: u8 = 12;
pub const PIPE: u8 = 13;
pub const ALRM: u8 = 14;
pub const TERM: u8 = 15;
pub const CHLD: u8 = 17;
pub const CONT: u8 = 18;

/// Numbers and names of the signals that there are.
pub const NAMES: [(u8, &str); 11] = [
    (HUP, "HUP"),
    (INT, "INT"),
    (QUIT, "QUIT"),
    (KILL, "KILL"),
    (USR1, "USR1"),
    (USR2, "USR2"),
    (PIPE, "PIPE"),
    (ALRM, "ALRM"),
    (TERM, "TERM"),
    (CHLD, "CHLD"),
    (CONT, "CONT"),
];

/// What a signal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Default,
    Ignore,
    Catch,
}

/// Says what a signal does from now on and gives what it did before.
pub fn set(signal: u8, action: Action) -> Action {
    let action = match action {
        Action::Default => wit::Action::Default,
        Action::Ignore => wit::Action::Ignore,
        Action::Catch => wit::Action::Catch,
    };
    match wit::set(signal, action) {
        wit::Action::Default => Action::Default,
        wit::Action::Ignore => Action::Ignore,
        wit::Action::Catch => Action::Catch,
    }
}

/// Takes the oldest pending signal that is caught.
pub fn take() -> Option<u8> {
    Some(wit::take()).filter(|signal| *signal != 0)
}

/// A signal by number, by name, or by name with `SIG` before it, in any case.
pub fn parse(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse::<u8>() {
        return (number == 0 || NAMES.iter().any(|(known, _)| *known == number)).then_some(number);
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let found = NAMES.iter().find(|(_, known)| *known == name);
    found.map(|(number, _)| *number)
}
