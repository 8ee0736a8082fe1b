//! Traps and signals.

use std::collections::BTreeMap;
use std::rc::Rc;

use belljar_sys::process;
use belljar_sys::signals::{self, Action};

use crate::state::{Flow, Run, Shell, State};

/// Numbers of what are no signals.
pub const EXIT: u8 = 0;
pub const ERR: u8 = 200;
pub const DEBUG: u8 = 201;
pub const RETURN: u8 = 202;

/// Signals that end a shell after its EXIT trap.
const FATAL: [u8; 3] = [signals::HUP, signals::INT, signals::TERM];

/// Signals that bash knows and that never come here.
const OTHERS: [(u8, &str); 20] = [
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (11, "SEGV"),
    (16, "STKFLT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "IO"),
    (30, "PWR"),
    (31, "SYS"),
];

/// The number of a signal or of one of the other conditions.
pub fn number(text: &str) -> Option<u8> {
    let upper = text.to_ascii_uppercase();
    match upper.as_str() {
        "EXIT" | "0" => return Some(EXIT),
        "ERR" => return Some(ERR),
        "DEBUG" => return Some(DEBUG),
        "RETURN" => return Some(RETURN),
        _ => {}
    }
    if let Ok(number) = upper.parse::<u8>() {
        return (1..=64).contains(&number).then_some(number);
    }
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let mut all = signals::NAMES.iter().chain(&OTHERS);
    all.find(|(_, known)| *known == name)
        .map(|(number, _)| *number)
}

/// As `trap -p` and `kill -l` write it, without `SIG`.
pub fn name(number: u8) -> Option<&'static str> {
    let mut all = signals::NAMES.iter().chain(&OTHERS);
    all.find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

/// As `trap -p` writes it.
pub fn full_name(number: u8) -> String {
    match number {
        EXIT => "EXIT".to_owned(),
        ERR => "ERR".to_owned(),
        DEBUG => "DEBUG".to_owned(),
        RETURN => "RETURN".to_owned(),
        other => name(other).map_or_else(|| other.to_string(), |name| format!("SIG{name}")),
    }
}

/// A subshell ignores what its parent ignores and has no other traps.
pub fn for_subshell(state: &mut State) {
    if state.traps.is_empty() {
        return;
    }
    let (errors, functions) = (state.options.errtrace, state.options.functrace);
    state
        .inherited_traps
        .get_or_insert_with(|| Rc::clone(&state.traps));
    let kept: BTreeMap<u8, String> = state
        .traps
        .iter()
        .filter(|(number, action)| match **number {
            ERR => errors,
            DEBUG | RETURN => functions,
            EXIT => false,
            _ => action.is_empty(),
        })
        .map(|(number, action)| (*number, action.clone()))
        .collect();
    state.traps = Rc::new(kept);
}

fn is_signal(number: u8) -> bool {
    (1..=64).contains(&number)
}

impl Shell {
    /// Sets what is done about a signal: text to execute, nothing, or the default.
    pub fn set_trap(&mut self, number: u8, action: Option<String>) {
        if number == EXIT && action.as_ref().is_some_and(|action| !action.is_empty()) {
            // The trap runs as well when one of these ends the shell.
            for signal in FATAL {
                if !self.state.traps.contains_key(&signal) {
                    signals::set(signal, Action::Catch);
                }
            }
            self.catching = true;
        }
        if is_signal(number) {
            let exits = FATAL.contains(&number) && self.state.traps.contains_key(&EXIT);
            let (what, catches) = match action.as_deref() {
                None if exits => (Action::Catch, true),
                None => (Action::Default, false),
                Some("") => (Action::Ignore, false),
                Some(_) => (Action::Catch, true),
            };
            signals::set(number, what);
            self.catching |= catches;
        }
        self.state.inherited_traps = None;
        let traps = Rc::make_mut(&mut self.state.traps);
        match action {
            Some(action) => {
                traps.insert(number, action);
            }
            None => {
                traps.remove(&number);
            }
        }
    }

    /// Makes the signals do what the traps say, after they have changed as a whole.
    pub fn apply_traps(&mut self) {
        for (number, _) in signals::NAMES {
            let what = match self.state.traps.get(&number).map(String::as_str) {
                None if number == signals::PIPE && self.catching => continue,
                None => Action::Default,
                Some("") => Action::Ignore,
                Some(_) => Action::Catch,
            };
            signals::set(number, what);
        }
    }

    /// Takes signals that have come.
    pub fn collect_signals(&mut self) {
        while let Some(signal) = signals::take() {
            if self
                .state
                .traps
                .get(&signal)
                .is_some_and(|action| !action.is_empty())
                || signal != signals::PIPE
            {
                self.pending.push(signal);
            }
        }
    }

    pub fn has_pending_trap(&self) -> bool {
        self.pending
            .iter()
            .any(|signal| self.state.traps.contains_key(signal))
            || self.is_ending()
    }

    /// Whether a signal has come that ends the shell.
    pub fn is_ending(&self) -> bool {
        self.pending
            .iter()
            .any(|signal| FATAL.contains(signal) && !self.state.traps.contains_key(signal))
    }

    /// Runs the traps of signals that have come.
    pub fn run_pending_traps(&mut self) -> Run<()> {
        self.collect_signals();
        if let Some(at) = self
            .pending
            .iter()
            .position(|signal| FATAL.contains(signal) && !self.state.traps.contains_key(signal))
        {
            // In a subshell of this process, the signal is for the whole of it.
            let signal = self.pending[at];
            if self.state.subshell == 0 || self.spawned && self.state.subshell == 1 {
                self.pending.remove(at);
                self.fatal = Some(signal);
            }
            return Err(Flow::Exit(128 + i32::from(signal)));
        }
        if self.in_trap {
            return Ok(());
        }
        while let Some(at) = self
            .pending
            .iter()
            .position(|signal| self.state.traps.contains_key(signal))
        {
            let signal = self.pending.remove(at);
            let status = self.state.status;
            self.run_trap(signal)?;
            self.state.status = status;
        }
        Ok(())
    }

    /// The same, after a command with this result.
    pub fn run_pending_traps_of(&mut self, result: &Run) -> Run<()> {
        if let Ok(status) = result {
            self.state.status = *status;
        }
        self.run_pending_traps()
    }

    /// Runs the commands of a trap.
    pub fn run_trap(&mut self, number: u8) -> Run<()> {
        let Some(action) = self.state.traps.get(&number).cloned() else {
            return Ok(());
        };
        if action.is_empty() || (self.in_trap && number != EXIT) {
            return Ok(());
        }
        let status = self.state.status;
        let pipe_status = self.state.pipe_status.clone();
        let was = std::mem::replace(&mut self.in_trap, true);
        let line = self.state.line;
        let result = self.run_text(&action, line);
        self.in_trap = was;
        self.state.line = line;
        self.state.pipe_status = pipe_status;
        match result {
            Ok(_) => {
                self.state.status = status;
                Ok(())
            }
            Err(flow) => Err(flow),
        }
    }

    pub fn debug_trap(&mut self) -> Run<()> {
        if self.state.traps.contains_key(&DEBUG) && !self.in_trap {
            self.run_trap(DEBUG)?;
        }
        Ok(())
    }

    /// Functions do not have ERR, DEBUG and RETURN of their caller.
    pub fn hide_traps(&mut self) -> Option<Rc<BTreeMap<u8, String>>> {
        let traps = &self.state.traps;
        if !(traps.contains_key(&ERR) || traps.contains_key(&DEBUG) || traps.contains_key(&RETURN))
        {
            return None;
        }
        let hidden = Rc::clone(traps);
        let (errors, functions) = (self.state.options.errtrace, self.state.options.functrace);
        let traps = Rc::make_mut(&mut self.state.traps);
        if !errors {
            traps.remove(&ERR);
        }
        if !functions {
            traps.remove(&DEBUG);
            traps.remove(&RETURN);
        }
        Some(hidden)
    }

    pub fn unhide_traps(&mut self, hidden: Option<Rc<BTreeMap<u8, String>>>) {
        let Some(hidden) = hidden else { return };
        let traps = Rc::make_mut(&mut self.state.traps);
        for number in [ERR, DEBUG, RETURN] {
            if let Some(action) = hidden.get(&number) {
                traps.entry(number).or_insert_with(|| action.clone());
            }
        }
    }

    pub fn run_return_trap(&mut self, result: &mut Run) {
        if self.state.traps.contains_key(&RETURN)
            && let Err(flow) = self.run_trap(RETURN)
        {
            *result = Err(flow);
        }
    }

    /// Runs the EXIT trap, if there is one: the status if the trap has set another.
    pub fn run_exit_trap(&mut self) -> Option<i32> {
        if !self.state.traps.contains_key(&EXIT) {
            return None;
        }
        let traps = Rc::make_mut(&mut self.state.traps);
        let action = traps.remove(&EXIT)?;
        let status = self.state.status;
        let line = self.state.line;
        self.state.in_condition = 0;
        self.state.loops = 0;
        match self.run_text(&action, line) {
            Err(Flow::Exit(status)) => Some(status),
            _ => Some(status),
        }
    }

    /// Ends this process by the signal that has ended the shell, if one has.
    pub fn die(&mut self) {
        if let Some(signal) = self.fatal.take() {
            signals::set(signal, Action::Default);
            let pid = i32::try_from(process::pid()).unwrap_or(0);
            let _gone = process::kill(pid, signal);
        }
    }

    /// Makes writes to pipes that nobody reads fail, instead of ending this process.
    pub fn catch_broken_pipes(&mut self) {
        if self.state.traps.contains_key(&signals::PIPE) {
            return;
        }
        signals::set(signals::PIPE, Action::Catch);
        self.catching = true;
    }

    /// Starts something in the background: without job control, what comes from the keyboard is not
    /// for it.
    pub fn ignoring_keys<T>(&mut self, start: impl FnOnce(&mut Self) -> T) -> T {
        let before = [signals::INT, signals::QUIT]
            .map(|signal| (signal, signals::set(signal, Action::Ignore)));
        let result = start(self);
        for (signal, action) in before {
            signals::set(signal, action);
        }
        result
    }

    /// What a write to a pipe that nobody reads leads to.
    pub fn broken_pipe(&mut self) -> Flow {
        self.collect_signals();
        self.pending.retain(|signal| *signal != signals::PIPE);
        if self.state.subshell == 0 || self.spawned && self.state.subshell == 1 {
            signals::set(signals::PIPE, Action::Default);
            let pid = i32::try_from(process::pid()).unwrap_or(0);
            // Ends this process; if not, the status says the same.
            let _gone = process::kill(pid, signals::PIPE);
        }
        Flow::Exit(128 + i32::from(signals::PIPE))
    }
}
